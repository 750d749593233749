//! Whether somebody can have a lead: active, a person, of the slot and of the pool, who accepts it and would see it afterwards.

use std::borrow::Cow;

use super::boundary::Crossing;
use super::can::{Found, Known, Verdict};
use super::lead::PatchedLead;
use super::{Authorizer, Change, Check, Principal, Reason, Request, To};
use crate::config::{BoundaryMode, Patch, PatchValue, UserIx, UserKind};
use crate::error::{Error, Result};
use crate::filter::{self, Context};
use crate::query::{Cell, Cells, FieldIx, FieldType, UnitIx};
use crate::time::Instant;

/// Why somebody cannot have a lead. Where several hold, the first is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiveDenial {
    /// Not active.
    Inactive,
    /// A service acts and never receives.
    Service,
    /// Not among the holders of the slot.
    Slot,
    /// Does not accept the lead.
    Accepts,
    /// Not a member of the lead's pool.
    Pool,
    /// Could not see the lead afterwards.
    View,
}

impl ReceiveDenial {
    /// The code of the reason and of the drop.
    pub fn code(self) -> &'static str {
        match self {
            ReceiveDenial::Inactive => "receiver_inactive",
            _ => "receiver_not_permitted",
        }
    }
}

/// What a lead is given for: the slot it fills, who acts, and what else changes with it.
#[derive(Clone, Copy, Debug)]
pub struct Reassignment<'a> {
    /// The slot.
    pub slot: FieldIx,
    /// The acting user's id.
    pub actor: &'a str,
    /// For conditions and patches relative to now.
    pub now: Option<Instant>,
    /// What changes besides the slot; it wins over the patches of the lifecycle.
    pub changes: &'a [(FieldIx, Change)],
}

/// What a change makes of the fields that it touches; each is named once.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub list: Vec<(FieldIx, Change)>,
}

impl Changes {
    fn add(&mut self, field: FieldIx, change: Change) {
        if !self.list.iter().any(|(known, _)| *known == field) {
            self.list.push((field, change));
        }
    }

    /// Adds a word to a list, whatever else becomes of it.
    fn grant(&mut self, field: FieldIx, word: String) {
        match self.list.iter_mut().find(|(known, _)| *known == field).map(|(_, change)| change) {
            Some(Change::Words { add, .. }) => add.push(word),
            Some(Change::Set(Cell::List(items))) => items.push(Cow::Owned(word)),
            Some(change) => *change = Change::Set(Cell::List(vec![Cow::Owned(word)])),
            None => self.list.push((field, Change::Words { add: vec![word], remove: Vec::new() })),
        }
    }
}

impl Authorizer {
    /// What keeps somebody from having any lead in that slot.
    ///
    /// # Errors
    /// As [`Authorizer::members`].
    pub fn unfit(&self, slot: FieldIx, to: UserIx, now: Option<Instant>) -> Result<Option<ReceiveDenial>> {
        Ok(match self.model.users.get(to) {
            Some(user) if user.active && user.kind == UserKind::Service => Some(ReceiveDenial::Service),
            Some(user) if user.active => {
                if self.fits_slot(slot, to, now)? {
                    None
                } else {
                    Some(ReceiveDenial::Slot)
                }
            }
            _ => Some(ReceiveDenial::Inactive),
        })
    }

    /// What keeps somebody from having this lead.
    ///
    /// # Errors
    /// `now_required` where a condition reads the time.
    pub fn hurdle(&self, lead: &dyn Cells, to: UserIx, handover: &Reassignment<'_>) -> Result<Option<ReceiveDenial>> {
        let known = Known { cells: lead, lacks: &[] };
        match self.receives(known, to, handover, Crossing::of(self, lead, self.unit_at(to)), true)? {
            Ok(()) => Ok(None),
            Err(Refusal::Hurdle(hurdle)) => Ok(Some(hurdle)),
            Err(Refusal::Incomplete(_)) => Ok(Some(ReceiveDenial::View)),
        }
    }

