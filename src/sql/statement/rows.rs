//! Changes of leads.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::plan::{Change, Plan};
use crate::query::FieldIx;
use crate::sql::column::Column;
use crate::sql::{Dialect, Stored};

use crate::sql::statement::feed::{ParamIx, ValueRows, Writer};
use crate::sql::statement::target::Database;
use crate::sql::statement::{Kind, Statement};

/// What the rows of an update are made of.
struct Columns {
    feed: ValueRows,
    id: ParamIx,
    expect: ParamIx,
    fields: Vec<Field>,
}

/// A field that changes in some rows.
struct Field {
    ix: FieldIx,
    /// Whether the row sets it.
    set: ParamIx,
    to: ParamIx,
    /// What it must hold, where leads have no version and it is not the owner.
    from: Option<ParamIx>,
    /// Whether a value may be turned into another one when it is written.
    converts: bool,
}

/// The changes in order of the leads' ids.
pub(crate) fn updates(plan: &Plan, target: &Database<'_>, out: &mut Vec<Statement>) -> Result<()> {
    let mut order: Vec<(Cow<'_, str>, usize)> = Vec::new();
    order.try_reserve_exact(plan.count()).map_err(|_| Error::out_of_memory())?;
    for (at, row) in plan.rows.iter().enumerate() {
        order.push((plan.table.id(crate::table::RowIx(*row)), at));
    }
    crate::sort::all(&mut order);
    let mut columns = Columns::new(plan, target)?;
    for (_, at) in order {
        let Some(change) = plan.change(at) else { continue };
        columns.row(&change, target)?;
        if columns.feed.is_full() {
            out.push(std::mem::replace(&mut columns, Columns::new(plan, target)?).statement(target)?);
        }
    }
    if columns.feed.rows() > 0 {
        out.push(columns.statement(target)?);
    }
    Ok(())
}

impl Columns {
    fn new(plan: &Plan, target: &Database<'_>) -> Result<Columns> {
        let lead = &target.model.lead;
        let mut feed = ValueRows::new(target);
        let id = feed.column(target.column(lead.id)?.written_as());
        let expect = feed.column(target.column(lead.version.unwrap_or(lead.owner))?.read_as());
        let mut touched: Vec<FieldIx> = plan.edits.iter().map(|edit| edit.field).collect();
        crate::sort::all(&mut touched);
        touched.dedup();
        let mut fields = Vec::with_capacity(touched.len());
        for ix in touched {
            let column = target.column(ix)?;
            let set = feed.column("boolean");
            let to = feed.column(column.written_as());
            let guarded = lead.version.is_none() && ix != lead.owner;
            let from = guarded.then(|| feed.column(column.read_as()));
            fields.push(Field { ix, set, to, from, converts: false });
        }
        Ok(Columns { feed, id, expect, fields })
    }

    fn row(&mut self, change: &Change<'_>, target: &Database<'_>) -> Result<()> {
        let lead = &target.model.lead;
        let id = target.column(lead.id)?.value(&crate::query::Cell::Text(Cow::Borrowed(&change.lead)))?;
        let expect = target.column(lead.version.unwrap_or(lead.owner))?.comparand(&change.expect)?;
        let mut values = Vec::with_capacity(2 + 3 * self.fields.len());
        values.extend([Some(id), Some(expect)]);
        for field in &mut self.fields {
            let set = change.set.iter().find(|set| set.field == field.ix);
            let column = target.column(field.ix)?;
            field.converts |= set.is_some_and(|set| column.converts(&set.to));
            values.push(Some(set.is_some().into()));
            values.push(set.map(|set| column.value(&set.to)).transpose()?);
            if field.from.is_some() {
                values.push(set.map(|set| column.comparand(&set.from)).transpose()?);
            }
        }
        self.feed.row(values)
    }

    fn statement(mut self, target: &Database<'_>) -> Result<Statement> {
        let expect = self.feed.rows();
        // What no row sets is left out, and what all set needs no flag.
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            let all = self.feed.agreed(field.set).map(|agreed| *agreed == true.into());
            if all.is_some() {
                self.feed.leave_out(field.set);
            }
            if all == Some(false) {
                self.feed.leave_out(field.to);
                field.from.into_iter().for_each(|from| self.feed.leave_out(from));
            } else {
                fields.push((field, all.is_some()));
            }
        }
        let (id, version) = (target.column(target.model.lead.id)?, target.model.lead.version);
        let mut writer = self.feed.begin(target)?;
        let (table, alias, given) = (&target.table, &target.alias, &target.given);
        let mut sql = String::new();
        let rows = writer.rows();
        if let Some(rows) = &rows {
            sql += &match target.dialect {
                Dialect::Postgres => {
                    let key = writer.value(self.id);
                    format!(
                        "WITH {given} AS (SELECT {given}.* FROM {rows} JOIN {table} AS {alias} ON {} = {} \
                         ORDER BY {key}::text COLLATE \"C\" FOR NO KEY UPDATE OF {alias}) ",
                        id.here,
                        id.assigned(&key),
                    )
                }
                Dialect::Sqlite => format!("WITH {rows} "),
            };
        }
        let mut sets = Vec::with_capacity(fields.len() + 1);
        let mut converting = Vec::new();
        for (field, all) in &fields {
            let column = target.column(field.ix)?;
            if field.converts {
                converting.push(column);
            }
            let flag = if *all { None } else { Some(writer.value(field.set)) };
            let to = column.assigned(&writer.value(field.to));
            sets.push(match flag {
                Some(flag) => format!("{} = CASE WHEN {flag} THEN {to} ELSE {} END", column.name, column.kept()),
                None => format!("{} = {to}", column.name),
            });
        }
        if let Some(version) = version {
            let column = target.column(version)?;
            sets.push(format!("{} = COALESCE({}, 0) + 1", column.name, column.here));
        }
        if sets.is_empty() {
            // A note alone: nothing changes, and yet the guard must hold until the end of the transaction.
            let owner = target.column(target.model.lead.owner)?;
            sets.push(format!("{} = {}", owner.name, owner.here));
        }
        sql += &format!("UPDATE {table} AS {alias} SET {}", sets.join(", "));
        if rows.is_some() {
            sql += &format!(" FROM {given}");
        }
        let wanted = id.assigned(&writer.value(self.id));
        sql += &format!(" WHERE {} = {wanted}", id.here);
        sql += &guard(target, &writer.value(self.expect))?;
        if version.is_none() {
            guards(&fields, target, &mut writer, &mut sql)?;
        }
        sql += &returning(target, &converting)?;
        Ok(Statement { sql, params: writer.params(), kind: Kind::Update, expect })
    }
}

