//! Every message that compiling a filter can give, word for word.

use std::fmt::Write as _;

use super::schema::Case;
use super::{Field, FieldType, Schema, Strictness, UnitTree, compile};
use crate::error::{Diagnostic, Severity};
use crate::json::Json;
use crate::time::Zone;

fn schema() -> Schema {
    let field = |name: &str, kind, case, choices: &[&str]| {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        Field { name: name.into(), label: None, kind, case, choices, formats: Vec::new(), separator: None, numbers: None }
    };
    let fields = vec![
        field("name", FieldType::Text, Case::Ignored, &[]),
        field("code", FieldType::Text, Case::Sensitive, &[]),
        field("score", FieldType::Number, Case::Ignored, &[]),
        field("vip", FieldType::Boolean, Case::Ignored, &[]),
        field("born", FieldType::Date, Case::Ignored, &[]),
        field("created", FieldType::Datetime, Case::Ignored, &[]),
        field("status", FieldType::Choice, Case::Ignored, &["new", "open", "closed"]),
        field("tags", FieldType::Tags, Case::Ignored, &[]),
        field("owner", FieldType::User, Case::Ignored, &[]),
        field("unit", FieldType::Unit, Case::Ignored, &[]),
    ];
    let units = UnitTree::build(vec![("north".into(), None, None, None)]).unwrap();
    Schema::new(fields, Zone::utc(), 1, units)
}

fn print(out: &mut String, faults: &[Diagnostic]) {
    for fault in faults {
        let severity = if fault.severity == Severity::Error { "" } else { "warning " };
        let _ = writeln!(out, "  {severity}{} {:?}: {}", fault.code, fault.path, fault.message);
        if let Some(hint) = &fault.hint {
            let _ = writeln!(out, "    {hint}");
        }
    }
}

/// The messages of a text of filters, one a line, in the form of the file beside this one. A line with `guard` in front is
/// compiled as a guard.
fn all(filters: &str) -> String {
    let schema = schema();
    let mut out = String::new();
    for line in filters.lines().filter(|line| line.starts_with(['{', '[', 'g', '"'])) {
        let (purpose, json) = match line.strip_prefix("guard ") {
            Some(json) => (Strictness::Guard, json),
            None => (Strictness::List, line),
        };
        // A rule by itself stands for a group of it.
        let mut json = Json::parse(json).unwrap();
        if json.get("field").is_some() && json.get("alone").is_none() {
            json = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![json]))]);
        }
        let _ = writeln!(out, "{line}");
        match compile(&json, "/when", &schema, purpose) {
            Ok(query) => print(&mut out, query.warnings()),
            Err(faults) => print(&mut out, &faults),
        }
    }
    out
}

#[test]
fn every_message_is_as_it_was_written_down() {
    let written = include_str!("messages.txt");
    let now = all(written);
    if std::env::var_os("WRITE_MESSAGES").is_some() {
        std::fs::write("query/messages.txt", &now).unwrap();
    }
    for (i, (now, written)) in now.lines().zip(written.lines()).enumerate() {
        assert_eq!(now, written, "line {}", i + 1);
    }
    assert_eq!(now.lines().count(), written.lines().count());
}

fn codes(json: &Json) -> Vec<&'static str> {
    compile(json, "", &schema(), Strictness::List).err().unwrap_or_default().iter().map(|fault| fault.code).collect()
}

fn rule(operator: &str, value: Json) -> Json {
    let rule = Json::object([("field", "name".into()), ("operator", operator.into()), ("value", value)]);
    Json::object([("combinator", "and".into()), ("rules", Json::List(vec![rule]))])
}

fn group(rules: Vec<Json>) -> Json {
    Json::object([("combinator", "and".into()), ("rules", Json::List(rules))])
}

#[test]
fn limits_are_met_exactly() {
    let nested = |depth: usize| (1..depth).fold(rule("=", "x".into()), |inner, _| group(vec![inner]));
    assert_eq!(codes(&nested(64)), [""; 0]);
    assert_eq!(codes(&nested(65)), ["too_deep"]);
    let one = rule("null", Json::Null);
    let Some([one]) = one.get("rules").and_then(Json::as_list) else { panic!("one rule") };
    assert_eq!(codes(&group(vec![one.clone(); 9_999])), [""; 0]);
    assert_eq!(codes(&group(vec![one.clone(); 10_000])), ["too_many_nodes"]);
    let list = |n: usize| Json::List((0..n).map(|i| Json::from(i % 7)).collect());
    assert_eq!(codes(&rule("in", list(100_000))), [""; 0]);
    assert_eq!(codes(&rule("in", list(100_001))), ["too_many_values"]);
    assert_eq!(codes(&rule("in", vec!["x"; 100_001].join(",").into())), ["too_many_values"]);
    assert_eq!(codes(&rule("contains", "x".repeat(65_536).into())), [""; 0]);
    assert_eq!(codes(&rule("contains", "x".repeat(65_537).into())), ["value_too_long"]);
}

#[test]
fn a_flood_of_faults_is_cut() {
    let bad = Json::object([("field", "nmae".into()), ("operator", "=".into())]);
    assert_eq!(codes(&group(vec![bad; 9_000])).len(), 1000);
}
