//! Plans: everything the host must change, decided and explained, before anything is changed.
//!
//! [`plan`] turns a command into a [`Plan`]. A plan keeps a snapshot of the table, the rows that change and rules for what they
//! become ([`edit`]); each answer is derived from those when it is asked for, so that a plan of a million leads costs no more
//! than its decision. The way through this room: `command` and `context` (what is asked, in what) → `decide` (who and which)
//! → here (what follows from it) → `encode`, `write` (the wire) → `verify`, `apply` (the way back).

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
use crate::table::{Column, RowIx, Snapshot, Table};
use crate::time::Instant;

use command::LeadsRef;
use context::{Notify, Refusing};
use decide::{Bare, Deciding, Draft, Following, Many, Sieved};
use drops::{DropCode as Code, Drops, Left};
use edit::{Edits, To, Told};
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
    /// Adds to a decision what follows from it.
    fn settle(&mut self, deciding: &Deciding<'_>, mut draft: Draft) -> Result<()> {
        self.many = deciding.many();
        self.inquiry = draft.inquiry;
        self.drops = draft.drops;
        self.refused = draft.refused;
        self.part = draft.part;
        if self.refusing == Refusing::All && self.refused.is_empty() {
            self.refused = self.first_refusal();
        }
        if !self.refused.is_empty() {
            self.drops.clear();
            return Ok(());
        }
        if draft.following == Following::Yes {
            draft.edits.follow_owner(&self.model, self.now, &self.actor, deciding.told());
        }
        draft.edits.sort(&self.model);
        (self.rows, self.edits) = (draft.rows, draft.edits);
        if draft.sieved == Sieved::No && draft.bare == Bare::NoChange {
            self.drop_unchanged()?;
        }
        self.attach = draft.attach;
        self.created = draft.created;
        self.removed = draft.removed;
        self.resend = draft.resend;
        self.slot = draft.slot;
        self.all_move = draft.sieved == Sieved::Yes;
        self.split = draft.split;
        self.tell_unit = draft.tell_unit;
        self.warnings = draft.warnings;
        self.warn_of_access(deciding, draft.gains)?;
        self.lines = match shards::lines(self, deciding, &draft.receivers, &draft.former)? {
            Some(lines) => lines,
            None => lines::of(self, deciding, &draft.receivers, &draft.former)?,
        };
        self.state = draft.state;
        if draft.following == Following::Yes {
            self.remember_last(deciding)?;
        }
        self.forget_held(deciding);
        crate::sort::by(&mut self.state, |a, b| a.key.cmp(&b.key));
        self.reads = deciding.context.state.reads(&self.state);
        Ok(())
    }

    /// Why everything is refused, where one refused row refuses all.
    fn first_refusal(&self) -> Vec<Reason> {
        let Some(first) = self.drops.first_refusal() else { return Vec::new() };
        vec![Reason::new(first.code.name(), None, first.code.message()).with("lead", self.lead_of(&first).as_ref())]
    }

    /// Drops the rows that are as asked already.
    fn drop_unchanged(&mut self) -> Result<()> {
        let mut keep = Vec::new();
        keep.try_reserve_exact(self.rows.len())?;
        let moved = self.sure_to_change();
        for (at, row) in self.rows.iter().enumerate() {
            let row = RowIx(*row);
            keep.push(moved(row) || !self.edits.of_row(at, row, &self.table, &self.model, self.now).is_empty());
        }
        drop(moved);
        if keep.iter().all(|keep| *keep) {
            return Ok(());
        }
        let unchanged = self.rows.iter().zip(&keep).filter(|(_, keep)| !**keep).map(|(row, _)| *row);
        self.drops.rows(unchanged.collect(), Code::NoChange);
        self.edits.keep_rows(&keep);
        let mut flags = keep.iter();
        self.rows.retain(|_| flags.next().copied().unwrap_or(true));
        Ok(())
    }

    /// Tells of some rows at a glance that they change: by the code of a field that all are set to one value of.
    fn sure_to_change(&self) -> Box<dyn Fn(RowIx) -> bool + '_> {
        for edit in self.edits.iter().filter(|edit| edit.when == edit::When::Always) {
            if let (To::Same(cell), Column::Coded(coded)) = (&edit.to, self.table.column(edit.field)) {
                let wanted = match cell {
                    Cell::Text(text) => coded.dict.find(text),
                    _ => Some(0),
                };
                return Box::new(move |row| Some(coded.code(row.0)) != wanted);
            }
        }
        Box::new(|_| false)
    }

    /// Names the units that gain access to leads, each with how many.
    fn warn_of_access(&mut self, deciding: &Deciding<'_>, gains: Option<String>) -> Result<()> {
        let mut gained: std::collections::BTreeMap<String, usize> = gains.into_iter().map(|unit| (unit, 1)).collect();
        let field = self.model.lead.access;
        if let Some((field, To::Access { add, .. })) = field.and_then(|field| Some((field, self.edits.always(field)?)))
            && (!add.is_empty() || self.may_grant(deciding)?)
        {
            for (at, row) in self.rows.iter().map(|row| RowIx(*row)).enumerate() {
                let sets = self.edits.of_row(at, row, &self.table, &self.model, self.now);
                let Some(set) = sets.iter().find(|set| set.field == field) else { continue };
                for unit in set.to.items().filter(|unit| !set.from.items().any(|other| other == *unit)) {
                    *gained.entry(unit.to_owned()).or_default() += 1;
                }
            }
        }
        self.warnings.extend(gained.into_iter().map(|(unit, leads)| {
            let message = format!("the unit `{unit}` gains access to {leads} {}", if leads == 1 { "lead" } else { "leads" });
            Diagnostic::warning("access_granted", "", message).with("unit", unit).with("leads", leads)
        }));
        Ok(())
    }

    /// Whether any of the receivers has any lead to cross a boundary for.
    fn may_grant(&self, deciding: &Deciding<'_>) -> Result<bool> {
        if !edit::grants(&self.model) {
            return Ok(false);
        }
        for edit in self.edits.iter().filter(|edit| self.model.lead.slot(edit.field).is_some()) {
            let values = match &edit.to {
                To::Same(cell) => std::slice::from_ref(cell),
                To::Coded(values, _) => values.as_slice(),
                _ => return Ok(true),
            };
            for user in values.iter().filter_map(|value| self.model.user(value.text()?)) {
                if deciding.gate.crossing(&deciding.asking(), user.1.unit)? != crate::access::Covered::None {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

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
