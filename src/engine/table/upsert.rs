//! Upserts: which lead a row is for, and what of it is written.
//!
//! The rows of the input apply one after the other. What a column is to have is worked out for all rows of it at once: the pairs of
//! (row of the table, row of the input) that the options let through, those left out that would change nothing. So a lead whose
//! values are what they were costs a comparison and no write, and the same pairs tell which leads change at all.

use std::rc::Rc;

use super::bit;
use super::change::extended;
use super::column::Column;
use super::dict::hash;
use super::ops::{Writes, gather, last_of_each, short};
use super::stage::Stage;
use super::{Loader, Problems, Table};
use crate::error::{Error, Result};
use crate::query::FieldIx;

mod differ;
mod matching;
mod preview;

pub use preview::{Change, Item, Outcome, Preview};

/// What becomes of a value where the input has an empty cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBlank {
    /// It goes.
    #[default]
    Clear,
    /// It stays.
    Keep,
}

/// What becomes of a lead that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnKnown {
    /// It gets the values of the input.
    #[default]
    Update,
    /// It gets them in fields that have none.
    Fill,
    /// Nothing.
    Skip,
}

/// What becomes of a row for a lead that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnknown {
    /// The lead is added.
    #[default]
    Add,
    /// Nothing.
    Skip,
}

/// How rows meet the leads that are there.
#[derive(Clone, Debug, Default)]
pub struct UpsertOptions {
    /// Of empty cells; those of `Fill` never clear.
    pub on_blank: OnBlank,
    /// Of leads that are there.
    pub on_known: OnKnown,
    /// Of leads that are not.
    pub on_unknown: OnUnknown,
    /// Keys by which a lead is found, each of one field or several together, tried in this order; by its id alone if there is none.
    /// Lists are no keys.
    pub match_by: Vec<Vec<FieldIx>>,
}

/// What an upsert did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Leads that were not there before.
    pub added: usize,
    /// Leads that were there and have other values now.
    pub updated: usize,
    /// Leads that were there and have the values that they had.
    pub unchanged: usize,
    /// Rows that the options leave out.
    pub skipped: usize,
    /// Rows that may be for several leads, of which nothing is written.
    pub ambiguous: usize,
    /// Problems of the input.
    pub problems: u64,
}

/// The target of a row whose lead is not there and is not added.
const NOWHERE: u32 = u32::MAX;

/// A row that may be for several leads.
#[derive(Debug)]
struct Ambiguous {
    /// Row of the stage.
    row: u32,
    /// The leads, as targets.
    leads: Vec<u32>,
}

/// Where the rows of a stage go. A target is a row of the table or, behind them, a place in `fresh`.
#[derive(Debug, Default)]
struct Targets {
    /// Rows of the stage that are new leads, in order.
    fresh: Vec<u32>,
    /// (target, row of the stage) of the others, in order.
    updates: Vec<(u32, u32)>,
    /// (row of the stage, first row for the same lead), ascending.
    again: Vec<(u32, u32)>,
    /// (row of the stage, its target) of those that are left out.
    skipped: Vec<(u32, u32)>,
    ambiguous: Vec<Ambiguous>,
    /// What was found on the way.
    problems: Problems,
}

/// A bit for each row of a stage, set where it changes its lead; that of the first row of a lead stands for all of them.
#[derive(Debug, Default)]
struct Changing(Vec<u64>);

impl Targets {
    /// How many leads of the table the rows are for.
    fn known(&self, rows: u32) -> usize {
        let mut out = 0;
        for (target, row) in &self.updates {
            out += usize::from(*target < rows && !self.is_again(*row));
        }
        out
    }

    fn is_again(&self, row: u32) -> bool {
        self.first(row) != row
    }

    /// The first row for the lead of this one.
    fn first(&self, row: u32) -> u32 {
        match self.again.is_empty() {
            true => row,
            false => {
                self.again.binary_search_by_key(&row, |(row, _)| *row).ok().and_then(|at| self.again.get(at)).map_or(row, |pair| pair.1)
            }
        }
    }
}

impl Table {
    /// Takes over the rows of a loader: a lead that is there gets the values of the keys that are present, others are added, as far as
    /// the loader's options let them.
    ///
    /// # Errors
    /// Those of [`Loader::finish`]; `column_missing` if leads are added; `cell_invalid` if the load is strict. The table is then as it was.
    pub fn upsert(&mut self, loader: Loader) -> Result<Upserted> {
        let options = loader.upsert.clone();
        let (stage, problems) = loader.into_stage()?;
        self.budget.settle(self.bytes() + stage.bytes());
        let done = self.take_over(stage, problems, &options);
        self.settle();
        done
    }

