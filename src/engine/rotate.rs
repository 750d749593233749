//! Rotation: whose turn it is among the members of a group.
//!
//! A [`Rotation`] is a group's method, its members as they are today and what the method remembers, loaded once for a call. Each turn
//! takes a lead's eligible members and gives one of them; at the end of the call the memory is taken out again. Turns of one rotation give
//! what as many rotations of one turn each give, with the memory carried from one to the next.
//!
//! Nothing here knows a clock, a configuration or a permission. Members are numbers: a [`Member`] is a person, the same in all groups of a
//! call, and a *place* is a position in one group's order today. Memory names members and never places, because members come and go:
//! whoever is no member today is ignored in it and left out of it, whoever is not in it has joined, and no memory, however incomplete,
//! keeps an eligible member from being served.
//!
//! Each method is a file: options, memory, choice, and beside it a naive oracle that says the same as plainly as possible.
//!
//! ```
//! use evenhand_engine::rotate::{Facts, Loads, Member, Memory, Method, PlaceSet, Recency, Rotation, Seat, least_recent};
//!
//! let seats = [Member(4), Member(7)].map(Seat::new);
//! let (mut recency, mut loads) = (Recency::default(), Loads::default());
//! let mut rotation = Rotation::new(Method::LeastRecent(least_recent::Options::default()), &seats, &Memory::None);
//! let mut served = Vec::new();
//! for now in [1000, 1000, 1000] {
//!     let member = rotation.pick(&PlaceSet::all(2), &Facts { recency: &recency, loads: &loads, period: 0 }).unwrap();
//!     recency.record(member, now);
//!     loads.add(member);
//!     served.push(member);
//! }
//! assert_eq!(served, [Member(4), Member(7), Member(4)]);
//! ```

pub mod batch;
pub mod fewest_in_period;
pub mod least_loaded;
pub mod least_recent;
pub mod limits;
mod places;
mod recency;
pub mod round_robin;
mod seats;
pub mod start;
#[cfg(test)]
mod tests;
pub mod weighted;
pub mod workload;

use std::cmp::Ordering;
use std::rc::Rc;

use crate::sort;

pub use places::PlaceSet;
pub use recency::{Loads, Recency, Stamp};
pub use seats::{Seat, Seats};

/// A person, by a number that the caller gives: the same in all groups of a call, small, and never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(pub u32);

/// How a group takes turns, with the options of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One after the other.
    RoundRobin(round_robin::Options),
    /// In proportion to weights.
    Weighted,
    /// Whoever waited longest.
    LeastRecent(least_recent::Options),
    /// Whoever is least loaded.
    LeastLoaded(least_loaded::Options),
    /// Whoever was assigned fewest in the period.
    FewestInPeriod(fewest_in_period::Options),
}

impl Method {
    /// Whether an assignment by hand moves its receiver to the back of those who wait.
    pub fn counts_manual(&self) -> bool {
        matches!(self, Self::LeastRecent(least_recent::Options { manual_counts: true }))
    }
}

/// What a method remembers between calls. Memory of another method is no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// Nothing: a first call, or a method that needs no memory of its own.
    #[default]
    None,
    /// Of [`Method::RoundRobin`].
    RoundRobin(round_robin::Memory),
    /// Of [`Method::Weighted`].
    Weighted(weighted::Memory),
    /// Of [`Method::FewestInPeriod`].
    FewestInPeriod(fewest_in_period::Memory),
}

/// What a turn may depend on besides the group's own memory.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Last assignments.
    pub recency: &'a Recency,
    /// Open leads.
    pub loads: &'a Loads,
    /// The calendar period of the lead's time, for [`Method::FewestInPeriod`]: its first millisecond, or any number that names it.
    pub period: i64,
}

/// A group's rotation, loaded for a call.
#[derive(Clone, Debug)]
pub struct Rotation {
    seats: Rc<Seats>,
    running: Running,
    /// The memory that was given, as far as it is this method's.
    given: Memory,
}

#[derive(Clone, Debug)]
enum Running {
    RoundRobin(round_robin::RoundRobin),
    Weighted(weighted::Weighted),
    LeastRecent,
    LeastLoaded(least_loaded::LeastLoaded),
    FewestInPeriod(fewest_in_period::FewestInPeriod),
}

impl Rotation {
    /// Loads the rotation of a group: its members in today's order, each once, and what the method remembered.
    pub fn new(method: Method, seats: &[Seat], memory: &Memory) -> Self {
        Self::of(method, Rc::new(Seats::new(seats)), memory)
    }

