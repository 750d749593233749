//! Loading: bytes in pieces, or batches of columns, into a stage.

mod around;
mod columns;
mod convert;
mod csv;
mod cursor;
mod encoding;
mod findings;
mod header;
mod ids;
mod items;
mod json;
mod keys;
mod known;
mod nested;
mod odd;
mod pieces;
mod present;
mod recent;
mod rows;
mod slot;
mod spans;
mod users;

use std::rc::Rc;

pub use columns::BatchColumn;
pub use encoding::Encoding;
pub use spans::Texts;
pub use users::KnownUsers;

use super::budget::Budget;
use super::ops::short;
use super::problem::Problems;
use super::stage::Stage;
use super::{Table, UpsertOptions, Upserted};
use crate::error::{Error, Result, pointer};
use crate::query::{Field, FieldIx, Schema};
use convert::Converter;
use encoding::Decoding;
use findings::Findings;
use json::Rows;
use keys::Keys;
use odd::Looks;
use recent::Memory;
use slot::{Cells, Slot, SlotColumn, Value};
use spans::Words;

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
    /// How the bytes stand for characters.
    pub encoding: Encoding,
    /// Source key or CSV header → field. Beside it a field's own name counts, and its label: where an input has several of them, what
    /// is named here goes before the name, and the name before the label.
    pub columns: Vec<(String, String)>,
    /// Whether the first problem is an error, of whatever kind.
    pub strict: bool,
    /// Fields for which the input must have a column, because they decide who may see or change a lead.
    pub needed: Vec<FieldIx>,
    /// All users, if unknown ones are to be reported and aliases understood.
    pub users: Option<Rc<KnownUsers>>,
    /// Of an upsert: how its rows meet the leads that are there.
    pub upsert: UpsertOptions,
}

/// What becomes of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadMode {
    /// A new table: a missing key is null.
    Load,
    /// An upsert: a missing key keeps its value, and so does a cell that cannot be read.
    Upsert,
    /// A log: each row is a row of its own, and its id may come again.
    Log,
}

/// Longest unfinished row, and longest window that is read at once.
const MAX_ROW: usize = if cfg!(test) { 1 << 20 } else { 256 << 20 };
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
    purpose: LoadMode,
    strict: bool,
    format: Option<LoadFormat>,
    users: Option<Rc<KnownUsers>>,
    keys: Keys,
    needed: Vec<FieldIx>,
    pub(crate) upsert: UpsertOptions,
    /// Which fields the input has a column for.
    fed: Vec<bool>,
    /// Whether [`Loader::check_columns`] has had its say.
    checked: bool,
    source: Source,
    problems: Problems,
    findings: Findings,
    memory: Vec<Memory>,
    words: Vec<Words>,
    slots: Vec<Slot>,
    ragged: Vec<u32>,
    looks: Looks,
    /// A key of the first object, where none is a field's.
    neither: Option<String>,
    batch: usize,
    batch_rows: usize,
    decoding: Decoding,
    /// Lines of CSV before the window, and whether they end with a carriage return alone.
    lines: u64,
    cr: bool,
    /// Rows of the input that were read, refused ones included.
    seen: u32,
    /// The unfinished row, and from which length on it is worth another look.
    carry: Vec<u8>,
    look_at: usize,
    /// Bytes before `carry`.
    offset: u64,
    failed: Option<Error>,
}

pub fn batch_invalid(message: &str) -> Error {
    Error::new("batch_invalid", "", message)
}

/// The error that a problem is in a strict load.
#[cold]
pub fn refusal(schema: &Schema, row: u32, field: FieldIx, code: &'static str, value: &str) -> Error {
    let name = schema.name(field);
    let value = super::problem::cut(value);
    let message = match code {
        "ragged_row" => format!("row {row} has more or fewer cells than the header"),
        "not_a_row" => format!("row {row} is no lead: `{value}`"),
        "duplicate_id" => format!("the id `{value}` of row {row} is that of an earlier row"),
        "duplicate_lead" => format!("row {row} is for the lead of an earlier row: `{value}` in `{name}`"),
        "ambiguous_match" => format!("row {row} may be for several leads: `{value}` in `{name}`"),
        "id_conflict" => format!("the id `{value}` of row {row} is not that of the lead which its key finds"),
        "key_missing" => format!("row {row} has no value by which its lead is found, as in `{name}`"),
        "id_missing" => format!("row {row} has no id in `{name}`"),
        code => format!("`{value}` does not fit the field `{name}` in row {row}: `{code}`"),
    };
    let path = pointer(&pointer("", row), name);
    Error::of(crate::error::Diagnostic::error("cell_invalid", path, message).with("reason", code))
}

