//! Fewest in the period, as plainly as it can be said.

use super::{Baseline, Options};
use crate::rotate::Member;

/// The counts of a period.
#[derive(Clone, Debug, Default)]
pub struct FewestInPeriod {
    period: i64,
    counts: Vec<(Member, u64)>,
}

impl FewestInPeriod {
    /// Today's members: leavers are forgotten, joiners get their start.
    pub fn enter(&mut self, options: Options, members: &[Member]) {
        self.counts.retain(|(member, _)| members.contains(member));
        let counts: Vec<u64> = self.counts.iter().map(|(_, count)| *count).collect();
        let start = match options.baseline {
            Baseline::Minimum => counts.iter().copied().min().unwrap_or(0),
            Baseline::Average => counts.iter().sum::<u64>().checked_div(counts.len() as u64).unwrap_or(0),
            Baseline::Zero => 0,
        };
        for member in members {
            if !self.counts.iter().any(|(other, _)| other == member) {
                self.counts.push((*member, start));
            }
        }
    }

    /// Gives the next turn, given everybody who was ever assigned a lead, the oldest assignment first.
    pub fn pick(&mut self, members: &[Member], eligible: &[Member], history: &[Member], period: i64) -> Option<Member> {
        let last = |member: Member| history.iter().rposition(|other| *other == member);
        let count = |member: Member| match self.counts.iter().find(|(other, _)| *other == member) {
            Some((_, count)) if self.period == period => *count,
            _ => 0,
        };
        let next = members.iter().copied().filter(|member| eligible.contains(member)).min_by_key(|member| (count(*member), last(*member)));
        if let Some(member) = next {
            self.count(member, period);
        }
        next
    }

    /// Counts an automatic assignment.
    pub fn count(&mut self, member: Member, period: i64) {
        if self.period != period {
            self.period = period;
            self.counts.iter_mut().for_each(|(_, count)| *count = 0);
        }
        self.counts.iter_mut().filter(|(other, _)| *other == member).for_each(|(_, count)| *count += 1);
    }
}
