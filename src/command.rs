//! Commands: what somebody asks for, typed and checked against the configuration, and decided.
//!
//! Everything that one command knows is in one file below this module: how it is read, what it touches, which rights it asks for, how it
//! decides and how it explains itself (see [`operation`]). The list below makes the enumeration, the dispatch and the tables that tests
//! hold the documentation against. The modules are declared beside it and not by it, since the formatter follows no declaration inside of
//! a macro; forgetting one of the two lines does not compile.

mod names;
pub mod needs;
pub(crate) mod operation;
mod parts;
mod read;
#[cfg(test)]
mod tests;

mod assign;
mod cancel_run;
mod claim;
mod claim_from_pool;
mod deactivate;
mod decline;
mod mass_edit;
mod rebalance;
mod reclaim;
mod resend_notification;
mod route;
mod split;
mod start_group;
mod sweep;
mod transfer;
mod unassign;
mod undo;

use std::rc::Rc;

use crate::access::{Authorizer, Check, Reason};
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::json::decode::Decoder;

use crate::plan::Plan;
use crate::plan::context::Context;
use crate::plan::draft::Draft;
use crate::plan::leads::LeadsRef;
use crate::plan::planner::Planner;
use crate::plan::settle::Asked;
use crate::query::{People as _, Query};
use crate::table::{RowIx, Table};

use operation::{Operation, Touches};
use read::Reader;
pub(crate) use read::leads;

macro_rules! commands {
    ($($module:ident::$name:ident,)*) => {
        /// A command that was read.
        pub(crate) enum Command {
            $($name($module::$name),)*
        }

        /// The word in `type` of every command.
        pub const KINDS: &[&str] = &[$($module::$name::KIND),*];

        /// For every command, what it asks: a table of the documentation.
        #[cfg(test)]
        const ASKS: &[(&str, &[Verb], &str)] = &[$(($module::$name::KIND, $module::$name::RIGHTS, $module::$name::ASKS)),*];

        impl Command {
            /// Reads the command of a kind.
            fn decode(kind: &str, reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Command> {
                $(if kind == $module::$name::KIND {
                    let mut keys = vec!["type"];
                    keys.extend($module::$name::KEYS);
                    node.keys(&keys);
                    return $module::$name::read(reader, node).map(Command::$name);
                })*
                None
            }

            /// The word for its type.
            pub(crate) fn kind(&self) -> &'static str {
                match self {
                    $(Command::$name(_) => $module::$name::KIND,)*
                }
            }

            fn rights(&self) -> &'static [Verb] {
                match self {
                    $(Command::$name(_) => $module::$name::RIGHTS,)*
                }
            }

            /// What a plan of it may read and change.
            pub(crate) fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
                match self {
                    $(Command::$name(command) => command.touches(model),)*
                }
            }

            /// Decides it. What it asks of the whole command was asked before.
            pub(crate) fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
                let (draft, questions) = match self {
                    $(Command::$name(command) => (command.decide(planner)?, command.explain(planner.model)),)*
                };
                let mut warnings = planner.warnings.take();
                warnings.extend(draft.warnings);
                Ok(Draft { questions, warnings, ..draft })
            }
        }
    };
}

commands! {
    assign::Assign,
    unassign::Unassign,
    transfer::Transfer,
    deactivate::Deactivate,
    resend_notification::ResendNotification,
    split::Split,
    rebalance::Rebalance,
    reclaim::Reclaim,
    mass_edit::MassEdit,
    claim_from_pool::ClaimFromPool,
    route::Route,
    start_group::StartGroup,
    claim::Claim,
    decline::Decline,
    cancel_run::CancelRun,
    sweep::Sweep,
    undo::Undo,
}

impl Command {
    /// What the whole command asks before any row: its own rights, those to give and to act on many leads, and the right to use a list.
    pub(crate) fn refusals(&self, planner: &Planner<'_>, touches: &Touches<'_>) -> Result<Vec<Reason>> {
        let mut verbs = self.rights().to_vec();
        if touches.gives() {
            verbs.push(Verb::LeadGive);
        }
        if planner.bulk {
            verbs.push(Verb::LeadMass);
        }
        let mut reasons = planner.auth.refusals(planner.actor, &verbs)?;
        if let Some(LeadsRef::List(id)) = touches.named_leads() {
            let decision = planner.auth.list_use(planner.actor, id)?;
            if !decision.allowed {
                reasons.extend(decision.reasons);
            }
        }
        for patch in touches.patches {
            if planner.auth.is_read_only(planner.actor, patch.field) {
                let name = planner.model.schema.name(patch.field);
                let message = format!("`{}` may not change `{name}`", planner.context.actor);
                reasons.push(Reason::new("field_read_only", Some(Check::Edit), message).with("field", name));
            }
        }
        reasons.dedup();
        Ok(reasons)
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
    command: Json,
    picked: Option<Rc<Vec<u32>>>,
    context: &Context,
    config: &str,
) -> Result<Plan> {
    let typed = Command::read(&command, model, &auth.schema_of(&context.actor), picked.clone())?;
    if let Some(part) = &context.part {
        part.check(&command, auth, &context.actor, &context.question(&command, config))?;
    }
    context.state.forget_reads();
    let touches = typed.touches(model);
    let mut asked = Asked {
        model,
        auth,
        table,
        kind: typed.kind(),
        command: command.into_canonical(),
        picked: picked.filter(|_| matches!(touches.named_leads(), Some(LeadsRef::Rows(_)))),
        context,
        config,
        bulk: touches.is_bulk(),
        zone: None,
    };
    let Some((actor, _)) = model.user(&context.actor) else {
        let reason = Reason::new("unknown_actor", None, "the acting user is not known");
        return Ok(Plan::new(asked, Draft::refuse(vec![reason])));
    };
    let planner = Planner::new(model, auth, table, context, actor, asked.bulk);
    let refused = typed.refusals(&planner, &touches)?;
    let mut plan = if refused.is_empty() {
        let filter = match touches.named_leads() {
            Some(LeadsRef::Filter(query)) => Some(query),
            Some(LeadsRef::List(id)) => model.lists.by_id(id).map(|list| &list.query),
            _ => None,
        };
        if filter.is_some_and(Query::needs_zone) {
            asked.zone = auth.zone_of(&context.actor).map(|own| own.name.clone());
        }
        let draft = typed.decide(&planner)?;
        Plan::finalize(asked, &planner, draft)?
    } else {
        Plan::new(asked, Draft::refuse(refused))
    };
    context.state.check_complete()?;
    if let Some(found) = planner.found.take() {
        plan.set_ids(found.iter().map(|row| plan.table.id(RowIx(*row)).into_owned().into()).collect());
    }
    Ok(plan)
}
