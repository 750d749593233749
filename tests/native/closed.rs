//! Everything fails closed: without an option or an argument of a valid call, or with one misspelt, nobody sees, receives or writes more
//! than before. The calls are data (`tests/closed`), and `tests/js/package/closed.test.mjs` asks the same of the package.
//!
//! Of each call every key is taken away and misspelt, and every text at a key misspelt, one at a time. `optional` names the places where the
//! documents say that absence means more, where what is misspelt must still close, and `open` those of another kind of argument, with why.

mod calls;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use evenhand::error::Result;
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{Attachments, LeadTable, Workspace, id_text};

use crate::support::plan_world::json;

struct World {
    name: String,
    workspace: Workspace,
    rows: Vec<u8>,
    options: Json,
    state: BTreeMap<String, i64>,
    calls: Vec<Json>,
}

/// What somebody sees, receives or writes.
type Facts = BTreeSet<String>;

fn part<'a>(json: &'a Json, key: &str) -> &'a Json {
    json.get(key).unwrap_or(&Json::Null)
}

fn text(json: &Json, key: &str) -> String {
    json.get(key).and_then(id_text).unwrap_or_default().into_owned()
}

fn list(json: &Json) -> &[Json] {
    json.as_list().unwrap_or_default()
}

fn worlds() -> Vec<World> {
    let mut out = Vec::new();
    for name in ["office", "offers"] {
        let world = json(&fs::read_to_string(format!("tests/closed/{name}.json")).unwrap());
        let versions = world.get("state").and_then(Json::as_object).unwrap_or_default();
        out.push(World {
            name: text(&world, "name"),
            workspace: Workspace::compile(part(&world, "config")).unwrap_or_else(|error| panic!("{error:?}")),
            rows: part(&world, "leads").write().into_bytes(),
            options: part(&world, "options").clone(),
            state: versions.iter().map(|(key, entry)| (key.clone(), part(entry, "version").as_number().unwrap() as i64)).collect(),
            calls: list(part(&world, "calls")).to_vec(),
        });
    }
    out
}

impl World {
    fn table(&self) -> LeadTable {
        self.workspace.load(&self.rows, &self.options, Default::default()).unwrap()
    }

    /// What a plan writes where the host checks, in one transaction, the state that it writes and the state that it read.
    fn written(&self, plan: &Plan, table: &mut LeadTable) -> Result<Facts> {
        let data = plan.to_json();
        let stands = |entry: &Json, version: &str| {
            part(entry, version).as_number().map(|version| version as i64) == self.state.get(&text(entry, "key")).copied()
        };
        let state = list(part(&data, "state")).iter().all(|change| stands(change, "expect"));
        let reads = list(part(&data, "reads")).iter().all(|read| stands(read, "version"));
        let mut out = Facts::new();
        if !state || !reads || !plan.refused.is_empty() {
            return Ok(out);
        }
        let refused = self.workspace.apply_plan(table, plan)?.to_json();
        let slots: Vec<&str> = ["owner", "agent"].into_iter().collect();
        for change in list(part(&data, "changes")) {
            if list(part(&refused, "refused")).contains(part(change, "lead")) {
                continue;
            }
            for (field, values) in part(change, "set").as_object().unwrap_or_default() {
                out.insert(format!("writes {field} of {}", text(change, "lead")));
                if slots.contains(&field.as_str()) && !part(values, "to").is_null() {
                    out.insert(format!("{} receives", text(values, "to")));
                }
            }
        }
        for run in list(part(&data, "runs")) {
            out.insert(format!("moves {} to {}", text(run, "id"), text(run, "status")));
            out.extend(list(part(run, "offeredTo")).iter().map(|user| format!("{} is offered", id_text(user).unwrap())));
        }
        for notice in list(part(&data, "notifications")) {
            out.insert(format!("{} is told", text(notice, "user")));
        }
        Ok(out)
    }

