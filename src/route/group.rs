//! A group in a call: its members, who of them is ready, and its method.

use crate::access::RowSet;
use crate::allot::match_condition;
use crate::config::groups::{self, AbsentTurn, Baseline, Joiners, Measure, WhenEmpty};
use crate::config::{GroupIx, Method, Period, UserIx};
use crate::error::Result;
use crate::filter;
use crate::json::Json;
use crate::plan::state;
use crate::query::assume::is_true;
use crate::query::{FieldIx, Query};
use crate::rotate::{self, Facts, Loads, Member, PlaceSet, Rotation, Seat, Stamp};
use crate::table::Mask;

use super::memory;
use super::reasons::Reasons;
use super::router::{Asks, Candidate, Router, Subject};

/// A group that a call has met.
pub(super) struct Group {
    pub members: Vec<UserIx>,
    pub slot: FieldIx,
    rotation: Rotation,
    /// Against whom nothing is but what the lead may be.
    ready: PlaceSet,
    /// Against whom nothing is that stays for the whole call.
    steady: PlaceSet,
    closed: bool,
    /// What each member's `match` asks of a lead.
    matches: Vec<Query>,
    columns: Option<Columns>,
    /// The value that was read.
    pub kept: Option<Json>,
    /// When the last lead was held.
    pub held: Option<Stamp>,
    /// Whether a turn was taken, or a lead held.
    pub used: bool,
}

/// What members ask of the rows of a batch.
struct Columns {
    /// Who may take any row.
    any: PlaceSet,
    /// Who may take some rows.
    some: Vec<(usize, Mask)>,
    matched: Vec<RowSet>,
}

impl Group {
    /// Whether limits or capacity keep a member from leads now.
    pub fn set_moving(&mut self, place: usize, blocked: bool) {
        if blocked || !self.steady.contains(place) {
            self.ready.remove(place);
        } else {
            self.ready.insert(place);
        }
    }

    /// The value to keep, if the group was used and what it remembers is another.
    pub fn written(&self, name: &dyn Fn(Member) -> String) -> Option<Json> {
        if !self.used {
            return None;
        }
        let value = memory::group_json(self.kept.as_ref(), &self.rotation.memory(), self.held, name);
        (self.kept.as_ref().map(Json::canonical) != Some(value.canonical()) && value.as_object().is_some_and(|pairs| pairs.len() > 1))
            .then_some(value)
    }
}

/// The method in the words of the rotation; none for one that offers.
fn method(group: &groups::Group) -> Option<rotate::Method> {
    use rotate::{fewest_in_period, least_loaded, least_recent, round_robin};
    Some(match &group.method {
        Method::RoundRobin { per_round } => rotate::Method::RoundRobin(round_robin::Options {
            per_round: *per_round,
            joiners: match group.joiners {
                Joiners::NextRound => round_robin::Joiners::NextRound,
                Joiners::Now => round_robin::Joiners::Now,
                Joiners::Reset => round_robin::Joiners::Reset,
            },
            absent_turn: match group.absent_turn {
                AbsentTurn::Forfeit => round_robin::AbsentTurn::Forfeit,
                AbsentTurn::Hold => round_robin::AbsentTurn::Hold,
                AbsentTurn::Credit => round_robin::AbsentTurn::Credit,
            },
        }),
        Method::Weighted => rotate::Method::Weighted,
        Method::LeastRecent { manual_counts } => rotate::Method::LeastRecent(least_recent::Options { manual_counts: *manual_counts }),
        Method::LeastLoaded { measure } => rotate::Method::LeastLoaded(least_loaded::Options {
            measure: match measure {
                Measure::Open => least_loaded::Measure::Open,
                Measure::Spare => least_loaded::Measure::Spare,
                Measure::SparePercent => least_loaded::Measure::SparePercent,
            },
        }),
        Method::FewestInPeriod { baseline, .. } => rotate::Method::FewestInPeriod(fewest_in_period::Options {
            baseline: match baseline {
                Baseline::Minimum => fewest_in_period::Baseline::Minimum,
                Baseline::Average => fewest_in_period::Baseline::Average,
                Baseline::Zero => fewest_in_period::Baseline::Zero,
            },
        }),
        Method::SequentialOffer { .. } | Method::BroadcastOffer { .. } => return None,
    })
}

