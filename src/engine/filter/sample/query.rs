//! Filters for a schema.

use std::rc::Rc;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::KINDS;
use super::value::{text, value, yearly, yearly_day};
use crate::json::Json;
use crate::query::fold::compared;
use crate::query::operator::{Operator, Takes, Test};
use crate::query::schema::Case;
use crate::query::{Field, FieldType, Schema};
use crate::time::Day;

/// A list of values: an array, or the same as comma-separated text.
fn values(kind: FieldType, case: Case, schema: &Schema, size: std::ops::Range<usize>) -> BoxedStrategy<Json> {
    let whole = value(kind, schema).prop_filter("a value", |v| *v != "~".into()).prop_map(move |value| comparable(value, kind, case));
    let joined = |list: &[Json]| {
        let piece = |json: &Json| json.as_text().map_or_else(|| json.write(), |text| text.replace(',', "\\,"));
        Json::Text(list.iter().map(piece).collect::<Vec<_>>().join(" , "))
    };
    let plain = move |json: &Json| {
        json.as_number().is_some() && kind != FieldType::Datetime || json.as_text().is_some_and(|t| !t.trim().is_empty())
    };
    (prop::collection::vec(whole, size), any::<bool>())
        .prop_map(move |(list, join)| if join && list.iter().all(plain) { joined(&list) } else { Json::List(list) })
        .boxed()
}

