//! Codes as narrow as they can be.

use std::rc::Rc;

use super::Budget;
use super::chunk::{Chunk, Part, by_chunk, place, tail, unshare, write};
use super::column::{CodedColumn, Codes, Dict};
use super::layout::CHUNK;
use crate::error::Result;

/// A run of codes, by width.
#[derive(Clone, Copy, Debug)]
pub enum CodeSlice<'a> {
    /// Up to 255.
    U8(&'a [u8]),
    /// Up to 65,535.
    U16(&'a [u16]),
    /// Any.
    U32(&'a [u32]),
}

impl<'a> CodeSlice<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        match self {
            CodeSlice::U8(list) => list.len(),
            CodeSlice::U16(list) => list.len(),
            CodeSlice::U32(list) => list.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The code at a place; 0 outside.
    #[inline]
    pub fn get(self, at: usize) -> u32 {
        match self {
            CodeSlice::U8(list) => list.get(at).copied().map_or(0, u32::from),
            CodeSlice::U16(list) => list.get(at).copied().map_or(0, u32::from),
            CodeSlice::U32(list) => list.get(at).copied().unwrap_or(0),
        }
    }

    /// All of them.
    pub fn iter(self) -> impl ExactSizeIterator<Item = u32> + 'a {
        (0..self.len()).map(move |at| self.get(at))
    }

    fn max(self) -> u32 {
        match self {
            CodeSlice::U8(list) => list.iter().copied().max().map_or(0, u32::from),
            CodeSlice::U16(list) => list.iter().copied().max().map_or(0, u32::from),
            CodeSlice::U32(list) => list.iter().copied().max().unwrap_or(0),
        }
    }
}

impl Default for Codes {
    fn default() -> Self {
        Codes::U8(Vec::new())
    }
}

impl Codes {
    /// All of them, by width.
    #[inline]
    pub fn as_slice(&self) -> CodeSlice<'_> {
        match self {
            Codes::U8(list) => CodeSlice::U8(list),
            Codes::U16(list) => CodeSlice::U16(list),
            Codes::U32(list) => CodeSlice::U32(list),
        }
    }

    /// Those from `start` to `end`.
    #[inline]
    pub fn slice(&self, start: usize, end: usize) -> CodeSlice<'_> {
        match self {
            Codes::U8(list) => CodeSlice::U8(list.get(start..end).unwrap_or_default()),
            Codes::U16(list) => CodeSlice::U16(list.get(start..end).unwrap_or_default()),
            Codes::U32(list) => CodeSlice::U32(list.get(start..end).unwrap_or_default()),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code at a place; 0 outside.
    #[inline]
    pub fn get(&self, at: usize) -> u32 {
        self.as_slice().get(at)
    }

    /// Makes codes up to `max` fit.
    pub fn widen(&mut self, max: u32, budget: &Budget) -> Result<()> {
        let wide = match &*self {
            Codes::U8(_) if max <= 0xff => return Ok(()),
            Codes::U8(list) if max <= 0xffff => {
                let mut wide = Vec::new();
                budget.exact(&mut wide, list.capacity())?;
                wide.extend(list.iter().map(|code| u16::from(*code)));
                Codes::U16(wide)
            }
            Codes::U16(_) if max <= 0xffff => return Ok(()),
            Codes::U32(_) => return Ok(()),
            narrow => {
                let mut wide = Vec::new();
                budget.exact(&mut wide, narrow.len().saturating_add(8))?;
                wide.extend(narrow.as_slice().iter());
                Codes::U32(wide)
            }
        };
        budget.release(self.bytes());
        *self = wide;
        Ok(())
    }

    /// Adds codes at the end.
    #[expect(clippy::cast_possible_truncation, reason = "the width was made to fit the largest")]
    pub fn extend(&mut self, codes: &[u32], budget: &Budget) -> Result<()> {
        self.widen(codes.iter().copied().max().unwrap_or(0), budget)?;
        match self {
            Codes::U8(list) => {
                budget.grow(list, codes.len())?;
                list.extend(codes.iter().map(|code| *code as u8));
            }
            Codes::U16(list) => {
                budget.grow(list, codes.len())?;
                list.extend(codes.iter().map(|code| *code as u16));
            }
            Codes::U32(list) => {
                budget.grow(list, codes.len())?;
                list.extend_from_slice(codes);
            }
        }
        Ok(())
    }

    /// Adds a run of another list as it is.
    pub fn extend_slice(&mut self, codes: CodeSlice<'_>, budget: &Budget) -> Result<()> {
        match (self, codes) {
            (Codes::U8(list), CodeSlice::U8(codes)) => {
                budget.grow(list, codes.len())?;
                list.extend_from_slice(codes);
            }
            (Codes::U16(list), CodeSlice::U16(codes)) => {
                budget.grow(list, codes.len())?;
                list.extend_from_slice(codes);
            }
            (list, codes) => {
                list.widen(codes.max(), budget)?;
                let mut wide = Vec::new();
                budget.exact(&mut wide, codes.len())?;
                wide.extend(codes.iter());
                list.extend(&wide, budget)?;
                budget.release(wide.capacity() * 4);
            }
        }
        Ok(())
    }

    /// Writes a code that fits the width.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the caller has widened the list")]
    pub fn set(&mut self, at: usize, code: u32) {
        match self {
            Codes::U8(list) => list.get_mut(at).into_iter().for_each(|cell| *cell = code as u8),
            Codes::U16(list) => list.get_mut(at).into_iter().for_each(|cell| *cell = code as u16),
            Codes::U32(list) => list.get_mut(at).into_iter().for_each(|cell| *cell = code),
        }
    }
}

