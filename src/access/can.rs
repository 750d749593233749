//! One question about one lead.
//!
//! The lead's distance from the actor is worked out once, and each grant is then a comparison; only a grant with a condition
//! looks at the lead again.

use super::assemble::Over;
use super::reach::{Distance, Relation, between};
use super::{Action, Authorizer, Check, Decision, GrantRef, Lead, Principal, Reason, Request, To};
use crate::config::access::Effect;
use crate::config::{UserIx, Verb};
use crate::error::{Error, Result};
use crate::filter::{self, People};
use crate::json::Json;
use crate::query::{Cells, FieldIx};

/// What the grants of a verb say.
pub(super) enum Verdict<'g> {
    /// This grant allows it, and none denies it.
    Granted(GrantRef<'g>),
    /// This grant denies it.
    Denied(GrantRef<'g>),
    /// No grant speaks of it.
    Silent,
    /// The lead lacks fields that the grants read.
    Incomplete(Vec<FieldIx>),
}

/// A lead that is there.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub cells: &'a dyn Cells,
    pub lacks: &'a [FieldIx],
}

/// What has been found out: grants that allow, questions that failed.
#[derive(Default)]
pub(super) struct Found {
    pub granted: Vec<Reason>,
    pub failed: Vec<Reason>,
}

impl Found {
    /// The same in the order of the questions.
    pub fn in_order(mut self) -> Found {
        crate::sort::by_key(&mut self.failed, |reason| reason.question);
        crate::sort::by_key(&mut self.granted, |reason| reason.question);
        self
    }

    pub fn decide(self) -> Decision {
        if self.failed.is_empty() { Decision::allow(self.granted) } else { Decision::deny(self.failed) }
    }
}

impl Authorizer {
    /// Answers one question. An actor who is unknown or not active is denied everything.
    ///
    /// # Errors
    /// `now_required` where a condition reads the time and the question has none.
    pub fn can(&self, question: &Request<'_>) -> Result<Decision> {
        let Some((ix, _)) = self.find_user(question.actor) else {
            let message = format!("there is no user `{}` who could ask", question.actor);
            return Ok(Decision::deny(vec![Reason::new("unknown_actor", None, message)]));
        };
        let Some(asker) = self.asker(ix, question.now) else {
            return Ok(Decision::deny(vec![self.inactive(ix)]));
        };
        match (question.ask, question.lead) {
            (Action::Verb(verb), _) if !verb.asks_the_lead() => self.about_things(asker, verb, question),
            (_, Some(Lead::Unknown(id))) => {
                asker.as_hidden()?;
                Ok(Decision::deny(vec![unknown_lead(Some(id))]))
            }
            (_, Some(Lead::Missing)) => Ok(Decision::deny(vec![unknown_lead(None)])),
            (Action::Verb(verb), Some(Lead::Known { cells, lacks })) => asker.about_lead(verb, Known { cells, lacks }, question),
            (Action::Reassign, Some(Lead::Known { cells, lacks })) => asker.reassign(Known { cells, lacks }, question),
            (Action::Verb(verb), None) => asker.about_any(verb, question),
            (Action::Reassign, None) => asker.reassign_any(question),
        }
    }

    /// The reason that somebody who is not active may nothing.
    pub(super) fn inactive(&self, ix: UserIx) -> Reason {
        Reason::new("actor_inactive", None, format!("`{}` is not active", self.id_of(ix)))
    }
}

/// The one answer for a lead that is not there and for one that may not be seen.
pub(super) fn unknown_lead(id: Option<&str>) -> Reason {
    match id {
        Some(id) => Reason::new("unknown_lead", Some(Check::View), format!("there is no lead `{id}`")),
        None => Reason::new("unknown_lead", Some(Check::View), "there is no such lead"),
    }
}

