//! Commands: what somebody asks for, typed and checked against the configuration.

mod names;
mod parts;
mod read;

use std::rc::Rc;

use crate::config::patch::Patch;
use crate::config::{Model, SortKey};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::json::decode::{Faults, Node};

use crate::query::{FieldIx, Query, UnitIx};

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
        if let Some("route" | "start_group" | "claim" | "decline" | "cancel_run" | "sweep") = json.get("type").and_then(Json::as_text) {
            return Err(Error::new("not_implemented", "/type", "rules, groups and offers have not landed yet"));
        }
        let faults = Faults::default();
        let node = Node::new(json, "", &faults);
        let reader = read::Reader { model, rows, query_fault: std::cell::Cell::new(false) };
        let command = reader.command(&node);
        let (failed, list) = (faults.any_error(), faults.into_list());
        match command {
            Some(command) if !failed => Ok(command),
            _ => Err(Error::invalid(if reader.query_fault.get() { "query_invalid" } else { "command_invalid" }, list)),
        }
    }
}
