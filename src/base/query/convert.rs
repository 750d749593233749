//! What a cell means: the rules that all loaders follow.

use std::borrow::Cow;

use super::{Cell, Field, FieldType, Schema};
use crate::json::Json;
use crate::time::{Day, Instant, Moment, parse_moment};

/// Longest text of a cell, in bytes.
pub const MAX_TEXT: usize = 64 << 10;

/// Why a cell was not taken as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct CellProblem {
    /// Stable code, for example `not_a_number`.
    pub code: &'static str,
    /// What stands in the table instead: null, or for an unknown choice or unit the value itself.
    pub cell: Cell<'static>,
}

type Read<T> = Result<T, &'static str>;

/// A number that is neither infinite nor whole and beyond 2^53.
#[inline]
pub fn number(number: f64) -> Read<f64> {
    // Every number beyond 2^53 is whole.
    if number.abs() <= 9_007_199_254_740_992.0 { Ok(number + 0.0) } else { Err("number_out_of_range") }
}

/// A number by JSON's grammar; `None` if it is not one. Whole numbers that an `f64` would round are out of range.
///
/// With at most 15 digits and a power of ten up to 22 both are exact as `f64`, and so the quotient or product is
/// rounded once, as it must be (Clinger 1990, "How to read floating point numbers accurately").
#[inline]
pub fn digits(text: &str) -> Option<Read<f64>> {
    let mut rest = text.as_bytes();
    let negative = rest.first() == Some(&b'-');
    if negative {
        rest = rest.get(1..)?;
    }
    let (mut mantissa, mut count, mut scale, mut point) = (0u64, 0usize, 0usize, false);
    let leading_zero = rest.first() == Some(&b'0');
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b'0'..=b'9' if count < 16 => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                count += 1;
                scale += usize::from(point);
            }
            b'.' if !point && at > 0 => point = true,
            _ => return slow_digits(text),
        }
    }
    if count == 0 || count > 15 || (point && scale == 0) || (leading_zero && count - scale > 1) {
        return slow_digits(text);
    }
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact")]
    let value = mantissa as f64 / POWERS.get(scale).copied().unwrap_or(1.0);
    Some(Ok(if negative { 0.0 - value } else { value }))
}

#[cold]
fn slow_digits(text: &str) -> Option<Read<f64>> {
    let value = crate::number::parse(text)?;
    let rounded =
        !text.contains(['.', 'e', 'E']) && value.abs() == 9_007_199_254_740_992.0 && text.trim_start_matches('-') != "9007199254740992";
    Some(if rounded { Err("number_out_of_range") } else { number(value) })
}

/// A number written as text: by the field's format if it has one, else as in JSON.
#[inline]
pub fn number_from_text(field: &Field, text: &str) -> Read<f64> {
    let text = text.trim();
    match &field.numbers {
        None => digits(text).unwrap_or(Err("not_a_number")),
        Some(format) => format.plain(text).and_then(|plain| digits(&plain)).unwrap_or(Err("not_a_number")),
    }
}

/// A truth value written as text.
pub fn bool_from_text(text: &str) -> Read<bool> {
    let text = text.trim();
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "yes", "1", "t", "y", "checked"]) {
        Ok(true)
    } else if is(&["false", "no", "0", "f", "n", "unchecked"]) {
        Ok(false)
    } else {
        Err("not_a_boolean")
    }
}

/// A truth value written as a number.
pub fn bool_from_number(number: f64) -> Read<bool> {
    if number == 0.0 || number == 1.0 { Ok(number == 1.0) } else { Err("not_a_boolean") }
}

/// What the first of the field's formats that fits makes of a text.
#[inline]
fn formatted(field: &Field, text: &str) -> Option<Moment> {
    field.formats.iter().find_map(|format| format.parse(text))
}

/// A day written as text. Of a format with a time it is the day of that time, in the organisation's zone where it has an offset.
#[inline]
pub fn day_from_text(field: &Field, schema: &Schema, text: &str) -> Read<Day> {
    let text = text.trim();
    match formatted(field, text) {
        Some(Moment::Day(day)) => Ok(day),
        Some(Moment::Local(local)) => Ok(local.day),
        Some(Moment::Instant(instant)) => Ok(schema.zone.local(instant).day),
        None => match parse_moment(text) {
            Some(Moment::Day(day)) => Ok(day),
            _ => Err("not_a_date"),
        },
    }
}

