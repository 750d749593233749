//! The examples, each run as its page says.

use std::fs;

use crate::run::{Result, at, root, run};
use crate::{test, tools};

/// Makes sure of what they need from npm; gives back how many they are.
pub fn install() -> Result<usize> {
    let folder = root().join("www-demo/examples");
    let mut examples: Vec<_> = at(&folder, fs::read_dir(&folder))?.flatten().map(|entry| entry.path()).collect();
    examples.retain(|path| path.join("package.json").is_file());
    examples.sort();
    for example in &examples {
        tools::npm_packages(example)?;
    }
    Ok(examples.len())
}

/// Runs them over the package in `pkg/`; gives back what ran.
pub fn tests(chromium: &std::path::Path) -> Result<String> {
    let examples = install()?;
    tools::postgres()?;
    let files = test::node_tests("tests/js/examples")?;
    run(tools::node(&["--test", "--test-concurrency=1"]).args(&files).env("CHROMIUM", chromium))?;
    Ok(format!("{examples} examples"))
}
