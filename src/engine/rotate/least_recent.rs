//! Longest waiting: whoever's last assignment is oldest. The never assigned come first; of equal ones the first in the group's order.
//!
//! There is no memory of its own: [`Recency`] is kept by person, because an assignment in one group counts in all.

use std::cmp::Ordering;

use super::seats::Seats;
use super::{PlaceSet, Recency};

#[cfg(any(test, feature = "testing"))]
pub mod oracle;
#[cfg(test)]
mod tests;

/// The options of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether assignments by hand count: whether the caller records them.
    pub manual_counts: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { manual_counts: true }
    }
}

/// Who is next.
pub(super) fn choose(seats: &Seats, eligible: &PlaceSet, recency: &Recency) -> Option<usize> {
    let mut best = None;
    for place in eligible.common(seats.present()) {
        let last = seats.member(place).and_then(|member| recency.last(member));
        if last.is_none() {
            return Some(place);
        }
        if best.is_none_or(|(_, oldest)| last < oldest) {
            best = Some((place, last));
        }
    }
    best.map(|(place, _)| place)
}

/// Which of two places has waited longer; the tie of other methods too.
#[inline]
pub(super) fn compare(seats: &Seats, recency: &Recency, a: usize, b: usize) -> Ordering {
    let last = |place| seats.member(place).and_then(|member| recency.last(member));
    last(a).cmp(&last(b)).then(a.cmp(&b))
}
