//! `undo`: puts back what a plan changed, for the rows that still are as it left them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::access::{Change, Reassignment, RowSet};
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{BoundaryMode, Model, UserIx, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::plan::decoded::{DecodedChange, DecodedPlan};
use crate::plan::draft::{Created, Draft};
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::query::{Cell, FieldIx, UnitIx};
use crate::table::{Mask, Row, RowIx};

pub(crate) struct Undo {
    /// The plan's id.
    plan: String,
}

impl Operation for Undo {
    const KIND: &'static str = "undo";
    const KEYS: &'static [&'static str] = &["plan"];
    const RIGHTS: &'static [Verb] = &[];
    #[cfg(test)]
    const ASKS: &'static str = "`plan.undo`, and the questions of the way back";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Undo> {
        Some(Undo { plan: reader.name(node, "plan")? })
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
        let mut met = Mask::none(planner.table.rows())?;
        for change in &original.changes {
            let Some(row) = planner.table.find(&change.lead).filter(|row| view.contains(*row)) else {
                draft.drops.unknown(change.lead.clone());
                continue;
            };
            if met.contains(row) {
                draft.drops.row(row, DropCode::DuplicateId);
                continue;
            }
            met.insert(row);
            if !as_left(planner, row, change) {
                draft.drops.row(row, DropCode::ChangedSince);
            } else if change.set.is_empty() && original.created.is_empty() && original.removed.is_empty() {
                draft.drops.row(row, DropCode::NoChange);
            } else {
                changes.push((row, change));
            }
        }
        let mut way = Way::new(planner, original)?;
        let mut allowed = Vec::new();
        for (row, change) in changes {
            match way.denied(row, change)? {
                Some(code) => draft.drops.row(row, code),
                None => allowed.push((row, change)),
            }
        }
        pairs(planner, original, &view, &mut allowed, &mut draft)?;
        // A change without anything in it stands only beside a copy that it made.
        if draft.created.is_empty() && draft.removed.is_empty() {
            allowed.retain(|(row, change)| {
                if change.set.is_empty() {
                    draft.drops.row(*row, DropCode::NoChange);
                }
                !change.set.is_empty()
            });
        }
        let mut fields: Vec<FieldIx> = allowed.iter().flat_map(|(_, change)| change.set.iter().map(|set| set.field)).collect();
        crate::sort::all(&mut fields);
        fields.dedup();
        for field in fields {
            let back = |change: &DecodedChange| change.set.iter().find(|set| set.field == field).map(|set| set.from.clone());
            draft.edits.set(field, NewValue::Each(allowed.iter().map(|(_, change)| back(change)).collect()));
        }
        draft.rows = allowed.iter().map(|(row, _)| row.0).collect();
        draft.slot = planner.model.lead.slots.iter().map(|slot| slot.field).find(|slot| draft.edits.sets(*slot));
        draft.keep_empty = true;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::LeadEdit)]
    }
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

/// What the way back asks of all rows, each answer worked out once.
struct Way<'a> {
    planner: &'a Planner<'a>,
    /// Whether units that gained or lost access are asked about: where that was what the plan was asked for.
    checks_units: bool,
    edit: RowSet,
    guard: RowChecks,
    reassignable: RowSet,
    /// By slot: rows that may be released, and rows that are locked.
    slots: BTreeMap<FieldIx, [RowSet; 2]>,
    /// By slot and receiver.
    people: BTreeMap<(FieldIx, UserIx), Person>,
    /// By unit and whether it gains access.
    units: BTreeMap<(UnitIx, bool), RowSet>,
}

/// What is asked about somebody who gets leads back.
struct Person {
    give: RowSet,
    barred: RowSet,
    receives: RowSet,
    /// The fields that the person's own view reads.
    reads: Vec<FieldIx>,
}

