//! Tests of columns that hold one value.

use std::ops::Bound;

use crate::error::Result;
use crate::json::Json;
use crate::query::node::{Relation, TextTest};
use crate::query::part::Part;
use crate::query::schema::Case;
use crate::query::{DayZone, FieldType};
use crate::sql::Stored;
use crate::sql::column::{Column, MOST, Operand};
use crate::sql::condition::{FALSE, TRUE, Writer, balanced};
use crate::sql::moment;
use crate::time::{Day, Instant, Zone};

impl Writer<'_> {
    /// Whether there is no value.
    pub(crate) fn null(&mut self, column: &Column<'_>) -> String {
        match column.kind {
            FieldType::Tags | FieldType::Units => format!("NOT {}", self.has_element(column)),
            FieldType::Text if column.certain => format!("{} IS NULL", column.here),
            _ => format!("{} IS NULL", column.read()),
        }
    }

    /// Whether there is no value, or the empty text.
    pub(crate) fn empty(&mut self, column: &Column<'_>) -> String {
        match column.kind {
            FieldType::Text => format!("NULLIF({}, '') IS NULL", column.read()),
            _ => self.null(column),
        }
    }

    pub(crate) fn flag(&mut self, column: &Column<'_>, wanted: bool) -> String {
        if column.stored == Stored::Boolean && self.dialect.is_postgres() {
            return format!("{} IS {}", column.here, if wanted { "TRUE" } else { "FALSE" });
        }
        let operand = column.operand();
        operand.test(&format!("{} = {}", operand.sql, u8::from(wanted)))
    }

    pub(crate) fn words(&mut self, column: &Column<'_>, words: &[String]) -> String {
        let operand = column.operand();
        operand.test(&self.among(&operand.sql, words))
    }

    /// Whether a text that is not null is one of these.
    pub(crate) fn among(&mut self, operand: &str, words: &[String]) -> String {
        // PostgreSQL has no text with NUL in it.
        let words: Vec<&String> = words.iter().filter(|word| !self.dialect.is_postgres() || !word.contains('\0')).collect();
        if words.is_empty() {
            return FALSE.to_owned();
        }
        if words.len() <= self.list_limit {
            let params: Vec<String> = words.into_iter().map(|word| self.text(word)).collect();
            return format!("{operand} IN ({})", params.join(", "));
        }
        let list = Json::List(words.into_iter().map(|word| word.as_str().into()).collect());
        let param = self.params.bind(list.write());
        let rows = self.dialect.pick(format!("jsonb_array_elements_text({param}::text::jsonb)"), format!("value FROM json_each({param})"));
        format!("{operand} IN (SELECT {rows})")
    }

    pub(crate) fn text_test(&mut self, column: &Column<'_>, case: Case, test: &TextTest) -> Result<String> {
        let compared = self.compared(column, case)?;
        let operand = &compared.sql;
        let postgres = self.dialect.is_postgres();
        let unheard = |text: &str| postgres && text.contains('\0');
        let yes = match test {
            TextTest::OneOf(words) => self.among(operand, words),
            // Of no text this is the whole of it.
            TextTest::Part(_, part) if part.is_empty() => {
                if compared.there.is_some() {
                    TRUE.to_owned()
                } else {
                    format!("{operand} IS NOT NULL")
                }
            }
            TextTest::Part(_, part) if unheard(part) => FALSE.to_owned(),
            TextTest::Part(Part::Contains, part) => {
                let part = self.text(part);
                format!("{}({operand}, {part}) > 0", self.dialect.pick("strpos", "instr"))
            }
            TextTest::Part(Part::Begins, part) => {
                let (count, part) = (part.chars().count(), self.text(part));
                if postgres { format!("left({operand}, {count}) = {part}") } else { format!("instr({operand}, {part}) = 1") }
            }
            TextTest::Part(Part::Ends, part) => {
                let (count, text) = (part.chars().count(), self.text(part));
                if postgres { format!("right({operand}, {count}) = {text}") } else { ends(operand, &text, &self.text(part)) }
            }
            TextTest::Within(low, high) => {
                let low = self.bound(operand, low, [">", ">="]);
                let high = self.bound(operand, high, ["<", "<="]);
                low.into_iter().chain(high).collect::<Vec<_>>().join(" AND ")
            }
            TextTest::Outside(low, high) => {
                let low = self.bound(operand, &Bound::Excluded(low.clone()), ["<", "<="]);
                let high = self.bound(operand, &Bound::Excluded(high.clone()), [">", ">="]);
                format!("({})", low.into_iter().chain(high).collect::<Vec<_>>().join(" OR "))
            }
        };
        Ok(compared.test(&yes))
    }

    /// The text of a column in the form in which it is compared.
    fn compared(&mut self, column: &Column<'_>, case: Case) -> Result<Operand> {
        let (operand, exact) = column.compared(case);
        if !exact && case.is_loose() {
            let note = "no database compares without accents or by digits as the engine does";
            self.inexact(note, "give the field a `folded` column, or allow inexact conditions")?;
        } else if !exact {
            self.inexact("SQLite ignores the case of ASCII letters only", "give the field a `folded` column, or allow inexact conditions")?;
        }
        Ok(operand)
    }

    /// A comparison with one end of a range; the signs are those for an end that is excluded and for one that is not.
    fn bound(&mut self, operand: &str, bound: &Bound<String>, [without, with]: [&'static str; 2]) -> Option<String> {
        let (text, sign) = match bound {
            Bound::Unbounded => return None,
            Bound::Excluded(text) => (text, without),
            Bound::Included(text) => (text, with),
        };
        // No text of PostgreSQL lies between what stands in front of a NUL and the whole: below the one is up to the other.
        let (text, sign) = match text.split_once('\0').filter(|_| self.dialect.is_postgres()) {
            Some((front, _)) => (front, if without == "<" { "<=" } else { ">" }),
            None => (text.as_str(), sign),
        };
        let param = self.text(text);
        Some(format!("{operand} {sign} {param}"))
    }

    pub(crate) fn numbers(&mut self, column: &Column<'_>, spans: &[(f64, f64)]) -> String {
        // Both ends are always there: NaN is above all others in PostgreSQL, and so is text in SQLite.
        let mut list = Vec::with_capacity(spans.len());
        for (first, last) in spans.iter().filter(|(first, last)| *first <= MOST && *last >= -MOST) {
            list.push((Json::Number(first.max(-MOST)), Json::Number(last.min(MOST))));
        }
        self.spans(&column.operand(), "::double precision", &list)
    }

    pub(crate) fn days(&mut self, column: &Column<'_>, spans: &[(i32, i32)]) -> String {
        let mut list = Vec::with_capacity(spans.len());
        for (first, last) in spans.iter().filter(|(first, last)| *first <= Day::MAX.0 && *last >= Day::MIN.0) {
            list.push((Day(*first).write().into(), Day(*last).write().into()));
        }
        self.spans(&column.operand(), if column.stored == Stored::Date { "::text::date" } else { "::text" }, &list)
    }

    pub(crate) fn yearly(&mut self, column: &Column<'_>, spans: &[(u16, u16)], days: &DayZone) -> String {
        let (read, utc) = (column.read(), Zone::utc());
        let number = match column.kind {
            FieldType::Datetime => moment::day_of_year(self.dialect, &column.milliseconds(), days.or(column.zone.unwrap_or(&utc))),
            _ if column.stored == Stored::Date => format!("to_char({read}, 'MMDD')::integer"),
            _ => self.dialect.pick(
                format!("replace(right({read}, 5), '-', '')::integer"),
                format!("CAST(substr({read}, 6, 2) || substr({read}, 9, 2) AS INTEGER)"),
            ),
        };
        let list: Vec<_> = spans.iter().map(|(first, last)| (i64::from(*first).into(), i64::from(*last).into())).collect();
        self.spans(&Operand { sql: number, there: None }, "::integer", &list)
    }

    pub(crate) fn instants(&mut self, column: &Column<'_>, spans: &[(i64, i64)]) -> String {
        let fine = column.stored == Stored::Timestamptz;
        let mut list = Vec::with_capacity(spans.len());
        for (first, last) in spans.iter().filter(|(first, last)| *first <= Instant::MAX.0 && *last >= Instant::MIN.0) {
            let (first, last) = ((*first).max(Instant::MIN.0), (*last).min(Instant::MAX.0));
            // The last microsecond of the last millisecond belongs to the span.
            let last_text = || Json::Text(Instant(last).write().replace('Z', "999Z"));
            list.push(if fine { (Instant(first).write().into(), last_text()) } else { (first.into(), last.into()) });
        }
        self.spans(&column.operand(), if fine { "::text::timestamptz" } else { "::bigint" }, &list)
    }

    /// Whether a value is in one of these spans; `cast` is PostgreSQL's.
    fn spans(&mut self, operand: &Operand, cast: &str, spans: &[(Json, Json)]) -> String {
        if spans.is_empty() {
            return FALSE.to_owned();
        }
        let (cast, value) = (self.dialect.pick(cast, ""), &operand.sql);
        // An operand that is a long expression stands only once.
        let most = if operand.there.is_some() { self.list_limit.max(2) } else { 1 };
        if spans.len() > most {
            let mut list = Vec::with_capacity(spans.len());
            for (first, last) in spans {
                list.push(Json::List(vec![first.clone(), last.clone()]));
            }
            let param = self.params.bind(Json::List(list).write());
            // Under names that no column has.
            let ends = self.dialect.pick(
                format!(
                    "(evenhand_span->>0){cast} AS evenhand_first, (evenhand_span->>1){cast} AS evenhand_last \
                     FROM jsonb_array_elements({param}::text::jsonb) AS evenhand_span(evenhand_span)"
                ),
                format!(
                    "json_extract(value, '$[0]') AS evenhand_first, json_extract(value, '$[1]') AS evenhand_last FROM json_each({param})"
                ),
            );
            let within = format!("(SELECT {ends}) AS evenhand_spans WHERE {value} BETWEEN evenhand_first AND evenhand_last");
            return operand.test(&format!("EXISTS (SELECT 1 FROM {within})"));
        }
        let mut parts = Vec::with_capacity(spans.len());
        for (first, last) in spans {
            let (first, last) = (self.params.bind(first.clone()), self.params.bind(last.clone()));
            parts.push(format!("{value} BETWEEN {first}{cast} AND {last}{cast}"));
        }
        operand.test(&balanced(&parts, " OR "))
    }

    /// One field against another.
    pub(crate) fn pair(&mut self, a: &Column<'_>, b: &Column<'_>, relation: Relation, case: Case) -> Result<String> {
        let postgres = self.dialect.is_postgres();
        let cast = |column: &Column<'_>, kind: &str| if postgres { format!("{}::{kind}", column.read()) } else { column.read() };
        let there = |operand: &Operand| format!("{} AND ", operand.there.clone().unwrap_or_else(|| format!("{} IS NOT NULL", operand.sql)));
        let mut also = String::new();
        let (left, right) = match a.kind {
            FieldType::Tags | FieldType::Units => return Ok(self.same_elements(a, b)),
            FieldType::Text => {
                let (left, right) = (self.compared(a, case)?, self.compared(b, case)?);
                also = there(&left) + &there(&right);
                (left.sql, right.sql)
            }
            FieldType::Datetime => (a.milliseconds(), b.milliseconds()),
            FieldType::Boolean => (cast(a, "integer"), cast(b, "integer")),
            FieldType::Date if a.stored != b.stored => (cast(a, "date"), cast(b, "date")),
            _ => (a.read(), b.read()),
        };
        let yes = match relation {
            Relation::Equal => format!("{left} = {right}"),
            Relation::Less => format!("{left} < {right}"),
            Relation::AtMost => format!("{left} <= {right}"),
            Relation::Greater => format!("{left} > {right}"),
            Relation::AtLeast => format!("{left} >= {right}"),
            Relation::Part(Part::Contains) if postgres => format!("strpos({left}, {right}) > 0"),
            Relation::Part(Part::Contains) => format!("({right} = '' OR instr({left}, {right}) > 0)"),
            Relation::Part(Part::Begins) if postgres => format!("left({left}, char_length({right})) = {right}"),
            Relation::Part(Part::Begins) => format!("({right} = '' OR instr({left}, {right}) = 1)"),
            Relation::Part(Part::Ends) if postgres => format!("right({left}, char_length({right})) = {right}"),
            Relation::Part(Part::Ends) => format!("({right} = '' OR {})", ends(&left, &right, &right)),
        };
        Ok(format!("(({also}{yes}) IS TRUE)"))
    }
}

/// Whether a text ends with another one, in SQLite, where `length` and `substr` take a text to end at its first NUL. Of an empty
/// blob `substr` makes null, so this is no `=`.
fn ends(text: &str, end: &str, again: &str) -> String {
    format!("substr(CAST({text} AS BLOB), -length(CAST({end} AS BLOB))) IS CAST({again} AS BLOB)")
}
