//! Plain answers about one lead, without reasons: what the bulk questions answer for rows, for a lead that is in no table as it is asked
//! about.

use super::assemble::Over;
use super::can::{Known, Verdict};
use super::reach::Relation;
use super::{Authorizer, Principal, ReceiveDenial};
use crate::config::{Members, UserIx, Verb};
use crate::error::Result;
use crate::filter::{self, Context};
use crate::query::assume::is_true;
use crate::query::{Cells, FieldIx, Query, UnitIx};
use crate::time::Instant;

impl Authorizer {
    /// Whether the grants of a verb cover a lead. `lead.view` is a question of its own.
    ///
    /// # Errors
    /// `now_required` where a condition reads the time; so for every question of this kind.
    pub fn covers_lead(&self, actor: UserIx, now: Option<Instant>, verb: Verb, lead: &dyn Cells) -> Result<bool> {
        self.single(actor, now, |asker| asker.of_lead(verb, Known { cells: lead, lacks: &[] }, &mut None))
    }

    /// Whether somebody can have every lead in a slot at any time, whether or not they accept it: then no lead need be asked about.
    ///
    /// # Errors
    /// As [`Authorizer::covers_lead`].
    pub fn may_hold_any(&self, slot: FieldIx, to: UserIx) -> Result<bool> {
        let model = &self.model;
        let timed = |members: &Members| members.filter.as_ref().is_some_and(Query::needs_now);
        let holders = model.lead.slots.iter().find(|known| known.field == slot).and_then(|slot| slot.holders.as_ref());
        let pooled = model.lead.pool.is_some() && !model.pools.is_empty();
        if pooled || model.lifecycle.boundary.is_some() || holders.is_some_and(timed) || self.unfit(slot, to, None)?.is_some() {
            return Ok(false);
        }
        self.asker(to, None).map_or(Ok(false), |asker| Ok(is_true(&asker.sides(Verb::LeadView, Over::Lead)?.both())))
    }

    /// Whether a slot may be taken from whoever holds it; also where nobody does.
    ///
    /// # Errors
    /// As [`Authorizer::covers_lead`].
    pub fn releases_lead(&self, actor: UserIx, now: Option<Instant>, slot: FieldIx, lead: &dyn Cells) -> Result<bool> {
        if lead.cell(slot).is_null() {
            return Ok(self.asker(actor, now).is_some());
        }
        self.single(actor, now, |asker| asker.of_holder(slot, Known { cells: lead, lacks: &[] }))
    }

    /// Whether a unit's access may be taken from a lead.
    ///
    /// # Errors
    /// As [`Authorizer::covers_lead`].
    pub fn releases_unit(&self, actor: UserIx, now: Option<Instant>, unit: UnitIx, lead: &dyn Cells) -> Result<bool> {
        let known = Known { cells: lead, lacks: &[] };
        self.single(actor, now, |asker| {
            let there: Relation = asker.unit_standing(unit);
            asker.judge(Verb::LeadRelease, Over::Fixed(there), known, &mut || there)
        })
    }

    /// Whether the state of a lead lets it change hands: it does where nobody owns it.
    ///
    /// # Errors
    /// As [`Authorizer::covers_lead`].
    pub fn is_reassignable(&self, actor: UserIx, now: Option<Instant>, lead: &dyn Cells) -> Result<bool> {
        match &self.model.lifecycle.reassignable {
            Some(condition) if !lead.cell(self.model.lead.owner).is_null() => {
                let ctx = Context { schema: &self.model.schema, people: self, now, actor: Some(self.id_of(actor)) };
                filter::matches(condition, lead, &ctx)
            }
            _ => Ok(true),
        }
    }

    /// What keeps somebody from working a lead that they hold: the same as what keeps them from receiving it, but nothing follows from it.
    ///
    /// # Errors
    /// As [`Authorizer::covers_lead`].
    pub fn unable(
        &self,
        actor: UserIx,
        now: Option<Instant>,
        slot: FieldIx,
        to: UserIx,
        lead: &dyn Cells,
    ) -> Result<Option<ReceiveDenial>> {
        if let Some(never) = self.unfit(slot, to, now)? {
            return Ok(Some(never));
        }
        if let Some(accepts) = self.model.users.get(to).and_then(|user| user.accepts.as_ref()) {
            let ctx = Context { schema: &self.model.schema, people: self, now, actor: Some(self.id_of(actor)) };
            if !filter::matches(accepts, lead, &ctx)? {
                return Ok(Some(ReceiveDenial::Accepts));
            }
        }
        if let Some(field) = self.model.lead.pool
            && let Some(pool) = lead.cell(field).text().filter(|pool| !pool.is_empty())
            && !self.is_of_pool(field, pool, to, now)?
        {
            return Ok(Some(ReceiveDenial::Pool));
        }
        Ok((!self.covers_lead(to, now, Verb::LeadView, lead)?).then_some(ReceiveDenial::View))
    }

    /// Whether some of what somebody may see depends on the time.
    pub fn view_needs_now(&self, actor: UserIx) -> bool {
        self.asker(actor, None).is_some_and(Principal::view_needs_now)
    }

    fn single<'g>(&'g self, actor: UserIx, now: Option<Instant>, judge: impl FnOnce(Principal<'g>) -> Result<Verdict<'g>>) -> Result<bool> {
        let Some(asker) = self.asker(actor, now) else { return Ok(false) };
        Ok(matches!(judge(asker)?, Verdict::Granted(_)))
    }
}
