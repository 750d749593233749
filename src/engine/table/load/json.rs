//! Rows of JSON and NDJSON.
//!
//! A row is read once, byte by byte, into [`Slot`]s: what kind each cell is and where it stands. Grammar is checked on
//! the way; nothing is converted or copied. Keys are guessed to come in the order of the row before.

use super::batch_invalid;
use super::cursor::{Cursor, Step, Stop};
use super::keys::Target;
use super::known::Known;
use super::nested::MAX_DEPTH;
use super::slot::{Kind, Slot, key_text};
use crate::error::Error;
use crate::json::scan::plain_end;

/// Where the cell of a key goes.
type Find<'f> = &'f mut dyn FnMut(&str) -> Option<Target>;

/// Where the reader is between rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the array.
    Start,
    /// Behind `[`.
    First,
    /// Behind a row.
    Behind,
    /// Behind a comma.
    Next,
    /// Behind `]`, or behind the object around the leads.
    End,
    /// In the object around the leads, where a key must stand.
    Around,
    /// In the same, behind a value.
    AroundBehind,
    /// In NDJSON, anywhere between rows.
    Line,
}

/// Most keys of a row whose order is remembered.
pub(super) const MOST_KEYS: usize = 1024;

/// Reads rows.
#[derive(Debug)]
pub struct Rows {
    pub place: Place,
    known: Vec<Known>,
    /// Whether a list of leads was found in an object around it.
    pub(super) found: bool,
    /// Whether an empty list was.
    pub(super) empty: bool,
    /// The keys of that object.
    pub around: Vec<String>,
}

impl Rows {
    pub fn new(place: Place) -> Rows {
        Rows { place, known: Vec::new(), found: false, empty: false, around: Vec::new() }
    }

    /// Reads the next row from `at` on into `slots`, which hold nothing yet. Gives back where it ended, or `None` with the end of the
    /// input reached; `at` is moved over what stands between rows.
    pub fn next(&mut self, text: &str, at: &mut usize, slots: &mut [Slot], find: Find<'_>) -> Step<bool> {
        let mut cursor = Cursor { text, bytes: text.as_bytes(), at: *at };
        loop {
            cursor.skip_space();
            *at = cursor.at;
            let Some(byte) = cursor.peek() else { return Err(Stop::More) };
            self.place = match (self.place, byte) {
                (Place::Start, b'[') => Place::First,
                (Place::Start, b'{') => Place::Around,
                (Place::Start, _) => return Err(Stop::Bad(cursor.at, "leads must be an array of objects")),
                (Place::Around, b'"') => {
                    self.place = self.key_around(&mut cursor)?;
                    *at = cursor.at;
                    continue;
                }
                (Place::AroundBehind, b',') => Place::Around,
                (Place::AroundBehind, b'}') if self.found || self.empty => Place::End,
                (Place::Around | Place::AroundBehind, _) => {
                    return Err(Stop::Bad(cursor.at, "no key of this object holds a list of leads"));
                }
                (Place::First, b']') | (Place::Behind, b']') if self.found => Place::AroundBehind,
                (Place::First, b']') | (Place::Behind, b']') => Place::End,
                (Place::Behind, b',') => Place::Next,
                (Place::Behind, _) => return Err(Stop::Bad(cursor.at, "`,` or `]` is missing")),
                (Place::End, _) => return Err(Stop::Bad(cursor.at, "there is something behind the end of the JSON text")),
                (Place::First | Place::Next | Place::Line, b'{') => break,
                (Place::First | Place::Next | Place::Line, _) => return Err(Stop::Bad(cursor.at, "a lead must be an object")),
            };
            cursor.at += 1;
            *at = cursor.at;
        }
        cursor.row(&mut self.known, slots, find)?;
        *at = cursor.at;
        if self.place != Place::Line {
            self.place = Place::Behind;
        }
        Ok(true)
    }
}

