//! The one error type: a stable code, a JSON pointer to the fault, a message and a hint.
//!
//! Every failure of Evenhand is an [`Error`]. Hosts match on [`Error::code`] and on the codes of its
//! [`Diagnostic`]s, which never change meaning; the texts may be reworded. Messages are lower case,
//! have no full stop and show the user's own words in backticks.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::json::value::Json;

/// What an operation of this crate gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// The input can be used, but probably does not mean what its author thinks.
    Warning,
}

/// One fault in an input: what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable code, for example `unknown_field`.
    pub code: &'static str,
    /// JSON pointer (RFC 6901) into the input; empty for the whole of it.
    pub path: String,
    /// One line in plain words.
    pub message: String,
    /// How to mend it, where that is known.
    pub hint: Option<String>,
    /// The parts of the message, for hosts that write their own.
    pub data: Vec<(&'static str, Json)>,
}

impl Diagnostic {
    /// A fault that stops the input from being used.
    pub fn error(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Error, code, path: path.into(), message: message.into(), hint: None, data: Vec::new() }
    }

    /// Something worth telling that stops nothing.
    pub fn warning(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, path, message) }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a hint, if there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// The same with one more part of the message.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Json>) -> Self {
        self.data.push((key, value.into()));
        self
    }

    /// The diagnostic as the public API shows it.
    pub fn to_json(&self) -> Json {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut out = vec![
            ("severity".into(), severity.into()),
            ("code".into(), self.code.into()),
            ("path".into(), self.path.as_str().into()),
            ("message".into(), self.message.as_str().into()),
        ];
        if let Some(hint) = &self.hint {
            out.push(("hint".into(), hint.as_str().into()));
        }
        if !self.data.is_empty() {
            let data = self.data.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
            out.push(("data".into(), Json::Object(data)));
        }
        Json::Object(out)
    }
}

/// A failure: what went wrong as a whole, and every fault that was found. It reads as the [`Failure`] that it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Failure>);

/// What an [`Error`] says. It stands in a box, so that results are small: they are moved and tested everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Stable code of the failure as a whole, for example `config_invalid`.
    pub code: &'static str,
    /// One line in plain words.
    pub message: String,
    /// Every fault, in the order of the input. Never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl Error {
    /// A failure with a single fault that bears the same code.
    pub fn new(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Error::of(Diagnostic::error(code, path, message))
    }

    /// A failure with a single fault.
    pub fn of(fault: Diagnostic) -> Self {
        Error(Box::new(Failure { code: fault.code, message: fault.message.clone(), diagnostics: vec![fault] }))
    }

    /// A failure of an input as a whole: `code` names the kind of input, the faults say what is wrong with it.
    pub fn invalid(code: &'static str, diagnostics: Vec<Diagnostic>) -> Self {
        let first = diagnostics.iter().find(|d| d.severity == Severity::Error);
        let message = match (first, diagnostics.iter().filter(|d| d.severity == Severity::Error).count()) {
            (Some(first), 1) => first.message.clone(),
            (Some(first), n) => format!("{} (and {} more)", first.message, n - 1),
            (None, _) => code.to_owned(),
        };
        Error(Box::new(Failure { code, message, diagnostics }))
    }

    /// The same with a hint on its first fault.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(first) = self.diagnostics.first_mut() {
            first.hint = Some(hint.into());
        }
        self
    }

    /// Its faults by themselves.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.0.diagnostics
    }

    /// The error for memory that could not be had: nothing was changed.
    pub fn out_of_memory() -> Self {
        Error::new("out_of_memory", "", "the memory budget is used up; nothing was changed")
            .hint("load fewer leads or fields, or raise `maxMemory`")
    }

    /// The error as the public API shows it.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("code", self.code.into()),
            ("message", self.message.as_str().into()),
            ("diagnostics", Json::List(self.diagnostics.iter().map(Diagnostic::to_json).collect())),
        ])
    }
}

impl Deref for Error {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

impl From<std::collections::TryReserveError> for Error {
    fn from(_: std::collections::TryReserveError) -> Self {
        Error::out_of_memory()
    }
}

/// The known name nearest to `word` as a hint, if one is near enough to be a slip of the pen.
///
/// Distance is optimal string alignment (an edit is an insertion, a deletion, a substitution or a swap of
/// neighbours), at most a third of the word's length; the first of equals wins. Words longer than 64
/// characters have no neighbour, so that the cost of a hostile name stays small.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest_name(word, known).map(|name| format!("did you mean `{name}`?"))
}

/// The same name by itself.
pub fn nearest_name<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).take(65).collect();
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let most = (word.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        if name.len() > 256 {
            continue;
        }
        let other: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
        if other.len().abs_diff(word.len()) > most {
            continue;
        }
        let distance = alignment(&word, &other);
        if distance <= most && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Optimal string alignment distance, in three rows.
fn alignment(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut d = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                d = d.min(at(&before, j - 1) + 1);
            }
            row.push(d);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// Where a value stands that is being read. It is written out only for a fault: a filter has a place for each of its values, and hardly a
/// fault.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// What is read as a whole: its JSON pointer in what its author wrote.
    Root(&'a str),
    /// The value under a key.
    Key(&'a Place<'a>, &'a str),
    /// An element of a list.
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The place of the value under a key.
    pub fn key<'a>(&'a self, key: &'a str) -> Place<'a> {
        Place::Key(self, key)
    }

    /// The place of an element.
    pub fn index(&self, at: usize) -> Place<'_> {
        Place::Index(self, at)
    }

    /// The JSON pointer; readers bound how deep it is.
    pub fn path(&self) -> String {
        match self {
            Place::Root(path) => (*path).to_owned(),
            Place::Key(above, key) => pointer(&above.path(), key),
            Place::Index(above, at) => pointer(&above.path(), at),
        }
    }
}

/// One step deeper in a JSON pointer, escaped as RFC 6901 asks.
pub fn pointer(base: &str, key: impl fmt::Display) -> String {
    let key = key.to_string();
    if key.contains(['~', '/']) { format!("{base}/{}", key.replace('~', "~0").replace('/', "~1")) } else { format!("{base}/{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_slip_away() {
        let known = ["status", "state", "owner"];
        assert_eq!(nearest("stauts", known).as_deref(), Some("did you mean `status`?"));
        assert_eq!(nearest("Owner", known).as_deref(), Some("did you mean `owner`?"));
        assert_eq!(nearest("revenue", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn pointers_are_escaped() {
        assert_eq!(pointer("/a", "b/c~d"), "/a/b~1c~0d");
        assert_eq!(pointer("", 3), "/3");
    }
}
