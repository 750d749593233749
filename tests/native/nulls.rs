//! What is empty or of no meaning never widens: null, `{}`, `[]`, `""`, 0 and false at every place of a valid configuration, and nobody may
//! more than before.

use std::collections::BTreeSet;
use std::fs;

use crate::support::plan_world::json;
use evenhand::json::Json;
use evenhand::workspace::Workspace;

/// A Monday at noon.
const NOW: i64 = 1_772_452_800_000;

/// A configuration that has every key there is.
fn full() -> Json {
    json(&fs::read_to_string("tests/closed/full.json").unwrap())
}

/// Where the objects of each declaration of `configuration.d.ts` are, `*` for any key or place.
const PLACES: [(&str, &str); 23] = [
    ("WorkspaceConfig", ""),
    ("FieldDef", "/fields/*"),
    ("NumberFormat", "/fields/*/numberFormat"),
    ("LeadShape", "/lead"),
    ("Lifecycle", "/lifecycle"),
    ("OrgUnit", "/org/*"),
    ("User", "/users/*"),
    ("Limit", "/users/*/limits/*"),
    ("Limit", "/groups/*/limits/*"),
    ("Profile", "/profiles/*"),
    ("Grant", "/profiles/*/grants/*"),
    ("Pool", "/pools/*"),
    ("Schedule", "/schedules/*"),
    ("Members", "/groups/*/members"),
    ("Group", "/groups/*"),
    ("Fallback", "/groups/*/onNobody/*"),
    ("Method", "/groups/*/method"),
    ("AssignmentRule", "/rules/*"),
    ("RuleTarget", "/rules/*/to"),
    ("SavedList", "/lists/*"),
    ("Sort", "/lists/*/sort/*"),
    ("FilterRule", "/lists/*/query/rules/*"),
    ("QueryInput", "/lists/*/query"),
];

/// Keys that need not be at one of the places of their declaration, with why.
const ELSEWHERE: [(&str, &str, &str); 1] = [("/groups/*/limits/*", "rolling", "the same declaration as a user's limits")];

/// The names of the properties in the text of a declaration, those of objects within it too.
fn properties(declarations: &str, name: &str) -> BTreeSet<String> {
    let start =
        [format!("export interface {name} "), format!("export type {name} =")].iter().find_map(|head| declarations.find(head)).unwrap();
    let text = &declarations[start..];
    let text = &text[..text[1..].find("\nexport ").map_or(text.len(), |end| end + 1)];
    let (mut bare, mut rest) = (String::new(), text);
    while let Some((before, comment)) = rest.split_once("/**") {
        bare += before;
        rest = comment.split_once("*/").unwrap().1;
    }
    bare += rest;
    let mut out = BTreeSet::new();
    for (at, _) in bare.match_indices(':') {
        let key = bare[..at].trim_end_matches('?');
        let word = key.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap();
        out.extend((!word.is_empty()).then(|| word.to_owned()));
    }
    out
}

/// Every key at and below the places of a path.
fn keys(json: &Json, path: &[&str], out: &mut BTreeSet<String>) {
    match json {
        Json::Object(pairs) => {
            for (key, value) in pairs {
                match path.split_first() {
                    None => {
                        out.insert(key.clone());
                        keys(value, path, out);
                    }
                    Some((step, path)) if *step == "*" || step == key => keys(value, path, out),
                    Some(_) => {}
                }
            }
        }
        Json::List(items) => {
            let path = path.split_first().filter(|(step, _)| **step == "*").map_or(path, |(_, path)| path);
            items.iter().for_each(|item| keys(item, path, out));
        }
        _ => {}
    }
}

