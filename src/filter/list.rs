//! Lists of words: the test of an element runs once per distinct word.

use super::dict::verdicts;
use super::kernel::narrow_rows;
use super::plan::Window;
use super::row::World;
use crate::error::Result;
use crate::query::node::{Check, Quota};
use crate::table::column::{Codes, ListChunk, ListColumn};

/// A test of a column of lists.
pub(super) struct ListLeaf<'t> {
    column: &'t ListColumn,
    how: How,
}

enum How {
    /// No element.
    Null,
    /// At least one wanted element.
    Any(Vec<u8>),
    /// So many wanted elements.
    Count(Quota, Vec<u8>),
    /// These codes, sorted, and no other; nothing if one of the words occurs nowhere.
    Exactly(Option<Vec<u32>>),
}

impl<'t> ListLeaf<'t> {
    /// Nothing for a check that looks at another field.
    pub(super) fn new(column: &'t ListColumn, check: &'t Check, world: &World<'_>) -> Result<Option<ListLeaf<'t>>> {
        let how = match check {
            Check::Null | Check::Empty => How::Null,
            Check::HasAny(_) | Check::UnitUnder(_) => How::Any(verdicts(&column.dict, check, world)?),
            Check::Exactly(words) => {
                let codes: Option<Vec<u32>> = words.iter().map(|word| column.dict.find(word)).collect();
                How::Exactly(codes.map(|mut codes| {
                    codes.sort_unstable();
                    codes
                }))
            }
            Check::Match(quota, node) => {
                let mut wanted = Vec::new();
                wanted.try_reserve_exact(column.dict.len() + 1)?;
                wanted.push(0);
                wanted.extend(column.dict.iter().map(|word| u8::from(world.element(node, word))));
                How::Count(*quota, wanted)
            }
            _ => return Ok(None),
        };
        Ok(Some(ListLeaf { column, how }))
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        let Some(chunk) = self.column.chunks.get(at.chunk) else { return words.fill(0) };
        match &chunk.codes {
            Codes::U8(codes) => self.narrow_codes(chunk, codes, words, flip, at.first),
            Codes::U16(codes) => self.narrow_codes(chunk, codes, words, flip, at.first),
            Codes::U32(codes) => self.narrow_codes(chunk, codes, words, flip, at.first),
        }
    }

    fn narrow_codes<T: Copy + Into<u32>>(&self, chunk: &ListChunk, codes: &[T], words: &mut [u64], flip: u64, first: usize) {
        let of = |row: usize| {
            let row = first + row;
            let start = row.checked_sub(1).and_then(|before| chunk.ends.get(before)).copied().unwrap_or(0) as usize;
            let end = chunk.ends.get(row).copied().unwrap_or(0) as usize;
            codes.get(start..end).unwrap_or_default()
        };
        let is_wanted = |wanted: &[u8], code: T| wanted.get(code.into() as usize).is_some_and(|wanted| *wanted != 0);
        match &self.how {
            How::Null => narrow_rows(words, flip, |row| of(row).is_empty()),
            How::Any(wanted) => narrow_rows(words, flip, |row| of(row).iter().any(|code| is_wanted(wanted, *code))),
            How::Count(quota, wanted) => narrow_rows(words, flip, |row| {
                let list = of(row);
                let k = list.iter().filter(|code| is_wanted(wanted, **code)).count();
                quota.holds(u32::try_from(k).unwrap_or(u32::MAX), u32::try_from(list.len()).unwrap_or(u32::MAX))
            }),
            How::Exactly(None) => words.iter_mut().for_each(|word| *word &= flip),
            How::Exactly(Some(set)) => narrow_rows(words, flip, |row| same_set(set, of(row))),
        }
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