impl Loader {
    /// A loader for leads of these fields, of which `id` is the id.
    ///
    /// # Errors
    /// `unknown_field` and `duplicate_column` for what `columns` says.
    pub fn new(schema: Rc<Schema>, id: FieldIx, options: LoadOptions, purpose: LoadMode, budget: Budget) -> Result<Loader> {
        let keys = Keys::new(&schema, &options.columns)?;
        let fed = vec![false; schema.fields.len()];
        let width = schema.fields.len().max(1);
        let batch_rows = (BATCH_CELLS / width).clamp(16, 256);
        let memory = schema.fields.iter().map(|_| Memory::default()).collect();
        let words = schema.fields.iter().map(|_| Words::default()).collect();
        let mut stage = Stage::new(schema, id, budget);
        stage.repeats = purpose == LoadMode::Log;
        stage.keyed = !options.upsert.match_by.is_empty();
        stage.strict = options.strict;
        Ok(Loader {
            stage,
            purpose,
            strict: options.strict,
            format: options.format,
            users: options.users,
            keys,
            needed: options.needed,
            upsert: options.upsert,
            fed,
            checked: false,
            source: Source::Unknown,
            problems: Problems::default(),
            findings: Findings::default(),
            memory,
            words,
            slots: Vec::new(),
            ragged: Vec::new(),
            looks: Looks::default(),
            neither: None,
            batch: 0,
            batch_rows,
            decoding: Decoding::new(options.encoding),
            lines: 0,
            cr: false,
            seen: 0,
            carry: Vec::new(),
            look_at: 0,
            offset: 0,
            failed: None,
        })
    }

    /// Keys that stand for fields, each with its field; of several for one field, one that comes before another goes before it.
    pub fn keys(&self) -> Vec<(&str, FieldIx)> {
        self.keys.all().into_iter().map(|(key, target)| (key, FieldIx(target.field))).collect()
    }

    /// How many rows were read so far.
    pub fn rows(&self) -> u32 {
        self.seen
    }

    /// Adds the next bytes. They may end anywhere; only a row that is not finished is kept.
    ///
    /// # Errors
    /// `not_utf8`, `not_utf16`, `json_invalid`, `json_too_deep`, `csv_invalid`, `row_too_long`, `duplicate_header`, `id_missing`, `column_missing`,
    /// `cell_invalid` and `column_not_found` if the load is strict, `out_of_memory`. After an error the loader gives that error to every call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.guard(|loader| loader.take_encoded(bytes))
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
        self.guard(|loader| loader.end().and_then(|()| loader.check_columns()))?;
        self.stage.met = self.columns();
        if !self.stage.keyed {
            self.stage.index_ids()?;
        }
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
        let refused = self.stage.push_ids(&mut converter, rows, &SlotColumn { slots: &slots, width, field: id_at, text })?;
        self.refuse(&refused)?;
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
            self.convert(ix, field, count, &kept, &SlotColumn { slots: &slots, width, field: at, text })?;
        }
        self.slots = slots;
        self.batch = 0;
        self.end_batch(count, rows)
    }

    /// Adds the cells of one field.
    #[inline]
    fn convert<'a>(&mut self, ix: FieldIx, field: &Field, count: usize, kept: &[u32], cells: &impl Cells<'a>) -> Result<()> {
        let schema = self.stage.schema.clone();
        // With a header it is known from the first.
        if !self.checked
            && let Some(fed) = self.fed.get_mut(ix.0 as usize)
        {
            *fed = *fed || (0..count).any(|at| !cells.is_absent(at));
        }
        let mut none = Memory::default();
        let mut converter = Converter::new(&schema, ix, field, &mut self.findings, kept);
        converter.users = self.users.as_deref();
        let memory = self.memory.get_mut(ix.0 as usize).unwrap_or(&mut none);
        self.stage.push_cells(&mut converter, memory, count, cells)?;
        let unread = std::mem::take(&mut converter.unread);
        if self.purpose == LoadMode::Upsert {
            // Only an empty cell clears: what cannot be read says nothing about what is there.
            for at in unread {
                self.stage.mark_absent(ix.0 as usize, self.stage.rows + short(at))?;
            }
            for at in (0..count).filter(|at| cells.is_absent(*at)) {
                self.stage.mark_absent(ix.0 as usize, self.stage.rows + short(at))?;
            }
        }
        Ok(())
    }

    /// Notes which rows of a batch are none; an upsert tells of rows by their places in the input.
    fn refuse(&mut self, places: &[usize]) -> Result<()> {
        if self.purpose == LoadMode::Upsert { self.stage.refuse(places, self.seen) } else { Ok(()) }
    }

    /// Counts the rows of a batch and takes its problems over.
    fn end_batch(&mut self, count: usize, rows: usize) -> Result<()> {
        self.stage.rows += short(count);
        let ids = if self.stage.keyed { self.stage.has_ids } else { count > 0 };
        self.fed.get_mut(self.stage.id.0 as usize).into_iter().for_each(|fed| *fed |= ids);
        let mut found = std::mem::take(&mut self.findings);
        crate::sort::by_key(&mut found.list, |finding| (finding.at, finding.field));
        let dropped = found.total - found.list.len() as u64;
        for finding in found.list.drain(..) {
            let row = self.seen.saturating_add(short(finding.at));
            if self.strict {
                return Err(refusal(&self.stage.schema, row, finding.field, finding.code, &finding.value));
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
