//! The order of rows against the order of their values.

use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::filter::packed::{Layout, table};
use crate::filter::sample::{lead, schema};
use crate::query::Cell;
use crate::table::RowIx;

/// The order of two values, read off the rules.
fn order(field: &Field, by: SortOrder, a: &Cell<'_>, b: &Cell<'_>) -> Ordering {
    let words = |a: &str, b: &str| match by {
        SortOrder::Value => a.chars().cmp(b.chars()),
        SortOrder::Natural => crate::filter::natural::tests::order(a, b),
        SortOrder::Choices => {
            let place = |word: &str| field.choices.iter().position(|choice| choice == word).unwrap_or(field.choices.len());
            place(a).cmp(&place(b)).then_with(|| a.chars().cmp(b.chars()))
        }
    };
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) if field.kind == FieldType::Text => words(&folded(field.case, a), &folded(field.case, b)),
        (Cell::Text(a), Cell::Text(b)) => words(a, b),
        (Cell::Number(a), Cell::Number(b)) => a.partial_cmp(b).unwrap(),
        (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
        (Cell::Day(a), Cell::Day(b)) => a.cmp(b),
        (Cell::Instant(a), Cell::Instant(b)) => a.cmp(b),
        (Cell::List(a), Cell::List(b)) => {
            let unlike = a.iter().zip(b).map(|(a, b)| words(a, b)).find(|order| order.is_ne());
            unlike.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => panic!("{a:?} {b:?}"),
    }
}

fn keys() -> impl Strategy<Value = Vec<SortKey>> {
    let orders = prop::sample::select(&[SortOrder::Value, SortOrder::Choices, SortOrder::Natural][..]);
    let one = (0u32..22, any::<bool>(), any::<bool>(), orders).prop_map(|(field, down, first, order)| SortKey {
        field: FieldIx(field),
        direction: if down { Direction::Descending } else { Direction::Ascending },
        nulls: if first { Nulls::First } else { Nulls::Last },
        order: if order.fits(&numbered().fields[field as usize]) { order } else { SortOrder::Value },
    });
    prop::collection::vec(one, 0..4)
}

/// The schema of other tests, with choices in no order of their own.
fn numbered() -> crate::query::Schema {
    let mut schema = schema();
    let choices = |field: &mut Field| field.choices = ["open", "5", "new", "a,b", "open"].map(str::to_owned).to_vec();
    schema.fields.iter_mut().filter(|field| field.name == "choice1" || field.name == "tags1").for_each(choices);
    schema
}

/// Numbers in some of the texts.
fn with_numbers(leads: &mut [crate::filter::sample::Lead], numbers: &[u64]) {
    for (at, lead) in leads.iter_mut().enumerate() {
        for cell in &mut lead.0 {
            match cell {
                Cell::Text(text) if at % 2 == 0 => {
                    let (first, second) = (numbers[at % numbers.len()], numbers[(at + text.len()) % numbers.len()]);
                    *text = format!("{}{first}{text}{second:03}", &"Unit no. "[..at % 9]).into();
                }
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_come_in_order(mut leads in prop::collection::vec(lead(&schema()), 12), numbers in prop::collection::vec(prop_oneof![0u64..30, any::<u64>()], 1..5), many in prop::sample::select(vec![0usize, 5, 60, 2000]), by in keys(), layout: u64, turn: u32) {
        let schema = Rc::new(numbered());
        with_numbers(&mut leads, &numbers);
        let places: Vec<(usize, bool)> = (0..many).map(|i| (i * 7 % 12, false)).collect();
        let table = table(&schema, &leads, &places, Layout(layout & (layout >> 9)));
        // An order that is not the table's, so that stability shows.
        let all = table.rows();
        let mut rows: Vec<u32> = (0..all).map(|row| (row + turn % all.max(1)) % all.max(1)).collect();
        let mut wanted = rows.clone();
        wanted.sort_by(|a, b| {
            by.iter().fold(Ordering::Equal, |before, key| before.then_with(|| {
                let field = schema.get(key.field).unwrap();
                let (x, y) = (table.cell(RowIx(*a), key.field), table.cell(RowIx(*b), key.field));
                let nulls = x.is_null().cmp(&y.is_null());
                match (x.is_null() || y.is_null(), key.nulls, key.direction) {
                    (true, Nulls::Last, _) => nulls,
                    (true, Nulls::First, _) => nulls.reverse(),
                    (_, _, Direction::Ascending) => order(field, key.order, &x, &y),
                    (_, _, Direction::Descending) => order(field, key.order, &y, &x),
                }
            }))
        });
        sort(&mut rows, &by, &table).unwrap();
        prop_assert_eq!(rows, wanted);
    }
}
