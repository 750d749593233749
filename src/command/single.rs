//! Commands about one lead: transferring it, claiming it from a pool, sending its notice again.

use crate::access::{Change, RowSet};
use crate::config::{BoundaryMode, Verb};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::{self, NewValue, Told};
use crate::plan::leads;
use crate::plan::reasons::Explain;
use crate::query::{Cell, FieldIx, UnitIx};
use crate::table::RowIx;

use crate::plan::draft::{Bare, Created, Draft};
use crate::plan::planner::{Planner, holder};

/// The row of a lead that the actor may see and that is as it was seen.
fn one(planner: &Planner<'_>, id: &str, seen: Option<&Json>, draft: &mut Draft) -> Result<Option<RowIx>> {
    let view = planner.view()?;
    let Some(row) = planner.table.find(id).filter(|row| view.contains(*row)) else {
        draft.drops.unknown(id.to_owned());
        return Ok(None);
    };
    if seen.is_some_and(|seen| !leads::still(planner, row, seen)) {
        draft.drops.row(row, DropCode::Stale);
        return Ok(None);
    }
    Ok(Some(row))
}

fn text(value: &str) -> NewValue {
    NewValue::Same(Cell::Text(value.to_owned().into()))
}

/// Takes a lead that nobody owns.
pub(crate) fn claim(planner: &Planner<'_>, id: &str, seen: Option<&Json>) -> Result<Draft> {
    let mut draft = Draft::default();
    let owner = planner.model.lead.owner;
    let Some(row) = one(planner, id, seen, &mut draft)? else { return Ok(draft) };
    let asking = planner.asking();
    if !planner.table.cell(row, owner).is_null() {
        // Told before all else: whoever may claim may often claim only what nobody owns.
        draft.drops.row(row, DropCode::AlreadyClaimed);
        return Ok(draft);
    }
    let rows_of_table = planner.table.rows();
    let mut checks = RowChecks::default();
    checks.only(DropCode::NotPermitted, planner.auth.covers(&asking, Verb::LeadClaim)?);
    checks.not(DropCode::Locked, planner.auth.locked(&asking, owner)?, rows_of_table)?;
    planner.ask_guard(&mut checks)?;
    checks.not(DropCode::Boundary, planner.auth.barred(&asking, planner.actor)?, rows_of_table)?;
    checks.only(DropCode::ReceiverNotPermitted, planner.auth.receive(&asking, owner, planner.actor, &[])?);
    draft.rows = vec![row.0];
    draft.drops.drop_failing(&mut draft.rows, checks);
    draft.edits.set(owner, text(&planner.context.actor));
    draft.slot = Some(owner);
    draft.inquiry = Explain::Claim;
    Ok(draft)
}

/// Sends the owner's notice again.
pub(crate) fn resend(planner: &Planner<'_>, id: &str) -> Result<Draft> {
    let mut draft = Draft::default();
    let lead = &planner.model.lead;
    let Some(row) = one(planner, id, None, &mut draft)? else { return Ok(draft) };
    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    draft.rows = vec![row.0];
    draft.drops.drop_failing(&mut draft.rows, checks);
    let Some(user) = planner.table.cell(row, lead.owner).text().map(str::to_owned) else {
        if !draft.rows.is_empty() {
            draft.drops.row(row, DropCode::NoChange);
        }
        draft.rows.clear();
        return Ok(draft);
    };
    if let (Some(field), Told::Yes) = (lead.notified, planner.told()) {
        draft.edits.set(field, NewValue::Words { add: vec![user.clone()], remove: Vec::new() });
    }
    draft.bare = Bare::Change;
    draft.resend = vec![(lead.owner, user)];
    Ok(draft)
}

