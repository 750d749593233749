//! Cells as they stand in the input.

use std::borrow::Cow;
use std::ops::Range;

use super::keys::Rank;
use crate::json::read::Reader;
use crate::number;
use crate::query::convert::{MAX_TEXT, digits, text_from_number, text_of};
use crate::table::ops::short;
use crate::table::problem::cut;
use crate::table::run::Run;

/// Bytes of a text that needs no look at its length.
pub const SHORT: usize = 64;

/// What a cell looks like, and where it is in the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    pub kind: Kind,
    /// By which right it stands for its field.
    pub rank: Rank,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// No such key.
    #[default]
    Absent,
    Null,
    True,
    False,
    /// A number by JSON's grammar.
    Digits,
    /// A text as it stands.
    Text,
    /// A JSON text with escapes; the quotes are left out.
    Escaped,
    /// A quoted cell of CSV that is empty.
    Empty,
    /// A quoted cell of CSV with doubled quotes in it; the outer quotes are left out.
    Doubled,
    /// A JSON array.
    List,
    /// A JSON object.
    Object,
}

/// A cell of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Absent,
    Null,
    Bool(bool),
    Number(f64),
    Digits(&'a str),
    Text(&'a str),
    /// A text in which there was a lone surrogate, which is U+FFFD now.
    Lone(&'a str),
    Escaped(&'a str),
    Empty,
    Doubled(&'a str),
    List(&'a str),
    Object(&'a str),
}

impl Slot {
    pub fn new(kind: Kind, start: usize, end: usize) -> Slot {
        // Texts are read in windows far below 4 GiB.
        Slot { kind, rank: Rank::default(), start: short(start), end: short(end) }
    }

    #[inline(always)]
    pub fn value(self, text: &str) -> Value<'_> {
        let span = || text.get(self.start as usize..self.end as usize).unwrap_or_default();
        match self.kind {
            Kind::Absent => Value::Absent,
            Kind::Null => Value::Null,
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Digits => Value::Digits(span()),
            Kind::Text => Value::Text(span()),
            Kind::Escaped => Value::Escaped(span()),
            Kind::Empty => Value::Empty,
            Kind::Doubled => Value::Doubled(span()),
            Kind::List => Value::List(span()),
            Kind::Object => Value::Object(span()),
        }
    }
}

/// The cells of one field in a batch of rows.
pub trait Cells<'a> {
    /// The cell at a place.
    fn get(&self, at: usize) -> Value<'a>;

    /// Whether the key of the cell at a place is missing.
    #[inline]
    fn is_absent(&self, at: usize) -> bool {
        matches!(self.get(at), Value::Absent)
    }

    /// The first cells at these places, as many as are short texts of ASCII that stand one directly after the other.
    fn run(&self, _places: Range<usize>) -> Option<Run<'a>> {
        None
    }

    /// How many texts the codes of the cells stand for, if they have codes.
    fn words(&self) -> Option<usize> {
        None
    }

    /// The code of the cell at a place: equal ones stand for equal cells.
    fn code(&self, _at: usize) -> u32 {
        u32::MAX
    }

    /// The codes of all cells, if they are as they came.
    fn all_codes(&self) -> Option<&[u32]> {
        None
    }

    /// The codes of the elements at a place, if the cells are lists of such.
    fn codes(&self, _at: usize) -> Option<&[u32]> {
        None
    }

    /// The text of a code of an element.
    fn element(&self, _code: u32) -> &'a str {
        ""
    }
}

/// The cells of one field among rows of slots.
#[derive(Clone, Copy, Debug)]
pub struct SlotColumn<'a, 's> {
    pub slots: &'s [Slot],
    pub width: usize,
    pub field: usize,
    pub text: &'a str,
}

impl<'a> Cells<'a> for SlotColumn<'a, '_> {
    #[inline(always)]
    fn get(&self, at: usize) -> Value<'a> {
        match self.slots.get(at * self.width + self.field) {
            Some(slot) => slot.value(self.text),
            None => Value::Absent,
        }
    }

    #[inline]
    fn is_absent(&self, at: usize) -> bool {
        self.slots.get(at * self.width + self.field).is_none_or(|slot| slot.kind == Kind::Absent)
    }
}

/// A JSON text without its quotes, and whether there was a lone surrogate in it.
pub fn unescape(inside: &str) -> (Cow<'_, str>, bool) {
    // An escape has at most six bytes: what is longer than this is too long a text in any case.
    if inside.len() > 6 * MAX_TEXT {
        return (Cow::Borrowed(inside), false);
    }
    let mut quoted = String::with_capacity(inside.len() + 2);
    quoted.push('"');
    quoted.push_str(inside);
    quoted.push('"');
    match Reader::new(quoted.as_bytes()).text() {
        Ok(text) => (Cow::Owned(text.text.into_owned()), text.lone_surrogate),
        Err(_) => (Cow::Borrowed(inside), false),
    }
}

impl<'a> Value<'a> {
    /// The text, if this is one, and whether a lone surrogate was in it.
    #[inline]
    pub fn text(self) -> Option<(Cow<'a, str>, bool)> {
        match self {
            Value::Text(text) => Some((Cow::Borrowed(text), false)),
            Value::Lone(text) => Some((Cow::Borrowed(text), true)),
            Value::Escaped(text) => Some(unescape(text)),
            Value::Empty => Some((Cow::Borrowed(""), false)),
            Value::Doubled(text) if text.len() > 2 * MAX_TEXT => Some((Cow::Borrowed(text), false)),
            Value::Doubled(text) => Some((Cow::Owned(text.replace("\"\"", "\"")), false)),
            _ => None,
        }
    }

    /// The text that needs nothing done to it; else the empty one.
    pub fn plain(self) -> &'a str {
        match self {
            Value::Text(text) | Value::Lone(text) => text,
            _ => "",
        }
    }

    /// The value as a problem shows it.
    pub fn shown(self) -> String {
        match self {
            Value::Absent => String::new(),
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number::text(number),
            Value::Digits(text) | Value::List(text) | Value::Object(text) => cut(text).into(),
            other => other.text().map(|(text, _)| cut(&text).to_owned()).unwrap_or_default(),
        }
    }
}

/// What is read of a cell, or the code of what is wrong with it.
pub type Read<T> = Result<T, &'static str>;
/// A text, and whether there was a lone surrogate in it; none for null.
pub type Taken<'a> = Option<(Cow<'a, str>, bool)>;

/// A cell as text: `None` is null, `true` a lone surrogate.
pub fn text_value(value: Value<'_>) -> Read<Taken<'_>> {
    match value {
        Value::Absent | Value::Null => Ok(None),
        Value::Number(number) if number.is_nan() => Ok(None),
        Value::Number(number) => Ok(Some((text_from_number(number)?.into(), false))),
        Value::Digits(text) => Ok(Some((text_from_number(digits(text).unwrap_or(Err("not_text"))?)?.into(), false))),
        Value::Bool(_) | Value::List(_) | Value::Object(_) => Err("not_text"),
        other => {
            let taken = other.text();
            taken.as_ref().map_or(Ok(""), |(text, _)| text_of(text))?;
            Ok(taken)
        }
    }
}

/// A key of JSON without its quotes.
pub fn key_text(raw: &str) -> Cow<'_, str> {
    if raw.contains('\\') { unescape(raw).0 } else { Cow::Borrowed(raw) }
}
