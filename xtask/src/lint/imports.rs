//! The paths that a source file names, as paths from its crate's root.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path that a file names.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// From the crate's root on.
    pub path: Vec<String>,
    /// Counted from 1.
    pub line: usize,
}

/// What a file names.
#[derive(Default)]
pub struct Found {
    /// The paths, but for those in what is compiled for tests only.
    pub imports: Vec<Import>,
    /// The modules that the file declares for tests only.
    pub tests: Vec<Vec<String>>,
}

/// The crates whose roots count as this one's: the modules' names are different in all of them.
const OWN: [&str; 5] = ["crate", "evenhand", "evenhand_base", "evenhand_division", "evenhand_engine"];

/// Reads a file that is the module with this path.
pub fn imports(text: &str, module: &[String]) -> Result<Found, String> {
    let tokens = TokenStream::from_str(text).map_err(|error| format!("line {}: this is not Rust", error.span().start().line))?;
    let mut found = Found::default();
    // A crate's root is no module of its own.
    let module = if module.last().is_some_and(|name| name == "lib") { Vec::new() } else { module.to_vec() };
    walk(tokens, &module, &mut found);
    Ok(found)
}

/// Reads the tokens of a module, or of something inside of it.
fn walk(tokens: TokenStream, module: &[String], found: &mut Found) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        if let Some(length) = test_attribute(rest) {
            at += length;
            at += item(tokens.get(at..).unwrap_or_default(), module, found);
            continue;
        }
        match token {
            TokenTree::Ident(name) if name == "mod" => {
                if let [_, TokenTree::Ident(name), TokenTree::Group(body), ..] = rest {
                    walk(body.stream(), &below(module, &name.to_string()), found);
                    at += 3;
                    continue;
                }
            }
            TokenTree::Ident(name) if starts(tokens.get(..at).unwrap_or_default()) => {
                if let Some(base) = base(&name.to_string(), module)
                    && is_path(rest.get(1..).unwrap_or_default())
                {
                    at += 1 + path(rest.get(1..).unwrap_or_default(), base, module, name.span().start().line, found);
                    continue;
                }
            }
            TokenTree::Group(group) => walk(group.stream(), module, found),
            _ => {}
        }
        at += 1;
    }
}

/// Whether what comes next begins a path: it is not behind `::`, and no name of a field or method.
fn starts(before: &[TokenTree]) -> bool {
    !matches!(before.last(), Some(TokenTree::Punct(sign)) if matches!(sign.as_char(), ':' | '.') && double(before))
}

/// Whether the last sign is the second one of `::`, or a point.
fn double(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Punct(first), TokenTree::Punct(second)] if second.as_char() == ':' => first.as_char() == ':',
        [.., TokenTree::Punct(last)] => last.as_char() == '.',
        _ => false,
    }
}

/// The path that a first name stands for.
fn base(name: &str, module: &[String]) -> Option<Vec<String>> {
    match name {
        _ if OWN.contains(&name) => Some(Vec::new()),
        "self" => Some(module.to_vec()),
        "super" => Some(parent(module)),
        _ => None,
    }
}

fn is_path(rest: &[TokenTree]) -> bool {
    matches!(rest, [TokenTree::Punct(first), TokenTree::Punct(second), ..] if first.as_char() == ':' && second.as_char() == ':')
}

/// Reads a path behind its first name, with its branches; gives back how many tokens that were.
fn path(tokens: &[TokenTree], mut path: Vec<String>, module: &[String], line: usize, found: &mut Found) -> usize {
    let mut at = 0;
    while is_path(tokens.get(at..).unwrap_or_default()) {
        match tokens.get(at + 2) {
            Some(TokenTree::Ident(name)) if name == "super" => path = parent(&path),
            Some(TokenTree::Ident(name)) if name == "self" => {}
            Some(TokenTree::Ident(name)) => path.push(name.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                branches(group.stream(), &path, module, found);
                return at + 3;
            }
            // `crate::*`, or generic parameters, which are read by whoever called.
            _ => break,
        }
        at += 3;
    }
    found.imports.push(Import { path, line });
    at
}

