//! Turns ahead: while the same members are eligible, a rotation comes round to where it began, and from then on its turns are known.
//!
//! A lane that deals many rows looks for that cycle. Each further row then takes the next of it; what the rotation and the stamps come to is
//! worked out once, at the end of the run.

use std::rc::Rc;

use super::super::{Facts, Member, Memory, PlaceSet, Rotation, Running};
use super::{Lane, Recencies};

/// Turns in a run before a lane first looks for its cycle: two in tests, where runs are short.
const FIRST_LOOK: u32 = if cfg!(any(test, feature = "testing")) { 2 } else { 32 };
/// How many times as many turns are waited for after a look in vain: all looks together then cost about as much as the turns did.
const LATER_LOOK: u32 = 4;
/// Most turns of a cycle.
const LONGEST: usize = 4096;

/// What a lane knows for one run.
#[derive(Debug, Default)]
pub struct Ahead {
    /// The run.
    run: u32,
    /// Places that may take any row, and are ready.
    pub(super) always: PlaceSet,
    pub(super) turns: u32,
    look_at: u32,
    pub(super) cycle: Cycle,
}

/// Turns that come round and round.
#[derive(Debug, Default)]
pub(super) struct Cycle {
    /// Numbers of members in the order of their turns; empty as long as it is not known.
    members: Vec<u32>,
    next: usize,
    dealt: usize,
}

impl Cycle {
    /// The next turn, if it is known.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Member> {
        let member = *self.members.get(self.next)?;
        self.dealt += 1;
        self.next += 1;
        if self.next == self.members.len() {
            self.next = 0;
        }
        Some(Member(member))
    }
}

impl Lane {
    /// Begins a run here, if it is another one than before.
    #[inline]
    pub(super) fn begin(&mut self, run: u32) {
        if self.ahead.run != run {
            self.ahead.always.copy_from(&self.any);
            self.ahead.always.keep(&self.ready);
            (self.ahead.run, self.ahead.turns, self.ahead.look_at) = (run, 0, FIRST_LOOK);
        }
    }

    /// Counts a turn that the rotation took; finds its cycle if it is time to. Tells whether it did.
    #[inline]
    pub(super) fn took_turn(&mut self, number: usize, facts: &Facts<'_>, recencies: &Recencies, now: Option<i64>) -> bool {
        self.ahead.turns = self.ahead.turns.saturating_add(1);
        self.ahead.turns == self.ahead.look_at && self.look(number, facts, recencies, now)
    }

    #[cold]
    fn look(&mut self, number: usize, facts: &Facts<'_>, recencies: &Recencies, now: Option<i64>) -> bool {
        let most = (self.ahead.turns as usize).saturating_mul(2).min(LONGEST);
        self.ahead.look_at = self.ahead.look_at.saturating_mul(LATER_LOOK);
        // Only a lane whose members are served nowhere else knows what is noted of them; only one whose rows ask nothing, who is eligible.
        let seats = &self.rotation.seats;
        let alone = || seats.present().iter().filter_map(|place| seats.member(place)).all(|member| recencies.sits_only_in(number, member));
        let stamps = match now {
            Some(_) => recencies.has_ticks(number) && alone(),
            None => !matches!(self.rotation.running, Running::LeastRecent),
        };
        if !(self.some.is_empty() && stamps) {
            return false;
        }
        let members = self.rotation.cycle(&self.ahead.always, facts, most).unwrap_or_default();
        self.ahead.cycle = Cycle { members, next: 0, dealt: 0 };
        !self.ahead.cycle.members.is_empty()
    }

    /// Ends a run: the rotation and the stamps are as if each turn had been taken by itself.
    pub(super) fn settle(&mut self, facts: &Facts<'_>) -> Turns {
        let cycle = std::mem::take(&mut self.ahead.cycle);
        for _ in 0..cycle.next {
            self.rotation.pick(&self.ahead.always, facts);
        }
        Turns { cycle: cycle.members, dealt: cycle.dealt }
    }
}

/// Turns that a lane took by its cycle.
#[derive(Debug)]
pub(super) struct Turns {
    pub cycle: Vec<u32>,
    pub dealt: usize,
}

impl Rotation {
    /// Members in the order of their turns while just these are eligible, if after so many turns at most the rotation is where it is now. Of a
    /// method that goes by last assignments: while those of the eligible change by these turns alone.
    fn cycle(&self, eligible: &PlaceSet, facts: &Facts<'_>, most: usize) -> Option<Vec<u32>> {
        if matches!(self.running, Running::LeastRecent) {
            return Some(self.rank(eligible, facts).into_iter().map(|member| member.0).collect());
        }
        let running = match &self.running {
            Running::RoundRobin(round) => Running::RoundRobin(round.clone()),
            Running::Weighted(weighted) => Running::Weighted(weighted.clone()),
            _ => return None,
        };
        let (mut order, mut ahead) = (Vec::new(), Rotation { seats: Rc::clone(&self.seats), running, given: Memory::None });
        for _ in 0..most {
            order.push(ahead.pick(eligible, facts)?.0);
            let came_round = match (&self.running, &ahead.running) {
                (Running::RoundRobin(start), Running::RoundRobin(now)) => start == now,
                (Running::Weighted(start), Running::Weighted(now)) => start == now,
                _ => false,
            };
            if came_round {
                return Some(order);
            }
        }
        None
    }
}
