//! Applying a plan that is at hand, column by column.
//!
//! A plan keeps a snapshot, and a table that did not change since shares its chunks with it: what is still the very same chunk
//! needs no comparison. Values that are the same for many rows are written as such.

use std::borrow::Cow;
use std::rc::Rc;

use crate::config::Model;
use crate::error::Result;
use crate::plan::Plan;
use crate::plan::edit::{AppliesWhen, NewValue, Set};
use crate::query::{Cell, FieldIx};
use crate::table::{CHUNK, Column, Edit, Mask, RowIx, Snapshot, Table, Values};

use crate::wire::apply::{Applied, Versions, Writes, apply, change_holds, next_version};

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
    values: Vec<Cell<'static>>,
    which: Option<Vec<u32>>,
    rows: Cow<'a, [u32]>,
}

/// Places and rows.
type Targets<'a> = (Cow<'a, [u32]>, Cow<'a, [u32]>);

/// The places and rows in which the plan sets a field. Where it held the value already, the plan says nothing of it and the guard does not
/// ask for it: whatever it holds by now stays.
fn set_in<'a>(plan: &Plan, (field, to): (FieldIx, &NewValue), table: &Snapshot, (places, rows): (&'a [u32], &'a [u32])) -> Targets<'a> {
    let shared = shared(field, table, &plan.table);
    let sets = |at: u32, row: u32| {
        let Some(before) = plan.rows.get(at as usize) else { return false };
        // What is the very same chunk holds the value where the plan saw it, and to write it again changes nothing.
        if *before == row && shared.get(row as usize / CHUNK).copied().unwrap_or(false) {
            return true;
        }
        let from = plan.table.cell(RowIx(*before), field);
        to.value(at as usize, &from, plan.now).is_some_and(|to| to != from)
    };
    let pairs = || places.iter().copied().zip(rows.iter().copied());
    if pairs().all(|(at, row)| sets(at, row)) {
        return (Cow::Borrowed(places), Cow::Borrowed(rows));
    }
    let (places, rows): (Vec<u32>, Vec<u32>) = pairs().filter(|(at, row)| sets(*at, *row)).unzip();
    (Cow::Owned(places), Cow::Owned(rows))
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
    let (places, rows) = targets(table, model, plan, &mut out)?;
    let mut bulk: Vec<Bulk> = Vec::new();
    let mut slow: Vec<FieldIx> = Vec::new();
    for edit in plan.edits.iter() {
        let (values, codes) = match (&edit.to, edit.when) {
            (NewValue::Same(cell), AppliesWhen::Always) => (vec![cell.clone()], None),
            (NewValue::Now(_), AppliesWhen::Always) => (edit.to.value(0, &Cell::Null, plan.now).into_iter().collect(), None),
            (NewValue::Coded(values, codes), AppliesWhen::Always) => (values.to_vec(), Some(codes)),
            _ => {
                slow.push(edit.field);
                continue;
            }
        };
        let (places, rows) = set_in(plan, (edit.field, &edit.to), table, (&places, &rows));
        let which = codes.map(|codes| places.iter().map(|at| codes.get(*at as usize).copied().unwrap_or(0)).collect());
        bulk.push(Bulk { field: edit.field, values, which, rows });
    }
    slow.dedup();
    let mut writes = Writes::default();
    if !slow.is_empty() {
        for (at, row) in places.iter().zip(&rows) {
            let Some(from) = plan.rows.get(*at as usize).map(|row| RowIx(*row)) else { continue };
            let sets: Vec<Set<'_>> = plan.edits.of_row(*at as usize, from, &plan.table, &plan.model, plan.now);
            for set in sets.iter().filter(|set| slow.contains(&set.field)) {
                writes.put(set.field, RowIx(*row), &set.to)?;
            }
        }
    }
    if let Some(version) = model.lead.version {
        let mut versions = Versions::default();
        for row in rows.iter().map(|row| RowIx(*row)) {
            let next = next_version(&mut versions, &table.cell(row, version)) as usize;
            writes.put(version, row, versions.0.get(next).unwrap_or(&Cell::Null))?;
        }
    }
    let mut edits = writes.edits();
    edits.extend(bulk.iter().map(|bulk| Edit {
        field: bulk.field,
        rows: &bulk.rows,
        values: match (&bulk.which, bulk.values.first()) {
            (None, Some(value)) => Values::Const(value),
            (None, None) => Values::Const(&Cell::Null),
            (Some(which), _) => Values::Picked { from: &bulk.values, which },
        },
    }));
    table.edit(&edits)?;
    out.changed = rows.len();
    Ok(out)
}

/// The rows of the table that the plan changes and whose guard holds: places in the plan, and rows of the table.
fn targets(table: &Table, model: &Model, plan: &Plan, out: &mut Applied) -> Result<(Vec<u32>, Vec<u32>)> {
    let lead = &model.lead;
    let guards: Vec<FieldIx> = match lead.version {
        Some(version) => vec![version],
        None => plan.edits.iter().map(|edit| edit.field).chain([lead.owner]).chain(lead.run).collect(),
    };
    let ids = shared(lead.id, table, &plan.table);
    let all = |chunk: usize, of: &[Vec<bool>]| of.iter().all(|shared| shared.get(chunk).copied().unwrap_or(false));
    let guards: Vec<Vec<bool>> = guards.into_iter().map(|field| shared(field, table, &plan.table)).collect();
    let same: Vec<bool> = (0..ids.len()).map(|chunk| ids.get(chunk).copied().unwrap_or(false) && all(chunk, &guards)).collect();
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    places.try_reserve_exact(plan.rows.len())?;
    rows.try_reserve_exact(plan.rows.len())?;
    let mut met = Mask::none(table.rows())?;
    for (at, row) in (0u32..).zip(plan.rows.iter().map(|row| RowIx(*row))) {
        let found = if same.get(row.0 as usize / CHUNK).copied().unwrap_or(false) && table.is_live(row) {
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
    Ok((places, rows))
}
