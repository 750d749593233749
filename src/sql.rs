//! SQL of filters and plans, for PostgreSQL and SQLite.
//!
//! [`Dialect`] is the table of what the databases can, `column` what a table reads out of a column and what is written to it, `options` what
//! the host says of its database. [`condition`] and [`statement`] are made of them.

mod column;
pub mod condition;
mod dialect;
mod moment;
mod options;
mod params;
pub mod statement;
mod stored;

pub use dialect::Dialect;
pub use options::{SqlColumn, SqlOptions, StateTable, Target};
pub use stored::Stored;
