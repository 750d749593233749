//! Running commands, step by step, and saying so.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

/// A failure is one message for the person at the terminal.
pub type Result<T = ()> = std::result::Result<T, String>;

/// The repository.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or(here.clone(), Path::to_path_buf)
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The steps that failed, innermost first.
static FAILED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The steps that failed, outermost first.
pub fn failed_at() -> Vec<String> {
    FAILED.lock().map(|steps| steps.iter().rev().cloned().collect()).unwrap_or_default()
}

/// Does one step, with its name before and its seconds behind.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let start = Instant::now();
    let done = work().inspect_err(|_| {
        if let Ok(mut steps) = FAILED.lock() {
            steps.push(name.to_owned());
        }
    })?;
    println!("    {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}

/// A command that runs in the repository.
pub fn command(program: impl AsRef<OsStr>, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    command
}

/// This toolchain's cargo.
pub fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(cargo, args);
    // What `cargo run` sets for this tool is not meant for the crates it builds.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command and shows what it prints.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("`{}` could not be started: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(command))) }
}

/// Runs a command and gives back what it prints.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("`{}` could not be started: {error}", line(command)))?;
    if !output.status.success() {
        return Err(format!("`{}` failed ({})", line(command), output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` printed what is not UTF-8", line(command)))
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// An error of the file system with its path.
pub fn at<T>(path: &Path, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|error| format!("{}: {error}", path.display()))
}
