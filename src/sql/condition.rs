//! A filter as the condition of a database.
//!
//! The condition selects the rows that a table loaded from the same data selects, if each column is stored as its field's
//! [`Stored`] says. Every part of it is true or false and never unknown, so that negations mean here what they mean in a table.
//! Values are bound parameters; names are quoted; nothing is a pattern. What a table reads as null is null here too: the empty
//! text of a word, NaN and numbers beyond 2^53, times outside of the years 1 to 9999, elements that are null or empty.
//!
//! PostgreSQL folds text by `pg_c_utf8`, which came with version 17 and maps each code point by itself, as this crate does. SQLite
//! folds ASCII only: a field that ignores case needs a column that holds the folded text, or the condition is not exact.

#[cfg(test)]
mod cases;
mod list;
#[cfg(test)]
mod tests;
mod value;

use crate::error::{Error, Result};
use crate::filter::{Context, who};
use crate::json::Json;
use crate::query::assume::Others;
use crate::query::node::{ELEMENT, Predicate, Term};
use crate::query::{Expr, FieldIx, FieldType, Query};
use crate::sql::column::Column;
use crate::sql::params::Params;
use crate::sql::{Dialect, SqlOptions};

/// A condition with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql {
    /// The condition, to stand behind `WHERE`.
    pub sql: String,
    /// The values of its parameters, in their order.
    pub params: Vec<Json>,
    /// Whether it selects exactly the rows that a table selects.
    pub exact: bool,
    /// What differs where it is not exact.
    pub notes: Vec<String>,
}

/// Lists up to this length are bound value by value.
const SHORT: usize = 16;

/// Writes a filter as a condition.
///
/// # Errors
/// `now_required` and `actor_required`; `sql_inexact` where the dialect cannot say it exactly and that is not allowed;
/// `sql_column_invalid` for a field that cannot be stored as its column claims; `too_many_params`.
pub fn to_sql(query: &Query, ctx: &Context<'_>, dialect: Dialect, options: &SqlOptions) -> Result<Sql> {
    let query = ctx.bind(query)?;
    let most = options.max_params.unwrap_or(dialect.traits().most_params.saturating_sub(options.param_start as usize - 1));
    let mut least = 0;
    for list_limit in [SHORT, 1] {
        let params = Params::new(dialect, options.param_start);
        let mut writer = Writer { ctx, dialect, options, params, notes: Vec::new(), list_limit, element: None };
        let sql = writer.node(query.root())?;
        least = writer.params.values.len();
        if least <= most {
            return Ok(Sql { sql, params: writer.params.values, exact: writer.notes.is_empty(), notes: writer.notes });
        }
    }
    Err(Error::new("too_many_params", "", format!("this filter needs {least} parameters; the most is {most}")))
}

/// What writing a condition carries along.
struct Writer<'a> {
    ctx: &'a Context<'a>,
    dialect: Dialect,
    options: &'a SqlOptions,
    params: Params,
    notes: Vec<String>,
    list_limit: usize,
    /// The type of the elements, inside a `match`.
    element: Option<FieldType>,
}

/// What is always true, and what never is.
const TRUE: &str = "1=1";
const FALSE: &str = "1=0";

impl<'a> Writer<'a> {
    fn node(&mut self, node: &Expr) -> Result<String> {
        match node {
            Expr::All(list) => self.joined(list, " AND ", TRUE),
            Expr::Any(list) => self.joined(list, " OR ", FALSE),
            Expr::One(list) => {
                let parts =
                    list.iter().map(|node| Ok(format!("CASE WHEN {} THEN 1 ELSE 0 END", self.node(node)?))).collect::<Result<Vec<_>>>()?;
                if parts.is_empty() { Ok(FALSE.into()) } else { Ok(format!("{} = 1", balanced(&parts, " + "))) }
            }
            Expr::Not(node) => Ok(format!("NOT ({})", self.node(node)?)),
            Expr::Test(test) => {
                let yes = self.test(test)?;
                Ok(if test.negated { format!("NOT ({yes})") } else { yes })
            }
        }
    }

