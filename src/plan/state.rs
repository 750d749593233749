//! What must last between plans: keys, versions, values.
//!
//! The host stores each value under its key and gives it back with its version. Every write says which version it
//! replaces (compare-and-set), and what was read without being written is listed too, so that the host's transaction can
//! check both. Values carry a format number of their own.

use crate::btree::BTreeMap;
use std::cell::{LazyCell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::json::decode::Decoder;

/// The format number in every value that is written today.
const FORMAT: f64 = 1.0;

/// A value with its version; a tombstone's value is null.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned {
    /// Rises with every write.
    pub version: i64,
    /// What was kept.
    pub value: Json,
}

/// Keys that a group's turn reads, so that their list is made in one go.
const READS: usize = 16;

/// A value that a plan writes. What a group remembers is many small parts: they are put together when somebody asks for them.
#[derive(Clone, Debug)]
pub struct Value(Rc<LazyCell<Json, Box<dyn FnOnce() -> Json>>>);

impl Value {
    /// One that is made when it is asked for.
    pub(crate) fn later(make: impl FnOnce() -> Json + 'static) -> Value {
        Value(Rc::new(LazyCell::new(Box::new(make))))
    }

    /// What is written.
    pub fn json(&self) -> &Json {
        &self.0
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Value {
        Value::later(move || json)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.json() == other.json()
    }
}

/// A write: only where the key still has version `expect`.
#[derive(Clone, Debug, PartialEq)]
pub struct StateChange {
    /// The key.
    pub key: String,
    /// The version that must still stand; none means that the key must be absent.
    pub expect: Option<i64>,
    /// The version that this write makes.
    pub version: i64,
    /// The new value; none deletes (key and version stay as a tombstone).
    pub value: Option<Value>,
}

impl StateChange {
    /// The new value, null where it is deleted.
    pub fn json(&self) -> Json {
        self.value.as_ref().map(|value| value.json().clone()).unwrap_or_default()
    }

    /// The change as the public API shows it.
    pub fn to_json(&self) -> Json {
        let mut out = vec![
            ("key".to_owned(), self.key.as_str().into()),
            ("expect".to_owned(), self.expect.into()),
            ("version".to_owned(), self.version.into()),
            ("value".to_owned(), self.json()),
        ];
        if self.value.is_none() {
            out.push(("deleted".to_owned(), true.into()));
        }
        Json::Object(out)
    }
}

/// The state that came with a context, and what a plan read of it.
#[derive(Clone, Debug, Default)]
pub struct State {
    given: BTreeMap<String, Option<Versioned>>,
    partial: bool,
    /// In the order of reading; a key may stand here several times, always with the same version.
    read: RefCell<Vec<(Rc<str>, Option<i64>)>>,
    missing: RefCell<Vec<String>>,
}

impl State {
    /// Reads `state`; with `partial`, a key that is not there was not looked up.
    pub(crate) fn read(node: &Decoder<'_>, partial: bool) -> State {
        let mut given = BTreeMap::new();
        for (key, entry) in node.entries() {
            if entry.is_null() {
                given.insert(key.to_owned(), None);
                continue;
            }
            entry.keys(&["version", "value"]);
            let version = entry.get("version");
            if version.is_null() {
                version.wrong("a version");
            }
            if let Some(version) = version.whole(0..=9_007_199_254_740_990) {
                given.insert(key.to_owned(), Some(Versioned { version, value: entry.get("value").json.clone() }));
            }
        }
        State { given, partial, ..State::default() }
    }

    /// The value under `key`; one that is deleted, or was never written, is none. The read is remembered.
    ///
    /// # Errors
    /// `state_version` for a value of a format that this version does not know.
    pub fn get(&self, key: &str) -> Result<Option<&Json>> {
        self.get_shared(&Rc::from(key))
    }

    /// The same for a key that is kept elsewhere too.
    ///
    /// # Errors
    /// As [`State::get`].
    pub fn get_shared(&self, shared: &Rc<str>) -> Result<Option<&Json>> {
        let key: &str = shared;
        let entry = self.given.get(key);
        if entry.is_none() && self.partial {
            self.missing.borrow_mut().push(key.to_owned());
        }
        let found = entry.and_then(Option::as_ref);
        self.read.borrow_mut().push((Rc::clone(shared), found.map(|entry| entry.version)));
        let Some(value) = found.map(|entry| &entry.value).filter(|value| !value.is_null()) else { return Ok(None) };
        if value.get("format").and_then(Json::as_number) == Some(FORMAT) {
            return Ok(Some(value));
        }
        let path = crate::error::pointer("/state", key);
        Err(Error::new("state_version", path, format!("the value of `{key}` has a format that this version does not know"))
            .hint("use the version of the package that wrote it, or a later one"))
    }

    /// Looks a key up without counting as a read of the plan: for what the plan's own write checks.
    pub fn peek(&self, key: &str) -> Option<&Versioned> {
        self.given.get(key).and_then(Option::as_ref)
    }

    /// Whether a key was looked up and has no value.
    pub fn is_known_absent(&self, key: &str) -> bool {
        self.given.get(key).is_some_and(|entry| entry.as_ref().is_none_or(|entry| entry.value.is_null()))
    }

