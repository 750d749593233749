//! All formats, cut into pieces anywhere, give what the model gives.

use proptest::prelude::*;

use super::model::*;
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{BatchColumn, LoadMode, LoadOptions, RowIx, Texts};
use crate::time::{Day, Instant};

/// A cell as a host might write it: often right, sometimes wrong.
pub fn any_cell() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "",
        "new",
        "won",
        "lost",
        "u1",
        "u2",
        "u3",
        "Ada Lovelace",
        "ÉCLAIR",
        "İstanbul",
        "Ⱥ",
        "😀 \"x\"\n",
        "a,b\\,c, d ,,",
        "true",
        "NO",
        "1",
        "0",
        "42",
        "-1.5e3",
        " 7 ",
        "15x",
        "2024-02-29",
        "2023-02-29",
        "2024-02-29T10:00:00.5+02:00",
        "2024-02-29 10:00",
        "9007199254740993",
        "\u{0}nul",
        "01",
        "1.",
        ".5",
        "-",
        "1e999",
        "KELVIN K",
        "a long text that goes on for a while, past sixty-four bytes of it, to be sure",
    ]);
    let number = prop::sample::select(vec![0.0, 1.0, -1.5, 1e-7, 42.0, 1e15, 9.1e15, 1e300, 1_709_200_800_000.0, 0.1, 9e15]);
    let scalar = prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::Bool),
        3 => number.prop_map(Json::Number),
        8 => word.prop_map(Json::from),
        1 => "\\PC{0,8}".prop_map(Json::from),
    ];
    prop_oneof![
        8 => scalar.clone(),
        2 => prop::collection::vec(scalar.clone(), 0..4).prop_map(Json::List),
        1 => prop::collection::vec(prop::collection::vec(scalar, 0..3).prop_map(Json::List), 1..3)
            .prop_map(|list| Json::Object(vec![("k\"".into(), Json::List(list)), ("e".into(), Json::Object(vec![]))])),
    ]
}

const KEYS: [&str; 14] =
    ["name", "id", "code", "score", "hot", "day", "made", "status", "owner", "unit", "tags", "access", "other", "x\"y"];

/// Rows with some of the keys in some order.
pub fn any_rows(most: usize) -> impl Strategy<Value = Vec<Json>> {
    let id = prop_oneof![
        12 => (0u32..12).prop_map(|id| Json::from(format!("l{id}"))),
        2 => (0u32..3).prop_map(|id| Json::Number(f64::from(id))),
        1 => any_cell(),
    ];
    let key = prop::sample::select(KEYS.iter().filter(|key| **key != "id").collect::<Vec<_>>());
    let cells = prop::collection::btree_map(key, any_cell(), 0..9);
    let row = (id, cells, any::<prop::sample::Index>(), prop::bool::weighted(0.95)).prop_map(|(id, cells, at, has_id)| {
        let mut pairs: Vec<(String, Json)> = cells.into_iter().map(|(key, cell)| ((*key).to_owned(), cell)).collect();
        if has_id {
            pairs.insert(at.index(pairs.len() + 1), ("id".into(), id));
        }
        Json::Object(pairs)
    });
    prop::collection::vec(row, 0..most)
}

/// Pushes `bytes` cut at these places.
fn push_cut(loader: &mut crate::table::Loader, bytes: &[u8], cuts: &[prop::sample::Index]) -> crate::error::Result<()> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.sort_unstable();
    let mut from = 0;
    for cut in cuts.into_iter().chain([bytes.len()]) {
        loader.push(&bytes[from..cut])?;
        from = cut;
    }
    Ok(())
}

/// JSON with white space wherever it may stand, and escapes where they need not.
fn spaced(json: &Json) -> String {
    match json {
        Json::List(items) => format!(" [ {} ]\n", items.iter().map(spaced).collect::<Vec<_>>().join(" ,\t")),
        Json::Object(pairs) => {
            let pairs: Vec<_> =
                pairs.iter().map(|(key, value)| format!("\n{} : {}", spaced(&Json::from(key.as_str())), spaced(value))).collect();
            format!("{{ {} }}", pairs.join(" , "))
        }
        Json::Text(_) => json.write().replace('É', "\\u00c9").replace('😀', "\\ud83d\\ude00"),
        other => other.write(),
    }
}

