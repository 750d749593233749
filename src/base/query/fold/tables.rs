//! What a code point is compared as, by tables of Unicode's data.
//!
//! They are unpacked when they are first needed: numbers of seven bits a byte, code points as distances from the one before.

use std::sync::OnceLock;

use super::data::DATA;
use super::fold_char;

/// The tables, each ascending.
#[derive(Default)]
struct Tables {
    /// First and last of each range of code points whose combining class is not 0.
    marks: Vec<(u32, u32)>,
    /// The zeros of all decimal digits.
    zeros: Vec<u32>,
    /// Letters that are compared as one other code point.
    single: Vec<(u32, char)>,
    /// Those that are compared as several, or as none.
    several: Vec<(u32, Vec<char>)>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut reader = Reader { rest: DATA };
        let mut out = Tables::default();
        let mut last = 0;
        for _ in 0..reader.number() {
            let first = last + reader.number();
            last = first + reader.number();
            out.marks.push((first, last));
        }
        out.zeros = reader.codes();
        let codes = reader.codes();
        let bytes: Vec<&[u8]> = (0..3).map(|_| reader.take(codes.len())).collect();
        for (at, code) in codes.into_iter().enumerate() {
            let mut to = 0;
            for (byte, column) in bytes.iter().enumerate() {
                to |= column.get(at).map_or(0, |value| u32::from(*value)) << (8 * byte);
            }
            out.single.extend(char::from_u32(to).map(|to| (code, to)));
        }
        for code in reader.codes() {
            out.several.push((code, Vec::new()));
        }
        for (_, to) in &mut out.several {
            for _ in 0..reader.number() {
                to.extend(char::from_u32(reader.number()));
            }
        }
        out
    })
}

struct Reader {
    rest: &'static [u8],
}

impl Reader {
    fn number(&mut self) -> u32 {
        let (mut out, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.rest.split_first() {
            self.rest = rest;
            out |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if *byte < 0x80 || shift > 21 {
                break;
            }
        }
        out
    }

    /// So many code points as the next number says.
    fn codes(&mut self) -> Vec<u32> {
        let (mut out, mut last) = (Vec::new(), 0);
        for _ in 0..self.number() {
            last += self.number();
            out.push(last);
        }
        out
    }

    fn take(&mut self, count: usize) -> &'static [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or_default();
        self.rest = rest;
        taken
    }
}

impl Tables {
    /// What the table says of a code point, appended; whether it says anything.
    fn letter(&self, c: char, out: &mut String) -> bool {
        let code = u32::from(c);
        let single = self.single.binary_search_by(|(known, _)| known.cmp(&code)).ok().and_then(|at| self.single.get(at));
        if let Some((_, to)) = single {
            out.push(*to);
            return true;
        }
        let several = self.several.binary_search_by(|(known, _)| known.cmp(&code)).ok().and_then(|at| self.several.get(at));
        several.into_iter().for_each(|(_, to)| out.extend(to));
        several.is_some()
    }

    fn is_mark(&self, code: u32) -> bool {
        let at = self.marks.partition_point(|(_, last)| *last < code);
        self.marks.get(at).is_some_and(|(first, _)| *first <= code)
    }
}

/// Appends a text without accents, in lower case.
pub(super) fn accentless(text: &str, out: &mut String) {
    let tables = tables();
    for c in text.chars() {
        let code = u32::from(c);
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else if (0xac00..0xd7a4).contains(&code) {
            // A Korean syllable is computed (Unicode, 3.12, "Hangul Syllable Decomposition").
            let (lead, vowel, tail) = ((code - 0xac00) / 588, (code - 0xac00) % 588 / 28, (code - 0xac00) % 28);
            let tail = Some(tail).filter(|tail| *tail != 0).map(|tail| 0x11a7 + tail);
            let parts = [Some(0x1100 + lead), Some(0x1161 + vowel), tail];
            out.extend(parts.into_iter().flatten().filter_map(char::from_u32));
        } else if !tables.is_mark(code) && !tables.letter(c, out) {
            let low = fold_char(c);
            if low == c || !tables.letter(low, out) {
                out.push(low);
            }
        }
    }
}

/// Appends the decimal digits of a text, as those of ASCII.
pub(super) fn digits(text: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_ascii() {
            out.extend(Some(c).filter(char::is_ascii_digit));
            continue;
        }
        let (zeros, code) = (&tables().zeros, u32::from(c));
        let zero = zeros.partition_point(|zero| *zero <= code).checked_sub(1).and_then(|at| zeros.get(at));
        out.extend(zero.and_then(|zero| char::from_digit(code - zero, 10)));
    }
}
