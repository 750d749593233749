//! Leads as columns, put together from objects outside of this module.

use std::ops::Range;

use super::convert::Converter;
use super::slot::{Cells, Slot, Value};
use super::spans::{Marks, Spans, Texts, Words};
use super::{Loader, batch_invalid};
use crate::error::{Error, Result};
use crate::query::{FieldIx, FieldType};
use crate::table::Budget;
use crate::table::ops::{gather, short};
use crate::table::run::Run;

/// The cells of one field for a batch of rows. Every kind may be given for a field of every type: cells are converted by the
/// rules of [`crate::table`].
#[derive(Clone, Copy, Debug)]
pub enum BatchColumn<'a> {
    /// The key is missing in every row: the same as leaving the field out.
    Absent,
    /// One number a row. NaN is null. Dates (JavaScript `Date`) come as their milliseconds.
    Numbers(&'a [f64]),
    /// One code a row: 0 is null, `u32::MAX` a missing key, `k` the text at place `k - 1` of those that [`Loader::words`] has brought.
    Coded(&'a [u32]),
    /// One text a row; a row whose place is in `null`, ascending, is null, and its text is empty.
    Texts {
        /// The texts, one a row.
        texts: Texts<'a>,
        /// Places of the rows without a value.
        null: &'a [u32],
    },
    /// One list of texts a row, for a field of lists; an empty one is null. Codes are as those of `Coded`.
    Lists {
        /// How many elements each row has.
        lengths: &'a [u32],
        /// The elements, row after row.
        codes: &'a [u32],
    },
    /// Cells of any kind: the way for mixed values, and for all that fits no other kind.
    Json {
        /// A JSON array with one element a row.
        text: &'a str,
        /// Places of rows whose key is missing, ascending; their elements do not matter.
        missing: &'a [u32],
    },
}

/// One column made ready to be read cell by cell.
enum Ready<'a> {
    Absent,
    Numbers(&'a [f64]),
    Coded(&'a [u32], Spans<'a>),
    Texts(Filled<'a>),
    Json(&'a str, Vec<Slot>),
    /// Where the lists end, and their elements.
    Lists(Vec<u32>, &'a [u32], Spans<'a>),
}

/// A text for each row.
struct Filled<'a> {
    texts: Spans<'a>,
    /// Rows that are null.
    null: Marks,
    /// Those, and rows whose text is not short, not ASCII or broken.
    odd: Marks,
}

impl<'a> Filled<'a> {
    fn of(texts: Texts<'a>, places: &[u32], budget: &Budget) -> Result<Filled<'a>> {
        let (texts, mut odd) = Spans::of(texts, budget)?;
        let mut null = Marks::default();
        for at in places {
            null.set(*at as usize, texts.len(), budget)?;
            odd.set(*at as usize, texts.len(), budget)?;
        }
        Ok(Filled { texts, null, odd })
    }
}

impl<'a> Ready<'a> {
    fn of(rows: usize, column: BatchColumn<'a>, words: Spans<'a>, kind: FieldType, budget: &Budget) -> Result<Ready<'a>> {
        let (ready, count) = match column {
            BatchColumn::Absent => (Ready::Absent, rows),
            BatchColumn::Numbers(numbers) => (Ready::Numbers(numbers), numbers.len()),
            BatchColumn::Coded(codes) => {
                let last = short(words.len());
                if codes.iter().any(|code| *code > last && *code != u32::MAX) {
                    return Err(batch_invalid("a code has no entry"));
                }
                (Ready::Coded(codes, words), codes.len())
            }
            BatchColumn::Texts { texts, null } => (Ready::Texts(Filled::of(texts, null, budget)?), texts.lengths.len()),
            BatchColumn::Lists { lengths, codes } if kind.is_list() => {
                let last = short(words.len());
                if codes.iter().any(|code| *code == 0 || *code > last) {
                    return Err(batch_invalid("a code has no entry"));
                }
                (Ready::Lists(ends_of(lengths, codes.len(), budget)?, codes, words), lengths.len())
            }
            BatchColumn::Lists { .. } => return Err(batch_invalid("lists are given for a field that has none")),
            BatchColumn::Json { text, missing } => {
                let mut slots = super::json::cells(text, |slots| budget.grow(slots, 1))?;
                for at in missing {
                    slots.get_mut(*at as usize).into_iter().for_each(|slot| *slot = Slot::default());
                }
                let count = slots.len();
                (Ready::Json(text, slots), count)
            }
        };
        if count == rows { Ok(ready) } else { Err(batch_invalid("a column does not have one cell for each row")) }
    }

    #[inline]
    fn get(&self, at: usize) -> Value<'_> {
        match self {
            Ready::Absent => Value::Absent,
            Ready::Numbers(numbers) => numbers.get(at).map_or(Value::Null, |number| Value::Number(*number)),
            Ready::Coded(codes, words) => match codes.get(at).copied().unwrap_or(0) {
                0 => Value::Null,
                u32::MAX => Value::Absent,
                code => words.get(code as usize - 1),
            },
            Ready::Texts(filled) if filled.null.has(at) => Value::Null,
            Ready::Texts(filled) => filled.texts.get(at),
            Ready::Json(text, slots) => slots.get(at).map_or(Value::Null, |slot| slot.value(text)),
            Ready::Lists(..) => Value::Null,
        }
    }
}

/// The cells of the rows that are kept; of all rows if that list is empty.
struct Kept<'r, 'a> {
    column: Option<&'r Ready<'a>>,
    kept: &'r [u32],
}

impl Kept<'_, '_> {
    fn place(&self, at: usize) -> usize {
        self.kept.get(at).map_or(at, |place| *place as usize)
    }
}

impl<'r> Cells<'r> for Kept<'r, '_> {
    #[inline(always)]
    fn get(&self, at: usize) -> Value<'r> {
        self.column.map_or(Value::Absent, |column| column.get(self.place(at)))
    }

    fn run(&self, places: Range<usize>) -> Option<Run<'r>> {
        match self.column? {
            Ready::Texts(filled) if self.kept.is_empty() => filled.texts.run(places, &filled.odd),
            _ => None,
        }
    }

    fn words(&self) -> Option<usize> {
        match self.column? {
            Ready::Coded(_, words) | Ready::Lists(_, _, words) => Some(words.len()),
            _ => None,
        }
    }

    #[inline]
    fn code(&self, at: usize) -> u32 {
        match self.column {
            Some(Ready::Coded(codes, _)) => codes.get(self.place(at)).copied().unwrap_or(u32::MAX),
            _ => u32::MAX,
        }
    }

    fn all_codes(&self) -> Option<&[u32]> {
        match self.column {
            Some(Ready::Coded(codes, _)) if self.kept.is_empty() => Some(codes),
            _ => None,
        }
    }

    #[inline]
    fn codes(&self, at: usize) -> Option<&[u32]> {
        match self.column {
            Some(Ready::Lists(ends, codes, _)) => {
                let at = self.place(at);
                let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0) as usize;
                codes.get(start..ends.get(at).copied().unwrap_or(0) as usize)
            }
            _ => None,
        }
    }

    fn element(&self, code: u32) -> &'r str {
        match self.column {
            Some(Ready::Lists(_, _, words)) => words.get((code as usize).wrapping_sub(1)).plain(),
            _ => "",
        }
    }
}

