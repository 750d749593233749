//! A test of one column: the kinds of columns, and what a test costs there.

use super::dict::CodedColumnTest;
use super::kernel::{narrow, narrow_rows};
use super::list::ListColumnTest;
use super::pair::PairColumnTest;
use super::row::{Directory, Row};
use super::selection_vector::SelectionVector;
use super::span::SpanColumnTest;
use super::text::TextColumnTest;
use super::window::{Window, chunk_of, values};
use crate::error::Result;
use crate::query::Cells;
use crate::query::node::{Predicate, Term};
use crate::table::{Column, RowIx, Snapshot};

/// A test of one column.
pub(super) enum ColumnTest<'t> {
    /// Numbers in spans.
    Numbers(Box<SpanColumnTest<'t, f64>>),
    /// Days in spans.
    Days(Box<SpanColumnTest<'t, i32>>),
    /// Instants in spans.
    Instants(Box<SpanColumnTest<'t, i64>>),
    /// Truth values that are this one.
    Flags(&'t [std::rc::Rc<Vec<u8>>], u8),
    /// Words and texts by code.
    Coded(CodedColumnTest<'t>),
    /// Texts end to end.
    Text(TextColumnTest<'t>),
    /// Lists.
    List(ListColumnTest<'t>),
    /// Two fields of numbers.
    NumberPair(PairColumnTest<'t, f64>),
    /// Two fields of days.
    DayPair(PairColumnTest<'t, i32>),
    /// Two fields of instants.
    InstantPair(PairColumnTest<'t, i64>),
    /// Any other test, on each row.
    Row(&'t Term, &'t Snapshot, &'t Directory<'t>),
}

impl<'t> ColumnTest<'t> {
    /// The test, and all bits set if it is to be negated.
    pub(super) fn of(test: &'t Term, table: &'t Snapshot, world: &'t Directory<'t>) -> Result<(ColumnTest<'t>, u64)> {
        const ANY_NUMBER: &[(f64, f64)] = &[(f64::MIN, f64::MAX)];
        let null = matches!(test.check, Predicate::Null | Predicate::Empty);
        let flip = if test.negated { u64::MAX } else { 0 };
        if let (Column::Number(column), true) = (table.column(test.field), null) {
            return Ok((ColumnTest::Numbers(Box::new(SpanColumnTest::new(column, ANY_NUMBER))), !flip));
        }
        if let Predicate::Pair(relation, other, _) = &test.check {
            let leaf = match (table.column(test.field), table.column(*other)) {
                (Column::Number(a), Column::Number(b)) => {
                    ColumnTest::NumberPair(PairColumnTest::new(&a.chunks, &b.chunks, *relation, f64::MIN))
                }
                (Column::Day(a), Column::Day(b)) => ColumnTest::DayPair(PairColumnTest::new(&a.chunks, &b.chunks, *relation, i32::MIN + 1)),
                (Column::Instant(a), Column::Instant(b)) => {
                    ColumnTest::InstantPair(PairColumnTest::new(&a.chunks, &b.chunks, *relation, i64::MIN + 1))
                }
                _ => ColumnTest::Row(test, table, world),
            };
            return Ok((leaf, flip));
        }
        let leaf = match (table.column(test.field), &test.check) {
            (Column::Coded(column), check) => ColumnTest::Coded(CodedColumnTest::new(column, check, world)?),
            (Column::Text(column), check) => match TextColumnTest::new(column, check) {
                Some(leaf) => ColumnTest::Text(leaf),
                None => ColumnTest::Row(test, table, world),
            },
            (Column::List(column), check) => match ListColumnTest::new(column, check, world)? {
                Some(leaf) => ColumnTest::List(leaf),
                None => ColumnTest::Row(test, table, world),
            },
            (Column::Number(column), Predicate::Numbers(spans)) => ColumnTest::Numbers(Box::new(SpanColumnTest::new(column, spans))),
            (Column::Day(column), Predicate::Days(spans)) => ColumnTest::Days(Box::new(SpanColumnTest::new(column, spans))),
            (Column::Instant(column), Predicate::Instants(spans)) => ColumnTest::Instants(Box::new(SpanColumnTest::new(column, spans))),
            (Column::Bool(column), Predicate::Flag(wanted)) => ColumnTest::Flags(&column.chunks, u8::from(*wanted)),
            (Column::Bool(column), _) if null => ColumnTest::Flags(&column.chunks, 2),
            (Column::Day(column), _) if null => ColumnTest::Days(Box::new(SpanColumnTest::new(column, &[(i32::MIN, i32::MIN)]))),
            (Column::Instant(column), _) if null => ColumnTest::Instants(Box::new(SpanColumnTest::new(column, &[(i64::MIN, i64::MIN)]))),
            _ => ColumnTest::Row(test, table, world),
        };
        Ok((leaf, flip))
    }

    /// Keeps the open rows for which it holds.
    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        match self {
            ColumnTest::Numbers(leaf) => leaf.narrow(words, flip, at),
            ColumnTest::Days(leaf) => leaf.narrow(words, flip, at),
            ColumnTest::Instants(leaf) => leaf.narrow(words, flip, at),
            ColumnTest::Flags(chunks, wanted) => {
                let test = |value: u8| value == *wanted;
                narrow(words, values(chunks, at), flip, test, |block| super::kernel::each(block, test));
            }
            ColumnTest::Coded(leaf) => leaf.narrow(words, flip, at),
            ColumnTest::Text(leaf) => leaf.narrow(words, flip, at),
            ColumnTest::List(leaf) => leaf.narrow(words, flip, at),
            ColumnTest::NumberPair(pair) => pair.narrow(words, flip, at),
            ColumnTest::DayPair(pair) => pair.narrow(words, flip, at),
            ColumnTest::InstantPair(pair) => pair.narrow(words, flip, at),
            ColumnTest::Row(test, table, world) => narrow_rows(words, flip, |row| holds(test, table, world, at, row)),
        }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, flip: u64) {
        match self {
            ColumnTest::Numbers(leaf) => leaf.keep(rows, flip),
            ColumnTest::Days(leaf) => leaf.keep(rows, flip),
            ColumnTest::Instants(leaf) => leaf.keep(rows, flip),
            ColumnTest::Flags(chunks, wanted) => rows.by_chunk(|chunk, part| {
                let values = chunk_of(chunks, chunk);
                part.keep(flip, |row| values.get(row) == Some(wanted));
            }),
            ColumnTest::Coded(leaf) => leaf.keep(rows, flip),
            ColumnTest::Text(leaf) => leaf.keep(rows, flip),
            ColumnTest::List(leaf) => leaf.keep(rows, flip),
            ColumnTest::NumberPair(pair) => pair.keep(rows, flip),
            ColumnTest::DayPair(pair) => pair.keep(rows, flip),
            ColumnTest::InstantPair(pair) => pair.keep(rows, flip),
            ColumnTest::Row(test, table, world) => rows.by_chunk(|chunk, part| {
                let at = Window { chunk, first: 0 };
                part.keep(flip, |row| holds(test, table, world, at, row));
            }),
        }
    }

    /// About what a row costs, in tenths of nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        match self {
            ColumnTest::Flags(..) => 2.0,
            ColumnTest::Coded(_) => 3.0,
            ColumnTest::Days(leaf) => leaf.cost(),
            ColumnTest::Numbers(leaf) => leaf.cost(),
            ColumnTest::Instants(leaf) => leaf.cost(),
            ColumnTest::NumberPair(_) | ColumnTest::DayPair(_) | ColumnTest::InstantPair(_) => 15.0,
            ColumnTest::List(leaf) => leaf.cost(),
            ColumnTest::Text(leaf) => leaf.cost(),
            ColumnTest::Row(..) => 500.0,
        }
    }
}

/// Whether a row passes a test, its negation left aside.
fn holds(test: &Term, table: &Snapshot, world: &Directory<'_>, at: Window, row: usize) -> bool {
    let row = crate::table::Row { table, row: RowIx(at.row_at(row)) };
    Row { lead: &row, world }.passes(test, &row.cell(test.field)) != test.negated
}
