//! Columns as the operands of a condition.

use crate::error::Result;
use crate::query::schema::Case;
use crate::query::{FieldIx, FieldType, Schema};
use crate::sql::condition::{Dialect, SqlOptions, Stored, Writer};

/// Where the values of a field come from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) kind: FieldType,
    pub(crate) stored: Stored,
    /// The column, quoted and qualified.
    pub(crate) column: String,
    /// The column with the folded text.
    folded: Option<String>,
}

/// What an element of a list is called.
pub(crate) const ELEMENT: &str = "evenhand_item.v";

impl Source {
    pub(crate) fn of(field: FieldIx, schema: &Schema, dialect: Dialect, options: &SqlOptions) -> Result<Source> {
        let (name, stored) = options.column_of(field, schema, dialect)?;
        let qualified = |name: &str| match &options.alias {
            Some(alias) => format!("{}.{}", dialect.quote(alias), dialect.quote(name)),
            None => dialect.quote(name),
        };
        let folded = options.columns.get(&field).and_then(|column| column.folded.as_deref()).map(qualified);
        Ok(Source { kind: schema.kind(field), stored, column: qualified(name), folded })
    }

    /// The element of a list.
    pub(crate) fn element(kind: FieldType) -> Source {
        Source { kind, stored: Stored::Text, column: ELEMENT.to_owned(), folded: None }
    }
}

impl Writer<'_> {
    /// The text of a column, as it is written, in an order by code point.
    pub(crate) fn plain(&self, source: &Source) -> String {
        match (self.dialect, source.stored) {
            (Dialect::Postgres, _) => format!("{}::text COLLATE \"C\"", source.column),
            (Dialect::Sqlite, Stored::Integer) => format!("CAST({} AS TEXT) COLLATE BINARY", source.column),
            (Dialect::Sqlite, _) => format!("{} COLLATE BINARY", source.column),
        }
    }

    /// The text of a column in the form in which it is compared.
    pub(crate) fn compared(&mut self, source: &Source, case: Case) -> Result<String> {
        if source.kind != FieldType::Text || case == Case::Sensitive {
            return Ok(self.plain(source));
        }
        match (self.dialect, &source.folded) {
            (_, Some(folded)) => Ok(self.plain(&Source { column: folded.clone(), stored: Stored::Text, ..source.clone() })),
            (Dialect::Postgres, None) => Ok(format!("lower({}::text COLLATE \"pg_c_utf8\") COLLATE \"C\"", source.column)),
            // Digits have no case.
            (Dialect::Sqlite, None) if source.stored == Stored::Integer => Ok(self.plain(source)),
            (Dialect::Sqlite, None) => {
                self.inexact("SQLite ignores the case of ASCII letters only")?;
                Ok(format!("lower({}) COLLATE BINARY", source.column))
            }
        }
    }

    /// An instant in milliseconds.
    pub(crate) fn milliseconds(&self, source: &Source) -> String {
        let column = &source.column;
        match (source.stored, self.dialect) {
            (Stored::Timestamptz, _) => format!("floor(extract(epoch FROM {column}) * 1000)"),
            (Stored::Text, Dialect::Postgres) => format!("floor(extract(epoch FROM {column}::timestamptz) * 1000)"),
            (Stored::Text, Dialect::Sqlite) => format!("CAST(round((julianday({column}) - 2440587.5) * 86400000.0) AS INTEGER)"),
            _ => column.clone(),
        }
    }
}
