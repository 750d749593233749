//! Lower case, one code point at a time.
//!
//! Where text is compared without regard to case, both sides go through [`fold`]. A code point is folded by itself, never by its
//! neighbours, so that a part of a text folds to a part of the folded text. The mapping is that of Unicode's simple lower case
//! (`UnicodeData.txt`): one code point in, one out; İ (U+0130), whose full mapping has two, becomes `i`.

use std::borrow::Cow;

/// The lower case of one code point.
#[inline]
pub fn fold_char(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) }
}

/// The text with each code point in lower case.
///
/// ```
/// use evenhand_base::query::fold::fold;
/// assert_eq!(fold("ÉCLAIR İ Σ"), "éclair i σ");
/// ```
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if upper { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    if text.chars().all(|c| fold_char(c) == c) { Cow::Borrowed(text) } else { Cow::Owned(text.chars().map(fold_char).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_point_folds_to_one_that_stays() {
        for c in '\0'..=char::MAX {
            let folded = fold_char(c);
            assert_eq!(fold_char(folded), folded, "{c:?}");
            assert_eq!(fold(&c.to_string()), folded.to_string(), "{c:?}");
        }
        assert_eq!(fold_char('İ'), 'i');
    }

    #[test]
    fn context_does_not_matter() {
        assert_eq!(fold("ΟΔΟΣ"), "οδοσ");
        assert!(matches!(fold("plain été"), Cow::Borrowed(_)));
    }
}
