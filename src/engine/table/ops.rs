//! What every kind of column can do, whatever its kind.

use std::borrow::Cow;
use std::rc::Rc;

use super::Budget;
use super::chunk::{bytes, truncate};
use super::column::{Chunks, CodedColumn, Column, Dict, ListChunk, ListColumn, TextColumn};
use super::layout::{NO_BOOL, NO_DAY, NO_INSTANT};
use super::text::TextWrite;
use crate::error::Result;
use crate::query::schema::Case;
use crate::query::{Cell, Field, FieldType};
use crate::time::{Day, Instant};

/// Writes that need no more memory: making them cannot fail.
#[derive(Debug)]
pub enum Writes {
    Number(Vec<(u32, f64)>),
    Bool(Vec<(u32, u8)>),
    Day(Vec<(u32, i32)>),
    Instant(Vec<(u32, i64)>),
    Coded(Vec<(u32, u32)>),
    Text(Vec<(usize, TextWrite)>),
    List(Vec<(usize, Rc<ListChunk>)>),
    Nothing,
}

/// Whether a dictionary of that many texts is worth its while over that many values.
///
/// A distinct text costs about 12 bytes more in a dictionary than in an arena, and each row saves its text, so memory is even at
/// about one distinct text in two rows. Up to 1,024 the dictionary is always kept; past 65,535 codes need four bytes.
pub fn dictionary_pays(distinct: usize, rows: usize) -> bool {
    distinct <= 1024 || (distinct <= 65_535 && distinct.saturating_mul(2) <= rows)
}

/// Codes of one dictionary in terms of another, found on demand.
struct Translation<'a> {
    from: &'a Dict,
    map: Vec<u32>,
    same: bool,
}

impl<'a> Translation<'a> {
    fn new(from: &'a Rc<Dict>, to: &Rc<Dict>, budget: &Budget) -> Result<Self> {
        let same = Rc::ptr_eq(from, to);
        let mut map = Vec::new();
        if !same {
            budget.exact(&mut map, from.len() + 1)?;
            map.resize(from.len() + 1, 0);
        }
        Ok(Translation { from, map, same })
    }

    #[inline]
    fn code(&mut self, code: u32, intern: impl FnOnce(&str) -> Result<u32>) -> Result<u32> {
        if self.same || code == 0 {
            return Ok(code);
        }
        match self.map.get_mut(code as usize) {
            Some(known) if *known != 0 => Ok(*known),
            Some(slot) => {
                *slot = intern(self.from.get(code))?;
                Ok(*slot)
            }
            None => Ok(0),
        }
    }
}

/// Collects with leave.
pub fn gather<T>(values: impl ExactSizeIterator<Item = T>, budget: &Budget) -> Result<Vec<T>> {
    let mut out = Vec::new();
    budget.exact(&mut out, values.len())?;
    out.extend(values);
    Ok(out)
}

impl Column {
    /// A column of no rows. Text other than the id begins with a dictionary.
    pub fn new(field: &Field, is_id: IsId) -> Column {
        match field.kind {
            _ if is_id == IsId::Yes => Column::Text(TextColumn::new(Case::Sensitive)),
            FieldType::Number => Column::Number(Chunks::default()),
            FieldType::Boolean => Column::Bool(Chunks::default()),
            FieldType::Date => Column::Day(Chunks::default()),
            FieldType::Datetime => Column::Instant(Chunks::default()),
            FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit => {
                Column::Coded(CodedColumn { dict: Rc::default(), chunks: Vec::new() })
            }
            FieldType::Tags | FieldType::Units => Column::List(ListColumn { dict: Rc::default(), chunks: Vec::new() }),
        }
    }

