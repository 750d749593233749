//! Filters and questions of permission behind the front door.

mod join;
mod text;

use std::rc::Rc;

use crate::access::{Action, Authorizer, Lead, LeadObject, Permission, Request, RowRequest, check_shown};
use crate::config::{UserKind, Verb, members, people};
use crate::error::{Diagnostic, Error, Result, Severity, nearest};
use crate::filter;
use crate::json::Json;
use crate::json::decode::{Decoder, Faults, with_text_ids};
use crate::memory::ensure_memory;
use crate::query::{Cell, Cells as _, DayZone, Emptiness, FieldIx, People as _, Query, Schema, Strictness};
use crate::sql::{Dialect, SqlOptions, Target};
use crate::table::Row;
use crate::time::Instant;

use super::{LeadTable, Viewer, Workspace, id_text};

/// A compiled filter as a host holds it.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The condition.
    pub query: Query,
    /// Fields without which a lead is not covered: for a permission, those that its grants read.
    reads: Vec<FieldIx>,
    /// Fields that whoever wrote it names: it is nothing for an actor from whom one of them is hidden. What a permission reads is not
    /// among them.
    pub(super) named: Vec<FieldIx>,
    /// What a command would refuse of it: rules that were left out because they are half-written.
    pub(super) unfinished: Vec<Diagnostic>,
    /// Whether something was written and nothing is left of it.
    pub(super) left_out: bool,
    /// The fields as those see them for whom it was made: what is told of it leaves out the others.
    schema: Rc<Schema>,
    /// The configuration that it was compiled with. It keeps its meaning when the workspace is updated.
    auth: Rc<Authorizer>,
}

/// Most rows that may leave at once without the right to export them.
pub const PAGE: i64 = 200;

/// How to ask about no lead in particular.
const ANY: &str = "`\"any\"` asks whether any lead could be allowed";

/// What a command is told of a rule that a screen leaves out.
fn unfinished(warning: &Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Error, ..warning.clone() }.hint("give the rule its value, or take it out")
}

/// What `FilterOptions` of the public API says.
fn bindings(options: &Json) -> Result<(Option<Instant>, Option<String>)> {
    let faults = Faults::default();
    let node = Decoder::new(options, "", &faults);
    if !node.is_null() {
        node.keys(&["now", "actor"]);
    }
    let out = (people::instant(&node.get("now")), node.get("actor").optional_id().map(str::to_owned));
    let (failed, list) = (faults.any_error(), faults.into_list());
    if failed { Err(Error::invalid("options_invalid", list)) } else { Ok(out) }
}

impl Workspace {
    /// Compiles a filter. `options` may say `{ "incomplete": "skip" }`: rules without a value are left out, each with a warning.
    ///
    /// # Errors
    /// `query_invalid` with every fault, `options_invalid`.
    pub fn filter(&self, json: &Json, options: &Json) -> Result<Filter> {
        let faults = Faults::default();
        let node = Decoder::new(options, "", &faults);
        let mut purpose = Strictness::List;
        if !node.is_null() {
            node.keys(&["incomplete", "actor"]);
            purpose = node.get("incomplete").one_of(&[("error", Strictness::List), ("skip", Strictness::Draft)]).unwrap_or(purpose);
        }
        if faults.any_error() {
            return Err(Error::invalid("options_invalid", faults.into_list()));
        }
        let actor = node.get("actor").optional_id().map(|actor| self.auth.actor(actor).map(|_| actor)).transpose()?;
        let schema = self.schema_for(actor);
        let compiled = crate::query::compile(json, "", &schema, purpose);
        let mut query = compiled.map_err(|faults| Error::invalid("query_invalid", faults))?;
        let unfinished = if purpose == Strictness::Draft && !query.warnings().is_empty() {
            match crate::query::compile(json, "", &schema, Strictness::List) {
                Err(faults) => faults,
                Ok(whole) if whole.root() == query.root() => Vec::new(),
                // A list without words is no error of a query, and finds something else than what is left without it.
                Ok(_) => query.warnings().iter().filter(|warning| warning.code == "incomplete_rule").map(unfinished).collect(),
            }
        } else {
            Vec::new()
        };
        if let Some(actor) = actor {
            query = self.days_of(actor, &query)?;
        }
        let filter = Filter { unfinished, schema, ..self.filter_of(&query) };
        Ok(Filter { named: query.fields(), ..filter })
    }

    /// A filter that is made for somebody: it has that person's days, whoever is then asking.
    fn days_of(&self, actor: &str, query: &Query) -> Result<Query> {
        query.in_zone(&self.auth.zone_of(actor).map_or(DayZone::Organisation, DayZone::Own), &self.model.schema)
    }