impl<'g> Principal<'g> {
    /// How near a lead is.
    pub(super) fn standing(self, lead: &dyn Cells) -> Relation {
        let model = &self.auth.model;
        let (shape, units) = (&model.lead, &model.schema.units);
        let owner = lead.cell(shape.owner);
        let unowned = owner.is_null();
        let holds = |field: FieldIx| lead.cell(field).text() == Some(self.user.id.as_str());
        if owner.text() == Some(self.user.id.as_str()) || shape.slots.iter().any(|slot| slot.field != shape.owner && holds(slot.field)) {
            return Relation { reach: Distance::Own, unowned };
        }
        let mut reach = Distance::Stranger;
        if let Some(mine) = self.user.unit {
            let mut see = |unit| reach = reach.min(between(units, Some(mine), unit));
            owner.text().into_iter().for_each(|owner| see(self.auth.unit_of(owner)));
            if let Some(field) = shape.unit {
                lead.cell(field).text().into_iter().for_each(|unit| see(self.auth.find_unit(unit)));
            }
            if let Some(field) = shape.access {
                lead.cell(field).items().for_each(|unit| see(self.auth.find_unit(unit)));
            }
        }
        Relation { reach, unowned }
    }

    /// How near somebody is.
    pub(super) fn standing_of(self, user: &str) -> Relation {
        if user == self.user.id {
            return Relation::at(Distance::Own);
        }
        Relation::at(between(&self.auth.model.schema.units, self.user.unit, self.auth.unit_of(user)))
    }