/// The version or else the owner that must still stand.
pub(crate) fn guard(target: &Database<'_>, expect: &str) -> Result<String> {
    let lead = &target.model.lead;
    let column = target.guarded(lead.version.unwrap_or(lead.owner))?;
    Ok(match lead.version {
        // No two versions are read as one.
        Some(_) if column.certain && column.stored != Stored::Text => {
            format!(" AND {} {} {expect}", column.here, target.dialect.traits().same)
        }
        _ => format!(" AND {}", column.still(expect)),
    })
}

/// Without a version: an empty `run`, where the row does not set it, and what every field that is set must hold.
fn guards(fields: &[(Field, bool)], target: &Database<'_>, writer: &mut Writer<'_>, sql: &mut String) -> Result<()> {
    if let Some(run) = target.model.lead.run {
        let idle = format!("{} IS NULL", target.column(run)?.read());
        match fields.iter().find(|(field, _)| field.ix == run) {
            None => *sql += &format!(" AND {idle}"),
            Some((_, true)) => {}
            Some((field, false)) => *sql += &format!(" AND ({} OR {idle})", writer.value(field.set)),
        }
    }
    for (field, all) in fields {
        let Some(from) = field.from else { continue };
        let flag = if *all { None } else { Some(writer.value(field.set)) };
        let still = target.guarded(field.ix)?.still(&writer.value(from));
        *sql += &match flag {
            Some(flag) => format!(" AND (NOT {flag} OR {still})"),
            None => format!(" AND {still}"),
        };
    }
    Ok(())
}

/// What gives back the ids, as text, and looks at the columns in which a value may have been turned into another one.
pub(crate) fn returning(target: &Database<'_>, converting: &[&Column<'_>]) -> Result<String> {
    let id = target.column(target.model.lead.id)?;
    let mut back = target.dialect.pick(format!("{}::text", id.here), format!("CAST({} AS TEXT)", id.name));
    for column in converting {
        back = column.checked(&back);
    }
    Ok(format!(" RETURNING {back} AS {}", target.dialect.quote("id")))
}
