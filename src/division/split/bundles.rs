//! Bundles: rows that move as one.
//!
//! Dividing bundles evenly is bin packing, so the answer is near the best and not proved to be it. Bundles are
//! handed out from the largest to the smallest, each to the receiver who is furthest below their share (R. L.
//! Graham, Bounds on multiprocessing timing anomalies, 1969). Then bundles are moved, or swapped for smaller
//! ones, as long as that brings two receivers nearer to their shares.

use std::cmp::Reverse;

use crate::error::{Error, Result};

use super::set::filled;
use super::{Class, Division, Even, Keep, Receiver, Set, UNIT, apportion};

/// How many pairs of bundles are looked at for an improvement before the answer is taken as it is.
const MOST_PAIRS: u64 = 20_000_000;

/// Rows that go to one receiver together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The receivers who may take every row of it.
    pub eligible: Set,
    /// How many rows it has.
    pub size: u64,
}

/// How bundles came out. Vectors follow the order of the receivers or of the bundles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundled {
    /// For each bundle: who gets it, or nobody, for want of room.
    pub to: Vec<Option<u32>>,
    /// For each receiver: their share of the rows that are placed, in [`UNIT`]s.
    pub shares: Vec<i64>,
    /// For each receiver: how many rows they get.
    pub numbers: Vec<u64>,
    /// For each receiver: what they have got beyond their shares, to be remembered for the next batch.
    pub carry: Vec<i64>,
    /// For each receiver: whether they could take at least one of the bundles.
    pub could_take: Vec<bool>,
    /// Rows that somebody gets.
    pub placed: u64,
    /// How far apart receivers are, as in [`super::Apportionment::spread`].
    pub spread: u64,
    /// What the spread would be if the rows were divided one by one, and the largest bundle on top. Where everybody
    /// may take everything, has room, and carries nothing, it is not exceeded by more than a row.
    pub bound: u64,
}

/// Divides bundles among receivers.
///
/// # Errors
/// Those of [`apportion`].
///
/// ```
/// use evenhand_division::split::{Bundle, Even, Receiver, Set, together};
///
/// let receivers = [Receiver { weight: 1, most: None, load: 0, carry: 0 }; 2];
/// let bundles = [5, 4, 3, 3, 3].map(|size| Bundle { eligible: Set::first(2), size });
/// let bundled = together(&receivers, &bundles, Even::Dealt).unwrap();
/// assert_eq!(bundled.numbers, [9, 9]);
/// assert_eq!(bundled.to, [Some(0), Some(0), Some(1), Some(1), Some(1)]);
/// ```
pub fn together(receivers: &[Receiver], bundles: &[Bundle], even: Even) -> Result<Bundled> {
    let mut to = filled(Some(0), bundles.len())?;
    let single = apportion(&rows_of(receivers, bundles, even, &to))?;
    let mut table = Table::new(receivers, bundles, even, &single.shares)?;
    table.hand_out();
    table.improve();
    to = table.to;
    let numbers = table.numbers;
    let could_take = single.could_take;

    // Shares are counted on what was placed, so that carries sum up to nothing.
    let shares = if to.iter().all(Option::is_some) { single.shares } else { apportion(&rows_of(receivers, bundles, even, &to))?.shares };
    let mut carry = Vec::new();
    carry.try_reserve_exact(receivers.len())?;
    for (((receiver, number), share), could) in receivers.iter().zip(&numbers).zip(&shares).zip(&could_take) {
        let after = i128::from(receiver.carry) + i128::from(*number) * i128::from(UNIT) - i128::from(*share);
        let after = i64::try_from(after)
            .map_err(|_| Error::new("split_too_large", "", "a carry of this split is too large to be remembered exactly"));
        carry.push(if *could { after? } else { receiver.carry });
    }
    let held = receivers.iter().zip(&numbers).zip(&could_take).filter(|(_, could)| **could);
    let held = held.map(|((receiver, number), _)| (receiver.weight, number + if even == Even::Total { receiver.load } else { 0 }));
    let spread = super::spread(held);
    let largest = bundles.iter().map(|bundle| bundle.size).max().unwrap_or(0);
    let placed = numbers.iter().sum();
    Ok(Bundled { to, shares, numbers, carry, could_take, placed, spread, bound: single.spread + largest })
}

