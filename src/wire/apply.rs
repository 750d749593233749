//! Taking a plan's changes over into a table, row by row where the guard still holds.

mod live;

use std::borrow::Cow;

use crate::btree::{BTreeMap, BTreeSet};

use crate::config::Model;
use crate::error::Result;
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{Edit, LoadFormat, LoadOptions, Mask, RowIx, Table, Values};

pub use live::apply_plan;

use crate::plan::decoded::{Builder, DecodedChanges, DecodedPlan, DecodedSet};
use crate::plan::{Change, Created, Plan, timeline};

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
    pub fn recorded(&self) -> DecodedPlan {
        let written = self.state.iter().map(|change| (change.key.clone(), change.expect));
        let mut changes = Builder::default();
        for change in (0..self.count()).filter_map(|at| self.change(at)) {
            let set = |set: crate::plan::Set<'_>| DecodedSet { field: set.field, from: set.from.into_owned(), to: set.to };
            let sets: Vec<DecodedSet> = change.set.into_iter().map(set).collect();
            changes.push(&change.lead, &change.expect.into_owned(), &sets);
        }
        DecodedPlan {
            header: self.header(),
            actor: self.actor.clone(),
            changes: changes.finish(&self.model),
            created: self.created.clone(),
            removed: self.removed.clone(),
            state: written.chain(self.reads.iter().map(|(key, version)| (key.to_string(), *version))).collect(),
            loads: Vec::new(),
        }
    }
}

/// Whether a lead still is as the plan expects it: its version, or else its owner, an empty `run` field and every `from`.
pub(crate) fn guard_holds(table: &Table, model: &Model, row: RowIx, changes: &DecodedChanges, at: usize) -> bool {
    let sets = |field: FieldIx| changes.fields().iter().any(|changed| changed.field == field && changed.from.code(at) > 0);
    let from = || changes.fields().iter().all(|changed| changed.from.get(at).is_none_or(|from| table.cell(row, changed.field) == *from));
    holds(table, model, row, changes.expect(at), sets, from)
}

/// The same of a change of a plan that is at hand.
pub(crate) fn change_holds(table: &Table, model: &Model, row: RowIx, change: &Change<'_>) -> bool {
    let sets = |field: FieldIx| change.set.iter().any(|set| set.field == field);
    let from = || change.set.iter().all(|set| table.cell(row, set.field) == set.from);
    holds(table, model, row, &change.expect, sets, from)
}

fn holds(table: &Table, model: &Model, row: RowIx, expect: &Cell<'_>, sets: impl Fn(FieldIx) -> bool, from: impl Fn() -> bool) -> bool {
    let lead = &model.lead;
    if let Some(version) = lead.version {
        return table.cell(row, version) == *expect;
    }
    let idle = lead.run.is_none_or(|run| {
        let running = table.cell(row, run);
        running.is_null() || running.text() == Some("") || sets(run)
    });
    idle && table.cell(row, lead.owner) == *expect && from()
}

/// New values of some fields, gathered row by row; values that occur again are kept once.
#[derive(Default)]
pub(crate) struct Writes {
    columns: BTreeMap<FieldIx, Written>,
}

/// New values of one field.
#[derive(Default)]
pub(crate) struct Written {
    rows: Vec<u32>,
    which: Vec<u32>,
    values: Vec<Cell<'static>>,
    known: hashbrown::HashMap<Vec<u8>, u32, foldhash::fast::FixedState>,
    /// By code: one more than the place of its value, once there was one.
    by_code: Vec<u32>,
    scratch: Vec<u8>,
}

impl Written {
    /// Sets a row.
    pub fn put(&mut self, row: RowIx, cell: &Cell<'static>) -> Result<()> {
        self.scratch.clear();
        crate::plan::bytes::cell(cell, &mut self.scratch);
        let which = match self.known.get(&self.scratch) {
            Some(known) => *known,
            None => {
                let next = u32::try_from(self.values.len()).map_err(|_| crate::error::Error::out_of_memory())?;
                self.known.try_reserve(1).map_err(|_| crate::error::Error::out_of_memory())?;
                self.known.insert(self.scratch.clone(), next);
                self.values.push(cell.clone());
                next
            }
        };
        self.push(row, which)
    }

    /// Sets a row to a value that follows from a code, and is asked for once.
    pub fn put_coded(&mut self, row: RowIx, code: u32, cell: impl FnOnce() -> Cell<'static>) -> Result<()> {
        if let Some(which) = self.by_code.get(code as usize).and_then(|known| known.checked_sub(1)) {
            return self.push(row, which);
        }
        self.put(row, &cell())?;
        if self.by_code.len() <= code as usize {
            self.by_code.try_reserve(code as usize + 1 - self.by_code.len())?;
            self.by_code.resize(code as usize + 1, 0);
        }
        let which = self.which.last().map_or(0, |which| which + 1);
        self.by_code.get_mut(code as usize).into_iter().for_each(|known| *known = which);
        Ok(())
    }

    fn push(&mut self, row: RowIx, which: u32) -> Result<()> {
        self.rows.try_reserve(1)?;
        self.which.try_reserve(1)?;
        self.rows.push(row.0);
        self.which.push(which);
        Ok(())
    }
}

impl Writes {
    /// Those of a field.
    pub fn of(&mut self, field: FieldIx) -> &mut Written {
        self.columns.entry(field).or_default()
    }

    /// What is written, for the table.
    pub fn edits(&self) -> Vec<Edit<'_>> {
        self.columns
            .iter()
            .map(|(field, column)| Edit {
                field: *field,
                rows: &column.rows,
                values: Values::Picked { from: &column.values, which: &column.which },
            })
            .collect()
    }
}

