//! The filter language: a typed, checked tree over fields.

pub mod fold;
pub mod schema;
pub mod units;
pub mod value;

pub use schema::{Field, FieldIx, FieldType, Schema};
pub use units::{UnitIx, UnitTree};
pub use value::Cell;
