//! Texts that come end to end, and where each of them is.

use std::borrow::Cow;
use std::ops::Range;

use super::batch_invalid;
use super::slot::{SHORT, Value};
use crate::error::Result;
use crate::json::scan::ascii_end;
use crate::table::Budget;
use crate::table::mask::{bit, first_bit};
use crate::table::ops::short;
use crate::table::run::Run;

/// Texts of which one is named by its place.
///
/// All texts stand in `text`, one directly after the other. A length counts UTF-16 code units, as `length` of a JavaScript
/// string does. A text with a lone surrogate must have been made well-formed (`toWellFormed`), and its place must
/// be in `lone`, ascending.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a> {
    /// The texts end to end.
    pub text: &'a str,
    /// The length of each.
    pub lengths: &'a [u32],
    /// Places of those that had a lone surrogate.
    pub lone: &'a [u32],
}

/// Places of which some are marked. Where none is, it takes no memory.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<u64>);

impl Marks {
    /// Marks one of `count` places.
    pub fn set(&mut self, at: usize, count: usize, budget: &Budget) -> Result<()> {
        if self.0.is_empty() {
            budget.exact(&mut self.0, count.div_ceil(64))?;
            self.0.resize(count.div_ceil(64), 0);
        }
        self.0.get_mut(at / 64).into_iter().for_each(|word| *word |= 1 << (at % 64));
        Ok(())
    }

    #[inline]
    pub fn has(&self, at: usize) -> bool {
        bit(&self.0, at)
    }
}

/// Where texts begin and end in bytes.
#[derive(Debug, Default)]
pub(super) struct Spans<'a> {
    text: &'a str,
    ends: Cow<'a, [u32]>,
    lone: &'a [u32],
}

impl<'a> Spans<'a> {
    /// With what is not a short text of ASCII.
    pub fn of(texts: Texts<'a>, budget: &Budget) -> Result<(Spans<'a>, Marks)> {
        let (mut ends, mut odd) = (Vec::new(), Marks::default());
        measure(texts, &mut ends, &mut odd, budget)?;
        let count = ends.len();
        for at in texts.lone {
            odd.set(*at as usize, count, budget)?;
        }
        Ok((Spans { text: texts.text, ends: Cow::Owned(ends), lone: texts.lone }, odd))
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The first texts among these places that are not odd, as many as there are before one that is.
    pub fn run(&self, places: Range<usize>, odd: &Marks) -> Option<Run<'_>> {
        let start = places.start.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        let ends = self.ends.get(places.start..first_bit(&odd.0, places))?;
        let text = self.text.get(start as usize..*ends.last()? as usize)?;
        Some(Run { text, ends, start })
    }

    #[inline]
    pub fn get(&self, at: usize) -> Value<'a> {
        let end = self.ends.get(at).copied().unwrap_or(0) as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        let text = self.text.get(start..end).unwrap_or_default();
        if self.lone.is_empty() || self.lone.binary_search(&short(at)).is_err() { Value::Text(text) } else { Value::Lone(text) }
    }
}

/// Adds where the texts end, and which of them are not ASCII or long.
fn measure(Texts { text, lengths, .. }: Texts<'_>, ends: &mut Vec<u32>, odd: &mut Marks, budget: &Budget) -> Result<()> {
    let base = ends.last().copied().unwrap_or(0);
    budget.grow(ends, lengths.len())?;
    let bytes = text.as_bytes();
    let (mut at, mut other) = (0usize, ascii_end(bytes, 0));
    for (place, length) in lengths.iter().enumerate() {
        let mut end = at.saturating_add(*length as usize);
        if end > other {
            end = at + bytes_of(text.get(at..).unwrap_or_default(), *length as usize)?;
            other = ascii_end(bytes, end);
            odd.set(place, lengths.len(), budget)?;
        } else if *length as usize > SHORT {
            odd.set(place, lengths.len(), budget)?;
        }
        at = end;
        ends.push(short(at).saturating_add(base));
    }
    if at == bytes.len() && at <= (u32::MAX - base) as usize {
        Ok(())
    } else {
        Err(batch_invalid("the lengths of texts are not those of the text"))
    }
}

/// How many bytes so many UTF-16 code units at the beginning of a text are.
fn bytes_of(text: &str, mut units: usize) -> Result<usize> {
    let mut chars = text.chars();
    while units > 0 {
        let Some(c) = chars.next() else { return Err(batch_invalid("the lengths of texts exceed the text")) };
        let Some(less) = units.checked_sub(c.len_utf16()) else {
            return Err(batch_invalid("a text ends inside of a surrogate pair"));
        };
        units = less;
    }
    Ok(text.len() - chars.as_str().len())
}