    /// Whether somebody can have this lead across no boundary, whether or not they accept it: for whoever tells the two apart.
    ///
    /// # Errors
    /// As [`Authorizer::hurdle`].
    pub fn may_hold(&self, lead: &dyn Cells, to: UserIx, handover: &Reassignment<'_>) -> Result<bool> {
        let crossing = Crossing::of(self, lead, self.unit_at(to));
        if matches!(crossing, Crossing::Barred(_)) {
            return Ok(false);
        }
        Ok(self.receives(Known { cells: lead, lacks: &[] }, to, handover, crossing, false)?.is_ok())
    }

    fn unit_at(&self, user: UserIx) -> Option<UnitIx> {
        self.model.users.get(user).and_then(|user| user.unit)
    }

    /// The fifth question for one lead; what the receiver accepts is asked where that is said.
    fn receives(
        &self,
        lead: Known<'_>,
        to: UserIx,
        handover: &Reassignment<'_>,
        crossing: Crossing,
        ask_accepts: bool,
    ) -> Result<Result<(), Refusal>> {
        let failed = |hurdle| Ok(Err(Refusal::Hurdle(hurdle)));
        if let Some(hurdle) = self.unfit(handover.slot, to, handover.now)? {
            return failed(hurdle);
        }
        let model = &self.model;
        let Some(asker) = self.asker(to, handover.now) else { return failed(ReceiveDenial::Inactive) };
        if let Some(accepts) = asker.user.accepts.as_ref().filter(|_| ask_accepts) {
            let ctx = Context { schema: &model.schema, people: self, now: handover.now, actor: Some(handover.actor) };
            if !filter::matches(accepts, lead.cells, &ctx)? {
                return failed(ReceiveDenial::Accepts);
            }
        }
        if let Some(field) = model.lead.pool
            && let Some(pool) = lead.cells.cell(field).text().filter(|pool| !pool.is_empty())
            && !self.is_of_pool(field, pool, to, handover.now)?
        {
            return failed(ReceiveDenial::Pool);
        }
        let changes = self.changes(asker.user.id.as_str(), handover, crossing);
        asker.needs_none_of_later(&changes)?;
        let lacks: Vec<FieldIx> = lead.lacks.iter().copied().filter(|field| !changes.sets(*field)).collect();
        let after = PatchedLead { before: lead.cells, changes: &changes.list };
        let known = Known { cells: &after, lacks: &lacks };
        Ok(match asker.of_lead(crate::config::Verb::LeadView, known, &mut None)? {
            Verdict::Granted(_) => Ok(()),
            Verdict::Incomplete(fields) => Err(Refusal::Incomplete(fields)),
            Verdict::Denied(_) | Verdict::Silent => Err(Refusal::Hurdle(ReceiveDenial::View)),
        })
    }

    /// What the handover changes: what is asked for, the slot, the patches and stamps that follow a new owner, and the access that
    /// crossing a boundary grants.
    pub(super) fn changes(&self, to: &str, handover: &Reassignment<'_>, crossing: Crossing) -> Changes {
        let (lead, cycle) = (&self.model.lead, &self.model.lifecycle);
        let mut out = Changes::default();
        handover.changes.iter().for_each(|(field, change)| out.add(*field, change.clone()));
        out.add(handover.slot, Change::Set(Cell::Text(Cow::Owned(to.to_owned()))));
        if handover.slot == lead.owner {
            for patch in &cycle.on_assign {
                out.add(patch.field, self.patched(patch, handover));
            }
            if let Some(field) = lead.assigned_at {
                out.add(field, handover.now.map_or(Change::Later, |now| Change::Set(Cell::Instant(now))));
            }
        }
        if let (Some(field), Crossing::Granting(unit)) = (lead.access, crossing) {
            let id = self.model.schema.units.get(unit).map(|unit| unit.id.clone()).unwrap_or_default();
            out.grant(field, id);
        }
        out
    }

