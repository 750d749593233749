//! Commands: what somebody asks for, typed and checked against the configuration.

use std::rc::Rc;

use crate::config::patch::{self, Patch};
use crate::config::{Model, SortKey, lists};
use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::json::decode::{Faults, Node};
use crate::query::{FieldIx, Purpose, Query, UnitIx};

/// Which leads a command is about.
#[derive(Clone, Debug)]
pub enum LeadsRef {
    /// These, in this order; `seen` is what the person saw of each (the version, else the owner).
    Ids {
        /// Their ids.
        ids: Vec<String>,
        /// One for each id, or none at all.
        seen: Option<Vec<Json>>,
    },
    /// Those that match.
    Filter(Query),
    /// Those of a saved list, by its id. Whether it exists is told only after the actor's right to it was asked.
    List(String),
    /// Rows of the table, in this order; written down as ids.
    Rows(Rc<Vec<u32>>),
}

/// One receiver of a split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The id; need not be known yet.
    pub user: String,
    /// Millionths.
    pub weight: Option<u64>,
    /// Most rows dealt to them by the plan.
    pub cap: Option<u64>,
}

/// To whom a split deals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receivers {
    /// People by name.
    Named(Vec<Receiver>),
    /// Members of a group, by its id. Whether it exists is told only after the actor's right to it was asked.
    Group(String),
    /// Holders of any of these tags.
    Tags(Vec<String>),
}

/// What a split makes even.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Even {
    /// What is dealt now.
    Dealt,
    /// What each holds afterwards.
    Total,
}

/// How rows follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// To each in turn.
    Deal,
    /// One block after another.
    Block,
}

/// What becomes of a row that a receiver holds already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It stays, as far as evenness allows.
    Yes,
    /// It is dealt like any other.
    No,
}

/// How leads are divided.
#[derive(Clone, Debug)]
pub struct Split {
    /// To whom.
    pub to: Receivers,
    /// Which slot.
    pub slot: FieldIx,
    /// What is even.
    pub even: Even,
    /// Turns or blocks.
    pub order: Order,
    /// Whether present holders keep theirs.
    pub keep: Keep,
    /// Rows equal in these fields move as one.
    pub together: Vec<FieldIx>,
    /// The order of rows.
    pub sort: Vec<SortKey>,
    /// Names the remembered remainder.
    pub key: Option<String>,
}

/// Which slots a reclaim clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotChoice {
    /// One.
    One(FieldIx),
    /// All of them.
    All,
}

/// A command.
#[derive(Clone, Debug)]
pub enum Command {
    /// Fills slots and moves the primary pointer.
    Assign {
        /// Which leads.
        leads: LeadsRef,
        /// Slot → its new holder; none clears it.
        slots: Vec<(FieldIx, Option<String>)>,
        /// The primary pointer's new value, if it moves.
        primary: Option<Option<String>>,
        /// A note that goes with each change.
        note: Option<String>,
    },
    /// Clears a slot.
    Unassign {
        /// Which leads.
        leads: LeadsRef,
        /// Which slot.
        slot: FieldIx,
        /// Into which pool.
        pool: Option<String>,
    },
    /// Moves a lead to another organisation.
    Transfer {
        /// Which lead.
        lead: String,
        /// What the person saw of it.
        seen: Option<Json>,
        /// Where to.
        unit: UnitIx,
        /// To whom.
        user: Option<String>,
        /// The id of the copy, where one is made.
        new_id: Option<String>,
    },
    /// Takes leads out of use.
    Deactivate {
        /// Which leads.
        leads: LeadsRef,
    },
    /// Sends the owner's notice again.
    ResendNotification {
        /// Which lead.
        lead: String,
    },
    /// Divides leads evenly.
    Split {
        /// Which leads.
        leads: LeadsRef,
        /// How.
        split: Split,
    },
    /// Levels what people hold, with the fewest moves.
    Rebalance {
        /// Which leads; absent, all open ones that they hold.
        leads: Option<LeadsRef>,
        /// Among whom.
        users: Vec<Receiver>,
        /// In which slot.
        slot: FieldIx,
    },
    /// Takes leads from people.
    Reclaim {
        /// From whom; need not be in the configuration any more.
        from: Vec<String>,
        /// Which leads; absent, all open ones that they hold.
        leads: Option<LeadsRef>,
        /// In which slot.
        slot: SlotChoice,
        /// To whom.
        split: Option<Split>,
        /// Into which pool.
        pool: Option<String>,
    },
    /// Changes the fields that were ticked.
    MassEdit {
        /// Which leads.
        leads: LeadsRef,
        /// New values.
        set: Vec<Patch>,
        /// Slot → its new holder.
        slots: Vec<(FieldIx, Option<String>)>,
        /// A split of the leads.
        split: Option<Split>,
        /// Units that get access.
        add_units: Vec<UnitIx>,
        /// Units that lose it.
        remove_units: Vec<UnitIx>,
        /// A note of a type.
        note: Option<(String, String)>,
        /// An alert.
        alert: Option<String>,
    },
    /// Takes a lead that nobody owns.
    ClaimFromPool {
        /// Which lead.
        lead: String,
        /// What the person saw of it.
        seen: Option<Json>,
    },
    /// Puts back what a plan changed.
    Undo {
        /// The plan's id.
        plan: String,
    },
}

