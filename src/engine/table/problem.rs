//! What did not fit.

use crate::query::FieldIx;

/// A cell or a row that could not be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its row in the input, from 0; [`NO_ROW`] where the input as a whole is meant.
    pub row: u32,
    /// Its field; the id's where the row as a whole is meant.
    pub field: FieldIx,
    /// Stable code, for example `not_a_number`.
    pub code: &'static str,
    /// The value as it was written, cut after 200 bytes.
    pub value: Box<str>,
}

/// The first 10,000 problems, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    total: u64,
}

/// The row of a problem that belongs to none.
pub const NO_ROW: u32 = u32::MAX;

/// Most problems that are kept.
const MOST: usize = 10_000;
/// Most bytes of a value that are kept.
const MOST_BYTES: usize = 200;

/// The beginning of a text, cut between characters.
pub fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl Problems {
    /// Those that were kept.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// How many there were in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Adds one; `value` is asked for only if it is kept.
    pub fn add(&mut self, row: u32, field: FieldIx, code: &'static str, value: impl FnOnce() -> String) {
        self.total += 1;
        if self.list.len() < MOST {
            self.list.push(Problem { row, field, code, value: cut(&value()).into() });
        }
    }

    /// Adds those of another list.
    pub fn append(&mut self, other: Problems) {
        self.total += other.total;
        let room = MOST - self.list.len().min(MOST);
        self.list.extend(other.list.into_iter().take(room));
    }

    /// Makes room, so that [`Problems::append`] needs none.
    pub fn reserve_for(&mut self, other: &Problems, budget: &super::Budget) -> crate::error::Result<()> {
        let room = other.list.len().min(MOST - self.list.len().min(MOST));
        budget.grow(&mut self.list, room)
    }

    /// Counts some that were not kept.
    pub fn count(&mut self, more: u64) {
        self.total += more;
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Problem>() + self.list.len() * 24
    }
}
