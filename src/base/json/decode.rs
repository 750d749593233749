//! Reading a checked value out of a [`Json`] tree while gathering every fault with its pointer.
//!
//! A decoder walks [`Decoder`]s. What it asks for and does not find is reported to the shared [`Faults`], and decoding
//! goes on, so that one run tells all there is to mend.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::Json;
use super::value::is_key;
use crate::error::{Diagnostic, Severity, nearest, pointer};

/// An id, if this is one: a number is its text, as in a cell.
pub fn id_text(json: &Json) -> Option<Cow<'_, str>> {
    match json {
        Json::Text(text) => Some(Cow::Borrowed(text)),
        Json::Number(number) if number.abs() <= 9_007_199_254_740_992.0 => Some(Cow::Owned(crate::number::text(*number))),
        _ => None,
    }
}

/// An object in which the ids under these keys are texts.
pub fn with_text_ids<'a>(json: &'a Json, keys: &[&str]) -> Cow<'a, Json> {
    let number = |(key, value): &(String, Json)| matches!(value, Json::Number(_)) && keys.contains(&key.as_str());
    if !json.as_object().unwrap_or_default().iter().any(number) {
        return Cow::Borrowed(json);
    }
    let mut copy = json.clone();
    if let Json::Object(pairs) = &mut copy {
        for pair in pairs.iter_mut() {
            if let (true, Some(id)) = (number(pair), id_text(&pair.1).map(Cow::into_owned)) {
                pair.1 = id.into();
            }
        }
    }
    Cow::Owned(copy)
}

/// Where faults are gathered.
#[derive(Debug, Default)]
pub struct Faults {
    list: RefCell<Vec<Diagnostic>>,
    nulls: Nulls,
    texts: Texts,
}

/// For which known keys a null is a fault.
#[derive(Debug, Default)]
enum Nulls {
    /// For none: null is absence.
    #[default]
    Absent,
    /// For all but [`NULLABLE`].
    Refused,
    /// For these.
    RefusedFor(&'static [&'static str]),
}

/// The texts of numbers that stand for ids, kept until all is read: in chunks that double, so that none of them ever moves.
#[derive(Debug, Default)]
struct Texts {
    count: Cell<usize>,
    chunks: [OnceCell<Vec<OnceCell<String>>>; 32],
}

impl Texts {
    fn keep(&self, text: String) -> Option<&str> {
        let nth = self.count.get() + 1;
        self.count.set(nth);
        let size = 1usize << nth.ilog2();
        let chunk = self.chunks.get(nth.ilog2() as usize)?;
        let chunk = chunk.get_or_init(|| std::iter::repeat_with(OnceCell::new).take(size).collect());
        chunk.get(nth - size).map(|place| place.get_or_init(|| text).as_str())
    }
}

/// Keys for which null means no more than their absence does, and that hosts fill from columns that may be empty.
const NULLABLE: [&str; 5] = ["parent", "unit", "name", "label", "untilMs"];

/// Most faults that one input reports; the rest adds nothing.
const MOST: usize = 1000;

impl Faults {
    /// For what grants or opens something where a key is absent: a null there was meant to be something, and is a fault.
    pub fn without_nulls() -> Faults {
        Faults { nulls: Nulls::Refused, ..Faults::default() }
    }

    /// The same for a few keys only.
    pub fn without_nulls_for(keys: &'static [&'static str]) -> Faults {
        Faults { nulls: Nulls::RefusedFor(keys), ..Faults::default() }
    }

    fn refuses_null(&self, key: &str) -> bool {
        match self.nulls {
            Nulls::Absent => false,
            Nulls::Refused => !NULLABLE.contains(&key),
            Nulls::RefusedFor(keys) => keys.contains(&key),
        }
    }

    /// Adds one.
    pub fn add(&self, fault: Diagnostic) {
        let mut list = self.list.borrow_mut();
        if list.len() < MOST {
            list.push(fault);
        }
    }

    /// Adds several.
    pub fn extend(&self, faults: impl IntoIterator<Item = Diagnostic>) {
        faults.into_iter().for_each(|fault| self.add(fault));
    }

    /// Whether an error (not just a warning) was added.
    pub fn any_error(&self) -> bool {
        self.list.borrow().iter().any(|d| d.severity == Severity::Error)
    }

    /// Takes out those that only follow from another.
    pub fn drop_where(&self, follows: impl Fn(&Diagnostic) -> bool) {
        self.list.borrow_mut().retain(|fault| !follows(fault));
    }

    /// All of them, in the order found.
    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list.into_inner()
    }
}

