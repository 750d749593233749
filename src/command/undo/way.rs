//! What the way back asks of each lead.
//!
//! To put a lead back is not to give it: nothing is asked about whoever had it. A row that still is as the plan left it was changed by
//! that plan, and a permission that looks at what the plan itself set must not keep it from going back; so what is refused for the lead
//! as it is, is asked for the lead as it will be.

use crate::btree::{BTreeMap, Entry};

use crate::access::RowSet;
use crate::config::{BoundaryMode, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::plan::decoded::{DecodedChange, DecodedField, DecodedPlan};
use crate::plan::drops::RowChecks;
use crate::plan::planner::Planner;
use crate::query::{Cell, Cells, FieldIx, UnitIx};
use crate::table::{Row, RowIx};

use super::Back;
use super::reasons::Denied;

/// A lead as it will be once it has gone back, but for one field if it is named.
pub(super) struct PastLead<'a> {
    row: Row<'a>,
    change: &'a DecodedChange,
    but: Option<FieldIx>,
}

impl<'a> PastLead<'a> {
    pub fn new(planner: &Planner<'a>, row: RowIx, change: &'a DecodedChange, but: Option<FieldIx>) -> PastLead<'a> {
        PastLead { row: Row { table: planner.table, row }, change, but }
    }
}

impl Cells for PastLead<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        match self.change.set.iter().find(|set| set.field == field && Some(field) != self.but) {
            Some(set) => set.from.clone(),
            None => self.row.cell(field),
        }
    }
}

/// Whether the actor sees a lead once it has gone back.
pub(super) fn sees(planner: &Planner<'_>, row: RowIx, change: &DecodedChange) -> Result<bool> {
    planner.auth.covers_lead(planner.actor, Some(planner.context.now), Verb::LeadView, &PastLead::new(planner, row, change, None))
}

/// What the way back asks of all rows, each answer worked out once.
pub(super) struct WayBack<'a> {
    planner: &'a Planner<'a>,
    fields: &'a [DecodedField],
    /// The slots among the fields, by their places: rows that may be released, and rows that are locked.
    moved: Vec<(usize, RowSet, RowSet)>,
    /// Fields that are looked at in each row in which they change.
    asked_apart: Vec<usize>,
    /// Whether units that gained access are asked about: where that was what the plan was asked for.
    checks_units: bool,
    edit: RowSet,
    guard: RowChecks,
    reassignable: RowSet,
    /// By slot: rows that may be released, and rows that are locked.
    slots: BTreeMap<FieldIx, [RowSet; 2]>,
    /// By unit: rows from which its access may be taken.
    released: BTreeMap<UnitIx, RowSet>,
    /// By unit: rows that would cross a boundary on their way to it.
    crossing: BTreeMap<Option<UnitIx>, RowSet>,
}