impl Chunk for Codes {
    fn rows(&self) -> usize {
        self.len()
    }

    fn try_clone(&self, budget: &Budget) -> Result<Self> {
        Ok(match self {
            Codes::U8(list) => Codes::U8(budget.copy(list)?),
            Codes::U16(list) => Codes::U16(budget.copy(list)?),
            Codes::U32(list) => Codes::U32(budget.copy(list)?),
        })
    }

    fn truncate(&mut self, rows: usize) {
        match self {
            Codes::U8(list) => list.truncate(rows),
            Codes::U16(list) => list.truncate(rows),
            Codes::U32(list) => list.truncate(rows),
        }
    }

    fn reserve_like(&mut self, full: &Self, part: Part, budget: &Budget) -> Result<()> {
        *self = match full {
            Codes::U8(_) => Codes::U8(Vec::new()),
            Codes::U16(_) => Codes::U16(Vec::new()),
            Codes::U32(_) => Codes::U32(Vec::new()),
        };
        match self {
            Codes::U8(list) => budget.exact(list, part.of(full.len())),
            Codes::U16(list) => budget.exact(list, part.of(full.len())),
            Codes::U32(list) => budget.exact(list, part.of(full.len())),
        }
    }

    fn trim(&mut self) {
        match self {
            Codes::U8(list) => list.shrink_to_fit(),
            Codes::U16(list) => list.shrink_to_fit(),
            Codes::U32(list) => list.shrink_to_fit(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Codes::U8(list) => list.capacity(),
            Codes::U16(list) => list.capacity() * 2,
            Codes::U32(list) => list.capacity() * 4,
        }
    }
}

/// The dictionary behind a pointer, which is copied if somebody else holds it too.
pub fn own<'a>(dict: &'a mut Rc<Dict>, budget: &Budget) -> Result<&'a mut Dict> {
    if Rc::get_mut(dict).is_none() {
        *dict = Rc::new(dict.try_clone(budget)?);
    }
    Rc::get_mut(dict).ok_or_else(crate::error::Error::out_of_memory)
}

impl CodedColumn {
    /// The code of a row; 0 is null.
    #[inline]
    pub fn code(&self, row: u32) -> u32 {
        let (chunk, row) = place(row);
        self.chunks.get(chunk).map_or(0, |chunk| chunk.get(row))
    }

    /// How many rows have a code, those of removed leads included.
    pub fn count(&self, code: u32) -> usize {
        let mut sum = 0;
        for chunk in &self.chunks {
            sum += match chunk.as_slice() {
                CodeSlice::U8(list) => u8::try_from(code).map_or(0, |code| list.iter().filter(|other| **other == code).count()),
                CodeSlice::U16(list) => u16::try_from(code).map_or(0, |code| list.iter().filter(|other| **other == code).count()),
                CodeSlice::U32(list) => list.iter().filter(|other| **other == code).count(),
            };
        }
        sum
    }

    /// Calls `each` with every row and its code, chunk by chunk.
    #[inline]
    pub fn each(&self, mut each: impl FnMut(u32, u32)) {
        let mut first = 0;
        for chunk in &self.chunks {
            match chunk.as_slice() {
                CodeSlice::U8(list) => (first..).zip(list).for_each(|(row, code)| each(row, u32::from(*code))),
                CodeSlice::U16(list) => (first..).zip(list).for_each(|(row, code)| each(row, u32::from(*code))),
                CodeSlice::U32(list) => (first..).zip(list).for_each(|(row, code)| each(row, *code)),
            }
            first += CHUNK as u32;
        }
    }

