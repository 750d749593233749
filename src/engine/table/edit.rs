//! Writing typed cells.

use std::rc::Rc;

use super::column::{Chunks, Column};
use super::layout::{NO_BOOL, NO_DAY, NO_INSTANT};
use super::ops::{Writes, gather, last_of_each, short};
use super::sketch::Ordered;
use super::{Budget, Table};
use crate::error::{Error, Result};
use crate::query::{Cell, FieldIx, FieldType};

/// New values of one field for some rows.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// The field; not the id.
    pub field: FieldIx,
    /// The rows, in any order. Where one occurs again, its last value holds.
    pub rows: &'a [u32],
    /// Their values.
    pub values: Values<'a>,
}

/// Values for rows.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// The same for each.
    Const(&'a Cell<'a>),
    /// One for each, in the order of the rows.
    Cells(&'a [Cell<'a>]),
    /// For each row, in their order, a place in a list of values: for many rows with few values.
    Picked {
        /// The values.
        from: &'a [Cell<'a>],
        /// A place in `from` for each row.
        which: &'a [u32],
    },
    /// The number that a row holds and one more; 1 where it holds none. A row that occurs again counts on.
    Next,
}

impl<'a> Values<'a> {
    fn distinct(self) -> &'a [Cell<'a>] {
        match self {
            Values::Const(cell) => std::slice::from_ref(cell),
            Values::Cells(cells) => cells,
            Values::Picked { from, .. } => from,
            Values::Next => &[],
        }
    }

    fn fits(self, rows: usize) -> bool {
        match self {
            Values::Const(_) | Values::Next => true,
            Values::Cells(cells) => cells.len() == rows,
            Values::Picked { from, which } => which.len() == rows && which.iter().max().is_none_or(|at| (*at as usize) < from.len()),
        }
    }

    /// The place in `distinct` of the value for the row at `at`.
    #[inline]
    fn pick(self, at: usize) -> u32 {
        match self {
            Values::Const(_) | Values::Next => 0,
            Values::Cells(_) => short(at),
            Values::Picked { which, .. } => which.get(at).copied().unwrap_or(0),
        }
    }
}

/// Whether a cell may stand in a field.
fn cell_fits(kind: FieldType, cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Null => true,
        Cell::Text(_) => kind == FieldType::Text || kind.is_word(),
        Cell::Number(number) => kind == FieldType::Number && number.is_finite(),
        Cell::Bool(_) => kind == FieldType::Boolean,
        Cell::Day(_) => kind == FieldType::Date,
        Cell::Instant(_) => kind == FieldType::Datetime,
        Cell::List(_) => kind.is_list(),
    }
}

impl Table {
    /// Writes cells: all of them, or none and an error.
    ///
    /// # Errors
    /// `edit_invalid` for a field or row that is not there, a removed row, the id, a value of another type or a wrong number of values;
    /// `out_of_memory`.
    pub fn edit(&mut self, edits: &[Edit<'_>]) -> Result<()> {
        edits.iter().enumerate().try_for_each(|(at, edit)| self.check(edit).map_err(|why| refuse(at, why)))?;
        if edits.iter().all(|edit| edit.rows.is_empty()) {
            return Ok(());
        }
        self.budget.settle(self.bytes());
        let mut ready = Vec::new();
        self.budget.exact(&mut ready, edits.len())?;
        for (at, edit) in edits.iter().enumerate() {
            let field = edit.field;
            let seen = edits.iter().take(at).any(|before| before.field == field);
            let kind = self.now.schema.kind(field);
            let Some(column) = Rc::make_mut(&mut self.now.columns).get_mut(field.0 as usize).filter(|_| !seen) else { continue };
            ready.push((field, column.prepare_edits(OfField { edits, field }, kind, &self.budget)?));
        }
        for (field, ready) in ready {
            if let Some(column) = Rc::make_mut(&mut self.now.columns).get_mut(field.0 as usize) {
                column.commit_edits(OfField { edits, field }, ready);
            }
        }
        self.now.revision += 1;
        self.budget.settle(self.bytes());
        Ok(())
    }

    fn check(&self, edit: &Edit<'_>) -> Result<(), &'static str> {
        let schema = self.schema();
        let field = schema.get(edit.field).ok_or("this field is not of the table")?;
        if edit.field == self.id_field() {
            return Err("an id cannot be changed");
        }
        if !edit.values.fits(edit.rows.len()) {
            return Err("there must be one value for each row");
        }
        let counts = matches!(edit.values, Values::Next);
        if (counts && field.kind != FieldType::Number) || !edit.values.distinct().iter().all(|cell| cell_fits(field.kind, cell)) {
            return Err("a value is not of the type of its field");
        }
        let there = match self.live() {
            None => edit.rows.iter().max().is_none_or(|row| *row < self.rows()),
            Some(_) => edit.rows.iter().all(|row| self.is_live(super::RowIx(*row))),
        };
        if there { Ok(()) } else { Err("a row is not there") }
    }
}

fn refuse(at: usize, why: &str) -> Error {
    Error::new("edit_invalid", format!("/{at}"), why)
}

static NULL: Cell<'static> = Cell::Null;

/// The edits of one field.
#[derive(Clone, Copy)]
struct OfField<'a> {
    edits: &'a [Edit<'a>],
    field: FieldIx,
}

impl<'a> OfField<'a> {
    fn iter(self) -> impl Iterator<Item = &'a Edit<'a>> {
        self.edits.iter().filter(move |edit| edit.field == self.field)
    }

