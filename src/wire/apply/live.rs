//! Applying a plan that is at hand, column by column.
//!
//! A plan keeps a snapshot, and a table that did not change since shares its chunks with it: what is still the very same chunk
//! needs no comparison. Values that are the same for many rows are written as such.

use std::borrow::Cow;
use std::rc::Rc;

use crate::config::Model;
use crate::error::Result;
use crate::plan::Plan;
use crate::plan::edit::{AppliesWhen, Edit as FieldEdit, NewValue, Set};
use crate::plan::follow::in_front;
use crate::query::{Cell, FieldIx};
use crate::table::{CHUNK, Column, Edit, Mask, RowIx, Snapshot, Table, Values};

use crate::wire::apply::{Applied, Writes, Written, apply, change_holds};
use crate::wire::encode::{applies, owner_at, owners};

/// For each chunk of a field, whether a table and a snapshot hold the very same one.
fn shared(field: FieldIx, table: &Snapshot, other: &Snapshot) -> Vec<bool> {
    fn same<T>(a: &[Rc<T>], b: &[Rc<T>]) -> Vec<bool> {
        a.iter().zip(b).map(|(a, b)| Rc::ptr_eq(a, b)).collect()
    }
    match (table.column(field), other.column(field)) {
        (Column::Number(a), Column::Number(b)) => same(&a.chunks, &b.chunks),
        (Column::Bool(a), Column::Bool(b)) => same(&a.chunks, &b.chunks),
        (Column::Day(a), Column::Day(b)) => same(&a.chunks, &b.chunks),
        (Column::Instant(a), Column::Instant(b)) => same(&a.chunks, &b.chunks),
        (Column::Coded(a), Column::Coded(b)) => same(&a.chunks, &b.chunks),
        (Column::Text(a), Column::Text(b)) => same(&a.chunks, &b.chunks),
        (Column::List(a), Column::List(b)) => same(&a.chunks, &b.chunks),
        _ => Vec::new(),
    }
}

/// A field that is set in many rows, to one value or to one of a few.
struct Bulk<'a> {
    field: FieldIx,
    values: Cow<'a, [Cell<'static>]>,
    which: Option<Cow<'a, [u32]>>,
    rows: Cow<'a, [u32]>,
}

/// The rows of the table that a plan changes, and their places in it; nothing where they are all of its rows in their order, each at its own place.
struct Targets<'a> {
    places: Option<Vec<u32>>,
    rows: Cow<'a, [u32]>,
}

impl Targets<'_> {
    /// Places in the plan, and rows of the table.
    fn iter(&self) -> impl Iterator<Item = (usize, RowIx)> {
        let place = move |nth: usize| self.places.as_ref().map_or(nth, |places| places.get(nth).map_or(0, |at| *at as usize));
        self.rows.iter().enumerate().map(move |(nth, row)| (place(nth), RowIx(*row)))
    }
}

/// The rows in which an edit sets its field to what is told by codes. Where a row held the value already, the plan says nothing of it and the guard
/// does not ask for it: whatever it holds by now stays.
fn bulk<'a>(plan: &'a Plan, edit: &'a FieldEdit, owners: &[AppliesWhen], table: &Snapshot, targets: &'a Targets<'_>) -> Result<Bulk<'a>> {
    let field = edit.field;
    let (values, codes): (Cow<'a, [Cell<'static>]>, Option<&[u32]>) = match &edit.to {
        NewValue::Same(cell) => (Cow::Borrowed(std::slice::from_ref(cell)), None),
        NewValue::Coded(values, codes) => (Cow::Borrowed(values), Some(codes)),
        other => (Cow::Owned(other.value(0, &Cell::Null, plan.now).into_iter().collect()), None),
    };
    let shared = shared(field, table, &plan.table);
    let whole = targets.places.is_none() && codes.is_none_or(|codes| codes.len() == plan.rows.len());
    // What is the very same chunk holds what the plan saw: to write again what a row holds there changes nothing.
    if edit.when == AppliesWhen::Always && whole && shared.iter().all(|shared| *shared) {
        return Ok(Bulk { field, values, which: codes.map(Cow::Borrowed), rows: Cow::Borrowed(&targets.rows) });
    }
    let (mut rows, mut which) = (Vec::new(), Vec::new());
    rows.try_reserve_exact(targets.rows.len())?;
    which.try_reserve_exact(codes.map_or(0, |_| targets.rows.len()))?;
    for (at, row) in targets.iter() {
        let Some(before) = plan.rows.get(at).map(|row| RowIx(*row)).filter(|_| applies(edit, owner_at(owners, at))) else { continue };
        if before != row || !shared.get(row.0 as usize / CHUNK).copied().unwrap_or(false) {
            let from = plan.table.cell(before, field);
            if edit.to.value(at, &from, plan.now).is_none_or(|to| to == from) {
                continue;
            }
        }
        rows.push(row.0);
        which.extend(codes.map(|codes| codes.get(at).copied().unwrap_or(0)));
    }
    Ok(Bulk { field, values, which: codes.map(|_| Cow::Owned(which)), rows: Cow::Owned(rows) })
}

