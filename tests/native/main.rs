//! Every native test of the public face of the crate, in one binary: it links once.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, dead_code, clippy::pedantic, reason = "tests and what they share")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

mod access_oracle;
mod access_rules;
mod cases;
mod closed;
mod commit;
mod filter_workspace;
mod folding;
mod fuzz;
mod hidden_fields;
mod hidden_names;
mod load_closed;
mod nulls;
mod number_ids;
mod offers;
mod plan_cases;
mod plan_columns;
mod plan_mutations;
mod plan_naive;
mod plan_properties;
mod plan_speed;
mod route_assume;
mod route_fairness;
mod route_forecast;
mod route_instead;
mod route_naive;
mod route_round;
mod route_simulate;
mod route_speed;
mod route_state;
mod shards_bad;
mod shards_speed;
mod shards_whole;
mod split_speed;
mod undo;
