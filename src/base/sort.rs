//! Sorting with one body for all types.
//!
//! The standard sorts are compiled anew for each type of element and each comparison, some seven kilobytes a time, and a module that
//! is loaded over the network sorts some fifty kinds of small lists. Here the places are sorted, by one function that
//! asks for each comparison, and the elements are then moved there once. Where millions are sorted, the standard sorts stay.

use std::cmp::Ordering;

/// Sorts; elements that compare as equal stay in order.
pub fn by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = places(items.len(), &mut |a, b| match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// Sorts by a key.
pub fn by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by the elements' own order.
pub fn all<T: Ord>(items: &mut [T]) {
    by(items, T::cmp);
}

/// The places in the order of what is there; none where all stand so already.
#[inline(never)]
#[expect(clippy::cast_possible_truncation, reason = "nothing in four gigabytes of memory has more elements than that")]
fn places(len: usize, compare: &mut dyn FnMut(u32, u32) -> Ordering) -> Vec<u32> {
    if (1..len as u32).all(|at| compare(at - 1, at) != Ordering::Greater) {
        return Vec::new();
    }
    let mut order: Vec<u32> = (0..len as u32).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    order
}

/// Moves each element to its place, by exchanges along the cycles.
#[inline(never)]
fn arrange(mut order: Vec<u32>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        // `order[at]` says which element belongs at `at`; a place that is done names itself.
        while let Some(from) = order.get_mut(at).map(|place| std::mem::replace(place, at as u32) as usize)
            && from != start
            && from != at
        {
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_are_sorted_as_the_standard_sort_does(list in prop::collection::vec((0u8..20, any::<u16>()), 0..200)) {
            let (mut ours, mut theirs) = (list.clone(), list.clone());
            super::by_key(&mut ours, |pair| pair.0);
            theirs.sort_by_key(|pair| pair.0);
            prop_assert_eq!(&ours, &theirs);
            super::all(&mut ours);
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
