//! Leads on their way into a table: bytes in pieces, or objects as columns that the facade has read out of them.

use std::rc::Rc;

use js_sys::{Float64Array, Uint8Array, Uint32Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::leads::LeadTable;
use super::shared::{SharedTable, SharedWorkspace};
use super::upsert::UpsertPreview;
use super::value::to_js;
use super::{bytes, input, room, to_js_error, to_js_result};
use crate::error::Error;
use crate::json::Json;
use crate::query::{Field, FieldIx};
use crate::table::{self, BatchColumn, Texts};
use crate::workspace::Incoming;

#[derive(Debug)]
enum Target {
    New(Incoming),
    Into(table::Loader, SharedTable),
}

/// See [`table::Loader`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Loader {
    workspace: SharedWorkspace,
    target: Option<Target>,
    piece: Vec<u8>,
    batch: Vec<(FieldIx, Column)>,
}

/// A column of the batch that is being put together; see [`BatchColumn`].
#[derive(Debug)]
enum Column {
    Numbers(Vec<f64>),
    Coded(Vec<u32>),
    Texts(Given, Vec<u32>),
    Lists(Vec<u32>, Vec<u32>),
    Json(String, Vec<u32>),
}

/// See [`Texts`].
#[derive(Debug)]
struct Given {
    text: String,
    lengths: Vec<u32>,
    lone: Vec<u32>,
}

impl Given {
    fn read(text: &Uint8Array, lengths: &Uint32Array, lone: &Uint32Array) -> Result<Given, JsValue> {
        Ok(Given { text: utf8(text)?, lengths: whole(lengths)?, lone: whole(lone)? })
    }

    fn texts(&self) -> Texts<'_> {
        Texts { text: &self.text, lengths: &self.lengths, lone: &self.lone }
    }
}

impl Column {
    fn lend(&self) -> BatchColumn<'_> {
        match self {
            Column::Numbers(numbers) => BatchColumn::Numbers(numbers),
            Column::Coded(codes) => BatchColumn::Coded(codes),
            Column::Texts(given, null) => BatchColumn::Texts { texts: given.texts(), null },
            Column::Lists(lengths, codes) => BatchColumn::Lists { lengths, codes },
            Column::Json(text, missing) => BatchColumn::Json { text, missing },
        }
    }
}

fn whole(from: &Uint32Array) -> Result<Vec<u32>, JsValue> {
    room((from.length() as usize).saturating_mul(4))?;
    Ok(from.to_vec())
}

fn utf8(from: &Uint8Array) -> Result<String, JsValue> {
    room(from.length() as usize)?;
    String::from_utf8(from.to_vec()).map_err(|_| to_js_error(&Error::new("batch_invalid", "", "a column is not UTF-8")))
}

#[wasm_bindgen]
impl Loader {
    /// Names and types of the fields (`timestamp` for one whose numbers count seconds or the like), and the keys of rows with the
    /// places of their fields, of several for one field the best first: `{fields: [[name, type], …], keys: [[key, place], …]}`.
    pub fn shape(&self) -> JsValue {
        let schema = &self.workspace.borrow().model.schema;
        let kind = |field: &Field| if field.counts() { "timestamp" } else { field.kind.name() };
        let fields = schema.fields.iter().map(|field| Json::List(vec![field.name.as_str().into(), kind(field).into()]));
        let keys = self.loader().map(table::Loader::keys).unwrap_or_default().into_iter();
        let keys = keys.map(|(key, field)| Json::List(vec![key.into(), (field.0 as usize).into()]));
        to_js(&Json::object([("fields", Json::List(fields.collect())), ("keys", Json::List(keys.collect()))]))
    }

    /// Adds the next piece of the input.
    ///
    /// # Errors
    /// What is wrong with it, and `out_of_memory`.
    pub fn push(&mut self, piece: &Uint8Array) -> Result<(), JsValue> {
        bytes(piece, &mut self.piece)?;
        let piece = std::mem::take(&mut self.piece);
        let taken = self.loader_mut().map_or(Ok(()), |loader| to_js_result(loader.push(&piece)));
        self.piece = piece;
        taken
    }

