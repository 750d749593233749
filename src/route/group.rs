//! A group in a call: its members, who of them is ready, and its method.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::access::RowSet;
use crate::config::groups::{self, AbsentTurn, Baseline, Joiners, Measure, WhenEmpty};
use crate::config::{GroupIx, Method, Period, UserIx};
use crate::error::Result;
use crate::filter;
use crate::json::Json;
use crate::plan::state;
use crate::query::assume::is_true;
use crate::query::{FieldIx, Query};
use crate::rotate::batch::Lane;
use crate::rotate::{self, Facts, Loads, Member, PlaceSet, Rotation, Seat, Stamp};
use crate::table::Column;

use super::memory;
use super::reasons::Reasons;
use super::router::{Asks, Candidate, Router, Subject};

/// A group that a call has met; its rotation stands in its lane.
pub(super) struct Group {
    pub members: Rc<Vec<UserIx>>,
    pub slot: FieldIx,
    /// Whether it has limits or a capacity for its members.
    pub limits: bool,
    /// Against whom nothing is that stays for the whole call.
    pub steady: RefCell<PlaceSet>,
    pub closed: Cell<bool>,
    /// When that was looked at.
    pub at: Cell<i64>,
    /// What each member's `match` asks of a lead.
    matches: Vec<Rc<Query>>,
    /// Of a batch: the rows that each member's `match` holds for.
    matched: Vec<RowSet>,
    /// The value that was read.
    pub kept: Option<Json>,
    /// When the last lead was held.
    pub held: Cell<Option<Stamp>>,
}

