//! Batches on a cluster: the Spark example against one table. By hand, because it takes long.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use crate::run::{Result, at, command, run, step, target};
use crate::{build, tools};

/// What pip installs; it runs on Java 17 or later.
const SPARK: &str = "pyspark==4.3.0";

/// How many leads, where nobody says.
const LEADS: &str = "10000000";

/// Builds the package, and deals so many leads over executors; every row must be that of one table.
pub fn scale(leads: Option<&str>) -> Result {
    let leads = leads.unwrap_or(LEADS);
    if leads.parse::<NonZeroU32>().is_err() {
        return Err(format!("`{leads}` is not a number of leads"));
    }
    tools::java()?;
    build::build()?;
    let python = target().join("tools/spark");
    let bin = python.join("bin");
    if !bin.join("spark-submit").is_file() {
        step("install Spark", || {
            run(command("python3", &["-m", "venv"]).arg(&python))?;
            run(command(bin.join("pip"), &["install", "--quiet", SPARK]).stdout(std::process::Stdio::null()))
        })?;
    }
    let work = target().join("scale");
    step("leads over executors", || {
        run(command(bin.join("python"), &["tests/scale/spark.py"]).arg(&work).arg(leads).env("PATH", path(&bin)?))
    })?;
    at(&work, if work.exists() { fs::remove_dir_all(&work) } else { Ok(()) })?;
    println!("\nran tests/scale/spark.py over {leads} leads; all passed");
    Ok(())
}

/// The path with a folder before all others.
fn path(first: &Path) -> Result<std::ffi::OsString> {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(first.to_owned()).chain(std::env::split_paths(&rest))).map_err(|error| error.to_string())
}
