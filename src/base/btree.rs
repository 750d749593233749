//! Sorted maps and sets in little code: B-trees of two levels.
//!
//! Entries stand in runs of up to [`MOST`], which stand in one list, so that an insertion moves a few kilobytes even where there are
//! hundred thousands. One search serves all types. Names and meanings are those of `std::collections`, whose trees of any depth are compiled
//! anew for each type.

mod set;

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeFrom;

pub use set::BTreeSet;

/// Most entries of a run.
const MOST: usize = 256;

/// A sorted map.
#[derive(Clone)]
pub struct BTreeMap<K, V> {
    /// Runs with ascending keys, each below those of the next; none is empty.
    runs: Vec<Vec<(K, V)>>,
}

/// Where a key is: its run, and its place there, or the place where it would be.
type Place = (usize, Result<usize, usize>);

/// Binary search.
#[inline(never)]
fn search(mut high: usize, compare: &mut dyn FnMut(usize) -> Ordering) -> Result<usize, usize> {
    let mut low = 0;
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(middle) {
            Ordering::Equal => return Ok(middle),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Err(low)
}

/// What is under a key, or the place for it.
pub enum Entry<'a, K, V> {
    /// There is a value.
    Occupied(&'a mut V),
    /// There is none.
    Vacant(Vacant<'a, K, V>),
}

/// The place of a key that is not there.
pub struct Vacant<'a, K, V> {
    map: &'a mut BTreeMap<K, V>,
    run: usize,
    at: usize,
    key: K,
}

impl<'a, K: Ord, V> Vacant<'a, K, V> {
    /// Sets the value.
    pub fn insert(self, value: V) -> &'a mut V {
        let Vacant { map, mut run, mut at, key } = self;
        if map.runs.is_empty() {
            map.runs.push(Vec::new());
        }
        let full = map.runs.get_mut(run).filter(|run| run.len() >= MOST);
        if let Some(full) = full {
            let upper = full.split_off(MOST / 2);
            map.runs.insert(run + 1, upper);
            if at > MOST / 2 {
                (run, at) = (run + 1, at - MOST / 2);
            }
        }
        #[expect(clippy::indexing_slicing, reason = "the place was found in this very map")]
        &mut map.runs[run].insert_mut(at, (key, value)).1
    }
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The value; if there is none, this one from now on.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value; if there is none, the one that is made now.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Entry::Occupied(known) => known,
            Entry::Vacant(vacant) => vacant.insert(value()),
        }
    }

    /// The value; if there is none, the default one.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K: Ord, V> BTreeMap<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        BTreeMap { runs: Vec::new() }
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        let first = |run: usize| self.runs.get(run).and_then(|run| run.first());
        let run = match search(self.runs.len(), &mut |run| first(run).map_or(Ordering::Greater, |(first, _)| first.borrow().cmp(key))) {
            Ok(run) => return (run, Ok(0)),
            Err(next) => next.saturating_sub(1),
        };
        let entries = self.runs.get(run).map_or(&[][..], Vec::as_slice);
        (run, search(entries.len(), &mut |at| entries.get(at).map_or(Ordering::Greater, |(known, _)| known.borrow().cmp(key))))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The key as it is kept, and its value.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (run, at) = self.place(key);
        self.runs.get(run)?.get(at.ok()?).map(|(key, value)| (key, value))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The value of a key, to change.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (run, at) = self.place(key);
        self.runs.get_mut(run)?.get_mut(at.ok()?).map(|(_, value)| value)
    }

    /// Whether there is a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).1.is_ok()
    }

    /// What is under a key.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let (run, at) = self.place(&key);
        match at {
            #[expect(clippy::indexing_slicing, reason = "the place was found in this very map")]
            Ok(at) => Entry::Occupied(&mut self.runs[run][at].1),
            Err(at) => Entry::Vacant(Vacant { map: self, run, at, key }),
        }
    }

    /// Sets a value; gives back the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.entry(key) {
            Entry::Occupied(known) => Some(std::mem::replace(known, value)),
            Entry::Vacant(vacant) => {
                vacant.insert(value);
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (run, at) = self.place(key);
        let at = at.ok()?;
        let entries = self.runs.get_mut(run)?;
        let (_, value) = entries.remove(at);
        if entries.is_empty() {
            self.runs.remove(run);
        }
        Some(value)
    }

    /// The entries in order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.runs.iter().flatten().map(|(key, value)| (key, value))
    }

    /// The entries from a key on, in order.
    pub fn range(&self, keys: RangeFrom<K>) -> impl Iterator<Item = (&K, &V)> {
        let (run, at) = self.place(&keys.start);
        let (Ok(at) | Err(at)) = at;
        self.runs.get(run..).unwrap_or_default().iter().flatten().skip(at).map(|(key, value)| (key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.runs.iter().flatten().map(|(key, _)| key)
    }

    /// The values in order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.runs.iter().flatten().map(|(_, value)| value)
    }

    /// The values in order of their keys, to change.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.runs.iter_mut().flatten().map(|(_, value)| value)
    }

    /// The keys by themselves.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> {
        self.into_iter().map(|(key, _)| key)
    }

    /// The values by themselves.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.runs.clear();
    }

    /// Takes out the entries that are not to stay.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.runs.iter_mut().for_each(|run| run.retain_mut(|(key, value)| keep(key, value)));
        self.runs.retain(|run| !run.is_empty());
    }
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> Self {
        BTreeMap { runs: Vec::new() }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for BTreeMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.runs.iter().flatten().eq(other.runs.iter().flatten())
    }
}

