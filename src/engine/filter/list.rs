//! Lists of words: the test of an element runs once per distinct word.

use super::dict::verdicts;
use super::kernel::{BLOCK, Codebook, later, narrow_rows, start_of};
use super::row::Directory;
use super::selection_vector::SelectionVector;
use super::simd::pack;
use super::window::Window;
use crate::error::Result;
use crate::query::node::{Predicate, Quota};
use crate::table::MOST_HAVING;
use crate::table::bit;
use crate::table::column::{Codes, ListChunk, ListColumn};

/// A test of a column of lists.
pub(super) struct ListColumnTest<'t> {
    column: &'t ListColumn,
    how: How<'t>,
}

enum How<'t> {
    /// No element.
    Null,
    /// At least one wanted element.
    Any(Codebook),
    /// The same, where the rows are noted that have each of the wanted elements: for each chunk.
    Noted(Vec<Vec<&'t [u64]>>),
    /// So many wanted elements.
    Count(Quota, Codebook),
    /// These codes, sorted, and no other; nothing if one of the words occurs nowhere.
    Exactly(Option<Vec<u32>>),
}

impl<'t> ListColumnTest<'t> {
    /// Nothing for a check that looks at another field.
    pub(super) fn new(column: &'t ListColumn, check: &'t Predicate, world: &Directory<'_>) -> Result<Option<ListColumnTest<'t>>> {
        let how = match check {
            Predicate::Null | Predicate::Empty => How::Null,
            Predicate::HasAny(_) | Predicate::UnitUnder(_) => {
                let wanted = verdicts(&column.dict, check, world)?;
                match noted(column, &wanted) {
                    Some(rows) => How::Noted(rows),
                    None => How::Any(Codebook::new(wanted)),
                }
            }
            Predicate::Exactly(words) => {
                let codes: Option<Vec<u32>> = words.iter().map(|word| column.dict.find(word)).collect();
                How::Exactly(codes.map(|mut codes| {
                    crate::sort::all(&mut codes);
                    codes
                }))
            }
            Predicate::Match(quota, node) => {
                let mut wanted = Vec::new();
                wanted.try_reserve_exact(column.dict.len() + 1)?;
                wanted.push(0);
                wanted.extend(column.dict.iter().map(|word| u8::from(world.element(node, word))));
                How::Count(*quota, Codebook::new(wanted))
            }
            _ => return Ok(None),
        };
        Ok(Some(ListColumnTest { column, how }))
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        if let How::Noted(noted) = &self.how {
            let noted = noted.get(at.chunk).map(Vec::as_slice).unwrap_or_default();
            for (nth, word) in (at.first / 64..).zip(words) {
                *word &= noted.iter().fold(0, |hits, rows| hits | rows.get(nth).copied().unwrap_or(0)) ^ flip;
            }
            return;
        }
        let Some(chunk) = self.column.chunks.get(at.chunk) else { return words.fill(0) };
        match &chunk.codes {
            Codes::U8(codes) => self.narrow_codes(chunk, codes, words, flip, at.first),
            Codes::U16(codes) => self.narrow_codes(chunk, codes, words, flip, at.first),
            Codes::U32(codes) => self.narrow_codes(chunk, codes, words, flip, at.first),
        }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, flip: u64) {
        rows.by_chunk(|chunk, part| {
            if let How::Noted(noted) = &self.how {
                let noted = noted.get(chunk).map(Vec::as_slice).unwrap_or_default();
                return part.keep(flip, |row| noted.iter().any(|rows| bit(rows, row)));
            }
            let Some(chunk) = self.column.chunks.get(chunk) else { return };
            match &chunk.codes {
                Codes::U8(codes) => part.keep(flip, |row| self.accepts(lists(chunk, codes, row))),
                Codes::U16(codes) => part.keep(flip, |row| self.accepts(lists(chunk, codes, row))),
                Codes::U32(codes) => part.keep(flip, |row| self.accepts(lists(chunk, codes, row))),
            }
        });
    }

    /// About what a row costs, in tenths of nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        if let How::Noted(_) = self.how { 1.0 } else { 30.0 }
    }

