//! Who gets which row, as it is settled.

use crate::allot::spec::Split;
use crate::dealing::classes::{Assignment, Classes};
use crate::error::Result;
use crate::plan::draft::SplitReport;
use crate::split::{Division, Receiver, apportion};

/// Who gets which row.
pub(crate) struct Dealt {
    /// Row by row.
    pub to: Assignment,
    pub carry: Vec<i64>,
    /// Of the whole; a shard has none.
    pub report: Option<SplitReport>,
}

/// Divides rows one by one.
pub(crate) fn singly(split: &Split, rows: &[u32], classes: Classes, receivers: Vec<Receiver>) -> Result<Dealt> {
    let settled = apportion(&Division { receivers, classes: classes.list, even: split.even, keep: split.keep })?;
    let to = Assignment::of(&settled, rows.len(), classes.of_row, split.order)?;
    Ok(Dealt { to, carry: settled.carry, report: Some(SplitReport { spread: settled.spread, bound: settled.spread, exact: true }) })
}