    /// The keys of one kind that have a value.
    pub fn standing<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let given = Some(&self.given).filter(|given| !given.is_empty());
        let keys = given.into_iter().flat_map(|given| given.range(prefix.to_owned()..)).take_while(move |(key, _)| key.starts_with(prefix));
        keys.filter(|(_, entry)| entry.as_ref().is_some_and(|entry| !entry.value.is_null())).map(|(key, _)| key.as_str())
    }

    /// A write of `value` under `key`, over the version that is there now.
    pub fn write(&self, key: String, value: Option<Value>) -> StateChange {
        let expect = self.peek(&key).map(|entry| entry.version);
        StateChange { expect, version: expect.unwrap_or(0) + 1, key, value }
    }

    /// What was read and is not among the keys written, which are in their order; from then on nothing was read.
    pub fn reads(&self, written: &[StateChange]) -> Vec<(Rc<str>, Option<i64>)> {
        let mut read = self.read.take();
        crate::sort::by(&mut read, |a, b| a.0.cmp(&b.0));
        read.dedup_by(|a, b| a.0 == b.0);
        read.retain(|(key, _)| written.binary_search_by(|change| (*change.key).cmp(key)).is_err());
        read
    }

    /// Forgets what was read: each plan starts with nothing read.
    pub fn forget_reads(&self) {
        let mut read = self.read.borrow_mut();
        read.clear();
        read.reserve(READS);
        self.missing.borrow_mut().clear();
    }

    /// # Errors
    /// `state_missing` with every key that was needed and not looked up.
    pub fn check_complete(&self) -> Result<()> {
        let mut missing = self.missing.borrow().clone();
        crate::sort::all(&mut missing);
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let faults = missing
            .into_iter()
            .map(|key| {
                Diagnostic::error(
                    "state_missing",
                    crate::error::pointer("/state", &key),
                    format!("the state of `{key}` is needed and was not given"),
                )
            })
            .map(|fault| fault.hint("look the key up, and give null where it does not exist"))
            .collect();
        Err(Error::invalid("state_missing", faults))
    }
}

/// A value to write, with its format number.
pub fn value<const N: usize>(pairs: [(&str, Json); N]) -> Json {
    let mut out = vec![("format".to_owned(), Json::Number(FORMAT))];
    out.extend(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)));
    Json::Object(out)
}

/// A key such as `split/<name>`; the name is percent-encoded as `encodeURIComponent` does it.
pub fn key(kind: &str, name: &str) -> String {
    let mut out = String::with_capacity(kind.len() + name.len() + 1);
    out.push_str(kind);
    out.push('/');
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        out.push_str(name);
        return out;
    }
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The name in a key of one part, decoded; none if it is not written as [`key`] writes it.
pub fn name_of(written: &str) -> Option<String> {
    let (kind, name) = written.split_once('/')?;
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (key(kind, &name) == written).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::decode::Faults;

    fn state(text: &str, partial: bool) -> State {
        let faults = Faults::default();
        let json = Json::parse(text).unwrap();
        let state = State::read(&Decoder::new(&json, "/state", &faults), partial);
        assert!(!faults.any_error());
        state
    }

    #[test]
    fn keys_are_percent_encoded() {
        assert_eq!(key("user", "a b/ü"), "user/a%20b%2F%C3%BC");
        assert_eq!(name_of("user/a%20b%2F%C3%BC").as_deref(), Some("a b/ü"));
        assert_eq!([name_of("user/a b"), name_of("user/%2"), name_of("user/%ff"), name_of("user/%41")], [const { None }; 4]);
    }

    #[test]
    fn a_tombstone_has_no_value_but_its_version_counts() {
        let state = state(r#"{"split/a":{"version":4,"value":null},"split/b":null}"#, false);
        assert_eq!(state.get("split/a").unwrap(), None);
        assert_eq!(state.write("split/a".into(), Some(Json::Null.into())).expect, Some(4));
        assert_eq!(state.write("split/b".into(), Some(Json::Null.into())).expect, None);
        assert_eq!(state.reads(&[]), vec![("split/a".into(), Some(4))]);
    }

    #[test]
    fn what_is_written_is_no_read() {
        let state = state(
            r#"{"split/a":{"version":1,"value":null},"split/b":{"version":2,"value":null},"split/c":{"version":3,"value":null}}"#,
            false,
        );
        for key in ["split/c", "split/b", "split/a", "split/d", "split/b"] {
            state.get(key).unwrap();
        }
        let written = ["split/0", "split/b", "split/d"].map(|key| state.write(key.into(), None));
        assert_eq!(state.reads(&written), vec![("split/a".into(), Some(1)), ("split/c".into(), Some(3))]);
        assert_eq!(state.reads(&written), vec![]);
    }

    #[test]
    fn what_was_not_looked_up_is_no_absence() {
        let state = state(r#"{"split/a":null}"#, true);
        assert_eq!(state.get("split/a").unwrap(), None);
        state.check_complete().unwrap();
        assert_eq!(state.get("split/b").unwrap(), None);
        assert_eq!(state.check_complete().unwrap_err().diagnostics[0].path, "/state/split~1b");
    }

    #[test]
    fn an_unknown_format_is_never_misread() {
        let state = state(r#"{"split/a":{"version":1,"value":{"format":2}}}"#, false);
        assert_eq!(state.get("split/a").unwrap_err().code, "state_version");
    }
}