impl<'a> WayBack<'a> {
    pub fn new(planner: &'a Planner<'a>, original: &'a DecodedPlan) -> Result<WayBack<'a>> {
        let asking = planner.asking();
        let command = original.header.get("command");
        let of_units = command
            .is_some_and(|command| command.get("type").and_then(Json::as_text) == Some("mass_edit") && command.get("units").is_some());
        let mut guard = RowChecks::default();
        planner.ask_guard(&mut guard)?;
        let fields = original.changes.fields();
        let (mut moved, mut asked_apart) = (Vec::new(), Vec::new());
        for (at, field) in fields.iter().enumerate() {
            if planner.model.lead.slot(field.field).is_some() {
                moved.push((at, planner.auth.release(&asking, field.field)?, planner.auth.locked(&asking, field.field)?));
            }
            let field = Some(field.field);
            if field == planner.model.lead.unit || (of_units && field == planner.model.lead.access) {
                asked_apart.push(at);
            }
        }
        Ok(WayBack {
            planner,
            fields,
            moved,
            asked_apart,
            checks_units: of_units,
            edit: planner.auth.covers(&asking, Verb::LeadEdit)?,
            guard,
            reassignable: planner.auth.reassignable(&asking)?,
            slots: BTreeMap::new(),
            released: BTreeMap::new(),
            crossing: BTreeMap::new(),
        })
    }

    /// Whether a row may go back by what is known of all rows; where it does not say so, the row is [asked](WayBack::denied) by itself.
    pub fn is_free(&self, Back { row, at }: Back) -> bool {
        let changes = |field: &DecodedField| field.from.code(at) > 0;
        let moved = |(field, ..): &&(usize, RowSet, RowSet)| self.fields.get(*field).is_some_and(changes);
        let mut slots = self.moved.iter().filter(moved).peekable();
        let held = slots.peek().is_some() && !self.reassignable.contains(row);
        !held
            && self.edit.contains(row)
            && self.guard.failed(row).is_none()
            && slots.all(|(_, release, locked)| release.contains(row) && !locked.contains(row))
            && !self.asked_apart.iter().any(|field| self.fields.get(*field).is_some_and(changes))
    }

    /// Everything for which a row may not go back.
    pub fn denied(&mut self, row: RowIx, change: &DecodedChange) -> Result<Vec<Denied>> {
        let planner = self.planner;
        let lead = &planner.model.lead;
        let now = Some(planner.context.now);
        let past = PastLead::new(planner, row, change, None);
        let mut out: Vec<Denied> = self.guard.failed(row).map(Denied::Guard).into_iter().collect();
        if !self.edit.contains(row) && !planner.auth.covers_lead(planner.actor, now, Verb::LeadEdit, &past)? {
            out.push(Denied::Edit);
        }
        let back = |field: Option<FieldIx>| change.set.iter().find(|set| Some(set.field) == field);
        let unit = back(lead.unit).map(|set| set.from.text().and_then(|unit| planner.model.schema.units.find(unit)));
        let mut moved: Vec<FieldIx> = change.set.iter().map(|set| set.field).filter(|field| lead.slot(*field).is_some()).collect();
        if unit.is_some() && !moved.contains(&lead.owner) {
            // Another unit and the same owner: as a transfer to the owner.
            moved.push(lead.owner);
        }
        for slot in &moved {
            self.ask_slot(row, *slot, change, &mut out)?;
        }
        let held = !moved.is_empty() && !self.reassignable.contains(row);
        if held && !planner.auth.is_reassignable(planner.actor, now, &past)? {
            out.push(Denied::State);
        }
        if let Some(unit) = unit
            && self.crosses(unit, row)?
        {
            out.push(Denied::Boundary(unit));
        }
        if let (true, Some(set)) = (self.checks_units, back(lead.access)) {
            for name in set.to.items().filter(|unit| !set.from.items().any(|other| other == *unit)) {
                let Some(unit) = planner.model.schema.units.find(name) else { continue };
                if !self.releases(unit, row)? && !planner.auth.releases_unit(planner.actor, now, unit, &past)? {
                    out.push(Denied::Access(unit));
                }
            }
        }
        Ok(out)
    }

    fn ask_slot(&mut self, row: RowIx, slot: FieldIx, change: &DecodedChange, out: &mut Vec<Denied>) -> Result<()> {
        let planner = self.planner;
        let asking = planner.asking();
        if let Entry::Vacant(place) = self.slots.entry(slot) {
            place.insert([planner.auth.release(&asking, slot)?, planner.auth.locked(&asking, slot)?]);
        }
        let Some([release, locked]) = self.slots.get(&slot) else { return Ok(()) };
        if !release.contains(row) {
            // It is taken from whoever holds it now.
            let past = PastLead::new(planner, row, change, Some(slot));
            if !planner.auth.releases_lead(planner.actor, Some(planner.context.now), slot, &past)? {
                out.push(Denied::Release(slot));
            }
        }
        out.extend(locked.contains(row).then_some(Denied::Lock(slot)));
        Ok(())
    }

    /// Whether a boundary keeps the lead from its former unit.
    fn crosses(&mut self, unit: Option<UnitIx>, row: RowIx) -> Result<bool> {
        let planner = self.planner;
        let mode = planner.model.lifecycle.boundary.as_ref().map(|boundary| boundary.mode);
        if !matches!(mode, Some(BoundaryMode::Deny | BoundaryMode::Duplicate)) {
            return Ok(false);
        }
        Ok(match self.crossing.entry(unit) {
            Entry::Occupied(known) => known,
            Entry::Vacant(place) => place.insert(planner.auth.crossing(&planner.asking(), unit)?),
        }
        .contains(row))
    }

    /// Whether a unit's access may be taken from the lead as it is.
    fn releases(&mut self, unit: UnitIx, row: RowIx) -> Result<bool> {
        let planner = self.planner;
        Ok(match self.released.entry(unit) {
            Entry::Occupied(known) => known,
            Entry::Vacant(place) => place.insert(planner.auth.release_unit(&planner.asking(), unit)?),
        }
        .contains(row))
    }
}
