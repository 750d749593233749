//! Texts that stand end to end.
//!
//! `contains` over many open rows, or over the values of a dictionary, is one scan of their bytes; a hit counts if it ends within the text
//! where it begins. All other tests, and a search in few rows, look at each open row. Rows that were changed since loading are judged by themselves.

use memchr::memmem::Finder;

use super::kernel::{BLOCK, later, narrow_rows, start_of};
use super::selection_vector::SelectionVector;
use super::simd::pack;
use super::window::Window;
use crate::query::node::{Predicate, TextTest};
use crate::query::part::Part;
use crate::table::bit;
use crate::table::column::{TextChunk, TextColumn};

/// A test of a column of text.
pub(super) struct TextColumnTest<'t> {
    column: &'t TextColumn,
    test: Matcher<'t>,
}

/// A test made ready for many texts. Texts are in the form in which they are compared.
pub(super) enum Matcher<'t> {
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

impl<'t> Matcher<'t> {
    pub(super) fn new(test: &'t TextTest) -> Matcher<'t> {
        match test {
            TextTest::Part(Part::Contains, part) => Matcher::Contains(Box::new(Finder::new(part.as_bytes()))),
            TextTest::OneOf(words) => Matcher::OneOf(words, words.iter().fold(0, |bits, word| bits | 1 << word.len().min(63))),
            test => Matcher::Other(test),
        }
    }

    /// Whether a text passes.
    #[inline]
    pub(super) fn accepts(&self, text: &[u8]) -> bool {
        match self {
            Matcher::Null => false,
            Matcher::Empty => text.is_empty(),
            Matcher::OneOf(words, lengths) => {
                lengths >> text.len().min(63) & 1 == 1 && words.binary_search_by(|word| word.as_bytes().cmp(text)).is_ok()
            }
            Matcher::Contains(finder) => finder.find(text).is_some(),
            Matcher::Other(test) => test.accepts(text),
        }
    }

    /// Calls `pass` with the place of each text that passes. They stand end to end and end at these places.
    pub(super) fn each_accepted(&self, bytes: &[u8], ends: &[u32], mut pass: impl FnMut(usize)) {
        match self {
            Matcher::Contains(finder) if !finder.needle().is_empty() => scan(bytes, 0, ends, finder, pass),
            _ => {
                let mut from = 0;
                for (at, end) in ends.iter().enumerate() {
                    let end = *end as usize;
                    if self.accepts(bytes.get(from..end).unwrap_or_default()) {
                        pass(at);
                    }
                    from = end;
                }
            }
        }
    }

    /// Whether no text passes.
    fn accepts_null(&self) -> bool {
        matches!(self, Matcher::Null | Matcher::Empty)
    }
}

impl<'t> TextColumnTest<'t> {
    /// Nothing for a check that is not about one text.
    pub(super) fn new(column: &'t TextColumn, check: &'t Predicate) -> Option<TextColumnTest<'t>> {
        let test = match check {
            Predicate::Null => Matcher::Null,
            // What is compared as the empty text need not be one.
            Predicate::Empty if column.case.is_loose() => return None,
            Predicate::Empty => Matcher::Empty,
            Predicate::Text(_, test) => Matcher::new(test),
            _ => return None,
        };
        Some(TextColumnTest { column, test })
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        let Some(chunk) = self.column.chunks.get(at.chunk) else { return words.fill(0) };
        let mut hits = [0; BLOCK];
        match &self.test {
            Matcher::Contains(finder) if !finder.needle().is_empty() => {
                let ends = chunk.ends.get(at.first..(at.first + words.len() * 64).min(chunk.ends.len())).unwrap_or_default();
                let mark = |row: usize| hits.get_mut(row / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
                scan(&chunk.bytes, start_of(&chunk.ends, at.first), ends, finder, mark);
            }
            Matcher::OneOf(strings, _) => {
                candidates(chunk, strings, &mut hits, at.first, words.len() * 64);
                hits.iter_mut().zip(&*words).for_each(|(hit, word)| *hit &= *word);
                narrow_rows(&mut hits, 0, |row| self.accepts_stored(chunk, at.first + row));
            }
            _ => {
                hits.iter_mut().zip(&*words).for_each(|(hit, word)| *hit = *word);
                narrow_rows(&mut hits, 0, |row| self.accepts_stored(chunk, at.first + row));
            }
        }
        for (row, change) in between(&chunk.changed, at.first, at.first + words.len() * 64) {
            let row = usize::from(*row) - at.first;
            let hit = change.as_ref().map_or(self.test.accepts_null(), |change| self.test.accepts(change.folded.as_bytes()));
            hits.get_mut(row / 64).into_iter().for_each(|word| *word = *word & !(1 << (row % 64)) | u64::from(hit) << (row % 64));
        }
        words.iter_mut().zip(hits).for_each(|(word, hits)| *word &= hits ^ flip);
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, flip: u64) {
        rows.by_chunk(|chunk, part| {
            let Some(chunk) = self.column.chunks.get(chunk) else { return };
            if chunk.changed.is_empty() {
                return part.keep(flip, |row| self.accepts_stored(chunk, row));
            }
            part.keep(flip, |row| match between(&chunk.changed, row, row + 1) {
                [(_, Some(change))] => self.test.accepts(change.folded.as_bytes()),
                [(_, None)] => self.test.accepts_null(),
                _ => self.accepts_stored(chunk, row),
            });
        });
    }

