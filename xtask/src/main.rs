//! The project's own build tool: `cargo xtask build|demo|screens|test|lint|bench`.

mod bench;
mod build;
mod demo;
mod desk;
mod glue;
mod lint;
mod pack;
mod run;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command> [options]

Commands:
  build            builds the npm package into pkg/ and prints its sizes
  demo             builds, runs the package's own command line on a generated sample, then builds the Lead Desk and serves it
                     --headless   stops after the preview
  screens          builds the Lead Desk and takes the pictures of its worlds again
  test             everything: lint, native tests, the same cases in every runtime, package tests, types
  lint             format, clippy (native and wasm32), types, file lengths, machine paths
  bench [NAME…]    builds, then runs tests/bench/NAME.mjs, or all of them

EVENHAND_QUICK=1 builds without the last optimisations: soon, but neither small nor quite as fast.

What is missing is installed, or the command that installs it is named: the wasm32 target (rustup), npm packages
(npm ci in tests/package, tests/peers and www-demo, for benchmarks in tests/bench), the wasm-bindgen test runner (cargo install into
target/tools), Chromium with its driver and PostgreSQL (apt-get).
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        [] | ["help", ..] => help(),
        all if all.iter().any(|arg| matches!(*arg, "--help" | "-h")) => help(),
        ["build"] => build::build().map(drop),
        ["demo"] => demo::demo(demo::Stop::Never),
        ["demo", "--headless"] => demo::demo(demo::Stop::AfterPreview),
        ["screens"] => desk::screens(),
        ["test"] => test::test(),
        ["lint"] => lint::lint(),
        ["bench", names @ ..] => bench::bench(names),
        other => Err(format!("`{}` is not a command; see `cargo xtask --help`", other.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> run::Result {
    print!("{HELP}");
    Ok(())
}
