//! Columns of text with many distinct values.

use std::borrow::Cow;
use std::rc::Rc;

use super::Budget;
use super::chunk::{Chunk, Part, place, tail, unique};
use super::column::{Changed, TextChunk, TextColumn};
use super::layout::CHUNK;
use super::mask::{bit, first_bit};
use crate::error::{Error, Result};
use crate::query::fold::compared;
use crate::query::schema::Case;

/// A chunk with more changed rows than this is packed again.
const MOST_CHANGED: usize = CHUNK / 8;

/// A one in each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each of eight bytes that is an ASCII capital: no sum of seven bits carries into the next byte.
#[inline]
fn capitals(eight: u64) -> u64 {
    let seven = eight & (0x7f * EACH);
    let from_a = seven + (0x80 - u64::from(b'A')) * EACH;
    let behind_z = seven + (0x7f - u64::from(b'Z')) * EACH;
    from_a & !behind_z & !eight & (0x80 * EACH)
}

/// The bytes of a text, eight in a number, zeros behind the last.
#[inline]
fn eights(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let (eights, rest) = bytes.as_chunks::<8>();
    let last = rest.iter().rev().fold(0, |last, byte| last << 8 | u64::from(*byte));
    eights.iter().map(|eight| u64::from_le_bytes(*eight)).chain([last])
}

