//! Why a lead goes where it goes: every rule and every person who was tried, each with a reason.

use std::rc::Rc;

use crate::access::Authorizer;
use crate::config::{Model, UserIx, Verb};
use crate::error::{Diagnostic, Error, Result};
use crate::filter;
use crate::json::Json;
use crate::json::decode::{Decoder, Faults, id_text};
use crate::plan::context::Context;
use crate::plan::planner::Planner;
use crate::query::convert::cell_from_json;
use crate::query::{Cell, FieldIx, Schema};
use crate::table::{Row, Table};

use super::instead::{self, Search};
use super::parts::RuleOutcome;
use super::router::{Asks, Outcome, Overlaid, Router, Subject, Trace};

/// What is assumed to be otherwise: people and fields of the lead; and who should have got it.
#[derive(Clone, Debug, Default)]
pub struct Assumed {
    /// Users as they are assumed to be: what is put into the configuration in their place.
    pub users: Vec<Json>,
    /// Values of the lead.
    lead: Vec<(FieldIx, Cell<'static>)>,
    /// Who should have got the lead.
    instead: Option<UserIx>,
}

impl Assumed {
    /// Reads `{assume?: {users?, lead?}, instead?}`: for each user the keys of the configuration that differ, the lead's fields that do, and
    /// who should have got the lead.
    ///
    /// # Errors
    /// `options_invalid` with every fault.
    pub fn read(json: &Json, model: &Model, schema: &Schema, config: &Json) -> Result<Assumed> {
        let faults = Faults::default();
        let node = Decoder::new(json, "", &faults);
        let mut out = Assumed::default();
        if !node.is_null() && node.keys(&["assume", "instead"]) {
            let assume = node.get("assume");
            if !assume.is_null() && assume.keys(&["users", "lead"]) {
                out.read_users(&assume.get("users"), config);
                out.read_lead(&assume.get("lead"), model, schema);
            }
            let instead = node.get("instead");
            if let Some(id) = instead.optional_id() {
                out.instead = model.users.find(id).map(UserIx);
                if out.instead.is_none() {
                    crate::config::unknown(&instead, "user", id, model.users.ids());
                }
            }
        }
        let (failed, list) = (faults.any_error(), faults.into_list());
        if failed { Err(Error::invalid("options_invalid", list)) } else { Ok(out) }
    }

    /// Whether anything is.
    pub fn is_any(&self) -> bool {
        !self.users.is_empty() || !self.lead.is_empty() || self.instead.is_some()
    }

    fn read_users(&mut self, node: &Decoder<'_>, config: &Json) {
        let users = config.get("users").and_then(Json::as_list).unwrap_or_default();
        for (id, changes) in node.entries() {
            let Some(Json::Object(known)) = users.iter().find(|user| user.get("id").and_then(id_text).as_deref() == Some(id)) else {
                let ids: Vec<_> = users.iter().filter_map(|user| user.get("id").and_then(id_text)).collect();
                let fault = Diagnostic::error("unknown_user", changes.path(), format!("there is no user `{id}`"));
                changes.faults().add(fault.maybe_hint(crate::error::nearest(id, ids.iter().map(|id| &**id))));
                continue;
            };
            let mut user = known.clone();
            for (key, value) in changes.entries() {
                if key == "id" {
                    value.error("reserved_field", "a user cannot be assumed to be another");
                    continue;
                }
                user.retain(|(name, _)| name != key);
                // Null is a key that is not there.
                if !value.is_null() {
                    user.push((key.to_owned(), value.json.clone()));
                }
            }
            self.users.push(Json::Object(user));
        }
    }

