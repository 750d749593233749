//! Open rows as a list, where they are few: each step costs what its rows cost, and a row is dropped without a branch.
//!
//! A list runs over many blocks, so that the loads which a step makes for its rows, most of which no cache holds, wait side by side.

use crate::error::Result;
use crate::table::{CHUNK, Mask, RowIx};

/// About what a listed row costs that no cache holds, in tenths of nanoseconds.
const LISTED: usize = 45;
/// Most rows of a block that are listed, whatever the others cost: an eighth.
const MOST: usize = super::kernel::BLOCK * 8;

/// Whether so few rows of a block are open that it costs less to list them than to try a test, which costs so many tenths of
/// nanoseconds a row, on all.
pub(super) fn few(words: &[u64], cost: f64) -> bool {
    // The cast saturates.
    let most = (super::kernel::BLOCK * 64 * (cost.min(900.0) as usize) / LISTED).min(MOST);
    words.iter().map(|word| word.count_ones() as usize).sum::<usize>() <= most
}

/// Rows of a word that are listed at once.
const AT_ONCE: usize = 4;

/// Rows of a table, ascending.
#[derive(Debug, Default)]
pub(super) struct SelectionVector {
    list: Vec<u32>,
}

/// Lists that were used and may be used again.
#[derive(Debug, Default)]
pub(super) struct BufferPool {
    free: Vec<SelectionVector>,
}

impl BufferPool {
    /// An empty list.
    pub(super) fn take(&mut self) -> SelectionVector {
        self.free.pop().unwrap_or_default()
    }

    /// A copy of a list.
    pub(super) fn copy(&mut self, rows: &SelectionVector) -> Result<SelectionVector> {
        let mut out = self.take();
        out.list.try_reserve(rows.list.len())?;
        out.list.extend_from_slice(&rows.list);
        Ok(out)
    }

    /// Takes a list back.
    pub(super) fn give(&mut self, mut rows: SelectionVector) {
        rows.list.clear();
        if self.free.try_reserve(1).is_ok() {
            self.free.push(rows);
        }
    }
}

impl SelectionVector {
    /// The rows of a mask.
    pub(super) fn of(mask: &Mask) -> SelectionVector {
        SelectionVector { list: mask.iter().map(|row| row.0).collect() }
    }

    /// Those that are free, or all.
    pub(super) fn among(&self, free: Option<&Mask>) -> Result<SelectionVector> {
        let mut list = Vec::new();
        list.try_reserve_exact(self.list.len())?;
        match free {
            Some(free) => list.extend(self.list.iter().filter(|row| free.contains(RowIx(**row)))),
            None => list.extend_from_slice(&self.list),
        }
        Ok(SelectionVector { list })
    }

