//! Changes of ordinary fields: mass edit and deactivation.

use crate::access::{Change, RowSet};
use crate::command::Command;
use crate::error::Result;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads;
use crate::plan::leads::LeadsRef;
use crate::plan::reasons::Explain;
use crate::query::UnitIx;
use crate::table::{Column, Mask, RowIx};

use crate::allot::deal::{self, Extra, Remember, Unchanged};
use crate::plan::draft::{Attach, Bare, Draft};
use crate::plan::planner::{Move, Planner, holder};

/// Takes leads out of use.
pub(crate) fn deactivate(planner: &Planner<'_>, wanted: &LeadsRef) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    draft.drops.drop_failing(&mut rows, checks);
    draft.edits.ask(&planner.model.lifecycle.on_deactivate, planner.context.now, &planner.context.actor, planner.model);
    draft.rows = rows;
    Ok(draft)
}

/// Rows whose access units have this one.
fn has_access(planner: &Planner<'_>, unit: UnitIx) -> Result<RowSet> {
    let (Some(field), Some(unit)) = (planner.model.lead.access, planner.model.schema.units.get(unit)) else { return Ok(RowSet::None) };
    let mut mask = Mask::none(planner.table.rows())?;
    if let Column::List(column) = planner.table.column(field)
        && let Some(wanted) = column.dict.find(&unit.id)
    {
        let has = |row: &RowIx| column.codes(row.0).iter().any(|code| code == wanted);
        planner.table.live_rows().filter(has).for_each(|row| mask.insert(row));
    }
    Ok(RowSet::Some(mask))
}

/// Changes the fields that were ticked, and leaves every other alone.
pub(crate) fn mass_edit(planner: &Planner<'_>, wanted: &LeadsRef, command: &Command) -> Result<Draft> {
    let Command::MassEdit { set, slots, split, add_units, remove_units, note, alert, .. } = command else { return Ok(Draft::default()) };
    let mut draft = Draft::default();
    let takers = match split.as_ref().map(|split| deal::candidates(planner, split)).transpose()?.transpose() {
        Ok(takers) => takers,
        Err(reasons) => return Ok(Draft::refuse(reasons)),
    };
    let ids = |list: &[UnitIx]| {
        let units = list.iter().filter_map(|unit| planner.model.schema.units.get(*unit));
        units.map(|unit| unit.id.clone()).collect::<Vec<_>>()
    };
    let (add, remove) = (ids(add_units), ids(remove_units));
    let moves_units = !add.is_empty() || !remove.is_empty();
    // A receiver must see the lead as it is once everything else was changed.
    let mut changes = planner.changes(set);
    if let (Some(field), true) = (planner.model.lead.access, moves_units) {
        changes.push((field, Change::Words { add: add.clone(), remove: remove.clone() }));
    }
    let sort = split.as_ref().map(|split| split.sort.as_slice()).unwrap_or_default();
    let mut rows = leads::resolve(planner, wanted, sort, &mut draft.drops)?;
    let moves: Vec<Move<'_>> = slots.iter().map(|(slot, to)| Move { slot: *slot, to: to.as_deref() }).collect();
    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    planner.ask_moves(&moves, &changes, &mut checks)?;
    let asking = planner.asking();
    for unit in add_units {
        checks.only(DropCode::NotPermitted, planner.auth.give_unit(&asking, *unit)?.or(has_access(planner, *unit)?));
    }
    for unit in remove_units {
        let without = crate::plan::drops::complement(has_access(planner, *unit)?, planner.table.rows())?;
        checks.only(DropCode::NotPermitted, planner.auth.release_unit(&asking, *unit)?.or(without));
    }
    if let (Some(split), Some(takers)) = (split, &takers) {
        changes.extend(moves.iter().map(|step| (step.slot, Change::Set(holder(step.to)))));
        let extra = Extra { checks, changes: &changes };
        deal::deal(planner, &mut draft, rows, split, takers, Remember::Yes, Unchanged::Stays, extra)?;
    } else {
        draft.drops.drop_failing(&mut rows, checks);
        draft.rows = rows;
        draft.inquiry = Explain::Units { add: add_units.clone(), remove: remove_units.clone(), slots: slots.clone() };
    }
    draft.edits.ask(set, planner.context.now, &planner.context.actor, planner.model);
    for step in &moves {
        draft.edits.set(step.slot, NewValue::Same(holder(step.to)));
        draft.slot = draft.slot.or(Some(step.slot));
        draft.receivers.extend(step.to.map(|user| (user.to_owned(), None)));
    }
    if let (Some(field), true) = (planner.model.lead.access, moves_units) {
        draft.edits.set(field, NewValue::Access { add, remove });
    }
    draft.attach = Attach { note: note.clone(), alert: alert.clone() };
    // A note that is all there is goes with a change that sets nothing; beside other edits it goes with those.
    draft.bare = if draft.edits.is_empty() { Bare::Change } else { Bare::NoChange };
    Ok(draft)
}