    /// Whether each of these rows has another code than `wanted` says: at the number that `numbers` has for its place, or at 0 without such.
    pub fn differs_in_all(&self, rows: &[u32], wanted: &[u32], numbers: Option<&[u32]>) -> bool {
        let most = u32::try_from(self.dict.len()).unwrap_or(u32::MAX);
        if wanted.iter().all(|code| *code > most) {
            let known = |numbers: &[u32]| numbers.iter().all(|number| (*number as usize) < wanted.len());
            return numbers.is_none_or(|numbers| numbers.get(..rows.len()).is_some_and(known));
        }
        let mut done = 0;
        by_chunk(rows).all(|rows| {
            let codes = self.chunks.get(rows.first().map_or(0, |row| place(*row).0)).map(|chunk| chunk.as_slice());
            let differs = |(nth, row): (usize, &u32)| {
                let number = numbers.map_or(Some(0), |numbers| numbers.get(nth).copied());
                let wanted = number.and_then(|number| wanted.get(number as usize));
                wanted.is_some_and(|wanted| codes.map_or(0, |codes| codes.get(place(*row).1)) != *wanted)
            };
            let all = (done..).zip(rows).all(differs);
            done += rows.len();
            all
        })
    }

    /// The text of a row.
    #[inline]
    pub fn text(&self, row: u32) -> Option<&str> {
        match self.code(row) {
            0 => None,
            code => Some(self.dict.get(code)),
        }
    }

    /// The code of a text, which is added to the dictionary if it is new.
    pub fn intern(&mut self, text: &str, budget: &Budget) -> Result<u32> {
        match self.dict.find(text) {
            Some(code) => Ok(code),
            None => own(&mut self.dict, budget)?.intern(text, budget),
        }
    }

    /// Adds rows at the end.
    pub fn extend(&mut self, mut codes: &[u32], budget: &Budget) -> Result<()> {
        while !codes.is_empty() {
            let chunk = tail(&mut self.chunks, budget)?;
            let (now, rest) = codes.split_at(codes.len().min(CHUNK - chunk.len()));
            chunk.extend(now, budget)?;
            codes = rest;
        }
        Ok(())
    }

    /// Makes sure that writing codes up to `max` to these rows needs no memory.
    pub fn prepare(&mut self, rows: impl Iterator<Item = u32> + Clone, max: u32, budget: &Budget) -> Result<()> {
        unshare(&mut self.chunks, rows.clone(), budget)?;
        let mut last = usize::MAX;
        for row in rows {
            let (at, _) = place(row);
            if at != last {
                if let Some(chunk) = self.chunks.get_mut(at).and_then(Rc::get_mut) {
                    chunk.widen(max, budget)?;
                }
                last = at;
            }
        }
        Ok(())
    }

    /// Writes rows that were prepared: what `code` says of each place in `rows`.
    #[expect(clippy::cast_possible_truncation, reason = "preparing has widened the chunk")]
    pub fn write(&mut self, rows: &[u32], code: impl Fn(usize) -> u32) {
        let mut done = 0;
        for rows in by_chunk(rows) {
            let (at, _) = rows.first().map_or((0, 0), |row| place(*row));
            match self.chunks.get_mut(at).and_then(Rc::get_mut) {
                Some(Codes::U8(list)) => write(list, rows, |nth, _| code(done + nth) as u8),
                Some(Codes::U16(list)) => write(list, rows, |nth, _| code(done + nth) as u16),
                Some(Codes::U32(list)) => write(list, rows, |nth, _| code(done + nth)),
                None => {}
            }
            done += rows.len();
        }
    }

    /// Writes a row that was prepared.
    #[inline]
    pub fn set(&mut self, row: u32, code: u32) {
        let (chunk, row) = place(row);
        if let Some(chunk) = self.chunks.get_mut(chunk).and_then(Rc::get_mut) {
            chunk.set(row, code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_widen_and_keep_their_values() {
        let (mut codes, budget) = (Codes::default(), Budget::default());
        let mut all = Vec::new();
        for step in [&[1, 255][..], &[256, 3], &[65_535], &[65_536, 0], &[7]] {
            all.extend_from_slice(step);
            codes.extend(step, &budget).unwrap();
            assert!(codes.as_slice().iter().eq(all.iter().copied()));
        }
        assert!(matches!(codes, Codes::U32(_)));
        let mut other = Codes::default();
        other.extend_slice(codes.slice(0, 2), &budget).unwrap();
        assert!(matches!(other, Codes::U8(_)) && other.get(1) == 255 && other.get(2) == 0);
    }
}
