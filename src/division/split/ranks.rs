//! Dealing the rows of one class among few: the place of every turn is worked out by itself.
//!
//! Before the j-th turn of somebody who gets q rows come j − 1 turns of their own and, of another who gets q′, those whose key is less, or
//! equal where the other is earlier in order: ⌊((2j − 1) q′ + q − t) / 2q⌋ with t = 0 for an earlier, 1 for a later one. From turn to turn
//! that fraction grows by q′ / q. Nothing here depends on who is next, which a processor could not guess.

use super::deal::{Order, deal};

/// From here on numbers are not worked out in 32 bits.
const LARGE: u64 = 1 << 30;

/// How many turns of another come before one of ours: a whole number and what remains of it, in parts of 2q.
#[derive(Clone, Copy, Default)]
struct Before {
    turns: u32,
    rest: u32,
    /// What every turn adds to either.
    step: (u32, u32),
}

/// Writes down the receiver of every row of a class: what [`deal`] tells one by one. Rows beyond the sum of the quotas stay as they are.
///
/// ```
/// use evenhand_division::split::{Order, deal_into};
///
/// let mut rows = [9; 11];
/// deal_into(&[(0, 6), (1, 3), (2, 1)], Order::Deal, &mut rows);
/// assert_eq!(rows, [0, 1, 0, 0, 1, 2, 0, 0, 1, 0, 9]);
/// ```
#[inline]
pub fn deal_into(quotas: &[(u32, u64)], order: Order, rows: &mut [u32]) {
    let takers = quotas.iter().filter(|(_, quota)| *quota > 0).count();
    if order == Order::Deal && (2..=4).contains(&takers) && quotas.iter().all(|(_, quota)| *quota < LARGE) {
        return match takers {
            2 => ranked::<1>(quotas, rows),
            3 => ranked::<2>(quotas, rows),
            _ => ranked::<3>(quotas, rows),
        };
    }
    let mut rows = rows.iter_mut();
    deal(quotas, order, |receiver| rows.next().into_iter().for_each(|row| *row = receiver));
}

/// Among one receiver and `OTHERS` others.
#[expect(clippy::cast_possible_truncation, reason = "quotas are below 2³⁰")]
fn ranked<const OTHERS: usize>(quotas: &[(u32, u64)], rows: &mut [u32]) {
    let takers = || quotas.iter().filter(|(_, quota)| *quota > 0).enumerate();
    for (place, (receiver, quota)) in takers() {
        let parts = 2 * quota;
        let mut others = [Before::default(); OTHERS];
        for (other, (at, (_, theirs))) in others.iter_mut().zip(takers().filter(|(at, _)| *at != place)) {
            let first = theirs + quota - u64::from(at > place);
            *other = Before {
                turns: (first / parts) as u32,
                rest: (first % parts) as u32,
                step: ((theirs / quota) as u32, (2 * (theirs % quota)) as u32),
            };
        }
        let parts = parts as u32;
        for own in 0..*quota as usize {
            let at = others.iter().fold(own, |sum, other| sum + other.turns as usize);
            if let Some(row) = rows.get_mut(at) {
                *row = *receiver;
            }
            for other in &mut others {
                other.rest += other.step.1;
                let more = other.rest >= parts;
                other.rest -= if more { parts } else { 0 };
                other.turns += other.step.0 + u32::from(more);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_written_as_they_are_told(
            quotas in prop::collection::vec(prop_oneof![1 => Just(0_u64), 3 => 0_u64..9, 2 => 0_u64..3000], 0..6),
            more in 0_usize..3,
            less in 0_usize..3,
            block: bool,
        ) {
            let quotas: Vec<(u32, u64)> = quotas.into_iter().enumerate().map(|(at, quota)| (at as u32 * 3, quota)).collect();
            let order = if block { Order::Block } else { Order::Deal };
            let mut told = Vec::new();
            deal(&quotas, order, |receiver| told.push(receiver));
            told.resize(told.len() + more, 77);
            told.truncate(told.len().saturating_sub(less));
            let mut rows = vec![77; told.len()];
            deal_into(&quotas, order, &mut rows);
            prop_assert_eq!(rows, told);
        }
    }
}
