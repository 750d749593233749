//! Least loaded: fewest open leads, most spare places, or the largest share of places spare.
//!
//! No capacity is infinitely many spare places. Whoever has a capacity of 0 is never served. Of equal ones, whoever waited longest is next,
//! then the first in the group's order. There is no memory of its own: the caller counts open leads, those given by this call included.

use std::cmp::Ordering;

use super::seats::{Seat, Seats};
use super::{Loads, PlaceSet, Recency, least_recent};

#[cfg(any(test, feature = "testing"))]
pub mod oracle;
#[cfg(test)]
mod tests;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Measure {
    /// Fewest open leads.
    #[default]
    Open,
    /// Most spare places: capacity less open leads.
    Spare,
    /// Largest share spare: spare places by capacity.
    SparePercent,
}

/// The options of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// What is compared.
    pub measure: Measure,
}

/// The places of a group that may be served.
#[derive(Clone, Debug)]
pub(super) struct LeastLoaded {
    options: Options,
    /// Who has not a capacity of 0.
    candidates: PlaceSet,
}

impl LeastLoaded {
    pub(super) fn new(options: Options, seats: &Seats) -> Self {
        let mut candidates = seats.present().clone();
        for place in seats.present().iter() {
            if seats.get(place).is_some_and(|seat| seat.capacity == Some(0)) {
                candidates.remove(place);
            }
        }
        Self { options, candidates }
    }

    /// Who may be served at all.
    pub(super) fn candidates(&self) -> &PlaceSet {
        &self.candidates
    }

    /// Who is next.
    pub(super) fn choose(&self, seats: &Seats, eligible: &PlaceSet, loads: &Loads, recency: &Recency) -> Option<usize> {
        let mut best: Option<(usize, &Seat, u32)> = None;
        for place in eligible.common(&self.candidates) {
            let Some(seat) = seats.get(place) else { continue };
            let open = loads.open(seat.member);
            let order = best.map_or(Ordering::Less, |(before, other, others)| {
                self.measure(seat, open, other, others).then_with(|| least_recent::compare(seats, recency, place, before))
            });
            if order == Ordering::Less {
                best = Some((place, seat, open));
            }
        }
        best.map(|(place, ..)| place)
    }

    /// Which of two places stands before the other.
    pub(super) fn compare(&self, seats: &Seats, loads: &Loads, recency: &Recency, a: usize, b: usize) -> Ordering {
        let by_load = match (seats.get(a), seats.get(b)) {
            (Some(a), Some(b)) => self.measure(a, loads.open(a.member), b, loads.open(b.member)),
            _ => Ordering::Equal,
        };
        by_load.then_with(|| least_recent::compare(seats, recency, a, b))
    }

    fn measure(&self, a: &Seat, open_a: u32, b: &Seat, open_b: u32) -> Ordering {
        let (capacity_a, capacity_b) = match (self.options.measure, a.capacity, b.capacity) {
            (Measure::Open, ..) => return open_a.cmp(&open_b),
            (_, None, None) => return Ordering::Equal,
            (_, None, Some(_)) => return Ordering::Less,
            (_, Some(_), None) => return Ordering::Greater,
            (_, Some(a), Some(b)) => (a, b),
        };
        match self.options.measure {
            Measure::Spare => {
                let spare = |capacity: u32, open: u32| i64::from(capacity) - i64::from(open);
                spare(capacity_b, open_b).cmp(&spare(capacity_a, open_a))
            }
            // (c − o) / c is larger where o / c is smaller; of two fractions with positive denominators that is decided by the products.
            _ => (u64::from(open_a) * u64::from(capacity_b)).cmp(&(u64::from(open_b) * u64::from(capacity_a))),
        }
    }
}
