//! What commands decide with: the same questions for all of them.
//!
//! Rows are found, questions are asked of all of them at once (each answer is a set of rows), what may not change is
//! dropped with the first reason that holds, and what remains is written down as edits. Which questions a command asks is the
//! table in the documentation of permissions; each command's own file follows its line.

use crate::btree::BTreeMap;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::access::{Authorizer, Change, RowSet, is_empty};
use crate::config::{Model, Patch, PatchValue, User, UserIx, UserKind, Verb};
use crate::error::{Diagnostic, Result};
use crate::filter;
use crate::query::{Cell, FieldIx, FieldType, Query, UnitIx};
use crate::table::{RowIx, Table};
use crate::time::Instant;

use crate::plan::context::Context;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::holders;

/// Everything that a decision reads.
pub(crate) struct Planner<'a> {
    pub model: &'a Rc<Model>,
    pub auth: &'a Rc<Authorizer>,
    pub table: &'a Table,
    pub context: &'a Context,
    pub actor: UserIx,
    /// When: the context's now, but for leads that are replayed.
    pub now: std::cell::Cell<Instant>,
    /// Whether the command asks for the right to act on many leads.
    pub bulk: bool,
    pub(crate) open: OnceCell<RowSet>,
    pub(crate) counted: RefCell<holders::Counted>,
    /// People whose leads were counted one by one.
    pub(crate) singly: std::cell::Cell<u32>,
    /// By unit: whether the actor may see what its people hold.
    shown: RefCell<BTreeMap<Option<UnitIx>, bool>>,
    /// The rows that a filter or a list found, where the plan shall name them.
    pub(crate) found: RefCell<Option<Vec<u32>>>,
    /// What is to be told of how the leads were named.
    pub(crate) warnings: RefCell<Vec<Diagnostic>>,
}

/// A new holder of a slot.
pub(crate) struct Move<'m> {
    /// Which slot.
    pub slot: FieldIx,
    /// Who; nobody clears it.
    pub to: Option<&'m str>,
}

impl<'m> Move<'m> {
    /// New holders as moves.
    pub fn list(slots: &'m [(FieldIx, Option<String>)]) -> Vec<Move<'m>> {
        slots.iter().map(|(slot, to)| Move { slot: *slot, to: to.as_deref() }).collect()
    }
}

impl<'a> Planner<'a> {
    /// Puts together what a decision reads.
    pub fn new(model: &'a Rc<Model>, auth: &'a Rc<Authorizer>, table: &'a Table, context: &'a Context, actor: UserIx, bulk: bool) -> Self {
        let (open, counted, found) = (OnceCell::new(), RefCell::default(), RefCell::default());
        let (shown, warnings) = (RefCell::default(), RefCell::default());
        let now = std::cell::Cell::new(context.now);
        let singly = std::cell::Cell::new(0);
        Planner { model, auth, table, context, actor, now, bulk, open, counted, singly, shown, found, warnings }
    }

    /// What filters are evaluated with.
    pub fn filtering(&self) -> filter::Context<'_> {
        filter::Context {
            schema: &self.model.schema,
            people: self.auth.as_ref(),
            now: Some(self.now.get()),
            actor: Some(&self.context.actor),
        }
    }

