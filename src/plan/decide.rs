//! From a command to a plan: the same way for all commands.
//!
//! Rows are found, questions are asked of all of them at once (each answer is a set of rows), what may not change is
//! dropped with the first reason that holds, and what remains is written down as edits. Which questions a command asks is the
//! table in the documentation of permissions; each command's own file follows it line by line.

mod assign;
mod bundles;
mod classes;
mod deal;
mod edit;
mod eligible;
mod matching;
mod reclaim;
mod single;
mod undo;

use std::borrow::Cow;
use std::cell::{Cell as Flag, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::access::{Ask, Change, Covered, Gate, Question, Reason, To};
use crate::config::{Model, Patch, PatchValue, User, UserIx, UserKind, Verb};
use crate::error::{Diagnostic, Result};
use crate::filter;
use crate::json::Json;
use crate::query::{Cell, FieldIx, FieldType, Purpose, UnitIx};
use crate::table::{RowIx, Table};
use crate::time::Instant;

pub(super) use classes::{Classes, Turns, refine};
pub(super) use deal::{Dealt, NOBODY, Settled};

use super::command::{Command, LeadsRef};
use super::context::{Context, Notify};
use super::drops::{Checks, DropCode, Drops, opposite};
use super::edit::{Edits, Told};
use super::reasons::Inquiry;
use super::state::StateChange;
use super::{holders, workload};

/// Everything that a decision reads.
pub(crate) struct Deciding<'a> {
    pub model: &'a Rc<Model>,
    pub gate: &'a Rc<Gate>,
    pub table: &'a Table,
    pub context: &'a Context,
    pub actor: UserIx,
    many: Flag<Many>,
    pub(super) open: OnceCell<Covered>,
    pub(super) counted: RefCell<workload::Counted>,
    /// By unit: whether the actor may see what its people hold.
    shown: RefCell<BTreeMap<Option<UnitIx>, bool>>,
    /// The rows that a filter or a list found, where the plan shall name them.
    pub(super) found: RefCell<Option<Vec<u32>>>,
}

/// Whether a command asks for the right to act on many leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Many {
    /// It does.
    Yes,
    /// It is about one.
    #[default]
    No,
}

/// What was decided, before it is wrapped up as a plan.
#[derive(Debug, Default)]
pub(super) struct Draft {
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
    /// Whether a change that sets nothing counts (a note alone, a notice sent again).
    pub bare: Bare,
    /// Whether stamps and patches follow a change of owner.
    pub following: Following,
    /// Whether rows that are as asked were dropped already.
    pub sieved: Sieved,
    /// People who are told again although nothing changes for them.
    pub resend: Vec<(FieldIx, String)>,
    /// Of a split over shards: which part of it this is.
    pub part: super::shards::Part,
    /// The unit that is told of leads that nobody in it has yet.
    pub tell_unit: Option<String>,
    /// The unit that gains access by the transfer of a lead.
    pub gains: Option<String>,
    /// What was asked, to tell why rows were left out.
    pub inquiry: Inquiry,
}

/// Whether a change that sets nothing is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Bare {
    /// The row is as asked already.
    #[default]
    NoChange,
    /// Something goes with it.
    Change,
}

/// How even a split came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitReport {
    /// The largest number less the smallest, among those who could take a row.
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

/// A new holder of a slot.
pub(super) struct Move<'m> {
    /// Which slot.
    pub slot: FieldIx,
    /// Who; nobody clears it.
    pub to: Option<&'m str>,
}

/// Decides a command.
pub(super) fn decide(deciding: &Deciding<'_>, command: &Command) -> Result<Draft> {
    match command {
        Command::Assign { leads, slots, primary, note } => assign::assign(deciding, leads, slots, primary.as_ref(), note.as_deref()),
        Command::Unassign { leads, slot, pool } => assign::unassign(deciding, leads, *slot, pool.as_deref()),
        Command::Transfer { lead, seen, unit, user, new_id } => {
            single::transfer(deciding, lead, seen.as_ref(), *unit, user.as_deref(), new_id.as_deref())
        }
        Command::Deactivate { leads } => edit::deactivate(deciding, leads),
        Command::ResendNotification { lead } => single::resend(deciding, lead),
        Command::Split { leads, split } => deal::split(deciding, leads, split),
        Command::Rebalance { leads, users, slot } => reclaim::rebalance(deciding, leads.as_ref(), users, *slot),
        Command::Reclaim { from, leads, slot, split, pool } => {
            reclaim::reclaim(deciding, from, leads.as_ref(), *slot, split.as_ref(), pool.as_deref())
        }
        Command::MassEdit { leads, .. } => edit::mass_edit(deciding, leads, command),
        Command::ClaimFromPool { lead, seen } => single::claim(deciding, lead, seen.as_ref()),
        Command::Undo { plan } => undo::undo(deciding, plan),
    }
}

