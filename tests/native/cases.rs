//! The case files under `tests/cases`, run natively. `tests/js/package/run-cases.mjs` runs the same files in every runtime.
//!
//! A case is `{"name", "config"?, "leads"?, "options"?, "maxMemory"?, "steps": [{"call", …, "expect"?}, …]}`; a step calls what
//! the public API calls, with its arguments beside `call` (`tests/native/support/case.rs` lists them). `config` and `leads` stand for a
//! first `workspace` and `load`; `maxMemory` are the bytes that the engine may take (natively, the table). A failure's outcome is
//! `{"error": {code, message, diagnostics}}`. Where a step has `expect`, the outcome must have what it says: of an object, the keys
//! that it names; of all else, all of it. The outcome of every step must be the same, byte for byte, in every runtime: with
//! `EVENHAND_CASES_OUT` set, the outcomes are written there, one line a case, in canonical form. `EVENHAND_CASES` names another folder of cases.
//!
//! So that what is large stays short to write, `{"$repeat": [what, times]}` stands anywhere for a text written that many times
//! over, or for a list with its items that many times over.

use std::fs;
use std::path::{Path, PathBuf};

use evenhand::json::Json;

use crate::support::case;

use crate::support::codes;

/// The same with every `$repeat` written out.
fn expanded(json: &Json) -> Json {
    match json {
        Json::List(items) => Json::List(items.iter().map(expanded).collect()),
        Json::Object(pairs) => match (pairs.as_slice(), json.get("$repeat").and_then(Json::as_list)) {
            ([_], Some([what, times])) => {
                let times = times.as_number().unwrap() as usize;
                match expanded(what) {
                    Json::Text(text) => text.repeat(times).into(),
                    Json::List(items) => Json::List(items.iter().cycle().take(items.len() * times).cloned().collect()),
                    other => panic!("neither a text nor a list is to be repeated: {}", other.write()),
                }
            }
            _ => Json::Object(pairs.iter().map(|(key, value)| (key.clone(), expanded(value))).collect()),
        },
        other => other.clone(),
    }
}

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

/// A case as it ran: its steps with their outcomes, in canonical form.
struct Ran {
    name: String,
    steps: Vec<(Json, Json)>,
}

/// Runs the cases whose names contain `only`.
fn run(only: &str) -> Vec<Ran> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let root = std::env::var_os("EVENHAND_CASES").map_or(own, PathBuf::from);
    let mut all = Vec::new();
    for path in files(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        if !name.contains(only) {
            continue;
        }
        let case = Json::parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let case = expanded(&case);
        let mut world = case::World::of(&case).unwrap_or_else(|error| panic!("{name}: {}", error.to_json().write()));
        let given = case.get("steps").and_then(Json::as_list).unwrap_or_default();
        let steps: Vec<_> = given.iter().map(|step| (step.clone(), world.step(step).canonical())).collect();
        assert!(!steps.is_empty(), "{name} has no steps");
        all.push(Ran { name, steps });
    }
    assert!(!all.is_empty(), "there are no cases");
    all
}

#[test]
fn cases() {
    let only = std::env::var("EVENHAND_CASE").unwrap_or_default();
    let mut failed = Vec::new();
    let mut lines = String::new();
    for Ran { name, steps } in run(&only) {
        for (i, (given, outcome)) in steps.iter().enumerate() {
            if let Some(difference) = expectation(given).and_then(|expect| differs(&expect.canonical(), outcome, "")) {
                failed.push(format!("{name}, step {i}: {difference}"));
            }
        }
        let outcomes = steps.into_iter().map(|(_, outcome)| outcome).collect();
        lines += &Json::object([("case", name.into()), ("outcomes", Json::List(outcomes))]).write();
        lines.push('\n');
    }
    if let Some(out) = std::env::var_os("EVENHAND_CASES_OUT") {
        fs::write(out, &lines).unwrap();
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_code_has_a_case_that_holds_its_place_and_its_words() {
    let mut held = codes::Held::default();
    for (step, outcome) in run("").iter().flat_map(|ran| &ran.steps) {
        if let Some(expect) = expectation(step) {
            held.add(expect, outcome);
        }
    }
    let faults = codes::faults(&held);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_table_of_faults_names_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("tests/cases/README.md")).unwrap();
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| fault")).collect();
    for (at, row) in rows.iter().enumerate() {
        let held = row
            .strip_prefix(&format!("| {}. ", at + 1))
            .unwrap_or_else(|| panic!("{row} is not row {}", at + 1))
            .split_once(" | ")
            .unwrap()
            .1;
        let names: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row} names nothing");
        for name in names {
            let path = if name.starts_with("tests/") { root.join(name) } else { root.join("tests/cases").join(name) };
            assert!(path.is_file(), "{row}: there is no {name}");
        }
    }
    assert_eq!(rows.len(), 19);
}

/// The step with `strict` among its options.
fn strictly(step: &Json) -> Json {
    let mut options: Vec<_> = step.get("options").and_then(Json::as_object).unwrap_or_default().to_vec();
    options.retain(|(key, _)| key != "strict");
    options.push(("strict".to_owned(), true.into()));
    let mut pairs = step.as_object().unwrap().to_vec();
    pairs.retain(|(key, _)| key != "options" && key != "expect");
    pairs.push(("options".to_owned(), Json::Object(options)));
    Json::Object(pairs)
}

/// Every input of the cases that is taken with problems, so every code of a problem, since each has a case.
#[test]
fn what_is_a_problem_is_refused_when_strict() {
    let mut refused = std::collections::BTreeSet::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")) {
        let case = expanded(&Json::parse(&fs::read_to_string(&path).unwrap()).unwrap());
        let mut world = case::World::of(&case).unwrap();
        for step in case.get("steps").and_then(Json::as_list).unwrap() {
            let call = step.get("call").and_then(Json::as_text).unwrap();
            let strict = ["load", "upsert"].contains(&call).then(|| world.step(&strictly(step)));
            let outcome = world.step(step);
            let Some(strict) = strict else { continue };
            let list = outcome.get("problemList").or(outcome.get("problems")).and_then(Json::as_list).unwrap_or_default();
            let counted = outcome.get("problems").and_then(Json::as_number).unwrap_or_default();
            if list.is_empty() && counted == 0.0 {
                continue;
            }
            assert!(strict.get("error").is_some(), "{}: {} is taken", path.display(), step.write());
            for problem in list {
                refused.insert(problem.get("code").and_then(Json::as_text).unwrap().to_owned());
            }
        }
    }
    let codes: Vec<&str> = refused.iter().map(String::as_str).collect();
    let known = "ambiguous_match ambiguous_user column_not_found duplicate_id duplicate_lead id_conflict id_invalid id_missing key_missing lone_surrogate not_a_boolean not_a_date not_a_datetime \
                 not_a_list not_a_number not_a_row not_text number_out_of_range ragged_row text_too_long unknown_choice unknown_unit unknown_user";
    assert_eq!(codes, known.split(' ').collect::<Vec<_>>(), "a code that is new here, or one that no case has any more");
}
