//! A set of places of a group, as bits: who is eligible for a lead, who is in a round.

/// A set of places, counted from 0 in the group's order.
///
/// Two sets are equal if they hold the same places, whatever number of places they were made for.
#[derive(Clone, Debug, Default)]
pub struct PlaceSet {
    words: Vec<u64>,
}

impl PlaceSet {
    /// The empty set, with room for so many places.
    pub fn none(places: usize) -> Self {
        Self { words: vec![0; places.div_ceil(64)] }
    }

    /// The places from 0 to `places` − 1.
    pub fn all(places: usize) -> Self {
        let mut set = Self { words: vec![u64::MAX; places.div_ceil(64)] };
        if let Some(last) = set.words.last_mut()
            && !places.is_multiple_of(64)
        {
            *last = (1 << (places % 64)) - 1;
        }
        set
    }

    /// The set of these bits: place p is bit p mod 64 of word p / 64.
    pub fn from_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    /// The bits.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The bits, to be combined a word at a time.
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Whether the place is in the set.
    pub fn contains(&self, place: usize) -> bool {
        self.words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// Adds a place.
    pub fn insert(&mut self, place: usize) {
        if place / 64 >= self.words.len() {
            self.words.resize(place / 64 + 1, 0);
        }
        if let Some(word) = self.words.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// Takes a place out.
    pub fn remove(&mut self, place: usize) {
        if let Some(word) = self.words.get_mut(place / 64) {
            *word &= !(1 << (place % 64));
        }
    }

    /// Whether no place is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The places, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.common(self)
    }

    /// The first place that is in both sets.
    pub(super) fn first_common(&self, other: &Self) -> Option<usize> {
        self.common(other).next()
    }

    /// The places that are in both sets, in order.
    pub(super) fn common<'a>(&'a self, other: &'a Self) -> Common<'a> {
        Common { ours: &self.words, theirs: &other.words, base: 0, bits: 0 }
    }

    /// Keeps the places that are not in the other set.
    pub fn minus(&mut self, other: &Self) {
        for (word, theirs) in self.words.iter_mut().zip(&other.words) {
            *word &= !theirs;
        }
    }

    /// Keeps the places that are in the other set too.
    pub fn keep(&mut self, other: &Self) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
        }
    }

    /// Makes this set a copy of the other, in place.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.words.clear();
        self.words.extend_from_slice(&other.words);
    }
}

impl PartialEq for PlaceSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for PlaceSet {}

/// The places that are in two sets.
pub(super) struct Common<'a> {
    ours: &'a [u64],
    theirs: &'a [u64],
    /// The place after the last one of the word that `bits` was taken from.
    base: usize,
    bits: u64,
}

impl Iterator for Common<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let ((our, ours), (their, theirs)) = (self.ours.split_first()?, self.theirs.split_first()?);
            (self.ours, self.theirs) = (ours, theirs);
            self.bits = our & their;
            self.base += 64;
        }
        let bit = self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(self.base - 64 + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn sets_hold_what_a_tree_holds(
            places in prop::collection::btree_set(0_usize..200, 0..60),
            gone in prop::collection::btree_set(0_usize..200, 0..60),
            room in 0_usize..200,
        ) {
            let (mut ours, mut theirs) = (PlaceSet::none(room), PlaceSet::default());
            places.iter().for_each(|place| ours.insert(*place));
            gone.iter().for_each(|place| theirs.insert(*place));
            let common: Vec<usize> = places.intersection(&gone).copied().collect();
            prop_assert_eq!(ours.common(&theirs).collect::<Vec<_>>(), common.clone());
            prop_assert_eq!(ours.first_common(&theirs), common.first().copied());
            let mut less = ours.clone();
            less.minus(&theirs);
            gone.iter().for_each(|place| ours.remove(*place));
            prop_assert_eq!(&less, &ours);
            let left: BTreeSet<usize> = places.difference(&gone).copied().collect();
            prop_assert_eq!(ours.iter().collect::<BTreeSet<_>>(), left.clone());
            prop_assert_eq!(ours.is_empty(), left.is_empty());
            prop_assert!((0..300).all(|place| ours.contains(place) == left.contains(&place)));
            prop_assert_eq!(&PlaceSet::from_words(ours.words().to_vec()), &ours);
        }

        #[test]
        fn all_are_all(places in 0_usize..200) {
            prop_assert_eq!(PlaceSet::all(places).iter().collect::<Vec<_>>(), (0..places).collect::<Vec<_>>());
        }
    }
}
