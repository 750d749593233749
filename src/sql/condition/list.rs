//! Tests of columns that hold lists.

use crate::error::Result;
use crate::query::node::{Quota, Share};
use crate::query::{Expr, FieldType};
use crate::sql::column::{Column, ELEMENT};
use crate::sql::condition::Writer;

impl Writer<'_> {
    /// An element in an order by code point.
    fn element(&self) -> String {
        self.dialect.pick(format!("{ELEMENT}::text COLLATE \"C\""), format!("{ELEMENT} COLLATE BINARY"))
    }

    /// Whether there is an element.
    pub(crate) fn has_element(&self, column: &Column<'_>) -> String {
        format!("EXISTS (SELECT 1 FROM {})", column.elements())
    }

    pub(crate) fn has_any(&mut self, column: &Column<'_>, words: &[String]) -> String {
        let (items, item) = (column.elements(), self.element());
        format!("EXISTS (SELECT 1 FROM {items} AND {})", self.among(&item, words))
    }

    /// As many distinct elements as there are words, and as many of them among the words.
    pub(crate) fn exactly(&mut self, column: &Column<'_>, words: &[String]) -> String {
        let (items, item, count) = (column.elements(), self.element(), words.len());
        let among = self.among(&item, words);
        format!(
            "((SELECT count(DISTINCT {item}) FROM {items}) = {count} AND (SELECT count(DISTINCT {item}) FROM {items} AND {among}) = {count})"
        )
    }

    /// Whether two lists are one set, and not empty.
    pub(crate) fn same_elements(&self, a: &Column<'_>, b: &Column<'_>) -> String {
        let item = self.element();
        let (left, right) = (a.elements(), b.elements());
        let all = |from: &str, of: &str| format!("NOT EXISTS (SELECT 1 FROM {from} AND {item} NOT IN (SELECT {item} FROM {of}))");
        format!("({} AND {} AND {})", self.has_element(a), all(&left, &right), all(&right, &left))
    }

    pub(crate) fn matching(&mut self, column: &Column<'_>, quota: Quota, node: &Expr) -> Result<String> {
        let items = column.elements();
        self.element = Some(if column.kind == FieldType::Units { FieldType::Unit } else { FieldType::Text });
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
                if !self.dialect.is_postgres() && places > 9 {
                    let note = "SQLite counts with 64 bits, and the fraction of a `match` has more than nine places";
                    self.inexact(note, "give the fraction fewer places, or allow inexact conditions")?;
                }
                let some = if sign == "<=" { "" } else { " AND count(*) > 0" };
                // A product of PostgreSQL's `bigint` could overflow.
                let wide = self.dialect.pick("::numeric", "");
                let scale = "0".repeat(places as usize);
                Ok(format!("(SELECT {found}{wide} * 1{scale} {sign} count(*){wide} * {digits}{some} FROM {items})"))
            }
        }
    }
}
