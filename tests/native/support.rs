//! What several tests share.

pub mod access_world;
pub mod case;
pub mod codes;
pub mod dice;
pub mod plan_world;
pub mod route_world;
pub mod state;
