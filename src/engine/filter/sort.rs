//! Rows in the order of their values.
//!
//! Each row gets a 64-bit key that orders as its value does: numbers and instants by their bits, words by the rank of their value in
//! the dictionary, texts by seven bytes at a time. Keys are sorted by their digits in base 256, the least first, leaving out those
//! that all keys share (Knuth, TAOCP 3, 5.2.5); runs of equal keys are then settled by the whole value and by the next key. The
//! order is stable: rows that tie in every key stay as they were.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::error::Result;
use crate::query::{Field, FieldIx, FieldType};
use crate::table::bit;
use crate::table::column::{CodedColumn, Dict, ListColumn, TextColumn};
use crate::table::{CHUNK, Column, Snapshot};

use super::natural::natural;
use super::row::folded;
use crate::query::schema::Case;

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The field.
    pub field: FieldIx,
    /// Which end comes first.
    pub direction: Direction,
    /// Where rows without a value go, whatever the direction.
    pub nulls: Nulls,
    /// By what values are ordered.
    pub order: SortOrder,
}

/// By what values are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// By their own order; texts by code point.
    Value,
    /// Words by their place among the field's choices, others behind them by code point.
    Choices,
    /// Texts by code point, but for the numbers in them, which are compared as numbers.
    Natural,
}

impl SortOrder {
    /// Whether a field can be ordered so.
    pub fn fits(self, field: &Field) -> bool {
        match self {
            SortOrder::Value => true,
            SortOrder::Choices => !field.choices.is_empty(),
            SortOrder::Natural => field.kind == FieldType::Text || field.kind.is_word() || field.kind.is_list(),
        }
    }
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The least value first.
    Ascending,
    /// The greatest value first.
    Descending,
}

/// Where rows without a value go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// To the front.
    First,
    /// To the end.
    Last,
}

/// Sorts rows by these keys, the first one first. Text is ordered by code point of its compared form unless the key says otherwise, lists element by element.
///
/// # Errors
/// `out_of_memory`; the rows are then as they were.
pub fn sort(rows: &mut [u32], by: &[SortKey], table: &Snapshot) -> Result<()> {
    let mut keys: Vec<Key<'_>> = Vec::new();
    for (at, key) in by.iter().enumerate() {
        // A field that comes again in the same order decides nothing.
        if by.iter().take(at).all(|before| (before.field, before.order) != (key.field, key.order)) {
            keys.push(Key { of: SortColumn::new(table, key)?, direction: key.direction, nulls: key.nulls });
        }
    }
    let mut entries: Vec<Entry> = Vec::new();
    entries.try_reserve_exact(rows.len())?;
    entries.extend((0u32..).zip(rows.iter()).map(|(at, row)| Entry { key: 0, row: *row, at }));
    let mut spare: Vec<Entry> = Vec::new();
    spare.try_reserve_exact(rows.len())?;
    spare.extend_from_slice(&entries);
    settle(&mut entries, &mut spare, &keys, 0);
    rows.iter_mut().zip(&entries).for_each(|(row, entry)| *row = entry.row);
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    key: u64,
    row: u32,
    /// Its place before, which settles ties.
    at: u32,
}

struct Key<'t> {
    of: SortColumn<'t>,
    direction: Direction,
    nulls: Nulls,
}

/// What equal keys say of the values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tie {
    /// They are equal.
    Equal,
    /// They may differ further on.
    Open,
}

impl Key<'_> {
    /// The key of a row; of a text, that of its stretch at this level.
    fn key(&self, row: u32, level: usize) -> u64 {
        match (self.of.key(row, level), self.direction, self.nulls) {
            (None, _, Nulls::Last) => u64::MAX,
            (None, _, Nulls::First) => 0,
            (Some(key), Direction::Ascending, _) => key,
            (Some(key), Direction::Descending, _) => !key,
        }
    }

    fn tie(&self, key: u64) -> Tie {
        let written = if self.direction == Direction::Descending { !key } else { key };
        match self.of {
            _ if key == 0 || key == u64::MAX => Tie::Equal,
            SortColumn::Text(_) | SortColumn::NaturalText(_) if written & 255 == LONGER => Tie::Open,
            SortColumn::List(..) => Tie::Open,
            _ => Tie::Equal,
        }
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        match self.direction {
            Direction::Ascending => self.of.compare(a, b),
            Direction::Descending => self.of.compare(b, a),
        }
    }
}

/// How many stretches of a text become keys before whole texts are compared.
const LEVELS: usize = 5;
/// Bytes of a stretch. The eighth byte of its key says how many there were, from 1 for none.
const STRETCH: usize = 7;
/// That there are more bytes than the stretch has.
const LONGER: u64 = STRETCH as u64 + 2;

