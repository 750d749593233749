//! The one tree that every small input is decoded through, and that every answer is written from.
//!
//! Rows of leads never become such a tree: the table reads them straight from bytes (see [`read`]).
//! Numbers are `f64`, as in JavaScript; keys keep their order; a key that occurs twice is an error, so that no
//! grant or condition can hide behind another. [`Json::write`] prints what `JSON.stringify` would, so text made here
//! and text made by a host agree byte for byte.

pub mod decode;
pub mod read;
pub mod scan;
mod write;

pub use write::write_text;

use crate::error::{Error, Result, pointer};

/// How deep arrays and objects may be nested: a filter of 64 groups takes two levels for each, and stands in a configuration.
pub const MAX_DEPTH: usize = 160;
/// Most bytes of one JSON text that becomes a tree (configuration, command, state, plan).
pub const MAX_BYTES: usize = 256 << 20;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Json {
    /// `null`, and what is missing.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number; never NaN or infinite when it was parsed.
    Number(f64),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in the order of its keys.
    Object(Vec<(String, Json)>),
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(flag) => serializer.serialize_bool(*flag),
            Json::Number(number) => serializer.serialize_f64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(list) => serializer.collect_seq(list),
            Json::Object(pairs) => serializer.collect_map(pairs.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// Where a value stands that is being read. It is written out only for an error.
enum Place<'a> {
    Root,
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The JSON pointer; no deeper than [`MAX_DEPTH`].
    fn path(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Key(above, key) => pointer(&above.path(), key),
            Place::Index(above, at) => pointer(&above.path(), at),
        }
    }
}

impl Json {
    /// Parses one JSON text, with nothing behind it.
    ///
    /// # Errors
    /// `json_invalid` (with the byte offset), `json_too_deep`, `json_too_large`, `duplicate_key`.
    pub fn parse(text: &str) -> Result<Json> {
        if text.len() > MAX_BYTES {
            return Err(Error::new("json_too_large", "", format!("the JSON text is longer than {MAX_BYTES} bytes")));
        }
        let mut reader = read::Reader::new(text.as_bytes());
        let value = Json::read(&mut reader, &Place::Root, 0)?;
        reader.skip_space();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.fail("there is something behind the end of the JSON text")),
        }
    }

    /// Reads the next value; `place` names it in errors.
    fn read(reader: &mut read::Reader<'_>, place: &Place<'_>, depth: usize) -> Result<Json> {
        if depth > MAX_DEPTH {
            return Err(Error::new("json_too_deep", place.path(), format!("arrays and objects are nested deeper than {MAX_DEPTH}")));
        }
        reader.skip_space();
        match reader.peek() {
            Some(b'{') => {
                reader.bump();
                let mut out: Vec<(String, Json)> = Vec::new();
                let mut more = !reader.eat(b'}');
                while more {
                    reader.skip_space();
                    let key = reader.text()?.text.into_owned();
                    reader.expect(b':')?;
                    let value = Json::read(reader, &Place::Key(place, &key), depth + 1)?;
                    out.push((key, value));
                    more = reader.more(b'}')?;
                }
                match repeated(&out) {
                    Some(key) => Err(Error::new("duplicate_key", pointer(&place.path(), key), format!("the key `{key}` occurs twice"))),
                    None => Ok(Json::Object(out)),
                }
            }
            Some(b'[') => {
                reader.bump();
                let mut out = Vec::new();
                let mut more = !reader.eat(b']');
                while more {
                    let value = Json::read(reader, &Place::Index(place, out.len()), depth + 1)?;
                    out.push(value);
                    more = reader.more(b']')?;
                }
                Ok(Json::List(out))
            }
            Some(b'"') => Ok(Json::Text(reader.text()?.text.into_owned())),
            Some(b't') => reader.word("true").map(|()| Json::Bool(true)),
            Some(b'f') => reader.word("false").map(|()| Json::Bool(false)),
            Some(b'n') => reader.word("null").map(|()| Json::Null),
            Some(_) => reader.number().map(Json::Number),
            None => Err(reader.fail("the JSON text ends too early")),
        }
    }

    /// An object from pairs.
    pub fn object<const N: usize>(pairs: [(&str, Json); N]) -> Json {
        Json::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The value under `key`, if this is an object that has it and it is not null.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v).filter(|v| !v.is_null()),
            _ => None,
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Json::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(list) => Some(list),
            _ => None,
        }
    }

    /// The pairs, if this is an object.
    pub fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Json::Object(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// What kind of value this is, in the words of messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }

    /// The same value with the keys of every object in code point order: the form that digests and comparisons use.
    #[must_use]
    pub fn canonical(&self) -> Json {
        match self {
            Json::List(list) => Json::List(list.iter().map(Json::canonical).collect()),
            Json::Object(pairs) => {
                let mut out: Vec<_> = pairs.iter().map(|(k, v)| (k.clone(), v.canonical())).collect();
                crate::sort::by(&mut out, |a, b| a.0.cmp(&b.0));
                Json::Object(out)
            }
            other => other.clone(),
        }
    }
}

