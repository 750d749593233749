//! A group in a call: its members, who of them is ready, and its method.

mod load;

use std::rc::Rc;

use crate::config::groups::WhenEmpty;
use crate::config::{GroupIx, Method, Period, UserIx};
use crate::error::Result;
use crate::filter;
use crate::rotate::batch::Lane;
use crate::rotate::{Facts, Loads, Member, PlaceSet};

use super::parts::Group;
use super::reasons::Reasons;
use super::router::{Asks, Candidate, Router, Subject};

impl Router<'_> {
    /// The lane of a group that was met.
    pub fn lane(&self, ix: GroupIx) -> Option<&Lane> {
        self.lanes.get(ix.0 as usize).and_then(Option::as_ref)
    }

    pub fn lane_mut(&mut self, ix: GroupIx) -> Option<&mut Lane> {
        self.lanes.get_mut(ix.0 as usize).and_then(Option::as_mut)
    }

    /// Whether limits or capacity keep a member from leads now.
    pub fn set_moving(&mut self, ix: GroupIx, place: usize, blocked: bool) {
        let steady = self.groups.get(&ix.0).is_some_and(|group| group.steady.borrow().contains(place));
        if let Some(lane) = self.lane_mut(ix) {
            if blocked || !steady {
                lane.ready.remove(place);
            } else {
                lane.ready.insert(place);
            }
        }
    }

    /// Every hard reason against a member.
    pub fn of_member(&mut self, ix: GroupIx, group: &Group<'_>, place: usize, lead: &Subject<'_>) -> Result<Reasons> {
        let Some(user) = group.roster.members.get(place).copied() else { return Ok(Reasons::INACTIVE) };
        let matched = match (self.asks, lead.row, group.roster.matches.get(place)) {
            (_, _, None) | (Asks::Nothing, ..) => true,
            (Asks::Rows, Some(row), _) => group.matched.get(place).is_none_or(|rows| rows.contains(row)),
            (_, _, Some(query)) => filter::matches(query, lead.cells, &self.planner.filtering())?,
        };
        let weight = self.planner.model.users.get(user).map_or(0, |user| user.weight);
        let mut out = self.person(user)?.fixed.and(Reasons::OUTSIDE_HOURS.when(group.closed.get()));
        out = out.and(self.of_lead(user, group.slot, lead)?).and(Reasons::MATCH_FAILED.when(!matched));
        out = out.and(self.of_offers(ix, user)?);
        Ok(out.and(self.moving(user, Some(ix), group.slot)?).and(Reasons::NO_WEIGHT.when(weight == 0)))
    }

    /// The members against whom there is no hard reason.
    fn eligible(&mut self, ix: GroupIx, group: &Group<'_>, lead: &Subject<'_>, ignored: Reasons) -> Result<PlaceSet> {
        if !ignored.is_empty() {
            let mut out = PlaceSet::none(group.roster.members.len());
            for place in 0..group.roster.members.len() {
                if self.of_member(ix, group, place, lead)?.without(ignored).is_empty() {
                    out.insert(place);
                }
            }
            return Ok(out);
        }
        let Some(lane) = self.lane(ix) else { return Ok(PlaceSet::default()) };
        let mut out = lane.ready.clone();
        if let (Asks::Rows, Some(row)) = (self.asks, lead.row) {
            let mut may = lane.any.clone();
            for (place, rows) in &lane.some {
                if rows.contains(row) {
                    may.insert(*place);
                }
            }
            out.keep(&may);
            if self.declined.contains(&row.0) {
                for (place, user) in group.roster.members.iter().enumerate() {
                    if self.has_declined(*user, lead) {
                        out.remove(place);
                    }
                }
            }
            return Ok(out);
        }
        if self.asks == Asks::Nothing {
            out.keep(&lane.any);
            return Ok(out);
        }
        let mut asked = out.clone();
        if lead.row.is_none_or(|row| !self.declined.contains(&row.0)) {
            asked.minus(self.compiled.unasked(self.planner.auth, group.slot, &group.roster)?);
        }
        for place in asked.iter() {
            let Some(user) = group.roster.members.get(place).copied() else { continue };
            let passes = match group.roster.matches.get(place) {
                Some(query) => filter::matches(query, lead.cells, &self.planner.filtering())?,
                None => true,
            };
            if !passes || !self.of_lead(user, group.slot, lead)?.is_empty() {
                out.remove(place);
            }
        }
        Ok(out)
    }

    /// Members who are asked only where nobody else is left: the present owner, and recent ones.
    pub fn soft(&self, ix: GroupIx, group: &Group<'_>, lead: &Subject<'_>) -> (Option<usize>, Vec<usize>) {
        let model = self.planner.model;
        let place = |id: &str| {
            let user = UserIx(model.users.find(id)?);
            group.roster.members.iter().position(|member| *member == user)
        };
        let current = lead.cells.cell(group.slot).text().and_then(place);
        let mut recent = Vec::new();
        let remember = model.groups.at(ix.0).and_then(|group| group.remember);
        if let (Some((last, _)), Some(field)) = (remember, model.lead.previous_owners) {
            recent.extend(lead.cells.cell(field).items().take(last as usize).filter_map(place));
        }
        (current, recent)
    }

    /// The members among whom the method chooses: soft reasons are relaxed one by one until somebody is left.
    fn narrowed(&self, ix: GroupIx, group: &Group<'_>, lead: &Subject<'_>, lane: &Lane, hard: PlaceSet, facts: &Facts<'_>) -> PlaceSet {
        let (current, recent) = self.soft(ix, group, lead);
        if current.is_none() && recent.is_empty() {
            return hard;
        }
        let mut others = hard.clone();
        recent.iter().for_each(|place| others.remove(*place));
        let mut narrow = others.clone();
        current.iter().for_each(|place| narrow.remove(*place));
        let strict = self.planner.model.groups.at(ix.0).is_some_and(|group| matches!(group.remember, Some((_, WhenEmpty::Strict))));
        if strict || lane.rotation.peek(&narrow, facts).is_some() {
            return narrow;
        }
        if lane.rotation.peek(&others, facts).is_some() { others } else { hard }
    }

    /// Lets the group's method choose.
    pub fn pick(&mut self, ix: GroupIx, lead: &Subject<'_>, ignored: Reasons, told: Option<&mut Vec<Candidate>>) -> Result<Option<UserIx>> {
        if !self.meet_group(ix)? {
            return Ok(None);
        }
        let Some(group) = self.groups.get(&ix.0).map(Rc::clone) else { return Ok(None) };
        let hard = self.eligible(ix, &group, lead, ignored)?;
        let chosen = self.choose(ix, &group, lead, hard, ignored, told)?;
        if let Some(user) = chosen {
            self.assigned(user, group.slot, Some(ix), lead)?;
        }
        Ok(chosen)
    }

    fn choose(
        &mut self,
        ix: GroupIx,
        group: &Group<'_>,
        lead: &Subject<'_>,
        hard: PlaceSet,
        ignored: Reasons,
        told: Option<&mut Vec<Candidate>>,
    ) -> Result<Option<UserIx>> {
        if hard.is_empty() && told.is_none() {
            return Ok(None);
        }
        let none = Loads::default();
        let model = self.planner.model;
        let Some(mut lane) = self.lanes.get_mut(ix.0 as usize).and_then(Option::take) else { return Ok(None) };
        let facts = Facts {
            recency: if lane.automatic { &self.recencies.automatic } else { &self.recencies.all },
            loads: self.workload.loads(group.slot).unwrap_or(&none),
            period: lane.period,
        };
        let eligible = self.narrowed(ix, group, lead, &lane, hard, &facts);
        let ranked = if told.is_some() { lane.rotation.rank(&eligible, &facts) } else { Vec::new() };
        let chosen = lane.rotation.pick(&eligible, &facts);
        lane.used |= chosen.is_some();
        if let (Asks::Replay, Some(chosen)) = (self.asks, chosen) {
            let weighted = model.groups.at(ix.0).is_some_and(|group| group.method == Method::Weighted);
            let mut among = Vec::new();
            for user in eligible.iter().filter_map(|place| group.roster.members.get(place)) {
                among.push((*user, model.users.get(*user).filter(|_| weighted).map_or(1, |user| user.weight)));
            }
            self.replay.chose(UserIx(chosen.0), &among);
        }
        if let Some(place) = self.lanes.get_mut(ix.0 as usize) {
            *place = Some(lane);
        }
        if let Some(told) = told {
            let (current, recent) = self.soft(ix, group, lead);
            for (place, user) in group.roster.members.iter().enumerate() {
                let mut reasons = self.of_member(ix, group, place, lead)?.without(ignored);
                reasons = reasons.and(Reasons::CURRENT_OWNER.when(current == Some(place)));
                reasons = reasons.and(Reasons::RECENT_OWNER.when(recent.contains(&place)));
                let rank = ranked.iter().position(|member| member.0 == user.0).map(|rank| rank + 1);
                told.push(Candidate { user: *user, eligible: eligible.contains(place), reasons, rank });
            }
        }
        Ok(chosen.map(|member| UserIx(member.0)))
    }

    /// Counts an assignment that a group made but its method did not choose.
    pub fn count_default(&mut self, ix: GroupIx, user: UserIx) {
        if let Some(lane) = self.lane_mut(ix) {
            // A method that does not count had no turn: whoever left meanwhile may be back before it has.
            lane.used |= lane.rotation.count(Member(user.0), lane.period);
        }
    }

    /// The calendar period of a group that counts by it.
    pub fn period(&self, ix: GroupIx) -> i64 {
        let [hour, day, week, month] = self.starts;
        match self.planner.model.groups.at(ix.0).map(|group| &group.method) {
            Some(Method::FewestInPeriod { period, .. }) => match period {
                Period::Hour => hour,
                Period::Day => day,
                Period::Week => week,
                Period::Month => month,
            },
            _ => day,
        }
    }
}
