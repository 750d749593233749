//! Groups as they are loaded when a call first meets them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::access::RowSet;
use crate::config::groups::{self, AbsentTurn, Joiners};
use crate::config::method::{Baseline, Measure};
use crate::config::{GroupIx, Method};
use crate::error::Result;
use crate::filter;
use crate::plan::state;
use crate::query::FieldIx;
use crate::query::assume::is_true;
use crate::rotate::batch::{Ahead, Lane};
use crate::rotate::{self, Member, PlaceSet, Rotation};
use crate::route::memory;
use crate::route::offer::measured_by_schedule;
use crate::route::parts::{Group, Roster};
use crate::route::router::{Asks, Router};
use crate::table::Column;

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
    /// Loads a group when it is first met; whether it gives leads, and does not offer them.
    pub fn meet_group(&mut self, ix: GroupIx) -> Result<bool> {
        if self.offers.contains_key(&ix.0) {
            return Ok(false);
        }
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
        let Some(method) = method(group) else { return self.load_offers(ix, group).map(|()| false) };
        let now = planner.now.get();
        let roster = self.compiled.roster(planner.auth, ix, now)?;
        let kept = planner.context.state.get(&state::key("group", &group.id))?;
        let remembered = memory.unwrap_or_else(|| memory::group(kept, &|id| model.users.find(id).map(Member)));
        let closed = group.schedule.and_then(|at| model.schedules.at(at)).is_some_and(|hours| !hours.hours.contains(now));
        let (mut ready, mut steady) = (PlaceSet::none(roster.members.len()), PlaceSet::none(roster.members.len()));
        if matches!(group.method, Method::LeastLoaded { .. }) {
            for user in roster.members.iter() {
                self.load_of(group.slot, *user)?;
            }
        }
        self.standing(ix, &roster, (group.slot, closed), &mut steady, &mut ready)?;
        let mut loaded = Group {
            held: Cell::new(memory::stamp(kept.and_then(|kept| kept.get("held")))),
            roster: Rc::clone(&roster),
            slot: group.slot,
            limits: group.capacity.is_some() || !group.limits.is_empty(),
            steady: RefCell::new(steady),
            closed: Cell::new(closed),
            at: Cell::new(now.0),
            matched: Vec::new(),
            kept,
        };
        let remembers = group.remember.is_some() && model.lead.previous_owners.is_some();
        let counts = self.compiled.uses_loads;
        // Where a field that an assignment sets decides whether a lead is open, each is looked at as it will be.
        let moves = counts && self.compiled.open_moves;
        let mut lane = Lane {
            rotation: Rotation::of(method, Rc::clone(&roster.seats), &remembered),
            slot: group.slot,
            ready,
            any: PlaceSet::default(),
            some: Vec::new(),
            holders: Vec::new(),
            watched: roster.watched.clone(),
            open: self.asks == Asks::Rows && !remembers && !self.compiled.uses_same && !moves,
            counts,
            automatic: matches!(group.method, Method::LeastRecent { manual_counts: false }),
            period: self.period(ix),
            used: false,
            ahead: Ahead::default(),
        };
        match self.asks {
            Asks::Rows => self.columns(&mut loaded, &mut lane)?,
            Asks::Nothing => lane.any = self.able(&loaded)?,
            Asks::Each | Asks::Replay => {}
        }
        self.groups.insert(ix.0, Rc::new(loaded));
        let place = ix.0 as usize;
        self.recencies.enter(place, &roster.people);
        if self.lanes.len() <= place {
            self.lanes.resize_with(place + 1, || None);
        }
        if let Some(slot) = self.lanes.get_mut(place) {
            *slot = Some(lane);
        }
        self.open_lane(ix);
        Ok(true)
    }

    /// The places of those against whom nothing is that stays for the whole call, and of those whom limits and capacity let have leads now.
    pub fn standing(
        &mut self,
        ix: GroupIx,
        roster: &Roster,
        (slot, closed): (FieldIx, bool),
        steady: &mut PlaceSet,
        ready: &mut PlaceSet,
    ) -> Result<()> {
        for (place, user) in roster.members.iter().enumerate() {
            let weighs = roster.seats.get(place).is_some_and(|seat| seat.weight > 0);
            if self.person(*user)?.fixed.is_empty() && weighs && !closed {
                steady.insert(place);
                if !roster.bound.contains(place) || self.moving(*user, Some(ix), slot)?.is_empty() {
                    ready.insert(place);
                }
            }
        }
        Ok(())
    }

    /// Loads a group that offers; its members are asked about one by one.
    fn load_offers(&mut self, ix: GroupIx, group: &groups::Group) -> Result<()> {
        let planner = self.planner;
        let now = planner.now.get();
        let roster = self.compiled.roster(planner.auth, ix, now)?;
        let kept = planner.context.state.get(&state::key("group", &group.id))?;
        // Where the schedule measures offers, they may begin outside of it.
        let hours = group.schedule.and_then(|at| planner.model.schedules.at(at)).filter(|_| !measured_by_schedule(group));
        let closed = hours.is_some_and(|hours| !hours.hours.contains(now));
        let offers = self.offers_of(group, kept, now);
        self.offers.extend(offers.map(|offers| (ix.0, offers)));
        let mut loaded = Group::without_turns(roster, group.slot, closed, now.0, kept);
        if self.asks == Asks::Rows {
            for query in &loaded.roster.matches {
                loaded.matched.push(RowSet::Some(filter::select(query, planner.table, &planner.filtering())?));
            }
        }
        self.groups.insert(ix.0, Rc::new(loaded));
        Ok(())
    }

    /// Who could have some lead, of those who are here for the whole call: of a lead of which nothing is known, nothing else is asked.
    fn able(&self, group: &Group<'_>) -> Result<PlaceSet> {
        let mut out = PlaceSet::none(group.roster.members.len());
        for place in group.steady.borrow().iter() {
            let Some(user) = group.roster.members.get(place) else { continue };
            if self.planner.auth.never_receives(group.slot, *user, Some(self.planner.now.get()))?.is_none() {
                out.insert(place);
            }
        }
        Ok(out)
    }

    /// What members ask of the rows of a batch.
    fn columns(&mut self, group: &mut Group<'_>, lane: &mut Lane) -> Result<()> {
        let planner = self.planner;
        lane.any = PlaceSet::none(group.roster.members.len());
        if let Column::Coded(column) = planner.table.column(group.slot) {
            lane.holders = vec![0; column.dict.len() + 1];
            for (place, user) in (1u32..).zip(group.roster.members.iter()) {
                let code = column.dict.find(planner.id_of(*user));
                code.and_then(|code| lane.holders.get_mut(code as usize)).into_iter().for_each(|holder| *holder = place);
            }
        }
        for (place, user) in group.roster.members.iter().enumerate() {
            let matched = match group.roster.matches.get(place) {
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
}