impl Group {
    /// The value to keep, if what it remembers is another.
    pub fn written(&self, rotation: &Rotation, name: &dyn Fn(Member) -> String) -> Option<Json> {
        let value = memory::group_json(self.kept.as_ref(), &rotation.memory(), self.held.get(), name);
        let same = self.kept.as_ref().is_some_and(|kept| kept.canonical() == value.canonical());
        Some(value).filter(|value| !same && value.as_object().is_some_and(|pairs| pairs.len() > 1))
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

    /// Loads a group when it is first met. One that offers has no rotation and is not loaded.
    pub fn meet_group(&mut self, ix: GroupIx) -> Result<bool> {
        match self.groups.get(&ix.0).map(|group| group.at.get()) {
            Some(at) if at == self.now => Ok(true),
            Some(_) => self.revisit(ix).map(|()| true),
            None => self.load_group(ix, None),
        }
    }

    /// Loads a group, with what it remembers where that is not read from the state.
    pub fn load_group(&mut self, ix: GroupIx, memory: Option<rotate::Memory>) -> Result<bool> {
        let planner = self.planner;
        let model = planner.model;
        let Some(group) = model.groups.at(ix.0) else { return Ok(false) };
        let Some(method) = method(group) else { return Ok(false) };
        let now = planner.now.get();
        let members = self.compiled.members(planner.auth, ix, now)?;
        let kept = planner.context.state.get(&state::key("group", &group.id))?.cloned();
        let remembered = memory.unwrap_or_else(|| memory::group(kept.as_ref(), &|id| model.users.find(id).map(Member)));
        let closed = group.schedule.and_then(|at| model.schedules.at(at)).is_some_and(|hours| !hours.hours.contains(now));
        let (mut seats, mut matches, mut people) = (Vec::with_capacity(members.len()), Vec::new(), Vec::with_capacity(members.len()));
        let (mut ready, mut steady) = (PlaceSet::none(members.len()), PlaceSet::none(members.len()));
        let mut watched = PlaceSet::default();
        let by_load = matches!(group.method, Method::LeastLoaded { .. });
        for (place, user) in members.iter().enumerate() {
            let weight = model.users.get(*user).map_or(0, |user| user.weight);
            let capacity = self.capacity(*user, Some(ix)).map(|capacity| u32::try_from(capacity).unwrap_or(u32::MAX));
            seats.push(Seat { member: Member(user.0), weight, capacity });
            people.push(Member(user.0));
            if by_load {
                self.load_of(group.slot, *user)?;
            }
            if self.person(*user)?.fixed.is_empty() && weight > 0 && !closed {
                steady.insert(place);
                if self.moving(*user, Some(ix), group.slot)?.is_empty() {
                    ready.insert(place);
                }
            }
            if self.is_limited(*user) {
                watched.insert(user.0 as usize);
            }
            if !group.matches.is_empty() {
                matches.push(self.compiled.matching(model, ix, *user)?);
            }
        }
        let mut loaded = Group {
            held: Cell::new(memory::stamp(kept.as_ref().and_then(|kept| kept.get("held")))),
            members,
            slot: group.slot,
            limits: group.capacity.is_some() || !group.limits.is_empty(),
            steady: RefCell::new(steady),
            closed: Cell::new(closed),
            at: Cell::new(now.0),
            matches,
            matched: Vec::new(),
            kept,
        };
        let remembers = group.remember.is_some() && model.lead.previous_owners.is_some();
        let mut lane = Lane {
            rotation: Rotation::new(method, &seats, &remembered),
            slot: group.slot,
            ready,
            any: PlaceSet::default(),
            some: Vec::new(),
            holders: Vec::new(),
            watched,
            open: self.asks == Asks::Rows && !remembers && !self.compiled.uses_loads && !self.compiled.uses_same,
            automatic: matches!(group.method, Method::LeastRecent { manual_counts: false }),
            period: self.period(ix),
            used: false,
        };
        if self.asks == Asks::Rows {
            self.columns(&mut loaded, &mut lane)?;
        }
        self.groups.insert(ix.0, Rc::new(loaded));
        let place = ix.0 as usize;
        self.recencies.enter(place, &people);
        if self.lanes.len() <= place {
            self.lanes.resize_with(place + 1, || None);
        }
        if let Some(slot) = self.lanes.get_mut(place) {
            *slot = Some(lane);
        }
        self.open_lane(ix);
        Ok(true)
    }

    /// What members ask of the rows of a batch.
    fn columns(&mut self, group: &mut Group, lane: &mut Lane) -> Result<()> {
        let planner = self.planner;
        lane.any = PlaceSet::none(group.members.len());
        if let Column::Coded(column) = planner.table.column(group.slot) {
            lane.holders = vec![0; column.dict.len() + 1];
            for (place, user) in (1u32..).zip(group.members.iter()) {
                let code = column.dict.find(planner.id_of(*user));
                code.and_then(|code| lane.holders.get_mut(code as usize)).into_iter().for_each(|holder| *holder = place);
            }
        }
        for (place, user) in group.members.iter().enumerate() {
            let matched = match group.matches.get(place) {
                Some(query) if !is_true(query.root()) => RowSet::Some(filter::select(query, planner.table, &planner.filtering())?),
                _ => RowSet::All,
            };
            group.matched.push(matched.clone());
            // Whoever is away for the whole call is asked about only where reasons are told.
            if !group.steady.borrow().contains(place) {
                continue;
            }
            let of = self.holdable(group.slot, *user)?;
            match of.may.clone().and(of.accepts.clone()).and(matched) {
                RowSet::All => lane.any.insert(place),
                RowSet::None => {}
                RowSet::Some(mask) => lane.some.push((place, mask)),
            }
        }
        Ok(())
    }

    /// Every hard reason against a member.
    fn of_member(&mut self, ix: GroupIx, group: &Group, place: usize, lead: &Subject<'_>) -> Result<Reasons> {
        let Some(user) = group.members.get(place).copied() else { return Ok(Reasons::INACTIVE) };
        let matched = match (self.asks, lead.row, group.matches.get(place)) {
            (_, _, None) | (Asks::Nothing, ..) => true,
            (Asks::Rows, Some(row), _) => group.matched.get(place).is_none_or(|rows| rows.contains(row)),
            (_, _, Some(query)) => filter::matches(query, lead.cells, &self.planner.filtering())?,
        };
        let weight = self.planner.model.users.get(user).map_or(0, |user| user.weight);
        let mut out = self.person(user)?.fixed.and(Reasons::OUTSIDE_HOURS.when(group.closed.get()));
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
            return Ok(out);
        }
        let ready = out.clone();
        for place in ready.iter() {
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
    fn narrowed(&self, ix: GroupIx, group: &Group, lead: &Subject<'_>, lane: &Lane, hard: PlaceSet, facts: &Facts<'_>) -> PlaceSet {
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
        group: &Group,
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
            loads: self.loads.get(&group.slot).map_or(&none, |of_slot| &of_slot.loads),
            period: lane.period,
        };
        let eligible = self.narrowed(ix, group, lead, &lane, hard, &facts);
        let ranked = if told.is_some() { lane.rotation.rank(&eligible, &facts) } else { Vec::new() };
        let chosen = lane.rotation.pick(&eligible, &facts);
        lane.used |= chosen.is_some();
        if let (Asks::Replay, Some(chosen)) = (self.asks, chosen) {
            let weighted = model.groups.at(ix.0).is_some_and(|group| group.method == Method::Weighted);
            let mut among = Vec::new();
            for user in eligible.iter().filter_map(|place| group.members.get(place)) {
                among.push((*user, model.users.get(*user).filter(|_| weighted).map_or(1, |user| user.weight)));
            }
            self.replay.chose(UserIx(chosen.0), &among);
        }
        if let Some(place) = self.lanes.get_mut(ix.0 as usize) {
            *place = Some(lane);
        }
        if let Some(told) = told {
            let (current, recent) = self.soft(ix, group, lead);
            for (place, user) in group.members.iter().enumerate() {
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
            lane.rotation.count(Member(user.0), lane.period);
            lane.used = true;
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
