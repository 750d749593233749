//! Columns of an encoded plan, in each way in which they are written: what comes out is what went in.

use evenhand::json::Json;
use evenhand::wire::verify::EncodedPlan;
use evenhand::workspace::{LeadTable, Workspace};

use crate::support::plan_world::json;

const CONTEXT: &str = r#"{"actor": "ann", "now": "2026-03-01T09:00:00Z"}"#;

/// A workspace whose leads have a version, or none, and a table in which a field has so many values; every third lead has none of them.
fn world(versioned: bool, leads: usize, values: usize) -> (Workspace, LeadTable) {
    let version = if versioned { r#""version": "v", "# } else { "" };
    let config = format!(
        r#"{{
          "version": 1,
          "fields": {{"id": {{"type": "text"}}, "v": {{"type": "number"}}, "owner": {{"type": "user"}}, "note": {{"type": "text"}}, "at": {{"type": "datetime"}}}},
          "lead": {{"id": "id", {version}"owner": "owner"}},
          "profiles": [{{"id": "all", "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo"], "scope": "all"}}]}}],
          "users": [{{"id": "ann", "profiles": ["all"]}}, {{"id": "bob", "profiles": ["all"]}}]
        }}"#
    );
    let workspace = Workspace::compile(&json(&config)).unwrap();
    let mut text = String::from("id,v,owner,note,at\n");
    for nth in 0..leads {
        let note = if nth % 3 == 0 { String::new() } else { format!("note {}", nth % values) };
        let owner = ["ann", "bob", ""][nth / 7 % 3];
        text += &format!("L{nth},{},{owner},{note},{}\n", nth % 40, if nth % 2 == 0 { "2026-01-02" } else { "" });
    }
    let table = workspace.load(text.as_bytes(), &Json::Null, Default::default()).unwrap();
    (workspace, table)
}

