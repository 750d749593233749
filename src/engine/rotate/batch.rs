//! Many turns in one go: for the rows of a batch about which nothing is to be asked one by one.
//!
//! The rules have been matched and people asked column by column before. What is left for a row is to take the turn of its group; a row
//! for which that is not all stops the run, and the caller looks at it alone.

mod ahead;
#[cfg(test)]
mod tests;

use super::workload::Workload;
use super::{Facts, Loads, Member, PlaceSet, Recency, Rotation, Stamp};
use crate::filter::RowSet;
use crate::query::FieldIx;
use crate::table::{Column, Mask, RowIx, Snapshot};

pub use ahead::Ahead;
use ahead::Turns;

/// A group's rotation, and who may take which rows.
#[derive(Debug)]
pub struct Lane {
    /// Whose turn it is.
    pub rotation: Rotation,
    /// The slot that the group fills.
    pub slot: FieldIx,
    /// Places against which nothing is but what a lead may be.
    pub ready: PlaceSet,
    /// Places that may take any row.
    pub any: PlaceSet,
    /// Places that may take some rows.
    pub some: Vec<(usize, Mask)>,
    /// By the code of a row's holder, the place of the holder counted from 1.
    pub holders: Vec<u32>,
    /// Numbers of members of whose assignments more follows: a run ends with one.
    pub watched: PlaceSet,
    /// Whether rows may be dealt here in a run.
    pub open: bool,
    /// Whether open leads are counted, so that a row that somebody holds is one lead less for them: such rows are looked at alone.
    pub counts: bool,
    /// Whether only automatic assignments count as the last one.
    pub automatic: bool,
    /// The calendar's period, for a method that counts by it.
    pub period: i64,
    /// Whether a turn was taken.
    pub used: bool,
    /// What is known for one run.
    pub ahead: Ahead,
}

/// The rows of a run, and where each goes.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The rows, in order.
    pub rows: &'a [u32],
    /// By row of the table, its rule.
    pub rules: &'a [u32],
    /// By rule, its lane; any other number for none.
    pub lanes: &'a [u32],
    /// The table.
    pub table: &'a Snapshot,
    /// When, if assignments are stamped.
    pub now: Option<i64>,
    /// The rows that count as open leads, if such are counted.
    pub open: Option<&'a RowSet>,
}

/// Stands for no rule, or no group.
pub const NONE: u32 = u32::MAX;
/// Numbers of receivers from here on stand for none of the people: what they mean is the caller's.
pub const NO_RECEIVER: u32 = u32::MAX - 1;

/// Who gets a row, and what decided, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The receiver.
    pub receiver: u32,
    /// The rule.
    pub rule: u32,
    /// The group, which is the number of its lane.
    pub group: u32,
}

/// What was dealt, row by row.
#[derive(Debug, Default)]
pub struct Dealt {
    /// A turn for each row.
    pub turns: Vec<Turn>,
    /// Who was served in runs.
    pub served: PlaceSet,
    /// How many runs there were.
    runs: u32,
}

impl Dealt {
    /// The receivers in the order in which they come first, and for each row which of them; [`NO_RECEIVER`] and more stay as they are.
    pub fn receivers(&self) -> (Vec<u32>, Vec<u32>) {
        self.numbered(false)
    }

    /// The same of the rules.
    pub fn rules(&self) -> (Vec<u32>, Vec<u32>) {
        self.numbered(true)
    }

    fn numbered(&self, rules: bool) -> (Vec<u32>, Vec<u32>) {
        let (mut order, mut known, mut numbers) = (Vec::new(), Vec::new(), Vec::with_capacity(self.turns.len()));
        numbers.extend(self.turns.iter().map(|turn| {
            let value = if rules { turn.rule } else { turn.receiver };
            if value >= NO_RECEIVER {
                return value;
            }
            match known.get(value as usize) {
                Some(number) if *number != NONE => *number,
                _ => {
                    if known.len() <= value as usize {
                        known.resize(value as usize + 1, NONE);
                    }
                    let number = u32::try_from(order.len()).unwrap_or(NONE);
                    order.push(value);
                    known.get_mut(value as usize).into_iter().for_each(|known| *known = number);
                    number
                }
            }
        }));
        (order, numbers)
    }
}

/// When people were last assigned a lead, by whomever and by a group.
#[derive(Debug, Default)]
pub struct Recencies {
    /// All assignments.
    pub all: Recency,
    /// Automatic ones.
    pub automatic: Recency,
    /// By lane, the latest of its members' last assignments.
    latest: Vec<Option<Stamp>>,
    /// By person, the place of the first of their seats, counted from 1; 0 is none.
    first: Vec<u32>,
    /// Seats: the lane, and the person's next seat.
    seats: Vec<(usize, u32)>,
}

impl Recencies {
    /// A lane is there, with these members, whose last assignments are known.
    pub fn enter(&mut self, lane: usize, members: &[Member]) {
        if self.latest.len() <= lane {
            self.latest.resize(lane + 1, None);
        }
        if let Some(latest) = self.latest.get_mut(lane) {
            *latest = members.iter().fold(None, |latest, member| latest.max(self.all.last(*member)));
        }
        // Whoever left sits here no longer.
        for (other, _) in &mut self.seats {
            if *other == lane {
                *other = usize::MAX;
            }
        }
        self.seats.reserve(members.len());
        for member in members {
            let at = member.0 as usize;
            if self.first.len() <= at {
                self.first.resize(at + 1, 0);
            }
            if let Some(first) = self.first.get_mut(at) {
                self.seats.push((lane, *first));
                *first = u32::try_from(self.seats.len()).unwrap_or(0);
            }
        }
    }

