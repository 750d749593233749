//! The marks of one field: values that the same receivers let pass have the same.

use hashbrown::HashMap;

use crate::error::{Error, Result};
use crate::filter;
use crate::query::node::Check;
use crate::query::{Cell, Cells, FieldIx, Node, Query};
use crate::table::codes::CodeSlice;
use crate::table::column::{Chunks, CodedColumn, Dict};
use crate::table::{CHUNK, Column, Snapshot};
use crate::time::{Day, Instant};

/// Most places that a field may have: codes of its dictionary, or stretches between bounds.
const PLACES: usize = 1 << 16;
/// Most questions that are asked of places: more than that, and conditions are better answered for the rows.
const QUESTIONS: usize = 1 << 24;
/// Most whole numbers that are looked up instead of searched for.
const NARROW: f64 = 4096.0;

/// Rows that are worked on together.
pub(in crate::plan::decide) struct Block<'r> {
    pub rows: &'r [u32],
    /// Chunk and place in it of the first, where the rows follow one another in one chunk.
    run: Option<(usize, usize)>,
}

/// Rows in blocks of at most `most`, cut so that rows that follow one another lie in one chunk.
pub(in crate::plan::decide) fn blocks(rows: &[u32], most: usize) -> impl Iterator<Item = Block<'_>> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        let (chunk, at) = (first as usize / CHUNK, first as usize % CHUNK);
        let (rows, after) = rest.split_at(rest.len().min(most).min(CHUNK - at));
        rest = after;
        let odd = (first..).zip(rows).fold(0, |odd, (expected, row)| odd | (expected ^ row));
        Some(Block { rows, run: (odd == 0).then_some((chunk, at)) })
    })
}

impl Block<'_> {
    /// The codes of the rows, where they follow one another.
    #[inline]
    pub fn codes<'c>(&self, column: &'c CodedColumn) -> Option<CodeSlice<'c>> {
        let (chunk, first) = self.run?;
        column.chunks.get(chunk).map(|codes| codes.slice(first, first + self.rows.len()))
    }

    /// The values of the rows, where they follow one another.
    #[inline]
    fn values<'c, T>(&self, column: &'c Chunks<T>) -> Option<&'c [T]> {
        let (chunk, first) = self.run?;
        column.chunks.get(chunk)?.get(first..first + self.rows.len())
    }
}

/// The marks of a field.
pub(super) struct Marks<'t> {
    values: Values<'t>,
    /// By place: the mark times the stride.
    of_place: Vec<u32>,
    /// The same for whole numbers, where that is known beforehand.
    narrow: Option<Narrow>,
    stride: usize,
    /// By mark: who lets it pass.
    sets: Vec<u64>,
    words: usize,
}

