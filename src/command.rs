//! Commands: what somebody asks for, typed and checked against the configuration.

mod assign;
mod edit;
mod names;
pub mod needs;
mod parts;
mod read;
mod reclaim;
mod single;
mod undo;

use std::cell::OnceCell;
use std::rc::Rc;

use crate::access::{Authorizer, Reason};
use crate::allot::spec::{Receiver, Split};
use crate::config::patch::Patch;
use crate::config::{Model, Verb};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};

use crate::plan::Plan;
use crate::plan::context::Context;
use crate::plan::draft::Attach;
use crate::plan::draft::Draft;
use crate::plan::drops::Drops;
use crate::plan::edit::Edits;
use crate::plan::leads::LeadsRef;
use crate::plan::planner::{Many, Planner};
use crate::plan::reasons::Explain;
use crate::query::{FieldIx, UnitIx};
use crate::shards;
use crate::table::{RowIx, Table};

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
        let node = Decoder::new(json, "", &faults);
        let reader = read::Reader { model, rows, query_fault: std::cell::Cell::new(false) };
        let command = reader.command(&node);
        let (failed, list) = (faults.any_error(), faults.into_list());
        match command {
            Some(command) if !failed => Ok(command),
            _ => Err(Error::invalid(if reader.query_fault.get() { "query_invalid" } else { "command_invalid" }, list)),
        }
    }
}

/// Decides a command, given as JSON text was parsed. `picked` are the rows of a selection that the command names.
///
/// # Errors
/// `command_invalid`, `query_invalid` for a command that makes no sense; `state_missing`, `load_missing` for a context that
/// lacks something; `unknown_field`, `now_required` and the like for filters; `out_of_memory`.
pub fn plan(
    model: &Rc<Model>,
    auth: &Rc<Authorizer>,
    table: &Table,
    command: &Json,
    picked: Option<Rc<Vec<u32>>>,
    context: &Context,
    config: &str,
) -> Result<Plan> {
    let typed = Command::read(command, model, picked.clone())?;
    shards::check(command, model, context, config)?;
    context.state.forget_reads();
    let mut plan = Plan {
        model: Rc::clone(model),
        auth: Rc::clone(auth),
        table: table.snapshot(),
        kind: typed.kind(),
        command: command.canonical(),
        picked: picked.filter(|_| matches!(typed.leads(), Some(LeadsRef::Rows(_)))),
        given_id: context.id.clone(),
        config: config.to_owned(),
        zone_versions: crate::config::zones::versions(&model.zones),
        actor: context.actor.clone(),
        now: context.now,
        refusing: context.refusing,
        notify: context.notify,
        rows: Vec::new(),
        edits: Edits::default(),
        drops: Drops::default(),
        resend: Vec::new(),
        slot: None,
        all_move: false,
        many: Many::No,
        inquiry: Explain::Edit,
        tell_unit: None,
        part: shards::Totals::Alone,
        body: OnceCell::new(),
        digest: OnceCell::new(),
        outcome: OnceCell::new(),
        refused: Vec::new(),
        lines: Vec::new(),
        warnings: Vec::new(),
        state: Vec::new(),
        reads: Vec::new(),
        split: None,
        attach: Attach::default(),
        created: Vec::new(),
        removed: Vec::new(),
    };
    let Some((actor, _)) = model.user(&context.actor) else {
        plan.refused = vec![Reason::new("unknown_actor", None, "the acting user is not known")];
        return Ok(plan);
    };
    let planner = Planner::new(model, auth, table, context, actor);
    plan.refused = planner.refusals(&typed)?;
    if plan.refused.is_empty() {
        let draft = decide(&planner, &typed)?;
        plan.finalize(&planner, draft)?;
    }
    context.state.check_complete()?;
    if let Some(found) = planner.found.take() {
        plan.set_ids(found.iter().map(|row| plan.table.id(RowIx(*row)).into_owned().into()).collect());
    }
    Ok(plan)
}

/// Decides a command.
pub(crate) fn decide(planner: &Planner<'_>, command: &Command) -> Result<Draft> {
    match command {
        Command::Assign { leads, slots, primary, note } => assign::assign(planner, leads, slots, primary.as_ref(), note.as_deref()),
        Command::Unassign { leads, slot, pool } => assign::unassign(planner, leads, *slot, pool.as_deref()),
        Command::Transfer { lead, seen, unit, user, new_id } => {
            single::transfer(planner, lead, seen.as_ref(), *unit, user.as_deref(), new_id.as_deref())
        }
        Command::Deactivate { leads } => edit::deactivate(planner, leads),
        Command::ResendNotification { lead } => single::resend(planner, lead),
        Command::Split { leads, split } => crate::allot::deal::split(planner, leads, split),
        Command::Rebalance { leads, users, slot } => reclaim::rebalance(planner, leads.as_ref(), users, *slot),
        Command::Reclaim { from, leads, slot, split, pool } => {
            reclaim::reclaim(planner, from, leads.as_ref(), *slot, split.as_ref(), pool.as_deref())
        }
        Command::MassEdit { leads, .. } => edit::mass_edit(planner, leads, command),
        Command::ClaimFromPool { lead, seen } => single::claim(planner, lead, seen.as_ref()),
        Command::Undo { plan } => undo::undo(planner, plan),
    }
}

/// What a whole command asks before any row.
impl Planner<'_> {
    /// What the whole command asks before any row: the right to act on many leads, to give, and on a list.
    pub(crate) fn refusals(&self, command: &Command) -> Result<Vec<Reason>> {
        let mut verbs = match command {
            Command::Undo { .. } => Vec::new(),
            Command::ClaimFromPool { .. } => vec![Verb::LeadView, Verb::LeadClaim],
            _ => vec![Verb::LeadView, Verb::LeadEdit],
        };
        if command.gives() {
            verbs.push(Verb::LeadGive);
        }
        if command.is_about_many() {
            self.many.set(Many::Yes);
            verbs.push(Verb::LeadMass);
        }
        let mut reasons = self.auth.refusals(self.actor, &verbs)?;
        if let Some(LeadsRef::List(id)) = command.leads() {
            let decision = self.auth.list_use(self.actor, id)?;
            if !decision.allowed {
                reasons.extend(decision.reasons);
            }
        }
        reasons.dedup();
        Ok(reasons)
    }
}
