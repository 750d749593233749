//! Running commands, step by step, and saying so.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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

thread_local! {
    /// The steps of this thread that failed, innermost first.
    static FAILED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Where this thread and its commands write, if not to the terminal.
    static LOG: RefCell<Option<File>> = const { RefCell::new(None) };
}

/// The steps that failed, outermost first.
pub fn failed_at() -> Vec<String> {
    FAILED.with_borrow(|steps| steps.iter().rev().cloned().collect())
}

/// A failure in another thread is one of this thread, with the steps that failed there, unless this one has failed itself.
pub fn joined<T>(work: std::thread::Result<(Result<T>, Vec<String>)>) -> Result<T> {
    let (done, failed) = work.map_err(|_| "a thread of this tool panicked")?;
    FAILED.with_borrow_mut(|steps| {
        if steps.is_empty() {
            steps.extend(failed.into_iter().rev());
        }
    });
    done
}

/// Does work in a thread of its own, for `joined`: what it prints goes into a file, and is shown whole when it has ended.
pub fn aside<T>(log: &Path, work: impl FnOnce() -> Result<T>) -> (Result<T>, Vec<String>) {
    let done = at(log, File::create(log)).and_then(|file| {
        LOG.set(Some(file));
        let done = work();
        LOG.set(None);
        let mut shown = format!("==> what ran beside ({})\n", log.display()).into_bytes();
        shown.extend(at(log, fs::read(log))?);
        shown.extend(done.as_ref().err().map(|message| format!("\nxtask: {message}\n")).unwrap_or_default().bytes());
        at(log, stdout().lock().write_all(&shown))?;
        done
    });
    (done, failed_at())
}

/// Prints a line.
pub fn say(line: &str) {
    LOG.with_borrow_mut(|log| match log {
        // A file that cannot be written to is noticed when it is read.
        Some(file) => drop(writeln!(file, "{line}")),
        None => println!("{line}"),
    });
}

/// Does one step, with its name before and its seconds behind.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("==> {name}"));
    let start = Instant::now();
    let done = work().inspect_err(|_| FAILED.with_borrow_mut(|steps| steps.push(name.to_owned())))?;
    say(&format!("    {name}: {:.1} s", start.elapsed().as_secs_f64()));
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
    if let Some(log) = LOG.with_borrow(|log| log.as_ref().map(File::try_clone)) {
        let log = log.and_then(|log| Ok((log.try_clone()?, log))).map_err(|error| format!("the log: {error}"))?;
        command.stdout(log.0).stderr(log.1);
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{aside, command, failed_at, fs, joined, run, step};

    #[test]
    fn what_fails_beside_is_kept_and_named() {
        let log = std::env::temp_dir().join(format!("evenhand-beside-{}.log", std::process::id()));
        let fails = || step("outer", || step("inner", || run(&mut command("sh", &["-c", "echo out; echo err >&2; exit 3"]))));
        let there = std::thread::scope(|scope| scope.spawn(|| aside(&log, fails)).join());
        assert!(joined(there).unwrap_err().contains("exit status: 3"));
        assert_eq!(failed_at(), ["outer", "inner"]);
        assert_eq!(fs::read_to_string(&log).unwrap(), "==> outer\n==> inner\nout\nerr\n");
        fs::remove_file(&log).unwrap();
    }
}
