//! Dealing the rows of one class: who gets the first, who the second.

use std::ops::{ControlFlow, Range};

/// How the rows of one class follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In turns, so that at every point each has about the same portion of what is theirs.
    Deal,
    /// In runs: all rows of the first receiver, then all of the second.
    Block,
}

/// The turn keys of one number of rows, as fractions of 2⁶⁴ rounded down, one after another: a quotient and what remains of it.
struct Turns {
    /// The next key.
    key: u64,
    /// What it was rounded down by, in parts of the quota.
    rest: u64,
    /// What every turn adds to either.
    step: (u64, u64),
    quota: u64,
    left: u64,
}

impl Turns {
    /// All turns whose key is not below `bound`: the j-th is below it if (2j − 1) · 2⁶³ < q · bound.
    #[inline]
    fn from(quota: u64, bound: u64) -> Turns {
        let done = (u128::from(quota) * u128::from(bound) + (1 << 63) - u128::from(bound > 0)) >> 64;
        let before = if bound == 0 { 0 } else { done.min(u128::from(quota)) };
        let part = u128::from(quota.max(1));
        // At most 2³² − 1 halves of a turn, so that nothing is lost here.
        let first = (2 * before + 1) << 63;
        let low = |number: u128| u64::try_from(number & u128::from(u64::MAX)).unwrap_or(0);
        Turns {
            key: low(first / part),
            rest: low(first % part),
            step: (low((1 << 64) / part), low((1 << 64) % part)),
            quota,
            left: low(u128::from(quota) - before),
        }
    }

    /// Moves on to the next turn.
    #[inline]
    fn advance(&mut self) {
        self.left -= 1;
        let (key, rest) = self.step;
        self.rest += rest;
        let more = self.rest >= self.quota;
        self.rest -= if more { self.quota } else { 0 };
        self.key = self.key.wrapping_add(key).wrapping_add(u64::from(more));
    }
}

/// Calls `each` with the receiver of every row of a class, in row order.
///
/// `quotas` says who gets how many, in receivers' order; rows beyond their sum are left. With [`Order::Deal`]
/// the j-th row of a receiver who gets q has the turn key (2j − 1) / 2q, and rows go by key, then by receivers'
/// order: everybody's rows lie evenly between the first and the last.
///
/// Keys are compared as fractions of 2⁶⁴ rounded down. That is exact below 2³¹ rows each: two different keys
/// are at least 1 / 2qq′ > 2⁻⁶³ apart, so they differ after rounding too, and equal ones are rounded alike.
///
/// ```
/// use evenhand_division::split::{Order, deal};
///
/// let mut rows = String::new();
/// deal(&[(0, 6), (1, 3), (2, 1)], Order::Deal, |receiver| rows.push(['A', 'B', 'C'][receiver as usize]));
/// assert_eq!(rows, "ABAABCAABA");
/// ```
pub fn deal(quotas: &[(u32, u64)], order: Order, mut each: impl FnMut(u32)) {
    if order == Order::Block {
        return quotas.iter().for_each(|(receiver, quota)| (0..*quota).for_each(|_| each(*receiver)));
    }
    let mut go_on = |receiver: u32| {
        each(receiver);
        ControlFlow::Continue(())
    };
    deal_from(quotas, 0, &mut go_on);
}

