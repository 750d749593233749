//! The round robin as plainly as it can be said: lists of members, searched from the front.

use super::{AbsentTurn, Joiners, Options};
use crate::rotate::Member;

/// A round that is running.
#[derive(Clone, Debug, Default)]
pub struct RoundRobin {
    roster: Vec<Member>,
    lap: u32,
    served_in_lap: Vec<Member>,
    served_in_round: Vec<Member>,
    /// A member once for each turn owed.
    owed: Vec<Member>,
    made_good: Vec<Member>,
}

impl RoundRobin {
    /// Gives the next turn. `members` are today's, in order; everybody who may have the lead is in `eligible`.
    pub fn pick(&mut self, options: Options, members: &[Member], eligible: &[Member]) -> Option<Member> {
        self.enter(options, members);
        let laps = options.per_round.max(1);
        let first = |among: &[Member]| members.iter().copied().find(|member| eligible.contains(member) && among.contains(member));
        let anybody = first(members)?;

        let joined = members.iter().any(|member| !self.roster.contains(member));
        if options.joiners == Joiners::Reset && joined && !self.roster.is_empty() {
            self.close(options, members, eligible);
        }
        if options.absent_turn == AbsentTurn::Hold
            && let Some(held) = first(&self.owed)
        {
            return Some(self.pay(held));
        }
        if self.lap <= laps {
            let unserved: Vec<Member> = self.roster.iter().copied().filter(|member| !self.served_in_lap.contains(member)).collect();
            if let Some(next) = first(&unserved) {
                return Some(self.serve(next));
            }
        }
        if self.lap < laps
            && let Some(next) = first(&self.roster)
        {
            self.lap += 1;
            self.served_in_lap.clear();
            return Some(self.serve(next));
        }
        if options.absent_turn == AbsentTurn::Credit {
            let creditors: Vec<Member> = self.owed.iter().copied().filter(|member| !self.made_good.contains(member)).collect();
            if let Some(next) = first(&creditors) {
                self.made_good.push(next);
                return Some(self.pay(next));
            }
        }
        self.close(options, members, eligible);
        Some(self.serve(anybody))
    }

    fn enter(&mut self, options: Options, members: &[Member]) {
        self.lap = self.lap.max(1);
        for list in [&mut self.roster, &mut self.served_in_lap, &mut self.served_in_round, &mut self.owed, &mut self.made_good] {
            list.retain(|member| members.contains(member));
        }
        if options.joiners == Joiners::Now {
            self.roster = members.to_vec();
        }
        self.cap_owed(options);
    }

    fn close(&mut self, options: Options, members: &[Member], eligible: &[Member]) {
        let missed = self.roster.iter().filter(|member| !self.served_in_round.contains(member) && !eligible.contains(member));
        self.owed.extend(missed);
        self.cap_owed(options);
        self.roster = members.to_vec();
        self.lap = 1;
        self.served_in_lap.clear();
        self.served_in_round.clear();
        self.made_good.clear();
    }

    fn cap_owed(&mut self, options: Options) {
        let most = match options.absent_turn {
            AbsentTurn::Forfeit => 0,
            AbsentTurn::Hold => 1,
            AbsentTurn::Credit => 3,
        };
        let mut kept: Vec<Member> = Vec::new();
        for member in &self.owed {
            if kept.iter().filter(|other| *other == member).count() < most {
                kept.push(*member);
            }
        }
        self.owed = kept;
    }

    fn serve(&mut self, member: Member) -> Member {
        self.served_in_lap.push(member);
        self.served_in_round.push(member);
        member
    }

    fn pay(&mut self, member: Member) -> Member {
        if let Some(at) = self.owed.iter().position(|other| *other == member) {
            self.owed.remove(at);
        }
        member
    }
}
