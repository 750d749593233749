//! Ids that are numbers: a number and its text mean the same one, at every door that takes an id. One world is written with texts; the same
//! world with every id a number answers every call alike.

use evenhand::json::Json;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{Attachments, LeadTable, Workspace};

use crate::support::plan_world::json;

const CONFIG: &str = r#"{
  "version": 1,
  "fields": {"id": {"type": "text"}, "version": {"type": "number"}, "owner": {"type": "user"}, "agent": {"type": "user"}, "first": {"type": "user"},
    "unit": {"type": "unit"}, "access": {"type": "units"}, "pool": {"type": "choice"}, "run": {"type": "text"}, "status": {"type": "choice"},
    "email": {"type": "text"}, "createdAt": {"type": "datetime"}},
  "userFields": {"boss": {"type": "user"}, "home": {"type": "unit"}},
  "lead": {"id": "id", "version": "version", "owner": "owner", "slots": [{"field": "agent", "holders": {"users": ["1", "2", "3"]}}], "primary": "first",
    "unit": "unit", "access": "access", "pool": "pool", "run": "run", "createdAt": "createdAt"},
  "lifecycle": {"onUnassign": {"access": ["12"]}, "boundary": {"kind": "company", "mode": "duplicate"}, "onDeactivate": {"status": "off"}},
  "org": [{"id": "10", "kind": "company"}, {"id": "11", "parent": "10"}, {"id": "12", "parent": "10"}, {"id": "13", "kind": "company"}],
  "schedules": [{"id": "20", "week": {"1": [["08:00", "18:00"]]}}],
  "pools": [{"id": "30", "members": {"users": ["1", "2"], "unit": "11"}, "unit": "11"}],
  "profiles": [
    {"id": "40", "grants": [{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "lead.export", "rule.run", "rule.edit", "group.trigger",
      "group.cancel", "group.view", "plan.undo", "log.view", "list.use", "member.pause"], "scope": "all"}]},
    {"id": "41", "grants": [{"do": ["lead.view", "lead.claim"], "scope": "all",
      "where": {"rules": [{"field": "owner", "operator": "!=", "value": "9"}, {"field": "unit", "operator": "under", "value": "10"}]}}]}],
  "users": [
    {"id": "1", "unit": "11", "profiles": ["40"], "attributes": {"boss": "2", "home": "11"}},
    {"id": "2", "unit": "11", "profiles": ["41"], "schedule": "20", "accepts": {"rules": [{"field": "owner", "operator": "notIn", "value": ["8", "9"]}]}},
    {"id": "3", "unit": "12", "profiles": ["41"]},
    {"id": "4", "unit": "13", "profiles": ["41"]}],
  "groups": [
    {"id": "50", "name": "A", "members": {"users": ["2", "3"]}, "defaultAssignee": "1", "availableTo": ["11", "12"], "unit": "11", "schedule": "20",
      "method": {"type": "least_loaded"}, "onNobody": [{"user": "3"}]},
    {"id": "51", "name": "B", "members": {"unit": "11", "where": {"rules": [{"field": "id", "operator": "=", "value": "2"}]}}, "method": {"type": "round_robin"},
      "onNobody": [{"group": "50"}, {"pool": "30"}]},
    {"id": "52", "name": "C", "members": {"users": ["2", "3"]}, "method": {"type": "sequential_offer", "minutes": 5}}],
  "rules": [
    {"id": "60", "when": {"rules": [{"field": "status", "operator": "=", "value": "a"}]}, "to": {"user": "3"}},
    {"id": "61", "when": {"rules": [{"field": "status", "operator": "=", "value": "b"}]}, "to": {"pool": "30"}},
    {"id": "62", "to": {"same": "email", "otherwise": {"group": "51"}}, "schedule": "20"}],
  "lists": [{"id": "70", "name": "L", "owner": "1", "query": {"rules": [{"field": "owner", "operator": "in", "value": ["1", "2"]}]},
    "sharedWith": {"users": ["2"], "units": ["12"], "profiles": ["41"]}}]
}"#;

