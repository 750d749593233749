//! One holder for many leads: assigning and unassigning.

use crate::error::Result;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads;
use crate::plan::leads::LeadsRef;
use crate::plan::reasons::Explain;
use crate::query::{Cell, FieldIx};
use crate::table::RowIx;

use crate::plan::draft::Draft;
use crate::plan::planner::{Move, Planner, holder};

/// Fills slots and moves the primary pointer.
pub(crate) fn assign(
    planner: &Planner<'_>,
    wanted: &LeadsRef,
    slots: &[(FieldIx, Option<String>)],
    primary: Option<&Option<String>>,
    note: Option<&str>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
    let moves: Vec<Move<'_>> = slots.iter().map(|(slot, to)| Move { slot: *slot, to: to.as_deref() }).collect();
    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    planner.ask_moves(&moves, &[], &mut checks)?;
    draft.drops.drop_failing(&mut rows, checks);
    for step in &moves {
        draft.edits.set(step.slot, NewValue::Same(holder(step.to)));
        if let Some(user) = step.to {
            draft.receivers.push((user.to_owned(), None));
        }
    }
    draft.slot = slots.first().map(|(slot, _)| *slot);
    if let (Some(field), Some(to)) = (planner.model.lead.primary, primary) {
        if let Some(user) = to {
            rows.retain(|row| {
                let holds = holds(planner, &moves, user, RowIx(*row));
                if !holds {
                    draft.drops.row(RowIx(*row), DropCode::NotAHolder);
                }
                holds
            });
        }
        draft.edits.set(field, NewValue::Same(holder(to.as_deref())));
    }
    draft.attach.note = note.map(|text| ("note".to_owned(), text.to_owned()));
    draft.inquiry = Explain::Moves { slots: slots.to_vec(), unit: None };
    draft.rows = rows;
    Ok(draft)
}

/// Whether the user holds a slot of the lead once the moves are made.
fn holds(planner: &Planner<'_>, moves: &[Move<'_>], user: &str, row: RowIx) -> bool {
    planner.model.lead.slots.iter().any(|slot| match moves.iter().find(|step| step.slot == slot.field) {
        Some(step) => step.to == Some(user),
        None => planner.is_held_by(slot.field, Some(user), row),
    })
}

/// Clears a slot; the lead goes to a pool, or stays in its own.
pub(crate) fn unassign(planner: &Planner<'_>, wanted: &LeadsRef, slot: FieldIx, pool: Option<&str>) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    planner.ask_moves(&[Move { slot, to: None }], &[], &mut checks)?;
    draft.drops.drop_failing(&mut rows, checks);
    draft.edits.set(slot, NewValue::Same(Cell::Null));
    if let (Some(field), Some(pool)) = (planner.model.lead.pool, pool) {
        draft.edits.set(field, NewValue::Same(Cell::Text(pool.to_owned().into())));
    }
    draft.slot = Some(slot);
    draft.inquiry = Explain::Moves { slots: vec![(slot, None)], unit: None };
    draft.rows = rows;
    Ok(draft)
}