/// Rows as CSV, every cell quoted or not as it must be; a list is joined with commas.
fn csv(rows: &[Json], delimiter: char, end: &str) -> String {
    let mut out = String::from("\u{feff}");
    let cell = |text: &str| {
        if text.contains([delimiter, '"', '\n', '\r']) || text.is_empty() {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    out.push_str(&KEYS.map(&cell).join(&delimiter.to_string()));
    out.push_str(end);
    for row in rows {
        let cells = KEYS.map(|key| match row.get(key) {
            None => String::new(),
            Some(Json::Text(text)) => cell(text),
            Some(other) => cell(&other.write()),
        });
        out.push_str(&cells.join(&delimiter.to_string()));
        out.push_str(end);
    }
    out
}

/// What the cells of rows are when they have been through CSV: texts and nulls, with every key there.
fn through_csv(rows: &[Json], delimiter: char) -> Vec<Json> {
    let null_if_empty = |key: &str, text: &str| text.is_empty() && !matches!(key, "name" | "id" | "code");
    let cell = |row: &Json, key: &str| match row.get(key) {
        None => Json::Null,
        Some(Json::Text(text)) if null_if_empty(key, text) => Json::Null,
        Some(Json::Text(text)) => Json::from(text.as_str()),
        Some(other) => Json::from(other.write()),
    };
    // A line with nothing but blanks, quotes and delimiters is no row.
    let only = |row: &Json, key: &str, of: &[char]| match row.get(key) {
        None => true,
        Some(Json::Text(text)) => text.chars().all(|char| of.contains(&char)),
        Some(_) => false,
    };
    let blank =
        |row: &&Json| only(row, "id", &[' ', '\t']) && KEYS.iter().all(|key| only(row, key, &[' ', '\t', '"', '\r', '\n', delimiter]));
    let rows = rows.iter().filter(|row| !blank(row));
    rows.map(|row| Json::Object(KEYS.map(|key| (key.to_owned(), cell(row, key))).to_vec())).collect()
}

/// Which rows of a CSV file are no leads: hardly a cell but the id, which has a blank where no id before has one, or no digit likewise.
fn footers(rows: &[Json]) -> Vec<bool> {
    let mut ids: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for row in rows {
        let filled = |key: &&str| row.get(key).and_then(Json::as_text).is_some_and(|cell| !cell.is_empty());
        let id = row.get("id").and_then(Json::as_text).unwrap_or_default();
        let blank = |id: &str| id.trim().contains(char::is_whitespace);
        let wordy = |id: &str| !id.contains(|char: char| char.is_ascii_digit());
        let odd = (blank(id) && !ids.iter().any(|id| blank(id))) || (wordy(id) && !ids.iter().any(|id| wordy(id)));
        let few = KEYS.iter().filter(|key| **key != "id").filter(|key| filled(key)).count() <= (KEYS.len() - 1) / 4;
        let footer = !id.is_empty() && !ids.is_empty() && odd && few;
        if !id.is_empty() && !footer {
            ids.push(id);
        }
        out.push(footer);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn json_in_pieces_is_the_model(rows in any_rows(30), cuts: Vec<prop::sample::Index>, form in 0..5) {
        // A lone object without a key of a field is refused.
        prop_assume!(form != 1 || rows.len() != 1 || rows[0].as_object().unwrap().iter().any(|(key, _)| schema().find(key).is_some()));
        let text = match form {
            0 => Json::List(rows.clone()).write(),
            3 => format!("{{\"total\":{},\"next\":{{\"rows\":[{{}}]}},\"records\":{},\"words\":[1,[{{}}]]}}", rows.len(), Json::List(rows.clone()).write()),
            4 => spaced(&Json::object([("none", Json::List(vec![])), ("data", Json::List(rows.clone())), ("other", Json::Null)])),
            1 => rows.iter().map(|row| row.write() + "\n").collect(),
            _ => spaced(&Json::List(rows.clone())),
        };
        let mut model = Model::default();
        model.apply(&rows, LoadMode::Load);
        let mut loader = loader(LoadOptions::default());
        push_cut(&mut loader, text.as_bytes(), &cuts).unwrap();
        let table = loader.finish().unwrap();
        prop_assert_eq!(leads(&table), model.leads);
        prop_assert_eq!(found(&table), model.found);
        sound(&table);
    }

    #[test]
    fn csv_in_pieces_is_the_model(
        rows in any_rows(30), cuts: Vec<prop::sample::Index>, delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]), last: bool,
    ) {
        let mut text = csv(&rows, delimiter, end);
        if !last {
            text.truncate(text.len() - end.len());
        }
        let rows = through_csv(&rows, delimiter);
        let mut model = Model { aside: footers(&rows), ..Model::default() };
        model.apply(&rows, LoadMode::Load);
        let mut loader = loader(LoadOptions::default());
        push_cut(&mut loader, text.as_bytes(), &cuts).unwrap();
        let table = loader.finish().unwrap();
        prop_assert_eq!(leads(&table), model.leads);
        prop_assert_eq!(found(&table), model.found);
    }

    #[test]
    fn batches_of_columns_are_the_model(rows in any_rows(30), cut: prop::sample::Index, upsert: bool) {
        let schema = schema();
        let purpose = if upsert { LoadMode::Upsert } else { LoadMode::Load };
        let mut model = Model::default();
        model.apply(&rows, purpose);
        let mut loader = crate::table::Loader::new(schema.clone(), ID, LoadOptions::default(), purpose, Default::default()).unwrap();
        let (first, second) = rows.split_at(cut.index(rows.len() + 1));
        for rows in [first, second] {
            let texts: Vec<(u32, String, Vec<u32>)> = (0u32..).zip(&schema.fields).map(|(ix, field)| {
                let given = |row: &Json| row.as_object().unwrap().iter().find(|(key, _)| *key == field.name).map(|(_, value)| value.write());
                let cells: Vec<String> = rows.iter().map(|row| given(row).unwrap_or("[[]]".into())).collect();
                let missing: Vec<u32> = (0u32..).zip(rows).filter(|(_, row)| given(row).is_none()).map(|(at, _)| at).collect();
                (ix, format!("[{}]", cells.join(",")), missing)
            }).collect();
            let columns: Vec<_> = texts.iter().map(|(ix, text, missing)| (FieldIx(*ix), BatchColumn::Json { text, missing })).collect();
            loader.push_columns(rows.len() as u32, &columns).unwrap();
        }
        let mut table = crate::table::Table::new(schema, ID, Default::default());
        table.upsert(loader).unwrap();
        prop_assert_eq!(leads(&table), model.leads);
        prop_assert_eq!(found(&table), model.found);
        sound(&table);
    }
}

#[test]
fn every_kind_of_batch_column() {
    let mut loader = loader(LoadOptions::default());
    let texts = |text, lengths| Texts { text, lengths, lone: &[] };
    let columns = [
        (FieldIx(1), BatchColumn::Texts { texts: texts("aébc😀", &[1, 2, 3]), null: &[] }),
        (FieldIx(3), BatchColumn::Numbers(&[1.5, f64::NAN, f64::INFINITY])),
        (FieldIx(6), BatchColumn::Numbers(&[0.0, 0.5, f64::NAN])),
        (FieldIx(7), BatchColumn::Coded(&[2, 0, 1])),
        (FieldIx(10), BatchColumn::Lists { lengths: &[2, 0, 1], codes: &[2, 1, 1] }),
        (FieldIx(0), BatchColumn::Texts { texts: Texts { text: "\u{fffd}", lengths: &[1, 0, 0], lone: &[0] }, null: &[2] }),
        (FieldIx(4), BatchColumn::Absent),
        (FieldIx(5), BatchColumn::Json { text: "[\"1970-01-02\", null ,3]", missing: &[] }),
    ];
    loader.words(FieldIx(7), 0, texts("wonnew", &[3, 3])).unwrap();
    loader.words(FieldIx(10), 0, texts("x\"yz", &[3, 1])).unwrap();
    loader.push_columns(3, &columns).unwrap();
    let table = loader.finish().unwrap();
    let text = |text: &str| Cell::Text(text.to_owned().into());
    let row = |at: u32| [1, 3, 6, 7, 10, 0, 4, 5].map(|ix| table.cell(RowIx(at), FieldIx(ix)).into_owned());
    let list = |items: &[&str]| Cell::List(items.iter().map(|item| (*item).to_owned().into()).collect());
    assert_eq!(
        row(0),
        [
            text("a"),
            Cell::Number(1.5),
            Cell::Instant(Instant(0)),
            text("new"),
            list(&["z", "x\"y"]),
            text("\u{fffd}"),
            Cell::Null,
            Cell::Day(Day(1))
        ]
    );
    assert_eq!(row(1), [text("éb"), Cell::Null, Cell::Null, Cell::Null, Cell::Null, text(""), Cell::Null, Cell::Null]);
    assert_eq!(row(2), [text("c😀"), Cell::Null, Cell::Null, text("won"), list(&["x\"y"]), Cell::Null, Cell::Null, Cell::Null]);
    let codes: Vec<_> = found(&table);
    assert_eq!(codes, [(0, 0, "lone_surrogate"), (1, 6, "not_a_datetime"), (2, 3, "number_out_of_range"), (2, 5, "not_a_date")]);
}

#[test]
fn codes_last_from_batch_to_batch() {
    let mut loader = loader(LoadOptions::default());
    let texts = |text, lengths| Texts { text, lengths, lone: &[] };
    let ids = |text: &'static str| (FieldIx(1), BatchColumn::Texts { texts: texts(text, &[1, 1, 1]), null: &[] });
    let (status, tags) = (FieldIx(7), FieldIx(10));
    loader.words(status, 0, texts("wonodd", &[3, 3])).unwrap();
    loader.words(tags, 0, texts("xy", &[1, 1])).unwrap();
    let lists = |codes| (tags, BatchColumn::Lists { lengths: &[1, 0, 1], codes });
    loader.push_columns(3, &[ids("abc"), (status, BatchColumn::Coded(&[2, 0, 1])), lists(&[2, 1])]).unwrap();
    // Some more behind them, and a word that is reported each time.
    loader.words(status, 2, texts("new", &[3])).unwrap();
    loader.words(tags, 2, texts("z", &[1])).unwrap();
    loader.push_columns(3, &[ids("def"), (status, BatchColumn::Coded(&[2, 3, 1])), lists(&[3, 1])]).unwrap();
    // Others instead of them.
    loader.words(status, 0, texts("lost", &[4])).unwrap();
    loader.words(tags, 0, texts("w", &[1])).unwrap();
    loader.push_columns(3, &[ids("ghi"), (status, BatchColumn::Coded(&[1, u32::MAX, 1])), lists(&[1, 1])]).unwrap();
    let table = loader.finish().unwrap();
    let shown = |field: FieldIx| -> Vec<_> {
        (0..9)
            .map(|row| match table.cell(RowIx(row), field).into_owned() {
                Cell::Text(text) => text.to_string(),
                Cell::List(items) => items.iter().map(|item| item.to_string()).collect(),
                other => format!("{other:?}").to_lowercase(),
            })
            .collect()
    };
    assert_eq!(shown(status), ["odd", "null", "won", "odd", "new", "won", "lost", "null", "lost"]);
    assert_eq!(shown(tags), ["y", "null", "x", "z", "null", "x", "w", "null", "w"]);
    assert_eq!(found(&table), [0, 3, 6, 8].map(|row| (row, 7, "unknown_choice")));
}