    /// See [`Authorizer::fields`].
    ///
    /// # Errors
    /// `unknown_actor`.
    pub fn fields(&self, actor: Option<&str>) -> Result<Json> {
        self.auth.fields(actor)
    }

    /// A condition as a filter of the host's own.
    pub fn filter_of(&self, query: &Query) -> Filter {
        Filter {
            query: query.clone(),
            reads: Vec::new(),
            named: Vec::new(),
            unfinished: Vec::new(),
            left_out: query.emptiness() == Emptiness::LeftOut,
            schema: Rc::clone(&self.model.schema),
            auth: Rc::clone(&self.auth),
        }
    }

    /// A permission as a filter: for every lead it equals [`Workspace::can`].
    ///
    /// # Errors
    /// `unknown_actor`, `unknown_verb`, `verb_not_about_leads`.
    pub fn scope(&self, actor: &str, verb: &str) -> Result<Filter> {
        let Some((_, verb)) = Verb::ALL.iter().find(|(name, _)| *name == verb) else {
            let fault = Diagnostic::error("unknown_verb", "", format!("there is no verb `{verb}`"));
            return Err(Error::of(fault.maybe_hint(nearest(verb, Verb::ALL.iter().map(|(name, _)| *name)))));
        };
        let Permission { query, reads } = self.auth.scope(actor, *verb)?;
        Ok(Filter { reads, schema: self.auth.schema_of(actor), ..self.filter_of(&query) })
    }

    /// The condition of the leads of a list that may leave at once: within a page ([`PAGE`] rows) those that the actor may see, beyond it
    /// those that they may export. `query` is as for [`Workspace::select`]; `options` are `{actor, now?, limit?}`, and without `limit` all rows
    /// are meant.
    ///
    /// # Errors
    /// Those of [`Workspace::select`], and `not_permitted` where more than a page is asked for and the actor may export no lead.
    pub fn readable(&self, query: &Json, options: &Json) -> Result<Filter> {
        let (viewer, limit) = Viewer::with_limit(options)?;
        let mut filter = self.filter_of(&self.asked_for(query, viewer.actor.as_deref())?.0);
        filter.named = filter.query.fields();
        let Some(actor) = viewer.actor.as_deref() else { return Ok(filter) };
        filter.query = self.days_of(actor, &filter.query)?;
        if limit.is_some_and(|limit| limit <= PAGE) {
            return filter.and(&self.scope(actor, Verb::LeadView.name())?);
        }
        let exported = self.scope(actor, Verb::LeadExport.name())?;
        let could = self.auth.can(&Request { now: viewer.now, ..Request::new(actor, Action::Verb(Verb::LeadExport)) })?;
        if !could.allowed {
            let message = format!("`{actor}` may export no lead, and more than {PAGE} rows are more than a page");
            let hint = format!("ask for {PAGE} rows at most, with `limit`, or give a profile `lead.export`");
            return Err(Error::new("not_permitted", "/limit", message).hint(hint));
        }
        filter.and(&exported)
    }

    /// One question of permission. A lead that is named by its id is looked up in `table`.
    ///
    /// # Errors
    /// `question_invalid`, `now_required`.
    pub fn can(&self, question: &Json, table: Option<&LeadTable>) -> Result<Json> {
        let question = &*with_text_ids(question, &["actor", "to", "unit", "list", "group", "rule", "user"]);
        let asked = question.as_object().unwrap_or_default().iter().find(|(key, _)| key == "lead").map(|(_, lead)| lead);
        // What should have been a lead and is none must not be taken for "any lead".
        let named = asked.and_then(id_text);
        if let Some(other) = asked.filter(|lead| !lead.is_null() && lead.as_object().is_none() && named.is_none()) {
            let message = format!("`lead` must be a lead or its id, not {}", other.kind());
            return Err(Error::of(Diagnostic::error("question_invalid", "/lead", message).hint(ANY)));
        }
        let object = asked.filter(|lead| lead.as_object().is_some()).map(|lead| LeadObject::read(lead, &self.model.schema));
        let any = table.is_none() && asked.and_then(Json::as_text) == Some("any");
        let id = named.as_deref().filter(|_| !any);
        let row = match (id, table) {
            (Some(id), Some(table)) => table.table.find(id).map(|row| Row { table: &table.table, row }),
            (Some(_), None) => {
                return Err(Error::new(
                    "question_invalid",
                    "/leads",
                    "a lead that is named by its id needs `leads`, the table to look it up in",
                ));
            }
            (None, _) => None,
        };
        let lead = match (&object, &row, id) {
            (Some(object), ..) => Some(object.lead()),
            (None, Some(row), _) => Some(Lead::whole(row)),
            (None, None, Some(id)) => Some(Lead::Unknown(id)),
            (None, None, None) if asked.is_some_and(Json::is_null) => Some(Lead::Missing),
            (None, None, None) => None,
        };
        let question = Request::read(question, &self.auth, lead)?;
        let about_leads = match question.ask {
            Action::Verb(verb) => verb.asks_the_lead(),
            Action::Reassign => true,
        };
        if about_leads && asked.is_none() {
            return Err(Error::of(
                Diagnostic::error("question_invalid", "/lead", "this asks about a lead, and `lead` is missing").hint(ANY),
            ));
        }
        Ok(self.auth.can(&question)?.to_json())
    }

