//! Parts of a text. One meaning of each, for a value and for another field, for one lead and for columns.

/// Where a part stands in a text. The empty text stands everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Anywhere.
    Contains,
    /// At the beginning.
    Begins,
    /// At the end.
    Ends,
}

impl Part {
    /// Whether the part stands there. Both are UTF-8: a part that begins with a whole code point is found only where one begins.
    #[inline]
    pub fn stands_in(self, text: &[u8], part: &[u8]) -> bool {
        match self {
            Part::Contains => memchr::memmem::find(text, part).is_some(),
            Part::Begins => text.starts_with(part),
            Part::Ends => text.ends_with(part),
        }
    }
}
