//! A test of one column: the kinds of columns, and what a test costs there.

use super::dict::CodedLeaf;
use super::kernel::{narrow, narrow_rows};
use super::list::ListLeaf;
use super::pair::PairLeaf;
use super::row::{Row, World};
use super::rows::Rows;
use super::span::SpanLeaf;
use super::text::TextLeaf;
use crate::error::Result;
use crate::query::Cells;
use crate::query::node::{Check, Test};
use crate::table::{CHUNK, Column, RowIx, Snapshot};

/// A test of one column.
pub(super) enum Leaf<'t> {
    /// Numbers in spans.
    Numbers(Box<SpanLeaf<'t, f64>>),
    /// Days in spans.
    Days(Box<SpanLeaf<'t, i32>>),
    /// Instants in spans.
    Instants(Box<SpanLeaf<'t, i64>>),
    /// Truth values that are this one.
    Flags(&'t [std::rc::Rc<Vec<u8>>], u8),
    /// Words and texts by code.
    Coded(CodedLeaf<'t>),
    /// Texts end to end.
    Text(TextLeaf<'t>),
    /// Lists.
    List(ListLeaf<'t>),
    /// Two fields of numbers.
    NumberPair(PairLeaf<'t, f64>),
    /// Two fields of days.
    DayPair(PairLeaf<'t, i32>),
    /// Two fields of instants.
    InstantPair(PairLeaf<'t, i64>),
    /// Any other test, on each row.
    Row(&'t Test, &'t Snapshot, &'t World<'t>),
}

/// A stretch of rows within one chunk, that starts at a whole word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) chunk: usize,
    /// The first row, counted in the chunk.
    pub(super) first: usize,
}

impl Window {
    /// The first row, counted in the table.
    pub(super) fn row(self) -> u32 {
        short(self.chunk * CHUNK + self.first)
    }
}

/// The values of a chunk.
pub(super) fn chunk_of<T>(chunks: &[std::rc::Rc<Vec<T>>], chunk: usize) -> &[T] {
    chunks.get(chunk).map(|chunk| chunk.as_slice()).unwrap_or_default()
}

/// The values of a chunk from the window on.
pub(super) fn values<T>(chunks: &[std::rc::Rc<Vec<T>>], at: Window) -> &[T] {
    chunk_of(chunks, at.chunk).get(at.first..).unwrap_or_default()
}

impl<'t> Leaf<'t> {
    /// The test, and all bits set if it is to be negated.
    pub(super) fn of(test: &'t Test, table: &'t Snapshot, world: &'t World<'t>) -> Result<(Leaf<'t>, u64)> {
        const ANY_NUMBER: &[(f64, f64)] = &[(f64::MIN, f64::MAX)];
        let null = matches!(test.check, Check::Null | Check::Empty);
        let flip = if test.negated { u64::MAX } else { 0 };
        if let (Column::Number(column), true) = (table.column(test.field), null) {
            return Ok((Leaf::Numbers(Box::new(SpanLeaf::new(column, ANY_NUMBER))), !flip));
        }
        if let Check::Pair(relation, other, _) = &test.check {
            let leaf = match (table.column(test.field), table.column(*other)) {
                (Column::Number(a), Column::Number(b)) => Leaf::NumberPair(PairLeaf::new(&a.chunks, &b.chunks, *relation, f64::MIN)),
                (Column::Day(a), Column::Day(b)) => Leaf::DayPair(PairLeaf::new(&a.chunks, &b.chunks, *relation, i32::MIN + 1)),
                (Column::Instant(a), Column::Instant(b)) => Leaf::InstantPair(PairLeaf::new(&a.chunks, &b.chunks, *relation, i64::MIN + 1)),
                _ => Leaf::Row(test, table, world),
            };
            return Ok((leaf, flip));
        }
        let leaf = match (table.column(test.field), &test.check) {
            (Column::Coded(column), check) => Leaf::Coded(CodedLeaf::new(column, check, world)?),
            (Column::Text(column), check) => match TextLeaf::new(column, check) {
                Some(leaf) => Leaf::Text(leaf),
                None => Leaf::Row(test, table, world),
            },
            (Column::List(column), check) => match ListLeaf::new(column, check, world)? {
                Some(leaf) => Leaf::List(leaf),
                None => Leaf::Row(test, table, world),
            },
            (Column::Number(column), Check::Numbers(spans)) => Leaf::Numbers(Box::new(SpanLeaf::new(column, spans))),
            (Column::Day(column), Check::Days(spans)) => Leaf::Days(Box::new(SpanLeaf::new(column, spans))),
            (Column::Instant(column), Check::Instants(spans)) => Leaf::Instants(Box::new(SpanLeaf::new(column, spans))),
            (Column::Bool(column), Check::Flag(wanted)) => Leaf::Flags(&column.chunks, u8::from(*wanted)),
            (Column::Bool(column), _) if null => Leaf::Flags(&column.chunks, 2),
            (Column::Day(column), _) if null => Leaf::Days(Box::new(SpanLeaf::new(column, &[(i32::MIN, i32::MIN)]))),
            (Column::Instant(column), _) if null => Leaf::Instants(Box::new(SpanLeaf::new(column, &[(i64::MIN, i64::MIN)]))),
            _ => Leaf::Row(test, table, world),
        };
        Ok((leaf, flip))
    }

    /// Keeps the open rows for which it holds.
    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        match self {
            Leaf::Numbers(leaf) => leaf.narrow(words, flip, at),
            Leaf::Days(leaf) => leaf.narrow(words, flip, at),
            Leaf::Instants(leaf) => leaf.narrow(words, flip, at),
            Leaf::Flags(chunks, wanted) => {
                let test = |value: u8| value == *wanted;
                narrow(words, values(chunks, at), flip, test, |block| super::kernel::each(block, test));
            }
            Leaf::Coded(leaf) => leaf.narrow(words, flip, at),
            Leaf::Text(leaf) => leaf.narrow(words, flip, at),
            Leaf::List(leaf) => leaf.narrow(words, flip, at),
            Leaf::NumberPair(pair) => pair.narrow(words, flip, at),
            Leaf::DayPair(pair) => pair.narrow(words, flip, at),
            Leaf::InstantPair(pair) => pair.narrow(words, flip, at),
            Leaf::Row(test, table, world) => narrow_rows(words, flip, |row| holds(test, table, world, at, row)),
        }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut Rows, flip: u64) {
        match self {
            Leaf::Numbers(leaf) => leaf.keep(rows, flip),
            Leaf::Days(leaf) => leaf.keep(rows, flip),
            Leaf::Instants(leaf) => leaf.keep(rows, flip),
            Leaf::Flags(chunks, wanted) => rows.by_chunk(|chunk, part| {
                let values = chunk_of(chunks, chunk);
                part.keep(flip, |row| values.get(row) == Some(wanted));
            }),
            Leaf::Coded(leaf) => leaf.keep(rows, flip),
            Leaf::Text(leaf) => leaf.keep(rows, flip),
            Leaf::List(leaf) => leaf.keep(rows, flip),
            Leaf::NumberPair(pair) => pair.keep(rows, flip),
            Leaf::DayPair(pair) => pair.keep(rows, flip),
            Leaf::InstantPair(pair) => pair.keep(rows, flip),
            Leaf::Row(test, table, world) => rows.by_chunk(|chunk, part| {
                let at = Window { chunk, first: 0 };
                part.keep(flip, |row| holds(test, table, world, at, row));
            }),
        }
    }

    /// About what a row costs, in tenths of nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        match self {
            Leaf::Flags(..) => 2.0,
            Leaf::Coded(_) => 3.0,
            Leaf::Days(leaf) => leaf.cost(),
            Leaf::Numbers(leaf) => leaf.cost(),
            Leaf::Instants(leaf) => leaf.cost(),
            Leaf::NumberPair(_) | Leaf::DayPair(_) | Leaf::InstantPair(_) => 15.0,
            Leaf::List(leaf) => leaf.cost(),
            Leaf::Text(leaf) => leaf.cost(),
            Leaf::Row(..) => 500.0,
        }
    }
}

fn short(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// Whether a row passes a test, its negation left aside.
fn holds(test: &Test, table: &Snapshot, world: &World<'_>, at: Window, row: usize) -> bool {
    let row = crate::table::Row { table, row: RowIx(short(at.chunk * CHUNK + at.first + row)) };
    Row { lead: &row, world }.passes(test, &row.cell(test.field)) != test.negated
}
