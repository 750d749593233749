//! The columns of fields: what a table reads out of them, and what is written.

use crate::error::{Error, Result};
use crate::json::Json;
use crate::query::{Cell, FieldType};
use crate::sql::condition::{Dialect, ITEM, Stored, elements};
use crate::time::{Day, Instant};

/// Beyond this a number is null in a table.
const MOST: &str = "9007199254740992";

/// The column of a field, its names in quotes.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub dialect: Dialect,
    pub field: String,
    pub kind: FieldType,
    pub stored: Stored,
    pub name: String,
    /// With the name that the table has in a statement.
    pub here: String,
    /// The PostgreSQL type that values are cast to.
    pub cast: Option<String>,
    /// Whether an absent list is an empty one.
    pub not_null: bool,
}

impl Column {
    /// What a table reads out of the column, in the type of [`Column::compared_as`].
    pub fn read(&self) -> String {
        let here = &self.here;
        let postgres = self.dialect == Dialect::Postgres;
        let between = |what: &str, low: &str, high: &str| format!("(CASE WHEN {what} BETWEEN {low} AND {high} THEN {what} END)");
        match (self.kind, self.stored) {
            (FieldType::Tags | FieldType::Units, stored) => {
                let items = elements(self.dialect, stored, here);
                let all = if postgres { format!("ARRAY(SELECT {ITEM}::text FROM {items})") } else { list_of(&items) };
                if postgres { all } else { format!("({all})") }
            }
            (FieldType::Number, _) if postgres => between(&format!("{here}::double precision"), &format!("-{MOST}"), MOST),
            (FieldType::Number, _) => between(here, &format!("-{MOST}"), MOST),
            (FieldType::Boolean, Stored::Boolean) if postgres => here.clone(),
            (FieldType::Boolean, _) => between(here, "0", "1"),
            (FieldType::Date, Stored::Date) => between(here, &day(Day::MIN), &day(Day::MAX)),
            (FieldType::Datetime, Stored::Timestamptz) => {
                let instants = between(here, &instant(Instant::MIN), &instant(Instant::MAX));
                format!("date_trunc('milliseconds', {instants})")
            }
            (FieldType::Datetime, Stored::EpochMs) => between(here, &Instant::MIN.0.to_string(), &Instant::MAX.0.to_string()),
            (kind, stored) => {
                let text = match (postgres, stored) {
                    (true, _) => format!("{here}::text COLLATE \"C\""),
                    (false, Stored::Integer) => format!("CAST({here} AS TEXT)"),
                    (false, _) => format!("{here} COLLATE BINARY"),
                };
                if kind.is_word() { format!("NULLIF({text}, '')") } else { text }
            }
        }
    }

    /// Whether the column still holds a value; `given` is of the type of [`Column::compared_as`].
    pub fn still(&self, given: &str) -> String {
        let read = self.read();
        match self.dialect {
            Dialect::Postgres => format!("{read} IS NOT DISTINCT FROM {given}"),
            Dialect::Sqlite if self.kind.is_list() => format!("{read} IS (SELECT json_group_array(value) FROM json_each({given}))"),
            Dialect::Sqlite => format!("{read} IS {given}"),
        }
    }