    fn patched(&self, patch: &Patch, handover: &Reassignment<'_>) -> Change {
        let schema = &self.model.schema;
        match &patch.value {
            PatchValue::Set(cell) => Change::Set(cell.clone()),
            PatchValue::Actor => Change::Set(Cell::Text(Cow::Owned(handover.actor.to_owned()))),
            PatchValue::Words { add, remove } => Change::Words { add: add.clone(), remove: remove.clone() },
            PatchValue::Relative(relative) => {
                let at = handover.now.and_then(|now| relative.at(now, schema.calendar()));
                match at {
                    Some(at) if schema.kind(patch.field) == FieldType::Date => Change::Set(Cell::Day(schema.zone.local(at).day)),
                    Some(at) => Change::Set(Cell::Instant(at)),
                    None => Change::Later,
                }
            }
        }
    }
}

impl Changes {
    /// Whether the field has a value of its own afterwards.
    pub fn sets(&self, field: FieldIx) -> bool {
        self.list.iter().any(|(known, change)| *known == field && matches!(change, Change::Set(_)))
    }
}

enum Refusal {
    Hurdle(ReceiveDenial),
    Incomplete(Vec<FieldIx>),
}

impl Principal<'_> {
    /// A receiver's view may not read what only `now` can tell.
    pub(super) fn needs_none_of_later(self, changes: &Changes) -> Result<()> {
        let later: Vec<FieldIx> = changes.list.iter().filter(|(_, change)| *change == Change::Later).map(|(field, _)| *field).collect();
        if later.is_empty() || !self.reads(crate::config::Verb::LeadView, super::assemble::Over::Lead).iter().any(|f| later.contains(f)) {
            return Ok(());
        }
        Err(Error::new("now_required", "", "what an assignment sets depends on now, and `now` was not given").hint("pass `now`"))
    }

    /// The boundary and the receiver, for one lead.
    pub(super) fn receives(self, lead: Known<'_>, question: &Request<'_>, found: &mut Found) -> Result<()> {
        let auth = self.auth;
        let named = match question.to {
            To::User(id) => Some((id, auth.find_user(id).map(|(ix, _)| ix))),
            _ => None,
        };
        let toward = question.unit.or_else(|| named.and_then(|(_, ix)| auth.unit_at(ix?)));
        let mut crossing = Crossing::of(auth, lead.cells, toward);
        if let Crossing::Barred(mode) = crossing {
            // A transfer names the unit, and may make a copy.
            if mode == BoundaryMode::Duplicate && question.unit.is_some() {
                crossing = Crossing::None;
            } else {
                let message = "the lead would cross into another organisation";
                found.failed.push(Reason::new("boundary", Some(Check::Boundary), message));
            }
        }
        let Some((id, ix)) = named else { return Ok(()) };
        let Some(to) = ix else {
            found.failed.push(Reason::new("unknown_user", Some(Check::Receive), format!("there is no user `{id}`")).with("user", id));
            return Ok(());
        };
        let changes = self.moves(lead, question.unit, crossing);
        let slot = question.slot.unwrap_or(auth.model.lead.owner);
        let handover = Reassignment { slot, actor: &self.user.id, now: self.now, changes: &changes };
        // A transfer says itself what becomes of access.
        let crossing = if question.unit.is_some() { Crossing::None } else { crossing };
        match auth.receives(lead, to, &handover, crossing, true)? {
            Ok(()) => {}
            Err(Refusal::Hurdle(hurdle)) => found.failed.push(auth.refusal_of(hurdle, to, slot)),
            Err(Refusal::Incomplete(fields)) => self.note(found, Some(Check::Receive), Verdict::Incomplete(fields), String::new),
        }
        Ok(())
    }

    /// What a transfer to a unit changes besides the slot.
    fn moves(self, lead: Known<'_>, unit: Option<UnitIx>, crossing: Crossing) -> Vec<(FieldIx, Change)> {
        let model = &self.auth.model;
        let mut out = Vec::new();
        let id = |unit: UnitIx| model.schema.units.get(unit).map(|unit| unit.id.clone()).unwrap_or_default();
        let (Some(field), Some(unit)) = (model.lead.unit, unit) else { return out };
        if let (Crossing::Granting(_), Some(access)) = (crossing, model.lead.access) {
            let former = lead.cells.cell(field).text().and_then(|id| self.auth.find_unit(id));
            let add = self.auth.side_of(former).map(id).into_iter().collect();
            out.push((access, Change::Words { add, remove: Vec::new() }));
        }
        out.push((field, Change::Set(Cell::Text(Cow::Owned(id(unit))))));
        out
    }

    /// Whether the receiver could have any lead at all. Somebody who was looked up and not found cannot.
    pub(super) fn could_receive(self, question: &Request<'_>, found: &mut Found) -> Result<()> {
        let To::User(id) = question.to else {
            if question.to == To::Nobody {
                found.failed.push(Reason::new("unknown_user", Some(Check::Receive), "there is no such user"));
            }
            return Ok(());
        };
        let slot = question.slot.unwrap_or(self.auth.model.lead.owner);
        match self.auth.find_user(id) {
            None => {
                found.failed.push(Reason::new("unknown_user", Some(Check::Receive), format!("there is no user `{id}`")).with("user", id));
            }
            Some((to, _)) => {
                if let Some(hurdle) = self.auth.never_receives(slot, to, self.now)? {
                    found.failed.push(self.auth.refusal_of(hurdle, to, slot));
                }
            }
        }
        Ok(())
    }

    /// Whether offers and the lead's state let it change hands.
    pub(super) fn state_of(self, slot: FieldIx, lead: Known<'_>, found: &mut Found) -> Result<()> {
        let model = &self.auth.model;
        if let Some(run) = model.lead.run.filter(|_| self.auth.locks(slot))
            && !lead.cells.cell(run).is_null()
            && lead.cells.cell(run).text() != Some("")
        {
            found.failed.push(Reason::new("locked", Some(Check::Lock), "an offer of the lead is running"));
        }
        if let Some(condition) = &model.lifecycle.reassignable
            && !lead.cells.cell(model.lead.owner).is_null()
            && !filter::matches(condition, lead.cells, &self.context())?
        {
            let message = "the lead is in a state in which it cannot be reassigned";
            found.failed.push(Reason::new("not_reassignable", Some(Check::Reassignable), message));
        }
        Ok(())
    }
}

