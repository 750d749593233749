//! Upserts, removals, and packing after many of them.

use std::rc::Rc;

use super::bit;
use super::column::{Column, TextColumn};
use super::dict::hash;
use super::index::Index;
use super::mask::full;
use super::ops::{Writes, gather, short};
use super::stage::Stage;
use super::{Budget, Loader, Table};
use crate::error::{Error, Result};
use crate::query::schema::Case;

/// What an upsert did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Leads that were not there before.
    pub added: usize,
    /// Leads that were there.
    pub updated: usize,
}

/// Where the rows of a stage go.
struct Targets {
    /// Rows of the stage that are new leads, in order.
    fresh: Vec<u32>,
    /// (row of the table, row of the stage) of the others, in order.
    updates: Vec<(u32, u32)>,
    updated: usize,
}

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

    fn become_stage(&mut self, mut stage: Stage) {
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

    fn settle(&mut self) {
        self.budget.settle(self.bytes());
    }

    /// Takes over the rows of a loader: a lead that is there gets the values of the keys that are present, others are added.
    ///
    /// # Errors
    /// Those of [`Loader::finish`]; `column_missing` if leads are added. The table is then as it was.
    pub fn upsert(&mut self, loader: Loader) -> Result<Upserted> {
        let (stage, problems) = loader.into_stage()?;
        self.budget.settle(self.bytes() + stage.bytes());
        let done = self.take_over(stage, problems);
        self.settle();
        done
    }

    fn take_over(&mut self, stage: Stage, problems: super::Problems) -> Result<Upserted> {
        self.problems.reserve_for(&problems, &self.budget)?;
        let done = if stage.rows == 0 {
            // Nothing changes, and selections stay good.
            Upserted::default()
        } else if self.now.rows == 0 && stage.duplicates.is_empty() {
            stage.may_add()?;
            let added = stage.rows as usize;
            self.become_stage(stage);
            Upserted { added, updated: 0 }
        } else {
            let rows = self.now.rows;
            self.merge(&stage).inspect_err(|_| Rc::make_mut(&mut self.now.columns).iter_mut().for_each(|column| column.truncate(rows)))?
        };
        self.problems.append(problems);
        Ok(done)
    }

    fn targets(&self, stage: &Stage) -> Result<Targets> {
        let budget = &self.budget;
        let (mut fresh, mut updates, mut updated) = (Vec::new(), Vec::new(), 0);
        let mut targets: Vec<u32> = Vec::new();
        budget.exact(&mut targets, if stage.duplicates.is_empty() { 0 } else { stage.rows as usize })?;
        let mut duplicates = stage.duplicates.iter().peekable();
        for row in 0..stage.rows {
            let first = duplicates.next_if(|(at, _)| *at == row).map(|(_, first)| *first);
            let target = match first {
                Some(first) => targets.get(first as usize).copied(),
                None => self.index.find(self.ids(), stage.ids().stored(row)).inspect(|_| updated += 1),
            };
            let target = match target {
                Some(target) => {
                    budget.grow(&mut updates, 1)?;
                    updates.push((target, row));
                    target
                }
                None => {
                    budget.grow(&mut fresh, 1)?;
                    fresh.push(row);
                    self.now.rows.checked_add(short(fresh.len())).filter(|rows| *rows < u32::MAX).ok_or_else(Error::out_of_memory)? - 1
                }
            };
            if !stage.duplicates.is_empty() {
                targets.push(target);
            }
        }
        Ok(Targets { fresh, updates, updated })
    }

    /// On an error, columns may have rows too many; the caller cuts them.
    fn merge(&mut self, stage: &Stage) -> Result<Upserted> {
        let Targets { fresh, updates, updated } = self.targets(stage)?;
        if !fresh.is_empty() {
            stage.may_add()?;
        }
        let (rows, added) = (self.now.rows, short(fresh.len()));
        let Table { now, index, budget, .. } = self;
        let schema = now.schema.clone();
        index.reserve(now.ids(), fresh.len(), budget)?;
        let live = now.live.as_ref().map(|live| extended(live, rows, added, budget)).transpose()?;
        let mut writes: Vec<Writes> = Vec::new();
        budget.exact(&mut writes, now.columns.len())?;
        for (at, (column, from)) in Rc::make_mut(&mut now.columns).iter_mut().zip(&stage.columns).enumerate() {
            column.append_rows(from, &fresh, budget)?;
            let present = if at == now.id.0 as usize { Vec::new() } else { stage.present(at, &updates)? };
            writes.push(column.prepare_rows(from, &present, budget)?);
        }
        for (column, writes) in Rc::make_mut(&mut now.columns).iter_mut().zip(writes) {
            column.commit(writes);
        }
        now.rows = rows + added;
        now.size += added as usize;
        now.live = live;
        now.revision += 1;
        let ids = now.ids();
        for row in rows..now.rows {
            let id = ids.stored(row);
            self.ascending &= row == 0 || ids.stored(row - 1) < id;
            index.insert(ids, hash(id), row);
        }
        // A dictionary that no longer pays becomes an arena. The values are the same, so failing to do so is no failure.
        for (column, field) in Rc::make_mut(&mut now.columns).iter_mut().zip(&schema.fields) {
            let _ = column.reconsider(field, now.rows, budget);
        }
        Ok(Upserted { added: added as usize, updated })
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
fn extended(live: &[u64], rows: u32, added: u32, budget: &Budget) -> Result<Rc<Vec<u64>>> {
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

/// The index of an id column without repeated ids.
pub fn indexed(ids: Option<&Column>, rows: u32, budget: &Budget) -> Result<Index> {
    let none = TextColumn::new(Case::Sensitive);
    let ids = if let Some(Column::Text(ids)) = ids { ids } else { &none };
    let mut index = Index::default();
    index.reserve(ids, rows as usize, budget)?;
    (0..rows).for_each(|row| index.insert(ids, hash(ids.stored(row)), row));
    Ok(index)
}

impl Stage {
    /// Whether leads may be added that nobody wrote certain fields for.
    fn may_add(&self) -> Result<()> {
        self.lacking.as_ref().map_or(Ok(()), |error| Err((**error).clone()))
    }

    /// The updates whose row has a value, null included, for the field at `at`.
    fn present(&self, at: usize, updates: &[(u32, u32)]) -> Result<Vec<(u32, u32)>> {
        let absent = self.absent.get(at).map(Vec::as_slice).unwrap_or_default();
        let mut out = gather(updates.iter().copied(), &self.budget)?;
        if !absent.is_empty() {
            out.retain(|(_, row)| !bit(absent, *row as usize));
        }
        Ok(out)
    }

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