    fn ask(&self, call: &Json) -> Result<Facts> {
        if let Some(answer) = self.ask_more(call) {
            return answer;
        }
        let (workspace, mut table) = (&self.workspace, self.table());
        let mut out = Facts::new();
        let mut ids = |found: Json| out.extend(list(&found).iter().map(|id| format!("sees {}", id_text(id).unwrap())));
        match text(call, "call").as_str() {
            "select" => ids(workspace.select(&table, part(call, "query"), part(call, "viewer"))?.ids(&table, 0, usize::MAX)?),
            "readable" => {
                let filter = workspace.readable(part(call, "query"), part(call, "options"))?;
                let viewer = Json::object([("actor", part(part(call, "options"), "actor").clone())]);
                ids(workspace.select_filter(&table, &filter, &viewer)?.ids(&table, 0, usize::MAX)?);
            }
            "count" => {
                let found = workspace.select(&table, part(call, "query"), part(call, "viewer"))?;
                for pair in list(&workspace.count_by(&table, &found, &text(call, "field"))?) {
                    let [value, count] = list(pair) else { panic!("a value and its count") };
                    out.extend((1..=count.as_number().unwrap() as usize).map(|nth| format!("counts {} {nth}", value.write())));
                }
            }
            "get" => {
                let found = workspace.get(&table, &text(call, "id"), part(call, "viewer"))?;
                out.extend(found.map(|lead| format!("sees {}", lead.write())));
            }
            "can" => {
                let question = part(call, "question");
                let table = Some(&table).filter(|_| part(call, "table") == &Json::Bool(true));
                if part(&workspace.can(question, table)?, "allowed") == &Json::Bool(true) {
                    // With nobody named it is another question, and a yes to it says of nobody that they may have the lead.
                    let named = ["to", "unit"].into_iter().find(|key| !part(question, key).is_null());
                    let whom = named.map_or("somebody".to_owned(), |key| text(question, key));
                    let asked = ["lead.give", "lead.reassign"].contains(&text(question, "do").as_str());
                    out.extend((!asked || whom != "somebody").then(|| format!("allowed for {whom}")));
                }
            }
            "receivers" => {
                for decision in list(&workspace.receivers(&table, part(call, "question"))?) {
                    out.extend(
                        (part(decision, "allowed") == &Json::Bool(true)).then(|| format!("{} could receive", text(decision, "user"))),
                    );
                }
            }
            "plan" => {
                let plan = workspace.plan(&table, part(call, "command"), None, part(call, "context"), Attachments::default())?;
                out = self.written(&plan, &mut table)?;
            }
            "verify" => {
                let made = workspace.plan(&table, part(call, "command"), None, part(call, "planned"), Attachments::default())?;
                for posted in [EncodedPlan::Bytes(&made.encode()), EncodedPlan::Json(&made.to_json())] {
                    if let Verdict::Holds(plan) = workspace.verify(&table, posted, part(call, "context"), Attachments::default())? {
                        out.extend(self.written(&plan, &mut self.table())?);
                    }
                }
            }
            "undo" => {
                let made = workspace.plan(&table, part(call, "command"), None, part(call, "planned"), Attachments::default())?;
                workspace.apply_plan(&mut table, &made)?;
                let back = workspace.undo(&table, EncodedPlan::Bytes(&made.encode()), part(call, "context"))?;
                out = self.written(&back, &mut table)?;
            }
            "explain" => {
                let trace = workspace.explain(&table, &text(call, "lead"), part(call, "context"), part(call, "options"))?;
                for candidate in list(part(&trace, "candidates")) {
                    out.insert(format!("sees {}", text(candidate, "user")));
                }
            }
            other => panic!("there is no call `{other}`"),
        }
        Ok(out)
    }
}

/// How one thing of a call was spoilt, and the call.
struct Spoilt {
    path: String,
    how: &'static str,
    call: Json,
}

