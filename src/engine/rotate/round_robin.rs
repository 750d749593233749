//! Round robin: one after the other, in the group's order, in rounds.
//!
//! A round is its roster, the members at its start, and who of them was served. The next is the first eligible member of the roster, in
//! today's order of the group, who was not served yet; when there is none, the round closes and the roster is today's members.
//! `per_round` laps make a round: who misses a lap has missed it, and nobody catches up several laps at once.
//!
//! A turn that was missed because its member was not eligible when the round closed is
//! - forfeited, or
//! - held: the member is served before all others when back, besides the turns of the running round; at most one is held; or
//! - credited: one for each round in which the member was not served at all, at most three; after the last lap of a round those with a
//!   credit who are eligible are served once more, in the group's order, and spend it.

use super::seats::Seats;
use super::{Member, PlaceSet};

#[cfg(any(test, feature = "testing"))]
pub mod oracle;
#[cfg(test)]
mod tests;

/// When somebody who joins a running round is first served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Joiners {
    /// In the next round.
    #[default]
    NextRound,
    /// In this round.
    Now,
    /// In a new round, which begins at once.
    Reset,
}

/// What becomes of a missed turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AbsentTurn {
    /// It is lost.
    #[default]
    Forfeit,
    /// It is served first on return; at most one.
    Hold,
    /// It is made good, one a round; at most three.
    Credit,
}

impl AbsentTurn {
    fn most_owed(self) -> u8 {
        match self {
            Self::Forfeit => 0,
            Self::Hold => 1,
            Self::Credit => 3,
        }
    }
}

/// The options of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Laps in a round; 0 counts as 1.
    pub per_round: u32,
    /// When joiners are first served.
    pub joiners: Joiners,
    /// What becomes of missed turns.
    pub absent_turn: AbsentTurn,
}

impl Default for Options {
    fn default() -> Self {
        Self { per_round: 1, joiners: Joiners::NextRound, absent_turn: AbsentTurn::Forfeit }
    }
}

/// What a round robin remembers between calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The running lap, from 1.
    pub lap: u32,
    /// The roster of the running round.
    pub roster: Vec<Turn>,
}

/// A member's part in the running round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub member: Member,
    /// The last lap of this round in which the member was served; 0 for none.
    pub served: u32,
    /// Missed turns of earlier rounds that are still to be served.
    pub owed: u8,
    /// Whether one of them was served in this round already.
    pub made_good: bool,
}

/// Part of a place in the running round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    served: u32,
    owed: u8,
    made_good: bool,
}

/// Why a place is next, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// A held turn.
    Held,
    /// The turn of the running lap.
    Lap,
    /// The first turn of the next lap.
    NextLap,
    /// A credit, after the last lap.
    Credit,
    /// The first turn of the next round.
    NextRound,
}

/// A round that is running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoundRobin {
    options: Options,
    lap: u32,
    /// Somebody joined, and joiners begin a new round.
    restart: bool,
    roster: PlaceSet,
    /// Of the roster, who was not served in this lap.
    unserved: PlaceSet,
    /// Who may be served an owed turn in this round.
    owed: PlaceSet,
    states: Vec<State>,
}

impl RoundRobin {
    pub(super) fn new(options: Options, seats: &Seats, memory: &Memory) -> Self {
        let none = PlaceSet::none(seats.len());
        let mut round = Self {
            options,
            lap: memory.lap.max(1),
            restart: false,
            roster: none.clone(),
            unserved: none.clone(),
            owed: none,
            states: vec![State::default(); seats.len()],
        };
        for turn in &memory.roster {
            if let Some(place) = seats.place(turn.member)
                && !round.roster.contains(place)
            {
                round.roster.insert(place);
                let owed = turn.owed.min(options.absent_turn.most_owed());
                round.set(place, State { served: turn.served, owed, made_good: turn.made_good });
            }
        }
        let joined = seats.present().iter().any(|place| !round.roster.contains(place));
        match options.joiners {
            Joiners::Now => round.roster.copy_from(seats.present()),
            // Without a roster there is no round to be closed.
            Joiners::Reset => round.restart = joined && !round.roster.is_empty(),
            Joiners::NextRound => {}
        }
        for place in round.roster.iter() {
            if round.states.get(place).is_some_and(|state| state.served < round.lap) {
                round.unserved.insert(place);
            }
        }
        round.find_owed();
        round
    }

