//! From the leads that a command names to rows of the table, in the order in which they are dealt.

use std::rc::Rc;

use crate::access::{RowSet, check_shown, read_by};
use crate::error::{Diagnostic, Error, Result};
use crate::filter;
use crate::filter::SortKey;
use crate::json::Json;
use crate::query::{Cell, Emptiness, FieldIx, Query};
use crate::table::{Mask, RowIx, Table};

use crate::plan::drops::{DropCode, Drops};
use crate::plan::holders;
use crate::plan::planner::Planner;

/// Which leads a command is about.
#[derive(Clone, Debug)]
pub enum LeadsRef {
    /// These, in this order; `seen` is what the person saw of each (the version, else the owner).
    Ids {
        /// Their ids.
        ids: Vec<String>,
        /// One for each id, or none at all.
        seen: Option<Vec<Json>>,
    },
    /// Those that match.
    Filter(Query),
    /// Those of a saved list, by its id. Whether it exists is told only after the actor's right to it was asked.
    List(String),
    /// Rows of the table, in this order; written down as ids.
    Rows(Rc<Vec<u32>>),
}

/// How to say that all are meant.
const ALL_ARE_MEANT: &str = "`leads: {\"all\": true}` says that every lead is meant";

/// What is said of a filter, at this place, of which nothing is left.
pub(crate) fn selects_all(path: &str) -> Diagnostic {
    Diagnostic::error("filter_selects_all", path, "nothing is left of this filter: it would select every lead").hint(ALL_ARE_MEANT)
}

/// Finds the rows and drops those that do not exist, are named again, or changed since they were seen.
pub(crate) fn resolve(planner: &Planner<'_>, leads: &LeadsRef, sort: &[SortKey], drops: &mut Drops) -> Result<Vec<u32>> {
    let view = planner.view()?;
    match leads {
        LeadsRef::Ids { ids, seen } => {
            let rows = named(planner, ids, seen.as_deref(), &view, drops)?;
            ordered(planner.table, rows, sort)
        }
        LeadsRef::Rows(rows) => {
            let rows = picked(planner, rows, &view, drops)?;
            ordered(planner.table, rows, sort)
        }
        LeadsRef::Filter(query) => {
            let rows = found(planner, query, &view, sort)?;
            if query.emptiness() == Emptiness::Written && !planner.context.pin {
                let message = format!("the filter is empty: it selects all {} leads", rows.len());
                let warning = Diagnostic::warning("filter_is_empty", "/leads/filter", message).hint(ALL_ARE_MEANT);
                planner.warnings.borrow_mut().push(warning.with("leads", rows.len()));
            }
            Ok(rows)
        }
        LeadsRef::List(id) => {
            let Some(list) = planner.model.lists.by_id(id) else { return Ok(Vec::new()) };
            if list.query.emptiness() == Emptiness::LeftOut {
                return Err(Error::invalid("command_invalid", vec![selects_all("/leads/list")]));
            }
            let shown = planner.auth.schema_of(&planner.context.actor);
            check_shown(&read_by(&list.query, &list.sort), &shown, "/leads/list")?;
            let sort = if sort.is_empty() { &list.sort } else { sort };
            found(planner, &list.query, &view, sort)
        }
    }
}

/// The row of a lead that the actor may see and that is as it was seen.
pub(crate) fn one(planner: &Planner<'_>, id: &str, seen: Option<&Json>, drops: &mut Drops) -> Result<Option<RowIx>> {
    let view = planner.view()?;
    let Some(row) = planner.table.find(id).filter(|row| view.contains(*row)) else {
        drops.unknown(id.to_owned());
        return Ok(None);
    };
    if seen.is_some_and(|seen| !still(planner, row, seen)) {
        drops.row(row, DropCode::Stale);
        return Ok(None);
    }
    Ok(Some(row))
}

/// Rows whose slot one of these people has.
pub(crate) fn held_by(planner: &Planner<'_>, slot: FieldIx, people: &[&str]) -> Result<Mask> {
    let people: Vec<Option<&str>> = people.iter().copied().map(Some).collect();
    holders::held_by(planner.table, slot, &people)
}

