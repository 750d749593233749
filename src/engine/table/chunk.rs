//! What all kinds of chunks have in common, and columns of one fixed width.

use std::rc::Rc;

use super::Budget;
use super::column::Chunks;
use super::layout::CHUNK;
use super::sketch::{Ordered, Outline, Slot};
use crate::error::{Error, Result};

/// A run of up to [`CHUNK`] rows of one column.
pub trait Chunk: Default {
    fn rows(&self) -> usize;
    /// A copy, made fallibly.
    fn try_clone(&self, budget: &Budget) -> Result<Self>;
    /// Drops the rows from `rows` on.
    fn truncate(&mut self, rows: usize);
    /// Makes room for this part of what a full chunk holds.
    fn reserve_like(&mut self, full: &Self, part: Part, budget: &Budget) -> Result<()>;
    /// Gives back room that nothing needs.
    fn trim(&mut self);
    /// Bytes held.
    fn bytes(&self) -> usize;
}

/// A part of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A quarter, for a beginning: what is reserved for rows that never come is lost to a small table.
    Quarter,
}

impl Part {
    /// This part of a number.
    pub fn of(self, whole: usize) -> usize {
        match self {
            Part::Whole => whole,
            Part::Quarter => whole / 4,
        }
    }
}

/// Where a row stands: chunk, and row in the chunk.
#[inline]
pub fn place(row: u32) -> (usize, usize) {
    (row as usize / CHUNK, row as usize % CHUNK)
}

/// The chunk behind a pointer, which is copied if somebody else holds it too.
pub fn unique<'a, C: Chunk>(chunk: &'a mut Rc<C>, budget: &Budget) -> Result<&'a mut C> {
    if Rc::get_mut(chunk).is_none() {
        *chunk = Rc::new(chunk.try_clone(budget)?);
    }
    Rc::get_mut(chunk).ok_or_else(Error::out_of_memory)
}

/// The last chunk, with room for at least one more row.
#[inline]
pub fn tail<'a, C: Chunk>(chunks: &'a mut Vec<Rc<C>>, budget: &Budget) -> Result<&'a mut C> {
    if chunks.last().is_none_or(|chunk| chunk.rows() >= CHUNK) {
        if let Some(full) = chunks.last_mut().and_then(Rc::get_mut) {
            full.trim();
        }
        budget.grow(chunks, 1)?;
        let mut next = C::default();
        if let Some(full) = chunks.last() {
            next.reserve_like(full, Part::Quarter, budget)?;
        }
        chunks.push(Rc::new(next));
    }
    chunks.last_mut().map_or_else(|| Err(Error::out_of_memory()), |chunk| unique(chunk, budget))
}

/// Drops the rows from `rows` on. Only chunks that nobody else holds can have grown, so a shared one needs no cut.
pub fn truncate<C: Chunk>(chunks: &mut Vec<Rc<C>>, rows: usize) {
    chunks.truncate(rows.div_ceil(CHUNK));
    let last = rows - chunks.len().saturating_sub(1) * CHUNK;
    if let Some(chunk) = chunks.last_mut().filter(|chunk| chunk.rows() > last).and_then(Rc::get_mut) {
        chunk.truncate(last);
    }
}

/// Bytes of all chunks.
pub fn bytes<C: Chunk>(chunks: &[Rc<C>]) -> usize {
    chunks.iter().map(|chunk| chunk.bytes() + size_of::<C>() + 24).sum()
}

impl<T: Copy> Chunk for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn try_clone(&self, budget: &Budget) -> Result<Self> {
        budget.copy(self)
    }

    fn truncate(&mut self, rows: usize) {
        Vec::truncate(self, rows);
    }

    fn reserve_like(&mut self, full: &Self, part: Part, budget: &Budget) -> Result<()> {
        budget.exact(self, part.of(full.len()))
    }

    fn trim(&mut self) {
        self.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        self.capacity() * size_of::<T>()
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Chunks { chunks: Vec::new(), outline: Slot::default() }
    }
}

impl<T: Copy> Chunks<T> {
    /// The value of a row.
    #[inline]
    pub fn get(&self, row: u32) -> Option<T> {
        let (chunk, row) = place(row);
        self.chunks.get(chunk)?.get(row).copied()
    }
}

impl<T: Ordered> Chunks<T> {
    /// Adds rows at the end.
    pub fn extend(&mut self, mut values: impl ExactSizeIterator<Item = T>, budget: &Budget) -> Result<()> {
        let full = self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len());
        self.outline.get_mut().cut(full);
        while values.len() > 0 {
            let chunk = tail(&mut self.chunks, budget)?;
            let room = values.len().min(CHUNK - chunk.len());
            budget.grow_within(chunk, room, || CHUNK)?;
            chunk.extend(values.by_ref().take(room));
        }
        Ok(())
    }

    /// Makes sure that writing to these rows needs no memory.
    pub fn unshare(&mut self, rows: impl Iterator<Item = u32>, budget: &Budget) -> Result<()> {
        unshare(&mut self.chunks, rows, budget)
    }

    /// Writes a row whose chunk is not shared.
    #[inline]
    pub fn set(&mut self, row: u32, value: T) {
        let (at, row) = place(row);
        if let Some(cell) = self.chunks.get_mut(at).and_then(Rc::get_mut).and_then(|chunk| chunk.get_mut(row)) {
            *cell = value;
            self.outline.get_mut().set(at, row, value);
        }
    }

    /// Writes rows whose chunks are not shared: what `value` makes of the place in `rows` and of what the row holds.
    pub fn write(&mut self, rows: &[u32], mut value: impl FnMut(usize, T) -> T) {
        let mut done = 0;
        for rows in by_chunk(rows) {
            let (at, _) = rows.first().map_or((0, 0), |row| place(*row));
            if let Some(chunk) = self.chunks.get_mut(at).and_then(Rc::get_mut) {
                write(chunk, rows, |nth, before| value(done + nth, before));
                self.outline.get_mut().note(at, rows, chunk);
            }
            done += rows.len();
        }
    }

    /// Drops the rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        truncate(&mut self.chunks, rows);
        self.outline.get_mut().cut(rows);
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        bytes(&self.chunks) + self.outline.borrow().bytes()
    }

    /// The outline, made as far as it is not there. Nothing for a column of few rows, or without the memory for it.
    pub fn outline(&self) -> Option<Outline<T>> {
        self.outline.try_borrow_mut().ok()?.complete(&self.chunks)
    }
}

/// Rows, in pieces of which each is of one chunk.
pub fn by_chunk(rows: &[u32]) -> impl Iterator<Item = &[u32]> {
    rows.chunk_by(|a, b| place(*a).0 == place(*b).0)
}

/// Writes rows of one chunk. A function of its own: an engine that compiles twice has its better code from the next chunk on.
#[inline(never)]
pub fn write<T: Copy>(chunk: &mut [T], rows: &[u32], mut value: impl FnMut(usize, T) -> T) {
    for (nth, row) in rows.iter().enumerate() {
        if let Some(cell) = chunk.get_mut(place(*row).1) {
            *cell = value(nth, *cell);
        }
    }
}

/// Makes sure that nobody else holds the chunks of these rows.
pub fn unshare<C: Chunk>(chunks: &mut [Rc<C>], rows: impl Iterator<Item = u32>, budget: &Budget) -> Result<()> {
    let mut last = usize::MAX;
    for row in rows {
        let (at, _) = place(row);
        if at != last {
            chunks.get_mut(at).map_or(Ok(()), |chunk| unique(chunk, budget).map(drop))?;
            last = at;
        }
    }
    Ok(())
}
