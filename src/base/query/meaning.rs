//! Filters in words, and what they become when `now` and the actor are known.

use super::schema::Case;
use super::{Bindings, Field, FieldType, Query, Schema, Strictness, UnitTree, compile};
use crate::json::Json;
use crate::time::{Instant, Zone};

fn schema() -> Schema {
    let field = |name: &str, label: Option<&str>, kind| Field {
        name: name.into(),
        label: label.map(Into::into),
        kind,
        case: Case::Ignored,
        choices: vec![],
        formats: Vec::new(),
        separator: None,
        numbers: None,
    };
    let fields = vec![
        field("name", Some("Last name"), FieldType::Text),
        field("score", None, FieldType::Number),
        field("vip", None, FieldType::Boolean),
        field("born", None, FieldType::Date),
        field("created", None, FieldType::Datetime),
        field("tags", None, FieldType::Tags),
        field("owner", None, FieldType::User),
        field("unit", None, FieldType::Unit),
        field("access", None, FieldType::Units),
    ];
    let units = UnitTree::build(vec![("north".into(), None, None, None)]).unwrap();
    Schema::new(fields, Zone::utc(), 1, units)
}

fn query(json: &str) -> Query {
    compile(&Json::parse(json).unwrap(), "", &schema(), Strictness::List).unwrap()
}

fn rule(json: &str) -> Query {
    query(&format!(r#"{{"combinator":"and","rules":[{json}]}}"#))
}

#[test]
fn filters_are_told_in_plain_english() {
    for (json, words) in [
        (r#"{"field":"name","operator":"=","value":"Ärger"}"#, r#"Last name is "Ärger""#),
        (r#"{"field":"name","operator":"doesNotBeginWith","value":"x"}"#, r#"Last name does not begin with "x""#),
        (r#"{"field":"name","operator":"in","value":"a, b,c"}"#, r#"Last name is one of "a", "b" or "c""#),
        (r#"{"field":"name","operator":">=","value":"m"}"#, r#"Last name is or comes after "m""#),
        (r#"{"field":"name","operator":"empty"}"#, "Last name is empty"),
        (r#"{"field":"score","operator":"notBetween","value":["1","2.5"]}"#, "score has a value that is not between 1 and 2.5"),
        (
            r#"{"field":"score","operator":"in","value":[1,2,3,4,5,6,7,8,9,10,11,12]}"#,
            "score is one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 or 2 more",
        ),
        (r#"{"field":"score","operator":"in","value":[]}"#, "score is one of an empty list"),
        (r#"{"field":"vip","operator":"!=","value":"yes"}"#, "vip is not true"),
        (r#"{"field":"born","operator":"<","value":"2000-01-31"}"#, r#"born is before "2000-01-31""#),
        (
            r#"{"field":"created","operator":">=","value":{"relative":"startOfDay","offset":-7,"unit":"day"}}"#,
            "created is not before 7 days before the start of today",
        ),
        (r#"{"field":"created","operator":"<=","value":{"relative":"now"}}"#, "created is not after now"),
        (
            r#"{"field":"created","operator":"<","value":{"relative":"startOfFiscalQuarter","offset":-1,"unit":"quarter"}}"#,
            "created is before 1 quarter before the start of this fiscal quarter",
        ),
        (
            r#"{"field":"born","operator":"anniversaryBetween","value":[{"relative":"now"},{"relative":"endOfDay","offset":14,"unit":"day"}]}"#,
            "born has its anniversary between now and 14 days after the end of today",
        ),
        (r#"{"field":"created","operator":"anniversaryOn","value":" 02-29 "}"#, r#"created has its anniversary on "02-29""#),
        (r#"{"field":"tags","operator":"=","value":"a,b"}"#, r#"tags is exactly "a" and "b""#),
        (r#"{"field":"tags","operator":"notIn","value":["a"]}"#, r#"tags has none of "a""#),
        (r#"{"field":"owner","operator":"=","value":{"actor":true}}"#, "owner is the acting user"),
        (r#"{"field":"owner","operator":"under","value":"north"}"#, r#"owner is in "north" or a unit below it"#),
        (r#"{"field":"unit","operator":"notUnder","value":"north"}"#, r#"unit is neither "north" nor below it"#),
        (r#"{"field":"access","operator":"under","value":"north"}"#, r#"access has "north" or a unit below it"#),
        (r#"{"field":"score","operator":"<","value":"score","valueSource":"field"}"#, "score is less than score"),
        (
            r#"{"field":"tags","match":{"mode":"atLeast","threshold":0.5},"value":{"combinator":"or","rules":[{"field":"","operator":"=","value":"a"},{"field":"","operator":"contains","value":"b"}]}}"#,
            r#"at least 50 % of tags has: (the element is "a" or the element contains "b")"#,
        ),
        (
            r#"{"combinator":"xor","not":true,"rules":[{"field":"vip","operator":"null"},{"rules":[{"field":"vip","operator":"null"},"or",{"field":"vip","operator":"notNull"},"and",{"field":"vip","operator":"null"}]}]}"#,
            "not (exactly one of (vip has no value; (vip has no value or (vip has a value and vip has no value))))",
        ),
        (r#"{"combinator":"or","rules":[]}"#, "everything"),
    ] {
        assert_eq!(rule(json).describe(&schema()), words, "{json}");
    }
}

#[test]
fn what_depends_on_now_and_the_actor_waits_for_them() {
    let schema = schema();
    let week = rule(r#"{"field":"born","operator":"between","value":["2026-01-01",{"relative":"startOfWeek"}]}"#);
    let own = rule(r#"{"field":"owner","operator":"in","value":["u9",{"actor":true}]}"#);
    let both = week.and(&own);
    assert!((week.needs_now(), week.needs_actor()) == (true, false) && (own.needs_now(), own.needs_actor()) == (false, true));
    let now = Instant::parse("2026-11-21T21:00Z");
    let bind = |now, actor| both.bind(&Bindings { now, actor, people: &() }, &schema).map(|query| query.describe(&schema));
    assert_eq!(bind(None, Some("u1")).unwrap_err().code, "now_required");
    assert_eq!(bind(now, None).unwrap_err().code, "actor_required");
    assert_eq!(bind(now, Some("u1")).unwrap(), r#"born is between "2026-01-01" and "2026-11-16" and owner is one of "u9" or "u1""#);
    let far = rule(r#"{"field":"born","operator":"=","value":{"relative":"now","offset":9000,"unit":"year"}}"#);
    assert_eq!(far.bind(&Bindings { now, actor: None, people: &() }, &schema).unwrap_err().code, "value_invalid");
    assert_eq!(both.fields().iter().map(|field| schema.name(*field)).collect::<Vec<_>>(), ["born", "owner"]);
}

#[test]
fn filters_are_joined_flat() {
    let one = rule(r#"{"field":"vip","operator":"null"}"#);
    let many = (0..1000).fold(Query::always(), |all, _| all.and(&one));
    assert!(matches!(many.root(), super::Expr::All(list) if list.len() == 1000));
    assert_eq!(one.not().not(), one);
}
