//! What a plan will read of a command's leads and of the state, for hosts whose leads live in a database.

use crate::access::{Action, Authorizer, Request, To};
use crate::config::{Method, Model, UserIx, Verb};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::query::assume::{all, any};
use crate::query::{Bindings, FieldIx, Query, Strictness};

use crate::allot::spec::{Receivers, Split};
use crate::command::Command;
use crate::plan::context::Context;
use crate::plan::leads::LeadsRef;
use crate::plan::state;
use crate::wire::digest;

/// Which leads a plan reads.
#[derive(Clone, Debug)]
pub enum Leads {
    /// These.
    Ids(Vec<String>),
    /// Those that match; the actor sees them all.
    Filter(Box<Query>),
}

/// What a plan reads.
#[derive(Clone, Debug)]
pub struct Needs {
    /// Its leads.
    pub leads: Leads,
    /// Keys of the state.
    pub keys: Vec<String>,
    /// Beginnings of keys of the state.
    pub prefixes: Vec<String>,
    /// People whose open leads are counted.
    pub load: Vec<String>,
}

impl Needs {
    /// The condition of the leads, where they are not named by ids.
    pub fn filter(&self) -> Option<&Query> {
        match &self.leads {
            Leads::Ids(_) => None,
            Leads::Filter(query) => Some(query),
        }
    }

    /// As the public API shows it, but for a filter, which is no JSON: it is left out of `leads`.
    pub fn to_json(&self) -> Json {
        let leads = match &self.leads {
            Leads::Ids(ids) => Json::object([("ids", ids.clone().into())]),
            Leads::Filter(_) => Json::object([]),
        };
        let state = Json::object([("keys", self.keys.clone().into()), ("prefixes", self.prefixes.clone().into())]);
        Json::object([("leads", leads), ("state", state), ("load", self.load.clone().into()), ("same", Json::List(Vec::new()))])
    }
}

/// What [`plan`](crate::plan::plan) will read for a command. Nothing of a command that would be refused is checked here.
///
/// # Errors
/// `command_invalid`, `query_invalid`; `plan_missing` for an undo whose plan is not in the context; `unknown_actor`.
pub fn needs(model: &Model, auth: &Authorizer, command: &Json, context: &Context) -> Result<Needs> {
    let typed = Command::read(command, model, None)?;
    let needing = Needing { model, auth, context };
    let leads = needing.leads(&typed)?;
    let mut keys = Vec::new();
    let mut prefixes = Vec::new();
    let slots = needing.slots(&typed);
    if slots.contains(&model.lead.owner) && !matches!(typed, Command::Unassign { .. }) {
        match &leads {
            Leads::Ids(ids) => keys.extend(ids.iter().map(|id| state::key("held", id))),
            Leads::Filter(_) => prefixes.push("held/".to_owned()),
        }
    }
    let splits = match &typed {
        Command::Split { split, .. } => Some(split),
        Command::MassEdit { split, .. } | Command::Reclaim { split, .. } => split.as_ref(),
        _ => None,
    };
    let receivers = needing.receivers(&typed, splits)?;
    keys.extend(splits.map(|split| needing.split_key(split)).transpose()?);
    if !matches!(typed, Command::Undo { .. }) {
        keys.extend(needing.remembered(&slots, &receivers)?);
    }
    crate::sort::all(&mut keys);
    keys.dedup();
    let load = if slots.is_empty() { Vec::new() } else { needing.load(receivers)? };
    Ok(Needs { leads, keys, prefixes, load })
}

struct Needing<'a> {
    model: &'a Model,
    auth: &'a Authorizer,
    context: &'a Context,
}

