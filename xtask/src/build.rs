//! The npm package, written whole into `pkg/`.

use std::fs;
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::run::{Result, at, cargo, read, root, run, step, target};
use crate::{glue, tools};

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

/// Builds the package and gives back its folder.
pub fn build() -> Result<PathBuf> {
    let pkg = root().join("pkg");
    let work = target().join("package");
    at(&work, fs::create_dir_all(&work))?;
    tools::wasm_target()?;
    tools::npm()?;
    step("compile to wasm32", || run(&mut cargo(&["build", "--release", "--lib", "--target", "wasm32-unknown-unknown"])))?;
    let compiled = target().join("wasm32-unknown-unknown/release/evenhand.wasm");
    let bound = work.join("bound.wasm");
    let glue = step("bind", || bind(&compiled, &bound))?;
    let small = work.join("evenhand.wasm");
    step("optimise", || run(tools::npm_bin("wasm-opt", &["-O3"]).args(FEATURES).arg(&bound).arg("-o").arg(&small)))?;
    step("compile the facade", || {
        if pkg.exists() {
            at(&pkg, fs::remove_dir_all(&pkg))?;
        }
        at(&pkg, fs::create_dir_all(&pkg))?;
        run(tools::npm_bin("tsc", &["-p", "pkg-template", "--outDir"]).arg(&pkg))
    })?;
    step("write pkg/", || {
        let template = root().join("pkg-template");
        for name in ["package.json", "README.md", "evenhand.d.ts"] {
            copy(&template.join(name), &pkg.join(name))?;
        }
        for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
            copy(&root().join(name), &pkg.join(name))?;
        }
        // The command line comes with its own file.
        if template.join("cli.mjs").exists() {
            copy(&template.join("cli.mjs"), &pkg.join("cli.mjs"))?;
        }
        copy(&small, &pkg.join("evenhand.wasm"))?;
        at(&pkg, fs::write(pkg.join("glue.js"), glue))
    })?;
    print!("{}", read(tools::node(&["tests/package/size.mjs"]).arg(&pkg))?);
    Ok(pkg)
}

/// Runs wasm-bindgen; gives back the glue.
fn bind(compiled: &Path, bound: &Path) -> Result<String> {
    let mut bindgen = Bindgen::new();
    let failed = |error| format!("wasm-bindgen: {error:#}");
    let bindgen = bindgen.input_path(compiled).no_modules(true).map_err(failed)?;
    let bindgen = bindgen.typescript(false).omit_default_module_path(true).remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.generate_output().map_err(failed)?;
    let glue = glue::factory(output.js())?;
    at(bound, fs::write(bound, output.wasm_mut().emit_wasm()))?;
    Ok(glue)
}

fn copy(from: &Path, to: &Path) -> Result {
    at(from, fs::copy(from, to)).map(drop)
}
