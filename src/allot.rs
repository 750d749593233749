//! Rows and receivers: who may take which row, and which rows each is dealt.

mod bundles;
pub(crate) mod deal;
pub(crate) mod match_condition;
pub mod spec;
