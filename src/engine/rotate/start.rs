//! Where the next run of offers starts: after whoever was asked first, or after whoever claimed.
//!
//! The start is kept as the members in the order they would be asked, not as a position: when one of them leaves, the next in that order
//! is the start, and joiners are asked at their places in the group.

use super::seats::Seats;
use super::{Member, Seat};

/// What is remembered of the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Members in the order of asking when the start last moved; empty at first.
    pub order: Vec<Member>,
    /// How many runs have started.
    pub runs: u64,
}

impl Memory {
    /// Today's members in the order of asking: the group's order, beginning at the start.
    pub fn order(&self, seats: &[Seat]) -> Vec<Member> {
        let today = Seats::new(seats);
        let start = self.order.iter().find_map(|member| today.place(*member)).unwrap_or(0);
        let mut order = Vec::with_capacity(today.len());
        for place in today.present().iter().filter(|place| *place >= start).chain(today.present().iter().filter(|place| *place < start)) {
            order.extend(today.member(place));
        }
        order
    }

    /// A run starts by asking `first`: the start moves behind. Gives the number of the run, from 1.
    pub fn run_started(&mut self, seats: &[Seat], first: Member) -> u64 {
        self.runs = self.runs.saturating_add(1);
        self.move_behind(seats, first);
        self.runs
    }

    /// Somebody claimed the lead of the run with this number: the start moves behind the claimant, unless a later run has started.
    pub fn run_claimed(&mut self, seats: &[Seat], run: u64, claimant: Member) {
        if run == self.runs {
            self.move_behind(seats, claimant);
        }
    }

    /// Nothing moves behind who is no member today.
    fn move_behind(&mut self, seats: &[Seat], member: Member) {
        let today = Seats::new(seats);
        let Some(behind) = today.place(member) else { return };
        let next = today.present().iter().find(|place| *place > behind).or_else(|| today.present().iter().next());
        let next = next.and_then(|place| today.member(place));
        let order = Self { order: next.into_iter().collect(), runs: 0 }.order(seats);
        self.order = order;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(members: &[u32]) -> Vec<Seat> {
        members.iter().map(|member| Seat::new(Member(*member))).collect()
    }

    fn order(memory: &Memory, members: &[u32]) -> Vec<u32> {
        memory.order(&seats(members)).into_iter().map(|member| member.0).collect()
    }

    #[test]
    fn scenario_72_the_next_run_starts_after_the_claimant() {
        let (group, mut memory) = (seats(&[1, 2, 3, 4]), Memory::default());
        assert_eq!(order(&memory, &[1, 2, 3, 4]), [1, 2, 3, 4]);
        let run = memory.run_started(&group, Member(1));
        assert_eq!(order(&memory, &[1, 2, 3, 4]), [2, 3, 4, 1]);
        memory.run_claimed(&group, run, Member(2));
        assert_eq!(order(&memory, &[1, 2, 3, 4]), [3, 4, 1, 2]);
        memory.run_claimed(&group, run, Member(4));
        assert_eq!(order(&memory, &[1, 2, 3, 4]), [1, 2, 3, 4]);
    }

    #[test]
    fn a_claim_after_a_later_start_moves_nothing() {
        let (group, mut memory) = (seats(&[1, 2, 3]), Memory::default());
        let first = memory.run_started(&group, Member(1));
        memory.run_started(&group, Member(2));
        memory.run_claimed(&group, first, Member(1));
        assert_eq!(order(&memory, &[1, 2, 3]), [3, 1, 2]);
    }

    #[test]
    fn members_come_go_and_change_places() {
        let mut memory = Memory::default();
        memory.run_started(&seats(&[1, 2, 3, 4]), Member(1));
        assert_eq!(order(&memory, &[1, 3, 4]), [3, 4, 1], "who was next has left");
        assert_eq!(order(&memory, &[9, 1, 5, 2, 3, 4]), [2, 3, 4, 9, 1, 5], "joiners sit where the group has them");
        assert_eq!(order(&memory, &[7, 8]), [7, 8], "all are new");
        assert_eq!(order(&memory, &[]), [0_u32; 0]);
        memory.run_claimed(&seats(&[1, 3]), 1, Member(2));
        assert_eq!(order(&memory, &[1, 2, 3, 4]), [2, 3, 4, 1], "the claimant is no member any more");
        assert_eq!(memory.run_started(&seats(&[5]), Member(5)), 2);
        assert_eq!(order(&memory, &[5]), [5]);
    }
}
