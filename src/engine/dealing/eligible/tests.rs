//! Against one question a row and receiver.

use std::ops::Range;
use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::dealing::eligible::*;
use crate::filter::packed::{Layout, table, table_with};
use crate::filter::sample::{Lead, Shape, Staff, context, filter, lead, rule, schema, shapes};
use crate::filter::{matches, select};
use crate::json::Json;
use crate::query::assume::all;
use crate::query::{Schema, Strictness, compile};
use crate::table::Mask;

fn node(json: &Json, schema: &Schema) -> Expr {
    compile(json, "", schema, Strictness::List).unwrap().root().clone()
}

/// What many ask: mostly a conjunction of rules, sometimes any filter.
fn condition(schema: &Schema) -> impl Strategy<Value = Json> + use<> {
    let joined = prop::collection::vec(rule(schema), 1..4)
        .prop_map(|rules| Json::object([("combinator", "and".into()), ("rules", Json::List(rules))]));
    prop_oneof![4 => joined, 1 => filter(schema)]
}

/// Conditions on leads of any shape.
fn questions(conditions: Range<usize>, leads: usize) -> impl Strategy<Value = (Shape, Vec<Json>, Vec<Lead>)> {
    shapes().prop_flat_map(move |shape| {
        let (conditions, leads) = (vec(condition(&shape.schema), conditions.clone()), vec(lead(&shape.schema), leads));
        (Just(shape), conditions, leads)
    })
}

/// Leads, which of them each row is, which rows are divided, and in which order.
struct Rows {
    leads: Vec<Lead>,
    of_lead: Vec<(usize, bool)>,
    divided: Vec<u32>,
}

fn check(shape: &Shape, conditions: &[Json], asked: &[(usize, u8)], rows: &Rows, layout: u64) -> Result<(), TestCaseError> {
    let (schema, leads, shown) = (&shape.schema, &rows.leads, shown(conditions));
    let staff = shape.staff();
    let ctx = context(schema, &staff);
    let nodes: Vec<Expr> = conditions.iter().map(|json| node(json, schema)).collect();
    let table = table_with(schema, shape.id, leads, &rows.of_lead, Layout(layout));
    let size = table.rows();
    // Some may besides take only some of the rows, or none.
    let besides = |how: u8| match how {
        0 => RowSet::None,
        1..=3 => RowSet::Some(Mask::from_rows(size, (0..size).filter(|row| row % 5 != u32::from(how)).map(RowIx)).unwrap()),
        _ => RowSet::All,
    };
    let asks = || asked.iter().map(|(which, how)| Condition { node: nodes[*which].clone(), rows: besides(*how) }).collect();
    let mut divided = rows.divided.clone();
    let mut kinds = kinds(&table, &ctx, &divided, asks()).unwrap();

    let truths: Vec<Vec<bool>> =
        nodes.iter().map(|node| leads.iter().map(|lead| matches(&Query::from(node.clone()), lead, &ctx).unwrap()).collect()).collect();
    let wanted = |row: u32| -> Vec<u32> {
        let lead = rows.of_lead[row as usize].0;
        let may = |(which, how): &(usize, u8)| truths[*which][lead] && besides(*how).contains(RowIx(row));
        (0u32..).zip(asked).filter(|(_, asked)| may(asked)).map(|(at, _)| at).collect()
    };
    for (at, row) in divided.iter().enumerate() {
        prop_assert_eq!(kinds.at(at).unwrap().iter().collect::<Vec<_>>(), wanted(*row), "row {} {}", row, shown);
    }
    let mut sets: Vec<Vec<u32>> = divided.iter().map(|row| wanted(*row)).collect();
    let counts: u64 = kinds.list.iter().map(|(_, count)| count).sum();
    prop_assert_eq!(counts, divided.len() as u64);
    for (set, count) in &kinds.list {
        let set: Vec<u32> = set.iter().collect();
        prop_assert_eq!(sets.iter().filter(|other| **other == set).count() as u64, *count);
    }
    sets.sort();
    sets.dedup();
    prop_assert_eq!(kinds.list.len(), sets.len());

    let before = divided.clone();
    let orphans = kinds.drop_orphans(&mut divided).unwrap();
    let (taken, left): (Vec<u32>, Vec<u32>) = before.into_iter().partition(|row| !wanted(*row).is_empty());
    prop_assert_eq!((&divided, &orphans), (&taken, &left));
    for (at, row) in divided.iter().enumerate() {
        prop_assert_eq!(kinds.at(at).unwrap().iter().collect::<Vec<_>>(), wanted(*row));
    }
    let spread: Vec<u32> = (0..divided.len()).map(|at| kinds.of_row.at(at)).collect();
    prop_assert_eq!(kinds.of_row.spread(divided.len()).unwrap(), spread);
    Ok(())
}

