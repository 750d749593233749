//! A byte for each value of a column of numbers, days or instants, which says between which two bounds the value lies.
//!
//! A test of a range reads the bytes, and values only where a bound of the range lies between the same two: an eighth of the memory
//! and less, all of it in order. Outlines are made when a column is first asked for one, and kept while the column changes.

use std::cell::RefCell;
use std::rc::Rc;

use super::layout::{CHUNK, NO_BOOL, NO_DAY, NO_INSTANT};

/// What a column of fixed width holds.
pub trait Ordered: Copy + PartialOrd + 'static {
    /// What stands for null.
    const NULL: Self;
    /// The least value.
    const LEAST: Self;
    /// The greatest value.
    const MOST: Self;

    /// Whether it stands for null.
    fn is_null(self) -> bool;

    /// The same number as a whole one of 32 bits, if it is one.
    fn whole(self) -> Option<i32>;
}

impl Ordered for f64 {
    const NULL: f64 = f64::NAN;
    const LEAST: f64 = f64::MIN;
    const MOST: f64 = f64::MAX;

    #[inline]
    fn is_null(self) -> bool {
        self.is_nan()
    }

    /// Added to 3 · 2⁵¹ a whole number stands in the lowest bits of the sum, and nothing is lost by adding it.
    #[inline]
    fn whole(self) -> Option<i32> {
        const FIRST: f64 = 6_755_399_441_055_744.0;
        let sum = self + FIRST;
        #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "the lowest bits are the number")]
        let bits = sum.to_bits() as u32 as i32;
        ((sum - FIRST == self) & (self.abs() < 2_147_483_648.0)).then_some(bits)
    }
}

macro_rules! whole {
    ($($type:ty, $null:expr);*) => {$(
        impl Ordered for $type {
            const NULL: $type = $null;
            const LEAST: $type = if $null == <$type>::MIN { <$type>::MIN + 1 } else { <$type>::MIN };
            const MOST: $type = <$type>::MAX;

            #[inline]
            fn is_null(self) -> bool {
                self == $null
            }

            #[inline]
            fn whole(self) -> Option<i32> {
                i32::try_from(self).ok()
            }
        }
    )*};
}

whole!(u8, NO_BOOL; i32, NO_DAY; i64, NO_INSTANT);

/// The byte of null. Other bytes count the bounds at or below the value.
pub const NULL_BYTE: u8 = u8::MAX;
/// Most bounds.
const MOST_BOUNDS: usize = 254;
/// Values that are looked at for bounds.
const SAMPLE: usize = 4096;
/// Columns with fewer rows are read as they are.
const LEAST_ROWS: usize = 4096;

/// Bytes of whole numbers that are kept at most.
const NARROW: i32 = 4096;

/// The byte of a value.
#[inline]
fn byte<T: Ordered>(bounds: &[T], value: T) -> u8 {
    if value.is_null() {
        return NULL_BYTE;
    }
    u8::try_from(bounds.partition_point(|bound| *bound <= value)).unwrap_or(NULL_BYTE)
}

/// Bytes of whole numbers, to be looked up where bounds are whole numbers close together.
struct Narrow {
    /// The first is below all bounds.
    first: i32,
    last: i32,
    bytes: Vec<u8>,
}

impl Narrow {
    fn new<T: Ordered>(bounds: &[T]) -> Option<Narrow> {
        let bounds: Option<Vec<i32>> = bounds.iter().map(|bound| bound.whole()).collect();
        let bounds = bounds?;
        let (first, last) = (bounds.first()?.checked_sub(1)?, *bounds.last()?);
        if last.checked_sub(first)? >= NARROW {
            return None;
        }
        // Whatever stands for null among numbers of 32 bits is a number like others here.
        let byte = |whole| u8::try_from(bounds.partition_point(|bound| *bound <= whole)).unwrap_or(NULL_BYTE);
        Some(Narrow { first, last, bytes: (first..=last).map(byte).collect() })
    }

    #[inline]
    fn get(&self, whole: i32) -> Option<u8> {
        #[expect(clippy::cast_sign_loss, reason = "a number that was moved into the range is not below its first")]
        let at = whole.clamp(self.first, self.last).wrapping_sub(self.first) as usize;
        self.bytes.get(at).copied()
    }
}