/// Puts former owners in front, where the owner changes.
fn remember_owners(plan: &Plan, edit: &FieldEdit, owners: &[AppliesWhen], targets: &Targets<'_>, out: &mut Written) -> Result<()> {
    let Column::Coded(holders) = plan.table.column(plan.model.lead.owner) else { return Ok(()) };
    for (at, row) in targets.iter().filter(|(at, _)| applies(edit, owner_at(owners, *at))) {
        let Some(before) = plan.rows.get(at) else { continue };
        let Some(former) = holders.text(*before) else { continue };
        let from = plan.table.cell(RowIx(*before), edit.field);
        if from.is_null() {
            out.put_coded(row, holders.code(*before), || in_front(&from, former))?;
            continue;
        }
        let to = in_front(&from, former);
        if to != from {
            out.put(row, &to)?;
        }
    }
    Ok(())
}

/// Changes the table by a plan that is at hand.
///
/// # Errors
/// `out_of_memory`; nothing was changed then.
pub fn apply_plan(table: &mut Table, model: &Model, plan: &Plan) -> Result<Applied> {
    if !plan.created.is_empty() || !plan.removed.is_empty() {
        return apply(table, model, &plan.recorded());
    }
    let mut out = Applied::default();
    let targets = targets(table, model, plan, &mut out)?;
    let follows = plan.edits.iter().any(|edit| edit.when != AppliesWhen::Always);
    let owners = if follows { owners(plan) } else { None };
    let mut writes = Writes::default();
    let mut told: Vec<Bulk<'_>> = Vec::new();
    let mut slow: Vec<FieldIx> = Vec::new();
    for edit in plan.edits.iter() {
        let alone = plan.edits.iter().filter(|other| other.field == edit.field).count() == 1;
        let known = match edit.when {
            AppliesWhen::Always => Some([].as_slice()),
            _ => owners.as_deref().filter(|_| alone),
        };
        match (&edit.to, known) {
            (NewValue::Same(_) | NewValue::Now(_) | NewValue::Coded(..), Some(owners)) => {
                told.push(bulk(plan, edit, owners, table, &targets)?)
            }
            (NewValue::FormerOwner, Some(owners)) => remember_owners(plan, edit, owners, &targets, writes.of(edit.field))?,
            _ => slow.push(edit.field),
        }
    }
    slow.dedup();
    if !slow.is_empty() {
        for (at, row) in targets.iter() {
            let Some(from) = plan.rows.get(at).map(|row| RowIx(*row)) else { continue };
            let sets: Vec<Set<'_>> = plan.edits.of_row(at, from, &plan.table, &plan.model, plan.now);
            for set in sets.iter().filter(|set| slow.contains(&set.field)) {
                writes.of(set.field).put(row, &set.to)?;
            }
        }
    }
    let mut edits = writes.edits();
    edits.extend(model.lead.version.map(|field| Edit { field, rows: &targets.rows, values: Values::Next }));
    edits.extend(told.iter().map(|bulk| Edit {
        field: bulk.field,
        rows: &bulk.rows,
        values: match (&bulk.which, bulk.values.first()) {
            (None, value) => Values::Const(value.unwrap_or(&Cell::Null)),
            (Some(which), _) => Values::Picked { from: &bulk.values, which },
        },
    }));
    table.edit(&edits)?;
    out.changed = targets.rows.len();
    Ok(out)
}

/// The rows of the table that the plan changes and whose guard holds.
fn targets<'a>(table: &Table, model: &Model, plan: &'a Plan, out: &mut Applied) -> Result<Targets<'a>> {
    let lead = &model.lead;
    let guards: Vec<FieldIx> = match lead.version {
        Some(version) => vec![version],
        None => plan.edits.iter().map(|edit| edit.field).chain([lead.owner]).chain(lead.run).collect(),
    };
    let mut same = shared(lead.id, table, &plan.table);
    for guard in guards {
        let shared = shared(guard, table, &plan.table);
        same.iter_mut().enumerate().for_each(|(chunk, same)| *same &= shared.get(chunk).copied().unwrap_or(false));
    }
    let stands = |row: RowIx| same.get(row.0 as usize / CHUNK).copied().unwrap_or(false) && table.is_live(row);
    if plan.rows.is_sorted_by(|a, b| a < b) && plan.rows.iter().all(|row| stands(RowIx(*row))) {
        return Ok(Targets { places: None, rows: Cow::Borrowed(&plan.rows) });
    }
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    places.try_reserve_exact(plan.rows.len())?;
    rows.try_reserve_exact(plan.rows.len())?;
    let mut met = Mask::none(table.rows())?;
    for (at, row) in (0u32..).zip(plan.rows.iter().map(|row| RowIx(*row))) {
        let found = if stands(row) {
            Some(row)
        } else {
            let change = plan.change(at as usize);
            change.and_then(|change| table.find(&change.lead).filter(|row| change_holds(table, model, *row, &change)))
        };
        match found.filter(|row| !met.contains(*row)) {
            Some(found) => {
                met.insert(found);
                places.push(at);
                rows.push(found.0);
            }
            None => out.refused.push(plan.table.id(row).into_owned()),
        }
    }
    Ok(Targets { places: Some(places), rows: Cow::Owned(rows) })
}
