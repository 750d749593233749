//! The arithmetic of the split, compiled for size: it works on classes of rows, of which there are few, and never on rows.
//!
//! What is done once per row ([`split::deal_into`]) is compiled with who calls it, for speed.

pub mod split;

pub(crate) use evenhand_base::{error, number, sort};