    /// What [`Table::upsert`] would do. It holds the rows of the input, and of the table no more than a snapshot does.
    ///
    /// # Errors
    /// Those of [`Table::upsert`].
    pub fn preview(&self, loader: Loader) -> Result<Preview> {
        let options = loader.upsert.clone();
        let (stage, mut problems) = loader.into_stage()?;
        self.budget.settle(self.bytes() + stage.bytes());
        let mut targets = self.targets(&stage, &options)?;
        if !targets.fresh.is_empty() {
            stage.may_add()?;
        }
        let merge = Merge { rows: self.now.rows, stage: &stage, targets: &targets, options: &options };
        let mut changing = Changing::default();
        for (at, (column, from)) in self.now.columns.iter().zip(&stage.columns).enumerate() {
            if at != self.now.id.0 as usize {
                merge.pairs(column, from, at, &mut changing)?;
            }
        }
        problems.append(std::mem::take(&mut targets.problems));
        let counts = targets.counts(self.now.rows, &changing, &problems);
        let preview = Preview::new(self.snapshot(), stage, targets, options, counts, &changing, problems);
        self.budget.settle(self.bytes());
        preview
    }

    fn take_over(&mut self, stage: Stage, mut problems: Problems, options: &UpsertOptions) -> Result<Upserted> {
        let plain = stage.duplicates.is_empty() && options.match_by.is_empty() && options.on_unknown == OnUnknown::Add;
        if stage.rows == 0 || (self.now.rows == 0 && plain) {
            self.problems.reserve_for(&problems, &self.budget)?;
            let done = Upserted { added: stage.rows as usize, problems: problems.total(), ..Upserted::default() };
            // Where nothing comes nothing changes, and selections stay good.
            if stage.rows > 0 {
                stage.may_add()?;
                self.become_stage(stage);
            }
            self.problems.append(problems);
            return Ok(done);
        }
        let mut targets = self.targets(&stage, options)?;
        problems.append(std::mem::take(&mut targets.problems));
        self.problems.reserve_for(&problems, &self.budget)?;
        let rows = self.now.rows;
        let changing = self
            .merge(&stage, &targets, options)
            .inspect_err(|_| Rc::make_mut(&mut self.now.columns).iter_mut().for_each(|column| column.truncate(rows)))?;
        let done = targets.counts(rows, &changing, &problems);
        self.problems.append(problems);
        Ok(done)
    }

    fn targets(&self, stage: &Stage, options: &UpsertOptions) -> Result<Targets> {
        if !options.match_by.is_empty() {
            return matching::targets(self, stage, options);
        }
        let budget = &self.budget;
        let mut out = Targets::default();
        let mut targets: Vec<u32> = Vec::new();
        budget.exact(&mut targets, if stage.duplicates.is_empty() { 0 } else { stage.rows as usize })?;
        let mut duplicates = stage.duplicates.iter().peekable();
        for row in 0..stage.rows {
            let first = duplicates.next_if(|(at, _)| *at == row).map(|(_, first)| *first);
            let target = match first {
                Some(first) => targets.get(first as usize).copied().filter(|target| *target != NOWHERE),
                None => self.index.find(self.ids(), stage.ids().stored(row)),
            };
            let target = match target {
                Some(target) => {
                    self.known(&mut out, target, row, first, options)?;
                    target
                }
                None => self.unknown(&mut out, row, options)?,
            };
            if !stage.duplicates.is_empty() {
                targets.push(target);
            }
        }
        Ok(out)
    }

    /// Notes a row for a lead that is there, with the first row for it if that is another one.
    #[inline]
    fn known(&self, out: &mut Targets, target: u32, row: u32, first: Option<u32>, options: &UpsertOptions) -> Result<()> {
        if options.on_known == OnKnown::Skip {
            self.budget.grow(&mut out.skipped, 1)?;
            out.skipped.push((row, target));
            return Ok(());
        }
        if let Some(first) = first {
            self.budget.grow(&mut out.again, 1)?;
            out.again.push((row, first));
        }
        self.budget.grow(&mut out.updates, 1)?;
        out.updates.push((target, row));
        Ok(())
    }

