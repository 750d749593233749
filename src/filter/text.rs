//! Texts that stand end to end.
//!
//! `contains` over many open rows is one scan of their bytes; a hit counts if it ends within the row where it begins. All other
//! tests, and a search in few rows, look at each open row. Rows that were changed since loading are judged by themselves.

use std::ops::Bound;

use memchr::memmem::Finder;

use super::kernel::narrow_rows;
use super::plan::Window;
use crate::query::node::{Check, TextTest};
use crate::table::column::{TextChunk, TextColumn};

/// A test of a column of text.
pub(super) struct TextLeaf<'t> {
    column: &'t TextColumn,
    test: Prepared<'t>,
}

/// A test made ready for many texts. Texts are in the form in which they are compared.
pub(super) enum Prepared<'t> {
    /// There is no text.
    Null,
    /// There is no text, or the empty one.
    Empty,
    /// One of these, which are sorted. The bits are the lengths, from 0 to 63, that any of them has.
    OneOf(&'t [String], u64),
    /// Has it in it.
    Contains(Box<Finder<'t>>),
    /// What needs no preparation.
    Other(&'t TextTest),
}

impl<'t> Prepared<'t> {
    pub(super) fn new(test: &'t TextTest) -> Prepared<'t> {
        match test {
            TextTest::Contains(part) => Prepared::Contains(Box::new(Finder::new(part.as_bytes()))),
            TextTest::OneOf(words) => Prepared::OneOf(words, words.iter().fold(0, |bits, word| bits | 1 << word.len().min(63))),
            test => Prepared::Other(test),
        }
    }

    /// Whether a text passes.
    #[inline]
    pub(super) fn accepts(&self, text: &[u8]) -> bool {
        match self {
            Prepared::Null => false,
            Prepared::Empty => text.is_empty(),
            Prepared::OneOf(words, lengths) => {
                lengths >> text.len().min(63) & 1 == 1 && words.binary_search_by(|word| word.as_bytes().cmp(text)).is_ok()
            }
            Prepared::Contains(finder) => finder.find(text).is_some(),
            Prepared::Other(test) => bytes_accepted(test, text),
        }
    }

    /// Whether no text passes.
    fn accepts_null(&self) -> bool {
        matches!(self, Prepared::Null | Prepared::Empty)
    }
}

/// UTF-8 orders as its code points do, and a part of a text that begins with a whole code point is found only where one begins.
fn bytes_accepted(test: &TextTest, text: &[u8]) -> bool {
    match test {
        TextTest::OneOf(words) => words.binary_search_by(|word| word.as_bytes().cmp(text)).is_ok(),
        TextTest::Contains(part) => memchr::memmem::find(text, part.as_bytes()).is_some(),
        TextTest::Begins(part) => text.starts_with(part.as_bytes()),
        TextTest::Ends(part) => text.ends_with(part.as_bytes()),
        TextTest::Within(low, high) => {
            let above = match low {
                Bound::Included(low) => text >= low.as_bytes(),
                Bound::Excluded(low) => text > low.as_bytes(),
                Bound::Unbounded => true,
            };
            above
                && match high {
                    Bound::Included(high) => text <= high.as_bytes(),
                    Bound::Excluded(high) => text < high.as_bytes(),
                    Bound::Unbounded => true,
                }
        }
        TextTest::Outside(low, high) => text < low.as_bytes() || text > high.as_bytes(),
    }
}

/// A search in fewer open rows than one in so many goes row by row.
const SPARSE: usize = 8;

impl<'t> TextLeaf<'t> {
    /// Nothing for a check that is not about one text.
    pub(super) fn new(column: &'t TextColumn, check: &'t Check) -> Option<TextLeaf<'t>> {
        let test = match check {
            Check::Null => Prepared::Null,
            Check::Empty => Prepared::Empty,
            Check::Text(_, test) => Prepared::new(test),
            _ => return None,
        };
        Some(TextLeaf { column, test })
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        let Some(chunk) = self.column.chunks.get(at.chunk) else { return words.fill(0) };
        let changed = between(&chunk.changed, at.first, at.first + words.len() * 64);
        let before: Vec<u64> = if changed.is_empty() { Vec::new() } else { words.to_vec() };
        match &self.test {
            Prepared::Contains(finder) if !finder.needle().is_empty() && dense(words) => scan(chunk, finder, words, flip, at.first),
            test => {
                let valid = chunk.valid.get(at.first / 64..).unwrap_or_default();
                narrow_rows(words, flip, |row| {
                    let there = valid.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
                    if there { test.accepts(stored(chunk, at.first + row)) } else { test.accepts_null() }
                });
            }
        }
        for (row, change) in changed {
            let row = usize::from(*row) - at.first;
            let hit = change.as_ref().map_or(self.test.accepts_null(), |change| self.test.accepts(change.folded.as_bytes()));
            let bit = 1 << (row % 64);
            if let Some((word, open)) = words.get_mut(row / 64).zip(before.get(row / 64)) {
                *word = (*word & !bit) | (open & bit & (if hit { u64::MAX } else { 0 } ^ flip));
            }
        }
    }

    /// About what a row costs, in tenths of nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        match self.test {
            Prepared::Null => 20.0,
            Prepared::Contains(_) => 200.0,
            _ => 40.0,
        }
    }
}

