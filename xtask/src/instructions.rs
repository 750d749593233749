//! How many instructions the native kernels take, against the numbers that are kept: time tells a regression on an idle machine alone,
//! instructions tell it on any.
//!
//! Each kernel runs under valgrind in a process of its own, once for one round and once for two: the difference is the second round, and none of
//! what comes before it. What memory and caches cost is not counted: `cargo xtask bench` measures that.

use std::path::{Path, PathBuf};

use crate::run::{Result, at, cargo, command, read, root, run, step, target};
use crate::tools;

const EXAMPLE: &str = "bench-instructions";
const KEPT: &str = "tests/native/benches/instructions.txt";

/// Per cent by which a kernel may take more than the kept number. One program counts the same to the last instruction, or nearly; a change
/// elsewhere moves what the compiler inlines into a kernel, which came to half a per cent at most over 800 changed lines of routing.
const MOST: f64 = 2.0;

/// What is done with the counts.
#[derive(Clone, Copy, PartialEq)]
enum Counts {
    /// They are held against those that are kept.
    Compare,
    /// They are kept.
    Keep,
}

/// A kernel as the example lists it: its name, and of what it does how many in a round.
struct Kernel {
    name: String,
    many: u64,
    unit: String,
}

/// Numbers, and the machine and tools that they are of.
struct Kept {
    of: String,
    counts: Vec<(String, u64)>,
}

/// Counts all kernels, or those with these names; with `--update` the numbers are kept.
pub fn bench(args: &[&str]) -> Result {
    let names: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--update").collect();
    count(if names.len() == args.len() { Counts::Compare } else { Counts::Keep }, &names)
}

fn count(counts: Counts, names: &[&str]) -> Result {
    tools::valgrind()?;
    let program = build()?;
    let (features, kernels) = listed(&program)?;
    if let Some(unknown) = names.iter().find(|name| !kernels.iter().any(|kernel| kernel.name == **name)) {
        let known: Vec<&str> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
        return Err(format!("there is no kernel `{unknown}`; there is: {}", known.join(", ")));
    }
    let file = root().join(KEPT);
    let kept =
        if file.is_file() { parse(&at(&file, std::fs::read_to_string(&file))?)? } else { Kept { of: String::new(), counts: Vec::new() } };
    let of = here(&features)?;
    let mut now = Vec::new();
    let mut grown = Vec::new();
    println!("{:<16} {:>12} {:>12}  {:<9} {:>12}   change", "kernel", "instructions", "of that", "for a", "kept");
    for kernel in kernels.iter().filter(|kernel| names.is_empty() || names.contains(&kernel.name.as_str())) {
        let took = round(&program, &kernel.name)?;
        let before = kept.counts.iter().find(|(name, _)| *name == kernel.name).map(|(_, count)| *count);
        let change = before.map(|before| change(before, took));
        let kept = before.map_or("none".into(), |before| before.to_string());
        let by = change.map_or(String::new(), |change| format!("{change:+8.2} %"));
        println!("{:<16} {took:>12} {:>12}  {:<9} {kept:>12} {by}", kernel.name, took / kernel.many.max(1), kernel.unit);
        match change {
            Some(change) if change > MOST => grown.push(format!("{} by {change:.1} %", kernel.name)),
            None if counts == Counts::Compare => grown.push(format!("{} has no number", kernel.name)),
            _ => {}
        }
        now.push((kernel.name.clone(), took));
    }
    if counts == Counts::Keep {
        // A kernel that was not asked for keeps its number, unless it is of another machine.
        let old = kept.counts.into_iter().filter(|(name, _)| kept.of == of && !now.iter().any(|(counted, _)| counted == name));
        let all: Vec<(String, u64)> = old.chain(now.iter().cloned()).collect();
        let order = |name: &str| kernels.iter().position(|kernel| kernel.name == name);
        let mut all: Vec<(String, u64)> = all.into_iter().filter(|(name, _)| order(name).is_some()).collect();
        all.sort_by_key(|(name, _)| order(name));
        return at(&file, std::fs::write(&file, written(&Kept { of, counts: all })));
    }
    if grown.is_empty() {
        return Ok(());
    }
    let elsewhere = match kept.of == of {
        true => String::new(),
        false => {
            format!("\nthe kept numbers are of another machine or toolchain, which alone can move them:\n  kept {}\n  here {of}", kept.of)
        }
    };
    Err(format!(
        "more than {MOST} % above what is kept: {}{elsewhere}\nif it has to be so, `cargo xtask bench instructions --update`",
        grown.join(", ")
    ))
}