    fn joined(&mut self, list: &[Expr], word: &str, none: &str) -> Result<String> {
        let parts = list.iter().map(|node| self.node(node)).collect::<Result<Vec<_>>>()?;
        Ok(if parts.is_empty() { none.to_owned() } else { balanced(&parts, word) })
    }

    fn test(&mut self, test: &Term) -> Result<String> {
        let column = self.column(test.field)?;
        match &test.check {
            Predicate::Null => Ok(self.null(&column)),
            Predicate::Empty => Ok(self.empty(&column)),
            Predicate::Text(case, test) => self.text_test(&column, *case, test),
            Predicate::Numbers(spans) => Ok(self.numbers(&column, spans)),
            Predicate::Days(spans) => Ok(self.days(&column, spans)),
            Predicate::Yearly(spans) => Ok(self.yearly(&column, spans, &test.zone)),
            Predicate::Instants(spans) => Ok(self.instants(&column, spans)),
            Predicate::Flag(wanted) => Ok(self.flag(&column, *wanted)),
            Predicate::Words(words) => Ok(self.words(&column, words)),
            Predicate::HasAny(words) => Ok(self.has_any(&column, words)),
            Predicate::Exactly(words) => Ok(self.exactly(&column, words)),
            Predicate::UnitUnder(above) => {
                let units = &self.ctx.schema.units;
                let below = units.units().iter().map(|unit| unit.id.as_str());
                let ids: Vec<String> =
                    below.filter(|id| units.find(id).is_some_and(|unit| units.is_under(unit, *above))).map(Into::into).collect();
                Ok(if column.kind.is_list() { self.has_any(&column, &ids) } else { self.words(&column, &ids) })
            }
            Predicate::UserUnder(_) | Predicate::UserWhere(_) => {
                let Some((ids, others)) = who(&test.check, self.ctx) else {
                    let message = format!("`{}` on a user field needs the list of users, which is not known here", test.operator.name());
                    return Err(Error::new("sql_inexact", "", message));
                };
                let among = self.words(&column, &ids);
                Ok(if others == Others::Fail { among } else { format!("(NOT ({}) AND NOT ({among}))", self.null(&column)) })
            }
            Predicate::Match(quota, node) => self.matching(&column, *quota, node),
            Predicate::Pair(relation, other, case) => {
                let other = self.column(*other)?;
                self.pair(&column, &other, *relation, *case)
            }
            // Binding has put values in.
            Predicate::Later(..) => Err(Error::new("now_required", "", "this filter has values that are not known yet")),
        }
    }

    /// The column of a field, or the element of the list that a `match` looks at.
    fn column(&mut self, field: FieldIx) -> Result<Column<'a>> {
        match self.element {
            Some(kind) if field == ELEMENT => Ok(Column::element(kind, self.dialect)),
            _ => {
                let column = Column::of(field, self.ctx.schema, self.dialect, self.options, self.options.alias.as_deref())?;
                if let Some(note) = column.unreadable() {
                    self.inexact(&note, "store it as RFC 3339, or allow inexact conditions")?;
                }
                Ok(column)
            }
        }
    }

    /// A parameter that is a text.
    fn text(&mut self, value: &str) -> String {
        self.params.typed(value, "text")
    }

    /// Tells what is not exact, or fails if it has to be.
    fn inexact(&mut self, note: &str, hint: &str) -> Result<()> {
        if !self.options.allow_inexact {
            return Err(Error::new("sql_inexact", "", note).hint(hint));
        }
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
        Ok(())
    }
}

/// Parts joined as a balanced tree: a chain of ten thousand would be nested deeper than SQLite allows.
fn balanced(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => format!("({only})"),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            format!("({}{word}{})", balanced(left, word), balanced(right, word))
        }
    }
}