/// The entries for rows from `first` to before `end`.
fn between<T>(list: &[(u16, T)], first: usize, end: usize) -> &[(u16, T)] {
    let from = list.partition_point(|(row, _)| usize::from(*row) < first);
    let to = list.partition_point(|(row, _)| usize::from(*row) < end);
    list.get(from..to).unwrap_or_default()
}

fn dense(words: &[u64]) -> bool {
    words.iter().map(|word| word.count_ones() as usize).sum::<usize>() * SPARSE >= words.len() * 64
}

/// The bytes of a row, whatever was changed.
#[inline]
fn stored(chunk: &TextChunk, row: usize) -> &[u8] {
    let start = row.checked_sub(1).and_then(|before| chunk.ends.get(before)).copied().unwrap_or(0) as usize;
    let end = chunk.ends.get(row).copied().unwrap_or(0) as usize;
    chunk.bytes.get(start..end).unwrap_or_default()
}

/// Searches all rows of the window at once.
fn scan(chunk: &TextChunk, finder: &Finder<'_>, words: &mut [u64], flip: u64, first: usize) {
    let rows = chunk.ends.len().saturating_sub(first).min(words.len() * 64);
    let ends = chunk.ends.get(first..first + rows).unwrap_or_default();
    let start = first.checked_sub(1).and_then(|before| chunk.ends.get(before)).copied().unwrap_or(0) as usize;
    let end = ends.last().copied().unwrap_or(0) as usize;
    let bytes = chunk.bytes.get(..end).unwrap_or_default();
    let mut hits = [0u64; super::kernel::BLOCK];
    let (mut from, mut row) = (start, 0);
    while let Some(hit) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
        let hit = from + hit;
        row += later(ends.get(row..).unwrap_or_default(), hit);
        let Some(end) = ends.get(row).map(|end| *end as usize) else { break };
        if hit + finder.needle().len() <= end {
            hits.get_mut(row / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
            from = end;
            row += 1;
        } else {
            // It spans two rows; another may begin right behind its first byte.
            from = hit + 1;
        }
    }
    words.iter_mut().zip(hits).for_each(|(word, hits)| *word &= hits ^ flip);
}

/// How many rows end at or before the byte `at`: by strides that double, then by halves.
#[inline]
fn later(ends: &[u32], at: usize) -> usize {
    let mut stride = 1;
    while ends.get(stride - 1).is_some_and(|end| *end as usize <= at) {
        stride *= 2;
    }
    let (from, to) = (stride / 2, stride.min(ends.len()));
    from + ends.get(from..to).unwrap_or_default().partition_point(|end| *end as usize <= at)
}
