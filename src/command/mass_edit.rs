//! `mass_edit`: changes the fields that were ticked, and leaves every other alone.

use crate::access::{Change, RowSet};
use crate::allot::deal::{self, Extra};
use crate::allot::spec::Split;
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::patch::{self, Patch};
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::{Attach, Draft};
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::{Move, Planner, holder};
use crate::plan::reasons::Question;
use crate::query::{FieldIx, UnitIx};
use crate::table::{Column, Mask, RowIx};

pub(crate) struct MassEdit {
    leads: LeadsRef,
    set: Vec<Patch>,
    /// Slot → its new holder; none clears it.
    slots: Vec<(FieldIx, Option<String>)>,
    split: Option<Split>,
    /// Units that get access.
    add_units: Vec<UnitIx>,
    /// Units that lose it.
    remove_units: Vec<UnitIx>,
    /// Type and text.
    note: Option<(String, String)>,
    alert: Option<String>,
}

impl Operation for MassEdit {
    const KIND: &'static str = "mass_edit";
    const KEYS: &'static [&'static str] = &["leads", "set", "slots", "split", "units", "note", "alert"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit; with slots or a split also release, give, receive, lock, reassignable, boundary; units added: give over that unit, removed: release over it";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<MassEdit> {
        let leads = reader.leads(&node.get("leads"));
        let (units, note) = (node.get("units"), node.get("note"));
        let set = patch::read(&node.get("set"), reader.schema, &reader.model.lead.reserved());
        let slots = reader.slots(&node.get("slots"));
        let split = reader.optional_split(&node.get("split"));
        let (mut add_units, mut remove_units) = (Vec::new(), Vec::new());
        if !units.is_null() {
            units.keys(&["add", "remove"]);
            if reader.model.lead.access.is_none() {
                units.error("no_access_field", "leads have no field for units that are given access");
            }
            (add_units, remove_units) = (reader.units(&units.get("add")), reader.units(&units.get("remove")));
        }
        let note_read = if note.is_null() {
            None
        } else {
            note.keys(&["type", "text"]);
            Some((note.get("type").name()?.to_owned(), note.get("text").name()?.to_owned()))
        };
        let alert = node.get("alert").text().map(str::to_owned);
        let split = split?;
        if let Some(split) = &split
            && slots.iter().any(|(field, _)| *field == split.slot)
        {
            node.get("slots").error("slot_named_twice", "`slots` and `split` fill the same slot");
        }
        let nothing = set.is_empty() && slots.is_empty() && split.is_none() && add_units.is_empty() && remove_units.is_empty();
        if nothing && note_read.is_none() && alert.is_none() && !node.faults().any_error() {
            node.error("nothing_to_do", "a mass edit changes at least one thing");
        }
        Some(MassEdit { leads: leads?, set, slots, split, add_units, remove_units, note: note_read, alert })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        Touches { patches: &self.set, ..Touches::moves(LeadSource::Named(&self.leads), &self.slots, self.split.as_ref()) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let takers = match self.split.as_ref().map(|split| deal::candidates(planner, split)).transpose()?.transpose() {
            Ok(takers) => takers,
            Err(reasons) => return Ok(Draft::refuse(reasons)),
        };
        let (add, remove) = (ids(planner, &self.add_units), ids(planner, &self.remove_units));
        let access = planner.model.lead.access.filter(|_| !add.is_empty() || !remove.is_empty());
        // A receiver must see the lead as it is once everything else was changed.
        let mut changes = planner.changes(&self.set);
        if let Some(field) = access {
            changes.push((field, Change::Words { add: add.clone(), remove: remove.clone() }));
        }
        let sort = self.split.as_ref().map(|split| split.sort.as_slice()).unwrap_or_default();
        let mut rows = leads::resolve(planner, &self.leads, sort, &mut draft.drops)?;
        let moves = Move::list(&self.slots);
        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        planner.ask_moves(&moves, &changes, &mut checks)?;
        let asking = planner.asking();
        for unit in &self.add_units {
            checks.only(DropCode::NotPermitted, planner.auth.give_unit(&asking, *unit)?.or(has_access(planner, *unit)?));
        }
        for unit in &self.remove_units {
            let without = has_access(planner, *unit)?.complement(planner.table.rows())?;
            checks.only(DropCode::NotPermitted, planner.auth.release_unit(&asking, *unit)?.or(without));
        }
        if let (Some(split), Some(takers)) = (&self.split, &takers) {
            changes.extend(moves.iter().map(|step| (step.slot, Change::Set(holder(step.to)))));
            let extra = Extra { checks, changes: &changes, keep_unchanged: true };
            deal::deal(planner, &mut draft, rows, split, takers, extra)?;
        } else {
            draft.drops.drop_failing(&mut rows, checks);
            draft.rows = rows;
        }
        draft.edits.ask(&self.set, planner.context.now, &planner.context.actor, planner.model);
        for step in &moves {
            draft.edits.set(step.slot, NewValue::Same(holder(step.to)));
            draft.slot = draft.slot.or(Some(step.slot));
            draft.receivers.extend(step.to.map(|user| (user.to_owned(), None)));
        }
        if let Some(field) = access {
            draft.edits.set(field, NewValue::Access { add, remove });
        }
        draft.attach = Attach { note: self.note.clone(), alert: self.alert.clone() };
        // A note that is all there is goes with a change that sets nothing; beside other edits it goes with those.
        draft.keep_empty = draft.edits.is_empty();
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        if let Some(split) = &self.split {
            return Question::of_deal(split.slot);
        }
        let mut out = vec![Question::May(Verb::LeadEdit)];
        out.extend(self.slots.iter().map(|(slot, to)| Question::of_move(*slot, to.clone())));
        out.extend(self.add_units.iter().map(|unit| Question::GiveAccess(*unit)));
        out.push(Question::TakeAccess(self.remove_units.clone()));
        out
    }
}

fn ids(planner: &Planner<'_>, units: &[UnitIx]) -> Vec<String> {
    units.iter().filter_map(|unit| planner.model.schema.units.get(*unit)).map(|unit| unit.id.clone()).collect()
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