    /// What the grants of a verb say of something at that distance. `lead` is what conditions look at.
    pub(super) fn judge(self, verb: Verb, over: Over, lead: Known<'_>, standing: &mut dyn FnMut() -> Relation) -> Result<Verdict<'g>> {
        if !lead.lacks.is_empty() {
            let mut missing = self.reads(verb, over);
            missing.retain(|field| lead.lacks.contains(field));
            crate::sort::all(&mut missing);
            missing.dedup();
            if !missing.is_empty() {
                return Ok(Verdict::Incomplete(missing));
            }
        }
        let mut granted = None;
        for held in self.grants(verb) {
            if held.grant.effect == Effect::Allow && granted.is_some() {
                continue;
            }
            let in_scope = match held.grant.scope {
                crate::config::Scope::All => true,
                crate::config::Scope::None => false,
                scope => standing().is_in(scope),
            };
            let covers = in_scope
                && match &held.grant.filter {
                    Some(condition) => filter::matches(condition, lead.cells, &self.context())?,
                    None => true,
                };
            match held.grant.effect {
                Effect::Deny if covers => return Ok(Verdict::Denied(held)),
                Effect::Allow if covers => granted = Some(held),
                _ => {}
            }
        }
        Ok(granted.map_or(Verdict::Silent, Verdict::Granted))
    }

    /// What the grants of a verb say of a lead; without `lead.view`.
    pub(super) fn of_lead(self, verb: Verb, lead: Known<'_>, seen: &mut Option<Relation>) -> Result<Verdict<'g>> {
        self.judge(verb, Over::Lead, lead, &mut || *seen.get_or_insert_with(|| self.standing(lead.cells)))
    }

    /// What they say of taking the lead from whoever holds the slot; nobody is nobody's.
    pub(super) fn of_holder(self, slot: FieldIx, lead: Known<'_>) -> Result<Verdict<'g>> {
        let holder = lead.cells.cell(slot);
        let owner = self.auth.model.lead.owner;
        match holder.text() {
            None if lead.lacks.contains(&slot) => Ok(Verdict::Incomplete(vec![slot])),
            None => Ok(Verdict::Silent),
            Some(holder) => self.judge(Verb::LeadRelease, Over::Holder(slot), lead, &mut || Relation {
                unowned: lead.cells.cell(owner).is_null(),
                ..self.standing_of(holder)
            }),
        }
    }

    /// What they say of giving the lead to something that stands so.
    pub(super) fn of_receiver(self, receiver: Relation, lead: Known<'_>) -> Result<Verdict<'g>> {
        let give = self.judge(Verb::LeadGive, Over::Fixed(receiver), lead, &mut || receiver)?;
        match give {
            Verdict::Silent if receiver.reach == Distance::Own => self.of_lead(Verb::LeadClaim, lead, &mut None),
            other => Ok(other),
        }
    }

    /// Notes what a verdict means for a question.
    pub(super) fn note(self, found: &mut Found, question: Option<Check>, verdict: Verdict<'_>, failure: impl FnOnce() -> String) {
        let named = |held: GrantRef<'_>| {
            let profile = self.auth.model.profiles.at(held.profile.0).map_or("", |profile| profile.id.as_str());
            Some((profile.to_owned(), held.place))
        };
        match verdict {
            Verdict::Granted(held) => {
                found.granted.push(Reason { grant: named(held), ..Reason::new("granted", question, "a grant allows it") });
            }
            Verdict::Silent => found.failed.push(Reason::new("not_permitted", question, failure())),
            Verdict::Denied(held) => {
                let message = format!("{}: a grant denies it", failure());
                found.failed.push(Reason { grant: named(held), ..Reason::new("not_permitted", question, message) });
            }
            Verdict::Incomplete(fields) => {
                let schema = self.auth.schema_of(&self.user.id);
                let shown = fields.iter().filter(|field| !schema.hides(**field));
                let names: Vec<&str> = shown.map(|field| schema.name(*field)).collect();
                let message = if names.is_empty() {
                    "the lead lacks a field which a grant reads".to_owned()
                } else {
                    format!("the lead lacks `{}`, which a grant reads", names.join("`, `"))
                };
                let names = Json::List(names.into_iter().map(Json::from).collect());
                found.failed.push(Reason::new("lead_incomplete", question, message).with("fields", names));
            }
        }
    }

    /// Asks whether the actor may see the lead; the grant that lets them. Whoever may not is told what is told of a lead that does
    /// not exist.
    pub(super) fn view(self, lead: Known<'_>, seen: &mut Option<Relation>, found: &mut Found) -> Result<Option<Verdict<'g>>> {
        match self.of_lead(Verb::LeadView, lead, seen)? {
            Verdict::Silent | Verdict::Denied(_) => {
                self.as_hidden()?;
                let id = lead.cells.cell(self.auth.model.lead.id);
                found.failed.push(unknown_lead(id.text()));
                Ok(None)
            }
            verdict @ Verdict::Incomplete(_) => {
                self.note(found, Some(Check::View), verdict, String::new);
                Ok(None)
            }
            granted @ Verdict::Granted(_) => Ok(Some(granted)),
        }
    }

    fn about_lead(self, verb: Verb, lead: Known<'_>, question: &Request<'_>) -> Result<Decision> {
        let (mut found, mut seen) = (Found::default(), None);
        let Some(view) = self.view(lead, &mut seen, &mut found)? else { return Ok(found.decide()) };
        // The grant that is asked for is the answer; that of the view goes without saying.
        if verb == Verb::LeadView {
            self.note(&mut found, Some(Check::View), view, String::new);
            return Ok(found.decide());
        }
        let slot = question.slot.unwrap_or(self.auth.model.lead.owner);
        match verb {
            Verb::LeadRelease => self.release(slot, lead, &mut found)?,
            Verb::LeadGive => {
                match self.receiver(question) {
                    Some((standing, name)) => {
                        let verdict = self.of_receiver(standing, lead)?;
                        self.note(&mut found, Some(Check::Give), verdict, || self.may_not_give(&name));
                    }
                    None => self.give_to_any(Some(lead), &mut found)?,
                }
                self.could_receive(question, &mut found)?;
            }
            _ => {
                let verdict = self.of_lead(verb, lead, &mut seen)?;
                self.note(&mut found, Check::of(verb), verdict, || self.may_not(verb));
            }
        }
        Ok(found.decide())
    }

    /// What a lead would be given to, and its name, where the question says.
    pub(super) fn receiver(self, question: &Request<'_>) -> Option<(Relation, String)> {
        let units = &self.auth.model.schema.units;
        match (question.to, question.unit) {
            (To::User(user), _) => Some((self.standing_of(user), user.to_owned())),
            (_, Some(unit)) => {
                let id = units.get(unit).map(|unit| unit.id.clone()).unwrap_or_default();
                Some((Relation::at(between(units, self.user.unit, Some(unit))), id))
            }
            (To::Nobody | To::Anybody | To::Another, None) => None,
        }
    }

    pub(super) fn release(self, slot: FieldIx, lead: Known<'_>, found: &mut Found) -> Result<()> {
        let verdict = self.of_holder(slot, lead)?;
        self.note(found, Some(Check::Release), verdict, || match lead.cells.cell(slot).text() {
            Some(holder) => format!("`{}` may not take leads from `{holder}`", self.user.id),
            None => format!("nobody holds `{}`", self.auth.model.schema.name(slot)),
        });
        Ok(())
    }

    pub(super) fn may_not(self, verb: Verb) -> String {
        let what = match verb {
            Verb::LeadEdit => "change this lead",
            Verb::LeadClaim => "claim this lead",
            Verb::LeadMass => "act on this lead together with others",
            Verb::LeadExport => "export this lead",
            Verb::RuleRun => "have this lead routed by the rules",
            Verb::LeadView => "see this lead",
            verb => return format!("`{}` has no grant for `{}` that covers this", self.user.id, verb.name()),
        };
        format!("`{}` may not {what}", self.user.id)
    }

    pub(super) fn may_not_give(self, name: &str) -> String {
        format!("`{}` may not give leads to `{name}`", self.user.id)
    }

    /// Asks for a change of a slot, all of it.
    fn reassign(self, lead: Known<'_>, question: &Request<'_>) -> Result<Decision> {
        let (mut found, mut seen) = (Found::default(), None);
        if self.leave(lead, question, &mut seen, &mut found)? {
            self.arrive(lead, question, &mut found)?;
        }
        Ok(found.in_order().decide())
    }

    /// The questions that do not depend on who receives the lead; whether there is anything more to ask.
    fn leave(self, lead: Known<'_>, question: &Request<'_>, seen: &mut Option<Relation>, found: &mut Found) -> Result<bool> {
        let Some(view) = self.view(lead, seen, found)? else { return Ok(false) };
        self.note(found, Some(Check::View), view, String::new);
        let verdict = self.of_lead(Verb::LeadEdit, lead, seen)?;
        self.note(found, Some(Check::Edit), verdict, || self.may_not(Verb::LeadEdit));
        let slot = question.slot.unwrap_or(self.auth.model.lead.owner);
        let holder = lead.cells.cell(slot);
        let unchanged = match question.to {
            To::Anybody | To::Another => false,
            To::Nobody => holder.is_null() && !lead.lacks.contains(&slot),
            To::User(user) => holder.text() == Some(user) && question.unit.is_none(),
        };
        if unchanged {
            return Ok(false);
        }
        if !holder.is_null() || lead.lacks.contains(&slot) {
            self.release(slot, lead, found)?;
        }
        self.state_of(slot, lead, found)?;
        Ok(true)
    }

    /// The error of a question without `now`, where some of what the actor may see depends on it: it is the same for a lead that may not be
    /// seen, whichever grant was looked at, as for one that does not exist.
    pub(super) fn as_hidden(self) -> Result<()> {
        if self.now.is_none() && self.view_needs_now() {
            let message = "this filter has dates relative to now, and `now` was not given";
            return Err(Error::new("now_required", "", message).hint("pass `now`"));
        }
        Ok(())
    }

    /// Whether some of what the actor may see depends on the time.
    pub(super) fn view_needs_now(self) -> bool {
        self.grants(Verb::LeadView).any(|held| held.grant.filter.as_ref().is_some_and(crate::query::Query::needs_now))
    }

    /// The questions about whoever receives the lead.
    fn arrive(self, lead: Known<'_>, question: &Request<'_>, found: &mut Found) -> Result<()> {
        if question.to == To::Another {
            let holder = lead.cells.cell(question.slot.unwrap_or(self.auth.model.lead.owner));
            return self
                .another(holder.text(), found, &mut |user, found| self.arrive(lead, &Request { to: To::User(user), ..*question }, found));
        }
        if let Some((standing, name)) = self.receiver(question) {
            let verdict = self.of_receiver(standing, lead)?;
            self.note(found, Some(Check::Give), verdict, || self.may_not_give(&name));
            self.receives(lead, question, found)?;
        }
        Ok(())
    }
}
