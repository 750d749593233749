//! Loading: bytes in pieces, or batches of columns, into a stage.

mod columns;
mod convert;
mod csv;
mod header;
mod json;
mod recent;
mod slot;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use columns::{BatchColumn, Texts};

use super::budget::Budget;
use super::ops::short;
use super::problem::Problems;
use super::stage::Stage;
use super::{Table, Upserted};
use crate::error::{Error, Result, nearest, pointer};
use crate::query::{Field, FieldIx, Schema};
use convert::{Converter, Findings, Memory};
use csv::{Ends, Record};
use json::{Place, Rows, Stop};
use slot::{Kind, Slot, Value};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadFormat {
    /// One JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values, with a header.
    Csv,
}

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// What the bytes are; found out from the first of them if absent: `[` is JSON, `{` is NDJSON, all else is CSV.
    pub format: Option<LoadFormat>,
    /// Source key or CSV header → field. A key that is not named here goes to the field of that name, or else of that label, unless
    /// that field is named here.
    pub columns: Vec<(String, String)>,
    /// Whether the first cell that does not fit is an error.
    pub strict: bool,
    /// The ids of all users, if unknown ones are to be reported.
    pub users: Option<Rc<BTreeSet<String>>>,
}

/// What becomes of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new table: a missing key is null.
    Load,
    /// An upsert: a missing key keeps its value.
    Upsert,
}

/// Longest unfinished row, and longest window that is read at once.
const MAX_ROW: usize = 256 << 20;
/// Cells of a batch of rows, which are read first and converted column by column then.
const BATCH_CELLS: usize = 4096;

#[derive(Debug)]
enum Source {
    /// Nothing was pushed that says what it is.
    Unknown,
    Json(Rows),
    /// The header was not read yet.
    Header,
    Csv {
        delimiter: u8,
        targets: Vec<Option<u32>>,
    },
    Columns,
}

/// Takes leads in pieces and makes them a table, or rows for an upsert, all of them or none.
#[derive(Debug)]
pub struct Loader {
    pub(crate) stage: Stage,
    purpose: Purpose,
    strict: bool,
    format: Option<LoadFormat>,
    users: Option<Rc<BTreeSet<String>>>,
    keys: BTreeMap<String, u32>,
    source: Source,
    problems: Problems,
    findings: Findings,
    memory: Vec<Memory>,
    slots: Vec<Slot>,
    ragged: Vec<u32>,
    batch: usize,
    batch_rows: usize,
    /// Rows of the input that were read, refused ones included.
    seen: u32,
    /// The unfinished row, and from which length on it is worth another look.
    carry: Vec<u8>,
    look_at: usize,
    /// Bytes before `carry`.
    offset: u64,
    failed: Option<Error>,
}

pub(crate) fn batch_invalid(message: &str) -> Error {
    Error::new("batch_invalid", "", message)
}

impl Loader {
    /// A loader for leads of these fields, of which `id` is the id.
    ///
    /// # Errors
    /// `unknown_field` and `duplicate_column` for what `columns` says.
    pub fn new(schema: Rc<Schema>, id: FieldIx, options: LoadOptions, purpose: Purpose, budget: Budget) -> Result<Loader> {
        let keys = header::keys(&schema, &options.columns)?;
        let width = schema.fields.len().max(1);
        let batch_rows = (BATCH_CELLS / width).clamp(16, 256);
        let memory = schema.fields.iter().map(|_| Memory::default()).collect();
        Ok(Loader {
            stage: Stage::new(schema, id, budget),
            purpose,
            strict: options.strict,
            format: options.format,
            users: options.users,
            keys,
            source: Source::Unknown,
            problems: Problems::default(),
            findings: Findings::default(),
            memory,
            slots: Vec::new(),
            ragged: Vec::new(),
            batch: 0,
            batch_rows,
            seen: 0,
            carry: Vec::new(),
            look_at: 0,
            offset: 0,
            failed: None,
        })
    }

    /// How many rows were read so far.
    pub fn rows(&self) -> u32 {
        self.seen
    }