    fn narrow_codes<T: Copy + Into<u32>>(&self, chunk: &ListChunk, codes: &[T], words: &mut [u64], flip: u64, first: usize) {
        match &self.how {
            How::Any(book) => {
                let mut hits = [0; BLOCK];
                scan(chunk, codes, book, &mut hits, first, words.len() * 64);
                words.iter_mut().zip(hits).for_each(|(word, hits)| *word &= hits ^ flip);
            }
            _ => narrow_rows(words, flip, |row| self.accepts(lists(chunk, codes, first + row))),
        }
    }

    #[inline]
    fn accepts<T: Copy + Into<u32>>(&self, list: &[T]) -> bool {
        match &self.how {
            How::Null => list.is_empty(),
            // Answered before any list is looked at.
            How::Noted(_) => false,
            How::Any(book) => list.iter().any(|code| book.wants((*code).into())),
            How::Count(quota, book) => {
                let k = list.iter().filter(|code| book.wants((**code).into())).count();
                quota.holds(u32::try_from(k).unwrap_or(u32::MAX), u32::try_from(list.len()).unwrap_or(u32::MAX))
            }
            How::Exactly(None) => false,
            How::Exactly(Some(set)) => same_set(set, list),
        }
    }
}

/// Most wanted elements whose noted rows are put together.
const MOST_NOTED: usize = 8;

/// For each chunk the rows that have each of the wanted elements, if they are noted and those are few.
fn noted<'t>(column: &'t ListColumn, wanted: &[u8]) -> Option<Vec<Vec<&'t [u64]>>> {
    let codes = (0u32..).zip(wanted).filter(|(_, wanted)| **wanted != 0).map(|(code, _)| code);
    if column.dict.last() > MOST_HAVING || codes.clone().count() > MOST_NOTED {
        return None;
    }
    column.chunks.iter().map(|chunk| codes.clone().map(|code| chunk.rows_with(code)).collect()).collect()
}

/// The codes of a row.
#[inline]
fn lists<'c, T>(chunk: &ListChunk, codes: &'c [T], row: usize) -> &'c [T] {
    codes.get(start_of(&chunk.ends, row)..chunk.ends.get(row).copied().unwrap_or(0) as usize).unwrap_or_default()
}

/// Finds all wanted codes of a stretch of rows at once, and the row of each.
fn scan<T: Copy + Into<u32>>(chunk: &ListChunk, codes: &[T], book: &Codebook, hits: &mut [u64], first: usize, rows: usize) {
    let ends = chunk.ends.get(first..(first + rows).min(chunk.ends.len())).unwrap_or_default();
    let start = start_of(&chunk.ends, first);
    let end = ends.last().copied().unwrap_or(0) as usize;
    let mut row = 0;
    let mut at = start;
    for stretch in codes.get(start..end).unwrap_or_default().chunks(64) {
        let mut bytes = [0u8; 64];
        bytes.iter_mut().zip(stretch).for_each(|(byte, code)| *byte = u8::from(book.wants((*code).into())));
        let mut left = pack(&bytes);
        while left != 0 {
            row += later(ends.get(row..).unwrap_or_default(), at + left.trailing_zeros() as usize);
            hits.get_mut(row / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
            left &= left - 1;
        }
        at += stretch.len();
    }
}

/// Whether a list has just these codes, which are sorted and differ, in any order and as often as it likes.
fn same_set<T: Copy + Into<u32>>(set: &[u32], list: &[T]) -> bool {
    if list.len() < set.len() {
        return false;
    }
    let known = |code: &T| set.binary_search(&(*code).into()).is_ok();
    let met = |code: &u32| list.iter().any(|other| (*other).into() == *code);
    list.iter().all(known) && set.iter().all(met)
}
