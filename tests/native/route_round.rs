//! A round robin that can be read at a glance: lists of people, searched from the front.

/// Of a round robin: laps in a round, `joiners` and `absentTurn`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub laps: usize,
    pub joiners: &'static str,
    pub absent: &'static str,
}

/// A round that is running: its roster, its lap, who was served in the lap and in the round, and who is owed turns, once for each.
#[derive(Clone, Debug, Default)]
pub struct Round {
    roster: Vec<usize>,
    lap: usize,
    in_lap: Vec<usize>,
    in_round: Vec<usize>,
    owed: Vec<usize>,
    made_good: Vec<usize>,
}

impl Round {
    /// At most so many turns of each are owed.
    fn cap(&mut self, absent: &str) {
        let most = ["forfeit", "hold", "", "credit"].iter().position(|word| *word == absent).unwrap();
        let mut kept: Vec<usize> = Vec::new();
        for user in &self.owed {
            if kept.iter().filter(|other| *other == user).count() < most {
                kept.push(*user);
            }
        }
        self.owed = kept;
    }

    /// A new round begins; whoever was not served in the old one and may not have this lead has missed a turn.
    fn close(&mut self, options: Options, members: &[usize], may: &[usize]) {
        let missed: Vec<usize> = self.roster.iter().copied().filter(|user| !self.in_round.contains(user) && !may.contains(user)).collect();
        self.owed.extend(missed);
        self.cap(options.absent);
        let owed = std::mem::take(&mut self.owed);
        *self = Round { roster: members.to_vec(), lap: 1, owed, ..Round::default() };
    }

    fn pay(&mut self, user: usize) -> usize {
        let at = self.owed.iter().position(|other| *other == user).unwrap();
        self.owed.remove(at);
        user
    }

    /// Whose turn it is.
    pub fn next(&mut self, options: Options, members: &[usize], may: &[usize]) -> Option<usize> {
        let first = |among: &[usize]| members.iter().copied().find(|user| may.contains(user) && among.contains(user));
        let anybody = first(members)?;
        self.lap = self.lap.max(1);
        for list in [&mut self.roster, &mut self.in_lap, &mut self.in_round, &mut self.owed, &mut self.made_good] {
            list.retain(|user| members.contains(user));
        }
        self.cap(options.absent);
        let joined = members.iter().any(|user| !self.roster.contains(user));
        if options.joiners == "now" {
            self.roster = members.to_vec();
        } else if options.joiners == "reset" && joined && !self.roster.is_empty() {
            self.close(options, members, may);
        }
        if options.absent == "hold"
            && let Some(user) = first(&self.owed)
        {
            return Some(self.pay(user));
        }
        let unserved: Vec<usize> = self.roster.iter().copied().filter(|user| !self.in_lap.contains(user)).collect();
        let user = if let Some(user) = first(&unserved).filter(|_| self.lap <= options.laps) {
            user
        } else if let Some(user) = first(&self.roster).filter(|_| self.lap < options.laps) {
            self.lap += 1;
            self.in_lap.clear();
            user
        } else {
            let creditors: Vec<usize> = self.owed.iter().copied().filter(|user| !self.made_good.contains(user)).collect();
            if let Some(user) = first(&creditors).filter(|_| options.absent == "credit") {
                self.made_good.push(user);
                return Some(self.pay(user));
            }
            self.close(options, members, may);
            anybody
        };
        self.in_lap.push(user);
        self.in_round.push(user);
        Some(user)
    }
}
