//! The loops over rows that dividing them takes: who may take which row, the classes of rows, and the turns in which they are dealt.
//!
//! What is asked of a row comes in as conditions (filters and sets of rows); who receives is a place among the receivers.

pub mod block;
pub mod classes;
pub mod eligible;
pub mod refine;

/// The place of nobody among receivers.
pub const NOBODY: u32 = u32::MAX;
