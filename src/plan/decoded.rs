//! A plan that was stored or sent, read back. It is read, not trusted.

use crate::config::Model;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::query::convert::cell_from_json;
use crate::query::{Cell, FieldIx};

use crate::plan::Created;

mod changes;

pub(crate) use changes::{Builder, RowCodes};
pub use changes::{DecodedChanges, DecodedField, Values};

/// What a stored plan changed.
#[derive(Clone, Debug, Default)]
pub struct DecodedPlan {
    /// Its header.
    pub header: Json,
    /// Who acted.
    pub actor: String,
    /// The leads that it changed.
    pub changes: DecodedChanges,
    /// Copies that it made.
    pub created: Vec<Created>,
    /// Copies that it deleted, with their guards.
    pub removed: Vec<(String, Cell<'static>)>,
    /// Versions of the state that it wrote over or read: key → version.
    pub state: Vec<(String, Option<i64>)>,
    /// How many open leads people held before it, where it tells that.
    pub loads: Vec<(String, f64)>,
}

/// One lead that a stored plan changed.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedChange {
    /// The lead's id.
    pub lead: String,
    /// Its guard.
    pub expect: Cell<'static>,
    /// What it changed.
    pub set: Vec<DecodedSet>,
}

/// One field that a stored plan changed.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedSet {
    /// The field.
    pub field: FieldIx,
    /// What it was.
    pub from: Cell<'static>,
    /// What it became.
    pub to: Cell<'static>,
}

/// The error of a plan that cannot be read.
pub(crate) fn malformed(what: &str) -> Error {
    Error::new("plan_malformed", "", format!("this is not a plan that this version can read: {what}"))
}

impl DecodedPlan {
    /// Reads `PlanData`.
    ///
    /// # Errors
    /// `plan_malformed`.
    pub fn from_json(json: &Json, model: &Model) -> Result<DecodedPlan> {
        let pairs = json.as_object().ok_or_else(|| malformed("it is not an object"))?;
        let header_keys = [
            "format",
            "semantics",
            "options",
            "id",
            "digest",
            "config",
            "zones",
            "zoneVersions",
            "timeZone",
            "actor",
            "at",
            "command",
            "count",
        ];
        let header = Json::Object(pairs.iter().filter(|(key, _)| header_keys.contains(&key.as_str())).cloned().collect());
        let mut out = DecodedPlan {
            actor: header.get("actor").and_then(Json::as_text).unwrap_or_default().to_owned(),
            header,
            ..DecodedPlan::default()
        };
        let list = |key: &str| json.get(key).and_then(Json::as_list).ok_or_else(|| malformed(&format!("`{key}` is missing")));
        let guard = model.lead.version.unwrap_or(model.lead.owner);
        let mut changes = Builder::default();
        for change in list("changes")? {
            let lead = change.get("lead").and_then(Json::as_text).ok_or_else(|| malformed("a change has no lead"))?;
            let mut set = Vec::new();
            for (name, values) in change.get("set").and_then(Json::as_object).unwrap_or_default() {
                let field = settable(model, name)?;
                set.push(DecodedSet { field, from: cell(model, field, values.get("from"))?, to: cell(model, field, values.get("to"))? });
            }
            changes.push(lead, &cell(model, guard, change.get("expect"))?, &set);
        }
        out.changes = changes.finish(model);
        out.answers(json, model)?;
        Ok(out)
    }

    /// The parts that are JSON in both forms.
    pub(crate) fn answers(&mut self, json: &Json, model: &Model) -> Result<()> {
        let guard = model.lead.version.unwrap_or(model.lead.owner);
        for copy in json.get("created").and_then(Json::as_list).unwrap_or_default() {
            let text = |key: &str| copy.get(key).and_then(Json::as_text).map(str::to_owned).ok_or_else(|| malformed("a copy has no id"));
            let mut set = Vec::new();
            for (name, value) in copy.get("set").and_then(Json::as_object).unwrap_or_default() {
                let field = model.schema.find(name).ok_or_else(|| malformed(&format!("there is no field `{name}`")))?;
                set.push((field, cell(model, field, Some(value))?));
            }
            self.created.push(Created { id: text("id")?, copy_of: text("copyOf")?, set, distances: Vec::new() });
        }
        for removed in json.get("removed").and_then(Json::as_list).unwrap_or_default() {
            let lead = removed.get("lead").and_then(Json::as_text).ok_or_else(|| malformed("a removed copy has no id"))?;
            self.removed.push((lead.to_owned(), cell(model, guard, removed.get("expect"))?));
        }
        #[expect(clippy::cast_possible_truncation, reason = "compared with versions, which are below 2^53")]
        let version = |json: Option<&Json>| json.and_then(Json::as_number).map(|version| version as i64);
        for change in json.get("state").and_then(Json::as_list).unwrap_or_default() {
            let key = change.get("key").and_then(Json::as_text).unwrap_or_default();
            if !key.starts_with("done/") {
                self.state.push((key.to_owned(), version(change.get("expect"))));
            }
        }
        for line in json.get("assignees").and_then(Json::as_list).unwrap_or_default() {
            let user = line.get("user").and_then(Json::as_text);
            self.loads.extend(user.zip(line.get("before").and_then(Json::as_number)).map(|(user, before)| (user.to_owned(), before)));
        }
        for read in json.get("reads").and_then(Json::as_list).unwrap_or_default() {
            self.state.push((read.get("key").and_then(Json::as_text).unwrap_or_default().to_owned(), version(read.get("version"))));
        }
        Ok(())
    }
}

/// A field that a change may set: neither the id nor the version, which are its guard.
pub(crate) fn settable(model: &Model, name: &str) -> Result<FieldIx> {
    let field = model.schema.find(name).ok_or_else(|| malformed(&format!("there is no field `{name}`")))?;
    if field == model.lead.id || Some(field) == model.lead.version {
        return Err(malformed(&format!("a change sets `{name}`")));
    }
    Ok(field)
}

fn cell(model: &Model, field: FieldIx, json: Option<&Json>) -> Result<Cell<'static>> {
    let definition = model.schema.get(field).ok_or_else(|| malformed("a field is not of this configuration"))?;
    match cell_from_json(definition, &model.schema, json.unwrap_or(&Json::Null)) {
        Ok(cell) => Ok(cell),
        // A word that the configuration does not know was kept when the lead was loaded, and stands in the plan as it does there.
        Err(problem) if !problem.cell.is_null() => Ok(problem.cell),
        Err(_) => Err(malformed(&format!("a value does not fit `{}`", definition.name))),
    }
}
