//! Evenhand: lead assignment and reassignment for CRMs, as pure functions over a loaded table.
//!
//! Data goes one way: JSON in → checked configuration → table → selection → decision → plan → JSON out.
//! The modules are, in that order: [`error`], [`json`], [`time`], [`query`] (crate `evenhand-base`); [`split`] (crate
//! `evenhand-division`); [`table`], [`filter`] (crate `evenhand-engine`); [`config`], [`access`], [`lint`], [`plan`], [`allot`], [`offer`],
//! [`route`], [`command`], [`wire`], [`sql`], [`shards`], [`audit`], [`workspace`]. A module uses only modules before it.

pub mod access;
pub mod allot;
pub mod audit;
pub mod command;
pub mod config;
pub mod lint;
pub mod offer;
pub mod plan;
pub mod route;
pub mod shards;
pub mod sql;
pub mod wire;
pub mod workspace;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub(crate) use evenhand_base::{btree, memory, sort};
pub use evenhand_base::{error, json, query, time};
pub use evenhand_division::split;
pub(crate) use evenhand_engine::{dealing, rotate};
pub use evenhand_engine::{filter, table};