    /// Whether somebody sits in this lane alone.
    fn sits_only_in(&self, lane: usize, member: Member) -> bool {
        let mut next = self.first.get(member.0 as usize).copied().unwrap_or(0);
        while let Some((other, following)) = self.seats.get((next as usize).wrapping_sub(1)) {
            if *other != lane && *other != usize::MAX {
                return false;
            }
            next = *following;
        }
        true
    }

    /// Whether so many stamps that a call could ever give lie before the end of the ticks of a lane's millisecond.
    fn has_ticks(&self, lane: usize) -> bool {
        self.latest.get(lane).copied().flatten().is_none_or(|latest| latest.tick < u64::MAX / 2)
    }

    /// Notes turns of a lane whose members sit in no other, one after the other.
    fn assign_turns(&mut self, lane: usize, turns: &Turns, now: i64) {
        let Turns { cycle, dealt } = turns;
        let Some(latest) = self.latest.get_mut(lane) else { return };
        let first = Stamp::after(now, *latest);
        let from = dealt.saturating_sub(cycle.len());
        let mut members = cycle.iter().cycle().skip(from.checked_rem(cycle.len()).unwrap_or(0));
        for (turn, member) in (from..*dealt).zip(&mut members) {
            let stamp = Stamp { ms: first.ms, tick: first.tick.saturating_add(turn as u64) };
            self.all.set(Member(*member), stamp);
            self.automatic.set(Member(*member), stamp);
            *latest = Some(stamp);
        }
    }

    /// Notes an assignment at `now`, which follows the person's last and those of the members of a lane.
    #[inline]
    pub fn assign(&mut self, member: Member, lane: Option<usize>, now: i64) {
        let others = lane.and_then(|lane| self.latest.get(lane)).copied().flatten();
        let stamp = Stamp::after(now, others.max(self.all.last(member)));
        self.all.set(member, stamp);
        self.automatic.set(member, stamp);
        let mut next = self.first.get(member.0 as usize).copied().unwrap_or(0);
        while let Some((lane, following)) = self.seats.get((next as usize).wrapping_sub(1)) {
            if let Some(latest) = self.latest.get_mut(*lane) {
                *latest = (*latest).max(Some(stamp));
            }
            next = *following;
        }
    }
}

/// Marks a rule that is turned to one row after the other: a row that is to be looked at alone.
pub const ALONE: u32 = 1 << 31;

/// Deals rows until one needs a further look, or somebody was served who is watched or may be full now; true if that is so. A turn is added
/// for each row that was dealt.
pub fn deal(run: &Run<'_>, lanes: &mut [Option<Lane>], recencies: &mut Recencies, workload: &mut Workload, out: &mut Dealt) -> bool {
    out.runs = out.runs.wrapping_add(1);
    let mut ahead = Vec::new();
    let last_is_watched = deal_rows(run, lanes, recencies, workload, out, &mut ahead);
    for at in ahead {
        let Some(lane) = lanes.get_mut(at as usize).and_then(Option::as_mut) else { continue };
        let facts = Facts { recency: &recencies.all, loads: &Loads::default(), period: lane.period };
        let turns = lane.settle(&facts);
        for member in turns.cycle.iter().take(turns.dealt) {
            out.served.insert(*member as usize);
        }
        if let Some(now) = run.now {
            recencies.assign_turns(at as usize, &turns, now);
        }
    }
    last_is_watched
}

fn deal_rows(
    run: &Run<'_>,
    lanes: &mut [Option<Lane>],
    recencies: &mut Recencies,
    workload: &mut Workload,
    out: &mut Dealt,
    ahead: &mut Vec<u32>,
) -> bool {
    let none = Loads::default();
    let mut may = PlaceSet::default();
    for row in run.rows {
        let rule = run.rules.get(*row as usize).copied().unwrap_or(u32::MAX);
        let at = run.lanes.get(rule as usize).copied().unwrap_or(u32::MAX);
        let lane = lanes.get_mut(at as usize).and_then(Option::as_mut);
        let Some(lane) = lane.filter(|lane| lane.open) else { return false };
        lane.begin(out.runs);
        let eligible = if lane.some.is_empty() {
            &lane.ahead.always
        } else {
            may.copy_from(&lane.any);
            for (place, rows) in &lane.some {
                if rows.contains(RowIx(*row)) {
                    may.insert(*place);
                }
            }
            may.keep(&lane.ready);
            &may
        };
        let holder = match run.table.column(lane.slot) {
            Column::Coded(column) => match column.code(*row) {
                0 => 0,
                _ if lane.counts => return false,
                code => lane.holders.get(code as usize).copied().unwrap_or(0),
            },
            _ if lane.counts => return false,
            _ => 0,
        };
        if holder > 0 && eligible.contains(holder as usize - 1) {
            return false;
        }
        let member = match lane.ahead.cycle.next() {
            Some(member) => member,
            None => {
                let recency = if lane.automatic { &recencies.automatic } else { &recencies.all };
                let loads = workload.loads(lane.slot).unwrap_or(&none);
                let Some(member) = lane.rotation.pick(eligible, &Facts { recency, loads, period: lane.period }) else { return false };
                lane.used = true;
                out.served.insert(member.0 as usize);
                if let Some(now) = run.now {
                    recencies.assign(member, Some(at as usize), now);
                }
                let recency = if lane.automatic { &recencies.automatic } else { &recencies.all };
                if lane.took_turn(at as usize, &Facts { recency, loads, period: lane.period }, recencies, run.now) {
                    ahead.push(at);
                }
                member
            }
        };
        out.turns.push(Turn { receiver: member.0, rule, group: at });
        let counts = lane.counts && run.open.is_some_and(|open| open.contains(RowIx(*row)));
        let full = counts && workload.add(lane.slot, member);
        if full || lane.watched.contains(member.0 as usize) {
            return true;
        }
    }
    false
}
