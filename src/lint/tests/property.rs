//! No lead shows a lint to be wrong, with the filter itself as the judge.

use std::cell::Cell as Counter;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::{when, with};
use crate::access::Authorizer;
use crate::config::{Model, Rule, RuleTarget};
use crate::filter::{Context, matches, sample};
use crate::lint::never_true;
use crate::query::{Cells, Strictness, compile};
use crate::time::Instant;

proptest! {
    #![proptest_config(Config::with_cases(600))]

    #[test]
    fn what_is_called_false_is_false((shape, first, leads) in sample::questions(12..24), pick in any::<u64>()) {
        let schema = &shape.schema;
        let Ok(query) = compile(&first, "", schema, Strictness::List) else { return Ok(()) };
        let staff = sample::Staff(schema.units.clone());
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

fn rule() -> impl Strategy<Value = String> {
    let to =
        select(&[r#"{"pool": "p"}"#, r#"{"pool": "p"}"#, r#"{"user": "ann"}"#, r#"{"field": "owner", "otherwise": {"pool": "p"}}"#][..]);
    let schedule = select(&["null", "null", "\"day\"", "\"morning\"", "\"always\"", "\"late\""][..]);
    (prop::option::weighted(0.9, condition()), to, schedule, any::<bool>(), any::<bool>(), prop::bool::weighted(0.9)).prop_map(
        |(condition, to, schedule, required, overwrite, enabled)| {
            let when = condition.map_or(String::new(), |condition| format!("{}, ", when(&condition)));
            format!(
                r#"{when}"to": {to}, "schedule": {schedule}, "required": {required}, "overwriteOwner": {overwrite}, "enabled": {enabled}"#
            )
        },
    )
}

/// A rule by whose decision a lead's way surely ends, as it is read in the declarations.
fn decides(rule: &Rule) -> bool {
    match &rule.to {
        RuleTarget::Pool(_) | RuleTarget::Field(..) => true,
        _ => rule.required,
    }
}

#[test]
fn a_rule_that_is_called_unreachable_is_reached_by_no_lead() {
    let warned = Counter::new(0);
    let reached = Counter::new(0);
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let organisation = prop::collection::vec(rule(), 2..6).prop_flat_map(|rules| {
        let list: Vec<String> = rules.iter().enumerate().map(|(at, rule)| format!(r#"{{"id": "r{at}", {rule}}}"#)).collect();
        let config = with(&format!(r#""rules": [{}]"#, list.join(",")));
        let schema = Model::compile(&config).unwrap().0.schema;
        (Just(config), prop::collection::vec(lead(&schema), 60))
    });
    runner
        .run(&organisation, |(config, leads)| {
            let model = Rc::new(Model::compile(&config).unwrap().0);
            let auth = Authorizer::compile(&model).unwrap();
            let found = crate::lint::lint(&auth, &config).unwrap();
            let unreachable = |at: usize| {
                let codes = ["rule_shadowed", "rule_unreachable", "condition_never_true"];
                found.iter().any(|fault| codes.contains(&fault.code) && fault.path.starts_with(&format!("/rules/{at}")))
            };
            warned.set(warned.get() + (0..model.rules.len()).filter(|at| unreachable(*at)).count());
            // A Monday at 11 and at 14, a Tuesday at 19, a Sunday.
            for now in ["2026-03-02T11:00:00Z", "2026-03-02T14:00:00Z", "2026-03-03T19:00:00Z", "2026-03-01T09:00:00Z"] {
                let now = Instant::parse(now).unwrap();
                let ctx = Context { schema: &model.schema, people: &auth, now: Some(now), actor: None };
                for lead in &leads {
                    for (at, rule) in model.rules.iter().enumerate() {
                        let open = rule.schedule.is_none_or(|ix| model.schedules.at(ix).unwrap().hours.contains(now));
                        let free = rule.overwrite_owner || lead.cell(model.lead.owner).is_null();
                        let fits = rule.enabled && open && free && rule.when.as_ref().is_none_or(|when| matches(when, lead, &ctx).unwrap());
                        if fits {
                            reached.set(reached.get() + 1);
                            prop_assert!(!unreachable(at), "rule {} of {}", at, config.write());
                            if decides(rule) {
                                break;
                            }
                        }
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(warned.get() > 100 && reached.get() > 10_000, "{} warnings, {} leads", warned.get(), reached.get());
}

/// Leads of the few values that the conditions speak of, and some besides.
fn lead(schema: &crate::query::Schema) -> impl Strategy<Value = sample::Lead> + use<> {
    use crate::query::Cell;
    let names: Vec<String> = schema.fields.iter().map(|field| field.name.clone()).collect();
    let texts = prop::option::weighted(0.8, select(&["a", "ab", "b", "B", "abc", "", "xab", "zb"][..]));
    let tags = prop::collection::vec(select(&["a", "ab", "b", "B", "c"][..]), 0..3);
    (texts.clone(), texts, tags, prop::option::of(-1..5), prop::option::of(0..5), prop::option::of(any::<bool>()), any::<bool>()).prop_map(
        move |(name, state, tags, score, born, hot, owned)| {
            let cell = |field: &String| match field.as_str() {
                "name" => name.map_or(Cell::Null, |text| Cell::Text(text.into())),
                "state" => state.filter(|text| !text.is_empty()).map_or(Cell::Null, |text| Cell::Text(text.into())),
                "tags" if !tags.is_empty() => Cell::List(tags.iter().map(|tag| (*tag).into()).collect()),
                "score" => score.map_or(Cell::Null, |score| Cell::Number(f64::from(score))),
                "born" => born.map_or(Cell::Null, |day| Cell::Day(crate::time::Day(20_453 + day))),
                "hot" => hot.map_or(Cell::Null, Cell::Bool),
                "owner" if owned => Cell::Text("ann".into()),
                _ => Cell::Null,
            };
            sample::Lead(names.iter().map(cell).collect())
        },
    )
}
