//! What a configuration may say, and what is told of faults.

use super::*;

fn faults(text: &str) -> Vec<(&'static str, String)> {
    match Model::compile(&Json::parse(text).unwrap()) {
        Ok((_, warnings)) => warnings.into_iter().map(|d| (d.code, d.path)).collect(),
        Err(error) => error.into_diagnostics().into_iter().map(|d| (d.code, d.path)).collect(),
    }
}

fn with(extra: &str) -> String {
    format!(
        r#"{{"version":1,"fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}},"status":{{"type":"choice","choices":["New","Lost"]}},"agent":{{"type":"user"}},"tags":{{"type":"tags"}}}},
        "lead":{{"id":"id","owner":"owner","slots":["agent"]}},"users":[{{"id":"ann","attributes":{{"langs":["en"]}}}},{{"id":"bob"}}]{extra}}}"#
    )
}

#[test]
fn a_small_configuration_compiles() {
    let (model, warnings) = Model::compile(&Json::parse(&with("")).unwrap()).unwrap();
    assert_eq!(warnings, vec![]);
    assert_eq!(model.lead.slots.len(), 2);
    assert_eq!(model.user("bob").unwrap().0, UserIx(1));
    assert_eq!(model.user_schema.kind(model.user_schema.find("langs").unwrap()), crate::query::FieldType::Tags);
}

