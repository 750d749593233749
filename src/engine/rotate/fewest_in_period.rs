//! Fewest in the period: whoever was assigned fewest leads automatically in the calendar period that contains the lead's time.
//!
//! A joiner starts at the floor of the least or the average count of the others, or at 0. A new period starts all at 0.
//! Of equal ones, whoever waited longest is next, then the first in the group's order.

use std::cmp::Ordering;

use super::seats::Seats;
use super::{Member, PlaceSet, Recency, least_recent};

#[cfg(any(test, feature = "testing"))]
pub mod oracle;
#[cfg(test)]
mod tests;

/// Where a joiner of a running period starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Baseline {
    /// At the least count of the group.
    #[default]
    Minimum,
    /// At the floor of the average count of the group.
    Average,
    /// At 0.
    Zero,
}

/// The options of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// Where joiners start.
    pub baseline: Baseline,
}

/// What the method remembers between calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The period that was counted, as the caller names it; its first millisecond will do.
    pub period: i64,
    /// The counts.
    pub counts: Vec<Count>,
}

/// The count of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Who.
    pub member: Member,
    /// Automatic assignments in the period, with the start of a joiner.
    pub count: u64,
}

/// The counts, by place.
#[derive(Clone, Debug)]
pub(super) struct FewestInPeriod {
    period: i64,
    counts: Vec<u64>,
}

impl FewestInPeriod {
    pub(super) fn new(options: Options, seats: &Seats, memory: &Memory) -> Self {
        let mut found: Vec<Option<u64>> = vec![None; seats.len()];
        // The first of two entries for one member counts.
        for entry in memory.counts.iter().rev() {
            if let Some(count) = seats.place(entry.member).and_then(|place| found.get_mut(place)) {
                *count = Some(entry.count);
            }
        }
        let (mut least, mut sum, mut known): (Option<u64>, u128, u128) = (None, 0, 0);
        for count in found.iter().flatten().copied() {
            least = Some(least.map_or(count, |least| least.min(count)));
            sum += u128::from(count);
            known += 1;
        }
        let start = match options.baseline {
            Baseline::Minimum => least.unwrap_or(0),
            Baseline::Average => u64::try_from(sum / known.max(1)).unwrap_or(u64::MAX),
            Baseline::Zero => 0,
        };
        let mut counts = Vec::with_capacity(found.len());
        for count in found {
            counts.push(count.unwrap_or(start));
        }
        Self { period: memory.period, counts }
    }

    /// Who is next, without being counted.
    pub(super) fn choose(&self, seats: &Seats, eligible: &PlaceSet, recency: &Recency, period: i64) -> Option<usize> {
        let mut best = None;
        for place in eligible.common(seats.present()) {
            let count = self.count(place, period);
            if best.is_none_or(|(_, fewest, _)| count <= fewest) {
                let last = seats.member(place).and_then(|member| recency.last(member));
                if best.is_none_or(|(_, fewest, oldest)| (count, last) < (fewest, oldest)) {
                    best = Some((place, count, last));
                }
            }
        }
        best.map(|(place, ..)| place)
    }

    /// Counts one more.
    pub(super) fn add(&mut self, place: usize, period: i64) {
        if period != self.period {
            self.period = period;
            self.counts.fill(0);
        }
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// Which of two places stands before the other.
    pub(super) fn compare(&self, seats: &Seats, recency: &Recency, period: i64, a: usize, b: usize) -> Ordering {
        self.count(a, period).cmp(&self.count(b, period)).then_with(|| least_recent::compare(seats, recency, a, b))
    }

    pub(super) fn memory(&self, seats: &Seats) -> Memory {
        let mut counts = Vec::new();
        for place in seats.present().iter() {
            if let (Some(member), Some(count)) = (seats.member(place), self.counts.get(place)) {
                counts.push(Count { member, count: *count });
            }
        }
        Memory { period: self.period, counts }
    }

    fn count(&self, place: usize, period: i64) -> u64 {
        if period == self.period { self.counts.get(place).copied().unwrap_or(0) } else { 0 }
    }
}
