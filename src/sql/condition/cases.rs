//! Conditions and the rows that they must select, as data: `tests/js/sql/cases.json`. The scripts beside that file run them on a real
//! SQLite and a real PostgreSQL; this test keeps the file in step with what is written here.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::json::Json;
use crate::query::fold::compared;
use crate::query::{Cell, FieldType, Query, Schema, Strictness, compile};
use crate::sql::condition::to_sql;
use crate::sql::{Dialect, SqlColumn, SqlOptions};
use evenhand_engine::filter::sample::{Staff, context, filter, lead, schema, viewers};
use evenhand_engine::filter::{Context, oracle};

/// How many rows there are, and how many filters.
const LEADS: usize = 60;
const FILTERS: usize = 150;

fn some<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// The fields whose folded text SQLite needs in columns of its own, and those for which PostgreSQL does too.
const FOLDED: [&str; 6] = ["text1", "text2", "plain1", "plain2", "digits1", "digits2"];

fn options(schema: &Schema, dialect: Dialect, max_params: Option<usize>) -> SqlOptions {
    let mut out = SqlOptions { max_params, ..SqlOptions::default() };
    for (at, name) in FOLDED.into_iter().enumerate() {
        if dialect == Dialect::Sqlite || at > 1 {
            let column =
                SqlColumn { column: name.into(), stored: None, folded: Some(format!("{name}_folded")), cast: None, not_null: false };
            out.columns.insert(schema.find(name).unwrap(), column);
        }
    }
    out
}

fn condition(query: &Query, ctx: &Context<'_>, dialect: Dialect) -> Json {
    // With few parameters lists travel as JSON, where that is enough.
    let few = to_sql(query, ctx, dialect, &options(ctx.schema, dialect, Some(12)));
    let out = few.or_else(|_| to_sql(query, ctx, dialect, &options(ctx.schema, dialect, None))).unwrap();
    assert!(out.exact && out.notes.is_empty());
    Json::object([("sql", out.sql.into()), ("params", Json::List(out.params))])
}

/// A loader drops the blanks around words, and a word that is nothing else.
fn loaded(kind: FieldType, cell: &mut Cell<'static>) {
    match cell {
        Cell::Text(word) if kind.is_word() => *word = word.trim().to_owned().into(),
        Cell::List(items) if kind == FieldType::Units => {
            items.iter_mut().for_each(|item| *item = item.trim().to_owned().into());
            items.retain(|item| !item.is_empty());
        }
        _ => {}
    }
    let empty = matches!(cell, Cell::List(items) if items.is_empty()) || kind.is_word() && cell.text() == Some("");
    if empty {
        *cell = Cell::Null;
    }
}

fn cases() -> String {
    let mut runner = TestRunner::deterministic();
    let schema = schema();
    let staff: Vec<Staff> = viewers().into_iter().map(|viewer| Staff::seen_from(&schema, viewer)).collect();
    let mut leads: Vec<_> = (0..LEADS).map(|_| some(&lead(&schema), &mut runner)).collect();
    leads.iter_mut().for_each(|lead| schema.fields.iter().zip(&mut lead.0).for_each(|(field, cell)| loaded(field.kind, cell)));
    let shown = |cell: &Cell<'_>| match cell {
        Cell::Number(number) if number.is_nan() => "NaN".into(),
        cell => cell.to_json(),
    };
    let lines = |list: Vec<Json>| list.iter().map(Json::write).collect::<Vec<_>>().join(",\n");
    let rows = leads.iter().map(|lead| Json::List(lead.0.iter().map(shown).collect())).collect();
    let folded = |lead: &evenhand_engine::filter::sample::Lead| {
        let of = |name: &&str| {
            let ix = schema.find(name).unwrap();
            lead.0[ix.0 as usize].text().map(|text| compared(schema.get(ix).unwrap().case, text).into_owned()).into()
        };
        FOLDED.iter().map(of).collect()
    };
    let folded = leads.iter().map(|lead| Json::List(folded(lead))).collect();
    let fields = schema.fields.iter().map(|field| Json::List(vec![field.name.as_str().into(), field.kind.name().into()])).collect();
    let filters = filter(&schema);
    let cases = (0..FILTERS).map(|at| {
        let ctx = context(&schema, &staff[at % staff.len()]);
        let json = some(&filters, &mut runner);
        let query = compile(&json, "", &schema, Strictness::List).unwrap();
        let wanted = (0..LEADS).filter(|row| oracle::matches(&json, &leads[*row], &ctx)).map(Json::from).collect();
        Json::object([
            ("filter", json),
            ("rows", Json::List(wanted)),
            ("sqlite", condition(&query, &ctx, Dialect::Sqlite)),
            ("postgres", condition(&query, &ctx, Dialect::Postgres)),
        ])
    });
    let cases = lines(cases.collect());
    format!("{{\"fields\":[{}],\n\"rows\":[{}],\n\"folded\":[{}],\n\"cases\":[{cases}]}}\n", lines(fields), lines(rows), lines(folded))
}

#[test]
fn the_cases_for_databases_are_as_they_were_run() {
    let now = cases();
    if std::env::var_os("WRITE_CASES").is_some() {
        std::fs::write("tests/js/sql/cases.json", &now).unwrap();
    }
    let written = std::fs::read_to_string("tests/js/sql/cases.json").unwrap();
    for (now, written) in now.lines().zip(written.lines()) {
        assert_eq!(now, written);
    }
    assert_eq!(now.len(), written.len());
}
