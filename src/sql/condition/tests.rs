//! The shape of conditions. What they select is tested on real databases: `tests/js/sql`.

use crate::json::Json;
use crate::query::{Strictness, compile};
use crate::sql::condition::to_sql;
use crate::sql::{Dialect, SqlOptions, Target};
use evenhand_engine::filter::sample::{Staff, context, schema};

fn sql(rule: &str, dialect: Dialect, options: &str) -> Result<(String, String, bool), &'static str> {
    let schema = schema();
    let staff = Staff::of(&schema);
    let json = Json::parse(&format!(r#"{{"combinator":"and","rules":[{rule}]}}"#)).unwrap();
    let query = compile(&json, "", &schema, Strictness::List).unwrap();
    let options = SqlOptions::parse(&Json::parse(options).unwrap(), &schema, Target::Condition).unwrap();
    let out = to_sql(&query, &context(&schema, &staff), dialect, &options).map_err(|error| error.code)?;
    Ok((out.sql, Json::List(out.params).write(), out.exact))
}

#[test]
fn names_are_quoted_and_values_bound() {
    let rule = r#"{"field":"text1","operator":"contains","value":"50%_\\'"}"#;
    let options = r#"{"alias":"l\"x","paramStart":3,"columns":{"text1":{"column":"na\"me`"}}}"#;
    let (sql, params, exact) = sql(rule, Dialect::Postgres, options).unwrap();
    assert_eq!(
        sql,
        r#"(("l""x"."na""me`" IS NOT NULL AND strpos(lower("l""x"."na""me`"::text COLLATE "pg_c_utf8") COLLATE "C", $3::text) > 0))"#
    );
    assert_eq!((params.as_str(), exact), (r#"["50%_\\'"]"#, true));
}

#[test]
fn what_sqlite_cannot_fold_is_not_claimed() {
    let rule = r#"{"field":"text1","operator":"=","value":"É"}"#;
    assert_eq!(sql(rule, Dialect::Sqlite, "{}"), Err("sql_inexact"));
    let (text, params, exact) =
        sql(rule, Dialect::Sqlite, r#"{"allowInexact":true,"columns":{"text1":{"column":"text1","as":"text"}}}"#).unwrap();
    assert_eq!(text, "((`text1` IS NOT NULL AND lower(`text1`) COLLATE BINARY IN (?)))");
    assert_eq!((params.as_str(), exact), (r#"["é"]"#, false));
    let folded = r#"{"columns":{"text1":{"column":"a","folded":"b"}}}"#;
    assert_eq!(sql(rule, Dialect::Sqlite, folded).unwrap().0, "((`a` IS NOT NULL AND `b` COLLATE BINARY IN (?)))");
    assert!(sql(&rule.replace("text1", "exact1"), Dialect::Sqlite, "{}").unwrap().2);
}

#[test]
fn long_lists_travel_as_one_parameter() {
    let rule = r#"{"field":"choice1","operator":"in","value":["a","b","c"]}"#;
    assert_eq!(sql(rule, Dialect::Postgres, "{}").unwrap().1, r#"["a","b","c"]"#);
    assert_eq!(sql(rule, Dialect::Postgres, r#"{"maxParams":1}"#).unwrap().1, r#"["[\"a\",\"b\",\"c\"]"]"#);
    assert_eq!(sql(&format!("{rule},{rule}"), Dialect::Postgres, r#"{"maxParams":1}"#), Err("too_many_params"));
}

#[test]
fn faults_of_the_options_are_told() {
    let told = |json: &str| {
        let faults = SqlOptions::parse(&Json::parse(json).unwrap(), &schema(), Target::Condition).unwrap_err();
        faults.into_iter().map(|fault| format!("{} {}", fault.code, fault.path)).collect::<Vec<_>>()
    };
    let json = r#"{"columns":{"txt1":"a","text1":5,"text2":{"column":"a","as":"uuid"},"date1":{"column":"a","folded":""}},"paramStart":0,"maxParams":1.5,"alias":""}"#;
    assert_eq!(
        told(json),
        [
            "unknown_field /columns/txt1",
            "wrong_type /columns/text1",
            "sql_options_invalid /columns/text2/as",
            "sql_options_invalid /columns/date1/folded",
            "sql_options_invalid /alias",
            "sql_options_invalid /paramStart",
            "sql_options_invalid /maxParams",
        ]
    );
    let rule = r#"{"field":"tags1","operator":"contains","value":"a"}"#;
    assert_eq!(sql(rule, Dialect::Sqlite, r#"{"columns":{"tags1":{"column":"a","as":"array"}}}"#), Err("sql_column_invalid"));
}
