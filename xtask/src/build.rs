//! The npm package, written whole into `pkg/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::module::Module;
use crate::run::{Result, at, cargo, read, root, run, step, target};
use crate::{defer, glue, grow, order, tools};

/// What wasm-opt may use; every supported runtime has it.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The whole module, and the same in two parts.
const MODULES: [&str; 3] = ["evenhand.wasm", CORE, DEFERRED];
const CORE: &str = "evenhand.core.wasm";
const DEFERRED: &str = "evenhand.deferred.wasm";

/// Builds the package and gives back its folder.
pub fn build() -> Result<PathBuf> {
    let pkg = root().join("pkg");
    tools::npm()?;
    let glue = glue()?;
    let small = glue.join("evenhand.wasm");
    let named = named();
    // The compiler has inlined what pays: doing more of it here makes the module larger, and slower by a sixth.
    const SMALLER: [&str; 7] = ["-O2", "-aimfs", "0", "-fimfs", "0", "-ocimfs", "0"];
    let level: &[&str] = if quick() { &["-O0"] } else { &SMALLER };
    step("optimise", || wasm_opt(level, &glue.join("bound.wasm"), &named))?;
    if !quick() {
        step("order functions", || order_functions(&named))?;
    }
    let bytes = at(&named, fs::read(&named))?;
    at(&small, fs::write(&small, Module::read(&bytes)?.without_names()))?;
    // The facade file by file, as it is written; the package has it put together.
    let facade = glue.join("facade");
    step("compile the facade", || {
        if pkg.exists() {
            at(&pkg, fs::remove_dir_all(&pkg))?;
        }
        at(&pkg, fs::create_dir_all(&pkg))?;
        if facade.exists() {
            at(&facade, fs::remove_dir_all(&facade))?;
        }
        run(tools::npm_bin("tsc", &["-p", "pkg-template", "--outDir"]).arg(&facade))?;
        for name in ["profiles.js", "glue.js"] {
            copy(&glue.join(name), &facade.join(name))?;
        }
        Ok(())
    })?;
    step("part core and deferred", || part(&named, &facade, &glue))?;
    step("write pkg/", || {
        let template = root().join("pkg-template");
        for file in at(&template, fs::read_dir(&template))?.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".d.ts") || ["package.json", "README.md"].contains(&name.as_str()) {
                copy(&file.path(), &pkg.join(name))?;
            }
        }
        let docs = template.join("docs");
        at(&pkg, fs::create_dir_all(pkg.join("docs")))?;
        for page in at(&docs, fs::read_dir(&docs))?.flatten() {
            copy(&page.path(), &pkg.join("docs").join(page.file_name()))?;
        }
        for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
            copy(&root().join(name), &pkg.join(name))?;
        }
        run(tools::node(&["tests/js/package/make/notices.mjs"]).arg(pkg.join("THIRD-PARTY-NOTICES.txt")))?;
        for name in MODULES {
            copy(&glue.join(name), &pkg.join(name))?;
        }
        run(tools::node(&["tests/js/package/make/assemble.mjs"]).arg(&facade).arg(&pkg).arg(version()?))
    })?;
    print!("{}", read(tools::node(&["tests/js/package/size.mjs"]).arg(&pkg))?);
    Ok(pkg)
}

/// Parts a named module by what the first calls enter, and writes both parts without names.
fn part(named: &Path, facade: &Path, folder: &Path) -> Result {
    let bytes = at(named, fs::read(named))?;
    let (marked, entered) = (target().join("marked.wasm"), target().join("entered.txt"));
    at(&marked, fs::write(&marked, defer::marked(&bytes)?))?;
    run(tools::node(&["tests/js/package/make/first-calls.mjs"]).arg(facade).arg(&marked).arg(&entered))?;
    let numbers = at(&entered, fs::read_to_string(&entered))?;
    let first: std::result::Result<BTreeSet<usize>, _> = numbers.lines().map(str::parse).collect();
    let parts = defer::parts(&bytes, &first.map_err(|error| format!("{}: {error}", entered.display()))?)?;
    for (name, bytes) in [(CORE, parts.core), (DEFERRED, parts.deferred)] {
        let part = target().join(name);
        at(&part, fs::write(&part, bytes))?;
        if !quick() {
            order_functions(&part)?;
        }
        let (bytes, written) = (at(&part, fs::read(&part))?, folder.join(name));
        at(&written, fs::write(&written, Module::read(&bytes)?.without_names()))?;
    }
    Ok(())
}

/// The module with the names of its functions; but for them it is the one in the package.
pub fn named() -> PathBuf {
    target().join("named.wasm")
}