const LEADS: &str = r#"[
  {"id": "100", "version": 1, "owner": "2", "agent": "1", "first": "2", "unit": "11", "access": ["12"], "pool": null, "run": null, "status": "x", "email": "a", "createdAt": "2026-03-01T00:00:00Z"},
  {"id": "101", "version": 1, "owner": "3", "agent": null, "first": null, "unit": "12", "access": [], "pool": null, "run": null, "status": "a", "email": "b", "createdAt": "2026-03-01T00:00:00Z"},
  {"id": "102", "version": 1, "owner": null, "agent": null, "first": null, "unit": "11", "access": [], "pool": "30", "run": null, "status": "b", "email": "c", "createdAt": "2026-03-01T00:00:00Z"},
  {"id": "103", "version": 1, "owner": null, "agent": null, "first": null, "unit": "11", "access": [], "pool": null, "run": null, "status": "d", "email": "d", "createdAt": "2026-03-01T00:00:00Z"}]"#;

/// Calls: what is asked, and its arguments.
const CALLS: &str = r#"[
  {"call": "select", "query": {"rules": [{"field": "owner", "operator": "=", "value": "2"}]}, "viewer": {"actor": "1"}},
  {"call": "select", "query": {"rules": [{"field": "unit", "operator": "under", "value": "10"}, {"field": "owner", "operator": "notIn", "value": ["3", "4"]}]}, "viewer": {"actor": "3"}},
  {"call": "select", "query": {"rules": [{"field": "access", "operator": "contains", "value": "12"}]}, "viewer": {"actor": "1"}},
  {"call": "select", "query": {"rules": [{"field": "pool", "operator": "=", "value": "30"}]}, "viewer": {"actor": "1"}},
  {"call": "select", "query": {"list": "70"}, "viewer": {"actor": "2"}},
  {"call": "readable", "query": {"list": "70"}, "options": {"actor": "1"}},
  {"call": "get", "id": "100", "viewer": {"actor": "2"}},
  {"call": "matches", "lead": {"owner": "2"}, "query": {"rules": [{"field": "owner", "operator": "=", "value": {"actor": true}}]}, "options": {"actor": "2"}},
  {"call": "scope", "actor": "2", "verb": "lead.view"},
  {"call": "members", "members": {"users": ["3"], "unit": "11"}},
  {"call": "can", "question": {"actor": "1", "do": "lead.give", "lead": {"id": "5", "owner": "2", "agent": null, "unit": "11", "access": ["12"], "pool": "30", "run": null}, "to": "2"}},
  {"call": "can", "table": true, "question": {"actor": "1", "do": "lead.reassign", "lead": "100", "to": "3", "slot": "agent", "now": 0}},
  {"call": "can", "question": {"actor": "1", "do": "lead.give", "lead": "any", "unit": "13"}},
  {"call": "can", "question": {"actor": "1", "do": "list.use", "list": "70"}},
  {"call": "can", "question": {"actor": "1", "do": "group.trigger", "group": "50"}},
  {"call": "can", "question": {"actor": "1", "do": "rule.edit", "rule": "60"}},
  {"call": "can", "question": {"actor": "1", "do": "member.pause", "user": "2"}},
  {"call": "receivers", "question": {"actor": "1", "lead": "100", "slot": "agent", "now": 0}},
  {"call": "receivers", "question": {"actor": "1", "lead": {"id": "5", "owner": "2", "agent": null, "unit": "11", "access": [], "pool": null, "run": null}, "now": 0}},
  {"call": "plan", "command": {"type": "assign", "leads": {"ids": ["100", "101"]}, "to": "3"}},
  {"call": "plan", "command": {"type": "assign", "leads": {"ids": ["100"]}, "slots": {"owner": "3", "agent": "2"}, "primary": "3"}},
  {"call": "plan", "command": {"type": "unassign", "leads": {"list": "70"}, "pool": "30"}},
  {"call": "plan", "command": {"type": "transfer", "lead": "100", "unit": "13", "user": "4", "newId": "900"}},
  {"call": "plan", "command": {"type": "transfer", "lead": "100", "unit": "12", "user": "3"}},
  {"call": "plan", "command": {"type": "deactivate", "leads": {"ids": ["100"]}}},
  {"call": "plan", "command": {"type": "resend_notification", "lead": "100"}},
  {"call": "plan", "command": {"type": "split", "leads": {"ids": ["100", "101", "102"]}, "split": {"to": ["2", {"user": "3", "weight": 2}]}}},
  {"call": "plan", "command": {"type": "split", "leads": {"ids": ["100", "101"]}, "split": {"to": {"group": "51"}}}},
  {"call": "plan", "command": {"type": "rebalance", "users": ["2", {"user": "3"}], "leads": {"filter": {"rules": [{"field": "owner", "operator": "=", "value": "3"}]}}}},
  {"call": "plan", "command": {"type": "reclaim", "from": ["2", "3"], "pool": "30"}},
  {"call": "plan", "command": {"type": "reclaim", "from": ["2"], "split": {"to": ["3"]}}},
  {"call": "plan", "command": {"type": "mass_edit", "leads": {"ids": ["100"]}, "slots": {"agent": "3"}, "units": {"add": ["13"], "remove": ["12"]}}},
  {"call": "plan", "command": {"type": "route", "leads": {"ids": ["103", "102"]}}},
  {"call": "plan", "command": {"type": "start_group", "leads": {"ids": ["103"]}, "group": "50"}},
  {"call": "plan", "command": {"type": "start_group", "leads": {"ids": ["103"]}, "group": "52"}},
  {"call": "plan", "command": {"type": "claim_from_pool", "lead": "102"}, "context": {"actor": "2", "now": "2026-03-02T09:00:00Z", "id": "77", "same": {"email": {"a": "2"}}}},
  {"call": "plan", "command": {"type": "sweep", "leads": {"ids": ["103"]}}},
  {"call": "explain", "lead": "103", "options": {"assume": {"users": {"2": {"unit": "12", "profiles": ["41"]}}, "lead": {"owner": "3"}}, "instead": "3"}},
  {"call": "forecast", "group": "51"},
  {"call": "simulate", "options": {"draft": {"groups": {"put": [{"id": "51", "name": "B", "members": {"users": ["3"]}, "method": {"type": "round_robin"}}]}, "users": {"remove": ["4"]}}, "leads": {"ids": ["101", "103"]}}},
  {"call": "update", "patch": {"users": {"put": [{"id": "3", "unit": "11", "profiles": ["40"]}, {"id": "5", "unit": "12"}], "remove": ["4"]}, "lists": {"remove": ["70"]}}}
]"#;

