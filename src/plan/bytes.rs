//! Values as bytes: equal values have equal bytes, and no value's bytes begin another's.

use crate::query::Cell;

/// Tags of cells.
pub(crate) mod tag {
    pub const NULL: u8 = 0;
    pub const TEXT: u8 = 1;
    pub const NUMBER: u8 = 2;
    pub const FALSE: u8 = 3;
    pub const TRUE: u8 = 4;
    pub const DAY: u8 = 5;
    pub const INSTANT: u8 = 6;
    pub const LIST: u8 = 7;
    /// A distance from the plan's instant; only in outcomes, never on the wire.
    pub const DISTANCE: u8 = 8;
}

/// Appends a number in base 128, the lowest digits first.
pub(crate) fn number(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push((n as u8) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Appends bytes with their length in front.
pub(crate) fn bytes(part: &[u8], out: &mut Vec<u8>) {
    number(part.len() as u64, out);
    out.extend_from_slice(part);
}

/// Appends a number that may be negative.
pub(crate) fn signed(n: i64, out: &mut Vec<u8>) {
    number(((n << 1) ^ (n >> 63)) as u64, out);
}

/// Appends a value.
pub(crate) fn cell(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.push(tag::NULL),
        Cell::Text(text) => {
            out.push(tag::TEXT);
            bytes(text.as_bytes(), out);
        }
        Cell::Number(n) => {
            out.push(tag::NUMBER);
            out.extend_from_slice(&n.to_le_bytes());
        }
        Cell::Bool(value) => out.push(if *value { tag::TRUE } else { tag::FALSE }),
        Cell::Day(day) => {
            out.push(tag::DAY);
            signed(i64::from(day.0), out);
        }
        Cell::Instant(instant) => {
            out.push(tag::INSTANT);
            signed(instant.0, out);
        }
        Cell::List(items) => {
            out.push(tag::LIST);
            number(items.len() as u64, out);
            items.iter().for_each(|item| bytes(item.as_bytes(), out));
        }
    }
}
