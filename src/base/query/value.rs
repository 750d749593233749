//! One cell, as filters see it.

use std::borrow::Cow;

use crate::json::Json;
use crate::time::{Day, Instant};

/// The value of a field of one lead or user. What a list field lacks is [`Cell::Null`], never an empty list; so is the
/// empty text of a choice, user or unit.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Cell<'a> {
    /// No value.
    #[default]
    Null,
    /// Text, a choice, a user's or a unit's id: as written, not folded.
    Text(Cow<'a, str>),
    /// A finite number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// A civil day.
    Day(Day),
    /// An instant.
    Instant(Instant),
    /// Tags or units, in the order given; never empty.
    List(Vec<Cow<'a, str>>),
}

impl Cell<'_> {
    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Cell::Null)
    }

    /// The text, if this is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements; none for anything but a list.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        let items: &[Cow<'_, str>] = match self {
            Cell::List(items) => items,
            _ => &[],
        };
        items.iter().map(Cow::as_ref)
    }

    /// The value as the public API shows it: days as `2026-01-31`, instants as RFC 3339 in UTC with milliseconds.
    pub fn to_json(&self) -> Json {
        match self {
            Cell::Null => Json::Null,
            Cell::Text(text) => Json::from(&**text),
            Cell::Number(number) if number.is_finite() => Json::Number(*number),
            Cell::Number(_) => Json::Null,
            Cell::Bool(value) => Json::Bool(*value),
            Cell::Day(day) => Json::Text(day.write()),
            Cell::Instant(instant) => Json::Text(instant.write()),
            Cell::List(items) => Json::List(items.iter().map(|item| Json::from(&**item)).collect()),
        }
    }

    /// The same, keeping nothing borrowed.
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Cell::Null => Cell::Null,
            Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Cell::Number(number) => Cell::Number(number),
            Cell::Bool(value) => Cell::Bool(value),
            Cell::Day(day) => Cell::Day(day),
            Cell::Instant(instant) => Cell::Instant(instant),
            Cell::List(items) => Cell::List(items.into_iter().map(|item| Cow::Owned(item.into_owned())).collect()),
        }
    }
}

/// Anything whose cells a filter can look at: a row of a table, a lead given as an object, a user.
pub trait Cells {
    /// The value of `field`; null for a field that is not there.
    fn cell(&self, field: super::FieldIx) -> Cell<'_>;
}
