//! Evenhand: lead assignment and reassignment for CRMs, as pure functions over a loaded table.
//!
//! Data goes one way: JSON in → checked configuration → table → selection → decision → plan → JSON out.
//! The rooms below are listed in that order, and a room uses only rooms above it.

pub mod error;
pub mod filter;
pub mod json;
pub mod query;
pub mod table;
pub mod time;
