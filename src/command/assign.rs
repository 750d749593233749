//! `assign`: fills slots and moves the primary pointer.

use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::{Diagnostic, Result};
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::{Move, Planner, holder};
use crate::plan::reasons::Question;
use crate::query::FieldIx;
use crate::table::RowIx;

pub(crate) struct Assign {
    leads: LeadsRef,
    /// Slot → its new holder; none clears it.
    slots: Vec<(FieldIx, Option<String>)>,
    /// The primary pointer's new value, if it moves.
    primary: Option<Option<String>>,
    note: Option<String>,
}

impl Operation for Assign {
    const KIND: &'static str = "assign";
    const KEYS: &'static [&'static str] = &["leads", "to", "slot", "slots", "primary", "note"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, give, receive, lock, reassignable, boundary; with only `primary` view and edit: the user holds a slot afterwards (`not_a_holder`)";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Assign> {
        let leads = reader.leads(&node.get("leads"));
        let mut slots = reader.slots(&node.get("slots"));
        let to = node.get("to");
        if !to.is_null() {
            let slot = reader.slot(&node.get("slot"))?;
            if slots.iter().any(|(field, _)| *field == slot) {
                to.error("slot_named_twice", "`to` and `slots` fill the same slot");
            }
            slots.insert(0, (slot, Some(reader.user(&to)?.to_owned())));
        } else if reader.present(node, "to").is_some() {
            // An assignment to nobody would read as one that says nothing about `to`.
            let fault = Diagnostic::error("null_value", to.path(), "`to` is null, and an assignment has a receiver");
            node.faults().add(fault.hint("`unassign` takes leads from whoever has them; in `slots`, null empties a slot"));
        } else if !node.get("slot").is_null() {
            node.get("slot").error("missing", "`slot` says where `to` goes, and there is no `to`");
        }
        let primary = match reader.present(node, "primary") {
            None => None,
            Some(Json::Null) => Some(None),
            Some(_) => Some(Some(reader.user(&node.get("primary"))?.to_owned())),
        };
        if primary.is_some() && reader.model.lead.primary.is_none() {
            node.get("primary").error("no_primary_field", "leads have no field for a primary agent; the owner is the primary");
        }
        if slots.is_empty() && primary.is_none() && reader.present(node, "to").is_none() {
            node.error("nothing_to_do", "an assignment names at least one of `to`, `slots` and `primary`");
        }
        Some(Assign { leads: leads?, slots, primary, note: node.get("note").text().map(str::to_owned) })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        Touches::moves(LeadSource::Named(&self.leads), &self.slots, None)
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let mut rows = leads::resolve(planner, &self.leads, &[], &mut draft.drops)?;
        let moves = Move::list(&self.slots);
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
        draft.slot = self.slots.first().map(|(slot, _)| *slot);
        if let (Some(field), Some(to)) = (planner.model.lead.primary, &self.primary) {
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
        draft.attach.note = self.note.as_ref().map(|text| ("note".to_owned(), text.clone()));
        draft.rows = rows;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        let mut out = vec![Question::May(Verb::LeadEdit)];
        out.extend(self.slots.iter().map(|(slot, to)| Question::of_move(*slot, to.clone())));
        out
    }
}

/// Whether the user holds a slot of the lead once the moves are made.
fn holds(planner: &Planner<'_>, moves: &[Move<'_>], user: &str, row: RowIx) -> bool {
    planner.model.lead.slots.iter().any(|slot| match moves.iter().find(|step| step.slot == slot.field) {
        Some(step) => step.to == Some(user),
        None => planner.is_held_by(slot.field, Some(user), row),
    })
}
