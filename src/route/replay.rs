//! Leads that are routed again, each as it came and at its own time.
//!
//! A lead comes without owner, pool or history, and nobody holds anything but what the replay gave. It counts as open from then on, until its
//! last activity if it is closed today. Leads that wait are tried again with the first lead of every later hour, the oldest first.

use crate::btree::BTreeMap;

use crate::config::{GroupIx, UserIx};
use crate::error::Result;
use crate::plan::planner::Planner;
use crate::query::{Cell, FieldIx};
use crate::rotate::PlaceSet;
use crate::table::{Row, RowIx};
use crate::time::Instant;

use super::parts::{Fared, Rules};
use super::reasons::Reasons;
use super::router::{Asks, Outcome, Overlaid, Router, Subject};

const HOUR: i64 = 3_600_000;

/// What became of a lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub outcome: Outcome,
    pub rule: Option<u32>,
    pub group: Option<GroupIx>,
    /// When it was given to somebody, or left to nobody.
    pub at: i64,
}

/// What became of all leads, in their order.
pub(super) struct Replayed {
    pub placed: Vec<Placed>,
    pub fared: BTreeMap<u32, Fared>,
    pub warnings: Vec<crate::error::Diagnostic>,
}

/// Routes leads, given with the times of their creation and in that order.
pub(super) fn replay(planner: &Planner<'_>, leads: &[(i64, u32)]) -> Result<Replayed> {
    let cleared = cleared(planner);
    let mut router = Router::new(planner, Asks::Replay)?;
    router.replay.ends = ends(planner, leads)?;
    let mut placed: Vec<Placed> = Vec::new();
    placed.try_reserve_exact(leads.len())?;
    let (mut waiting, mut swept): (Vec<usize>, i64) = (Vec::new(), i64::MIN);
    for (place, (created, row)) in leads.iter().enumerate() {
        router.move_to(Instant(*created))?;
        let hour = created.div_euclid(HOUR);
        if hour > swept {
            swept = hour;
            let mut rest = Vec::new();
            for held in std::mem::take(&mut waiting) {
                let Some((of, (_, row))) = placed.get_mut(held).zip(leads.get(held)) else { continue };
                if !drain(&mut router, of, *row, &cleared)? {
                    rest.push(held);
                }
            }
            waiting = rest;
        }
        let below = Row { table: planner.table, row: RowIx(*row) };
        let cells = Overlaid { below: &below, sets: &cleared };
        let decision = router.walk(&Subject { row: Some(RowIx(*row)), cells: &cells }, None)?;
        match decision.outcome {
            Outcome::Assigned(user, _) => router.replay.got(user, *created),
            Outcome::Held => waiting.push(place),
            _ => {}
        }
        placed.push(Placed { outcome: decision.outcome, rule: decision.rule, group: decision.group, at: *created });
    }
    Ok(Replayed { placed, fared: router.replay.fared, warnings: router.warnings })
}

/// Tries a lead that waits for a group again.
fn drain(router: &mut Router<'_>, of: &mut Placed, row: u32, cleared: &[(FieldIx, Cell<'static>)]) -> Result<bool> {
    let Some(group) = of.group else { return Ok(false) };
    let below = Row { table: router.planner.table, row: RowIx(row) };
    let cells = Overlaid { below: &below, sets: cleared };
    let lead = Subject { row: Some(RowIx(row)), cells: &cells };
    let Some(user) = router.pick(group, &lead, Reasons::NONE, None)? else { return Ok(false) };
    let slot = router.planner.model.groups.at(group.0).map_or(router.planner.model.lead.owner, |group| group.slot);
    (of.outcome, of.at) = (Outcome::Assigned(user, slot), router.now);
    router.replay.got(user, router.now);
    Ok(true)
}

