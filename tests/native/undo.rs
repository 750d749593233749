//! The way back, in small random worlds: whatever becomes of the people in between, a row that still is as a plan left it goes back to
//! exactly what it was, for an actor who may undo, see, change and take leads and has no other right.

use std::collections::BTreeMap;

use crate::support::plan_world::{Backwards, Dice, World, json};
use evenhand::json::Json;
use evenhand::wire::verify::EncodedPlan;
use evenhand::workspace::{LeadTable, Workspace};
use proptest::prelude::*;

fn context() -> Json {
    json(r#"{"actor": "u0", "now": "2026-03-01T09:00:00Z"}"#)
}

fn contents(workspace: &Workspace, table: &LeadTable) -> BTreeMap<String, Json> {
    let all = workspace.select(table, &Json::Null, &json(r#"{"actor": null}"#)).unwrap();
    let rows = workspace.page(table, &all, 0, usize::MAX, &Json::Null).unwrap();
    rows.as_list().unwrap().iter().map(|row| (row.get("id").and_then(Json::as_text).unwrap().to_owned(), row.clone())).collect()
}

fn put(object: &mut Json, key: &str, value: Option<Json>) {
    let Json::Object(pairs) = object else { panic!("an object") };
    pairs.retain(|(known, _)| known != key);
    pairs.extend(value.map(|value| (key.to_owned(), value)));
}

fn field(row: &Json, key: &str) -> Json {
    row.get(key).cloned().unwrap_or_default()
}

fn bare(row: &Json) -> Json {
    let mut row = row.clone();
    put(&mut row, "version", None);
    row
}

/// The same organisation some time later: people left, were switched off, moved, became services, take other leads; the actor kept
/// nothing but what an undo asks.
fn later(dice: &mut Dice, config: &str) -> Json {
    let mut config = json(config);
    let mut users = Vec::new();
    for user in config.get("users").and_then(Json::as_list).unwrap() {
        let mut user = user.clone();
        let actor = user.get("id").and_then(Json::as_text) == Some("u0");
        if !actor && dice.one_in(4) {
            continue;
        }
        if dice.one_in(3) {
            put(&mut user, "unit", (!dice.one_in(3)).then(|| dice.of(&["acme", "south", "beta", "east"]).into()));
        }
        if dice.one_in(3) {
            put(&mut user, "accepts", Some(json(r#"{"rules": [{"field": "score", "operator": ">", "value": 100}]}"#)));
        }
        if actor {
            put(&mut user, "active", None);
        } else {
            put(&mut user, "active", Some(Json::Bool(!dice.one_in(3))));
            put(&mut user, "kind", Some(if dice.one_in(6) { "service".into() } else { "person".into() }));
            put(&mut user, "profiles", Some(Json::List(if dice.one_in(2) { vec!["seer".into()] } else { vec![] })));
        }
        users.push(user);
    }
    put(&mut config, "users", Some(Json::List(users)));
    // The groups, pools and slots of before name people who may be gone.
    put(&mut config, "groups", None);
    put(&mut config, "pools", Some(json(r#"[{"id": "p1", "members": {"users": ["u0"]}}, {"id": "p2"}]"#)));
    let mut lead = config.get("lead").unwrap().clone();
    put(&mut lead, "slots", Some(json(r#"[{"field": "agent", "holders": {"users": ["u0"]}}]"#)));
    put(&mut config, "lead", Some(lead));
    let back = r#"{"do": ["lead.view", "lead.edit", "lead.release", "plan.undo"], "scope": "all"}"#;
    let profiles =
        format!(r#"[{{"id": "actor", "grants": [{back}]}}, {{"id": "seer", "grants": [{{"do": ["lead.view"], "scope": "own"}}]}}]"#);
    put(&mut config, "profiles", Some(json(&profiles)));
    config
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_row_that_is_as_the_plan_left_it_goes_back_to_what_it_was(seed: u64) {
        let mut dice = Dice(seed);
        let world = World::new(&mut dice);
        let workspace = Workspace::compile(&json(&world.config)).unwrap();
        let mut table = world.load(&workspace, Backwards::No);
        let before = contents(&workspace, &table);
        let command = json(&world.command(&mut dice));
        let made = workspace.plan(&table, &command, None, &context(), Default::default()).unwrap();
        workspace.apply_plan(&mut table, &made).unwrap();
        let mut after = contents(&workspace, &table);

        // Some rows are changed by others in between; only a version tells that of all of them.
        let data = made.to_json();
        let changed: Vec<&str> = data.get("changes").and_then(Json::as_list).unwrap().iter().map(|change| change.get("lead").and_then(Json::as_text).unwrap()).collect();
        let mut touched: Vec<&str> = Vec::new();
        if world.config.contains("\"version\": \"version\"") {
            for lead in &changed {
                if dice.one_in(5) {
                    let row = after.get_mut(*lead).unwrap();
                    let version = field(row, "version").as_number().unwrap() + 1.0;
                    put(row, "version", Some(version.into()));
                    touched.push(lead);
                }
            }
        }

        let now = Workspace::compile(&later(&mut dice, &world.config)).unwrap_or_else(|error| panic!("{error:?}"));
        let rows = Json::List(after.values().cloned().collect());
        let mut table = now.load(rows.write().as_bytes(), &json(r#"{"format": "json"}"#), Default::default()).unwrap();
        let back = now.undo(&table, EncodedPlan::Bytes(&made.encode()), &context()).unwrap();
        prop_assert!(back.refused.is_empty());
        now.apply_plan(&mut table, &back).unwrap();
        let end = contents(&now, &table);
        for (lead, row) in &after {
            let lead = lead.as_str();
            let copy = data.get("created").and_then(Json::as_list).unwrap().iter().find(|copy| copy.get("id").and_then(Json::as_text) == Some(lead));
            if let Some(copy) = copy {
                let stays = touched.contains(&copy.get("copyOf").and_then(Json::as_text).unwrap());
                prop_assert_eq!(end.contains_key(lead), stays);
                continue;
            }
            // A boundary is asked about a unit that goes back: one that had access may lead in and not out.
            let dropped = back.to_json();
            let stopped = dropped.get("dropped").and_then(Json::as_list).unwrap().iter().any(|drop| {
                let of = |key: &str| drop.get(key).and_then(Json::as_text);
                of("lead") == Some(lead) && of("code") == Some("boundary") && command.get("type").and_then(Json::as_text) == Some("transfer")
            });
            let wanted = if touched.contains(&lead) || stopped { row } else { &before[lead] };
            prop_assert_eq!(bare(&end[lead]), bare(wanted), "{} of {}\n{}\n{}", lead, command.write(), data.write(), back.to_json().write());
        }

        // Whoever has a lead back and is not there to work it is told, with the right number.
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for warning in &back.warnings {
            let warning = warning.to_json();
            let data = warning.get("data").unwrap();
            if warning.get("code").and_then(Json::as_text).unwrap().starts_with("returns_to_") {
                *told.entry(data.get("user").and_then(Json::as_text).unwrap().to_owned()).or_default() += data.get("leads").and_then(Json::as_number).unwrap() as usize;
            }
        }
        let present = present(&now);
        let mut gone: BTreeMap<String, usize> = BTreeMap::new();
        for change in back.to_json().get("changes").and_then(Json::as_list).unwrap() {
            let set = change.get("set").unwrap();
            let mut people: Vec<String> = ["owner", "agent"].iter().filter_map(|slot| Some(set.get(slot)?.get("to")?.as_text()?.to_owned())).collect();
            people.dedup();
            for user in people.into_iter().filter(|user| !present.contains(user)) {
                *gone.entry(user).or_default() += 1;
            }
        }
        for (user, count) in &gone {
            prop_assert_eq!(told.get(user), Some(count), "{}", user);
        }
    }
}

/// Everybody of the configuration who is active.
fn present(workspace: &Workspace) -> Vec<String> {
    let asks = |user: &&str| {
        let decision = workspace.can(&json(&format!(r#"{{"actor": "{user}", "do": "list.view"}}"#)), None).unwrap().write();
        !decision.contains("unknown_actor") && !decision.contains("actor_inactive")
    };
    ["u0", "u1", "u2", "u3", "u4", "s"].into_iter().filter(asks).map(str::to_owned).collect()
}
