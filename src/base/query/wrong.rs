//! What is wrong with one value, before it is known where it stands.

use crate::error::Diagnostic;
use crate::json::Json;

/// A fault without its place.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Wrong {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Wrong {
        Wrong { code, message: message.into(), hint: None }
    }

    /// A value that does not fit its field.
    pub(super) fn invalid(message: impl Into<String>) -> Wrong {
        Wrong::new("value_invalid", message)
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Wrong {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn at(self, path: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.code, path, self.message).maybe_hint(self.hint)
    }
}

/// A value as messages show it: in backticks, at most forty characters of it.
pub(super) fn shown(json: &Json) -> String {
    match json {
        Json::Text(text) if text.is_empty() => "an empty text".to_owned(),
        Json::Text(text) => quoted(text),
        Json::List(_) | Json::Object(_) => json.kind().to_owned(),
        _ => quoted(&json.write()),
    }
}

/// The user's own words in backticks, at most forty characters of them.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    let mut chars = text.chars();
    out.extend(chars.by_ref().take(40).map(|c| if c.is_control() { ' ' } else { c }));
    out.push_str(if chars.next().is_some() { "…`" } else { "`" });
    out
}