    /// An empty column of the same kind that shares the dictionary.
    pub fn empty_like(&self) -> Column {
        match self {
            Column::Number(_) => Column::Number(Chunks::default()),
            Column::Bool(_) => Column::Bool(Chunks::default()),
            Column::Day(_) => Column::Day(Chunks::default()),
            Column::Instant(_) => Column::Instant(Chunks::default()),
            Column::Coded(column) => Column::Coded(CodedColumn { dict: column.dict.clone(), chunks: Vec::new() }),
            Column::Text(column) => Column::Text(TextColumn::new(column.case)),
            Column::List(column) => Column::List(ListColumn { dict: column.dict.clone(), chunks: Vec::new() }),
        }
    }

    /// The value of a row.
    pub fn cell(&self, row: u32) -> Cell<'_> {
        match self {
            Column::Number(column) => column.get(row).filter(|number| !number.is_nan()).map_or(Cell::Null, Cell::Number),
            Column::Bool(column) => column.get(row).filter(|value| *value < NO_BOOL).map_or(Cell::Null, |value| Cell::Bool(value == 1)),
            Column::Day(column) => column.get(row).filter(|day| *day != NO_DAY).map_or(Cell::Null, |day| Cell::Day(Day(day))),
            Column::Instant(column) => column.get(row).filter(|ms| *ms != NO_INSTANT).map_or(Cell::Null, |ms| Cell::Instant(Instant(ms))),
            Column::Coded(column) => column.text(row).map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text))),
            Column::Text(column) => column.original(row).map_or(Cell::Null, Cell::Text),
            Column::List(column) => {
                let items: Vec<_> = column.codes(row).iter().map(|code| Cow::Borrowed(column.dict.get(code))).collect();
                if items.is_empty() { Cell::Null } else { Cell::List(items) }
            }
        }
    }

    /// The text of a row, in a column of texts.
    pub fn text(&self, row: u32) -> Option<Cow<'_, str>> {
        match self {
            Column::Coded(column) => column.text(row).map(Cow::Borrowed),
            Column::Text(column) => column.original(row),
            _ => None,
        }
    }

    /// Drops the rows from `rows` on, which were added since the last snapshot.
    pub fn truncate(&mut self, rows: u32) {
        let rows = rows as usize;
        match self {
            Column::Number(column) => column.truncate(rows),
            Column::Bool(column) => column.truncate(rows),
            Column::Day(column) => column.truncate(rows),
            Column::Instant(column) => column.truncate(rows),
            Column::Coded(column) => truncate(&mut column.chunks, rows),
            Column::Text(column) => truncate(&mut column.chunks, rows),
            Column::List(column) => truncate(&mut column.chunks, rows),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match self {
            Column::Number(column) => column.bytes(),
            Column::Bool(column) => column.bytes(),
            Column::Day(column) => column.bytes(),
            Column::Instant(column) => column.bytes(),
            Column::Coded(column) => bytes(&column.chunks) + column.dict.bytes(),
            Column::Text(column) => bytes(&column.chunks),
            Column::List(column) => bytes(&column.chunks) + column.dict.bytes(),
        }
    }

    /// Gives back room that nothing needs, at the end of a load.
    pub fn trim(&mut self) {
        fn last<C: super::chunk::Chunk>(chunks: &mut [Rc<C>]) {
            chunks.last_mut().and_then(Rc::get_mut).into_iter().for_each(C::trim);
        }
        match self {
            Column::Number(column) => last(&mut column.chunks),
            Column::Bool(column) => last(&mut column.chunks),
            Column::Day(column) => last(&mut column.chunks),
            Column::Instant(column) => last(&mut column.chunks),
            Column::Coded(column) => {
                last(&mut column.chunks);
                Rc::get_mut(&mut column.dict).into_iter().for_each(Dict::trim);
            }
            Column::Text(column) => last(&mut column.chunks),
            Column::List(column) => {
                last(&mut column.chunks);
                Rc::get_mut(&mut column.dict).into_iter().for_each(Dict::trim);
            }
        }
    }

    /// Adds rows of another column of the same field at the end.
    pub fn append_rows(&mut self, from: &Column, rows: &[u32], budget: &Budget) -> Result<()> {
        match (self, from) {
            (Column::Number(to), Column::Number(from)) => to.extend(rows.iter().map(|row| from.get(*row).unwrap_or(f64::NAN)), budget),
            (Column::Bool(to), Column::Bool(from)) => to.extend(rows.iter().map(|row| from.get(*row).unwrap_or(NO_BOOL)), budget),
            (Column::Day(to), Column::Day(from)) => to.extend(rows.iter().map(|row| from.get(*row).unwrap_or(NO_DAY)), budget),
            (Column::Instant(to), Column::Instant(from)) => to.extend(rows.iter().map(|row| from.get(*row).unwrap_or(NO_INSTANT)), budget),
            (Column::Coded(to), Column::Coded(from)) => {
                let mut known = Translation::new(&from.dict, &to.dict, budget)?;
                let mut codes = Vec::new();
                budget.exact(&mut codes, rows.len())?;
                for row in rows {
                    codes.push(known.code(from.code(*row), |text| to.intern(text, budget))?);
                }
                to.extend(&codes, budget)
            }
            (Column::Coded(to), Column::Text(from)) => {
                let mut codes = Vec::new();
                budget.exact(&mut codes, rows.len())?;
                for row in rows {
                    codes.push(from.original(*row).map_or(Ok(0), |text| to.intern(&text, budget))?);
                }
                to.extend(&codes, budget)
            }
            (Column::Text(to), from) => rows.iter().try_for_each(|row| to.push(from.text(*row).as_deref(), budget)),
            (Column::List(to), Column::List(from)) => {
                let mut known = Translation::new(&from.dict, &to.dict, budget)?;
                let mut codes = Vec::new();
                for row in rows {
                    codes.clear();
                    for code in from.codes(*row).iter() {
                        budget.grow(&mut codes, 1)?;
                        codes.push(known.code(code, |text| to.intern(text, budget))?);
                    }
                    to.push(&codes, budget)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Makes the writes ready that copy rows of another column of the same field: pairs of (row here, row there), of which a
    /// later one holds against an earlier one.
    pub fn prepare_rows(&mut self, from: &Column, pairs: &[(u32, u32)], budget: &Budget) -> Result<Writes> {
        let rows = pairs.iter().map(|(row, _)| *row);
        Ok(match (self, from) {
            (Column::Number(to), Column::Number(from)) => {
                to.unshare(rows, budget)?;
                Writes::Number(gather(pairs.iter().map(|(row, at)| (*row, from.get(*at).unwrap_or(f64::NAN))), budget)?)
            }
            (Column::Bool(to), Column::Bool(from)) => {
                to.unshare(rows, budget)?;
                Writes::Bool(gather(pairs.iter().map(|(row, at)| (*row, from.get(*at).unwrap_or(NO_BOOL))), budget)?)
            }
            (Column::Day(to), Column::Day(from)) => {
                to.unshare(rows, budget)?;
                Writes::Day(gather(pairs.iter().map(|(row, at)| (*row, from.get(*at).unwrap_or(NO_DAY))), budget)?)
            }
            (Column::Instant(to), Column::Instant(from)) => {
                to.unshare(rows, budget)?;
                Writes::Instant(gather(pairs.iter().map(|(row, at)| (*row, from.get(*at).unwrap_or(NO_INSTANT))), budget)?)
            }
            (Column::Coded(to), Column::Coded(from)) => {
                let mut known = Translation::new(&from.dict, &to.dict, budget)?;
                to.prepare_with(pairs, |to, at| known.code(from.code(at), |text| to.intern(text, budget)), budget)?
            }
            (Column::Coded(to), from @ Column::Text(_)) => {
                to.prepare_with(pairs, |to, at| from.text(at).map_or(Ok(0), |text| to.intern(&text, budget)), budget)?
            }
            (Column::Text(to), from) => {
                let order = last_of_each(pairs, budget)?;
                let texts: Vec<(u32, Option<Cow<'_, str>>)> = gather(order.iter().map(|(row, at)| (*row, from.text(*at))), budget)?;
                let texts = gather(texts.iter().map(|(row, text)| (*row, text.as_deref())), budget)?;
                Writes::Text(to.prepare(&texts, budget)?)
            }
            (Column::List(to), Column::List(from)) => {
                let order = last_of_each(pairs, budget)?;
                let mut known = Translation::new(&from.dict, &to.dict, budget)?;
                let (mut codes, mut lists) = (Vec::new(), Vec::new());
                budget.exact(&mut lists, order.len())?;
                for (row, at) in &order {
                    let start = codes.len();
                    for code in from.codes(*at).iter() {
                        budget.grow(&mut codes, 1)?;
                        codes.push(known.code(code, |text| to.intern(text, budget))?);
                    }
                    lists.push((*row, short(start), short(codes.len())));
                }
                Writes::List(to.prepare(&lists, &codes, budget)?)
            }
            _ => Writes::Nothing,
        })
    }

    /// Makes prepared writes true.
    pub fn commit(&mut self, writes: Writes) {
        match (self, writes) {
            (Column::Number(to), Writes::Number(writes)) => writes.into_iter().for_each(|(row, value)| to.set(row, value)),
            (Column::Bool(to), Writes::Bool(writes)) => writes.into_iter().for_each(|(row, value)| to.set(row, value)),
            (Column::Day(to), Writes::Day(writes)) => writes.into_iter().for_each(|(row, value)| to.set(row, value)),
            (Column::Instant(to), Writes::Instant(writes)) => writes.into_iter().for_each(|(row, value)| to.set(row, value)),
            (Column::Coded(to), Writes::Coded(writes)) => writes.into_iter().for_each(|(row, code)| to.set(row, code)),
            (Column::Text(to), Writes::Text(writes)) => to.commit(writes),
            (Column::List(to), Writes::List(writes)) => to.commit(writes),
            _ => {}
        }
    }

    /// Turns a column of text with a dictionary into an arena, if the dictionary has grown past what pays.
    pub fn reconsider(&mut self, field: &Field, rows: u32, budget: &Budget) -> Result<()> {
        if let Column::Coded(column) = self
            && field.kind == FieldType::Text
            && !dictionary_pays(column.dict.len(), rows as usize)
        {
            let mut text = TextColumn::new(field.case);
            (0..rows).try_for_each(|row| text.push(column.text(row), budget))?;
            budget.release(self.bytes());
            *self = Column::Text(text);
        }
        Ok(())
    }
}

/// Whether a column holds the ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsId {
    Yes,
    No,
}

pub fn short(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The pairs in the order of their rows; of one row the last holds.
pub fn last_of_each(pairs: &[(u32, u32)], budget: &Budget) -> Result<Vec<(u32, u32)>> {
    let ascending = pairs.is_sorted_by(|a, b| a.0 < b.0);
    let mut order = gather(pairs.iter().enumerate().map(|(at, pair)| (pair.0, short(at))), budget)?;
    if !ascending {
        crate::sort::all(&mut order);
        order.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 = later.1;
            }
            same
        });
    }
    for (_, at) in &mut order {
        *at = pairs.get(*at as usize).map_or(0, |pair| pair.1);
    }
    Ok(order)
}

impl CodedColumn {
    /// Makes writes ready whose codes come from `code`, called with the second of each pair.
    pub fn prepare_with(
        &mut self,
        pairs: &[(u32, u32)],
        mut code: impl FnMut(&mut CodedColumn, u32) -> Result<u32>,
        budget: &Budget,
    ) -> Result<Writes> {
        let mut writes = Vec::new();
        budget.exact(&mut writes, pairs.len())?;
        let mut max = 0;
        for (row, at) in pairs {
            let code = code(self, *at)?;
            max = max.max(code);
            writes.push((*row, code));
        }
        self.prepare(pairs.iter().map(|(row, _)| *row), max, budget)?;
        Ok(Writes::Coded(writes))
    }
}
