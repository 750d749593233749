//! The values that a statement is fed with.

use crate::error::{Error, Result};
use crate::json::{Json, write_text};
use crate::sql::Dialect;
use crate::sql::params::Params;

use crate::sql::statement::target::Database;

/// About the most bytes of JSON in one parameter; some edge databases take no more than two million.
const BYTES: usize = 1_500_000;
/// Most rows of one statement.
const ROWS: usize = 50_000;

/// Rows of values. A column in which all rows agree becomes one parameter; the others travel together in one JSON text.
#[derive(Debug)]
pub(crate) struct ValueRows {
    max_params: usize,
    columns: Vec<ParamColumn>,
    rows: usize,
    bytes: usize,
}

#[derive(Debug)]
struct ParamColumn {
    /// The type in PostgreSQL.
    kind: &'static str,
    values: Vec<Option<Json>>,
    first: Option<Json>,
    differs: bool,
    used: bool,
    bytes: usize,
}

/// A column of a feed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParamIx(usize);

impl ValueRows {
    /// No columns and no rows.
    pub fn new(target: &Database<'_>) -> ValueRows {
        ValueRows { max_params: target.max_params, columns: Vec::new(), rows: 0, bytes: 0 }
    }

    /// Adds a column of a PostgreSQL type.
    pub fn column(&mut self, kind: &'static str) -> ParamIx {
        self.columns.push(ParamColumn { kind, values: Vec::new(), first: None, differs: false, used: true, bytes: 0 });
        ParamIx(self.columns.len() - 1)
    }

    /// Adds a row, a value for each column; none where it does not matter.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn row(&mut self, values: impl IntoIterator<Item = Option<Json>>) -> Result<()> {
        // With more columns than parameters everything travels.
        let crowded = self.columns.len() >= self.max_params;
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.values.try_reserve(1)?;
            let bytes = value.as_ref().map_or(0, written_bytes);
            column.bytes += bytes;
            self.bytes += if column.differs || crowded { bytes } else { 0 };
            match (&column.first, &value) {
                (None, Some(value)) => column.first = Some(value.clone()),
                (Some(first), Some(value)) if first != value && !column.differs => {
                    column.differs = true;
                    self.bytes += if crowded { 0 } else { column.bytes };
                }
                _ => {}
            }
            column.values.push(value);
        }
        self.rows += 1;
        Ok(())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether this is enough for one statement.
    pub fn is_full(&self) -> bool {
        self.bytes >= BYTES || self.rows >= ROWS
    }

    /// The value in which all rows agree.
    pub fn agreed(&self, ParamIx(at): ParamIx) -> Option<&Json> {
        self.columns.get(at).filter(|column| !column.differs).and_then(|column| column.first.as_ref())
    }

    /// Leaves a column out.
    pub fn leave_out(&mut self, ParamIx(at): ParamIx) {
        self.columns.iter_mut().skip(at).take(1).for_each(|column| column.used = false);
    }

    /// Begins a statement.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn begin<'a>(mut self, target: &'a Database<'a>) -> Result<Writer<'a>> {
        let used = self.columns.iter().filter(|column| column.used).count();
        let single = self.columns.iter().filter(|column| column.used && !column.differs).count();
        let crowded = single + usize::from(single < used) > self.max_params;
        for column in &mut self.columns {
            column.differs |= crowded;
        }
        let travels = self.columns.iter().any(|column| column.used && column.differs);
        let params = Params::new(target.dialect, target.param_start);
        let mut out = Writer { target, feed: self, params, source: None };
        if travels {
            out.source = Some(out.source()?);
        }
        out.feed.columns.iter_mut().for_each(|column| column.values = Vec::new());
        Ok(out)
    }

    /// The rows as JSON: objects for PostgreSQL, arrays for SQLite.
    fn write(&self, dialect: Dialect) -> Result<String> {
        let columns: Vec<(String, &ParamColumn)> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.used && column.differs)
            .map(|(at, fed)| (format!("c{at}"), fed))
            .collect();
        let [open, close] = if dialect.is_postgres() { ['{', '}'] } else { ['[', ']'] };
        let keys: usize = columns.iter().map(|(key, _)| key.len() + 4).sum();
        let values: usize = columns.iter().map(|(_, column)| column.bytes + self.rows * 4).sum();
        let mut out = String::new();
        out.try_reserve(values + self.rows * (keys + 3) + 2).map_err(|_| Error::out_of_memory())?;
        out.push('[');
        for row in 0..self.rows {
            out.push_str(if row > 0 { "," } else { "" });
            out.push(open);
            let mut first = true;
            for (key, column) in &columns {
                let value = column.values.get(row).and_then(Option::as_ref).filter(|value| !value.is_null());
                if dialect.is_postgres() && value.is_none() {
                    continue;
                }
                out.push_str(if first { "" } else { "," });
                first = false;
                if dialect.is_postgres() {
                    write_text(key, &mut out);
                    out.push(':');
                }
                value.unwrap_or(&Json::Null).write_to(&mut out);
            }
            out.push(close);
        }
        out.push(']');
        Ok(out)
    }
}

/// At least as many bytes as the value takes when it is written.
fn written_bytes(value: &Json) -> usize {
    match value {
        Json::Text(text) => {
            let byte = |byte: u8| match byte {
                0..32 => 6,
                b'"' | b'\\' => 2,
                _ => 1,
            };
            text.bytes().map(byte).sum::<usize>() + 2
        }
        // The longest number.
        Json::Number(_) => 25,
        _ => 5,
    }
}

/// Writes a statement. Values are asked for in the order in which they stand in its text.
pub(crate) struct Writer<'a> {
    pub target: &'a Database<'a>,
    feed: ValueRows,
    params: Params,
    /// The rows, as what follows `FROM` in PostgreSQL or `WITH` in SQLite.
    source: Option<String>,
}

impl Writer<'_> {
    /// The rows that travel, if there are any: their own order of columns is that of the feed.
    fn source(&mut self) -> Result<String> {
        let text = self.feed.write(self.target.dialect)?;
        let columns: Vec<(usize, &'static str)> = self
            .feed
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.used && column.differs)
            .map(|(at, column)| (at, column.kind))
            .collect();
        let param = self.params.bind(text);
        let given = &self.target.given;
        let listed = |each: &dyn Fn(usize, usize, &str) -> String| {
            columns.iter().enumerate().map(|(place, (at, kind))| each(place, *at, kind)).collect::<Vec<_>>().join(", ")
        };
        Ok(match self.target.dialect {
            Dialect::Postgres => {
                format!("json_to_recordset({param}::text::json) AS {given}({})", listed(&|_, at, kind| format!("c{at} {kind}")))
            }
            Dialect::Sqlite => format!(
                "{given}({}) AS MATERIALIZED (SELECT {} FROM json_each({param}) AS evenhand_row)",
                listed(&|_, at, _| format!("c{at}")),
                listed(&|place, _, _| format!("json_extract(evenhand_row.value, '$[{place}]')")),
            ),
        })
    }

    /// Takes the rows: what follows `FROM` in PostgreSQL, or `WITH` in SQLite.
    pub fn rows(&mut self) -> Option<String> {
        self.source.take()
    }

    /// A value of the rows, or a parameter.
    pub fn value(&mut self, ParamIx(at): ParamIx) -> String {
        let Some(column) = self.feed.columns.get(at) else { return "NULL".to_owned() };
        if column.differs {
            return format!("{}.c{at}", self.target.given);
        }
        self.params.typed(column.first.clone().unwrap_or_default(), column.kind)
    }

    /// The values of the parameters.
    pub fn params(self) -> Vec<Json> {
        self.params.values
    }
}
