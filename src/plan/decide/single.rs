//! Commands about one lead: transferring it, claiming it from a pool, sending its notice again.

use crate::access::Change;
use crate::config::{BoundaryMode, Verb};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::plan::drops::DropCode;
use crate::plan::edit::To;
use crate::plan::{edit, leads};
use crate::query::{Cell, UnitIx};
use crate::table::RowIx;

use super::{Bare, Created, Deciding, Draft};

/// The row of a lead that the actor may see and that is as it was seen.
fn one(deciding: &Deciding<'_>, id: &str, seen: Option<&Json>, draft: &mut Draft) -> Result<Option<RowIx>> {
    let view = deciding.view()?;
    let Some(row) = deciding.table.find(id).filter(|row| view.contains(*row)) else {
        draft.drops.unknown(id.to_owned());
        return Ok(None);
    };
    if seen.is_some_and(|seen| !leads::still(deciding, row, seen)) {
        draft.drops.row(row, DropCode::Stale);
        return Ok(None);
    }
    Ok(Some(row))
}

fn text(value: &str) -> To {
    To::Same(Cell::Text(value.to_owned().into()))
}

/// Takes a lead that nobody owns.
pub(super) fn claim(deciding: &Deciding<'_>, id: &str, seen: Option<&Json>) -> Result<Draft> {
    let mut draft = Draft::default();
    let owner = deciding.model.lead.owner;
    let Some(row) = one(deciding, id, seen, &mut draft)? else { return Ok(draft) };
    let mut rows = vec![row.0];
    let asking = deciding.asking();
    draft.drops.sieve(&mut rows, DropCode::AlreadyClaimed, |row| deciding.table.cell(row, owner).is_null());
    let claim = deciding.gate.covers(&asking, Verb::LeadClaim)?;
    draft.drops.sieve(&mut rows, DropCode::NotPermitted, |row| claim.contains(row));
    let locked = deciding.locked()?;
    draft.drops.sieve(&mut rows, DropCode::Locked, |row| !locked.contains(row));
    let receive = deciding.gate.receive(&asking, owner, deciding.actor, &[])?;
    draft.drops.sieve(&mut rows, DropCode::ReceiverNotPermitted, |row| receive.contains(row));
    draft.edits.set(owner, text(&deciding.context.actor));
    draft.slot = Some(owner);
    draft.rows = rows;
    Ok(draft)
}

/// Sends the owner's notice again.
pub(super) fn resend(deciding: &Deciding<'_>, id: &str) -> Result<Draft> {
    let mut draft = Draft::default();
    let owner = deciding.model.lead.owner;
    let Some(row) = one(deciding, id, None, &mut draft)? else { return Ok(draft) };
    let mut rows = vec![row.0];
    deciding.sieve_edit(&mut rows, &mut draft.drops)?;
    draft.drops.sieve(&mut rows, DropCode::NoChange, |row| !deciding.table.cell(row, owner).is_null());
    if let (Some(field), [_]) = (deciding.model.lead.notified, rows.as_slice()) {
        let holder = deciding.table.cell(row, owner).text().unwrap_or_default().to_owned();
        draft.edits.set(field, To::Words { add: vec![holder], remove: Vec::new() });
    }
    draft.bare = Bare::Change;
    draft.resend = rows.iter().map(|row| (owner, deciding.table.cell(RowIx(*row), owner).text().unwrap_or_default().to_owned())).collect();
    draft.rows = rows;
    Ok(draft)
}

