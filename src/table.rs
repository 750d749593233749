//! Leads in columns: loading, changing, and reading them back.

pub mod column;
