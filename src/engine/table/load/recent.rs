//! What was looked up lately, so that most cells of a dictionary column cost no hash and no comparison of texts.

use crate::error::Result;
use crate::table::Budget;

/// Places of the memory at first, and at most: powers of two.
const SIZE: usize = 512;
const MOST: usize = 4096;

/// A text of at most 16 bytes as two words and a length, which no other text has.
///
/// From eight bytes on the words are its first and its last eight bytes, below that its first and last four, or its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Short {
    head: u64,
    tail: u32,
    more: u32,
    length: u32,
}

impl Short {
    #[inline]
    pub fn of(bytes: &[u8]) -> Option<Short> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let (head, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(head), Some(last)) if length <= 16 => (u64::from_le_bytes(*head), u64::from_le_bytes(*last)),
            (Some(_), _) => return None,
            _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
                (Some(head), Some(last)) => (u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*last)) << 32, 0),
                _ => (bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
            },
        };
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        Some(Short { head, tail: last as u32, more: (last >> 32) as u32, length })
    }

    #[inline]
    fn place(self, places: usize) -> usize {
        let last = u64::from(self.tail) | u64::from(self.more) << 32;
        let mixed = (self.head ^ last.rotate_left(29) ^ u64::from(self.length)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as usize & places.wrapping_sub(1)
    }
}

/// Codes of short texts, each in the one place that its bytes give it.
#[derive(Debug, Default)]
pub struct Recent {
    places: Vec<(Short, u32)>,
    /// Texts that were not where they should be, since there are so many places.
    missed: usize,
}

impl Recent {
    /// The code of a text, which `find` gives if it is not remembered.
    #[inline]
    pub fn code<E>(&mut self, text: &str, find: impl FnOnce() -> Result<u32, E>) -> Result<u32, E> {
        let Some(short) = Short::of(text.as_bytes()) else { return find() };
        match self.places.get(short.place(self.places.len())) {
            Some((known, code)) if *known == short && *code != 0 => Ok(*code),
            _ => {
                let code = find()?;
                self.note(short, code);
                Ok(code)
            }
        }
    }

    #[cold]
    fn note(&mut self, short: Short, code: u32) {
        self.missed += 1;
        if self.places.is_empty() || (self.missed > self.places.len() * 4 && self.places.len() < MOST) {
            let (mut places, count) = (Vec::new(), (self.places.len() * 2).max(SIZE));
            if places.try_reserve_exact(count).is_ok() {
                places.resize(count, Default::default());
                self.places = places;
            }
            self.missed = 0;
        }
        let at = short.place(self.places.len());
        self.places.get_mut(at).into_iter().for_each(|place| *place = (short, code));
    }
}

/// What a loader remembers of the dictionary of a column.
#[derive(Debug, Default)]
pub struct Memory {
    pub recent: Recent,
    /// Whether the value of a code is one that the field knows: 0 not asked yet, 1 known, 2 not.
    pub verdicts: Vec<u8>,
    /// What codes of the input are in the dictionary; 0 is not known yet. A column of codes has each plus one here. A column of lists
    /// has it as it is, or [`PASSED_OVER`], or [`NOT_PLAIN`].
    pub known: Vec<u32>,
}

impl Memory {
    /// Makes room for what is known of so many texts.
    pub fn expect(&mut self, words: Option<usize>, budget: &Budget) -> Result<()> {
        let more = words.map_or(0, |words| words + 1).saturating_sub(self.known.len());
        budget.grow(&mut self.known, more)?;
        self.known.resize(self.known.len() + more, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::btree::BTreeMap;

    use super::*;

    #[test]
    fn a_text_is_never_taken_for_another() {
        let (mut recent, mut codes) = (Recent::default(), BTreeMap::new());
        let texts =
            ["", "\0", "\0\0", "a", "a\0", "abcd", "abcdabcd", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghabcdefgh", "abcdefghabcdefghi"];
        let many: Vec<String> = (0..3000).map(|i| format!("t{}", i * 7919 % 1500)).collect();
        for text in texts.iter().copied().chain(many.iter().map(String::as_str)).chain(texts) {
            let next = codes.len() as u32 + 1;
            let code = recent.code(text, || Ok::<_, ()>(*codes.entry(text.to_owned()).or_insert(next))).unwrap();
            assert_eq!(codes.get(text), Some(&code), "{text:?}");
        }
    }
}