/// An instant written as text.
#[inline]
pub fn instant_from_text(field: &Field, schema: &Schema, text: &str) -> Read<Instant> {
    let text = text.trim();
    let moment = formatted(field, text).or_else(|| parse_moment(text));
    moment.and_then(|moment| moment.instant(&schema.zone)).ok_or("not_a_datetime")
}

/// An instant that a number says: by the field's formats if one of them [counts](Field::counts), else in milliseconds since 1970.
#[inline]
pub fn instant_from_number(field: &Field, schema: &Schema, number: f64) -> Read<Instant> {
    if field.counts() { instant_from_text(field, schema, &crate::number::text(number)) } else { instant_from_ms(number) }
}

/// A day that a number says, if one of the field's formats [counts](Field::counts).
pub fn day_from_number(field: &Field, schema: &Schema, number: f64) -> Read<Day> {
    if field.counts() { day_from_text(field, schema, &crate::number::text(number)) } else { Err("not_a_date") }
}

/// An instant as milliseconds since 1970.
fn instant_from_ms(number: f64) -> Read<Instant> {
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and what is not whole is refused")]
    let ms = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "only compared")]
    let whole = ms as f64 == number;
    Instant::new(ms).filter(|_| whole).ok_or("not_a_datetime")
}

/// A text that is not too long.
#[inline]
pub fn text_of(text: &str) -> Read<&str> {
    if text.len() <= MAX_TEXT { Ok(text) } else { Err("text_too_long") }
}

/// A number as text, in its shortest form.
pub fn text_from_number(value: f64) -> Read<String> {
    Ok(crate::number::text(number(value)?))
}

/// The parts of a list written as text: split at commas (`\,` is a comma), trimmed, without empty ones.
pub fn parts(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    parts_by(text, ",")
}

/// The same with another separator.
fn parts_by<'t>(text: &'t str, separator: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let now = rest?;
        let mut from = 0;
        let end = loop {
            match now.get(from..).and_then(|tail| tail.find(separator)).map(|at| at + from) {
                Some(at) if at > 0 && now.as_bytes().get(at - 1) == Some(&b'\\') => from = at + separator.len(),
                found => break found,
            }
        };
        rest = end.and_then(|end| now.get(end + separator.len()..));
        let part = end.map_or(now, |end| now.get(..end).unwrap_or_default()).trim();
        Some(if part.contains('\\') { Cow::Owned(part.replace(&format!("\\{separator}"), separator)) } else { Cow::Borrowed(part) })
    })
    .filter(|part| !part.is_empty())
}

/// A word without the blanks around it.
#[inline]
pub fn word_of(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| *byte > b' ' && byte.is_ascii());
    if plain(text.as_bytes().first()) && plain(text.as_bytes().last()) { text } else { text.trim() }
}

/// An element of a list as it is kept.
#[inline]
pub fn element_of<'a>(field: &Field, item: &'a str) -> &'a str {
    if field.kind == FieldType::Units { word_of(item) } else { item }
}

/// What an element of a JSON array of cells is; nothing for null.
fn list_item(item: &Json) -> Read<Option<Cow<'_, str>>> {
    match item {
        Json::Null => Ok(None),
        Json::Text(text) => text_of(text).map(|text| Some(Cow::Borrowed(text))),
        Json::Number(value) => text_from_number(*value).map(|text| Some(Cow::Owned(text))),
        _ => Err("not_a_list"),
    }
}

/// Calls `each` with the elements of a list that is written as text, none of them empty: a JSON array, an array of PostgreSQL, or words
/// with the field's separator between them. What has brackets and is no array is words.
///
/// # Errors
/// Those of `each`; within, `not_a_list` for an array of something else.
pub fn each_word<E>(field: &Field, text: &str, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<Read<()>, E> {
    let whole = text.trim();
    match whole.as_bytes().first() {
        Some(b'[') => {
            if let Ok(Json::List(items)) = Json::parse(whole) {
                for item in &items {
                    match list_item(item) {
                        Ok(Some(item)) if !item.is_empty() => each(&item)?,
                        Ok(_) => {}
                        Err(code) => return Ok(Err(code)),
                    }
                }
                return Ok(Ok(()));
            }
        }
        Some(b'{') => {
            if let Some(items) = super::array::literal(whole) {
                items.iter().filter(|item| !item.is_empty()).try_for_each(|item| each(item))?;
                return Ok(Ok(()));
            }
        }
        _ => {}
    }
    parts_by(text, field.separator.as_deref().unwrap_or(",")).try_for_each(|part| each(&part))?;
    Ok(Ok(()))
}

/// Whether a text of a list field says that there is nothing: not even an element that is empty.
pub fn says_nothing(text: &str) -> bool {
    let text = text.trim();
    let inside = |open, close| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(|rest| rest.trim().is_empty());
    text.is_empty() || inside('[', ']') || inside('{', '}')
}

/// Whether a word is not one of those that its field knows.
pub fn unknown(field: &Field, schema: &Schema, word: &str) -> Option<&'static str> {
    match field.kind {
        FieldType::Choice | FieldType::Tags => {
            (!field.choices.is_empty() && !field.choices.iter().any(|choice| choice == word)).then_some("unknown_choice")
        }
        FieldType::Unit | FieldType::Units => schema.units.find(word).is_none().then_some("unknown_unit"),
        _ => None,
    }
}