/// The open leads of `held`, among `wanted` where the command names leads, or all of them; and how many closed ones stay. What else it names
/// is ignored, not dropped.
pub(crate) fn held_among(
    planner: &Planner<'_>,
    wanted: Option<&LeadsRef>,
    held: Mask,
    sort: &[SortKey],
    closed_too: bool,
    drops: &mut Drops,
) -> Result<(Vec<u32>, usize)> {
    let open = planner.open()?;
    let stays = |row: &u32| !closed_too && !open.contains(RowIx(*row));
    let mut rows = match wanted {
        Some(wanted) => {
            let mut rows = resolve(planner, wanted, sort, drops)?;
            rows.retain(|row| held.contains(RowIx(*row)));
            rows
        }
        None => by_id(planner.table, &planner.view()?.narrow(held), sort)?,
    };
    let before = rows.len();
    rows.retain(|row| !stays(row));
    let closed = before - rows.len();
    Ok((rows, closed))
}

/// The visible rows that match, in the order of `sort`, else by id.
fn found(planner: &Planner<'_>, query: &Query, view: &RowSet, sort: &[SortKey]) -> Result<Vec<u32>> {
    let mask = view.select(query, planner.table, &planner.filtering())?;
    let rows = by_id(planner.table, &mask, sort)?;
    if planner.context.pin {
        *planner.found.borrow_mut() = Some(rows.clone());
    }
    Ok(rows)
}

/// The rows of a mask in the order of `sort`, then by id.
pub(crate) fn by_id(table: &Table, mask: &Mask, sort: &[SortKey]) -> Result<Vec<u32>> {
    let all = table.rows_by_id()?;
    let mut rows: Vec<u32> =
        if mask.count() == all.len() { all.to_vec() } else { all.iter().copied().filter(|row| mask.contains(RowIx(*row))).collect() };
    if !sort.is_empty() {
        filter::sort(&mut rows, sort, table)?;
    }
    Ok(rows)
}

/// Rows that were named, in the order given unless there is a sort; the id is then the last key.
fn ordered(table: &Table, rows: Vec<u32>, sort: &[SortKey]) -> Result<Vec<u32>> {
    if sort.is_empty() {
        return Ok(rows);
    }
    by_id(table, &Mask::from_rows(table.rows(), rows.into_iter().map(RowIx))?, sort)
}

fn named(planner: &Planner<'_>, ids: &[String], seen: Option<&[Json]>, view: &RowSet, drops: &mut Drops) -> Result<Vec<u32>> {
    let mut rows = Vec::with_capacity(ids.len());
    let mut met = Mask::none(planner.table.rows())?;
    for (at, id) in ids.iter().enumerate() {
        // A lead that the actor may not see is told from one that does not exist by nothing.
        let Some(row) = planner.table.find(id).filter(|row| view.contains(*row)) else {
            drops.unknown(id.clone());
            continue;
        };
        if met.contains(row) {
            drops.row(row, DropCode::DuplicateId);
            continue;
        }
        met.insert(row);
        match seen.and_then(|seen| seen.get(at)) {
            Some(seen) if !still(planner, row, seen) => drops.row(row, DropCode::Stale),
            _ => rows.push(row.0),
        }
    }
    Ok(rows)
}

fn picked(planner: &Planner<'_>, picked: &Rc<Vec<u32>>, view: &RowSet, drops: &mut Drops) -> Result<Vec<u32>> {
    let mut met = Mask::none(planner.table.rows())?;
    let mut rows = Vec::new();
    rows.try_reserve_exact(picked.len()).map_err(|_| Error::out_of_memory())?;
    for row in picked.iter().map(|row| RowIx(*row)) {
        if !planner.table.is_live(row) || !view.contains(row) {
            drops.unknown(planner.table.id(row).into_owned());
        } else if met.contains(row) {
            drops.row(row, DropCode::DuplicateId);
        } else {
            met.insert(row);
            rows.push(row.0);
        }
    }
    Ok(rows)
}

/// Whether the lead is as the person saw it: the same version, or the same owner where leads have no version.
pub(crate) fn still(planner: &Planner<'_>, row: RowIx, seen: &Json) -> bool {
    let lead = &planner.model.lead;
    let now = planner.table.cell(row, lead.version.unwrap_or(lead.owner));
    match (seen, &now) {
        (Json::Null, Cell::Null) => true,
        (Json::Number(seen), Cell::Number(now)) => seen == now,
        (Json::Text(seen), Cell::Text(now)) => seen == now,
        _ => false,
    }
}