fn shown(conditions: &[Json]) -> String {
    conditions.iter().map(Json::write).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn each_row_has_those_who_may_take_it(
        (shape, conditions, leads) in questions(1..8, 12),
        asked in vec((any::<prop::sample::Index>(), 0u8..16), 0..90),
        of_lead in vec((0usize..12, prop::bool::weighted(0.1)), 1..300),
        order in 0u32..7,
        layout: u64,
    ) {
        let asked: Vec<(usize, u8)> = asked.into_iter().map(|(which, how)| (which.index(conditions.len()), how)).collect();
        // As they come, backwards, or some of them, among them very few.
        let live: Vec<u32> = (0u32..).zip(&of_lead).filter(|(_, (_, gone))| !gone).map(|(row, _)| row).collect();
        let divided: Vec<u32> = match order {
            0..=2 => live,
            3 => live.into_iter().rev().collect(),
            4 => live.into_iter().filter(|row| row % 3 != 1).collect(),
            5 => live.into_iter().filter(|row| row % 100 == 7).collect(),
            _ => live.iter().filter(|row| *row % 2 == 0).chain(live.iter().filter(|row| *row % 2 == 1)).copied().collect(),
        };
        let (leads, of_lead) = shape.rows(leads, of_lead);
        check(&shape, &conditions, &asked, &Rows { leads, of_lead, divided }, layout & (layout >> 3))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn so_it_is_over_several_chunks(
        (shape, conditions, leads) in questions(1..6, 24),
        people in 1usize..80,
        step in 1usize..50,
        rows in 8_000usize..20_000,
        layout: u64,
    ) {
        let asked: Vec<(usize, u8)> = (0..people).map(|at| (at % conditions.len(), 15)).collect();
        let of_lead: Vec<(usize, bool)> = (0..rows).map(|row| (row / step * 7 % 24, row % 97 == 0)).collect();
        let divided = (0u32..).zip(&of_lead).filter(|(_, (_, gone))| !gone).map(|(row, _)| row).collect();
        let (leads, of_lead) = shape.rows(leads, of_lead);
        check(&shape, &conditions, &asked, &Rows { leads, of_lead, divided }, layout)?;
    }
}

#[test]
fn rules_on_codes_numbers_days_instants_and_truth_values_are_looked_up() {
    let schema = Rc::new(schema());
    let leads: Vec<Lead> = vec![Lead(vec![crate::query::Cell::Null; schema.fields.len()])];
    let table = table(&schema, &leads, &[(0, false)], Layout(0));
    let rules = [
        (r#"{"field": "choice1", "operator": "in", "value": ["new", "open"]}"#, true),
        (r#"{"field": "user1", "operator": "notUnder", "value": "north"}"#, true),
        (r#"{"field": "unit1", "operator": "notNull"}"#, true),
        (r#"{"field": "number1", "operator": "notBetween", "value": [1, 2]}"#, true),
        (r#"{"field": "number1", "operator": "null"}"#, true),
        (r#"{"field": "date1", "operator": ">", "value": "2026-03-08"}"#, true),
        (r#"{"field": "datetime1", "operator": "=", "value": "2026-03-08"}"#, true),
        (r#"{"field": "boolean1", "operator": "=", "value": true}"#, true),
        (r#"{"rules": [{"field": "number1", "operator": "<", "value": 1}, "or", {"field": "number1", "operator": "null"}]}"#, true),
        (r#"{"rules": [{"field": "number1", "operator": "<", "value": 1}, "or", {"field": "number2", "operator": "null"}]}"#, false),
        (r#"{"field": "tags1", "operator": "contains", "value": "new"}"#, false),
        (r#"{"field": "number1", "operator": "<", "value": "number2", "valueSource": "field"}"#, false),
    ];
    for (text, wanted) in rules {
        let json = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![Json::parse(text).unwrap()]))]);
        // What somebody may be given waits for no viewer's zone.
        let node = compile(&json, "", &schema, Strictness::Guard).unwrap().root().clone();
        assert_eq!(value_classes::field(&node, &table).is_some(), wanted, "{text}");
    }
}

#[test]
fn many_fields_need_more_than_one_look_up() {
    let schema = Rc::new(schema());
    let staff = Staff::of(&schema);
    let ctx = context(&schema, &staff);
    // 300 bounds in each of three fields: more combinations than one table holds.
    let leads: Vec<Lead> = (0..40u32)
        .map(|at| {
            let mut cells = vec![crate::query::Cell::Null; schema.fields.len()];
            for (field, by) in [("number1", 7), ("number2", 11)] {
                cells[schema.find(field).unwrap().0 as usize] = crate::query::Cell::Number(f64::from(at * by % 300));
            }
            cells[schema.find("date1").unwrap().0 as usize] = crate::query::Cell::Day(crate::time::Day((at * 13 % 300) as i32));
            Lead(cells)
        })
        .collect();
    let of_lead: Vec<(usize, bool)> = (0..500).map(|row| (row * 3 % 40, false)).collect();
    let table = table(&schema, &leads, &of_lead, Layout(0));
    let nodes: Vec<Expr> = (0..300)
        .map(|at| {
            let day = Json::from(crate::time::Day(at).write());
            let rules = format!(
                r#"{{"combinator": "and", "rules": [{{"field": "number1", "operator": ">=", "value": {at}}},
                {{"field": "number2", "operator": "<", "value": {}}}, {{"field": "date1", "operator": ">", "value": {}}}]}}"#,
                300 - at,
                day.write()
            );
            node(&Json::parse(&rules).unwrap(), &schema)
        })
        .collect();
    let rows: Vec<u32> = (0..500).collect();
    let conditions = nodes.iter().map(|node| Condition { node: node.clone(), rows: RowSet::All }).collect();
    let asked = Asked::new(&table, &ctx, &rows, conditions).unwrap();
    assert!(asked.groups.len() > 1 && asked.lanes.is_empty());
    let kinds = kinds(&table, &ctx, &rows, nodes.iter().map(|node| Condition { node: node.clone(), rows: RowSet::All }).collect()).unwrap();
    for (receiver, node) in (0u32..).zip(&nodes) {
        let mask = select(&Query::from(all([node.clone()])), &table, &ctx).unwrap();
        for row in &rows {
            assert_eq!(kinds.at(*row as usize).unwrap().contains(receiver), mask.contains(RowIx(*row)));
        }
    }
}
