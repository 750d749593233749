//! Every step that the checker saw one of the two machines make, as data: the worker's own code is held against them in
//! `tests/js/edge/steps.test.mjs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use evenhand::json::Json;

use super::machine::{Coordinator, Event, Row, Shard, Table};
use super::world::Step;

const FILE: &str = "tests/js/edge/lib/steps.ndjson";

fn words(does: &[String]) -> Json {
    Json::List(does.iter().map(|word| word.as_str().into()).collect())
}

fn number(number: u8) -> Json {
    Json::Number(number.into())
}

fn coordinator(Coordinator { phase, number: last, committed, waiting }: &Coordinator) -> Json {
    let waiting = (0..8).filter(|shard| waiting & 1 << shard != 0).map(number).collect();
    Json::object([
        ("phase", phase.name().into()),
        ("number", number(*last)),
        ("committed", number(*committed)),
        ("waiting", Json::List(waiting)),
    ])
}

fn shard(Shard { held, last, applied }: &Shard) -> Json {
    Json::object([("held", number(*held)), ("last", number(*last)), ("applied", number(*applied))])
}

fn event(event: Event) -> Json {
    let on = ("on", event.name().into());
    match event {
        Event::Begin { new } => Json::object([on, ("new", Json::Bool(new))]),
        Event::Yes { shard, number: of } | Event::No { shard, number: of } | Event::Ack { shard, number: of } => {
            Json::object([on, ("shard", number(shard)), ("number", number(of))])
        }
        Event::Ask { number: of } => Json::object([on, ("number", number(of))]),
        Event::Expire | Event::Restart => Json::object([on]),
    }
}

fn line(step: &Step) -> String {
    let json = match step {
        Step::Coordinator { shards, before, event: what, after, does } => Json::object([
            ("shards", number(*shards)),
            ("before", coordinator(before)),
            ("event", event(*what)),
            ("after", coordinator(after)),
            ("do", words(does)),
        ]),
        Step::Shard { before, told, number: of, after, does } => Json::object([
            ("before", shard(before)),
            ("event", Json::object([("on", told.name().into()), ("number", number(*of))])),
            ("after", shard(after)),
            ("do", words(does)),
        ]),
    };
    format!("{}\n", json.write())
}

/// Every line of the table was met, and the file has these steps.
pub fn hold(steps: &BTreeSet<Step>) {
    let met = |rows: &[Row], seen: &dyn Fn(&Row) -> bool| -> Vec<Row> { rows.iter().filter(|row| !seen(row)).cloned().collect() };
    let Table { coordinator, shard } = Table::product();
    let of_coordinator = |row: &Row| {
        steps.iter().any(|step| {
            matches!(step, Step::Coordinator { before, event, does, .. } if before.phase.name() == row.from && event.name() == row.on && *does == row.does)
        })
    };
    let of_shard = |row: &Row| {
        steps.iter().any(|step| {
            let from = |held| ["free", "prepared"][usize::from(held != 0)];
            matches!(step, Step::Shard { before, told, does, .. } if from(before.held) == row.from && told.name() == row.on && *does == row.does)
        })
    };
    println!("{} steps of a coordinator or a shard", steps.len());
    assert_eq!(met(&coordinator, &of_coordinator), Vec::new(), "lines that nothing leads to");
    assert_eq!(met(&shard, &of_shard), Vec::new(), "lines that nothing leads to");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text: String = steps.iter().map(line).collect();
    if std::env::var_os("WRITE_CASES").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{FILE} is not of this table: WRITE_CASES=1 cargo test --test native commit:: writes it");
}
