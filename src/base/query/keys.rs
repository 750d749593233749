//! Keys of rules and groups. Hosts may keep more in them than is read here, but what is all but one of the known keys was meant to be it:
//! without its `not` a group would be another one.

use super::compiler::Compiler;
use crate::error::{Diagnostic, Place, nearest_name};
use crate::json::Json;
use crate::json::decode::among;

/// Those of a group.
pub(super) const OF_GROUP: [&str; 5] = ["combinator", "not", "rules", "disabled", "muted"];
/// Those of a rule.
pub(super) const OF_RULE: [&str; 7] = ["field", "operator", "value", "valueSource", "match", "disabled", "muted"];
/// Those of others that are near one of them: the query builder's own, and what people keep beside a rule.
const OTHERS: [&str; 4] = ["id", "path", "note", "notes"];

impl Compiler<'_> {
    /// Reports keys that are misspelt.
    pub(super) fn keys(&mut self, json: &Json, path: &Place<'_>, known: &[&'static str]) {
        for (key, _) in json.as_object().unwrap_or_default() {
            if among(key, known) || among(key, &OTHERS) {
                continue;
            }
            if let Some(meant) = nearest_name(key, known.iter().copied()) {
                let fault = Diagnostic::error("unknown_key", path.key(key).path(), format!("there is no key `{key}` here"));
                self.add(fault.hint(format!("did you mean `{meant}`?")));
            }
        }
    }
}
