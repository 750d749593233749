//! Everything that must hold, in the order in which it is cheapest to find out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use crate::run::{Result, aside, at, cargo, joined, root, run, step, target};
use crate::{build, desk, docs, edge, examples, lint, pack, packaging, size, tools};

/// What each step needs, made once however many need it.
#[derive(Clone, Default)]
struct Made {
    browser: Option<tools::Browser>,
    packed: bool,
    outcomes: bool,
}

type Step = fn(&mut Made) -> Result<String>;

/// The steps in order, by the names under which one can ask for them. Each gives back what it ran.
const STEPS: [(&str, Step); 14] = [
    ("lint", |_| lint::lint().map(|()| "lint".into())),
    ("native", native),
    ("wasm", wasm),
    ("build", build),
    ("types", types),
    ("package", package),
    ("desk", desk),
    ("edge", edge),
    ("peers", peers),
    ("sql", sql),
    ("examples", examples),
    ("packaging", |made| packaging(made, packaging::Which::Usual)),
    ("cases", cases),
    ("docs", docs),
];

/// The last steps, which run beside each other where all run: each list in its order. They take as long as each other, nothing in them measures
/// time, each test asks for a free port and a folder of its own, and what both could install is installed `ahead`.
const LANES: [&[&str]; 2] = [&["peers", "sql", "examples"], &["packaging", "cases", "docs"]];

/// The packed package in some of the projects, or in all of them, and nothing else.
pub fn packaged(names: &[&str]) -> Result {
    let names = if names.is_empty() { packaging::Which::Usual } else { packaging::Which::Named(names) };
    packaging(&mut Made::default(), names).map(drop)
}

fn packaging(made: &mut Made, which: packaging::Which<'_>) -> Result<String> {
    made.package()?;
    packaging::tests(which, &made.browser()?.chromium)
}

/// Runs all steps, or those with these names, and ends with one line that says what ran.
pub fn test(names: &[&str]) -> Result {
    let start = Instant::now();
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|(step, _)| step == *name)) {
        let known: Vec<&str> = STEPS.iter().map(|(step, _)| *step).collect();
        return Err(format!("there is no test step `{unknown}`; there is: {}", known.join(", ")));
    }
    let mut made = Made::default();
    let ran = if names.is_empty() { all(&mut made) } else { in_order(&mut made, |step| names.contains(&step)) }?;
    println!("\nran in {:.0} s: {}; all passed", start.elapsed().as_secs_f64(), ran.join(", "));
    Ok(())
}

/// The steps of these names, one after the other.
fn in_order(made: &mut Made, named: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    STEPS.iter().filter(|(name, _)| named(name)).map(|(name, work)| step(name, || work(made))).collect()
}

/// Every step, those of the lanes last.
fn all(made: &mut Made) -> Result<Vec<String>> {
    let [lane, other] = LANES;
    let mut ran = in_order(made, |name| !lane.contains(&name) && !other.contains(&name))?;
    made.ahead()?;
    let (mut beside, log) = (made.clone(), target().join("beside.log"));
    let (here, there) = thread::scope(|scope| {
        let there = scope.spawn(|| aside(&log, || in_order(&mut beside, |name| other.contains(&name))));
        (in_order(made, |name| lane.contains(&name)), there.join())
    });
    let there = joined(there);
    ran.extend(here?);
    ran.extend(there?);
    Ok(ran)
}

impl Made {
    /// All that more than one of the lanes would otherwise make or install.
    fn ahead(&mut self) -> Result {
        step("what the last steps need", || {
            tools::postgres()?;
            tools::firefox()?;
            self.browser()?;
            self.package()?;
            self.outcomes()?;
            examples::install().map(drop)
        })
    }

    fn browser(&mut self) -> Result<&tools::Browser> {
        let found = match self.browser.take() {
            Some(found) => found,
            None => tools::browser()?,
        };
        Ok(self.browser.insert(found))
    }

    /// The package, built and installed where the tests find it.
    fn package(&mut self) -> Result {
        if !self.packed {
            pack::install(&build::build()?)?;
            self.packed = true;
        }
        Ok(())
    }

    /// What the case files come to natively, and the file that it is in.
    fn outcomes(&mut self) -> Result<PathBuf> {
        let folder = target().join("cases");
        let file = folder.join("native.jsonl");
        if !self.outcomes {
            at(&folder, fs::create_dir_all(&folder))?;
            step("native cases", || run(native_cases().env("EVENHAND_CASES_OUT", &file)))?;
            self.outcomes = true;
        }
        Ok(file)
    }
}

/// Runs the cases natively. Of the whole workspace, as `native` tests it: with fewer packages serde has fewer features, and all would be compiled
/// a second time.
pub fn native_cases() -> Command {
    cargo(&["test", "--workspace", "--test", "native", "cases::cases", "--", "--exact"])
}

fn native(made: &mut Made) -> Result<String> {
    // A change is judged by what it changes, not by what the draw of that day finds: `cargo test` itself, or another number, draws anew.
    const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20261128");
    let folder = target().join("cases");
    at(&folder, fs::create_dir_all(&folder))?;
    let mut test = cargo(&["test", "--workspace"]);
    test.env("EVENHAND_CASES_OUT", folder.join("native.jsonl"));
    if std::env::var_os(SEED.0).is_none() {
        test.env(SEED.0, SEED.1);
    }
    run(&mut test)?;
    made.outcomes = true;
    Ok("native tests".into())
}

