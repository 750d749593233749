//! Everything that must hold, in the order in which it is cheapest to find out.

use std::fs;
use std::time::Instant;

use crate::run::{Result, at, cargo, root, run, step, target};
use crate::{build, desk, lint, pack, tools};

/// Runs all of it and ends with one line that says what ran.
pub fn test() -> Result {
    let start = Instant::now();
    lint::lint()?;
    let outcomes = target().join("cases");
    at(&outcomes, fs::create_dir_all(&outcomes))?;
    let native = outcomes.join("native.jsonl");
    step("native tests", || run(cargo(&["test", "--workspace"]).env("EVENHAND_CASES_OUT", &native)))?;
    let browser = tools::browser()?;
    let wasm = in_chromium(&browser)?;
    let pkg = build::build()?;
    pack::install(&pkg)?;
    step("types as a host sees them", || {
        const HOST: [&str; 2] = ["-p", "tests/package/types/host.json"];
        run(&mut tools::npm_bin("tsc", &HOST))?;
        run(tools::npm_bin("tsc", &HOST).args(["--module", "preserve", "--moduleResolution", "bundler", "--customConditions", "browser"]))
    })?;
    let node = |files: &[String]| run(tools::node(&["--test", "--test-concurrency=1"]).args(files).env("CHROMIUM", &browser.chromium));
    let package = node_tests("tests/package")?;
    step("package tests", || node(&package))?;
    desk::test(&browser)?;
    tools::npm_packages(&root().join("tests/peers"))?;
    let peers = node_tests("tests/peers")?;
    step("tests against other engines", || node(&peers))?;
    tools::postgres()?;
    let sql = node_tests("tests/sql")?;
    step("SQL on SQLite and PostgreSQL", || node(&sql))?;
    step("cases in every runtime", || run(tools::node(&["tests/package/run-cases.mjs"]).arg(&native).env("CHROMIUM", &browser.chromium)))?;
    println!(
        "\nran in {:.0} s: lint, native tests, {wasm} wasm-bindgen test files in Chromium, {} package test files (Node, Chromium, workerd, Deno, Bun, edge-light), the Lead Desk's stories in Node and through the screen, {} files of comparisons with other engines, {} files of SQL on SQLite and PostgreSQL, the cases natively and in each runtime, types; all passed",
        start.elapsed().as_secs_f64(),
        package.len(),
        peers.len(),
        sql.len()
    );
    Ok(())
}

/// The wasm-bindgen tests, in headless Chromium; gives back how many files they are.
fn in_chromium(browser: &tools::Browser) -> Result<usize> {
    let folder = root().join("tests");
    let mut names = names(&folder, ".rs")?;
    names.retain(|name| name.starts_with("wasm"));
    let bin = tools::test_runner()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).map_err(|error| error.to_string())?;
    step("wasm-bindgen tests in Chromium", || {
        let mut test = cargo(&["test", "--target", "wasm32-unknown-unknown"]);
        for name in &names {
            test.args(["--test", name.trim_end_matches(".rs")]);
        }
        test.env("PATH", path).env("CHROMEDRIVER", &browser.driver);
        run(test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", root().join("tests/package/webdriver.json")))
    })?;
    Ok(names.len())
}

/// The test files that Node runs in a folder.
fn node_tests(folder: &str) -> Result<Vec<String>> {
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