impl Authorizer {
    /// What keeps somebody from having any lead at all in that slot.
    ///
    /// # Errors
    /// As [`Authorizer::members`].
    pub fn never_receives(&self, slot: FieldIx, to: UserIx, now: Option<Instant>) -> Result<Option<ReceiveDenial>> {
        if let Some(hurdle) = self.unfit(slot, to, now)? {
            return Ok(Some(hurdle));
        }
        let sees = self.asker(to, now).map(|asker| asker.could(crate::config::Verb::LeadView, super::assemble::Over::Lead));
        Ok(if sees.transpose()?.unwrap_or(false) { None } else { Some(ReceiveDenial::View) })
    }

    /// Whether a running offer locks a slot: groups with offers fill it, or none of them fills any (any more).
    pub(crate) fn locks(&self, slot: FieldIx) -> bool {
        let mut slots = self.model.groups.iter().filter(|group| group.offers());
        let mut any = false;
        slots.any(|group| {
            any = true;
            group.slot == slot
        }) || !any
    }

    /// The reason that somebody cannot have a lead.
    pub fn refusal_of(&self, hurdle: ReceiveDenial, to: UserIx, slot: FieldIx) -> Reason {
        let id = self.id_of(to);
        let message = match hurdle {
            ReceiveDenial::Inactive => format!("`{id}` is not active"),
            ReceiveDenial::Service => format!("`{id}` is a service, and a service never receives leads"),
            ReceiveDenial::Slot => format!("`{id}` is not among those who may hold `{}`", self.model.schema.name(slot)),
            ReceiveDenial::Accepts => format!("`{id}` does not accept this lead"),
            ReceiveDenial::Pool => format!("`{id}` is not a member of the lead's pool"),
            ReceiveDenial::View => format!("`{id}` could not see the lead afterwards"),
        };
        Reason::new(hurdle.code(), Some(Check::Receive), message).with("user", id)
    }
}
