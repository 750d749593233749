//! What a stage becomes, removals, and packing after many of them.

use std::rc::Rc;

use super::column::Column;
use super::index::indexed;
use super::mask::full;
use super::ops::{gather, short};
use super::stage::Stage;
use super::{Budget, Table};
use crate::error::Result;

impl Table {
    /// The table that a stage becomes.
    pub fn from_stage(stage: Stage, problems: super::Problems) -> Result<Table> {
        let stage = if stage.duplicates.is_empty() { stage } else { stage.without_duplicates()? };
        let mut table = Table::new(stage.schema.clone(), stage.id, stage.budget.clone());
        table.problems = problems;
        table.loaded = stage.met.clone();
        table.become_stage(stage);
        Ok(table)
    }

    pub(super) fn become_stage(&mut self, mut stage: Stage) {
        stage.columns.iter_mut().for_each(Column::trim);
        self.now.columns = Rc::new(stage.columns);
        self.now.rows = stage.rows;
        self.now.size = stage.rows as usize;
        self.now.live = None;
        self.now.revision += 1;
        self.index = stage.index;
        self.ascending = stage.ascending;
        self.settle();
    }

    pub(super) fn settle(&mut self) {
        self.budget.settle(self.bytes());
    }

    /// Removes leads; ids that are not there are passed over. Gives back how many were removed.
    ///
    /// # Errors
    /// `out_of_memory`; then nothing was removed.
    pub fn remove<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> Result<usize> {
        self.budget.settle(self.bytes());
        let mut ids = ids.into_iter();
        // The first id that is there decides whether the bitmap is needed at all.
        let Some(first) = ids.find_map(|id| self.find(id)) else { return Ok(0) };
        let mut live = match &self.now.live {
            Some(live) => self.budget.copy(live)?,
            None => full(self.now.rows, &self.budget)?,
        };
        let (mut removed, mut next) = (0, Some(first));
        while let Some(row) = next {
            live.get_mut(row.0 as usize / 64).into_iter().for_each(|word| *word &= !(1 << (row.0 % 64)));
            self.index.remove(self.now.ids(), row.0);
            removed += 1;
            next = ids.find_map(|id| self.find(id));
        }
        self.now.live = Some(Rc::new(live));
        self.now.size -= removed;
        self.now.revision += 1;
        if self.now.size < self.now.rows as usize / 2 {
            // Packing is for speed alone: without the memory for it, the table stays as it is.
            let _ = self.pack();
        }
        self.settle();
        Ok(removed)
    }

    /// Drops the rows of removed leads.
    fn pack(&mut self) -> Result<()> {
        let budget = &self.budget;
        let mut rows = Vec::new();
        budget.exact(&mut rows, self.now.size)?;
        rows.extend(self.now.live_rows().map(|row| row.0));
        let columns = packed(&self.now.columns, &rows, budget)?;
        let index = indexed(columns.get(self.now.id.0 as usize), short(rows.len()), budget)?;
        self.now.columns = Rc::new(columns);
        self.now.rows = short(rows.len());
        self.now.live = None;
        self.index = index;
        Ok(())
    }
}

/// A live bitmap with `added` more rows.
pub fn extended(live: &[u64], rows: u32, added: u32, budget: &Budget) -> Result<Rc<Vec<u64>>> {
    let mut words = full(rows.saturating_add(added), budget)?;
    for (at, (word, old)) in words.iter_mut().zip(live).enumerate() {
        let known = (rows as usize).saturating_sub(at * 64);
        let new = if known >= 64 { 0 } else { u64::MAX << known };
        *word &= old | new;
    }
    Ok(Rc::new(words))
}

/// Columns of these rows alone.
pub fn packed(columns: &[Column], rows: &[u32], budget: &Budget) -> Result<Vec<Column>> {
    let mut out = Vec::new();
    budget.exact(&mut out, columns.len())?;
    for column in columns {
        let mut new = column.empty_like();
        new.append_rows(column, rows, budget)?;
        new.trim();
        out.push(new);
    }
    Ok(out)
}

impl Stage {
    /// The same rows with each id once: the last row of an id, at the place of the first.
    fn without_duplicates(self) -> Result<Stage> {
        let mut rows = gather(0..self.rows, &self.budget)?;
        let again = |rows: &mut Vec<u32>, at: u32, to: u32| rows.get_mut(at as usize).into_iter().for_each(|row| *row = to);
        for (row, first) in &self.duplicates {
            again(&mut rows, *first, *row);
            again(&mut rows, *row, u32::MAX);
        }
        rows.retain(|row| *row != u32::MAX);
        let columns = packed(&self.columns, &rows, &self.budget)?;
        let count = short(rows.len());
        let index = indexed(columns.get(self.id.0 as usize), count, &self.budget)?;
        Ok(Stage { columns, rows: count, index, duplicates: Vec::new(), ..self })
    }
}
