//! Leads that come to fifty rules, for what measures routing.

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use super::dice::Dice;

const STATES: [&str; 8] = ["AZ", "CA", "FL", "GA", "IL", "NY", "TX", "WA"];
const SOURCES: [&str; 5] = ["ads", "call", "fair", "partner", "web"];
const METHODS: [&str; 4] = ["round_robin", "weighted", "least_recent", "round_robin"];

fn of<'a>(dice: &mut Dice, list: &[&'a str]) -> &'a str {
    list[dice.roll(list.len() as u64) as usize]
}

/// A condition of two or three tests.
fn condition(dice: &mut Dice) -> String {
    let (low, score) = (dice.roll(900_000), 40 + dice.roll(50));
    let states: Vec<String> = (0..4).map(|_| format!("\"{}\"", of(dice, &STATES))).collect();
    let tests = [
        format!(r#"{{"field": "state", "operator": "in", "value": [{}]}}"#, states.join(",")),
        format!(r#"{{"field": "source", "operator": "=", "value": "{}"}}"#, of(dice, &SOURCES)),
        format!(r#"{{"field": "score", "operator": ">=", "value": {score}}}"#),
        format!(r#"{{"field": "value", "operator": "between", "value": [{low}, {}]}}"#, low + 300_000),
    ];
    let first = dice.roll(4) as usize;
    let some: Vec<&str> = (0..2 + dice.roll(2) as usize).map(|at| tests[(first + at) % 4].as_str()).collect();
    format!(r#""when": {{"combinator": "and", "rules": [{}]}}, "#, some.join(","))
}

/// Fifty rules, forty people in four groups; `more` goes into each group.
pub fn workspace(more: &str) -> Workspace {
    let mut dice = Dice(61);
    let rules: Vec<String> = (0..50)
        .map(|nth| {
            let when = if nth < 49 { condition(&mut dice) } else { String::new() };
            format!(r#"{{"id": "rule-{nth}", {when}"to": {{"group": "group-{}"}}}}"#, nth % 4)
        })
        .collect();
    let users: Vec<String> = (0..40)
        .map(|nth| format!(r#"{{"id": "agent-{nth:02}", "unit": "firm", "profiles": ["agent"], "weight": {}}}"#, 1 + nth % 3))
        .collect();
    let groups: Vec<String> = METHODS
        .iter()
        .enumerate()
        .map(|(nth, method)| {
            let members: Vec<String> = (nth * 10..nth * 10 + 10).map(|nth| format!("\"agent-{nth:02}\"")).collect();
            let members = members.join(",");
            format!(r#"{{"id": "group-{nth}", "name": "G", {more}"members": {{"users": [{members}]}}, "method": {{"type": "{method}"}}}}"#)
        })
        .collect();
    let config = format!(
        r#"{{"version": 1, "org": [{{"id": "firm", "kind": "company"}}],
          "fields": {{"id": {{"type": "text"}}, "owner": {{"type": "user"}}, "rule": {{"type": "text"}}, "assigned": {{"type": "datetime"}},
            "state": {{"type": "text"}}, "source": {{"type": "text"}}, "score": {{"type": "number"}}, "value": {{"type": "number"}}}},
          "lead": {{"id": "id", "owner": "owner", "routedBy": "rule", "assignedAt": "assigned"}},
          "profiles": [{{"id": "agent", "grants": [{{"do": ["lead.view"], "scope": "all"}}]}},
            {{"id": "router", "grants": [{{"do": ["lead.view", "lead.mass", "rule.run"], "scope": "all"}}]}}],
          "users": [{}, {{"id": "router", "kind": "service", "unit": "firm", "profiles": ["router"]}}],
          "groups": [{}], "rules": [{}]}}"#,
        users.join(","),
        groups.join(","),
        rules.join(",")
    );
    Workspace::compile(&Json::parse(&config).unwrap()).unwrap()
}

/// So many leads that nobody owns.
pub fn table(workspace: &Workspace, leads: u64) -> LeadTable {
    let mut dice = Dice(7);
    let rows: Vec<String> = (0..leads)
        .map(|nth| {
            let (state, source) = (of(&mut dice, &STATES), of(&mut dice, &SOURCES));
            let (score, value) = (dice.roll(100), dice.roll(1_000_000));
            format!(r#"{{"id": "lead-{nth:06}", "state": "{state}", "source": "{source}", "score": {score}, "value": {value}}}"#)
        })
        .collect();
    let options = Json::parse(r#"{"format": "json", "absent": ["owner", "rule", "assigned"]}"#).unwrap();
    workspace.load(format!("[{}]", rows.join(",")).as_bytes(), &options, Default::default()).unwrap()
}
