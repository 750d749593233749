//! What every part of Evenhand stands on: errors, JSON, sorting, time and the filter language.
//!
//! No rows and no users here, and nothing that decides. A module uses only modules before it: [`sort`], [`number`], [`error`] and
//! [`json`], [`memory`], [`time`], [`query`].

pub mod btree;
pub mod error;
pub mod json;
pub mod memory;
pub mod number;
pub mod query;
pub mod sort;
pub mod time;
