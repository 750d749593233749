//! Commands, drop codes, refusals and proofs, one by one.

use crate::support::plan_world::{Dice, json};
use crate::support::state::keep;
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{LeadTable, Workspace};

const NOW: &str = "2026-03-01T09:00:00Z";

/// A brokerage of two companies. `grants` are those of `ann`, who acts.
fn workspace(grants: &str, more: &str) -> Workspace {
    let config = format!(
        r#"{{"version": 1,
        "fields": {{"id": {{"type": "text"}}, "version": {{"type": "number"}}, "owner": {{"type": "user"}}, "agent": {{"type": "user"}}, "primary": {{"type": "user"}},
          "unit": {{"type": "unit"}}, "access": {{"type": "units"}}, "pool": {{"type": "choice"}}, "status": {{"type": "choice"}}, "score": {{"type": "number"}},
          "run": {{"type": "text"}}, "assigned": {{"type": "datetime"}}, "former": {{"type": "tags"}}, "told": {{"type": "tags"}}}},
        "lead": {{"id": "id", "version": "version", "owner": "owner", "slots": [{{"field": "agent", "holders": {{"users": ["ann", "bob", "cid"]}}}}],
          "primary": "primary", "unit": "unit", "access": "access", "pool": "pool", "run": "run", "assignedAt": "assigned", "previousOwners": "former", "notified": "told"}},
        "lifecycle": {{"onAssign": {{"status": "mine"}}, "onUnassign": {{"status": "free"}}, "onDeactivate": {{"status": "off"}}, "onCopy": {{"score": 0}},
          "reassignable": {{"rules": [{{"field": "status", "operator": "!=", "value": "fixed"}}]}}{more}}},
        "org": [{{"id": "acme", "kind": "company"}}, {{"id": "north", "parent": "acme"}}, {{"id": "beta", "kind": "company"}}],
        "pools": [{{"id": "hot", "members": {{"users": ["bob"]}}}}, {{"id": "cold"}}],
        "groups": [{{"id": "g", "name": "G", "members": {{"users": ["bob", "cid"]}}, "method": {{"type": "least_recent"}}}}],
        "lists": [{{"id": "mine", "name": "Mine", "owner": "ann", "query": {{"rules": []}}}}, {{"id": "his", "name": "His", "owner": "bob", "query": {{"rules": []}}}}],
        "profiles": [{{"id": "ann", "grants": [{grants}]}}, {{"id": "see", "grants": [{{"do": ["lead.view"], "scope": "all"}}]}},
          {{"id": "own", "grants": [{{"do": ["lead.view"], "scope": "own", "where": {{"rules": [{{"field": "score", "operator": "<", "value": 90}}]}}}}]}}],
        "users": [{{"id": "ann", "profiles": ["ann"], "unit": "north"}}, {{"id": "bob", "name": "Bob B", "profiles": ["see"], "unit": "north"}},
          {{"id": "cid", "profiles": ["see"], "unit": "acme", "accepts": {{"rules": [{{"field": "score", "operator": ">", "value": 5}}]}}}},
          {{"id": "dan", "profiles": ["see"], "unit": "beta"}}, {{"id": "eve", "profiles": ["see"], "unit": "north", "active": false}},
          {{"id": "fay", "profiles": ["own"], "unit": "north"}}, {{"id": "gus", "profiles": ["see"], "unit": "north", "absences": [{{"from": "2026-03-01T08:00:00Z", "to": "2026-03-01T09:01:00Z"}}], "tags": ["day"]}},
          {{"id": "bot", "profiles": ["see"], "kind": "service", "unit": "north"}}]}}"#
    );
    Workspace::compile(&json(&config)).unwrap_or_else(|error| panic!("{error:?}"))
}

const ALL: &str = r#"{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "plan.undo", "group.view"], "scope": "all"}"#;

