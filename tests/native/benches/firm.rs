//! A firm that the leads of `leads.rs` belong to: eight teams, two hundred people, and one who may do everything.

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use super::leads::{self, Dice};

const SEED: u64 = 7;

/// Receivers of a split.
const RECEIVERS: usize = 37;

/// Which leads a receiver takes.
pub enum Accepts {
    /// All of them.
    Everything,
    /// Most receivers take some states, scores or sources alone.
    Some,
}

/// The workspace.
pub fn workspace(accepts: &Accepts) -> Workspace {
    let fields: Vec<String> = leads::FIELDS.iter().map(|(name, kind)| format!(r#""{name}": {{"type": "{kind}"}}"#)).collect();
    let org: Vec<String> = (0..8).map(|team| format!(r#"{{"id": "team-{team}", "parent": "firm"}}"#)).collect();
    let user = |nth: usize| {
        let accepts = match accepts {
            Accepts::Some if nth < RECEIVERS => condition(nth),
            _ => String::new(),
        };
        format!(r#"{{"id": "user-{nth:03}", "unit": "team-{}", "profiles": ["seller"]{accepts}}}"#, nth % 8)
    };
    let users: Vec<String> = (0..200).map(user).collect();
    let config = format!(
        r#"{{"version": 1, "fields": {{{}}},
          "lead": {{"id": "id", "owner": "owner", "status": "status", "createdAt": "created", "lastActivityAt": "lastContact"}},
          "org": [{{"id": "firm"}}, {}],
          "profiles": [
            {{"id": "seller", "grants": [{{"do": ["lead.view"], "scope": "team"}}, {{"do": ["lead.edit"], "scope": "own"}}]}},
            {{"id": "chief", "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], "scope": "all"}}]}}],
          "users": [{{"id": "chief", "unit": "firm", "profiles": ["chief"]}}, {}]}}"#,
        fields.join(","),
        org.join(","),
        users.join(",")
    );
    Workspace::compile(&Json::parse(&config).unwrap()).unwrap()
}

fn condition(nth: usize) -> String {
    let rule = match nth % 4 {
        0 => return String::new(),
        1 => format!(r#"{{"field": "score", "operator": ">=", "value": {nth}}}"#),
        2 => {
            let states = (0..50usize).filter(|state| (state * 7 + nth).is_multiple_of(3));
            let states: Vec<String> = states.map(|state| format!(r#""S{state:02}""#)).collect();
            format!(r#"{{"field": "state", "operator": "in", "value": [{}]}}"#, states.join(","))
        }
        _ => r#"{"field": "source", "operator": "!=", "value": "chat"}"#.to_owned(),
    };
    format!(r#", "accepts": {{"rules": [{rule}]}}"#)
}

/// Its leads as JSON.
pub fn json(rows: usize) -> String {
    leads::json(rows, SEED)
}

/// The same as CSV.
pub fn csv(rows: usize) -> String {
    leads::csv(rows, SEED)
}

/// Its leads, loaded.
pub fn table(workspace: &Workspace, rows: usize) -> LeadTable {
    workspace.load(csv(rows).as_bytes(), &Json::Null, Default::default()).unwrap()
}

/// All leads to the receivers.
pub fn split() -> Json {
    let to: Vec<String> = (0..RECEIVERS).map(|nth| format!(r#""user-{nth:03}""#)).collect();
    parse(&format!(r#"{{"type": "split", "leads": {{"filter": {{"rules": []}}}}, "split": {{"to": [{}]}}}}"#, to.join(",")))
}

/// Owners, statuses, a score, a day, and one of a state, a tag and a part of a name: what a list of a CRM asks for.
pub fn list() -> Json {
    let owners: Vec<String> = (0..10).map(|nth| format!(r#""user-{:03}""#, nth * 17)).collect();
    parse(&format!(
        r#"{{"combinator": "and", "rules": [
          {{"field": "owner", "operator": "in", "value": [{}]}},
          {{"field": "status", "operator": "in", "value": ["new", "contacted", "won"]}},
          {{"field": "score", "operator": ">=", "value": 40}},
          {{"field": "created", "operator": "<", "value": "2025-05-17"}},
          {{"combinator": "or", "rules": [
            {{"field": "state", "operator": "=", "value": "S07"}},
            {{"field": "tags", "operator": "contains", "value": "tag3"}},
            {{"field": "lastName", "operator": "contains", "value": "son"}}]}}]}}"#,
        owners.join(",")
    ))
}

/// Questions whether somebody may see or change a lead.
pub fn questions(many: usize, rows: usize) -> Vec<Json> {
    let mut dice = Dice(SEED);
    let question = |nth: usize| {
        let verb = if nth.is_multiple_of(2) { "lead.view" } else { "lead.edit" };
        parse(&format!(r#"{{"actor": "user-{:03}", "do": "{verb}", "lead": "lead-{:07}"}}"#, dice.below(200), dice.below(rows)))
    };
    (0..many).map(question).collect()
}

/// What is known to be JSON.
pub fn parse(text: &str) -> Json {
    Json::parse(text).unwrap()
}
