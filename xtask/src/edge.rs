//! The edge worker: its types, and its tests on workerd itself.

use std::path::PathBuf;

use crate::run::{Result, root, run, step};
use crate::{build, desk, test, tools};

/// How much of the tests runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What belongs to every run: under a minute.
    Quick,
    /// Everything: 200 kills, a minute of commands from 64 clients (10,000 at least), cold starts.
    Long,
}

/// The worker's folder.
fn folder() -> PathBuf {
    root().join("www-demo/edge")
}

/// Builds the package and tests the worker in the long form; the Lead Desk tells the stories of all its worlds there.
pub fn long() -> Result {
    // Asked for first: what is missing is installed before anything takes long.
    let browser = tools::browser()?;
    build::build()?;
    let what = tests(Form::Long)?;
    desk::build()?;
    step("the Lead Desk at the edge worker", || {
        run(tools::node(&["--test", "www-demo/tests/edge.test.mjs"]).env("EVENHAND_EDGE", "long").env("CHROMIUM", &browser.chromium))
    })?;
    println!("\nran {what}, and the Lead Desk's stories at it, in the long form; all passed");
    Ok(())
}

/// Tests the worker over the package in `pkg/`; gives back what ran.
pub fn tests(form: Form) -> Result<String> {
    tools::npm_packages(&folder())?;
    step("types of the edge worker", || run(tools::node(&["node_modules/typescript/bin/tsc"]).current_dir(folder())))?;
    let files = test::node_tests("tests/js/edge")?;
    step("the edge worker on workerd", || {
        let form = if form == Form::Long { "long" } else { "quick" };
        // One after the other: what they measure, and when they kill, should not hang on what else runs.
        run(tools::node(&["--test", "--test-concurrency=1"]).args(&files).env("EVENHAND_EDGE", form))
    })?;
    Ok(format!("{} test files of the edge worker on workerd", files.len()))
}