fn contents(workspace: &Workspace, table: &LeadTable) -> Json {
    let all = workspace.select(table, &Json::Null, &json(r#"{"actor": null}"#)).unwrap();
    workspace.page(table, &all, 0, usize::MAX, &json(r#"["id", "owner", "note", "at"]"#)).unwrap()
}

#[test]
fn what_a_plan_changed_is_read_back() {
    for versioned in [false, true] {
        for (leads, values) in [(1, 1), (2, 1), (30, 3), (400, 100), (3000, 1000), (110_000, 200_000)] {
            let (workspace, mut table) = world(versioned, leads, values);
            let before = contents(&workspace, &table);
            let command = json(
                r#"{"type": "mass_edit", "leads": {"all": true}, "set": {"note": null, "at": null}, "split": {"to": ["ann", "bob"]}}"#,
            );
            let plan = workspace.plan(&table, &command, None, &json(CONTEXT), Default::default()).unwrap();
            let encoded = plan.encode();
            let verdict = workspace.verify(&table, EncodedPlan::Bytes(&encoded), &json(CONTEXT), Default::default()).unwrap();
            assert!(matches!(verdict, evenhand::wire::verify::Verdict::Holds(_)));

            // Applied from its bytes, as data and as it is: the same table.
            let (_, mut other) = world(versioned, leads, values);
            let applied = workspace.apply(&mut other, EncodedPlan::Bytes(&encoded)).unwrap();
            assert_eq!(applied, workspace.apply_plan(&mut table, &plan).unwrap());
            assert_eq!((applied.changed, applied.refused.len()), (plan.count(), 0));
            assert_eq!(contents(&workspace, &table), contents(&workspace, &other));
            if leads < 1000 {
                let (_, mut third) = world(versioned, leads, values);
                assert_eq!(workspace.apply(&mut third, EncodedPlan::Json(&plan.to_json())).unwrap(), applied);
                assert_eq!(contents(&workspace, &third), contents(&workspace, &table));
            }

            // Every lead goes back to what it was.
            let undo = workspace.undo(&table, EncodedPlan::Bytes(&encoded), &json(CONTEXT)).unwrap();
            assert_eq!(undo.count(), plan.count(), "{leads} leads, {values} values");
            let (forth, back) = (plan.changes(0, 1000), undo.changes(0, 1000));
            for (forth, back) in forth.as_list().unwrap().iter().zip(back.as_list().unwrap()) {
                assert_eq!(forth.get("lead"), back.get("lead"));
                for (field, values) in forth.get("set").and_then(Json::as_object).unwrap() {
                    let returned = back.get("set").unwrap().get(field).unwrap();
                    assert_eq!((values.get("from"), values.get("to")), (returned.get("to"), returned.get("from")));
                }
            }
            workspace.apply_plan(&mut table, &undo).unwrap();
            assert_eq!(contents(&workspace, &table), before);
        }
    }
}

/// An encoding of another version is refused by its name, in each place that takes one.
#[test]
fn another_format_is_refused_clearly() {
    let (workspace, mut table) = world(false, 3, 1);
    let command = json(r#"{"type": "assign", "leads": {"ids": ["L1"]}, "to": "bob"}"#);
    let plan = workspace.plan(&table, &command, None, &json(CONTEXT), Default::default()).unwrap();
    let mut bytes = plan.encode();
    bytes[4] = 1;
    let error = workspace.undo(&table, EncodedPlan::Bytes(&bytes), &json(CONTEXT)).unwrap_err();
    assert!(error.code == "plan_malformed" && error.message.contains("evenhand/plan@1"), "{}", error.message);
    assert_eq!(workspace.apply(&mut table, EncodedPlan::Bytes(&bytes)).unwrap_err().code, "plan_malformed");
    let mut data = plan.to_json();
    let Json::Object(pairs) = &mut data else { panic!("a plan is an object") };
    pairs.iter_mut().filter(|(key, _)| key == "format").for_each(|(_, value)| *value = "evenhand/plan@1".into());
    let verdict = workspace.verify(&table, EncodedPlan::Json(&data), &json(CONTEXT), Default::default()).unwrap();
    let evenhand::wire::verify::Verdict::Fails(problems) = verdict else { panic!("another format holds") };
    assert_eq!(problems[0].code.name(), "semantics_differ");
    // As data it stays readable: what it changed is written in it.
    assert_eq!(workspace.undo(&table, EncodedPlan::Json(&data), &json(CONTEXT)).unwrap().dropped(0, 9).as_list().unwrap().len(), 1);
}

/// A number is written in its shortest form only, and the guard is the one that the leads have: other bytes are no plan.
#[test]
fn a_plan_has_one_encoding() {
    let (workspace, table) = world(false, 3, 1);
    let command = json(r#"{"type": "assign", "leads": {"ids": ["L1"]}, "to": "bob"}"#);
    let plan = workspace.plan(&table, &command, None, &json(CONTEXT), Default::default()).unwrap();
    let bytes = plan.encode();
    let read = |workspace: &Workspace, bytes: &[u8]| workspace.undo(&table, EncodedPlan::Bytes(bytes), &json(CONTEXT)).map(|_| ());
    assert!(read(&workspace, &bytes).is_ok());
    // The first number is the length of the header, behind five bytes that begin every plan.
    let end = 5 + bytes[5..].iter().position(|byte| byte & 0x80 == 0).unwrap();
    for more in [vec![0], vec![0x80, 0], [vec![0x80; 13 - end], vec![2]].concat()] {
        let mut long = bytes.clone();
        long[end] |= 0x80;
        long.splice(end + 1..end + 1, more);
        assert_eq!(read(&workspace, &long).unwrap_err().code, "plan_malformed");
    }
    let (versioned, _) = world(true, 3, 1);
    assert_eq!(read(&versioned, &bytes).unwrap_err().code, "plan_malformed");
}

/// A table shares with a plan the chunks that did not change since; rows of the others are asked for themselves, wherever they stand in theirs.
#[test]
fn rows_of_later_chunks_keep_their_guard() {
    const CHUNK: usize = 1 << 15;
    let command = json(r#"{"type": "mass_edit", "leads": {"all": true}, "set": {"note": "note 0"}, "slots": {"owner": "ann"}}"#);
    let (workspace, mut table) = world(false, 2 * CHUNK + 9, 1);
    let plan = workspace.plan(&table, &command, None, &json(CONTEXT), Default::default()).unwrap();
    let bytes = plan.encode();
    // One gets another owner, and one, which held the planned note already, none; each begins a chunk.
    let meanwhile = format!(r#"[{{"id": "L{}", "owner": "bob"}}, {{"id": "L{CHUNK}", "note": null}}]"#, 2 * CHUNK);
    let mut others = [world(false, 2 * CHUNK + 9, 1).1, world(false, 2 * CHUNK + 9, 1).1];
    for table in others.iter_mut().chain([&mut table]) {
        let mut loader = workspace.upserting(table, &Json::Null).unwrap();
        loader.push(meanwhile.as_bytes()).unwrap();
        table.upsert(loader).unwrap();
    }
    let applied = workspace.apply_plan(&mut table, &plan).unwrap();
    assert_eq!(applied.refused, [format!("L{}", 2 * CHUNK)]);
    assert_eq!(applied.changed, plan.count() - 1);
    let [mut one, other] = others;
    assert_eq!(workspace.apply(&mut one, EncodedPlan::Bytes(&bytes)).unwrap(), applied);
    let (as_it_is, from_bytes, before) = (contents(&workspace, &table), contents(&workspace, &one), contents(&workspace, &other));
    assert!(as_it_is == from_bytes && as_it_is != before);
    let row = |rows: &Json, at: usize, field: &str| rows.as_list().unwrap()[at].get(field).cloned();
    assert_eq!(row(&as_it_is, CHUNK, "note").unwrap_or_default(), Json::Null);
    assert_eq!(row(&as_it_is, CHUNK, "owner"), Some("ann".into()));
    assert_eq!(row(&as_it_is, 2 * CHUNK, "owner"), Some("bob".into()));
}