fn load(workspace: &Workspace, rows: &str) -> LeadTable {
    let absent = r#""absent": ["version", "owner", "agent", "unit", "access", "pool", "run", "status", "score"]"#;
    workspace.load(rows.as_bytes(), &json(&format!(r#"{{"format": "csv", {absent}}}"#)), Default::default()).unwrap()
}

fn leads(workspace: &Workspace) -> LeadTable {
    load(
        workspace,
        "id,version,owner,agent,primary,unit,access,pool,status,score,run,former,told\n\
         a,1,bob,,bob,north,,,mine,10,,,\n\
         b,2,,,,north,,,free,20,,,\n\
         c,3,cid,bob,cid,acme,,cold,mine,30,,bob,cid\n\
         d,4,dan,,dan,beta,,,mine,40,,,\n\
         e,5,bob,,,north,,,fixed,50,,,\n\
         f,6,bob,,,north,,,mine,60,run1,,\n\
         g,7,,,,north,,hot,free,1,,,\n\
         h,,bob,,,north,,,mine,99,,,\n",
    )
}

fn at(extra: &str) -> Json {
    json(&format!(r#"{{"actor": "ann", "now": "{NOW}"{extra}}}"#))
}

fn plan(workspace: &Workspace, table: &LeadTable, command: &str, extra: &str) -> Plan {
    workspace.plan(table, &json(command), None, &at(extra), Default::default()).unwrap_or_else(|error| panic!("{error} {command}"))
}

/// `lead:code` of all drops and `lead` of all changes.
fn outcome(plan: &Plan) -> String {
    let data = plan.to_json();
    let text = |item: &Json, key: &str| item.get(key).and_then(Json::as_text).unwrap().to_owned();
    let changed = data.get("changes").and_then(Json::as_list).unwrap().iter().map(|change| text(change, "lead"));
    let dropped = data.get("dropped").and_then(Json::as_list).unwrap();
    let dropped = dropped.iter().map(|drop| format!("{}:{}", text(drop, "lead"), text(drop, "code")));
    let refused = plan.refused.iter().map(|reason| format!("!{}", reason.code));
    changed.chain(dropped).chain(refused).collect::<Vec<_>>().join(" ")
}

fn set(plan: &Plan, at: usize) -> String {
    let changes = plan.changes(at, 1);
    changes.as_list().unwrap()[0].get("set").unwrap().write()
}

#[test]
fn every_command_and_every_drop() {
    let boundary = |mode: &str| format!(r#", "boundary": {{"kind": "company", "mode": "{mode}"}}"#);
    let open = workspace(ALL, "");
    let deny = workspace(ALL, &boundary("deny"));
    let copies = workspace(ALL, &boundary("duplicate"));
    for (workspace, command, wanted) in [
        (
            &open,
            r#"{"type": "assign", "leads": {"ids": ["a", "b", "zz", "b", "e", "f", "a"]}, "to": "ann"}"#,
            "a b zz:unknown_lead b:duplicate_id a:duplicate_id e:not_reassignable f:locked",
        ),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a", "b", "h"], "seen": [1, 1, null]}, "to": "ann"}"#, "a h b:stale"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a", "e", "f"]}, "to": "bob"}"#, "a:no_change e:no_change f:no_change"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a", "b", "g"]}, "to": "cid"}"#, "a b g:receiver_not_permitted"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a", "h"]}, "to": "fay"}"#, "a h:receiver_not_permitted"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a"]}, "to": "eve"}"#, "a:receiver_inactive"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a"]}, "to": "bot"}"#, "a:receiver_not_permitted"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a"]}, "to": "dan", "slot": "agent"}"#, "a:receiver_not_permitted"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a", "c"]}, "primary": "bob"}"#, "c a:no_change"),
        (&open, r#"{"type": "assign", "leads": {"ids": ["a", "b"]}, "primary": "cid"}"#, "a:not_a_holder b:not_a_holder"),
        (
            &open,
            r#"{"type": "assign", "leads": {"list": "mine"}, "slots": {"agent": null}}"#,
            "c a:no_change b:no_change d:no_change e:no_change f:no_change g:no_change h:no_change",
        ),
        (&open, r#"{"type": "assign", "leads": {"list": "his"}, "to": "bob"}"#, "!unknown_list"),
        (&open, r#"{"type": "unassign", "leads": {"ids": ["a", "b", "e", "f"]}}"#, "a e:not_reassignable f:locked b:no_change"),
        (&open, r#"{"type": "unassign", "leads": {"ids": ["b"]}, "pool": "hot"}"#, "b"),
        (&deny, r#"{"type": "assign", "leads": {"ids": ["a", "d"]}, "to": "dan"}"#, "a:boundary d:no_change"),
        (&copies, r#"{"type": "split", "leads": {"ids": ["a", "d"]}, "split": {"to": ["dan"]}}"#, "a:boundary d:no_change"),
        (
            &copies,
            r#"{"type": "split", "leads": {"ids": ["a", "g", "e", "f"]}, "split": {"to": ["cid", "fay"]}}"#,
            "a e:not_reassignable f:locked g:nobody_eligible",
        ),
        (
            &open,
            r#"{"type": "split", "leads": {"ids": ["a", "b", "c"]}, "split": {"to": [{"user": "ann", "cap": 1}]}}"#,
            "a b:no_capacity c:no_capacity",
        ),
        (
            &open,
            r#"{"type": "split", "leads": {"ids": ["a"]}, "split": {"to": ["eve", "bot", "ann"]}}"#,
            "!receiver_inactive !receiver_not_permitted",
        ),
        (&open, r#"{"type": "split", "leads": {"ids": ["b"]}, "split": {"to": {"tags": ["day"]}}}"#, "b:nobody_eligible"),
        (&deny, r#"{"type": "transfer", "lead": "a", "unit": "beta", "user": "dan"}"#, "a:boundary"),
        (&open, r#"{"type": "transfer", "lead": "a", "unit": "beta", "user": "dan", "seen": 9}"#, "a:stale"),
        (&open, r#"{"type": "transfer", "lead": "a", "unit": "north", "user": "bob"}"#, "a:no_change"),
        (&open, r#"{"type": "transfer", "lead": "zz", "unit": "beta"}"#, "zz:unknown_lead"),
        (&open, r#"{"type": "deactivate", "leads": {"ids": ["a", "f"]}}"#, "a f"),
        (&open, r#"{"type": "resend_notification", "lead": "a"}"#, "a"),
        (&open, r#"{"type": "resend_notification", "lead": "b"}"#, "b:no_change"),
        (&open, r#"{"type": "claim_from_pool", "lead": "b"}"#, "b"),
        (&open, r#"{"type": "claim_from_pool", "lead": "a"}"#, "a:already_claimed"),
        (&open, r#"{"type": "claim_from_pool", "lead": "g"}"#, "g:receiver_not_permitted"),
        (&open, r#"{"type": "mass_edit", "leads": {"ids": ["a", "b"]}, "set": {"score": 10}}"#, "b a:no_change"),
        (&open, r#"{"type": "mass_edit", "leads": {"ids": ["a", "b"]}, "note": {"type": "call", "text": "rang"}}"#, "a b"),
        (
            &open,
            r#"{"type": "reclaim", "from": ["bob"], "leads": {"ids": ["a", "b", "d", "e", "zz"]}}"#,
            "a zz:unknown_lead e:not_reassignable",
        ),
        (&open, r#"{"type": "reclaim", "from": ["bob"], "slot": "all"}"#, "a c h e:not_reassignable f:locked"),
        (&open, r#"{"type": "rebalance", "users": ["bob", "ann"]}"#, "a h e:not_reassignable f:locked"),
    ] {
        let table = leads(workspace);
        assert_eq!(outcome(&plan(workspace, &table, command, "")), wanted, "{command}");
    }
}

#[test]
fn bad_commands_throw() {
    let workspace = workspace(ALL, r#", "boundary": {"kind": "company", "mode": "duplicate"}"#);
    let table = leads(&workspace);
    for (command, code, path) in [
        (r#"{"type": "assing"}"#, "command_invalid", "/type"),
        (r#"{"type": "assign", "leads": {"ids": ["a"]}}"#, "command_invalid", ""),
        (r#"{"type": "assign", "leads": {"ids": ["a"]}, "to": "nobody"}"#, "command_invalid", "/to"),
        (
            r#"{"type": "assign", "leads": {"filter": {"rules": [{"field": "x", "operator": "="}]}}, "to": "bob"}"#,
            "query_invalid",
            "/leads/filter/rules/0/field",
        ),
        (r#"{"type": "mass_edit", "leads": {"ids": ["a"]}, "set": {"owner": "bob"}}"#, "command_invalid", "/set/owner"),
        (r#"{"type": "split", "leads": {"ids": ["a"]}, "split": {"to": []}}"#, "command_invalid", "/split/to"),
        (r#"{"type": "split", "leads": {"ids": ["a"]}, "split": {"to": ["bob", "bob"]}}"#, "command_invalid", "/split/to/1"),
        (
            r#"{"type": "split", "leads": {"ids": ["a"]}, "split": {"to": [{"user": "bob", "weight": 0}]}}"#,
            "command_invalid",
            "/split/to/0/weight",
        ),
        (
            r#"{"type": "split", "leads": {"ids": ["a"]}, "split": {"to": [{"user": "bob", "cap": -1}]}}"#,
            "command_invalid",
            "/split/to/0/cap",
        ),
        (r#"{"type": "reclaim", "from": ["bob"], "split": {"to": ["bob"]}}"#, "command_invalid", "/split/to"),
        (r#"{"type": "reclaim", "from": ["bob"], "split": {"to": {"group": "g"}}}"#, "command_invalid", "/split/to"),
        (r#"{"type": "transfer", "lead": "a", "unit": "beta"}"#, "command_invalid", "/newId"),
        (r#"{"type": "transfer", "lead": "a", "unit": "beta", "newId": "b"}"#, "command_invalid", "/newId"),
        (r#"{"type": "undo", "plan": "p"}"#, "plan_missing", "/plans"),
    ] {
        let error = workspace.plan(&table, &json(command), None, &at(""), Default::default()).unwrap_err();
        assert_eq!((error.code, error.diagnostics[0].path.as_str()), (code, path), "{command}: {error:?}");
    }
    let absent = r#"["version", "agent", "unit", "access", "pool", "run", "status", "score"]"#;
    let options = json(&format!(r#"{{"partial": true, "absent": {absent}}}"#));
    let partial = workspace.load(b"id,owner\na,bob\n", &options, Default::default()).unwrap();
    let split = json(r#"{"type": "split", "leads": {"ids": ["a"]}, "split": {"to": ["ann", "cid"], "even": "total"}}"#);
    let error = workspace.plan(&partial, &split, None, &at(""), Default::default()).unwrap_err();
    assert_eq!(error.code, "load_missing");
    let error = workspace.plan(&partial, &split, None, &at(r#", "load": {}, "partialState": true"#), Default::default()).unwrap_err();
    assert_eq!((error.code, error.diagnostics.len()), ("state_missing", 1));
}

/// Which grants a command needs is tested cell by cell in `tests/js/package/denials.test.mjs`; here, how a denial is told.
#[test]
fn a_grant_for_other_leads_leaves_a_lead_out_and_none_at_all_refuses() {
    let grants = |without: &str, instead: &str| {
        let all = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "plan.undo", "group.view"];
        let kept: Vec<String> = all.iter().filter(|verb| **verb != without).map(|verb| format!("\"{verb}\"")).collect();
        format!(r#"{{"do": [{}], "scope": "all"}}{instead}"#, kept.join(","))
    };
    let own_only = workspace(&grants("lead.edit", r#", {"do": ["lead.edit"], "scope": "own"}"#), "");
    let none = workspace(&grants("lead.edit", ""), "");
    let commands = [
        r#"{"type": "assign", "leads": {"ids": ["a", "c"]}, "to": "ann"}"#,
        r#"{"type": "assign", "leads": {"ids": ["c", "a"]}, "primary": "bob"}"#,
        r#"{"type": "unassign", "leads": {"ids": ["a", "c"]}}"#,
        r#"{"type": "split", "leads": {"ids": ["a", "c"]}, "split": {"to": ["ann", "dan"]}}"#,
        r#"{"type": "rebalance", "users": ["bob", "ann"]}"#,
        r#"{"type": "reclaim", "from": ["bob"], "split": {"to": ["ann"]}}"#,
        r#"{"type": "reclaim", "from": ["bob"]}"#,
        r#"{"type": "mass_edit", "leads": {"ids": ["a", "b"]}, "set": {"score": 3}}"#,
        r#"{"type": "mass_edit", "leads": {"ids": ["a", "b"]}, "units": {"add": ["beta"]}}"#,
        r#"{"type": "deactivate", "leads": {"ids": ["a", "b"]}}"#,
    ];
    for command in commands {
        let denied = plan(&own_only, &leads(&own_only), command, "");
        assert!(denied.count() == 0 && denied.refused.is_empty(), "{command}");
        let drops = denied.dropped(0, usize::MAX);
        let told = drops.as_list().unwrap().iter().filter(|drop| drop.get("code").and_then(Json::as_text) == Some("not_permitted"));
        assert!(told.clone().count() > 0);
        assert!(told.clone().all(|drop| drop.get("reasons").unwrap().write().contains(r#""question":"edit""#)), "{}", drops.write());
        let denied = plan(&none, &leads(&none), command, "");
        assert!(denied.count() == 0 && !denied.refused.is_empty(), "{command}");
    }
    let able = workspace(ALL, "");
    let made = plan(&able, &leads(&able), commands[0], "");
    let less = workspace(&grants("plan.undo", ""), "");
    let forged = json(&made.to_json().write());
    assert_eq!(outcome(&less.undo(&leads(&less), EncodedPlan::Json(&forged), &at("")).unwrap()), "!not_permitted");
}

#[test]
fn what_follows_from_a_new_owner() {
    let workspace = workspace(ALL, r#", "boundary": {"kind": "company", "mode": "grant_access"}"#);
    let mut table = leads(&workspace);
    let made = plan(&workspace, &table, r#"{"type": "assign", "leads": {"ids": ["c"]}, "to": "dan"}"#, "");
    assert_eq!(
        set(&made, 0),
        concat!(
            r#"{"access":{"from":null,"to":["beta"]},"assigned":{"from":null,"to":"2026-03-01T09:00:00.000Z"},"#,
            r#""former":{"from":["bob"],"to":["cid","bob"]},"owner":{"from":"cid","to":"dan"},"primary":{"from":"cid","to":"dan"},"#,
            r#""told":{"from":["cid"],"to":["cid","dan"]}}"#
        )
    );
    assert_eq!(made.warnings[0].message, "the unit `beta` gains access to 1 lead");
    let split = plan(&workspace, &table, r#"{"type": "split", "leads": {"ids": ["a", "b", "c"]}, "split": {"to": ["ann", "dan"]}}"#, "");
    assert!(set(&split, 1).contains(r#""access":{"from":null,"to":["beta"]}"#) && !set(&split, 0).contains("access"));
    assert_eq!(split.warnings.len(), 1);
    // A digest to each, and whether it is the first.
    assert_eq!(
        made.notifications().write(),
        concat!(
            r#"[{"user":"dan","kind":"assigned","slot":"owner","leads":["c"],"count":1,"first":true},"#,
            r#"{"user":"cid","kind":"released","slot":"owner","leads":["c"],"count":1,"first":false}]"#
        )
    );
    let silent = plan(&workspace, &table, r#"{"type": "resend_notification", "lead": "a"}"#, r#", "notify": "none""#);
    assert_eq!((silent.notifications().write().as_str(), set(&silent, 0).as_str()), ("[]", "{}"));
    // The lines: who receives, in order, then who loses; colleagues' loads are shown to whoever may give to them.
    let lines = Json::List(split.lines.iter().map(|line| line.to_json()).collect()).write();
    assert_eq!(
        lines,
        concat!(
            r#"[{"user":"ann","before":0,"after":2,"dealt":2,"released":0},{"user":"dan","before":1,"after":2,"dealt":1,"released":0},"#,
            r#"{"user":"bob","before":4,"after":3,"dealt":0,"released":1},{"user":"cid","before":1,"after":0,"dealt":0,"released":1}]"#
        )
    );
    // Clearing leaves the stamp; a version that was never set becomes 1.
    workspace.apply_plan(&mut table, &made).unwrap();
    let cleared = plan(&workspace, &table, r#"{"type": "unassign", "leads": {"ids": ["c", "h"]}, "pool": "hot"}"#, "");
    assert!(!set(&cleared, 0).contains("assigned") && set(&cleared, 0).contains(r#""status":{"from":"mine","to":"free"}"#));
    workspace.apply_plan(&mut table, &cleared).unwrap();
    let row = workspace.get(&table, "h", &json(r#"{"actor": null}"#)).unwrap().unwrap();
    assert_eq!((row.get("version"), row.get("pool")), (Some(&Json::Number(1.0)), Some(&Json::from("hot"))));
    assert_eq!(
        cleared.timeline(0, 1).as_list().unwrap()[0].get("text").unwrap().write(),
        r#""unassigned from dan; pool: cold → hot; primary: unassigned""#
            .replace("primary: unassigned", "unassigned from dan as primary; status: mine → free")
    );
}

#[test]
fn a_copy_goes_over_and_comes_back() {
    let workspace = workspace(ALL, r#", "boundary": {"kind": "company", "mode": "duplicate"}"#);
    let mut table = leads(&workspace);
    let made = plan(&workspace, &table, r#"{"type": "transfer", "lead": "a", "unit": "beta", "user": "dan", "newId": "a2"}"#, "");
    assert_eq!(outcome(&made), "a");
    assert_eq!(made.notifications().write(), r#"[{"user":"dan","kind":"assigned","slot":"owner","leads":["a2"],"count":1,"first":true}]"#);
    let encoded = made.encode();
    let done = workspace.apply_plan(&mut table, &made).unwrap();
    assert_eq!((done.changed, done.created), (1, 1));
    let get = |table: &LeadTable, id: &str, field: &str| {
        workspace.get(table, id, &json(r#"{"actor": null}"#)).unwrap().and_then(|row| row.get(field).cloned())
    };
    assert_eq!(
        (get(&table, "a2", "owner"), get(&table, "a2", "score"), get(&table, "a", "status")),
        (Some("dan".into()), Some(Json::Number(0.0)), Some("off".into()))
    );
    // A second time neither half is done.
    assert_eq!(workspace.apply(&mut table, EncodedPlan::Bytes(&encoded)).unwrap().refused, ["a2", "a"]);
    let back = workspace.undo(&table, EncodedPlan::Bytes(&encoded), &at("")).unwrap();
    assert_eq!((back.count(), back.removed.len()), (1, 1));
    // Somebody works on the copy: neither half goes back.
    let mut other = leads(&workspace);
    workspace.apply_plan(&mut other, &made).unwrap();
    let mut loader = workspace.upserting(&other, &json(r#"{"format": "csv"}"#)).unwrap();
    loader.push(b"id,score\na2,7\n").unwrap();
    other.upsert(loader).unwrap();
    assert_eq!(outcome(&workspace.undo(&other, EncodedPlan::Bytes(&encoded), &at("")).unwrap()), "a2:not_undoable a:not_undoable");
    workspace.apply_plan(&mut table, &back).unwrap();
    assert_eq!((get(&table, "a2", "id"), get(&table, "a", "status")), (None, Some("mine".into())));
}

#[test]
fn a_row_that_changed_since_stays() {
    let workspace = workspace(ALL, "");
    let mut table = leads(&workspace);
    let made = plan(&workspace, &table, r#"{"type": "assign", "leads": {"ids": ["a", "b", "c"]}, "to": "ann"}"#, "");
    workspace.apply_plan(&mut table, &made).unwrap();
    let edit = plan(&workspace, &table, r#"{"type": "mass_edit", "leads": {"ids": ["b"]}, "set": {"score": 5}}"#, "");
    workspace.apply_plan(&mut table, &edit).unwrap();
    let back = workspace.undo(&table, EncodedPlan::Json(&made.to_json()), &at("")).unwrap();
    assert_eq!(outcome(&back), "a c b:changed_since");
    assert_eq!(workspace.apply_plan(&mut table, &made).unwrap().changed, 0);
}

#[test]
fn what_is_remembered() {
    let workspace = workspace(ALL, "");
    let table = leads(&workspace);
    let command = r#"{"type": "assign", "leads": {"ids": ["b"]}, "to": "bob"}"#;
    let state = r#", "state": {"held/b": {"version": 4, "value": {"format": 1}}, "held/a": {"version": 1, "value": {"format": 1}}, "user/bob": {"version": 2, "value": {"format": 1, "day": 3}}}"#;
    let made = plan(&workspace, &table, command, state);
    let written = Json::List(made.all_state().iter().map(|change| change.to_json()).collect()).write();
    assert_eq!(
        written,
        format!(
            concat!(
                r#"[{{"key":"held/b","expect":4,"version":5,"value":null,"deleted":true}},"#,
                r#"{{"key":"user/bob","expect":2,"version":3,"value":{{"format":1,"last":{{"at":1772355600000,"tick":0}},"day":3}}}},"#,
                r#"{{"key":"done/{id}","expect":null,"version":1,"value":{{"format":1,"at":1772355600000}}}}]"#
            ),
            id = made.id()
        )
    );
    let error = workspace.plan(&table, &json(command), None, &at(r#", "partialState": true"#), Default::default()).unwrap_err();
    assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("state_missing", "/state/user~1bob"));
    // What is needed can be asked for beforehand.
    let needs = workspace.needs(&json(command), &at(""), Default::default()).unwrap();
    assert_eq!((needs.keys.as_slice(), needs.prefixes.len()), (&["held/b".to_owned(), "user/bob".to_owned()][..], 0));
    assert!(needs.load.starts_with(&["bob".to_owned()]));
    let split = r#"{"type": "split", "leads": {"filter": {"rules": []}}, "split": {"to": ["dan", "ann"]}}"#;
    let needs = workspace.needs(&json(split), &at(""), Default::default()).unwrap();
    let nulls = format!(r#", "partialState": true, "state": {{"{}": null}}"#, needs.keys[0]);
    assert_eq!((needs.keys.len(), needs.prefixes.as_slice()), (1, &["held/".to_owned()][..]));
    assert!(plan(&workspace, &table, split, &nulls).count() > 0);
}

#[test]
fn all_or_nothing() {
    let workspace = workspace(ALL, "");
    let table = leads(&workspace);
    let one =
        plan(&workspace, &table, r#"{"type": "assign", "leads": {"ids": ["a", "e", "zz"]}, "to": "ann"}"#, r#", "allOrNothing": true"#);
    assert_eq!((outcome(&one).as_str(), one.refused[0].data[0].1.write().as_str()), ("!unknown_lead", "\"zz\""));
    let none = plan(&workspace, &table, r#"{"type": "assign", "leads": {"ids": ["a", "b"]}, "to": "bob"}"#, r#", "allOrNothing": true"#);
    assert_eq!(outcome(&none), "b a:no_change");
}

#[test]
fn rows_that_move_as_one() {
    let workspace = workspace(ALL, "");
    let table = load(&workspace, "id,status,score,agent\na,x,1,\nb,y,1,\nc,x,1,\nd,,1,\ne,x,1,\nf,y,1,\ng,,1,\n");
    let made = plan(
        &workspace,
        &table,
        r#"{"type": "split", "leads": {"filter": {"rules": []}}, "split": {"to": ["ann", "bob"], "together": ["status"]}}"#,
        "",
    );
    let by = made.by_assignee();
    let of = |user: &str| by.iter().find(|(known, _)| known == user).map(|(_, leads)| leads.join("")).unwrap();
    let (ann, bob) = (of("ann"), of("bob"));
    for together in ["ace", "bf"] {
        assert!([&ann, &bob].iter().any(|leads| together.chars().all(|lead| leads.contains(lead))), "{ann} {bob}");
    }
    let split = made.split.unwrap();
    assert_eq!((split.spread, split.spread <= split.bound, split.exact), (1, true, false));
}

#[test]
fn proofs_fail_for_a_reason() {
    let workspace = workspace(ALL, "");
    let table = leads(&workspace);
    let command = r#"{"type": "split", "leads": {"ids": ["a", "b"]}, "split": {"to": ["bob", "ann"]}}"#;
    let made = plan(&workspace, &table, command, "");
    let encoded = made.encode();
    let verify = |table: &LeadTable, bytes: &[u8], context: &str| -> String {
        match workspace.verify(table, EncodedPlan::Bytes(bytes), &json(context), Default::default()).unwrap() {
            Verdict::Holds(_) => "holds".to_owned(),
            Verdict::Fails(problems) => problems.iter().map(|problem| problem.code.name()).collect::<Vec<_>>().join(" "),
        }
    };
    let at = |time: &str, more: &str| format!(r#"{{"actor": "ann", "now": "2026-03-01T{time}Z"{more}}}"#);
    assert_eq!(verify(&table, &encoded, &at("09:04:59", "")), "holds");
    assert_eq!(verify(&table, &encoded, &at("09:05:01", "")), "too_old");
    assert_eq!(verify(&table, &encoded, &at("09:05:01", r#", "maxAgeSeconds": 600"#)), "holds");
    assert_eq!(verify(&table, &encoded, &at("08:59:54", "")), "from_the_future");
    assert_eq!(verify(&table, &encoded, r#"{"actor": "bob", "now": "2026-03-01T09:00:00Z"}"#), "actor");
    assert_eq!(verify(&table, b"EVHP", &at("09:00:00", "")), "malformed");
    let done = format!(r#", "state": {{"done/{}": {{"version": 1, "value": null}}}}"#, made.id());
    assert_eq!(verify(&table, &encoded, &at("09:00:00", &done)), "already_done");
    let key = &made.reads.first().map_or_else(|| made.state[0].key.clone(), |read| read.0.to_string());
    let moved = format!(r#", "state": {{"{key}": {{"version": 1, "value": {{"format": 1, "carry": {{"ann": 5000000000}}}}}}}}"#);
    assert_eq!(verify(&table, &encoded, &at("09:00:00", &moved)), "state_changed");
    let changed = load(&workspace, "id,version,owner,unit,status,score\na,1,bob,north,mine,10\nb,3,,north,free,20\n");
    assert_eq!(verify(&changed, &encoded, &at("09:00:00", "")), "rows_changed");
    let other = super_workspace();
    let verdict = other.verify(&leads(&other), EncodedPlan::Bytes(&encoded), &json(&at("09:00:00", "")), Default::default()).unwrap();
    assert!(matches!(verdict, Verdict::Fails(problems) if problems[0].code.name() == "config_changed"));
    let differs = made.to_json().write().replace(r#""semantics":1"#, r#""semantics":2"#);
    let verdict = workspace.verify(&table, EncodedPlan::Json(&json(&differs)), &json(&at("09:00:00", "")), Default::default()).unwrap();
    assert!(matches!(verdict, Verdict::Fails(problems) if problems[0].code.name() == "semantics_differ"));
    // Gus is away when it is planned, and back when it is posted.
    let tags = r#"{"type": "split", "leads": {"ids": ["b"]}, "split": {"to": {"tags": ["day"]}}}"#;
    let away = plan(&workspace, &table, tags, "").encode();
    assert_eq!(verify(&table, &away, &at("09:00:59", "")), "holds");
    assert_eq!(verify(&table, &away, &at("09:01:00", "")), "time_dependent");
    let refused = plan(&workspace, &table, r#"{"type": "assign", "leads": {"list": "his"}, "to": "bob"}"#, "").encode();
    assert_eq!(verify(&table, &refused, &at("09:00:00", "")), "refused");
}

fn super_workspace() -> Workspace {
    workspace(ALL, r#", "retireAfterMinutes": 5"#)
}

/// A lead that may not be seen is told from one that does not exist by nothing, whatever is posted.
#[test]
fn guesses_about_unseen_leads_are_not_answered() {
    let blind = workspace(&ALL.replace(r#""scope": "all""#, r#""scope": "team""#), "");
    let table = leads(&blind);
    let made = plan(&blind, &table, r#"{"type": "assign", "leads": {"ids": ["a"]}, "to": "ann"}"#, "").to_json().write();
    let verdicts: Vec<String> = [("d", "4"), ("d", "5"), ("zz", "4")]
        .iter()
        .map(|(lead, version)| {
            let forged = made.replace(r#""lead":"a","expect":1"#, &format!(r#""lead":"{lead}","expect":{version}"#));
            match blind.verify(&table, EncodedPlan::Json(&json(&forged)), &at(""), Default::default()).unwrap() {
                Verdict::Fails(problems) => problems[0].to_json().write().replace(&format!("\"{lead}\""), "?"),
                Verdict::Holds(_) => "holds".to_owned(),
            }
        })
        .collect();
    assert!(verdicts[0].contains("rows_changed") && verdicts.windows(2).all(|pair| pair[0] == pair[1]), "{verdicts:?}");
}

/// 900 single leads through plan and state, with weights 5, 3 and 1.
#[test]
fn single_leads_follow_the_weights() {
    let workspace = workspace(ALL, "");
    let mut kept: Vec<(String, Json)> = Vec::new();
    let mut counts = std::collections::BTreeMap::new();
    let table = load(&workspace, "id,score\nx,50\n");
    let command = json(
        r#"{"type": "split", "leads": {"ids": ["x"]}, "split": {"to": [{"user": "ann", "weight": 5}, {"user": "bob", "weight": 3}, {"user": "cid", "weight": 1}]}}"#,
    );
    for _ in 0..900 {
        let context = Json::object([("actor", "ann".into()), ("now", NOW.into()), ("state", Json::Object(kept.clone()))]);
        let made = workspace.plan(&table, &command, None, &context, Default::default()).unwrap();
        let (_, to, users) = made.columns();
        *counts.entry(users[to[0] as usize].clone()).or_insert(0) += 1;
        write(&mut kept, &made);
    }
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [500, 300, 100]);
}

/// What the host does with the state that a plan writes.
fn write(kept: &mut Vec<(String, Json)>, made: &Plan) {
    for change in &made.state {
        let before = kept.iter().find(|(key, _)| *key == change.key).and_then(|(_, entry)| entry.get("version")?.as_number());
        assert_eq!(before, change.expect.map(|version| version as f64));
    }
    keep(kept, made.state.iter().cloned());
}

/// 1,500 batches of a few leads, with random absences: everybody stays within two leads of what their shares add up to.
#[test]
fn nobody_drifts_away_from_the_shares() {
    let workspace = workspace(ALL, "");
    let mut dice = Dice(11);
    let people = ["ann", "bob", "dan", "gus"];
    let mut kept: Vec<(String, Json)> = Vec::new();
    let (mut got, mut due) = ([0.0f64; 4], [0.0f64; 4]);
    for _ in 0..1500 {
        let here: Vec<usize> = (0..4).filter(|_| !dice.one_in(4)).collect();
        if here.is_empty() {
            continue;
        }
        let rows = 1 + dice.roll(5);
        let csv: String = (0..rows).map(|row| format!("x{row},50\n")).collect();
        let table = load(&workspace, &format!("id,score\n{csv}"));
        let to: Vec<String> = here.iter().map(|at| format!("\"{}\"", people[*at])).collect();
        let command = json(&format!(
            r#"{{"type": "split", "leads": {{"filter": {{"rules": []}}}}, "split": {{"to": [{}], "key": "k"}}}}"#,
            to.join(",")
        ));
        let context = Json::object([("actor", "ann".into()), ("now", NOW.into()), ("state", Json::Object(kept.clone()))]);
        let made = workspace.plan(&table, &command, None, &context, Default::default()).unwrap();
        for (user, leads) in made.by_assignee() {
            got[people.iter().position(|known| *known == user).unwrap()] += leads.len() as f64;
        }
        here.iter().for_each(|at| due[*at] += rows as f64 / here.len() as f64);
        write(&mut kept, &made);
        for at in 0..4 {
            assert!((got[at] - due[at]).abs() <= 2.0, "{got:?} {due:?}");
        }
    }
}
