//! Tests of columns that hold one value.

use std::ops::Bound;

use crate::error::Result;
use crate::json::Json;
use crate::query::FieldType;
use crate::query::node::{Relation, TextTest};
use crate::query::schema::Case;
use crate::sql::condition::column::Source;
use crate::sql::condition::{Dialect, FALSE, Stored, Writer, balanced};
use crate::time::{Day, Instant};

/// What is beyond is null in a table.
const MOST: f64 = 9_007_199_254_740_992.0;

impl Writer<'_> {
    /// Whether there is no value.
    pub(crate) fn null(&mut self, source: &Source) -> Result<String> {
        Ok(match source.kind {
            FieldType::Text => format!("{} IS NULL", source.column),
            FieldType::Choice | FieldType::User | FieldType::Unit if source.stored == Stored::Text => {
                format!("({0} IS NULL OR {1} = '')", source.column, self.plain(source))
            }
            FieldType::Choice | FieldType::User | FieldType::Unit => format!("{} IS NULL", source.column),
            FieldType::Number => format!("NOT ({})", self.numbers(source, &[(f64::MIN, f64::MAX)])?),
            FieldType::Date => format!("NOT ({})", self.days(source, &[(i32::MIN, i32::MAX)])?),
            FieldType::Datetime => format!("NOT ({})", self.instants(source, &[(i64::MIN, i64::MAX)])?),
            FieldType::Boolean => {
                let (no, yes) = (self.flag(source, 0)?, self.flag(source, 1)?);
                format!("NOT ({no} OR {yes})")
            }
            FieldType::Tags | FieldType::Units => format!("NOT {}", self.has_element(source)),
        })
    }

    /// Whether there is no value, or the empty text.
    pub(crate) fn empty(&mut self, source: &Source) -> Result<String> {
        match source.kind {
            FieldType::Text => Ok(format!("({0} IS NULL OR {1} = '')", source.column, self.plain(source))),
            _ => self.null(source),
        }
    }

    pub(crate) fn flag(&mut self, source: &Source, wanted: u8) -> Result<String> {
        let column = &source.column;
        Ok(match (source.stored, self.dialect) {
            (Stored::Boolean, Dialect::Postgres) => format!("{column} IS {}", if wanted == 1 { "TRUE" } else { "FALSE" }),
            _ => format!("({column} IS NOT NULL AND {column} = {wanted})"),
        })
    }

    pub(crate) fn words(&mut self, source: &Source, words: &[String]) -> Result<String> {
        let operand = self.plain(source);
        Ok(format!("({} IS NOT NULL AND {})", source.column, self.among(&operand, words)))
    }

    /// Whether a text that is not null is one of these.
    pub(crate) fn among(&mut self, operand: &str, words: &[String]) -> String {
        // PostgreSQL has no text with NUL in it.
        let words: Vec<&String> = words.iter().filter(|word| self.dialect == Dialect::Sqlite || !word.contains('\0')).collect();
        if words.is_empty() {
            return FALSE.to_owned();
        }
        if words.len() <= self.list_limit {
            let params: Vec<String> = words.into_iter().map(|word| self.text(word)).collect();
            return format!("{operand} IN ({})", params.join(", "));
        }
        let list = Json::List(words.into_iter().map(|word| word.as_str().into()).collect());
        let param = self.param(list.write());
        match self.dialect {
            Dialect::Postgres => format!("{operand} IN (SELECT jsonb_array_elements_text({param}::text::jsonb))"),
            Dialect::Sqlite => format!("{operand} IN (SELECT value FROM json_each({param}))"),
        }
    }

    /// A parameter that is a text.
    fn text(&mut self, value: &str) -> String {
        let param = self.param(value);
        if self.dialect == Dialect::Postgres { format!("{param}::text") } else { param }
    }

    pub(crate) fn text_test(&mut self, source: &Source, case: Case, test: &TextTest) -> Result<String> {
        let operand = self.compared(source, case)?;
        let postgres = self.dialect == Dialect::Postgres;
        let unheard = |text: &str| postgres && text.contains('\0');
        let yes = match test {
            TextTest::OneOf(words) => self.among(&operand, words),
            TextTest::Contains(part) | TextTest::Begins(part) | TextTest::Ends(part) if part.is_empty() => {
                crate::sql::condition::TRUE.to_owned()
            }
            TextTest::Contains(part) | TextTest::Begins(part) | TextTest::Ends(part) if unheard(part) => FALSE.to_owned(),
            TextTest::Contains(part) => {
                let part = self.text(part);
                if postgres { format!("strpos({operand}, {part}) > 0") } else { format!("instr({operand}, {part}) > 0") }
            }
            TextTest::Begins(part) => {
                let (count, part) = (part.chars().count(), self.text(part));
                if postgres { format!("left({operand}, {count}) = {part}") } else { format!("instr({operand}, {part}) = 1") }
            }
            TextTest::Ends(part) => {
                let (count, text) = (part.chars().count(), self.text(part));
                if postgres { format!("right({operand}, {count}) = {text}") } else { ends(&operand, &text, &self.text(part)) }
            }
            TextTest::Within(low, high) => {
                let low = self.bound(&operand, low, [">", ">="]);
                let high = self.bound(&operand, high, ["<", "<="]);
                low.into_iter().chain(high).collect::<Vec<_>>().join(" AND ")
            }
            TextTest::Outside(low, high) => {
                let low = self.bound(&operand, &Bound::Excluded(low.clone()), ["<", "<="]);
                let high = self.bound(&operand, &Bound::Excluded(high.clone()), [">", ">="]);
                format!("({})", low.into_iter().chain(high).collect::<Vec<_>>().join(" OR "))
            }
        };
        Ok(format!("({} IS NOT NULL AND {yes})", source.column))
    }

    /// A comparison with one end of a range; the signs are those for an end that is excluded and for one that is not.
    fn bound(&mut self, operand: &str, bound: &Bound<String>, [without, with]: [&'static str; 2]) -> Option<String> {
        let (text, sign) = match bound {
            Bound::Unbounded => return None,
            Bound::Excluded(text) => (text, without),
            Bound::Included(text) => (text, with),
        };
        // No text of PostgreSQL lies between what stands in front of a NUL and the whole: below the one is up to the other.
        let (text, sign) = match text.split_once('\0').filter(|_| self.dialect == Dialect::Postgres) {
            Some((front, _)) => (front, if without == "<" { "<=" } else { ">" }),
            None => (text.as_str(), sign),
        };
        let param = self.text(text);
        Some(format!("{operand} {sign} {param}"))
    }

    pub(crate) fn numbers(&mut self, source: &Source, spans: &[(f64, f64)]) -> Result<String> {
        let postgres = self.dialect == Dialect::Postgres;
        let operand = if postgres { format!("{}::double precision", source.column) } else { source.column.clone() };
        let cast = if postgres { "::double precision" } else { "" };
        // Both ends are always there: NaN is above all others in PostgreSQL, and so is text in SQLite.
        let spans: Vec<(Json, Json)> = spans
            .iter()
            .filter(|(first, last)| *first <= MOST && *last >= -MOST)
            .map(|(first, last)| (Json::Number(first.max(-MOST)), Json::Number(last.min(MOST))))
            .collect();
        Ok(self.spans(source, &operand, cast, &spans))
    }

    pub(crate) fn days(&mut self, source: &Source, spans: &[(i32, i32)]) -> Result<String> {
        let (operand, cast) = match (source.stored, self.dialect) {
            (Stored::Date, _) => (source.column.clone(), "::text::date"),
            (_, Dialect::Postgres) => (self.plain(source), "::text"),
            _ => (self.plain(source), ""),
        };
        let text = |day: i32| Json::Text(Day(day).write());
        let legal = spans.iter().filter(|(first, last)| *first <= Day::MAX.0 && *last >= Day::MIN.0);
        let spans: Vec<(Json, Json)> = legal.map(|(first, last)| (text(*first), text(*last))).collect();
        Ok(self.spans(source, &operand, cast, &spans))
    }

    pub(crate) fn instants(&mut self, source: &Source, spans: &[(i64, i64)]) -> Result<String> {
        let spans = spans.iter().filter(|(first, last)| *first <= Instant::MAX.0 && *last >= Instant::MIN.0);
        let spans = spans.map(|(first, last)| ((*first).max(Instant::MIN.0), (*last).min(Instant::MAX.0)));
        let text = |ms: i64| Json::Text(Instant(ms).write());
        Ok(match source.stored {
            Stored::EpochMs => {
                let cast = if self.dialect == Dialect::Postgres { "::bigint" } else { "" };
                let spans: Vec<(Json, Json)> = spans.map(|(first, last)| (first.into(), last.into())).collect();
                self.spans(source, &source.column, cast, &spans)
            }
            Stored::Timestamptz => {
                // The last microsecond of the last millisecond belongs to the span.
                let last = |ms: i64| Json::Text(Instant(ms).write().replace('Z', "999Z"));
                let spans: Vec<(Json, Json)> = spans.map(|(a, b)| (text(a), last(b))).collect();
                self.spans(source, &source.column, "::text::timestamptz", &spans)
            }
            _ => {
                let operand = self.plain(source);
                let cast = if self.dialect == Dialect::Postgres { "::text" } else { "" };
                let spans: Vec<(Json, Json)> = spans.map(|(a, b)| (text(a), text(b))).collect();
                self.spans(source, &operand, cast, &spans)
            }
        })
    }

    /// Whether a value is in one of these spans.
    fn spans(&mut self, source: &Source, operand: &str, cast: &str, spans: &[(Json, Json)]) -> String {
        if spans.is_empty() {
            return FALSE.to_owned();
        }
        if spans.len() > self.list_limit.max(2) {
            let pair = |(first, last): &(Json, Json)| Json::List(vec![first.clone(), last.clone()]);
            let param = self.param(Json::List(spans.iter().map(pair).collect()).write());
            let (from, first, last) = match self.dialect {
                Dialect::Postgres => (
                    format!("jsonb_array_elements({param}::text::jsonb) AS evenhand_span(v)"),
                    format!("(evenhand_span.v->>0){cast}"),
                    format!("(evenhand_span.v->>1){cast}"),
                ),
                Dialect::Sqlite => (
                    format!("json_each({param}) AS evenhand_span"),
                    "json_extract(evenhand_span.value, '$[0]')".to_owned(),
                    "json_extract(evenhand_span.value, '$[1]')".to_owned(),
                ),
            };
            return format!("EXISTS (SELECT 1 FROM {from} WHERE {operand} >= {first} AND {operand} <= {last})");
        }
        let parts: Vec<String> = spans
            .iter()
            .map(|(first, last)| {
                let first = self.param(first.clone());
                let last = self.param(last.clone());
                format!("{operand} >= {first}{cast} AND {operand} <= {last}{cast}")
            })
            .collect();
        format!("({} IS NOT NULL AND {})", source.column, balanced(&parts, " OR "))
    }

    /// One field against another.
    pub(crate) fn pair(&mut self, a: &Source, b: &Source, relation: Relation, case: Case) -> Result<String> {
        if a.kind.is_list() {
            return Ok(self.same_elements(a, b));
        }
        let there = [a, b].map(|source| self.null(source).map(|null| format!("NOT ({null})")));
        let [a_there, b_there] = there;
        let (a_there, b_there) = (a_there?, b_there?);
        let (left, right) = match a.kind {
            FieldType::Text => (self.compared(a, case)?, self.compared(b, case)?),
            FieldType::Datetime => (self.milliseconds(a), self.milliseconds(b)),
            FieldType::Number | FieldType::Boolean if self.dialect == Dialect::Postgres => {
                let cast = if a.kind == FieldType::Number { "double precision" } else { "integer" };
                (format!("{}::{cast}", a.column), format!("{}::{cast}", b.column))
            }
            FieldType::Number | FieldType::Boolean => (a.column.clone(), b.column.clone()),
            FieldType::Date if a.stored != b.stored => (format!("{}::date", a.column), format!("{}::date", b.column)),
            FieldType::Date if a.stored == Stored::Date => (a.column.clone(), b.column.clone()),
            _ => (self.plain(a), self.plain(b)),
        };
        let postgres = self.dialect == Dialect::Postgres;
        let yes = match relation {
            Relation::Equal => format!("{left} = {right}"),
            Relation::Less => format!("{left} < {right}"),
            Relation::AtMost => format!("{left} <= {right}"),
            Relation::Greater => format!("{left} > {right}"),
            Relation::AtLeast => format!("{left} >= {right}"),
            Relation::Contains if postgres => format!("strpos({left}, {right}) > 0"),
            Relation::Contains => format!("({right} = '' OR instr({left}, {right}) > 0)"),
            Relation::Begins if postgres => format!("left({left}, char_length({right})) = {right}"),
            Relation::Begins => format!("({right} = '' OR instr({left}, {right}) = 1)"),
            Relation::Ends if postgres => format!("right({left}, char_length({right})) = {right}"),
            Relation::Ends => format!("({right} = '' OR {})", ends(&left, &right, &right)),
        };
        Ok(format!("({a_there} AND {b_there} AND {yes})"))
    }
}

/// Whether a text ends with another one, in SQLite, where `length` and `substr` take a text to end at its first NUL. Of an empty
/// blob `substr` makes null, so this is no `=`.
fn ends(text: &str, end: &str, again: &str) -> String {
    format!("substr(CAST({text} AS BLOB), -length(CAST({end} AS BLOB))) IS CAST({again} AS BLOB)")
}