    /// Keys of rows that were not met before, as a list.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn meet(&mut self, keys: &Uint8Array) -> Result<(), JsValue> {
        let keys = input(keys)?;
        let Some(loader) = self.loader_mut() else { return Ok(()) };
        for key in keys.as_list().unwrap_or_default() {
            loader.meet(key.as_text().unwrap_or_default());
        }
        Ok(())
    }

    /// How many rows were read so far.
    pub fn rows(&self) -> u32 {
        self.loader().map_or(0, table::Loader::rows)
    }

    /// A column of numbers for the batch.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn numbers(&mut self, field: u32, cells: &Float64Array) -> Result<(), JsValue> {
        room((cells.length() as usize).saturating_mul(8))?;
        self.batch.push((FieldIx(field), Column::Numbers(cells.to_vec())));
        Ok(())
    }

    /// Texts that codes of a field stand for, behind the first `from`, which earlier batches have brought.
    ///
    /// # Errors
    /// `out_of_memory`, `batch_invalid`.
    pub fn words(&mut self, field: u32, from: u32, text: &Uint8Array, lengths: &Uint32Array, lone: &Uint32Array) -> Result<(), JsValue> {
        let more = Given::read(text, lengths, lone)?;
        self.loader_mut().map_or(Ok(()), |loader| to_js_result(loader.words(FieldIx(field), from, more.texts())))
    }

    /// A column of codes for the batch.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn coded(&mut self, field: u32, codes: &Uint32Array) -> Result<(), JsValue> {
        self.batch.push((FieldIx(field), Column::Coded(whole(codes)?)));
        Ok(())
    }

    /// A column of texts for the batch.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn texts(
        &mut self,
        field: u32,
        null: &Uint32Array,
        text: &Uint8Array,
        lengths: &Uint32Array,
        lone: &Uint32Array,
    ) -> Result<(), JsValue> {
        self.batch.push((FieldIx(field), Column::Texts(Given::read(text, lengths, lone)?, whole(null)?)));
        Ok(())
    }

    /// A column of lists for the batch.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn lists(&mut self, field: u32, each: &Uint32Array, codes: &Uint32Array) -> Result<(), JsValue> {
        self.batch.push((FieldIx(field), Column::Lists(whole(each)?, whole(codes)?)));
        Ok(())
    }

    /// A column of JSON for the batch.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn json(&mut self, field: u32, missing: &Uint32Array, cells: &Uint8Array) -> Result<(), JsValue> {
        self.batch.push((FieldIx(field), Column::Json(utf8(cells)?, whole(missing)?)));
        Ok(())
    }

    /// Adds the batch that was put together.
    ///
    /// # Errors
    /// What is wrong with it, and `out_of_memory`.
    #[wasm_bindgen(js_name = endBatch)]
    pub fn end_batch(&mut self, rows: u32) -> Result<(), JsValue> {
        let batch = std::mem::take(&mut self.batch);
        let columns: Vec<_> = batch.iter().map(|(field, column)| (*field, column.lend())).collect();
        self.loader_mut().map_or(Ok(()), |loader| to_js_result(loader.push_columns(rows, &columns)))
    }

    /// The table of all that was pushed, once.
    ///
    /// # Errors
    /// What the end brings to light.
    pub fn finish(&mut self) -> Result<LeadTable, JsValue> {
        self.piece = Vec::new();
        match self.target.take() {
            Some(Target::New(incoming)) => to_js_result(incoming.finish()).map(|table| LeadTable::new(&self.workspace, table)),
            _ => Err(done()),
        }
    }

    /// Takes all that was pushed over into the table, once; the counts.
    ///
    /// # Errors
    /// What the end brings to light; nothing was changed then.
    pub fn upsert(&mut self) -> Result<JsValue, JsValue> {
        self.piece = Vec::new();
        match self.target.take() {
            Some(Target::Into(loader, table)) => to_js_result(table.borrow_mut().upsert(loader)).map(|counts| to_js(&counts)),
            _ => Err(done()),
        }
    }

    /// What [`Loader::upsert`] would do, once.
    ///
    /// # Errors
    /// What the end brings to light.
    pub fn preview(&mut self) -> Result<UpsertPreview, JsValue> {
        self.piece = Vec::new();
        match self.target.take() {
            Some(Target::Into(loader, table)) => to_js_result(table.borrow().preview(loader)).map(UpsertPreview::new),
            _ => Err(done()),
        }
    }
}

fn done() -> JsValue {
    to_js_error(&Error::new("freed", "", "this load is done"))
}

impl Loader {
    pub(super) fn new(workspace: &SharedWorkspace, incoming: Incoming) -> Loader {
        Loader { workspace: Rc::clone(workspace), target: Some(Target::New(incoming)), piece: Vec::new(), batch: Vec::new() }
    }

    pub(super) fn into(workspace: &SharedWorkspace, loader: table::Loader, table: &SharedTable) -> Loader {
        Loader {
            workspace: Rc::clone(workspace),
            target: Some(Target::Into(loader, Rc::clone(table))),
            piece: Vec::new(),
            batch: Vec::new(),
        }
    }

    fn loader_mut(&mut self) -> Option<&mut table::Loader> {
        match self.target.as_mut()? {
            Target::New(incoming) => Some(&mut incoming.loader),
            Target::Into(loader, _) => Some(loader),
        }
    }

    fn loader(&self) -> Option<&table::Loader> {
        match self.target.as_ref()? {
            Target::New(incoming) => Some(&incoming.loader),
            Target::Into(loader, _) => Some(loader),
        }
    }
}

#[wasm_bindgen]
impl LeadTable {
    /// Begins an upsert.
    ///
    /// # Errors
    /// `options_invalid` and its like.
    pub fn upserting(&self, options: &Uint8Array) -> Result<Loader, JsValue> {
        let loader = to_js_result(self.workspace.borrow().upserting(&self.inner.borrow(), &input(options)?))?;
        Ok(Loader::into(&self.workspace, loader, &self.inner))
    }
}
