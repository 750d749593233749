//! What can be seen without running: format, clippy, types, file lengths, machine paths.

use std::fs;

use crate::run::{Result, at, cargo, command, read, root, run, step};
use crate::{build, tools};

const LONGEST: usize = 800;
const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// All of it.
pub fn lint() -> Result {
    tools::wasm_target()?;
    tools::npm()?;
    step("format", || run(&mut cargo(&["fmt", "--all", "--check"])))?;
    step("clippy", || run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])))?;
    step("clippy for wasm32", || run(cargo(&["clippy", "--all-targets"]).args(WASM).args(["--", "-D", "warnings"])))?;
    build::glue()?;
    step("types", types)?;
    step("files", files)
}

/// The facade against the glue, and every entry against the public types.
fn types() -> Result {
    run(&mut tools::npm_bin("tsc", &["-p", "pkg-template", "--noEmit"]))?;
    run(&mut tools::npm_bin("tsc", &["-p", "tests/package/types/entries.json"]))
}

/// No file is longer than a reader's patience, and none names a path of the machine it was written on.
fn files() -> Result {
    let root = root();
    let listed = read(&mut command("git", &["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let around = root.parent().filter(|parent| **parent != std::env::temp_dir());
    let home = std::env::home_dir();
    let homes = [around, home.as_deref()].into_iter().flatten();
    let homes: Vec<String> = homes.map(|dir| format!("{}/", dir.display())).filter(|home| home.len() > 2).collect();
    let mut bad = Vec::new();
    for name in listed.lines().filter(|name| !name.ends_with(".lock") && root.join(name).is_file()) {
        let path = root.join(name);
        let Ok(text) = String::from_utf8(at(&path, fs::read(&path))?) else { continue };
        let code = [".rs", ".ts", ".tsx", ".mjs", ".js"].iter().any(|end| name.ends_with(end));
        if code && text.lines().count() > LONGEST {
            bad.push(format!("{name} has {} lines; at most {LONGEST}", text.lines().count()));
        }
        for home in homes.iter().filter(|home| text.contains(home.as_str())) {
            bad.push(format!("{name} names a path of this machine: {home}"));
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(bad.join("\n")) }
}