    /// Notes a row for a lead that is not there; gives back its target.
    #[inline]
    fn unknown(&self, out: &mut Targets, row: u32, options: &UpsertOptions) -> Result<u32> {
        if options.on_unknown == OnUnknown::Skip {
            self.budget.grow(&mut out.skipped, 1)?;
            out.skipped.push((row, NOWHERE));
            return Ok(NOWHERE);
        }
        self.budget.grow(&mut out.fresh, 1)?;
        out.fresh.push(row);
        self.now
            .rows
            .checked_add(short(out.fresh.len()))
            .filter(|rows| *rows < u32::MAX)
            .ok_or_else(Error::out_of_memory)
            .map(|rows| rows - 1)
    }

    /// On an error, columns may have rows too many; the caller cuts them.
    fn merge(&mut self, stage: &Stage, targets: &Targets, options: &UpsertOptions) -> Result<Changing> {
        let fresh = &targets.fresh;
        if !fresh.is_empty() {
            stage.may_add()?;
        }
        let (rows, added) = (self.now.rows, short(fresh.len()));
        let Table { now, index, budget, .. } = self;
        let schema = now.schema.clone();
        index.reserve(now.ids(), fresh.len(), budget)?;
        let live = now.live.as_ref().map(|live| extended(live, rows, added, budget)).transpose()?;
        let merge = Merge { rows, stage, targets, options };
        let mut changing = Changing::default();
        let mut writes: Vec<Writes> = Vec::new();
        budget.exact(&mut writes, now.columns.len())?;
        for (at, (column, from)) in Rc::make_mut(&mut now.columns).iter_mut().zip(&stage.columns).enumerate() {
            column.append_rows(from, fresh, budget)?;
            let pairs = if at == now.id.0 as usize { Vec::new() } else { merge.pairs(column, from, at, &mut changing)? };
            writes.push(if pairs.is_empty() { Writes::Nothing } else { column.prepare_rows(from, &pairs, budget)? });
        }
        if added == 0 && changing.0.is_empty() {
            // Nothing changes, and selections stay good.
            return Ok(changing);
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
        Ok(changing)
    }
}

/// A stage on its way into a table of so many rows.
struct Merge<'m> {
    rows: u32,
    stage: &'m Stage,
    targets: &'m Targets,
    options: &'m UpsertOptions,
}

impl Merge<'_> {
    /// The pairs of a column that change something, as [`Column::prepare_rows`] takes them; `changing` learns which rows do. Without the
    /// new leads at its end the column has none to change there.
    fn pairs(&self, column: &Column, from: &Column, at: usize, changing: &mut Changing) -> Result<Vec<(u32, u32)>> {
        let Merge { rows, stage, targets, options } = self;
        let mut pairs = stage.present(at, &targets.updates)?;
        let fills = options.on_known == OnKnown::Fill;
        if fills || options.on_blank == OnBlank::Keep {
            pairs.retain(|(_, row)| from.has(*row));
        }
        if fills {
            pairs.retain(|(target, _)| !column.has(*target));
        }
        if !targets.again.is_empty() {
            // Of several rows the last one holds, but the first one fills.
            if fills {
                pairs.reverse();
            }
            pairs = last_of_each(&pairs, &stage.budget)?;
        }
        column.retain_differing(from, &mut pairs, &stage.budget)?;
        for (target, row) in &pairs {
            if target < rows {
                changing.set(targets.first(*row), stage.rows, &stage.budget)?;
            }
        }
        Ok(pairs)
    }
}

impl Changing {
    fn set(&mut self, row: u32, rows: u32, budget: &super::Budget) -> Result<()> {
        if self.0.is_empty() {
            budget.exact(&mut self.0, (rows as usize).div_ceil(64))?;
            self.0.resize((rows as usize).div_ceil(64), 0);
        }
        self.0.get_mut(row as usize / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
        Ok(())
    }
}

impl Targets {
    fn counts(&self, rows: u32, changing: &Changing, problems: &Problems) -> Upserted {
        let updated: u32 = changing.0.iter().map(|word| word.count_ones()).sum();
        Upserted {
            added: self.fresh.len(),
            updated: updated as usize,
            unchanged: self.known(rows) - updated as usize,
            skipped: self.skipped.len(),
            ambiguous: self.ambiguous.len(),
            problems: problems.total(),
        }
    }
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
}
