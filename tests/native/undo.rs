//! The way back, in small random worlds: whatever becomes of the people in between, a row that still is as a plan left it goes back to
//! exactly what it was, for an actor who may undo, see, change and take leads and has no other right.

use std::collections::BTreeMap;

use crate::support::plan_world::{Backwards, Dice, World, json};
use evenhand::json::Json;
use evenhand::plan::Plan;
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

fn field_of(row: &Json, key: &str) -> Json {
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

/// The same world with rules, a group that makes offers, and the rights that go with them.
fn routing(config: &str) -> Json {
    let mut config = json(config);
    let mut groups = config.get("groups").and_then(Json::as_list).unwrap().to_vec();
    groups.push(json(r#"{"id": "asks", "name": "A", "members": {"users": ["u0", "u1", "u2", "u3"]}, "method": {"type": "sequential_offer", "minutes": 5}}"#));
    put(&mut config, "groups", Some(Json::List(groups)));
    put(&mut config, "rules", Some(json(r#"[{"id": "all", "overwriteOwner": true, "to": {"group": "g"}}]"#)));
    let mut profiles = config.get("profiles").and_then(Json::as_list).unwrap().to_vec();
    let mut grants = profiles[0].get("grants").and_then(Json::as_list).unwrap().to_vec();
    grants.push(json(r#"{"do": ["rule.run", "group.trigger", "group.cancel"], "scope": "all"}"#));
    put(&mut profiles[0], "grants", Some(Json::List(grants)));
    put(&mut config, "profiles", Some(Json::List(profiles)));
    config
}

/// What a plan did, applied: the leads before it, its command, and the plan. Nothing where it was about a run, and no run was started.
fn planned(dice: &mut Dice, world: &World, workspace: &Workspace, table: &mut LeadTable) -> Option<(BTreeMap<String, Json>, Json, Plan)> {
    let lead = world.ids[dice.roll(world.ids.len() as u64) as usize].as_str();
    let group = |name: &str| json(&format!(r#"{{"type": "start_group", "leads": {{"ids": ["{lead}"]}}, "group": "{name}"}}"#));
    let (mut command, mut about) = (json(&world.command(dice)), context());
    match dice.roll(12) {
        0 => command = json(r#"{"type": "route", "leads": {"all": true}}"#),
        1 => command = group("g"),
        2 => command = json(&format!(r#"{{"type": "resend_notification", "lead": "{lead}"}}"#)),
        3 => command = group("asks"),
        4..=6 => {
            let started = workspace.plan(table, &group("asks"), None, &context(), Default::default()).unwrap();
            workspace.apply_plan(table, &started).unwrap();
            let data = started.to_json();
            let run = data.get("runs").and_then(Json::as_list)?.first()?.clone();
            let to = run.get("offeredTo").and_then(Json::as_list)?.first()?.as_text()?.to_owned();
            let mut state = Vec::new();
            for change in data.get("state").and_then(Json::as_list)? {
                let entry = Json::object([("version", change.get("version")?.clone()), ("value", change.get("value")?.clone())]);
                state.push((change.get("key")?.as_text()?.to_owned(), entry));
            }
            put(&mut about, "state", Some(Json::Object(state)));
            let run = run.get("id")?.write();
            match dice.roll(4) {
                0 => command = json(&format!(r#"{{"type": "cancel_run", "run": {run}, "to": "u2"}}"#)),
                1 => {
                    command = json(r#"{"type": "sweep"}"#);
                    put(&mut about, "now", Some("2026-03-01T10:00:00Z".into()));
                }
                at => {
                    command = json(&format!(r#"{{"type": "{}", "run": {run}}}"#, ["claim", "decline"][at as usize % 2]));
                    put(&mut about, "actor", Some(to.into()));
                }
            }
        }
        _ => {}
    }
    let before = contents(workspace, table);
    let made = workspace.plan(table, &command, None, &about, Default::default()).unwrap();
    workspace.apply_plan(table, &made).unwrap();
    Some((before, command, made))
}

/// Takes one right from the actor, or narrows all of them.
fn take_right(dice: &mut Dice, config: &mut Json) {
    let rights = ["lead.view", "lead.edit", "lead.release", "plan.undo"];
    let gone = dice.roll(5) as usize;
    let kept: Vec<Json> = rights.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, verb)| Json::from(*verb)).collect();
    let scope = if gone < rights.len() { "all" } else { dice.of(&["own", "team"]) };
    let actor = Json::object([
        ("id", "actor".into()),
        ("grants", Json::List(vec![Json::object([("do", Json::List(kept)), ("scope", scope.into())])])),
    ]);
    let mut profiles = config.get("profiles").and_then(Json::as_list).unwrap().to_vec();
    profiles[0] = actor;
    put(config, "profiles", Some(Json::List(profiles)));
}

/// Whether a change only started an offer, or only ended one.
fn only_a_run(change: &Json) -> bool {
    let set = change.get("set").and_then(Json::as_object).unwrap();
    let run = set.iter().find(|(field, _)| field == "run");
    run.is_some_and(|(_, values)| set.len() == 1 || values.get("to").is_some_and(|to| *to != Json::Null))
}

/// Every row that is not given back says why, but for one that the actor may not know of.
fn says_why(drop: &Json, plan: &Json, after: &BTreeMap<String, Json>) -> Result<(), TestCaseError> {
    let of = |key: &str| drop.get(key).and_then(Json::as_text).unwrap();
    let copy = plan.get("created").and_then(Json::as_list).unwrap().iter().any(|copy| copy.get("id") == drop.get("lead"));
    let reasons = drop.get("reasons").and_then(Json::as_list).unwrap_or_default();
    prop_assert!(!reasons.is_empty() || copy || of("code") == "unknown_lead", "{}", drop.write());
    prop_assert!(of("code") != "unknown_lead" || reasons.is_empty());
    for reason in reasons {
        prop_assert!(reason.get("code").and_then(Json::as_text).is_some_and(|code| !code.is_empty()));
        let asked = ["not_permitted", "locked", "not_reassignable", "boundary"].contains(&of("code"));
        prop_assert!(!asked || copy || reason.get("question").is_some(), "{}", drop.write());
        prop_assert!(reason.get("message").and_then(Json::as_text).is_some_and(|message| !message.is_empty()));
    }
    if of("code") == "changed_since" {
        let change =
            plan.get("changes").and_then(Json::as_list).unwrap().iter().find(|change| change.get("lead") == drop.get("lead")).unwrap();
        let row = &after[of("lead")];
        let set = change.get("set").and_then(Json::as_object).unwrap();
        let others: Vec<Json> = set
            .iter()
            .filter(|(field, values)| field_of(row, field) != values.get("to").cloned().unwrap_or_default())
            .map(|(field, _)| field.as_str().into())
            .collect();
        let told = reasons[0].get("data").and_then(|data| data.get("fields")).and_then(Json::as_list).unwrap();
        let wanted = if others.is_empty() { vec!["version".into()] } else { others };
        prop_assert_eq!(told, wanted.as_slice(), "{}", drop.write());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn a_row_that_is_as_the_plan_left_it_goes_back_to_what_it_was(seed: u64) {
        let mut dice = Dice(seed);
        let world = World::new(&mut dice);
        let workspace = Workspace::compile(&routing(&world.config)).unwrap();
        let mut table = world.load(&workspace, Backwards::No);
        let Some((before, command, made)) = planned(&mut dice, &world, &workspace, &mut table) else { return Ok(()) };
        let mut after = contents(&workspace, &table);

        // Some rows are changed by others in between; only a version tells that of all of them.
        let data = made.to_json();
        let changed: Vec<&str> = data.get("changes").and_then(Json::as_list).unwrap().iter().map(|change| change.get("lead").and_then(Json::as_text).unwrap()).collect();
        let mut touched: Vec<&str> = Vec::new();
        if world.config.contains("\"version\": \"version\"") {
            for lead in &changed {
                if dice.one_in(5) {
                    let row = after.get_mut(*lead).unwrap();
                    let version = field_of(row, "version").as_number().unwrap() + 1.0;
                    put(row, "version", Some(version.into()));
                    touched.push(lead);
                }
            }
        }

        let mut config = later(&mut dice, &world.config);
        let taken = dice.one_in(3);
        if taken {
            take_right(&mut dice, &mut config);
        }
        let now = Workspace::compile(&config).unwrap_or_else(|error| panic!("{error:?}"));
        let rows = Json::List(after.values().cloned().collect());
        let mut table = now.load(rows.write().as_bytes(), &json(r#"{"format": "json"}"#), Default::default()).unwrap();
        let back = now.undo(&table, EncodedPlan::Bytes(&made.encode()), &context()).unwrap();
        prop_assert!(taken || back.refused.is_empty());
        now.apply_plan(&mut table, &back).unwrap();
        let end = contents(&now, &table);
        let dropped = back.to_json().get("dropped").and_then(Json::as_list).unwrap().to_vec();
        for drop in &dropped {
            says_why(drop, &data, &after)?;
        }
        for (lead, row) in &after {
            let lead = lead.as_str();
            let copy = data.get("created").and_then(Json::as_list).unwrap().iter().find(|copy| copy.get("id").and_then(Json::as_text) == Some(lead));
            if let Some(copy) = copy {
                let stays = touched.contains(&copy.get("copyOf").and_then(Json::as_text).unwrap());
                prop_assert_eq!(end.contains_key(lead), stays);
                continue;
            }
            let stays = dropped.iter().find(|drop| drop.get("lead").and_then(Json::as_text) == Some(lead));
            let code = stays.and_then(|drop| drop.get("code")).and_then(Json::as_text).unwrap_or_default();
            let change = data.get("changes").and_then(Json::as_list).unwrap().iter().find(|change| change.get("lead").and_then(Json::as_text) == Some(lead));
            // A boundary is asked about a unit that goes back: one that had access may lead in and not out. What only starts or ends a run is
            // not taken back, and no run is put back.
            let transferred = code == "boundary" && command.get("type").and_then(Json::as_text) == Some("transfer");
            let runs = change.is_some_and(only_a_run) && code == "not_undoable";
            // Without the group whose offers lock one slot, a run locks them all.
            // Rules and claims do not ask whether a lead may be reassigned by hand; the way back does.
            let kind = command.get("type").and_then(Json::as_text).unwrap_or_default();
            let by_hand = code == "not_reassignable" && ["route", "claim", "sweep", "claim_from_pool"].contains(&kind);
            let locked = code == "locked" && field_of(row, "run") != Json::Null;
            let wanted = if touched.contains(&lead) || transferred || runs || locked || by_hand || (taken && (stays.is_some() || !back.refused.is_empty())) {
                row.clone()
            } else {
                let mut past = before[lead].clone();
                let Json::Object(pairs) = &mut past else { panic!("a row is an object") };
                pairs.iter_mut().filter(|(key, _)| key == "run").for_each(|(_, run)| *run = field_of(row, "run"));
                past
            };
            prop_assert_eq!(bare(&end[lead]), bare(&wanted), "{} of {}\n{}\n{}", lead, command.write(), data.write(), back.to_json().write());
        }
        if !back.refused.is_empty() {
            return Ok(());
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
