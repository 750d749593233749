//! The one direction of imports: a module uses only what stands before it in `ORDER`, and files of one folder do not use each other in a circle.
//!
//! Read are `use` declarations and paths in the midst of code, from tokens: comments and texts do not count, nor does what is compiled for tests
//! only. Paths by `crate`, `self`, `super` and the crates' names count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::lint::imports::{Import, imports};
use crate::run::{Result, at};

/// The modules from the ground up. An entry may be a path below a top module, which then has a place of its own: the longest entry counts.
const ORDER: &[&str] = &[
    // base
    "sort",
    "btree",
    "number",
    "json::value",
    "error",
    "json",
    "memory",
    "time",
    "query",
    // division
    "split",
    // engine
    "table",
    "filter",
    "dealing",
    "rotate",
    // what the host configures and asks
    "config",
    "access",
    "lint",
    "plan",
    "allot",
    "offer",
    "route",
    "command",
    "wire",
    "sql",
    "shards",
    "audit",
    "workspace",
    "wasm",
    // the crates' roots, which name their modules
    "lib",
];

/// Arrows that the order would allow, or that deserve their own word: who must not use whom, and why.
const NEVER: [(&str, &str, &str); 6] = [
    ("plan", "command", "a plan is what a command comes to; it does not know who made it"),
    ("split", "json", "the split works on numbers"),
    ("rotate", "json", "methods see checked, indexed data only"),
    ("command", "wire", "how a plan is encoded is no command's business"),
    ("command", "sql", "how a plan is stored is no command's business"),
    ("offer", "json", "wire types stop at the configuration and the plan"),
];

/// The crates of this project with the folders of their sources.
const CRATES: [(&str, &str); 4] =
    [("evenhand_base", "src/base"), ("evenhand_division", "src/division"), ("evenhand_engine", "src/engine"), ("evenhand", "src")];

/// A source file: its crate's folder and its module's path.
struct Source {
    name: String,
    module: Vec<String>,
}

