//! No lead shows a lint to be wrong, with the filter and the router themselves as the judges.

use std::cell::Cell as Counter;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::{when, with};
use crate::filter::{matches, sample};
use crate::json::Json;
use crate::lint::never_true;
use crate::query::{Strictness, compile};
use crate::workspace::Workspace;

proptest! {
    #![proptest_config(Config::with_cases(600))]

    #[test]
    fn what_is_called_false_is_false((shape, first, leads) in sample::questions(12..24), pick in any::<u64>()) {
        let schema = &shape.schema;
        let Ok(query) = compile(&first, "", schema, Strictness::List) else { return Ok(()) };
        let staff = shape.staff();
        let ctx = sample::context(schema, &staff);
        let Ok(query) = ctx.bind(&query).map(std::borrow::Cow::into_owned) else { return Ok(()) };
        // The filter's own parts, against it and against each other.
        let mut parts = vec![query.root()];
        let mut at = 0;
        while let (Some(node), true) = (parts.get(at).copied(), parts.len() < 24) {
            use crate::query::Expr;
            match node {
                Expr::All(list) | Expr::Any(list) | Expr::One(list) => parts.extend(list),
                Expr::Not(inner) => parts.push(inner),
                Expr::Test(_) => {}
            }
            at += 1;
        }
        for (a, one) in parts.iter().enumerate() {
            for (b, other) in parts.iter().enumerate() {
                let (x, y) = ((pick >> (a % 32)) & 1 == 1, (pick >> (32 + b % 32)) & 1 == 1);
                if never_true(&[(x, one), (y, other)], schema) {
                    let (one, other) = (crate::query::Query::from((*one).clone()), crate::query::Query::from((*other).clone()));
                    for lead in &leads {
                        let both = matches(&one, lead, &ctx).unwrap() == x && matches(&other, lead, &ctx).unwrap() == y;
                        prop_assert!(!both, "{} and {}", one.describe(schema), other.describe(schema));
                    }
                }
            }
        }
    }
}