/// The example, built as the package's native form would be.
fn build() -> Result<PathBuf> {
    step("build the kernels", || run(&mut cargo(&["build", "--release", "--example", EXAMPLE])))?;
    Ok(target().join("release/examples").join(EXAMPLE))
}

/// The processor's features as valgrind shows them, and the kernels.
fn listed(program: &Path) -> Result<(String, Vec<Kernel>)> {
    let text = read(command("valgrind", &["-q", "--tool=none"]).arg(program))?;
    let mut lines = text.lines();
    let features = lines.next().unwrap_or_default().to_owned();
    let kernel = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        Some(Kernel { name: words.next()?, many: words.next()?.parse().ok()?, unit: words.next()? })
    };
    let kernels: Option<Vec<Kernel>> = lines.map(kernel).collect();
    Ok((features, kernels.ok_or("the kernels could not be listed")?))
}

/// Instructions of one round alone.
fn round(program: &Path, kernel: &str) -> Result<u64> {
    let (one, two) = (counted(program, kernel, "1")?, counted(program, kernel, "2")?);
    two.checked_sub(one).ok_or_else(|| format!("two rounds of {kernel} took fewer instructions than one"))
}

/// Instructions of a whole run.
fn counted(program: &Path, kernel: &str, rounds: &str) -> Result<u64> {
    let mut run = command("valgrind", &["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let output = run.arg(program).args([kernel, rounds]).output().map_err(|error| format!("valgrind could not be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{kernel} failed under valgrind:\n{said}"));
    }
    total(&said).ok_or_else(|| format!("valgrind told no instructions of {kernel}:\n{said}"))
}

/// The number in valgrind's line `==1234== I   refs:      1,234,567`.
fn total(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("I ") && line.contains("refs:"))?;
    let digits: String = line.rsplit(':').next()?.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// What the numbers depend on besides the source: the compiler, the library that copies memory, what counts, and the processor's features.
fn here(features: &str) -> Result<String> {
    let rustc = read(&mut command("rustc", &["--version"]))?;
    let libc = read(&mut command("getconf", &["GNU_LIBC_VERSION"])).unwrap_or_default();
    let valgrind = read(&mut command("valgrind", &["--version"]))?;
    Ok([rustc.trim(), libc.trim(), valgrind.trim(), features].join(", "))
}

/// By how many per cent a count is more.
fn change(before: u64, now: u64) -> f64 {
    (now as f64 / before.max(1) as f64 - 1.0) * 100.0
}

fn parse(text: &str) -> Result<Kept> {
    let mut lines = text.lines();
    let of = lines.next().and_then(|line| line.strip_prefix("of ")).ok_or(format!("{KEPT} does not begin with what it is of"))?;
    let count = |line: &str| {
        let (count, name) = line.trim().split_once(' ')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    let counts: Option<Vec<(String, u64)>> = lines.map(count).collect();
    Ok(Kept { of: of.to_owned(), counts: counts.ok_or(format!("{KEPT} has a line that is no count"))? })
}

fn written(kept: &Kept) -> String {
    let counts = kept.counts.iter().map(|(name, count)| format!("{count:>12} {name}\n"));
    std::iter::once(format!("of {}\n", kept.of)).chain(counts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valgrind_is_understood() {
        assert_eq!(total("==7== Command: x\n==7== \n==7== I   refs:      1,234,567\n"), Some(1_234_567));
        assert_eq!(total("==7== I refs:        12\n"), Some(12));
        assert_eq!(total("==7== D   refs:      1\n"), None);
    }

    #[test]
    fn kept_numbers_come_back() {
        let text = written(&Kept { of: "rustc 1, glibc 2".into(), counts: vec![("can".into(), 12), ("split".into(), 3_000_000_000)] });
        assert_eq!(written(&parse(&text).unwrap()), text);
        assert!(parse("12 can\n").is_err());
        assert!(parse("of x\nmany can\n").is_err());
    }

    #[test]
    fn more_is_a_growth() {
        assert!(change(1000, 1021) > MOST);
        assert!(change(1000, 1019) < MOST);
        assert!(change(1000, 500) < 0.0);
    }
}
