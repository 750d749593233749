//! Encoded plans, read back with every length checked.

use std::borrow::Cow;

use crate::config::Model;
use crate::error::Result;
use crate::json::Json;
use crate::query::{Cell, FieldType};
use crate::time::{Day, Instant};

use crate::plan::bytes::tag;
use crate::plan::decoded::{DecodedChanges, DecodedField, DecodedPlan, RowCodes, Values, malformed, settable};
use crate::table::pack::IdUnpacker;
use crate::wire::encode::{MAGIC, guard, shape};

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

impl Bytes<'_> {
    /// A column of so many rows, and nothing behind it.
    fn column(&mut self, kind: FieldType, rows: usize) -> Result<Values> {
        let mut part = self.part()?;
        let mut list = Vec::new();
        let how = part.byte()?;
        let codes = match how {
            shape::NOTHING => RowCodes::Same(0),
            shape::SAME => {
                list.push(part.cell(kind)?);
                RowCodes::Same(1)
            }
            shape::HALVES | shape::BYTES | shape::PAIRS => {
                let count = part.length()?;
                for _ in 0..count {
                    list.push(part.cell(kind)?);
                }
                let taken = match how {
                    shape::HALVES => rows.div_ceil(2),
                    shape::BYTES => rows,
                    _ => rows.saturating_mul(2),
                };
                let packed = part.take(taken)?;
                let mut codes: Vec<u16> = Vec::new();
                codes.try_reserve_exact(rows + 1)?;
                match how {
                    shape::HALVES => packed.iter().for_each(|byte| codes.extend([u16::from(byte & 15), u16::from(byte >> 4)])),
                    shape::BYTES => packed.iter().for_each(|byte| codes.push(u16::from(*byte))),
                    _ => packed.as_chunks::<2>().0.iter().for_each(|pair| codes.push(u16::from_le_bytes(*pair))),
                }
                codes.truncate(rows);
                if codes.iter().any(|code| usize::from(*code) > count) {
                    return Err(malformed("a reference is out of range"));
                }
                RowCodes::Narrow(codes)
            }
            shape::EACH => {
                let mut codes: Vec<u32> = Vec::new();
                for _ in 0..rows {
                    codes.try_reserve(1)?;
                    codes.push(match part.byte()? {
                        0 => 0,
                        1 => {
                            list.try_reserve(1)?;
                            list.push(part.cell(kind)?);
                            u32::try_from(list.len()).map_err(|_| malformed("a column has too many values"))?
                        }
                        _ => return Err(malformed("a value has an unknown type")),
                    });
                }
                RowCodes::Wide(codes)
            }
            _ => return Err(malformed("a column is written in an unknown way")),
        };
        if part.rest.is_empty() { Ok(Values { list, codes }) } else { Err(malformed("there is something behind a column")) }
    }

    /// So many packed ids, and nothing behind them.
    fn ids(&mut self, count: usize) -> Result<&[u8]> {
        let part = self.part()?;
        let mut ids = IdUnpacker::new(part.rest);
        if !ids.pass(count) {
            return Err(malformed("its ids are cut off"));
        }
        if ids.is_done() { Ok(part.rest) } else { Err(malformed("it has more ids than rows")) }
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
    let magic = bytes.take(MAGIC.len())?;
    if magic != MAGIC {
        return Err(malformed(match magic {
            b"EVHP\x01" => "it is of the format `evenhand/plan@1`; take it as JSON, or with the version that made it",
            _ => "it does not begin as a plan does",
        }));
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
    let ids = bytes.ids(rows)?.to_vec();
    let lead = &model.lead;
    let expect = match bytes.byte()? {
        guard::OWNER if lead.version.is_none() => None,
        guard::COLUMN => Some(bytes.column(model.schema.kind(lead.version.unwrap_or(lead.owner)), rows)?),
        _ => return Err(malformed("a change has no guard")),
    };
    let mut fields: Vec<DecodedField> = Vec::new();
    let mut last = "";
    for _ in 0..bytes.length()? {
        let name = bytes.text()?;
        if name <= last {
            return Err(malformed("its fields are out of order"));
        }
        last = name;
        let field = settable(model, name)?;
        let kind = model.schema.kind(field);
        let (from, to) = (bytes.column(kind, rows)?, bytes.column(kind, rows)?);
        if (0..rows).any(|at| (from.code(at) == 0) != (to.code(at) == 0)) {
            return Err(malformed("a change has no new value"));
        }
        fields.push(DecodedField { field, from, to });
    }
    let owner = fields.iter().position(|field| field.field == lead.owner);
    let guards = expect.as_ref().or_else(|| owner.and_then(|owner| fields.get(owner)).map(|field| &field.from));
    if (0..rows).any(|at| guards.is_none_or(|guards| guards.code(at) == 0)) {
        return Err(malformed("a change has no guard"));
    }
    out.changes = DecodedChanges { rows, ids, expect, fields, owner };
    for _ in 0..bytes.length()? {
        bytes.byte()?;
        let count = bytes.length()?;
        bytes.ids(count)?;
    }
    // Of what rules decided, which rule and group for each row.
    if !bytes.rest.is_empty() {
        for _ in 0..2 {
            let ids = bytes.column(FieldType::Text, rows)?;
            if (0..rows).any(|at| ids.code(at) == 0) {
                return Err(malformed("a change has no rule"));
            }
        }
    }
    if bytes.rest.is_empty() { Ok(out) } else { Err(malformed("there is something behind its end")) }
}
