//! Each command, read from JSON.

use std::rc::Rc;

use crate::config::{Model, patch};
use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;

use crate::allot::spec::Receivers;
use crate::command::{Command, SlotChoice};

/// Reads one command.
pub(crate) struct Reader<'a> {
    pub(crate) model: &'a Model,
    pub(crate) rows: Option<Rc<Vec<u32>>>,
    /// Whether all that is wrong is in a filter.
    pub(crate) query_fault: std::cell::Cell<bool>,
}

const KINDS: [&str; 11] = [
    "assign",
    "unassign",
    "transfer",
    "deactivate",
    "resend_notification",
    "split",
    "rebalance",
    "reclaim",
    "mass_edit",
    "claim_from_pool",
    "undo",
];

impl Reader<'_> {
    pub(crate) fn command(&self, node: &Decoder<'_>) -> Option<Command> {
        node.json.as_object().or_else(|| {
            node.wrong("a command");
            None
        })?;
        let kind = node.get("type");
        if kind.is_null() {
            kind.wrong("the type of a command");
            return None;
        }
        let text = |key: &str| node.get(key).name().map(str::to_owned);
        let maybe = |key: &str| if node.get(key).is_null() { None } else { text(key) };
        // A null that was seen is a value: nobody, or no version.
        let seen = || node.json.as_object().unwrap_or_default().iter().find(|(key, _)| key == "seen").map(|(_, seen)| seen.clone());
        match kind.name()? {
            "assign" => {
                node.keys(&["type", "leads", "to", "slot", "slots", "primary", "note"]);
                self.assign(node)
            }
            "unassign" => {
                node.keys(&["type", "leads", "slot", "pool"]);
                Some(Command::Unassign {
                    slot: self.slot(&node.get("slot"))?,
                    pool: self.pool(&node.get("pool")),
                    leads: self.leads(&node.get("leads"))?,
                })
            }
            "transfer" => {
                node.keys(&["type", "lead", "seen", "unit", "user", "newId"]);
                if self.model.lead.unit.is_none() {
                    node.error("no_unit_field", "leads have no field for their unit, so they cannot be transferred");
                }
                let unit = node.get("unit");
                if unit.is_null() {
                    unit.wrong("a unit");
                }
                Some(Command::Transfer {
                    lead: text("lead")?,
                    seen: seen(),
                    unit: self.unit(&unit)?,
                    user: if node.get("user").is_null() { None } else { Some(self.user(&node.get("user"))?.to_owned()) },
                    new_id: maybe("newId"),
                })
            }
            "deactivate" => {
                node.keys(&["type", "leads"]);
                if self.model.lifecycle.on_deactivate.is_empty() {
                    node.error("no_deactivate_patch", "`lifecycle.onDeactivate` says nothing, so nothing would change");
                }
                Some(Command::Deactivate { leads: self.leads(&node.get("leads"))? })
            }
            "resend_notification" => {
                node.keys(&["type", "lead"]);
                Some(Command::ResendNotification { lead: text("lead")? })
            }
            "split" => {
                node.keys(&["type", "leads", "split"]);
                let (leads, split) = (self.leads(&node.get("leads")), self.split(&node.get("split")));
                Some(Command::Split { leads: leads?, split: split? })
            }
            "rebalance" => {
                node.keys(&["type", "users", "leads", "slot"]);
                let leads = node.get("leads");
                let leads = if leads.is_null() { Some(None) } else { self.leads(&leads).map(Some) };
                let users = self.receivers(&node.get("users"));
                Some(Command::Rebalance { leads: leads?, users, slot: self.slot(&node.get("slot"))? })
            }
            "reclaim" => {
                node.keys(&["type", "from", "leads", "slot", "split", "pool"]);
                self.reclaim(node)
            }
            "mass_edit" => {
                node.keys(&["type", "leads", "set", "slots", "split", "units", "note", "alert"]);
                self.mass_edit(node)
            }
            "claim_from_pool" => {
                node.keys(&["type", "lead", "seen"]);
                Some(Command::ClaimFromPool { lead: text("lead")?, seen: seen() })
            }
            "undo" => {
                node.keys(&["type", "plan"]);
                Some(Command::Undo { plan: text("plan")? })
            }
            other => {
                let fault = Diagnostic::error("unknown_command", kind.path(), format!("there is no command `{other}`"));
                node.faults().add(fault.maybe_hint(crate::error::nearest(other, KINDS)));
                None
            }
        }
    }

    fn assign(&self, node: &Decoder<'_>) -> Option<Command> {
        let leads = self.leads(&node.get("leads"));
        let mut slots = self.slots(&node.get("slots"));
        let to = node.get("to");
        if !to.is_null() {
            let slot = self.slot(&node.get("slot"))?;
            if slots.iter().any(|(field, _)| *field == slot) {
                to.error("slot_named_twice", "`to` and `slots` fill the same slot");
            }
            slots.insert(0, (slot, Some(self.user(&to)?.to_owned())));
        } else if !node.get("slot").is_null() {
            node.get("slot").error("missing", "`slot` says where `to` goes, and there is no `to`");
        }
        let pointer = node.json.as_object().and_then(|pairs| pairs.iter().find(|(key, _)| key == "primary"));
        let primary = match pointer {
            None => None,
            Some((_, Json::Null)) => Some(None),
            Some(_) => Some(Some(self.user(&node.get("primary"))?.to_owned())),
        };
        if primary.is_some() && self.model.lead.primary.is_none() {
            node.get("primary").error("no_primary_field", "leads have no field for a primary agent; the owner is the primary");
        }
        if slots.is_empty() && primary.is_none() {
            node.error("nothing_to_do", "an assignment names at least one of `to`, `slots` and `primary`");
        }
        Some(Command::Assign { leads: leads?, slots, primary, note: node.get("note").text().map(str::to_owned) })
    }

    fn reclaim(&self, node: &Decoder<'_>) -> Option<Command> {
        let (leads, split, slot) = (node.get("leads"), node.get("split"), node.get("slot"));
        let from: Vec<String> = node.get("from").texts().into_iter().map(str::to_owned).collect();
        if from.is_empty() {
            node.get("from").error("empty", "`from` must name somebody");
        }
        for (ix, user) in from.iter().enumerate() {
            if from.iter().take(ix).any(|other| other == user) {
                node.get("from").error("duplicate_id", format!("`{user}` is named twice"));
            }
        }
        let slot = match slot.text() {
            Some("all") if self.model.schema.find("all").is_none() => SlotChoice::All,
            _ => SlotChoice::One(self.slot(&slot)?),
        };
        let leads = if leads.is_null() { Some(None) } else { self.leads(&leads).map(Some) };
        let mut split = if split.is_null() { Some(None) } else { self.split(&split).map(Some) }?;
        if let Some(split) = &mut split {
            match slot {
                SlotChoice::All => {
                    node.get("slot").error("slot_all_with_split", "a split fills one slot; reclaim of `all` slots goes to the pool")
                }
                SlotChoice::One(field) if node.get("split").get("slot").is_null() => split.slot = field,
                SlotChoice::One(field) if field != split.slot => {
                    node.get("split").get("slot").error("slot_differs", "the split must fill the slot that is reclaimed")
                }
                SlotChoice::One(_) => {}
            }
            if let Receivers::Named(list) = &split.to {
                for receiver in list.iter().filter(|receiver| from.contains(&receiver.user)) {
                    node.get("split").get("to").error("from_and_to", format!("`{}` cannot both lose and receive", receiver.user));
                }
            }
            if !node.get("pool").is_null() {
                node.get("pool").error("pool_and_split", "leads go to a pool or to people, not to both");
            }
        }
        Some(Command::Reclaim { from, leads: leads?, slot, split, pool: self.pool(&node.get("pool")) })
    }

    fn mass_edit(&self, node: &Decoder<'_>) -> Option<Command> {
        let leads = self.leads(&node.get("leads"));
        let (split, units, note) = (node.get("split"), node.get("units"), node.get("note"));
        let set = patch::read(&node.get("set"), &self.model.schema, &self.model.lead.reserved());
        let slots = self.slots(&node.get("slots"));
        let split = if split.is_null() { Some(None) } else { self.split(&split).map(Some) };
        let mut moved = (Vec::new(), Vec::new());
        if !units.is_null() {
            units.keys(&["add", "remove"]);
            if self.model.lead.access.is_none() {
                units.error("no_access_field", "leads have no field for units that are given access");
            }
            moved = (self.units(&units.get("add")), self.units(&units.get("remove")));
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
        let nothing = set.is_empty() && slots.is_empty() && split.is_none() && moved.0.is_empty() && moved.1.is_empty();
        if nothing && note_read.is_none() && alert.is_none() && !node.faults().any_error() {
            node.error("nothing_to_do", "a mass edit changes at least one thing");
        }
        let (add_units, remove_units) = moved;
        Some(Command::MassEdit { leads: leads?, set, slots, split, add_units, remove_units, note: note_read, alert })
    }
}