    /// The rows.
    pub(super) fn rows(&self) -> &[u32] {
        &self.list
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds the open rows of words, the first of which is that of row `first`, and closes them there.
    pub(super) fn collect(&mut self, words: &mut [u64], first: u32) -> Result<()> {
        let count: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        let mut next = self.list.len();
        let end = next + count;
        self.list.try_reserve(count + AT_ONCE)?;
        self.list.resize(end + AT_ONCE, 0);
        for (first, word) in (first..).step_by(64).zip(words) {
            let mut left = std::mem::take(word);
            let count = left.count_ones() as usize;
            // Mostly there are no more than these, and no branch is missed on how many; what is too much is written over.
            for from in (0..count.max(1)).step_by(AT_ONCE) {
                let Some(slots) = self.list.get_mut(next + from..).and_then(|list| list.first_chunk_mut::<AT_ONCE>()) else { break };
                for slot in slots {
                    *slot = first.wrapping_add(left.trailing_zeros());
                    left &= left.wrapping_sub(1);
                }
            }
            next += count;
        }
        self.list.truncate(end);
        Ok(())
    }

    /// Sets the rows' bits.
    pub(super) fn mark(&self, words: &mut [u64], first: u32) {
        for row in self.list.iter().map(|row| row.wrapping_sub(first)) {
            words.get_mut(row as usize / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
        }
    }

    /// Calls `work` with each chunk that has rows, and those rows, of which it says what to keep.
    #[inline]
    pub(super) fn by_chunk(&mut self, mut work: impl FnMut(usize, &mut Part<'_>)) {
        let (mut kept, mut from) = (0, 0);
        while let Some(first) = self.list.get(from) {
            let chunk = *first as usize / CHUNK;
            let rest = self.list.get(from..).unwrap_or_default();
            let to = from + rest.partition_point(|row| *row as usize / CHUNK == chunk);
            let mut part = Part { list: &mut self.list, from, to, kept, base: chunk * CHUNK };
            work(chunk, &mut part);
            (kept, from) = (part.kept, to);
        }
        self.list.truncate(kept);
    }

    /// Drops some of the rows.
    pub(super) fn minus(&mut self, part: &SelectionVector) {
        let (mut next, mut kept) = (0, 0);
        let list = self.list.as_mut_slice();
        #[expect(clippy::indexing_slicing, reason = "kept <= at < length")]
        for at in 0..list.len() {
            let row = list[at];
            let gone = part.list.get(next) == Some(&row);
            list[kept] = row;
            kept += usize::from(!gone);
            next += usize::from(gone);
        }
        self.list.truncate(kept);
    }

    /// Drops these rows, which may be others.
    pub(super) fn minus_any(&mut self, rows: &SelectionVector) {
        let mut next = rows.list.as_slice();
        self.list.retain(|row| {
            while let [first, rest @ ..] = next
                && first < row
            {
                next = rest;
            }
            next.first() != Some(row)
        });
    }

    /// Makes these the rows that are in just one of two lists.
    pub(super) fn differing(&mut self, a: &SelectionVector, b: &SelectionVector) -> Result<()> {
        self.list.clear();
        self.list.try_reserve(a.len() + b.len())?;
        let (mut a, mut b) = (a.list.iter().peekable(), b.list.iter().peekable());
        while let Some(row) = a.peek().into_iter().chain(b.peek()).min().map(|row| **row) {
            if a.next_if_eq(&&row).is_some() != b.next_if_eq(&&row).is_some() {
                self.list.push(row);
            }
        }
        Ok(())
    }
}

/// The rows of a list that are in one chunk.
#[derive(Debug)]
pub(super) struct Part<'r> {
    list: &'r mut Vec<u32>,
    from: usize,
    to: usize,
    kept: usize,
    base: usize,
}

impl Part<'_> {
    /// Keeps the rows, counted in their chunk, for which a test holds, or does not if all bits of `flip` are set.
    #[inline]
    pub(super) fn keep(&mut self, flip: u64, test: impl Fn(usize) -> bool) {
        let wanted = flip == 0;
        let list = self.list.as_mut_slice();
        let mut kept = self.kept.min(self.from);
        #[expect(clippy::indexing_slicing, reason = "kept <= at < to <= length")]
        for at in self.from..self.to.min(list.len()) {
            let row = list[at];
            list[kept] = row;
            kept += usize::from(test((row as usize).wrapping_sub(self.base)) == wanted);
        }
        self.kept = kept;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(rows: &BTreeSet<u32>) -> SelectionVector {
        SelectionVector { list: rows.iter().copied().collect() }
    }

    proptest! {
        #[test]
        fn a_list_is_a_set(a in prop::collection::btree_set(0u32..40_000, 0..200), b in prop::collection::btree_set(0u32..40_000, 0..200), odd: u32) {
            let both: BTreeSet<u32> = a.union(&b).copied().collect();
            let mut left = of(&both);
            left.minus(&of(&b));
            prop_assert_eq!(&left.list, &of(&both.difference(&b).copied().collect()).list);
            let mut left = of(&a);
            left.minus_any(&of(&b));
            prop_assert_eq!(&left.list, &of(&a.difference(&b).copied().collect()).list);
            let mut once = SelectionVector::default();
            once.differing(&of(&a), &of(&b)).unwrap();
            prop_assert_eq!(&once.list, &of(&a.symmetric_difference(&b).copied().collect()).list);
            let test = |row: u32| (row ^ odd).is_multiple_of(3);
            for flip in [0, u64::MAX] {
                let mut rows = of(&both);
                rows.by_chunk(|chunk, part| part.keep(flip, |row| test(u32::try_from(chunk * CHUNK + row).unwrap())));
                prop_assert!(rows.list.iter().eq(both.iter().filter(|row| test(**row) == (flip == 0))));
            }
            let mut words = vec![0; 40_000 / 64];
            of(&both).mark(&mut words, 0);
            let mut again = SelectionVector::default();
            words.chunks_mut(32).enumerate().for_each(|(at, words)| again.collect(words, 2048 * u32::try_from(at).unwrap()).unwrap());
            prop_assert_eq!(&again.list, &of(&both).list);
            prop_assert!(words.iter().all(|word| *word == 0));
        }
    }
}