/// Changes the table.
///
/// # Errors
/// `out_of_memory`; nothing was changed then.
pub fn apply(table: &mut Table, model: &Model, plan: &DecodedPlan) -> Result<Applied> {
    let mut out = Applied::default();
    let guard = model.lead.version.unwrap_or(model.lead.owner);
    let stays = |lead: &str, expect: &Cell<'_>| table.find(lead).filter(|row| table.cell(*row, guard) == *expect);
    // A copy and its original go together: neither is changed where the other cannot be.
    let (copies, stuck) = copies(table, model, plan);
    out.refused.extend(stuck.iter().map(|(copy, _)| (*copy).to_owned()));
    let stuck: BTreeSet<&str> = stuck.into_iter().map(|(_, original)| original).collect();
    let all_gone = plan.removed.iter().all(|(lead, expect)| stays(lead, expect).is_some());
    let mut met = Mask::none(table.rows())?;
    let changes = &plan.changes;
    let (mut rows, mut places): (Vec<u32>, Vec<usize>) = Default::default();
    rows.try_reserve_exact(changes.len())?;
    places.try_reserve_exact(changes.len())?;
    let mut finder = table.finder();
    changes.each(|at, lead| {
        let found = finder.find(lead).filter(|row| !met.contains(*row) && guard_holds(table, model, *row, changes, at));
        let Some(row) = found.filter(|_| all_gone && !stuck.contains(lead)) else {
            out.refused.push(lead.to_owned());
            return Ok(());
        };
        met.insert(row);
        rows.push(row.0);
        places.push(at);
        Ok(())
    })?;
    out.changed = rows.len();
    // By field: the rows that it changes in, and the place of each one's value.
    let mut written: Vec<(Cow<'_, [u32]>, Vec<u32>)> = Vec::with_capacity(changes.fields().len());
    for field in changes.fields() {
        let code = |at: &usize| field.to.code(*at).checked_sub(1);
        let mut which = Vec::new();
        which.try_reserve_exact(places.len())?;
        which.extend(places.iter().filter_map(code));
        let mut of = Cow::Borrowed(rows.as_slice());
        if which.len() < rows.len() {
            let mut some = Vec::new();
            some.try_reserve_exact(which.len())?;
            some.extend(rows.iter().zip(&places).filter(|(_, at)| code(at).is_some()).map(|(row, _)| *row));
            of = Cow::Owned(some);
        }
        written.push((of, which));
    }
    let mut edits = Vec::with_capacity(written.len() + 1);
    for (field, (rows, which)) in changes.fields().iter().zip(&written) {
        edits.push(Edit { field: field.field, rows, values: Values::Picked { from: field.to.list(), which } });
    }
    edits.extend(model.lead.version.map(|field| Edit { field, rows: &rows, values: Values::Next }));
    let gone: Vec<&str> = plan.removed.iter().filter(|_| all_gone).map(|(lead, _)| lead.as_str()).collect();
    out.refused.extend(plan.removed.iter().filter(|_| !all_gone).map(|(lead, _)| lead.clone()));
    // The copies come first: they are what may run out of memory, and they are read from rows before those change.
    if !copies.is_empty() {
        let text = lines(table, model, &copies);
        let mut loader = table.loader(LoadOptions { format: Some(LoadFormat::Ndjson), ..LoadOptions::default() })?;
        loader.push(text.as_bytes())?;
        loader.finish_into(table)?;
        out.created = copies.len();
    }
    let ids: Vec<String> = copies.iter().map(|(copy, _)| copy.id.clone()).collect();
    if let Err(error) = table.edit(&edits) {
        table.remove(ids.iter().map(String::as_str))?;
        return Err(error);
    }
    out.removed = gone.len();
    table.remove(gone)?;
    Ok(out)
}

/// Copies to make, each with its original's row, and those that cannot be made: copy and original.
type Copies<'a> = (Vec<(&'a Created, RowIx)>, Vec<(&'a str, &'a str)>);

fn copies<'a>(table: &Table, model: &Model, plan: &'a DecodedPlan) -> Copies<'a> {
    let (mut made, mut stuck) = (Vec::new(), Vec::new());
    if plan.created.is_empty() {
        return (made, stuck);
    }
    let mut changes: BTreeMap<String, usize> = BTreeMap::new();
    let _ = plan.changes.each(|at, lead| {
        changes.insert(lead.to_owned(), at);
        Ok(())
    });
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for copy in &plan.created {
        let original = table
            .find(&copy.copy_of)
            .filter(|row| changes.get(copy.copy_of.as_str()).is_none_or(|at| guard_holds(table, model, *row, &plan.changes, *at)));
        match original.filter(|_| table.find(&copy.id).is_none() && !copy.id.is_empty() && ids.insert(&copy.id)) {
            Some(row) => made.push((copy, row)),
            None => stuck.push((copy.id.as_str(), copy.copy_of.as_str())),
        }
    }
    (made, stuck)
}

/// The copies as lines of JSON: what the original holds, and over it what the plan sets.
fn lines(table: &Table, model: &Model, copies: &[(&Created, RowIx)]) -> String {
    let mut text = String::new();
    for (copy, row) in copies {
        let cells = (0u32..).zip(&model.schema.fields).map(|(at, field)| {
            let field_ix = FieldIx(at);
            let cell = match copy.set.iter().find(|(set, _)| *set == field_ix) {
                Some((_, cell)) => cell.clone(),
                None => table.cell(*row, field_ix),
            };
            (field.name.clone(), timeline::json(&cell))
        });
        Json::Object(cells.collect()).write_to(&mut text);
        text.push('\n');
    }
    text
}
