//! `transfer`: moves a lead to another unit; across a boundary that duplicates, a copy goes over and the original is deactivated.

use crate::access::{Change, RowSet};
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{BoundaryMode, Model, Verb};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::plan::draft::{Created, Draft};
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::{self, NewValue};
use crate::plan::follow;
use crate::plan::leads;
use crate::plan::planner::{Planner, holder};
use crate::plan::reasons::{Question, Recipient};
use crate::query::{Cell, FieldIx, UnitIx};
use crate::table::RowIx;

pub(crate) struct Transfer {
    lead: String,
    /// What the person saw of it.
    seen: Option<Json>,
    unit: UnitIx,
    user: Option<String>,
    /// The id of the copy, where one is made.
    new_id: Option<String>,
}

impl Operation for Transfer {
    const KIND: &'static str = "transfer";
    const KEYS: &'static [&'static str] = &["lead", "seen", "unit", "user", "newId"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, give, receive, lock, reassignable; boundary by its mode";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Transfer> {
        if reader.model.lead.unit.is_none() {
            node.error("no_unit_field", "leads have no field for their unit, so they cannot be transferred");
        }
        let (unit, user, new_id) = (node.get("unit"), node.get("user"), node.get("newId"));
        if unit.is_null() {
            unit.wrong("a unit");
        }
        Some(Transfer {
            lead: reader.id(node, "lead")?,
            seen: reader.present(node, "seen").cloned(),
            unit: reader.unit(&unit)?,
            user: if user.is_null() { None } else { Some(reader.user(&user)?.to_owned()) },
            new_id: if new_id.is_null() { None } else { reader.id(node, "newId") },
        })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        let mut ids = vec![self.lead.as_str()];
        ids.extend(self.new_id.as_deref());
        Touches {
            slots: vec![model.lead.owner],
            receivers: self.user.as_deref().into_iter().collect(),
            into_unit: true,
            ..Touches::of(LeadSource::Ids(ids))
        }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let model = planner.model;
        let (lead, schema) = (&model.lead, &model.schema);
        let (unit, user) = (self.unit, self.user.as_deref());
        let Some(unit_field) = lead.unit else { return Ok(draft) };
        let Some(row) = leads::one(planner, &self.lead, self.seen.as_ref(), &mut draft.drops)? else { return Ok(draft) };
        let asking = planner.asking();
        let name = |unit: UnitIx| schema.units.get(unit).map(|unit| unit.id.clone());
        let unit_id = name(unit).unwrap_or_default();
        let crosses = planner.auth.crossing(&asking, Some(unit))?.contains(row);
        let mode = model.lifecycle.boundary.as_ref().map(|boundary| boundary.mode).filter(|_| crosses);
        let former = planner.table.cell(row, unit_field).text().and_then(|unit| schema.units.find(unit));
        // Under a boundary that grants access, the company that gives the lead away keeps seeing it.
        let kept = match mode {
            Some(BoundaryMode::GrantAccess) => follow::company(model, former).and_then(name),
            _ => None,
        };
        let mut changes = vec![(unit_field, Change::Set(Cell::Text(unit_id.clone().into())))];
        if let (Some(access), Some(kept)) = (lead.access, &kept) {
            changes.push((access, Change::Words { add: vec![kept.clone()], remove: Vec::new() }));
        }

        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        checks.only(DropCode::NotPermitted, planner.auth.release(&asking, lead.owner)?);
        planner.ask_state(lead.owner, &RowSet::None, &mut checks)?;
        if mode == Some(BoundaryMode::Deny) {
            checks.only(DropCode::Boundary, RowSet::None);
        }
        match user.and_then(|user| model.user(user)) {
            Some((to, known)) => {
                checks.only(DropCode::NotPermitted, planner.auth.give(&asking, to)?);
                checks.only(DropCode::ReceiverInactive, RowSet::all_if(known.active));
                checks.only(DropCode::ReceiverNotPermitted, planner.auth.receive(&asking, lead.owner, to, &changes)?);
            }
            None => checks.only(DropCode::NotPermitted, planner.auth.give_unit(&asking, unit)?),
        }
        let unchanged = former == Some(unit) && planner.is_held_by(lead.owner, user, row);
        draft.rows = vec![row.0];
        if unchanged {
            // As asked already: only whether it may be edited is asked.
            checks = RowChecks::default();
            planner.ask_edit(&mut checks)?;
        }
        draft.drops.drop_failing(&mut draft.rows, checks);
        draft.slot = Some(lead.owner);
        draft.receivers.extend(user.map(|user| (user.to_owned(), None)));
        if mode == Some(BoundaryMode::Duplicate) {
            let Some(new_id) = self.new_id.as_deref() else {
                return Err(Error::new("command_invalid", "/newId", "across this boundary a copy is made, and `newId` must name it")
                    .hint("take one from `newId()`"));
            };
            // A lead that the actor may not see is told of by nothing; the host's own table refuses the second one.
            if planner.table.find(new_id).is_some_and(|row| planner.view().is_ok_and(|view| view.contains(row))) {
                return Err(Error::new("command_invalid", "/newId", format!("there is a lead `{new_id}` already")));
            }
            if !draft.rows.is_empty() {
                draft.created.push(copy(planner, row, new_id, (&unit_id, unit_field), user));
            }
            draft.edits.ask(&model.lifecycle.on_deactivate, planner.context.now, &planner.context.actor, model);
            draft.keep_empty = true;
            return Ok(draft);
        }
        draft.edits.set(unit_field, NewValue::text(&unit_id));
        draft.edits.set(lead.owner, NewValue::Same(holder(user)));
        if let (Some(access), Some(kept)) = (lead.access, kept) {
            draft.edits.set(access, NewValue::Words { add: vec![kept], remove: Vec::new() });
        }
        if mode == Some(BoundaryMode::GrantAccess) && !draft.rows.is_empty() {
            draft.gains = follow::company(model, Some(unit)).and_then(name);
        }
        draft.tell_unit = if user.is_none() { Some(unit_id) } else { None };
        Ok(draft)
    }

    fn explain(&self, model: &Model) -> Vec<Question> {
        let to = self.user.clone().map_or(Recipient::Nobody, Recipient::User);
        vec![Question::May(Verb::LeadEdit), Question::Move { slot: model.lead.owner, to, unit: Some(self.unit), only: &[] }]
    }
}

