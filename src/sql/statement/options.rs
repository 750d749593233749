//! Where a plan is written to.

use crate::btree::BTreeMap;

use crate::config::Model;
use crate::error::{Diagnostic, Error, Result, pointer};
use crate::json::Json;
use crate::json::decode::Faults;
use crate::query::{FieldIx, Schema};
use crate::sql::condition::{Dialect, SqlOptions};

use crate::sql::statement::column::Column;

/// Most parameters of a statement where nothing else is said: what the most modest of the edge databases takes.
const PARAMS: usize = 100;
/// What a statement's rows are called.
pub(crate) const GIVEN: &str = "evenhand_given";
/// What the table of leads is called in a statement.
const LEAD: &str = "evenhand_lead";

/// What `toSQL` is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    shared: SqlOptions,
    table: String,
    state_table: Option<String>,
    schema: Option<String>,
    copied: Option<Vec<String>>,
    casts: BTreeMap<FieldIx, String>,
    not_null: Vec<FieldIx>,
}

impl Options {
    /// Reads `{table, stateTable?, schema?, copyColumns?, columns?, alias?, paramStart?, maxParams?}`. Beside what conditions know, a
    /// column may have `type`, the name of a PostgreSQL type that its values are cast to (`uuid`, an enum), and `notNull` for a list
    /// that is never null, but empty.
    ///
    /// # Errors
    /// `sql_options_invalid` with every fault.
    pub fn read(json: &Json, schema: &Schema) -> Result<Options> {
        let faults = Faults::default();
        if let (None, false) = (json.as_object(), json.is_null()) {
            faults.add(Diagnostic::error("sql_options_invalid", "", format!("the options must be an object, not {}", json.kind())));
        }
        let shared = SqlOptions::parse(json, "", schema).map_err(|more| faults.extend(more)).unwrap_or_default();
        let name = |key: &str| json.get(key).and_then(|given| SqlOptions::name(given, pointer("", key), &faults));
        let (table, state_table, in_schema) = (name("table"), name("stateTable"), name("schema"));
        if json.get("table").is_none() {
            faults.add(Diagnostic::error("sql_options_invalid", "/table", "the name of the table is missing"));
        }
        let copied = json.get("copyColumns").map(|list| {
            let mut names = Vec::new();
            for (at, column) in list.as_list().unwrap_or_default().iter().enumerate() {
                names.extend(SqlOptions::name(column, pointer("/copyColumns", at), &faults));
            }
            if list.as_list().is_none() {
                faults.add(Diagnostic::error("sql_options_invalid", "/copyColumns", "this must be a list of names"));
            }
            names
        });
        let (mut casts, mut not_null) = (BTreeMap::new(), Vec::new());
        for (key, column) in json.get("columns").and_then(Json::as_object).unwrap_or_default() {
            let Some(field) = schema.find(key) else { continue };
            if let Some(cast) = column.get("type") {
                let path = pointer(&pointer("/columns", key), "type");
                casts.extend(SqlOptions::name(cast, path, &faults).map(|cast| (field, cast)));
            }
            if column.get("notNull") == Some(&Json::Bool(true)) {
                not_null.push(field);
            }
        }
        let list = faults.into_list();
        match table {
            Some(table) if list.is_empty() => Ok(Options { shared, table, state_table, schema: in_schema, copied, casts, not_null }),
            _ => Err(Error::invalid("sql_options_invalid", list)),
        }
    }
}

/// The database that a plan is written to, with every name in quotes.
pub(crate) struct Target<'a> {
    pub dialect: Dialect,
    pub model: &'a Model,
    pub table: String,
    pub state_table: Option<String>,
    /// What the table is called in a statement.
    pub alias: String,
    /// What a statement's rows are called.
    pub given: String,
    pub columns: Vec<Column>,
    pub param_start: u32,
    pub max_params: usize,
    /// The columns that a copy takes over; those of all fields if nothing is said.
    pub copied: Vec<String>,
}

impl<'a> Target<'a> {
    pub fn new(dialect: Dialect, options: &Options, model: &'a Model) -> Result<Target<'a>> {
        let quote = |name: &str| dialect.quote(name);
        let place = |name: &str| match &options.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(name)),
            None => quote(name),
        };
        let alias = options.shared.alias.as_deref().unwrap_or(LEAD);
        let mut columns = Vec::with_capacity(model.schema.fields.len());
        for (at, field) in (0u32..).zip(&model.schema.fields) {
            let ix = FieldIx(at);
            let (name, stored) = options.shared.column_of(ix, &model.schema, dialect)?;
            columns.push(Column {
                dialect,
                field: field.name.clone(),
                kind: field.kind,
                stored,
                name: quote(name),
                here: format!("{}.{}", quote(alias), quote(name)),
                cast: options.casts.get(&ix).filter(|_| dialect == Dialect::Postgres).map(|cast| quote(cast)),
                not_null: options.not_null.contains(&ix),
            });
        }
        let copied = match &options.copied {
            Some(names) => names.iter().map(|name| quote(name)).collect(),
            None => columns.iter().map(|column| column.name.clone()).collect(),
        };
        // A table of the host that has the same name would be hidden by the statement's own rows.
        let mut given = GIVEN.to_owned();
        let taken = [Some(options.table.as_str()), options.state_table.as_deref(), Some(alias)];
        while taken.iter().flatten().any(|name| name.eq_ignore_ascii_case(&given)) {
            given.push('_');
        }
        Ok(Target {
            dialect,
            model,
            table: place(&options.table),
            state_table: options.state_table.as_deref().map(place),
            alias: quote(alias),
            given,
            columns,
            param_start: options.shared.param_start,
            max_params: options.shared.max_params.unwrap_or(PARAMS),
            copied,
        })
    }

    /// The column of a field.
    pub fn column(&self, field: FieldIx) -> Result<&Column> {
        self.columns.get(field.0 as usize).ok_or_else(|| Error::new("sql_column_invalid", "", "a field is not of this configuration"))
    }
}