impl Router<'_> {
    /// Loads a group when it is first met. One that offers has no rotation and is not loaded.
    pub fn meet_group(&mut self, ix: GroupIx) -> Result<bool> {
        if self.groups.contains_key(&ix.0) {
            return Ok(true);
        }
        let planner = self.planner;
        let model = planner.model;
        let Some(group) = model.groups.at(ix.0) else { return Ok(false) };
        let Some(method) = method(group) else { return Ok(false) };
        let now = planner.context.now;
        let members = planner.auth.members(&group.members, Some(now))?;
        let kept = planner.context.state.get(&state::key("group", &group.id))?.cloned();
        let remembered = memory::group(kept.as_ref(), &|id| model.users.find(id).map(Member));
        let closed = group.schedule.and_then(|at| model.schedules.at(at)).is_some_and(|hours| !hours.hours.contains(now));
        let (mut seats, mut matches) = (Vec::with_capacity(members.len()), Vec::new());
        let (mut ready, mut steady) = (PlaceSet::none(members.len()), PlaceSet::none(members.len()));
        let by_load = matches!(group.method, Method::LeastLoaded { .. });
        for (place, user) in members.iter().enumerate() {
            let weight = model.users.get(*user).map_or(0, |user| user.weight);
            let capacity = self.capacity(*user, Some(ix)).map(|capacity| u32::try_from(capacity).unwrap_or(u32::MAX));
            seats.push(Seat { member: Member(user.0), weight, capacity });
            if by_load {
                self.load_of(group.slot, *user)?;
            }
            if self.person(*user)?.fixed.is_empty() && weight > 0 && !closed {
                steady.insert(place);
                if self.moving(*user, Some(ix), group.slot)?.is_empty() {
                    ready.insert(place);
                }
            }
            if !group.matches.is_empty() {
                matches.push(Query::from(match_condition::condition(planner, &group.id, *user)?));
            }
        }
        let mut loaded = Group {
            rotation: Rotation::new(method, &seats, &remembered),
            held: memory::stamp(kept.as_ref().and_then(|kept| kept.get("held"))),
            members,
            slot: group.slot,
            ready,
            steady,
            closed,
            matches,
            columns: None,
            kept,
            used: false,
        };
        if self.asks == Asks::Rows {
            loaded.columns = Some(self.columns(&loaded)?);
        }
        self.groups.insert(ix.0, loaded);
        Ok(true)
    }

    fn columns(&mut self, group: &Group) -> Result<Columns> {
        let planner = self.planner;
        let mut out = Columns { any: PlaceSet::none(group.members.len()), some: Vec::new(), matched: Vec::new() };
        for (place, user) in group.members.iter().enumerate() {
            let matched = match group.matches.get(place) {
                Some(query) if !is_true(query.root()) => RowSet::Some(filter::select(query, planner.table, &planner.filtering())?),
                _ => RowSet::All,
            };
            out.matched.push(matched.clone());
            // Whoever is away for the whole call is asked about only where reasons are told.
            if !group.steady.contains(place) {
                continue;
            }
            let of = self.holdable(group.slot, *user)?;
            match of.may.clone().and(of.accepts.clone()).and(matched) {
                RowSet::All => out.any.insert(place),
                RowSet::None => {}
                RowSet::Some(mask) => out.some.push((place, mask)),
            }
        }
        Ok(out)
    }

    /// Every hard reason against a member.
    fn of_member(&mut self, ix: GroupIx, group: &Group, place: usize, lead: &Subject<'_>) -> Result<Reasons> {
        let Some(user) = group.members.get(place).copied() else { return Ok(Reasons::INACTIVE) };
        let matched = match (&group.columns, lead.row, group.matches.get(place)) {
            (_, _, None) => true,
            (Some(columns), Some(row), _) => columns.matched.get(place).is_none_or(|rows| rows.contains(row)),
            (_, _, Some(_)) if self.asks == Asks::Nothing => true,
            (_, _, Some(query)) => filter::matches(query, lead.cells, &self.planner.filtering())?,
        };
        let weight = self.planner.model.users.get(user).map_or(0, |user| user.weight);
        let mut out = self.person(user)?.fixed.and(Reasons::OUTSIDE_HOURS.when(group.closed));
        out = out.and(self.of_lead(user, group.slot, lead)?).and(Reasons::MATCH_FAILED.when(!matched));
        Ok(out.and(self.moving(user, Some(ix), group.slot)?).and(Reasons::NO_WEIGHT.when(weight == 0)))
    }

    /// The members against whom there is no hard reason.
    fn eligible(&mut self, ix: GroupIx, group: &Group, lead: &Subject<'_>, ignored: Reasons) -> Result<PlaceSet> {
        if !ignored.is_empty() {
            let mut out = PlaceSet::none(group.members.len());
            for place in 0..group.members.len() {
                if self.of_member(ix, group, place, lead)?.without(ignored).is_empty() {
                    out.insert(place);
                }
            }
            return Ok(out);
        }
        let mut out = group.ready.clone();
        if let (Some(columns), Some(row)) = (&group.columns, lead.row) {
            let mut may = columns.any.clone();
            for (place, rows) in &columns.some {
                if rows.contains(row) {
                    may.insert(*place);
                }
            }
            for (word, may) in out.words_mut().iter_mut().zip(may.words()) {
                *word &= may;
            }
            return Ok(out);
        }
        for place in group.ready.iter() {
            let Some(user) = group.members.get(place).copied() else { continue };
            let passes = match group.matches.get(place) {
                Some(query) if self.asks != Asks::Nothing => filter::matches(query, lead.cells, &self.planner.filtering())?,
                _ => true,
            };
            if !passes || !self.of_lead(user, group.slot, lead)?.is_empty() {
                out.remove(place);
            }
        }
        Ok(out)
    }

    /// Members who are asked only where nobody else is left: the present owner, and recent ones.
    fn soft(&self, ix: GroupIx, group: &Group, lead: &Subject<'_>) -> (Option<usize>, Vec<usize>) {
        let model = self.planner.model;
        let place = |id: &str| {
            let user = UserIx(model.users.find(id)?);
            group.members.iter().position(|member| *member == user)
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
    fn narrowed(&self, ix: GroupIx, group: &Group, lead: &Subject<'_>, hard: PlaceSet, facts: &Facts<'_>) -> PlaceSet {
        let (current, recent) = self.soft(ix, group, lead);
        if current.is_none() && recent.is_empty() {
            return hard;
        }
        let mut others = hard.clone();
        recent.iter().for_each(|place| others.remove(*place));
        let mut narrow = others.clone();
        current.iter().for_each(|place| narrow.remove(*place));
        let strict = self.planner.model.groups.at(ix.0).is_some_and(|group| matches!(group.remember, Some((_, WhenEmpty::Strict))));
        if strict || group.rotation.peek(&narrow, facts).is_some() {
            return narrow;
        }
        if group.rotation.peek(&others, facts).is_some() { others } else { hard }
    }

    /// Lets the group's method choose.
    pub fn pick(&mut self, ix: GroupIx, lead: &Subject<'_>, ignored: Reasons, told: Option<&mut Vec<Candidate>>) -> Result<Option<UserIx>> {
        if !self.meet_group(ix)? {
            return Ok(None);
        }
        let Some(mut group) = self.groups.remove(&ix.0) else { return Ok(None) };
        let hard = self.eligible(ix, &group, lead, ignored);
        let chosen = hard.and_then(|hard| self.choose(ix, &mut group, lead, hard, ignored, told));
        let slot = group.slot;
        self.groups.insert(ix.0, group);
        let chosen = chosen?;
        if let Some(user) = chosen {
            self.assigned(user, slot, Some(ix), lead)?;
        }
        Ok(chosen)
    }

    fn choose(
        &mut self,
        ix: GroupIx,
        group: &mut Group,
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
        let manual = !model.groups.at(ix.0).is_some_and(|group| matches!(group.method, Method::LeastRecent { manual_counts: false }));
        let facts = Facts {
            recency: if manual { &self.recency } else { &self.automatic },
            loads: self.loads.get(&group.slot).map_or(&none, |of_slot| &of_slot.loads),
            period: self.period(ix),
        };
        let eligible = self.narrowed(ix, group, lead, hard, &facts);
        let ranked = if told.is_some() { group.rotation.rank(&eligible, &facts) } else { Vec::new() };
        let chosen = group.rotation.pick(&eligible, &facts);
        group.used |= chosen.is_some();
        if let Some(told) = told {
            let (current, recent) = self.soft(ix, group, lead);
            for (place, user) in group.members.clone().into_iter().enumerate() {
                let mut reasons = self.of_member(ix, group, place, lead)?.without(ignored);
                reasons = reasons.and(Reasons::CURRENT_OWNER.when(current == Some(place)));
                reasons = reasons.and(Reasons::RECENT_OWNER.when(recent.contains(&place)));
                let rank = ranked.iter().position(|member| member.0 == user.0).map(|rank| rank + 1);
                told.push(Candidate { user, eligible: eligible.contains(place), reasons, rank });
            }
        }
        Ok(chosen.map(|member| UserIx(member.0)))
    }

    /// Counts an assignment that a group made but its method did not choose.
    pub fn count_default(&mut self, ix: GroupIx, user: UserIx) {
        let period = self.period(ix);
        if let Some(group) = self.groups.get_mut(&ix.0) {
            group.rotation.count(Member(user.0), period);
            group.used = true;
        }
    }

    /// The calendar period of a group that counts by it.
    fn period(&self, ix: GroupIx) -> i64 {
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