impl TextChunk {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where the text of a row stands in `bytes`, whatever `changed` says.
    #[inline]
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        let end = self.ends.get(row).copied().unwrap_or(0) as usize;
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        start..end
    }

    /// The bytes of a row's text in `bytes`, whatever `changed` says.
    #[inline]
    pub fn stored(&self, row: usize) -> &[u8] {
        self.bytes.get(self.range(row)).unwrap_or_default()
    }

    /// What a row holds instead of what is stored, if it was changed.
    #[inline]
    fn change(&self, row: usize) -> Option<Option<&Changed>> {
        if self.changed.is_empty() {
            return None;
        }
        let at = self.changed.binary_search_by_key(&row, |(row, _)| usize::from(*row)).ok()?;
        self.changed.get(at).map(|(_, change)| change.as_ref())
    }

    /// The text of a row as it is compared: folded, unless the field is case-sensitive.
    #[inline]
    pub fn folded(&self, row: usize) -> Option<&str> {
        match self.change(row) {
            Some(change) => change.map(|change| change.folded.as_ref()),
            None if bit(&self.valid, row) => std::str::from_utf8(self.stored(row)).ok(),
            None => None,
        }
    }

    /// The text of a row as it was written.
    pub fn original(&self, row: usize) -> Option<Cow<'_, str>> {
        match self.change(row) {
            Some(change) => return change.map(|change| Cow::Borrowed(change.original.as_ref())),
            None if !bit(&self.valid, row) => return None,
            None => {}
        }
        if let Some((_, text)) = self.odd.binary_search_by_key(&row, |(row, _)| usize::from(*row)).ok().and_then(|at| self.odd.get(at)) {
            return Some(Cow::Borrowed(text));
        }
        let range = self.range(row);
        let mut written = Cow::Borrowed(std::str::from_utf8(self.stored(row)).ok()?);
        let mut at = first_bit(&self.upper, range.clone());
        while at < range.end {
            let place = at - range.start;
            written.to_mut().get_mut(place..=place).into_iter().for_each(str::make_ascii_uppercase);
            at = first_bit(&self.upper, at + 1..range.end);
        }
        Some(written)
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, text: Option<&str>, case: Case, budget: &Budget) -> Result<()> {
        let row = self.ends.len();
        budget.grow_within(&mut self.ends, 1, || CHUNK)?;
        if self.valid.len() * 64 <= row {
            budget.grow(&mut self.valid, 1)?;
            self.valid.push(0);
        }
        if let Some(text) = text {
            let start = self.bytes.len();
            // Folding can make a code point longer: a Korean syllable has three bytes, its parts have nine.
            if start + text.len() * 3 > u32::MAX as usize {
                return Err(Error::out_of_memory());
            }
            // As many for each row as so far, and a little more.
            let most = || (start / row.max(1) + 1).saturating_mul(CHUNK / 32 * 33);
            budget.grow_within(&mut self.bytes, text.len(), most)?;
            match case {
                Case::Sensitive => self.bytes.extend_from_slice(text.as_bytes()),
                case => {
                    if let Err(error) = self.push_folded(row, start, text, case, budget) {
                        Chunk::truncate(self, row);
                        return Err(error);
                    }
                }
            }
            if let Some(word) = self.valid.last_mut() {
                *word |= 1 << (row % 64);
            }
        }
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    #[inline]
    fn push_folded(&mut self, row: usize, start: usize, text: &str, case: Case, budget: &Budget) -> Result<()> {
        let bytes = text.as_bytes();
        let (any, upper) = eights(bytes).fold((0, 0), |(any, upper), eight| (any | eight, upper | capitals(eight)));
        if any & (0x80 * EACH) == 0 && case != Case::Digits {
            if upper == 0 {
                self.bytes.extend_from_slice(bytes);
                return Ok(());
            }
            self.mark_upper(start, bytes, budget)?;
            let (eights, rest) = bytes.as_chunks::<8>();
            for eight in eights {
                let eight = u64::from_le_bytes(*eight);
                self.bytes.extend_from_slice(&(eight | capitals(eight) >> 2).to_le_bytes());
            }
            self.bytes.extend(rest.iter().map(u8::to_ascii_lowercase));
            return Ok(());
        }
        let folded = compared(case, text);
        budget.grow(&mut self.bytes, folded.len())?;
        let restorable = folded.len() == bytes.len() && folded.bytes().zip(bytes).all(|(f, t)| f == t.to_ascii_lowercase());
        if restorable {
            self.mark_upper(start, bytes, budget)?;
        } else {
            budget.grow(&mut self.odd, 1)?;
            self.odd.push((u16::try_from(row).unwrap_or(u16::MAX), budget.copy_text(text)?));
        }
        self.bytes.extend_from_slice(folded.as_bytes());
        Ok(())
    }

    pub(super) fn mark_upper(&mut self, start: usize, bytes: &[u8], budget: &Budget) -> Result<()> {
        let words = (start + bytes.len()).div_ceil(64);
        if words > self.upper.len() {
            let more = words - self.upper.len();
            budget.grow(&mut self.upper, more)?;
            self.upper.resize(words, 0);
        }
        for (at, eight) in (start..).step_by(8).zip(eights(bytes)) {
            let found = capitals(eight);
            if found != 0 {
                // The factor moves the bit of each byte to its place in the highest byte (Warren, Hacker's Delight, 7-4).
                let bits = (found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                self.upper.get_mut(at / 64).into_iter().for_each(|word| *word |= bits << (at % 64));
                if at % 64 > 56 {
                    self.upper.get_mut(at / 64 + 1).into_iter().for_each(|word| *word |= bits >> (64 - at % 64));
                }
            }
        }
        Ok(())
    }

    /// The chunk with some rows written anew, packed.
    fn packed(&self, writes: &[(u16, Option<&str>)], case: Case, budget: &Budget) -> Result<TextChunk> {
        let mut out = TextChunk::default();
        let mut writes = writes.iter().peekable();
        for row in 0..self.len() {
            match writes.next_if(|(at, _)| usize::from(*at) == row) {
                Some((_, text)) => out.push(*text, case, budget)?,
                None => out.push(self.original(row).as_deref(), case, budget)?,
            }
        }
        Ok(out)
    }
}

impl Chunk for TextChunk {
    fn rows(&self) -> usize {
        self.ends.len()
    }

    fn try_clone(&self, budget: &Budget) -> Result<Self> {
        let mut odd = Vec::new();
        budget.exact(&mut odd, self.odd.len())?;
        for (row, text) in &self.odd {
            odd.push((*row, budget.copy_text(text)?));
        }
        let mut changed = Vec::new();
        budget.exact(&mut changed, self.changed.len())?;
        for (row, change) in &self.changed {
            changed.push((*row, change.as_ref().map(|change| change.try_clone(budget)).transpose()?));
        }
        Ok(TextChunk {
            bytes: budget.copy(&self.bytes)?,
            ends: budget.copy(&self.ends)?,
            valid: budget.copy(&self.valid)?,
            upper: budget.copy(&self.upper)?,
            odd,
            changed,
        })
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        let bytes = self.ends.last().copied().unwrap_or(0) as usize;
        self.bytes.truncate(bytes);
        clear_from(&mut self.valid, rows);
        clear_from(&mut self.upper, bytes);
        self.odd.retain(|(row, _)| usize::from(*row) < rows);
        self.changed.retain(|(row, _)| usize::from(*row) < rows);
    }

    fn reserve_like(&mut self, full: &Self, part: Part, budget: &Budget) -> Result<()> {
        budget.exact(&mut self.bytes, part.of(full.bytes.len() + full.bytes.len() / 32))?;
        budget.exact(&mut self.ends, part.of(full.ends.len()))?;
        budget.exact(&mut self.valid, part.of(full.valid.len()))?;
        budget.exact(&mut self.upper, part.of(full.upper.len()))
    }

    fn trim(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.upper.shrink_to_fit();
        self.odd.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        let boxed = self.odd.capacity() * 48 + self.changed.capacity() * 96;
        self.bytes.capacity() + self.ends.capacity() * 4 + (self.valid.capacity() + self.upper.capacity()) * 8 + boxed
    }
}

/// Drops the bits from `bits` on.
fn clear_from(words: &mut Vec<u64>, bits: usize) {
    words.truncate(bits.div_ceil(64));
    if let Some(word) = words.get_mut(bits / 64) {
        *word &= (1 << (bits % 64)) - 1;
    }
}

impl Changed {
    fn new(text: &str, case: Case, budget: &Budget) -> Result<Changed> {
        let folded = compared(case, text);
        Ok(Changed { folded: budget.copy_text(&folded)?, original: budget.copy_text(text)? })
    }

    fn try_clone(&self, budget: &Budget) -> Result<Changed> {
        Ok(Changed { folded: budget.copy_text(&self.folded)?, original: budget.copy_text(&self.original)? })
    }
}

/// What is to become of a chunk.
#[derive(Debug)]
pub enum TextWrite {
    /// These rows change; there is room for them.
    Changed(Vec<(u16, Option<Changed>)>),
    /// The whole chunk.
    Packed(Rc<TextChunk>),
}

impl TextColumn {
    /// A column of no rows.
    pub fn new(case: Case) -> Self {
        TextColumn { case, chunks: Vec::new() }
    }

    /// The text of a row as it was written.
    pub fn original(&self, row: u32) -> Option<Cow<'_, str>> {
        let (chunk, row) = place(row);
        self.chunks.get(chunk)?.original(row)
    }

    /// The text of a row as it is compared.
    #[inline]
    pub fn folded(&self, row: u32) -> Option<&str> {
        let (chunk, row) = place(row);
        self.chunks.get(chunk)?.folded(row)
    }

    /// The stored bytes of a row: those of its text in a column that never changes, as the id.
    #[inline]
    pub fn stored(&self, row: u32) -> &[u8] {
        let (chunk, row) = place(row);
        self.chunks.get(chunk).map_or(&[], |chunk| chunk.stored(row))
    }

    /// Adds a row at the end.
    #[inline]
    pub fn push(&mut self, text: Option<&str>, budget: &Budget) -> Result<()> {
        tail(&mut self.chunks, budget)?.push(text, self.case, budget)
    }

    /// Makes the writes ready that give rows new texts. `writes` is ascending by row, each row once.
    pub fn prepare(&mut self, writes: &[(u32, Option<&str>)], budget: &Budget) -> Result<Vec<(usize, TextWrite)>> {
        let mut out = Vec::new();
        let mut local: Vec<(u16, Option<&str>)> = Vec::new();
        for group in writes.chunk_by(|a, b| place(a.0).0 == place(b.0).0) {
            let Some((at, _)) = group.first().map(|first| place(first.0)) else { continue };
            let Some(chunk) = self.chunks.get_mut(at) else { continue };
            local.clear();
            budget.grow(&mut local, group.len())?;
            local.extend(group.iter().map(|(row, text)| (u16::try_from(*row as usize % CHUNK).unwrap_or(u16::MAX), *text)));
            budget.grow(&mut out, 1)?;
            if chunk.changed.len() + local.len() > MOST_CHANGED.min(chunk.len() / 4) {
                out.push((at, TextWrite::Packed(Rc::new(chunk.packed(&local, self.case, budget)?))));
                continue;
            }
            let mut changes = Vec::new();
            budget.exact(&mut changes, local.len())?;
            for (row, text) in &local {
                changes.push((*row, text.map(|text| Changed::new(text, self.case, budget)).transpose()?));
            }
            budget.grow(&mut unique(chunk, budget)?.changed, changes.len())?;
            out.push((at, TextWrite::Changed(changes)));
        }
        budget.release(local.capacity() * size_of::<(u16, Option<&str>)>());
        Ok(out)
    }

    /// Makes prepared writes true.
    pub fn commit(&mut self, writes: Vec<(usize, TextWrite)>) {
        for (at, write) in writes {
            let Some(chunk) = self.chunks.get_mut(at) else { continue };
            match write {
                TextWrite::Packed(packed) => *chunk = packed,
                TextWrite::Changed(changes) => {
                    if let Some(chunk) = Rc::get_mut(chunk) {
                        chunk.apply_changes(changes);
                    }
                }
            }
        }
    }
}