/// Runs wasm-opt, which keeps the names.
fn wasm_opt(what: &[&str], from: &Path, to: &Path) -> Result {
    run(tools::npm_bin("wasm-opt", what).args(FEATURES).arg("-g").arg(from).arg("-o").arg(to))
}

/// Puts the functions of a named module into the order that compresses best (see `order`). First into one that is the same wherever the
/// module was built: the compiler's depends on hashes of paths, and calls within the bodies follow from it.
fn order_functions(named: &Path) -> Result {
    reorder(named, |module| order::canonical(&module.names(), |function| module.body(function).len()))?;
    reorder(named, |module| order::order(&(0..module.bodies.len()).map(|function| module.body(function)).collect::<Vec<_>>()))
}

/// Writes the functions of a named module in this order.
fn reorder(named: &Path, order: impl Fn(&Module) -> Vec<usize>) -> Result {
    let bytes = at(named, fs::read(named))?;
    let module = Module::read(&bytes)?;
    // wasm-opt sorts by name; a number of fixed width goes before each for as long as that takes.
    const DIGITS: usize = 6;
    let mut names = module.names();
    for (place, function) in order(&module).into_iter().enumerate() {
        if let Some(name) = names.get_mut(function) {
            name.insert_str(0, &format!("{place:0DIGITS$}"));
        }
    }
    at(named, fs::write(named, module.with_names(&names)))?;
    wasm_opt(&["--reorder-functions-by-name"], named, named)?;
    let bytes = at(named, fs::read(named))?;
    let module = Module::read(&bytes)?;
    let names: Vec<String> = module.names().iter().map(|name| name.chars().skip(DIGITS).collect()).collect();
    at(named, fs::write(named, module.with_names(&names)))
}

/// Whether somebody who tries things out wants the module soon, rather than small and fast.
pub fn quick() -> bool {
    std::env::var_os("EVENHAND_QUICK").is_some_and(|value| value == "1")
}

/// Compiles the module and makes the glue that the facade is compiled against; gives back the folder with both.
pub fn glue() -> Result<PathBuf> {
    let folder = root().join("pkg-template/build");
    at(&folder, fs::create_dir_all(&folder))?;
    profiles(&folder)?;
    tools::wasm_target()?;
    let mut compile = cargo(&["build", "--release", "--lib", "--target", "wasm32-unknown-unknown"]);
    if quick() {
        compile.env("CARGO_PROFILE_RELEASE_INCREMENTAL", "true");
    }
    step("compile to wasm32", || run(&mut compile))?;
    step("bind", || bind(&target().join("wasm32-unknown-unknown/release/evenhand.wasm"), &folder))?;
    Ok(folder)
}

/// The ready profiles as a module of the facade; the crate reads the same file.
fn profiles(folder: &Path) -> Result {
    let source = root().join("src/access/profiles.json");
    let data = at(&source, fs::read_to_string(&source))?;
    let types = "import type { Profile } from \"../evenhand.js\";\nexport declare const readyProfiles: readonly Profile[];\n";
    let data = format!("export const readyProfiles = {};\n", data.trim());
    // The module as a text is written when there is one.
    let engine = "/** The module, compressed and written in base64. */\nexport declare const data: string;\n";
    for (name, text) in [("profiles.js", data.as_str()), ("profiles.d.ts", types), ("engine-data.d.ts", engine)] {
        at(folder, fs::write(folder.join(name), text))?;
    }
    Ok(())
}

/// Runs wasm-bindgen.
fn bind(compiled: &Path, folder: &Path) -> Result {
    let mut bindgen = Bindgen::new();
    let failed = |error| format!("wasm-bindgen: {error:#}");
    let bindgen = bindgen.input_path(compiled).no_modules(true).map_err(failed)?;
    let bindgen = bindgen.typescript(true).omit_default_module_path(true).remove_producers_section(true);
    let mut output = bindgen.generate_output().map_err(failed)?;
    let types = output.ts().ok_or("wasm-bindgen wrote no types")?;
    for (name, text) in [("glue.js", glue::factory(output.js())?), ("glue.d.ts", glue::types(types)?)] {
        at(folder, fs::write(folder.join(name), text))?;
    }
    grow::ahead(output.wasm_mut())?;
    at(folder, fs::write(folder.join("bound.wasm"), output.wasm_mut().emit_wasm()))
}

/// The version in Cargo.toml, which is the package's.
fn version() -> Result<String> {
    let file = root().join("Cargo.toml");
    let text = at(&file, fs::read_to_string(&file))?;
    let (_, package) = text.split_once("\n[package]").ok_or("Cargo.toml has no [package]")?;
    let version = package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.map(str::to_owned).ok_or_else(|| "Cargo.toml says no version".into())
}

fn copy(from: &Path, to: &Path) -> Result {
    at(from, fs::copy(from, to)).map(drop)
}