    fn read_lead(&mut self, node: &Decoder<'_>, model: &Model, schema: &Schema) {
        for (name, value) in node.entries() {
            let Some(field) = schema.find(name) else {
                value.faults().add(schema.unknown(name, value.path()));
                continue;
            };
            if field == model.lead.id {
                value.error("reserved_field", "a lead cannot be assumed to be another");
                continue;
            }
            let Some(definition) = model.schema.get(field) else { continue };
            match cell_from_json(definition, &model.schema, value.json) {
                Ok(cell) => self.lead.push((field, cell)),
                Err(problem) if !problem.cell.is_null() => self.lead.push((field, problem.cell)),
                Err(problem) => value.error(problem.code, format!("this does not fit the field `{name}`")),
            }
        }
    }
}

/// The trace of one lead. `stands` is asked what the actor may see: nobody sees more by what they assume.
///
/// # Errors
/// `unknown_actor`; `unknown_lead` also for a lead that the actor may not see; `not_permitted` without `rule.run` over it; what planning
/// would miss.
pub(crate) fn explain(
    auth: &Rc<Authorizer>,
    stands: &Authorizer,
    source: &Json,
    table: &Table,
    id: &str,
    context: &Context,
    assumed: &Assumed,
) -> Result<Json> {
    let model = auth.model();
    let actor = auth.actor(&context.actor)?;
    context.state.forget_reads();
    let planner = Planner::new(model, auth, table, context, actor, false);
    let row = table.find(id);
    let Some(row) = row.filter(|row| stands.view(&planner.asking()).is_ok_and(|view| view.contains(*row))) else {
        return Err(Error::new("unknown_lead", "", format!("there is no lead `{id}`")));
    };
    if !stands.covers(&planner.asking(), Verb::RuleRun)?.contains(row) {
        return Err(Error::new("not_permitted", "", "the permission to run rules does not cover this lead"));
    }
    let below = Row { table, row };
    let cells = Overlaid { below: &below, sets: &assumed.lead };
    let lead = Subject { row: Some(row), cells: &cells };
    let mut router = Router::new(&planner, Asks::Each)?;
    router.assumed(&lead)?;
    let mut trace = Trace::default();
    let decision = router.walk(&lead, Some(&mut trace))?;
    let mut instead = None;
    if let Some(wanted) = assumed.instead {
        let search = Search { source, planner: &planner, lead, wanted, assumed: &assumed.users };
        instead = Some(instead::to_json(planner.id_of(wanted), search.smallest()?));
    }
    context.state.check_complete()?;

    let shown = stands.schema_of(&context.actor);
    let filtering = filter::Context { schema: &shown, ..planner.filtering() };
    let mut rules = Vec::new();
    crate::sort::by_key(&mut trace.rules, |(rule, _)| *rule);
    for (at, outcome) in &trace.rules {
        let mut out = vec![("rule".to_owned(), router.rule_id(*at).into()), ("outcome".to_owned(), outcome.name().into())];
        let asked = matches!(outcome, RuleOutcome::Chosen | RuleOutcome::Nobody | RuleOutcome::Owned | RuleOutcome::NoMatch);
        if let (true, Some(when)) = (asked, model.rules.at(*at).and_then(|rule| rule.when.as_ref())) {
            out.push(("detail".to_owned(), filter::explain(when, &cells, &filtering)?.to_json()));
        }
        rules.push(Json::Object(out));
    }
    let name = |user: UserIx| Json::from(planner.id_of(user));
    let group_id = |at: u32| model.groups.at(at).map_or("", |group| group.id.as_str());
    let mut candidates = Vec::new();
    for attempt in &trace.attempts {
        for candidate in &attempt.people {
            let reasons = candidate.reasons.list().map(|(code, _)| code.into()).collect();
            let mut out = vec![
                ("user".to_owned(), name(candidate.user)),
                ("eligible".to_owned(), candidate.eligible.into()),
                ("reasons".to_owned(), Json::List(reasons)),
                ("rule".to_owned(), router.rule_id(attempt.rule).into()),
            ];
            out.extend(attempt.group.map(|group| ("group".to_owned(), group_id(group.0).into())));
            out.extend(candidate.rank.map(|rank| ("rank".to_owned(), rank.into())));
            candidates.push(Json::Object(out));
        }
    }
    let (kind, more) = match decision.outcome {
        Outcome::Assigned(user, _) => ("assigned", Some(("user", name(user)))),
        Outcome::Pooled(pool) => ("pooled", Some(("pool", model.pools.at(pool).map_or("", |pool| pool.id.as_str()).into()))),
        Outcome::Held => ("held", None),
        Outcome::Offered => ("offered", None),
        Outcome::Unassigned | Outcome::NoRule => ("unassigned", None),
        Outcome::NeedsReview => ("needs_review", None),
    };
    let mut outcome = vec![("kind".to_owned(), kind.into())];
    outcome.extend(more.map(|(key, value)| (key.to_owned(), value)));
    outcome.extend(decision.group.map(|group| ("group".to_owned(), group_id(group.0).into())));
    let mut out = vec![
        ("lead".to_owned(), id.into()),
        ("rules".to_owned(), Json::List(rules)),
        ("candidates".to_owned(), Json::List(candidates)),
        ("outcome".to_owned(), Json::Object(outcome)),
    ];
    out.extend(instead.map(|instead| ("instead".to_owned(), instead)));
    Ok(Json::Object(out))
}