enum Values<'t> {
    /// A place is a code.
    Coded(&'t CodedColumn),
    /// A place is 0, 1, or 2 for null.
    Flags(&'t Chunks<u8>),
    /// A place is the number of bounds that are not above the value; null is below all. So for the others.
    Numbers(&'t Chunks<f64>, Vec<f64>),
    Days(&'t Chunks<i32>, Vec<i64>),
    Instants(&'t Chunks<i64>, Vec<i64>),
}

/// Marks of whole numbers in a narrow range: what is below the first is like the first, what is above the last like the last.
struct Narrow {
    first: i32,
    last: i32,
    marks: Vec<u32>,
}

impl Narrow {
    /// The marks of all whole numbers around these bounds, if they lie close together.
    #[expect(clippy::cast_possible_truncation, reason = "both are whole, and of 32 bits")]
    fn new(bounds: &[f64], marks: &[u32]) -> Option<Narrow> {
        let (first, last) = (bounds.first()?.floor() - 1.0, bounds.last()?.ceil() + 1.0);
        if first < f64::from(i32::MIN) || last > f64::from(i32::MAX) || last - first >= NARROW {
            return None;
        }
        let (first, last) = (first as i32, last as i32);
        // All numbers are at or above the bound in front of these.
        let mark = |value: i32| marks.get(1 + place(bounds, f64::from(value))).copied().unwrap_or(0);
        Some(Narrow { first, last, marks: (first..=last).map(mark).collect() })
    }

    #[inline]
    fn get(&self, value: i32) -> u32 {
        #[expect(clippy::cast_sign_loss, reason = "a value that was moved into the range is not below its first")]
        let at = value.clamp(self.first, self.last).wrapping_sub(self.first) as usize;
        self.marks.get(at).copied().unwrap_or(0)
    }
}

/// The field that a condition is about, if it is about one and tells rows apart by its marks.
pub(super) fn field(node: &Node, table: &Snapshot) -> Option<FieldIx> {
    let mut first = None;
    let mut fits = true;
    node.each_test(&mut |test| {
        let field = *first.get_or_insert(test.field);
        let null = matches!(test.check, Check::Null | Check::Empty);
        fits &= field == test.field
            && match (table.column(field), &test.check) {
                (_, Check::Pair(..) | Check::Later(..) | Check::Match(..)) => false,
                (Column::Coded(column), _) => column.dict.len() < PLACES,
                (Column::Bool(_), Check::Flag(_)) | (Column::Number(_), Check::Numbers(_)) => true,
                (Column::Day(_), Check::Days(_)) | (Column::Instant(_), Check::Instants(_)) => true,
                (Column::Bool(_) | Column::Number(_) | Column::Day(_) | Column::Instant(_), _) => null,
                _ => false,
            };
    });
    first.filter(|_| fits)
}

/// One value of one field.
struct One<'c> {
    cell: Cell<'c>,
}

impl Cells for One<'_> {
    fn cell(&self, _: FieldIx) -> Cell<'_> {
        self.cell.clone()
    }
}

impl<'t> Marks<'t> {
    /// The marks of a field that these receivers ask of. Nothing where it would have too many places.
    pub fn new(
        field: FieldIx,
        parts: &[(usize, Node)],
        table: &'t Snapshot,
        ctx: &filter::Context<'_>,
        words: usize,
    ) -> Result<Option<Marks<'t>>> {
        let mut truths: Vec<(usize, Vec<u8>)> = Vec::new();
        truths.try_reserve_exact(parts.len())?;
        let each = |cells: &[Cell<'_>], truths: &mut Vec<(usize, Vec<u8>)>| -> Result<()> {
            for (receiver, node) in parts {
                let query = Query::from(node.clone());
                let mut truth = Vec::new();
                truth.try_reserve_exact(cells.len())?;
                for cell in cells {
                    truth.push(u8::from(filter::matches(&query, &One { cell: cell.clone() }, ctx)?));
                }
                truths.push((*receiver, truth));
            }
            Ok(())
        };
        let too_many = |places: usize| places > PLACES || places.saturating_mul(parts.len()) > QUESTIONS;
        let values = match table.column(field) {
            Column::Coded(column) if too_many(column.dict.len()) => return Ok(None),
            Column::Coded(column) => {
                for (receiver, node) in parts {
                    truths.push((*receiver, by_code(node, &column.dict, ctx)?));
                }
                Values::Coded(column)
            }
            Column::Bool(column) => {
                each(&[Cell::Bool(false), Cell::Bool(true), Cell::Null], &mut truths)?;
                Values::Flags(column)
            }
            Column::Number(column) => {
                let mut bounds = vec![f64::MIN];
                spans(parts, |check| {
                    if let Check::Numbers(spans) = check {
                        bounds.extend(spans.iter().flat_map(|(first, last)| [*first, last.next_up()]));
                    }
                });
                // Minus zero is zero.
                bounds.iter_mut().for_each(|bound| *bound += 0.0);
                crate::sort::by(&mut bounds, f64::total_cmp);
                bounds.dedup();
                bounds.retain(|bound| bound.is_finite());
                let cells: Vec<Cell<'_>> = std::iter::once(Cell::Null).chain(bounds.iter().map(|bound| Cell::Number(*bound))).collect();
                if too_many(cells.len()) {
                    return Ok(None);
                }
                each(&cells, &mut truths)?;
                Values::Numbers(column, bounds)
            }
            Column::Day(column) => {
                let bounds = bounds(parts, i64::from(i32::MIN) + 1, |check, out| {
                    if let Check::Days(spans) = check {
                        out.extend(spans.iter().flat_map(|(first, last)| [i64::from(*first), i64::from(*last) + 1]));
                    }
                });
                let day = |at: &i64| i32::try_from(*at).map_or(Cell::Null, |day| Cell::Day(Day(day)));
                let cells: Vec<Cell<'_>> = std::iter::once(Cell::Null).chain(bounds.iter().map(day)).collect();
                if too_many(cells.len()) {
                    return Ok(None);
                }
                each(&cells, &mut truths)?;
                Values::Days(column, bounds)
            }
            Column::Instant(column) => {
                let bounds = bounds(parts, i64::MIN + 1, |check, out| {
                    if let Check::Instants(spans) = check {
                        out.extend(spans.iter().flat_map(|(first, last)| [*first, last.saturating_add(1)]));
                    }
                });
                let cells: Vec<Cell<'_>> = std::iter::once(Cell::Null).chain(bounds.iter().map(|at| Cell::Instant(Instant(*at)))).collect();
                if too_many(cells.len()) {
                    return Ok(None);
                }
                each(&cells, &mut truths)?;
                Values::Instants(column, bounds)
            }
            _ => return Ok(None),
        };
        Marks::of_truths(values, &truths, words).map(Some)
    }

    /// Puts places together that the same receivers let pass.
    fn of_truths(values: Values<'t>, truths: &[(usize, Vec<u8>)], words: usize) -> Result<Marks<'t>> {
        let places = truths.iter().map(|(_, truth)| truth.len()).max().unwrap_or(0);
        let mut all: Vec<u64> = Vec::new();
        all.try_reserve_exact(places.saturating_mul(words))?;
        all.resize(places.saturating_mul(words), u64::MAX);
        for (receiver, truth) in truths {
            let (word, bit) = (receiver / 64, 1u64 << (receiver % 64));
            for (set, _) in all.chunks_exact_mut(words.max(1)).zip(truth).filter(|(_, truth)| **truth == 0) {
                set.get_mut(word).into_iter().for_each(|word| *word &= !bit);
            }
        }
        let mut known: HashMap<&[u64], u32, foldhash::fast::FixedState> = HashMap::default();
        known.try_reserve(places).map_err(|_| Error::out_of_memory())?;
        let (mut of_place, mut sets) = (Vec::new(), Vec::new());
        of_place.try_reserve_exact(places)?;
        for set in all.chunks_exact(words.max(1)) {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            let mark = *known.entry(set).or_insert(next);
            if mark == next {
                sets.try_reserve(words)?;
                sets.extend_from_slice(set);
            }
            of_place.push(mark);
        }
        let mut out = Marks { values, of_place, narrow: None, stride: 1, sets, words };
        out.scale(1);
        Ok(out)
    }

    /// How many marks there are.
    pub fn count(&self) -> usize {
        (self.sets.len() / self.words.max(1)).max(1)
    }

    /// Multiplies the marks, so that they can be added to others.
    pub fn scale(&mut self, stride: usize) {
        self.stride = stride;
        let stride = u32::try_from(stride).unwrap_or(u32::MAX);
        self.of_place.iter_mut().for_each(|mark| *mark = mark.saturating_mul(stride));
        if let Values::Numbers(_, bounds) = &self.values {
            self.narrow = bounds.split_first().and_then(|(_, bounds)| Narrow::new(bounds, &self.of_place));
        }
    }

    /// Who lets a row pass.
    pub fn set_of(&self, row: u32) -> &[u64] {
        let place = match &self.values {
            Values::Coded(column) => column.code(row) as usize,
            Values::Flags(column) => usize::from(column.get(row).unwrap_or(2)),
            Values::Numbers(column, bounds) => column.get(row).map_or(0, |value| place(bounds, value)),
            Values::Days(column, bounds) => column.get(row).map_or(0, |value| place(bounds, i64::from(value))),
            Values::Instants(column, bounds) => column.get(row).map_or(0, |value| place(bounds, value)),
        };
        let mark = self.of_place.get(place).map_or(0, |mark| *mark as usize / self.stride);
        self.sets.get(mark * self.words..(mark + 1) * self.words).unwrap_or_default()
    }

    /// Who lets a row pass whose combined marks these are.
    pub fn set_in(&self, number: usize) -> &[u64] {
        let mark = number / self.stride % self.count();
        self.sets.get(mark * self.words..(mark + 1) * self.words).unwrap_or_default()
    }

    /// Adds the mark of each row of a block to its number.
    pub fn add(&self, block: &Block<'_>, numbers: &mut [u32]) {
        let of = &self.of_place;
        match &self.values {
            Values::Coded(column) => match block.codes(column) {
                Some(CodeSlice::U8(codes)) => {
                    let mut marks = [0; 256];
                    marks.iter_mut().zip(of).for_each(|(to, mark)| *to = *mark);
                    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
                    numbers.iter_mut().zip(codes).for_each(|(number, code)| *number += marks[usize::from(*code)]);
                }
                Some(CodeSlice::U16(codes)) => add(of, numbers, codes.iter().map(|code| usize::from(*code))),
                Some(CodeSlice::U32(codes)) => add(of, numbers, codes.iter().map(|code| *code as usize)),
                None => add(of, numbers, block.rows.iter().map(|row| column.code(*row) as usize)),
            },
            Values::Flags(column) => each(column, block, numbers, |value| of.get(usize::from(value)).copied().unwrap_or(0)),
            Values::Numbers(column, bounds) => {
                let searched = |value: f64| of.get(place(bounds, value)).copied().unwrap_or(0);
                match &self.narrow {
                    Some(narrow) => each(column, block, numbers, |value| match whole(value) {
                        Some(whole) => narrow.get(whole),
                        None => searched(value),
                    }),
                    None => each(column, block, numbers, searched),
                }
            }
            Values::Days(column, bounds) => {
                each(column, block, numbers, |value| of.get(place(bounds, i64::from(value))).copied().unwrap_or(0));
            }
            Values::Instants(column, bounds) => each(column, block, numbers, |value| of.get(place(bounds, value)).copied().unwrap_or(0)),
        }
    }
}

/// A whole number of 32 bits. Added to 3 · 2⁵¹ it stands in the lowest bits of the sum, and nothing is lost by adding it.
#[inline]
fn whole(value: f64) -> Option<i32> {
    const FIRST: f64 = 6_755_399_441_055_744.0;
    let sum = value + FIRST;
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "the lowest bits are the number")]
    let bits = sum.to_bits() as u32 as i32;
    ((sum - FIRST == value) & (value.abs() < 2_147_483_648.0)).then_some(bits)
}

