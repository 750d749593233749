//! Columns of lists.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Budget;
use super::chunk::{Chunk, Part, place, tail};
use super::codes::{CodeSlice, own};
use super::column::{ListChunk, ListColumn};
use super::layout::CHUNK;
use crate::error::{Error, Result};

/// Most codes for each of which the rows that have it are noted: eight bytes a row.
pub const MOST_HAVING: u32 = 64;

impl ListChunk {
    /// The codes of a row's elements; none is null.
    #[inline]
    pub fn codes_of(&self, row: usize) -> CodeSlice<'_> {
        let end = self.ends.get(row).copied().unwrap_or(0) as usize;
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        self.codes.slice(start, end)
    }

    /// A bit for each row, set where the list has the code. Nothing for codes beyond [`MOST_HAVING`], or without the memory for it.
    ///
    /// The bits of all codes are made when they are first asked for.
    pub fn rows_with(&self, code: u32) -> Option<&[u64]> {
        let words = self.ends.len().div_ceil(64);
        if self.having.get().is_none() {
            let mut bits: Vec<u64> = Vec::new();
            let codes = self.codes.as_slice().iter().max().unwrap_or(0).min(MOST_HAVING) as usize;
            bits.try_reserve_exact(codes * words).ok()?;
            bits.resize(codes * words, 0);
            for row in 0..self.ends.len() {
                for code in self.codes_of(row).iter() {
                    let at = (code as usize).wrapping_sub(1).saturating_mul(words) + row / 64;
                    bits.get_mut(at).into_iter().for_each(|word| *word |= 1 << (row % 64));
                }
            }
            // Nobody else has set them in between.
            let _ = self.having.set(bits);
        }
        let at = (code as usize).checked_sub(1).filter(|_| code <= MOST_HAVING)? * words;
        Some(self.having.get()?.get(at..at + words).unwrap_or_default())
    }

    fn end(&self) -> Result<u32> {
        u32::try_from(self.codes.len()).map_err(|_| Error::out_of_memory())
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, codes: &[u32], budget: &Budget) -> Result<()> {
        self.having.take();
        budget.grow_within(&mut self.ends, 1, || CHUNK)?;
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
        self.having.take();
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
        Ok(ListChunk { ends: budget.copy(&self.ends)?, codes: self.codes.try_clone(budget)?, having: OnceCell::new() })
    }

    fn truncate(&mut self, rows: usize) {
        self.having.take();
        self.ends.truncate(rows);
        self.codes.truncate(self.ends.last().copied().unwrap_or(0) as usize);
    }

    fn reserve_like(&mut self, full: &Self, part: Part, budget: &Budget) -> Result<()> {
        budget.exact(&mut self.ends, part.of(full.ends.len()))?;
        self.codes.reserve_like(&full.codes, part, budget)
    }

    fn trim(&mut self) {
        self.ends.shrink_to_fit();
        self.codes.trim();
    }

    fn bytes(&self) -> usize {
        self.ends.capacity() * 4 + self.codes.bytes() + self.having.get().map_or(0, |bits| bits.capacity() * 8)
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
    pub fn intern(&mut self, text: &str, budget: &Budget) -> Result<u32> {
        match self.dict.find(text) {
            Some(code) => Ok(code),
            None => own(&mut self.dict, budget)?.intern(text, budget),
        }
    }

    /// Adds a row at the end.
    #[inline]
    pub fn push(&mut self, codes: &[u32], budget: &Budget) -> Result<()> {
        tail(&mut self.chunks, budget)?.push(codes, budget)
    }

    /// Chunks with new lists for some rows. `writes` is ascending by row, each row once, with its place in `codes`.
    pub fn prepare(&self, writes: &[(u32, u32, u32)], codes: &[u32], budget: &Budget) -> Result<Vec<(usize, Rc<ListChunk>)>> {
        let mut out = Vec::new();
        for group in writes.chunk_by(|a, b| place(a.0).0 == place(b.0).0) {
            let Some((at, _)) = group.first().map(|first| place(first.0)) else { continue };
            let Some(chunk) = self.chunks.get(at) else { continue };
            let mut new = ListChunk::default();
            new.reserve_like(chunk, Part::Whole, budget)?;
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
    pub fn commit(&mut self, writes: Vec<(usize, Rc<ListChunk>)>) {
        for (at, new) in writes {
            self.chunks.get_mut(at).into_iter().for_each(|chunk| *chunk = new.clone());
        }
    }
}
