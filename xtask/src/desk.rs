//! The Lead Desk: the browser app in `www-demo`, on the package as it is built in `pkg/`.

use std::path::Path;

use crate::run::{Result, root, run, step, target};
use crate::{build, docs, test, tools};

const FOLDER: &str = "www-demo";

/// Builds the app; the package must be there. Its server runs the edge worker when somebody asks for it.
pub fn build() -> Result {
    tools::npm_packages(&root().join(FOLDER))?;
    tools::npm_packages(&root().join("www-demo/edge"))?;
    step("types of the Lead Desk", || run(tools::node(&["node_modules/typescript/bin/tsc", "--noEmit"]).current_dir(root().join(FOLDER))))?;
    step("build the Lead Desk", || run(tools::node(&["build.mjs"]).current_dir(root().join(FOLDER))))
}

/// Serves the app and the documentation until it is ended; the server prints its address.
pub fn serve() -> Result {
    build()?;
    docs::build()?;
    println!();
    run(tools::node(&["serve.mjs"]).current_dir(root().join(FOLDER)))
}

/// The stories natively and in every runtime, step by step; then through the screen, with what must hold of the app as a whole. Gives back
/// what ran.
pub fn tests(chromium: &Path) -> Result<String> {
    stories(chromium)?;
    build()?;
    let files = test::node_tests("www-demo/tests")?;
    step("the Lead Desk", || run(tools::node(&["--test", "--test-concurrency=1"]).args(&files).env("CHROMIUM", chromium)))?;
    Ok(format!("the Lead Desk's stories natively, in every runtime and through the screen, {} test files", files.len()))
}

/// Each step of each story comes to the same bytes, natively and in every runtime.
fn stories(chromium: &Path) -> Result {
    let folder = target().join("stories");
    let native = target().join("stories.jsonl");
    tools::npm_packages(&root().join(FOLDER))?;
    step("write the stories as cases", || run(tools::node(&["www-demo/stories.mjs"]).arg(&folder)))?;
    step("the stories natively", || {
        let mut test = test::native_cases();
        run(test.env("EVENHAND_CASES", &folder).env("EVENHAND_CASES_OUT", &native))
    })?;
    step("the stories in every runtime", || {
        run(tools::node(&["tests/js/package/run-cases.mjs"]).arg(&native).arg(&folder).env("CHROMIUM", chromium))
    })
}

/// Takes the pictures of every world again, in each width, light and dark.
pub fn screens() -> Result {
    let browser = tools::browser()?;
    build::build()?;
    build()?;
    step("take the pictures", || run(tools::node(&["screens.mjs"]).current_dir(root().join(FOLDER)).env("CHROMIUM", &browser.chromium)))
}