#[test]
fn nulls_are_tried_at_every_key_there_is() {
    let declarations = fs::read_to_string("pkg-template/configuration.d.ts").unwrap();
    let (config, mut missing) = (full(), Vec::new());
    for (name, place) in PLACES {
        let (mut found, path) = (BTreeSet::new(), place.split('/').skip(1).collect::<Vec<&str>>());
        keys(&config, &path, &mut found);
        let wanted = properties(&declarations, name);
        assert!(wanted.len() > 1, "{name}: {wanted:?}");
        let listed = |key: &str| ELSEWHERE.iter().any(|(at, known, _)| *at == place && *known == key);
        missing.extend(wanted.iter().filter(|key| !found.contains(*key) && !listed(key)).map(|key| format!("{name}.{key} at {place}")));
    }
    // A declaration that is new has its keys tried too.
    let told = &declarations[declarations.find("export interface WorkspaceConfig").unwrap()..];
    let told = &told[..told.find("/** Changes to a workspace").unwrap()];
    // Words and a table of zones: they have no keys, or none that is not in the configuration's `zones`.
    let bare = ["FieldType", "Scope", "Verb", "ZoneTable"];
    for head in ["\nexport interface ", "\nexport type "] {
        for part in told.split(head).skip(1) {
            let name = part.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            let known = bare.contains(&name) || PLACES.iter().any(|(known, _)| *known == name);
            missing.extend((!known).then(|| format!("{name}, which has no place")));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Every question that is answered with yes, what each sees and what each could receive.
fn allowed(workspace: &Workspace) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let people = ["ann", "bob", "cid", "out", "bot", "off", "late", "full", "done", "rest", "none"];
    let mut leads = Vec::new();
    for differs in [
        r#"{"id": "1", "owner": "bob", "unit": "north", "status": "new"}"#,
        r#"{"id": "2", "owner": "ann", "unit": "acme", "pool": "hot", "status": "held"}"#,
        r#"{"id": "3", "unit": "beta", "access": ["acme"], "status": "cold", "run": "r1"}"#,
        r#"{"id": "4", "owner": "bob", "agent": "bob", "unit": "north", "pool": "hot", "status": "secret"}"#,
        r#"{"id": "5", "unit": "north", "status": "new", "phone": "1", "price": 5}"#,
        r#"{"id": "6", "owner": "full", "unit": "acme", "status": "new"}"#,
    ] {
        let differs = json(differs);
        let fields = full().get("fields").and_then(Json::as_object).unwrap().to_vec();
        let lead = fields.into_iter().map(|(name, _)| {
            let absent = match name.as_str() {
                "version" => 1.0.into(),
                "created" => "2026-03-01".into(),
                "access" | "before" | "told" => Json::List(Vec::new()),
                _ => Json::Null,
            };
            let value = differs.get(&name).cloned().unwrap_or(absent);
            (name, value)
        });
        leads.push(Json::Object(lead.collect()));
    }
    for lead in &leads {
        for actor in ["ann", "bob", "cid", "out", "bot"] {
            let mut questions: Vec<String> =
                ["lead.view", "lead.edit", "lead.release", "lead.claim"].iter().map(|verb| format!(r#""do": "{verb}""#)).collect();
            for to in people {
                questions.push(format!(r#""do": "lead.give", "to": "{to}""#));
                questions.push(format!(r#""do": "lead.reassign", "to": "{to}""#));
                questions.push(format!(r#""do": "lead.reassign", "slot": "agent", "to": "{to}""#));
            }
            for question in questions {
                let question = format!(r#"{{"actor": "{actor}", {question}, "lead": {}, "now": {NOW}}}"#, lead.write());
                if workspace.can(&json(&question), None).is_ok_and(|decision| decision.get("allowed") == Some(&Json::Bool(true))) {
                    out.insert(question);
                }
            }
        }
    }
    let context = json(&format!(r#"{{"actor": "ann", "now": {NOW}}}"#));
    for actor in people {
        let mut questions = vec![r#""do": "list.view", "list": "mine""#.to_owned(), r#""do": "list.use", "list": "mine""#.to_owned()];
        questions.extend(["rule.view", "rule.run"].map(|verb| format!(r#""do": "{verb}", "rule": "r""#)));
        questions.extend(["group.view", "group.trigger"].map(|verb| format!(r#""do": "{verb}", "group": "g""#)));
        questions.extend(people.map(|user| format!(r#""do": "member.pause", "user": "{user}""#)));
        for question in questions {
            let question = format!(r#"{{"actor": "{actor}", {question}, "now": {NOW}}}"#);
            if workspace.can(&json(&question), None).is_ok_and(|decision| decision.get("allowed") == Some(&Json::Bool(true))) {
                out.insert(question);
            }
        }
    }
    for group in ["few", "shut", "fit", "load", "week"] {
        let next = workspace.forecast(group, 12, &context).unwrap_or_default();
        out.extend(next.iter().map(|user| format!("{user} is next in {group}")));
    }
    // A configuration of other fields takes other leads.
    let Ok(table) = workspace.load(Json::List(leads.clone()).write().as_bytes(), &Json::Null, Default::default()) else { return out };
    for actor in people {
        let viewer = Json::object([("actor", actor.into())]);
        for id in ["1", "2", "3", "4", "5", "6"] {
            let seen = workspace.get(&table, id, &viewer).ok().flatten();
            for (field, _) in seen.iter().filter_map(Json::as_object).flatten() {
                out.insert(format!("{actor} sees {field} of {id}"));
            }
            let question = json(&format!(r#"{{"actor": "{actor}", "lead": "{id}", "now": {NOW}}}"#));
            let Ok(receivers) = workspace.receivers(&table, &question) else { continue };
            for decision in receivers.as_list().unwrap() {
                let user = decision.get("user").and_then(Json::as_text).unwrap();
                out.extend((decision.get("allowed") == Some(&Json::Bool(true))).then(|| format!("{actor} could give {id} to {user}")));
            }
        }
    }
    if let Ok(trace) = workspace.explain(&table, "5", &context, &Json::Null) {
        for candidate in trace.get("candidates").and_then(Json::as_list).unwrap() {
            let user = candidate.get("user").and_then(Json::as_text).unwrap();
            out.extend((candidate.get("eligible") == Some(&Json::Bool(true))).then(|| format!("{user} is eligible for 5")));
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
    let config = full();
    let before = allowed(&Workspace::compile(&config).unwrap_or_else(|error| panic!("{error:?}")));
    assert!(before.len() > 10, "{before:?}");
    let (mut compiled, mut wrong) = (0, Vec::new());
    for with in ["null", "{}", "[]", "\"\"", "0", "false"] {
        let mut all = Vec::new();
        variants(&config, &json(with), "", &mut all);
        for (at, config) in all {
            // These are other configurations in so many words: a deny that is none, a lifecycle that asks nothing, a rule about another value,
            // a profile that hides nothing, somebody who is never away, or not paused.
            let says_so =
                [("/deny", "false"), ("/lifecycle", "{}"), ("/value", "0"), ("/fields", "{}"), ("/absences", "[]"), ("/paused", "false")];
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
        variants(&full(), &Json::Null, "", &mut all);
        let (_, config) = all.into_iter().find(|(path, _)| path == at).unwrap();
        let error = Workspace::compile(&config).err().unwrap();
        assert!(error.diagnostics.iter().any(|fault| fault.code == "null_value" && fault.path == at), "{at}: {error:?}");
    }
    // And these refuse it with one code or another.
    for at in [
        "/profiles/0/grants/1/deny",
        "/profiles/1/fields",
        "/users/5/absences",
        "/users/6/schedule",
        "/users/7/capacity",
        "/users/8/limits",
        "/users/9/paused",
        "/groups/0/availableTo",
        "/groups/2/capacity",
        "/groups/2/limits",
        "/groups/3/schedule",
        "/groups/4/match",
        "/rules/0/when",
        "/rules/0/schedule",
    ] {
        let mut all = Vec::new();
        variants(&full(), &Json::Null, "", &mut all);
        let (_, config) = all.into_iter().find(|(path, _)| path == at).unwrap();
        assert!(Workspace::compile(&config).is_err(), "{at}");
    }
}
