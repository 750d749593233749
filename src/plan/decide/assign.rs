//! One holder for many leads: assigning and unassigning.

use crate::config::UserIx;
use crate::error::Result;
use crate::plan::command::LeadsRef;
use crate::plan::drops::DropCode;
use crate::plan::edit::To;
use crate::plan::leads;
use crate::query::{Cell, FieldIx};
use crate::table::RowIx;

use super::{Deciding, Draft, Move};

fn holder(user: Option<&str>) -> Cell<'static> {
    user.map_or(Cell::Null, |user| Cell::Text(user.to_owned().into()))
}

/// Fills slots and moves the primary pointer.
pub(super) fn assign(
    deciding: &Deciding<'_>,
    wanted: &LeadsRef,
    slots: &[(FieldIx, Option<String>)],
    primary: Option<&Option<String>>,
    note: Option<&str>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = leads::resolve(deciding, wanted, &[], &mut draft.drops)?;
    let moves: Vec<Move<'_>> = slots.iter().map(|(slot, to)| Move { slot: *slot, to: to.as_deref() }).collect();
    if moves.is_empty() {
        deciding.sieve_edit(&mut rows, &mut draft.drops)?;
    } else {
        deciding.sieve_moves(&mut rows, &moves, &mut draft.drops)?;
    }
    for step in &moves {
        draft.edits.set(step.slot, To::Same(holder(step.to)));
        if let Some(user) = step.to {
            draft.receivers.push((user.to_owned(), None));
        }
    }
    draft.slot = slots.first().map(|(slot, _)| *slot);
    if let (Some(field), Some(to)) = (deciding.model.lead.primary, primary) {
        if let Some(user) = to {
            draft.drops.sieve(&mut rows, DropCode::NotAHolder, |row| holds(deciding, &moves, user, row));
        }
        draft.edits.set(field, To::Same(holder(to.as_deref())));
    }
    draft.grants_of(deciding, slots.iter().filter_map(|(_, to)| deciding.model.user(to.as_deref()?)).map(|(user, _)| user), &rows)?;
    draft.attach.note = note.map(|text| ("note".to_owned(), text.to_owned()));
    draft.rows = rows;
    draft.pointer_follows(deciding)?;
    Ok(draft)
}

/// Whether the user holds a slot of the lead once the moves are made.
fn holds(deciding: &Deciding<'_>, moves: &[Move<'_>], user: &str, row: RowIx) -> bool {
    deciding.model.lead.slots.iter().any(|slot| match moves.iter().find(|step| step.slot == slot.field) {
        Some(step) => step.to == Some(user),
        None => deciding.table.cell(row, slot.field).text() == Some(user),
    })
}

/// Clears a slot; the lead goes to a pool, or stays in its own.
pub(super) fn unassign(deciding: &Deciding<'_>, wanted: &LeadsRef, slot: FieldIx, pool: Option<&str>) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = leads::resolve(deciding, wanted, &[], &mut draft.drops)?;
    deciding.sieve_moves(&mut rows, &[Move { slot, to: None }], &mut draft.drops)?;
    draft.edits.set(slot, To::Same(Cell::Null));
    if let (Some(field), Some(pool)) = (deciding.model.lead.pool, pool) {
        draft.edits.set(field, To::Same(Cell::Text(pool.to_owned().into())));
    }
    draft.slot = Some(slot);
    draft.rows = rows;
    draft.pointer_follows(deciding)?;
    Ok(draft)
}

impl Draft {
    /// A pointer to somebody who lost their slot moves to whoever replaced them, and to nobody where nobody did.
    pub(super) fn pointer_follows(&mut self, deciding: &Deciding<'_>) -> Result<()> {
        let lead = &deciding.model.lead;
        let Some(pointer) = lead.primary.filter(|pointer| !self.edits.sets(*pointer)) else { return Ok(()) };
        let moved: Vec<FieldIx> = lead.slots.iter().map(|slot| slot.field).filter(|slot| self.edits.sets(*slot)).collect();
        if moved.is_empty() {
            return Ok(());
        }
        let mut out = Vec::new();
        out.try_reserve_exact(self.rows.len())?;
        for (at, row) in self.rows.iter().map(|row| RowIx(*row)).enumerate() {
            let points = deciding.table.cell(row, pointer);
            let after = |slot: FieldIx| {
                let from = deciding.table.cell(row, slot);
                self.edits.always(slot).and_then(|to| to.value(at, &from, deciding.context.now)).unwrap_or_else(|| from.into_owned())
            };
            let still = points.is_null() || lead.slots.iter().any(|slot| after(slot.field) == points);
            let lost = moved.iter().copied().find(|slot| deciding.table.cell(row, *slot) == points);
            out.push(match lost {
                Some(slot) if !still => Some(after(slot)),
                _ => None,
            });
        }
        if out.iter().any(Option::is_some) {
            self.edits.set(pointer, To::Each(out));
        }
        Ok(())
    }

    /// Where crossing a boundary gives access, the receivers' companies are added to the leads' access units, and named in a warning.
    pub(super) fn grants_of(&mut self, deciding: &Deciding<'_>, users: impl Iterator<Item = UserIx>, rows: &[u32]) -> Result<()> {
        let Some(field) = deciding.model.lead.access else { return Ok(()) };
        for user in users {
            let Some((unit, crossing)) = deciding.grants(user)? else { continue };
            let unit = deciding.model.schema.units.get(unit).map(|unit| unit.id.clone()).unwrap_or_default();
            let mut granted = 0usize;
            let mut cells = Vec::with_capacity(rows.len());
            for (at, row) in rows.iter().map(|row| RowIx(*row)).enumerate() {
                let from = deciding.table.cell(row, field);
                let before = self.edits.always(field).and_then(|to| to.value(at, &from, deciding.context.now));
                if crossing.contains(row) {
                    granted += 1;
                    let words = To::Words { add: vec![unit.clone()], remove: Vec::new() };
                    cells.push(words.value(at, before.as_ref().unwrap_or(&from), deciding.context.now));
                } else {
                    cells.push(before);
                }
            }
            if granted > 0 {
                self.edits.set(field, To::Each(cells));
                self.warn_of_access(&unit, granted);
            }
        }
        Ok(())
    }
}