    /// Everybody who could be put into a slot of a lead, each with the verdict; whoever holds it only if `includeHolder` says so. The lead is
    /// named by its id, or given as an object.
    ///
    /// # Errors
    /// `question_invalid`, `unknown_actor`.
    pub fn receivers(&self, table: &LeadTable, question: &Json) -> Result<Json> {
        let faults = Faults::default();
        let node = Decoder::new(question, "", &faults);
        node.keys(&["actor", "lead", "slot", "now", "state", "includeHolder"]);
        let (actor, asked, slot) = (node.get("actor").id(), node.get("lead"), node.get("slot"));
        let object = asked.json.as_object().map(|_| LeadObject::read(asked.json, &self.model.schema));
        let named = if object.is_some() { Some(String::new()) } else { asked.id().map(str::to_owned) };
        let include_holder = node.get("includeHolder").flag(false);
        let field = match slot.text() {
            None => Some(self.model.lead.owner),
            Some(name) => self.model.schema.find(name).filter(|field| self.model.lead.slot(*field).is_some()),
        };
        if field.is_none() {
            slot.error("not_a_slot", "this is not one of the lead's slots");
        }
        let now = people::instant(&node.get("now"));
        let failed = faults.any_error();
        let (Some(actor), Some(lead), Some(field), false) = (actor, named.as_deref(), field, failed) else {
            return Err(Error::invalid("question_invalid", faults.into_list()));
        };
        let asking = RowRequest { table: &table.table, actor: self.auth.actor(actor)?, now };
        let visible = self.auth.view(&asking)?;
        let row = table.table.find(lead).filter(|row| visible.contains(*row)).map(|row| Row { table: &table.table, row });
        let lead = match (&object, &row) {
            (Some(object), _) => object.lead(),
            (None, Some(row)) => Lead::whole(row),
            (None, None) => Lead::Unknown(lead),
        };
        let holder = match lead {
            Lead::Known { cells, .. } if !include_holder => cells.cell(field).text().map(str::to_owned),
            _ => None,
        };
        let people = self.model.users.iter().filter(|user| user.active && user.kind == UserKind::Person);
        let people = people.filter(|user| holder.as_deref() != Some(user.id.as_str()));
        let answers = people.map(|user| {
            let question = Request {
                now,
                lead: Some(lead),
                slot: Some(field),
                to: crate::access::To::User(&user.id),
                ..Request::new(actor, Action::Reassign)
            };
            let mut answer = vec![("user".to_owned(), Json::from(user.id.as_str()))];
            if let Json::Object(pairs) = self.auth.can(&question)?.to_json() {
                answer.extend(pairs);
            }
            Ok(Json::Object(answer))
        });
        Ok(Json::List(answers.collect::<Result<_>>()?))
    }

    /// The users that a description of members names, in order.
    ///
    /// # Errors
    /// `members_invalid` with every fault.
    pub fn members(&self, json: &Json) -> Result<Vec<String>> {
        let faults = Faults::without_nulls();
        let read = members::read_alone(&Decoder::new(json, "", &faults), &self.model);
        let (failed, list) = (faults.any_error(), faults.into_list());
        match read {
            Some(read) if !failed => {
                let users = self.auth.members(&read, None)?;
                Ok(users.into_iter().filter_map(|ix| self.model.users.get(ix)).map(|user| user.id.clone()).collect())
            }
            _ if !list.is_empty() => Err(Error::invalid("members_invalid", list)),
            _ => Err(Error::new("members_invalid", "", "this must describe members")),
        }
    }
}

impl Filter {
    fn schema(&self) -> &Rc<Schema> {
        &self.auth.model().schema
    }

    /// What it is evaluated with.
    pub(crate) fn context<'a>(&'a self, actor: Option<&'a str>, now: Option<Instant>) -> filter::Context<'a> {
        filter::Context { schema: &self.schema, people: self.auth.as_ref(), now, actor }
    }

