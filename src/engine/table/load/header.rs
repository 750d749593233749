//! Which key of the input goes to which field.

use std::borrow::Cow;

use super::Source;
use super::csv::{DELIMITERS, Ends, Named, Record, named_delimiter, record};
use super::cursor::Stop;
use super::keys::{Keys, Rank};
use super::slot::Slot;
use crate::error::{Diagnostic, Error, Result, nearest_name, pointer};
use crate::table::Budget;
use crate::table::ops::{gather, short};
use crate::table::problem::cut;
use crate::table::stage::Stage;

/// The error for input without a column for the id.
fn no_id_in(stage: &Stage, headers: Headers<'_>) -> Error {
    // Past a thousand columns nobody looks for a slip of the pen.
    let mut names = Vec::new();
    for header in headers.iter().take(1000) {
        names.push(header.into_owned());
    }
    no_id(stage, "header", &names)
}

/// The same, of a `place` where these names stand.
pub fn no_id(stage: &Stage, place: &str, met: &[String]) -> Error {
    let field = stage.schema.get(stage.id);
    let name = field.map_or("", |field| field.name.as_str());
    let names = std::iter::once(name).chain(field.and_then(|field| field.label.as_deref()));
    let message = match met.is_empty() {
        true => format!("there is no {place}, and so no column for the id `{name}`"),
        false => format!("no column is for the id `{name}`; the {place} has {}", listed(met)),
    };
    let near = names.into_iter().find_map(|name| nearest_name(name, met.iter().map(String::as_str)));
    let hint = near.map(|header| format!("if `{header}` holds it, load with `columns: {{\"{header}\": \"{name}\"}}`"));
    Error::of(Diagnostic::error("id_missing", "", message).maybe_hint(hint))
}

/// The first of the headers.
pub(super) fn listed(met: &[String]) -> String {
    let mut out = Vec::new();
    for header in met.iter().take(8) {
        out.push(format!("`{}`", cut(header)));
    }
    out.join(", ")
}

/// The cells of a header. A file may have millions of them, so they stay where they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    text: &'a str,
    slots: &'a [Slot],
}

impl<'a> Headers<'a> {
    fn get(self, nth: usize) -> Cow<'a, str> {
        match self.slots.get(nth).and_then(|slot| slot.value(self.text).text()) {
            Some((Cow::Borrowed(text), _)) => Cow::Borrowed(text.trim()),
            Some((Cow::Owned(text), _)) => Cow::Owned(text.trim().to_owned()),
            None => Cow::Borrowed(""),
        }
    }

    fn iter(self) -> impl Iterator<Item = Cow<'a, str>> {
        (0..self.slots.len()).map(move |nth| self.get(nth))
    }

    /// The number of the first header that an earlier one is equal to. Empty ones are no headers.
    fn repeated(self, budget: &Budget) -> Result<Option<usize>> {
        let mut order = gather(0..short(self.slots.len()), budget)?;
        order.retain(|nth| !self.get(*nth as usize).is_empty());
        crate::sort::by(&mut order, |a, b| self.get(*a as usize).cmp(&self.get(*b as usize)));
        let again = order.windows(2).filter_map(|pair| match pair {
            [a, b] if self.get(*a as usize) == self.get(*b as usize) => Some(*b as usize),
            _ => None,
        });
        let first = again.min();
        budget.release(order.capacity() * 4);
        Ok(first)
    }
}

/// A delimiter tried: how many headers it makes known and how many there are, the delimiter, where the header ends, its cells.
type Candidate = ((usize, usize), u8, usize, Vec<Slot>);

/// The header's cells, with each delimiter tried: the one that makes most of them known is chosen, then the one with most cells.
/// `None` if the header is not whole yet.
pub fn read(bytes: &[u8], at: &mut usize, ends: Ends, keys: &mut Keys, stage: &Stage) -> Result<Option<Result<Source>>, Stop> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let mut best: Option<Candidate> = None;
    let mut stopped = None;
    let (mut begin, mut tried) = (*at, DELIMITERS.as_slice());
    let named;
    match named_delimiter(bytes.get(*at..).unwrap_or_default(), ends) {
        Named::Open => return Ok(None),
        Named::No => {}
        Named::Delimiter(delimiter, length) => {
            named = [delimiter];
            (begin, tried) = (*at + length, &named);
        }
    }
    for delimiter in tried.iter().copied() {
        let mut here = begin;
        let slots = loop {
            if here >= text.len() {
                break None;
            }
            let (mut slots, mut full) = (Vec::new(), None);
            let read = record(bytes, &mut here, delimiter, ends, |_, slot: Slot| match stage.budget.grow(&mut slots, 1) {
                Ok(()) => slots.push(slot),
                Err(error) => full = Some(error),
            });
            if let Some(error) = full {
                return Ok(Some(Err(error)));
            }
            match read {
                Ok(Record::Blank) => {}
                Ok(Record::Cells(_)) => break Some(slots),
                Err(stop) => {
                    stopped = Some(stop);
                    break None;
                }
            }
        };
        let Some(slots) = slots else { continue };
        let known = Headers { text, slots: &slots }.iter().filter(|header| keys.get(header.as_ref()).is_some()).count();
        let score = (known, slots.len());
        if best.as_ref().is_none_or(|(best, ..)| score > *best) {
            best = Some((score, delimiter, here, slots));
        }
    }
    if matches!(stopped, Some(Stop::More)) && ends == Ends::Unknown {
        return Ok(None);
    }
    // A broken header that looks whole by another delimiter makes nothing known.
    let best = best.filter(|((known, _), ..)| *known > 0 || stopped.is_none());
    let Some((_, delimiter, end, slots)) = best else {
        return match stopped {
            Some(stop) => Err(stop),
            None => Ok(None),
        };
    };
    *at = end;
    Ok(Some(targets(delimiter, Headers { text, slots: &slots }, keys, stage)))
}

fn targets(delimiter: u8, headers: Headers<'_>, keys: &mut Keys, stage: &Stage) -> Result<Source> {
    let mut targets = Vec::new();
    stage.budget.exact(&mut targets, headers.slots.len())?;
    // What `columns` names goes before a field's own name and label; of those two a header has but one.
    let mut mapped = vec![false; stage.schema.fields.len()];
    for target in headers.iter().filter_map(|header| keys.get(header.as_ref())).filter(|target| target.rank == Rank::Mapped) {
        mapped.get_mut(target.field as usize).into_iter().for_each(|mapped| *mapped = true);
    }
    for header in headers.iter() {
        let better = |field: u32| mapped.get(field as usize) == Some(&true);
        let target = match keys.get(header.as_ref()) {
            Some(target) if target.rank != Rank::Mapped && better(target.field) => {
                keys.meet_unused(&header);
                None
            }
            _ if header.is_empty() => None,
            _ => keys.meet(&header),
        };
        targets.push(target.map(|target| target.field));
    }
    let mut fed = vec![false; stage.schema.fields.len()];
    let twice = targets.iter().position(|target| {
        let place = target.and_then(|target| fed.get_mut(target as usize));
        place.is_some_and(|fed| std::mem::replace(fed, true))
    });
    if let Some(nth) = twice.into_iter().chain(headers.repeated(&stage.budget)?).min() {
        let message = format!("the header `{}` stands for a column that is there already", cut(&headers.get(nth)));
        return Err(Error::new("duplicate_header", pointer("", nth), message));
    }
    if stage.keyed || targets.contains(&Some(stage.id.0)) { Ok(Source::Csv { delimiter, targets }) } else { Err(no_id_in(stage, headers)) }
}
