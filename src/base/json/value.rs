//! A JSON value: what it is, how it is made and what stands in it. Nothing here fails, so that errors can hold values.

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

/// Whether two keys are the same. Most differ in their length: comparing that first, in place, spares a configuration hundred thousands of calls.
#[inline(always)]
pub(crate) fn is_key(known: &str, key: &str) -> bool {
    known.len() == key.len() && known == key
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

impl Json {
    /// An object from pairs.
    pub fn object<const N: usize>(pairs: [(&str, Json); N]) -> Json {
        Json::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The value under `key`, if this is an object that has it and it is not null.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(pairs) => pairs.iter().find(|(known, _)| is_key(known, key)).map(|(_, v)| v).filter(|v| !v.is_null()),
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

    /// Whether two values have the same canonical form.
    #[must_use]
    pub fn same(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::List(a), Json::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            // Mostly the keys stand alike, and nothing is to be sorted.
            (Json::Object(a), Json::Object(b)) if a.iter().map(|pair| &pair.0).eq(b.iter().map(|pair| &pair.0)) => {
                a.iter().zip(b).all(|(a, b)| a.1.same(&b.1))
            }
            (Json::Object(a), Json::Object(b)) => {
                a.len() == b.len() && sorted(a).iter().zip(sorted(b)).all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
            }
            (a, b) => a == b,
        }
    }

    /// The same value with the keys of every object in code point order: the form that digests and comparisons use.
    #[must_use]
    pub fn canonical(&self) -> Json {
        self.clone().into_canonical()
    }

    /// The same of one that nobody else needs.
    #[must_use]
    pub fn into_canonical(mut self) -> Json {
        self.sort_keys();
        self
    }

    fn sort_keys(&mut self) {
        match self {
            Json::List(list) => list.iter_mut().for_each(Json::sort_keys),
            Json::Object(pairs) => {
                pairs.iter_mut().for_each(|(_, value)| value.sort_keys());
                crate::sort::by(pairs, |a, b| a.0.cmp(&b.0));
            }
            _ => {}
        }
    }
}

/// The entries of an object in the order of their keys.
fn sorted(pairs: &[(String, Json)]) -> Vec<&(String, Json)> {
    let mut out: Vec<_> = pairs.iter().collect();
    crate::sort::by(&mut out, |a, b| a.0.cmp(&b.0));
    out
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
