//! Copies of leads: made, and deleted again.

use std::borrow::Cow;

use crate::error::Result;
use crate::plan::{Created, Plan};
use crate::query::Cell;
use crate::sql::Dialect;

use crate::sql::statement::feed::ValueRows;
use crate::sql::statement::rows::{guard, returning};
use crate::sql::statement::target::Database;
use crate::sql::statement::{Kind, Statement};

/// The copies to make: what the original holds by now, and over it what the plan sets.
pub(crate) fn inserts(plan: &Plan, target: &Database<'_>, out: &mut Vec<Statement>) -> Result<()> {
    for copy in &plan.created {
        out.push(insert(copy, target)?);
    }
    Ok(())
}

fn insert(copy: &Created, target: &Database<'_>) -> Result<Statement> {
    let id = target.column(target.model.lead.id)?;
    let text = |text: &str| id.value(&Cell::Text(Cow::Owned(text.to_owned())));
    let mut feed = ValueRows::new(target);
    let mut row = Vec::new();
    let (mut fields, mut converting) = (Vec::new(), Vec::new());
    for (field, cell) in copy.set.iter().filter(|(field, _)| *field != target.model.lead.id) {
        let column = target.column(*field)?;
        fields.push((column, feed.column(column.written_as())));
        row.push(Some(column.value(cell)?));
        if column.converts(cell) {
            converting.push(column);
        }
    }
    let (new, original) = (feed.column(id.written_as()), feed.column(id.written_as()));
    row.extend([Some(text(&copy.id)?), Some(text(&copy.copy_of)?)]);
    feed.row(row)?;

    let mut writer = feed.begin(target)?;
    let rows = writer.rows();
    let mut names = Vec::with_capacity(fields.len() + 1);
    let mut values = Vec::with_capacity(fields.len() + 1);
    for (column, fed) in &fields {
        names.push(column.name.as_str());
        values.push(column.assigned(&writer.value(*fed)));
    }
    names.push(&id.name);
    values.push(id.assigned(&writer.value(new)));
    for name in &target.copied {
        if !names.contains(&name.as_str()) {
            names.push(name);
            values.push(format!("{}.{name}", target.alias));
        }
    }
    let (names, values) = (names.join(", "), values.join(", "));
    let (table, alias, given) = (&target.table, &target.alias, &target.given);
    let (with, from) = match (&rows, target.dialect) {
        (None, _) => (String::new(), String::new()),
        (Some(rows), Dialect::Postgres) => (String::new(), format!(", {rows}")),
        (Some(rows), Dialect::Sqlite) => (format!("WITH {rows} "), format!(", {given}")),
    };
    let wanted = id.assigned(&writer.value(original));
    let called = target.dialect.pick(format!(" AS {alias}"), String::new());
    let sql = format!(
        "{with}INSERT INTO {table}{called} ({names}) SELECT {values} FROM {table} AS {alias}{from} WHERE {} = {wanted} \
         ON CONFLICT ({}) DO NOTHING{}",
        id.here,
        id.name,
        returning(target, &converting)?,
    );
    Ok(Statement { sql, params: writer.params(), kind: Kind::Insert, expect: 1 })
}

/// The copies to delete, while they are as the plan saw them.
pub(crate) fn deletes(plan: &Plan, target: &Database<'_>, out: &mut Vec<Statement>) -> Result<()> {
    let lead = &target.model.lead;
    let (id, guarding) = (target.column(lead.id)?, target.column(lead.version.unwrap_or(lead.owner))?);
    for (copy, expect) in &plan.removed {
        let mut feed = ValueRows::new(target);
        let (wanted, expected) = (feed.column(id.written_as()), feed.column(guarding.read_as()));
        feed.row([Some(id.value(&Cell::Text(Cow::Borrowed(copy)))?), Some(guarding.comparand(expect)?)])?;
        let mut writer = feed.begin(target)?;
        let (table, alias, given) = (&target.table, &target.alias, &target.given);
        let (with, using) = match (writer.rows(), target.dialect) {
            (None, _) => (String::new(), String::new()),
            (Some(rows), Dialect::Postgres) => (String::new(), format!(" USING {rows}")),
            // SQLite deletes from one table only.
            (Some(rows), Dialect::Sqlite) => (format!("WITH {rows} "), String::new()),
        };
        let mut value = |fed| match target.dialect {
            Dialect::Sqlite if !with.is_empty() => format!("(SELECT {} FROM {given})", writer.value(fed)),
            _ => writer.value(fed),
        };
        let mut sql = format!("{with}DELETE FROM {table} AS {alias}{using} WHERE {} = {}", id.here, id.assigned(&value(wanted)));
        sql += &guard(target, &value(expected))?;
        if let (None, Some(run)) = (lead.version, lead.run) {
            sql += &format!(" AND {} IS NULL", target.column(run)?.read());
        }
        sql += &returning(target, &[])?;
        out.push(Statement { sql, params: writer.params(), kind: Kind::Delete, expect: 1 });
    }
    Ok(())
}