/// The rows of the bundles that somebody gets, as if each could go its own way, but only to receivers who have room
/// for the whole bundle.
fn rows_of(receivers: &[Receiver], bundles: &[Bundle], even: Even, to: &[Option<u32>]) -> Division {
    let fits = |at: &u32, size: u64| receivers.get(*at as usize).is_some_and(|receiver| receiver.most.is_none_or(|most| most >= size));
    let placed = bundles.iter().zip(to).filter(|(_, to)| to.is_some());
    let able = |bundle: &Bundle| Set::of(bundle.eligible.iter().filter(|at| fits(at, bundle.size)));
    let classes = placed.map(|(bundle, _)| Class { eligible: able(bundle), owner: None, count: bundle.size }).collect();
    Division { receivers: receivers.to_vec(), classes, even, keep: Keep::No }
}

/// Bundles being handed out.
struct Table<'a> {
    bundles: &'a [Bundle],
    to: Vec<Option<u32>>,
    /// For each receiver: their bundles, without order.
    hands: Vec<Vec<usize>>,
    room: Vec<u64>,
    numbers: Vec<u64>,
    /// For each receiver: how far they are above their share, in units, and what breaks ties.
    above: Vec<(i128, i64)>,
}

#[expect(clippy::indexing_slicing, reason = "every index is a bundle or a receiver that all vectors were sized for")]
impl<'a> Table<'a> {
    fn new(receivers: &[Receiver], bundles: &'a [Bundle], even: Even, shares: &[i64]) -> Result<Table<'a>> {
        let above = receivers.iter().zip(shares).map(|(receiver, share)| match even {
            Even::Dealt => (i128::from(receiver.carry) - i128::from(*share), 0),
            Even::Total => (-i128::from(*share), receiver.carry),
        });
        Ok(Table {
            bundles,
            to: filled(None, bundles.len())?,
            hands: filled(Vec::new(), receivers.len())?,
            room: receivers.iter().map(|receiver| receiver.most.unwrap_or(u64::MAX)).collect(),
            numbers: filled(0, receivers.len())?,
            above: above.collect(),
        })
    }

    /// Largest first, each to the receiver furthest below their share.
    fn hand_out(&mut self) {
        let mut order: Vec<usize> = (0..self.bundles.len()).collect();
        crate::sort::by_key(&mut order, |at| (Reverse(self.bundles[*at].size), *at));
        for at in order {
            let Bundle { eligible, size } = &self.bundles[at];
            let able = eligible
                .iter()
                .map(|receiver| receiver as usize)
                .filter(|receiver| self.room.get(*receiver).is_some_and(|room| room >= size));
            if let Some(receiver) = able.min_by_key(|receiver| self.above[*receiver]) {
                self.give(at, receiver);
            }
        }
    }

    /// Brings pairs of receivers nearer to their shares until no pair can be, or enough was tried. Every step
    /// lessens the sum of the squared distances, so it ends.
    fn improve(&mut self) {
        let mut tried = 0;
        let mut order: Vec<usize> = (0..self.hands.len()).collect();
        'again: while tried < MOST_PAIRS {
            crate::sort::by_key(&mut order, |receiver| (self.above[*receiver], *receiver));
            for high in order.iter().rev() {
                for low in order.iter().take_while(|low| *low != high) {
                    if let Some((there, back)) = self.exchange(*high, *low, &mut tried) {
                        self.take(there, *high);
                        if let Some(back) = back {
                            self.take(back, *low);
                            self.give(back, *high);
                        }
                        self.give(there, *low);
                        continue 'again;
                    }
                }
            }
            return;
        }
    }

    /// The bundle that `high` should give to `low`, and the one to get in turn, if that brings both nearer to their
    /// shares: the pair that comes nearest to half of what lies between them.
    fn exchange(&self, high: usize, low: usize, tried: &mut u64) -> Option<(usize, Option<usize>)> {
        let gap = self.above[high].0 - self.above[low].0;
        if gap <= i128::from(UNIT) {
            return None;
        }
        let mut best: Option<(i128, usize, Option<usize>)> = None;
        for there in &self.hands[high] {
            let bundle = &self.bundles[*there];
            if !bundle.eligible.contains(low as u32) {
                continue;
            }
            for back in std::iter::once(None).chain(self.hands[low].iter().copied().map(Some)) {
                *tried += 1;
                let size = back.map_or(0, |back| self.bundles[back].size);
                let less = i128::from(bundle.size) - i128::from(size);
                let passed = less * i128::from(UNIT);
                let allowed = back.is_none_or(|back| self.bundles[back].eligible.contains(high as u32));
                if less > 0 && passed < gap && allowed && i128::from(self.room[low]) >= less {
                    let off = (gap - 2 * passed).abs();
                    if best.is_none_or(|best| (off, *there, back) < best) {
                        best = Some((off, *there, back));
                    }
                }
            }
        }
        best.map(|(_, there, back)| (there, back))
    }

