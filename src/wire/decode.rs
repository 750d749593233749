//! Encoded plans, read back with every length checked.

use std::borrow::Cow;

use crate::config::Model;
use crate::error::Result;
use crate::json::Json;
use crate::query::{Cell, FieldIx, FieldType};
use crate::time::{Day, Instant};

use crate::plan::bytes::tag;
use crate::plan::decoded::{DecodedChange, DecodedPlan, DecodedSet, malformed, settable};
use crate::wire::encode::{MAGIC, REMEMBERED};

/// Most bytes that the decoded rows may take for each byte of the encoded plan: a value that is referred to often is copied.
const MOST_GROWTH: usize = 64;

/// A cursor over bytes.
struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| malformed("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1).map(|taken| taken.first().copied().unwrap_or(0))
    }

    /// A number in base 128; the shortest form only, so that one plan has one encoding.
    fn number(&mut self) -> Result<u64> {
        let mut out = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            out |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    break;
                }
                return Ok(out);
            }
        }
        Err(malformed("a number is out of range"))
    }

    fn length(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|_| malformed("a length is out of range"))
    }

    fn part(&mut self) -> Result<Bytes<'a>> {
        let length = self.length()?;
        Ok(Bytes { rest: self.take(length)? })
    }

    fn text(&mut self) -> Result<&'a str> {
        let part = self.part()?;
        std::str::from_utf8(part.rest).map_err(|_| malformed("a text is not UTF-8"))
    }

    fn signed(&mut self) -> Result<i64> {
        let n = self.number()?;
        #[expect(clippy::cast_possible_wrap, reason = "the lowest bit is the sign, so the rest fits")]
        Ok(((n >> 1) as i64) ^ -((n & 1) as i64))
    }

    fn cell(&mut self, kind: FieldType) -> Result<Cell<'static>> {
        let cell = match self.byte()? {
            tag::NULL => Cell::Null,
            tag::TEXT => Cell::Text(Cow::Owned(self.text()?.to_owned())),
            tag::NUMBER => {
                let bytes = self.take(8)?.try_into().map_err(|_| malformed("a number is cut off"))?;
                Cell::Number(Some(f64::from_le_bytes(bytes)).filter(|n| n.is_finite()).ok_or_else(|| malformed("a number is not finite"))?)
            }
            tag::FALSE => Cell::Bool(false),
            tag::TRUE => Cell::Bool(true),
            tag::DAY => Cell::Day(Day::new(self.signed()?).ok_or_else(|| malformed("a day is out of range"))?),
            tag::INSTANT => Cell::Instant(Instant::new(self.signed()?).ok_or_else(|| malformed("an instant is out of range"))?),
            tag::LIST => {
                let count = self.length()?;
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(Cow::Owned(self.text()?.to_owned()));
                }
                Cell::List(items)
            }
            _ => return Err(malformed("a value has an unknown type")),
        };
        let fits = match (&cell, kind) {
            (Cell::Null, _)
            | (Cell::Text(_), FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit)
            | (Cell::Number(_), FieldType::Number)
            | (Cell::Bool(_), FieldType::Boolean)
            | (Cell::Day(_), FieldType::Date)
            | (Cell::Instant(_), FieldType::Datetime) => true,
            (Cell::List(items), FieldType::Tags | FieldType::Units) => !items.is_empty(),
            _ => false,
        };
        if fits { Ok(cell) } else { Err(malformed("a value does not fit its field")) }
    }
}

/// One column being read.
struct Column<'a> {
    bytes: Bytes<'a>,
    kind: FieldType,
    known: Vec<(Cell<'static>, usize)>,
}

impl<'a> Column<'a> {
    fn new(bytes: Bytes<'a>, kind: FieldType) -> Self {
        Column { bytes, kind, known: Vec::new() }
    }

