//! Changes of ordinary fields: mass edit and deactivation.

use crate::error::Result;
use crate::plan::command::{Command, LeadsRef};
use crate::plan::drops::DropCode;
use crate::plan::edit::To;
use crate::plan::leads;
use crate::query::Cell;

use super::deal::{self, Remember, Settled};
use super::{Attach, Bare, Deciding, Draft, Move};

/// Takes leads out of use.
pub(super) fn deactivate(deciding: &Deciding<'_>, wanted: &LeadsRef) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = leads::resolve(deciding, wanted, &[], &mut draft.drops)?;
    deciding.sieve_edit(&mut rows, &mut draft.drops)?;
    draft.edits.ask(&deciding.model.lifecycle.on_deactivate, deciding.context.now, &deciding.context.actor, deciding.model);
    draft.rows = rows;
    Ok(draft)
}

/// Changes the fields that were ticked, and leaves every other alone.
pub(super) fn mass_edit(deciding: &Deciding<'_>, wanted: &LeadsRef, command: &Command) -> Result<Draft> {
    let Command::MassEdit { set, slots, split, add_units, remove_units, note, alert, .. } = command else { return Ok(Draft::default()) };
    let mut draft = Draft::default();
    let units = &deciding.model.schema.units;
    let takers = match split.as_ref().map(|split| deal::takers(deciding, split)).transpose()?.transpose() {
        Ok(takers) => takers,
        Err(reasons) => return Ok(Draft::refuse(reasons)),
    };
    let sort = split.as_ref().map(|split| split.sort.as_slice()).unwrap_or_default();
    let mut rows = leads::resolve(deciding, wanted, sort, &mut draft.drops)?;
    let moves: Vec<Move<'_>> = slots.iter().map(|(slot, to)| Move { slot: *slot, to: to.as_deref() }).collect();
    if moves.is_empty() {
        deciding.sieve_edit(&mut rows, &mut draft.drops)?;
    } else {
        deciding.sieve_moves(&mut rows, &moves, &mut draft.drops)?;
    }
    let asking = deciding.asking();
    for unit in add_units {
        let give = deciding.gate.give_unit(&asking, *unit)?;
        draft.drops.sieve(&mut rows, DropCode::NotPermitted, |row| give.contains(row));
    }
    for unit in remove_units {
        let release = deciding.gate.release_unit(&asking, *unit)?;
        draft.drops.sieve(&mut rows, DropCode::NotPermitted, |row| release.contains(row));
    }
    draft.rows = rows;
    if let (Some(split), Some(takers)) = (split, takers) {
        let rows = std::mem::take(&mut draft.rows);
        deal::deal(deciding, &mut draft, rows, split, &takers, Remember::Yes, Settled::Stays)?;
    }
    draft.edits.ask(set, deciding.context.now, &deciding.context.actor, deciding.model);
    for step in &moves {
        draft.edits.set(step.slot, To::Same(step.to.map_or(Cell::Null, |user| Cell::Text(user.to_owned().into()))));
        draft.slot = draft.slot.or(Some(step.slot));
        draft.receivers.extend(step.to.map(|user| (user.to_owned(), None)));
    }
    if let (Some(field), false) = (deciding.model.lead.access, add_units.is_empty() && remove_units.is_empty()) {
        let ids =
            |list: &[crate::query::UnitIx]| list.iter().filter_map(|unit| units.get(*unit)).map(|unit| unit.id.clone()).collect::<Vec<_>>();
        draft.edits.set(field, To::Words { add: ids(add_units), remove: ids(remove_units) });
        for unit in ids(add_units) {
            draft.warn_of_access(&unit, draft.rows.len());
        }
    }
    let rows = draft.rows.clone();
    draft.grants_of(deciding, moves.iter().filter_map(|step| deciding.model.user(step.to?)).map(|(user, _)| user), &rows)?;
    draft.attach = Attach { note: note.clone(), alert: alert.clone() };
    // A note that is all there is goes with a change that sets nothing; beside other edits it goes with those.
    draft.bare = if draft.edits.is_empty() { Bare::Change } else { Bare::NoChange };
    draft.pointer_follows(deciding)?;
    Ok(draft)
}
