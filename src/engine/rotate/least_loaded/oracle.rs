//! Least loaded, as plainly as it can be said: whoever no other stands before.

use super::{Measure, Options};
use crate::rotate::{Member, Seat};

/// Who is next, given a member once for each open lead, and everybody who was ever assigned a lead, the oldest assignment first.
pub fn pick(options: Options, seats: &[Seat], eligible: &[Member], open: &[Member], history: &[Member]) -> Option<Member> {
    let held = |seat: &Seat| open.iter().filter(|member| **member == seat.member).count() as i128;
    let last = |seat: &Seat| history.iter().rposition(|member| *member == seat.member);
    let less_loaded = |a: &Seat, b: &Seat| match (options.measure, a.capacity, b.capacity) {
        (Measure::Open, ..) => held(a) < held(b),
        (_, None, other) => other.is_some(),
        (_, Some(_), None) => false,
        (Measure::Spare, Some(most_a), Some(most_b)) => i128::from(most_a) - held(a) > i128::from(most_b) - held(b),
        (Measure::SparePercent, Some(most_a), Some(most_b)) => {
            let (most_a, most_b) = (i128::from(most_a), i128::from(most_b));
            (most_a - held(a)) * most_b > (most_b - held(b)) * most_a
        }
    };
    let candidates: Vec<&Seat> = seats.iter().filter(|seat| eligible.contains(&seat.member) && seat.capacity != Some(0)).collect();
    let least: Vec<&Seat> = candidates.iter().copied().filter(|seat| !candidates.iter().any(|other| less_loaded(other, seat))).collect();
    least.into_iter().min_by_key(|seat| last(seat)).map(|seat| seat.member)
}
