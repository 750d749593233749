//! What holds of every plan, in small random worlds.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::plan_world::{Backwards, Dice, World, json};
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{LeadTable, Workspace};
use proptest::prelude::*;

fn context(extra: &str) -> Json {
    json(&format!(r#"{{"actor": "u0", "now": "2026-03-01T09:00:00Z"{extra}}}"#))
}

fn texts(list: &Json, key: &str) -> Vec<String> {
    list.as_list().unwrap().iter().map(|item| item.get(key).and_then(Json::as_text).unwrap().to_owned()).collect()
}

/// All rows as the host sees them.
fn contents(workspace: &Workspace, table: &LeadTable) -> BTreeMap<String, Json> {
    let viewer = json(r#"{"actor": null}"#);
    let all = workspace.select(table, &Json::Null, &viewer).unwrap();
    let rows = workspace.page(table, &all, 0, usize::MAX, &Json::Null).unwrap();
    rows.as_list().unwrap().iter().map(|row| (row.get("id").and_then(Json::as_text).unwrap().to_owned(), row.clone())).collect()
}

fn without_version(rows: BTreeMap<String, Json>) -> BTreeMap<String, Json> {
    let strip = |row: Json| match row {
        Json::Object(pairs) => Json::Object(pairs.into_iter().filter(|(key, _)| key != "version").collect()),
        other => other,
    };
    rows.into_iter().map(|(id, row)| (id, strip(row))).collect()
}

fn plan(workspace: &Workspace, table: &LeadTable, command: &Json, context: &Json) -> Plan {
    workspace.plan(table, command, None, context, Default::default()).unwrap_or_else(|error| panic!("{error} {}", command.write()))
}

fn holds(workspace: &Workspace, table: &LeadTable, posted: EncodedPlan<'_>) -> bool {
    matches!(workspace.verify(table, posted, &context(""), Default::default()).unwrap(), Verdict::Holds(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_plan_keeps_its_promises(seed: u64) {
        let mut dice = Dice(seed);
        let world = World::new(&mut dice);
        let workspace = Workspace::compile(&json(&world.config)).unwrap_or_else(|error| panic!("{error:?}"));
        let mut table = world.load(&workspace, Backwards::No);
        let command = json(&world.command(&mut dice));
        let made = plan(&workspace, &table, &command, &context(""));
        let data = made.to_json();

        // Each lead changes once, and what changes is not left out.
        let changed = texts(data.get("changes").unwrap(), "lead");
        let distinct: BTreeSet<&String> = changed.iter().collect();
        prop_assert_eq!(distinct.len(), changed.len());
        let left: Vec<String> = texts(data.get("dropped").unwrap(), "lead");
        let dropped = data.get("dropped").and_then(Json::as_list).unwrap();
        let again = |drop: &&Json| drop.get("code").and_then(Json::as_text) == Some("duplicate_id");
        prop_assert!(dropped.iter().filter(|drop| !again(drop)).all(|drop| !changed.iter().any(|id| Some(id.as_str()) == drop.get("lead").and_then(Json::as_text))));
        if let Some(ids) = command.get("leads").and_then(|leads| leads.get("ids")).and_then(Json::as_list).filter(|_| made.refused.is_empty()) {
            prop_assert_eq!(ids.len(), changed.len() + left.len(), "{}", data.write());
        }
        if !made.refused.is_empty() {
            prop_assert_eq!((changed.len(), left.len(), made.all_state().len()), (0, 0, 0));
        }
        prop_assert_eq!(made.count(), changed.len());

        // Nothing tells of a lead that the actor may not see, but that it was asked for.
        let seen = workspace.select(&table, &Json::Null, &json(r#"{"actor": "u0"}"#)).map(|all| all.ids(&table, 0, usize::MAX).unwrap());
        let seen: BTreeSet<String> = match &seen {
            Ok(ids) => ids.as_list().unwrap().iter().map(|id| id.as_text().unwrap().to_owned()).collect(),
            Err(_) => BTreeSet::new(),
        };
        let told = |key: &str| data.get(key).unwrap().write();
        for id in world.ids.iter().filter(|id| !seen.contains(*id)) {
            for key in ["changes", "timeline", "notifications", "warnings", "created", "removed", "assignees", "state", "refused"] {
                prop_assert!(!told(key).contains(id.as_str()), "{} tells of {}: {}", key, id, told(key));
            }
            for drop in dropped.iter().filter(|drop| drop.get("lead").and_then(Json::as_text) == Some(id)) {
                prop_assert_eq!(drop.get("code").and_then(Json::as_text), Some("unknown_lead"));
                prop_assert!(command.write().contains(id.as_str()) && drop.get("reasons").is_none());
            }
        }

        // It is the same however leads were loaded, whatever the order of fields, and whenever it is planned.
        let backwards = world.load(&workspace, Backwards::Yes);
        prop_assert_eq!(plan(&workspace, &backwards, &command, &context("")).digest().to_owned(), made.digest().to_owned());
        let turned = Workspace::compile(&json(&world.turned())).unwrap();
        prop_assert_eq!(turned.digest(), workspace.digest());
        let other = plan(&turned, &world.load(&turned, Backwards::No), &command, &context(""));
        prop_assert_eq!(other.digest(), made.digest());
        prop_assert_eq!(other.to_json().canonical().write(), data.canonical().write());
        let later = json(r#"{"actor": "u0", "now": "2026-03-01T09:01:40Z"}"#);
        prop_assert_eq!(plan(&workspace, &table, &command, &later).outcome().to_owned(), made.outcome().to_owned());
        // Written ids find what the filter found.
        let pinned = plan(&workspace, &table, &command, &context(r#", "pin": true"#));
        let again = plan(&workspace, &table, &pinned.command(), &context(""));
        if made.refused.is_empty() && pinned.command().get("leads").and_then(|leads| leads.get("ids")).and_then(Json::as_list).is_none_or(|ids| ids.len() > 1) {
            prop_assert_eq!(pinned.digest(), again.digest(), "{}\n{}", pinned.to_json().write(), again.to_json().write());
        }

        // Its own proof holds, in both forms.
        let encoded = made.encode();
        let text = data.write();
        if made.refused.is_empty() {
            prop_assert!(holds(&workspace, &table, EncodedPlan::Bytes(&encoded)));
            prop_assert!(holds(&workspace, &table, EncodedPlan::Json(&json(&text))));
        }

        // A live plan, its bytes and its JSON make the same of a table; once only; and the way back leads back.
        let before = contents(&workspace, &table);
        let mut by_bytes = world.load(&workspace, Backwards::Yes);
        let mut by_json = world.load(&workspace, Backwards::No);
        let first = workspace.apply_plan(&mut table, &made).unwrap();
        prop_assert_eq!(&first, &workspace.apply(&mut by_bytes, EncodedPlan::Bytes(&encoded)).unwrap());
        prop_assert_eq!(&first, &workspace.apply(&mut by_json, EncodedPlan::Json(&json(&text))).unwrap());
        prop_assert_eq!((first.changed, first.refused.len()), (changed.len(), 0), "{}", text);
        let after = contents(&workspace, &table);
        prop_assert_eq!(&after, &contents(&workspace, &by_bytes));
        prop_assert_eq!(&after, &contents(&workspace, &by_json));
        let stale = |set: &Json| set.as_object().unwrap().is_empty();
        let bare = data.get("changes").and_then(Json::as_list).unwrap().iter().filter(|change| stale(change.get("set").unwrap())).count();
        if world.config.contains("\"version\": \"version\"") || bare == 0 {
            let second = workspace.apply_plan(&mut table, &made).unwrap();
            prop_assert_eq!((second.changed, second.created, second.refused.len()), (0, 0, changed.len() + made.created.len()), "{}", text);
        }
        prop_assert_eq!(&contents(&workspace, &table), &after);

        if made.refused.is_empty() {
            let back = workspace.undo(&table, EncodedPlan::Bytes(&encoded), &context("")).unwrap();
            let denied = back.to_json().get("dropped").and_then(Json::as_list).unwrap().len();
            prop_assert_eq!(denied + back.count(), changed.len() + if denied > 0 { made.created.len() } else { 0 }, "{}\n{}", text, back.to_json().write());
            let mut undone = by_json;
            workspace.apply_plan(&mut undone, &back).unwrap();
            if back.refused.is_empty() && denied == 0 {
                prop_assert_eq!(without_version(contents(&workspace, &undone)), without_version(before.clone()));
                // Undo of the undo is the plan again.
                let stored = json(&format!(r#"{{{}: {}}}"#, Json::from(made.id()).write(), text)).write();
                let again = workspace.undo(&undone, EncodedPlan::Json(&back.to_json()), &context(&format!(r#", "plans": {stored}"#))).unwrap();
                if again.to_json().get("dropped").and_then(Json::as_list).unwrap().is_empty() && again.refused.is_empty() {
                    workspace.apply_plan(&mut undone, &again).unwrap();
                    prop_assert_eq!(without_version(contents(&workspace, &undone)), without_version(after.clone()));
                }
            }
        }
    }
}

/// What a plan sets, by lead.
fn sets(plan: &Plan) -> BTreeMap<String, Json> {
    let data = plan.to_json();
    let changes = data.get("changes").and_then(Json::as_list).unwrap().iter();
    changes.map(|change| (change.get("lead").and_then(Json::as_text).unwrap().to_owned(), change.get("set").unwrap().clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_changed_meanwhile_stays_alike(seed: u64) {
        let mut dice = Dice(seed);
        let world = World::new(&mut dice);
        let workspace = Workspace::compile(&json(&world.config)).unwrap_or_else(|error| panic!("{error:?}"));
        let (mut table, mut by_bytes) = (world.load(&workspace, Backwards::No), world.load(&workspace, Backwards::Yes));
        // A plan that sets a field in some leads and not in others, which held the value already: the guard does not ask for it there.
        let mut any = || plan(&workspace, &table, &json(&world.command(&mut dice)), &context(""));
        let uneven = |plan: &Plan| sets(plan).values().map(|set| set.as_object().unwrap().len()).collect::<BTreeSet<_>>().len() > 1;
        let mut made = any();
        for _ in 0..8 {
            if uneven(&made) {
                break;
            }
            made = any();
        }
        let told = sets(&made);
        let set: BTreeSet<&String> = told.values().flat_map(|set| set.as_object().unwrap()).map(|(field, _)| field).collect();
        let rows: BTreeMap<String, Json> = contents(&workspace, &table);
        let all: Vec<&Json> = rows.values().collect();
        let mut changes = Vec::new();
        for (id, row) in &rows {
            let mut fields: Vec<&String> = row.as_object().unwrap().iter().map(|(field, _)| field).collect();
            // Mostly what the plan sets in other leads and not in this one.
            let quiet = |field: &&String| told.get(id).is_some_and(|here| set.contains(field) && here.get(field).is_none());
            if !dice.one_in(4) && fields.iter().any(quiet) {
                fields.retain(quiet);
            }
            let field = fields[dice.below(fields.len())];
            let value = all[dice.below(all.len())].get(field).cloned().unwrap_or_default();
            if field != "id" && dice.one_in(2) {
                changes.push(Json::object([("id", id.as_str().into()), (field.as_str(), value)]));
            }
        }
        for table in [&mut table, &mut by_bytes] {
            let mut loader = workspace.upserting(table, &json(r#"{"format": "json"}"#)).unwrap();
            loader.push(Json::List(changes.clone()).write().as_bytes()).unwrap();
            table.upsert(loader).unwrap();
        }
        let before = contents(&workspace, &table);
        let first = workspace.apply_plan(&mut table, &made).unwrap();
        prop_assert_eq!(&first, &workspace.apply(&mut by_bytes, EncodedPlan::Bytes(&made.encode())).unwrap());
        let after = contents(&workspace, &table);
        prop_assert_eq!(&after, &contents(&workspace, &by_bytes));
        // What the plan says nothing of is as it was.
        for (id, row) in before.iter().filter(|(id, _)| after.contains_key(*id)) {
            for (field, value) in row.as_object().unwrap().iter().filter(|(field, _)| field != "version") {
                if told.get(id).is_none_or(|set| set.get(field).is_none()) {
                    prop_assert_eq!(value, after[id].get(field).unwrap_or(&Json::Null), "{} of {}: {}", field, id, made.to_json().write());
                }
            }
        }
    }
}
