//! Benchmarks: `tests/bench/*.mjs`, each a program of its own that prints its ratios.

use std::fs;

use crate::run::{Result, at, root, run, step};
use crate::{build, pack, tools};

/// Builds, then runs the benchmarks with these names, or all.
pub fn bench(names: &[&str]) -> Result {
    let folder = root().join("tests/bench");
    let mut found: Vec<String> = match folder.is_dir() {
        true => at(&folder, fs::read_dir(&folder))?
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".mjs").map(str::to_owned))
            .collect(),
        false => Vec::new(),
    };
    found.sort();
    if let Some(missing) = names.iter().find(|name| !found.iter().any(|have| have == *name)) {
        return Err(format!("there is no benchmark `{missing}`; there is: {}", found.join(", ")));
    }
    found.retain(|name| names.is_empty() || names.contains(&name.as_str()));
    if found.is_empty() {
        return Err("tests/bench has no benchmark yet".into());
    }
    pack::install(&build::build()?)?;
    for name in found {
        step(&name, || run(tools::node(&["--expose-gc"]).arg(folder.join(format!("{name}.mjs")))))?;
    }
    Ok(())
}
