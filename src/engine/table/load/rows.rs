//! Rows into slots, batch after batch.

use std::ops::Range;

use super::csv::{self, Ends, Record};
use super::cursor::Stop;
use super::json::Rows;
use super::slot::{Kind, Slot};
use super::{Loader, Source, odd};
use crate::error::{Error, Result};
use crate::table::ops::short;

impl Loader {
    pub(super) fn json_rows(&mut self, text: &str, at: &mut usize) -> Result<()> {
        let Source::Json(mut rows) = std::mem::replace(&mut self.source, Source::Unknown) else { return Ok(()) };
        let done = self.json_rows_of(&mut rows, text, at);
        self.source = Source::Json(rows);
        done
    }

    fn json_rows_of(&mut self, rows: &mut Rows, text: &str, at: &mut usize) -> Result<()> {
        loop {
            let width = self.next_slots(text)?;
            let start = self.batch * width;
            let Some(slots) = self.slots.get_mut(start..start + width) else { return Ok(()) };
            let keys = &mut self.keys;
            match rows.next(text, at, slots, &mut |key| keys.meet(key)) {
                Ok(_) => self.batch += 1,
                Err(stop) => {
                    // One object a line may begin with a list of objects, too; that it is no object around leads is seen by its id.
                    let around = rows.around.iter().find(|key| self.keys.get(key).is_some_and(|target| target.field == self.stage.id.0));
                    return match (around, stop) {
                        (Some(key), _) => {
                            let message = format!("the object around the leads has the key `{key}`, which is that of a lead's id");
                            Err(Error::new("json_invalid", "", message).hint("if each object is a lead, load with `format: \"ndjson\"`"))
                        }
                        (None, Stop::More) => Ok(()),
                        (None, Stop::Bad(at, message)) => {
                            Err(Error::new("json_invalid", "", format!("{message}, at byte {}", self.offset + at as u64)))
                        }
                        (None, stop) => Err(self.stopped(stop, text, 0)),
                    };
                }
            }
        }
    }

    pub(super) fn csv_rows(&mut self, text: &str, at: &mut usize, ends: Ends) -> Result<()> {
        let Source::Csv { delimiter, targets } = std::mem::replace(&mut self.source, Source::Unknown) else { return Ok(()) };
        let from = *at;
        let done = self.csv_rows_of(delimiter, &targets, text, at, ends);
        self.source = Source::Csv { delimiter, targets };
        done?;
        self.lines += self.line_ends(text.get(from..*at).unwrap_or_default());
        Ok(())
    }

    fn csv_rows_of(&mut self, delimiter: u8, targets: &[Option<u32>], text: &str, at: &mut usize, ends: Ends) -> Result<()> {
        let (watched, begin) = (odd::watched(targets, self.stage.id.0), *at);
        while *at < text.len() {
            let width = self.next_slots(text)?;
            let start = self.batch * width;
            let Some(slots) = self.slots.get_mut(start..start + width) else { return Ok(()) };
            let (mut surplus, from, id) = (false, *at, self.stage.id.0 as usize);
            let read = csv::record(text.as_bytes(), at, delimiter, ends, |nth, slot| match targets.get(nth) {
                Some(Some(target)) => slots.get_mut(*target as usize).into_iter().for_each(|place| *place = slot),
                Some(None) => {}
                None => surplus |= !matches!(slot.kind, Kind::Null | Kind::Empty),
            });
            match read {
                Ok(Record::Blank) => {}
                // A line of nothing but delimiters and blanks is none.
                Ok(Record::Cells(_)) if slots.get(id).is_none_or(|slot| is_blank(text, *slot)) && all_blank(text, from..*at, delimiter) => {
                }
                Ok(Record::Cells(_)) if odd::sparse(slots, &watched) && self.is_footer(text, from, delimiter, targets.len()) => {
                    self.set_aside(text)?;
                }
                Ok(Record::Cells(count)) => {
                    if surplus || count < targets.len() {
                        self.ragged.push(short(self.batch));
                    }
                    self.batch += 1;
                }
                Err(Stop::More) => return Ok(()),
                Err(stop) => return Err(self.stopped(stop, text, begin)),
            }
        }
        Ok(())
    }

    /// Makes the slots of the next row empty, and converts the rows read so far if there is no room. Gives back the width of a row.
    #[inline]
    fn next_slots(&mut self, text: &str) -> Result<usize> {
        let width = self.stage.schema.fields.len();
        if self.batch >= self.batch_rows {
            self.flush(text)?;
        }
        if self.slots.is_empty() {
            self.stage.budget.exact(&mut self.slots, self.batch_rows * width)?;
            self.slots.resize(self.batch_rows * width, Slot::default());
        }
        let start = self.batch * width;
        self.slots.get_mut(start..start + width).into_iter().for_each(|slots| slots.fill(Slot::default()));
        Ok(width)
    }
}

/// Whether a cell has nothing in it, or blanks alone.
#[inline]
fn is_blank(text: &str, slot: Slot) -> bool {
    // The first byte of nearly every cell says it; that of an empty one is what follows it.
    let first = text.as_bytes().get(slot.start as usize).copied().unwrap_or(b' ');
    if slot.start < slot.end && !matches!(first, b' ' | b'\t') { false } else { all_blanks(text, slot) }
}

#[cold]
fn all_blanks(text: &str, slot: Slot) -> bool {
    text.get(slot.start as usize..slot.end as usize).is_none_or(|cell| cell.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
}

/// Whether a record has nothing in any of its cells, or blanks alone.
#[cold]
fn all_blank(text: &str, record: Range<usize>, delimiter: u8) -> bool {
    let record = text.as_bytes().get(record).unwrap_or_default();
    record.iter().all(|byte| *byte == delimiter || matches!(byte, b' ' | b'\t' | b'"' | b'\r' | b'\n'))
}
