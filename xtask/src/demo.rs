//! The package's own command line, on a generated sample.

use crate::run::{Result, run, step};
use crate::{build, tools};

/// How far the demo goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// To its end.
    Never,
    /// After the preview of the plan.
    AfterPreview,
}

/// Builds the package and shows it at work.
pub fn demo(stop: Stop) -> Result {
    let pkg = build::build()?;
    let cli = pkg.join("cli.mjs");
    if !cli.exists() {
        return Err("the package has no command line yet (pkg-template/cli.mjs)".into());
    }
    let mut demo = tools::node(&[]);
    demo.arg(cli).arg("demo");
    if stop == Stop::AfterPreview {
        demo.arg("--headless");
    }
    step("demo", || run(&mut demo))
}
