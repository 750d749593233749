//! The front door: everything the public API offers, as plain Rust over JSON.
//!
//! The module's JavaScript side and the native tests come through here, so both run the same code. What goes in and out is
//! JSON as the public declarations describe it, but for leads, which come as bytes or columns, and rows of large answers.

mod ask;
mod known;
mod leads;
mod selection;
mod shards;
mod upsert;
mod viewer;

/// Five profiles to start from.
pub use crate::access::ready_profiles;
pub use ask::{Filter, PAGE};
pub use leads::{Incoming, LeadTable, id_text};
pub use selection::Selection;
pub use upsert::UpsertPreview;
pub(crate) use viewer::Viewer;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use crate::access::Authorizer;
use crate::config::Model;
use crate::error::{Diagnostic, Error, Result};
use crate::filter;
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::plan::Plan;
use crate::plan::context::Context;
use crate::plan::decoded::DecodedPlan;
use crate::plan::leads::LeadsRef;
use crate::query::{FieldIx, Query, Schema, Strictness};
use crate::route::{Assumed, Ruled, Simulation};
use crate::table::KnownUsers;
use crate::time::Instant;
use crate::wire::verify::{EncodedPlan, Verdict};
use crate::wire::{apply, decode};

/// A compiled configuration.
#[derive(Debug)]
pub struct Workspace {
    pub(crate) model: Rc<Model>,
    pub(crate) auth: Rc<Authorizer>,
    source: Json,
    digest: OnceCell<String>,
    known_users: OnceCell<Rc<KnownUsers>>,
    needed: OnceCell<Vec<FieldIx>>,
}

/// A plan that was posted or stored, with the context it came in.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    /// The plans that an undo refers to and that came as bytes: id and bytes.
    pub plans: Vec<(String, Vec<u8>)>,
    /// With leads in shards: what [`Workspace::settle`] returned.
    pub settlement: Option<Vec<u8>>,
}

impl Workspace {
    /// Checks and compiles a configuration.
    ///
    /// # Errors
    /// `config_invalid` with every fault that was found.
    ///
    /// ```
    /// use evenhand::{json::Json, workspace::Workspace};
    ///
    /// let config = Json::parse(r#"{
    ///   "version": 1,
    ///   "fields": {"id": {"type": "text"}, "owner": {"type": "user"}},
    ///   "lead": {"id": "id", "owner": "owner"},
    ///   "profiles": [{"id": "all", "grants": [{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], "scope": "all"}]}],
    ///   "users": [{"id": "ann", "profiles": ["all"]}, {"id": "bob", "profiles": ["all"]}]
    /// }"#)?;
    /// let workspace = Workspace::compile(&config)?;
    /// let table = workspace.load(b"id,owner\n1,\n2,\n3,\n", &Json::Null, Default::default())?;
    /// let command = Json::parse(r#"{"type": "split", "leads": {"filter": {"rules": []}}, "split": {"to": ["ann", "bob"]}}"#)?;
    /// let context = Json::parse(r#"{"actor": "ann", "now": "2026-03-01T09:00:00Z"}"#)?;
    /// let plan = workspace.plan(&table, &command, None, &context, Default::default())?;
    /// assert_eq!(plan.by_assignee(), [("ann".to_owned(), vec!["1".to_owned(), "3".to_owned()]), ("bob".to_owned(), vec!["2".to_owned()])]);
    /// # Ok::<(), evenhand::error::Error>(())
    /// ```
    pub fn compile(config: &Json) -> Result<Workspace> {
        Workspace::of(config.clone())
    }

    /// The same of a configuration that nobody else needs.
    ///
    /// # Errors
    /// As [`Workspace::compile`].
    pub fn of(config: Json) -> Result<Workspace> {
        let (model, _) = Model::compile(&config)?;
        let model = Rc::new(model);
        let auth = Rc::new(Authorizer::compile(&model)?);
        Ok(Workspace { model, auth, source: config, digest: OnceCell::new(), known_users: OnceCell::new(), needed: OnceCell::new() })
    }

    /// The same checks without failing: every fault and every warning.
    pub fn check(config: &Json) -> Vec<Diagnostic> {
        match Model::compile(config) {
            Ok((model, mut warnings)) => {
                let found = Authorizer::compile(&Rc::new(model)).and_then(|auth| crate::lint::lint(&auth, config));
                warnings.extend(found.unwrap_or_else(|error| error.into_diagnostics()));
                warnings
            }
            Err(error) => error.into_diagnostics(),
        }
    }

