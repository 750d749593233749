//! Rows in blocks: where they follow one another in a chunk, the values of a column are a slice.

use std::rc::Rc;

use crate::table::CHUNK;
use crate::table::codes::CodeSlice;
use crate::table::column::CodedColumn;

/// Rows that are worked on at a time.
pub const BLOCK: usize = 1 << 10;

/// Rows that are worked on together.
pub struct Block<'r> {
    /// The rows.
    pub rows: &'r [u32],
    /// Chunk and place in it of the first, where the rows follow one another in one chunk.
    run: Option<(usize, usize)>,
}

/// Rows in blocks of at most `most`, cut so that rows that follow one another lie in one chunk.
pub fn blocks(rows: &[u32], most: usize) -> impl Iterator<Item = Block<'_>> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        let (chunk, at) = (first as usize / CHUNK, first as usize % CHUNK);
        let (rows, after) = rest.split_at(rest.len().min(most).min(CHUNK - at));
        rest = after;
        let odd = (first..).zip(rows).fold(0, |odd, (expected, row)| odd | (expected ^ row));
        Some(Block { rows, run: (odd == 0).then_some((chunk, at)) })
    })
}

impl Block<'_> {
    /// The codes of the rows, where they follow one another.
    #[inline]
    pub fn codes<'c>(&self, column: &'c CodedColumn) -> Option<CodeSlice<'c>> {
        let (chunk, first) = self.run?;
        column.chunks.get(chunk).map(|codes| codes.slice(first, first + self.rows.len()))
    }

    /// The values of the rows, where they follow one another.
    #[inline]
    pub fn values<'c, T>(&self, chunks: &'c [Rc<Vec<T>>]) -> Option<&'c [T]> {
        let (chunk, first) = self.run?;
        chunks.get(chunk)?.get(first..first + self.rows.len())
    }
}

/// Adds the mark of each place to a number.
#[inline]
pub fn add(of_place: &[u16], numbers: &mut [u16], places: impl Iterator<Item = usize>) {
    for (number, place) in numbers.iter_mut().zip(places) {
        *number += of_place.get(place).copied().unwrap_or(0);
    }
}
