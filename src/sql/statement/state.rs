//! The state: one row for each key, in a table with the columns `key`, `version` and `value`.

use crate::error::Result;
use crate::json::Json;
use crate::plan::Plan;
use crate::plan::state::StateChange;
use crate::sql::Dialect;

use crate::sql::statement::feed::{ParamIx, ValueRows, Writer};
use crate::sql::statement::target::Database;
use crate::sql::statement::{Kind, Statement};

/// What the state is called in a statement.
const STATE: &str = "evenhand_state";

/// Everything that the plan writes to the state, and the check of what it read there.
pub(crate) fn writes(plan: &Plan, target: &Database<'_>, out: &mut Vec<Statement>) -> Result<()> {
    let Some(table) = target.state_table.as_deref() else { return Ok(()) };
    let mut changes = plan.all_state();
    crate::sort::by(&mut changes, |a, b| a.key.cmp(&b.key));
    let mut reads: Vec<(&str, Option<i64>)> = plan.reads.iter().map(|(key, version)| (&**key, *version)).collect();
    crate::sort::all(&mut reads);
    let (new, old): (Vec<&StateChange>, Vec<&StateChange>) = changes.iter().partition(|change| change.expect.is_none());
    let absent: Vec<&str> = reads.iter().filter(|(_, version)| version.is_none()).map(|(key, _)| *key).collect();
    let present: Vec<(&str, i64)> = reads.iter().filter_map(|(key, version)| Some((*key, (*version)?))).collect();

    let state = Table {
        target,
        table,
        key: target.dialect.quote("key"),
        version: target.dialect.quote("version"),
        value: target.dialect.quote("value"),
    };
    let mut inserted: Vec<Entry<'_>> = new.iter().map(|change| Entry::of(change)).collect();
    inserted.extend(absent.iter().map(|key| Entry { key, expect: None, version: 0, value: Json::Null }));
    crate::sort::by_key(&mut inserted, |entry| entry.key);
    state.each(&inserted, Step::Insert, out)?;
    let absent: Vec<Entry<'_>> = absent.iter().map(|key| Entry { key, expect: Some(0), version: 0, value: Json::Null }).collect();
    state.each(&absent, Step::Forget, out)?;
    let updated: Vec<Entry<'_>> = old.iter().map(|change| Entry::of(change)).collect();
    if !present.is_empty() {
        // What is about to be written is locked together with what was read, in one order.
        let mut checked: Vec<Entry<'_>> =
            present.iter().map(|(key, version)| Entry { key, expect: Some(*version), version: 0, value: Json::Null }).collect();
        checked.extend(updated.iter().cloned());
        crate::sort::by_key(&mut checked, |entry| entry.key);
        let step = if updated.is_empty() { Step::Check } else { Step::CheckAndWrite };
        state.each(&checked, step, out)?;
    }
    state.each(&updated, Step::Update, out)
}

/// What one row of a statement says of a key.
#[derive(Clone)]
struct Entry<'a> {
    key: &'a str,
    expect: Option<i64>,
    version: i64,
    /// The value as JSON text, or null.
    value: Json,
}

impl<'a> Entry<'a> {
    fn of(change: &'a StateChange) -> Entry<'a> {
        let value = change.value.as_ref().map_or(Json::Null, |value| value.json().write().into());
        Entry { key: &change.key, expect: change.expect, version: change.version, value }
    }
}

/// The table of the state, with its names in quotes.
struct Table<'a> {
    target: &'a Database<'a>,
    table: &'a str,
    key: String,
    version: String,
    value: String,
}

/// The columns of a statement's rows.
#[derive(Clone, Copy)]
struct Fed {
    key: ParamIx,
    expect: ParamIx,
    version: ParamIx,
    value: ParamIx,
}

/// What a statement does with its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Writes keys that are not there.
    Insert,
    /// Deletes the empty entries of keys that were only read.
    Forget,
    /// Looks whether keys have their versions, and keeps others from writing them.
    Check,
    /// The same for keys that are written later in the transaction, too.
    CheckAndWrite,
    /// Writes keys that have their versions.
    Update,
}