    /// Applies a patch, all or nothing. Tables and selections stay valid; filters keep the meaning they were compiled with.
    ///
    /// # Errors
    /// `config_invalid` with every fault; nothing was changed then.
    pub fn update(&mut self, patch: &Json) -> Result<()> {
        self.update_with(patch, &Json::Null)
    }

    /// The same with tables for zones that the patch names and the configuration did not: `zones` and `zoneVersions`, as in a
    /// configuration.
    ///
    /// # Errors
    /// As [`Workspace::update`].
    pub fn update_with(&mut self, patch: &Json, zones: &Json) -> Result<()> {
        let named = source_with(&self.source, zones);
        let (model, after) = self.model.update(&named, patch)?;
        let model = Rc::new(model);
        self.auth = Rc::new(Authorizer::compile(&model)?);
        self.model = model;
        if let Cow::Owned(named) = named {
            self.source = named;
        }
        after.write(&mut self.source);
        (self.digest, self.known_users, self.needed) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Ok(())
    }

    /// The configuration after a patch by an actor, which this one does not become.
    fn drafted(&self, patch: &Json, zones: &Json, actor: &str) -> Result<(Rc<Model>, Rc<Authorizer>)> {
        let shown = self.auth.schema_of(actor);
        let (model, _) = self.model.draft(&source_with(&self.source, zones), patch, &shown).map_err(|mut error| {
            if !shown.hidden().is_empty() {
                // A hint may name any field.
                error.diagnostics.iter_mut().for_each(|fault| fault.hint = None);
            }
            error
        })?;
        let model = Rc::new(model);
        let auth = Rc::new(Authorizer::compile(&model)?);
        Ok((model, auth))
    }

    /// The configuration as it is.
    pub fn config(&self) -> &Json {
        &self.source
    }