    /// Who is next, without taking the turn.
    pub(super) fn choose(&self, seats: &Seats, eligible: &PlaceSet) -> Option<usize> {
        self.next(seats, eligible).map(|(place, _)| place)
    }

    /// Who is next, and takes the turn.
    pub(super) fn pick(&mut self, seats: &Seats, eligible: &PlaceSet) -> Option<usize> {
        let (place, reason) = self.next(seats, eligible)?;
        if self.restart || reason == Reason::NextRound {
            self.close(seats, eligible);
        }
        if reason == Reason::NextLap {
            self.lap += 1;
            self.unserved.copy_from(&self.roster);
        }
        let (lap, owes) = (self.lap, matches!(reason, Reason::Held | Reason::Credit));
        if let Some(state) = self.states.get_mut(place) {
            if owes {
                state.owed = state.owed.saturating_sub(1);
                state.made_good |= reason == Reason::Credit;
            } else {
                state.served = lap;
            }
            if owes && (state.owed == 0 || reason == Reason::Credit) {
                self.owed.remove(place);
            }
        }
        if !owes {
            self.unserved.remove(place);
        }
        Some(place)
    }

    /// Where the place stands among the others for the next turn; least is first.
    pub(super) fn standing(&self, place: usize) -> impl Ord + use<> {
        (self.reason(place), place)
    }

    pub(super) fn memory(&self, seats: &Seats) -> Memory {
        let mut roster = Vec::new();
        for place in self.roster.iter() {
            if let (Some(member), Some(state)) = (seats.member(place), self.states.get(place)) {
                roster.push(Turn { member, served: state.served, owed: state.owed, made_good: state.made_good });
            }
        }
        Memory { lap: self.lap, roster }
    }

    fn laps(&self) -> u32 {
        self.options.per_round.max(1)
    }

    fn next(&self, seats: &Seats, eligible: &PlaceSet) -> Option<(usize, Reason)> {
        let first = |set: &PlaceSet, reason: Reason| eligible.first_common(set).map(|place| (place, reason));
        let held = || first(&self.owed, Reason::Held).filter(|_| self.options.absent_turn == AbsentTurn::Hold);
        let lap = || first(&self.unserved, Reason::Lap).filter(|_| !self.restart && self.lap <= self.laps());
        let next_lap = || first(&self.roster, Reason::NextLap).filter(|_| !self.restart && self.lap < self.laps());
        let credit = || {
            let spends = !self.restart && self.options.absent_turn == AbsentTurn::Credit;
            first(&self.owed, Reason::Credit).filter(|_| spends)
        };
        held().or_else(lap).or_else(next_lap).or_else(credit).or_else(|| first(seats.present(), Reason::NextRound))
    }

    /// For which reason the place would be next, were it alone eligible.
    fn reason(&self, place: usize) -> Reason {
        let owed = self.owed.contains(place);
        if owed && self.options.absent_turn == AbsentTurn::Hold {
            Reason::Held
        } else if self.restart {
            Reason::NextRound
        } else if self.lap <= self.laps() && self.unserved.contains(place) {
            Reason::Lap
        } else if self.lap < self.laps() && self.roster.contains(place) {
            Reason::NextLap
        } else if owed {
            Reason::Credit
        } else {
            Reason::NextRound
        }
    }

    /// Closes the round for the lead that these are eligible for, and begins the next.
    fn close(&mut self, seats: &Seats, eligible: &PlaceSet) {
        let most = self.options.absent_turn.most_owed();
        for (place, state) in self.states.iter_mut().enumerate() {
            let missed = self.roster.contains(place) && state.served == 0 && !eligible.contains(place);
            state.owed = state.owed.saturating_add(u8::from(missed)).min(most);
            (state.served, state.made_good) = (0, false);
        }
        (self.lap, self.restart) = (1, false);
        self.roster.copy_from(seats.present());
        self.unserved.copy_from(seats.present());
        self.find_owed();
    }

    fn find_owed(&mut self) {
        let hold = self.options.absent_turn == AbsentTurn::Hold;
        for (place, state) in self.states.iter().enumerate() {
            if state.owed > 0 && (hold || !state.made_good) {
                self.owed.insert(place);
            } else {
                self.owed.remove(place);
            }
        }
    }

    fn set(&mut self, place: usize, state: State) {
        if let Some(at) = self.states.get_mut(place) {
            *at = state;
        }
    }
}