#[test]
fn every_fault_is_found_with_its_place() {
    for (extra, code, path) in [
        (r#","grups":[]"#, "unknown_key", "/grups"),
        (r#","timeZone":"Europe/Berlin""#, "unknown_zone", "/timeZone"),
        (r#","pools":[{"id":"p","unit":"x"}]"#, "unknown_unit", "/pools/0/unit"),
        (r#","pools":[{"id":"p","members":{}}]"#, "members_empty", "/pools/0/members"),
        (r#","pools":[{"id":"p","members":{"users":["cat"]}}]"#, "unknown_user", "/pools/0/members/users/0"),
        (r#","profiles":[{"id":"p","grants":[{"do":[],"scope":"all"}]}]"#, "grant_empty", "/profiles/0/grants/0/do"),
        (r#","profiles":[{"id":"p","grants":[{"do":["lead.veiw"],"scope":"all"}]}]"#, "unknown_word", "/profiles/0/grants/0/do/0"),
        (r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"world"}]}]"#, "unknown_word", "/profiles/0/grants/0/scope"),
        (r#","profiles":[{"id":"p","grants":[{"do":["lead.view"]}]}]"#, "missing", "/profiles/0/grants/0/scope"),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["list.use"],"scope":"all","where":{"rules":[{"field":"id","operator":"notNull"}]}}]}]"#,
            "where_not_for_verb",
            "/profiles/0/grants/0/where",
        ),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"all","where":{"rules":[]}}]}]"#,
            "empty_group",
            "/profiles/0/grants/0/where",
        ),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"all","where":{"rules":[{"rules":[]}]}}]}]"#,
            "empty_group",
            "/profiles/0/grants/0/where/rules/0",
        ),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"all","where":{"rules":[{"field":"id","operator":"notNull","disabled":true}]}}]}]"#,
            "disabled_node",
            "/profiles/0/grants/0/where/rules/0",
        ),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"all","where":{"rules":[{"field":"idd","operator":"notNull"}]}}]}]"#,
            "unknown_field",
            "/profiles/0/grants/0/where/rules/0/field",
        ),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"all","dney":true}]}]"#,
            "unknown_key",
            "/profiles/0/grants/0/dney",
        ),
        (
            r#","profiles":[{"id":"p","grants":[{"do":["lead.view"],"scope":"all","deny":"yes"}]}]"#,
            "wrong_type",
            "/profiles/0/grants/0/deny",
        ),
        (r#","org":[{"id":"a","parent":"b"},{"id":"b","parent":"a"}]"#, "unit_cycle", "/org/0/parent"),
        (r#","org":[{"id":"a","parent":"z"}]"#, "unknown_unit", "/org/0/parent"),
        (r#","lifecycle":{"onAssign":{"owner":"ann"}}"#, "reserved_field", "/lifecycle/onAssign/owner"),
        (r#","lifecycle":{"onAssign":{"status":"Nwe"}}"#, "unknown_name", "/lifecycle/onAssign/status"),
        (r#","lifecycle":{"boundary":{"kind":"company","mode":"deny"}}"#, "unknown_name", "/lifecycle/boundary/kind"),
        (
            r#","groups":[{"id":"g","name":"G","members":{"users":["ann"]},"method":{"type":"round_robbin"}}]"#,
            "unknown_name",
            "/groups/0/method/type",
        ),
        (
            r#","groups":[{"id":"g","name":"G","members":{"users":["ann"]},"method":{"type":"weighted"},"onNobody":[{"group":"g"}]}]"#,
            "fallback_cycle",
            "/groups",
        ),
        (
            r#","groups":[{"id":"g","name":"G","members":{"users":["ann"]},"slot":"status","method":{"type":"weighted"}}]"#,
            "not_a_slot",
            "/groups/0/slot",
        ),
        (r#","rules":[{"id":"r","to":{}}]"#, "target_invalid", "/rules/0/to"),
        (r#","rules":[{"id":"r","to":{"user":"bbo"}}]"#, "unknown_user", "/rules/0/to/user"),
        (
            r#","lists":[{"id":"l","name":"L","owner":"ann","query":{"rules":[]},"sort":[{"field":"statsu"}]}]"#,
            "unknown_field",
            "/lists/0/sort/0/field",
        ),
        (r#","schedules":[{"id":"s","week":{"7":[]}}]"#, "unknown_key", "/schedules/0/week/7"),
        (r#","schedules":[{"id":"s","week":{"1":[["9","17:00"]]}}]"#, "window_invalid", "/schedules/0/week/1/0"),
    ] {
        let found = faults(&with(extra));
        assert!(found.contains(&(code, path.to_owned())), "{extra} gave {found:?}");
    }
    let none = r#"{"version":2,"fields":{},"lead":{},"users":[{"id":"a"},{"id":"a"}]}"#;
    let codes: Vec<&str> = faults(none).into_iter().map(|fault| fault.0).collect();
    assert_eq!(codes, ["version_unknown", "fields_missing", "duplicate_id", "missing", "missing"]);
}

#[test]
fn weights_are_decimals_of_six_places() {
    let of = |text: &str| {
        let faults = crate::json::decode::Faults::default();
        let json = Json::parse(text).unwrap();
        people::weight(&Decoder::new(&json, "", &faults))
    };
    assert_eq!(of("0.1"), Some(100_000));
    assert_eq!(of("1000000"), Some(1_000_000_000_000));
    assert_eq!(of("0.000001"), Some(1));
    assert_eq!(of("0"), Some(0));
    for bad in ["0.0000001", "-1", "1000000.000001", "1e300"] {
        assert_eq!(of(bad), None, "{bad}");
    }
}

#[test]
fn a_patch_makes_what_the_patched_configuration_would() {
    let source =
        Json::parse(&with(r#","groups":[{"id":"g","name":"G","members":{"users":["bob"]},"method":{"type":"weighted"}}]"#)).unwrap();
    for (patch, code) in [
        (r#"{"users":{"put":[{"id":"bob","paused":true}]}}"#, None),
        (r#"{"users":{"put":[{"id":"cat","weight":2},{"id":"bob","name":"Bob"}]}}"#, None),
        (r#"{"users":{"put":[{"id":"ann","attributes":{"skill":3}}]}}"#, None),
        (r#"{"users":{"put":[{"id":"cat"}],"remove":["ann"]},"groups":{"remove":["g"]}}"#, None),
        (
            r#"{"profiles":{"put":[{"id":"p","grants":[{"do":["lead.view"],"scope":"own"}]}]},"users":{"put":[{"id":"bob","profiles":["p"]}]}}"#,
            None,
        ),
        (r#"{"org":[{"id":"a"}],"lifecycle":{"onAssign":{"status":"New"}}}"#, None),
        (r#"{"rules":[]}"#, None),
        (r#"{"schedules":{"put":[{"id":"s","timeZone":"Some/Where","week":{}}]}}"#, Some("unknown_zone")),
        (r#"{"users":{"remove":["bob"]}}"#, Some("unknown_user")),
        (r#"{"users":{"remove":["cat"]}}"#, Some("unknown_id")),
        (r#"{"users":{"put":[{"id":"bob","unit":"z"}]}}"#, Some("unknown_unit")),
        (r#"{"users":{"put":[{"id":"bob","profiles":["q"]}]}}"#, Some("unknown_profile")),
        (r#"{"users":{"put":[{"name":"nobody"}]}}"#, Some("missing")),
        (r#"{"usres":{}}"#, Some("unknown_key")),
    ] {
        let (model, _) = Model::compile(&source).unwrap();
        let mut after = source.clone();
        match (model.update(&source, &Json::parse(patch).unwrap()), code) {
            (Ok((updated, written)), None) => {
                written.write(&mut after);
                assert_ne!(after, source, "{patch}");
                let (whole, _) = Model::compile(&after).unwrap();
                assert_eq!(format!("{updated:?}"), format!("{whole:?}"), "{patch}");
            }
            (Err(error), Some(code)) => {
                assert!(error.diagnostics.iter().any(|fault| fault.code == code), "{patch}: {error:?}");
            }
            (result, _) => panic!("{patch}: {result:?}"),
        }
    }
}
