//! Seeded faults are found, healthy configurations have no warning, and no lead ever shows a warning to be wrong.

mod property;
mod seeded;

use crate::json::Json;
use crate::workspace::Workspace;

/// Code and path of each warning of a configuration that has no fault.
fn lints(config: &Json) -> Vec<(&'static str, String)> {
    let found = Workspace::check(config);
    Workspace::compile(config).unwrap();
    found.into_iter().map(|fault| (fault.code, fault.path)).collect()
}

/// A small organisation, with these sections besides.
fn organisation(more: &str) -> Json {
    let text = r#"{
        "version": 1,
        "fields": {
            "id": {"type": "text"}, "owner": {"type": "user"}, "state": {"type": "choice"}, "score": {"type": "number"},
            "name": {"type": "text"}, "tags": {"type": "tags"}, "born": {"type": "date"}, "hot": {"type": "boolean"},
            "previous": {"type": "tags"}, "run": {"type": "text"}
        },
        "profiles": [{"id": "all", "grants": [{"do": ["lead.view", "lead.edit", "rule.run"], "scope": "all"}]}, {"id": "none", "grants": []}],
        MORE
    }"#;
    Json::parse(&text.replace("MORE", more)).unwrap()
}

const LEAD: &str = r#""lead": {"id": "id", "owner": "owner", "previousOwners": "previous", "run": "run"}"#;
const USERS: &str = r#""users": [
    {"id": "ann", "profiles": ["all"]}, {"id": "bob", "profiles": ["all"]}, {"id": "off", "profiles": ["all"], "active": false},
    {"id": "bot", "profiles": ["all"], "kind": "service"}, {"id": "blind", "profiles": ["none"]},
    {"id": "day", "profiles": ["all"], "schedule": "day"}, {"id": "late", "profiles": ["all"], "schedule": "late"},
    {"id": "zero", "profiles": ["all"], "weight": 0}]"#;
const REST: &str = r#""pools": [{"id": "p"}], "schedules": [
    {"id": "day", "week": {"1": [["09:00", "17:00"]], "2": [["09:00", "17:00"]]}},
    {"id": "late", "week": {"1": [["13:00", "18:00"]], "2": [["13:00", "20:00"]]}},
    {"id": "morning", "week": {"1": [["10:00", "12:00"]]}}, {"id": "always", "week": {"0": [["00:00", "24:00"]], "1": [["00:00", "00:00"]],
    "2": [["00:00", "24:00"]], "3": [["00:00", "24:00"]], "4": [["00:00", "24:00"]], "5": [["00:00", "24:00"]], "6": [["00:00", "24:00"]]}},
    {"id": "never", "week": {}}, {"id": "both", "week": {"1": [["09:00", "18:00"]], "2": [["08:30", "17:00"]]}}]"#;

fn with(sections: &str) -> Json {
    organisation(&format!("{LEAD}, {USERS}, {REST}, {sections}"))
}

fn when(rules: &str) -> String {
    format!(r#""when": {{"combinator": "and", "rules": [{rules}]}}"#)
}
