//! Where a plan is written to.

use crate::config::Model;
use crate::error::{Error, Result};
use crate::query::FieldIx;
use crate::sql::column::Column;
use crate::sql::{Dialect, SqlOptions, StateTable};

/// Most parameters of a statement where nothing else is said: what the most modest of the edge databases takes.
const PARAMS: usize = 100;
/// What a statement's rows are called.
const GIVEN: &str = "evenhand_given";
/// What the table of leads is called in a statement.
const LEAD: &str = "evenhand_lead";

/// The database that a plan is written to, with every name in quotes.
pub(crate) struct Database<'a> {
    pub dialect: Dialect,
    pub model: &'a Model,
    pub table: String,
    pub state_table: Option<String>,
    /// What the table is called in a statement.
    pub alias: String,
    /// What a statement's rows are called.
    pub given: String,
    pub columns: Vec<Column<'a>>,
    pub param_start: u32,
    pub max_params: usize,
    /// The columns that a copy takes over; those of all fields if nothing is said.
    pub copied: Vec<String>,
}

impl<'a> Database<'a> {
    pub fn new(dialect: Dialect, options: &SqlOptions, model: &'a Model) -> Result<Database<'a>> {
        let quote = |name: &str| dialect.quote(name);
        let place = |name: &str| match &options.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(name)),
            None => quote(name),
        };
        let alias = options.alias.as_deref().unwrap_or(LEAD);
        let mut columns = Vec::with_capacity(model.schema.fields.len());
        for at in 0..model.schema.fields.len() {
            let ix = FieldIx(u32::try_from(at).unwrap_or(u32::MAX));
            columns.push(Column::of(ix, &model.schema, dialect, options, Some(alias))?);
        }
        let copied = match &options.copied {
            Some(names) => names.iter().map(|name| quote(name)).collect(),
            None => columns.iter().map(|column| column.name.clone()).collect(),
        };
        let state_table = match &options.state_table {
            StateTable::Named(name) => Some(name.as_str()),
            StateTable::Unsaid | StateTable::Elsewhere => None,
        };
        // A table of the host that has the same name would be hidden by the statement's own rows.
        let mut given = GIVEN.to_owned();
        let taken = [Some(options.table.as_str()), state_table, Some(alias)];
        while taken.iter().flatten().any(|name| name.eq_ignore_ascii_case(&given)) {
            given.push('_');
        }
        Ok(Database {
            dialect,
            model,
            table: place(&options.table),
            state_table: state_table.map(place),
            alias: quote(alias),
            given,
            columns,
            param_start: options.param_start,
            max_params: options.max_params.unwrap_or(PARAMS),
            copied,
        })
    }

    /// The column of a field.
    pub fn column(&self, field: FieldIx) -> Result<&Column<'a>> {
        self.columns.get(field.0 as usize).ok_or_else(|| Error::new("sql_column_invalid", "", "a field is not of this configuration"))
    }

    /// The field's column, where a guard compares what a table reads out of it.
    ///
    /// # Errors
    /// `sql_inexact` where no database reads it as a table does.
    pub fn guarded(&self, field: FieldIx) -> Result<&Column<'a>> {
        let column = self.column(field)?;
        match column.unreadable() {
            Some(note) => Err(Error::new("sql_inexact", crate::error::pointer("/columns", column.field), note)
                .hint("store it as RFC 3339, or give leads a version")),
            None => Ok(column),
        }
    }
}
