//! A plan as statements of a database.
//!
//! Each statement changes a row only while the row's guard holds, and gives back the ids that it changed: fewer than
//! [`Statement::expect`] means that another writer was faster, and then the host takes back its transaction. The statements are
//! for one transaction, in the order given: writes of new keys to the state (the mark that the plan was done is among them), the
//! check of what was read, writes of other keys, copies, changes, deletions.
//!
//! - A value that is the same in all rows of a statement is a parameter of its own. The other values travel in one parameter, a
//!   JSON text that becomes rows (`json_to_recordset`, `json_each`). So the number of statements depends on the bytes that change
//!   and not on the rows, and no statement needs more parameters than are allowed.
//! - Rows that change different fields share a statement: a flag says where a field is set, and elsewhere the column keeps its value.
//! - PostgreSQL locks the rows of a statement in order of their ids, keys in order of their texts, and all plans take their locks in
//!   that order; so plans wait for each other, but never in a circle. Under `READ COMMITTED` the guard is looked at again once the
//!   lock is held, on the row as it is by then.
//! - A key that was read and is not there cannot be locked. It is written as an empty entry and deleted in the same transaction,
//!   so that whoever wants to write it waits until the plan has been written or taken back.
//! - Guards compare what a table reads out of a column (see [`condition`](crate::sql::condition)): the empty text of a word is null there,
//!   microseconds do not count.

mod copies;
mod feed;
mod rows;
mod state;
mod target;
#[cfg(test)]
mod tests;

use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::plan::Plan;
use crate::sql::{Dialect, SqlOptions, StateTable, Target};
use target::Database;

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes leads.
    Update,
    /// Makes a copy of a lead.
    Insert,
    /// Deletes a copy.
    Delete,
    /// Writes or checks the state.
    State,
}

impl Kind {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Update => "update",
            Kind::Insert => "insert",
            Kind::Delete => "delete",
            Kind::State => "state",
        }
    }
}

/// A statement with its parameters. Its rows have one column: `id` for leads, `key` for the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// The values of its parameters, in their order.
    pub params: Vec<Json>,
    /// What it does.
    pub kind: Kind,
    /// How many rows it gives back if nobody was faster.
    pub expect: usize,
}

impl Statement {
    /// The statement as the public API shows it.
    pub fn into_json(self) -> Json {
        Json::object([
            ("sql", self.sql.into()),
            ("params", Json::List(self.params)),
            ("kind", self.kind.name().into()),
            ("expect", self.expect.into()),
        ])
    }
}

impl Plan {
    /// The statements that write the plan, for one transaction. A refused plan has none.
    ///
    /// # Errors
    /// `options_invalid` with every fault of the options; `state_table_required` where the plan has state, or read some, or must leave its
    /// mark, and nothing was said of a table for it; `sql_inexact` for a guard that no database can look at; `sql_column_invalid` for a field that cannot be stored as its column claims; `sql_value` for a value
    /// that its column cannot hold; `out_of_memory`.
    ///
    /// ```
    /// use evenhand::{json::Json, sql::Dialect, workspace::Workspace};
    ///
    /// let config = Json::parse(r#"{
    ///   "version": 1,
    ///   "fields": {"id": {"type": "text"}, "v": {"type": "number"}, "owner": {"type": "user"}},
    ///   "lead": {"id": "id", "version": "v", "owner": "owner"},
    ///   "profiles": [{"id": "all", "grants": [{"do": ["lead.view", "lead.edit", "lead.release", "lead.give"], "scope": "all"}]}],
    ///   "users": [{"id": "ann", "profiles": ["all"]}, {"id": "bob", "profiles": ["all"]}]
    /// }"#)?;
    /// let workspace = Workspace::compile(&config)?;
    /// let table = workspace.load(b"id,v,owner\n1,7,ann\n", &Json::Null, Default::default())?;
    /// let command = Json::parse(r#"{"type": "assign", "leads": {"ids": ["1"]}, "to": "bob"}"#)?;
    /// let context = Json::parse(r#"{"actor": "ann", "now": "2026-03-01T09:00:00Z"}"#)?;
    /// let plan = workspace.plan(&table, &command, None, &context, Default::default())?;
    ///
    /// let statements = plan.to_sql(Dialect::Sqlite, &Json::parse(r#"{"table": "leads", "stateTable": null, "columns": {"v": {"column": "v", "as": "integer"}}}"#)?)?;
    /// assert_eq!(
    ///     statements[0].sql,
    ///     "UPDATE `leads` AS `evenhand_lead` SET `owner` = ?, `v` = COALESCE(`evenhand_lead`.`v`, 0) + 1 \
    ///      WHERE `evenhand_lead`.`id` = ? AND `evenhand_lead`.`v` IS ? RETURNING CAST(`id` AS TEXT) AS `id`"
    /// );
    /// assert_eq!(Json::List(statements[0].params.clone()).write(), r#"["bob","1",7]"#);
    /// # Ok::<(), evenhand::error::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: Dialect, options: &Json) -> Result<Vec<Statement>> {
        let (mut out, mut next) = (Vec::new(), Some(0));
        while let Some(from) = next {
            let (statements, then) = self.statements(dialect, options, from)?;
            out.extend(statements);
            next = then;
        }
        Ok(out)
    }

    /// The same bit by bit, so that the text of all of them never stands in memory: the statements from a place of the plan on, and the place
    /// where the next ones begin, if there are any. The first place is 0.
    ///
    /// # Errors
    /// As [`Plan::to_sql`].
    pub fn statements(&self, dialect: Dialect, options: &Json, from: usize) -> Result<(Vec<Statement>, Option<usize>)> {
        let options = SqlOptions::parse(options, &self.model.schema, Target::Statements);
        let options = options.map_err(|list| Error::invalid("options_invalid", list))?;
        let database = Database::new(dialect, &options, &self.model)?;
        let mut out = Vec::new();
        if !self.refused.is_empty() {
            return Ok((out, None));
        }
        if options.state_table == StateTable::Unsaid {
            return Err(unwritten(self));
        }
        if from == 0 {
            state::writes(self, &database, &mut out)?;
            copies::inserts(self, &database, &mut out)?;
        }
        let (update, next) = rows::update(self, &database, from)?;
        out.extend(update);
        if next < self.count() {
            return Ok((out, Some(next)));
        }
        copies::deletes(self, &database, &mut out)?;
        Ok((out, None))
    }

    /// Places of the plan in the order of the leads' ids, worked out once; nothing where they are in it.
    fn order(&self) -> Result<Option<&[u32]>> {
        if self.by_id.get().is_none() {
            let order = self.table.places_by_id(&self.rows)?;
            let _ = self.by_id.set(order);
        }
        Ok(self.by_id.get().and_then(Option::as_deref))
    }
}

/// Every plan has a mark that it was done: without it the plan could be written again after its undo.
fn unwritten(plan: &Plan) -> Error {
    let (keys, reads) = (plan.all_state().len(), plan.reads.len());
    let message = format!("the plan writes {keys} keys of the state and checks {reads}, and there is no table for them");
    let fault = Diagnostic::error("state_table_required", "/stateTable", message);
    Error::of(fault.hint(
        "name the state's table, or say `stateTable: null` if the host writes `state` and checks `reads` itself, in the same transaction",
    ))
}
