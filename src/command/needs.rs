//! What a plan will read of a command's leads and of the state, for hosts whose leads live in a database.

use crate::access::{Authorizer, is_one_of};
use crate::config::{Group, Method, Model, UserIx, Verb};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::query::assume::{all, any};
use crate::query::{Bindings, FieldIx, Query, Strictness, compile};

use crate::allot::spec::{Receivers, Split};
use crate::command::Command;
use crate::command::operation::{LeadSource, Touches};
use crate::plan::context::Context;
use crate::plan::digest;
use crate::plan::leads::LeadsRef;
use crate::plan::planner::is_here;
use crate::plan::state;
use crate::route;

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
    /// Fields of which the owners of leads with the same values are read.
    pub same: Vec<String>,
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
        let mut same = Vec::new();
        for field in &self.same {
            same.push(Json::object([("field", field.as_str().into()), ("values", Json::List(Vec::new()))]));
        }
        Json::object([("leads", leads), ("state", state), ("load", self.load.clone().into()), ("same", Json::List(same))])
    }
}

/// What [`plan`](crate::command::plan()) will read for a command. Nothing of a command that would be refused is checked here.
///
/// # Errors
/// `command_invalid`, `query_invalid`; `plan_missing` for an undo whose plan is not in the context; `unknown_actor`.
pub fn needs(model: &Model, auth: &Authorizer, command: &Json, context: &Context) -> Result<Needs> {
    let typed = Command::read(command, model, &auth.schema_of(&context.actor), None)?;
    let touches = typed.touches(model);
    let needing = Needing { model, auth, context };
    let mut reads = route::Reads::default();
    if let Some(reached) = touches.routes {
        reads = route::reads(model, auth, context.now, reached, &context.state)?;
    }
    let leads = needing.leads(&touches, &reads.keys)?;
    let mut keys = Vec::new();
    let mut prefixes = Vec::new();
    let mut of_leads = Vec::new();
    if touches.ends_waiting && touches.slots.contains(&model.lead.owner) {
        of_leads.push("held");
    }
    if (touches.ends_waiting || touches.routes.is_some()) && model.groups.iter().any(Group::offers) {
        of_leads.push("declined");
    }
    for kind in of_leads {
        match &leads {
            Leads::Ids(ids) => keys.extend(ids.iter().map(|id| state::key(kind, id))),
            Leads::Filter(_) => prefixes.push(format!("{kind}/")),
        }
    }
    let mut receivers = Vec::new();
    if let Some(split) = touches.split {
        receivers = needing.receivers(split)?;
        if split.remember {
            keys.push(needing.split_key(split, receivers.clone()));
        }
    }
    receivers.extend(touches.receivers.iter().map(|user| (*user).to_owned()));
    if touches.actor_receives {
        receivers.push(context.actor.clone());
    }
    keys.extend(needing.remembered(&touches.slots, &receivers)?);
    let mut same = Vec::new();
    keys.extend(reads.keys);
    prefixes.extend(reads.prefixes);
    receivers.extend(reads.people);
    same.extend(reads.same.into_iter().map(|field| model.schema.name(field).to_owned()));
    // Whoever names a plan may have written it before.
    keys.extend(context.id.as_deref().map(|id| state::key("done", id)));
    crate::sort::all(&mut keys);
    keys.dedup();
    let load = if touches.slots.is_empty() { Vec::new() } else { needing.load(receivers)? };
    Ok(Needs { leads, keys, prefixes, load, same })
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

    fn leads(&self, touches: &Touches<'_>, keys: &[String]) -> Result<Leads> {
        Ok(match &touches.leads {
            LeadSource::Ids(ids) => Leads::Ids(ids.iter().map(|id| (*id).to_owned()).collect()),
            LeadSource::Named(leads) | LeadSource::Held { among: Some(leads), .. } | LeadSource::Due { among: Some(leads), .. } => {
                self.named(leads)?
            }
            LeadSource::OfRun(run) => match route::leads_of_runs(&self.context.state, keys) {
                known if !known.is_empty() => Leads::Ids(known),
                // Whoever is offered a lead need not see it.
                _ => Leads::Filter(Box::new(self.one_of(self.model.lead.run, &[(*run).to_owned()])?)),
            },
            LeadSource::Due { among: None, runs } => {
                let mut ids = route::leads_of_runs(&self.context.state, keys);
                if runs.is_some() {
                    return Ok(Leads::Ids(ids));
                }
                ids.extend(self.context.state.standing("held/").filter_map(state::name_of));
                let mut ways = vec![self.one_of(Some(self.model.lead.id), &ids)?.root().clone()];
                if let Some(minutes) = self.model.lifecycle.retire_after_minutes
                    && let Some(idle) = route::idle(self.model, self.context.now, minutes)?
                {
                    let open = self.model.lifecycle.open.as_ref().map(|open| open.root().clone());
                    ways.push(all(open.into_iter().chain([idle.root().clone()])));
                }
                self.visible(&Query::from(any(ways)))?
            }
            LeadSource::Held { by, among: None, open } => self.held(&touches.slots, by, *open)?,
            LeadSource::OfPlan(plan) => {
                let original = self.context.needed_plan(plan)?;
                let mut ids: Vec<String> = Vec::new();
                original.changes.each(|_, lead| {
                    ids.push(lead.to_owned());
                    Ok(())
                })?;
                ids.extend(original.created.iter().map(|copy| copy.id.clone()));
                ids.extend(original.removed.iter().map(|(id, _)| id.clone()));
                Leads::Ids(ids)
            }
        })
    }

    /// Leads with one of these texts in a field.
    fn one_of(&self, field: Option<FieldIx>, values: &[String]) -> Result<Query> {
        let Some(field) = field.filter(|_| !values.is_empty()) else { return Ok(Query::never()) };
        let rule = [("field", self.model.schema.name(field).into()), ("operator", "in".into()), ("value", values.to_vec().into())];
        let json = Json::object([("rules", Json::List(vec![Json::object(rule)]))]);
        compile(&json, "", &self.model.schema, Strictness::List).map_err(|faults| Error::invalid("query_invalid", faults))
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
        let with = Bindings { now: Some(self.context.now), actor: Some(&self.context.actor), people: self.auth };
        let scope = self.auth.scope(&self.context.actor, Verb::LeadView)?.query;
        let bound = [query.bind(&with, &self.model.schema)?, scope.bind(&with, &self.model.schema)?];
        Ok(Leads::Filter(Box::new(Query::from(all(bound.map(|query| query.root().clone()))))))
    }

    /// The leads that people hold; only the open ones if `open` says so.
    fn held(&self, slots: &[FieldIx], people: &[&str], open: bool) -> Result<Leads> {
        let nodes = slots.iter().map(|slot| is_one_of(*slot, people));
        let open = self.model.lifecycle.open.as_ref().filter(|_| open).map(|open| open.root().clone());
        self.visible(&Query::from(all(std::iter::once(any(nodes)).chain(open))))
    }

    /// The people to whom a split may deal.
    fn receivers(&self, split: &Split) -> Result<Vec<String>> {
        Ok(match &split.to {
            Receivers::Named(list) => list.iter().map(|receiver| receiver.user.clone()).collect(),
            Receivers::Group(id) => match self.model.groups.by_id(id) {
                Some(group) => {
                    let members = self.auth.members(&group.members, Some(self.context.now))?;
                    members.into_iter().map(|user| self.id(user).to_owned()).collect()
                }
                None => Vec::new(),
            },
            Receivers::Tags(tags) => {
                let holders = self.model.users.iter().filter(|user| user.tags.iter().any(|tag| tags.contains(tag)));
                holders.map(|user| user.id.clone()).collect()
            }
        })
    }

    /// The key under which a split among these people is remembered.
    fn split_key(&self, split: &Split, mut names: Vec<String>) -> String {
        let name = match (&split.key, &split.to) {
            (Some(key), _) => key.clone(),
            (None, Receivers::Group(id)) => id.clone(),
            (None, _) => {
                if matches!(split.to, Receivers::Tags(_)) {
                    names.retain(|name| self.model.users.by_id(name).is_some_and(|user| is_here(user, self.context.now)));
                }
                crate::sort::all(&mut names);
                digest::short(&Json::List(names.into_iter().map(Json::from).collect()))
            }
        };
        state::key("split", &name)
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
        if let Some(actor) = self.auth.active(&self.context.actor) {
            for user in self.model.users.iter() {
                if self.auth.could_give(actor, &user.id, self.context.now)? {
                    out.push(user.id.clone());
                }
            }
        }
        let mut met = crate::btree::BTreeSet::new();
        out.retain(|user| met.insert(user.clone()));
        Ok(out)
    }
}
