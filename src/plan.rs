//! Plans: everything the host must change, decided and explained, before anything is changed.
//!
//! [`plan`](crate::command::plan()) turns a command into a [`Plan`]. A plan keeps a snapshot of the table, the rows that change and rules for what they
//! become ([`edit`]); each answer is derived from those when it is asked for, so that a plan of a million leads costs no more
//! than its decision. The way of a command: [`command`](crate::command) (read, and decided with the [`planner`] into a [`draft`]) →
//! [`settle`] (what follows from it, and the plan) → [`wire`](crate::wire) (written, proved, applied). This module knows no command.

pub mod alike;
pub(crate) mod bytes;
pub mod context;
pub mod decoded;
pub mod digest;
pub(crate) mod draft;
pub mod drops;
pub(crate) mod edit;
pub(crate) mod follow;
pub(crate) mod holders;
pub(crate) mod leads;
pub mod lines;
pub mod notices;
pub(crate) mod planner;
pub(crate) mod reasons;
mod remember;
pub(crate) mod routed;
pub mod runs;
pub(crate) mod settle;
mod shown;
pub(crate) mod split_part;
pub mod state;
pub mod timeline;
pub(crate) mod workload;

pub use context::Context;
pub use draft::{Attach, Created, SplitReport};
pub use drops::DropCode;
pub use edit::Set;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use crate::access::{Authorizer, Reason};
use crate::config::Model;
use crate::error::Diagnostic;
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{RowIx, Snapshot};
use crate::time::Instant;

use drops::Drops;
use edit::Edits;
use lines::Line;
use reasons::Question;
use state::StateChange;

/// The name of the encoding.
pub const FORMAT: &str = "evenhand/plan@2";
/// What the names of all encodings begin with.
pub(crate) const FORMAT_FAMILY: &str = "evenhand/plan@";
/// Rises whenever the same inputs would give another plan.
pub const SEMANTICS: u32 = 1;

/// The kind of the command that takes a plan back.
pub(crate) const UNDO: &str = "undo";

/// What a command would change, and why.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) model: Rc<Model>,
    pub(crate) auth: Rc<Authorizer>,
    pub(crate) table: Snapshot,
    pub(crate) kind: &'static str,
    pub(crate) command: Json,
    pub(crate) picked: Option<Rc<Vec<u32>>>,
    pub(crate) given_id: Option<String>,
    pub(crate) config: String,
    /// Releases of the zone tables, by name; no part of a digest.
    pub(crate) zone_versions: Json,
    /// The actor's own zone, where the command's filter or list was read in it.
    pub(crate) zone: Option<String>,
    pub(crate) actor: String,
    pub(crate) now: Instant,
    pub(crate) all_or_nothing: bool,
    pub(crate) notify: bool,
    pub(crate) rows: Vec<u32>,
    pub(crate) edits: Edits,
    pub(crate) drops: Drops,
    pub(crate) routed: routed::Routed,
    pub(crate) runs: runs::Runs,
    pub(crate) resend: Vec<(FieldIx, String)>,
    pub(crate) slot: Option<FieldIx>,
    /// Whether the slot changes in each of the rows.
    pub(crate) all_move: bool,
    /// Whether the command asked for the right to act on many leads.
    pub(crate) bulk: bool,
    pub(crate) questions: Vec<Question>,
    pub(crate) tell_unit: Option<String>,
    pub(crate) totals: split_part::Totals,
    pub(crate) body: OnceCell<Rc<Vec<u8>>>,
    pub(crate) digest: OnceCell<String>,
    pub(crate) outcome: OnceCell<String>,
    /// Places in the order of the leads' ids; nothing where they are in it.
    pub(crate) by_id: OnceCell<Option<Vec<u32>>>,
    /// The plan as its actor may see it, where that is another one.
    pub(crate) shown: OnceCell<Option<Box<Plan>>>,
    /// Why the whole command was refused; then nothing changes.
    pub refused: Vec<Reason>,
    /// What each person holds before and after.
    pub lines: Vec<Line>,
    /// What is worth telling.
    pub warnings: Vec<Diagnostic>,
    /// Writes to the state, but for the mark that the plan was done.
    pub state: Vec<StateChange>,
    /// State that was read and is not written.
    pub reads: Vec<(Rc<str>, Option<i64>)>,
    /// How even a split came out.
    pub split: Option<SplitReport>,
    /// A note and an alert that go with every change.
    pub attach: Attach,
    /// Copies to create.
    pub created: Vec<Created>,
    /// Copies to delete again, each with its guard.
    pub removed: Vec<(String, Cell<'static>)>,
}

/// One lead that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a> {
    /// The lead's id.
    pub lead: Cow<'a, str>,
    /// The version that must still stand, or the owner where leads have no version.
    pub expect: Cell<'a>,
    /// What changes, in the order of fields.
    pub set: Vec<Set<'a>>,
    /// The rule that decided.
    pub rule: Option<&'a str>,
    /// The group that decided.
    pub group: Option<&'a str>,
}

impl Plan {
    pub(crate) fn set_ids(&mut self, ids: Vec<Json>) {
        if let Json::Object(pairs) = &mut self.command
            && let Some((_, leads)) = pairs.iter_mut().find(|(key, _)| key == "leads")
        {
            *leads = Json::object([("ids", Json::List(ids))]);
            self.zone = None;
        }
    }

    /// The command as it is written down: a selection as its ids.
    pub fn command(&self) -> Json {
        let mut command = self.command.clone();
        if let (Some(rows), Json::Object(pairs)) = (&self.picked, &mut command)
            && let Some((_, leads)) = pairs.iter_mut().find(|(key, _)| key == "leads")
        {
            let ids = rows.iter().map(|row| self.table.id(RowIx(*row)).into_owned().into()).collect();
            *leads = Json::object([("ids", Json::List(ids))]);
        }
        command
    }

    /// How many leads change.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The lead that changes at a place of the plan.
    pub fn change(&self, at: usize) -> Option<Change<'_>> {
        let row = RowIx(*self.rows.get(at)?);
        let guard = self.model.lead.version.unwrap_or(self.model.lead.owner);
        Some(Change {
            lead: self.table.id(row),
            expect: self.table.cell(row, guard),
            set: self.edits.of_row(at, row, &self.table, &self.model, self.now),
            rule: self.rule_of_row(at),
            group: self.group_of_row(at),
        })
    }

    /// The rule that decided about a row of the plan.
    pub(crate) fn rule_of_row(&self, at: usize) -> Option<&str> {
        self.model.rules.at(self.routed.rows.get(at)?.rule).map(|rule| rule.id.as_str())
    }

    /// The group that decided about a row of the plan.
    pub(crate) fn group_of_row(&self, at: usize) -> Option<&str> {
        self.model.groups.at(self.routed.rows.get(at)?.group).map(|group| group.id.as_str())
    }

    /// What becomes of the plan's slot in a row of it, if that changes.
    pub(crate) fn slot_of_row(&self, at: usize) -> Option<Set<'_>> {
        let (slot, row) = (self.slot?, RowIx(*self.rows.get(at)?));
        let from = self.table.cell(row, slot);
        let to = self.edits.always(slot)?.value(at, &from, self.now)?;
        (to != from).then_some(Set { field: slot, from, to })
    }
}
