//! Dictionaries of texts.
//!
//! Hashing uses foldhash with a fixed key, so that a load takes the same course everywhere. Somebody who may choose a million
//! values or ids freely could search for collisions and make a load slow; it stays correct.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::Budget;
use super::column::Dict;
use crate::error::{Error, Result};

const STATE: FixedState = FixedState::with_seed(0x9e37_79b9_7f4a_7c15);

/// The hash of a text, the same in every run.
#[inline]
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = STATE.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The bytes of the value at `code`; no bytes for null and for a code that is not there.
#[inline]
fn slice<'a>(text: &'a str, ends: &[u32], code: u32) -> &'a [u8] {
    let at = (code as usize).wrapping_sub(1);
    let end = ends.get(at).copied().unwrap_or(0) as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0) as usize;
    text.as_bytes().get(start..end).unwrap_or_default()
}

impl Dict {
    /// How many values there are; codes run from 1 to this. A value that no row has any more may remain.
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value at `code`; the empty text for 0 (null) and for a code that is not there.
    #[inline]
    pub fn get(&self, code: u32) -> &str {
        let at = (code as usize).wrapping_sub(1);
        let end = self.ends.get(at).copied().unwrap_or(0) as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    /// The bytes of the value at `code`.
    #[inline]
    pub fn bytes_of(&self, code: u32) -> &[u8] {
        slice(&self.text, &self.ends, code)
    }

    /// The code of a value.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.index.find(hash(text.as_bytes()), |code| self.bytes_of(*code) == text.as_bytes()).copied()
    }

    /// All values, in the order of their codes (the first has code 1).
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (1..=self.last()).map(|code| self.get(code))
    }

    /// The highest code.
    #[inline]
    pub fn last(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// The code of a value, which is added if it is new.
    pub fn intern(&mut self, text: &str, budget: &Budget) -> Result<u32> {
        let key = hash(text.as_bytes());
        if let Some(code) = self.index.find(key, |code| self.bytes_of(*code) == text.as_bytes()) {
            return Ok(*code);
        }
        self.add(key, text, budget)
    }

    #[cold]
    fn add(&mut self, key: u64, text: &str, budget: &Budget) -> Result<u32> {
        let end = u32::try_from(self.text.len() + text.len()).map_err(|_| Error::out_of_memory())?;
        budget.grow_text(&mut self.text, text.len())?;
        budget.grow(&mut self.ends, 1)?;
        let Dict { text: all, ends, index } = self;
        let hasher = |code: &u32| hash(slice(all, ends, *code));
        if index.len() == index.capacity() {
            let before = index.allocation_size();
            budget.reserve((index.capacity() + 1).saturating_mul(12))?;
            index.try_reserve(1, hasher).map_err(|_| Error::out_of_memory())?;
            budget.release(before);
        }
        all.push_str(text);
        ends.push(end);
        let code = u32::try_from(ends.len()).map_err(|_| Error::out_of_memory())?;
        index.insert_unique(key, code, |code| hash(slice(all, ends, *code)));
        Ok(code)
    }

    /// Gives back room that nothing needs.
    pub fn trim(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4 + self.index.allocation_size()
    }

    /// A copy that nobody else holds.
    pub fn try_clone(&self, budget: &Budget) -> Result<Dict> {
        let mut text = String::new();
        budget.grow_text(&mut text, self.text.len())?;
        text.push_str(&self.text);
        let ends = budget.copy(&self.ends)?;
        budget.reserve(self.index.allocation_size())?;
        let mut index = hashbrown::HashTable::new();
        let hasher = |code: &u32| hash(slice(&text, &ends, *code));
        index.try_reserve(self.index.len(), hasher).map_err(|_| Error::out_of_memory())?;
        self.index.iter().for_each(|code| {
            index.insert_unique(hasher(code), *code, hasher);
        });
        Ok(Dict { text, ends, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_code() {
        let (mut dict, budget) = (Dict::default(), Budget::default());
        for round in 0..2 {
            for i in 0..1000u32 {
                assert_eq!(dict.intern(&format!("v{i}"), &budget).unwrap(), i + 1, "{round}");
            }
        }
        assert_eq!((dict.len(), dict.get(7), dict.get(0), dict.get(5000)), (1000, "v6", "", ""));
        let copy = dict.try_clone(&budget).unwrap();
        assert_eq!((copy.find("v999"), copy.find("w")), (Some(1000), None));
        assert!(dict.iter().eq(copy.iter()));
    }
}
