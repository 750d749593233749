//! wasm-bindgen's glue, made into a factory.
//!
//! The glue keeps its instance in variables of its module, and so allows one. Here its text becomes the body of a
//! function: every call of it is a closure, and an instance, for itself. Of wasm-bindgen's ways to load, none is kept;
//! the facade loads. The memory is made here, with the limit that the caller gives.

use crate::run::Result;

const BEFORE: &str = "script_src = new URL(document.currentScript.src, location.href).toString();";
const BEHIND: &str = "async function __wbg_load(";
const MEMORY: &str = "memory: memory || new WebAssembly.Memory({initial:";
/// What would load something, or break under a content security policy or in an edge runtime.
const NEVER: [&str; 6] = ["import.meta", "document", "eval(", "Function(", "fetch(", "await "];

/// Turns the glue of the `no-modules` target into a module that exports `glue` and `initialPages`.
pub fn factory(glue: &str) -> Result<String> {
    let unknown = || "wasm-bindgen's glue has another shape than this tool knows".to_owned();
    let (_, rest) = glue.split_once(BEFORE).ok_or_else(unknown)?;
    let (_, rest) = rest.split_once('}').ok_or_else(unknown)?;
    let (body, _) = rest.split_once(BEHIND).ok_or_else(unknown)?;
    let (head, tail) = body.split_once(MEMORY).ok_or_else(unknown)?;
    let (pages, tail) = tail.split_once("}),").ok_or_else(unknown)?;
    pages.parse::<u32>().map_err(|_| unknown())?;
    let body = format!("{}memory,{}", plain(head), plain(tail));
    if let Some(word) = NEVER.iter().find(|word| body.contains(**word)) {
        return Err(format!("wasm-bindgen's glue contains `{word}`"));
    }
    Ok(format!(
        "import {{ coder }} from \"./text.js\";\n\
         export const initialPages = {pages};\n\
         export function glue(maximum) {{\n\
         const exports = {{ __proto__: null }};\n\
         const TextDecoder = coder(\"TextDecoder\");\n\
         const TextEncoder = coder(\"TextEncoder\");\n\
         const memory = new WebAssembly.Memory({{ initial: initialPages, maximum }});\n\
         {}\n\
         let taken;\n\
         return {{ exports, memory, imports: __wbg_get_imports(memory), pages: () => taken.value, start(instance) {{ taken = instance.exports.taken_pages; __wbg_finalize_init(instance); }} }};\n\
         }}\n",
        body.trim()
    ))
}

/// Turns the glue's types into those of the factory: what Rust exports is what the facade is compiled against.
pub fn types(glue: &str) -> Result<String> {
    let (namespace, _) = glue.split_once("declare type InitInput").ok_or("wasm-bindgen's types have another shape than this tool knows")?;
    Ok(format!(
        "{}\n\
         /** What one instance exports: functions and classes. */\n\
         export {{ wasm_bindgen as bound }};\n\
         export type Exports = typeof wasm_bindgen;\n\
         /** Everything around an instance that does not exist yet. */\n\
         export interface Glue {{\n\
         exports: Exports;\n\
         memory: WebAssembly.Memory;\n\
         /** How many pages of the memory were taken so far; behind them nothing was ever written. */\n\
         pages(): number;\n\
         imports: WebAssembly.Imports;\n\
         /** Takes over the instance that was made with `imports`. */\n\
         start(instance: WebAssembly.Instance): void;\n\
         }}\n\
         /** Pages of 64 KiB that an instance begins with. */\n\
         export const initialPages: number;\n\
         /** Makes the glue of one instance, whose memory never grows past `maximumPages`. */\n\
         export function glue(maximumPages: number): Glue;\n",
        namespace.trim()
    ))
}

/// The text without comments of its own lines, indentation and empty lines.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut comment = false;
    for line in text.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if !comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        comment &= !line.ends_with("*/");
    }
    out
}
