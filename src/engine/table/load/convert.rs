//! From cells of the input to columns, one field at a time.

use super::findings::{Finding, Findings, MOST, is_kept};
use super::items::{array, is_none, items};
use super::recent::Memory;
use super::slot::{Cells, Read, SHORT, Value, text_value};
use super::users::KnownUsers;
use crate::error::Result;
use crate::query::convert::{
    bool_from_number, bool_from_text, day_from_number, day_from_text, digits, element_of, instant_from_number, instant_from_text, number,
    number_from_text, unknown, word_of,
};
use crate::query::{Field, FieldIx, FieldType, Schema};
use crate::table::chunk::tail;
use crate::table::codes::own;
use crate::table::column::{Column, Dict};
use crate::table::layout::{CHUNK, NO_BOOL, NO_DAY, NO_INSTANT};
use crate::table::stage::Stage;

/// Reads the cells of one field.
pub struct Converter<'c> {
    pub schema: &'c Schema,
    pub ix: FieldIx,
    pub field: &'c Field,
    /// The users there are, if that is known.
    pub users: Option<&'c KnownUsers>,
    pub findings: &'c mut Findings,
    /// Where the rows of the batch were before some were refused.
    pub places: &'c [u32],
    kept: usize,
    /// Places of cells that could not be read, and became null.
    pub unread: Vec<usize>,
}

impl<'c> Converter<'c> {
    pub fn new(schema: &'c Schema, ix: FieldIx, field: &'c Field, findings: &'c mut Findings, places: &'c [u32]) -> Self {
        Converter { schema, ix, field, users: None, findings, places, kept: 0, unread: Vec::new() }
    }

    #[cold]
    pub fn report(&mut self, at: usize, code: &'static str, value: Value<'_>) {
        self.report_text(at, code, || value.shown());
    }

    #[cold]
    fn report_text(&mut self, at: usize, code: &'static str, value: impl FnOnce() -> String) {
        self.findings.total += 1;
        if !is_kept(code) && code != "lone_surrogate" {
            self.unread.push(at);
        }
        if self.kept < MOST {
            self.kept += 1;
            let at = self.places.get(at).map_or(at, |place| *place as usize);
            self.findings.list.push(Finding { at, field: self.ix, code, value: value() });
        }
    }

    #[cold]
    fn unknown(&self, word: &str) -> Option<&'static str> {
        match (self.field.kind, self.users) {
            (FieldType::User, Some(users)) => users.unknown(word),
            _ => unknown(self.field, self.schema, word),
        }
    }

    /// Whether words of this field can be unknown at all.
    fn asks(&self) -> bool {
        match self.field.kind {
            FieldType::User => self.users.is_some(),
            FieldType::Choice | FieldType::Tags => !self.field.choices.is_empty(),
            FieldType::Unit | FieldType::Units => true,
            _ => false,
        }
    }

    /// Whether the value at a code is known.
    #[inline]
    fn verdict(&self, dict: &Dict, verdicts: &mut Vec<u8>, code: u32) -> bool {
        match verdicts.get(code as usize) {
            Some(1) => true,
            Some(2) => false,
            _ => self.decide(dict, verdicts, code),
        }
    }

    #[cold]
    fn decide(&self, dict: &Dict, verdicts: &mut Vec<u8>, code: u32) -> bool {
        if verdicts.len() <= dict.len() {
            verdicts.resize(dict.len() + 1, 0);
        }
        let known = self.unknown(dict.get(code)).is_none();
        verdicts.get_mut(code as usize).into_iter().for_each(|verdict| *verdict = if known { 1 } else { 2 });
        known
    }

    /// One cell by the rules for its type; a problem becomes the null.
    #[inline]
    fn fixed<'a, T>(
        &mut self,
        at: usize,
        value: Value<'a>,
        null: T,
        read: impl FnOnce(Value<'a>) -> Option<Read<T>>,
        wrong: &'static str,
    ) -> T {
        match value {
            Value::Absent | Value::Null | Value::Empty => null,
            Value::Number(number) if number.is_nan() => null,
            value => match read(value).unwrap_or(Err(wrong)) {
                Ok(value) => value,
                Err(code) => {
                    self.report(at, code, value);
                    null
                }
            },
        }
    }
}

/// `read` on the text of a value, if it is one.
#[inline]
fn with_text<T>(value: Value<'_>, read: impl FnOnce(&str) -> Read<T>) -> Option<Read<T>> {
    match value {
        Value::Text(text) => Some(read(text)),
        other => other.text().map(|(text, _)| read(&text)),
    }
}