#[inline]
fn add(of: &[u32], numbers: &mut [u32], places: impl Iterator<Item = usize>) {
    for (number, place) in numbers.iter_mut().zip(places) {
        *number += of.get(place).copied().unwrap_or(0);
    }
}

#[inline]
fn each<T: Copy>(column: &Chunks<T>, block: &Block<'_>, numbers: &mut [u32], mark: impl Fn(T) -> u32) {
    if let Some(values) = block.values(column) {
        numbers.iter_mut().zip(values).for_each(|(number, value)| *number += mark(*value));
    } else {
        let marked = block.rows.iter().map(|row| column.get(*row).map_or(0, &mark));
        numbers.iter_mut().zip(marked).for_each(|(number, mark)| *number += mark);
    }
}

/// How many bounds are not above a value; none is where nothing can be compared with it.
#[inline]
fn place<T: PartialOrd>(bounds: &[T], value: T) -> usize {
    bounds.partition_point(|bound| *bound <= value)
}

/// Bounds of whole numbers, ascending: `lowest` is the first that is not null.
fn bounds(parts: &[(usize, Node)], lowest: i64, mut take: impl FnMut(&Check, &mut Vec<i64>)) -> Vec<i64> {
    let mut out = vec![lowest];
    spans(parts, |check| take(check, &mut out));
    out.retain(|bound| *bound >= lowest);
    crate::sort::all(&mut out);
    out.dedup();
    out
}