    /// The next value; `room` shrinks by what a copy takes.
    fn next(&mut self, room: &mut usize) -> Result<Option<Cell<'static>>> {
        match self.bytes.number()? {
            0 => Ok(None),
            1 => {
                let before = self.bytes.rest.len();
                let cell = self.bytes.cell(self.kind)?;
                if self.known.len() < REMEMBERED {
                    self.known.push((cell.clone(), before - self.bytes.rest.len()));
                }
                Ok(Some(cell))
            }
            n => {
                let place = usize::try_from(n - 2).map_err(|_| malformed("a reference is out of range"))?;
                let (cell, size) = self.known.get(place).ok_or_else(|| malformed("a reference is out of range"))?;
                *room = room.checked_sub(*size).ok_or_else(|| malformed("its values repeat beyond measure"))?;
                Ok(Some(cell.clone()))
            }
        }
    }
}

/// The header of an encoded plan, without its rows.
///
/// # Errors
/// `plan_malformed`.
pub fn peek(encoded: &[u8]) -> Result<Json> {
    header(&mut Bytes { rest: encoded })
}

fn header(bytes: &mut Bytes<'_>) -> Result<Json> {
    if bytes.take(MAGIC.len())? != MAGIC {
        return Err(malformed("it does not begin as a plan does"));
    }
    let header = Json::parse(bytes.text()?).map_err(|error| malformed(&error.message))?;
    match header.as_object() {
        Some(_) => Ok(header),
        None => Err(malformed("its header is not an object")),
    }
}

/// Reads an encoded plan.
///
/// # Errors
/// `plan_malformed`.
pub fn decode(encoded: &[u8], model: &Model) -> Result<DecodedPlan> {
    let mut bytes = Bytes { rest: encoded };
    let header = header(&mut bytes)?;
    let answers = Json::parse(bytes.text()?).map_err(|error| malformed(&error.message))?;
    let mut out =
        DecodedPlan { actor: header.get("actor").and_then(Json::as_text).unwrap_or_default().to_owned(), header, ..DecodedPlan::default() };
    out.answers(&answers, model)?;

    let rows = bytes.length()?;
    let mut ids = bytes.part()?;
    let guard = model.lead.version.unwrap_or(model.lead.owner);
    let mut guards = Column::new(bytes.part()?, model.schema.kind(guard));
    let mut columns: Vec<(FieldIx, Column<'_>, Column<'_>)> = Vec::new();
    let mut last = "";
    for at in 0..bytes.length()? {
        let name = bytes.text()?;
        if at > 0 && name <= last {
            return Err(malformed("its fields are out of order"));
        }
        last = name;
        let field = settable(model, name)?;
        let kind = model.schema.kind(field);
        columns.push((field, Column::new(bytes.part()?, kind), Column::new(bytes.part()?, kind)));
    }
    let mut room = encoded.len().saturating_mul(MOST_GROWTH).saturating_add(1 << 16);
    for _ in 0..rows {
        let lead = ids.text()?.to_owned();
        let expect = guards.next(&mut room)?.ok_or_else(|| malformed("a change has no guard"))?;
        let mut set = Vec::new();
        for (field, from, to) in &mut columns {
            if let Some(from) = from.next(&mut room)? {
                let to = to.next(&mut room)?.ok_or_else(|| malformed("a change has no new value"))?;
                set.push(DecodedSet { field: *field, from, to });
            }
        }
        out.changes.try_reserve(1)?;
        out.changes.push(DecodedChange { lead, expect, set });
    }
    for _ in 0..bytes.length()? {
        bytes.byte()?;
        bytes.text()?;
    }
    // Of what rules decided, which rule and group for each row.
    if !bytes.rest.is_empty() {
        for _ in 0..2 {
            let mut ids = Column::new(bytes.part()?, FieldType::Text);
            for _ in 0..rows {
                ids.next(&mut room)?.ok_or_else(|| malformed("a change has no rule"))?;
            }
            if !ids.bytes.rest.is_empty() {
                return Err(malformed("it has more rules than rows"));
            }
        }
    }
    let leftover = [&bytes.rest, &ids.rest, &guards.bytes.rest].iter().any(|rest| !rest.is_empty())
        || columns.iter().any(|(_, from, to)| !from.bytes.rest.is_empty() || !to.bytes.rest.is_empty());
    if leftover { Err(malformed("there is something behind its end")) } else { Ok(out) }
}
