//! The tables by which texts are compared without accents, or by their digits alone, made from the Unicode data of two pinned crates.
//!
//! The result is committed; building the package reads nothing but it. How a table is read: `src/base/query/fold/tables.rs`.

use std::collections::BTreeMap;
use std::fs;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::run::{Result, at, root};

const RESULT: &str = "src/base/query/fold/data.rs";
/// The same for `fold` of the package, with the lower case that the module has from the standard library.
const PACKAGED: &str = "pkg-template/src/fold-data.ts";

/// Letters that are no letter with an accent to Unicode and are searched for as if they were: as many keyboards do not have them, they are
/// written so.
const LETTERS: [(char, &str); 11] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ı', "i"),
];

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The code points that one is compared as.
fn without_accents(c: char) -> Vec<char> {
    let mut out = Vec::new();
    for part in std::iter::once(c).nfd().filter(|part| canonical_combining_class(*part) == 0) {
        let part = lower(part);
        match LETTERS.iter().find(|(letter, _)| *letter == part) {
            Some((_, plain)) => out.extend(plain.chars()),
            None => out.push(part),
        }
    }
    out
}

/// Makes the tables.
pub fn fold() -> Result {
    let all = || ('\0'..=char::MAX).filter(|c| !('\u{ac00}'..='\u{d7a3}').contains(c));
    let (mut marks, mut digits): (Vec<(u32, u32)>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut letters: BTreeMap<u32, Vec<char>> = BTreeMap::new();
    let mut run = 0;
    for c in all() {
        let code = u32::from(c);
        if canonical_combining_class(c) != 0 {
            match marks.last_mut() {
                Some((_, last)) if *last + 1 == code => *last = code,
                _ => marks.push((code, code)),
            }
            continue;
        }
        if c.general_category() == GeneralCategory::DecimalNumber {
            // Ten in a row, from zero to nine; Unicode promises that (UAX 44, "Numeric_Type=Decimal").
            if run == 0 {
                digits.push(code);
            }
            run = (run + 1) % 10;
        } else if run != 0 {
            return Err(format!("{code:x} stands among decimal digits"));
        }
        let own = without_accents(c);
        let low = lower(c);
        // What follows from the lower case needs no entry.
        if own != if low == c { vec![c] } else { without_accents(low) } {
            letters.insert(code, own);
        }
    }
    let mut out = Vec::new();
    number(&mut out, marks.len());
    let mut last = 0;
    for (first, end) in &marks {
        number(&mut out, (first - last) as usize);
        number(&mut out, (end - first) as usize);
        last = *end;
    }
    number(&mut out, digits.len());
    gaps(&mut out, digits.iter());
    let single: Vec<(u32, u32)> =
        letters.iter().filter(|(_, to)| to.len() == 1).filter_map(|(c, to)| to.first().map(|to| (*c, u32::from(*to)))).collect();
    number(&mut out, single.len());
    gaps(&mut out, single.iter().map(|(code, _)| code));
    // Byte by byte of all, so that equal bytes stand together.
    for shift in [0, 8, 16] {
        out.extend(single.iter().map(|(_, to)| (to >> shift & 255) as u8));
    }
    let several: Vec<(&u32, &Vec<char>)> = letters.iter().filter(|(_, to)| to.len() != 1).collect();
    number(&mut out, several.len());
    gaps(&mut out, several.iter().map(|(code, _)| *code));
    for (_, to) in &several {
        number(&mut out, to.len());
        to.iter().for_each(|c| number(&mut out, u32::from(*c) as usize));
    }
    let (major, minor, patch) = unicode_normalization::UNICODE_VERSION;
    let properties = unicode_properties::UNICODE_VERSION;
    if (u64::from(major), u64::from(minor), u64::from(patch)) != properties {
        return Err(format!("the crates are of two versions of Unicode: {major} and {}", properties.0));
    }
    let version = format!("{major}.{minor}.{patch}");
    println!(
        "    Unicode {version}: {} ranges of marks, {} of digits, {} letters, {} bytes",
        marks.len(),
        digits.len(),
        letters.len(),
        out.len()
    );
    let mut text = format!(
        "//! Made by `cargo xtask fold` from the Unicode Character Database; do not edit. How it is read: `tables.rs`.\n\n\
         /// The version of Unicode.\npub(super) const UNICODE: &str = \"{version}\";\n/// The tables.\npub(super) const DATA: &[u8] = b\""
    );
    let mut width = 0;
    for byte in out {
        let before = text.len();
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b'!'..=b'~' => text.push(char::from(byte)),
            _ => text += &format!("\\x{byte:02x}"),
        }
        width += text.len() - before;
        if width > 125 {
            text.push_str("\\\n");
            width = 0;
        }
    }
    text.push_str("\";\n");
    let path = root().join(RESULT);
    at(&path, fs::write(&path, text))?;
    packaged(&version, &marks, &digits, &letters)
}

