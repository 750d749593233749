//! What can be seen without running: format, clippy, licences, types, the direction of imports, file lengths, machine paths.

mod imports;
mod licences;
mod modules;

use std::fs;

use crate::run::{Result, at, cargo, command, read, root, run, step};
use crate::{build, tools};

/// Lines of a Rust file.
const LONGEST: usize = 400;
/// Lines of a test file, and of one in another language.
const LONGEST_TEST: usize = 800;
/// Lines of the public types, which are read by looking a name up.
const LONGEST_TYPES: usize = 1200;
/// What stands at the top: the project's parts, the pages about all of it, and what tools insist on. Anything else was left there.
const TOP: [&str; 21] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.toml",
    "DECISIONS.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "clippy.toml",
    "findings",
    "pkg-template",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src",
    "tests",
    "www-demo",
    "xtask",
];
const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// All of it.
pub fn lint() -> Result {
    tools::wasm_target()?;
    tools::npm()?;
    step("format", || run(&mut cargo(&["fmt", "--all", "--check"])))?;
    step("clippy", || run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])))?;
    step("clippy for wasm32", || run(cargo(&["clippy", "--all-targets"]).args(WASM).args(["--", "-D", "warnings"])))?;
    step("licences", licences::licences)?;
    build::glue()?;
    step("types", types)?;
    sources()
}

/// What needs nothing but to read: the direction of imports, file lengths, machine paths.
pub fn sources() -> Result {
    let files = listed()?;
    let files: Vec<&str> = files.lines().filter(|name| !name.ends_with(".lock") && root().join(name).is_file()).collect();
    step("direction of imports", || modules::directions(&root(), &files))?;
    step("files", || lengths_and_paths(&files))
}

/// The files that are, or would be, in the repository.
fn listed() -> Result<String> {
    read(&mut command("git", &["ls-files", "--cached", "--others", "--exclude-standard"]))
}

/// The facade against the glue, and every entry against the public types.
fn types() -> Result {
    run(&mut tools::npm_bin("tsc", &["-p", "pkg-template", "--noEmit"]))?;
    run(&mut tools::npm_bin("tsc", &["-p", "tests/js/package/types/entries.json"]))
}

/// The most lines that a file may have.
fn longest(name: &str) -> usize {
    let test = name.starts_with("tests/") || name.ends_with("/tests.rs") || name.contains("/tests/");
    match name {
        _ if name.ends_with(".rs") && !test => LONGEST,
        _ if name.ends_with(".d.ts") => LONGEST_TYPES,
        _ => LONGEST_TEST,
    }
}

/// No file is longer than a reader's patience, none names a path of the machine it was written on, and none was left at the top.
fn lengths_and_paths(files: &[&str]) -> Result {
    let root = root();
    let around = root.parent().filter(|parent| **parent != std::env::temp_dir());
    let home = std::env::home_dir();
    let homes = [around, home.as_deref()].into_iter().flatten();
    let homes: Vec<String> = homes.map(|dir| format!("{}/", dir.display())).filter(|home| home.len() > 2).collect();
    let mut bad = Vec::new();
    for name in files {
        if !TOP.contains(&name.split('/').next().unwrap_or_default()) {
            bad.push(format!("{name} has no place at the top of the repository"));
        }
        let path = root.join(name);
        let Ok(text) = String::from_utf8(at(&path, fs::read(&path))?) else { continue };
        let code = [".rs", ".ts", ".tsx", ".mjs", ".js"].iter().any(|end| name.ends_with(end));
        let (lines, most) = (text.lines().count(), longest(name));
        if code && lines > most {
            bad.push(format!("{name} has {lines} lines; at most {most}"));
        }
        for home in homes.iter().filter(|home| text.contains(home.as_str())) {
            bad.push(format!("{name} names a path of this machine: {home}"));
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(bad.join("\n")) }
}