impl<'a> Way<'a> {
    fn new(planner: &'a Planner<'a>, original: &DecodedPlan) -> Result<Way<'a>> {
        let asking = planner.asking();
        let command = original.header.get("command");
        let of_units = command
            .is_some_and(|command| command.get("type").and_then(Json::as_text) == Some("mass_edit") && command.get("units").is_some());
        let mut guard = RowChecks::default();
        planner.ask_guard(&mut guard)?;
        Ok(Way {
            planner,
            checks_units: of_units,
            edit: planner.auth.covers(&asking, Verb::LeadEdit)?,
            guard,
            reassignable: planner.auth.reassignable(&asking)?,
            slots: BTreeMap::new(),
            people: BTreeMap::new(),
            units: BTreeMap::new(),
        })
    }

    /// The first reason for which a row may not go back.
    fn denied(&mut self, row: RowIx, change: &DecodedChange) -> Result<Option<DropCode>> {
        let planner = self.planner;
        let lead = &planner.model.lead;
        let mut codes: Vec<DropCode> = self.guard.failed(row).into_iter().collect();
        if !self.edit.contains(row) {
            codes.push(DropCode::NotPermitted);
        }
        let back = |field: Option<FieldIx>| change.set.iter().find(|set| Some(set.field) == field);
        let unit = back(lead.unit).map(|set| set.from.text().and_then(|unit| planner.model.schema.units.find(unit)));
        for set in change.set.iter().filter(|set| lead.slot(set.field).is_some()) {
            self.ask_slot(row, set.field, set.from.text(), unit, change, &mut codes)?;
        }
        if let (Some(unit), None) = (unit, back(Some(lead.owner))) {
            // Another unit and the same owner: as a transfer to the owner.
            let owner = planner.table.cell(row, lead.owner);
            self.ask_slot(row, lead.owner, owner.text(), Some(unit), change, &mut codes)?;
        }
        if let (true, Some(set)) = (self.checks_units, back(lead.access)) {
            let gained = set.from.items().filter(|unit| !set.to.items().any(|other| other == *unit));
            let lost = set.to.items().filter(|unit| !set.from.items().any(|other| other == *unit));
            for (name, gains) in gained.map(|unit| (unit, true)).chain(lost.map(|unit| (unit, false))) {
                let Some(unit) = planner.model.schema.units.find(name) else { continue };
                if !self.unit(unit, gains)?.contains(row) {
                    codes.push(DropCode::NotPermitted);
                }
            }
        }
        Ok(codes.into_iter().min())
    }

    fn ask_slot(
        &mut self,
        row: RowIx,
        slot: FieldIx,
        to: Option<&str>,
        unit: Option<Option<UnitIx>>,
        change: &DecodedChange,
        codes: &mut Vec<DropCode>,
    ) -> Result<()> {
        let planner = self.planner;
        let asking = planner.asking();
        if let Entry::Vacant(place) = self.slots.entry(slot) {
            place.insert([planner.auth.release(&asking, slot)?, planner.auth.locked(&asking, slot)?]);
        }
        if let Some([release, locked]) = self.slots.get(&slot) {
            codes.extend((!release.contains(row)).then_some(DropCode::NotPermitted));
            codes.extend(locked.contains(row).then_some(DropCode::Locked));
        }
        codes.extend((!self.reassignable.contains(row)).then_some(DropCode::NotReassignable));
        if let Some(unit) = unit {
            let mode = planner.model.lifecycle.boundary.as_ref().map(|boundary| boundary.mode);
            let stops = matches!(mode, Some(BoundaryMode::Deny | BoundaryMode::Duplicate));
            codes.extend((stops && planner.auth.crossing(&asking, unit)?.contains(row)).then_some(DropCode::Boundary));
            if let (None, Some(unit)) = (to, unit) {
                codes.extend((!self.unit(unit, true)?.contains(row)).then_some(DropCode::NotPermitted));
            }
        }
        let Some(to) = to else { return Ok(()) };
        let Some((to, user)) = planner.model.user(to) else {
            codes.push(DropCode::ReceiverNotPermitted);
            return Ok(());
        };
        codes.extend((!user.active).then_some(DropCode::ReceiverInactive));
        let receives = self.receives(row, slot, to, change)?;
        if let Some(person) = self.people.get(&(slot, to)) {
            codes.extend((!person.give.contains(row)).then_some(DropCode::NotPermitted));
            codes.extend((unit.is_none() && person.barred.contains(row)).then_some(DropCode::Boundary));
        }
        codes.extend((!receives).then_some(DropCode::ReceiverNotPermitted));
        Ok(())
    }

    /// Whether somebody could have the lead as it was: fields go back exactly, and nothing follows from a new owner.
    fn receives(&mut self, row: RowIx, slot: FieldIx, to: UserIx, change: &DecodedChange) -> Result<bool> {
        let planner = self.planner;
        let (auth, lead) = (planner.auth, &planner.model.lead);
        let asking = planner.asking();
        if let Entry::Vacant(place) = self.people.entry((slot, to)) {
            place.insert(Person {
                give: auth.give(&asking, to)?,
                barred: auth.barred(&asking, to)?,
                receives: auth.receive(&asking, slot, to, &[])?,
                reads: auth.scope(planner.id_of(to), Verb::LeadView)?.reads,
            });
        }
        let Some(person) = self.people.get(&(slot, to)) else { return Ok(false) };
        let follows = || planner.model.lifecycle.on_assign.iter().map(|patch| patch.field).chain(lead.assigned_at);
        let others = || change.set.iter().map(|set| set.field).filter(|field| *field != slot);
        if !others().chain(follows()).any(|field| person.reads.contains(&field)) {
            return Ok(person.receives.contains(row));
        }
        let whole = Row { table: planner.table, row };
        let mut changes: Vec<(FieldIx, Change)> =
            change.set.iter().filter(|set| set.field != slot).map(|set| (set.field, Change::Set(set.from.clone()))).collect();
        let kept = |field| (field, Change::Set(planner.table.cell(row, field).into_owned()));
        changes.extend(follows().filter(|field| !others().any(|other| other == *field)).map(kept));
        let handover = Reassignment { slot, actor: &planner.context.actor, now: Some(planner.context.now), changes: &changes };
        Ok(auth.hurdle(&whole, to, &handover)?.is_none())
    }

    /// Rows over which a unit may gain access again, or lose it again.
    fn unit(&mut self, unit: UnitIx, gains: bool) -> Result<&RowSet> {
        let planner = self.planner;
        let asking = planner.asking();
        Ok(match self.units.entry((unit, gains)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(if gains { planner.auth.give_unit(&asking, unit)? } else { planner.auth.release_unit(&asking, unit)? })
            }
        })
    }
}