/// Appends the bytes of some values.
fn append<T: Ordered>(out: &mut Vec<u8>, values: &[T], bounds: &[T], narrow: Option<&Narrow>) {
    match narrow {
        Some(narrow) => out.extend(values.iter().map(|value| match value.whole() {
            Some(whole) if !value.is_null() => narrow.get(whole).unwrap_or(NULL_BYTE),
            _ => byte(bounds, *value),
        })),
        None => out.extend(values.iter().map(|value| byte(bounds, *value))),
    }
}

/// What there is of the outline of a column.
#[derive(Clone, Debug)]
pub struct Kept<T> {
    bounds: Rc<Vec<T>>,
    /// The bytes of each chunk, where they were made and hold.
    bytes: Vec<Option<Rc<Vec<u8>>>>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept { bounds: Rc::default(), bytes: Vec::new() }
    }
}

/// The outline of a column as it is.
#[derive(Clone, Debug)]
pub struct Outline<T> {
    /// Ascending; byte `k` stands for values from bound `k - 1` to below bound `k`.
    pub bounds: Rc<Vec<T>>,
    /// A byte for each value of each chunk, 255 for null.
    pub bytes: Vec<Rc<Vec<u8>>>,
}

impl<T: Ordered> Outline<T> {
    /// For each byte but that of null, in order: the first value that it stands for, and the first beyond, if there is one.
    pub fn stretches(&self) -> impl Iterator<Item = (T, Option<T>)> {
        let bounds = || self.bounds.iter().copied();
        std::iter::once(T::LEAST).chain(bounds()).zip(bounds().map(Some).chain([None]))
    }
}

impl<T: Ordered> Kept<T> {
    /// Notes a value that was written.
    pub fn set(&mut self, chunk: usize, row: usize, value: T) {
        let Some(bytes) = self.bytes.get_mut(chunk) else { return };
        match bytes.as_mut().and_then(Rc::get_mut).and_then(|bytes| bytes.get_mut(row)) {
            Some(slot) => *slot = byte(&self.bounds, value),
            None => *bytes = None,
        }
    }

    /// Notes the rows of a chunk that were written.
    pub fn note(&mut self, chunk: usize, rows: &[u32], values: &[T]) {
        if self.bytes.get(chunk).is_some_and(Option::is_some) {
            for row in rows.iter().map(|row| *row as usize % CHUNK) {
                values.get(row).into_iter().for_each(|value| self.set(chunk, row, *value));
            }
        }
    }

    /// Forgets the chunks from that of row `row` on.
    pub fn cut(&mut self, row: usize) {
        self.bytes.truncate(row / CHUNK);
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let bytes: usize = self.bytes.iter().flatten().map(|bytes| bytes.capacity() + 24).sum();
        bytes + self.bytes.capacity() * 8 + self.bounds.capacity() * size_of::<T>()
    }

    /// The outline of these chunks, made as far as it is not there.
    pub fn complete(&mut self, chunks: &[Rc<Vec<T>>]) -> Option<Outline<T>> {
        let rows = chunks.last()?.len() + (chunks.len() - 1) * CHUNK;
        if rows < LEAST_ROWS {
            return None;
        }
        if self.bounds.is_empty() {
            self.bounds = Rc::new(bounds(chunks, rows)?);
            self.bytes.clear();
        }
        self.bytes.try_reserve(chunks.len().saturating_sub(self.bytes.len())).ok()?;
        self.bytes.resize(chunks.len(), None);
        let narrow = if self.bytes.iter().any(Option::is_none) { Narrow::new(&self.bounds) } else { None };
        let mut out = Vec::new();
        out.try_reserve_exact(chunks.len()).ok()?;
        for (kept, chunk) in self.bytes.iter_mut().zip(chunks) {
            let bytes = match kept {
                Some(bytes) => Rc::clone(bytes),
                None => {
                    let mut bytes = Vec::new();
                    bytes.try_reserve_exact(chunk.len()).ok()?;
                    append(&mut bytes, chunk, &self.bounds, narrow.as_ref());
                    Rc::clone(kept.insert(Rc::new(bytes)))
                }
            };
            out.push(bytes);
        }
        Some(Outline { bounds: Rc::clone(&self.bounds), bytes: out })
    }
}

