//! Upserts, edits and removals against the model, with snapshots held and memory running out.

use proptest::prelude::*;

use super::load::any_rows;
use super::model::*;
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{Budget, Edit, LoadMode, LoadOptions, Loader, RowIx, Table, Values};
use crate::time::{Day, Instant};

#[derive(Clone, Debug)]
enum Step {
    Upsert(Vec<Json>),
    Remove(Vec<u32>),
    Edit(Vec<(u32, u32, u8)>),
    Hold,
    Drop,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any_rows(12).prop_map(Step::Upsert),
        2 => prop::collection::vec(0u32..14, 0..6).prop_map(Step::Remove),
        3 => prop::collection::vec((0u32..12, 0u32..14, any::<u8>()), 0..12).prop_map(Step::Edit),
        1 => Just(Step::Hold),
        1 => Just(Step::Drop),
    ]
}

/// Some value of the type of a field.
fn value(field: u32, seed: u8) -> Cell<'static> {
    let words = ["new", "Ünï", "x", "STRASSE İ", "u1", ""];
    let word = words[usize::from(seed) % words.len()];
    match field {
        _ if seed.is_multiple_of(7) => Cell::Null,
        0 | 2 | 7 | 8 | 9 => Cell::Text(word.into()),
        3 => Cell::Number(f64::from(seed)),
        4 => Cell::Bool(seed.is_multiple_of(2)),
        5 => Cell::Day(Day(i32::from(seed))),
        6 => Cell::Instant(Instant(i64::from(seed))),
        _ => Cell::List(vec!["new".into(), format!("t{seed}").into()]),
    }
}

fn upsert(table: &mut Table, rows: &[Json]) -> crate::error::Result<()> {
    let mut loader = table.loader(LoadOptions::default()).unwrap();
    loader.push(Json::List(rows.to_vec()).write().as_bytes()).unwrap();
    table.upsert(loader).map(drop)
}

/// Carries out a step; what fails must have changed nothing.
fn run(table: &mut Table, step: &Step) -> crate::error::Result<()> {
    match step {
        Step::Upsert(rows) => upsert(table, rows),
        Step::Remove(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| format!("l{id}")).collect();
            table.remove(ids.iter().map(String::as_str)).map(drop)
        }
        Step::Edit(edits) => {
            let found: Vec<_> = edits
                .iter()
                .filter_map(|(field, id, seed)| (*field != ID.0).then_some((FieldIx(*field), table.find(&format!("l{id}"))?.0, *seed)))
                .collect();
            let cells: Vec<_> = found.iter().map(|(field, row, seed)| (*field, [*row], value(field.0, *seed))).collect();
            let edits: Vec<_> = cells.iter().map(|(field, rows, cell)| Edit { field: *field, rows, values: Values::Const(cell) }).collect();
            table.edit(&edits)
        }
        Step::Hold | Step::Drop => Ok(()),
    }
}

