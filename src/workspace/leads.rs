//! A table of leads behind the front door: loading, changing and reading it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::access::{RowAnswers, RowRequest, RowSet};
use crate::config::field;
use crate::error::{Diagnostic, Error, Result, pointer};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::plan::timeline;
use crate::query::{FieldIx, Schema};
use crate::table::{Budget, Encoding, LoadFormat, LoadMode, LoadOptions, Loader, OnBlank, OnKnown, OnUnknown, RowIx, Table, UpsertOptions};

use super::upsert::{UpsertPreview, counts, problems};
use super::{Viewer, Workspace};

/// A loaded table.
#[derive(Debug)]
pub struct LeadTable {
    pub(crate) table: Table,
    /// Whether it holds only some of the leads.
    pub(crate) partial: bool,
    pub(crate) answers: RefCell<RowAnswers>,
}

/// Leads on their way into a table.
#[derive(Debug)]
pub struct Incoming {
    /// Takes the bytes or columns.
    pub loader: Loader,
    partial: bool,
}

impl Incoming {
    /// The table.
    ///
    /// # Errors
    /// What the last bytes bring to light.
    pub fn finish(self) -> Result<LeadTable> {
        Ok(LeadTable { table: self.loader.finish()?, partial: self.partial, answers: RefCell::default() })
    }
}

pub use crate::json::decode::id_text;

/// What `LoadOptions` of the public API says, and of an upsert `UpsertOptions`.
fn options(workspace: &Workspace, json: &Json, mode: LoadMode) -> Result<(LoadOptions, bool)> {
    const KEYS: [&str; 11] =
        ["format", "columns", "strict", "partial", "absent", "encoding", "onBlank", "onKnown", "onUnknown", "matchBy", "dryRun"];
    let faults = Faults::without_nulls_for(&["strict", "dryRun", "onBlank", "onKnown", "onUnknown", "matchBy"]);
    let node = Decoder::new(json, "", &faults);
    if !node.is_null() {
        let known = if mode == LoadMode::Upsert { KEYS.len() } else { 6 };
        node.keys(KEYS.get(..known).unwrap_or_default());
    }
    let mut needed = workspace.needed();
    for name in node.get("absent").items() {
        if let Some(field) = field(&name, &workspace.model.schema) {
            needed.retain(|needed| *needed != field);
        }
    }
    let words = [("rows", None), ("json", Some(LoadFormat::Json)), ("ndjson", Some(LoadFormat::Ndjson)), ("csv", Some(LoadFormat::Csv))];
    let out = LoadOptions {
        format: node.get("format").one_of(&words).flatten(),
        encoding: node.get("encoding").one_of(&[("utf-8", Encoding::Unicode), ("windows-1252", Encoding::Windows1252)]).unwrap_or_default(),
        columns: node
            .get("columns")
            .entries()
            .iter()
            .filter_map(|(key, field)| Some(((*key).to_owned(), field.name()?.to_owned())))
            .collect(),
        strict: node.get("strict").flag(false),
        needed,
        users: Some(workspace.known_users()),
        upsert: upserting(workspace, &node),
    };
    let partial = node.get("partial").flag(false);
    let (failed, list) = (faults.any_error(), faults.into_list());
    if failed { Err(Error::invalid("options_invalid", list)) } else { Ok((out, partial)) }
}

/// How rows meet the leads that are there.
fn upserting(workspace: &Workspace, node: &Decoder<'_>) -> UpsertOptions {
    let schema = &workspace.model.schema;
    let key = |node: &Decoder<'_>| {
        let found = field(node, schema)?;
        if schema.kind(found).is_list() {
            let message = format!("`{}` has several values, by which no lead is found", schema.name(found));
            node.faults().add(Diagnostic::error("key_is_list", node.path(), message).hint("name fields with one value each"));
        }
        Some(found)
    };
    let mut match_by = Vec::new();
    let given = node.get("matchBy");
    for item in given.items() {
        let mut fields = Vec::new();
        if item.json.as_list().is_some() {
            fields.extend(item.items().iter().filter_map(key));
        } else if item.is_null() {
            item.wrong("a field's name, or a list of such");
        } else {
            fields.extend(key(&item));
        }
        if item.json.as_list().is_some_and(<[Json]>::is_empty) {
            item.error("empty", "this list must not be empty");
        }
        match_by.push(fields);
    }
    if match_by.is_empty() && !given.is_null() && !node.faults().any_error() {
        given.error("empty", "this list must not be empty");
    }
    if let [only] = match_by.as_slice()
        && *only == [workspace.model.lead.id]
    {
        // By the id alone is what holds where nothing is said.
        match_by.clear();
    }
    node.get("dryRun").flag(false);
    UpsertOptions {
        on_blank: node.get("onBlank").one_of(&[("clear", OnBlank::Clear), ("keep", OnBlank::Keep)]).unwrap_or_default(),
        on_known: node
            .get("onKnown")
            .one_of(&[("update", OnKnown::Update), ("fill", OnKnown::Fill), ("skip", OnKnown::Skip)])
            .unwrap_or_default(),
        on_unknown: node.get("onUnknown").one_of(&[("add", OnUnknown::Add), ("skip", OnUnknown::Skip)]).unwrap_or_default(),
        match_by,
    }
}

