//! The elements of lists.

use super::slot::{Read, Value, text_value};
use crate::error::Result;
use crate::json::read::Reader;
use crate::json::scan::plain_end;
use crate::query::convert::{digits, each_word, says_nothing, text_from_number, text_of};
use crate::query::schema::Field;
use crate::table::Budget;

/// Calls `each` with the elements of a list of this field; gives back whether there was a lone surrogate.
pub fn items(field: &Field, value: Value<'_>, mut each: impl FnMut(&str) -> Result<()>) -> Result<Read<bool>> {
    let single = match value {
        Value::List(json) => return json_items(json, each),
        Value::Digits(_) | Value::Number(_) => match text_value(value) {
            Ok(taken) => taken.map(|(text, lone)| (text, lone, true)),
            Err(code) => return Ok(Err(code)),
        },
        Value::Bool(_) | Value::Object(_) => return Ok(Err("not_a_list")),
        other => match text_value(other) {
            Ok(taken) => taken.map(|(text, lone)| (text, lone, false)),
            Err(code) => return Ok(Err(code)),
        },
    };
    let Some((text, lone, whole)) = single else { return Ok(Ok(false)) };
    if whole {
        each(&text)?;
    } else if let Err(code) = each_word(field, &text, each)? {
        return Ok(Err(code));
    }
    Ok(Ok(lone))
}

/// Whether a cell without elements says that there are none, and not that it has some which are empty.
#[cold]
pub fn is_none(value: Value<'_>) -> bool {
    match value {
        Value::List(json) => says_nothing(json),
        other => other.text().is_none_or(|(text, _)| says_nothing(&text)),
    }
}

/// Writes words as a JSON array.
pub fn array<'w>(words: impl Iterator<Item = &'w str>, out: &mut String, budget: &Budget) -> Result<()> {
    budget.grow_text(out, 2)?;
    out.push('[');
    for (nth, word) in words.enumerate() {
        budget.grow_text(out, word.len() * 6 + 4)?;
        if nth > 0 {
            out.push(',');
        }
        crate::json::write_text(word, out);
    }
    budget.grow_text(out, 1)?;
    out.push(']');
    Ok(())
}

/// The elements of a JSON array that was read once, so that its grammar is right.
fn json_items(json: &str, mut each: impl FnMut(&str) -> Result<()>) -> Result<Read<bool>> {
    let mut reader = Reader::new(json.as_bytes());
    let mut lone = false;
    reader.bump();
    let mut more = !reader.eat(b']');
    while more {
        reader.skip_space();
        match reader.peek() {
            Some(b'"') => {
                let rest = json.as_bytes().get(reader.at() + 1..).unwrap_or_default();
                let end = plain_end(rest, 0);
                if end <= 64 && rest.get(end) == Some(&b'"') {
                    let item = json.get(reader.at() + 1..reader.at() + 1 + end).unwrap_or_default();
                    if end > 0 {
                        each(item)?;
                    }
                    reader.skip(end + 2);
                    more = reader.more(b']')?;
                    continue;
                }
                let text = reader.text()?;
                lone |= text.lone_surrogate;
                if let Err(code) = text_of(&text.text) {
                    return Ok(Err(code));
                }
                if !text.text.is_empty() {
                    each(&text.text)?;
                }
            }
            Some(b'n') => reader.word("null")?,
            Some(b'-' | b'0'..=b'9') => match digits(reader.number_text()?).unwrap_or(Err("not_a_list")).and_then(text_from_number) {
                Ok(text) => each(&text)?,
                Err(code) => return Ok(Err(code)),
            },
            _ => return Ok(Err("not_a_list")),
        }
        more = reader.more(b']')?;
    }
    Ok(Ok(lone))
}
