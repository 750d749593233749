//! Benchmarks: `tests/js/bench/*.mjs`, each a program of its own that prints its ratios and writes them to `tests/js/bench/out`.
//!
//! The peers that they measure against are installed for them alone: no test needs any.

use std::fs;
use std::path::PathBuf;

use crate::run::{Result, at, command, read, root, run, say, step, target};
use crate::{against, build, pack, tools};

/// A benchmark clears away what the one before left, and holds a million objects beside the peers' copies of them.
const NODE: [&str; 2] = ["--expose-gc", "--max-old-space-size=8192"];
/// Optimised code from the start: V8 decides by itself when it optimises a function, and two modules would be compared of which one already is.
const OPTIMISED: &str = "--no-liftoff";

/// What a run takes of the whole, and what becomes of its figures; the benchmarks know the same words.
const QUICK: &str = "--quick";
const UPDATE: &str = "--update";

/// Builds, then runs the benchmarks with these names, or all. Arguments are names and options.
pub fn bench(args: &[&str]) -> Result {
    let (options, names): (Vec<&str>, Vec<&str>) = args.iter().copied().partition(|arg| [QUICK, UPDATE].contains(arg));
    let (quick, update) = (options.contains(&QUICK), options.contains(&UPDATE));
    if quick && update {
        return Err("a quick run measures nothing that could be kept: `--update` goes with a whole one".into());
    }
    let folder = folder();
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
        return Err("tests/js/bench has no benchmark yet".into());
    }
    if quick && as_built()? {
        say("    the package as it was built last: nothing that it is made of is newer");
    } else {
        pack::install(&build::build()?)?;
    }
    tools::npm_packages(&folder)?;
    for name in found {
        step(&name, || run(tools::node(&NODE).arg(folder.join(format!("{name}.mjs"))).args(&options)))?;
    }
    if update { charts() } else { Ok(()) }
}

/// Whether the package that is installed for the tests is newer than all that it is made of: building it again takes longer than a quick run.
fn as_built() -> Result<bool> {
    const MADE_OF: [&str; 9] =
        ["ls-files", "--cached", "--others", "--exclude-standard", "src", "pkg-template", "xtask", "Cargo.toml", "tests/js/package/make"];
    let changed = |path: PathBuf| fs::metadata(path).and_then(|about| about.modified());
    let installed = tools::npm_project().join("node_modules/evenhand/evenhand.wasm");
    let Ok(built) = changed(target().join(pack::TARBALL)) else { return Ok(false) };
    // A file that is gone is a change as well.
    let newer = |name: &str| changed(root().join(name)).map_or(true, |at| at > built);
    Ok(installed.is_file() && !read(&mut command("git", &MADE_OF))?.lines().any(newer))
}

fn folder() -> PathBuf {
    root().join("tests/js/bench")
}

/// Draws the charts and writes the README's table, from the figures in `tests/js/bench/measured.json`.
pub fn charts() -> Result {
    step("charts", || run(tools::node(&[]).arg(folder().join("charts/main.mjs"))))
}

/// Builds this and another commit, and compares them: kernels in one process, in turn, and cold starts.
pub fn against(commit: &str, quick: bool) -> Result {
    let other = against::package(commit)?;
    let ours = build::build()?;
    pack::install(&ours)?;
    step("compare", || {
        let mut compare = tools::node(&NODE);
        compare.arg(OPTIMISED).arg(root().join("tests/js/bench/against/main.mjs")).arg(&ours).arg(&other).arg(commit);
        if quick {
            compare.arg("--quick");
        }
        run(&mut compare)
    })
}

#[cfg(test)]
mod tests {
    use super::bench;

    #[test]
    fn a_quick_run_keeps_no_figures() {
        assert!(bench(&["none", "--quick", "--update"]).is_err_and(|message| message.contains("a quick run measures nothing")));
    }
}
