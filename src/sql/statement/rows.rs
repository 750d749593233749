//! Changes of leads.

use crate::error::Result;
use crate::plan::Plan;
use crate::plan::alike::ByCode;
use crate::plan::edit::Set;
use crate::query::{Cell, FieldIx};
use crate::sql::column::Column;
use crate::sql::{Dialect, Stored};
use crate::table::RowIx;

use crate::sql::statement::feed::{FedValue, ParamIx, ValueRows, Writer};
use crate::sql::statement::target::Database;
use crate::sql::statement::{Kind, Statement};

/// What the rows of an update are made of.
struct Columns<'p> {
    plan: &'p Plan,
    feed: ValueRows,
    id: ParamIx,
    expect: ParamIx,
    /// Values of the guard by their codes in its column, where it has some.
    expected: Fed,
    fields: Vec<Field<'p>>,
    /// Whether some field is not told by codes alone.
    mixed: bool,
}

/// A field that changes in some rows.
struct Field<'p> {
    ix: FieldIx,
    /// Whether the row sets it.
    set: ParamIx,
    flags: [Option<FedValue>; 2],
    to: ParamIx,
    given: Fed,
    /// The value before, where it is not told by a code: the next row mostly has the same.
    last: Option<(Cell<'static>, FedValue)>,
    /// What it must hold, where leads have no version and it is not the owner.
    from: Option<ParamIx>,
    held: Fed,
    /// Whether a value may be turned into another one when it is written.
    converts: bool,
    by_code: Option<ByCode<'p>>,
}

/// Values that were fed already, by code.
#[derive(Default)]
struct Fed(Vec<Option<FedValue>>);

impl Fed {
    fn value(&mut self, code: u32, make: impl FnOnce() -> Result<FedValue>) -> Result<FedValue> {
        if let Some(known) = self.0.get(code as usize).copied().flatten() {
            return Ok(known);
        }
        let value = make()?;
        if self.0.len() <= code as usize {
            self.0.resize(code as usize + 1, None);
        }
        self.0.get_mut(code as usize).into_iter().for_each(|place| *place = Some(value));
        Ok(value)
    }
}

/// The statement that changes the leads from a place on, in order of their ids; and the place where the next one begins.
pub(crate) fn update(plan: &Plan, target: &Database<'_>, from: usize) -> Result<(Option<Statement>, usize)> {
    let order = plan.order()?;
    let mut columns = Columns::new(plan, target)?;
    let mut next = from;
    while next < plan.count() && !columns.feed.is_full() {
        columns.row(order.map_or(next, |order| order.get(next).map_or(next, |at| *at as usize)), target)?;
        next += 1;
    }
    let statement = if columns.feed.rows() > 0 { Some(columns.statement(target)?) } else { None };
    Ok((statement, next))
}

impl<'p> Columns<'p> {
    fn new(plan: &'p Plan, target: &Database<'_>) -> Result<Columns<'p>> {
        let lead = &target.model.lead;
        let mut feed = ValueRows::new(target);
        let id = feed.column(target.column(lead.id)?.written_as());
        let expect = feed.column(target.column(lead.version.unwrap_or(lead.owner))?.read_as());
        let mut touched: Vec<FieldIx> = plan.edits.iter().map(|edit| edit.field).collect();
        crate::sort::all(&mut touched);
        touched.dedup();
        let mut fields = Vec::with_capacity(touched.len());
        let mut mixed = false;
        for ix in touched {
            let column = target.column(ix)?;
            let set = feed.column("boolean");
            let to = feed.column(column.written_as());
            let guarded = lead.version.is_none() && ix != lead.owner;
            let from = guarded.then(|| feed.column(column.read_as()));
            let by_code = ByCode::of(plan, ix);
            mixed |= by_code.is_none();
            let (given, held) = Default::default();
            fields.push(Field { ix, set, flags: [None; 2], to, given, last: None, from, held, converts: false, by_code });
        }
        Ok(Columns { plan, feed, id, expect, expected: Fed::default(), fields, mixed })
    }

    /// Adds the row at a place of the plan.
    fn row(&mut self, at: usize, target: &Database<'_>) -> Result<()> {
        let Columns { plan, feed, .. } = self;
        let Some(row) = plan.rows.get(at).map(|row| RowIx(*row)) else { return Ok(()) };
        let lead = &target.model.lead;
        let id = target.column(lead.id)?.value(&Cell::Text(plan.table.id(row)))?;
        let id = feed.value(self.id, &id)?;
        feed.put(self.id, Some(id))?;
        let guard = lead.version.unwrap_or(lead.owner);
        let held = |feed: &mut ValueRows, fed: &mut Fed, field: FieldIx, at: ParamIx| {
            let column = target.column(field)?;
            match plan.table.column(field) {
                crate::table::Column::Coded(coded) => {
                    fed.value(coded.code(row.0), || feed.value(at, &column.comparand(&plan.table.cell(row, field))?))
                }
                _ => feed.value(at, &column.comparand(&plan.table.cell(row, field))?),
            }
        };
        let expect = held(feed, &mut self.expected, guard, self.expect)?;
        feed.put(self.expect, Some(expect))?;
        let sets: Vec<Set<'_>> = if self.mixed { plan.edits.of_row(at, row, &plan.table, &plan.model, plan.now) } else { Vec::new() };
        for field in &mut self.fields {
            let column = target.column(field.ix)?;
            let to = match &field.by_code {
                Some(by_code) => match by_code.of_row(at, row) {
                    None => None,
                    Some((which, _)) => {
                        let value = by_code.value(which);
                        let converts = &mut field.converts;
                        Some(field.given.value(which, || {
                            *converts |= column.converts(value);
                            feed.value(field.to, &column.value(value)?)
                        })?)
                    }
                },
                None => match sets.iter().find(|set| set.field == field.ix) {
                    None => None,
                    Some(set) => Some(match &field.last {
                        Some((last, fed)) if *last == set.to => *fed,
                        _ => {
                            field.converts |= column.converts(&set.to);
                            let fed = feed.value(field.to, &column.value(&set.to)?)?;
                            field.last = Some((set.to.clone(), fed));
                            fed
                        }
                    }),
                },
            };
            let is_set = to.is_some();
            let Some(flag) = field.flags.get_mut(usize::from(is_set)) else { continue };
            let flag = match flag {
                Some(flag) => *flag,
                None => *flag.insert(feed.value(field.set, &is_set.into())?),
            };
            feed.put(field.set, Some(flag))?;
            feed.put(field.to, to)?;
            if let Some(from) = field.from {
                let was = if is_set { Some(held(feed, &mut field.held, field.ix, from)?) } else { None };
                feed.put(from, was)?;
            }
        }
        feed.end_row();
        Ok(())
    }

    fn statement(mut self, target: &Database<'_>) -> Result<Statement> {
        let expect = self.feed.rows();
        // What no row sets is left out, and what all set needs no flag.
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            let all = self.feed.agreed(field.set).map(|agreed| agreed == "true");
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
fn guards(fields: &[(Field<'_>, bool)], target: &Database<'_>, writer: &mut Writer<'_>, sql: &mut String) -> Result<()> {
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
