//! Lower case, one code point at a time.

use std::borrow::Cow;

/// The lower case of one code point by itself.
pub fn fold_char(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The text with every code point in lower case.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| fold_char(c) == c) { Cow::Borrowed(text) } else { Cow::Owned(text.chars().map(fold_char).collect()) }
}
