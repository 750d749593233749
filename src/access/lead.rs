//! Leads as permissions see them: in a table, as an object, and as they would be after a change.

use std::borrow::Cow;

use crate::json::Json;
use crate::query::convert::cell_from_json;
use crate::query::{Cell, Cells, FieldIx, Schema};

/// A lead that is asked about.
#[derive(Clone, Copy)]
pub enum Lead<'a> {
    /// This one.
    Known {
        /// Its values.
        cells: &'a dyn Cells,
        /// The fields that it does not have at all; a row of a table has all.
        lacks: &'a [FieldIx],
    },
    /// One that does not exist, by the id that was asked for.
    Unknown(&'a str),
    /// What was looked up and not found: no lead at all.
    Missing,
}

impl<'a> Lead<'a> {
    /// A lead that has all fields.
    pub fn whole(cells: &'a dyn Cells) -> Lead<'a> {
        Lead::Known { cells, lacks: &[] }
    }
}

/// A lead given as an object.
#[derive(Clone, Debug, Default)]
pub struct LeadObject {
    cells: Vec<Cell<'static>>,
    lacks: Vec<FieldIx>,
}

impl LeadObject {
    /// Reads an object. A key that is not there, or whose value does not fit its field, is a field that the lead lacks; null is a
    /// value. Keys that are no fields are left alone.
    pub fn read(json: &Json, schema: &Schema) -> LeadObject {
        let pairs = json.as_object().unwrap_or_default();
        let mut out = LeadObject::default();
        for (ix, field) in (0u32..).zip(&schema.fields) {
            let value = pairs.iter().find(|(key, _)| *key == field.name).map(|(_, value)| value);
            match value.map(|value| cell_from_json(field, schema, value)) {
                Some(Ok(cell)) => out.cells.push(cell),
                // A word that is not known is a value all the same, as it is in a table.
                Some(Err(problem)) if !problem.cell.is_null() => out.cells.push(problem.cell),
                _ => {
                    out.cells.push(Cell::Null);
                    out.lacks.push(FieldIx(ix));
                }
            }
        }
        out
    }

    /// The fields that it does not have.
    pub fn lacks(&self) -> &[FieldIx] {
        &self.lacks
    }

    /// The lead to ask about.
    pub fn lead(&self) -> Lead<'_> {
        Lead::Known { cells: self, lacks: &self.lacks }
    }
}

impl Cells for LeadObject {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        self.cells.get(field.0 as usize).map_or(Cell::Null, borrowed)
    }
}

/// The same value without a copy of its text.
fn borrowed<'a>(cell: &'a Cell<'static>) -> Cell<'a> {
    match cell {
        Cell::Null => Cell::Null,
        Cell::Text(text) => Cell::Text(Cow::Borrowed(text)),
        Cell::Number(number) => Cell::Number(*number),
        Cell::Bool(value) => Cell::Bool(*value),
        Cell::Day(day) => Cell::Day(*day),
        Cell::Instant(instant) => Cell::Instant(*instant),
        Cell::List(items) => Cell::List(items.iter().map(|item| Cow::Borrowed(item.as_ref())).collect()),
    }
}

/// What a change makes of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// This value.
    Set(Cell<'static>),
    /// A list with words taken out, and others added at its end where they are not there yet.
    Words {
        /// To add.
        add: Vec<String>,
        /// To take out.
        remove: Vec<String>,
    },
    /// A value that cannot be told without `now`.
    Later,
}

/// A lead as it would be after a change.
pub(super) struct PatchedLead<'a> {
    pub before: &'a dyn Cells,
    pub changes: &'a [(FieldIx, Change)],
}

impl Cells for PatchedLead<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        match self.changes.iter().find(|(changed, _)| *changed == field) {
            None => self.before.cell(field),
            Some((_, Change::Set(cell))) => borrowed(cell),
            Some((_, Change::Later)) => Cell::Null,
            Some((_, Change::Words { add, remove })) => {
                let mut items: Vec<Cow<'_, str>> = match self.before.cell(field) {
                    Cell::List(items) => items,
                    _ => Vec::new(),
                };
                items.retain(|item| !remove.iter().any(|word| word == item));
                for word in add {
                    if !items.iter().any(|item| item == word) {
                        items.push(Cow::Borrowed(word));
                    }
                }
                if items.is_empty() { Cell::Null } else { Cell::List(items) }
            }
        }
    }
}
