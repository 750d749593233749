//! What the steps need: found, installed, or named with the command that installs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Result, cargo, command, read, root, run, step, target};

/// Version of wasm-bindgen; crate, library and test runner must be the same.
const WASM_BINDGEN: &str = "0.2.130";
const OLDEST_NODE: u32 = 20;
/// The version of Rust that this project is built with: another one has other lints, and makes another module.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Makes sure that the compiler is of the version that the project is pinned to, any of its patches.
///
/// `rust-toolchain.toml` cannot say so: rustup takes `1.95` for another toolchain than the `stable` that is 1.95, and a machine without access to
/// Rust's servers could not build at all.
pub fn toolchain() -> Result {
    let version = read(&mut command("rustc", &["--version"]))?;
    if pinned(&version) {
        return Ok(());
    }
    Err(format!(
        "this project is built with Rust {RUST}, and here is `{}`: `rustup toolchain install {RUST} --component clippy,rustfmt --target wasm32-unknown-unknown`, then `cargo +{RUST} xtask …`",
        version.trim()
    ))
}

/// Whether `rustc --version` names the pinned version.
fn pinned(version: &str) -> bool {
    let number = version.trim().strip_prefix("rustc ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    number == RUST
        || number
            .strip_prefix(RUST)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|patch| patch.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The folder with what building and testing need from npm.
pub fn npm_project() -> PathBuf {
    root().join("tests/js/package")
}

/// A command that runs Node.
pub fn node(args: &[&str]) -> Command {
    command("node", args)
}

/// A command that runs a program of an npm package.
pub fn npm_bin(program: &str, args: &[&str]) -> Command {
    let mut node = node(&[]);
    node.arg(npm_project().join("node_modules/.bin").join(program)).args(args);
    node
}

/// Makes sure of the wasm32 target.
pub fn wasm_target() -> Result {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = read(&mut command("rustc", &["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    if find("rustup").is_none() {
        return Err(format!("the target {TARGET} is missing: install it with `rustup target add {TARGET}`"));
    }
    step("install the wasm32 target", || run(&mut command("rustup", &["target", "add", TARGET])))
}

/// Makes sure of Node and of the npm packages that building and testing need.
pub fn npm() -> Result {
    if find("node").is_none() || find("npm").is_none() {
        return Err(format!(
            "Node {OLDEST_NODE} or later with npm is missing: install it from your system's packages (`apt-get install nodejs npm`)"
        ));
    }
    let version = read(&mut node(&["--version"]))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        return Err(format!("Node {} is too old: {OLDEST_NODE} or later is needed", version.trim()));
    }
    npm_packages(&npm_project())
}

/// Makes sure of the npm packages that a project's lockfile names.
pub fn npm_packages(project: &Path) -> Result {
    let installed = project.join("node_modules/.xtask-lock");
    let lockfile = project.join("package-lock.json");
    let wanted = crate::run::at(&lockfile, std::fs::read(&lockfile))?;
    if std::fs::read(&installed).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    step("install npm packages", || {
        run(command("npm", &["ci"]).current_dir(project))?;
        crate::run::at(&installed, std::fs::write(&installed, &wanted))
    })
}

/// Makes sure of the runner of wasm-bindgen tests; gives back the folder that it is in.
///
/// It is built without optimisation: that takes a third of the time, and the modules it reads are small.
pub fn test_runner() -> Result<PathBuf> {
    let bin = root().join("target/tools/bin");
    let runner = bin.join("wasm-bindgen-test-runner");
    let right =
        Command::new(&runner).arg("--version").output().is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains(WASM_BINDGEN));
    if !right {
        step("install the wasm-bindgen test runner", || {
            let args = ["install", "wasm-bindgen-cli", "--version", WASM_BINDGEN, "--root", "target/tools", "--debug", "--force"];
            let mut install = cargo(&args);
            install.args(["--bin", "wasm-bindgen-test-runner"]);
            // The same profile and place as this tool's own dependencies, of which it shares many.
            install.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only").env("CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG", "line-tables-only");
            run(install.env("CARGO_TARGET_DIR", target()))
        })?;
    }
    Ok(bin)
}

/// A browser and its driver.
#[derive(Clone)]
pub struct Browser {
    /// Chromium.
    pub chromium: PathBuf,
    /// Its WebDriver server.
    pub driver: PathBuf,
}

/// Makes sure of Chromium and its driver.
pub fn browser() -> Result<Browser> {
    let both = || {
        let chromium = find("chromium").or_else(|| find("chromium-browser")).or_else(|| find("google-chrome"))?;
        Some(Browser { chromium, driver: find("chromedriver")? })
    };
    if let Some(found) = both() {
        return Ok(found);
    }
    debian("Chromium and chromedriver", &["chromium", "chromium-driver"])?;
    both().ok_or_else(|| "Chromium was installed and is not on the path".into())
}

/// Makes sure of Firefox.
pub fn firefox() -> Result {
    if find("firefox-esr").or_else(|| find("firefox")).is_some() { Ok(()) } else { debian("Firefox", &["firefox-esr"]) }
}

/// Makes sure of a PostgreSQL server, of which tests start one of their own.
pub fn postgres() -> Result {
    let there = || std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut versions| versions.next().is_some());
    if there() { Ok(()) } else { debian("PostgreSQL", &["postgresql"]) }
}

/// Makes sure of a Java, which Spark runs on.
pub fn java() -> Result {
    let there = std::env::var_os("JAVA_HOME").is_some() || find("java").is_some();
    if there { Ok(()) } else { debian("Java", &["default-jre-headless"]) }
}

/// Makes sure of valgrind, which counts instructions.
pub fn valgrind() -> Result {
    if find("valgrind").is_some() { Ok(()) } else { debian("valgrind", &["valgrind"]) }
}

/// Installs packages of Debian, or names the command that does.
fn debian(what: &str, packages: &[&str]) -> Result {
    let by_hand = || format!("missing: {what}; install with `apt-get install {}`", packages.join(" "));
    let prefix: &[&str] = match () {
        () if find("apt-get").is_none() => return Err(by_hand()),
        () if quiet("id", &["-u"]).is_some_and(|id| id.trim() == "0") => &["env"],
        () if quiet("sudo", &["-n", "true"]).is_some() => &["sudo", "-n", "env"],
        () => return Err(by_hand()),
    };
    step(&format!("install {what}"), || {
        let apt = |args: &[&str]| {
            let words = [prefix, &["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"], args].concat();
            let (program, args) = words.split_first().ok_or("there is no command")?;
            run(command(program, args).stdout(Stdio::null()))
        };
        apt(&["update"])?;
        apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
    })
}

/// What a command prints, if it succeeds.
fn quiet(program: &str, args: &[&str]) -> Option<String> {
    let output = command(program, args).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// A program on the path.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_patch_of_the_pinned_version_will_do() {
        assert!(pinned(&format!("rustc {RUST}.0 (59807616e 2026-04-14)\n")));
        assert!(pinned(&format!("rustc {RUST}")));
        for other in ["rustc 1.9.0", "rustc 1.950.0", "rustc 1.96.0", "rustc 1.95.0-nightly (abc 2026-01-01)", "rustc", ""] {
            assert!(!pinned(other), "{other}");
        }
    }
}