    /// Adds the next bytes. They may end anywhere; only a row that is not finished is kept.
    ///
    /// # Errors
    /// `not_utf8`, `json_invalid`, `json_too_deep`, `csv_invalid`, `row_too_long`, `duplicate_header`, `id_missing`, `cell_invalid` if the
    /// load is strict, `out_of_memory`. After an error the loader gives that error to every call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.guard(|loader| loader.take(bytes))
    }

    /// The table of all that was pushed.
    ///
    /// # Errors
    /// Those of [`Loader::push`], and `json_truncated`, `csv_truncated`.
    pub fn finish(self) -> Result<Table> {
        let (stage, problems) = self.into_stage()?;
        Table::from_stage(stage, problems)
    }

    /// The same for a table that exists: see [`Table::upsert`].
    ///
    /// # Errors
    /// Those of [`Table::upsert`].
    pub fn finish_into(self, table: &mut Table) -> Result<Upserted> {
        table.upsert(self)
    }

    pub(crate) fn into_stage(mut self) -> Result<(Stage, Problems)> {
        self.guard(Loader::end)?;
        self.stage.columns.iter_mut().for_each(super::Column::trim);
        Ok((self.stage, self.problems))
    }

    fn guard(&mut self, work: impl FnOnce(&mut Loader) -> Result<()>) -> Result<()> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        work(self).inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn only_columns(&mut self) -> Result<()> {
        match self.source {
            Source::Unknown if self.carry.is_empty() && self.offset == 0 => self.source = Source::Columns,
            Source::Columns => {}
            _ => return Err(batch_invalid("a load takes bytes or columns, not both")),
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        if matches!(self.source, Source::Columns) {
            return Err(batch_invalid("a load takes bytes or columns, not both"));
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.carry.is_empty() {
                let (window, behind) = rest.split_at(rest.len().min(MAX_ROW));
                let used = self.window(window, Ends::Unknown)?;
                self.offset += used as u64;
                self.keep(window.get(used..).unwrap_or_default())?;
                rest = behind;
                continue;
            }
            // As much again as there is, so that a long row costs no more than twice its length, and a short one little.
            let (now, behind) = rest.split_at(rest.len().min(self.carry.len().max(4096)));
            self.keep(now)?;
            if self.carry.len() < self.look_at {
                rest = behind;
                continue;
            }
            let carry = std::mem::take(&mut self.carry);
            let used = self.window(&carry, Ends::Unknown)?;
            let left = carry.len() - used;
            self.offset += used as u64;
            if left <= now.len() {
                rest = rest.get(now.len() - left..).unwrap_or_default();
                self.carry = carry;
                self.carry.clear();
                // Too little for a row: keep it without another look.
                if rest.len() == left {
                    self.keep(rest)?;
                    rest = &[];
                }
            } else {
                self.carry = carry;
                self.carry.drain(..used);
                self.look_at = self.carry.len() / 2 * 3;
                rest = behind;
            }
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        if self.carry.is_empty() {
            self.look_at = 0;
        }
        if self.carry.len() + bytes.len() > 2 * MAX_ROW {
            return Err(Error::new("row_too_long", "", format!("a row is longer than {MAX_ROW} bytes, from byte {}", self.offset)));
        }
        self.stage.budget.grow(&mut self.carry, bytes.len())?;
        self.carry.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let carry = std::mem::take(&mut self.carry);
        let used = self.window(&carry, Ends::Here)?;
        match &self.source {
            Source::Json(rows) if rows.place != Place::End && (rows.place != Place::Line || used < carry.len()) => {
                Err(Error::new("json_truncated", "", format!("the JSON text ends too early, behind {} whole rows", self.seen)))
            }
            Source::Header => Err(header::no_id(&self.stage, &[])),
            Source::Csv { .. } if used < carry.len() => {
                let message = format!("a quoted cell has no end; it begins in the record at byte {}", self.offset + used as u64);
                Err(Error::new("csv_truncated", "", message).hint("look for a `\"` that is not doubled"))
            }
            _ => Ok(()),
        }
    }

    /// Reads all whole rows of a window; gives back how many bytes they took.
    fn window(&mut self, bytes: &[u8], ends: Ends) -> Result<usize> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() && ends == Ends::Unknown => {
                bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
            }
            Err(error) => {
                let at = self.offset + error.valid_up_to() as u64;
                return Err(Error::new("not_utf8", "", format!("the text is not UTF-8 at byte {at}")).hint("save the file as UTF-8"));
            }
        };
        let mut at = if self.offset == 0 && text.starts_with('\u{feff}') { 3 } else { 0 };
        if matches!(self.source, Source::Unknown) {
            self.sniff(text.get(at..).unwrap_or_default());
        }
        if matches!(self.source, Source::Header) {
            let header = header::read(text.as_bytes(), &mut at, ends, &self.keys, &self.stage);
            match header.map_err(|stop| self.stopped(stop)) {
                Ok(Some(header)) => self.source = header?,
                Ok(None) => return Ok(0),
                Err(error) => return Err(error),
            }
        }
        match self.source {
            Source::Unknown => return Ok(0),
            Source::Json(_) => self.json_rows(text, &mut at)?,
            Source::Csv { .. } => self.csv_rows(text, &mut at, ends)?,
            Source::Header | Source::Columns => {}
        }
        self.flush(text)?;
        Ok(at)
    }

    fn sniff(&mut self, text: &str) {
        let first = text.bytes().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        let format = self.format.or(match first {
            None => None,
            Some(b'[') => Some(LoadFormat::Json),
            Some(b'{') => Some(LoadFormat::Ndjson),
            Some(_) => Some(LoadFormat::Csv),
        });
        match format {
            Some(LoadFormat::Json) => self.source = Source::Json(Rows::new(Place::Start)),
            Some(LoadFormat::Ndjson) => self.source = Source::Json(Rows::new(Place::Line)),
            Some(LoadFormat::Csv) => self.source = Source::Header,
            None => {}
        }
    }

    fn stopped(&self, stop: Stop) -> Error {
        let csv = matches!(self.source, Source::Header | Source::Csv { .. });
        match stop {
            Stop::Bad(at, message) => {
                let code = if csv { "csv_invalid" } else { "json_invalid" };
                Error::new(code, "", format!("{message}, at byte {}", self.offset + at as u64))
            }
            Stop::Deep(at) => {
                let message =
                    format!("arrays and objects are nested deeper than {}, at byte {}", crate::json::MAX_DEPTH, self.offset + at as u64);
                Error::new("json_too_deep", "", message)
            }
            Stop::More => Error::new("json_truncated", "", "the text ends too early"),
        }
    }

    fn json_rows(&mut self, text: &str, at: &mut usize) -> Result<()> {
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
            let keys = &self.keys;
            match rows.next(text, at, slots, &|key| keys.get(key).copied()) {
                Ok(_) => self.batch += 1,
                Err(Stop::More) => return Ok(()),
                Err(stop) => {
                    let error = match stop {
                        Stop::Bad(at, message) => Error::new("json_invalid", "", format!("{message}, at byte {}", self.offset + at as u64)),
                        stop => self.stopped(stop),
                    };
                    return Err(error);
                }
            }
        }
    }

    fn csv_rows(&mut self, text: &str, at: &mut usize, ends: Ends) -> Result<()> {
        let Source::Csv { delimiter, targets } = std::mem::replace(&mut self.source, Source::Unknown) else { return Ok(()) };
        let done = self.csv_rows_of(delimiter, &targets, text, at, ends);
        self.source = Source::Csv { delimiter, targets };
        done
    }

    fn csv_rows_of(&mut self, delimiter: u8, targets: &[Option<u32>], text: &str, at: &mut usize, ends: Ends) -> Result<()> {
        while *at < text.len() {
            let width = self.next_slots(text)?;
            let start = self.batch * width;
            let Some(slots) = self.slots.get_mut(start..start + width) else { return Ok(()) };
            let mut surplus = false;
            let read = csv::record(text.as_bytes(), at, delimiter, ends, |nth, slot| match targets.get(nth) {
                Some(Some(target)) => slots.get_mut(*target as usize).into_iter().for_each(|place| *place = slot),
                Some(None) => {}
                None => surplus |= !matches!(slot.kind, Kind::Null | Kind::Empty),
            });
            match read {
                Ok(Record::Blank) => {}
                Ok(Record::Cells(count)) => {
                    if surplus || count < targets.len() {
                        self.ragged.push(short(self.batch));
                    }
                    self.batch += 1;
                }
                Err(Stop::More) => return Ok(()),
                Err(Stop::Bad(at, message)) => {
                    return Err(Error::new("csv_invalid", "", format!("{message}, at byte {}", self.offset + at as u64)));
                }
                Err(stop) => return Err(self.stopped(stop)),
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

    /// Converts the rows of the batch.
    fn flush(&mut self, text: &str) -> Result<()> {
        let (rows, width) = (self.batch, self.stage.schema.fields.len());
        if rows == 0 {
            return Ok(());
        }
        let schema = self.stage.schema.clone();
        let id = self.stage.id;
        let Some(id_field) = schema.get(id) else { return Ok(()) };
        let mut slots = std::mem::take(&mut self.slots);
        let mut converter = Converter::new(&schema, id, id_field, &mut self.findings, &[]);
        for row in self.ragged.drain(..) {
            converter.report(row as usize, "ragged_row", Value::Absent);
        }
        let id_at = id.0 as usize;
        let refused = self.stage.push_ids(&mut converter, rows, |row| slot_at(&slots, row * width + id_at, text))?;
        let mut kept = Vec::new();
        if !refused.is_empty() {
            for row in (0..rows).filter(|row| refused.binary_search(row).is_err()) {
                slots.copy_within(row * width..(row + 1) * width, kept.len() * width);
                kept.push(short(row));
            }
        }
        let count = rows - refused.len();
        for (ix, field) in (0u32..).map(FieldIx).zip(&schema.fields).filter(|(ix, _)| *ix != id) {
            let at = ix.0 as usize;
            self.convert(ix, field, count, &kept, &|row| slot_at(&slots, row * width + at, text))?;
        }
        self.slots = slots;
        self.batch = 0;
        self.end_batch(count, rows)
    }

    /// Adds the cells of one field.
    #[inline]
    fn convert<'a>(&mut self, ix: FieldIx, field: &Field, count: usize, kept: &[u32], get: &impl Fn(usize) -> Value<'a>) -> Result<()> {
        let schema = self.stage.schema.clone();
        let mut none = Memory::default();
        let mut converter = Converter::new(&schema, ix, field, &mut self.findings, kept);
        converter.users = self.users.as_deref();
        let memory = self.memory.get_mut(ix.0 as usize).unwrap_or(&mut none);
        self.stage.push_cells(&mut converter, memory, count, get)?;
        if self.purpose == Purpose::Upsert {
            for at in (0..count).filter(|at| get(*at) == Value::Absent) {
                self.stage.mark_absent(ix.0 as usize, self.stage.rows + short(at))?;
            }
        }
        Ok(())
    }

    /// Counts the rows of a batch and takes its problems over.
    fn end_batch(&mut self, count: usize, rows: usize) -> Result<()> {
        self.stage.rows += short(count);
        let mut found = std::mem::take(&mut self.findings);
        found.list.sort_by_key(|finding| (finding.at, finding.field));
        let dropped = found.total - found.list.len() as u64;
        for finding in found.list.drain(..) {
            let row = self.seen.saturating_add(short(finding.at));
            let kept = matches!(finding.code, "unknown_choice" | "unknown_unit" | "unknown_user" | "duplicate_id");
            if self.strict && !kept {
                let name = self.stage.schema.name(finding.field);
                let message = format!("`{}` does not fit the field `{name}` in row {row}: `{}`", finding.value, finding.code);
                let path = pointer(&pointer("", row), name);
                let fault = crate::error::Diagnostic::error("cell_invalid", path, message).with("reason", finding.code);
                return Err(Error::of(fault));
            }
            self.problems.add(row, finding.field, finding.code, || finding.value);
        }
        self.problems.count(dropped);
        self.findings = found;
        self.findings.total = 0;
        self.seen = self.seen.saturating_add(short(rows));
        Ok(())
    }
}

#[inline]
fn slot_at<'a>(slots: &[Slot], at: usize, text: &'a str) -> Value<'a> {
    slots.get(at).map_or(Value::Absent, |slot| slot.value(text))
}

/// The nearest of the headers to what names the id.
fn near_id(names: &[&str], headers: &[&str]) -> Option<String> {
    names.iter().find_map(|name| nearest(name, headers.iter().copied()))
}