/// The same with every text that is a number written as one.
fn numbered(json: &Json) -> Json {
    match json {
        Json::Text(text) => text.parse::<u32>().map_or(json.clone(), |number| Json::Number(f64::from(number))),
        Json::List(items) => Json::List(items.iter().map(numbered).collect()),
        Json::Object(pairs) => Json::Object(pairs.iter().map(|(key, value)| (key.clone(), numbered(value))).collect()),
        other => other.clone(),
    }
}

/// Without what tells of how the command or the configuration was written.
fn bare(json: Json) -> Json {
    match json {
        Json::Object(pairs) => {
            let told = ["command", "config", "digest", "id", "outcome"];
            let pairs = pairs.into_iter().filter(|(key, _)| !told.contains(&key.as_str()) && !key.starts_with("done/"));
            Json::Object(pairs.map(|(key, value)| (key, bare(value))).collect())
        }
        Json::List(items) => Json::List(
            items.into_iter().filter(|item| !item.get("key").is_some_and(|key| key.write().starts_with("\"done/"))).map(bare).collect(),
        ),
        other => other,
    }
}

fn part<'a>(json: &'a Json, key: &str) -> &'a Json {
    json.get(key).unwrap_or(&Json::Null)
}

fn id(json: &Json, key: &str) -> String {
    evenhand::workspace::id_text(part(json, key)).unwrap().into_owned()
}

