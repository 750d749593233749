//! All ways to judge leads, against what the JSON says.

use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::packed::{Layout, rows_of, table, table_with};
use super::sample::{Lead, Shape, Staff, context, questions, schema};
use super::*;
use crate::json::Json;
use crate::query::{Cell, Strictness, compile};
use crate::table::{Mask, Row, RowIx};
use crate::time::{Day, Instant};

/// What a compiled filter should print of itself when it differs from the oracle.
fn shown(json: &Json, query: &Query, schema: &Schema) -> String {
    format!("{}\n{}\n{:?}", json.write(), query.describe(schema), query.root())
}

/// Holds a table against the oracle, all of it and among one row in so many, and some of its rows one by one.
fn judged(
    shape: &Shape,
    json: &Json,
    (leads, rows): (Vec<Lead>, Vec<(usize, bool)>),
    layout: Layout,
    one_in: impl IntoIterator<Item = usize>,
) -> Result<(), TestCaseError> {
    let schema = &shape.schema;
    let staff = shape.staff();
    let ctx = context(schema, &staff);
    let query = compile(json, "", schema, Strictness::List).unwrap();
    let verdicts: Vec<bool> = leads.iter().map(|lead| oracle::matches(json, lead, &ctx)).collect();
    let table = table_with(schema, shape.id, &leads, &rows, layout);
    for every in one_in {
        let open = |row: usize| row.is_multiple_of(every);
        let is_wanted = |row: usize, (lead, gone): (usize, bool)| open(row) && !gone && verdicts[lead];
        let wanted: Vec<usize> = rows.iter().enumerate().filter(|(row, of)| is_wanted(*row, **of)).map(|(row, _)| row).collect();
        let found = if every == 1 {
            select(&query, &table, &ctx).unwrap()
        } else {
            let open = (0..table.rows()).filter(|row| open(*row as usize)).map(RowIx);
            select_among(&query, &table, &ctx, Mask::from_rows(table.rows(), open).unwrap()).unwrap()
        };
        prop_assert!(rows_of(&found) == wanted, "one in {}: {}", every, shown(json, &query, schema));
        // The same rows taken in two goes, first those that are free, as a mask and as a list.
        let live: Vec<u32> = (0..table.rows()).filter(|row| open(*row as usize) && !rows[*row as usize].1).collect();
        let free = Mask::from_rows(table.rows(), (0..table.rows()).filter(|row| row % 3 > 0).map(RowIx)).unwrap();
        let taker = |row: usize| if wanted.contains(&row) { 1 + u32::from(row.is_multiple_of(3)) } else { 0 };
        for few in [0, usize::MAX] {
            let mut left = Remaining::new(Mask::from_list(table.rows(), &live).unwrap(), few);
            let mut takers = vec![0; rows.len()];
            for (free, taker) in [(Some(&free), 1), (None, 2)] {
                left.take(Some(&query), &table, &ctx, free, (&mut takers, taker)).unwrap();
            }
            prop_assert!(takers == (0..rows.len()).map(taker).collect::<Vec<_>>(), "one in {every}: {}", shown(json, &query, schema));
            left.take(None, &table, &ctx, None, (&mut takers, 3)).unwrap();
            let last = |row: usize| if taker(row) == 0 && live.contains(&(row as u32)) { 3 } else { taker(row) };
            prop_assert_eq!(takers, (0..rows.len()).map(last).collect::<Vec<_>>());
        }
    }
    for (row, (lead, _)) in (0u32..).zip(&rows).step_by(rows.len() / 8 + 1) {
        let row = Row { table: &table, row: RowIx(row) };
        prop_assert_eq!(matches(&query, &row, &ctx).unwrap(), verdicts[*lead], "{:?}: {}", row.row, shown(json, &query, schema));
        prop_assert_eq!(explain(&query, &row, &ctx).unwrap().matched, verdicts[*lead]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn one_lead_is_judged_as_the_json_says((shape, json, leads) in questions(8)) {
        let schema = &shape.schema;
        let staff = shape.staff();
        let ctx = context(schema, &staff);
        let query = compile(&json, "", schema, Strictness::List).map_err(|faults| TestCaseError::fail(format!("{faults:?} {}", json.write())))?;
        let rows = (0..leads.len()).map(|at| (at, false)).collect();
        for lead in &shape.rows(leads, rows).0 {
            let wanted = oracle::matches(&json, lead, &ctx);
            prop_assert_eq!(matches(&query, lead, &ctx).unwrap(), wanted, "{}", shown(&json, &query, schema));
            prop_assert_eq!(explain(&query, lead, &ctx).unwrap().matched, wanted, "{}", shown(&json, &query, schema));
        }
    }

    #[test]
    fn a_table_is_judged_as_the_json_says(
        (shape, json, leads) in questions(12),
        rows in vec((0usize..12, prop::bool::weighted(0.1)), 0..400),
        layout: u64,
    ) {
        judged(&shape, &json, shape.rows(leads, rows), Layout(layout & (layout >> 3)), [1, 2, 3, 50])?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn so_is_a_table_of_several_chunks(
        (shape, json, leads) in questions(1..60),
        step in prop_oneof![1usize..10, 1usize..1000],
        rows in 6_000usize..30_000,
        layout: u64,
    ) {
        // Runs of like rows, so that words and blocks are full or empty as well as mixed.
        let rows: Vec<(usize, bool)> = (0..rows).map(|i| (i / step * 7 % leads.len(), i % 97 == 0)).collect();
        judged(&shape, &json, shape.rows(leads, rows), Layout(layout), [1, 3, 500])?;
    }
}

/// A row each, with other numbers, days and instants than its neighbours: more than an outline can tell apart.
fn scattered(leads: &[Lead], rows: u16) -> Vec<Lead> {
    let moved = |row: u16, cell: &Cell<'static>| {
        let by = u16::try_from(u32::from(row) * 7919 % 1009).unwrap();
        match cell {
            Cell::Number(number) if number.abs() < 1e6 => Cell::Number(number + f64::from(by) / 4.0),
            Cell::Day(day) => Cell::Day(Day(day.0 + i32::from(by)).min(Day::MAX)),
            Cell::Instant(at) => Cell::Instant(Instant(at.0 + i64::from(by) * 1_800_000).min(Instant::MAX)),
            other => other.clone(),
        }
    };
    (0..rows).map(|row| Lead(leads[usize::from(row) % leads.len()].0.iter().map(|cell| moved(row, cell)).collect())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn so_is_a_table_of_many_values((shape, json, leads) in questions(1..60), rows in 4_000u16..12_000, layout: u64) {
        let leads = scattered(&leads, rows);
        let rows = (0..leads.len()).map(|row| (row, row % 97 == 0)).collect();
        judged(&shape, &json, shape.rows(leads, rows), Layout(layout), [1, 3, 500])?;
    }
}

#[test]
fn an_explanation_is_the_same_tree_with_verdicts() {
    let schema = schema();
    let staff = Staff::of(&schema);
    let ctx = context(&schema, &staff);
    let json = r#"{"combinator":"and","rules":[
        {"field":"number1","operator":">=","value":"40"},
        {"combinator":"or","not":true,"rules":[{"field":"user1","operator":"=","value":{"actor":true}},{"field":"date1","operator":"<","value":{"relative":"now"}}]},
        {"field":"tags1","match":{"mode":"atLeast","threshold":2},"value":{"combinator":"and","rules":[{"field":"","operator":"beginsWith","value":"n"}]}},
        {"field":"number1","operator":"<","value":"number2","valueSource":"field"}]}"#;
    let query = compile(&Json::parse(json).unwrap(), "", &schema, Strictness::List).unwrap();
    let mut lead = Lead(vec![Cell::Null; schema.fields.len()]);
    let mut set = |name: &str, cell| lead.0[schema.find(name).unwrap().0 as usize] = cell;
    set("number1", Cell::Number(41.0));
    set("user1", Cell::Text("u2".into()));
    set("tags1", Cell::List(vec!["new".into(), "next".into(), "old".into()]));
    let seen = explain(&query, &lead, &ctx).unwrap().to_json().write();
    let tags = r#"{"match":{"mode":"atLeast","threshold":2},"value":{"combinator":"and","rules":[{"field":"","operator":"beginsWith","value":"n"}]}}"#;
    let wanted = [
        r#"{"matched":false,"combinator":"and","rules":["#,
        r#"{"matched":true,"field":"number1","operator":">=","expected":40,"actual":41},"#,
        r#"{"matched":false,"combinator":"or","not":true,"rules":["#,
        r#"{"matched":true,"field":"user1","operator":"=","expected":"u2","actual":"u2"},"#,
        r#"{"matched":false,"field":"date1","operator":"<","expected":"2026-03-09","actual":null}]},"#,
        r#"{"matched":true,"field":"tags1","operator":"match","expected":"#,
        tags,
        r#","actual":["new","next","old"],"satisfied":2},"#,
        r#"{"matched":false,"field":"number1","operator":"<","actual":41}]}"#,
    ];
    assert_eq!(seen, wanted.concat());
}

#[test]
fn the_deepest_filter_needs_little_stack() {
    let rule = r#"{"field":"number1","operator":"=","value":1}"#;
    let other = r#"{"field":"text1","operator":"contains","value":"a"}"#;
    let mut json = rule.to_owned();
    for _ in 0..63 {
        json = format!(r#"{{"not":true,"rules":[{rule},"or",{other},"xor",{rule},"and",{json}]}}"#);
    }
    // Deeper than the JSON reader allows for a text: the tree is made here.
    let json = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![Json::parse(&json).unwrap()]))]);
    let work = move || {
        let schema = Rc::new(schema());
        let staff = Staff::of(&schema);
        let ctx = context(&schema, &staff);
        let query = compile(&json, "", &schema, Strictness::List).unwrap();
        let leads = [Lead(vec![Cell::Null; schema.fields.len()])];
        let table = table(&schema, &leads, &vec![(0, false); 3000], Layout(0));
        let found = select(&query, &table, &ctx).unwrap().count();
        assert_eq!(found == 3000, matches(&query, &leads[0], &ctx).unwrap());
        assert_eq!(explain(&query, &leads[0], &ctx).unwrap().matched, found == 3000);
    };
    // Half of what WebAssembly has by default.
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}
