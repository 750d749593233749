//! `undo`: puts back what a plan changed, for the rows that still are as it left them.

mod reasons;
mod returns;
mod way;

use crate::access::RowSet;
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::{Decoder, id_text};
use crate::plan::UNDO;
use crate::plan::decoded::{DecodedChange, DecodedPlan, DecodedSet};
use crate::plan::draft::{Created, Draft};
use crate::plan::drops::DropCode;
use crate::plan::edit::NewValue;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::query::{Cell, FieldIx};
use crate::table::{Mask, RowIx};

use reasons::{Denied, Told};
use way::WayBack;

pub(crate) struct Undo {
    /// The plan's id.
    plan: String,
}

impl Operation for Undo {
    const KIND: &'static str = UNDO;
    const KEYS: &'static [&'static str] = &["plan"];
    const RIGHTS: &'static [Verb] = &[];
    #[cfg(test)]
    const ASKS: &'static str =
        "`plan.undo`, view, edit, release, lock, reassignable, boundary of a unit that goes back; nothing of whoever had the lead";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Undo> {
        Some(Undo { plan: reader.id(node, "plan")? })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        let slots = model.lead.slots.iter().map(|slot| slot.field).collect();
        Touches { slots, ..Touches::of(LeadSource::OfPlan(&self.plan)) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let original = planner.context.needed_plan(&self.plan)?;
        let mut draft = Draft { exact: true, ..Draft::default() };
        let may = planner.auth.person_may(planner.actor, Verb::PlanUndo, &original.actor)?;
        if !may.allowed {
            return Ok(Draft::refuse(may.reasons));
        }
        let view = planner.view()?;
        let mut changes: Vec<(RowIx, &DecodedChange)> = Vec::new();
        let mut why = Told::default();
        let mut met = Mask::none(planner.table.rows())?;
        for change in &original.changes {
            let Some(row) = found(planner, &view, change)? else {
                draft.drops.unknown(change.lead.clone());
                continue;
            };
            if met.contains(row) {
                draft.drops.row(row, DropCode::DuplicateId);
                continue;
            }
            met.insert(row);
            if !as_left(planner, row, change) {
                why.row(&mut draft.drops, row, DropCode::ChangedSince, vec![reasons::changed(planner, row, change)]);
            } else if is_about_a_run(planner, change) {
                why.row(&mut draft.drops, row, DropCode::NotUndoable, vec![reasons::of_run()]);
            } else if change.set.is_empty() && original.created.is_empty() && original.removed.is_empty() {
                why.row(&mut draft.drops, row, DropCode::NoChange, vec![reasons::nothing()]);
            } else {
                changes.push((row, change));
            }
        }
        let mut way = WayBack::new(planner, original)?;
        let mut allowed = Vec::new();
        for (row, change) in changes {
            let denied = way.denied(row, change)?;
            match denied.iter().map(Denied::code).min() {
                Some(code) => why.row(&mut draft.drops, row, code, reasons::denied(planner, row, &denied)?),
                None => allowed.push((row, change)),
            }
        }
        pairs(planner, original, &view, &mut allowed, &mut draft, &mut why)?;
        // A change without anything in it stands only beside a copy that it made.
        if draft.created.is_empty() && draft.removed.is_empty() {
            allowed.retain(|(row, change)| {
                if change.set.is_empty() {
                    why.row(&mut draft.drops, *row, DropCode::NoChange, vec![reasons::nothing()]);
                }
                !change.set.is_empty()
            });
        }
        // What holds a lead while it is offered is not put back: the run is over.
        let back = |set: &&DecodedSet| Some(set.field) != planner.model.lead.run;
        let mut fields: Vec<FieldIx> = allowed.iter().flat_map(|(_, change)| change.set.iter().filter(back).map(|set| set.field)).collect();
        crate::sort::all(&mut fields);
        fields.dedup();
        for field in fields {
            let back = |change: &DecodedChange| change.set.iter().find(|set| set.field == field).map(|set| set.from.clone());
            draft.edits.set(field, NewValue::Each(allowed.iter().map(|(_, change)| back(change)).collect()));
        }
        draft.warnings = returns::warnings(planner, &allowed)?;
        draft.rows = allowed.iter().map(|(row, _)| row.0).collect();
        draft.slot = planner.model.lead.slots.iter().map(|slot| slot.field).find(|slot| draft.edits.sets(*slot));
        draft.keep_empty = true;
        draft.routed.reasons = why.by_row;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::LeadEdit)]
    }
}