fn ask(workspace: &mut Workspace, table: &mut LeadTable, call: &Json) -> evenhand::error::Result<Json> {
    let context = part(call, "context");
    Ok(match id(call, "call").as_str() {
        "select" => workspace.select(table, part(call, "query"), part(call, "viewer"))?.ids(table, 0, 99)?,
        "readable" => {
            let filter = workspace.readable(part(call, "query"), part(call, "options"))?;
            workspace.select_filter(table, &filter, &json(r#"{"actor": null}"#))?.ids(table, 0, 99)?
        }
        "get" => workspace.get(table, &id(call, "id"), part(call, "viewer"))?.unwrap(),
        "matches" => workspace.filter(part(call, "query"), &Json::Null)?.matches(part(call, "lead"), part(call, "options"))?.into(),
        "scope" => workspace.scope(&id(call, "actor"), "lead.view")?.describe()?.into(),
        "members" => workspace.members(part(call, "members"))?.into(),
        "can" => workspace.can(part(call, "question"), Some(&*table).filter(|_| call.get("table").is_some()))?,
        "receivers" => workspace.receivers(table, part(call, "question"))?,
        "explain" => workspace.explain(table, &id(call, "lead"), context, part(call, "options"))?,
        "forecast" => workspace.forecast(&id(call, "group"), 3, context)?.into(),
        "simulate" => workspace.simulate(table, part(call, "options"), &Json::Null, context)?.report().clone(),
        "update" => {
            workspace.update(part(call, "patch"))?;
            let people = workspace.members(&json(r#"{"users": ["1", "2", "3", "5"], "unit": "10"}"#))?;
            let gone = workspace.members(&json(r#"{"users": ["4"]}"#)).unwrap_err();
            Json::object([("people", people.into()), ("gone", gone.to_json())])
        }
        "plan" => {
            let command = part(call, "command");
            let needs = workspace.needs(command, context, Attachments::default())?.to_json();
            let plan = workspace.plan(table, command, None, context, Attachments::default())?;
            // Proved where it is written, also where the person is named the other way; applied; and taken back by its id as it is given.
            let mut here = context.clone();
            if let Json::Object(pairs) = &mut here {
                pairs.retain(|(key, _)| key != "id");
            }
            for context in [here.clone(), numbered(&here)] {
                let verdict = workspace.verify(table, EncodedPlan::Bytes(&plan.encode()), &context, Attachments::default())?;
                assert!(matches!(verdict, Verdict::Holds(_)), "{verdict:?}");
            }
            workspace.apply_plan(table, &plan)?;
            let mut undo = json(r#"{"actor": "1", "now": "2026-03-02T09:00:00Z"}"#);
            let mut back = json(r#"{"type": "undo", "plan": "88"}"#);
            if matches!(part(context, "actor"), Json::Number(_)) {
                (undo, back) = (numbered(&undo), numbered(&back));
            }
            if let Json::Object(pairs) = &mut undo {
                pairs.push(("plans".to_owned(), Json::object([("88", plan.to_json())])));
            }
            let undone = workspace.plan(table, &back, None, &undo, Attachments::default())?;
            Json::object([("needs", needs), ("plan", plan.to_json()), ("undone", undone.to_json())])
        }
        other => panic!("there is no call `{other}`"),
    })
}

#[test]
fn a_number_and_its_text_are_the_same_id() {
    let calls = json(CALLS);
    let mut differ = Vec::new();
    for call in calls.as_list().unwrap() {
        let mut answers = Vec::new();
        let bare_call = call.get("context").is_none();
        // With texts, with numbers, and with the one in the configuration and the other in the calls.
        for (config, leads, asked) in
            [(false, false, false), (true, true, true), (true, false, false), (false, true, true), (true, true, false)]
        {
            let written = |json: &Json, number: bool| if number { numbered(json) } else { json.clone() };
            let mut workspace = Workspace::compile(&written(&json(CONFIG), config)).unwrap_or_else(|error| panic!("{error:?}"));
            let rows = written(&json(LEADS), leads).write();
            let mut table = workspace.load(rows.as_bytes(), &Json::Null, Default::default()).unwrap();
            let context = json(r#"{"actor": "1", "now": "2026-03-02T09:00:00Z"}"#);
            let mut call = call.clone();
            if let (Json::Object(pairs), true) = (&mut call, bare_call) {
                pairs.push(("context".to_owned(), context));
            }
            let answer = ask(&mut workspace, &mut table, &written(&call, asked));
            answers.push(bare(answer.unwrap_or_else(|error| error.to_json())));
        }
        assert!(answers[0].get("diagnostics").is_none(), "{}: {}", call.write(), answers[0].write());
        for (nth, answer) in answers.iter().enumerate().skip(1) {
            if *answer != answers[0] {
                differ.push(format!("{nth}: {}\n  {}\n  {}", call.write(), answers[0].write(), answer.write()));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn two_of_one_id_are_told() {
    let twice = CONFIG.replace(r#"{"id": "3", "unit": "12""#, r#"{"id": 2, "unit": "12""#);
    let error = Workspace::compile(&json(&twice)).unwrap_err();
    assert!(error.diagnostics.iter().any(|fault| fault.code == "duplicate_id" && fault.path == "/users/2/id"), "{error:?}");
    for wrong in ["true", "[]", "{}", "1e300", "null"] {
        let config = CONFIG.replace(r#"{"id": "3", "unit": "12""#, &format!(r#"{{"id": {wrong}, "unit": "12""#));
        let error = Workspace::compile(&json(&config)).unwrap_err();
        assert!(error.diagnostics.iter().any(|fault| fault.path == "/users/2/id"), "{wrong}: {error:?}");
    }
}
