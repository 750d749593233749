//! The package's own command line, on a generated sample; then the Lead Desk.

use crate::run::{Result, run, step, target};
use crate::{build, desk, tools};

/// How far the demo goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// To its end.
    Never,
    /// After the preview of the plan.
    AfterPreview,
}

/// Builds the package and shows it at work: one agent of a lender leaves, and the open leads go to four others.
pub fn demo(stop: Stop) -> Result {
    let pkg = build::build()?;
    let sample = target().join("sample");
    step("make a sample", || run(tools::node(&["tests/js/package/sample.mjs"]).arg(&sample)))?;
    let mut plan = tools::node(&[]);
    plan.arg(pkg.join("cli.js")).arg("plan");
    for (option, file) in [("--workspace", "workspace.json"), ("--leads", "leads.csv"), ("--command", "command.json")] {
        plan.arg(option).arg(sample.join(file));
    }
    plan.args(["--actor", "nora.vance", "--now", "2021-09-01T09:00:00Z"]).arg("--out").arg(sample.join("plan.json"));
    step("preview", || {
        println!();
        run(&mut plan)?;
        println!();
        Ok(())
    })?;
    if stop == Stop::Never {
        println!("the sample and its plan are in {}", sample.display());
        desk::serve()?;
    }
    Ok(())
}
