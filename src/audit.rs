//! How even a history of assignments was: what people received against their exact shares, and how likely that is where chance is fair.
//!
//! The history is a log that any CRM can export: a lead, a time and a receiver a row, and where they are known the rule or group and who was
//! available. Leads of one group are held against each other; where the group is not known, those of one rule.
//!
//! **The measure is a fair draw**: each lead falls to somebody of those who were available, by their weights, and independently of all
//! others. A fair rotation is more even than that, so that what is unlikely for a draw is more unlikely for a rotation: a chance here is
//! exact for the draw and a bound for rotations.
//!
//! **Who was available** is told by the log or by the options. Where neither tells, somebody is taken to be there from their first lead of
//! the group to their last one. Those two leads say when that was, so that they count in nobody's chances.
//!
//! Shares are whole numbers of a 5,354,228,880th of a lead, as in a split; decisions are made on whole numbers. Chances are floats that are
//! told and decide nothing but their own order and what is listed as a finding.

mod chance;
mod floods;
mod group;
mod log;
mod options;
mod report;
mod ties;

#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::json::Json;
use crate::table::Budget;

/// Measures a log: JSON, NDJSON or CSV with the columns `lead`, `time`, `receiver` and perhaps `rule`, `group` and `available`.
///
/// # Errors
/// `options_invalid` with every fault; what is wrong with the bytes (`csv_invalid`, `json_invalid`, `id_missing` without a column for the
/// lead and their like); `log_empty`, `log_without_times` and `log_without_receivers` where nothing is left to measure.
pub fn audit(log: &[u8], options: &Json, budget: Budget) -> Result<Json> {
    let options = options::Options::read(options)?;
    let read = log::Log::read(log, &options, budget)?;
    report::report(&read, &options)
}