impl Cursor<'_> {
    fn row(&mut self, known: &mut Vec<Known>, slots: &mut [Slot], find: Find<'_>) -> Step<()> {
        self.at += 1;
        if self.token()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        let mut nth = 0;
        loop {
            if self.token()? != b'"' {
                return self.bad("a key in double quotes is missing");
            }
            self.at += 1;
            let target = self.key(known, nth, find)?;
            self.token()?;
            let mut value = match self.plain_text() {
                Some(slot) => slot,
                None => self.value()?,
            };
            if let Some(target) = target
                && let Some(slot) = slots.get_mut(target.field as usize)
            {
                value.rank = target.rank;
                // A key that comes again holds, unless it has less right than the one before.
                if slot.kind == Kind::Absent || value.rank <= slot.rank {
                    *slot = value;
                }
            }
            nth += 1;
            match self.token()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.bad("`,` or `}` is missing"),
            }
        }
    }

    /// The slot of the key that begins here, and past its colon.
    #[inline]
    fn key(&mut self, known: &mut Vec<Known>, nth: usize, find: Find<'_>) -> Step<Option<Target>> {
        if let Some(guess) = known.get(nth).filter(|guess| guess.stands(self.bytes, self.at)) {
            self.at += guess.raw.len();
            return Ok(guess.target);
        }
        self.other_key(known, nth, find)
    }

    #[cold]
    fn other_key(&mut self, known: &mut Vec<Known>, nth: usize, find: Find<'_>) -> Step<Option<Target>> {
        let start = self.at;
        self.string()?;
        let raw = self.text.get(start..self.at - 1).unwrap_or_default();
        if self.token()? != b':' {
            return self.bad("`:` is missing");
        }
        self.at += 1;
        let slot = find(&key_text(raw));
        if nth < MOST_KEYS && raw.len() < MOST_KEYS {
            let key = Known::new(raw, slot);
            match known.get_mut(nth) {
                Some(known) => *known = key,
                None => known.push(key),
            }
        }
        Ok(slot)
    }

    /// The text that begins here, if one does and nothing in it is escaped: what most cells are.
    #[inline(always)]
    fn plain_text(&mut self) -> Option<Slot> {
        let start = self.at + 1;
        if self.peek() != Some(b'"') {
            return None;
        }
        let end = plain_end(self.bytes, start);
        (self.bytes.get(end) == Some(&b'"')).then(|| {
            self.at = end + 1;
            Slot::new(Kind::Text, start, end)
        })
    }

    pub(super) fn value(&mut self) -> Step<Slot> {
        let byte = self.token()?;
        let start = self.at;
        let kind = match byte {
            b'"' => {
                self.at += 1;
                let escaped = self.string()?;
                return Ok(Slot::new(if escaped { Kind::Escaped } else { Kind::Text }, start + 1, self.at - 1));
            }
            b'0'..=b'9' | b'-' => {
                self.number()?;
                Kind::Digits
            }
            b'n' => {
                self.word("null")?;
                Kind::Null
            }
            b't' => {
                self.word("true")?;
                Kind::True
            }
            b'f' => {
                self.word("false")?;
                Kind::False
            }
            b'[' => {
                self.nested()?;
                Kind::List
            }
            b'{' => {
                self.nested()?;
                Kind::Object
            }
            _ => return self.bad("this is not a JSON value"),
        };
        Ok(Slot::new(kind, start, self.at))
    }
}

/// The elements of a JSON array of cells.
pub fn cells(text: &str, room: impl Fn(&mut Vec<Slot>) -> crate::error::Result<()>) -> crate::error::Result<Vec<Slot>> {
    let mut cursor = Cursor { text, bytes: text.as_bytes(), at: 0 };
    let mut out = Vec::new();
    let none = || batch_invalid("a column is not a JSON array");
    if cursor.token().ok() != Some(b'[') {
        return Err(none());
    }
    cursor.at += 1;
    if cursor.token().ok() == Some(b']') {
        return Ok(out);
    }
    loop {
        let slot = cursor.value().map_err(|stop| match stop {
            Stop::Deep(_) => too_deep(""),
            Stop::More | Stop::Bad(..) | Stop::Quote(..) => none(),
        })?;
        room(&mut out)?;
        out.push(slot);
        match cursor.token() {
            Ok(b',') => cursor.at += 1,
            Ok(b']') => return Ok(out),
            _ => return Err(none()),
        }
    }
}

/// The error for a value that is nested too deep, `at` some place.
pub(super) fn too_deep(at: &str) -> Error {
    Error::new("json_too_deep", "", format!("arrays and objects are nested deeper than {MAX_DEPTH}{at}"))
}
