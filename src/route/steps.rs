//! Targets of rules, and what a group tries where nobody is eligible.

use crate::config::{Fallback, GroupIx, RuleTarget, UserIx};
use crate::error::Result;
use crate::plan::state;
use crate::query::FieldIx;
use crate::rotate::Stamp;

use super::offer;
use super::person::absent_until;
use super::reasons::Reasons;
use super::router::{Asks, Attempt, Candidate, Outcome, Router, Subject, Trace};

/// What a target came to: an outcome, or the wish to go on with the next rule; nothing where nobody was found.
pub(super) type Found = Option<(Option<Outcome>, Option<GroupIx>)>;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

impl Router<'_> {
    /// Tries a target of a rule.
    pub fn target(&mut self, target: &RuleTarget, rule: u32, lead: &Subject<'_>, trace: Option<&mut Trace>) -> Result<Found> {
        let model = self.planner.model;
        Ok(match target {
            RuleTarget::User(user) => self.give(*user, rule, None, lead, Reasons::NONE, trace)?.map(|outcome| (Some(outcome), None)),
            RuleTarget::Group(group) => self.group(*group, rule, lead, trace)?,
            RuleTarget::Pool(pool) => {
                self.released(lead)?;
                Some((Some(Outcome::Pooled(*pool)), None))
            }
            RuleTarget::Field(field, otherwise) => {
                let named = lead.cells.cell(*field).text().and_then(|id| model.user(id)).map(|(user, _)| user);
                self.give_or(named, Reasons::NONE, rule, otherwise.as_deref(), lead, trace)?
            }
            RuleTarget::Same { field, absent_up_to_days, otherwise } => {
                let found = self.latest_owner(*field, lead)?;
                let days = i64::from(*absent_up_to_days) * DAY;
                let now = self.planner.now.get();
                let soon = found.and_then(|user| model.users.get(user)).and_then(|user| absent_until(user, now));
                let ignored = Reasons::ABSENT.when(soon.is_some_and(|until| until.0.saturating_sub(now.0) <= days));
                self.give_or(found, ignored, rule, Some(otherwise), lead, trace)?
            }
        })
    }

    fn give_or(
        &mut self,
        user: Option<UserIx>,
        ignored: Reasons,
        rule: u32,
        otherwise: Option<&RuleTarget>,
        lead: &Subject<'_>,
        mut trace: Option<&mut Trace>,
    ) -> Result<Found> {
        if let Some(user) = user
            && let Some(outcome) = self.give(user, rule, None, lead, ignored, trace.as_deref_mut())?
        {
            return Ok(Some((Some(outcome), None)));
        }
        match otherwise {
            Some(otherwise) => self.target(otherwise, rule, lead, trace),
            None => Ok(None),
        }
    }

    /// Gives the lead to somebody who was named, if there is nothing against it but what is ignored.
    fn give(
        &mut self,
        user: UserIx,
        rule: u32,
        group: Option<(GroupIx, FieldIx)>,
        lead: &Subject<'_>,
        ignored: Reasons,
        trace: Option<&mut Trace>,
    ) -> Result<Option<Outcome>> {
        let slot = group.map_or(self.planner.model.lead.owner, |(_, slot)| slot);
        let reasons = self.of_user(user, slot, lead)?;
        let eligible = reasons.without(ignored).is_empty();
        if let Some(trace) = trace {
            let rank = eligible.then_some(1);
            let reasons = reasons.without(ignored);
            let people = vec![Candidate { user, eligible, reasons, rank }];
            trace.attempts.push(Attempt { rule, group: group.map(|(group, _)| group), people });
        }
        if !eligible {
            return Ok(None);
        }
        self.assigned(user, slot, group.map(|(group, _)| group), lead)?;
        if let Some((group, _)) = group {
            self.count_default(group, user);
        }
        Ok(Some(Outcome::Assigned(user, slot)))
    }

    /// Asks a group, then takes its steps.
    pub fn group(&mut self, ix: GroupIx, rule: u32, lead: &Subject<'_>, mut trace: Option<&mut Trace>) -> Result<Found> {
        let model = self.planner.model;
        let Some(group) = model.groups.at(ix.0) else { return Ok(None) };
        if self.asks == Asks::Replay && group.offers() {
            // Who would take it nobody knows.
            return Ok(Some((Some(Outcome::Offered), Some(ix))));
        }
        let slot = group.slot;
        let ours = |outcome| Some((Some(outcome), Some(ix)));
        if let Some(outcome) = self.ask(ix, rule, lead, Reasons::NONE, trace.as_deref_mut())? {
            return Ok(ours(outcome));
        }
        let only_default = [Fallback::Default];
        let steps = if group.on_nobody.is_empty() { only_default.as_slice() } else { &group.on_nobody };
        for step in steps {
            let found = match step {
                Fallback::Default => match group.default_assignee {
                    Some(user) => self.give(user, rule, Some((ix, slot)), lead, Reasons::OF_DEFAULT, trace.as_deref_mut())?.and_then(ours),
                    None => None,
                },
                Fallback::Group(other) => self.group(*other, rule, lead, trace.as_deref_mut())?,
                Fallback::Pool(pool) => {
                    self.released(lead)?;
                    ours(Outcome::Pooled(*pool))
                }
                Fallback::User(user) => self.give(*user, rule, Some((ix, slot)), lead, Reasons::NONE, trace.as_deref_mut())?.and_then(ours),
                Fallback::NextRule => Some((None, Some(ix))),
                Fallback::Hold => ours(Outcome::Held),
                Fallback::IgnoreAvailability => self.ask(ix, rule, lead, Reasons::AVAILABILITY, trace.as_deref_mut())?.and_then(ours),
                Fallback::Unassigned => ours(Outcome::Unassigned),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn ask(&mut self, ix: GroupIx, rule: u32, lead: &Subject<'_>, ignored: Reasons, trace: Option<&mut Trace>) -> Result<Option<Outcome>> {
        if !self.meet_group(ix)? {
            return offer::start_offer(self, ix, rule, lead, ignored, trace);
        }
        let chosen = match trace {
            None => self.pick(ix, lead, ignored, None)?,
            Some(trace) => {
                let mut people = Vec::new();
                let chosen = self.pick(ix, lead, ignored, Some(&mut people))?;
                trace.attempts.push(Attempt { rule, group: Some(ix), people });
                chosen
            }
        };
        let slot = self.planner.model.groups.at(ix.0).map_or(self.planner.model.lead.owner, |group| group.slot);
        Ok(chosen.map(|user| Outcome::Assigned(user, slot)))
    }

    /// Lets a lead wait: the key of the state that says since when, and its value. Nothing where it waits already.
    pub fn hold(&mut self, lead: &str, rule: Option<u32>, ix: GroupIx) -> Result<Option<(String, crate::json::Json)>> {
        let model = self.planner.model;
        let key = state::key("held", lead);
        if self.planner.context.state.peek(&key).is_some_and(|entry| !entry.value.is_null()) {
            return Ok(None);
        }
        let Some(group) = self.groups.get(&ix.0) else { return Ok(None) };
        let since = Stamp::after(self.now, group.held.get());
        group.held.set(Some(since));
        let name = |id: Option<&str>| id.unwrap_or_default().into();
        let value = state::value([
            ("since", super::memory::stamp_json(since)),
            ("group", name(model.groups.at(ix.0).map(|group| group.id.as_str()))),
            ("rule", name(rule.and_then(|rule| model.rules.at(rule)).map(|rule| rule.id.as_str()))),
        ]);
        Ok(Some((key, value)))
    }
}
