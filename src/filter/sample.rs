//! Random schemas, leads and filters, for the tests of this room.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::select;

use super::{Context, People};
use crate::json::Json;
use crate::query::schema::Case;
use crate::query::{Cell, Cells, Field, FieldIx, FieldType, Schema, UnitIx, UnitTree};
use crate::time::{Day, Instant, Zone};

pub(super) const KINDS: [FieldType; 10] = [
    FieldType::Text,
    FieldType::Number,
    FieldType::Boolean,
    FieldType::Date,
    FieldType::Datetime,
    FieldType::Choice,
    FieldType::Tags,
    FieldType::User,
    FieldType::Unit,
    FieldType::Units,
];
const TEXTS: [&str; 30] = [
    "a\u{1}",
    "abababa",
    "abababab",
    "abababababababababababababababababababababababababababab",
    "",
    "a",
    "A",
    "ab",
    "aB",
    "Ab",
    "b",
    "ba",
    "abab",
    "İ",
    "i",
    "i\u{307}",
    "I",
    "ß",
    "SS",
    "ẞ",
    "Σ",
    "ς",
    "é",
    "É",
    "%",
    "a_b",
    "5",
    "a,b",
    " ",
    "𝔘x",
];
const WORDS: [&str; 8] = ["new", "New", "open", "closed", "a,b", "ß", "ẞ", "5"];
const USERS: [&str; 5] = ["u1", "u2", "u3", "u4", "ghost"];
const UNITS: [&str; 6] = ["hq", "north", "n1", "n2", "south", "ghost"];
const NUMBERS: [f64; 10] = [-1.5, -0.0, 0.0, 1.0, 2.0, 2.5, 5.0, 40.0, 9_007_199_254_740_992.0, 5e-324];
const DAYS: [&str; 6] = ["2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02"];
const TIMES: [&str; 10] = [
    "2026-03-08T01:59:59.999-05:00",
    "2026-03-08T03:00-04:00",
    "2026-03-08T02:30",
    "2026-03-08T05:00Z",
    "2026-03-08T04:59:59.999Z",
    "2026-03-09T03:59:59.999Z",
    "2026-03-09T04:00Z",
    "2026-11-01T01:30",
    "2026-11-01T06:30Z",
    "2026-11-02T05:00Z",
];
pub(super) const NOW: &str = "2026-03-09T16:00Z";

/// Two fields of each type, and two texts that regard case.
pub(crate) fn schema() -> Schema {
    let field = |name: String, kind, case| {
        let choices = if kind == FieldType::Choice { WORDS.iter().map(|w| (*w).to_owned()).collect() } else { Vec::new() };
        Field { name, label: None, kind, case, choices, format: None }
    };
    let mut fields = Vec::new();
    for kind in KINDS {
        for i in 1..=2 {
            fields.push(field(format!("{}{i}", kind.name()), kind, Case::Ignored));
        }
    }
    fields.push(field("exact1".into(), FieldType::Text, Case::Sensitive));
    fields.push(field("exact2".into(), FieldType::Text, Case::Sensitive));
    let unit = |id: &str, parent: Option<&str>| (id.to_owned(), None, None, parent.map(Into::into));
    let units = UnitTree::build(vec![
        unit("hq", None),
        unit("north", Some("hq")),
        unit("n1", Some("north")),
        unit("n2", Some("north")),
        unit("south", Some("hq")),
    ]);
    let change = |text: &str| Some(Instant::parse(text).unwrap().0);
    let zone = Zone::from_table(&[(change("2026-03-08T07:00Z"), -18000), (change("2026-11-01T06:00Z"), -14400), (None, -18000)]).unwrap();
    Schema::new(fields, zone, 1, units.unwrap())
}

/// u1 in n1, u2 in south, u3 in hq; u4 has no unit.
pub(crate) struct Staff(pub(crate) UnitTree);

impl People for Staff {
    fn unit_of(&self, user: &str) -> Option<UnitIx> {
        self.0.find(match user {
            "u1" => "n1",
            "u2" => "south",
            "u3" => "hq",
            _ => return None,
        })
    }

    fn users(&self) -> Option<Vec<String>> {
        Some(USERS.iter().take(4).map(|user| (*user).to_owned()).collect())
    }
}

pub(crate) fn context<'a>(schema: &'a Schema, staff: &'a Staff) -> Context<'a> {
    Context { schema, people: staff, now: Instant::parse(NOW), actor: Some("u2") }
}