/// The same with one thing gone or misspelt. Values of filters and of leads are what is asked about, and those of the state are the engine's
/// own: they are left.
fn spoilt(json: &Json, path: &str, put: &dyn Fn(Json) -> Json, out: &mut Vec<Spoilt>) {
    match json {
        Json::Object(pairs) => {
            for (at, (key, value)) in pairs.iter().enumerate() {
                let path = format!("{path}/{key}");
                if path.starts_with("/context/state/") && path.ends_with("/value") {
                    continue;
                }
                let with = |new: Option<(String, Json)>| {
                    let mut pairs = pairs.clone();
                    match new {
                        Some(pair) => pairs[at] = pair,
                        None => drop(pairs.remove(at)),
                    }
                    put(Json::Object(pairs))
                };
                let mut add = |how, call| out.push(Spoilt { path: path.clone(), how, call });
                add("gone", with(None));
                add("misspelt", with(Some((format!("{key}x"), value.clone()))));
                if let Json::Text(word) = value
                    && !path.contains("/lead/")
                    && !path.starts_with("/rows/")
                    && !path.ends_with("/value")
                {
                    add("another", with(Some((key.clone(), format!("{word}x").into()))));
                }
                spoilt(value, &path, &|new| with(Some((key.clone(), new))), out);
            }
        }
        Json::List(items) => {
            for (at, item) in items.iter().enumerate() {
                let put = |new: Json| {
                    let mut items = items.clone();
                    items[at] = new;
                    put(Json::List(items))
                };
                let path = format!("{path}/{at}");
                if let (Json::Text(word), false) = (item, path.contains("/lead/") || path.contains("/value/")) {
                    out.push(Spoilt { path: path.clone(), how: "another", call: put(format!("{word}x").into()) });
                }
                spoilt(item, &path, &put, out);
            }
        }
        _ => {}
    }
}

#[test]
fn what_is_taken_away_or_misspelt_gives_nobody_more() {
    let mut wrong = Vec::new();
    let (mut refused, mut same, mut less) = (0, 0, 0);
    for world in worlds() {
        for call in &world.calls {
            let before = world.ask(call).unwrap_or_else(|error| panic!("{}: {}: {error:?}", world.name, call.write()));
            let names = |key: &str, path: &str| part(call, key).as_object().unwrap_or_default().iter().any(|(known, _)| known == path);
            let mut all = Vec::new();
            for (key, value) in call.as_object().unwrap() {
                if !["call", "optional", "open", "closed", "table", "planned", "asked", "at"].contains(&key.as_str()) {
                    let put = |new: Json| {
                        Json::Object(
                            call.as_object()
                                .unwrap()
                                .iter()
                                .map(|(known, old)| (known.clone(), if known == key { new.clone() } else { old.clone() }))
                                .collect(),
                        )
                    };
                    spoilt(value, &format!("/{key}"), &put, &mut all);
                }
            }
            for Spoilt { path, how, call: spoilt } in all {
                // A plan that is proved or taken back is made by the same call as before.
                let made = ["verify", "undo"].contains(&text(call, "call").as_str()) && path.starts_with("/command");
                if made || names("open", &path) || (how != "misspelt" && names("optional", &path)) {
                    continue;
                }
                match world.ask(&spoilt) {
                    Err(_) => refused += 1,
                    Ok(after) if after == before => same += 1,
                    Ok(after) if after.is_subset(&before) => less += 1,
                    Ok(after) => {
                        let more: Vec<&String> = after.difference(&before).collect();
                        wrong.push(format!("{}: {path} {how}: {more:?} in {}", world.name, spoilt.write()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    // A test in which nothing was refused, or nothing was answered, would show nothing.
    assert!(refused > 500 && same > 20 && less > 20, "{refused} refused, {same} the same, {less} less");
}

#[test]
fn each_call_gives_somebody_something() {
    // What gives nothing could show that something opens, and not that it stays closed; those that are closed by a guard say so.
    for world in worlds() {
        for call in &world.calls {
            let closed = part(call, "closed") == &Json::Bool(true);
            assert_eq!(world.ask(call).unwrap().is_empty(), closed, "{}", call.write());
        }
    }
}
