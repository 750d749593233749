//! The kernels: loops over rows, compiled for speed where the rest of the module is compiled for size.
//!
//! [`table`] holds leads as columns, [`filter`] evaluates a typed query over them, [`dealing`] deals rows as the split divides them,
//! [`rotate`] decides whose turn it is. Nothing here knows users, permissions or configuration.

pub mod dealing;
pub mod filter;
pub mod rotate;
pub mod table;

pub(crate) use evenhand_base::{btree, error, json, memory, number, query, sort, time};
pub(crate) use evenhand_division::split;