/// What a lead does not have when it comes.
fn cleared(planner: &Planner<'_>) -> Vec<(FieldIx, Cell<'static>)> {
    let lead = &planner.model.lead;
    let mut out = Vec::new();
    for slot in &lead.slots {
        out.push((slot.field, Cell::Null));
    }
    for field in
        [lead.pool, lead.routed_by, lead.assigned_at, lead.previous_owners, lead.run, lead.primary, lead.notified].into_iter().flatten()
    {
        out.push((field, Cell::Null));
    }
    out
}

/// When the leads that are closed today ceased to be open: with their last activity; where nothing tells of one, when they came.
fn ends(planner: &Planner<'_>, leads: &[(i64, u32)]) -> Result<BTreeMap<u32, i64>> {
    let mut out = BTreeMap::new();
    if planner.model.lifecycle.open.is_none() {
        return Ok(out);
    }
    let open = planner.open()?;
    for (created, row) in leads {
        if !open.contains(RowIx(*row)) {
            let last = planner.model.lead.last_activity_at.map(|field| planner.table.cell(RowIx(*row), field));
            let end = last.as_ref().and_then(instant).unwrap_or(*created);
            out.insert(*row, end);
        }
    }
    Ok(out)
}

/// The instant of a cell; that of a day is its beginning in UTC.
pub(super) fn instant(cell: &Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Instant(at) => Some(at.0),
        Cell::Day(day) => Some(i64::from(day.0).saturating_mul(24 * HOUR)),
        _ => None,
    }
}

impl Router<'_> {
    /// Goes on to another time: leads that ceased to be open are nobody's load any more. People and groups are looked at again when they
    /// are met.
    pub fn move_to(&mut self, now: Instant) -> Result<()> {
        self.planner.now.set(now);
        self.now = now.0;
        if self.compiled.uses_periods {
            self.starts = super::person::period_starts(&self.planner.model.schema, now);
        }
        if self.compiled.scheduled {
            self.rules = Rules::new(self.compiled.closed(self.planner.model, now));
        }
        loop {
            let next = self.replay.due.iter().next().map(|(key, of)| (*key, *of));
            let Some((key, (slot, user))) = next.filter(|((end, _), _)| *end <= now.0) else { break };
            self.replay.due.remove(&key);
            self.change_load(slot, user, -1)?;
        }
        Ok(())
    }

    /// Counts a lead of the replay as somebody's, for as long as it is open.
    pub fn replayed_load(&mut self, slot: FieldIx, user: UserIx, row: RowIx) -> Result<()> {
        let end = self.replay.ends.get(&row.0).copied();
        if end.is_some_and(|end| end <= self.now) {
            return Ok(());
        }
        if let Some(end) = end {
            self.replay.due.insert((end, row.0), (slot, user));
        }
        self.change_load(slot, user, 1)
    }

    /// Looks at a group again that was met at another time.
    pub fn revisit(&mut self, ix: GroupIx) -> Result<()> {
        let planner = self.planner;
        let model = planner.model;
        let (Some(group), Some(known)) = (self.groups.get(&ix.0).cloned(), model.groups.at(ix.0)) else { return Ok(()) };
        if self.compiled.has_others(planner.auth, ix, planner.now.get(), &group.roster)? {
            let memory = self.lane(ix).map(|lane| lane.rotation.memory()).unwrap_or_default();
            self.groups.remove(&ix.0);
            return self.load_group(ix, Some(memory)).map(|_| ());
        }
        group.at.set(self.now);
        let closed = known.schedule.and_then(|at| model.schedules.at(at)).is_some_and(|hours| !hours.hours.contains(planner.now.get()));
        group.closed.set(closed);
        let (mut steady, mut ready) = (PlaceSet::none(group.roster.members.len()), PlaceSet::none(group.roster.members.len()));
        self.standing(ix, &group.roster, (group.slot, closed), &mut steady, &mut ready)?;
        group.steady.replace(steady);
        let period = self.period(ix);
        if let Some(lane) = self.lane_mut(ix) {
            (lane.ready, lane.period) = (ready, period);
        }
        Ok(())
    }
}