    fn give(&mut self, at: usize, receiver: usize) {
        let size = self.bundles[at].size;
        self.to[at] = Some(receiver as u32);
        self.hands[receiver].push(at);
        self.room[receiver] = self.room[receiver].saturating_sub(size);
        self.numbers[receiver] += size;
        self.above[receiver].0 += i128::from(size) * i128::from(UNIT);
    }

    fn take(&mut self, at: usize, receiver: usize) {
        let size = self.bundles[at].size;
        self.hands[receiver].retain(|has| *has != at);
        self.room[receiver] = self.room[receiver].saturating_add(size);
        self.numbers[receiver] -= size;
        self.above[receiver].0 -= i128::from(size) * i128::from(UNIT);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn people(count: usize) -> Vec<Receiver> {
        vec![Receiver { weight: 1, most: None, load: 0, carry: 0 }; count]
    }

    #[test]
    fn swaps_mend_what_handing_out_leaves() {
        let bundles = [7, 6, 5, 4, 3, 3].map(|size| Bundle { eligible: Set::first(2), size });
        assert_eq!(together(&people(2), &bundles, Even::Dealt).unwrap().spread, 0);
    }

    #[test]
    fn what_fits_nowhere_is_left() {
        let mut receivers = people(2);
        (receivers[0].most, receivers[1].most) = (Some(4), Some(2));
        let bundles = [5, 4, 3].map(|size| Bundle { eligible: Set::first(2), size });
        let bundled = together(&receivers, &bundles, Even::Dealt).unwrap();
        assert_eq!((bundled.to, bundled.placed), (vec![None, Some(0), None], 4));
        assert_eq!((bundled.could_take, bundled.carry.iter().sum::<i64>()), (vec![true, false], 0));
    }

    proptest! {
        #[test]
        fn bundles_keep_to_the_rules(
            bundles in prop::collection::vec((1_u64..15, 0_u64..20), 0..40),
            bounds in prop::collection::vec((prop::option::of(0_u64..60), 1_u64..4, 0_u64..9), 4),
        ) {
            let bundles: Vec<Bundle> = bundles.into_iter().map(|(set, size)| Bundle { eligible: Set::from(vec![set]), size }).collect();
            let receivers: Vec<Receiver> = bounds.into_iter().map(|(most, weight, load)| Receiver { weight, most, load, carry: 0 }).collect();
            for even in [Even::Dealt, Even::Total] {
                let bundled = together(&receivers, &bundles, even).unwrap();
                let mut numbers = [0; 4];
                for (bundle, to) in bundles.iter().zip(&bundled.to) {
                    if let Some(to) = to {
                        prop_assert!(bundle.eligible.contains(*to));
                        numbers[*to as usize] += bundle.size;
                    }
                }
                prop_assert_eq!(&bundled.numbers[..], &numbers[..]);
                prop_assert!(receivers.iter().zip(numbers).all(|(receiver, number)| receiver.most.is_none_or(|most| number <= most)));
                // Nobody can pass a bundle on and both be nearer to their shares, unless some were left and shares
                // were counted anew.
                if bundled.to.iter().all(Option::is_some) {
                    let above = |at: u32| i128::from(numbers[at as usize]) * i128::from(UNIT) - i128::from(bundled.shares[at as usize]);
                    let room = |at: u32| receivers[at as usize].most.unwrap_or(u64::MAX) - numbers[at as usize];
                    for (bundle, from) in bundles.iter().zip(&bundled.to).filter_map(|(bundle, to)| Some((bundle, (*to)?))) {
                        let size = i128::from(bundle.size) * i128::from(UNIT);
                        let better = |to: &u32| room(*to) >= bundle.size && above(*to) + size < above(from);
                        prop_assert!(!bundle.eligible.iter().any(|to| bundle.size > 0 && better(&to)));
                    }
                }
            }
        }

        #[test]
        fn equals_are_within_the_bound(sizes in prop::collection::vec(1_u64..30, 1..60), count in 1_usize..7) {
            let bundles: Vec<Bundle> = sizes.iter().map(|size| Bundle { eligible: Set::first(count), size: *size }).collect();
            let bundled = together(&people(count), &bundles, Even::Dealt).unwrap();
            prop_assert!(bundled.spread <= bundled.bound);
            prop_assert_eq!(bundled.carry.iter().sum::<i64>(), 0);
        }
    }
}
