//! `undo`: puts back what a plan changed, for the rows that still are as it left them.

mod reasons;
mod returns;
mod way;

use std::rc::Rc;

use crate::access::RowSet;
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::{Decoder, id_text};
use crate::plan::UNDO;
use crate::plan::decoded::{DecodedChange, DecodedChanges, DecodedField, DecodedPlan};
use crate::plan::draft::{Created, Draft};
use crate::plan::drops::DropCode;
use crate::plan::edit::NewValue;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::query::{Cell, FieldIx};
use crate::table::column::CodedColumn;
use crate::table::{Column, Mask, RowIx, Table};

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
        let changes = &original.changes;
        let left = Left::of(planner, changes);
        let mut rows: Vec<Back> = Vec::new();
        rows.try_reserve_exact(changes.len())?;
        let mut why = Told::default();
        let mut met = Mask::none(planner.table.rows())?;
        let alone = original.created.is_empty() && original.removed.is_empty();
        let mut finder = planner.table.finder();
        changes.each(|at, lead| {
            let row = finder.find(lead);
            let stands = row.is_some_and(|row| left.holds(row, at));
            // It is seen as it is, or as it will be where it still is as the plan left it.
            let seen = match row {
                Some(row) if view.contains(row) => Some(row),
                Some(row) if stands && way::sees(planner, row, &left.change(Back { row, at }, lead))? => Some(row),
                _ => None,
            };
            let Some(row) = seen else {
                draft.drops.unknown(lead.to_owned());
                return Ok(());
            };
            if met.contains(row) {
                draft.drops.row(row, DropCode::DuplicateId);
                return Ok(());
            }
            met.insert(row);
            if !stands {
                let reason = reasons::changed(planner, row, &changes.change(at, lead));
                why.row(&mut draft.drops, row, DropCode::ChangedSince, vec![reason]);
            } else if is_about_a_run(planner, changes, at) {
                why.row(&mut draft.drops, row, DropCode::NotUndoable, vec![reasons::of_run()]);
            } else if alone && changes.is_empty_at(at) {
                why.row(&mut draft.drops, row, DropCode::NoChange, vec![reasons::nothing()]);
            } else {
                rows.push(Back { row, at });
            }
            Ok(())
        })?;
        let mut way = WayBack::new(planner, original)?;
        let mut allowed: Vec<Back> = Vec::new();
        allowed.try_reserve_exact(rows.len())?;
        for back in rows {
            if way.is_free(back) {
                allowed.push(back);
                continue;
            }
            let denied = way.denied(back.row, &left.change(back, &planner.table.id(back.row)))?;
            match denied.iter().map(Denied::code).min() {
                Some(code) => why.row(&mut draft.drops, back.row, code, reasons::denied(planner, back.row, &denied)?),
                None => allowed.push(back),
            }
        }
        pairs(planner, original, &view, &mut allowed, &mut draft, &mut why)?;
        // A change without anything in it stands only beside a copy that it made, or for what the actor does not see.
        if draft.created.is_empty() && draft.removed.is_empty() {
            allowed.retain(|back| {
                let empty = changes.is_empty_at(back.at);
                if empty {
                    why.row(&mut draft.drops, back.row, DropCode::NoChange, vec![reasons::nothing()]);
                }
                !empty
            });
        }
        // What holds a lead while it is offered is not put back: the run is over.
        for field in left.fields.iter().filter(|left| Some(left.field.field) != planner.model.lead.run) {
            set_back(field, planner.table, &allowed, &mut draft)?;
        }
        draft.warnings = returns::warnings(planner, &left, &allowed)?;
        draft.rows.try_reserve_exact(allowed.len())?;
        draft.rows.extend(allowed.iter().map(|back| back.row.0));
        draft.slot = planner.model.lead.slots.iter().map(|slot| slot.field).find(|slot| draft.edits.sets(*slot));
        draft.keep_empty = true;
        draft.routed.reasons = why.by_row;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::LeadEdit)]
    }
}

/// A row that may go back, and its place in the plan that is undone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Back {
    row: RowIx,
    at: usize,
}

/// Sets a field to what it was. Where each row had one of the plan's values, they are told by their places.
fn set_back(left: &LeftField<'_>, table: &Table, rows: &[Back], draft: &mut Draft) -> Result<()> {
    let from = &left.field.from;
    let goes = |back: &Back| left.goes_back(table, *back);
    let mut codes: Vec<u32> = Vec::new();
    codes.try_reserve_exact(rows.len())?;
    codes.extend(rows.iter().filter(|back| goes(back)).filter_map(|back| from.code(back.at).checked_sub(1)));
    if codes.is_empty() {
        return Ok(());
    }
    let to = if codes.len() == rows.len() {
        NewValue::Coded(Rc::new(from.list().to_vec()), Rc::new(codes))
    } else {
        NewValue::Each(rows.iter().map(|back| from.get(back.at).filter(|_| goes(back)).cloned()).collect())
    };
    draft.edits.set(left.field.field, to);
    Ok(())
}