/// The same for some rows of a class only: those at the places `part`, counted from 0. It costs as much as it deals, not
/// what comes before. Rows beyond the sum of the quotas are left.
///
/// Turns are skipped by their keys: with `bound` the largest fraction of 2⁶⁴ below which no more turns lie than rows are to
/// be skipped, every receiver goes on with the first turn that is not below it. What is still to be skipped then has one and the same
/// key, so it is less than a turn of each.
///
/// ```
/// use evenhand_division::split::{Order, deal_part};
///
/// let mut rows = Vec::new();
/// deal_part(&[(0, 6), (1, 3), (2, 1)], Order::Deal, 4..7, |receiver| rows.push(receiver));
/// assert_eq!(rows, [1, 2, 0]);
/// ```
pub fn deal_part(quotas: &[(u32, u64)], order: Order, part: Range<u64>, mut each: impl FnMut(u32)) {
    if order == Order::Block {
        let mut before = 0_u64;
        for (receiver, quota) in quotas {
            let end = before.saturating_add(*quota);
            (part.start.max(before)..part.end.min(end)).for_each(|_| each(*receiver));
            before = end;
        }
        return;
    }
    let below = |bound: u64| quotas.iter().fold(0_u64, |sum, (_, quota)| sum.saturating_add(quota - Turns::from(*quota, bound).left));
    let (mut bound, mut beyond) = (0_u64, u64::MAX);
    while beyond - bound > 1 {
        let middle = bound + (beyond - bound) / 2;
        if below(middle) <= part.start {
            bound = middle;
        } else {
            beyond = middle;
        }
    }
    let mut at = below(bound);
    let mut some = |receiver: u32| {
        if at >= part.end {
            return ControlFlow::Break(());
        }
        if at >= part.start {
            each(receiver);
        }
        at += 1;
        ControlFlow::Continue(())
    };
    if part.start < part.end {
        deal_from(quotas, bound, &mut some);
    }
}

/// Deals all turns whose key is not below `bound`, until `each` has enough.
fn deal_from(quotas: &[(u32, u64)], bound: u64, each: &mut impl FnMut(u32) -> ControlFlow<()>) {
    let takers = quotas.iter().filter(|(_, quota)| *quota > 0).count();
    // Whether all was dealt or enough makes no difference here.
    let _ = match takers {
        0 => ControlFlow::Continue(()),
        1 => quotas.iter().try_for_each(|(receiver, quota)| (0..Turns::from(*quota, bound).left).try_for_each(|_| each(*receiver))),
        2..=FEW => in_turn(quotas, bound, each),
        _ => {
            let mut different: Vec<u64> = quotas.iter().map(|(_, quota)| *quota).filter(|quota| *quota > 0).collect();
            crate::sort::all(&mut different);
            different.dedup();
            if different.len() < 4 { in_groups(quotas, &different, bound, each) } else { in_windows(quotas, bound, each) }
        }
    };
}

/// Receivers among whom the next turn is found by looking at all of them.
const FEW: usize = 6;

/// For few receivers: the first of the lowest keys is next.
fn in_turn(quotas: &[(u32, u64)], bound: u64, each: &mut impl FnMut(u32) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut takers: Vec<(Turns, u32)> = quotas.iter().map(|(receiver, quota)| (Turns::from(*quota, bound), *receiver)).collect();
    takers.retain(|(turns, _)| turns.left > 0);
    while let Some((first, others)) = takers.split_first_mut() {
        let (turns, receiver) = others.iter_mut().fold(first, |least, taker| if taker.0.key < least.0.key { taker } else { least });
        each(*receiver)?;
        turns.advance();
        if turns.left == 0 {
            takers.retain(|(turns, _)| turns.left > 0);
        }
    }
    ControlFlow::Continue(())
}

/// For few different numbers: receivers who get equally many have their turns at the same time.
fn in_groups(quotas: &[(u32, u64)], different: &[u64], bound: u64, each: &mut impl FnMut(u32) -> ControlFlow<()>) -> ControlFlow<()> {
    let members = |quota: u64| quotas.iter().filter(move |(_, has)| *has == quota).map(|(receiver, _)| *receiver).collect();
    let mut groups: Vec<(Turns, Vec<u32>)> = different.iter().map(|quota| (Turns::from(*quota, bound), members(*quota))).collect();
    groups.retain(|(turns, _)| turns.left > 0);
    let mut tied = Vec::new();
    while let Some(key) = groups.iter().map(|(turns, _)| turns.key).min() {
        let mut first = groups.iter_mut().filter(|(turns, _)| turns.key == key);
        if let (Some((turns, members)), None) = (first.next(), first.next()) {
            members.iter().try_for_each(|receiver| each(*receiver))?;
            turns.advance();
        } else {
            tied.clear();
            for (turns, members) in groups.iter_mut().filter(|(turns, _)| turns.key == key) {
                tied.extend_from_slice(members);
                turns.advance();
            }
            crate::sort::all(&mut tied);
            tied.iter().try_for_each(|receiver| each(*receiver))?;
        }
        groups.retain(|(turns, _)| turns.left > 0);
    }
    ControlFlow::Continue(())
}