    /// SHA-256 of the configuration and of the tables of zones that it names, in hexadecimal; a plan carries it.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| crate::plan::digest::config(&self.source, crate::plan::digest::zones(&self.model)))
    }

    /// The tables of the zones that the configuration names.
    pub fn zones(&self) -> Json {
        Json::Object(self.model.zones.iter().map(|(name, zone)| (name.clone(), zone.table())).collect())
    }

    /// All users, for loaders that understand aliases and report unknown ones.
    pub(crate) fn known_users(&self) -> Rc<KnownUsers> {
        Rc::clone(self.known_users.get_or_init(|| {
            let mut known = KnownUsers::default();
            self.model.users.iter().for_each(|user| known.add(&user.id, &user.aliases));
            Rc::new(known)
        }))
    }

    /// The fields for which leads must have a column; see [`Model::deciding_fields`].
    pub(crate) fn needed(&self) -> Vec<FieldIx> {
        self.needed.get_or_init(|| self.model.deciding_fields()).clone()
    }

    /// Compiles a filter for lists and selections.
    ///
    /// # Errors
    /// `query_invalid` with every fault.
    fn query(&self, query: &Json, schema: &Schema) -> Result<Query> {
        crate::query::compile(query, "", schema, Strictness::List).map_err(|faults| crate::error::Error::invalid("query_invalid", faults))
    }

    /// Decides a command. `picked` are the rows of a selection that it names, `stored` what came beside the text.
    ///
    /// # Errors
    /// Those of [`plan::plan`], and `context_invalid`.
    pub fn plan(&self, table: &LeadTable, command: &Json, picked: Option<&Selection>, context: &Json, stored: Attachments) -> Result<Plan> {
        self.plan_of(table, command.clone(), picked, context, stored)
    }

    /// The same of a command that nobody else needs.
    ///
    /// # Errors
    /// As [`Workspace::plan`].
    pub fn plan_of(
        &self,
        table: &LeadTable,
        command: Json,
        picked: Option<&Selection>,
        context: &Json,
        stored: Attachments,
    ) -> Result<Plan> {
        let context = self.context(table, context, stored)?;
        let picked = picked.map(|selection| selection.meant(table)).transpose()?;
        crate::command::plan(&self.model, &self.auth, &table.table, command, picked, &context, self.digest())
    }

    /// What [`Workspace::plan`] will read for a command.
    ///
    /// # Errors
    /// Those of [`crate::command::needs::needs`], and `context_invalid`.
    pub fn needs(&self, command: &Json, context: &Json, stored: Attachments) -> Result<crate::command::needs::Needs> {
        crate::command::needs::needs(&self.model, &self.auth, command, &self.needing(context, stored.plans)?)
    }

    /// What [`Workspace::verify`] will read for a posted plan: what its command needs at the plan's own time, and the mark that it was
    /// done. Nothing of the plan is proved here.
    ///
    /// # Errors
    /// `plan_malformed`, and those of [`Workspace::needs`].
    pub fn needs_of_plan(&self, posted: EncodedPlan<'_>, context: &Json, stored: Attachments) -> Result<crate::command::needs::Needs> {
        let encoded;
        let header = match posted {
            EncodedPlan::Bytes(bytes) => {
                encoded = decode::peek(bytes)?;
                &encoded
            }
            EncodedPlan::Json(json) => json,
        };
        let missing = |what: &str| Error::new("plan_malformed", format!("/{what}"), format!("the plan has no `{what}`"));
        let command = header.get("command").ok_or_else(|| missing("command"))?;
        let id = header.get("id").and_then(Json::as_text).ok_or_else(|| missing("id"))?;
        let at = header.get("at").and_then(Json::as_number).and_then(Instant::from_number).ok_or_else(|| missing("at"))?;
        let mut read = self.needing(context, stored.plans)?;
        (read.now, read.id) = (at, Some(id.to_owned()));
        crate::command::needs::needs(&self.model, &self.auth, command, &read)
    }

    /// A context with the plans that came beside it.
    fn needing(&self, context: &Json, plans: Vec<(String, Vec<u8>)>) -> Result<Context> {
        let mut read = Context::read(context, &self.model)?;
        for (id, bytes) in plans {
            read.plans.push((id, Rc::new(decode::decode(&bytes, &self.model)?)));
        }
        Ok(read)
    }

    /// Why a lead goes where the rules send it: every rule and every person who was tried. `options` may say what is assumed to be
    /// otherwise; nothing changes by that.
    ///
    /// # Errors
    /// `unknown_actor`, `unknown_lead`, `not_permitted`, `context_invalid`, `options_invalid`, and `config_invalid` for people who are
    /// assumed to be what they cannot be; what planning finds missing.
    pub fn explain(&self, table: &LeadTable, lead: &str, context: &Json, options: &Json) -> Result<Json> {
        let read = self.context(table, context, Attachments::default())?;
        let assumed = Assumed::read(options, &self.model, &self.auth.schema_of(&read.actor), &self.source)?;
        if assumed.is_any() {
            self.auth.check_assuming(&read.actor)?;
        }
        if assumed.users.is_empty() {
            return crate::route::explain(&self.auth, &self.auth, &self.source, &table.table, lead, &read, &assumed);
        }
        let patch = Json::object([("users", Json::object([("put", Json::List(assumed.users.clone()))]))]);
        let (_, auth) = self.drafted(&patch, &Json::Null, &read.actor)?;
        crate::route::explain(&auth, &self.auth, &self.source, &table.table, lead, &read, &assumed)
    }

    /// The ids of those who get the next `n` leads of a group, for leads that everybody accepts.
    ///
    /// # Errors
    /// `unknown_actor`, `unknown_group`, `method_offers`, `context_invalid`, and what planning finds missing.
    pub fn forecast(&self, group: &str, n: usize, context: &Json) -> Result<Vec<String>> {
        let read = Context::read(context, &self.model)?;
        crate::route::forecast(&self.model, &self.auth, group, n, &read)
    }

    /// Replays leads in the order of their creation by the rules that stand and, with `draft`, by those that a patch would make. `options`
    /// are `{draft?, leads?}`; `zones` are tables for zones that only the draft names.
    ///
    /// # Errors
    /// `options_invalid`, `config_invalid` for a draft that cannot be, `context_invalid`, `unknown_actor`, `not_permitted`, `no_created_at`,
    /// and what planning finds missing.
    pub fn simulate(&self, table: &LeadTable, options: &Json, zones: &Json, context: &Json) -> Result<Simulation> {
        let read = self.context(table, context, Attachments::default())?;
        let faults = Faults::without_nulls_for(&["leads"]);
        let node = Decoder::new(options, "", &faults);
        let mut leads = Some(LeadsRef::Filter(Query::always()));
        if !node.is_null() && node.keys(&["draft", "leads"]) && !node.get("leads").is_null() {
            leads = crate::command::leads(&node.get("leads"), &self.model, &self.auth.schema_of(&read.actor));
        }
        let (failed, list) = (faults.any_error(), faults.into_list());
        let Some(leads) = leads.filter(|_| !failed) else { return Err(crate::error::Error::invalid("options_invalid", list)) };
        let patch = options.get("draft").filter(|patch| !patch.is_null());
        if patch.is_some() {
            self.auth.check_assuming(&read.actor)?;
        }
        let drafted = patch.map(|patch| self.drafted(patch, zones, &read.actor)).transpose()?;
        let draft = drafted.as_ref().map(|(model, auth)| Ruled { model, auth });
        crate::route::simulate(Ruled { model: &self.model, auth: &self.auth }, draft, &table.table, &leads, &read)
    }

    /// Proves a posted plan against what is here.
    ///
    /// # Errors
    /// `context_invalid`, and what planning needs and does not find.
    pub fn verify(&self, table: &LeadTable, posted: EncodedPlan<'_>, context: &Json, stored: Attachments) -> Result<Verdict> {
        let context = self.context(table, context, stored)?;
        let here = crate::wire::verify::Here { config: self.digest(), source: &self.source };
        crate::wire::verify::verify(&self.model, &self.auth, &table.table, posted, &context, here)
    }

    /// A plan that puts back what another changed, for the rows that still are as it left them.
    ///
    /// # Errors
    /// `plan_malformed`, and those of [`Workspace::plan`].
    pub fn undo(&self, table: &LeadTable, original: EncodedPlan<'_>, context: &Json) -> Result<Plan> {
        let recorded = self.recorded(original)?;
        let id = recorded.header.get("id").and_then(Json::as_text).unwrap_or_default().to_owned();
        let mut context = self.context(table, context, Attachments::default())?;
        context.plans.insert(0, (id.clone(), Rc::new(recorded)));
        let command = Json::object([("type", "undo".into()), ("plan", id.into())]);
        crate::command::plan(&self.model, &self.auth, &table.table, command, None, &context, self.digest())
    }

    /// Takes a plan's changes over into the table.
    ///
    /// # Errors
    /// `plan_malformed`, `out_of_memory`; nothing was changed then.
    pub fn apply(&self, table: &mut LeadTable, plan: EncodedPlan<'_>) -> Result<apply::Applied> {
        let recorded = self.recorded(plan)?;
        apply::apply(&mut table.table, &self.model, &recorded)
    }

    /// The same with a plan that is at hand.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn apply_plan(&self, table: &mut LeadTable, plan: &Plan) -> Result<apply::Applied> {
        apply::apply_plan(&mut table.table, &self.model, plan)
    }

    fn recorded(&self, plan: EncodedPlan<'_>) -> Result<DecodedPlan> {
        match plan {
            EncodedPlan::Bytes(bytes) => decode::decode(bytes, &self.model),
            EncodedPlan::Json(json) => DecodedPlan::from_json(json, &self.model),
        }
    }

    fn context(&self, table: &LeadTable, context: &Json, stored: Attachments) -> Result<Context> {
        let Attachments { plans, settlement } = stored;
        let mut read = self.needing(context, plans)?;
        read.partial_table = table.partial;
        read.part = shards::part(read.shard, settlement.as_deref())?;
        Ok(read)
    }

    /// What filters are evaluated with for a viewer.
    pub(crate) fn filtering<'a>(&'a self, actor: Option<&'a str>, now: Option<Instant>) -> filter::Context<'a> {
        filter::Context { schema: &self.model.schema, people: self.auth.as_ref(), now, actor }
    }
}

/// A configuration with tables for more zones.
fn source_with<'a>(source: &'a Json, zones: &Json) -> Cow<'a, Json> {
    let mut named = Cow::Borrowed(source);
    for key in ["zones", "zoneVersions"] {
        if zones.get(key).and_then(Json::as_object).is_some_and(|zones| !zones.is_empty()) {
            add_zones(named.to_mut(), key, zones.get(key));
        }
    }
    named
}

/// Adds what a configuration has none of, for these zones.
fn add_zones(source: &mut Json, key: &'static str, zones: Option<&Json>) {
    let mut all = source.get(key).and_then(Json::as_object).unwrap_or_default().to_vec();
    let known = all.len();
    for (name, table) in zones.and_then(Json::as_object).unwrap_or_default() {
        if !all.iter().any(|(other, _)| other == name) {
            all.push((name.clone(), table.clone()));
        }
    }
    if let (Json::Object(pairs), true) = (source, all.len() > known) {
        pairs.retain(|(other, _)| other != key);
        pairs.push((key.to_owned(), Json::Object(all)));
    }
}