impl Workspace {
    /// Begins to load leads.
    ///
    /// # Errors
    /// `options_invalid`, with `unknown_field` for what `absent` says; `unknown_field` for what `columns` says.
    pub fn loader(&self, json: &Json, budget: Budget) -> Result<Incoming> {
        let (options, partial) = options(self, json, LoadMode::Load)?;
        let schema = self.model.schema.clone();
        Ok(Incoming { loader: Loader::new(schema, self.model.lead.id, options, LoadMode::Load, budget)?, partial })
    }

    /// Begins an upsert into a table; finish it with [`LeadTable::upsert`] or [`LeadTable::preview`].
    ///
    /// # Errors
    /// As [`Workspace::loader`].
    pub fn upserting(&self, table: &LeadTable, json: &Json) -> Result<Loader> {
        table.table.loader_with(self.model.schema.clone(), options(self, json, LoadMode::Upsert)?.0)
    }

    /// Loads leads in one go.
    ///
    /// # Errors
    /// As [`Workspace::loader`], and what is wrong with the bytes.
    pub fn load(&self, bytes: &[u8], options: &Json, budget: Budget) -> Result<LeadTable> {
        let mut incoming = self.loader(options, budget)?;
        incoming.loader.push(bytes)?;
        incoming.finish()
    }

    /// One lead as an object, if the viewer may see it; lists that are empty come as `[]`.
    ///
    /// # Errors
    /// `unknown_actor`, `viewer_invalid`.
    pub fn get(&self, table: &LeadTable, id: &str, viewer: &Json) -> Result<Option<Json>> {
        let viewer = Viewer::read(viewer)?;
        let visible = self.visible(table, &viewer)?;
        let row = table.table.find(id).filter(|row| visible.contains(*row));
        let fields: Vec<FieldIx> = self.schema_for(viewer.actor.as_deref()).shown().map(|(field, _)| field).collect();
        Ok(row.map(|row| self.row(table, row, &fields)))
    }

    /// The rows that a viewer may see.
    pub(crate) fn visible(&self, table: &LeadTable, viewer: &Viewer) -> Result<RowSet> {
        match &viewer.actor {
            None => Ok(RowSet::All),
            Some(actor) => self.auth.view(&RowRequest { table: &table.table, actor: self.auth.actor(actor)?, now: viewer.now }),
        }
    }

    /// The fields as a viewer sees them; nobody is the host itself.
    pub(crate) fn schema_for(&self, actor: Option<&str>) -> Rc<Schema> {
        self.auth.schema_for(&mut actor.into_iter())
    }

    /// A row as an object.
    pub(crate) fn row(&self, table: &LeadTable, row: RowIx, fields: &[FieldIx]) -> Json {
        let schema = &self.model.schema;
        let cell = |field: FieldIx| match table.table.cell(row, field) {
            cell if cell.is_null() && schema.kind(field).is_list() => Json::List(Vec::new()),
            cell => timeline::json(&cell),
        };
        Json::Object(fields.iter().map(|field| (schema.name(*field).to_owned(), cell(*field))).collect())
    }
}

impl LeadTable {
    /// How many leads there are.
    pub fn size(&self) -> usize {
        self.table.size()
    }

    /// Bytes that the table holds.
    pub fn bytes(&self) -> usize {
        self.table.bytes()
    }

    /// Rises with every change.
    pub fn revision(&self) -> u64 {
        self.table.revision()
    }

    /// What did not fit when leads were loaded.
    pub fn problems(&self) -> Json {
        problems(self.table.problems(), self.table.schema())
    }

    /// What became of the columns of the input that the table was loaded from: `{used: [[header, field], …], unused, missing}`.
    pub fn columns(&self) -> Json {
        let (loaded, schema) = (self.table.loaded(), self.table.schema());
        let mut used = Vec::new();
        for (header, field) in &loaded.used {
            used.push(Json::List(vec![header.as_str().into(), schema.name(*field).into()]));
        }
        let mut missing = Vec::new();
        for field in &loaded.missing {
            missing.push(schema.name(*field).to_owned());
        }
        Json::object([("used", Json::List(used)), ("unused", loaded.unused.clone().into()), ("missing", missing.into())])
    }

    /// How many problems there were, those included that are not kept.
    pub fn problem_count(&self) -> u64 {
        self.table.problems().total()
    }

    /// Takes rows over, as far as the loader's options let them: new leads are added, known ones updated.
    ///
    /// # Errors
    /// What is wrong with the bytes; nothing was changed then.
    pub fn upsert(&mut self, loader: Loader) -> Result<Json> {
        loader.finish_into(&mut self.table).map(counts)
    }

    /// What [`LeadTable::upsert`] would do.
    ///
    /// # Errors
    /// Those of [`LeadTable::upsert`].
    pub fn preview(&self, loader: Loader) -> Result<UpsertPreview> {
        self.table.preview(loader).map(|preview| UpsertPreview::new(preview, self.table.schema()))
    }

    /// Removes leads; says how many there were.
    ///
    /// # Errors
    /// `out_of_memory`; nothing was changed then.
    pub fn remove(&mut self, ids: &Json) -> Result<usize> {
        let fault = |path: String, message| Error::of(Diagnostic::error("ids_invalid", path, message));
        let list = ids.as_list().ok_or_else(|| fault(String::new(), "this must be a list of ids"))?;
        let mut texts = Vec::new();
        for (at, id) in list.iter().enumerate() {
            texts.push(id_text(id).ok_or_else(|| fault(pointer("", at), "an id must be a text or a number"))?);
        }
        self.table.remove(texts.iter().map(AsRef::as_ref))
    }
}