    /// PostgreSQL's type for values to compare with.
    pub fn compared_as(&self) -> &'static str {
        match (self.kind, self.stored) {
            (FieldType::Tags | FieldType::Units, _) => "text[]",
            (FieldType::Number, _) => "double precision",
            (FieldType::Boolean, Stored::Boolean) => "boolean",
            (FieldType::Boolean, _) | (_, Stored::EpochMs) => "bigint",
            (_, Stored::Date) => "date",
            (_, Stored::Timestamptz) => "timestamptz",
            _ => "text",
        }
    }

    /// A value to compare with.
    pub fn comparand(&self, cell: &Cell<'_>) -> Result<Json> {
        match (self.dialect, cell) {
            (Dialect::Postgres, Cell::List(items)) => self.array(items),
            (Dialect::Postgres, Cell::Null) if self.kind.is_list() => Ok("{}".into()),
            (Dialect::Sqlite, Cell::Null) if self.kind.is_list() => Ok("[]".into()),
            (_, Cell::Text(text)) => self.text(text),
            _ => self.value(cell),
        }
    }

    /// PostgreSQL's type for values to write.
    pub fn written_as(&self) -> &'static str {
        match self.stored {
            Stored::Text | Stored::Json => "text",
            Stored::Integer | Stored::EpochMs => "bigint",
            // Any other type for numbers can be assigned from this one without loss.
            Stored::Number => "numeric",
            Stored::Boolean => "boolean",
            Stored::Date => "date",
            Stored::Timestamptz => "timestamptz",
            Stored::Array => "text[]",
        }
    }

    /// What is assigned, `given` being of the type of [`Column::written_as`].
    pub fn assigned(&self, given: &str) -> String {
        match (&self.cast, self.stored, self.dialect) {
            (Some(cast), Stored::Array, _) => format!("{given}::{cast}[]"),
            (Some(cast), ..) => format!("{given}::{cast}"),
            (None, Stored::Json, Dialect::Postgres) => format!("{given}::json"),
            _ => given.to_owned(),
        }
    }

    /// What the column holds, in a type that goes together with what is assigned.
    pub fn kept(&self) -> String {
        match (&self.cast, self.stored, self.dialect) {
            (None, Stored::Json, Dialect::Postgres) => format!("{}::json", self.here),
            (None, Stored::Array, _) => format!("{}::text[]", self.here),
            _ => self.here.clone(),
        }
    }

    /// A value to write.
    ///
    /// # Errors
    /// `sql_value` where the column cannot hold it.
    pub fn value(&self, cell: &Cell<'_>) -> Result<Json> {
        let array = self.stored == Stored::Array;
        Ok(match cell {
            Cell::Null if self.not_null && self.kind.is_list() => if array { "{}" } else { "[]" }.into(),
            Cell::Null => Json::Null,
            Cell::Text(text) if self.stored == Stored::Integer => {
                let whole = text.parse::<i64>().ok().filter(|whole| whole.to_string() == **text);
                let whole = whole.ok_or_else(|| self.unfit("a text that is no whole number"))?;
                if whole.unsigned_abs() <= 1 << 53 { whole.into() } else { text.as_ref().into() }
            }
            Cell::Text(text) => self.text(text)?,
            Cell::Number(number) if self.stored == Stored::Integer && number.fract() != 0.0 => {
                return Err(self.unfit("a number that is not whole"));
            }
            Cell::Number(number) => Json::Number(*number),
            Cell::Bool(value) if self.stored == Stored::Boolean && self.dialect == Dialect::Postgres => Json::Bool(*value),
            Cell::Bool(value) => Json::Number(if *value { 1.0 } else { 0.0 }),
            Cell::Day(day) => day.write().into(),
            Cell::Instant(instant) if self.stored == Stored::EpochMs => instant.0.into(),
            Cell::Instant(instant) => instant.write().into(),
            Cell::List(items) if array => self.array(items)?,
            Cell::List(items) => {
                let items = items.iter().map(|item| self.text(item)).collect::<Result<_>>()?;
                Json::List(items).write().into()
            }
        })
    }

    /// PostgreSQL's text of an array.
    fn array(&self, items: &[std::borrow::Cow<'_, str>]) -> Result<Json> {
        let mut out = String::from("{");
        for item in items {
            self.text(item)?;
            if out.len() > 1 {
                out.push(',');
            }
            out.push('"');
            out.push_str(&item.replace('\\', "\\\\").replace('"', "\\\""));
            out.push('"');
        }
        out.push('}');
        Ok(out.into())
    }

    fn text(&self, text: &str) -> Result<Json> {
        // PostgreSQL has no text with NUL in it, and SQLite's functions for JSON cut a text there.
        if text.contains('\0') { Err(self.unfit("a text with a NUL in it")) } else { Ok(text.into()) }
    }

    fn unfit(&self, what: &str) -> Error {
        Error::new("sql_value", "", format!("the column of `{}` cannot hold {what}", self.field)).hint("store the field in another way")
    }
}

/// SQLite's JSON array of elements.
fn list_of(items: &str) -> String {
    format!("SELECT json_group_array({ITEM}) FROM {items}")
}

fn day(day: Day) -> String {
    format!("'{}'::date", day.write())
}

fn instant(instant: Instant) -> String {
    format!("'{}'::timestamptz", instant.write())
}
