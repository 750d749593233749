//! Upserts by all options against one row after the other, done by hand; and what is told before is what is done.

use proptest::prelude::*;

use super::model::*;
use crate::json::Json;
use crate::query::fold::fold;
use crate::query::{Cell, FieldIx};
use crate::table::{LoadMode, LoadOptions, Loader, OnBlank, OnKnown, OnUnknown, Outcome, Preview, Table, UpsertOptions, Upserted};

const NAME: usize = 0;
const CODE: usize = 2;

/// What a lead has become, told as the preview does: outcome, first row, id, fields that differ.
type Told = Vec<(Outcome, u32, String, Vec<(u32, Cell<'static>, Cell<'static>)>)>;

/// What the oracle knows of a lead: as it was, as it is, and by what it is found.
struct Known {
    lead: Lead,
    before: Option<Vec<Cell<'static>>>,
    found_by: Vec<Cell<'static>>,
    first: Option<u32>,
}

/// A value by which leads are found, if it is one.
fn key(cells: &[Cell<'static>], fields: &[FieldIx]) -> Option<Vec<String>> {
    fields
        .iter()
        .map(|FieldIx(field)| {
            let text = match &cells[*field as usize] {
                Cell::Null => return None,
                Cell::Text(text) if *field as usize == NAME => fold(text).into_owned(),
                Cell::Text(text) => text.to_string(),
                Cell::Number(number) => format!("{}", number + 0.0),
                other => format!("{other:?}"),
            };
            Some(text).filter(|text| !text.trim().is_empty())
        })
        .collect()
}

/// The upsert, one row after the other.
fn oracle(leads: &[Lead], rows: &[Json], options: &UpsertOptions) -> (Vec<Lead>, Upserted, Told, Found) {
    let mut all: Vec<Known> = leads
        .iter()
        .map(|lead| Known { lead: lead.clone(), before: Some(lead.cells.clone()), found_by: lead.cells.clone(), first: None })
        .collect();
    let (mut counts, mut told, mut problems) = (Upserted::default(), Told::new(), Found::new());
    let (mut seen, mut later) = (Vec::new(), Found::new());
    for (nth, row) in (0u32..).zip(rows) {
        let (cells, mut found) = read(row, nth);
        let mut flat: Vec<Cell<'static>> = cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
        let id = flat[ID.0 as usize].text().unwrap_or_default().to_owned();
        let by_id = all.iter().position(|known| known.lead.id == id && !id.is_empty());
        let lead = if options.match_by.is_empty() {
            if id.is_empty() {
                problems.push((nth, ID.0, "id_missing"));
                continue;
            }
            if seen.contains(&id) {
                found.push((nth, ID.0, "duplicate_id"));
            }
            seen.push(id.clone());
            found.sort_by_key(|found| found.1);
            problems.extend(found);
            by_id
        } else {
            problems.extend(found);
            let keys: Vec<_> = options.match_by.iter().filter_map(|fields| Some((fields, key(&flat, fields)?))).collect();
            if keys.is_empty() {
                later.push((nth, options.match_by[0][0].0, "key_missing"));
                continue;
            }
            let fits = |(fields, value): &(&Vec<FieldIx>, Vec<String>)| -> Vec<usize> {
                (0..all.len()).filter(|at| key(&all[*at].found_by, fields).as_ref() == Some(value)).collect()
            };
            let hit = keys.iter().map(|key| (key.0[0].0, fits(key))).find(|(_, fits)| !fits.is_empty());
            let conflict = match &hit {
                Some((field, several)) if several.len() > 1 => Some((*field, "ambiguous_match")),
                Some((_, one)) if !id.is_empty() && by_id != Some(one[0]) => Some((ID.0, "id_conflict")),
                None if by_id.is_some() => Some((ID.0, "id_conflict")),
                _ => None,
            };
            if let Some((field, code)) = conflict {
                later.push((nth, field, code));
                counts.ambiguous += 1;
                told.push((Outcome::Ambiguous, nth, String::new(), Vec::new()));
                continue;
            }
            if hit.is_none() && id.is_empty() && options.on_unknown == OnUnknown::Add {
                later.push((nth, ID.0, "id_missing"));
                continue;
            }
            hit.map(|(_, one)| one[0])
        };
        match lead {
            Some(_) if options.on_known == OnKnown::Skip => {
                counts.skipped += 1;
                told.push((Outcome::Skipped, nth, all[lead.unwrap()].lead.id.clone(), Vec::new()));
            }
            Some(at) => {
                let known = &mut all[at];
                if known.first.is_some() && !options.match_by.is_empty() {
                    later.push((nth, options.match_by[0][0].0, "duplicate_lead"));
                }
                known.first = known.first.or(Some(nth));
                for (field, cell) in cells.into_iter().enumerate().filter(|(field, _)| *field != ID.0 as usize) {
                    let old = &mut known.lead.cells[field];
                    let Some(cell) = cell else { continue };
                    let stays = match options.on_known {
                        OnKnown::Fill => !old.is_null(),
                        _ => cell.is_null() && options.on_blank == OnBlank::Keep,
                    };
                    if !stays {
                        *old = cell;
                    }
                }
            }
            None if options.on_unknown == OnUnknown::Skip => {
                counts.skipped += 1;
                told.push((Outcome::Skipped, nth, id, Vec::new()));
            }
            None => {
                flat[ID.0 as usize] = Cell::Text(id.clone().into());
                all.push(Known { lead: Lead { id, cells: flat.clone() }, before: None, found_by: flat, first: Some(nth) });
            }
        }
    }
    for Known { lead, before, first, .. } in &all {
        let Some(first) = first else { continue };
        let none = vec![Cell::Null; lead.cells.len()];
        let old = before.as_ref().unwrap_or(&none);
        let differing = (0u32..).zip(old.iter().zip(&lead.cells)).filter(|(_, (old, new))| old != new);
        let differing: Vec<_> = differing.map(|(field, (old, new))| (field, old.clone(), new.clone())).collect();
        let outcome = match before {
            None => Outcome::Added,
            Some(_) if differing.is_empty() => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        };
        match outcome {
            Outcome::Added => counts.added += 1,
            Outcome::Updated => counts.updated += 1,
            _ => counts.unchanged += 1,
        }
        told.push((outcome, *first, lead.id.clone(), differing));
    }
    told.sort_by_key(|entry| entry.1);
    later.sort();
    problems.extend(later);
    counts.problems = problems.len() as u64;
    (all.into_iter().map(|known| known.lead).collect(), counts, told, problems)
}

fn told(preview: &Preview) -> Told {
    let entry = |item| {
        let changes =
            preview.changes(item).into_iter().map(|change| (change.field.0, change.before.into_owned(), change.after.into_owned()));
        (item.outcome, item.input_row, preview.lead(item), changes.collect())
    };
    preview.items().iter().map(entry).collect()
}

/// The same with those of keys behind the others, in order: the two find them in different turns.
fn sorted(found: impl IntoIterator<Item = (u32, u32, &'static str)>) -> Found {
    let mut found: Found = found.into_iter().collect();
    found.sort_by_key(|(row, field, code)| {
        (["key_missing", "id_conflict", "ambiguous_match", "duplicate_lead"].contains(code), *row, *field, *code)
    });
    found
}

fn loader(table: &Table, rows: &[Json], options: &UpsertOptions) -> crate::error::Result<Loader> {
    let mut loader = table.loader(LoadOptions { upsert: options.clone(), ..LoadOptions::default() })?;
    loader.push(Json::List(rows.to_vec()).write().as_bytes())?;
    Ok(loader)
}

/// Rows with few values, so that they often meet; some keys are missing, some cells empty or not to be read.
fn rows(most: usize) -> impl Strategy<Value = Vec<Json>> {
    let texts = |texts: &'static [&'static str]| prop_oneof![1 => Just(None), 1 => Just(Some(Json::Null)), 6 => prop::sample::select(texts).prop_map(|text| Some(Json::from(text)))];
    let row = (
        texts(&["l0", "l1", "l2", "l3", "l4", ""]),
        texts(&["Ada", "ADA", "ada", "", " ", "Ünï", "ünÏ", "x"]),
        texts(&["a", "A", "b"]),
        prop_oneof![
            Just(None),
            (0u8..3).prop_map(|n| Some(Json::from(i64::from(n)))),
            Just(Some(Json::from("x"))),
            Just(Some(Json::Number(-0.0)))
        ],
        texts(&["2026-01-02", "2026-01-03", "never"]),
        texts(&["ann", " ann ", "bob", " "]),
        prop_oneof![
            Just(None),
            prop::collection::vec(prop::sample::select(vec!["p", "q"]), 0..3)
                .prop_map(|list| Some(list.into_iter().map(Json::from).collect::<Vec<_>>().into()))
        ],
        any::<Option<bool>>().prop_map(|hot| hot.map(Json::Bool)),
    );
    let row = row.prop_map(|(id, name, code, score, day, owner, tags, hot)| {
        let keys = ["id", "name", "code", "score", "day", "owner", "tags", "hot"];
        let cells = [id, name, code, score, day, owner, tags, hot];
        Json::Object(keys.into_iter().zip(cells).filter_map(|(key, cell)| Some((key.to_owned(), cell?))).collect())
    });
    prop::collection::vec(row, 0..most)
}

/// Leads to begin with, by their ids.
fn first(most: usize) -> impl Strategy<Value = Vec<Json>> {
    rows(most).prop_map(|mut rows| {
        for (nth, row) in rows.iter_mut().enumerate() {
            if let Json::Object(pairs) = row {
                pairs.retain(|(key, _)| key != "id");
                pairs.push(("id".into(), format!("l{nth}").into()));
            }
        }
        rows
    })
}

fn options() -> impl Strategy<Value = UpsertOptions> {
    let field = prop::sample::select(vec![NAME as u32, CODE as u32, 3, 4, 5, 8]).prop_map(FieldIx);
    let key = prop_oneof![
        1 => Just(vec![ID]),
        4 => field.clone().prop_map(|field| vec![field]),
        1 => (field.clone(), field).prop_map(|(a, b)| vec![a, b]),
    ];
    (
        prop::sample::select(vec![OnBlank::Clear, OnBlank::Keep]),
        prop::sample::select(vec![OnKnown::Update, OnKnown::Fill, OnKnown::Skip]),
        prop::sample::select(vec![OnUnknown::Add, OnUnknown::Skip]),
        prop_oneof![1 => Just(Vec::new()), 2 => prop::collection::vec(key, 1..3)],
    )
        .prop_map(|(on_blank, on_known, on_unknown, match_by)| UpsertOptions { on_blank, on_known, on_unknown, match_by })
}

/// Whether some row has a value in all fields of some key: else the input as a whole is refused.
fn can_be_keyed(rows: &[Json], options: &UpsertOptions) -> bool {
    let schema = schema();
    let has = |field: &FieldIx| rows.iter().any(|row| row.as_object().unwrap().iter().any(|(key, _)| key == schema.name(*field)));
    let has_ids =
        |field: &FieldIx| *field != ID || rows.iter().any(|row| row.get("id").and_then(Json::as_text).is_some_and(|id| !id.is_empty()));
    options.match_by.is_empty() || options.match_by.iter().any(|key| key.iter().all(|field| has(field) && has_ids(field)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn rows_apply_one_after_the_other(start in first(8), rows in rows(9), options in options(), held: bool) {
        let mut table = load(&Json::List(start).write()).unwrap();
        let (before, revision) = (leads(&table), table.revision());
        let snapshot = held.then(|| table.snapshot());
        let preview = loader(&table, &rows, &options).and_then(|loader| table.preview(loader));
        if !rows.is_empty() && !can_be_keyed(&rows, &options) {
            prop_assert_eq!(preview.unwrap_err().code, "column_missing");
            return Ok(());
        }
        let preview = preview.unwrap();
        prop_assert_eq!((leads(&table), table.revision()), (before.clone(), revision));
        let known = found(&table).len();

        let (want, counts, entries, problems) = oracle(&before, &rows, &options);
        prop_assert_eq!(preview.counts, counts);
        prop_assert_eq!(told(&preview), entries.clone());
        prop_assert_eq!(sorted(preview.problems.list().iter().map(|problem| (problem.row, problem.field.0, problem.code))), sorted(problems.clone()));

        let done = loader(&table, &rows, &options).and_then(|loader| table.upsert(loader)).unwrap();
        prop_assert_eq!(done, counts);
        prop_assert_eq!(leads(&table), want);
        prop_assert_eq!(sorted(found(&table).split_off(known)), sorted(problems));
        prop_assert_eq!(table.revision() > revision, done.added + done.updated > 0);
        sound(&table);
        // What was told stays what was told.
        prop_assert_eq!(told(&preview), entries);
        if let Some(snapshot) = snapshot {
            prop_assert_eq!(leads(&snapshot), before);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn running_out_of_memory_changes_nothing(start in first(8), rows in rows(9), options in options(), dry: bool) {
        prop_assume!(!rows.is_empty() && can_be_keyed(&rows, &options));
        let text = Json::List(start).write();
        for after in 0.. {
            let mut table = load(&text).unwrap();
            let before = (leads(&table), found(&table), table.revision());
            let loaded = loader(&table, &rows, &options).unwrap();
            table.budget.fail_after(Some(after));
            let done = if dry { table.preview(loaded).map(drop) } else { table.upsert(loaded).map(drop) };
            let failed = table.budget.failed();
            table.budget.fail_after(None);
            sound(&table);
            if let Err(error) = done {
                prop_assert_eq!(error.code, "out_of_memory");
                prop_assert_eq!((leads(&table), found(&table), table.revision()), before);
            }
            if !failed {
                break;
            }
        }
    }

    #[test]
    fn a_strict_upsert_fails_at_the_first_problem(start in first(8), rows in rows(9), options in options()) {
        prop_assume!(!rows.is_empty() && can_be_keyed(&rows, &options));
        let mut table = load(&Json::List(start).write()).unwrap();
        let before = leads(&table);
        let (_, _, _, problems) = oracle(&before, &rows, &options);
        let mut strict = table.loader(LoadOptions { upsert: options, strict: true, ..LoadOptions::default() }).unwrap();
        let done = strict.push(Json::List(rows).write().as_bytes()).and_then(|()| table.upsert(strict));
        prop_assert_eq!(done.is_err(), !problems.is_empty());
        if done.is_err() {
            prop_assert_eq!(leads(&table), before);
        }
    }
}

#[test]
fn rows_that_are_refused_do_not_shift_those_behind_them() {
    let table = load("id,name\nl1,a\nl2,b\n").unwrap();
    let options = UpsertOptions { match_by: vec![vec![FieldIx(NAME as u32)]], ..UpsertOptions::default() };
    let mut loader = Loader::new(
        schema(),
        ID,
        LoadOptions { upsert: options, ..LoadOptions::default() },
        LoadMode::Upsert,
        crate::table::Budget::default(),
    )
    .unwrap();
    loader
        .push(br#"[{"id":true,"name":"a"},{"id":"\ud800","name":"b"},{"name":"B"},{"id":[],"name":"x"},{"name":"A"},{"name":"c"}]"#)
        .unwrap();
    let preview = table.preview(loader).unwrap();
    let rows: Vec<_> = preview.items().iter().map(|item| (item.input_row, preview.lead(item))).collect();
    assert_eq!(rows, [(2, "l2".to_owned()), (4, "l1".to_owned())]);
    assert_eq!(preview.problems.list().last().map(|problem| (problem.row, problem.code)), Some((5, "id_missing")));
}
