//! Which key of the input goes to which field.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::csv::{DELIMITERS, Ends, Record, record};
use super::json::Stop;
use super::slot::{Slot, Value};
use super::{Source, near_id};
use crate::error::{Diagnostic, Error, Result, nearest, pointer};
use crate::query::{FieldIx, Schema};
use crate::table::stage::Stage;

/// Keys of the input with their fields: first what `columns` says, then names, then labels.
pub(crate) fn keys(schema: &Schema, columns: &[(String, String)]) -> Result<BTreeMap<String, u32>> {
    let mut keys = BTreeMap::new();
    let mut named = Vec::new();
    for (key, name) in columns {
        let path = || pointer("/columns", key);
        let Some(field) = schema.find(name) else {
            let known = schema.fields.iter().map(|field| field.name.as_str());
            let fault = Diagnostic::error("unknown_field", path(), format!("there is no field `{name}`"));
            return Err(Error::of(fault.maybe_hint(nearest(name, known))));
        };
        if named.contains(&field) {
            return Err(Error::new("duplicate_column", path(), format!("two columns are named for the field `{name}`")));
        }
        named.push(field);
        keys.insert(key.clone(), field.0);
    }
    let free = |ix: u32| !named.contains(&FieldIx(ix));
    for (ix, field) in (0u32..).zip(&schema.fields).filter(|(ix, _)| free(*ix)) {
        keys.entry(field.name.clone()).or_insert(ix);
    }
    for (ix, field) in (0u32..).zip(&schema.fields).filter(|(ix, _)| free(*ix)) {
        if let Some(label) = &field.label {
            keys.entry(label.clone()).or_insert(ix);
        }
    }
    Ok(keys)
}

/// The error for input without a column for the id.
pub(crate) fn no_id(stage: &Stage, headers: &[&str]) -> Error {
    let field = stage.schema.get(stage.id);
    let name = field.map_or("", |field| field.name.as_str());
    let names: Vec<&str> = std::iter::once(name).chain(field.and_then(|field| field.label.as_deref())).collect();
    let listed: Vec<String> = headers.iter().take(8).map(|header| format!("`{}`", crate::table::problem::cut(header))).collect();
    let message = match listed.is_empty() {
        true => format!("there is no header, and so no column for the id `{name}`"),
        false => format!("no column is for the id `{name}`; the header has {}", listed.join(", ")),
    };
    Error::of(Diagnostic::error("id_missing", "", message).maybe_hint(near_id(&names, headers)))
}

/// A delimiter tried: how many headers it makes known and how many there are, the delimiter, where the header ends, its cells.
type Candidate<'a> = ((usize, usize), u8, usize, Vec<Cow<'a, str>>);

/// The header's cells, with each delimiter tried: the one that makes most of them known is chosen, then the one with most cells.
/// `None` if the header is not whole yet.
pub(crate) fn read(
    bytes: &[u8],
    at: &mut usize,
    ends: Ends,
    keys: &BTreeMap<String, u32>,
    stage: &Stage,
) -> Result<Option<Result<Source>>, Stop> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let mut best: Option<Candidate<'_>> = None;
    let mut stopped = None;
    for delimiter in DELIMITERS {
        let mut here = *at;
        let headers = loop {
            if here >= text.len() {
                break None;
            }
            let mut headers = Vec::new();
            match record(bytes, &mut here, delimiter, ends, |_, slot: Slot| headers.push(cell_text(slot.value(text)))) {
                Ok(Record::Blank) => {}
                Ok(Record::Cells(_)) => break Some(headers),
                Err(stop) => {
                    stopped = Some(stop);
                    break None;
                }
            }
        };
        let Some(headers) = headers else { continue };
        let known = headers.iter().filter(|header| keys.contains_key(header.as_ref())).count();
        let score = (known, headers.len());
        if best.as_ref().is_none_or(|(best, ..)| score > *best) {
            best = Some((score, delimiter, here, headers));
        }
    }
    if matches!(stopped, Some(Stop::More)) && ends == Ends::Unknown {
        return Ok(None);
    }
    // A broken header that looks whole by another delimiter makes nothing known.
    let best = best.filter(|((known, _), ..)| *known > 0 || stopped.is_none());
    let Some((_, delimiter, end, headers)) = best else {
        return match stopped {
            Some(Stop::More) => Ok(Some(Err(Error::new("csv_truncated", "", "a quoted cell of the header has no end")))),
            Some(stop) => Err(stop),
            None => Ok(None),
        };
    };
    *at = end;
    Ok(Some(targets(delimiter, &headers, keys, stage)))
}

fn cell_text(value: Value<'_>) -> Cow<'_, str> {
    match value.text() {
        Some((Cow::Borrowed(text), _)) => Cow::Borrowed(text.trim()),
        Some((Cow::Owned(text), _)) => Cow::Owned(text.trim().to_owned()),
        None => Cow::Borrowed(""),
    }
}

fn targets(delimiter: u8, headers: &[Cow<'_, str>], keys: &BTreeMap<String, u32>, stage: &Stage) -> Result<Source> {
    let mut first = BTreeMap::new();
    let mut fed = BTreeMap::new();
    let mut targets = Vec::new();
    for (nth, header) in headers.iter().enumerate() {
        let target = keys.get(header.as_ref()).copied();
        let again = !header.is_empty() && first.insert(header.as_ref(), nth).is_some();
        if again || target.is_some_and(|target| fed.insert(target, nth).is_some()) {
            let message = format!("the header `{}` stands for a column that is there already", crate::table::problem::cut(header));
            return Err(Error::new("duplicate_header", pointer("", nth), message));
        }
        targets.push(target);
    }
    if fed.contains_key(&stage.id.0) {
        Ok(Source::Csv { delimiter, targets })
    } else {
        let headers: Vec<&str> = headers.iter().map(Cow::as_ref).collect();
        Err(no_id(stage, &headers))
    }
}
