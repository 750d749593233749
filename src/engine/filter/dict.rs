//! Words and texts that stand in a column as codes: the test runs once per distinct value.

use super::Context;
use super::kernel::Codebook;
use super::row::Directory;
use super::selection_vector::{Part, SelectionVector};
use super::window::Window;
use crate::error::Result;
use crate::query::Cell;
use crate::query::node::{Predicate, TextTest};
use crate::query::schema::Case;
use crate::table::column::{CodedColumn, Codes, Dict};

/// A test of a column of codes.
pub(super) struct CodedColumnTest<'t> {
    column: &'t CodedColumn,
    book: Codebook,
}

impl<'t> CodedColumnTest<'t> {
    pub(super) fn new(column: &'t CodedColumn, check: &Predicate, world: &Directory<'_>) -> Result<CodedColumnTest<'t>> {
        Ok(CodedColumnTest { column, book: Codebook::new(verdicts(&column.dict, check, world)?) })
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        match self.column.chunks.get(at.chunk).map(AsRef::as_ref) {
            Some(Codes::U8(codes)) => self.book.narrow8(words, codes.get(at.first..).unwrap_or_default(), flip),
            Some(Codes::U16(codes)) => self.book.narrow16(words, codes.get(at.first..).unwrap_or_default(), flip),
            Some(Codes::U32(codes)) => self.book.narrow32(words, codes.get(at.first..).unwrap_or_default(), flip),
            None => words.fill(0),
        }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, flip: u64) {
        rows.by_chunk(|chunk, part| match self.column.chunks.get(chunk).map(AsRef::as_ref) {
            Some(Codes::U8(codes)) => self.keep_codes(part, codes, flip),
            Some(Codes::U16(codes)) => self.keep_codes(part, codes, flip),
            Some(Codes::U32(codes)) => self.keep_codes(part, codes, flip),
            None => {}
        });
    }

    #[inline]
    fn keep_codes<T: Copy + Into<u32>>(&self, part: &mut Part<'_>, codes: &[T], flip: u64) {
        part.keep(flip, |row| codes.get(row).is_some_and(|code| self.book.wants((*code).into())));
    }
}

/// 1 for every value of a dictionary that passes a check of its field alone, that of null first.
pub fn by_code(dict: &Dict, check: &Predicate, ctx: &Context<'_>) -> Result<Vec<u8>> {
    verdicts(dict, check, &Directory::of(ctx))
}

/// 1 for every value of a dictionary that passes, that of null first.
pub(super) fn verdicts(dict: &Dict, check: &Predicate, world: &Directory<'_>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve_exact(dict.len() + 1)?;
    out.push(u8::from(world.satisfies(check, &Cell::Null)));
    let exact = match check {
        Predicate::Words(words) | Predicate::HasAny(words) | Predicate::Text(Case::Sensitive, TextTest::OneOf(words)) => Some(words),
        _ => None,
    };
    match (exact, check) {
        // A few exact words are found, however many values there are.
        (Some(words), _) => {
            out.resize(dict.len() + 1, 0);
            for word in words {
                if let Some(at) = dict.find(word).and_then(|code| out.get_mut(code as usize)) {
                    *at = 1;
                }
            }
        }
        (None, Predicate::Text(case, test)) if *case != Case::Sensitive => {
            let prepared = super::text::Matcher::new(test);
            let mut folded = String::new();
            for text in dict.iter() {
                folded.clear();
                fold_into(*case, text, &mut folded);
                out.push(u8::from(prepared.accepts(folded.as_bytes())));
            }
        }
        _ => out.extend(dict.iter().map(|text| u8::from(world.satisfies(check, &Cell::Text(text.into()))))),
    }
    Ok(out)
}

/// Appends the folded text.
fn fold_into(case: Case, text: &str, out: &mut String) {
    if text.is_ascii() && case != Case::Digits {
        out.push_str(text);
        out.make_ascii_lowercase();
    } else {
        out.push_str(&crate::query::fold::compared(case, text));
    }
}