/// Reads one cell of a lead that is given as JSON. This is the meaning that all loaders have; whether a user is known is for the
/// caller to say.
///
/// # Errors
/// The problem, with the cell that holds in spite of it.
pub fn cell_from_json(field: &Field, schema: &Schema, json: &Json) -> Result<Cell<'static>, CellProblem> {
    let cell = read(field, schema, json).map_err(|code| CellProblem { code, cell: Cell::Null })?;
    let code = match &cell {
        Cell::Text(word) => unknown(field, schema, word),
        cell => cell.items().find_map(|word| unknown(field, schema, word)),
    };
    code.map_or(Ok(cell.clone()), |code| Err(CellProblem { code, cell }))
}

fn read(field: &Field, schema: &Schema, json: &Json) -> Read<Cell<'static>> {
    let wrong = match field.kind {
        FieldType::Number => "not_a_number",
        FieldType::Boolean => "not_a_boolean",
        FieldType::Date => "not_a_date",
        FieldType::Datetime => "not_a_datetime",
        FieldType::Tags | FieldType::Units => "not_a_list",
        FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit => "not_text",
    };
    let text = |text: String| match field.kind.is_word() {
        true if word_of(&text).is_empty() => Cell::Null,
        true => Cell::Text(word_of(&text).to_owned().into()),
        false => Cell::Text(text.into()),
    };
    let list = |items: Vec<String>| if items.is_empty() { Cell::Null } else { Cell::List(items.into_iter().map(Cow::Owned).collect()) };
    Ok(match (field.kind, json) {
        (_, Json::Null) => Cell::Null,
        (_, Json::Number(number)) if number.is_nan() => Cell::Null,
        (FieldType::Number, Json::Number(value)) => Cell::Number(number(*value)?),
        (FieldType::Number, Json::Text(text)) => Cell::Number(number_from_text(field, text)?),
        (FieldType::Boolean, Json::Bool(value)) => Cell::Bool(*value),
        (FieldType::Boolean, Json::Number(value)) => Cell::Bool(bool_from_number(*value)?),
        (FieldType::Boolean, Json::Text(text)) => Cell::Bool(bool_from_text(text)?),
        (FieldType::Date, Json::Text(text)) => Cell::Day(day_from_text(field, schema, text)?),
        (FieldType::Date, Json::Number(value)) => Cell::Day(day_from_number(field, schema, *value)?),
        (FieldType::Datetime, Json::Text(text)) => Cell::Instant(instant_from_text(field, schema, text)?),
        (FieldType::Datetime, Json::Number(value)) => Cell::Instant(instant_from_number(field, schema, *value)?),
        (FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit, Json::Text(value)) => text(text_of(value)?.to_owned()),
        (FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit, Json::Number(value)) => text(text_from_number(*value)?),
        (FieldType::Tags | FieldType::Units, Json::Text(value)) => {
            let mut out = Vec::new();
            let each = |word: &str| {
                out.push(element_of(field, word).to_owned());
                Ok::<_, &'static str>(())
            };
            each_word(field, text_of(value)?, each)??;
            out.retain(|item| !item.is_empty());
            list(out)
        }
        (FieldType::Tags | FieldType::Units, Json::Number(value)) => list(vec![text_from_number(*value)?]),
        (FieldType::Tags | FieldType::Units, Json::List(items)) => {
            let mut out = Vec::new();
            for item in items {
                out.extend(list_item(item)?);
            }
            let mut out: Vec<String> = out.iter().map(|item| element_of(field, item).to_owned()).collect();
            out.retain(|item| !item.is_empty());
            list(out)
        }
        _ => return Err(wrong),
    })
}