    /// Makes sure that an actor for whom it is evaluated may know of the fields that it names.
    fn check(&self, actor: Option<&str>) -> Result<()> {
        match actor {
            Some(actor) if !self.named.is_empty() => check_shown(&self.named, &self.auth.schema_of(actor), ""),
            _ => Ok(()),
        }
    }

    fn object(&self, lead: &Json) -> Result<LeadObject> {
        match lead {
            Json::Object(_) => Ok(LeadObject::read(lead, self.schema())),
            other => Err(Error::new("wrong_type", "", format!("a lead must be an object, not {}", other.kind()))),
        }
    }

    /// Whether a lead, given as an object, satisfies it.
    ///
    /// # Errors
    /// `now_required`, `actor_required`, `options_invalid`, `wrong_type` for what is no object.
    pub fn matches(&self, lead: &Json, options: &Json) -> Result<bool> {
        let (now, actor) = bindings(options)?;
        self.check(actor.as_deref())?;
        let object = self.object(lead)?;
        if self.reads.iter().any(|field| object.lacks().contains(field)) {
            return Ok(false);
        }
        filter::matches(&self.query, &object, &self.context(actor.as_deref(), now))
    }

    /// Why: the same tree, each node with its verdict and the value that it saw.
    ///
    /// # Errors
    /// As [`Filter::matches`].
    pub fn explain(&self, lead: &Json, options: &Json) -> Result<Json> {
        let (now, actor) = bindings(options)?;
        self.check(actor.as_deref())?;
        let object = self.object(lead)?;
        let mut cells = 0usize;
        self.query.root().each_test(&mut |test| cells = cells.saturating_add(size(&object.cell(test.field))));
        ensure_memory(self.query.weight(self.schema()).times(1500, 300, 20).saturating_add(cells.saturating_mul(20)))?;
        let schema = self.told_to(actor.as_deref());
        let context = filter::Context { schema: &schema, ..self.context(actor.as_deref(), now) };
        Ok(filter::explain(&self.query, &object, &context)?.to_json())
    }

    /// Plain English.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn describe(&self) -> Result<String> {
        ensure_memory(self.query.weight(self.schema()).times(200, 0, 3))?;
        Ok(self.query.describe(&self.schema))
    }

    /// The names of the fields that it reads.
    pub fn fields(&self) -> Vec<String> {
        self.query.fields().into_iter().map(|field| self.schema().name(field).to_owned()).collect()
    }

    /// The condition in SQL: `{sql, params, exact, notes}`. `options` are `FilterOptions` and `SqlOptions` of the public API.
    ///
    /// # Errors
    /// `options_invalid`, `unknown_dialect`, and those of [`to_sql`](crate::sql::condition::to_sql).
    pub fn to_sql(&self, dialect: &str, options: &Json) -> Result<Json> {
        let dialect = Dialect::find(dialect)?;
        let faults = Faults::default();
        let node = Decoder::new(options, "", &faults);
        let (now, actor) = (people::instant(&node.get("now")), node.get("actor").optional_id().map(str::to_owned));
        let sql = SqlOptions::parse(options, self.schema(), Target::Condition).map_err(|list| faults.extend(list)).ok();
        let (failed, list) = (faults.any_error(), faults.into_list());
        let Some(sql) = sql.filter(|_| !failed) else { return Err(Error::invalid("options_invalid", list)) };
        self.check(actor.as_deref())?;
        ensure_memory(self.query.weight(self.schema()).times(4000, 300, 40))?;
        let sql = crate::sql::condition::to_sql(&self.query, &self.context(actor.as_deref(), now), dialect, &sql)?;
        Ok(Json::object([
            ("sql", sql.sql.into()),
            ("params", Json::List(sql.params)),
            ("exact", sql.exact.into()),
            ("notes", sql.notes.into()),
        ]))
    }

    /// What is worth telling of it.
    pub fn warnings(&self) -> Json {
        Json::List(self.query.warnings().iter().map(Diagnostic::to_json).collect())
    }

    /// The fields as those see them for whom it was made, and the actor for whom it is evaluated.
    fn told_to(&self, actor: Option<&str>) -> Rc<Schema> {
        actor.map_or_else(|| Rc::clone(&self.schema), |actor| self.joined(&self.auth.schema_of(actor)))
    }
}

/// About as many bytes as a cell's value takes as text.
fn size(cell: &Cell<'_>) -> usize {
    cell.text().map_or(16, str::len) + cell.items().map(|item| item.len() + 16).sum::<usize>()
}
