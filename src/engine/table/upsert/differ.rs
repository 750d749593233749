//! What of an upsert changes anything: the cells that differ from those that are there.

use super::super::Budget;
use super::super::chunk::place;
use super::super::column::{Column, TextChunk, TextColumn};
use super::super::layout::{NO_BOOL, NO_DAY, NO_INSTANT};
use super::super::mask::bit;
use crate::error::Result;

impl Column {
    /// Whether a row has a value.
    pub fn has(&self, row: u32) -> bool {
        match self {
            Column::Number(column) => column.get(row).is_some_and(|number| !number.is_nan()),
            Column::Bool(column) => column.get(row).is_some_and(|value| value < NO_BOOL),
            Column::Day(column) => column.get(row).is_some_and(|day| day != NO_DAY),
            Column::Instant(column) => column.get(row).is_some_and(|instant| instant != NO_INSTANT),
            Column::Coded(column) => column.code(row) != 0,
            Column::Text(column) => column.folded(row).is_some(),
            Column::List(column) => !column.codes(row).is_empty(),
        }
    }

    /// Keeps the pairs of (row here, row there) whose values differ; `from` is a column of the same field.
    pub fn retain_differing(&self, from: &Column, pairs: &mut Vec<(u32, u32)>, budget: &Budget) -> Result<()> {
        // What two codes of different dictionaries have in common is asked once for each code there.
        let mut codes = Vec::new();
        let (ours, theirs) = match (self, from) {
            (Column::Coded(to), Column::Coded(from)) => (&to.dict, &from.dict),
            (Column::List(to), Column::List(from)) => (&to.dict, &from.dict),
            (Column::Number(to), Column::Number(from)) => {
                // Null is NaN, which differs from itself; the two zeros are one number.
                pairs.retain(|(row, at)| {
                    let (a, b) = (to.get(*row).unwrap_or(f64::NAN), from.get(*at).unwrap_or(f64::NAN));
                    a != b && !(a.is_nan() && b.is_nan())
                });
                return Ok(());
            }
            (Column::Bool(to), Column::Bool(from)) => {
                pairs.retain(|(row, at)| to.get(*row) != from.get(*at));
                return Ok(());
            }
            (Column::Day(to), Column::Day(from)) => {
                pairs.retain(|(row, at)| to.get(*row) != from.get(*at));
                return Ok(());
            }
            (Column::Instant(to), Column::Instant(from)) => {
                pairs.retain(|(row, at)| to.get(*row) != from.get(*at));
                return Ok(());
            }
            (Column::Text(to), Column::Text(from)) => {
                pairs.retain(|(row, at)| !to.same(*row, from, *at));
                return Ok(());
            }
            (to, from) => {
                pairs.retain(|(row, at)| to.text(*row) != from.text(*at));
                return Ok(());
            }
        };
        budget.exact(&mut codes, theirs.len() + 1)?;
        codes.push(0);
        codes.extend(theirs.iter().map(|text| ours.find(text).unwrap_or(u32::MAX)));
        let code = |code: u32| codes.get(code as usize).copied().unwrap_or(u32::MAX);
        match (self, from) {
            (Column::Coded(to), Column::Coded(from)) => pairs.retain(|(row, at)| to.code(*row) != code(from.code(*at))),
            (Column::List(to), Column::List(from)) => {
                pairs.retain(|(row, at)| !to.codes(*row).iter().eq(from.codes(*at).iter().map(code)));
            }
            _ => {}
        }
        budget.release(codes.capacity() * 4);
        Ok(())
    }
}

impl TextColumn {
    /// Whether two rows have the same text, as it was written.
    fn same(&self, row: u32, other: &TextColumn, at: u32) -> bool {
        let ((chunk, row), (beside, at)) = (place(row), place(at));
        match (self.chunks.get(chunk), other.chunks.get(beside)) {
            (Some(one), Some(other)) => one.same(row, other, at),
            _ => false,
        }
    }
}

impl TextChunk {
    fn same(&self, row: usize, other: &TextChunk, at: usize) -> bool {
        let plain = |chunk: &TextChunk| chunk.changed.is_empty() && chunk.odd.is_empty();
        if !plain(self) || !plain(other) {
            return self.folded(row) == other.folded(at) && self.original(row) == other.original(at);
        }
        // What is stored is what is compared; the text as it was written has its capitals besides.
        bit(&self.valid, row) == bit(&other.valid, at)
            && self.stored(row) == other.stored(at)
            && ((self.upper.is_empty() && other.upper.is_empty())
                || self.range(row).zip(other.range(at)).all(|(a, b)| bit(&self.upper, a) == bit(&other.upper, b)))
    }
}
