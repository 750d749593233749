//! The documentation and the types say what the commands say of themselves.

use super::{ASKS, KINDS};
use crate::access::{is_empty, is_one_of};
use crate::config::{Model, Verb};
use crate::json::Json;
use crate::query::assume::all;
use crate::query::{Strictness, compile};

/// The word of a verb in the documentation's table.
fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::LeadView => "view",
        Verb::LeadEdit => "edit",
        Verb::LeadClaim => "claim",
        other => other.name(),
    }
}

#[test]
fn the_documentation_has_each_command_and_what_it_asks() {
    let page = include_str!("../../pkg-template/docs/permissions.md");
    let rows: Vec<&str> =
        page.lines().skip_while(|line| *line != "| command | asks |").skip(2).take_while(|line| line.starts_with('|')).collect();
    let expected: Vec<String> = ASKS.iter().map(|(kind, _, asks)| format!("| {kind} | {asks} |")).collect();
    assert_eq!(rows, expected, "the table of pkg-template/docs/permissions.md; it should be:\n{}", expected.join("\n"));
}

#[test]
fn what_is_asked_names_the_rights() {
    for (kind, rights, asks) in ASKS {
        for verb in *rights {
            assert!(asks.split([',', ';', ' ']).any(|asked| asked == word(*verb)), "{kind} asks {verb:?} and does not say so: {asks}");
        }
    }
}

#[test]
fn types_and_tests_know_each_command() {
    let places = [
        ("pkg-template/evenhand.d.ts", include_str!("../../pkg-template/evenhand.d.ts"), "the union `Command`"),
        ("tests/js/package/denials.test.mjs", include_str!("../../tests/js/package/denials.test.mjs"), "`TABLE`, what each command asks"),
        ("tests/js/peers/lib/crowded.mjs", include_str!("../../tests/js/peers/lib/crowded.mjs"), "`commands`, each of them at random"),
    ];
    let mut missing = Vec::new();
    for (file, text, place) in places {
        for kind in KINDS {
            // The tests give an undo beside each of the others.
            let beside = *kind == "undo" && file.starts_with("tests/");
            if !beside && !text.contains(&format!("type: \"{kind}\"")) {
                missing.push(format!("{file} lacks `{kind}` in {place}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn conditions_that_are_put_together_are_those_that_are_written() {
    let config = r#"{"version": 1, "fields": {"id": {"type": "text"}, "owner": {"type": "user"}, "run": {"type": "text"}},
        "lead": {"id": "id", "owner": "owner", "run": "run"}, "users": [{"id": "ann"}, {"id": "bob"}]}"#;
    let (model, _) = Model::compile(&Json::parse(config).unwrap()).unwrap();
    let written = |rule: &str| {
        let query = Json::parse(&format!(r#"{{"combinator": "and", "rules": [{rule}]}}"#)).unwrap();
        all([compile(&query, "", &model.schema, Strictness::List).unwrap().root().clone()])
    };
    for people in [vec!["bob", "ann"], vec!["ann"], vec!["gone", "bob", "gone"]] {
        let list: Vec<String> = people.iter().map(|user| format!("\"{user}\"")).collect();
        let rule = format!(r#"{{"field": "owner", "operator": "in", "value": [{}]}}"#, list.join(","));
        assert_eq!(written(&rule), is_one_of(model.lead.owner, &people));
    }
    let run = model.lead.run.unwrap();
    assert_eq!(written(r#"{"field": "run", "operator": "empty"}"#), is_empty(run));
}
