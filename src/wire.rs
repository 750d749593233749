//! Plans on the wire: encoded, stored, verified and applied.

pub mod apply;
pub mod decode;
pub(crate) mod digest;
pub mod encode;
pub mod verify;
mod write;