/// Writes what `pkg-template/src/fold.ts` reads.
fn packaged(version: &str, marks: &[(u32, u32)], zeros: &[u32], letters: &BTreeMap<u32, Vec<char>>) -> Result {
    let mut lists: [Vec<String>; 5] = Default::default();
    let [lower_case, ranges, digits, singles, several] = &mut lists;
    for (first, count, step, by) in capitals() {
        lower_case.extend([base36(first), base36(count), base36(step), base36(by)]);
    }
    let mut before = 0;
    for (first, last) in marks {
        ranges.extend([base36(i64::from(first - before)), base36(i64::from(last - first))]);
        before = *last;
    }
    before = 0;
    for zero in zeros {
        digits.push(base36(i64::from(zero - before)));
        before = *zero;
    }
    let (mut single, mut other, mut target) = (0, 0, 0);
    for (code, to) in letters {
        if let [to] = to.as_slice() {
            singles.extend([base36(i64::from(code - single)), base36(i64::from(u32::from(*to)) - target)]);
            (single, target) = (*code, i64::from(u32::from(*to)));
        } else {
            let parts: Vec<String> = to.iter().map(|c| base36(i64::from(u32::from(*c)))).collect();
            several.extend([base36(i64::from(code - other)), parts.join(" ")]);
            other = *code;
        }
    }
    let mut text = format!(
        "// Made by `cargo xtask fold` from the Unicode Character Database; do not edit. How a list is read: `fold.ts`.\n\n\
         /** The version of Unicode that accents are known by. */\nexport const unicode = \"{version}\";\n"
    );
    for (name, list) in ["lower", "marks", "zeros", "letters", "several"].into_iter().zip(&lists) {
        text += &format!("export const {name} =\n  \"{}\";\n", list.join(","));
    }
    let path = root().join(PACKAGED);
    at(&path, fs::write(&path, text))
}

/// Runs of capitals: distance from the last one before, how many more, the step between them, and how far it is to their small letters.
fn capitals() -> Vec<(i64, i64, i64, i64)> {
    let mut out: Vec<(i64, i64, i64, i64)> = Vec::new();
    let mut last = 0;
    for (code, by) in ('\0'..=char::MAX).map(|c| (i64::from(u32::from(c)), i64::from(u32::from(lower(c))) - i64::from(u32::from(c)))) {
        if by == 0 {
            continue;
        }
        let gap = code - last;
        match out.last_mut() {
            Some((_, more, step, run)) if *run == by && gap <= 2 && (*more == 0 || *step == gap) => {
                *more += 1;
                *step = gap;
            }
            _ => out.push((gap, 0, 1, by)),
        }
        last = code;
    }
    out
}

fn base36(number: i64) -> String {
    let (mut rest, mut out) = (number.unsigned_abs(), Vec::new());
    loop {
        out.push(char::from_digit((rest % 36) as u32, 36).unwrap_or('0'));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.iter().rev().collect()
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn gaps<'a>(out: &mut Vec<u8>, codes: impl Iterator<Item = &'a u32>) {
    let mut last = 0;
    for code in codes {
        number(out, (code - last) as usize);
        last = *code;
    }
}