/// Reads the branches of a path: `{a, b::c, self}`.
fn branches(tokens: TokenStream, base: &[String], module: &[String], found: &mut Found) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for branch in tokens.split(|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',')) {
        let Some(TokenTree::Ident(name)) = branch.first() else { continue };
        let start = if name == "self" { base.to_vec() } else { below(base, &name.to_string()) };
        path(branch.get(1..).unwrap_or_default(), start, module, name.span().start().line, found);
    }
}

fn parent(module: &[String]) -> Vec<String> {
    module.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default()
}

fn below(module: &[String], name: &str) -> Vec<String> {
    let mut path = module.to_vec();
    path.push(name.to_owned());
    path
}

/// The length of an attribute that keeps the next item for tests: `#[cfg(test)]`, `#[cfg(any(test, …))]`, `#[cfg(all(test, …))]`.
fn test_attribute(tokens: &[TokenTree]) -> Option<usize> {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = tokens else { return None };
    let inner: String = group.stream().to_string().split_whitespace().collect();
    let test = ["cfg(test)", "cfg(any(test,", "cfg(all(test,"].iter().any(|start| inner.starts_with(start));
    (hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket && test).then_some(2)
}

/// The length of the item that comes next, up to its `;` or its braces; a module that it declares is noted as one of tests.
fn item(tokens: &[TokenTree], module: &[String], found: &mut Found) -> usize {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "mod" => {
                if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                    found.tests.push(below(module, &name.to_string()));
                }
            }
            TokenTree::Punct(sign) if sign.as_char() == ';' => return at + 1,
            // The braces of `use a::{b};` are not the end.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => match tokens.get(at + 1) {
                Some(TokenTree::Punct(sign)) if matches!(sign.as_char(), ';' | ',') => return at + 2,
                _ => return at + 1,
            },
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, module: &str) -> Vec<(String, usize)> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        let found = imports(text, &module).unwrap();
        found.imports.iter().map(|import| (import.path.join("::"), import.line)).collect()
    }

    fn paths(text: &str, module: &str) -> Vec<String> {
        read(text, module).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn declarations() {
        assert_eq!(paths("use crate::a::{b, c::{d, e as f}, self, g::*};", "m"), ["a::b", "a::c::d", "a::c::e", "a", "a::g"]);
        assert_eq!(paths("pub(crate) use evenhand_base::{json, error::Error};", "m"), ["json", "error::Error"]);
        assert_eq!(paths("use super::x::Y; use super::super::z; use self::w;", "a::b"), ["a::x::Y", "z", "a::b::w"]);
        assert_eq!(paths("use std::{crate_like, fmt}; use serde::de;", "m"), Vec::<String>::new());
        assert_eq!(paths("use crate::{a::X, b};", "m"), ["a::X", "b"]);
    }

    #[test]
    fn paths_in_code() {
        let text = "/// Not `crate::doc`.\nfn f(x: &crate::a::X) -> Vec<crate::b::Y> {\n    // crate::comment\n    let s = \"crate::text\";\n    format!(\"{}\", crate::c::d::<crate::e::T>(s))\n}";
        assert_eq!(read(text, "m"), [("a::X".into(), 2), ("b::Y".into(), 2), ("c::d".into(), 5), ("e::T".into(), 5)]);
        assert_eq!(paths("mod inner { use super::x; fn f() { super::super::y::z() } }", "a::b"), ["a::b::x", "a::y::z"]);
        assert_eq!(paths("fn f(self) { self.a; Self::b(); let c: crate::d::E = 1; }", "m"), ["d::E"]);
    }

    #[test]
    fn what_is_for_tests_does_not_count() {
        let text = "#[cfg(test)]\nmod tests { use crate::a; }\n#[cfg(test)]\nmod sample;\n#[cfg(test)]\nuse crate::{b};\n#[cfg(any(test, feature = \"testing\"))]\npub fn f() { crate::c::d() }\nuse crate::e;";
        assert_eq!(read(text, "m"), [("e".into(), 9)]);
        let found = imports(text, &["m".to_owned()]).unwrap();
        assert_eq!(found.tests, [["m", "tests"], ["m", "sample"]]);
        assert!(imports("fn f( {", &[]).is_err());
    }
}