/// Sorts entries by the first key, and what it leaves equal by the others.
fn settle(entries: &mut [Entry], spare: &mut [Entry], keys: &[Key<'_>], level: usize) {
    let Some((key, rest)) = keys.split_first() else { return };
    entries.iter_mut().for_each(|entry| entry.key = key.key(entry.row, level));
    by_digits(entries, spare);
    for same in entries.chunk_by_mut(|a, b| a.key == b.key) {
        let tie = same.first().map_or(Tie::Equal, |entry| key.tie(entry.key));
        match (same.len(), tie) {
            (..2, _) => {}
            (_, Tie::Equal) => settle(same, spare, rest, 0),
            (_, Tie::Open) if level < LEVELS && matches!(key.of, SortColumn::Text(_) | SortColumn::NaturalText(_)) => {
                settle(same, spare, keys, level + 1)
            }
            (_, Tie::Open) => {
                same.sort_unstable_by(|a, b| key.compare(a.row, b.row).then(a.at.cmp(&b.at)));
                same.chunk_by_mut(|a, b| key.compare(a.row, b.row).is_eq()).for_each(|same| settle(same, spare, rest, 0));
            }
        }
    }
}

/// Below this, comparing is cheaper than counting digits.
const SMALL: usize = 512;

/// A sort by key that leaves equal ones as they were.
fn by_digits(entries: &mut [Entry], spare: &mut [Entry]) {
    if entries.len() <= SMALL {
        return entries.sort_unstable_by_key(|entry| (entry.key, entry.at));
    }
    let mut counts = [[0u32; 256]; 8];
    for entry in entries.iter() {
        for (count, digit) in counts.iter_mut().zip(entry.key.to_le_bytes()) {
            count.get_mut(usize::from(digit)).into_iter().for_each(|count| *count += 1);
        }
    }
    let spare = spare.get_mut(..entries.len()).unwrap_or_default();
    let all = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let mut swapped = false;
    for (place, count) in counts.iter_mut().enumerate() {
        if count.contains(&all) {
            continue;
        }
        let mut next = 0;
        for slot in count.iter_mut() {
            next += std::mem::replace(slot, next);
        }
        let (from, to) = if swapped { (&*spare, &mut *entries) } else { (&*entries, &mut *spare) };
        for entry in from {
            let digit = (entry.key >> (8 * place) & 255) as usize;
            if let Some(slot) = count.get_mut(digit) {
                to.get_mut(*slot as usize).into_iter().for_each(|to| *to = *entry);
                *slot += 1;
            }
        }
        swapped = !swapped;
    }
    if swapped {
        entries.copy_from_slice(spare);
    }
}

/// The values of a field, for ordering.
enum SortColumn<'t> {
    /// One value of fixed width.
    Fixed(&'t Column),
    /// Words and texts by code, with the rank of each code, that of null 0.
    Coded(&'t CodedColumn, Vec<u32>),
    Text(&'t TextColumn),
    /// The same in natural order.
    NaturalText(&'t TextColumn),
    List(&'t ListColumn, Vec<u32>),
}

/// The rank of each code by value, from 1 on; values that compare as equal have one rank.
fn ranks(dict: &Dict, case: Case, order: SortOrder, choices: &[String]) -> Result<Vec<u32>> {
    // For each value its place among the choices; without them all values are in one place.
    let none = u32::try_from(choices.len()).unwrap_or(u32::MAX);
    let mut places = Vec::new();
    places.try_reserve_exact(dict.len() + 1)?;
    places.resize(dict.len() + 1, none);
    for (place, choice) in (0u32..).zip(choices).filter(|_| order == SortOrder::Choices) {
        let slot = dict.find(choice).and_then(|code| places.get_mut(code as usize));
        // Of a choice that is named twice the first place counts.
        slot.into_iter().for_each(|slot| *slot = place.min(*slot));
    }
    let mut order_of = Vec::new();
    order_of.try_reserve_exact(dict.len())?;
    for (code, text) in (1u32..).zip(dict.iter()) {
        let bytes = match folded(case, text) {
            text if order == SortOrder::Natural => Cow::Owned(natural(text.as_bytes()).collect::<Vec<u8>>()),
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        order_of.push((places.get(code as usize).copied().unwrap_or(none), bytes, code));
    }
    crate::sort::all(&mut order_of);
    let mut out = places;
    out.fill(0);
    let mut rank = 0;
    let mut last = None;
    for (place, bytes, code) in &order_of {
        rank += u32::from(last != Some((place, bytes)));
        last = Some((place, bytes));
        out.get_mut(*code as usize).into_iter().for_each(|slot| *slot = rank);
    }
    Ok(out)
}

impl<'t> SortColumn<'t> {
    fn new(table: &'t Snapshot, key: &SortKey) -> Result<SortColumn<'t>> {
        let field = table.schema().get(key.field);
        let case = match field {
            Some(field) if field.kind == FieldType::Text => field.case,
            _ => Case::Sensitive,
        };
        let choices = field.map_or(&[][..], |field| field.choices.as_slice());
        Ok(match table.column(key.field) {
            Column::Coded(column) => SortColumn::Coded(column, ranks(&column.dict, case, key.order, choices)?),
            Column::List(column) => SortColumn::List(column, ranks(&column.dict, Case::Sensitive, key.order, choices)?),
            Column::Text(column) if key.order == SortOrder::Natural => SortColumn::NaturalText(column),
            Column::Text(column) => SortColumn::Text(column),
            column => SortColumn::Fixed(column),
        })
    }

    /// A number, neither 0 nor the greatest, that orders as the value does.
    fn key(&self, row: u32, level: usize) -> Option<u64> {
        const TOP: u64 = 1 << 63;
        let whole = |value: i64| value.cast_unsigned() ^ TOP;
        match self {
            SortColumn::Fixed(Column::Number(column)) => column.get(row).filter(|number| !number.is_nan()).map(|number| {
                let bits = (number + 0.0).to_bits();
                if bits & TOP == 0 { bits | TOP } else { !bits }
            }),
            SortColumn::Fixed(Column::Bool(column)) => column.get(row).filter(|value| *value < 2).map(|value| u64::from(value) + 1),
            SortColumn::Fixed(Column::Day(column)) => column.get(row).filter(|day| *day != i32::MIN).map(|day| whole(day.into())),
            SortColumn::Fixed(Column::Instant(column)) => column.get(row).filter(|ms| *ms != i64::MIN).map(whole),
            SortColumn::Fixed(_) => None,
            SortColumn::Coded(column, ranks) => rank(ranks, column.code(row)).map(u64::from),
            SortColumn::Text(column) => bytes_of(column, row).map(|text| {
                let rest = text.get(level * STRETCH..).unwrap_or_default();
                let mut bytes = [0; 8];
                bytes.iter_mut().zip(rest.iter().take(STRETCH)).for_each(|(to, byte)| *to = *byte);
                u64::from_be_bytes(bytes) | (rest.len().min(STRETCH + 1) as u64 + 1)
            }),
            SortColumn::NaturalText(column) => bytes_of(column, row).map(|text| {
                let mut bytes = [0; 8];
                let mut rest = natural(text).skip(level * STRETCH);
                let there = bytes.iter_mut().take(STRETCH).zip(&mut rest).map(|(to, byte)| *to = byte).count();
                let more = there == STRETCH && rest.next().is_some();
                u64::from_be_bytes(bytes) | (there as u64 + u64::from(more) + 1)
            }),
            SortColumn::List(column, ranks) => {
                let codes = column.codes(row);
                rank(ranks, codes.get(0)).map(|first| u64::from(first) << 32 | u64::from(rank(ranks, codes.get(1)).unwrap_or(0)))
            }
        }
    }

    /// How two values stand to each other whose keys are equal.
    fn compare(&self, a: u32, b: u32) -> Ordering {
        match self {
            SortColumn::Text(column) => bytes_of(column, a).cmp(&bytes_of(column, b)),
            SortColumn::NaturalText(column) => {
                let of = |row| natural(bytes_of(column, row).unwrap_or_default());
                of(a).cmp(of(b))
            }
            SortColumn::List(column, ranks) => {
                let of = |row| column.codes(row).iter().map(|code| rank(ranks, code));
                of(a).cmp(of(b))
            }
            _ => Ordering::Equal,
        }
    }
}

/// The text of a row in its compared form: UTF-8 orders as its code points do.
fn bytes_of(column: &TextColumn, row: u32) -> Option<&[u8]> {
    let (chunk, at) = (column.chunks.get(row as usize / CHUNK)?, row as usize % CHUNK);
    if !chunk.changed.is_empty() {
        return column.folded(row).map(str::as_bytes);
    }
    if bit(&chunk.valid, at) { chunk.bytes.get(chunk.range(at)) } else { None }
}

fn rank(ranks: &[u32], code: u32) -> Option<u32> {
    ranks.get(code as usize).copied().filter(|rank| *rank != 0)
}

#[cfg(test)]
mod tests;
