//! From a command to a plan: the same way for all commands.
//!
//! Rows are found, questions are asked of all of them at once (each answer is a set of rows), what may not change is
//! dropped with the first reason that holds, and what remains is written down as edits. Which questions a command asks is the
//! table in the documentation of permissions; each command's own file follows it line by line.

mod assign;
mod classes;
mod deal;
mod edit;
mod matching;
mod reclaim;
mod single;
mod undo;

use std::cell::Cell as Flag;
use std::rc::Rc;

use crate::access::{Ask, Covered, Gate, Question, Reason, To};
use crate::config::{BoundaryMode, Model, UserIx, Verb};
use crate::error::{Diagnostic, Result};
use crate::filter;
use crate::query::{Cell, FieldIx, Query, UnitIx};
use crate::table::{Mask, RowIx, Table};

pub(super) use classes::{Turns, refine};
pub(super) use deal::Settled;

use super::command::{Command, LeadsRef};
use super::context::{Context, Notify};
use super::drops::{DropCode, Drops};
use super::edit::{Edits, Told};
use super::state::StateChange;

/// Everything that a decision reads.
pub(crate) struct Deciding<'a> {
    pub model: &'a Rc<Model>,
    pub gate: &'a Rc<Gate>,
    pub table: &'a Table,
    pub context: &'a Context,
    pub actor: UserIx,
    clock: Flag<bool>,
    many: Flag<bool>,
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
    /// Tells that a unit gains access to leads.
    pub fn warn_of_access(&mut self, unit: &str, leads: usize) {
        let message = format!("the unit `{unit}` gains access to {leads} leads");
        self.warnings.push(Diagnostic::warning("access_granted", "", message).with("unit", unit).with("leads", leads));
    }

    /// Nothing changes, and why.
    pub fn refuse(reasons: Vec<Reason>) -> Draft {
        Draft { refused: reasons, ..Draft::default() }
    }
}

impl<'a> Deciding<'a> {
    /// Puts together what a decision reads.
    pub fn new(model: &'a Rc<Model>, gate: &'a Rc<Gate>, table: &'a Table, context: &'a Context, actor: UserIx) -> Self {
        Deciding { model, gate, table, context, actor, clock: Flag::new(false), many: Flag::new(false) }
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

    /// Remembers that a filter was read whose answer depends on when it is asked.
    pub fn notice_clock(&self, query: &Query) {
        if query.needs_now() {
            self.clock.set(true);
        }
    }

    /// Remembers that somebody's presence was read.
    pub fn notice_presence(&self) {
        self.clock.set(true);
    }

    /// Whether the outcome may depend on when it is planned.
    pub fn read_the_clock(&self) -> bool {
        self.clock.get()
    }

    /// Whether people are told of what the plan changes.
    pub fn told(&self) -> Told {
        if self.context.notify == Notify::Digest { Told::Yes } else { Told::No }
    }

    /// Rows that the actor may see.
    pub fn view(&self) -> Result<Covered> {
        self.gate.view(&self.asking())
    }

    /// Rows whose lead has a running offer.
    pub fn locked(&self) -> Result<Covered> {
        self.gate.locked(&self.asking(), self.model.lead.owner)
    }

    /// Rows that may go to somebody as far as boundaries go.
    pub fn open_to(&self, to: UserIx) -> Result<Covered> {
        let mut open = Mask::all(self.table.rows())?;
        match self.gate.barred(&self.asking(), to)? {
            Covered::None => return Ok(Covered::All),
            Covered::All => return Ok(Covered::None),
            Covered::Some(barred) => open.minus(&barred.words),
        }
        Ok(Covered::Some(open))
    }

    /// Where crossing a boundary gives access: the unit that gains it, and the rows that cross.
    pub fn grants(&self, to: UserIx) -> Result<Option<(UnitIx, Covered)>> {
        if self.model.lifecycle.boundary.as_ref().is_none_or(|boundary| boundary.mode != BoundaryMode::GrantAccess) {
            return Ok(None);
        }
        let unit = self.model.users.get(to).and_then(|user| user.unit);
        let Some(side) = self.gate.side_of(unit) else { return Ok(None) };
        let crossing = self.gate.crossing(&self.asking(), unit)?;
        Ok(if crossing == Covered::None { None } else { Some((side, crossing)) })
    }

    /// Whether the actor may see what somebody holds: those may who could give to that person.
    pub fn shows_load_of(&self, user: &str) -> Result<bool> {
        let question = Question { to: To::User(user), ..Question::new(&self.context.actor, Ask::Verb(Verb::LeadGive)) };
        Ok(self.gate.can(&question)?.allowed)
    }

    /// The holder of a slot in a row.
    pub fn holder(&self, slot: FieldIx, row: RowIx) -> Cell<'_> {
        self.table.cell(row, slot)
    }

