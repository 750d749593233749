//! Where the module's bytes are: by module of the source, and the largest functions.
//!
//! A function belongs to the path that its name begins with. What the compiler has inlined counts where it was inlined to, and an instance of
//! generic library code counts for the library, whoever needs it.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;

use crate::module::Module;
use crate::run::{Result, at, read, root, step, target};
use crate::{build, tools};

/// Functions that are listed by name.
const LARGEST: usize = 30;

/// One line of the report.
#[derive(Default)]
struct Group {
    functions: usize,
    bytes: usize,
    places: Vec<Range<usize>>,
}

/// Builds, then prints bytes by module and the largest functions. `depth` is the number of names in a module's path.
pub fn size(depth: usize) -> Result {
    let pkg = build::build()?;
    let named = build::named();
    let bytes = at(&named, fs::read(&named))?;
    let module = Module::read(&bytes)?;
    let names: Vec<String> = module.names().iter().map(|name| without_hash(name).to_owned()).collect();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut functions = Vec::new();
    // The package's module has no name section, which lies behind the code: the places are the same in both.
    for (name, place) in names.iter().zip(&module.bodies) {
        let group = groups.entry(owner(name, depth)).or_default();
        group.functions += 1;
        group.bytes += place.len();
        group.places.push(place.clone());
        functions.push((place.len(), name));
    }
    let mut groups: Vec<(String, Group)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.bytes));
    let places = target().join("size-ranges.json");
    at(&places, fs::write(&places, ranges(&groups)))?;
    let saved =
        step("compress without each", || read(tools::node(&["tests/js/package/without.mjs"]).arg(pkg.join("evenhand.wasm")).arg(&places)))?;
    let mut saved = saved.lines();
    let whole = saved.next().unwrap_or_default();
    println!(
        "\nevenhand.wasm has {whole} bytes of gzip. By module: bytes of code, bytes of gzip that it would have less without them, functions"
    );
    for ((name, group), saved) in groups.iter().zip(saved) {
        println!("  {:>8} {saved:>8} {:>5}  {name}", group.bytes, group.functions);
    }
    functions.sort_by_key(|(bytes, name)| (std::cmp::Reverse(*bytes), *name));
    println!("\nthe largest functions: bytes of code");
    for (bytes, name) in functions.iter().take(LARGEST) {
        println!("  {bytes:>8}  {name}");
    }
    println!();
    budget()
}

/// Fails when the package has grown past `tests/js/package/size-budget.json`.
pub fn budget() -> Result {
    if build::quick() {
        println!("    the budget is not looked at: EVENHAND_QUICK builds larger");
        return Ok(());
    }
    let budget = tools::npm_project().join("size-budget.json");
    let budget = budget.strip_prefix(root()).unwrap_or(&budget).to_path_buf();
    crate::run::run(tools::node(&["tests/js/package/size.mjs"]).arg(root().join("pkg")).arg("--within").arg(budget))
}

/// The places of each group as JSON.
fn ranges(groups: &[(String, Group)]) -> String {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let group = |(_, group): &(String, Group)| list(group.places.iter().map(|place| format!("[{},{}]", place.start, place.end)).collect());
    list(groups.iter().map(group).collect())
}

/// A name without the hash that the compiler puts behind it.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((rest, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest,
        _ => name,
    }
}

/// The module that a function belongs to: so many names of the path that its name begins with.
fn owner(name: &str, depth: usize) -> String {
    if name.starts_with("core::ptr::drop_in_place<") {
        return "drop glue".into();
    }
    let path = match name.strip_prefix('<').map(|inner| (leading_path(inner), inner)) {
        // `<T as core::fmt::Debug>::fmt`: of a type without a path, the trait tells.
        Some((path, inner)) if !path.contains("::") => inner.split_once(" as ").map_or(path, |(_, of)| leading_path(of)),
        Some((path, _)) => path,
        None => leading_path(name),
    };
    if !path.contains("::") {
        return "exports and intrinsics".into();
    }
    let segments: Vec<&str> = path.split("::").filter(|segment| !segment.is_empty()).collect();
    // The last one is the function, unless the path ended at an `impl` or at generic parameters.
    let last = if path.len() == name.len() { segments.len().saturating_sub(1) } else { segments.len() };
    let modules =
        segments.iter().take(last).take_while(|segment| segment.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_'));
    let modules: Vec<&str> = modules.take(depth).copied().collect();
    if modules.is_empty() { segments.first().copied().unwrap_or_default().to_owned() } else { modules.join("::") }
}

/// The path that a type or function name begins with.
fn leading_path(name: &str) -> &str {
    let name = name.trim_start_matches(['&', '*', '[', '(', '<']);
    let name = ["mut ", "const ", "dyn "].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name);
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':').unwrap_or(name.len());
    name.get(..end).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_module() {
        for (name, wanted) in [
            ("evenhand::config::Model::read", "evenhand::config"),
            ("evenhand::plan::decide::deal::deal", "evenhand::plan"),
            ("evenhand::sort", "evenhand"),
            ("evenhand::plan::settle::<impl evenhand::plan::Plan>::settle", "evenhand::plan"),
            ("<evenhand_base::json::Value as core::clone::Clone>::clone", "evenhand_base::json"),
            ("<&mut evenhand_base::json::Value as core::fmt::Debug>::fmt", "evenhand_base::json"),
            ("<&T as core::fmt::Debug>::fmt", "core::fmt"),
            ("core::ptr::drop_in_place<evenhand::plan::Plan>", "drop glue"),
            ("<alloc::vec::Vec<T> as alloc::vec::spec_from_iter::SpecFromIter<T,I>>::from_iter", "alloc::vec"),
            ("alloc::collections::btree::map::BTreeMap<K,V>::insert", "alloc::collections"),
            ("evenhand::access::rows::{{closure}}", "evenhand::access"),
            ("__wbindgen_malloc", "exports and intrinsics"),
            ("filter_explain externref shim", "exports and intrinsics"),
            ("", "exports and intrinsics"),
        ] {
            assert_eq!(owner(name, 2), wanted, "{name}");
        }
        assert_eq!(owner("evenhand::plan::decide::deal::deal", 3), "evenhand::plan::decide");
        assert_eq!(without_hash("evenhand::config::Model::read::h50f45e83e3c1a831"), "evenhand::config::Model::read");
        assert_eq!(without_hash("evenhand::hash::held"), "evenhand::hash::held");
    }
}