/// Whether stamps and patches follow a change of owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Following {
    /// They do.
    #[default]
    Yes,
    /// Fields are set exactly as they are written.
    No,
}

/// Whether rows that are as asked were dropped already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sieved {
    /// They were.
    Yes,
    /// They are looked for.
    #[default]
    No,
}

impl Draft {
    /// Nothing changes, and why.
    pub fn refuse(reasons: Vec<Reason>) -> Draft {
        Draft { refused: reasons, ..Draft::default() }
    }
}

impl<'a> Deciding<'a> {
    /// Puts together what a decision reads.
    pub fn new(model: &'a Rc<Model>, gate: &'a Rc<Gate>, table: &'a Table, context: &'a Context, actor: UserIx) -> Self {
        let (open, counted, found) = (OnceCell::new(), RefCell::default(), RefCell::default());
        Deciding { model, gate, table, context, actor, many: Flag::default(), open, counted, shown: RefCell::default(), found }
    }

    /// What filters are evaluated with.
    pub fn filtering(&self) -> filter::Context<'_> {
        filter::Context {
            schema: &self.model.schema,
            people: self.gate.as_ref(),
            now: Some(self.context.now),
            actor: Some(&self.context.actor),
        }
    }

    /// What questions are asked about.
    pub fn asking(&self) -> crate::access::Asking<'_> {
        crate::access::Asking { table: self.table, actor: self.actor, now: Some(self.context.now) }
    }

    /// The id of a user.
    pub fn id_of(&self, user: UserIx) -> &'a str {
        self.model.users.get(user).map_or("", |user| user.id.as_str())
    }

    /// Whether the command asks for the right to act on many leads.
    pub fn many(&self) -> Many {
        self.many.get()
    }

    /// Whether people are told of what the plan changes.
    pub fn told(&self) -> Told {
        if self.context.notify == Notify::Digest { Told::Yes } else { Told::No }
    }

    /// Rows that the actor may see.
    pub fn view(&self) -> Result<Covered> {
        self.gate.view(&self.asking())
    }

    /// Whether the actor may see what somebody holds: those may who could give to that person. Where no lead is named, that is the
    /// same for all others of a unit.
    pub fn shows_load_of(&self, user: &str) -> Result<bool> {
        let unit = self.model.user(user).and_then(|(_, user)| user.unit);
        let known = (user != self.context.actor).then(|| self.shown.borrow().get(&unit).copied()).flatten();
        if let Some(known) = known {
            return Ok(known);
        }
        let question =
            Question { to: To::User(user), now: Some(self.context.now), ..Question::new(&self.context.actor, Ask::Verb(Verb::LeadGive)) };
        let shown = self.gate.can(&question)?.allowed;
        if user != self.context.actor {
            self.shown.borrow_mut().insert(unit, shown);
        }
        Ok(shown)
    }

    /// Whether a row's slot is held by somebody, or by nobody.
    pub fn is_held_by(&self, slot: FieldIx, user: Option<&str>, row: RowIx) -> bool {
        self.table.cell(row, slot).text() == user
    }

    /// Asks whether the actor may edit, and act on many where the command is about many.
    pub fn ask_edit(&self, checks: &mut Checks) -> Result<()> {
        checks.only(DropCode::NotPermitted, self.gate.covers(&self.asking(), Verb::LeadEdit)?);
        if self.many.get() == Many::Yes {
            checks.only(DropCode::NotPermitted, self.gate.covers(&self.asking(), Verb::LeadMass)?);
        }
        self.ask_guard(checks)
    }

    /// Leads without a version are guarded by an empty `run` field, whatever changes: a change of one whose offer runs could
    /// never be written.
    pub fn ask_guard(&self, checks: &mut Checks) -> Result<()> {
        let (None, Some(run)) = (self.model.lead.version, self.model.lead.run) else { return Ok(()) };
        let rule = Json::object([("field", self.model.schema.name(run).into()), ("operator", "empty".into())]);
        let query = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![rule]))]);
        let query = crate::query::compile(&query, "", &self.model.schema, Purpose::List)
            .map_err(|faults| crate::error::Error::invalid("query_invalid", faults))?;
        checks.only(DropCode::Locked, Covered::Some(filter::select(&query, self.table, &self.filtering())?));
        Ok(())
    }

    /// Asks what the leads' own state says of a change of a slot. Rows of `unchanged` pass.
    pub fn ask_state(&self, slot: FieldIx, unchanged: &Covered, checks: &mut Checks) -> Result<()> {
        let asking = self.asking();
        checks.only(DropCode::NotReassignable, self.gate.reassignable(&asking)?.or(unchanged.clone()));
        let free = opposite(self.gate.locked(&asking, slot)?, self.table.rows())?;
        checks.only(DropCode::Locked, free.or(unchanged.clone()));
        Ok(())
    }

    /// Asks everything that a change of slots asks. A row whose slot is as asked already passes: it is told as no change.
    /// `changes` is what changes besides the slots.
    pub fn ask_moves(&self, moves: &[Move<'_>], changes: &[(FieldIx, Change)], checks: &mut Checks) -> Result<()> {
        let asking = self.asking();
        for (at, step) in moves.iter().enumerate() {
            let same = Covered::Some(holders::held_by(self.table, step.slot, &[step.to])?);
            let mut ask =
                |code, covered: Covered| checks.only(code, if covered == Covered::All { covered } else { covered.or(same.clone()) });
            ask(DropCode::NotPermitted, self.gate.release(&asking, step.slot)?);
            if let Some((to, user)) = step.to.and_then(|to| self.model.user(to)) {
                ask(DropCode::NotPermitted, self.gate.give(&asking, to)?);
                ask(DropCode::Boundary, opposite(self.gate.barred(&asking, to)?, self.table.rows())?);
                if !user.active {
                    ask(DropCode::ReceiverInactive, Covered::None);
                }
                let mut all = changes.to_vec();
                let others = moves.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
                all.extend(others.map(|other| (other.slot, Change::Set(holder(other.to)))));
                let owner = self.model.lead.owner;
                if step.slot != owner && moves.iter().any(|other| other.slot == owner) {
                    let gained = moves.iter().any(|other| other.slot == owner && other.to.is_some());
                    let cycle = &self.model.lifecycle;
                    all.extend(self.changes(if gained { &cycle.on_assign } else { &cycle.on_unassign }));
                }
                ask(DropCode::ReceiverNotPermitted, self.gate.receive(&asking, step.slot, to, &all)?);
            }
            self.ask_state(step.slot, &same, checks)?;
        }
        Ok(())
    }

    /// What patches make of the fields that they name.
    pub fn changes(&self, patches: &[Patch]) -> Vec<(FieldIx, Change)> {
        let schema = &self.model.schema;
        let change = |patch: &Patch| match &patch.value {
            PatchValue::Set(cell) => Change::Set(cell.clone()),
            PatchValue::Actor => Change::Set(Cell::Text(Cow::Owned(self.context.actor.clone()))),
            PatchValue::Words { add, remove } => Change::Words { add: add.clone(), remove: remove.clone() },
            PatchValue::Relative(relative) => match relative.at(self.context.now, &schema.zone, schema.week_start) {
                Some(at) if schema.kind(patch.field) == FieldType::Date => Change::Set(Cell::Day(schema.zone.local(at).day)),
                Some(at) => Change::Set(Cell::Instant(at)),
                None => Change::Set(Cell::Null),
            },
        };
        patches.iter().map(|patch| (patch.field, change(patch))).collect()
    }

    /// What the whole command asks before any row: the right to act on many leads, to give, and on a list.
    pub fn refusals(&self, command: &Command) -> Result<Vec<Reason>> {
        let mut verbs = match command {
            Command::Undo { .. } => Vec::new(),
            Command::ClaimFromPool { .. } => vec![Verb::LeadView, Verb::LeadClaim],
            _ => vec![Verb::LeadView, Verb::LeadEdit],
        };
        if command.gives() {
            verbs.push(Verb::LeadGive);
        }
        if command.is_about_many() {
            self.many.set(Many::Yes);
            verbs.push(Verb::LeadMass);
        }
        let mut reasons = self.gate.refusals(self.actor, &verbs)?;
        if let Some(LeadsRef::List(id)) = command.leads() {
            let decision = self.gate.list_use(self.actor, id)?;
            if !decision.allowed {
                reasons.extend(decision.reasons);
            }
        }
        reasons.dedup();
        Ok(reasons)
    }
}

/// A holder as a cell.
pub(super) fn holder(user: Option<&str>) -> Cell<'static> {
    user.map_or(Cell::Null, |user| Cell::Text(user.to_owned().into()))
}

/// Whether somebody whom a group or a tag names takes part: the paused and the absent do not.
pub(super) fn is_here(user: &User, now: Instant) -> bool {
    user.active && user.kind == UserKind::Person && !user.paused && !user.is_absent(now)
}
