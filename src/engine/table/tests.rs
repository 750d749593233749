//! The table against a model of maps that can be read at a glance.

mod bad;
mod changes;
mod load;
pub mod model;
mod upsert;
