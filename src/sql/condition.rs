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
mod column;
mod list;
mod options;
mod value;

pub(crate) use column::ELEMENT as ITEM;
pub(crate) use list::elements;
pub use options::{Dialect, SqlColumn, SqlOptions, Stored};

use crate::error::{Error, Result};
use crate::filter::Context;
use crate::json::Json;
use crate::query::node::{ELEMENT, Predicate, Term};
use crate::query::{Expr, FieldIx, FieldType, Query};
use column::Source;

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
    let most = options.max_params.unwrap_or(dialect.most_params().saturating_sub(options.param_start as usize - 1));
    let mut least = 0;
    for list_limit in [SHORT, 1] {
        let mut writer = Writer { ctx, dialect, options, params: Vec::new(), notes: Vec::new(), list_limit, element: None };
        let sql = writer.node(query.root())?;
        if writer.params.len() <= most {
            return Ok(Sql { sql, params: writer.params, exact: writer.notes.is_empty(), notes: writer.notes });
        }
        least = writer.params.len();
    }
    Err(Error::new("too_many_params", "", format!("this filter needs {least} parameters; the most is {most}")))
}

/// What writing a condition carries along.
struct Writer<'a> {
    ctx: &'a Context<'a>,
    dialect: Dialect,
    options: &'a SqlOptions,
    params: Vec<Json>,
    notes: Vec<String>,
    list_limit: usize,
    /// The type of the elements, inside a `match`.
    element: Option<FieldType>,
}

/// What is always true, and what never is.
const TRUE: &str = "1=1";
const FALSE: &str = "1=0";

impl Writer<'_> {
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
        let source = self.source(test.field)?;
        match &test.check {
            Predicate::Null => self.null(&source),
            Predicate::Empty => self.empty(&source),
            Predicate::Text(case, test) => self.text_test(&source, *case, test),
            Predicate::Numbers(spans) => self.numbers(&source, spans),
            Predicate::Days(spans) => self.days(&source, spans),
            Predicate::Instants(spans) => self.instants(&source, spans),
            Predicate::Flag(wanted) => self.flag(&source, if *wanted { 1 } else { 0 }),
            Predicate::Words(words) => self.words(&source, words),
            Predicate::HasAny(words) => self.has_any(&source, words),
            Predicate::Exactly(words) => self.exactly(&source, words),
            Predicate::UnitUnder(above) => {
                let units = &self.ctx.schema.units;
                let below = units.units().iter().map(|unit| unit.id.as_str());
                let ids: Vec<String> =
                    below.filter(|id| units.find(id).is_some_and(|unit| units.is_under(unit, *above))).map(Into::into).collect();
                if source.kind.is_list() { self.has_any(&source, &ids) } else { self.words(&source, &ids) }
            }
            Predicate::UserUnder(above) => {
                let units = &self.ctx.schema.units;
                let Some(users) = self.ctx.people.users() else {
                    return Err(Error::new("sql_inexact", "", "`under` on a user field needs the list of users, which is not known here"));
                };
                let below = |id: &String| self.ctx.people.unit_of(id).is_some_and(|unit| units.is_under(unit, *above));
                let ids: Vec<String> = users.into_iter().filter(below).collect();
                self.words(&source, &ids)
            }
            Predicate::Match(quota, node) => self.matching(&source, *quota, node),
            Predicate::Pair(relation, other, case) => {
                let other = self.source(*other)?;
                self.pair(&source, &other, *relation, *case)
            }
            // Binding has put values in.
            Predicate::Later(..) => Err(Error::new("now_required", "", "this filter has values that are not known yet")),
        }
    }

    /// Where the values of a field come from.
    fn source(&self, field: FieldIx) -> Result<Source> {
        match self.element {
            Some(kind) if field == ELEMENT => Ok(Source::element(kind)),
            _ => Source::of(field, self.ctx.schema, self.dialect, self.options),
        }
    }

    /// A parameter.
    fn param(&mut self, value: impl Into<Json>) -> String {
        self.params.push(value.into());
        match self.dialect {
            Dialect::Postgres => format!("${}", (self.options.param_start as usize).saturating_add(self.params.len() - 1)),
            Dialect::Sqlite => "?".to_owned(),
        }
    }

    /// Tells what is not exact, or fails if it has to be.
    fn inexact(&mut self, note: &str) -> Result<()> {
        if !self.options.allow_inexact {
            return Err(Error::new("sql_inexact", "", note).hint("give the field a `folded` column, or allow inexact conditions"));
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
