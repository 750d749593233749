//! Values as a column takes them.

use std::borrow::Cow;

use crate::error::{Error, Result, pointer};
use crate::json::Json;
use crate::query::Cell;
use crate::sql::column::Column;
use crate::sql::{Dialect, Stored};
use crate::time::{Local, Moment, Zone};

impl Column<'_> {
    /// A value to compare with, of the type of [`Column::read_as`].
    ///
    /// # Errors
    /// `sql_value` for a text that the database has not.
    pub fn comparand(&self, cell: &Cell<'_>) -> Result<Json> {
        let postgres = self.dialect.is_postgres();
        match cell {
            Cell::List(items) if postgres => self.array(items),
            Cell::Null if self.kind.is_list() => Ok(self.dialect.pick("{}", "[]").into()),
            Cell::Text(text) => self.text_value(text),
            Cell::Number(number) => Ok(Json::Number(*number)),
            Cell::Bool(value) if self.stored != Stored::Boolean || !postgres => Ok(i64::from(*value).into()),
            Cell::Instant(instant) if self.stored != Stored::Timestamptz => Ok(instant.0.into()),
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
            Stored::Timestamp => "timestamp",
            Stored::Array => "text[]",
        }
    }

    /// What is assigned, `given` being of the type of [`Column::written_as`].
    pub fn assigned(&self, given: &str) -> String {
        match (&self.cast, self.stored) {
            (Some(cast), Stored::Array) => format!("{given}::{cast}[]"),
            (Some(cast), _) => format!("{given}::{cast}"),
            (None, Stored::Json) if self.dialect.is_postgres() => format!("{given}::json"),
            _ => given.to_owned(),
        }
    }

    /// Whether a column may hold another value once this one is written: SQLite's turn texts into numbers and numbers into texts,
    /// PostgreSQL's for whole numbers round.
    pub fn converts(&self, cell: &Cell<'_>) -> bool {
        let canonical = |text: &str| text.parse::<i64>().is_ok_and(|whole| whole.to_string() == text);
        match cell {
            Cell::Number(number) => self.dialect.is_postgres() && self.stored == Stored::Number && number.fract() != 0.0,
            _ if self.certain => false,
            Cell::Text(text) => is_number(text.trim()) && !canonical(text),
            Cell::Instant(_) => self.stored == Stored::EpochMs,
            _ => false,
        }
    }

    /// What a row gives back in which such a value was written: an error if it was turned into another one.
    pub fn checked(&self, back: &str) -> String {
        let (name, here) = (&self.name, &self.here);
        let (turned, what) = match (self.stored, self.dialect) {
            (_, Dialect::Postgres) => {
                let refused = self.message("a whole number where a fraction was written").replace('\'', "''");
                return format!(
                    "CASE WHEN pg_typeof({here}) IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) \
                     THEN ('{refused}' || {back})::integer::text ELSE {back} END"
                );
            }
            (Stored::EpochMs, _) => ("= 'text'", "a text where milliseconds are expected"),
            _ => ("IN ('integer', 'real')", "a number where a text is expected"),
        };
        format!("CASE WHEN typeof({name}) {turned} THEN {} ELSE {back} END", self.refused_in(what, name))
    }

    /// What the column holds, in a type that goes together with what is assigned.
    pub fn kept(&self) -> String {
        match (&self.cast, self.stored) {
            (None, Stored::Json) if self.dialect.is_postgres() => format!("{}::json", self.here),
            (None, Stored::Array) => format!("{}::text[]", self.here),
            _ => self.here.clone(),
        }
    }

    /// A value to write.
    ///
    /// # Errors
    /// `sql_value` where the column cannot hold it.
    pub fn value(&self, cell: &Cell<'_>) -> Result<Json> {
        let array = self.stored == Stored::Array;
        let text = self.stored == Stored::Text && self.certain;
        Ok(match cell {
            Cell::Null if self.not_null && self.kind.is_list() => if array { "{}" } else { "[]" }.into(),
            Cell::Null => Json::Null,
            Cell::Text(text) if self.stored == Stored::Integer => {
                let whole = text.parse::<i64>().ok().filter(|whole| whole.to_string() == **text);
                let whole = whole.ok_or_else(|| self.unfit("a text that is no whole number"))?;
                if whole.unsigned_abs() <= 1 << 53 { whole.into() } else { text.as_ref().into() }
            }
            Cell::Text(text) => self.text_value(text)?,
            Cell::Number(number) if self.stored == Stored::Integer && number.fract() != 0.0 => {
                return Err(self.unfit("a number that is not whole"));
            }
            Cell::Number(number) if text => Json::Number(*number).write().into(),
            Cell::Number(number) => Json::Number(*number),
            Cell::Bool(value) if text => if *value { "true" } else { "false" }.into(),
            Cell::Bool(value) if self.stored == Stored::Boolean && self.dialect.is_postgres() => Json::Bool(*value),
            Cell::Bool(value) => i64::from(*value).into(),
            Cell::Day(day) => day.write().into(),
            Cell::Instant(instant) if self.stored == Stored::EpochMs => instant.0.into(),
            Cell::Instant(instant) if self.stored == Stored::Timestamp => {
                let utc = Zone::utc();
                let zone = self.zone.unwrap_or(&utc);
                let local: Local = zone.local(*instant);
                if zone.instant(local) != *instant {
                    return Err(self.unfit("the second of two times that a clock shows twice"));
                }
                // The same wall in UTC.
                let wall = Moment::Local(local).instant(&utc).ok_or_else(|| self.unfit("a time so far away"))?;
                wall.write().trim_end_matches('Z').into()
            }
            Cell::Instant(instant) => instant.write().into(),
            Cell::List(items) if array => self.array(items)?,
            Cell::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.text_value(item)?);
                }
                Json::List(list).write().into()
            }
        })
    }

    /// PostgreSQL's text of an array.
    fn array(&self, items: &[Cow<'_, str>]) -> Result<Json> {
        let mut out = String::from("{");
        for item in items {
            self.text_value(item)?;
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

    fn text_value(&self, text: &str) -> Result<Json> {
        // PostgreSQL has no text with NUL in it, and SQLite's functions for JSON cut a text there.
        if text.contains('\0') { Err(self.unfit("a text with a NUL in it")) } else { Ok(text.into()) }
    }

    fn unfit(&self, what: &str) -> Error {
        let message = format!("the column of `{}` cannot hold {what}", self.field);
        Error::new("sql_value", pointer("/columns", self.field), message).hint("store the field in another way")
    }
}

/// Whether a database may take a text for a number: digits with or without a sign, a point and an exponent, and the words that some have for
/// what is infinite or no number.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if ["inf", "infinity", "nan"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(part)
        && whole.len() + part.len() > 0
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_what_the_standard_library_reads(
            text in "[+-]{0,2}([0-9]{0,3}[.]?[0-9]{0,2}[.]?([eE][+-]{0,2}[0-9]{0,2})?|[iI]nf(inity)?|na[nN]|[-+.e0-9 x]{0,6})"
        ) {
            prop_assert_eq!(super::is_number(&text), text.parse::<f64>().is_ok());
        }
    }
}
