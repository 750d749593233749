//! The licences of what the module is linked from, and of what builds and tests it.

use spdx::{Expression, ParseMode};

use crate::run::{Result, cargo, read};

/// Those that ask for no more than to be named, and of nobody to publish what is built on them.
const ALLOWED: [&str; 6] = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "Unicode-3.0"];

/// Every crate, for the module and for this machine, may be used under a licence that is allowed.
pub fn licences() -> Result {
    let mut bad = Vec::new();
    for target in [&["--target", "wasm32-unknown-unknown"][..], &[]] {
        let tree = ["tree", "--locked", "--workspace", "--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"];
        bad.extend(read(cargo(&tree).args(target))?.lines().filter(|line| !line.is_empty()).filter_map(refused));
    }
    bad.sort();
    bad.dedup();
    if bad.is_empty() { Ok(()) } else { Err(format!("licences that are not among those allowed in {}:\n{}", file!(), bad.join("\n"))) }
}

/// What is wrong with a line of a crate and its licence.
fn refused(line: &str) -> Option<String> {
    let (name, licence) = line.split_once('\t').unwrap_or((line, ""));
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(written) => (!written.evaluate(|asked| asked.license.id().is_some_and(|id| ALLOWED.contains(&id.name))))
            .then(|| format!("{name}: {licence}")),
        Err(_) => Some(format!("{name}: `{licence}` is no licence of SPDX")),
    }
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn a_choice_may_be_taken_and_what_is_asked_beside_must_be_allowed_too() {
        for line in ["a v1\tMIT/Apache-2.0", "a v1\tGPL-3.0-only OR MIT", "a v1\t(MIT OR Apache-2.0) AND Unicode-3.0"] {
            assert_eq!(refused(line), None, "{line}");
        }
        for line in ["a v1\tGPL-3.0-only", "a v1\tMIT AND GPL-3.0-only", "a v1\tmine", "a v1\t", "a v1"] {
            assert!(refused(line).is_some(), "{line}");
        }
    }
}
