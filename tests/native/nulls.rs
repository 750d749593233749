//! What is empty or of no meaning never widens: null, `{}`, `[]`, `""`, 0 and false at every place of a valid configuration, and nobody may
//! more than before.

use std::collections::BTreeSet;

use crate::support::plan_world::json;
use evenhand::json::Json;
use evenhand::workspace::Workspace;

const CONFIG: &str = r#"{
  "version": 1,
  "fields": {"id": {"type": "text"}, "owner": {"type": "user"}, "agent": {"type": "user"}, "unit": {"type": "unit"}, "access": {"type": "units"},
    "pool": {"type": "choice"}, "status": {"type": "choice"}, "run": {"type": "text"}},
  "lead": {"id": "id", "owner": "owner", "slots": [{"field": "agent", "holders": {"users": ["bob"]}}], "unit": "unit", "access": "access",
    "pool": "pool", "run": "run"},
  "lifecycle": {"reassignable": {"combinator": "and", "rules": [{"field": "status", "operator": "=", "value": "new"}]},
    "boundary": {"kind": "company", "mode": "deny"}},
  "org": [{"id": "acme", "kind": "company"}, {"id": "north", "parent": "acme"}, {"id": "beta", "kind": "company"}],
  "pools": [{"id": "hot", "members": {"users": ["ann"]}}],
  "profiles": [
    {"id": "lead", "grants": [
      {"do": ["lead.view", "lead.edit", "lead.release", "lead.give"], "scope": "company",
        "where": {"combinator": "and", "rules": [{"field": "status", "operator": "!=", "value": "secret"}]}},
      {"do": ["lead.view", "lead.edit", "lead.give"], "scope": "own", "deny": true,
        "where": {"combinator": "and", "rules": [{"field": "status", "operator": "=", "value": "held"}]}}]},
    {"id": "work", "grants": [{"do": ["lead.view", "lead.edit", "lead.claim"], "scope": "own"}]},
    {"id": "starts", "grants": [{"do": ["group.view", "group.trigger"], "scope": "all"}]}],
  "users": [
    {"id": "ann", "unit": "acme", "profiles": ["lead", "starts"], "active": true},
    {"id": "bob", "unit": "north", "profiles": ["work"], "accepts": {"combinator": "and", "rules": [{"field": "status", "operator": "!=", "value": "cold"}]}},
    {"id": "cid", "unit": "beta", "profiles": ["lead", "starts"]},
    {"id": "out", "unit": "acme", "profiles": ["lead"], "active": false},
    {"id": "bot", "unit": "acme", "profiles": ["work"], "kind": "service"}],
  "groups": [{"id": "g", "name": "G", "members": {"users": ["bob"], "where": {"combinator": "and", "rules": [{"field": "id", "operator": "=", "value": "bob"}]}},
    "method": {"type": "broadcast_offer", "minutes": 5}, "slot": "owner", "availableTo": ["acme"]}]
}"#;

/// Every question that is answered with yes.
fn allowed(workspace: &Workspace) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let people = ["ann", "bob", "cid", "out", "bot"];
    for lead in [
        r#"{"id": "1", "owner": "bob", "agent": null, "unit": "north", "access": [], "pool": null, "status": "new", "run": null}"#,
        r#"{"id": "2", "owner": "ann", "agent": null, "unit": "acme", "access": [], "pool": "hot", "status": "held", "run": null}"#,
        r#"{"id": "3", "owner": null, "agent": null, "unit": "beta", "access": ["acme"], "pool": null, "status": "cold", "run": "r1"}"#,
        r#"{"id": "4", "owner": "bob", "agent": "bob", "unit": "north", "access": [], "pool": "hot", "status": "secret", "run": null}"#,
    ] {
        for actor in people {
            let mut questions: Vec<String> =
                ["lead.view", "lead.edit", "lead.release", "lead.claim"].iter().map(|verb| format!(r#""do": "{verb}""#)).collect();
            for to in people {
                questions.push(format!(r#""do": "lead.give", "to": "{to}""#));
                questions.push(format!(r#""do": "lead.reassign", "to": "{to}""#));
                questions.push(format!(r#""do": "lead.reassign", "slot": "agent", "to": "{to}""#));
            }
            for group in ["group.view", "group.trigger"] {
                questions.push(format!(r#""do": "{group}", "group": "g""#));
            }
            for question in questions {
                let question = format!(r#"{{"actor": "{actor}", {question}, "lead": {lead}, "now": 0}}"#);
                if workspace.can(&json(&question), None).is_ok_and(|decision| decision.get("allowed") == Some(&Json::Bool(true))) {
                    out.insert(question);
                }
            }
        }
    }
    out
}

/// The same with another value at each place in turn.
fn variants(json: &Json, with: &Json, path: &str, out: &mut Vec<(String, Json)>) {
    let children: Vec<(String, &Json)> = match json {
        Json::Object(pairs) => pairs.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Json::List(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let at = format!("{path}/{key}");
        let put = |new: Json| match json {
            Json::Object(pairs) => Json::Object(
                pairs.iter().map(|(name, value)| (name.clone(), if *name == key { new.clone() } else { value.clone() })).collect(),
            ),
            Json::List(items) => Json::List(
                items.iter().enumerate().map(|(nth, value)| if nth.to_string() == key { new.clone() } else { value.clone() }).collect(),
            ),
            other => other.clone(),
        };
        out.push((at.clone(), put(with.clone())));
        let mut below = Vec::new();
        variants(child, with, &at, &mut below);
        out.extend(below.into_iter().map(|(at, child)| (at, put(child))));
    }
}

#[test]
fn nothing_empty_widens() {
    let config = json(CONFIG);
    let before = allowed(&Workspace::compile(&config).unwrap_or_else(|error| panic!("{error:?}")));
    assert!(before.len() > 10, "{before:?}");
    let (mut compiled, mut wrong) = (0, Vec::new());
    for with in ["null", "{}", "[]", "\"\"", "0", "false"] {
        let mut all = Vec::new();
        variants(&config, &json(with), "", &mut all);
        for (at, config) in all {
            // These are other configurations in so many words: a deny that is none, a lifecycle that asks nothing, a rule about another value.
            let says_so = [("/deny", "false"), ("/lifecycle", "{}"), ("/value", "0")];
            if says_so.iter().any(|(end, value)| at.ends_with(end) && with == *value) {
                continue;
            }
            let Ok(workspace) = Workspace::compile(&config) else { continue };
            compiled += 1;
            let more: Vec<String> = allowed(&workspace).difference(&before).cloned().collect();
            if !more.is_empty() {
                wrong.push(format!("{with} at {at}: {}", more.join(" ")));
            }
        }
    }
    assert!(compiled > 5, "hardly anything compiled");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Every key whose absence opens something refuses null by name.
    for at in ["/profiles/0/grants/0/where", "/users/0/active", "/users/1/accepts", "/pools/0/members", "/lifecycle/reassignable"] {
        let mut all = Vec::new();
        variants(&json(CONFIG), &Json::Null, "", &mut all);
        let (_, config) = all.into_iter().find(|(path, _)| path == at).unwrap();
        let error = Workspace::compile(&config).err().unwrap();
        assert!(error.diagnostics.iter().any(|fault| fault.code == "null_value" && fault.path == at), "{at}: {error:?}");
    }
}
