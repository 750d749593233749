//! Rows on their way into a table.

use std::rc::Rc;

use super::Budget;
use super::column::{Column, TextColumn};
use super::index::{Index, indexed};
use super::ops::short;
use super::snapshot::empty_columns;
use crate::error::{Error, Result};
use crate::query::schema::Case;
use crate::query::{FieldIx, Schema};

/// Rows that were read and belong to no table yet. Unlike in a table, an id may occur again.
#[derive(Debug)]
pub struct Stage {
    pub schema: Rc<Schema>,
    pub id: FieldIx,
    pub columns: Vec<Column>,
    pub rows: u32,
    /// The first row of each id, once [`Stage::index_ids`] was called.
    pub index: Index,
    /// (row, first row of the same id), ascending.
    pub duplicates: Vec<(u32, u32)>,
    /// Whether each id is greater than the one before.
    pub ascending: bool,
    /// Whether an id may come again: the first row of it is the one that is found.
    pub repeats: bool,
    /// Whether leads are found by other fields than the id, which may then be missing.
    pub keyed: bool,
    /// Whether some row has an id, where it may be missing.
    pub has_ids: bool,
    /// Whether a problem is an error.
    pub strict: bool,
    /// Rows of the input that are none here, ascending.
    pub refused: Vec<u32>,
    /// For each field a bit a row, set where the key was missing; words that are not there are 0. Only for upserts.
    pub absent: Vec<Vec<u64>>,
    pub budget: Budget,
    pub no_ids: TextColumn,
    /// What became of the columns of the input.
    pub met: Columns,
    /// The error if leads are added, which lack fields that must have a column.
    pub lacking: Option<Rc<Error>>,
}

/// What became of the columns of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Its headers or keys that stand for a field, in their order.
    pub used: Vec<(String, FieldIx)>,
    /// Those that stand for none.
    pub unused: Vec<String>,
    /// The fields that had none.
    pub missing: Vec<FieldIx>,
}

impl Columns {
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let texts = self.used.iter().map(|(key, _)| key).chain(&self.unused);
        texts.map(|text| text.len() + 40).sum::<usize>() + self.missing.len() * 4
    }
}

impl Stage {
    pub fn new(schema: Rc<Schema>, id: FieldIx, budget: Budget) -> Stage {
        let columns = empty_columns(&schema, id);
        let absent = columns.iter().map(|_| Vec::new()).collect();
        let (index, no_ids) = (Index::default(), TextColumn::new(Case::Sensitive));
        Stage {
            schema,
            id,
            columns,
            rows: 0,
            index,
            duplicates: Vec::new(),
            ascending: true,
            repeats: false,
            keyed: false,
            has_ids: false,
            strict: false,
            refused: Vec::new(),
            absent,
            budget,
            no_ids,
            met: Columns::default(),
            lacking: None,
        }
    }

    pub fn ids(&self) -> &TextColumn {
        match self.columns.get(self.id.0 as usize) {
            Some(Column::Text(ids)) => ids,
            _ => &self.no_ids,
        }
    }

    /// Enters the ids into the index, which is put off as long as they ascend: then none can be a duplicate.
    pub fn index_ids(&mut self) -> Result<()> {
        if self.ascending {
            self.index = indexed(self.columns.get(self.id.0 as usize), self.rows, &self.budget)?;
        }
        Ok(())
    }

    /// Notes rows of the input that are none here, by their places in a batch that begins at a row of the input.
    pub fn refuse(&mut self, places: &[usize], from: u32) -> Result<()> {
        self.budget.grow(&mut self.refused, places.len())?;
        self.refused.extend(places.iter().map(|place| from.saturating_add(short(*place))));
        Ok(())
    }

    /// The row of the input that a row here was.
    pub fn input_row(&self, row: u32) -> u32 {
        let (mut low, mut high) = (0, self.refused.len());
        while low < high {
            let middle = low.midpoint(high);
            let before = self.refused.get(middle).map_or(u32::MAX, |refused| refused.saturating_sub(short(middle)));
            if before <= row { low = middle + 1 } else { high = middle }
        }
        row.saturating_add(short(low))
    }

    /// Notes that a key was missing.
    pub fn mark_absent(&mut self, field: usize, row: u32) -> Result<()> {
        let Some(words) = self.absent.get_mut(field) else { return Ok(()) };
        let at = row as usize / 64;
        if at >= words.len() {
            self.budget.grow(words, at + 1 - words.len())?;
            words.resize(at + 1, 0);
        }
        words.get_mut(at).into_iter().for_each(|word| *word |= 1 << (row % 64));
        Ok(())
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Column::bytes).sum();
        let absent: usize = self.absent.iter().map(|words| words.capacity() * 8).sum();
        columns + absent + self.index.bytes() + self.duplicates.capacity() * 8 + self.refused.capacity() * 4
    }
}
