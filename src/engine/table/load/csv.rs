//! Rows of CSV (RFC 4180), with a delimiter that is found out.

use super::json::Stop;
use super::slot::{Kind, Slot};
use crate::json::scan::bare_end;

/// The delimiters that are tried, in this order.
pub const DELIMITERS: [u8; 4] = *b",;\t|";

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// With that many cells.
    Cells(usize),
    /// A blank line.
    Blank,
}

/// Whether more text may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// This is all.
    Here,
    /// Perhaps not.
    Unknown,
}

/// Reads the record that begins at `at` and moves `at` behind its line end. `cell` is given each cell by its number.
pub fn record(bytes: &[u8], at: &mut usize, delimiter: u8, ends: Ends, mut cell: impl FnMut(usize, Slot)) -> Result<Record, Stop> {
    let mut here = *at;
    let mut count = 0;
    loop {
        let start = here;
        let slot = if bytes.get(here) == Some(&b'"') {
            let (end, kind) = quoted(bytes, here + 1, ends)?;
            here = end + 1;
            Slot::new(kind, start + 1, end)
        } else {
            here = bare_end(bytes, here, delimiter);
            Slot::new(if here == start { Kind::Null } else { Kind::Text }, start, here)
        };
        let next = bytes.get(here).copied();
        let blank = count == 0 && slot.kind == Kind::Null;
        match next {
            Some(byte) if byte == delimiter => here += 1,
            Some(b'\n') => here += 1,
            Some(b'\r') => {
                here += match bytes.get(here + 1) {
                    Some(b'\n') => 2,
                    Some(_) => 1,
                    None if ends == Ends::Here => 1,
                    None => return Err(Stop::More),
                };
            }
            None if ends == Ends::Unknown => return Err(Stop::More),
            None => {}
            Some(_) => return Err(Stop::Bad(here, "behind a closing quote a delimiter or the end of the line must follow")),
        }
        if next == Some(delimiter) {
            cell(count, slot);
            count += 1;
            continue;
        }
        *at = here;
        if blank {
            return Ok(Record::Blank);
        }
        cell(count, slot);
        return Ok(Record::Cells(count + 1));
    }
}

/// The place of the closing quote, and what stands before it.
fn quoted(bytes: &[u8], start: usize, ends: Ends) -> Result<(usize, Kind), Stop> {
    let mut kind = Kind::Text;
    let mut here = start;
    loop {
        let rest = bytes.get(here..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'"', rest) else { return Err(Stop::More) };
        here += found;
        match bytes.get(here + 1) {
            Some(b'"') => {
                kind = Kind::Doubled;
                here += 2;
            }
            None if ends == Ends::Unknown => return Err(Stop::More),
            _ if here == start => return Ok((here, Kind::Empty)),
            _ => return Ok((here, kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<String> {
        let (mut at, mut out) = (0, Vec::new());
        record(line.as_bytes(), &mut at, b',', Ends::Here, |_, slot| out.push(slot.value(line).shown())).unwrap();
        out
    }

    #[test]
    fn cells_are_cut_at_delimiters() {
        assert_eq!(cells("a,\"b,\"\"c\"\"\",,\"\"\r\nnext"), ["a", "b,\"c\"", "null", ""]);
        assert_eq!(cells("long cell of text,another one\n"), ["long cell of text", "another one"]);
    }

    #[test]
    fn a_record_needs_its_end() {
        for line in ["a,b", "a,\"b", "a,b\r", "a,\"b\""] {
            assert!(matches!(record(line.as_bytes(), &mut 0, b',', Ends::Unknown, |_, _| {}), Err(Stop::More)), "{line:?}");
        }
        assert!(matches!(record(b"a,\"b\"c\n", &mut 0, b',', Ends::Here, |_, _| {}), Err(Stop::Bad(5, _))));
    }
}