/// A value with its place.
///
/// The place is written out only for a fault: a configuration has a hundred thousand values, and hardly a fault.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    /// The value; `Null` where there is none.
    pub json: &'a Json,
    faults: &'a Faults,
    above: Option<Rc<Step<'a>>>,
    key: Key<'a>,
    /// Made for the first value below.
    step: OnceCell<Rc<Step<'a>>>,
}

/// What a value bears in the one above it.
#[derive(Clone, Debug)]
enum Key<'a> {
    Root(Rc<str>),
    Known(&'a str),
    Absent(&'a str),
    Index(usize),
}

/// One step of a place.
#[derive(Debug)]
struct Step<'a> {
    above: Option<Rc<Step<'a>>>,
    key: Key<'a>,
}

impl Key<'_> {
    fn write(&self, out: &mut String) {
        *out = match self {
            Key::Root(path) => path.to_string(),
            Key::Known(key) => pointer(out, key),
            Key::Absent(key) => pointer(out, key),
            Key::Index(at) => pointer(out, at),
        };
    }
}

static NULL: Json = Json::Null;

/// Whether a key is one of these.
pub(crate) fn among(key: &str, known: &[&str]) -> bool {
    known.iter().any(|known| is_key(known, key))
}

impl<'a> Decoder<'a> {
    /// A value and where it stands.
    pub fn new(json: &'a Json, path: impl Into<Rc<str>>, faults: &'a Faults) -> Self {
        let root = Key::Root(path.into());
        Decoder { json, faults, above: None, key: root, step: OnceCell::new() }
    }

    /// Its JSON pointer.
    pub fn path(&self) -> String {
        let mut keys = vec![&self.key];
        let mut at = &self.above;
        while let Some(step) = at {
            keys.push(&step.key);
            at = &step.above;
        }
        let mut out = String::new();
        keys.iter().rev().for_each(|key| key.write(&mut out));
        out
    }