/// The first key that occurs a second time. Small objects are compared pair by pair, large ones sorted.
fn repeated(pairs: &[(String, Json)]) -> Option<&str> {
    if pairs.len() <= 16 {
        let again = |i: usize, key: &str| pairs.iter().take(i).any(|(k, _)| k == key);
        return pairs.iter().enumerate().find(|(i, (k, _))| again(*i, k)).map(|(_, (k, _))| k.as_str());
    }
    let mut keys: Vec<&str> = pairs.iter().map(|(k, _)| k.as_str()).collect();
    crate::sort::all(&mut keys);
    keys.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    })
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}
impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::Text(text)
    }
}
impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}
impl From<f64> for Json {
    fn from(value: f64) -> Self {
        Json::Number(value)
    }
}
impl From<i64> for Json {
    fn from(value: i64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "every integer that is handed out stays below 2^53")]
        let value = value as f64;
        Json::Number(value)
    }
}
impl From<usize> for Json {
    fn from(value: usize) -> Self {
        Json::from(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}
impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Json::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_text_out() {
        for text in ["null", "true", "[1,2.5,-3e-7,1e+21]", r#"{"b":[],"a":{"é\n\"":"\u0001"}}"#, r#""😀""#, "100000000000000000000"] {
            assert_eq!(Json::parse(text).unwrap().write(), text);
        }
        assert_eq!(Json::parse(" [ 1 , -0 , \"\\u00e9\" ] ").unwrap().write(), "[1,0,\"é\"]");
    }

    #[test]
    fn a_text_that_is_too_long_is_not_read() {
        let text = String::from_utf8(vec![b' '; MAX_BYTES + 1]).unwrap();
        assert_eq!(Json::parse(&text).unwrap_err().code, "json_too_large");
    }

    #[test]
    fn bad_text_is_told_with_its_place() {
        for (text, code) in [
            ("", "json_invalid"),
            ("[1,]", "json_invalid"),
            ("{\"a\":1,}", "json_invalid"),
            ("[1 2]", "json_invalid"),
            ("01", "json_invalid"),
            ("1e999", "json_invalid"),
            ("\"a\nb\"", "json_invalid"),
            ("nul", "json_invalid"),
            ("[1] x", "json_invalid"),
            (r#"{"a":1,"a":2}"#, "duplicate_key"),
        ] {
            assert_eq!(Json::parse(text).unwrap_err().code, code, "{text}");
        }
        let deep = "[".repeat(200_000);
        assert_eq!(Json::parse(&deep).unwrap_err().code, "json_too_deep");
    }

    #[test]
    fn large_objects_find_their_repeated_key() {
        let pairs: Vec<String> = (0..100).map(|i| format!("\"k{}\":{i}", i % 99)).collect();
        let error = Json::parse(&format!("{{{}}}", pairs.join(","))).unwrap_err();
        assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("duplicate_key", "/k0"));
    }

    #[test]
    fn canonical_form_sorts_keys_at_every_depth() {
        assert_eq!(
            Json::parse(r#"{"b":{"z":1,"a":2},"a":[{"y":1,"x":2}]}"#).unwrap().canonical().write(),
            r#"{"a":[{"x":2,"y":1}],"b":{"a":2,"z":1}}"#
        );
    }
}
