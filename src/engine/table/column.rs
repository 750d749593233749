//! How values lie in memory.
//!
//! A column is cut into chunks of [`CHUNK`](super::CHUNK) rows, each behind an `Rc`: a snapshot of a table is a clone of those pointers, and
//! a change copies only the chunks that somebody else still holds. Null has no bitmap where a value of the type can stand
//! for it: NaN, `i64::MIN`, `i32::MIN`, 2, and code 0 of a dictionary.

use std::rc::Rc;

use hashbrown::HashTable;

use crate::query::schema::Case;

/// One field of all leads.
#[derive(Clone, Debug)]
pub enum Column {
    /// Numbers; NaN is null.
    Number(Chunks<f64>),
    /// 0 is false, 1 is true, 2 is null.
    Bool(Chunks<u8>),
    /// Days since 1970-01-01; `i32::MIN` is null.
    Day(Chunks<i32>),
    /// Milliseconds since 1970-01-01T00:00Z; `i64::MIN` is null.
    Instant(Chunks<i64>),
    /// Choices, users, units, and text with few distinct values.
    Coded(CodedColumn),
    /// The id, and text with many distinct values.
    Text(TextColumn),
    /// Tags and units.
    List(ListColumn),
}

/// Values of one fixed width.
#[derive(Clone, Debug)]
pub struct Chunks<T> {
    /// All full but the last.
    pub chunks: Vec<Rc<Vec<T>>>,
    pub(crate) outline: super::sketch::Slot<T>,
}

/// Codes into a dictionary: 0 is null, `k` is value `k - 1`.
#[derive(Clone, Debug)]
pub struct CodedColumn {
    /// The values.
    pub dict: Rc<Dict>,
    /// All full but the last.
    pub chunks: Vec<Rc<Codes>>,
}

/// Codes of one chunk, as narrow as the largest it ever held.
#[derive(Debug)]
pub enum Codes {
    /// Up to 255.
    U8(Vec<u8>),
    /// Up to 65,535.
    U16(Vec<u16>),
    /// Any.
    U32(Vec<u32>),
}

/// Distinct texts in the order in which they were first seen.
#[derive(Debug, Default)]
pub struct Dict {
    pub(crate) text: String,
    pub(crate) ends: Vec<u32>,
    pub(crate) index: HashTable<u32>,
}

/// Text with many distinct values.
#[derive(Clone, Debug)]
pub struct TextColumn {
    /// Whether case was ignored in what `bytes` of the chunks hold.
    pub case: Case,
    /// All full but the last.
    pub chunks: Vec<Rc<TextChunk>>,
}

/// The texts of one chunk, end to end.
///
/// Where the field ignores case, `bytes` holds the *folded* form, so that a search is a plain scan. `upper` then has a bit for each
/// byte that stood in ASCII upper case, and `odd` the few originals that this does not restore. A text that was changed after
/// loading stands in `changed`, not in `bytes`, until the chunk is packed again.
#[derive(Debug, Default)]
pub struct TextChunk {
    /// UTF-8, one text after the other.
    pub bytes: Vec<u8>,
    /// Where each row's text ends.
    pub ends: Vec<u32>,
    /// One bit a row: whether it has a text at all.
    pub valid: Vec<u64>,
    /// One bit a byte; words that are not there are 0.
    pub upper: Vec<u64>,
    /// Originals that folding changed beyond ASCII, by row in the chunk, ascending.
    pub odd: Vec<(u16, Box<str>)>,
    /// Rows whose text was changed since, ascending, with what holds instead; `None` is null.
    pub changed: Vec<(u16, Option<Changed>)>,
}

/// A text that was changed after loading.
#[derive(Debug)]
pub struct Changed {
    /// As it is compared.
    pub folded: Box<str>,
    /// As it was written.
    pub original: Box<str>,
}

/// Lists of words.
#[derive(Clone, Debug)]
pub struct ListColumn {
    /// The words.
    pub dict: Rc<Dict>,
    /// All full but the last.
    pub chunks: Vec<Rc<ListChunk>>,
}

/// The lists of one chunk, end to end. An empty list is null.
#[derive(Debug, Default)]
pub struct ListChunk {
    /// Where each row's list ends in `codes`.
    pub ends: Vec<u32>,
    /// Codes of the elements, never 0.
    pub codes: Codes,
    /// For each code the rows that have it, if somebody has asked; see [`ListChunk::rows_with`].
    pub having: std::cell::OnceCell<Vec<u64>>,
}
