//! One question, checked.

use super::{Authorizer, Lead};
use crate::config::{Model, Verb};
use crate::error::{Diagnostic, Error, Result, nearest};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::query::{FieldIx, Schema, UnitIx};
use crate::time::Instant;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// One verb; a verb about leads includes `lead.view`.
    Verb(Verb),
    /// `lead.reassign`: everything that a change of a slot asks.
    Reassign,
}

/// Who is to have a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To<'a> {
    /// It is not asked.
    Anybody,
    /// Anybody but the present holder: there must be somebody who could have it.
    Another,
    /// Nobody: back to the pool.
    Nobody,
    /// This user.
    User(&'a str),
}

/// One question.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub actor: &'a str,
    /// What is to be done.
    pub ask: Action,
    /// For conditions relative to now.
    pub now: Option<Instant>,
    /// To which lead; none, whether it could be allowed for any.
    pub lead: Option<Lead<'a>>,
    /// Which slot; absent, the owner's.
    pub slot: Option<FieldIx>,
    /// Who is to have the lead.
    pub to: To<'a>,
    /// The unit that would receive the lead, or hold the group.
    pub unit: Option<UnitIx>,
    /// Which list.
    pub list: Option<&'a str>,
    /// Which group.
    pub group: Option<&'a str>,
    /// Which rule.
    pub rule: Option<&'a str>,
    /// Which user; for `log.view` and `plan.undo` the plan's actor.
    pub user: Option<&'a str>,
}

const KEYS: [&str; 12] = ["actor", "do", "now", "lead", "leads", "slot", "to", "unit", "list", "group", "rule", "user"];

impl<'a> Request<'a> {
    /// A question about no lead in particular.
    pub fn new(actor: &'a str, ask: Action) -> Request<'a> {
        Request {
            actor,
            ask,
            now: None,
            lead: None,
            slot: None,
            to: To::Anybody,
            unit: None,
            list: None,
            group: None,
            rule: None,
            user: None,
        }
    }

    /// Reads a question as the public API writes it. `lead` is what the caller made of its `lead` and `leads`.
    ///
    /// # Errors
    /// `question_invalid` with every fault.
    pub fn read(json: &'a Json, auth: &Authorizer, lead: Option<Lead<'a>>) -> Result<Request<'a>> {
        let (faults, model) = (Faults::default(), auth.model());
        let ask = check(json, auth, &faults);
        if faults.any_error() {
            return Err(Error::invalid("question_invalid", faults.into_list()));
        }
        let text = |key| json.get(key).and_then(Json::as_text);
        let given = |key: &str| json.as_object().unwrap_or_default().iter().any(|(known, _)| known == key);
        Ok(Request {
            actor: text("actor").unwrap_or_default(),
            ask: ask.unwrap_or(Action::Reassign),
            now: crate::config::people::instant(&Decoder::new(json, "", &faults).get("now")),
            lead,
            slot: text("slot").and_then(|name| model.schema.find(name)),
            to: match text("to") {
                Some(user) => To::User(user),
                // To a unit and nobody in it: the unit is asked all the same.
                None if given("unit") => To::Anybody,
                None if given("to") => To::Nobody,
                None if ask == Some(Action::Reassign) => To::Another,
                None => To::Anybody,
            },
            unit: text("unit").and_then(|id| model.schema.units.find(id)),
            list: text("list"),
            group: text("group"),
            rule: text("rule"),
            user: text("user"),
        })
    }
}

/// Reports every fault of a question; gives what is asked.
fn check(json: &Json, auth: &Authorizer, faults: &Faults) -> Option<Action> {
    let model = auth.model();
    let node = Decoder::new(json, "", faults);
    if !node.keys(&KEYS) {
        return None;
    }
    node.get("actor").id();
    // What was looked up and not found must not widen the question.
    for (key, value) in json.as_object().unwrap_or_default() {
        if value.is_null() && ["slot", "unit", "list", "group", "rule", "user"].contains(&key.as_str()) {
            node.get(key).wrong("a text");
        }
    }
    crate::config::people::instant(&node.get("now"));
    slot(&node.get("slot"), model, &auth.schema_of(node.get("actor").json.as_text().unwrap_or_default()));
    let unit = node.get("unit");
    if let Some(id) = unit.text().filter(|id| model.schema.units.find(id).is_none()) {
        unknown(&unit, "unknown_unit", "unit", id, model.schema.units.units().iter().map(|unit| unit.id.as_str()));
    }
    ["to", "list", "group", "rule", "user"].iter().for_each(|key| {
        node.get(key).text();
    });
    ask(&node.get("do"))
}

fn ask(node: &Decoder<'_>) -> Option<Action> {
    let name = node.name()?;
    if name == "lead.reassign" {
        return Some(Action::Reassign);
    }
    let found = Verb::ALL.iter().find(|(known, _)| *known == name).map(|(_, verb)| Action::Verb(*verb));
    if found.is_none() {
        unknown(node, "unknown_verb", "verb", name, Verb::ALL.iter().map(|(name, _)| *name).chain(["lead.reassign"]));
    }
    found
}

fn slot(node: &Decoder<'_>, model: &Model, schema: &Schema) {
    let Some(name) = node.text() else { return };
    match schema.find(name) {
        None => unknown(node, "unknown_field", "field", name, schema.names()),
        Some(field) if model.lead.slot(field).is_none() => {
            node.error("not_a_slot", format!("`{name}` is not one of the lead's slots"));
        }
        Some(_) => {}
    }
}

fn unknown<'k>(node: &Decoder<'_>, code: &'static str, what: &str, name: &str, known: impl IntoIterator<Item = &'k str>) {
    let fault = Diagnostic::error(code, node.path(), format!("there is no {what} `{name}`"));
    node.faults().add(fault.maybe_hint(nearest(name, known)).with("name", name));
}