    /// What questions are asked about.
    pub fn asking(&self) -> crate::access::RowRequest<'_> {
        crate::access::RowRequest { table: self.table, actor: self.actor, now: Some(self.now.get()) }
    }

    /// The id of a user.
    pub fn id_of(&self, user: UserIx) -> &'a str {
        self.model.users.get(user).map_or("", |user| user.id.as_str())
    }

    /// Rows that the actor may see.
    pub fn view(&self) -> Result<RowSet> {
        self.auth.view(&self.asking())
    }

    /// Whether the actor may see what somebody holds: those may who could give to that person. Where no lead is named, that is the
    /// same for all others of a unit.
    pub fn shows_load_of(&self, user: &str) -> Result<bool> {
        // Whoever could give to nobody at all needs no closer look.
        if !self.auth.could_any(self.actor, Verb::LeadView)? || !self.auth.could_any(self.actor, Verb::LeadGive)? {
            return Ok(false);
        }
        let unit = self.model.user(user).and_then(|(_, user)| user.unit);
        let known = (user != self.context.actor).then(|| self.shown.borrow().get(&unit).copied()).flatten();
        if let Some(known) = known {
            return Ok(known);
        }
        let shown = self.auth.could_give(self.actor, user, self.context.now)?;
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
    pub fn ask_edit(&self, checks: &mut RowChecks) -> Result<()> {
        checks.only(DropCode::NotPermitted, self.auth.covers(&self.asking(), Verb::LeadEdit)?);
        if self.bulk {
            checks.only(DropCode::NotPermitted, self.auth.covers(&self.asking(), Verb::LeadMass)?);
        }
        self.ask_guard(checks)
    }

    /// Leads without a version are guarded by an empty `run` field, whatever changes: a change of one whose offer runs could
    /// never be written.
    pub fn ask_guard(&self, checks: &mut RowChecks) -> Result<()> {
        let (None, Some(run)) = (self.model.lead.version, self.model.lead.run) else { return Ok(()) };
        let query = Query::from(is_empty(run));
        checks.only(DropCode::Locked, RowSet::Some(filter::select(&query, self.table, &self.filtering())?));
        Ok(())
    }

    /// Asks what the leads' own state says of a change of a slot. Rows of `unchanged` pass.
    pub fn ask_state(&self, slot: FieldIx, unchanged: &RowSet, checks: &mut RowChecks) -> Result<()> {
        let asking = self.asking();
        checks.only(DropCode::NotReassignable, self.auth.reassignable(&asking)?.or(unchanged.clone()));
        let free = self.auth.locked(&asking, slot)?.complement(self.table.rows())?;
        checks.only(DropCode::Locked, free.or(unchanged.clone()));
        Ok(())
    }

    /// Asks everything that a change of slots asks. A row whose slot is as asked already passes: it is told as no change.
    /// `changes` is what changes besides the slots.
    pub fn ask_moves(&self, moves: &[Move<'_>], changes: &[(FieldIx, Change)], checks: &mut RowChecks) -> Result<()> {
        let asking = self.asking();
        for (at, step) in moves.iter().enumerate() {
            let same = RowSet::Some(holders::held_by(self.table, step.slot, &[step.to])?);
            let mut ask =
                |code, covered: RowSet| checks.only(code, if covered == RowSet::All { covered } else { covered.or(same.clone()) });
            ask(DropCode::NotPermitted, self.auth.release(&asking, step.slot)?);
            if let Some((to, user)) = step.to.and_then(|to| self.model.user(to)) {
                ask(DropCode::NotPermitted, self.auth.give(&asking, to)?);
                ask(DropCode::Boundary, self.auth.barred(&asking, to)?.complement(self.table.rows())?);
                if !user.active {
                    ask(DropCode::ReceiverInactive, RowSet::None);
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
                ask(DropCode::ReceiverNotPermitted, self.auth.receive(&asking, step.slot, to, &all)?);
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
            PatchValue::Relative(relative) => match relative.at(self.now.get(), schema.calendar()) {
                Some(at) if schema.kind(patch.field) == FieldType::Date => Change::Set(Cell::Day(schema.zone.local(at).day)),
                Some(at) => Change::Set(Cell::Instant(at)),
                None => Change::Set(Cell::Null),
            },
        };
        patches.iter().map(|patch| (patch.field, change(patch))).collect()
    }
}

/// A holder as a cell.
pub(crate) fn holder(user: Option<&str>) -> Cell<'static> {
    user.map_or(Cell::Null, |user| Cell::Text(user.to_owned().into()))
}

/// Whether somebody whom a group or a tag names takes part: the paused and the absent do not.
pub(crate) fn is_here(user: &User, now: Instant) -> bool {
    user.active && user.kind == UserKind::Person && !user.paused && !user.is_absent(now)
}