/// Moves a lead to another unit; across a boundary that duplicates, a copy goes over and the original is deactivated.
pub(super) fn transfer(
    deciding: &Deciding<'_>,
    id: &str,
    seen: Option<&Json>,
    unit: UnitIx,
    user: Option<&str>,
    new_id: Option<&str>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let model = deciding.model;
    let (lead, schema) = (&model.lead, &model.schema);
    let Some(unit_field) = lead.unit else { return Ok(draft) };
    let Some(row) = one(deciding, id, seen, &mut draft)? else { return Ok(draft) };
    let unit_id = schema.units.get(unit).map(|unit| unit.id.clone()).unwrap_or_default();
    let former = deciding.table.cell(row, unit_field).text().map(str::to_owned);
    let mode = crossing(deciding, former.as_deref(), unit);

    let mut rows = vec![row.0];
    let asking = deciding.asking();
    deciding.sieve_edit(&mut rows, &mut draft.drops)?;
    let release = deciding.gate.release(&asking, lead.owner)?;
    let to = user.and_then(|user| model.user(user));
    let give = match to {
        Some((to, _)) => deciding.gate.give(&asking, to)?,
        None => deciding.gate.give_unit(&asking, unit)?,
    };
    draft.drops.sieve(&mut rows, DropCode::NotPermitted, |row| release.contains(row) && give.contains(row));
    deciding.sieve_state(&mut rows, &mut draft.drops)?;
    draft.drops.sieve(&mut rows, DropCode::Boundary, |_| mode != Some(BoundaryMode::Deny));
    if let Some((to, known)) = to {
        draft.drops.sieve(&mut rows, DropCode::ReceiverInactive, |_| known.active);
        let after = [(unit_field, Change::Set(Cell::Text(unit_id.clone().into())))];
        let receive = deciding.gate.receive(&asking, lead.owner, to, &after)?;
        draft.drops.sieve(&mut rows, DropCode::ReceiverNotPermitted, |row| receive.contains(row));
    }
    if mode == Some(BoundaryMode::Duplicate) {
        let Some(new_id) = new_id else {
            return Err(Error::new("command_invalid", "/newId", "across this boundary a copy is made, and `newId` must name it")
                .hint("take one from `newId()`"));
        };
        if deciding.table.find(new_id).is_some() {
            return Err(Error::new("command_invalid", "/newId", format!("there is a lead `{new_id}` already")));
        }
        if !rows.is_empty() {
            draft.created.push(copy(deciding, row, new_id, (&unit_id, unit_field), user));
            draft.slot = Some(lead.owner);
            draft.receivers.extend(user.map(|user| (user.to_owned(), None)));
        }
        draft.edits.ask(&model.lifecycle.on_deactivate, deciding.context.now, &deciding.context.actor, model);
        draft.bare = Bare::Change;
        draft.rows = rows;
        return Ok(draft);
    }
    draft.edits.set(unit_field, text(&unit_id));
    draft.edits.set(lead.owner, user.map_or(To::Same(Cell::Null), text));
    if let (Some(BoundaryMode::GrantAccess), Some(access), Some(former)) = (mode, lead.access, former) {
        let company = model.lifecycle.boundary.as_ref().and_then(|boundary| {
            let ix = schema.units.nearest_of_kind(schema.units.find(&former)?, &boundary.kind)?;
            schema.units.get(ix).map(|unit| unit.id.clone())
        });
        if let Some(company) = company {
            draft.warn_of_access(&unit_id, rows.len());
            draft.edits.set(access, To::Words { add: vec![company], remove: Vec::new() });
        }
    }
    draft.slot = Some(lead.owner);
    draft.receivers.extend(user.map(|user| (user.to_owned(), None)));
    draft.rows = rows;
    draft.pointer_follows(deciding)?;
    Ok(draft)
}

/// What crossing to `unit` does; nothing where both are on one side.
fn crossing(deciding: &Deciding<'_>, former: Option<&str>, unit: UnitIx) -> Option<BoundaryMode> {
    let boundary = deciding.model.lifecycle.boundary.as_ref()?;
    let units = &deciding.model.schema.units;
    let here = units.nearest_of_kind(units.find(former?)?, &boundary.kind)?;
    let there = units.nearest_of_kind(unit, &boundary.kind)?;
    (here != there).then_some(boundary.mode)
}

/// The copy that goes over: the host copies its own columns, then sets these.
fn copy(deciding: &Deciding<'_>, row: RowIx, new_id: &str, unit: (&str, crate::query::FieldIx), user: Option<&str>) -> Created {
    let model = deciding.model;
    let (lead, now) = (&model.lead, deciding.context.now);
    let mut edits = edit::Edits::default();
    edits.set(lead.id, text(new_id));
    edits.set(unit.1, text(unit.0));
    for slot in &lead.slots {
        edits.set(slot.field, To::Same(Cell::Null));
    }
    edits.set(lead.owner, user.map_or(To::Same(Cell::Null), text));
    for field in [lead.primary, lead.access, lead.run, lead.previous_owners, lead.notified, lead.routed_by].into_iter().flatten() {
        edits.set(field, To::Same(Cell::Null));
    }
    if let (Some(field), Some(_)) = (lead.assigned_at, user) {
        edits.set(field, To::Now(0));
    }
    if let (Some(field), Some(user), edit::Told::Yes) = (lead.notified, user, deciding.told()) {
        edits.set(field, To::Same(Cell::List(vec![user.to_owned().into()])));
    }
    if let Some(field) = lead.version {
        edits.set(field, To::Same(Cell::Number(1.0)));
    }
    // What is said of copies wins over what is said of any lead that gets an owner.
    edits.patch(&model.lifecycle.on_copy, edit::When::Always, now, &deciding.context.actor, model);
    if user.is_some() {
        edits.patch(&model.lifecycle.on_assign, edit::When::Always, now, &deciding.context.actor, model);
    }
    let set = edits.exact(0, row, deciding.table, now);
    let copy_of = deciding.table.id(row).into_owned();
    Created { id: new_id.to_owned(), copy_of, set }
}
