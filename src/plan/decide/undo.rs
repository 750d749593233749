//! Putting back what a plan changed, for the rows that still are as it left them.

use std::collections::BTreeMap;

use crate::access::Covered;
use crate::config::Verb;
use crate::error::{Error, Result};
use crate::plan::drops::DropCode;
use crate::plan::edit::To;
use crate::plan::recorded::RecordedChange;
use crate::query::{Cell, FieldIx};
use crate::table::RowIx;

use super::{Deciding, Draft, Following};

/// Puts back what the plan with that id changed.
pub(super) fn undo(deciding: &Deciding<'_>, plan: &str) -> Result<Draft> {
    let Some((_, original)) = deciding.context.plans.iter().find(|(id, _)| id == plan) else {
        return Err(Error::new("plan_missing", "/plans", format!("the plan `{plan}` was not given"))
            .hint("give it in `plans`, from the host's own store"));
    };
    let mut draft = Draft { following: Following::No, ..Draft::default() };
    let may = deciding.gate.person_may(deciding.actor, Verb::PlanUndo, &original.actor)?;
    if !may.allowed {
        return Ok(Draft::refuse(may.reasons));
    }
    let view = deciding.view()?;
    let mut rows = Vec::new();
    let mut changes: Vec<&RecordedChange> = Vec::new();
    for change in &original.changes {
        let Some(row) = deciding.table.find(&change.lead).filter(|row| view.contains(*row)) else {
            draft.drops.unknown(change.lead.clone());
            continue;
        };
        if !as_left(deciding, row, change) {
            draft.drops.row(row, DropCode::ChangedSince);
        } else if change.set.is_empty() {
            draft.drops.row(row, DropCode::NoChange);
        } else {
            rows.push(row.0);
            changes.push(change);
        }
    }
    copies(deciding, original, &mut draft)?;
    let allowed = way_back(deciding, &rows, &changes, &mut draft)?;
    let stays = |at: usize| allowed.get(at).copied().unwrap_or(false);
    draft.rows = rows.iter().enumerate().filter(|(at, _)| stays(*at)).map(|(_, row)| *row).collect();
    let changes: Vec<&RecordedChange> = changes.into_iter().enumerate().filter(|(at, _)| stays(*at)).map(|(_, change)| change).collect();
    let mut fields: Vec<FieldIx> = changes.iter().flat_map(|change| change.set.iter().map(|set| set.field)).collect();
    fields.sort_unstable();
    fields.dedup();
    for field in fields {
        let cells = changes.iter().map(|change| change.set.iter().find(|set| set.field == field).map(|set| set.from.clone())).collect();
        draft.edits.set(field, To::Each(cells));
    }
    draft.slot = deciding.model.lead.slots.iter().map(|slot| slot.field).find(|slot| draft.edits.sets(*slot));
    Ok(draft)
}

/// Whether a row still is as the plan left it: the version that it made stands, or else every field that it set.
fn as_left(deciding: &Deciding<'_>, row: RowIx, change: &RecordedChange) -> bool {
    let versions = match (deciding.model.lead.version, &change.expect) {
        (Some(field), Cell::Number(before)) => deciding.table.cell(row, field) == Cell::Number(before + 1.0),
        (Some(field), Cell::Null) => deciding.table.cell(row, field) == Cell::Number(1.0),
        (Some(_), _) => false,
        (None, _) => true,
    };
    versions && change.set.iter().all(|set| deciding.table.cell(row, set.field) == set.to)
}

/// The questions of the way back; false where one is denied, and the row is dropped.
fn way_back(deciding: &Deciding<'_>, rows: &[u32], changes: &[&RecordedChange], draft: &mut Draft) -> Result<Vec<bool>> {
    let asking = deciding.asking();
    let gate = deciding.gate;
    let edit = gate.covers(&asking, Verb::LeadEdit)?;
    let reassignable = gate.reassignable(&asking)?;
    let locked = deciding.locked()?;
    let mut release: BTreeMap<FieldIx, Covered> = BTreeMap::new();
    let mut receive: BTreeMap<(FieldIx, String), [Covered; 3]> = BTreeMap::new();
    let mut allowed = Vec::with_capacity(rows.len());
    for (row, change) in rows.iter().map(|row| RowIx(*row)).zip(changes) {
        let mut denied = (!edit.contains(row)).then_some(DropCode::NotPermitted);
        for set in change.set.iter().filter(|set| deciding.model.lead.slot(set.field).is_some()) {
            if let std::collections::btree_map::Entry::Vacant(slot) = release.entry(set.field) {
                slot.insert(gate.release(&asking, set.field)?);
            }
            let released = release.get(&set.field).is_some_and(|release| release.contains(row));
            let mut codes = vec![
                (!released).then_some(DropCode::NotPermitted),
                (!reassignable.contains(row)).then_some(DropCode::NotReassignable),
                locked.contains(row).then_some(DropCode::Locked),
            ];
            if let Cell::Text(to) = &set.from {
                let Some((to_ix, user)) = deciding.model.user(to) else {
                    codes.push(Some(DropCode::ReceiverNotPermitted));
                    denied = denied.into_iter().chain(codes.into_iter().flatten()).min();
                    continue;
                };
                let key = (set.field, to.to_string());
                if !receive.contains_key(&key) {
                    let answers = [gate.give(&asking, to_ix)?, gate.barred(&asking, to_ix)?, gate.receive(&asking, set.field, to_ix, &[])?];
                    receive.insert(key.clone(), answers);
                }
                if let Some([give, barred, receives]) = receive.get(&key) {
                    codes.push((!give.contains(row)).then_some(DropCode::NotPermitted));
                    codes.push(barred.contains(row).then_some(DropCode::Boundary));
                    codes.push((!user.active).then_some(DropCode::ReceiverInactive));
                    codes.push((!receives.contains(row)).then_some(DropCode::ReceiverNotPermitted));
                }
            }
            denied = denied.into_iter().chain(codes.into_iter().flatten()).min();
        }
        if let Some(code) = denied {
            draft.drops.row(row, code);
        }
        allowed.push(denied.is_none());
    }
    Ok(allowed)
}

/// A copy that the plan made is removed while it is untouched.
fn copies(deciding: &Deciding<'_>, original: &crate::plan::recorded::Recorded, draft: &mut Draft) -> Result<()> {
    for copy in &original.created {
        let Some(row) = deciding.table.find(&copy.id) else {
            draft.drops.named(copy.id.clone(), DropCode::NotUndoable);
            continue;
        };
        if copy.set.iter().all(|(field, cell)| deciding.table.cell(row, *field) == *cell) {
            let guard = deciding.model.lead.version.unwrap_or(deciding.model.lead.owner);
            draft.removed.push((copy.id.clone(), deciding.table.cell(row, guard).into_owned()));
        } else {
            draft.drops.row(row, DropCode::NotUndoable);
        }
    }
    Ok(())
}