fn operators(kind: FieldType) -> Vec<&'static str> {
    let mut out = vec!["=", "!=", "null", "notNull", "empty", "notEmpty"];
    let order = ["<", ">", "<=", ">=", "between", "notBetween", "in", "notIn"];
    let parts = ["contains", "beginsWith", "endsWith", "doesNotContain", "doesNotBeginWith", "doesNotEndWith"];
    match kind {
        FieldType::Text => out.extend(order.into_iter().chain(parts)),
        FieldType::Date | FieldType::Datetime => out.extend(order.into_iter().chain(["anniversaryOn", "anniversaryBetween"])),
        FieldType::Number => out.extend(order),
        FieldType::Boolean => {}
        FieldType::Choice => out.extend(["in", "notIn"]),
        FieldType::Tags => out.extend(["in", "notIn", "contains", "doesNotContain"]),
        FieldType::Units => out.extend(["in", "notIn", "contains", "doesNotContain", "under", "notUnder"]),
        FieldType::Unit => out.extend(["in", "notIn", "under", "notUnder"]),
        FieldType::User => out.extend(["in", "notIn", "under", "notUnder", "where", "where"]),
    }
    // Whatever else there is; the lists above keep their order, since kept seeds count on it.
    for name in Operator::names().filter(|name| asks(name).fits(kind)) {
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

fn asks(name: &str) -> Operator {
    Operator::find(name).unwrap()
}

/// A rule on a field of this name and type, with a value.
fn plain_rule(field: String, kind: FieldType, case: Case, schema: &Rc<Schema>) -> BoxedStrategy<Json> {
    let units: Vec<String> = schema.units.units().iter().map(|unit| unit.id.clone()).collect();
    let users = schema.users.is_some();
    let can = |op: &&str| (!matches!(*op, "under" | "notUnder") || !units.is_empty()) && (*op != "where" || users);
    let schema = schema.clone();
    select(operators(kind).into_iter().filter(can).collect::<Vec<_>>())
        .prop_flat_map(move |operator| {
            let value = match operator {
                "where" => users_group(&schema),
                "in" | "notIn" if kind == FieldType::User => prop_oneof![4 => values(kind, case, &schema, 0..4), 1 => team()].boxed(),
                "anniversaryOn" => {
                    prop_oneof![3 => value(FieldType::Date, &schema), 1 => yearly()].prop_filter("a day", |v| *v != "~".into()).boxed()
                }
                "anniversaryBetween" => {
                    let near = (yearly_day(), -1i32..=400)
                        .prop_map(|(day, more)| Json::List(vec![day.write().into(), Day(day.0 + more).write().into()]));
                    let every = prop::collection::vec(yearly(), 2..3).prop_map(Json::List);
                    prop_oneof![2 => values(FieldType::Date, case, &schema, 2..3), 2 => near, 1 => every].boxed()
                }
                name if asks(name).takes() == Takes::List => values(kind, case, &schema, 0..4),
                name if asks(name).takes() == Takes::Bounds => values(kind, case, &schema, 2..3),
                "=" | "!=" if kind.is_list() => values(kind, case, &schema, 1..4),
                "under" | "notUnder" => prop_oneof![4 => select(units.clone()).prop_map(Json::from), 1 => own_unit()].boxed(),
                name if kind == FieldType::Text && matches!(asks(name).test(), Test::Part(_)) && asks(name).complement_of().is_none() => {
                    text().prop_map(move |text| comparable(text.into(), kind, case)).boxed()
                }
                _ => value(kind, &schema).prop_map(move |value| comparable(value, kind, case)).boxed(),
            };
            (Just(operator), value)
        })
        .prop_map(move |(operator, value)| rule_of(&field, operator, value))
        .boxed()
}

/// The actor's people, alone or in a list.
fn team() -> BoxedStrategy<Json> {
    let team = Json::object([("actor", "team".into())]);
    select(vec![team.clone(), Json::List(vec!["ghost".into(), team])]).boxed()
}

/// The actor's unit.
pub(super) fn own_unit() -> BoxedStrategy<Json> {
    Just(Json::object([("actor", "unit".into())])).boxed()
}

/// A condition over users.
fn users_group(schema: &Rc<Schema>) -> BoxedStrategy<Json> {
    let users = schema.users.clone().unwrap();
    let fields = users.fields.clone();
    let one = select(fields).prop_flat_map(move |field| plain_rule(field.name, field.kind, field.case, &users));
    let rules = prop::collection::vec(prop_oneof![8 => one, 1 => Just(rule_of("~", "=", Json::Null))], 0..4);
    (rules, select(&["and", "or", "xor"][..]), any::<bool>())
        .prop_map(|(rules, combinator, not)| {
            Json::object([("combinator", combinator.into()), ("not", not.into()), ("rules", Json::List(rules))])
        })
        .boxed()
}

/// The value, with something that its field compares.
fn comparable(value: Json, kind: FieldType, case: Case) -> Json {
    let Some(text) = value.as_text().filter(|_| kind == FieldType::Text) else { return value };
    match case {
        Case::Digits if compared(case, text).is_empty() => format!("{text}5").into(),
        Case::Accentless if compared(case, text).is_empty() && !text.is_empty() => format!("e{text}").into(),
        _ => value,
    }
}

fn rule_of(field: &str, operator: &str, value: Json) -> Json {
    Json::object([("field", field.into()), ("operator", operator.into()), ("value", value)])
}

/// A rule on two of these fields, which can be compared with each other.
fn pair_rule(fields: Vec<Field>) -> BoxedStrategy<Json> {
    let kind = fields[0].kind;
    let fits = |op: &&str| asks(op).takes() == Takes::One && asks(op).test() != Test::Own;
    let part = move |op: &&str| !kind.is_list() || matches!(*op, "=" | "!=");
    let operators: Vec<&'static str> = operators(kind).into_iter().filter(fits).filter(part).collect();
    (select(operators), select(fields.clone()), select(fields))
        .prop_map(move |(operator, a, b)| {
            let Json::Object(mut rule) = rule_of(&a.name, operator, b.name.into()) else { return Json::Null };
            rule.push(("valueSource".into(), "field".into()));
            Json::Object(rule)
        })
        .boxed()
}

fn match_rule(field: Field, schema: &Rc<Schema>) -> BoxedStrategy<Json> {
    let element = if field.kind == FieldType::Units { FieldType::Unit } else { FieldType::Text };
    let one = plain_rule(String::new(), element, Case::Sensitive, schema);
    let inner = prop::collection::vec(prop_oneof![6 => one, 1 => Just(rule_of("~", "=", Json::Null))], 0..3);
    let mode = select(&["all", "some", "none", "atLeast", "atMost", "exactly"][..]);
    let threshold = select(&[0.0, 1.0, 2.0, 3.0, 0.5, 0.25][..]);
    (inner, mode, threshold, select(&["and", "or", "xor"][..]), any::<bool>())
        .prop_map(move |(rules, mode, threshold, combinator, not)| {
            let quota = Json::object([("mode", mode.into()), ("threshold", threshold.into())]);
            let group = Json::object([("combinator", combinator.into()), ("not", not.into()), ("rules", Json::List(rules))]);
            Json::object([("field", field.name.as_str().into()), ("operator", "=".into()), ("match", quota), ("value", group)])
        })
        .boxed()
}

/// A rule on any field.
pub fn rule(schema: &Schema) -> BoxedStrategy<Json> {
    let schema = Rc::new(schema.clone());
    let fields = |wanted: &dyn Fn(&Field) -> bool| -> Vec<Field> { schema.fields.iter().filter(|field| wanted(field)).cloned().collect() };
    // Each type, and texts that regard case, as often as any other, however many fields there are of it.
    let groups = KINDS.iter().flat_map(|kind| [Case::Ignored, Case::Sensitive, Case::Accentless, Case::Digits].map(|case| (*kind, case)));
    let groups = groups.map(|group| fields(&|field| (field.kind, field.case) == group));
    let groups: Vec<Vec<Field>> = groups.filter(|group| !group.is_empty()).collect();
    let plain = |groups: Vec<Vec<Field>>| {
        let schema = schema.clone();
        select(groups).prop_flat_map(select).prop_flat_map(move |field| plain_rule(field.name, field.kind, field.case, &schema)).boxed()
    };
    let off = (plain(groups.clone()), select(&["disabled", "muted"][..])).prop_map(|(rule, key)| {
        let Json::Object(mut rule) = rule else { return Json::Null };
        rule.push((key.into(), true.into()));
        Json::Object(rule)
    });
    let unfinished = select(vec![rule_of("~", "=", "x".into()), rule_of(&schema.fields[0].name, "~", "x".into())]);
    let mut kinds = vec![
        (15, plain(groups.clone())),
        (4, select(groups.clone()).prop_flat_map(pair_rule).boxed()),
        (1, unfinished.boxed()),
        (1, off.boxed()),
    ];
    let exact = fields(&|field| field.case == Case::Sensitive);
    if !exact.is_empty() {
        kinds.extend([(2, plain(vec![exact.clone()])), (1, pair_rule(exact))]);
    }
    let lists = fields(&|field| field.kind.is_list());
    if !lists.is_empty() {
        kinds.push((3, select(lists).prop_flat_map(move |field| match_rule(field, &schema)).boxed()));
    }
    Union::new_weighted(kinds).boxed()
}

/// A whole filter.
pub fn filter(schema: &Schema) -> BoxedStrategy<Json> {
    let combinators = select(&["and", "or", "xor"][..]);
    let deep = rule(schema).prop_recursive(4, 24, 4, move |inner| {
        let joined = (prop::collection::vec(inner.clone(), 0..5), combinators.clone(), any::<bool>(), prop::bool::weighted(0.05)).prop_map(
            |(rules, combinator, not, off)| {
                Json::object([
                    ("combinator", combinator.into()),
                    ("not", not.into()),
                    ("disabled", off.into()),
                    ("rules", Json::List(rules)),
                ])
            },
        );
        let free = (prop::collection::vec((inner, combinators.clone()), 0..5), any::<bool>()).prop_map(|(parts, not)| {
            let mut rules: Vec<Json> = parts.into_iter().flat_map(|(rule, combinator)| [rule, combinator.into()]).collect();
            rules.pop();
            Json::object([("not", not.into()), ("rules", Json::List(rules))])
        });
        prop_oneof![3 => joined, 1 => free]
    });
    deep.prop_map(|node| {
        if node.get("rules").is_some() { node } else { Json::object([("combinator", "and".into()), ("rules", Json::List(vec![node]))]) }
    })
    .boxed()
}