    /// Whether the row's text passes, whatever was changed.
    #[inline]
    fn accepts_stored(&self, chunk: &TextChunk, row: usize) -> bool {
        if bit(&chunk.valid, row) { self.test.accepts(stored(chunk, row)) } else { self.test.accepts_null() }
    }

    /// About what a row costs, in tenths of nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        match self.test {
            Matcher::Null => 20.0,
            Matcher::Contains(_) => 200.0,
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

/// The bytes of a row, whatever was changed.
#[inline]
fn stored(chunk: &TextChunk, row: usize) -> &[u8] {
    chunk.bytes.get(start_of(&chunk.ends, row)..chunk.ends.get(row).copied().unwrap_or(0) as usize).unwrap_or_default()
}

/// The rows whose text is as long as one that is looked for may be.
fn candidates(chunk: &TextChunk, strings: &[String], hits: &mut [u64], first: usize, rows: usize) {
    let lengths = || strings.iter().map(|text| u32::try_from(text.len()).unwrap_or(u32::MAX));
    let (Some(least), Some(most)) = (lengths().min(), lengths().max()) else { return };
    let mut start = u32::try_from(start_of(&chunk.ends, first)).unwrap_or(u32::MAX);
    let ends = chunk.ends.get(first..(first + rows).min(chunk.ends.len())).unwrap_or_default();
    for (word, ends) in hits.iter_mut().zip(ends.chunks(64)) {
        let mut bytes = [0u8; 64];
        let (Some((head, rest)), Some(last)) = (bytes.split_first_mut(), ends.last()) else { return };
        let fits = |start: u32, end: u32| u8::from((end.wrapping_sub(start) >= least) & (end.wrapping_sub(start) <= most));
        ends.first().into_iter().for_each(|end| *head = fits(start, *end));
        for ((byte, start), end) in rest.iter_mut().zip(ends).zip(ends.get(1..).unwrap_or_default()) {
            *byte = fits(*start, *end);
        }
        *word = pack(&bytes);
        start = *last;
    }
}

/// Calls `hit` with each of the texts that the finder finds something in: they stand end to end and end at these places, the first begins
/// at `from`. One search over all of them: beginning one takes longer than a short text does.
fn scan(bytes: &[u8], mut from: usize, ends: &[u32], finder: &Finder<'_>, mut hit: impl FnMut(usize)) {
    let bytes = bytes.get(..ends.last().copied().unwrap_or(0) as usize).unwrap_or_default();
    let mut row = 0;
    while let Some(found) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
        let at = from + found;
        row += later(ends.get(row..).unwrap_or_default(), at);
        let Some(end) = ends.get(row).map(|end| *end as usize) else { break };
        if at + finder.needle().len() <= end {
            hit(row);
            from = end;
            row += 1;
        } else {
            // It spans two texts; another may begin right behind its first byte.
            from = at + 1;
        }
    }
}
