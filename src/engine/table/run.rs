//! Texts that stand one directly after the other, added to a column all at once.

use super::Budget;
use super::chunk::tail;
use super::column::{TextChunk, TextColumn};
use super::layout::CHUNK;
use crate::error::{Error, Result};
use crate::query::schema::Case;

/// Texts of ASCII, one directly after the other.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// All of them.
    pub text: &'a str,
    /// Where each ends, in bytes, counted from `start` places before the first.
    pub ends: &'a [u32],
    /// See `ends`.
    pub start: u32,
}

impl<'a> Run<'a> {
    /// How many they are.
    pub fn len(self) -> usize {
        self.ends.len()
    }

    /// The first so many of them, and the others.
    fn split(self, count: usize) -> (Run<'a>, Run<'a>) {
        let (left, right) = self.ends.split_at_checked(count).unwrap_or((self.ends, &[]));
        let middle = left.last().copied().unwrap_or(self.start);
        let (first, rest) = self.text.split_at_checked(middle.wrapping_sub(self.start) as usize).unwrap_or((self.text, ""));
        (Run { text: first, ends: left, start: self.start }, Run { text: rest, ends: right, start: middle })
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let to = end.wrapping_sub(self.start) as usize;
            self.text.get(std::mem::replace(&mut from, to)..to).unwrap_or_default()
        })
    }
}

impl TextChunk {
    /// Adds rows with these texts.
    pub fn extend(&mut self, run: Run<'_>, case: Case, budget: &Budget) -> Result<()> {
        if case == Case::Digits {
            return run.iter().try_for_each(|text| self.push(Some(text), case, budget));
        }
        let Run { text, ends, start } = run;
        let (row, at, bytes) = (self.ends.len(), self.bytes.len(), text.as_bytes());
        if at + bytes.len() > u32::MAX as usize {
            return Err(Error::out_of_memory());
        }
        budget.grow_within(&mut self.ends, ends.len(), || CHUNK)?;
        let words = (row + ends.len()).div_ceil(64).saturating_sub(self.valid.len());
        budget.grow(&mut self.valid, words)?;
        let most = || ((at + bytes.len()) / (row + ends.len()).max(1) + 1).saturating_mul(CHUNK / 32 * 33);
        budget.grow_within(&mut self.bytes, bytes.len(), most)?;
        if case != Case::Sensitive && bytes.iter().fold(false, |any, byte| any | byte.is_ascii_uppercase()) {
            self.mark_upper(at, bytes, budget)?;
            self.bytes.extend(bytes.iter().map(u8::to_ascii_lowercase));
        } else {
            self.bytes.extend_from_slice(bytes);
        }
        let by = u32::try_from(at).unwrap_or(u32::MAX);
        self.ends.extend(ends.iter().map(|end| end.wrapping_sub(start).saturating_add(by)));
        self.valid.resize(self.valid.len() + words, 0);
        for row in row..row + ends.len() {
            self.valid.get_mut(row / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
        }
        Ok(())
    }
}

impl TextColumn {
    /// Adds rows with these texts.
    pub fn extend(&mut self, run: Run<'_>, budget: &Budget) -> Result<()> {
        let mut rest = run;
        while !rest.ends.is_empty() {
            let chunk = tail(&mut self.chunks, budget)?;
            let (some, after) = rest.split(CHUNK - chunk.len());
            chunk.extend(some, self.case, budget)?;
            rest = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::chunk::place;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_run_is_as_its_texts_one_by_one(
            pool in prop::collection::vec("[ -~]{0,12}", 1..40),
            sizes in prop::collection::vec(0usize..CHUNK, 1..5),
            after in prop::option::of(".{0,5}"),
            way in 0usize..4,
        ) {
            let case = [Case::Ignored, Case::Sensitive, Case::Accentless, Case::Digits][way];
            let budget = Budget::default();
            let (mut runs, mut single) = (TextColumn::new(case), TextColumn::new(case));
            let mut rows = 0u32;
            for (nth, size) in sizes.into_iter().enumerate() {
                let texts: Vec<&str> = (0..size).map(|at| pool[(at * 7 + nth) % pool.len()].as_str()).collect();
                let ends: Vec<u32> = texts.iter().scan(5, |end, text| {
                    *end += text.len() as u32;
                    Some(*end)
                }).collect();
                let text = texts.concat();
                let run = Run { text: &text, ends: &ends, start: 5 };
                prop_assert!(run.iter().eq(texts.iter().copied()));
                runs.extend(run, &budget).unwrap();
                for text in texts.into_iter().map(Some).chain([after.as_deref()]) {
                    single.push(text, &budget).unwrap();
                }
                runs.push(after.as_deref(), &budget).unwrap();
                rows += size as u32 + 1;
            }
            prop_assert_eq!(runs.chunks.len(), single.chunks.len());
            for row in 0..rows {
                let (chunk, at) = place(row);
                prop_assert_eq!(runs.chunks[chunk].original(at), single.chunks[chunk].original(at));
                prop_assert_eq!(runs.chunks[chunk].folded(at), single.chunks[chunk].folded(at));
            }
        }
    }
}
