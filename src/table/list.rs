//! Columns of lists.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Budget;
use super::chunk::{Chunk, place, tail};
use super::codes::{CodeSlice, own};
use super::column::{CHUNK, ListChunk, ListColumn};
use crate::error::{Error, Result};

impl ListChunk {
    /// The codes of a row's elements; none is null.
    #[inline]
    pub fn codes_of(&self, row: usize) -> CodeSlice<'_> {
        let end = self.ends.get(row).copied().unwrap_or(0) as usize;
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        self.codes.slice(start, end)
    }

    /// The bit of a code among the marks of a row.
    #[inline]
    pub fn mark(code: u32) -> u16 {
        1 << (code % 16)
    }

    /// For each row the marks of all its codes, so that a row without the mark of a code is known not to have it. They are made when
    /// they are first asked for; nothing without the memory for them.
    pub fn marks(&self) -> Option<&[u16]> {
        if self.marks.get().is_none() {
            let mut marks = Vec::new();
            marks.try_reserve_exact(self.ends.len()).ok()?;
            let of = |row: usize| self.codes_of(row).iter().fold(0, |marks, code| marks | ListChunk::mark(code));
            marks.extend((0..self.ends.len()).map(of));
            // Nobody else has set them in between.
            let _ = self.marks.set(marks);
        }
        self.marks.get().map(Vec::as_slice)
    }

    fn end(&self) -> Result<u32> {
        u32::try_from(self.codes.len()).map_err(|_| Error::out_of_memory())
    }

    /// Adds a row.
    #[inline]
    pub(crate) fn push(&mut self, codes: &[u32], budget: &Budget) -> Result<()> {
        self.marks.take();
        budget.grow(&mut self.ends, 1)?;
        self.codes.extend(codes, budget)?;
        let end = self.end()?;
        self.ends.push(end);
        Ok(())
    }

    /// Adds rows of another chunk.
    fn push_rows(&mut self, from: &ListChunk, start: usize, end: usize, budget: &Budget) -> Result<()> {
        let first = start.checked_sub(1).and_then(|before| from.ends.get(before)).copied().unwrap_or(0);
        let ends = from.ends.get(start..end).unwrap_or_default();
        let Some(last) = ends.last() else { return Ok(()) };
        let base = self.end()?;
        self.marks.take();
        budget.grow(&mut self.ends, ends.len())?;
        self.codes.extend_slice(from.codes.slice(first as usize, *last as usize), budget)?;
        self.end()?;
        self.ends.extend(ends.iter().map(|end| end - first + base));
        Ok(())
    }
}

impl Chunk for ListChunk {
    fn rows(&self) -> usize {
        self.ends.len()
    }

    fn try_clone(&self, budget: &Budget) -> Result<Self> {
        Ok(ListChunk { ends: budget.copy(&self.ends)?, codes: self.codes.try_clone(budget)?, marks: OnceCell::new() })
    }

    fn truncate(&mut self, rows: usize) {
        self.marks.take();
        self.ends.truncate(rows);
        self.codes.truncate(self.ends.last().copied().unwrap_or(0) as usize);
    }

    fn reserve_like(&mut self, full: &Self, budget: &Budget) -> Result<()> {
        budget.exact(&mut self.ends, full.ends.len())?;
        self.codes.reserve_like(&full.codes, budget)
    }

    fn trim(&mut self) {
        self.ends.shrink_to_fit();
        self.codes.trim();
    }

    fn bytes(&self) -> usize {
        self.ends.capacity() * 4 + self.codes.bytes() + self.marks.get().map_or(0, |marks| marks.capacity() * 2)
    }
}

impl ListColumn {
    /// The codes of a row's elements; none is null.
    #[inline]
    pub fn codes(&self, row: u32) -> CodeSlice<'_> {
        let (chunk, row) = place(row);
        self.chunks.get(chunk).map_or(CodeSlice::U8(&[]), |chunk| chunk.codes_of(row))
    }

    /// The code of a word, which is added to the dictionary if it is new.
    pub(crate) fn intern(&mut self, text: &str, budget: &Budget) -> Result<u32> {
        match self.dict.find(text) {
            Some(code) => Ok(code),
            None => own(&mut self.dict, budget)?.intern(text, budget),
        }
    }

    /// Adds a row at the end.
    #[inline]
    pub(crate) fn push(&mut self, codes: &[u32], budget: &Budget) -> Result<()> {
        tail(&mut self.chunks, budget)?.push(codes, budget)
    }

    /// Chunks with new lists for some rows. `writes` is ascending by row, each row once, with its place in `codes`.
    pub(crate) fn prepare(&self, writes: &[(u32, u32, u32)], codes: &[u32], budget: &Budget) -> Result<Vec<(usize, Rc<ListChunk>)>> {
        let mut out = Vec::new();
        for group in writes.chunk_by(|a, b| place(a.0).0 == place(b.0).0) {
            let Some((at, _)) = group.first().map(|first| place(first.0)) else { continue };
            let Some(chunk) = self.chunks.get(at) else { continue };
            let mut new = ListChunk::default();
            new.reserve_like(chunk, budget)?;
            let mut next = 0;
            for (row, start, end) in group {
                let row = *row as usize % CHUNK;
                new.push_rows(chunk, next, row, budget)?;
                new.push(codes.get(*start as usize..*end as usize).unwrap_or_default(), budget)?;
                next = row + 1;
            }
            new.push_rows(chunk, next, chunk.ends.len(), budget)?;
            budget.grow(&mut out, 1)?;
            out.push((at, Rc::new(new)));
        }
        Ok(out)
    }

    /// Makes prepared writes true.
    pub(crate) fn commit(&mut self, writes: Vec<(usize, Rc<ListChunk>)>) {
        for (at, new) in writes {
            self.chunks.get_mut(at).into_iter().for_each(|chunk| *chunk = new.clone());
        }
    }
}