/// Where lists of these lengths end.
fn ends_of(lengths: &[u32], all: usize, budget: &Budget) -> Result<Vec<u32>> {
    let (mut ends, mut at) = (Vec::new(), 0usize);
    budget.exact(&mut ends, lengths.len())?;
    for length in lengths {
        at = at.saturating_add(*length as usize);
        ends.push(short(at));
    }
    if at == all { Ok(ends) } else { Err(batch_invalid("the lengths of lists are not those of their codes")) }
}

impl Loader {
    /// Adds texts that codes of a field stand for, behind the first `from`, which are all that were added so far. With none before
    /// them they take the place of all.
    ///
    /// # Errors
    /// `batch_invalid`, `out_of_memory`. After an error the loader gives that error to every call.
    pub fn words(&mut self, field: FieldIx, from: u32, texts: Texts<'_>) -> Result<()> {
        self.guard(|loader| {
            let at = field.0 as usize;
            let (Some(words), Some(memory)) = (loader.words.get_mut(at), loader.memory.get_mut(at)) else { return Err(not_of_table()) };
            if from == 0 {
                memory.known.clear();
            }
            words.add(from, texts, &loader.stage.budget)
        })
    }

    /// Adds a batch of `rows` leads, given as columns. A field that is not named is missing in every row; one may be named once.
    /// The rows continue the count of those before.
    ///
    /// # Errors
    /// `batch_invalid` for columns that contradict themselves, `cell_invalid` if the load is strict, `out_of_memory`.
    /// After an error the loader gives that error to every call.
    pub fn push_columns(&mut self, rows: u32, columns: &[(FieldIx, BatchColumn<'_>)]) -> Result<()> {
        self.guard(|loader| {
            loader.only_columns()?;
            let words = std::mem::take(&mut loader.words);
            loader.take_columns(rows as usize, columns, &words)?;
            loader.words = words;
            Ok(())
        })
    }

    fn take_columns(&mut self, rows: usize, columns: &[(FieldIx, BatchColumn<'_>)], words: &[Words]) -> Result<()> {
        let mut ready: Vec<(FieldIx, Ready<'_>)> = Vec::new();
        self.stage.budget.exact(&mut ready, columns.len())?;
        for (field, column) in columns {
            if self.stage.schema.get(*field).is_none() || ready.iter().any(|(other, _)| other == field) {
                return Err(not_of_table());
            }
            let words = words.get(field.0 as usize).map(Words::spans).unwrap_or_default();
            ready.push((*field, Ready::of(rows, *column, words, self.stage.schema.kind(*field), &self.stage.budget)?));
        }
        let of = |ix: FieldIx| ready.iter().find(|(field, _)| *field == ix).map(|(_, column)| column);
        let schema = self.stage.schema.clone();
        let id = self.stage.id;
        let Some(id_field) = schema.get(id) else { return Ok(()) };
        let ids = of(id);
        let mut converter = Converter::new(&schema, id, id_field, &mut self.findings, &[]);
        let refused = self.stage.push_ids(&mut converter, rows, &Kept { column: ids, kept: &[] })?;
        self.refuse(&refused)?;
        let kept: Vec<u32> = if refused.is_empty() {
            Vec::new()
        } else {
            let mut kept = gather(0..rows, &self.stage.budget)?;
            kept.retain(|at| refused.binary_search(at).is_err());
            gather(kept.into_iter().map(short), &self.stage.budget)?
        };
        let count = rows - refused.len();
        for (ix, field) in (0u32..).map(FieldIx).zip(&schema.fields).filter(|(ix, _)| *ix != id) {
            self.convert(ix, field, count, &kept, &Kept { column: of(ix), kept: &kept })?;
        }
        self.end_batch(count, rows)
    }
}

fn not_of_table() -> Error {
    batch_invalid("a field is named twice or is not of the table")
}