/// The id that a word stands for.
fn own_id<'w>(users: Option<&'w KnownUsers>, word: &'w str) -> &'w str {
    users.map_or(word, |users| users.id(word))
}

/// A word of lists that is empty, and one that must be looked at more closely. No dictionary has so many words.
const PASSED_OVER: u32 = u32::MAX;
const NOT_PLAIN: u32 = u32::MAX - 1;

impl Stage {
    /// Adds `count` cells of one field. `get` gives them by their place in the batch.
    pub fn push_cells<'a>(
        &mut self,
        converter: &mut Converter<'_>,
        memory: &mut Memory,
        count: usize,
        cells: &impl Cells<'a>,
    ) -> Result<()> {
        let (rows, budget) = (self.rows, &self.budget);
        memory.expect(cells.words(), budget)?;
        let Memory { recent, verdicts, known } = memory;
        let Some(column) = self.columns.get_mut(converter.ix.0 as usize) else { return Ok(()) };
        let (field, schema) = (converter.field, converter.schema);
        match column {
            Column::Number(column) => column.extend(
                (0..count).map(|at| {
                    let read = |value| match value {
                        Value::Digits(text) => digits(text),
                        Value::Number(value) => Some(number(value)),
                        other => with_text(other, |text| number_from_text(field, text)),
                    };
                    converter.fixed(at, cells.get(at), f64::NAN, read, "not_a_number")
                }),
                budget,
            )?,
            Column::Bool(column) => column.extend(
                (0..count).map(|at| {
                    let read = |value| match value {
                        Value::Bool(value) => Some(Ok(u8::from(value))),
                        Value::Number(value) => Some(bool_from_number(value).map(u8::from)),
                        Value::Digits(text) => {
                            digits(text).map(|value| bool_from_number(value.map_err(|_| "not_a_boolean")?).map(u8::from))
                        }
                        other => with_text(other, |text| bool_from_text(text).map(u8::from)),
                    };
                    converter.fixed(at, cells.get(at), NO_BOOL, read, "not_a_boolean")
                }),
                budget,
            )?,
            Column::Day(column) => column.extend(
                (0..count).map(|at| {
                    let number = |number| day_from_number(field, schema, number).map(|day| day.0);
                    let read = |value| match value {
                        Value::Number(value) => Some(number(value)),
                        Value::Digits(text) => digits(text).map(|value| number(value.map_err(|_| "not_a_date")?)),
                        other => with_text(other, |text| day_from_text(field, schema, text).map(|day| day.0)),
                    };
                    converter.fixed(at, cells.get(at), NO_DAY, read, "not_a_date")
                }),
                budget,
            )?,
            Column::Instant(column) => column.extend(
                (0..count).map(|at| {
                    let number = |number| instant_from_number(field, schema, number).map(|instant| instant.0);
                    let read = |value| match value {
                        Value::Number(value) => Some(number(value)),
                        Value::Digits(text) => digits(text).map(|value| number(value.map_err(|_| "not_a_datetime")?)),
                        other => with_text(other, |text| instant_from_text(field, schema, text).map(|instant| instant.0)),
                    };
                    converter.fixed(at, cells.get(at), NO_INSTANT, read, "not_a_datetime")
                }),
                budget,
            )?,
            Column::Coded(column) => {
                let mut codes: Vec<u32> = Vec::new();
                budget.exact(&mut codes, count)?;
                let (word, asks) = (field.kind.is_word(), converter.asks());
                let users = converter.users.filter(|users| field.kind == FieldType::User && users.has_aliases());
                let dict = own(&mut column.dict, budget)?;
                // Each is one more here, and 0 is what is not known yet.
                let all = cells.all_codes().unwrap_or_default();
                codes.extend(all.iter().take(count).map(|code| known.get(*code as usize).copied().unwrap_or(0)));
                codes.resize(count, 0);
                for (at, place) in codes.iter_mut().enumerate().filter(|(_, code)| **code == 0) {
                    if let Some(code @ 1..) = known.get(cells.code(at) as usize) {
                        *place = *code;
                        continue;
                    }
                    let (value, reports) = (cells.get(at), converter.findings.total);
                    let code = match value {
                        Value::Absent | Value::Null => 0,
                        Value::Text(text) if text.len() <= SHORT => {
                            let text = if word { word_of(text) } else { text };
                            if word && text.is_empty() { 0 } else { recent.code(text, || dict.intern(own_id(users, text), budget))? }
                        }
                        value => match text_value(value) {
                            Ok(None) => 0,
                            Ok(Some((text, _)))
                                if (word && word_of(&text).is_empty())
                                    || (text.is_empty() && value == Value::Empty && field.kind != FieldType::Text) =>
                            {
                                0
                            }
                            Ok(Some((text, lone))) => {
                                if lone {
                                    converter.report(at, "lone_surrogate", value);
                                }
                                dict.intern(if word { own_id(users, word_of(&text)) } else { &text }, budget)?
                            }
                            Err(code) => {
                                converter.report(at, code, value);
                                0
                            }
                        },
                    };
                    if asks && code != 0 && !converter.verdict(dict, verdicts, code) {
                        let code = converter.unknown(dict.get(code)).unwrap_or("unknown_choice");
                        converter.report(at, code, value);
                    }
                    // One whose cells are reported is never noted.
                    if reports == converter.findings.total
                        && let Some(known) = known.get_mut(cells.code(at) as usize)
                    {
                        *known = code.saturating_add(1);
                    }
                    *place = code.saturating_add(1);
                }
                codes.iter_mut().for_each(|code| *code -= 1);
                column.extend(&codes, budget)?;
                budget.release(codes.capacity() * 4);
            }
            Column::Text(column) => {
                let (case, mut at) = (column.case, 0);
                while at < count {
                    let chunk = tail(&mut column.chunks, budget)?;
                    let end = count.min(at + CHUNK - chunk.len());
                    while at < end {
                        if let Some(run) = cells.run(at..end) {
                            chunk.extend(run, case, budget)?;
                            at += run.len();
                            continue;
                        }
                        match cells.get(at) {
                            Value::Text(text) if text.len() <= SHORT => chunk.push(Some(text), case, budget)?,
                            value => match text_value(value) {
                                Ok(taken) => {
                                    if taken.as_ref().is_some_and(|(_, lone)| *lone) {
                                        converter.report(at, "lone_surrogate", value);
                                    }
                                    chunk.push(taken.as_ref().map(|(text, _)| text.as_ref()), case, budget)?;
                                }
                                Err(code) => {
                                    converter.report(at, code, value);
                                    chunk.push(None, case, budget)?;
                                }
                            },
                        }
                        at += 1;
                    }
                }
            }
            Column::List(column) => {
                let mut codes = Vec::new();
                let mut json = String::new();
                for at in 0..count {
                    codes.clear();
                    let mut value = cells.get(at);
                    if let Some(list) = cells.codes(at) {
                        let dict = own(&mut column.dict, budget)?;
                        let mut plain = true;
                        budget.grow(&mut codes, list.len())?;
                        for code in list {
                            let Some(known) = known.get_mut(*code as usize) else { continue };
                            if *known == 0 {
                                let word = element_of(field, cells.element(*code));
                                *known = match word.len() {
                                    0 => PASSED_OVER,
                                    1..=SHORT => dict.intern(word, budget)?,
                                    _ => NOT_PLAIN,
                                };
                            }
                            match *known {
                                PASSED_OVER => {}
                                NOT_PLAIN => plain = false,
                                code => codes.push(code),
                            }
                        }
                        // A list with a long word takes the way of one that came as JSON.
                        if codes.is_empty() && plain && !list.is_empty() {
                            converter.unread.push(at);
                        }
                        if !plain {
                            codes.clear();
                            json.clear();
                            array(list.iter().map(|code| cells.element(*code)), &mut json, budget)?;
                            value = Value::List(&json);
                        }
                    }
                    if !matches!(value, Value::Absent | Value::Null | Value::Empty) {
                        let dict = own(&mut column.dict, budget)?;
                        let read = items(field, value, |item| {
                            let item = element_of(field, item);
                            if item.is_empty() {
                                return Ok(());
                            }
                            budget.grow(&mut codes, 1)?;
                            codes.push(recent.code(item, || dict.intern(item, budget))?);
                            Ok(())
                        })?;
                        let lone = match read {
                            Ok(lone) => lone.then_some("lone_surrogate"),
                            Err(code) => {
                                codes.clear();
                                Some(code)
                            }
                        };
                        if let Some(code) = lone {
                            converter.report(at, code, value);
                        } else if codes.is_empty() && !is_none(value) {
                            // Elements that are empty are no elements, and clear nothing.
                            converter.unread.push(at);
                        }
                    }
                    if !codes.is_empty() && converter.asks() {
                        for code in &codes {
                            if !converter.verdict(&column.dict, verdicts, *code) {
                                let word = column.dict.get(*code);
                                let why = converter.unknown(word).unwrap_or("unknown_unit");
                                converter.report_text(at, why, || word.to_owned());
                            }
                        }
                    }
                    tail(&mut column.chunks, budget)?.push(&codes, budget)?;
                }
            }
        }
        column.reconsider(field, rows + crate::table::ops::short(count), budget)
    }
}
