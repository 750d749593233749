//! Evenhand: lead assignment and reassignment for CRMs, as pure functions over a loaded table.
//!
//! Data goes one way: JSON in → checked configuration → table → selection → decision → plan → JSON out.
//! The rooms are, in that order: [`error`], [`json`], [`time`], [`query`], [`config`], [`table`], [`filter`], [`access`], [`split`],
//! [`plan`], [`workspace`]; a room uses only rooms before it.

pub mod access;
pub mod config;
pub mod error;
pub mod filter;
pub mod json;
mod memory;
pub mod plan;
pub mod query;
mod sort;
pub mod split;
pub mod table;
pub mod time;
pub mod workspace;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
