//! SQL of filters and plans, for PostgreSQL and SQLite.

pub mod condition;
pub mod statement;

pub use condition::Dialect;