    /// Drops the rows that the actor may not edit.
    pub fn sieve_edit(&self, rows: &mut Vec<u32>, drops: &mut Drops) -> Result<()> {
        let edit = self.gate.covers(&self.asking(), Verb::LeadEdit)?;
        drops.sieve(rows, DropCode::NotPermitted, |row| edit.contains(row));
        if self.many.get() {
            let mass = self.gate.covers(&self.asking(), Verb::LeadMass)?;
            drops.sieve(rows, DropCode::NotPermitted, |row| mass.contains(row));
        }
        Ok(())
    }

    /// Drops the rows whose own state forbids that their slots change.
    pub fn sieve_state(&self, rows: &mut Vec<u32>, drops: &mut Drops) -> Result<()> {
        let asking = self.asking();
        let reassignable = self.gate.reassignable(&asking)?;
        drops.sieve(rows, DropCode::NotReassignable, |row| reassignable.contains(row));
        let locked = self.locked()?;
        drops.sieve(rows, DropCode::Locked, |row| !locked.contains(row));
        Ok(())
    }

    /// Asks everything that a change of slots asks, in the order in which drops are told, and drops the rows that fail. A row
    /// whose slots are as asked already passes: it is told as no change.
    pub fn sieve_moves(&self, rows: &mut Vec<u32>, moves: &[Move<'_>], drops: &mut Drops) -> Result<()> {
        self.sieve_edit(rows, drops)?;
        let asking = self.asking();
        let same = |slot: FieldIx, to: Option<&str>, row: RowIx| self.holder(slot, row).text() == to;
        let settled = |row: RowIx| moves.iter().all(|step| same(step.slot, step.to, row));
        for step in moves {
            let release = self.gate.release(&asking, step.slot)?;
            let give = match step.to.and_then(|to| self.model.user(to)) {
                Some((to, _)) => self.gate.give(&asking, to)?,
                None => Covered::All,
            };
            drops.sieve(rows, DropCode::NotPermitted, |row| (release.contains(row) && give.contains(row)) || same(step.slot, step.to, row));
        }
        let reassignable = self.gate.reassignable(&asking)?;
        drops.sieve(rows, DropCode::NotReassignable, |row| reassignable.contains(row) || settled(row));
        let locked = self.locked()?;
        drops.sieve(rows, DropCode::Locked, |row| !locked.contains(row) || settled(row));
        for step in moves {
            let Some((to, user)) = step.to.and_then(|to| self.model.user(to)) else { continue };
            let crossing = self.gate.barred(&asking, to)?;
            drops.sieve(rows, DropCode::Boundary, |row| !crossing.contains(row) || same(step.slot, step.to, row));
            if !user.active {
                drops.sieve(rows, DropCode::ReceiverInactive, |row| same(step.slot, step.to, row));
            }
            let receive = self.gate.receive(&asking, step.slot, to, &[])?;
            drops.sieve(rows, DropCode::ReceiverNotPermitted, |row| receive.contains(row) || same(step.slot, step.to, row));
        }
        Ok(())
    }

    /// What the whole command asks before any row: the right to act on many leads, and on a list.
    pub fn refusals(&self, command: &Command) -> Result<Vec<Reason>> {
        let mut verbs = match command {
            Command::Undo { .. } => Vec::new(),
            Command::ClaimFromPool { .. } => vec![Verb::LeadView, Verb::LeadClaim],
            _ => vec![Verb::LeadView, Verb::LeadEdit],
        };
        if command.is_about_many() {
            self.many.set(true);
            verbs.push(Verb::LeadMass);
        }
        if let Some(LeadsRef::List(id)) = command.leads() {
            let decision = self.gate.list_use(self.actor, id)?;
            if !decision.allowed {
                return Ok(decision.reasons);
            }
        }
        self.gate.refusals(self.actor, &verbs)
    }
}
