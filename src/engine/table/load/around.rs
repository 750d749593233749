//! A JSON document whose leads stand under a key of one object around them, as many services answer.

use super::cursor::{Cursor, Stop};
use super::json::{MOST_KEYS, Place, Rows};
use super::keys::Keys;

/// What a text that begins with `{` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// It ends before that can be said.
    Open,
    /// Its first object is a lead.
    Lead,
    /// An object with leads under one of its keys.
    Around,
    /// An object of which no key is a field's or has leads; its first key.
    Neither(String),
}

/// What the object that begins a text is: a lead, unless a list of objects comes before all keys that stand for fields.
pub fn first(text: &str, keys: &Keys) -> First {
    let mut cursor = Cursor { text, bytes: text.as_bytes(), at: 0 };
    let mut met = Vec::new();
    let mut empty = false;
    // What is no JSON is told where the rows are read.
    match look(&mut cursor, keys, &mut met, &mut empty) {
        Ok(Some(first)) => first,
        Ok(None) if empty => First::Around,
        Ok(None) => met.into_iter().next().map_or(First::Lead, First::Neither),
        Err(Stop::More) => First::Open,
        Err(_) => First::Lead,
    }
}

fn look(cursor: &mut Cursor<'_>, keys: &Keys, met: &mut Vec<String>, empty: &mut bool) -> Result<Option<First>, Stop> {
    cursor.token()?;
    cursor.at += 1;
    if cursor.token()? == b'}' {
        return Ok(None);
    }
    loop {
        let key = cursor.whole_key()?;
        if keys.get(&key).is_some() {
            return Ok(Some(First::Lead));
        }
        match cursor.leads()? {
            Some(true) => return Ok(Some(First::Around)),
            found => *empty |= found.is_some(),
        }
        cursor.value()?;
        if met.is_empty() {
            met.push(key);
        }
        match cursor.token()? {
            b',' => cursor.at += 1,
            b'}' => return Ok(None),
            _ => return cursor.bad("`,` or `}` is missing"),
        }
    }
}

impl Rows {
    /// Reads a key of the object around the leads, with its value if that is not the list of them.
    #[cold]
    pub(super) fn key_around(&mut self, cursor: &mut Cursor<'_>) -> Result<Place, Stop> {
        let key = cursor.whole_key()?;
        let leads = cursor.leads()?;
        if leads == Some(true) && self.found {
            return cursor.bad("a second key of this object holds a list of objects");
        }
        let place = match leads {
            Some(true) => {
                self.found = true;
                cursor.at += 1;
                Place::First
            }
            _ => {
                cursor.value()?;
                self.empty |= leads.is_some();
                Place::AroundBehind
            }
        };
        if self.around.len() < MOST_KEYS {
            self.around.push(key);
        }
        Ok(place)
    }
}

impl Cursor<'_> {
    /// The key that begins here, and past its colon.
    pub(super) fn whole_key(&mut self) -> Result<String, Stop> {
        if self.token()? != b'"' {
            return self.bad("a key in double quotes is missing");
        }
        self.at += 1;
        let start = self.at;
        self.string()?;
        let raw = self.text.get(start..self.at - 1).unwrap_or_default();
        if self.token()? != b':' {
            return self.bad("`:` is missing");
        }
        self.at += 1;
        Ok(super::slot::key_text(raw).into_owned())
    }

    /// Whether a list begins here, and whether it has an object as its first element; the place stays.
    pub(super) fn leads(&mut self) -> Result<Option<bool>, Stop> {
        if self.token()? != b'[' {
            return Ok(None);
        }
        let start = self.at;
        self.at += 1;
        let first = self.token();
        self.at = start;
        Ok(match first? {
            b'{' => Some(true),
            b']' => Some(false),
            _ => None,
        })
    }
}