/// The copy that goes over: the host copies its own columns, then sets these.
fn copy(planner: &Planner<'_>, row: RowIx, new_id: &str, unit: (&str, FieldIx), user: Option<&str>) -> Created {
    let model = planner.model;
    let (lead, now) = (&model.lead, planner.context.now);
    let mut edits = edit::Edits::default();
    edits.set(lead.id, NewValue::text(new_id));
    edits.set(unit.1, NewValue::text(unit.0));
    for slot in &lead.slots {
        edits.set(slot.field, NewValue::Same(Cell::Null));
    }
    edits.set(lead.owner, NewValue::Same(holder(user)));
    for field in [lead.primary, lead.run, lead.previous_owners, lead.notified].into_iter().flatten() {
        edits.set(field, NewValue::Same(Cell::Null));
    }
    if let (Some(field), Some(_)) = (lead.assigned_at, user) {
        edits.set(field, NewValue::Now(0));
    }
    if let (Some(field), Some(user)) = (lead.notified.filter(|_| planner.context.notify), user) {
        edits.set(field, NewValue::Same(Cell::List(vec![user.to_owned().into()])));
    }
    if let Some(field) = lead.version {
        edits.set(field, NewValue::Same(Cell::Number(1.0)));
    }
    // What is said of copies wins over what is said of any lead that gets an owner, and both over what a copy begins without.
    edits.patch(&model.lifecycle.on_copy, edit::AppliesWhen::Always, now, &planner.context.actor, model);
    if user.is_some() {
        edits.patch(&model.lifecycle.on_assign, edit::AppliesWhen::Always, now, &planner.context.actor, model);
    }
    for field in [lead.access, lead.routed_by].into_iter().flatten().filter(|field| !edits.sets(*field)).collect::<Vec<_>>() {
        edits.set(field, NewValue::Same(Cell::Null));
    }
    edits.sort(model);
    let set = edits.exact(0, row, planner.table, now);
    let distances = edits.iter().filter_map(|edit| if let NewValue::Now(distance) = edit.to { Some((edit.field, distance)) } else { None });
    let copy_of = planner.table.id(row).into_owned();
    Created { id: new_id.to_owned(), copy_of, set, distances: distances.collect() }
}