fn spans(parts: &[(usize, Node)], mut take: impl FnMut(&Check)) {
    for (_, node) in parts {
        node.each_test(&mut |test| take(&test.check));
    }
}

/// 1 for every code of a dictionary whose value satisfies a condition of this field alone, null first.
fn by_code(node: &Node, dict: &Dict, ctx: &filter::Context<'_>) -> Result<Vec<u8>> {
    let filled = |value: u8| -> Result<Vec<u8>> {
        let mut out = Vec::new();
        out.try_reserve_exact(dict.len() + 1)?;
        out.resize(dict.len() + 1, value);
        Ok(out)
    };
    let (list, start) = match node {
        Node::Test(test) => {
            let mut out = filter::by_code(dict, &test.check, ctx)?;
            let flip = u8::from(test.negated);
            out.iter_mut().for_each(|truth| *truth ^= flip);
            return Ok(out);
        }
        Node::Not(node) => {
            let mut out = by_code(node, dict, ctx)?;
            out.iter_mut().for_each(|truth| *truth ^= 1);
            return Ok(out);
        }
        Node::All(list) => (list, 1),
        Node::Any(list) | Node::One(list) => (list, 0),
    };
    // So many members hold, counted no further than two.
    let mut out = filled(start)?;
    for member in list {
        let truths = by_code(member, dict, ctx)?;
        for (sum, truth) in out.iter_mut().zip(truths) {
            *sum = match node {
                Node::All(_) => *sum & truth,
                Node::Any(_) => *sum | truth,
                _ => (*sum + truth).min(2),
            };
        }
    }
    out.iter_mut().for_each(|sum| *sum = u8::from(*sum == 1));
    Ok(out)
}
