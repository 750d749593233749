//! The form in which texts are compared, one code point at a time.
//!
//! Where text is compared without regard to case, both sides go through [`fold`]. A code point is folded by itself, never by its
//! neighbours, so that a part of a text folds to a part of the folded text. The mapping is that of Unicode's simple lower case
//! (`UnicodeData.txt`): one code point in, one out; İ (U+0130), whose full mapping has two, becomes `i`.
//!
//! Without accents, a code point becomes what Unicode's canonical decomposition leaves of it without those whose combining class is not 0, in
//! lower case; and `ß æ œ ø đ ð þ ł ħ ŧ ı`, which it does not take apart, become what is written for them. All that would be put in order
//! after a decomposition is left out by it, so that texts which are canonically equivalent have one form, and a part of a text is still
//! folded as a part of the folded text.

#[rustfmt::skip]
mod data;
mod tables;

use std::borrow::Cow;

use super::schema::Case;

/// The version of Unicode that texts without accents are compared by.
pub const UNICODE: &str = data::UNICODE;

/// A text in the form in which its field compares.
///
/// ```
/// use evenhand_base::query::fold::compared;
/// use evenhand_base::query::schema::Case;
/// assert_eq!(compared(Case::Accentless, "A\u{301}lvaro Ørsted"), "alvaro orsted");
/// assert_eq!(compared(Case::Digits, "+49 (0)30 / ５５-1"), "49030551");
/// ```
pub fn compared(case: Case, text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    match case {
        Case::Sensitive => return Cow::Borrowed(text),
        Case::Ignored => return fold(text),
        Case::Accentless if text.is_ascii() => return fold(text),
        Case::Digits if text.bytes().all(|byte| byte.is_ascii_digit()) => return Cow::Borrowed(text),
        Case::Accentless => tables::accentless(text, &mut out),
        Case::Digits => tables::digits(text, &mut out),
    }
    Cow::Owned(out)
}

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
