//! The case files under `tests/cases`, run natively. `tests/package/run-cases.mjs` runs the same files in every runtime.
//!
//! A case is `{"name", "config"?, "leads"?, "options"?, "steps": [{"call", …, "expect"?}, …]}`; a step calls what the public API calls,
//! with its arguments beside `call` (`tests/support/case.rs` lists them). `config` and `leads` stand for a first `workspace`
//! and `load`. A failure's outcome is `{"error": {code, message, diagnostics}}`. Where a step has `expect`, the outcome must
//! have what it says: of an object, the keys that it names; of all else, all of it. The outcome of every step must be the
//! same, byte for byte, in every runtime: with `EVENHAND_CASES_OUT` set, the outcomes are written there, one line a
//! case, in canonical form.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use evenhand::json::Json;

#[path = "support/case.rs"]
mod case;

/// What the step must come to, if the case says so; `null` is an expectation too.
fn expectation(step: &Json) -> Option<&Json> {
    step.as_object()?.iter().find(|(key, _)| key == "expect").map(|(_, expect)| expect)
}

/// Where an outcome is not as expected.
fn differs(expect: &Json, outcome: &Json, path: &str) -> Option<String> {
    match (expect, outcome) {
        (Json::Object(pairs), Json::Object(_)) => {
            pairs.iter().find_map(|(key, value)| differs(value, outcome.get(key).unwrap_or(&Json::Null), &format!("{path}/{key}")))
        }
        (Json::List(items), Json::List(have)) if items.len() == have.len() => {
            items.iter().zip(have).enumerate().find_map(|(at, (item, have))| differs(item, have, &format!("{path}/{at}")))
        }
        (expect, outcome) if expect == outcome => None,
        (expect, outcome) => Some(format!("at `{path}`\n  expected {}\n  not      {}", expect.write(), outcome.write())),
    }
}

/// Every case file, in order of its path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
        .into_iter()
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect()
}

#[test]
fn cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let only = std::env::var("EVENHAND_CASE").unwrap_or_default();
    let mut failed = Vec::new();
    let mut lines = String::new();
    for path in files(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        if !name.contains(&only) {
            continue;
        }
        let case = Json::parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut world = case::World::of(&case).unwrap_or_else(|error| panic!("{name}: {}", error.to_json().write()));
        let mut outcomes = Vec::new();
        for (i, given) in case.get("steps").and_then(Json::as_list).unwrap_or_default().iter().enumerate() {
            let outcome = world.step(given).canonical();
            if let Some(difference) = expectation(given).and_then(|expect| differs(&expect.canonical(), &outcome, "")) {
                failed.push(format!("{name}, step {i}: {difference}"));
            }
            outcomes.push(outcome);
        }
        assert!(!outcomes.is_empty(), "{name} has no steps");
        lines += &Json::object([("case", name.into()), ("outcomes", Json::List(outcomes))]).write();
        lines.push('\n');
    }
    if let Some(out) = std::env::var_os("EVENHAND_CASES_OUT") {
        fs::write(out, &lines).unwrap();
    }
    assert!(!lines.is_empty(), "there are no cases");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
