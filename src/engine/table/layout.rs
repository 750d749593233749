//! How rows are cut and counted, and what stands for null.

/// Rows in a chunk; a whole number of 64-row words.
///
/// Where a chunk of a column ends, the next one lies anywhere, and reading on from there costs several times what it costs within a
/// chunk: larger ones are faster to ask, and cost a small table more memory. The tests of this crate have smaller ones, so that few
/// rows make several.
pub const CHUNK: usize = if cfg!(test) { 1 << 13 } else { 1 << 15 };

/// A row of a table, counted from 0 in the order of loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowIx(pub u32);

/// The null of a boolean column.
pub const NO_BOOL: u8 = 2;
/// The null of a day column.
pub const NO_DAY: i32 = i32::MIN;
/// The null of an instant column.
pub const NO_INSTANT: i64 = i64::MIN;