/// A copy and its original go back together or not at all. A copy that the plan made is removed while it is untouched; one that an
/// undo removed is made again, as the plan before it says.
fn pairs(
    planner: &Planner<'_>,
    original: &DecodedPlan,
    view: &RowSet,
    allowed: &mut Vec<(RowIx, &DecodedChange)>,
    draft: &mut Draft,
) -> Result<()> {
    if original.created.is_empty() && original.removed.is_empty() {
        return Ok(());
    }
    let asking = planner.asking();
    let edit = planner.auth.covers(&asking, Verb::LeadEdit)?;
    let release = planner.auth.release(&asking, planner.model.lead.owner)?;
    let stuck = |lead: &str, code: DropCode, allowed: &mut Vec<(RowIx, &DecodedChange)>, draft: &mut Draft| {
        allowed.retain(|(row, change)| {
            let of_pair = change.lead == lead || lead.is_empty();
            if of_pair {
                draft.drops.row(*row, code);
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
            (Some(code), _) => {
                draft.drops.named(copy.id.clone(), code);
                stuck(&copy.copy_of, DropCode::NotUndoable, allowed, draft);
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
                stuck("", DropCode::NotUndoable, allowed, draft);
            }
        }
    }
    Ok(())
}

/// The copy as the plan made it that was undone, if the host gave that plan too.
fn made_before(planner: &Planner<'_>, undone: &DecodedPlan, id: &str) -> Option<Created> {
    let first = planner.context.plan(undone.header.get("command")?.get("plan")?.as_text()?)?;
    first.created.iter().find(|copy| copy.id == id).cloned()
}
