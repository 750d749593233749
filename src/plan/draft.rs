//! What a command decides, before what follows from it is added and it becomes a plan.

use crate::access::Reason;
use crate::error::Diagnostic;
use crate::query::{Cell, FieldIx};

use super::drops::Drops;
use super::edit::Edits;
use super::reasons::Question;
use super::state::StateChange;

/// What was decided, before it is wrapped up as a plan.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Rows that change, in the order in which they were dealt.
    pub rows: Vec<u32>,
    /// What changes in them.
    pub edits: Edits,
    /// Rows that do not.
    pub drops: Drops,
    /// Why nothing changes at all.
    pub refused: Vec<Reason>,
    /// What is worth telling.
    pub warnings: Vec<Diagnostic>,
    /// Writes to the state.
    pub state: Vec<StateChange>,
    /// People who give leads away, to be shown even if nothing changes for them.
    pub former: Vec<String>,
    /// How even a split came out.
    pub split: Option<SplitReport>,
    /// People to show even if nothing changes for them, with their caps.
    pub receivers: Vec<(String, Option<u64>)>,
    /// The slot whose holders the lines of people are about.
    pub slot: Option<FieldIx>,
    /// A note and an alert that go with every change.
    pub attach: Attach,
    /// Copies to create.
    pub created: Vec<Created>,
    /// Copies to delete again.
    pub removed: Vec<(String, Cell<'static>)>,
    /// Whether a change that sets nothing stays, since something goes with it: a note alone, a notice sent again.
    pub keep_empty: bool,
    /// Whether fields are set exactly as written: no stamps and no patches of the lifecycle follow a change of owner.
    pub exact: bool,
    /// Whether rows that are as asked were removed already.
    pub unchanged_removed: bool,
    /// People who are told again although nothing changes for them.
    pub resend: Vec<(FieldIx, String)>,
    /// The unit that is told of leads that nobody in it has yet.
    pub tell_unit: Option<String>,
    /// The unit that gains access by the transfer of a lead.
    pub gains: Option<String>,
    /// What rules decided.
    pub routed: super::routed::Routed,
    /// Runs of offers that it starts, moves or ends.
    pub runs: super::runs::Runs,
    /// What was asked of each lead, to tell why rows were left out.
    pub questions: Vec<Question>,
}

/// How even a split came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitReport {
    /// How far apart those who could take a row are from their parts by weight, in whole leads.
    pub spread: u64,
    /// What the spread is held against.
    pub bound: u64,
    /// Whether it is the best there is.
    pub exact: bool,
}

/// A note and an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attach {
    /// Type and text.
    pub note: Option<(String, String)>,
    /// Text.
    pub alert: Option<String>,
}

/// A copy to create: the host copies its own columns, then sets these.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// The copy's id.
    pub id: String,
    /// What it is a copy of.
    pub copy_of: String,
    /// What differs.
    pub set: Vec<(FieldIx, Cell<'static>)>,
    /// Which of it is an instant that follows from the plan's, and at what distance in milliseconds.
    pub distances: Vec<(FieldIx, i64)>,
}

impl Draft {
    /// Nothing changes, and why.
    pub fn refuse(reasons: Vec<Reason>) -> Draft {
        Draft { refused: reasons, ..Draft::default() }
    }
}
