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

/// A column: its values as JSON texts, end to end, and for each row which of them it has. So a value of many rows is written once.
#[derive(Debug)]
struct ParamColumn {
    /// The type in PostgreSQL.
    kind: &'static str,
    texts: String,
    /// For each value where its text ends, and at least how many bytes it takes.
    values: Vec<(u32, u32)>,
    /// For each row one more than the place of its value; 0 where it does not matter.
    which: Vec<u32>,
    first: Option<FedValue>,
    differs: bool,
    used: bool,
    bytes: usize,
}

/// A column of a feed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParamIx(usize);

/// A value of a column, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FedValue(u32);

impl ParamColumn {
    fn text(&self, FedValue(at): FedValue) -> &str {
        let end = |at: usize| self.values.get(at).map_or(0, |(end, _)| *end as usize);
        let start = (at as usize).checked_sub(1).map_or(0, end);
        self.texts.get(start..end(at as usize)).unwrap_or_default()
    }

    /// Whether two of its values are the same one.
    fn same(&self, a: FedValue, b: FedValue) -> bool {
        a == b || self.text(a) == self.text(b)
    }
}

impl ValueRows {
    /// No columns and no rows.
    pub fn new(target: &Database<'_>) -> ValueRows {
        ValueRows { max_params: target.max_params, columns: Vec::new(), rows: 0, bytes: 0 }
    }

    /// Adds a column of a PostgreSQL type.
    pub fn column(&mut self, kind: &'static str) -> ParamIx {
        self.columns.push(ParamColumn {
            kind,
            texts: String::new(),
            values: Vec::new(),
            which: Vec::new(),
            first: None,
            differs: false,
            used: true,
            bytes: 0,
        });
        ParamIx(self.columns.len() - 1)
    }

    /// Adds a value to a column, for one row or for many.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn value(&mut self, ParamIx(at): ParamIx, value: &Json) -> Result<FedValue> {
        let Some(column) = self.columns.get_mut(at) else { return Ok(FedValue(0)) };
        let bytes = written_bytes(value);
        column.texts.try_reserve(bytes).map_err(|_| Error::out_of_memory())?;
        column.values.try_reserve(1)?;
        value.write_to(&mut column.texts);
        let short = |n: usize| u32::try_from(n).map_err(|_| Error::out_of_memory());
        let place = short(column.values.len())?;
        column.values.push((short(column.texts.len())?, short(bytes)?));
        Ok(FedValue(place))
    }

    /// Gives the next row its value of a column; none where it does not matter. A row is complete once each column was given one.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn put(&mut self, ParamIx(at): ParamIx, value: Option<FedValue>) -> Result<()> {
        // With more columns than parameters everything travels.
        let crowded = self.columns.len() >= self.max_params;
        let Some(column) = self.columns.get_mut(at) else { return Ok(()) };
        column.which.try_reserve(1)?;
        column.which.push(value.map_or(0, |value| value.0 + 1));
        let Some(value) = value else { return Ok(()) };
        let bytes = column.values.get(value.0 as usize).map_or(0, |(_, bytes)| *bytes as usize);
        column.bytes += bytes;
        self.bytes += if column.differs || crowded { bytes } else { 0 };
        match column.first {
            None => column.first = Some(value),
            Some(first) if !column.differs && !column.same(first, value) => {
                column.differs = true;
                self.bytes += if crowded { 0 } else { column.bytes };
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// Adds a row, a value for each column; none where it does not matter.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn row(&mut self, values: impl IntoIterator<Item = Option<Json>>) -> Result<()> {
        for (at, value) in values.into_iter().enumerate() {
            let value = value.map(|value| self.value(ParamIx(at), &value)).transpose()?;
            self.put(ParamIx(at), value)?;
        }
        self.end_row();
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

    /// The JSON text of the value in which all rows agree.
    pub fn agreed(&self, ParamIx(at): ParamIx) -> Option<&str> {
        let column = self.columns.get(at).filter(|column| !column.differs)?;
        column.first.map(|first| column.text(first))
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
        out.feed.columns.iter_mut().for_each(|column| column.which = Vec::new());
        Ok(out)
    }

    /// The rows as JSON: objects for PostgreSQL, arrays for SQLite.
    fn write(&self, dialect: Dialect) -> Result<String> {
        let postgres = dialect.is_postgres();
        let mut columns: Vec<(String, &ParamColumn)> = Vec::new();
        for (at, column) in self.columns.iter().enumerate().filter(|(_, column)| column.used && column.differs) {
            let mut key = String::new();
            if postgres {
                write_text(&format!("c{at}"), &mut key);
                key.push(':');
            }
            columns.push((key, column));
        }
        let [open, close] = if postgres { ['{', '}'] } else { ['[', ']'] };
        let keys: usize = columns.iter().map(|(key, _)| key.len() + 1).sum();
        let values: usize = columns.iter().map(|(_, column)| column.bytes + self.rows * 4).sum();
        let mut out = String::new();
        out.try_reserve(values + self.rows * (keys + 3) + 2).map_err(|_| Error::out_of_memory())?;
        out.push('[');
        for row in 0..self.rows {
            if row > 0 {
                out.push(',');
            }
            out.push(open);
            let mut first = true;
            for (key, column) in &columns {
                let which = column.which.get(row).copied().unwrap_or(0);
                let value = if which == 0 { "null" } else { column.text(FedValue(which - 1)) };
                if postgres && value == "null" {
                    continue;
                }
                if !first {
                    out.push(',');
                }
                first = false;
                out.push_str(key);
                out.push_str(value);
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
        // What was written is always JSON.
        let value = column.first.and_then(|first| Json::parse(column.text(first)).ok()).unwrap_or_default();
        self.params.typed(value, column.kind)
    }

    /// The values of the parameters.
    pub fn params(self) -> Vec<Json> {
        self.params.values
    }
}