impl Command {
    /// The word for its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Command::Assign { .. } => "assign",
            Command::Unassign { .. } => "unassign",
            Command::Transfer { .. } => "transfer",
            Command::Deactivate { .. } => "deactivate",
            Command::ResendNotification { .. } => "resend_notification",
            Command::Split { .. } => "split",
            Command::Rebalance { .. } => "rebalance",
            Command::Reclaim { .. } => "reclaim",
            Command::MassEdit { .. } => "mass_edit",
            Command::ClaimFromPool { .. } => "claim_from_pool",
            Command::Undo { .. } => "undo",
        }
    }

    /// Which leads it names, where it names a set of them.
    pub fn leads(&self) -> Option<&LeadsRef> {
        match self {
            Command::Assign { leads, .. }
            | Command::Unassign { leads, .. }
            | Command::Deactivate { leads }
            | Command::Split { leads, .. }
            | Command::MassEdit { leads, .. } => Some(leads),
            Command::Rebalance { leads, .. } | Command::Reclaim { leads, .. } => leads.as_ref(),
            Command::Transfer { .. } | Command::ResendNotification { .. } | Command::ClaimFromPool { .. } | Command::Undo { .. } => None,
        }
    }

    /// Whether it asks for the right to act on many leads.
    pub fn is_about_many(&self) -> bool {
        match self {
            Command::Rebalance { leads: None, .. } | Command::Reclaim { leads: None, .. } => true,
            command => match command.leads() {
                Some(LeadsRef::Ids { ids, .. }) => ids.len() > 1,
                Some(LeadsRef::Filter(_) | LeadsRef::List(_) | LeadsRef::Rows(_)) => true,
                None => false,
            },
        }
    }

    /// Whether it gives leads to somebody.
    pub fn gives(&self) -> bool {
        match self {
            Command::Assign { slots, .. } => slots.iter().any(|(_, to)| to.is_some()),
            Command::MassEdit { slots, split, .. } => split.is_some() || slots.iter().any(|(_, to)| to.is_some()),
            Command::Transfer { .. } | Command::Split { .. } | Command::Rebalance { .. } => true,
            Command::Reclaim { split, .. } => split.is_some(),
            _ => false,
        }
    }

    /// Reads a command. `rows` stands for `{selection: …}`, whose rows a host hands over beside the text.
    ///
    /// # Errors
    /// `command_invalid` (or `query_invalid` where only the filter is at fault) with every fault found; `not_implemented`
    /// for commands that have not landed.
    pub fn read(json: &Json, model: &Model, rows: Option<Rc<Vec<u32>>>) -> Result<Command> {
        let faults = Faults::default();
        let node = Node::new(json, "", &faults);
        let reader = Reader { model, rows, query_fault: std::cell::Cell::new(false) };
        let command = reader.command(&node);
        if let Some("route" | "start_group" | "claim" | "decline" | "cancel_run" | "sweep") = json.get("type").and_then(Json::as_text) {
            return Err(Error::new("not_implemented", "/type", "rules, groups and offers have not landed yet"));
        }
        let (failed, list) = (faults.any_error(), faults.into_list());
        match command {
            Some(command) if !failed => Ok(command),
            _ => Err(Error::invalid(if reader.query_fault.get() { "query_invalid" } else { "command_invalid" }, list)),
        }
    }
}