/// Holds every import against the order, and finds circles between files of one folder.
pub fn directions(root: &Path, files: &[&str]) -> Result {
    let mut all = Vec::new();
    let mut texts = BTreeMap::new();
    for name in files {
        let Some(source) = source(name) else { continue };
        let path = root.join(name);
        let text = at(&path, std::fs::read_to_string(&path))?;
        let found = imports(&text, &source.module).map_err(|message| format!("{name}: {message}"))?;
        all.push((source, found));
        texts.insert(*name, text);
    }
    let undeclared = undeclared(&texts);
    // A module that only tests have is no part of this.
    let tests: BTreeSet<Vec<String>> = all.iter().flat_map(|(_, found)| found.tests.iter().cloned()).collect();
    all.retain(|(source, _)| !tests.iter().any(|test| source.module.starts_with(test)));
    let all: Vec<(Source, Vec<Import>)> = all.into_iter().map(|(source, found)| (source, found.imports)).collect();
    let mut wrong = wrong(&all);
    wrong.extend(undeclared);
    for circle in circles(&all) {
        wrong
            .push(format!("these files use each other in a circle; what they share belongs into a file below them: {}", circle.join(", ")));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Files that no module declares: the compiler does not read them, and says nothing of it.
fn undeclared(texts: &BTreeMap<&str, String>) -> Vec<String> {
    let mut bad = Vec::new();
    for name in texts.keys() {
        let Some((folder, file)) = name.strip_suffix(".rs").and_then(|path| path.rsplit_once('/')) else { continue };
        let parents = [format!("{folder}.rs"), format!("{folder}/lib.rs")];
        let Some((parent, text)) = parents.iter().find_map(|parent| texts.get_key_value(parent.as_str())) else { continue };
        let is_declared = text.lines().any(|line| {
            line.trim_end().strip_suffix(&format!("mod {file};")).is_some_and(|before| before.is_empty() || before.ends_with(' '))
        });
        if file != "lib" && !is_declared {
            bad.push(format!("{name}: no module declares this file, so it is not compiled; {parent} needs `mod {file};`"));
        }
    }
    bad
}

/// The module that a file is, if it is a source file of this project.
fn source(name: &str) -> Option<Source> {
    let inner = CRATES.iter().find_map(|(_, folder)| name.strip_prefix(folder)?.strip_prefix('/'))?;
    let module = inner.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    Some(Source { name: name.to_owned(), module })
}

/// The entry of the order that a path belongs to, with its place.
fn entry(path: &[String]) -> Option<(usize, &'static str)> {
    let belongs = |entry: &str| {
        entry.split("::").zip(path.iter().map(Some).chain(std::iter::repeat(None))).all(|(name, own)| own.is_some_and(|own| own == name))
    };
    ORDER.iter().enumerate().filter(|(_, entry)| belongs(entry)).max_by_key(|(_, entry)| entry.len()).map(|(place, entry)| (place, *entry))
}

/// Every import that goes the wrong way.
fn wrong(all: &[(Source, Vec<Import>)]) -> Vec<String> {
    let mut bad = Vec::new();
    for (source, imports) in all {
        let Some((own_place, own)) = entry(&source.module) else {
            bad.push(format!("{}: this module is not in the order of modules (xtask/src/lint/modules.rs)", source.name));
            continue;
        };
        // The roots only name what is below them.
        if own == "lib" {
            continue;
        }
        for import in imports {
            // What is no module (a macro, an item of the crate's root) has no place.
            let Some((place, used)) = entry(&import.path) else { continue };
            let why = match NEVER.iter().find(|(from, to, _)| *from == own && *to == used) {
                Some((_, _, why)) => *why,
                None if place > own_place => "the arrow goes up",
                None => continue,
            };
            bad.push(format!("{}:{}: {own} → {used} (`{}`): {why}", source.name, import.line, import.path.join("::")));
        }
    }
    bad
}

/// The circles between files of one folder: sets of files each of which is reached from each other by imports within the set.
fn circles(all: &[(Source, Vec<Import>)]) -> Vec<Vec<String>> {
    let mut folders: BTreeMap<&str, Vec<&(Source, Vec<Import>)>> = BTreeMap::new();
    for file in all {
        let folder = file.0.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(file);
    }
    let mut found = Vec::new();
    for (folder, files) in folders {
        // The top modules are held in order by `wrong`.
        if CRATES.iter().any(|(_, top)| *top == folder) {
            continue;
        }
        let uses = |from: &(Source, Vec<Import>), to: &Source| {
            from.1.iter().any(|import| import.path.starts_with(&to.module)) && from.0.module != to.module
        };
        let edges: Vec<Vec<bool>> = files.iter().map(|from| files.iter().map(|to| uses(from, &to.0)).collect()).collect();
        let reach = closure(edges);
        let both = |a: usize, b: usize| reached(&reach, a, b) && reached(&reach, b, a);
        for first in (0..files.len()).filter(|file| both(*file, *file)) {
            // The first of a circle stands for it.
            if (0..first).any(|before| both(first, before)) {
                continue;
            }
            found.push(files.iter().enumerate().filter(|(file, _)| both(first, *file)).map(|(_, file)| file.0.name.clone()).collect());
        }
    }
    found
}

fn reached(reach: &[Vec<bool>], from: usize, to: usize) -> bool {
    reach.get(from).and_then(|row| row.get(to)).copied().unwrap_or(false)
}

/// What is reached over any number of edges (Warshall).
fn closure(mut reach: Vec<Vec<bool>>) -> Vec<Vec<bool>> {
    for over in 0..reach.len() {
        let next = reach.get(over).cloned().unwrap_or_default();
        for row in &mut reach {
            if row.get(over).copied().unwrap_or(false) {
                row.iter_mut().zip(&next).for_each(|(known, new)| *known |= *new);
            }
        }
    }
    reach
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<(Source, Vec<Import>)> {
        let read = |(name, text): &(&str, &str)| {
            let source = source(name).unwrap();
            let found = imports(text, &source.module).unwrap();
            (source, found.imports)
        };
        files.iter().map(read).collect()
    }

    #[test]
    fn a_file_that_no_module_declares_is_named() {
        let texts = [
            ("src/lib.rs", "pub mod command;"),
            ("src/command.rs", "mod read;\n#[cfg(test)]\nmod tests;\n    mod undo;"),
            ("src/command/read.rs", ""),
            ("src/command/tests.rs", ""),
            ("src/command/undo.rs", ""),
            ("src/command/do.rs", ""),
        ];
        let texts = texts.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
        let wanted = "src/command/do.rs: no module declares this file, so it is not compiled; src/command.rs needs `mod do;`";
        assert_eq!(undeclared(&texts), [wanted]);
    }

    #[test]
    fn an_arrow_up_is_named_with_its_line() {
        let all = files(&[
            ("src/engine/table.rs", "//! Rows.\nuse evenhand_base::{error::Error, query};\nfn f() { crate::filter::level(0) }"),
            ("src/plan/edit.rs", "use crate::config::Model;\nuse crate::command;\nuse super::Plan;"),
        ]);
        let wanted = [
            "src/engine/table.rs:3: table → filter (`filter::level`): the arrow goes up",
            "src/plan/edit.rs:2: plan → command (`command`): a plan is what a command comes to; it does not know who made it",
        ];
        assert_eq!(wrong(&all), wanted);
    }

    #[test]
    fn who_is_not_in_the_order_or_must_not_use_another_is_named() {
        let all = files(&[("src/division/split/deal.rs", "use crate::json::Value;"), ("src/novel.rs", "")]);
        let wanted = [
            "src/division/split/deal.rs:1: split → json (`json::Value`): the split works on numbers",
            "src/novel.rs: this module is not in the order of modules (xtask/src/lint/modules.rs)",
        ];
        assert_eq!(wrong(&all), wanted);
    }

    #[test]
    fn the_longest_entry_counts() {
        let all = files(&[
            ("src/base/json/value.rs", "pub enum Value {}"),
            ("src/base/error.rs", "use crate::json::value::Value;"),
            ("src/base/json/read.rs", "use crate::error::Error; use super::value::Value;"),
        ]);
        assert!(wrong(&all).is_empty());
        let all = files(&[("src/base/json/value.rs", "use crate::error::Error;"), ("src/base/error.rs", "use crate::json::read;")]);
        assert_eq!(wrong(&all).len(), 2);
    }

    #[test]
    fn circles_between_siblings() {
        let all = files(&[
            ("src/plan/a.rs", "use super::b::B;"),
            ("src/plan/b.rs", "use crate::plan::c::C;"),
            ("src/plan/c.rs", "fn f() { super::a::f() }"),
            ("src/plan/d.rs", "use super::a::A;"),
            ("src/plan.rs", "mod a; use a::A;"),
        ]);
        assert_eq!(circles(&all), [["src/plan/a.rs", "src/plan/b.rs", "src/plan/c.rs"]]);
    }
}
