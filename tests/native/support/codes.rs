//! Which codes the crate can give, and which of them a case holds.
//!
//! Codes are words like `unknown_field`. Every literal of that form in `src`, outside of its tests, is taken for a code unless
//! [`WORDS`] says that it is something else: so a new code cannot be forgotten, wherever it is made. A code is held by an
//! expectation that names it together with all that the outcome says of it there: its place, its words and how to mend it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use evenhand::command::KINDS;
use evenhand::json::Json;

/// Codes of one word, which nothing tells from other words: each is listed here by hand.
const SINGLE: [&str; 12] =
    ["actor", "boundary", "empty", "locked", "malformed", "missing", "owner", "placeholder", "refused", "shared", "stale", "tampered"];

/// Literals of that form which are no codes, beside the names of commands: words of configurations and names in SQL.
const WORDS: [&str; 17] = [
    "broadcast_offer",
    "epoch_ms",
    "evenhand_given",
    "evenhand_lead",
    "evenhand_state",
    "fewest_in_period",
    "grant_access",
    "ignore_availability",
    "least_loaded",
    "least_recent",
    "next_round",
    "next_rule",
    "no_match",
    "not_reached",
    "round_robin",
    "sequential_offer",
    "spare_percent",
];

/// Codes that no case can bring about, with the reason, and the file that checks them instead.
const EXCEPTIONS: [(&str, &str, Option<&str>); 14] = [
    ("batch_invalid", "the package makes no such batches", Some("src/engine/table/load/spans.rs")),
    ("duplicate_key", "an object of JavaScript has a key once", Some("src/base/json.rs")),
    ("edit_invalid", "plans make no such edits", Some("src/engine/table/tests/changes.rs")),
    ("json_too_large", "it takes hundreds of megabytes", Some("src/base/json.rs")),
    (
        "no_randomness",
        "every runtime has randomness, but for the moment in which a module loads",
        Some("tests/js/package/runtimes.test.mjs"),
    ),
    ("not_shardable", "no step has shards", Some("tests/native/shards_bad.rs")),
    ("row_too_long", "it takes hundreds of megabytes", Some("src/engine/table/tests/bad.rs")),
    ("rule_failed", "a compiled condition does not fail where there is a time and an actor", None),
    ("settlement_malformed", "no step has shards", Some("tests/native/shards_bad.rs")),
    ("settlement_stale", "no step has shards", Some("tests/native/shards_bad.rs")),
    ("split_too_large", "it takes more leads than a table can hold, or shards", Some("tests/native/shards_bad.rs")),
    ("tally_malformed", "no step has shards", Some("tests/native/shards_bad.rs")),
    ("wrong_table", "only JavaScript has handles that can be mistaken", Some("tests/js/package/checks.mjs")),
    ("wrong_workspace", "only JavaScript has handles that can be mistaken", Some("tests/js/package/checks.mjs")),
];

/// What an outcome may say of a code, and an expectation then has to name.
const SAID: [&str; 5] = ["path", "message", "hint", "diagnostics", "value"];

/// The codes that expectations hold, and those that they name without holding all of it, with what is missing.
#[derive(Default)]
pub struct Held {
    whole: BTreeSet<String>,
    partly: BTreeMap<String, &'static str>,
}

impl Held {
    /// Adds what one expectation holds of its outcome.
    pub fn add(&mut self, expect: &Json, outcome: &Json) {
        match (expect, outcome) {
            (Json::List(expect), Json::List(outcome)) => expect.iter().zip(outcome).for_each(|(expect, outcome)| self.add(expect, outcome)),
            (Json::Object(pairs), Json::Object(_)) => {
                if let Some(code) = expect.get("code").and_then(Json::as_text) {
                    let missing = SAID.into_iter().find(|key| outcome.get(key).is_some() && expect.get(key).is_none());
                    match missing {
                        Some(key) => drop(self.partly.insert(code.to_owned(), key)),
                        None => drop(self.whole.insert(code.to_owned())),
                    }
                }
                for (key, expect) in pairs {
                    self.add(expect, outcome.get(key).unwrap_or(&Json::Null));
                }
            }
            _ => {}
        }
    }
}

/// The literals in a file's own code that look like codes.
fn literals(source: &str, into: &mut BTreeSet<String>) {
    let own = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
    // What stands between quotes is every other piece; a quote in a text makes pieces that do not look like codes.
    for piece in lines.flat_map(|line| line.split('"')) {
        let parts: Vec<&str> = piece.split('_').collect();
        let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        if parts.len() > 1 && parts.iter().all(word) {
            into.insert(piece.to_owned());
        }
    }
}

fn look(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        // Files of tests alone.
        if ["tests", "messages", "sample", "oracle", "cases", "meaning"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            look(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            literals(&fs::read_to_string(&path).unwrap(), into);
        }
    }
}

/// What is wrong: codes that no case holds, and entries of the lists above that are no longer true.
pub fn faults(held: &Held) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    look(&root.join("src"), &mut found);
    let mut out = Vec::new();
    for code in found.iter().map(String::as_str).chain(SINGLE) {
        if WORDS.contains(&code)
            || KINDS.contains(&code)
            || EXCEPTIONS.iter().any(|(known, ..)| *known == code)
            || held.whole.contains(code)
        {
            continue;
        }
        out.push(match held.partly.get(code) {
            Some(missing) => format!("no case holds all of `{code}`: where one expects it, `{missing}` is not named"),
            None => format!("no case expects `{code}`; if it is no code, add it to WORDS"),
        });
    }
    out.extend(WORDS.iter().filter(|word| !found.contains(**word)).map(|word| format!("WORDS has `{word}`, which is not there any more")));
    for (code, _, checked) in EXCEPTIONS {
        if held.whole.contains(code) {
            out.push(format!("EXCEPTIONS has `{code}`, and there is a case"));
        } else if !found.contains(code) {
            out.push(format!("EXCEPTIONS has `{code}`, which is not there any more"));
        }
        let text = checked.map(|file| fs::read_to_string(root.join(file)).unwrap_or_default());
        if text.is_some_and(|text| !text.contains(&format!("\"{code}\""))) {
            out.push(format!("EXCEPTIONS says that `{code}` is checked where it is not"));
        }
    }
    out
}
