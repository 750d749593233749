//! Taking a plan's changes over into a table, row by row where the guard still holds.

use std::collections::BTreeMap;

use crate::config::Model;
use crate::error::Result;
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{Edit, LoadFormat, LoadOptions, RowIx, Table, Values};

use super::recorded::{Recorded, RecordedChange, RecordedSet};
use super::{Created, Plan, timeline};

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Leads that changed.
    pub changed: usize,
    /// Copies that were made.
    pub created: usize,
    /// Copies that were deleted.
    pub removed: usize,
    /// Leads whose guard did not hold, or that are not in the table.
    pub refused: Vec<String>,
}

impl Applied {
    /// As the public API shows it.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("changed", self.changed.into()),
            ("created", self.created.into()),
            ("removed", self.removed.into()),
            ("refused", self.refused.clone().into()),
        ])
    }
}

impl Plan {
    /// The plan as it would be read back.
    pub fn recorded(&self) -> Recorded {
        let own = |cell: Cell<'_>| cell.into_owned();
        let changes = (0..self.count()).filter_map(|at| self.change(at)).map(|change| RecordedChange {
            lead: change.lead.into_owned(),
            expect: own(change.expect),
            set: change.set.into_iter().map(|set| RecordedSet { field: set.field, from: own(set.from), to: set.to }).collect(),
        });
        let written = self.state.iter().map(|change| (change.key.clone(), change.expect));
        Recorded {
            header: self.header(),
            actor: self.actor.clone(),
            changes: changes.collect(),
            created: self.created.clone(),
            removed: self.removed.clone(),
            state: written.chain(self.reads.iter().cloned()).collect(),
        }
    }
}

/// Whether a lead still is as the plan expects it: its version, or else its owner, an empty `run` field and every `from`.
pub(super) fn guard_holds(table: &Table, model: &Model, row: RowIx, change: &RecordedChange) -> bool {
    let lead = &model.lead;
    if let Some(version) = lead.version {
        return table.cell(row, version) == change.expect;
    }
    let idle = lead.run.is_none_or(|run| table.cell(row, run).is_null() || change.set.iter().any(|set| set.field == run));
    idle && table.cell(row, lead.owner) == change.expect && change.set.iter().all(|set| table.cell(row, set.field) == set.from)
}

/// Changes the table.
///
/// # Errors
/// `out_of_memory`; nothing was changed then.
pub fn apply(table: &mut Table, model: &Model, plan: &Recorded) -> Result<Applied> {
    let mut out = Applied::default();
    let mut columns: BTreeMap<FieldIx, (Vec<u32>, Vec<Cell<'_>>)> = BTreeMap::new();
    for change in &plan.changes {
        let Some(row) = table.find(&change.lead).filter(|row| guard_holds(table, model, *row, change)) else {
            out.refused.push(change.lead.clone());
            continue;
        };
        let mut put = |field: FieldIx, cell: Cell<'static>| {
            let (rows, cells) = columns.entry(field).or_default();
            rows.push(row.0);
            cells.push(cell);
        };
        for set in &change.set {
            put(set.field, set.to.clone());
        }
        if let Some(version) = model.lead.version {
            let before = if let Cell::Number(before) = change.expect { before } else { 0.0 };
            put(version, Cell::Number(before + 1.0));
        }
        out.changed += 1;
    }
    let copies = copies(table, model, &plan.created, &mut out);
    let mut gone: Vec<&str> = Vec::new();
    let guard = model.lead.version.unwrap_or(model.lead.owner);
    for (lead, expect) in &plan.removed {
        match table.find(lead).filter(|row| table.cell(*row, guard) == *expect) {
            Some(_) => gone.push(lead),
            None => out.refused.push(lead.clone()),
        }
    }
    // The copies come first: they are what may run out of memory, and they are read from rows before those change.
    if !copies.is_empty() {
        let mut loader = table.loader(LoadOptions { format: Some(LoadFormat::Ndjson), ..LoadOptions::default() })?;
        loader.push(copies.as_bytes())?;
        loader.finish_into(table)?;
    }
    let edits: Vec<Edit<'_>> =
        columns.iter().map(|(field, (rows, cells))| Edit { field: *field, rows, values: Values::Cells(cells) }).collect();
    table.edit(&edits)?;
    out.removed = gone.len();
    table.remove(gone.iter().copied())?;
    Ok(out)
}

/// The copies as lines of JSON: what the original holds, and over it what the plan sets.
fn copies(table: &Table, model: &Model, created: &[Created], out: &mut Applied) -> String {
    let mut text = String::new();
    for copy in created {
        let (Some(row), None) = (table.find(&copy.copy_of), table.find(&copy.id)) else {
            out.refused.push(copy.id.clone());
            continue;
        };
        let cells = (0u32..).zip(&model.schema.fields).map(|(at, field)| {
            let field_ix = FieldIx(at);
            let cell = match copy.set.iter().find(|(set, _)| *set == field_ix) {
                Some((_, cell)) => cell.clone(),
                None => table.cell(row, field_ix),
            };
            (field.name.clone(), timeline::json(&cell))
        });
        Json::Object(cells.collect()).write_to(&mut text);
        text.push('\n');
        out.created += 1;
    }
    text
}