/// The row of a change, if the actor may see it: as it is, or as it will be where it still is as the plan left it.
fn found(planner: &Planner<'_>, view: &RowSet, change: &DecodedChange) -> Result<Option<RowIx>> {
    let Some(row) = planner.table.find(&change.lead) else { return Ok(None) };
    let seen = view.contains(row) || (as_left(planner, row, change) && way::sees(planner, row, change)?);
    Ok(seen.then_some(row))
}

/// Whether all that a change did was to offer the lead, or to end that: state is not taken back, and a run is ended by `cancel_run`.
fn is_about_a_run(planner: &Planner<'_>, change: &DecodedChange) -> bool {
    let Some(run) = planner.model.lead.run else { return false };
    let offers = change.set.iter().any(|set| set.field == run && !set.to.is_null());
    let ends = change.set.iter().any(|set| set.field == run) && change.set.iter().all(|set| set.field == run);
    offers || ends
}

/// Whether a row still is as the plan left it: the version that it made stands, or else every field that it set.
fn as_left(planner: &Planner<'_>, row: RowIx, change: &DecodedChange) -> bool {
    let versions = match (planner.model.lead.version, &change.expect) {
        (Some(field), Cell::Number(before)) => planner.table.cell(row, field) == Cell::Number(before + 1.0),
        (Some(field), Cell::Null) => planner.table.cell(row, field) == Cell::Number(1.0),
        (Some(_), _) => false,
        (None, _) => true,
    };
    versions && change.set.iter().all(|set| planner.table.cell(row, set.field) == set.to)
}

/// A copy and its original go back together or not at all. A copy that the plan made is removed while it is untouched; one that an
/// undo removed is made again, as the plan before it says.
fn pairs(
    planner: &Planner<'_>,
    original: &DecodedPlan,
    view: &RowSet,
    allowed: &mut Vec<(RowIx, &DecodedChange)>,
    draft: &mut Draft,
    why: &mut Told,
) -> Result<()> {
    if original.created.is_empty() && original.removed.is_empty() {
        return Ok(());
    }
    let asking = planner.asking();
    let edit = planner.auth.covers(&asking, Verb::LeadEdit)?;
    let release = planner.auth.release(&asking, planner.model.lead.owner)?;
    // The lead goes back with its copy or not at all; without a lead, none does.
    let stuck = |lead: Option<&str>, copy: &str, allowed: &mut Vec<(RowIx, &DecodedChange)>, draft: &mut Draft, why: &mut Told| {
        allowed.retain(|(row, change)| {
            let of_pair = lead.is_none_or(|lead| change.lead == lead);
            if of_pair {
                why.row(&mut draft.drops, *row, DropCode::NotUndoable, vec![reasons::of_copy(copy)]);
            }
            !of_pair
        });
    };
    for copy in &original.created {
        if !allowed.iter().any(|(_, change)| change.lead == copy.copy_of) {
            // The original does not go back: neither does the copy.
            draft.drops.named(copy.id.clone(), DropCode::NotUndoable);
            continue;
        }
        let found = planner.table.find(&copy.id).filter(|row| view.contains(*row));
        let untouched = |row: RowIx| copy.set.iter().all(|(field, cell)| planner.table.cell(row, *field) == *cell);
        let code = match found {
            None => Some(DropCode::NotUndoable),
            Some(row) if !edit.contains(row) || !release.contains(row) => Some(DropCode::NotPermitted),
            Some(row) if !untouched(row) => Some(DropCode::NotUndoable),
            Some(_) => None,
        };
        match (code, found) {
            (Some(code), found) => {
                match found {
                    Some(row) => why.row(&mut draft.drops, row, code, vec![reasons::copy_stays(code)]),
                    None => draft.drops.named(copy.id.clone(), code),
                }
                stuck(Some(&copy.copy_of), &copy.id, allowed, draft, why);
            }
            (None, Some(row)) => {
                let guard = planner.model.lead.version.unwrap_or(planner.model.lead.owner);
                draft.removed.push((copy.id.clone(), planner.table.cell(row, guard).into_owned()));
            }
            (None, None) => {}
        }
    }
    for (id, _) in &original.removed {
        match made_before(planner, original, id).filter(|copy| allowed.iter().any(|(_, change)| change.lead == copy.copy_of)) {
            Some(copy) if planner.table.find(id).is_none_or(|row| !view.contains(row)) => draft.created.push(copy),
            _ => {
                draft.drops.named(id.clone(), DropCode::NotUndoable);
                stuck(None, id, allowed, draft, why);
            }
        }
    }
    Ok(())
}

/// The copy as the plan made it that was undone, if the host gave that plan too.
fn made_before(planner: &Planner<'_>, undone: &DecodedPlan, id: &str) -> Option<Created> {
    let first = planner.context.plan(&id_text(undone.header.get("command")?.get("plan")?)?)?;
    first.created.iter().find(|copy| copy.id == id).cloned()
}
