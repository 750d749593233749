//! Reading a table, as it is now or as it was.

use std::borrow::Cow;
use std::rc::Rc;

use super::bit;
use super::column::{Column, TextColumn};
use super::layout::RowIx;
use super::ops::IsId;
use crate::query::schema::Case;
use crate::query::{Cell, Cells, FieldIx, Schema};

/// The rows of a table at one moment. It shares memory with the table and stays as it is when the table changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) schema: Rc<Schema>,
    pub(crate) id: FieldIx,
    /// Shared, so that a plan about one lead costs nothing for the rest of the table.
    pub(crate) columns: Rc<Vec<Column>>,
    pub(crate) live: Option<Rc<Vec<u64>>>,
    pub(crate) rows: u32,
    pub(crate) size: usize,
    pub(crate) revision: u64,
    nothing: Column,
    no_ids: TextColumn,
}

/// One row of a table, as a lead.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    /// The table.
    pub table: &'t Snapshot,
    /// Which one.
    pub row: RowIx,
}

impl Cells for Row<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        self.table.cell(self.row, field)
    }
}

/// The columns of a table without rows.
pub fn empty_columns(schema: &Schema, id: FieldIx) -> Vec<Column> {
    let is_id = |at: u32| if FieldIx(at) == id { IsId::Yes } else { IsId::No };
    (0u32..).zip(&schema.fields).map(|(at, field)| Column::new(field, is_id(at))).collect()
}

impl Snapshot {
    pub(crate) fn empty(schema: Rc<Schema>, id: FieldIx) -> Self {
        let columns = Rc::new(empty_columns(&schema, id));
        let no_ids = TextColumn::new(Case::Sensitive);
        Snapshot { schema, id, columns, live: None, rows: 0, size: 0, revision: 0, nothing: Column::Text(no_ids.clone()), no_ids }
    }

    /// The fields.
    pub fn schema(&self) -> &Rc<Schema> {
        &self.schema
    }

    /// Which field is the id.
    pub fn id_field(&self) -> FieldIx {
        self.id
    }

    /// How many leads there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many rows there are, those of removed leads included.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// One bit a row, set for leads that were not removed; `None` if none was.
    pub fn live(&self) -> Option<&[u64]> {
        self.live.as_deref().map(Vec::as_slice)
    }

    /// Whether a row is one of a lead that was not removed.
    pub fn is_live(&self, RowIx(row): RowIx) -> bool {
        row < self.rows && self.live().is_none_or(|live| bit(live, row as usize))
    }

    /// A number that rises with every change of the table.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The values of a field; a column without rows for one that is not of this schema.
    pub fn column(&self, field: FieldIx) -> &Column {
        self.columns.get(field.0 as usize).unwrap_or(&self.nothing)
    }

    /// The value of a field of a row, also of a removed one; null outside of the table.
    pub fn cell(&self, RowIx(row): RowIx, field: FieldIx) -> Cell<'_> {
        self.column(field).cell(row)
    }

    /// The id of a row; empty outside of the table.
    pub fn id(&self, RowIx(row): RowIx) -> Cow<'_, str> {
        self.ids().original(row).unwrap_or_default()
    }

    /// The rows that were not removed, ascending.
    pub fn live_rows(&self) -> impl Iterator<Item = RowIx> + '_ {
        (0..self.rows).map(RowIx).filter(|row| self.is_live(*row))
    }

    pub(crate) fn ids(&self) -> &TextColumn {
        match self.column(self.id) {
            Column::Text(ids) => ids,
            _ => &self.no_ids,
        }
    }
}