fn wasm(made: &mut Made) -> Result<String> {
    let files = in_chromium(made.browser()?)?;
    Ok(format!("{files} wasm-bindgen test files in Chromium"))
}

fn build(made: &mut Made) -> Result<String> {
    made.package()?;
    step("size budget", size::budget)?;
    Ok("the package within its budget".into())
}

fn types(made: &mut Made) -> Result<String> {
    const HOST: [&str; 2] = ["-p", "tests/js/package/types/host.json"];
    made.package()?;
    run(&mut tools::npm_bin("tsc", &HOST))?;
    run(tools::npm_bin("tsc", &HOST).args(["--module", "preserve", "--moduleResolution", "bundler", "--customConditions", "browser"]))?;
    Ok("types as a host sees them".into())
}

fn package(made: &mut Made) -> Result<String> {
    tools::firefox()?;
    node_step(made, "tests/js/package", "package test files (Node, Chromium, Firefox, workerd, Deno, Bun, edge-light)")
}

fn desk(made: &mut Made) -> Result<String> {
    made.package()?;
    desk::tests(&made.browser()?.chromium)
}

fn peers(made: &mut Made) -> Result<String> {
    tools::npm_packages(&root().join("tests/js/peers"))?;
    node_step(made, "tests/js/peers", "files of comparisons with other engines")
}

fn sql(made: &mut Made) -> Result<String> {
    tools::postgres()?;
    node_step(made, "tests/js/sql", "files of SQL on SQLite and PostgreSQL")
}

fn edge(made: &mut Made) -> Result<String> {
    made.package()?;
    edge::tests(edge::Form::Quick)
}

fn examples(made: &mut Made) -> Result<String> {
    made.package()?;
    examples::tests(&made.browser()?.chromium)
}

fn cases(made: &mut Made) -> Result<String> {
    tools::firefox()?;
    let native = made.outcomes()?;
    made.package()?;
    let chromium = made.browser()?.chromium.clone();
    run(tools::node(&["tests/js/package/run-cases.mjs"]).arg(native).env("CHROMIUM", &chromium))?;
    let worlds = worlds(&chromium)?;
    Ok(format!("the cases and {worlds} random worlds natively and in every runtime"))
}

/// Random worlds, without expectations, natively and in every runtime; `EVENHAND_WORLDS` says how many. Gives back their number.
fn worlds(chromium: &Path) -> Result<String> {
    let count = std::env::var("EVENHAND_WORLDS").unwrap_or_else(|_| "60".into());
    let folder = target().join("worlds");
    let native = target().join("worlds.jsonl");
    step("write random worlds", || run(tools::node(&["tests/js/package/make/worlds.mjs"]).arg(&folder).arg(&count)))?;
    step("random worlds natively", || run(native_cases().env("EVENHAND_CASES", &folder).env("EVENHAND_CASES_OUT", &native)))?;
    step("random worlds in every runtime", || {
        run(tools::node(&["tests/js/package/run-cases.mjs"]).arg(&native).arg(&folder).env("CHROMIUM", chromium))
    })?;
    Ok(count)
}

fn docs(made: &mut Made) -> Result<String> {
    made.package()?;
    docs::tests(&made.browser()?.chromium)
}

/// The test files of a folder, in Node.
fn node_step(made: &mut Made, folder: &str, what: &str) -> Result<String> {
    made.package()?;
    let chromium = made.browser()?.chromium.clone();
    let files = node_tests(folder)?;
    run(tools::node(&["--test", "--test-concurrency=1"]).args(&files).env("CHROMIUM", chromium))?;
    Ok(format!("{} {what}", files.len()))
}

/// The wasm-bindgen tests, in headless Chromium; gives back how many files they are.
fn in_chromium(browser: &tools::Browser) -> Result<usize> {
    let folder = root().join("tests/native");
    let mut names = names(&folder, ".rs")?;
    names.retain(|name| name.starts_with("wasm"));
    let bin = tools::test_runner()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).map_err(|error| error.to_string())?;
    step("wasm-bindgen tests in Chromium", || {
        // Nothing is optimised: what these tests ask takes no time, and compiling it does.
        let mut test = cargo(&["test", "--profile", "dev", "--target", "wasm32-unknown-unknown"]);
        for name in &names {
            test.args(["--test", name.trim_end_matches(".rs")]);
        }
        test.env("PATH", path).env("CHROMEDRIVER", &browser.driver);
        run(test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", root().join("tests/js/package/webdriver.json")))
    })?;
    Ok(names.len())
}

/// The test files that Node runs in a folder.
pub fn node_tests(folder: &str) -> Result<Vec<String>> {
    Ok(names(&root().join(folder), ".test.mjs")?.into_iter().map(|name| format!("{folder}/{name}")).collect())
}

/// The files of a folder that end so, in order.
fn names(folder: &std::path::Path, end: &str) -> Result<Vec<String>> {
    let entries = at(folder, fs::read_dir(folder))?.flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name.ends_with(end)).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{LANES, STEPS};

    #[test]
    fn the_lanes_have_the_last_steps_in_their_order() {
        let lanes = LANES.concat();
        assert_eq!(STEPS.map(|(name, _)| name).get(STEPS.len() - lanes.len()..), Some(&*lanes));
    }
}
