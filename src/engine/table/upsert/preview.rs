//! What an upsert would do, row by row.

use super::{Changing, NOWHERE, OnBlank, OnKnown, Targets, UpsertOptions, Upserted};
use crate::error::Result;
use crate::query::{Cell, FieldIx};
use crate::table::stage::Stage;
use crate::table::{Problems, RowIx, Snapshot, bit};

/// What becomes of a lead, or of a row that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A lead that was not there.
    Added,
    /// A lead with other values than before.
    Updated,
    /// A lead with the values that it had.
    Unchanged,
    /// A row that the options leave out.
    Skipped,
    /// A row that may be for several leads.
    Ambiguous,
}

/// One lead, at the first row for it, or one row that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Its row in the input.
    pub input_row: u32,
    row: u32,
    /// Its target; of an ambiguous one the place in the list of those.
    target: u32,
}

/// A field of a lead with its values before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'p> {
    /// Which one.
    pub field: FieldIx,
    /// What it has.
    pub before: Cell<'p>,
    /// What it would have.
    pub after: Cell<'p>,
}

/// See [`crate::table::Table::preview`].
#[derive(Debug)]
pub struct Preview {
    snapshot: Snapshot,
    stage: Stage,
    targets: Targets,
    options: UpsertOptions,
    items: Vec<Item>,
    /// How many leads and rows there are of each outcome.
    pub counts: Upserted,
    /// What did not fit.
    pub problems: Problems,
}

impl Preview {
    pub(super) fn new(
        snapshot: Snapshot,
        stage: Stage,
        targets: Targets,
        options: UpsertOptions,
        counts: Upserted,
        changing: &Changing,
        problems: Problems,
    ) -> Result<Preview> {
        let mut items = Vec::new();
        let all = targets.fresh.len() + targets.updates.len() + targets.skipped.len() + targets.ambiguous.len();
        stage.budget.exact(&mut items, all)?;
        let mut add = |outcome, row, target| items.push(Item { outcome, input_row: stage.input_row(row), row, target });
        for (at, row) in (0u32..).zip(&targets.fresh) {
            add(Outcome::Added, *row, snapshot.rows.saturating_add(at));
        }
        for (target, row) in &targets.updates {
            if *target < snapshot.rows && !targets.is_again(*row) {
                add(if bit(&changing.0, *row as usize) { Outcome::Updated } else { Outcome::Unchanged }, *row, *target);
            }
        }
        for (row, target) in &targets.skipped {
            add(Outcome::Skipped, *row, *target);
        }
        for (at, ambiguous) in (0u32..).zip(&targets.ambiguous) {
            add(Outcome::Ambiguous, ambiguous.row, at);
        }
        crate::sort::by_key(&mut items, |item| item.row);
        Ok(Preview { snapshot, stage, targets, options, items, counts, problems })
    }

    /// Leads and rows in the order of the input.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The id of the lead: empty for a row whose lead is not there.
    pub fn lead(&self, item: &Item) -> String {
        match item.outcome {
            Outcome::Ambiguous => String::new(),
            _ if item.target == NOWHERE => self.stage.ids().original(item.row).unwrap_or_default().into_owned(),
            _ => self.id_of(item.target),
        }
    }

    /// The ids of the leads that an ambiguous row may be for; the first ten.
    pub fn leads(&self, item: &Item) -> Vec<String> {
        let found = self.targets.ambiguous.get(item.target as usize).filter(|_| item.outcome == Outcome::Ambiguous);
        let mut out = Vec::new();
        for lead in found.map(|ambiguous| ambiguous.leads.as_slice()).unwrap_or_default() {
            out.push(self.id_of(*lead));
        }
        out
    }

    fn id_of(&self, target: u32) -> String {
        let fresh = target.checked_sub(self.snapshot.rows).map(|at| self.targets.fresh.get(at as usize).copied().unwrap_or(0));
        match fresh {
            Some(row) => self.stage.ids().original(row).unwrap_or_default().into_owned(),
            None => self.snapshot.id(RowIx(target)).into_owned(),
        }
    }

    /// The fields that a lead would have other values in, or any in if it is added.
    pub fn changes(&self, item: &Item) -> Vec<Change<'_>> {
        let mut out = Vec::new();
        if !matches!(item.outcome, Outcome::Added | Outcome::Updated) {
            return out;
        }
        let mut rows = vec![item.row];
        for (row, first) in &self.targets.again {
            if *first == item.row {
                rows.push(*row);
            }
        }
        let id = self.stage.id;
        for field in (0u32..).zip(&self.stage.columns).map(|(ix, _)| FieldIx(ix)) {
            let before = if item.outcome == Outcome::Added { Cell::Null } else { self.snapshot.cell(RowIx(item.target), field) };
            // The first row of a lead that is added is the lead.
            let mut after = if item.outcome == Outcome::Added { self.cell(item.row, field) } else { before.clone() };
            for row in &rows {
                let absent = self.stage.absent.get(field.0 as usize).is_some_and(|absent| bit(absent, *row as usize));
                if absent || field == id {
                    continue;
                }
                let cell = self.cell(*row, field);
                let stays = match self.options.on_known {
                    OnKnown::Update => cell.is_null() && self.options.on_blank == OnBlank::Keep,
                    OnKnown::Fill => !after.is_null(),
                    OnKnown::Skip => true,
                };
                if !stays {
                    after = cell;
                }
            }
            if before != after {
                out.push(Change { field, before, after });
            }
        }
        out
    }

    fn cell(&self, row: u32, field: FieldIx) -> Cell<'_> {
        self.stage.columns.get(field.0 as usize).map_or(Cell::Null, |column| column.cell(row))
    }
}