/// For many different numbers: the keys are cut into windows of some hundred turns, which are sorted by
/// counting. A window has about as many buckets as turns, so little is left to do in a bucket.
#[expect(clippy::indexing_slicing, reason = "a bucket is the top bits of a key within its window, and counts are kept for all of them")]
fn in_windows(quotas: &[(u32, u64)], bound: u64, each: &mut impl FnMut(u32) -> ControlFlow<()>) -> ControlFlow<()> {
    let takers = quotas.iter().filter(|(_, quota)| *quota > 0);
    let mut takers: Vec<(u32, Turns)> = takers.map(|(receiver, quota)| (*receiver, Turns::from(*quota, bound))).collect();
    let rows = quotas.iter().fold(0_u64, |sum, (_, quota)| sum.saturating_add(*quota));
    let window = (takers.len() * 16).next_power_of_two().clamp(64, 1 << 16) as u64;
    let window_bits = (rows / window).checked_ilog2().unwrap_or(0);
    let buckets = 4 * rows.min(window).next_power_of_two() as usize;
    let bucket_shift = 64 - window_bits - buckets.ilog2();
    let bucket_of = |key: u64| (key >> bucket_shift) as usize & (buckets - 1);
    let mut ends = vec![0_u32; buckets + 1];
    let mut drawn: Vec<(u64, u32)> = Vec::new();
    let mut sorted = drawn.clone();
    let first = if window_bits == 0 { 0 } else { bound >> (64 - window_bits) };
    for window in first..1_u64 << window_bits {
        let last = window.checked_shl(64 - window_bits).unwrap_or(0) | u64::MAX >> window_bits;
        drawn.clear();
        ends.fill(0);
        for (receiver, turns) in &mut takers {
            while turns.left > 0 && turns.key <= last {
                let key = turns.key;
                ends[bucket_of(key) + 1] += 1;
                drawn.push((key, *receiver));
                turns.advance();
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        sorted.resize(drawn.len(), (0, 0));
        for turn in &drawn {
            let end = &mut ends[bucket_of(turn.0)];
            sorted[*end as usize] = *turn;
            *end += 1;
        }
        // Within a bucket turns stand in receivers' order; equal keys stay so.
        for at in 1..sorted.len() {
            let turn = sorted[at];
            let mut to = at;
            while to > 0 && sorted[to - 1].0 > turn.0 {
                sorted[to] = sorted[to - 1];
                to -= 1;
            }
            if to < at {
                sorted[to] = turn;
            }
        }
        sorted.iter().try_for_each(|(_, receiver)| each(*receiver))?;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dealt(quotas: &[(u32, u64)], order: Order) -> Vec<u32> {
        let mut rows = Vec::new();
        deal(quotas, order, |receiver| rows.push(receiver));
        rows
    }

    /// The definition: all turns, sorted by exact key and then receiver.
    fn by_definition(quotas: &[(u32, u64)]) -> Vec<u32> {
        let mut turns: Vec<(u128, u128, u32)> = quotas
            .iter()
            .flat_map(|(receiver, quota)| (1..=*quota).map(move |turn| (u128::from(2 * turn - 1), u128::from(2 * quota), *receiver)))
            .collect();
        turns.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)).then(a.2.cmp(&b.2)));
        turns.into_iter().map(|(_, _, receiver)| receiver).collect()
    }

    #[test]
    fn equal_quotas_are_plain_turns() {
        assert_eq!(dealt(&[(0, 4), (1, 3), (2, 3)], Order::Deal), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(dealt(&[(0, 2), (1, 2), (2, 1), (3, 1)], Order::Deal), [0, 1, 2, 3, 0, 1]);
        let fifty: Vec<u32> = (0..50).map(|row| row % 3).collect();
        assert_eq!(dealt(&[(0, 17), (1, 17), (2, 16)], Order::Deal), fifty);
    }

    #[test]
    fn block_gives_runs() {
        assert_eq!(dealt(&[(4, 2), (1, 3)], Order::Block), [4, 4, 1, 1, 1]);
    }

    proptest! {
        #[test]
        fn parts_are_cut_from_the_whole(
            quotas in prop::collection::vec(prop_oneof![0_u64..9, 0_u64..400], 0..30),
            cuts in prop::collection::vec(0_u64..9000, 0..6),
            block: bool,
        ) {
            let quotas: Vec<(u32, u64)> = quotas.into_iter().enumerate().map(|(at, quota)| (at as u32, quota)).collect();
            let order = if block { Order::Block } else { Order::Deal };
            let mut cuts: Vec<u64> = cuts.into_iter().chain([0, 12_000]).collect();
            cuts.sort_unstable();
            let mut rows = Vec::new();
            for part in cuts.windows(2) {
                deal_part(&quotas, order, part[0]..part[1], |receiver| rows.push(receiver));
            }
            prop_assert_eq!(rows, dealt(&quotas, order));
        }

        #[test]
        fn any_turn_can_be_the_first(a in 1_u64..1 << 31, b in 1_u64..1 << 31, c in 1_u64..50, place in 0_u64..1 << 32) {
            let quotas = [(0, a), (1, b), (2, c), (3, a), (4, 1)];
            let place = place % quotas.iter().map(|(_, quota)| quota).sum::<u64>();
            let mut found = None;
            deal_part(&quotas, Order::Deal, place..place + 1, |receiver| found = Some(receiver));
            // The turn at a place is the one before which just so many others lie.
            let before = |j: u64, quota: u64, to: u32| -> u64 {
                quotas.iter().map(|(other, has)| {
                    let (top, bottom) = (u128::from(2 * j - 1) * u128::from(*has), u128::from(quota));
                    // Turns k with (2k − 1) · quota below (2j − 1) · has, or equal for earlier receivers.
                    let below = (top + bottom).div_ceil(2 * bottom) - 1;
                    let tied = *other < to && (top + bottom) % (2 * bottom) == 0;
                    u64::try_from((below + u128::from(tied)).min(u128::from(*has))).unwrap()
                }).sum()
            };
            let to = found.unwrap();
            let quota = quotas[to as usize].1;
            let (mut low, mut high) = (1, quota);
            while low < high {
                let middle = (low + high).div_ceil(2);
                if before(middle, quota, to) <= place { low = middle } else { high = middle - 1 }
            }
            prop_assert_eq!(before(low, quota, to), place);
        }

        #[test]
        fn turns_go_by_key_then_receiver(quotas in prop::collection::vec(0_u64..40, 0..60)) {
            let quotas: Vec<(u32, u64)> = quotas.into_iter().enumerate().map(|(at, quota)| (at as u32, quota)).collect();
            prop_assert_eq!(dealt(&quotas, Order::Deal), by_definition(&quotas));
        }

        #[test]
        fn windows_too(quotas in prop::collection::vec(0_u64..400, 4..40), scale in 1_u64..20) {
            let quotas: Vec<(u32, u64)> = quotas.into_iter().enumerate().map(|(at, quota)| (at as u32, quota * scale)).collect();
            prop_assert_eq!(dealt(&quotas, Order::Deal), by_definition(&quotas));
        }

        #[test]
        fn large_quotas_too(a in 1_u64..3000, b in 1_u64..3000, c in 1_u64..3000, d in 1_u64..5) {
            let quotas = [(0, a), (1, b), (2, c), (3, a), (7, d)];
            prop_assert_eq!(dealt(&quotas, Order::Deal), by_definition(&quotas));
        }
    }
}