    /// The same of members who are seated already: a group's seats are the same in every call.
    pub fn of(method: Method, seats: Rc<Seats>, memory: &Memory) -> Self {
        let (running, given) = match (method, memory) {
            (Method::RoundRobin(options), Memory::RoundRobin(memory)) => {
                (Running::RoundRobin(round_robin::RoundRobin::new(options, &seats, memory)), Memory::RoundRobin(memory.clone()))
            }
            (Method::RoundRobin(options), _) => {
                (Running::RoundRobin(round_robin::RoundRobin::new(options, &seats, &round_robin::Memory::default())), Memory::None)
            }
            (Method::Weighted, Memory::Weighted(memory)) => {
                (Running::Weighted(weighted::Weighted::new(&seats, memory)), Memory::Weighted(memory.clone()))
            }
            (Method::Weighted, _) => (Running::Weighted(weighted::Weighted::new(&seats, &weighted::Memory::default())), Memory::None),
            (Method::LeastRecent(_), _) => (Running::LeastRecent, Memory::None),
            (Method::LeastLoaded(options), _) => (Running::LeastLoaded(least_loaded::LeastLoaded::new(options, &seats)), Memory::None),
            (Method::FewestInPeriod(options), Memory::FewestInPeriod(memory)) => (
                Running::FewestInPeriod(fewest_in_period::FewestInPeriod::new(options, &seats, memory)),
                Memory::FewestInPeriod(memory.clone()),
            ),
            (Method::FewestInPeriod(options), _) => {
                let memory = fewest_in_period::Memory::default();
                (Running::FewestInPeriod(fewest_in_period::FewestInPeriod::new(options, &seats, &memory)), Memory::None)
            }
        };
        Self { seats, running, given }
    }

    /// Gives the next turn to one of the eligible places; `None`, and nothing changes, if none of them may be served.
    ///
    /// The caller then records the assignment in its [`Recency`] and [`Loads`], as it does for assignments that no method decided.
    #[inline(never)]
    pub fn pick(&mut self, eligible: &PlaceSet, facts: &Facts<'_>) -> Option<Member> {
        let place = match &mut self.running {
            Running::RoundRobin(round) => round.pick(&self.seats, eligible),
            Running::Weighted(weighted) => weighted.pick(eligible),
            Running::LeastRecent | Running::LeastLoaded(_) => self.choose(eligible, facts),
            Running::FewestInPeriod(fewest) => {
                let place = fewest.choose(&self.seats, eligible, facts.recency, facts.period)?;
                fewest.add(place, facts.period);
                Some(place)
            }
        }?;
        self.seats.member(place)
    }

    /// Who [`pick`](Self::pick) would give the turn to.
    pub fn peek(&self, eligible: &PlaceSet, facts: &Facts<'_>) -> Option<Member> {
        self.seats.member(self.choose(eligible, facts)?)
    }

    /// All eligible members who may be served, the next first: each is whom [`peek`](Self::peek) gives once those before are
    /// not eligible.
    pub fn rank(&self, eligible: &PlaceSet, facts: &Facts<'_>) -> Vec<Member> {
        let candidates = match &self.running {
            Running::Weighted(weighted) => weighted.candidates(),
            Running::LeastLoaded(least) => least.candidates(),
            _ => self.seats.present(),
        };
        let mut places = Vec::new();
        for place in eligible.common(candidates) {
            places.push(place);
        }
        sort::by(&mut places, |a, b| self.compare(facts, *a, *b));
        let mut members = Vec::with_capacity(places.len());
        for place in places {
            members.extend(self.seats.member(place));
        }
        members
    }

    /// Counts an automatic assignment of a member that this rotation did not decide, such as one as the default assignee.
    /// Only [`Method::FewestInPeriod`] counts: tells whether it did.
    pub fn count(&mut self, member: Member, period: i64) -> bool {
        if let (Running::FewestInPeriod(fewest), Some(place)) = (&mut self.running, self.seats.place(member)) {
            fewest.add(place, period);
            return true;
        }
        false
    }

    /// What to remember for the next call: today's members only, in the group's order.
    pub fn memory(&self) -> Memory {
        match &self.running {
            Running::RoundRobin(round) => Memory::RoundRobin(round.memory(&self.seats)),
            Running::Weighted(weighted) => Memory::Weighted(weighted.memory(&self.seats)),
            Running::LeastRecent | Running::LeastLoaded(_) => Memory::None,
            Running::FewestInPeriod(fewest) => Memory::FewestInPeriod(fewest.memory(&self.seats)),
        }
    }

    /// What was loaded, as far as it was this method's: [`memory`](Self::memory) differs from it by turns, by members who left, or by joiners who
    /// were entered.
    pub fn given(&self) -> &Memory {
        &self.given
    }

    fn choose(&self, eligible: &PlaceSet, facts: &Facts<'_>) -> Option<usize> {
        match &self.running {
            Running::RoundRobin(round) => round.choose(&self.seats, eligible),
            Running::Weighted(weighted) => weighted.choose(eligible),
            Running::LeastRecent => least_recent::choose(&self.seats, eligible, facts.recency),
            Running::LeastLoaded(least) => least.choose(&self.seats, eligible, facts.loads, facts.recency),
            Running::FewestInPeriod(fewest) => fewest.choose(&self.seats, eligible, facts.recency, facts.period),
        }
    }

    fn compare(&self, facts: &Facts<'_>, a: usize, b: usize) -> Ordering {
        match &self.running {
            Running::RoundRobin(round) => round.standing(a).cmp(&round.standing(b)),
            Running::Weighted(weighted) => weighted.compare(a, b),
            Running::LeastRecent => least_recent::compare(&self.seats, facts.recency, a, b),
            Running::LeastLoaded(least) => least.compare(&self.seats, facts.loads, facts.recency, a, b),
            Running::FewestInPeriod(fewest) => fewest.compare(&self.seats, facts.recency, facts.period, a, b),
        }
    }
}
