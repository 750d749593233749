//! Stretches of rows, and the values that a column has there.

use crate::table::CHUNK;

/// A stretch of rows within one chunk, that starts at a whole word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) chunk: usize,
    /// The first row, counted in the chunk.
    pub(super) first: usize,
}

impl Window {
    /// The first row, counted in the table.
    pub(super) fn row(self) -> u32 {
        self.row_at(0)
    }

    /// A row of the window, counted in the table.
    pub(super) fn row_at(self, row: usize) -> u32 {
        u32::try_from(self.chunk * CHUNK + self.first + row).unwrap_or(u32::MAX)
    }
}

/// The values of a chunk.
pub(super) fn chunk_of<T>(chunks: &[std::rc::Rc<Vec<T>>], chunk: usize) -> &[T] {
    chunks.get(chunk).map(|chunk| chunk.as_slice()).unwrap_or_default()
}

/// The values of a chunk from the window on.
pub(super) fn values<T>(chunks: &[std::rc::Rc<Vec<T>>], at: Window) -> &[T] {
    chunk_of(chunks, at.chunk).get(at.first..).unwrap_or_default()
}
