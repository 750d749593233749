//! Sets of receivers, and the bit matrices that the kernel is made of.

use std::cmp::Ordering;

use crate::error::Result;

/// A vector of `len` copies of `value`, or the error for memory that could not be had.
pub(super) fn filled<T: Clone>(value: T, len: usize) -> Result<Vec<T>> {
    let mut out = Vec::new();
    out.try_reserve_exact(len)?;
    out.resize(len, value);
    Ok(out)
}

/// The places of the set bits of `words`, in order.
pub(super) fn bits(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                at * 64 + bit
            })
        })
    })
}

/// The first bit that is set in both.
#[inline]
pub(super) fn first_common(a: &[u64], b: &[u64]) -> Option<usize> {
    a.iter().zip(b).enumerate().find_map(|(at, (x, y))| {
        let both = x & y;
        (both != 0).then(|| at * 64 + both.trailing_zeros() as usize)
    })
}

/// Sets a bit; a bit beyond the end is none.
#[inline]
pub(super) fn put(words: &mut [u64], bit: usize) {
    if let Some(word) = words.get_mut(bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

/// Clears a bit; a bit beyond the end is none.
#[inline]
pub(super) fn clear(words: &mut [u64], bit: usize) {
    if let Some(word) = words.get_mut(bit / 64) {
        *word &= !(1 << (bit % 64));
    }
}

/// Whether a bit is set.
#[inline]
pub(super) fn has(words: &[u64], bit: usize) -> bool {
    words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// A set of receivers, as one bit for each in the receivers' order.
///
/// Sets are ordered as strings of bits in the receivers' order, 0 before 1, so that the order of classes does
/// not depend on anything but the receivers.
///
/// ```
/// use evenhand_division::split::Set;
///
/// let all = Set::of([0, 1, 2]);
/// assert!(all.contains(2) && !all.contains(3));
/// assert!(Set::of([1, 2]) < Set::of([0]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Set {
    words: Vec<u64>,
}

impl Set {
    /// The set with nobody in it.
    pub fn new() -> Set {
        Set::default()
    }

    /// The set of these receivers.
    pub fn of(receivers: impl IntoIterator<Item = u32>) -> Set {
        let mut set = Set::new();
        for receiver in receivers {
            set.insert(receiver);
        }
        set
    }

    /// The set of the first `count` receivers.
    pub fn first(count: usize) -> Set {
        let mut words = vec![u64::MAX; count / 64];
        if !count.is_multiple_of(64) {
            words.push((1 << (count % 64)) - 1);
        }
        Set { words }
    }

    /// Takes a receiver in.
    pub fn insert(&mut self, receiver: u32) {
        let at = receiver as usize / 64;
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        put(&mut self.words, receiver as usize);
    }

    /// Whether a receiver is in it.
    pub fn contains(&self, receiver: u32) -> bool {
        has(&self.words, receiver as usize)
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The receivers in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        bits(&self.words).map(|bit| u32::try_from(bit).unwrap_or(u32::MAX))
    }

    /// Its words: bit `i % 64` of word `i / 64` is receiver `i`. Words at the end may be missing or zero.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

impl From<Vec<u64>> for Set {
    /// The set with these words, laid out as [`Set::words`] says.
    fn from(words: Vec<u64>) -> Set {
        Set { words }
    }
}

impl Ord for Set {
    fn cmp(&self, other: &Set) -> Ordering {
        let longest = self.words.len().max(other.words.len());
        let word = |set: &Set, at: usize| set.words.get(at).copied().unwrap_or(0).reverse_bits();
        (0..longest).map(|at| word(self, at).cmp(&word(other, at))).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Set {
    fn partial_cmp(&self, other: &Set) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Set {
    fn eq(&self, other: &Set) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Set {}

/// Rows of bits, all equally long.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    words: usize,
    data: Vec<u64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn new(rows: usize, columns: usize) -> Result<Matrix> {
        let words = columns.div_ceil(64).max(1);
        Ok(Matrix { words, data: filled(0, rows.saturating_mul(words))? })
    }

    /// How many words a row has.
    pub fn words(&self) -> usize {
        self.words
    }

    /// One row; rows beyond the end are empty.
    #[inline]
    pub fn row(&self, row: usize) -> &[u64] {
        self.data.get(row * self.words..(row + 1) * self.words).unwrap_or_default()
    }

    /// One row, to write in.
    #[inline]
    pub fn row_mut(&mut self, row: usize) -> &mut [u64] {
        self.data.get_mut(row * self.words..(row + 1) * self.words).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_compare_as_bits_in_the_receivers_order() {
        let mut sets = vec![Set::of([0, 1]), Set::of([70]), Set::of([1]), Set::of([0]), Set::new(), Set::of([0, 70])];
        sets.sort();
        let expected = [Set::new(), Set::of([70]), Set::of([1]), Set::of([0]), Set::of([0, 70]), Set::of([0, 1])];
        assert_eq!(sets, expected);
        assert_eq!(Set::from(vec![1, 0, 0]), Set::of([0]));
        assert_eq!(Set::first(67).iter().count(), 67);
        assert_eq!(Set::of([3, 64, 2]).iter().collect::<Vec<_>>(), [2, 3, 64]);
    }
}
