//! The project's own build tool: `cargo xtask build|demo|docs|screens|test|lint|zones|fold|bench`.

mod against;
mod bench;
mod build;
mod defer;
mod demo;
mod desk;
mod docs;
mod edge;
mod examples;
mod fold;
mod glue;
mod grow;
mod instructions;
mod lint;
mod module;
mod order;
mod pack;
mod packaging;
mod run;
mod scale;
mod size;
mod test;
mod tools;
mod zones;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command> [options]

Commands:
  build            builds the npm package into pkg/ and prints its sizes
  demo             builds, runs the package's own command line on a generated sample, then builds the Lead Desk and serves it
                     --headless   stops after the preview
  docs             builds the documentation as a site into www-demo/dist/docs; `demo` builds it too and serves it under /docs/
  size             builds, then prints bytes by module, the largest functions, and the budget in tests/js/package/size-budget.json
                     --deep       by file rather than by top module
  test [STEP…]     everything, or these steps: lint, native, wasm, build, types, package, desk, edge, peers,
                   sql, examples, packaging, cases, docs. What a step needs of others (the built package, the native outcomes) is made first
                     --packaging [all|NAME…]
                                  the packed package in projects of bundlers, frameworks and runtimes: the usual ones, all, or these
                     --edge       the edge worker alone, in the long form: 200 kills, a minute of commands, cold starts, the Lead Desk at it
                     --scale [N]  leads dealt on a Spark cluster against one table, 10,000,000 of them or N (needs Java and pip; takes long)
  lint             format, clippy (native and wasm32), licences, types, direction of imports, file lengths, machine paths
                     --sources    only the last three, which need nothing but to read
  zones            makes the package's time zone table anew, from the release that xtask/src/zones/tzdata.txt pins (needs pip)
  fold             makes the tables anew by which texts are compared without accents or by their digits
  bench [NAME…]    builds, then runs tests/js/bench/NAME.mjs, or all of them
                     --update     the README's rows that were run have the new figures, and its charts are drawn anew
                     --quick      a look in under two minutes, where the package is built: fewer leads and rounds, the answers compared all the same
                     charts       draws the README's charts and writes its table, from tests/js/bench/measured.json
                     --against COMMIT [--quick]
                                  builds that commit too (once), and compares the two: answers, speed of the kernels, cold starts
                     instructions [--update] [KERNEL…]
                                  counts what native kernels take under valgrind, against the numbers in tests/native/benches, or writes them

EVENHAND_QUICK=1 builds without the last optimisations: soon, but neither small nor quite as fast.

What is missing is installed, or the command that installs it is named: the wasm32 target (rustup), npm packages
(npm ci in tests/js/package, tests/js/peers and www-demo, for benchmarks in tests/js/bench), the wasm-bindgen test runner (cargo install into
target/tools), Chromium with its driver and PostgreSQL (apt-get).
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        [] | ["help", ..] => help(),
        all if all.iter().any(|arg| matches!(*arg, "--help" | "-h")) => help(),
        all => tools::toolchain().and_then(|()| command(all)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // What has failed, step by step inwards, is said last.
            let at = run::failed_at();
            eprintln!("\nxtask: {message}");
            if !at.is_empty() {
                eprintln!("xtask: failed at {}", at.join(" › "));
            }
            ExitCode::FAILURE
        }
    }
}

fn command(args: &[&str]) -> run::Result {
    match args {
        ["build"] => build::build().map(drop),
        ["demo"] => demo::demo(demo::Stop::Never),
        ["demo", "--headless"] => demo::demo(demo::Stop::AfterPreview),
        ["docs"] => docs::build(),
        ["screens"] => desk::screens(),
        ["test", "--edge"] => edge::long(),
        ["test", "--packaging", names @ ..] => test::packaged(names),
        ["test", "--scale"] => scale::scale(None),
        ["test", "--scale", leads] => scale::scale(Some(leads)),
        ["test", steps @ ..] => test::test(steps),
        ["size"] => size::size(2),
        ["size", "--deep"] => size::size(4),
        ["zones"] => zones::zones(),
        ["fold"] => fold::fold(),
        ["lint"] => lint::lint(),
        ["lint", "--sources"] => lint::sources(),
        ["bench", "--against", commit] => bench::against(commit, false),
        ["bench", "--against", commit, "--quick"] | ["bench", "--quick", "--against", commit] => bench::against(commit, true),
        ["bench", "charts"] => bench::charts(),
        ["bench", "instructions", args @ ..] => instructions::bench(args),
        ["bench", args @ ..] => bench::bench(args),
        other => Err(format!("`{}` is not a command; see `cargo xtask --help`", other.join(" "))),
    }
}

fn help() -> run::Result {
    print!("{HELP}");
    Ok(())
}
