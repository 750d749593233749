//! Leads put into columns by hand, in every layout that a table may have, for the tests of this module.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::rc::Rc;

use super::sample::Lead;
use crate::query::fold::compared;
use crate::query::{Cell, FieldIx, Schema};
use crate::table::column::{Changed, CodedColumn, Column, ListColumn, TextColumn};
use crate::table::{Budget, CHUNK, RowIx, Snapshot};

/// How columns are laid out: as many bits as there are choices.
#[derive(Clone, Copy, Debug)]
pub struct Layout(pub u64);

impl Layout {
    fn flips(self, field: usize) -> bool {
        self.0 >> (field % 64) & 1 == 1
    }
}

/// A table whose rows are the leads at these places, of a schema without an id. Where `gone` is true the row's lead was removed.
pub fn table(schema: &Rc<Schema>, leads: &[Lead], rows: &[(usize, bool)], layout: Layout) -> Snapshot {
    table_with(schema, None, leads, rows, layout)
}

/// The same with an id, if there is one: the leads differ in it then.
pub fn table_with(schema: &Rc<Schema>, id: Option<FieldIx>, leads: &[Lead], rows: &[(usize, bool)], layout: Layout) -> Snapshot {
    let mut out = Snapshot::empty(schema.clone(), id.unwrap_or(FieldIx(u32::MAX)));
    out.rows = u32::try_from(rows.len()).unwrap();
    out.size = rows.iter().filter(|(_, gone)| !gone).count();
    for (at, column) in Rc::make_mut(&mut out.columns).iter_mut().enumerate() {
        let field = &schema.fields[at];
        if let Column::Coded(_) = column
            && field.kind == crate::query::FieldType::Text
            && layout.flips(at)
        {
            *column = Column::Text(TextColumn::new(field.case));
        }
        let cells: Vec<&Cell<'static>> = rows.iter().map(|(lead, _)| &leads[*lead].0[at]).collect();
        fill(column, &cells, layout.flips(at + 32));
    }
    if rows.iter().any(|(_, gone)| *gone) {
        let words = rows.chunks(64).map(|rows| rows.iter().enumerate().fold(0, |word, (bit, (_, gone))| word | u64::from(!gone) << bit));
        out.live = Some(Rc::new(words.collect()));
    }
    out
}

fn fill(column: &mut Column, cells: &[&Cell<'static>], odd: bool) {
    let budget = Budget::default();
    let chunked = |cells: &[&Cell<'static>], of: &dyn Fn(&Cell<'static>) -> i64| -> Vec<Vec<i64>> {
        cells.chunks(CHUNK).map(|cells| cells.iter().map(|cell| of(cell)).collect()).collect()
    };
    match column {
        Column::Number(column) => {
            let of = |cell: &&Cell<'static>| if let Cell::Number(n) = cell { *n } else { f64::NAN };
            column.chunks = cells.chunks(CHUNK).map(|cells| Rc::new(cells.iter().map(of).collect())).collect();
        }
        Column::Bool(column) => {
            let values = chunked(cells, &|cell| if let Cell::Bool(b) = cell { i64::from(*b) } else { 2 });
            column.chunks = values.into_iter().map(|list| Rc::new(list.into_iter().map(|v| v as u8).collect())).collect();
        }
        Column::Day(column) => {
            let values = chunked(cells, &|cell| if let Cell::Day(day) = cell { day.0.into() } else { i32::MIN.into() });
            column.chunks = values.into_iter().map(|list| Rc::new(list.into_iter().map(|v| v as i32).collect())).collect();
        }
        Column::Instant(column) => {
            let values = chunked(cells, &|cell| if let Cell::Instant(at) = cell { at.0 } else { i64::MIN });
            column.chunks = values.into_iter().map(Rc::new).collect();
        }
        Column::Coded(column) => coded(column, cells, odd),
        Column::Text(column) => text(column, cells, odd),
        Column::List(column) => list(column, cells, odd),
    }
    assert!(budget.most() > 0);
}

/// Words that no row has come first, so that codes need two or four bytes.
fn filler(odd: bool, rows: usize, mut intern: impl FnMut(&str)) {
    if odd {
        let many = if rows.is_multiple_of(16) { 70_000 } else { 300 };
        (0..many).for_each(|i| intern(&format!("Filler {i}")));
    }
}

fn coded(column: &mut CodedColumn, cells: &[&Cell<'static>], odd: bool) {
    let budget = Budget::default();
    filler(odd, cells.len(), |word| {
        column.intern(word, &budget).unwrap();
    });
    let codes: Vec<u32> = cells.iter().map(|cell| cell.text().map_or(0, |text| column.intern(text, &budget).unwrap())).collect();
    column.extend(&codes, &budget).unwrap();
}

fn list(column: &mut ListColumn, cells: &[&Cell<'static>], odd: bool) {
    let budget = Budget::default();
    filler(odd, cells.len(), |word| {
        column.intern(word, &budget).unwrap();
    });
    for cell in cells {
        let codes: Vec<u32> = cell.items().map(|item| column.intern(item, &budget).unwrap()).collect();
        column.push(&codes, &budget).unwrap();
    }
}

/// With `odd`, every third row stands in the chunk as another text and was changed since.
fn text(column: &mut TextColumn, cells: &[&Cell<'static>], odd: bool) {
    let budget = Budget::default();
    let is_changed = |row: usize| odd && row % CHUNK % 3 == 1;
    for (row, cell) in cells.iter().enumerate() {
        column.push(if is_changed(row) { Some("abab") } else { cell.text() }, &budget).unwrap();
    }
    for (chunk, cells) in column.chunks.iter_mut().zip(cells.chunks(CHUNK)) {
        for (row, cell) in cells.iter().enumerate().filter(|(row, _)| is_changed(*row)) {
            let change = cell.text().map(|text| Changed { folded: compared(column.case, text).into(), original: text.into() });
            Rc::get_mut(chunk).unwrap().changed.push((u16::try_from(row).unwrap(), change));
        }
    }
}

/// The rows of a mask.
pub fn rows_of(mask: &crate::table::Mask) -> Vec<usize> {
    (0..mask.rows).filter(|row| mask.contains(RowIx(*row))).map(|row| row as usize).collect()
}