fn test() -> impl Strategy<Value = String> {
    let text = |field: &'static str, operators: &'static [&'static str]| {
        (select(operators), select(&["a", "ab", "b", "B", "abc"][..]))
            .prop_map(move |(op, value)| format!(r#"{{"field": "{field}", "operator": "{op}", "value": "{value}"}}"#))
    };
    let number = (select(&["=", "!=", "<", "<=", ">", ">=", "null", "notNull"][..]), 0..4)
        .prop_map(|(op, value)| format!(r#"{{"field": "score", "operator": "{op}", "value": {value}}}"#));
    let day = (select(&["=", "!=", "<", ">", "null"][..]), 1..4)
        .prop_map(|(op, value)| format!(r#"{{"field": "born", "operator": "{op}", "value": "2026-01-0{value}"}}"#));
    prop_oneof![
        text("name", &["=", "!=", "contains", "beginsWith", "endsWith", "doesNotContain", "empty", "notNull", "<", ">="]),
        text("state", &["=", "!=", "null", "notNull"]),
        text("tags", &["in", "notIn", "=", "!=", "null"]),
        number,
        day,
        any::<bool>().prop_map(|hot| format!(r#"{{"field": "hot", "operator": "=", "value": {hot}}}"#)),
        select(&["null", "notNull"][..]).prop_map(|op| format!(r#"{{"field": "owner", "operator": "{op}"}}"#)),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    test().prop_recursive(2, 6, 3, |inner| {
        (prop::collection::vec(inner, 1..3), select(&["and", "or", "xor"][..]), any::<bool>()).prop_map(|(rules, combinator, not)| {
            format!(r#"{{"combinator": "{combinator}", "not": {not}, "rules": [{}]}}"#, rules.join(","))
        })
    })
}

/// Groups whose steps end in every way.
const GROUPS: &str = r#""groups": [
    {"id": "on", "name": "on", "members": {"users": ["ann"]}, "method": {"type": "round_robin"}, "onNobody": [{"to": "next_rule"}]},
    {"id": "held", "name": "held", "members": {"users": ["day"]}, "method": {"type": "least_recent"},
        "onNobody": [{"to": "default"}, {"to": "hold"}]},
    {"id": "chain", "name": "chain", "members": {"users": ["off"]}, "method": {"type": "round_robin"}, "onNobody": [{"group": "bare"}]},
    {"id": "pass", "name": "pass", "members": {"users": ["off"]}, "method": {"type": "round_robin"}, "onNobody": [{"to": "next_rule"}]},
    {"id": "bare", "name": "bare", "members": {"users": ["late"]}, "method": {"type": "weighted"}},
    {"id": "end", "name": "end", "members": {"users": ["off"]}, "method": {"type": "round_robin"},
        "onNobody": [{"group": "bare"}, {"to": "unassigned"}]}]"#;

fn rule() -> impl Strategy<Value = String> {
    let to: &[&str] = &[
        r#"{"pool": "p"}"#,
        r#"{"pool": "p"}"#,
        r#"{"user": "ann"}"#,
        r#"{"user": "day"}"#,
        r#"{"user": "off"}"#,
        r#"{"field": "owner"}"#,
        r#"{"field": "owner", "otherwise": {"pool": "p"}}"#,
        r#"{"same": "name", "otherwise": {"group": "end"}}"#,
        r#"{"group": "on"}"#,
        r#"{"group": "held"}"#,
        r#"{"group": "chain"}"#,
        r#"{"group": "pass"}"#,
        r#"{"group": "bare"}"#,
        r#"{"group": "end"}"#,
    ];
    let schedule = select(&["", "", "day", "morning", "always", "late"][..]);
    (prop::option::weighted(0.9, condition()), select(to), schedule, any::<bool>(), any::<bool>(), prop::bool::weighted(0.9)).prop_map(
        |(condition, to, schedule, required, overwrite, enabled)| {
            let when = condition.map_or(String::new(), |condition| format!("{}, ", when(&condition)));
            let schedule = if schedule.is_empty() { String::new() } else { format!(r#""schedule": "{schedule}", "#) };
            format!(r#"{when}{schedule}"to": {to}, "required": {required}, "overwriteOwner": {overwrite}, "enabled": {enabled}"#)
        },
    )
}

#[test]
fn a_rule_that_is_called_unreachable_is_reached_by_no_lead() {
    let warned = Counter::new(0);
    let reached = Counter::new(0);
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let organisation = prop::collection::vec(rule(), 2..7).prop_map(|rules| {
        let list: Vec<String> = rules.iter().enumerate().map(|(at, rule)| format!(r#"{{"id": "r{at}", {rule}}}"#)).collect();
        with(&format!(r#"{GROUPS}, "rules": [{}]"#, list.join(",")))
    });
    runner
        .run(&(organisation, prop::collection::vec(lead(), 30)), |(config, leads)| {
            let workspace = Workspace::compile(&config).unwrap();
            let found = Workspace::check(&config);
            let unreachable = |at: usize| {
                let codes = ["rule_shadowed", "rule_unreachable", "condition_never_true", "rule_never_open"];
                found.iter().any(|fault| {
                    codes.contains(&fault.code)
                        && fault.path.strip_prefix("/rules/").and_then(|rest| rest.split('/').next()) == Some(&at.to_string())
                })
            };
            let count = config.get("rules").and_then(Json::as_list).unwrap().len();
            warned.set(warned.get() + (0..count).filter(|at| unreachable(*at)).count());
            let rows: Vec<String> = leads.iter().enumerate().map(|(at, lead)| format!(r#"{{"id": "{at}", {lead}}}"#)).collect();
            let rows = format!("[{}]", rows.join(","));
            let table = workspace
                .load(
                    rows.as_bytes(),
                    &Json::parse(r#"{"absent": ["owner", "run", "previous"]}"#).unwrap(),
                    crate::table::Budget::default(),
                )
                .unwrap();
            // A Monday at 11 and at 14, a Tuesday at 19, a Sunday.
            for now in ["2026-03-02T11:00:00Z", "2026-03-02T14:00:00Z", "2026-03-03T19:00:00Z", "2026-03-01T09:00:00Z"] {
                let context = Json::object([("actor", "ann".into()), ("now", now.into()), ("state", Json::Object(Vec::new()))]);
                for (place, lead) in leads.iter().enumerate() {
                    let told = workspace.explain(&table, &place.to_string(), &context, &Json::Null).unwrap();
                    for (at, rule) in told.get("rules").and_then(Json::as_list).unwrap().iter().enumerate() {
                        if ["chosen", "nobody"].contains(&rule.get("outcome").and_then(Json::as_text).unwrap()) {
                            reached.set(reached.get() + 1);
                            prop_assert!(!unreachable(at), "rule {} of {} by {}", at, config.write(), lead);
                        }
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(warned.get() > 100 && reached.get() > 10_000, "{} warnings, {} rules that were reached", warned.get(), reached.get());
}

/// Leads of the few values that the conditions speak of, and some besides.
fn lead() -> impl Strategy<Value = String> {
    let texts = prop::option::weighted(0.8, select(&["a", "ab", "b", "B", "abc", "", "xab", "zb"][..]));
    let tags = prop::collection::vec(select(&["a", "ab", "b", "B", "c"][..]), 0..3);
    (texts.clone(), texts, tags, prop::option::of(-1..5), prop::option::of(1..6), prop::option::of(any::<bool>()), any::<bool>()).prop_map(
        |(name, state, tags, score, born, hot, owned)| {
            let text = |text: Option<&str>| text.map_or("null".to_owned(), |text| format!("\"{text}\""));
            let state = text(state.filter(|state| !state.is_empty()));
            let born = born.map(|day| format!("2026-01-0{day}"));
            let (born, owner) = (text(born.as_deref()), text(owned.then_some("ann")));
            let score = score.map_or("null".to_owned(), |score: i32| score.to_string());
            let hot = hot.map_or("null".to_owned(), |hot| hot.to_string());
            format!(
                r#""name": {}, "state": {state}, "tags": {tags:?}, "score": {score}, "born": {born}, "hot": {hot}, "owner": {owner}"#,
                text(name)
            )
        },
    )
}
