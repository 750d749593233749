//! Values between bounds: all from one bound to the next are alike to those who ask.
//!
//! Where the column has an outline, its bytes tell the marks of all values but those of a byte that has a bound in its midst.

use crate::dealing::block::{Block, add};
use crate::table::column::Chunks;
use crate::table::sketch::{NULL_BYTE, Ordered, Outline};

/// A column of numbers, days or instants, and the bounds that somebody asks about.
pub struct Spans<'t, T> {
    column: &'t Chunks<T>,
    /// Ascending, the least value first.
    bounds: Vec<T>,
    rough: Option<CodedTest<T>>,
}

struct CodedTest<T> {
    outline: Outline<T>,
    /// By byte, what is added to the number of a row; [`UNSURE`] where that is not known.
    marks: [u32; 256],
}

const UNSURE: u32 = u32::MAX;

impl<'t, T: Ordered> Spans<'t, T> {
    /// `bounds` may be in any order.
    pub fn new(column: &'t Chunks<T>, mut bounds: Vec<T>) -> Spans<'t, T> {
        bounds.push(T::LEAST);
        bounds.retain(|bound| *bound >= T::LEAST && *bound <= T::MOST);
        crate::sort::by(&mut bounds, |a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        bounds.dedup();
        Spans { column, bounds, rough: None }
    }

    /// A value of each place: null, and the least of each stretch.
    pub fn samples(&self) -> impl Iterator<Item = T> {
        std::iter::once(T::NULL).chain(self.bounds.iter().copied())
    }

    /// How many bounds are not above a value; none is where nothing can be compared with it.
    #[inline]
    fn place(&self, value: T) -> usize {
        if value.is_null() { 0 } else { self.bounds.partition_point(|bound| *bound <= value) }
    }

    /// The place of the value of a row.
    pub fn of_row(&self, row: u32) -> usize {
        self.column.get(row).map_or(0, |value| self.place(value))
    }

    /// Notes what is added for values of each place.
    pub fn mark(&mut self, of_place: &[u16]) {
        let Some(outline) = self.rough.take().map(|rough| rough.outline).or_else(|| self.column.outline()) else { return };
        let mut marks = [UNSURE; 256];
        for (mark, (from, to)) in marks.iter_mut().zip(outline.stretches()) {
            let from = self.place(from);
            let to = to.map_or(self.bounds.len(), |to| self.bounds.partition_point(|bound| *bound < to));
            let mut alike = of_place.get(from..=to.max(from)).unwrap_or_default().iter();
            let first = alike.next();
            *mark = first.filter(|first| alike.all(|other| other == *first)).map_or(UNSURE, |mark| u32::from(*mark));
        }
        if let (Some(mark), Some(null)) = (marks.get_mut(usize::from(NULL_BYTE)), of_place.first()) {
            *mark = u32::from(*null);
        }
        self.rough = Some(CodedTest { outline, marks });
    }

    /// Adds the mark of each row of a block to its number.
    pub fn add(&self, of_place: &[u16], block: &Block<'_>, numbers: &mut [u16]) {
        let of = |value: T| self.place(value);
        let Some(values) = block.values(&self.column.chunks) else {
            return add(of_place, numbers, block.rows.iter().map(|row| self.of_row(*row)));
        };
        match self.rough.as_ref().and_then(|rough| Some((block.values(&rough.outline.bytes)?, &rough.marks))) {
            Some((bytes, marks)) => {
                for ((number, byte), value) in numbers.iter_mut().zip(bytes).zip(values) {
                    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
                    let mark = u16::try_from(marks[usize::from(*byte)]);
                    *number += mark.unwrap_or_else(|_| of_place.get(of(*value)).copied().unwrap_or(0));
                }
            }
            None => add(of_place, numbers, values.iter().map(|value| of(*value))),
        }
    }
}
