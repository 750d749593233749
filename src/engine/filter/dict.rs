//! Words and texts that stand in a column as codes: the test runs once per distinct value.

use super::Context;
use super::kernel::Codebook;
use super::row::Directory;
use super::selection_vector::{Part, SelectionVector};
use super::text::Matcher;
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
            out.resize(dict.len() + 1, 0);
            folded_verdicts(dict, *case, &Matcher::new(test), &mut out)?;
        }
        _ => out.extend(dict.iter().map(|text| u8::from(world.satisfies(check, &Cell::Text(text.into()))))),
    }
    Ok(out)
}

/// Bytes of folded texts that are judged together.
const TOGETHER: usize = if cfg!(test) { 64 } else { 16 << 10 };

/// Sets the verdicts of all values that pass a test in the form in which they are compared.
fn folded_verdicts(dict: &Dict, case: Case, test: &Matcher<'_>, verdicts: &mut [u8]) -> Result<()> {
    let (mut folded, mut ends) = (String::new(), Vec::new());
    let (mut first, last) = (1, dict.last());
    for code in 1..=last {
        fold_into(case, dict.get(code), &mut folded);
        ends.try_reserve(1)?;
        ends.push(u32::try_from(folded.len()).unwrap_or(u32::MAX));
        if folded.len() < TOGETHER && code < last {
            continue;
        }
        let pass = |at: usize| verdicts.get_mut(first as usize + at).into_iter().for_each(|verdict| *verdict = 1);
        test.each_accepted(folded.as_bytes(), &ends, pass);
        folded.clear();
        ends.clear();
        first = code + 1;
    }
    Ok(())
}

/// Appends the folded text.
fn fold_into(case: Case, text: &str, out: &mut String) {
    if text.is_ascii() && case != Case::Digits {
        let from = out.len();
        out.push_str(text);
        out.get_mut(from..).into_iter().for_each(str::make_ascii_lowercase);
    } else {
        out.push_str(&crate::query::fold::compared(case, text));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::fold::compared;
    use crate::query::part::Part as Where;
    use crate::table::Budget;

    proptest! {
        #[test]
        fn values_are_judged_together_as_each_by_itself(
            values in prop::collection::btree_set("[aAbB]{0,5}|[aÁßİ5５ ]{0,4}|(ab){20,40}", 0..40),
            part in "[ab5]{0,3}|ss|b(ab){20,30}",
            case in prop::sample::select(vec![Case::Ignored, Case::Accentless, Case::Digits]),
        ) {
            let mut dict = Dict::default();
            for value in &values {
                dict.intern(value, &Budget::default()).unwrap();
            }
            for test in [TextTest::Part(Where::Contains, part.clone()), TextTest::Part(Where::Begins, part.clone()), TextTest::OneOf(vec![part.clone()])] {
                let mut found = vec![0; dict.len() + 1];
                folded_verdicts(&dict, case, &Matcher::new(&test), &mut found).unwrap();
                prop_assert_eq!(found[0], 0);
                for (value, found) in dict.iter().zip(&found[1..]) {
                    let folded = compared(case, value);
                    let wanted = match &test {
                        TextTest::Part(Where::Contains, _) => folded.contains(&part),
                        TextTest::Part(Where::Begins, _) => folded.starts_with(&part),
                        _ => folded == part,
                    };
                    prop_assert_eq!(*found == 1, wanted, "{} {:?}", value, test);
                }
            }
        }
    }
}