/// A lead as its cells in the order of the schema.
#[derive(Clone, Debug)]
pub(crate) struct Lead(pub(crate) Vec<Cell<'static>>);

impl Cells for Lead {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        self.0.get(field.0 as usize).cloned().unwrap_or_default()
    }
}

fn cell(kind: FieldType) -> BoxedStrategy<Cell<'static>> {
    let word = |pool: &'static [&'static str]| select(pool).prop_map(|w| Cell::Text(Cow::Borrowed(w))).boxed();
    let list = |pool: &'static [&'static str]| {
        prop::collection::vec(select(pool), 1..4).prop_map(|items| Cell::List(items.into_iter().map(Cow::Borrowed).collect())).boxed()
    };
    let some = match kind {
        FieldType::Text => word(&TEXTS),
        FieldType::Number => prop_oneof![9 => select(&NUMBERS[..]), 1 => Just(f64::NAN)].prop_map(Cell::Number).boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Cell::Bool).boxed(),
        FieldType::Date => select(&DAYS[..]).prop_map(|d| Cell::Day(Day::parse(d).unwrap())).boxed(),
        FieldType::Datetime => select(TIMES.iter().filter_map(|t| Instant::parse(t)).collect::<Vec<_>>()).prop_map(Cell::Instant).boxed(),
        FieldType::Choice => word(&WORDS),
        FieldType::User => word(&USERS),
        FieldType::Unit => word(&UNITS),
        FieldType::Tags => list(&WORDS),
        FieldType::Units => list(&UNITS),
    };
    prop_oneof![1 => Just(Cell::Null), 4 => some].boxed()
}

pub(crate) fn lead() -> impl Strategy<Value = Lead> {
    let kinds: Vec<FieldType> = schema().fields.iter().map(|field| field.kind).collect();
    kinds.into_iter().map(cell).collect::<Vec<_>>().prop_map(Lead)
}

/// A value for a field of this type, as somebody might write it.
fn value(kind: FieldType) -> BoxedStrategy<Json> {
    let text = |pool: &'static [&'static str]| select(pool).prop_map(Json::from).boxed();
    let relative =
        (select(&["now", "startOfDay", "endOfWeek", "startOfMonth"][..]), -2i64..=2, select(&["hour", "day", "week", "month"][..]))
            .prop_map(|(base, offset, unit)| Json::object([("relative", base.into()), ("offset", offset.into()), ("unit", unit.into())]));
    let actor = Just(Json::object([("actor", true.into())]));
    match kind {
        FieldType::Text => prop_oneof![8 => text(&TEXTS), 1 => Just(Json::Number(5.0)), 1 => Just("~".into())].boxed(),
        FieldType::Number => (select(&NUMBERS[..]), any::<bool>())
            .prop_map(|(n, quoted)| if quoted { Json::Text(format!(" {n:e} ")) } else { Json::Number(n) })
            .boxed(),
        FieldType::Boolean => select(vec![Json::Bool(true), Json::Bool(false), "true".into(), "~".into()]).boxed(),
        FieldType::Date => prop_oneof![4 => text(&DAYS), 1 => relative].boxed(),
        FieldType::Datetime => {
            prop_oneof![3 => text(&DAYS), 4 => text(&TIMES), 2 => relative, 1 => Just(Json::Number(1_772_946_000_000.0))].boxed()
        }
        FieldType::Choice => {
            prop_oneof![6 => text(&WORDS), 1 => Just("lost".into()), 1 => Just(Json::Number(5.0)), 1 => Just("~".into())].boxed()
        }
        FieldType::Tags => prop_oneof![8 => text(&WORDS), 1 => actor].boxed(),
        FieldType::User => prop_oneof![5 => text(&USERS), 2 => actor].boxed(),
        FieldType::Unit | FieldType::Units => text(&UNITS),
    }
}

/// A list of values: an array, or the same as comma-separated text.
fn values(kind: FieldType, size: std::ops::Range<usize>) -> BoxedStrategy<Json> {
    let whole = value(kind).prop_filter("a value", |v| *v != "~".into());
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
        FieldType::Number | FieldType::Date | FieldType::Datetime => out.extend(order),
        FieldType::Boolean => {}
        FieldType::Choice => out.extend(["in", "notIn"]),
        FieldType::Tags => out.extend(["in", "notIn", "contains", "doesNotContain"]),
        FieldType::Units => out.extend(["in", "notIn", "contains", "doesNotContain", "under", "notUnder"]),
        FieldType::User | FieldType::Unit => out.extend(["in", "notIn", "under", "notUnder"]),
    }
    out
}

