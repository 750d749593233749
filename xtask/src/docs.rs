//! The documentation as a site: the pages of the package, and the API from its types.

use std::path::Path;

use crate::run::{Result, root, run, say, step};
use crate::{test, tools};

const FOLDER: &str = "www-demo/docs";

/// Builds the site into `www-demo/dist/docs`, beside the Lead Desk if that is there.
pub fn build() -> Result {
    let folder = root().join(FOLDER);
    tools::npm_packages(&folder)?;
    step("build the documentation", || run(tools::node(&["build.mjs"]).current_dir(&folder)))?;
    say("    the documentation is in www-demo/dist/docs; `cargo xtask demo` serves it under /docs/");
    Ok(())
}

/// Runs every sample of the documentation, and looks through the site; gives back what ran.
pub fn tests(chromium: &Path) -> Result<String> {
    tools::npm_packages(&root().join("www-demo/examples/node"))?;
    build()?;
    let files = test::node_tests("tests/js/docs")?;
    step("the documentation", || run(tools::node(&["--test", "--test-concurrency=1"]).args(&files).env("CHROMIUM", chromium)))?;
    Ok("every sample of the documentation, and its site".into())
}