impl TextChunk {
    fn apply_changes(&mut self, mut changes: Vec<(u16, Option<Changed>)>) {
        let before = self.changed.len();
        for (row, change) in changes.drain(..) {
            let known = self.changed.get(..before).unwrap_or_default().binary_search_by_key(&row, |(row, _)| *row);
            match known.ok().and_then(|at| self.changed.get_mut(at)) {
                Some(slot) => slot.1 = change,
                None => self.changed.push((row, change)),
            }
        }
        crate::sort::by_key(&mut self.changed, |(row, _)| *row);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_comes_back_as_it_was_written(texts in prop::collection::vec("[a-cA-CzZ@\\[`{0é]{0,70}|[ßẞİA-Z가é\u{301}5-7]{0,9}", 0..20), case in prop::sample::select(vec![Case::Ignored, Case::Sensitive, Case::Accentless, Case::Digits])) {
            let (mut chunk, budget) = (TextChunk::default(), Budget::default());
            texts.iter().for_each(|text| chunk.push(Some(text), case, &budget).unwrap());
            for (row, text) in texts.iter().enumerate() {
                prop_assert!(chunk.original(row).is_some_and(|back| back == *text));
                prop_assert!(chunk.folded(row).is_some_and(|folded| folded == compared(case, text)));
            }
        }
    }
}
