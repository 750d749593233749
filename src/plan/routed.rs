//! What rules decided of the rows of a plan.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::Reason;
use crate::rotate::batch::Turn;

/// Rules and groups by row, and why rows were left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routed {
    /// For each row of the plan the rule and the group that decided; empty where no rules did.
    pub rows: Vec<Turn>,
    /// By row of the table: why it was left out.
    pub reasons: BTreeMap<u32, Rc<Vec<Reason>>>,
    /// Whether rules decided, so that the memory of groups is written by them.
    pub automatic: bool,
}

impl Routed {
    /// Forgets the rows of the plan for which `keep` is false.
    pub fn keep_rows(&mut self, keep: &[bool]) {
        let mut flags = keep.iter();
        self.rows.retain(|_| flags.next().copied().unwrap_or(true));
    }
}
