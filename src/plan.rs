//! Plans: everything the host must change, decided and explained, before anything is changed.
//!
//! [`plan`] turns a command into a [`Plan`]. A plan keeps a snapshot of the table, the rows that change and rules for what they
//! become ([`edit`]); each answer is derived from those when it is asked for, so that a plan of a million leads costs no more
//! than its decision. The way through this room: `command` and `context` (what is asked, in what) → `decide` (who and which)
//! → `settle` (what follows from it) → `encode`, `write` (the wire) → `verify`, `apply` (the way back).

pub mod apply;
pub mod command;
pub mod context;
mod decide;
pub mod decode;
pub mod digest;
pub mod drops;
mod edit;
pub mod encode;
mod follow;
mod holders;
mod leads;
pub mod lines;
pub mod needs;
pub mod notices;
mod reasons;
pub mod recorded;
mod remember;
mod settle;
pub mod shards;
pub mod sql;
pub mod state;
pub mod timeline;
pub mod verify;
mod workload;
mod write;

pub use command::Command;
pub use context::Context;
pub use decide::{Attach, Created, SplitReport};
pub use drops::DropCode;
pub use edit::Set;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use crate::access::{Gate, Reason};
use crate::config::Model;
use crate::error::{Diagnostic, Result};
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{RowIx, Snapshot, Table};
use crate::time::Instant;

use command::LeadsRef;
use context::{Notify, Refusing};
use decide::{Deciding, Many};
use drops::{Drops, Left};
use edit::{Edits, Told};
use lines::Line;
use reasons::Inquiry;
use state::StateChange;

/// The name of the encoding.
pub const FORMAT: &str = "evenhand/plan@1";
/// Rises whenever the same inputs would give another plan.
pub const SEMANTICS: u32 = 1;

/// What a command would change, and why.
#[derive(Debug)]
pub struct Plan {
    pub(crate) model: Rc<Model>,
    pub(crate) gate: Rc<Gate>,
    pub(crate) table: Snapshot,
    pub(crate) kind: &'static str,
    pub(crate) command: Json,
    pub(crate) picked: Option<Rc<Vec<u32>>>,
    pub(crate) given_id: Option<String>,
    pub(crate) config: String,
    pub(crate) actor: String,
    pub(crate) now: Instant,
    pub(crate) refusing: Refusing,
    pub(crate) notify: Notify,
    pub(crate) rows: Vec<u32>,
    pub(crate) edits: Edits,
    pub(crate) drops: Drops,
    pub(crate) resend: Vec<(FieldIx, String)>,
    pub(crate) slot: Option<FieldIx>,
    /// Whether the slot changes in each of the rows.
    pub(crate) all_move: bool,
    pub(crate) many: Many,
    pub(crate) inquiry: Inquiry,
    pub(crate) tell_unit: Option<String>,
    pub(crate) part: shards::Part,
    body: OnceCell<Rc<Vec<u8>>>,
    digest: OnceCell<String>,
    outcome: OnceCell<String>,
    /// Why the whole command was refused; then nothing changes.
    pub refused: Vec<Reason>,
    /// What each person holds before and after.
    pub lines: Vec<Line>,
    /// What is worth telling.
    pub warnings: Vec<Diagnostic>,
    /// Writes to the state, but for the mark that the plan was done.
    pub state: Vec<StateChange>,
    /// State that was read and is not written.
    pub reads: Vec<(String, Option<i64>)>,
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
}