/// Whether all that a change did was to offer the lead, or to end that: state is not taken back, and a run is ended by `cancel_run`.
fn is_about_a_run(planner: &Planner<'_>, changes: &DecodedChanges, at: usize) -> bool {
    let Some(run) = planner.model.lead.run else { return false };
    let Some(to) = changes.fields().iter().find(|field| field.field == run).and_then(|field| field.to.get(at)) else { return false };
    !to.is_null() || changes.fields().iter().all(|field| field.field == run || field.to.code(at) == 0)
}

/// A column, and the codes of some values in it.
type PlacesIn<'a> = (&'a CodedColumn, Vec<Option<u32>>);

/// A field as the plan left it.
struct LeftField<'a> {
    field: &'a DecodedField,
    /// Hidden from the actor: that it was changed since is not theirs to learn, and keeps nothing else from going back.
    is_hidden: bool,
    /// Where the field's column has codes: the column, and the codes there of the plan's values.
    places: Option<PlacesIn<'a>>,
}

impl LeftField<'_> {
    /// Whether it goes back in a row that does: what somebody changed since and the actor does not see stays as it is.
    fn goes_back(&self, table: &Table, back: Back) -> bool {
        !self.is_hidden || self.stands(table, back)
    }

    /// Whether a row has what the plan set, if it set something.
    fn stands(&self, table: &Table, Back { row, at }: Back) -> bool {
        let Some(place) = (self.field.to.code(at) as usize).checked_sub(1) else { return true };
        match &self.places {
            Some((coded, codes)) => codes.get(place).copied().flatten() == Some(coded.code(row.0)),
            None => self.field.to.list().get(place).is_some_and(|to| table.cell(row, self.field.field) == *to),
        }
    }
}

/// What the plan left, and what of it goes back. A row is as the plan left it where the version that it made stands, and every field that it set,
/// of those that the actor sees.
struct Left<'a> {
    table: &'a Table,
    version: Option<FieldIx>,
    changes: &'a DecodedChanges,
    fields: Vec<LeftField<'a>>,
}

impl<'a> Left<'a> {
    fn of(planner: &Planner<'a>, changes: &'a DecodedChanges) -> Left<'a> {
        let table = planner.table;
        let shown = planner.auth.schema_of(&planner.context.actor);
        let mut fields = Vec::with_capacity(changes.fields().len());
        for field in changes.fields() {
            let places = match table.column(field.field) {
                Column::Coded(coded) => {
                    let place = |cell: &Cell<'static>| cell.text().map_or(Some(0), |text| coded.dict.find(text));
                    Some((coded, field.to.list().iter().map(place).collect()))
                }
                _ => None,
            };
            fields.push(LeftField { field, is_hidden: shown.hides(field.field), places });
        }
        Left { table, version: planner.model.lead.version, changes, fields }
    }

    /// What goes back in a row.
    fn change(&self, back: Back, lead: &str) -> DecodedChange {
        let mut change = self.changes.change(back.at, lead);
        for left in self.fields.iter().filter(|left| !left.goes_back(self.table, back)) {
            change.set.retain(|set| set.field != left.field.field);
        }
        change
    }

    fn holds(&self, row: RowIx, at: usize) -> bool {
        let versions = match (self.version, self.changes.expect(at)) {
            (Some(field), Cell::Number(before)) => self.table.cell(row, field) == Cell::Number(before + 1.0),
            (Some(field), Cell::Null) => self.table.cell(row, field) == Cell::Number(1.0),
            (Some(_), _) => false,
            (None, _) => true,
        };
        versions && self.fields.iter().all(|field| field.is_hidden || field.stands(self.table, Back { row, at }))
    }
}

/// A copy and its original go back together or not at all. A copy that the plan made is removed while it is untouched; one that an
/// undo removed is made again, as the plan before it says.
fn pairs(
    planner: &Planner<'_>,
    original: &DecodedPlan,
    view: &RowSet,
    allowed: &mut Vec<Back>,
    draft: &mut Draft,
    why: &mut Told,
) -> Result<()> {
    if original.created.is_empty() && original.removed.is_empty() {
        return Ok(());
    }
    let asking = planner.asking();
    let edit = planner.auth.covers(&asking, Verb::LeadEdit)?;
    let release = planner.auth.release(&asking, planner.model.lead.owner)?;
    let goes_back = |lead: &str, allowed: &[Back]| {
        let row = planner.table.find(lead);
        allowed.iter().any(|back| Some(back.row) == row)
    };
    // The lead goes back with its copy or not at all; without a lead, none does.
    let stuck = |lead: Option<&str>, copy: &str, allowed: &mut Vec<Back>, draft: &mut Draft, why: &mut Told| {
        let only = lead.map(|lead| planner.table.find(lead));
        allowed.retain(|back| {
            let of_pair = only.is_none_or(|row| row == Some(back.row));
            if of_pair {
                why.row(&mut draft.drops, back.row, DropCode::NotUndoable, vec![reasons::of_copy(copy)]);
            }
            !of_pair
        });
    };
    for copy in &original.created {
        if !goes_back(&copy.copy_of, allowed) {
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
        match made_before(planner, original, id).filter(|copy| goes_back(&copy.copy_of, allowed)) {
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