    /// Their values, edit after edit.
    fn values(self, kind: FieldType, budget: &Budget) -> Result<Vec<&'a Cell<'a>>> {
        let mut values = Vec::new();
        for edit in self.iter() {
            let distinct = edit.values.distinct();
            budget.grow(&mut values, distinct.len())?;
            values.extend(distinct.iter().map(|cell| if kind.is_word() && cell.text() == Some("") { &NULL } else { cell }));
        }
        Ok(values)
    }

    /// The edits, each with its own of what was made of all values.
    fn with<T>(self, mut made: &[T]) -> impl Iterator<Item = (&'a Edit<'a>, &[T])> {
        self.iter().map(move |edit| {
            let (own, rest) = made.split_at(made.len().min(edit.values.distinct().len()));
            made = rest;
            (edit, own)
        })
    }

    /// Rows, each with the place of its value among all values, in the order of writing.
    fn pairs(self, budget: &Budget) -> Result<Vec<(u32, u32)>> {
        let (mut base, mut pairs) = (0, Vec::new());
        for edit in self.iter() {
            budget.grow(&mut pairs, edit.rows.len())?;
            pairs.extend(edit.rows.iter().enumerate().map(|(at, row)| (*row, base + edit.values.pick(at))));
            base += short(edit.values.distinct().len());
        }
        Ok(pairs)
    }
}

/// New values of a field, once nothing can fail any more: as the column holds them, or as writes.
enum Ready {
    Number(Vec<f64>),
    Bool(Vec<u8>),
    Day(Vec<i32>),
    Instant(Vec<i64>),
    Coded(Vec<u32>),
    Writes(Writes),
}

/// Writes values of a fixed width.
fn put<T: Ordered>(column: &mut Chunks<T>, edits: OfField<'_>, values: &[T], next: impl Fn(T) -> T) {
    for (edit, own) in edits.with(values) {
        let values = edit.values;
        column.write(edit.rows, |at, before| match values {
            Values::Next => next(before),
            _ => own.get(values.pick(at) as usize).copied().unwrap_or(before),
        });
    }
}

impl Column {
    fn prepare_edits(&mut self, edits: OfField<'_>, kind: FieldType, budget: &Budget) -> Result<Ready> {
        let values = edits.values(kind, budget)?;
        macro_rules! fixed {
            ($column:ident, $kind:ident, $null:expr, $pattern:pat => $value:expr) => {{
                edits.iter().try_for_each(|edit| $column.unshare(edit.rows.iter().copied(), budget))?;
                Ready::$kind(gather(values.iter().map(|cell| if let $pattern = cell { $value } else { $null }), budget)?)
            }};
        }
        Ok(match self {
            Column::Number(column) => fixed!(column, Number, f64::NAN, Cell::Number(number) => *number),
            Column::Bool(column) => fixed!(column, Bool, NO_BOOL, Cell::Bool(value) => u8::from(*value)),
            Column::Day(column) => fixed!(column, Day, NO_DAY, Cell::Day(day) => day.0),
            Column::Instant(column) => fixed!(column, Instant, NO_INSTANT, Cell::Instant(instant) => instant.0),
            Column::Coded(column) => {
                let mut codes = Vec::new();
                budget.exact(&mut codes, values.len())?;
                for cell in values {
                    codes.push(cell.text().map_or(Ok(0), |text| column.intern(text, budget))?);
                }
                let most = codes.iter().copied().max().unwrap_or(0);
                edits.iter().try_for_each(|edit| column.prepare(edit.rows.iter().copied(), most, budget))?;
                Ready::Coded(codes)
            }
            Column::Text(column) => {
                let order = last_of_each(&edits.pairs(budget)?, budget)?;
                let text = |at: u32| values.get(at as usize).and_then(|cell| cell.text());
                let texts = gather(order.iter().map(|(row, at)| (*row, text(*at))), budget)?;
                Ready::Writes(Writes::Text(column.prepare(&texts, budget)?))
            }
            Column::List(column) => {
                let (mut codes, mut places) = (Vec::new(), Vec::new());
                budget.exact(&mut places, values.len())?;
                for cell in values {
                    let start = short(codes.len());
                    for item in cell.items().filter(|item| !item.is_empty()) {
                        budget.grow(&mut codes, 1)?;
                        codes.push(column.intern(item, budget)?);
                    }
                    places.push((start, short(codes.len())));
                }
                let place = |at: u32| places.get(at as usize).copied().unwrap_or((0, 0));
                let order = last_of_each(&edits.pairs(budget)?, budget)?;
                let lists = gather(order.iter().map(|(row, at)| (*row, place(*at).0, place(*at).1)), budget)?;
                Ready::Writes(Writes::List(column.prepare(&lists, &codes, budget)?))
            }
        })
    }

    fn commit_edits(&mut self, edits: OfField<'_>, ready: Ready) {
        match (self, ready) {
            (Column::Number(column), Ready::Number(values)) => {
                put(column, edits, &values, |before| if before.is_nan() { 1.0 } else { before + 1.0 });
            }
            (Column::Bool(column), Ready::Bool(values)) => put(column, edits, &values, |before| before),
            (Column::Day(column), Ready::Day(values)) => put(column, edits, &values, |before| before),
            (Column::Instant(column), Ready::Instant(values)) => put(column, edits, &values, |before| before),
            (Column::Coded(column), Ready::Coded(codes)) => {
                for (edit, own) in edits.with(&codes) {
                    column.write(edit.rows, |at| own.get(edit.values.pick(at) as usize).copied().unwrap_or(0));
                }
            }
            (column, Ready::Writes(writes)) => column.commit(writes),
            _ => {}
        }
    }
}
