//! The arithmetic of the split: it works on classes of rows, of which there are few, and never on rows.
//!
//! It is a crate of its own so that it can be compiled at a level of its own. What is done once per row ([`split::deal_into`]) is compiled with
//! who calls it.

pub mod split;

pub(crate) use evenhand_base::{error, number, sort};
