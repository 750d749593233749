//! What the host says of its database: one reader for conditions and statements.

use crate::btree::BTreeMap;

use crate::error::{Diagnostic, nearest};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::query::{FieldIx, Schema, quoted};
use crate::sql::Stored;

/// The column of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlColumn {
    /// Its name.
    pub column: String,
    /// How it holds its values. If nothing is said: in PostgreSQL the usual way, in SQLite whatever is found in a row.
    pub stored: Option<Stored>,
    /// A column that holds the text in the form in which it is compared.
    pub folded: Option<String>,
    /// The PostgreSQL type that values are cast to when they are written.
    pub cast: Option<String>,
    /// Whether an absent list is an empty one.
    pub not_null: bool,
}

/// Where the state is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StateTable {
    /// Nothing was said: a plan with state cannot be written.
    #[default]
    Unsaid,
    /// Elsewhere: the host writes and checks it.
    Elsewhere,
    /// In this table.
    Named(String),
}

/// What conditions and statements have to know of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlOptions {
    /// The columns of fields; a field that is not named is a column of its own name.
    pub columns: BTreeMap<FieldIx, SqlColumn>,
    /// What columns are qualified with.
    pub alias: Option<String>,
    /// The number of the first parameter, where parameters are numbered.
    pub param_start: u32,
    /// Most parameters; if nothing is said as many as the dialect takes, and for statements 100.
    pub max_params: Option<usize>,
    /// For conditions: whether one that is not exact is better than none.
    pub allow_inexact: bool,
    /// For statements: the table of leads.
    pub table: String,
    /// For statements: where the state is kept.
    pub state_table: StateTable,
    /// For statements: the schema of both tables.
    pub schema: Option<String>,
    /// For statements: the columns that a copy takes over.
    pub copied: Option<Vec<String>>,
}

impl Default for SqlOptions {
    fn default() -> Self {
        SqlOptions {
            columns: BTreeMap::new(),
            alias: None,
            param_start: 1,
            max_params: None,
            allow_inexact: false,
            table: String::new(),
            state_table: StateTable::Unsaid,
            schema: None,
            copied: None,
        }
    }
}

/// What the options are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A condition: `{columns, alias, paramStart, maxParams, allowInexact}`, and `now` and `actor`, which the caller reads.
    Condition,
    /// Statements: `{table, stateTable, schema, copyColumns, columns, alias, paramStart, maxParams}`.
    Statements,
}

impl SqlOptions {
    /// Reads `{"columns": {"created": {"column": "created_at", "as": "timestamptz"}}, "alias": "l", …}`; nothing at all is an empty object.
    ///
    /// # Errors
    /// Every fault: `wrong_type`, `unknown_key`, `unknown_field`, `sql_options_invalid`.
    pub fn parse(json: &Json, schema: &Schema, target: Target) -> Result<SqlOptions, Vec<Diagnostic>> {
        let faults = Faults::default();
        let node = Decoder::new(json, "", &faults);
        if !node.is_null() {
            node.keys(match target {
                Target::Condition => &["now", "actor", "columns", "alias", "paramStart", "maxParams", "allowInexact"],
                Target::Statements => &["table", "stateTable", "schema", "copyColumns", "columns", "alias", "paramStart", "maxParams"],
            });
        }
        let mut out = SqlOptions::default();
        for (name, column) in node.get("columns").entries() {
            match schema.find(name) {
                Some(field) => out.columns.extend(read_column(&column).map(|column| (field, column))),
                None => {
                    let hint = nearest(name, schema.fields.iter().map(|field| field.name.as_str()));
                    let fault = Diagnostic::error("unknown_field", column.path(), format!("there is no field {}", quoted(name)));
                    faults.add(fault.maybe_hint(hint));
                }
            }
        }
        out.alias = name(&node, "alias");
        out.param_start = whole(&node, "paramStart").unwrap_or(1);
        out.max_params = whole(&node, "maxParams").map(|most| most as usize);
        match target {
            Target::Condition => out.allow_inexact = node.get("allowInexact").flag(false),
            Target::Statements => {
                out.schema = name(&node, "schema");
                match json.get("table") {
                    Some(_) => out.table = name(&node, "table").unwrap_or_default(),
                    None => node.get("table").error("sql_options_invalid", "the name of the table is missing"),
                }
                let said = json.as_object().unwrap_or_default().iter().find(|(key, _)| key == "stateTable");
                out.state_table = match said {
                    None => StateTable::Unsaid,
                    Some((_, Json::Null)) => StateTable::Elsewhere,
                    Some(_) => name(&node, "stateTable").map_or(StateTable::Unsaid, StateTable::Named),
                };
                out.copied = json.get("copyColumns").map(|list| copied(list, &node.get("copyColumns")));
            }
        }
        let list = faults.into_list();
        if list.is_empty() { Ok(out) } else { Err(list) }
    }
}

fn copied(list: &Json, node: &Decoder<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if list.as_list().is_none() {
        node.error("sql_options_invalid", "this must be a list of names");
        return names;
    }
    for item in node.items() {
        names.extend(as_name(&item));
    }
    names
}

fn read_column(node: &Decoder<'_>) -> Option<SqlColumn> {
    let json = node.json;
    if json.as_text().is_some() {
        return Some(SqlColumn { column: as_name(node)?, stored: None, folded: None, cast: None, not_null: false });
    }
    if json.as_object().is_none() {
        node.wrong("a name or an object");
        return None;
    }
    node.keys(&["column", "as", "folded", "type", "notNull"]);
    let column = as_name(&node.get("column"));
    let mut stored = None;
    if let Some(written) = json.get("as") {
        stored = Stored::NAMES.iter().find(|(name, _)| written.as_text() == Some(name)).map(|(_, stored)| *stored);
        if stored.is_none() {
            let hint = Stored::NAMES.map(|(name, _)| format!("`{name}`")).join(", ");
            let fault = Diagnostic::error("sql_options_invalid", node.get("as").path(), "a column cannot be stored so");
            node.faults().add(fault.hint(format!("one of {hint}")));
        }
    }
    let (folded, cast, not_null) = (name(node, "folded"), name(node, "type"), node.get("notNull").flag(false));
    Some(SqlColumn { column: column?, stored, folded, cast, not_null })
}

/// A name under a key that may be absent.
fn name(node: &Decoder<'_>, key: &'static str) -> Option<String> {
    node.json.get(key)?;
    as_name(&node.get(key))
}

/// A name that can be quoted.
fn as_name(node: &Decoder<'_>) -> Option<String> {
    let name = node.json.as_text().filter(|name| !name.is_empty() && !name.contains('\0'));
    if name.is_none() {
        node.error("sql_options_invalid", "this must be a name");
    }
    name.map(Into::into)
}

/// A whole number under a key that may be absent.
fn whole(node: &Decoder<'_>, key: &'static str) -> Option<u32> {
    let value = node.json.get(key)?;
    let number = value.as_number().filter(|n| n.fract() == 0.0 && *n >= 1.0 && *n <= 65_535.0);
    if number.is_none() {
        node.get(key).error("sql_options_invalid", format!("`{key}` must be a whole number from 1 to 65535"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    number.map(|n| n as u32)
}
