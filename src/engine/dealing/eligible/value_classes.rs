//! The marks of one field: values that the same receivers let pass have the same.

use hashbrown::HashMap;

use crate::error::{Error, Result};
use crate::filter;
use crate::query::node::Predicate;
use crate::query::{Cell, Cells, Expr, FieldIx, Query};
use crate::table::codes::CodeSlice;
use crate::table::column::{Chunks, CodedColumn, Dict};
use crate::table::sketch::Ordered;
use crate::table::{Column, Snapshot};
use crate::time::{Day, Instant};

use crate::dealing::block::{Block, add};
use crate::dealing::eligible::spans::Spans;

/// Most places that a field may have: codes of its dictionary, or stretches between bounds.
const PLACES: usize = 1 << 16;
/// Most questions that are asked of places: more than that, and conditions are better answered for the rows.
const QUESTIONS: usize = 1 << 24;

/// The marks of a field.
pub struct ValueClasses<'t> {
    values: Values<'t>,
    /// By place: the mark times the stride.
    of_place: Vec<u16>,
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
    Numbers(Spans<'t, f64>),
    Days(Spans<'t, i32>),
    Instants(Spans<'t, i64>),
}

/// The field that a condition is about, if it is about one and tells rows apart by its marks.
pub fn field(node: &Expr, table: &Snapshot) -> Option<FieldIx> {
    let mut first = None;
    let mut fits = true;
    node.each_test(&mut |test| {
        let field = *first.get_or_insert(test.field);
        let null = matches!(test.check, Predicate::Null | Predicate::Empty);
        fits &= field == test.field
            && match (table.column(field), &test.check) {
                (_, Predicate::Pair(..) | Predicate::Later(..) | Predicate::Match(..)) => false,
                (Column::Coded(column), _) => column.dict.len() < PLACES,
                (Column::Bool(_), Predicate::Flag(_)) | (Column::Number(_), Predicate::Numbers(_)) => true,
                (Column::Day(_), Predicate::Days(_)) | (Column::Instant(_), Predicate::Instants(_)) => true,
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

impl<'t> ValueClasses<'t> {
    /// The marks of a field that these receivers ask of. Nothing where it would have too many places.
    pub fn new(
        field: FieldIx,
        parts: &[(usize, Expr)],
        table: &'t Snapshot,
        ctx: &filter::Context<'_>,
        words: usize,
    ) -> Result<Option<ValueClasses<'t>>> {
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
                let mut bounds = Vec::new();
                tests(parts, |check| {
                    if let Predicate::Numbers(spans) = check {
                        // Minus zero is zero.
                        bounds.extend(spans.iter().flat_map(|(first, last)| [*first + 0.0, last.next_up() + 0.0]));
                    }
                });
                let spans = Spans::new(column, bounds);
                let cells: Vec<Cell<'_>> =
                    spans.samples().map(|value| if value.is_nan() { Cell::Null } else { Cell::Number(value) }).collect();
                if too_many(cells.len()) {
                    return Ok(None);
                }
                each(&cells, &mut truths)?;
                Values::Numbers(spans)
            }
            Column::Day(column) => {
                let mut bounds = Vec::new();
                tests(parts, |check| {
                    if let Predicate::Days(spans) = check {
                        bounds.extend(spans.iter().flat_map(|(first, last)| [Some(*first), last.checked_add(1)]).flatten());
                    }
                });
                let spans = Spans::new(column, bounds);
                let cells: Vec<Cell<'_>> =
                    spans.samples().map(|day| if day.is_null() { Cell::Null } else { Cell::Day(Day(day)) }).collect();
                if too_many(cells.len()) {
                    return Ok(None);
                }
                each(&cells, &mut truths)?;
                Values::Days(spans)
            }
            Column::Instant(column) => {
                let mut bounds = Vec::new();
                tests(parts, |check| {
                    if let Predicate::Instants(spans) = check {
                        bounds.extend(spans.iter().flat_map(|(first, last)| [Some(*first), last.checked_add(1)]).flatten());
                    }
                });
                let spans = Spans::new(column, bounds);
                let cells: Vec<Cell<'_>> =
                    spans.samples().map(|at| if at.is_null() { Cell::Null } else { Cell::Instant(Instant(at)) }).collect();
                if too_many(cells.len()) {
                    return Ok(None);
                }
                each(&cells, &mut truths)?;
                Values::Instants(spans)
            }
            _ => return Ok(None),
        };
        ValueClasses::of_truths(values, &truths, words).map(Some)
    }

    /// Puts places together that the same receivers let pass.
    fn of_truths(values: Values<'t>, truths: &[(usize, Vec<u8>)], words: usize) -> Result<ValueClasses<'t>> {
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
        let mut known: HashMap<&[u64], u16, foldhash::fast::FixedState> = HashMap::default();
        known.try_reserve(places).map_err(|_| Error::out_of_memory())?;
        let (mut of_place, mut sets) = (Vec::new(), Vec::new());
        of_place.try_reserve_exact(places)?;
        for set in all.chunks_exact(words.max(1)) {
            let next = u16::try_from(known.len()).unwrap_or(u16::MAX);
            let mark = *known.entry(set).or_insert(next);
            if mark == next {
                sets.try_reserve(words)?;
                sets.extend_from_slice(set);
            }
            of_place.push(mark);
        }
        let mut out = ValueClasses { values, of_place, stride: 1, sets, words };
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
        let stride = u16::try_from(stride).unwrap_or(u16::MAX);
        self.of_place.iter_mut().for_each(|mark| *mark = mark.saturating_mul(stride));
        match &mut self.values {
            Values::Numbers(spans) => spans.mark(&self.of_place),
            Values::Days(spans) => spans.mark(&self.of_place),
            Values::Instants(spans) => spans.mark(&self.of_place),
            Values::Coded(_) | Values::Flags(_) => {}
        }
    }

    /// Who lets a row pass.
    pub fn set_of(&self, row: u32) -> &[u64] {
        let place = match &self.values {
            Values::Coded(column) => column.code(row) as usize,
            Values::Flags(column) => flag(column, row),
            Values::Numbers(spans) => spans.of_row(row),
            Values::Days(spans) => spans.of_row(row),
            Values::Instants(spans) => spans.of_row(row),
        };
        let mark = self.of_place.get(place).map_or(0, |mark| usize::from(*mark) / self.stride);
        self.sets.get(mark * self.words..(mark + 1) * self.words).unwrap_or_default()
    }

    /// Who lets a row pass whose combined marks these are.
    pub fn set_in(&self, number: usize) -> &[u64] {
        let mark = number / self.stride % self.count();
        self.sets.get(mark * self.words..(mark + 1) * self.words).unwrap_or_default()
    }

    /// Adds the mark of each row of a block to its number.
    pub fn add(&self, block: &Block<'_>, numbers: &mut [u16]) {
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
            Values::Flags(column) => add(of, numbers, block.rows.iter().map(|row| flag(column, *row))),
            Values::Numbers(spans) => spans.add(of, block, numbers),
            Values::Days(spans) => spans.add(of, block, numbers),
            Values::Instants(spans) => spans.add(of, block, numbers),
        }
    }
}

/// The place of a truth value.
#[inline]
fn flag(column: &Chunks<u8>, row: u32) -> usize {
    column.get(row).map_or(2, |value| usize::from(value).min(2))
}

fn tests(parts: &[(usize, Expr)], mut take: impl FnMut(&Predicate)) {
    for (_, node) in parts {
        node.each_test(&mut |test| take(&test.check));
    }
}

/// 1 for every code of a dictionary whose value satisfies a condition of this field alone, null first.
fn by_code(node: &Expr, dict: &Dict, ctx: &filter::Context<'_>) -> Result<Vec<u8>> {
    let filled = |value: u8| -> Result<Vec<u8>> {
        let mut out = Vec::new();
        out.try_reserve_exact(dict.len() + 1)?;
        out.resize(dict.len() + 1, value);
        Ok(out)
    };
    let (list, start) = match node {
        Expr::Test(test) => {
            let mut out = filter::by_code(dict, &test.check, ctx)?;
            let flip = u8::from(test.negated);
            out.iter_mut().for_each(|truth| *truth ^= flip);
            return Ok(out);
        }
        Expr::Not(node) => {
            let mut out = by_code(node, dict, ctx)?;
            out.iter_mut().for_each(|truth| *truth ^= 1);
            return Ok(out);
        }
        Expr::All(list) => (list, 1),
        Expr::Any(list) | Expr::One(list) => (list, 0),
    };
    // So many members hold, counted no further than two.
    let mut out = filled(start)?;
    for member in list {
        let truths = by_code(member, dict, ctx)?;
        for (sum, truth) in out.iter_mut().zip(truths) {
            *sum = match node {
                Expr::All(_) => *sum & truth,
                Expr::Any(_) => *sum | truth,
                _ => (*sum + truth).min(2),
            };
        }
    }
    out.iter_mut().for_each(|sum| *sum = u8::from(*sum == 1));
    Ok(out)
}