/// Moves a lead to another unit; across a boundary that duplicates, a copy goes over and the original is deactivated.
pub(crate) fn transfer(
    planner: &Planner<'_>,
    id: &str,
    seen: Option<&Json>,
    unit: UnitIx,
    user: Option<&str>,
    new_id: Option<&str>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let model = planner.model;
    let (lead, schema) = (&model.lead, &model.schema);
    let Some(unit_field) = lead.unit else { return Ok(draft) };
    let Some(row) = one(planner, id, seen, &mut draft)? else { return Ok(draft) };
    let asking = planner.asking();
    let name = |unit: UnitIx| schema.units.get(unit).map(|unit| unit.id.clone());
    let unit_id = name(unit).unwrap_or_default();
    let crosses = planner.auth.crossing(&asking, Some(unit))?.contains(row);
    let mode = model.lifecycle.boundary.as_ref().map(|boundary| boundary.mode).filter(|_| crosses);
    let former = planner.table.cell(row, unit_field).text().and_then(|unit| schema.units.find(unit));
    // Under a boundary that grants access, the company that gives the lead away keeps seeing it.
    let kept = match mode {
        Some(BoundaryMode::GrantAccess) => edit::company(model, former).and_then(name),
        _ => None,
    };
    let mut changes = vec![(unit_field, Change::Set(Cell::Text(unit_id.clone().into())))];
    if let (Some(access), Some(kept)) = (lead.access, &kept) {
        changes.push((access, Change::Words { add: vec![kept.clone()], remove: Vec::new() }));
    }

    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    checks.only(DropCode::NotPermitted, planner.auth.release(&asking, lead.owner)?);
    planner.ask_state(lead.owner, &RowSet::None, &mut checks)?;
    if mode == Some(BoundaryMode::Deny) {
        checks.only(DropCode::Boundary, RowSet::None);
    }
    match user.and_then(|user| model.user(user)) {
        Some((to, known)) => {
            checks.only(DropCode::NotPermitted, planner.auth.give(&asking, to)?);
            checks.only(DropCode::ReceiverInactive, if known.active { RowSet::All } else { RowSet::None });
            checks.only(DropCode::ReceiverNotPermitted, planner.auth.receive(&asking, lead.owner, to, &changes)?);
        }
        None => checks.only(DropCode::NotPermitted, planner.auth.give_unit(&asking, unit)?),
    }
    let unchanged = former == Some(unit) && planner.is_held_by(lead.owner, user, row);
    draft.rows = vec![row.0];
    draft.inquiry = Explain::Moves { slots: vec![(lead.owner, user.map(str::to_owned))], unit: Some(unit) };
    if unchanged {
        // As asked already: only whether it may be edited is asked.
        checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
    }
    draft.drops.drop_failing(&mut draft.rows, checks);
    draft.slot = Some(lead.owner);
    draft.receivers.extend(user.map(|user| (user.to_owned(), None)));
    if mode == Some(BoundaryMode::Duplicate) {
        let Some(new_id) = new_id else {
            return Err(Error::new("command_invalid", "/newId", "across this boundary a copy is made, and `newId` must name it")
                .hint("take one from `newId()`"));
        };
        // A lead that the actor may not see is told of by nothing; the host's own table refuses the second one.
        if planner.table.find(new_id).is_some_and(|row| planner.view().is_ok_and(|view| view.contains(row))) {
            return Err(Error::new("command_invalid", "/newId", format!("there is a lead `{new_id}` already")));
        }
        if !draft.rows.is_empty() {
            draft.created.push(copy(planner, row, new_id, (&unit_id, unit_field), user));
        }
        draft.edits.ask(&model.lifecycle.on_deactivate, planner.context.now, &planner.context.actor, model);
        draft.bare = Bare::Change;
        return Ok(draft);
    }
    draft.edits.set(unit_field, text(&unit_id));
    draft.edits.set(lead.owner, NewValue::Same(holder(user)));
    if let (Some(access), Some(kept)) = (lead.access, kept) {
        draft.edits.set(access, NewValue::Words { add: vec![kept], remove: Vec::new() });
    }
    if mode == Some(BoundaryMode::GrantAccess) && !draft.rows.is_empty() {
        draft.gains = edit::company(model, Some(unit)).and_then(name);
    }
    draft.tell_unit = if user.is_none() { Some(unit_id) } else { None };
    Ok(draft)
}

/// The copy that goes over: the host copies its own columns, then sets these.
fn copy(planner: &Planner<'_>, row: RowIx, new_id: &str, unit: (&str, FieldIx), user: Option<&str>) -> Created {
    let model = planner.model;
    let (lead, now) = (&model.lead, planner.context.now);
    let mut edits = edit::Edits::default();
    edits.set(lead.id, text(new_id));
    edits.set(unit.1, text(unit.0));
    for slot in &lead.slots {
        edits.set(slot.field, NewValue::Same(Cell::Null));
    }
    edits.set(lead.owner, NewValue::Same(holder(user)));
    for field in [lead.primary, lead.run, lead.previous_owners, lead.notified].into_iter().flatten() {
        edits.set(field, NewValue::Same(Cell::Null));
    }
    if let (Some(field), Some(_)) = (lead.assigned_at, user) {
        edits.set(field, NewValue::Now(0));
    }
    if let (Some(field), Some(user), Told::Yes) = (lead.notified, user, planner.told()) {
        edits.set(field, NewValue::Same(Cell::List(vec![user.to_owned().into()])));
    }
    if let Some(field) = lead.version {
        edits.set(field, NewValue::Same(Cell::Number(1.0)));
    }
    // What is said of copies wins over what is said of any lead that gets an owner, and both over what a copy begins without.
    edits.patch(&model.lifecycle.on_copy, edit::AppliesWhen::Always, now, &planner.context.actor, model);
    if user.is_some() {
        edits.patch(&model.lifecycle.on_assign, edit::AppliesWhen::Always, now, &planner.context.actor, model);
    }
    for field in [lead.access, lead.routed_by].into_iter().flatten().filter(|field| !edits.sets(*field)).collect::<Vec<_>>() {
        edits.set(field, NewValue::Same(Cell::Null));
    }
    edits.sort(model);
    let set = edits.exact(0, row, planner.table, now);
    let distances = edits.iter().filter_map(|edit| if let NewValue::Now(distance) = edit.to { Some((edit.field, distance)) } else { None });
    let copy_of = planner.table.id(row).into_owned();
    Created { id: new_id.to_owned(), copy_of, set, distances: distances.collect() }
}
