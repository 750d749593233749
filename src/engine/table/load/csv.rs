//! Rows of CSV (RFC 4180), with a delimiter that is found out.

use super::cursor::Stop;
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

/// What a text begins with that may have a line which names the delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// It ends before that can be said.
    Open,
    /// No such line.
    No,
    /// The delimiter, and how many bytes the line has with its end.
    Delimiter(u8, usize),
}

/// Looks for a line `sep=;`, as spreadsheets write it before the header.
pub fn named_delimiter(bytes: &[u8], ends: Ends) -> Named {
    let end = bytes.iter().take(8).position(|byte| matches!(byte, b'\n' | b'\r'));
    let line = match end {
        Some(end) => bytes.get(..end).unwrap_or_default(),
        None if ends == Ends::Here => bytes,
        None => return if bytes.len() < 8 { Named::Open } else { Named::No },
    };
    let inside = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let Some((word, [delimiter])) = inside.split_at_checked(4) else { return Named::No };
    if !word.eq_ignore_ascii_case(b"sep=") || delimiter.is_ascii_alphanumeric() || !delimiter.is_ascii() || *delimiter == b'"' {
        return Named::No;
    }
    match (bytes.get(line.len()), bytes.get(line.len() + 1)) {
        (Some(b'\r'), Some(b'\n')) => Named::Delimiter(*delimiter, line.len() + 2),
        (Some(b'\r'), None) if ends == Ends::Unknown => Named::Open,
        (Some(_), _) => Named::Delimiter(*delimiter, line.len() + 1),
        (None, _) => Named::Delimiter(*delimiter, line.len()),
    }
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
            Some(_) => return Err(Stop::Quote(start, Some(here))),
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
        let Some(found) = memchr::memchr(b'"', rest) else {
            return Err(if ends == Ends::Here { Stop::Quote(start.saturating_sub(1), None) } else { Stop::More });
        };
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
    fn a_line_may_name_the_delimiter() {
        for (text, named) in [
            ("sep=;\nid;a", Named::Delimiter(b';', 6)),
            ("SEP=\t\r\nid", Named::Delimiter(b'\t', 7)),
            ("\"sep=,\"\nid", Named::Delimiter(b',', 8)),
            ("sep=;\r", Named::Open),
            ("sep=;", Named::Open),
            ("s", Named::Open),
            ("", Named::Open),
            ("sep=;;\n", Named::No),
            ("sep=a\n", Named::No),
            ("sep,a\n", Named::No),
            ("sep=é\n", Named::No),
            ("id,name,x", Named::No),
        ] {
            assert_eq!(named_delimiter(text.as_bytes(), Ends::Unknown), named, "{text:?}");
        }
        assert_eq!(named_delimiter(b"sep=;", Ends::Here), Named::Delimiter(b';', 5));
        assert_eq!(named_delimiter(b"sep=;\r", Ends::Here), Named::Delimiter(b';', 6));
        assert_eq!(named_delimiter(b"s", Ends::Here), Named::No);
    }

    #[test]
    fn a_record_needs_its_end() {
        for line in ["a,b", "a,\"b", "a,b\r", "a,\"b\""] {
            assert!(matches!(record(line.as_bytes(), &mut 0, b',', Ends::Unknown, |_, _| {}), Err(Stop::More)), "{line:?}");
        }
        assert!(matches!(record(b"a,\"b\"c\n", &mut 0, b',', Ends::Here, |_, _| {}), Err(Stop::Quote(2, Some(5)))));
        assert!(matches!(record(b"a,\"b\n", &mut 0, b',', Ends::Here, |_, _| {}), Err(Stop::Quote(2, None))));
    }
}
