//! Tests of columns that hold lists.

use crate::error::Result;
use crate::query::node::{Quota, Share};
use crate::query::{Expr, FieldType};
use crate::sql::condition::column::{ELEMENT, Source};
use crate::sql::condition::{Dialect, Stored, Writer};

/// The elements of a list, those that are null or empty left out, as what follows `FROM`.
pub(crate) fn elements(dialect: Dialect, stored: Stored, column: &str) -> String {
    let items = match (dialect, stored) {
        (Dialect::Postgres, Stored::Json) => {
            let list = format!("CASE WHEN jsonb_typeof({column}::jsonb) = 'array' THEN {column}::jsonb END");
            format!("jsonb_array_elements_text({list}) AS evenhand_item(v)")
        }
        (Dialect::Postgres, _) => format!("unnest({column}) AS evenhand_item(v)"),
        (Dialect::Sqlite, _) => {
            let list = format!("CASE WHEN json_valid({column}) THEN {column} ELSE '[]' END");
            format!("(SELECT CAST(value AS TEXT) AS v FROM json_each({list}) WHERE type IN ('text', 'integer', 'real')) AS evenhand_item")
        }
    };
    format!("{items} WHERE {ELEMENT} IS NOT NULL AND {ELEMENT} <> ''")
}

impl Writer<'_> {
    fn elements(&self, source: &Source) -> String {
        elements(self.dialect, source.stored, &source.column)
    }

    /// An element in an order by code point.
    fn element(&self) -> String {
        self.plain(&Source::element(FieldType::Unit))
    }

    /// Whether there is an element.
    pub(crate) fn has_element(&self, source: &Source) -> String {
        format!("EXISTS (SELECT 1 FROM {})", self.elements(source))
    }

    pub(crate) fn has_any(&mut self, source: &Source, words: &[String]) -> Result<String> {
        let (items, item) = (self.elements(source), self.element());
        Ok(format!("EXISTS (SELECT 1 FROM {items} AND {})", self.among(&item, words)))
    }

    /// As many distinct elements as there are words, and as many of them among the words.
    pub(crate) fn exactly(&mut self, source: &Source, words: &[String]) -> Result<String> {
        let (items, item, count) = (self.elements(source), self.element(), words.len());
        let among = self.among(&item, words);
        Ok(format!(
            "((SELECT count(DISTINCT {item}) FROM {items}) = {count} AND (SELECT count(DISTINCT {item}) FROM {items} AND {among}) = {count})"
        ))
    }

    /// Whether two lists are one set, and not empty.
    pub(crate) fn same_elements(&self, a: &Source, b: &Source) -> String {
        let item = self.element();
        let (left, right) = (self.elements(a), self.elements(b));
        let all = |from: &str, of: &str| format!("NOT EXISTS (SELECT 1 FROM {from} AND {item} NOT IN (SELECT {item} FROM {of}))");
        format!("({} AND {} AND {})", self.has_element(a), all(&left, &right), all(&right, &left))
    }

    pub(crate) fn matching(&mut self, source: &Source, quota: Quota, node: &Expr) -> Result<String> {
        let items = self.elements(source);
        self.element = Some(if source.kind == FieldType::Units { FieldType::Unit } else { FieldType::Text });
        let holds = self.node(node);
        self.element = None;
        let holds = holds?;
        let (share, sign) = match quota {
            Quota::All => return Ok(format!("NOT EXISTS (SELECT 1 FROM {items} AND NOT ({holds}))")),
            Quota::Some => return Ok(format!("EXISTS (SELECT 1 FROM {items} AND {holds})")),
            Quota::None => return Ok(format!("NOT EXISTS (SELECT 1 FROM {items} AND {holds})")),
            Quota::AtLeast(share) => (share, ">="),
            Quota::AtMost(share) => (share, "<="),
            Quota::Exactly(share) => (share, "="),
        };
        let found = format!("coalesce(sum(CASE WHEN {holds} THEN 1 ELSE 0 END), 0)");
        match share {
            Share::Count(count) => Ok(format!("(SELECT {found} {sign} {count} FROM {items})")),
            Share::Part { digits, places } => {
                if self.dialect == Dialect::Sqlite && places > 9 {
                    self.inexact("SQLite counts with 64 bits, and the fraction of a `match` has more than nine places")?;
                }
                let some = if sign == "<=" { "" } else { " AND count(*) > 0" };
                // A product of PostgreSQL's `bigint` could overflow.
                let wide = if self.dialect == Dialect::Postgres { "::numeric" } else { "" };
                let scale = "0".repeat(places as usize);
                Ok(format!("(SELECT {found}{wide} * 1{scale} {sign} count(*){wide} * {digits}{some} FROM {items})"))
            }
        }
    }
}
