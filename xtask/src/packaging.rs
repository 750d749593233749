//! The packed package in projects as hosts have them: bundlers, frameworks, test runners, runtimes.

use crate::run::{Result, run, target};
use crate::{pack, tools};

/// Which of them run.
#[derive(Clone, Copy)]
pub enum Which<'names> {
    /// Those that CI has time for.
    Usual,
    /// These; `all` is every one.
    Named(&'names [&'names str]),
}

/// Runs them over the tarball of the package that is installed for the tests.
pub fn tests(which: Which<'_>, chromium: &std::path::Path) -> Result<String> {
    tools::firefox()?;
    let names: &[&str] = match which {
        Which::Usual => &[],
        Which::Named(names) => names,
    };
    let mut projects = tools::node(&["tests/js/packaging/run.mjs"]);
    run(projects.arg(target().join(pack::TARBALL)).args(names).env("CHROMIUM", chromium))?;
    Ok(match which {
        Which::Usual => "the usual packaging projects".into(),
        Which::Named(names) => format!("packaging projects ({})", names.join(", ")),
    })
}