struct Reader<'a> {
    model: &'a Model,
    rows: Option<Rc<Vec<u32>>>,
    query_fault: std::cell::Cell<bool>,
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
    fn command(&self, node: &Node<'_>) -> Option<Command> {
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
                let fault = Diagnostic::error("unknown_command", kind.path.clone(), format!("there is no command `{other}`"));
                node.faults().add(fault.maybe_hint(crate::error::nearest(other, KINDS)));
                None
            }
        }
    }

    fn assign(&self, node: &Node<'_>) -> Option<Command> {
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

    fn reclaim(&self, node: &Node<'_>) -> Option<Command> {
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

    fn mass_edit(&self, node: &Node<'_>) -> Option<Command> {
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

    fn leads(&self, node: &Node<'_>) -> Option<LeadsRef> {
        if node.is_null() {
            node.wrong("`ids`, a `filter`, a `list` or a `selection`");
            return None;
        }
        if !node.keys(&["ids", "seen", "filter", "list", "selection"]) {
            return None;
        }
        let named = ["ids", "filter", "list", "selection"].into_iter().filter(|key| !node.get(key).is_null()).count();
        if named != 1 {
            node.error("leads_invalid", "name the leads by exactly one of `ids`, `filter`, `list` and `selection`");
            return None;
        }
        let (ids, filter, list, seen) = (node.get("ids"), node.get("filter"), node.get("list"), node.get("seen"));
        if !seen.is_null() && ids.is_null() {
            seen.error("seen_without_ids", "`seen` goes with `ids`, one for each");
        }
        if !ids.is_null() {
            let wanted = ids.texts().into_iter().map(str::to_owned).collect::<Vec<_>>();
            let seen = seen.json.as_list().map(<[Json]>::to_vec);
            if seen.as_ref().is_some_and(|seen| seen.len() != wanted.len()) {
                node.get("seen").error("seen_length", "`seen` must have one value for each id");
            }
            return Some(LeadsRef::Ids { ids: wanted, seen });
        }
        if !filter.is_null() {
            return match crate::query::compile(filter.json, &filter.path, &self.model.schema, Purpose::List) {
                Ok(query) => Some(LeadsRef::Filter(query)),
                Err(faults) => {
                    self.query_fault.set(!node.faults().any_error());
                    node.faults().extend(faults);
                    None
                }
            };
        }
        if let Some(id) = list.text() {
            return Some(LeadsRef::List(id.to_owned()));
        }
        match &self.rows {
            Some(rows) => Some(LeadsRef::Rows(Rc::clone(rows))),
            None => {
                node.get("selection").error("selection_invalid", "this is not a selection of this engine");
                None
            }
        }
    }

    fn split(&self, node: &Node<'_>) -> Option<Split> {
        if node.is_null() {
            node.wrong("a split");
            return None;
        }
        if !node.keys(&["to", "slot", "even", "order", "keep", "together", "sort", "key"]) {
            return None;
        }
        let to = node.get("to");
        let receivers = match to.json {
            Json::List(_) => Receivers::Named(self.receivers(&to)),
            Json::Object(_) => self.receivers_by_name(&to)?,
            _ => {
                to.wrong("a list of receivers, `{group}` or `{tags}`");
                return None;
            }
        };
        let slot = match (&receivers, node.get("slot")) {
            (Receivers::Group(group), slot) if slot.is_null() => {
                self.model.groups.by_id(group).map_or(self.model.lead.owner, |group| group.slot)
            }
            (_, slot) => self.slot(&slot)?,
        };
        let together = node.get("together");
        let fields = together.items().iter().filter_map(|item| self.field(item)).collect();
        Some(Split {
            to: receivers,
            slot,
            even: node.get("even").one_of(&[("dealt", Even::Dealt), ("total", Even::Total)]).unwrap_or(Even::Dealt),
            order: node.get("order").one_of(&[("deal", Order::Deal), ("block", Order::Block)]).unwrap_or(Order::Deal),
            keep: if node.get("keep").flag(false) { Keep::Yes } else { Keep::No },
            together: fields,
            sort: lists::sort(&node.get("sort"), &self.model.schema),
            key: node.get("key").text().map(str::to_owned),
        })
    }

    fn receivers_by_name(&self, node: &Node<'_>) -> Option<Receivers> {
        node.keys(&["group", "tags"]);
        let (group, tags) = (node.get("group"), node.get("tags"));
        match (group.is_null(), tags.is_null()) {
            // Whether the group exists is told only after the actor's right to it was asked.
            (false, true) => Some(Receivers::Group(group.name()?.to_owned())),
            (true, false) => {
                let words: Vec<String> = tags.texts().into_iter().map(str::to_owned).collect();
                if words.is_empty() {
                    tags.error("receivers_empty", "a split needs somebody to deal to");
                }
                Some(Receivers::Tags(words))
            }
            _ => {
                node.error("receivers_invalid", "name the receivers by a list, a `group` or `tags`");
                None
            }
        }
    }

    fn receivers(&self, node: &Node<'_>) -> Vec<Receiver> {
        let mut out: Vec<Receiver> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for item in node.items() {
            let (user, weight, cap) = if let Json::Object(_) = item.json {
                item.keys(&["user", "weight", "cap"]);
                let weight = item.get("weight");
                let read = crate::config::people::weight(&weight);
                if read == Some(0) {
                    weight.error("weight_out_of_range", "a weight in a split is at least 0.000001");
                }
                (item.get("user"), read, item.get("cap").whole(0..=i64::from(u32::MAX)))
            } else {
                (item.clone(), None, None)
            };
            let Some(name) = self.user(&user) else { continue };
            if !seen.insert(name) {
                user.error("duplicate_id", format!("`{name}` is named twice"));
            }
            out.push(Receiver { user: name.to_owned(), weight, cap: cap.and_then(|cap| u64::try_from(cap).ok()) });
        }
        if out.is_empty() {
            node.error("receivers_empty", "a split needs somebody to deal to");
        }
        out
    }

    fn slots(&self, node: &Node<'_>) -> Vec<(FieldIx, Option<String>)> {
        let mut out = Vec::new();
        for (name, value) in node.entries() {
            let Some(field) = self.slot_named(name, &value) else { continue };
            if value.is_null() {
                out.push((field, None));
            } else if let Some(user) = self.user(&value) {
                out.push((field, Some(user.to_owned())));
            }
        }
        // The order of keys says nothing.
        crate::sort::by_key(&mut out, |(field, _)| self.model.lead.slots.iter().position(|slot| slot.field == *field));
        out
    }

    /// The slot that a node names; the owner where it names none.
    fn slot(&self, node: &Node<'_>) -> Option<FieldIx> {
        if node.is_null() {
            return Some(self.model.lead.owner);
        }
        self.slot_named(node.name()?, node)
    }

    fn slot_named(&self, name: &str, node: &Node<'_>) -> Option<FieldIx> {
        let found = self.model.schema.find(name).filter(|field| self.model.lead.slot(*field).is_some());
        if found.is_none() {
            let known: Vec<&str> = self.model.lead.slots.iter().map(|slot| self.model.schema.name(slot.field)).collect();
            let fault = Diagnostic::error("not_a_slot", node.path.clone(), format!("`{name}` is not one of the lead's slots"));
            node.faults().add(fault.maybe_hint(crate::error::nearest(name, known)));
        }
        found
    }

    /// A user's id that must be known.
    fn user<'n>(&self, node: &Node<'n>) -> Option<&'n str> {
        let id = node.name()?;
        if self.model.users.find(id).is_some() {
            return Some(id);
        }
        crate::config::unknown(node, "user", id, self.model.users.ids());
        None
    }

    fn field(&self, node: &Node<'_>) -> Option<FieldIx> {
        let name = node.name()?;
        let found = self.model.schema.find(name);
        if found.is_none() {
            crate::config::unknown(node, "field", name, self.model.schema.fields.iter().map(|field| field.name.as_str()));
        }
        found
    }

    fn pool(&self, node: &Node<'_>) -> Option<String> {
        let name = node.text()?;
        if self.model.lead.pool.is_none() {
            node.error("no_pool_field", "leads have no field for their pool");
        } else if self.model.pools.find(name).is_none() {
            crate::config::unknown(node, "pool", name, self.model.pools.ids());
        }
        Some(name.to_owned())
    }

    fn unit(&self, node: &Node<'_>) -> Option<UnitIx> {
        let name = node.name()?;
        let units = &self.model.schema.units;
        if units.find(name).is_none() {
            crate::config::unknown(node, "unit", name, units.units().iter().map(|unit| unit.id.as_str()));
        }
        units.find(name)
    }

    fn units(&self, node: &Node<'_>) -> Vec<UnitIx> {
        node.items().iter().filter_map(|item| self.unit(item)).collect()
    }
}
