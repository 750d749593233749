//! The Lead Desk: the browser app in `www-demo`, on the package as it is built in `pkg/`.

use std::path::Path;

use crate::run::{Result, root, run, step};
use crate::{build, test, tools};

const FOLDER: &str = "www-demo";

/// Builds the app; the package must be there.
pub fn build() -> Result {
    tools::npm_packages(&root().join(FOLDER))?;
    step("types of the Lead Desk", || run(tools::node(&["node_modules/typescript/bin/tsc", "--noEmit"]).current_dir(root().join(FOLDER))))?;
    step("build the Lead Desk", || run(tools::node(&["build.mjs"]).current_dir(root().join(FOLDER))))
}

/// Serves the app until it is ended; the server prints its address.
pub fn serve() -> Result {
    build()?;
    println!();
    run(tools::node(&["serve.mjs"]).current_dir(root().join(FOLDER)))
}

/// The stories in Node and through the screen, and what must hold of the app as a whole; gives back what ran.
pub fn tests(chromium: &Path) -> Result<String> {
    build()?;
    let files = test::node_tests("www-demo/tests")?;
    step("the Lead Desk", || run(tools::node(&["--test", "--test-concurrency=1"]).args(&files).env("CHROMIUM", chromium)))?;
    Ok(format!("{} test files of the Lead Desk, in Node and through the screen", files.len()))
}

/// Takes the pictures of every world again, in each width, light and dark.
pub fn screens() -> Result {
    let browser = tools::browser()?;
    build::build()?;
    build()?;
    step("take the pictures", || run(tools::node(&["screens.mjs"]).current_dir(root().join(FOLDER)).env("CHROMIUM", &browser.chromium)))
}
