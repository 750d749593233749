//! How long loading and changing take: `cargo run --release --example bench-load [rows]`.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

#[path = "leads.rs"]
mod leads;

use std::rc::Rc;
use std::time::Instant;

use evenhand::query::schema::Case;
use evenhand::query::{Cell, Field, FieldIx, FieldType, Schema, UnitTree};
use evenhand::table::{Budget, Edit, LoadMode, LoadOptions, Loader, Table, Values};
use evenhand::time::Zone;

fn schema() -> Rc<Schema> {
    let kind = |name: &str| match name {
        "number" => FieldType::Number,
        "choice" => FieldType::Choice,
        "user" => FieldType::User,
        "datetime" => FieldType::Datetime,
        "tags" => FieldType::Tags,
        _ => FieldType::Text,
    };
    let field = |(name, word): (&str, &str)| Field {
        name: name.into(),
        label: None,
        kind: kind(word),
        case: Case::Ignored,
        choices: Vec::new(),
        formats: Vec::new(),
        separator: None,
        numbers: None,
    };
    Rc::new(Schema::new(leads::FIELDS.map(field).to_vec(), Zone::utc(), 1, UnitTree::default()))
}

fn load(text: &str, piece: usize) -> Table {
    let mut loader = Loader::new(schema(), FieldIx(0), LoadOptions::default(), LoadMode::Load, Budget::new(4 << 30)).unwrap();
    text.as_bytes().chunks(piece).for_each(|piece| loader.push(piece).unwrap());
    loader.finish().unwrap()
}

fn best<T>(times: usize, mut work: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..times).map(once).fold(f64::MAX, f64::min)
}

fn main() {
    let rows: usize = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(100_000);
    let (json, csv) = (leads::json(rows, 7), leads::csv(rows, 7));
    let mut table = load(&json, usize::MAX);
    println!(
        "{rows} leads: {} bytes of JSON, {} bytes each in the table, {} problems",
        json.len(),
        table.bytes() / rows,
        table.problems().total()
    );
    println!("json  {:8.2} ms", best(9, || load(&json, usize::MAX)));
    println!("json in pieces of 64 KiB {:8.2} ms", best(9, || load(&json, 1 << 16)));
    println!("csv   {:8.2} ms", best(9, || load(&csv, usize::MAX)));
    let mut changes: Vec<String> = Vec::new();
    for round in 0..6u64 {
        let mut random = leads::Dice(round);
        let rows = (0..1000).map(|_| {
            let id = random.roll(rows as u64);
            format!("{{\"id\":\"lead-{id:07}\",\"score\":{},\"owner\":\"user-{:03}\",\"tags\":[\"tag1\"],\"email\":\"X{id}@Y.z\",\"created\":\"2024-01-01\"}}\n", random.roll(9), random.roll(200))
        });
        changes.push(rows.collect());
    }
    let mut upserts = changes.iter();
    let upsert = || {
        let mut loader = table.loader(LoadOptions::default()).unwrap();
        loader.push(upserts.next().unwrap().as_bytes()).unwrap();
        table.upsert(loader).unwrap()
    };
    println!("upsert of 1,000 {:8.2} ms", best(5, upsert));
    let users: Vec<Cell<'_>> = (0..37).map(|user| Cell::Text(format!("user-{user:03}").into())).collect();
    let (all, which): (Vec<u32>, Vec<u32>) = (0..rows as u32).map(|row| (row, row % 37)).unzip();
    let edit = Edit { field: FieldIx(8), rows: &all, values: Values::Picked { from: &users, which: &which } };
    println!("edit of all owners {:8.2} ms", best(5, || table.edit(&[edit]).unwrap()));
    println!("snapshot {:8.4} ms", best(5, || table.snapshot()));
}