/// Texts of a field that codes stand for, code `k` for the one at place `k - 1`. They last from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    ends: Vec<u32>,
    lone: Vec<u32>,
}

impl Words {
    /// Adds these behind the first `from`, which are all that there are, or none.
    pub fn add(&mut self, from: u32, more: Texts<'_>, budget: &Budget) -> Result<()> {
        if from == 0 {
            self.text.clear();
            self.ends.clear();
            self.lone.clear();
        } else if from as usize != self.ends.len() {
            return Err(batch_invalid("texts of earlier batches are missing"));
        }
        measure(more, &mut self.ends, &mut Marks::default(), budget)?;
        budget.grow_text(&mut self.text, more.text.len())?;
        budget.grow(&mut self.lone, more.lone.len())?;
        self.text.push_str(more.text);
        self.lone.extend(more.lone.iter().map(|at| at.saturating_add(from)));
        Ok(())
    }

    pub fn spans(&self) -> Spans<'_> {
        Spans { text: &self.text, ends: Cow::Borrowed(&self.ends), lone: &self.lone }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_and_single_texts_are_all_texts(
            given in prop::collection::vec(("[a-zA-Z]{0,9}|[aé😀]{0,5}|[a-z]{60,70}", prop::bool::weighted(0.1)), 0..200),
            weight in 1usize..40,
        ) {
            // Mostly plain ones, so that there are runs.
            let given: Vec<_> = given.into_iter().enumerate().map(|(at, (text, lone))| if at % weight == 0 { (text, lone) } else { ("Ab".into(), false) }).collect();
            let text: String = given.iter().map(|(text, _)| text.as_str()).collect();
            let lengths: Vec<u32> = given.iter().map(|(text, _)| text.encode_utf16().count() as u32).collect();
            let lone: Vec<u32> = (0u32..).zip(&given).filter(|(_, (_, lone))| *lone).map(|(at, _)| at).collect();
            let texts = Texts { text: &text, lengths: &lengths, lone: &lone };
            let budget = Budget::default();
            let (spans, odd) = Spans::of(texts, &budget).unwrap();
            let plain = |(text, lone): &(String, bool)| text.is_ascii() && text.len() <= SHORT && !lone;
            let mut at = 0;
            while at < given.len() {
                let want = given[at..].iter().take_while(|text| plain(text)).count();
                let run = spans.run(at..given.len(), &odd);
                prop_assert_eq!(run.map_or(0, Run::len), want);
                prop_assert!(run.is_none_or(|run| run.iter().eq(given[at..at + want].iter().map(|(text, _)| text.as_str()))));
                at += want;
                if let Some((text, lone)) = given.get(at) {
                    prop_assert_eq!(spans.get(at), if *lone { Value::Lone(text) } else { Value::Text(text) });
                    at += 1;
                }
            }
            // The same in two parts.
            let cut = given.len() / 2;
            let bytes: usize = given[..cut].iter().map(|(text, _)| text.len()).sum();
            let (left, right) = text.split_at(bytes);
            let split = lone.partition_point(|at| (*at as usize) < cut);
            let later: Vec<u32> = lone[split..].iter().map(|at| at - cut as u32).collect();
            let mut words = Words::default();
            words.add(0, Texts { text: left, lengths: &lengths[..cut], lone: &lone[..split] }, &budget).unwrap();
            words.add(cut as u32, Texts { text: right, lengths: &lengths[cut..], lone: &later }, &budget).unwrap();
            let all = words.spans();
            prop_assert_eq!(all.len(), given.len());
            prop_assert!((0..given.len()).all(|at| all.get(at) == spans.get(at)));
        }
    }

    #[test]
    fn lengths_that_are_not_those_of_the_text() {
        for (text, lengths) in [("ab", &[1][..]), ("ab", &[3]), ("ab", &[u32::MAX, 3]), ("é", &[2]), ("😀", &[1, 1]), ("a😀b", &[1, 1, 2])]
        {
            let error = Spans::of(Texts { text, lengths, lone: &[] }, &Budget::default()).unwrap_err();
            assert_eq!(error.code, "batch_invalid", "{text} {lengths:?}");
        }
        let mut words = Words::default();
        let error = words.add(1, Texts { text: "a", lengths: &[1], lone: &[] }, &Budget::default()).unwrap_err();
        assert_eq!(error.code, "batch_invalid");
    }
}