fn run_model(model: &mut Model, step: &Step) {
    match step {
        Step::Upsert(rows) => model.apply(rows, LoadMode::Upsert),
        Step::Remove(ids) => model.leads.retain(|lead| !ids.iter().any(|id| lead.id == format!("l{id}"))),
        Step::Edit(edits) => {
            for (field, id, seed) in edits.iter().filter(|edit| edit.0 != ID.0) {
                if let Some(lead) = model.leads.iter_mut().find(|lead| lead.id == format!("l{id}")) {
                    let cell = value(*field, *seed);
                    let word = matches!(field, 7..=9) && cell.text() == Some("");
                    lead.cells[*field as usize] = if word { Cell::Null } else { cell };
                }
            }
        }
        Step::Hold | Step::Drop => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changes_are_those_of_the_model(first in any_rows(20), steps in prop::collection::vec(any_step(), 0..10)) {
        let mut model = Model::default();
        model.apply(&first, LoadMode::Load);
        let mut table = load(&Json::List(first).write()).unwrap();
        let mut held = Vec::new();
        for step in &steps {
            match step {
                Step::Hold => held.push((table.snapshot(), leads(&table))),
                Step::Drop => drop(held.pop()),
                step => {
                    run(&mut table, step).unwrap();
                    run_model(&mut model, step);
                }
            }
            prop_assert_eq!(leads(&table), model.leads.clone());
            sound(&table);
            for (snapshot, then) in &held {
                prop_assert_eq!(&leads(snapshot), then);
            }
        }
        prop_assert_eq!(found(&table), model.found);
    }

    #[test]
    fn running_out_of_memory_changes_nothing(first in any_rows(20), hold: bool, step in any_step()) {
        let text = Json::List(first).write();
        let mut whole = load(&text).unwrap();
        run(&mut whole, &step).unwrap();
        for after in 0.. {
            let mut table = load(&text).unwrap();
            let held = hold.then(|| table.snapshot());
            let before = (leads(&table), found(&table), table.revision());
            table.budget.fail_after(Some(after));
            let done = run(&mut table, &step);
            let failed = table.budget.failed();
            table.budget.fail_after(None);
            sound(&table);
            match done {
                Ok(()) => prop_assert_eq!(leads(&table), leads(&whole)),
                Err(error) => {
                    prop_assert_eq!(error.code, "out_of_memory");
                    prop_assert_eq!(&(leads(&table), found(&table), table.revision()), &before);
                    // What failed can be done again.
                    run(&mut table, &step).unwrap();
                    prop_assert_eq!(leads(&table), leads(&whole));
                }
            }
            if let Some(held) = held {
                prop_assert_eq!(&leads(&held), &before.0);
            }
            if !failed {
                break;
            }
        }
    }

    #[test]
    fn a_load_that_runs_out_of_memory_says_so(rows in any_rows(40)) {
        let text = Json::List(rows).write();
        for after in 0.. {
            let budget = Budget::default();
            budget.fail_after(Some(after));
            let mut loader = Loader::new(schema(), ID, LoadOptions::default(), LoadMode::Load, budget).unwrap();
            match loader.push(text.as_bytes()).and_then(|()| loader.finish()) {
                Ok(table) => {
                    table.budget.fail_after(None);
                    sound(&table);
                    break;
                }
                Err(error) => prop_assert_eq!(error.code, "out_of_memory"),
            }
        }
    }
}

/// 70,000 leads, so that columns have two chunks and texts are many.
fn large() -> Table {
    let rows: String =
        (0..70_000).map(|i| format!("{{\"id\":\"i{i:06}\",\"name\":\"N{i}\",\"tags\":[\"t{}\"],\"score\":{i}}}\n", i % 300)).collect();
    load(&rows).unwrap()
}

#[test]
fn chunks_are_many_and_changes_find_them() {
    let mut table = large();
    assert!(matches!(table.column(FieldIx(0)), crate::table::Column::Text(_)));
    let before = table.snapshot();
    let rows: Vec<u32> = (0..70_000).rev().step_by(7).collect();
    let names: Vec<Cell<'_>> = rows.iter().map(|row| Cell::Text(format!("M{row}").into())).collect();
    let tags = [Cell::List(vec!["a".into(), "b".into()]), Cell::Null];
    let which: Vec<u32> = rows.iter().map(|row| row % 2).collect();
    let edits = [
        Edit { field: FieldIx(0), rows: &rows, values: Values::Cells(&names) },
        Edit { field: FieldIx(10), rows: &rows, values: Values::Picked { from: &tags, which: &which } },
    ];
    table.edit(&edits).unwrap();
    for row in (0..70_000).step_by(13).chain(rows.iter().copied().step_by(11)) {
        let changed = rows.binary_search_by(|other| row.cmp(other)).is_ok();
        let name = if changed { format!("M{row}") } else { format!("N{row}") };
        assert_eq!(table.cell(RowIx(row), FieldIx(0)).text(), Some(name.as_str()));
        let tag = table.cell(RowIx(row), FieldIx(10));
        assert_eq!(tag.items().count(), if changed { [2, 0][row as usize % 2] } else { 1 });
        assert_eq!(before.cell(RowIx(row), FieldIx(0)).text(), Some(format!("N{row}").as_str()));
    }
    let ids: Vec<String> = (0..70_000).filter(|i| i % 3 > 0).map(|i| format!("i{i:06}")).collect();
    assert_eq!(table.remove(ids.iter().map(String::as_str)).unwrap(), ids.len());
    assert_eq!((table.rows() as usize, table.size()), (70_000 - ids.len(), 70_000 - ids.len()));
    assert!(table.live().is_none());
    sound(&table);
    assert_eq!(before.size(), 70_000);
}

#[test]
fn leads_are_found_one_after_the_other() {
    let mut table = large();
    table.remove(["i000003", "i000004"]).unwrap();
    let mut finder = table.finder();
    for nth in [0, 1, 2, 3, 4, 5, 69_999, 70_000, 7, 8, 8, 0] {
        let id = format!("i{nth:06}");
        assert_eq!(finder.find(&id), table.find(&id));
        assert_eq!(finder.find("").map(|row| row.0), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Many rows over several chunks at once, in order or not, as row after row.
    #[test]
    fn edits_of_many_rows_are_edits_of_each(field in prop_oneof![Just(2u32), 3u32..9, Just(10)], step in 1usize..900, turned: bool, held: bool, counted: bool, seeds in prop::collection::vec(any::<u8>(), 1..9)) {
        let field = FieldIx(if counted { 3 } else { field });
        let mut table = large();
        if let crate::table::Column::Number(column) = table.column(FieldIx(3)) {
            prop_assert!(column.outline().is_some());
        }
        let before = held.then(|| table.snapshot());
        let mut rows: Vec<u32> = (0..70_000).step_by(step).collect();
        if turned {
            rows.reverse();
        }
        let cells: Vec<Cell<'_>> = seeds.iter().map(|seed| value(field.0, *seed)).collect();
        let which: Vec<u32> = rows.iter().map(|row| row % cells.len() as u32).collect();
        // Some of the rows again, which then hold nothing.
        let few: Vec<u32> = rows.iter().copied().step_by(3).collect();
        let mut edits = vec![
            Edit { field, rows: &rows, values: Values::Picked { from: &cells, which: &which } },
            Edit { field, rows: &few, values: Values::Const(&Cell::Null) },
        ];
        if counted {
            edits.push(Edit { field, rows: &rows, values: Values::Next });
        }
        let mut wanted: Vec<Cell<'static>> = (0..70_000).map(|row| table.cell(RowIx(row), field).into_owned()).collect();
        for edit in &edits {
            for (at, row) in edit.rows.iter().enumerate() {
                let cell = &mut wanted[*row as usize];
                *cell = match (edit.values, &*cell) {
                    (Values::Picked { from, which }, _) if (7..=9).contains(&field.0) && from[which[at] as usize].text() == Some("") => Cell::Null,
                    (Values::Picked { from, which }, _) => from[which[at] as usize].clone().into_owned(),
                    (Values::Next, Cell::Number(number)) => Cell::Number(number + 1.0),
                    (Values::Next, _) => Cell::Number(1.0),
                    _ => Cell::Null,
                };
            }
        }
        table.edit(&edits).unwrap();
        for (row, wanted) in (0u32..).map(RowIx).zip(&wanted) {
            prop_assert_eq!(&table.cell(row, field), wanted, "{:?}", row);
        }
        if let crate::table::Column::Number(column) = table.column(FieldIx(3)) {
            let outline = column.outline().unwrap();
            let stretches: Vec<_> = outline.stretches().collect();
            for (row, byte) in (0u32..).zip(outline.bytes.iter().flat_map(|bytes| bytes.iter())) {
                let number = column.get(row).unwrap();
                let fits = stretches.get(usize::from(*byte)).is_some_and(|(from, to)| *from <= number && to.is_none_or(|to| number < to));
                prop_assert!(fits || (number.is_nan() && *byte == u8::MAX));
            }
        }
        if let Some(before) = before {
            let fresh = large();
            prop_assert!((0..70_000).map(RowIx).all(|row| before.cell(row, field) == fresh.cell(row, field)));
        }
    }
}

#[test]
fn few_changes_of_a_text_column_are_kept_beside_it() {
    let mut table = large();
    for round in 0..3 {
        let rows: Vec<u32> = (0..4000).map(|i| i * 17 + round).collect();
        let cell = Cell::Text(format!("ROUND {round} É").into());
        table.edit(&[Edit { field: FieldIx(0), rows: &rows, values: Values::Const(&cell) }]).unwrap();
    }
    let crate::table::Column::Text(column) = table.column(FieldIx(0)) else { panic!() };
    assert_eq!((column.folded(2), column.original(2).as_deref()), (Some("round 2 é"), Some("ROUND 2 É")));
    assert_eq!((column.folded(3), column.original(3).as_deref()), (Some("n3"), Some("N3")));
}

#[test]
fn edits_that_do_not_fit_are_refused() {
    let mut table = load(r#"[{"id":"a","score":1},{"id":"b","score":2}]"#).unwrap();
    table.remove(["b"]).unwrap();
    let cells = [Cell::Number(1.0), Cell::Number(2.0)];
    let (text, number) = (Cell::Text("x".into()), &cells[0]);
    for (field, rows, values) in [
        (99, &[0][..], Values::Const(number)),
        (ID.0, &[0], Values::Const(&text)),
        (3, &[0], Values::Const(&text)),
        (3, &[1], Values::Const(number)),
        (3, &[2], Values::Const(number)),
        (3, &[0], Values::Cells(&cells)),
        (3, &[0], Values::Picked { from: &cells, which: &[2] }),
        (4, &[0], Values::Next),
        (3, &[1], Values::Next),
    ] {
        let before = (leads(&table), table.revision());
        let good = Edit { field: FieldIx(3), rows: &[0], values: Values::Const(&Cell::Number(9.0)) };
        let error = table.edit(&[good, Edit { field: FieldIx(field), rows, values }]).unwrap_err();
        assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("edit_invalid", "/1"));
        assert_eq!((leads(&table), table.revision()), before);
    }
}