fn plain_rule(field: String, kind: FieldType) -> BoxedStrategy<Json> {
    select(operators(kind))
        .prop_flat_map(move |operator| {
            let value = match operator {
                "in" | "notIn" => values(kind, 0..4),
                "between" | "notBetween" => values(kind, 2..3),
                "=" | "!=" if kind.is_list() => values(kind, 1..4),
                "under" | "notUnder" => select(&UNITS[..5]).prop_map(Json::from).boxed(),
                "contains" | "beginsWith" | "endsWith" if kind == FieldType::Text => select(&TEXTS[..]).prop_map(Json::from).boxed(),
                _ => value(kind),
            };
            (Just(operator), value)
        })
        .prop_map(move |(operator, value)| rule_of(&field, operator, value))
        .boxed()
}

fn rule_of(field: &str, operator: &str, value: Json) -> Json {
    Json::object([("field", field.into()), ("operator", operator.into()), ("value", value)])
}

fn pair_rule(base: &'static str, kind: FieldType) -> BoxedStrategy<Json> {
    let fits = |op: &&str| {
        !matches!(*op, "in" | "notIn" | "between" | "notBetween" | "null" | "notNull" | "empty" | "notEmpty" | "under" | "notUnder")
    };
    let part = move |op: &&str| !kind.is_list() || matches!(*op, "=" | "!=");
    let operators: Vec<&'static str> = operators(kind).into_iter().filter(fits).filter(part).collect();
    (select(operators), 1..=2, 1..=2)
        .prop_map(move |(operator, a, b)| {
            let Json::Object(mut rule) = rule_of(&format!("{base}{a}"), operator, format!("{base}{b}").into()) else { return Json::Null };
            rule.push(("valueSource".into(), "field".into()));
            Json::Object(rule)
        })
        .boxed()
}

fn match_rule(kind: FieldType) -> BoxedStrategy<Json> {
    let element = if kind == FieldType::Units { FieldType::Unit } else { FieldType::Text };
    let inner = prop::collection::vec(prop_oneof![6 => plain_rule(String::new(), element), 1 => Just(rule_of("~", "=", Json::Null))], 0..3);
    let mode = select(&["all", "some", "none", "atLeast", "atMost", "exactly"][..]);
    let threshold = select(&[0.0, 1.0, 2.0, 3.0, 0.5, 0.25][..]);
    (inner, mode, threshold, select(&["and", "or", "xor"][..]), any::<bool>(), 1..=2)
        .prop_map(move |(rules, mode, threshold, combinator, not, i)| {
            let quota = Json::object([("mode", mode.into()), ("threshold", threshold.into())]);
            let group = Json::object([("combinator", combinator.into()), ("not", not.into()), ("rules", Json::List(rules))]);
            Json::object([("field", format!("{}{i}", kind.name()).into()), ("operator", "=".into()), ("match", quota), ("value", group)])
        })
        .boxed()
}

/// A rule on any field.
pub(crate) fn rule() -> BoxedStrategy<Json> {
    let plain = (select(&KINDS[..]), 1..=2).prop_flat_map(|(kind, i)| plain_rule(format!("{}{i}", kind.name()), kind));
    let exact = (1..=2).prop_flat_map(|i| plain_rule(format!("exact{i}"), FieldType::Text));
    let pair = select(&KINDS[..]).prop_flat_map(|kind| pair_rule(kind.name(), kind));
    let lists = select(&[FieldType::Tags, FieldType::Units][..]).prop_flat_map(match_rule);
    let unfinished = select(vec![rule_of("~", "=", "x".into()), rule_of("text1", "~", "x".into())]);
    let off = (plain_rule("text1".into(), FieldType::Text), select(&["disabled", "muted"][..])).prop_map(|(rule, key)| {
        let Json::Object(mut rule) = rule else { return Json::Null };
        rule.push((key.into(), true.into()));
        Json::Object(rule)
    });
    prop_oneof![14 => plain, 3 => exact, 3 => pair, 1 => pair_rule("exact", FieldType::Text), 3 => lists, 1 => unfinished, 1 => off].boxed()
}

/// A whole filter.
pub(crate) fn filter() -> impl Strategy<Value = Json> {
    let combinators = select(&["and", "or", "xor"][..]);
    let deep = rule().prop_recursive(4, 24, 4, move |inner| {
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
}