impl Needing<'_> {
    fn id(&self, user: UserIx) -> &str {
        self.model.users.get(user).map_or("", |user| user.id.as_str())
    }

    fn leads(&self, command: &Command) -> Result<Leads> {
        Ok(match command {
            Command::Transfer { lead, new_id, .. } => Leads::Ids(std::iter::once(lead.clone()).chain(new_id.clone()).collect()),
            Command::ResendNotification { lead } | Command::ClaimFromPool { lead, .. } => Leads::Ids(vec![lead.clone()]),
            Command::Undo { plan } => {
                let original = self.context.plan(plan).ok_or_else(|| {
                    Error::new("plan_missing", "/plans", format!("the plan `{plan}` was not given"))
                        .hint("give it in `plans`, from the host's own store")
                })?;
                let changed = original.changes.iter().map(|change| change.lead.clone());
                let copies = original.created.iter().map(|copy| copy.id.clone());
                Leads::Ids(changed.chain(copies).chain(original.removed.iter().map(|(id, _)| id.clone())).collect())
            }
            Command::Rebalance { leads, users, slot } => {
                self.held(leads.as_ref(), &[*slot], &users.iter().map(|user| user.user.clone()).collect::<Vec<_>>())?
            }
            Command::Reclaim { leads, from, slot, .. } => {
                let slots: Vec<FieldIx> = match slot {
                    crate::command::SlotChoice::One(slot) => vec![*slot],
                    crate::command::SlotChoice::All => self.model.lead.slots.iter().map(|slot| slot.field).collect(),
                };
                self.held(leads.as_ref(), &slots, from)?
            }
            command => match command.leads() {
                Some(leads) => self.named(leads)?,
                None => Leads::Ids(Vec::new()),
            },
        })
    }

    fn named(&self, leads: &LeadsRef) -> Result<Leads> {
        Ok(match leads {
            LeadsRef::Ids { ids, .. } => Leads::Ids(ids.clone()),
            LeadsRef::Rows(_) => Leads::Ids(Vec::new()),
            LeadsRef::Filter(query) => self.visible(query)?,
            LeadsRef::List(id) => match self.model.lists.by_id(id) {
                Some(list) => self.visible(&list.query)?,
                None => self.visible(&Query::never())?,
            },
        })
    }

    /// The leads of a filter that the actor may see, with the actor and the time put in.
    fn visible(&self, query: &Query) -> Result<Leads> {
        let with = Bindings { now: Some(self.context.now), actor: Some(&self.context.actor) };
        let scope = self.auth.scope(&self.context.actor, Verb::LeadView)?.query;
        let bound = [query.bind(&with, &self.model.schema)?, scope.bind(&with, &self.model.schema)?];
        Ok(Leads::Filter(Box::new(Query::from(all(bound.map(|query| query.root().clone()))))))
    }

    /// The open leads that people hold, or those that are named.
    fn held(&self, leads: Option<&LeadsRef>, slots: &[FieldIx], people: &[String]) -> Result<Leads> {
        if let Some(leads) = leads {
            return self.named(leads);
        }
        let rule = |slot: &FieldIx| {
            let value = Json::List(people.iter().map(|user| user.as_str().into()).collect());
            Json::object([("field", self.model.schema.name(*slot).into()), ("operator", "in".into()), ("value", value)])
        };
        let mut nodes = Vec::new();
        for slot in slots {
            let query = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![rule(slot)]))]);
            let query = crate::query::compile(&query, "", &self.model.schema, Strictness::List)
                .map_err(|faults| Error::invalid("query_invalid", faults))?;
            nodes.push(query.root().clone());
        }
        let open = self.model.lifecycle.open.as_ref().map(|open| open.root().clone());
        self.visible(&Query::from(all(std::iter::once(any(nodes)).chain(open))))
    }

    /// The slots that a command may change.
    fn slots(&self, command: &Command) -> Vec<FieldIx> {
        let owner = self.model.lead.owner;
        match command {
            Command::Assign { slots, .. } => slots.iter().map(|(slot, _)| *slot).collect(),
            Command::MassEdit { slots, split, .. } => {
                slots.iter().map(|(slot, _)| *slot).chain(split.as_ref().map(|split| split.slot)).collect()
            }
            Command::Unassign { slot, .. } | Command::Rebalance { slot, .. } => vec![*slot],
            Command::Split { split, .. } => vec![split.slot],
            Command::Reclaim { slot: crate::command::SlotChoice::One(slot), .. } => vec![*slot],
            Command::Reclaim { .. } | Command::Undo { .. } => self.model.lead.slots.iter().map(|slot| slot.field).collect(),
            Command::Transfer { .. } | Command::ClaimFromPool { .. } => vec![owner],
            Command::Deactivate { .. } | Command::ResendNotification { .. } => Vec::new(),
        }
    }

    fn receivers(&self, command: &Command, split: Option<&Split>) -> Result<Vec<String>> {
        let mut out: Vec<String> = match split.map(|split| &split.to) {
            Some(Receivers::Named(list)) => list.iter().map(|receiver| receiver.user.clone()).collect(),
            Some(Receivers::Group(id)) => match self.model.groups.by_id(id) {
                Some(group) => {
                    let members = self.auth.members(&group.members, Some(self.context.now))?;
                    members.into_iter().map(|user| self.id(user).to_owned()).collect()
                }
                None => Vec::new(),
            },
            Some(Receivers::Tags(tags)) => {
                let holders = self.model.users.iter().filter(|user| user.tags.iter().any(|tag| tags.contains(tag)));
                holders.map(|user| user.id.clone()).collect()
            }
            None => Vec::new(),
        };
        match command {
            Command::Assign { slots, .. } | Command::MassEdit { slots, .. } => out.extend(slots.iter().filter_map(|(_, to)| to.clone())),
            Command::Rebalance { users, .. } => out.extend(users.iter().map(|user| user.user.clone())),
            Command::Transfer { user, .. } => out.extend(user.clone()),
            Command::ClaimFromPool { .. } => out.push(self.context.actor.clone()),
            _ => {}
        }
        Ok(out)
    }

    fn split_key(&self, split: &Split) -> Result<String> {
        let mut names = self.receivers(&Command::Undo { plan: String::new() }, Some(split))?;
        Ok(state::key(
            "split",
            &match (&split.key, &split.to) {
                (Some(key), _) => key.clone(),
                (None, Receivers::Group(id)) => id.clone(),
                (None, _) => {
                    if matches!(split.to, Receivers::Tags(_)) {
                        names.retain(|name| {
                            self.model.users.by_id(name).is_some_and(|user| crate::plan::planner::is_here(user, self.context.now))
                        });
                    }
                    crate::sort::all(&mut names);
                    digest::short(&Json::List(names.into_iter().map(Json::from).collect()))
                }
            },
        ))
    }

    /// Keys of receivers for whom groups remember when they were served last.
    fn remembered(&self, slots: &[FieldIx], receivers: &[String]) -> Result<Vec<String>> {
        let mut out = Vec::new();
        for group in self.model.groups.iter().filter(|group| slots.contains(&group.slot)) {
            if matches!(group.method, Method::LeastRecent { manual_counts: true }) {
                let members = self.auth.members(&group.members, Some(self.context.now))?;
                out.extend(members.into_iter().map(|user| self.id(user)).filter(|id| receivers.iter().any(|known| known == id)));
            }
        }
        Ok(out.into_iter().map(|user| state::key("user", user)).collect())
    }

    /// Whoever receives leads, and whoever may lose some and has a load that the actor may see.
    fn load(&self, receivers: Vec<String>) -> Result<Vec<String>> {
        let mut out = receivers;
        for user in self.model.users.iter() {
            let question = Request {
                to: To::User(&user.id),
                now: Some(self.context.now),
                ..Request::new(&self.context.actor, Action::Verb(Verb::LeadGive))
            };
            if self.auth.can(&question)?.allowed {
                out.push(user.id.clone());
            }
        }
        let mut met = std::collections::BTreeSet::new();
        out.retain(|user| met.insert(user.clone()));
        Ok(out)
    }
}