/// Values that cut a column into parts of like size; all there are, if they are few.
fn bounds<T: Ordered>(chunks: &[Rc<Vec<T>>], rows: usize) -> Option<Vec<T>> {
    let mut seen: Vec<T> = Vec::new();
    seen.try_reserve_exact(SAMPLE).ok()?;
    let sampled = (0..SAMPLE).map(|at| at * rows / SAMPLE).filter_map(|row| chunks.get(row / CHUNK)?.get(row % CHUNK).copied());
    seen.extend(sampled.filter(|value| !value.is_null()));
    crate::sort::by(&mut seen, |a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let mut distinct = seen.clone();
    distinct.dedup();
    if distinct.len() <= MOST_BOUNDS {
        return Some(distinct);
    }
    let mut out: Vec<T> = (0..MOST_BOUNDS).filter_map(|at| seen.get(at * seen.len() / MOST_BOUNDS).copied()).collect();
    out.dedup();
    Some(out)
}

/// Where a column keeps its outline.
pub type Slot<T> = RefCell<Kept<T>>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::Budget;
    use crate::table::column::Chunks;

    /// What a byte says of a value.
    fn holds(outline: &Outline<f64>, row: usize, value: f64) -> bool {
        let at = usize::from(outline.bytes[row / CHUNK][row % CHUNK]);
        if value.is_nan() {
            return at == usize::from(NULL_BYTE);
        }
        at.checked_sub(1).is_none_or(|below| outline.bounds[below] <= value) && outline.bounds.get(at).is_none_or(|above| value < *above)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn an_outline_holds_whatever_is_done_to_the_column(
            pool in prop::collection::vec(prop_oneof![prop::num::f64::NORMAL, -5.0..5.0, Just(f64::NAN), (0i32..300).prop_map(f64::from)], 1..600),
            rows in 4_000usize..20_000,
            sets in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..20),
            cut in any::<prop::sample::Index>(),
            more in 0usize..3_000,
        ) {
            let (budget, mut column) = (Budget::default(), Chunks::default());
            let value = |at: usize| pool[at * 7 % pool.len()];
            let mut model: Vec<f64> = (0..rows).map(value).collect();
            column.extend(model.iter().copied(), &budget).unwrap();
            let check = |column: &Chunks<f64>, model: &[f64]| {
                let outline = column.outline();
                prop_assert_eq!(outline.is_some(), model.len() >= LEAST_ROWS);
                if let Some(outline) = outline {
                    prop_assert!(outline.bounds.is_sorted() && outline.bounds.len() <= MOST_BOUNDS);
                    prop_assert_eq!(outline.bytes.iter().map(|bytes| bytes.len()).sum::<usize>(), model.len());
                    prop_assert!(model.iter().enumerate().all(|(row, value)| holds(&outline, row, *value)));
                }
                Ok(())
            };
            check(&column, &model)?;
            let (before, then) = (column.clone(), model.clone());
            for (row, from) in &sets {
                let (row, value) = (row.index(rows), value(from.index(rows)));
                column.unshare([row as u32].into_iter(), &budget).unwrap();
                column.set(row as u32, value);
                model[row] = value;
            }
            check(&column, &model)?;
            let cut = cut.index(rows);
            // Only chunks that nobody else holds are ever cut.
            column.unshare(0..rows as u32, &budget).unwrap();
            column.truncate(cut);
            model.truncate(cut);
            column.extend((0..more).map(|at| value(at + 1)), &budget).unwrap();
            model.extend((0..more).map(|at| value(at + 1)));
            check(&column, &model)?;
            check(&before, &then)?;
        }
    }

    #[test]
    fn the_least_number_of_32_bits_is_null_only_where_it_stands_for_null() {
        let budget = Budget::default();
        let mut column: Chunks<i64> = Chunks::default();
        // Every other row is looked at for bounds.
        let value = |row: i32| i64::from(i32::MIN) + if row == 1 { 0 } else { 1 + i64::from(row % 7) };
        column.extend((0..8192i32).map(value), &budget).unwrap();
        let outline = column.outline().unwrap();
        assert_eq!(outline.bounds.first(), Some(&(i64::from(i32::MIN) + 1)));
        assert!(outline.bytes[0].iter().zip(0..).all(|(found, row)| *found == byte(&outline.bounds, value(row))));
    }
}