impl Table<'_> {
    fn each(&self, entries: &[Entry<'_>], step: Step, out: &mut Vec<Statement>) -> Result<()> {
        let mut entries = entries.iter().peekable();
        while entries.peek().is_some() {
            let mut feed = ValueRows::new(self.target);
            let fed =
                Fed { key: feed.column("text"), expect: feed.column("bigint"), version: feed.column("bigint"), value: feed.column("text") };
            let unused: &[ParamIx] = match step {
                Step::Insert => &[fed.expect],
                Step::Forget => &[fed.expect, fed.version, fed.value],
                Step::Check | Step::CheckAndWrite => &[fed.version, fed.value],
                Step::Update => &[],
            };
            unused.iter().for_each(|column| feed.leave_out(*column));
            while !feed.is_full() {
                let Some(entry) = entries.next() else { break };
                feed.row([Some(entry.key.into()), Some(entry.expect.into()), Some(entry.version.into()), Some(entry.value.clone())])?;
            }
            let expect = feed.rows();
            let mut writer = feed.begin(self.target)?;
            let rows = writer.rows();
            let sql = match step {
                Step::Insert => self.insert(fed, rows.as_deref(), &mut writer),
                Step::Forget => self.forget(fed, rows.as_deref(), &mut writer),
                Step::Check | Step::CheckAndWrite => self.check(fed, rows.as_deref(), step, &mut writer),
                Step::Update => self.update(fed, rows.as_deref(), &mut writer),
            };
            out.push(Statement { sql, params: writer.params(), kind: Kind::State, expect });
        }
        Ok(())
    }

    fn insert(&self, fed: Fed, rows: Option<&str>, writer: &mut Writer<'_>) -> String {
        let Table { table, key, version, value, target } = self;
        let (with, from) = match (rows, target.dialect) {
            (None, _) => (String::new(), String::new()),
            (Some(rows), Dialect::Postgres) => (String::new(), format!(" FROM {rows}")),
            (Some(rows), Dialect::Sqlite) => (format!("WITH {rows} "), format!(" FROM {}", target.given)),
        };
        let (new_key, new_version, new_value) = (writer.value(fed.key), writer.value(fed.version), self.json(&writer.value(fed.value)));
        let order = match target.dialect {
            Dialect::Postgres if rows.is_some() => format!(" ORDER BY {new_key} COLLATE \"C\""),
            _ => String::new(),
        };
        format!(
            "{with}INSERT INTO {table} ({key}, {version}, {value}) SELECT {new_key}, {new_version}, {new_value}{from} WHERE 1=1{order} \
             ON CONFLICT ({key}) DO NOTHING RETURNING {key}"
        )
    }

    fn forget(&self, fed: Fed, rows: Option<&str>, writer: &mut Writer<'_>) -> String {
        let Table { table, key, version, target, .. } = self;
        let wanted = writer.value(fed.key);
        let (with, keys) = match (rows, target.dialect) {
            (None, _) => (String::new(), format!("({wanted})")),
            (Some(rows), Dialect::Postgres) => (String::new(), format!("(SELECT {wanted} FROM {rows})")),
            (Some(rows), Dialect::Sqlite) => (format!("WITH {rows} "), format!("(SELECT {wanted} FROM {})", target.given)),
        };
        format!("{with}DELETE FROM {table} WHERE {key} IN {keys} AND {version} = 0 RETURNING {key}")
    }

    fn check(&self, fed: Fed, rows: Option<&str>, step: Step, writer: &mut Writer<'_>) -> String {
        let Table { table, key, version, target, .. } = self;
        let (with, join) = match (rows, target.dialect) {
            (None, _) => (String::new(), String::new()),
            (Some(rows), Dialect::Postgres) => (String::new(), format!("{rows} JOIN ")),
            (Some(rows), Dialect::Sqlite) => (format!("WITH {rows} "), format!("{} JOIN ", target.given)),
        };
        let (wanted, expected) = (writer.value(fed.key), writer.value(fed.expect));
        let word = if rows.is_some() { "ON" } else { "WHERE" };
        let (found, same) = (format!("{STATE}.{key} = {wanted}"), format!("{STATE}.{version} = {expected}"));
        let order = match target.dialect {
            Dialect::Postgres if rows.is_some() => format!(" ORDER BY {wanted} COLLATE \"C\""),
            _ => String::new(),
        };
        let lock = match (target.dialect, step) {
            (Dialect::Sqlite, _) => String::new(),
            (Dialect::Postgres, Step::CheckAndWrite) => format!(" FOR NO KEY UPDATE OF {STATE}"),
            (Dialect::Postgres, _) => format!(" FOR SHARE OF {STATE}"),
        };
        // Locked whatever their version: a writer who lost would else skip a key here and lock it after later ones in its next statement, and
        // two of them would wait for each other. A condition outside of the query that locks is not evaluated before it does.
        if target.dialect.is_postgres() {
            return format!(
                "WITH evenhand_locked AS (SELECT {STATE}.{key} AS {key}, {same} AS same FROM {join}{table} AS {STATE} {word} {found}{order}{lock}) \
                 SELECT {key} FROM evenhand_locked WHERE same"
            );
        }
        format!("{with}SELECT {STATE}.{key} AS {key} FROM {join}{table} AS {STATE} {word} {found} AND {same}{order}{lock}")
    }

    fn update(&self, fed: Fed, rows: Option<&str>, writer: &mut Writer<'_>) -> String {
        let Table { table, key, version, value, target } = self;
        let given = &target.given;
        let (with, from) = match (rows, target.dialect) {
            (None, _) => (String::new(), String::new()),
            (Some(rows), Dialect::Postgres) => {
                let wanted = writer.value(fed.key);
                let locked = format!(
                    "WITH {given} AS (SELECT {given}.* FROM {rows} JOIN {table} AS {STATE} ON {STATE}.{key} = {wanted} \
                     ORDER BY {wanted} COLLATE \"C\" FOR NO KEY UPDATE OF {STATE}) "
                );
                (locked, format!(" FROM {given}"))
            }
            (Some(rows), Dialect::Sqlite) => (format!("WITH {rows} "), format!(" FROM {given}")),
        };
        let (new_version, new_value) = (writer.value(fed.version), self.json(&writer.value(fed.value)));
        let (wanted, expected) = (writer.value(fed.key), writer.value(fed.expect));
        let returned = match target.dialect {
            Dialect::Postgres => format!("{STATE}.{key}"),
            Dialect::Sqlite => key.clone(),
        };
        format!(
            "{with}UPDATE {table} AS {STATE} SET {version} = {new_version}, {value} = {new_value}{from} \
             WHERE {STATE}.{key} = {wanted} AND {STATE}.{version} = {expected} RETURNING {returned}"
        )
    }

    /// JSON as a text, `json` or `jsonb` column takes it.
    fn json(&self, text: &str) -> String {
        if self.target.dialect.is_postgres() { format!("{text}::json") } else { text.to_owned() }
    }
}