    /// A value below.
    fn below(&self, json: &'a Json, key: Key<'a>) -> Decoder<'a> {
        let step = self.step.get_or_init(|| Rc::new(Step { above: self.above.clone(), key: self.key.clone() }));
        Decoder { json, faults: self.faults, above: Some(Rc::clone(step)), key, step: OnceCell::new() }
    }

    /// Where faults of this value go.
    pub fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// Reports an error at this value.
    pub fn error(&self, code: &'static str, message: impl Into<String>) {
        self.faults.add(Diagnostic::error(code, self.path(), message));
    }

    /// Reports that this is not what it should be.
    pub fn wrong(&self, wanted: &str) {
        let message = if self.json.is_null() {
            format!("{wanted} is missing here")
        } else {
            format!("this must be {wanted}, not {}", self.json.kind())
        };
        self.error(if self.json.is_null() { "missing" } else { "wrong_type" }, message);
    }

    /// Whether there is nothing here (absent or null).
    pub fn is_null(&self) -> bool {
        self.json.is_null()
    }

    /// The value under `key`; one that is absent is null.
    #[must_use]
    pub fn get(&self, key: &'a str) -> Decoder<'a> {
        let pairs = self.json.as_object().unwrap_or_default();
        match pairs.iter().find(|(known, _)| is_key(known, key)) {
            Some((known, json)) => self.below(json, Key::Known(known)),
            None => self.below(&NULL, Key::Absent(key)),
        }
    }

    /// Checks that this is an object with no keys but `known`; an unknown one is an error with the nearest known as its hint.
    pub fn keys(&self, known: &[&str]) -> bool {
        let Some(pairs) = self.json.as_object() else {
            self.wrong("an object");
            return false;
        };
        for (key, json) in pairs {
            let is_known = among(key, known);
            if json.is_null() && is_known && self.faults.refuses_null(key) {
                let fault = Diagnostic::error("null_value", pointer(&self.path(), key), format!("`{key}` must not be null"));
                self.faults.add(fault.hint("leave the key out if nothing is meant by it"));
            }
            if !is_known {
                let fault = Diagnostic::error("unknown_key", pointer(&self.path(), key), format!("there is no key `{key}` here"));
                self.faults.add(fault.maybe_hint(nearest(key, known.iter().copied())));
            }
        }
        true
    }

    /// The entries of an object; nothing where this is null; a fault where it is something else.
    pub fn entries(&self) -> Vec<(&'a str, Decoder<'a>)> {
        match self.json {
            Json::Null => Vec::new(),
            Json::Object(pairs) => pairs.iter().map(|(key, json)| (key.as_str(), self.below(json, Key::Known(key)))).collect(),
            _ => {
                self.wrong("an object");
                Vec::new()
            }
        }
    }

    /// The elements of a list; nothing where this is null; a fault where it is something else.
    pub fn items(&self) -> Vec<Decoder<'a>> {
        match self.json {
            Json::Null => Vec::new(),
            Json::List(list) => list.iter().enumerate().map(|(at, json)| self.below(json, Key::Index(at))).collect(),
            _ => {
                self.wrong("a list");
                Vec::new()
            }
        }
    }

    /// A text that may be absent.
    pub fn text(&self) -> Option<&'a str> {
        match self.json {
            Json::Null => None,
            Json::Text(text) => Some(text),
            _ => {
                self.wrong("a text");
                None
            }
        }
    }

    /// A text that must be there and not be empty.
    pub fn name(&self) -> Option<&'a str> {
        match self.json {
            Json::Text(text) if text.is_empty() => {
                self.error("empty", "this text must not be empty");
                None
            }
            Json::Text(text) => Some(text),
            _ => {
                self.wrong("a text");
                None
            }
        }
    }

    /// An id, if this is one: a number is its text, as in a cell. Nothing is reported.
    pub fn known_id(&self) -> Option<&'a str> {
        match id_text(self.json)? {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(text) => self.faults.texts.keep(text),
        }
    }

    /// An id that must be there.
    pub fn id(&self) -> Option<&'a str> {
        self.known_id().filter(|id| !id.is_empty()).or_else(|| self.name())
    }

    /// An id that may be absent.
    pub fn optional_id(&self) -> Option<&'a str> {
        self.known_id().or_else(|| self.text())
    }

    /// The elements of a list of ids.
    pub fn ids(&self) -> Vec<&'a str> {
        self.items().iter().filter_map(Decoder::id).collect()
    }

    /// The elements of a list of texts.
    pub fn texts(&self) -> Vec<&'a str> {
        self.items().iter().filter_map(Decoder::name).collect()
    }

    /// `true` or `false`, with what stands for absence.
    pub fn flag(&self, absent: bool) -> bool {
        match self.json {
            Json::Null => absent,
            Json::Bool(value) => *value,
            _ => {
                self.wrong("true or false");
                absent
            }
        }
    }

    /// A whole number within a range, if present.
    pub fn whole(&self, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let number = match self.json {
            Json::Null => return None,
            Json::Number(number) => *number,
            _ => {
                self.wrong("a whole number");
                return None;
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and what is not whole is refused below")]
        let whole = number as i64;
        #[expect(clippy::cast_precision_loss, reason = "only compared; what does not come back is not whole or out of range")]
        if whole as f64 == number && range.contains(&whole) {
            Some(whole)
        } else {
            self.error("out_of_range", format!("this must be a whole number from {} to {}", range.start(), range.end()));
            None
        }
    }

    /// One of a few words, if present.
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let word = self.text()?;
        let found = words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            self.unknown_word(word, &words.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        }
        found
    }

    /// Notes a word that is none of these.
    fn unknown_word(&self, word: &str, names: &[&str]) {
        let mut list = String::new();
        for name in names {
            list.push_str(if list.is_empty() { "`" } else { ", `" });
            list.push_str(name);
            list.push('`');
        }
        let fault = Diagnostic::error("unknown_word", self.path(), format!("`{word}` is none of {list}"));
        self.faults.add(fault.maybe_hint(nearest(word, names.iter().copied())));
    }
}