/// Decides a command, given as JSON text was parsed. `picked` are the rows of a selection that the command names.
///
/// # Errors
/// `command_invalid`, `query_invalid` for a command that makes no sense; `state_missing`, `load_missing` for a context that
/// lacks something; `unknown_field`, `now_required` and the like for filters; `out_of_memory`.
pub fn plan(
    model: &Rc<Model>,
    gate: &Rc<Gate>,
    table: &Table,
    command: &Json,
    picked: Option<Rc<Vec<u32>>>,
    context: &Context,
    config: &str,
) -> Result<Plan> {
    let typed = Command::read(command, model, picked.clone())?;
    shards::check(command, model, context, config)?;
    context.state.forget_reads();
    let mut plan = Plan {
        model: Rc::clone(model),
        gate: Rc::clone(gate),
        table: table.snapshot(),
        kind: typed.kind(),
        command: command.canonical(),
        picked: picked.filter(|_| matches!(typed.leads(), Some(LeadsRef::Rows(_)))),
        given_id: context.id.clone(),
        config: config.to_owned(),
        actor: context.actor.clone(),
        now: context.now,
        refusing: context.refusing,
        notify: context.notify,
        rows: Vec::new(),
        edits: Edits::default(),
        drops: Drops::default(),
        resend: Vec::new(),
        slot: None,
        all_move: false,
        many: Many::No,
        inquiry: Inquiry::Edit,
        tell_unit: None,
        part: shards::Part::Alone,
        body: OnceCell::new(),
        digest: OnceCell::new(),
        outcome: OnceCell::new(),
        refused: Vec::new(),
        lines: Vec::new(),
        warnings: Vec::new(),
        state: Vec::new(),
        reads: Vec::new(),
        split: None,
        attach: Attach::default(),
        created: Vec::new(),
        removed: Vec::new(),
    };
    let Some((actor, _)) = model.user(&context.actor) else {
        plan.refused = vec![Reason::new("unknown_actor", None, "the acting user is not known")];
        return Ok(plan);
    };
    let deciding = Deciding::new(model, gate, table, context, actor);
    plan.refused = deciding.refusals(&typed)?;
    if plan.refused.is_empty() {
        let draft = decide::decide(&deciding, &typed)?;
        plan.settle(&deciding, draft)?;
    }
    context.state.check_complete()?;
    if let Some(found) = deciding.found.take() {
        plan.set_ids(found.iter().map(|row| plan.table.id(RowIx(*row)).into_owned().into()).collect());
    }
    Ok(plan)
}

impl Plan {
    fn set_ids(&mut self, ids: Vec<Json>) {
        if let Json::Object(pairs) = &mut self.command
            && let Some((_, leads)) = pairs.iter_mut().find(|(key, _)| key == "leads")
        {
            *leads = Json::object([("ids", Json::List(ids))]);
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

    /// The plan's id: the one that the host gave, else the digest.
    pub fn id(&self) -> &str {
        self.given_id.as_deref().unwrap_or_else(|| self.digest())
    }

    /// SHA-256 over everything but the rows that were read, in hexadecimal.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| digest::of(self))
    }

    /// The same without time and id.
    pub fn outcome(&self) -> &str {
        self.outcome.get_or_init(|| digest::outcome(self))
    }

    /// The encoded changes and answers, worked out once.
    pub(crate) fn body(&self) -> Rc<Vec<u8>> {
        Rc::clone(self.body.get_or_init(|| Rc::new(encode::body(self, encode::Times::Absolute))))
    }

    /// The lead that changes at a place of the plan.
    pub fn change(&self, at: usize) -> Option<Change<'_>> {
        let row = RowIx(*self.rows.get(at)?);
        let guard = self.model.lead.version.unwrap_or(self.model.lead.owner);
        Some(Change {
            lead: self.table.id(row),
            expect: self.table.cell(row, guard),
            set: self.edits.of_row(at, row, &self.table, &self.model, self.now),
        })
    }

    /// What becomes of the plan's slot in a row of it, if that changes.
    pub(crate) fn slot_of_row(&self, at: usize) -> Option<Set<'_>> {
        let (slot, row) = (self.slot?, RowIx(*self.rows.get(at)?));
        let from = self.table.cell(row, slot);
        let to = self.edits.always(slot)?.value(at, &from, self.now)?;
        (to != from).then_some(Set { field: slot, from, to })
    }

    /// The id of a lead that was left out.
    pub(crate) fn lead_of<'a>(&'a self, drop: &drops::Drop<'a>) -> Cow<'a, str> {
        match &drop.left {
            Left::Row(row) => self.table.id(*row),
            Left::Id(id) => Cow::Borrowed(*id),
        }
    }

    /// Whether the people concerned are told.
    pub(crate) fn told(&self) -> Told {
        if self.notify == Notify::Digest { Told::Yes } else { Told::No }
    }

    /// All writes to the state, with the mark that the plan was done.
    pub fn all_state(&self) -> Vec<StateChange> {
        let mut out = self.state.clone();
        if self.refused.is_empty() && !matches!(self.part, shards::Part::Shard) {
            let value = state::value([("at", Json::from(self.now.0))]);
            out.push(StateChange { key: state::key("done", self.id()), expect: None, version: 1, value: Some(value) });
        }
        out
    }
}