impl<K: Eq, V: Eq> Eq for BTreeMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for BTreeMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.runs.iter().flatten().map(|(key, value)| (key, value))).finish()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for BTreeMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut out = BTreeMap::new();
        out.extend(entries);
        out
    }
}

impl<K: Ord, V> Extend<(K, V)> for BTreeMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BTreeMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for BTreeMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.runs.into_iter().flatten()
    }
}

/// What a borrowed map gives.
type Borrowed<'a, K, V> = std::iter::Map<std::iter::Flatten<std::slice::Iter<'a, Vec<(K, V)>>>, fn(&'a (K, V)) -> (&'a K, &'a V)>;

impl<'a, K, V> IntoIterator for &'a BTreeMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Borrowed<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.runs.iter().flatten().map(|(key, value)| (key, value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_map_of_std(steps in prop::collection::vec((any::<bool>(), 0u16..2000, any::<u8>()), 0..3000)) {
            let (mut ours, mut std) = (BTreeMap::new(), std::collections::BTreeMap::new());
            for (add, key, value) in steps {
                if add || key % 3 > 0 {
                    prop_assert_eq!(ours.insert(key, value), std.insert(key, value));
                    *ours.entry(key ^ 1).or_default() ^= value;
                    *std.entry(key ^ 1).or_default() ^= value;
                } else {
                    prop_assert_eq!(ours.remove(&key), std.remove(&key));
                }
                prop_assert_eq!(ours.get(&(key ^ 2)), std.get(&(key ^ 2)));
                prop_assert!(ours.range(key..).take(3).eq(std.range(key..).take(3)));
            }
            prop_assert_eq!((ours.len(), ours.is_empty()), (std.len(), std.is_empty()));
            prop_assert!(ours.iter().eq(&std) && ours.keys().rev().eq(std.keys().rev()) && ours.values().eq(std.values()));
            prop_assert!(ours.runs.iter().all(|run| (1..=MOST).contains(&run.len())));
            let again: BTreeMap<u16, u8> = std.iter().rev().map(|(key, value)| (*key, *value)).collect();
            prop_assert_eq!(&ours, &again);
            ours.retain(|key, value| key % 4 == 0 || *value > 100);
            std.retain(|key, value| key % 4 == 0 || *value > 100);
            prop_assert!((&ours).into_iter().eq(&std));
            prop_assert!(ours.into_iter().eq(std));
        }
    }
}
