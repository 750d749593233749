//! The one tree that every small input is decoded through, and that every answer is written from.
//!
//! Rows of leads never become such a tree: the table reads them straight from bytes (see [`read`]).
//! Numbers are `f64`, as in JavaScript; keys keep their order; a key that occurs twice is an error, so that no
//! grant or condition can hide behind another. [`Json::write`] prints what `JSON.stringify` would, so text made here
//! and text made by a host agree byte for byte.

pub mod decode;
pub mod read;
pub mod scan;
pub mod value;
mod write;

pub use value::Json;
pub use write::write_text;

use crate::error::{Error, Place, Result};

/// How deep arrays and objects may be nested: a filter of 64 groups takes two levels for each, and stands in a configuration.
pub const MAX_DEPTH: usize = 160;
/// Most bytes of one JSON text that becomes a tree (configuration, command, state, plan).
pub const MAX_BYTES: usize = 256 << 20;

/// Most bytes of tree for one byte of text, with what is held while a list grows; lists in lists come nearest.
pub const TREE: usize = 48;

/// Most bytes that the tree of a JSON text takes where pointers have 32 bits, with what is held while it is read.
///
/// A list or an object of few parts takes 136 bytes, each part of a larger one 96 with what is held while it grows, and a key or a text 16 more than
/// its length; one that is put together of pieces up to twice its length.
#[must_use]
pub fn tree_bytes(text: &[u8]) -> usize {
    let (mut opens, mut parts) = (0usize, 0usize);
    for byte in text {
        let open = matches!(byte, b'[' | b'{');
        opens += usize::from(open);
        parts += usize::from(open | (*byte == b','));
    }
    let most = text.len().saturating_mul(2).saturating_add(parts.saturating_mul(112)).saturating_add(opens.saturating_mul(144));
    most.min(text.len().saturating_mul(TREE))
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
        let value = Json::read(&mut reader, &Place::Root(""), 0)?;
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
                    let value = Json::read(reader, &place.key(&key), depth + 1)?;
                    out.push((key, value));
                    more = reader.more(b'}')?;
                }
                match repeated(&out) {
                    Some(key) => Err(Error::new("duplicate_key", place.key(key).path(), format!("the key `{key}` occurs twice"))),
                    None => Ok(Json::Object(out)),
                }
            }
            Some(b'[') => {
                reader.bump();
                let mut out = Vec::new();
                let mut more = !reader.eat(b']');
                while more {
                    let value = Json::read(reader, &place.index(out.len()), depth + 1)?;
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
}

/// The first key that occurs a second time. Small objects are compared pair by pair, large ones sorted.
fn repeated(pairs: &[(String, Json)]) -> Option<&str> {
    if pairs.len() <= 16 {
        let again = |i: usize, key: &str| pairs.iter().take(i).any(|(known, _)| value::is_key(known, key));
        return pairs.iter().enumerate().find(|(i, (k, _))| again(*i, k)).map(|(_, (k, _))| k.as_str());
    }
    let mut keys: Vec<&str> = pairs.iter().map(|(k, _)| k.as_str()).collect();
    crate::sort::all(&mut keys);
    keys.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a tree takes where pointers have 32 bits and every list grew by doubling, with the half that is copied as it grows last.
    fn held(json: &Json) -> usize {
        let text = |text: &str| text.len() * 2 + 16;
        let list = |parts: usize, size: usize| match parts {
            0 => 0,
            1..=4 => 4 * size + 8,
            _ => parts.next_power_of_two() * size * 3 / 2 + 8,
        };
        match json {
            Json::Text(own) => text(own),
            Json::List(parts) => list(parts.len(), 16) + parts.iter().map(held).sum::<usize>(),
            Json::Object(pairs) => list(pairs.len(), 32) + pairs.iter().map(|(key, value)| text(key) + held(value)).sum::<usize>(),
            _ => 0,
        }
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf =
            prop_oneof![Just(Json::Null), (0u32..99).prop_map(|n| Json::Number(f64::from(n))), "[a-c,:{\\[]{0,6}".prop_map(Json::Text)];
        leaf.prop_recursive(4, 200, 40, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..40).prop_map(Json::List),
                prop::collection::btree_map("[a-z]{0,3}", inner, 0..40).prop_map(|pairs| Json::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_tree_takes_no_more_than_is_said(json in any_json()) {
            let text = json.write();
            prop_assert!(held(&json) <= tree_bytes(text.as_bytes()) + 144, "{} of {}", held(&json), text);
        }

        #[test]
        fn values_are_the_same_whose_canonical_forms_are(a in any_json(), b in any_json(), turned: bool) {
            fn turn(json: &Json) -> Json {
                match json {
                    Json::List(list) => Json::List(list.iter().map(turn).collect()),
                    Json::Object(pairs) => Json::Object(pairs.iter().rev().map(|(key, value)| (key.clone(), turn(value))).collect()),
                    other => other.clone(),
                }
            }
            let b = if turned { turn(&a) } else { b };
            prop_assert_eq!(a.same(&b), a.canonical() == b.canonical());
        }
    }

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
