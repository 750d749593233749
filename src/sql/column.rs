//! The column of a field: what a table reads out of it, how it is compared, and what is written to it.
//!
//! PostgreSQL's columns have types: an expression that suits one type is refused by the database for another. SQLite's hold anything in
//! any row. So where the host does not say how a column is stored, its expressions look at what each row holds (`typeof`) and read it as
//! a table does. Where it does, the column is taken at its word, and its comparisons can use an index.

mod value;

use crate::error::{Error, Result, pointer};
use crate::query::schema::Case;
use crate::query::schema::Field;
use crate::query::{FieldIx, FieldType, Schema, quoted};
use crate::sql::moment::{self, trimmed};
use crate::sql::{Dialect, SqlOptions, Stored};
use crate::time::{Instant, Zone};

/// Beyond this a number is null in a table.
pub(crate) const MOST: f64 = 9_007_199_254_740_992.0;
/// The same in SQL.
const RANGE: &str = "BETWEEN -9007199254740992 AND 9007199254740992";
/// What an element of a list is called.
pub(crate) const ELEMENT: &str = "evenhand_item.v";
/// What a truth value may be called in a text; those that the engine does not know are left out.
const WORDS: [&str; 14] = ["true", "yes", "1", "t", "y", "on", "checked", "false", "no", "0", "f", "n", "off", "unchecked"];

/// The column of a field.
#[derive(Clone, Debug)]
pub(crate) struct Column<'a> {
    pub dialect: Dialect,
    pub field: &'a str,
    pub kind: FieldType,
    pub stored: Stored,
    /// Whether no row holds anything else.
    pub certain: bool,
    /// Whether the host said so, and no word has blanks around it then.
    told: bool,
    /// The name in quotes.
    pub name: String,
    /// The name in quotes, with that of the table.
    pub here: String,
    /// The column with the folded text, likewise.
    folded: Option<String>,
    /// The PostgreSQL type that values are cast to, in quotes.
    pub cast: Option<String>,
    /// Whether an absent list is an empty one.
    pub not_null: bool,
    /// Whether the field has a format of dates of its own, which no database reads, and whether that is one for numbers.
    formatted: bool,
    counts: bool,
    pub zone: Option<&'a Zone>,
}

/// One side of a comparison.
pub(crate) struct Operand {
    pub sql: String,
    /// What is true where there is a value and false elsewhere, if the operand may be something else than null where a table reads null.
    pub there: Option<String>,
}

impl Operand {
    /// A comparison that is never unknown.
    pub fn test(&self, yes: &str) -> String {
        match &self.there {
            Some(there) => format!("({there} AND {yes})"),
            None => format!("(({yes}) IS TRUE)"),
        }
    }
}

impl<'a> Column<'a> {
    /// The column of a field, its table called as `alias` says.
    ///
    /// # Errors
    /// `sql_column_invalid` for a field that cannot be stored as its column claims.
    pub fn of(field: FieldIx, schema: &'a Schema, dialect: Dialect, options: &SqlOptions, alias: Option<&str>) -> Result<Column<'a>> {
        let (kind, given) = (schema.kind(field), options.columns.get(&field));
        let name = given.map_or(schema.name(field), |column| &column.column);
        let told = given.and_then(|column| column.stored);
        let stored = told.unwrap_or(Stored::usual(kind, dialect));
        let named = !name.is_empty() && !name.contains('\0');
        if !named || !stored.fits(kind, dialect) {
            let message = match named {
                true => format!("a {} field cannot be stored as `{}` in {}", kind.name(), stored.name(), dialect.traits().title),
                false => format!("no column can have the name {}", quoted(name)),
            };
            return Err(Error::new("sql_column_invalid", pointer("/columns", schema.name(field)), message));
        }
        let here = |name: &str| match alias {
            Some(alias) => format!("{}.{}", dialect.quote(alias), dialect.quote(name)),
            None => dialect.quote(name),
        };
        Ok(Column {
            dialect,
            field: schema.name(field),
            kind,
            stored,
            certain: dialect.traits().typed || told.is_some(),
            told: told.is_some(),
            name: dialect.quote(name),
            here: here(name),
            folded: given.and_then(|column| column.folded.as_deref()).map(here),
            cast: given.and_then(|column| column.cast.as_deref()).filter(|_| dialect.is_postgres()).map(|cast| dialect.quote(cast)),
            not_null: given.is_some_and(|column| column.not_null),
            formatted: schema.get(field).is_some_and(|field| !field.formats.is_empty()),
            counts: schema.get(field).is_some_and(Field::counts),
            zone: Some(&schema.zone),
        })
    }

    /// The element of a list.
    pub fn element(kind: FieldType, dialect: Dialect) -> Column<'a> {
        Column {
            dialect,
            field: "",
            kind,
            stored: Stored::Text,
            certain: true,
            told: true,
            name: ELEMENT.to_owned(),
            here: ELEMENT.to_owned(),
            folded: None,
            cast: None,
            not_null: false,
            formatted: false,
            counts: false,
            zone: None,
        }
    }

    /// What a table reads out of the column, null where it reads null, in the type of [`Column::read_as`].
    pub fn read(&self) -> String {
        match self.kind {
            FieldType::Tags | FieldType::Units => {
                let items = self.elements();
                let all = self.dialect.pick(format!("ARRAY(SELECT {ELEMENT}::text"), format!("(SELECT json_group_array({ELEMENT})"));
                format!("{all} FROM {items})")
            }
            FieldType::Number => self.number(),
            FieldType::Boolean => self.truth(),
            FieldType::Date => self.day(),
            FieldType::Datetime => self.instant(),
            FieldType::Text => self.text(),
            FieldType::Choice | FieldType::User | FieldType::Unit => format!("NULLIF({}, '')", trimmed(self.dialect, &self.text())),
        }
    }

    /// PostgreSQL's type of what is read.
    pub fn read_as(&self) -> &'static str {
        match (self.kind, self.stored) {
            (FieldType::Tags | FieldType::Units, _) => "text[]",
            (FieldType::Number, _) => "double precision",
            (FieldType::Boolean, Stored::Boolean) => "boolean",
            (FieldType::Datetime, Stored::Timestamptz) => "timestamptz",
            (FieldType::Boolean | FieldType::Datetime, _) => "bigint",
            (FieldType::Date, Stored::Date) => "date",
            _ => "text",
        }
    }

    /// Whether the column still holds a value; `given` is of the type of [`Column::read_as`].
    pub fn still(&self, given: &str) -> String {
        let (read, same) = (self.read(), self.dialect.traits().same);
        if self.kind.is_list() && !self.dialect.is_postgres() {
            return format!("{read} {same} (SELECT json_group_array(value) FROM json_each({given}))");
        }
        format!("{read} {same} {given}")
    }

    /// The column as one side of a comparison: itself where that will do, else what is read out of it.
    pub fn operand(&self) -> Operand {
        let here = &self.here;
        let postgres = self.dialect.is_postgres();
        let plain = |sql: &str, there: String| Operand { sql: sql.to_owned(), there: Some(there) };
        match (self.kind, self.stored) {
            _ if !self.certain => Operand { sql: self.read(), there: None },
            (FieldType::Choice | FieldType::User | FieldType::Unit, _) if !self.told => Operand { sql: self.read(), there: None },
            (FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit, _) => {
                plain(&self.text(), format!("{here} IS NOT NULL"))
            }
            (FieldType::Number, Stored::Integer | Stored::Number) if postgres => {
                plain(&format!("{here}::double precision"), format!("{} IS NOT NULL", self.exact()))
            }
            (FieldType::Number | FieldType::Boolean, Stored::Integer | Stored::Number | Stored::Boolean) if !postgres => {
                plain(here, format!("{here} IS NOT NULL"))
            }
            // PostgreSQL compares days, times and instants with each other, by the zone of the session: what is no `date` has no
            // difference of days, and a range has elements of one type. (PostgreSQL 17 takes a range without ends to have null in it.)
            (_, Stored::Date) => plain(here, format!("({here} - 0) IS NOT NULL")),
            (_, Stored::Timestamptz) => plain(here, format!("(tstzrange('-infinity', 'infinity') @> {here}) IS TRUE")),
            (_, Stored::EpochMs) if postgres => plain(here, format!("({} = floor({here})) IS TRUE", self.exact())),
            (_, Stored::EpochMs) => plain(here, format!("{here} IS NOT NULL")),
            _ => Operand { sql: self.read(), there: None },
        }
    }

    /// The text in the form in which it is compared, and whether that is so for every letter.
    pub fn compared(&self, case: Case) -> (Operand, bool) {
        let operand = self.operand();
        if self.kind != FieldType::Text || case == Case::Sensitive {
            return (operand, true);
        }
        let there = operand.there;
        match (&self.folded, self.dialect) {
            (Some(folded), _) => {
                let sql = self.dialect.pick(format!("{folded}::text COLLATE \"C\""), format!("{folded} COLLATE BINARY"));
                (Operand { sql, there: Some(format!("{} IS NOT NULL", self.here)) }, true)
            }
            // Nothing but a column can say it.
            (None, _) if case.is_loose() => (Operand { sql: operand.sql, there }, false),
            (None, Dialect::Postgres) => {
                (Operand { sql: format!("lower({}::text COLLATE \"pg_c_utf8\") COLLATE \"C\"", self.here), there }, true)
            }
            // Digits have no case.
            (None, Dialect::Sqlite) if self.stored == Stored::Integer => (Operand { sql: operand.sql, there }, true),
            (None, Dialect::Sqlite) if self.certain => (Operand { sql: format!("lower({}) COLLATE BINARY", self.here), there }, false),
            (None, Dialect::Sqlite) => (Operand { sql: format!("lower({})", operand.sql), there }, false),
        }
    }

    /// An instant in milliseconds.
    pub fn milliseconds(&self) -> String {
        match self.stored {
            Stored::Timestamptz => format!("floor(extract(epoch FROM {}) * 1000)", self.read()),
            _ => self.read(),
        }
    }

    /// The elements of a list, those that are null or empty left out, as what follows `FROM`.
    pub fn elements(&self) -> String {
        let here = &self.here;
        let items = match (self.dialect, self.stored) {
            (Dialect::Postgres, Stored::Json) => {
                let refused = self.message("a text that is no JSON array").replace('\'', "''");
                format!(
                    "(SELECT CASE jsonb_typeof(e) WHEN 'number' THEN trim_scale((e #>> '{{}}')::numeric)::text ELSE e #>> '{{}}' END AS v \
                     FROM jsonb_array_elements(CASE jsonb_typeof({here}::jsonb) WHEN 'array' THEN CASE WHEN NOT jsonb_path_exists({here}::jsonb, \
                     'strict $[*] ? (@.type() == \"boolean\" || @.type() == \"array\" || @.type() == \"object\")') THEN {here}::jsonb END \
                     WHEN 'number' THEN jsonb_build_array({here}::jsonb) WHEN 'string' THEN ('{refused}' || jsonb_typeof({here}::jsonb))::jsonb END) \
                     AS evenhand_element(e)) AS evenhand_item"
                )
            }
            (Dialect::Postgres, _) => format!("unnest({here}) AS evenhand_item(v)"),
            (Dialect::Sqlite, _) => {
                let list = if self.certain { format!("CASE WHEN json_valid({here}) THEN {here} ELSE '[]' END") } else { self.list() };
                let real = self.real_text("value");
                format!(
                    "(SELECT CASE type WHEN 'real' THEN {real} ELSE CAST(value AS TEXT) END AS v FROM json_each({list}) \
                     WHERE type IN ('text', 'integer', 'real')) AS evenhand_item"
                )
            }
        };
        let items = match self.kind {
            FieldType::Units => format!("(SELECT {} AS v FROM {items}) AS evenhand_item", trimmed(self.dialect, ELEMENT)),
            _ => items,
        };
        format!("{items} WHERE {ELEMENT} IS NOT NULL AND {ELEMENT} <> ''")
    }

    /// The JSON of a list of SQLite, whatever the row holds.
    fn list(&self) -> String {
        let here = &self.here;
        format!(
            "CASE typeof({here}) WHEN 'text' THEN CASE WHEN trim({here}) = '' THEN '[]' \
             WHEN (CASE WHEN json_valid({here}) THEN json_type({here}) END) IS NOT 'array' THEN {} \
             WHEN EXISTS (SELECT 1 FROM json_each({here}) WHERE type IN ('true', 'false', 'array', 'object')) THEN '[]' ELSE {here} END \
             WHEN 'integer' THEN json_array({here}) WHEN 'real' THEN json_array({here}) ELSE '[]' END",
            self.refused("a text that is no JSON array")
        )
    }

    /// The text of a column, as it is written, in an order by code point.
    fn text(&self) -> String {
        let here = &self.here;
        match self.dialect {
            Dialect::Postgres => format!("{here}::text COLLATE \"C\""),
            Dialect::Sqlite if !self.certain => format!(
                "(CASE typeof({here}) WHEN 'text' THEN {here} WHEN 'integer' THEN CAST({here} AS TEXT) WHEN 'real' THEN {} END)",
                self.real_text(here)
            ),
            Dialect::Sqlite if self.stored == Stored::Integer => format!("CAST({here} AS TEXT) COLLATE BINARY"),
            Dialect::Sqlite => format!("{here} COLLATE BINARY"),
        }
    }

    /// The shortest text of a number that SQLite holds as a real: a text of up to fifteen digits that comes back is the shortest.
    fn real_text(&self, real: &str) -> String {
        let (whole, text) = (format!("CAST({real} AS INTEGER)"), format!("CAST({real} AS TEXT)"));
        format!(
            "CASE WHEN {real} = {whole} AND {real} {RANGE} THEN CAST({whole} AS TEXT) \
             WHEN instr({text}, 'e') = 0 AND {text} + 0.0 = {real} THEN {text} ELSE {} END",
            self.refused("a fraction where a text is expected")
        )
    }

    /// SQLite's error for what cannot be read: the path of a JSON value that is none is part of its message.
    fn refused(&self, what: &str) -> String {
        self.refused_in(what, &self.here)
    }

    /// The same of a column that is called so.
    pub fn refused_in(&self, what: &str, here: &str) -> String {
        format!("json_extract('null', '{}' || typeof({here}))", self.message(what).replace('\'', "''"))
    }

    /// What a database says where it refuses.
    pub fn message(&self, what: &str) -> String {
        format!("evenhand: the column of `{}` holds {what}; say how it is stored with `as` ", self.field)
    }

    fn number(&self) -> String {
        let (here, postgres) = (&self.here, self.dialect.is_postgres());
        let text = trimmed(self.dialect, here);
        match (self.stored, postgres) {
            (Stored::Text, true) => format!(
                "(CASE WHEN {text} ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?0*[0-9]{{1,2}})?$' \
                 THEN CASE WHEN {text}::numeric {RANGE} THEN {text}::double precision END END)"
            ),
            (_, true) => format!("(CASE WHEN {} {RANGE} THEN {here}::double precision END)", self.exact()),
            (stored, false) if self.certain && stored != Stored::Text => format!("(CASE WHEN {here} {RANGE} THEN {here} END)"),
            // JSON's grammar is the engine's.
            (_, false) => format!(
                "(SELECT CASE WHEN n {RANGE} THEN n END FROM (SELECT DISTINCT CASE typeof({here}) WHEN 'integer' THEN {here} WHEN 'real' THEN {here} \
                 WHEN 'text' THEN CASE CASE WHEN json_valid({text}) THEN json_type({text}) END WHEN 'integer' THEN CAST({text} AS INTEGER) \
                 WHEN 'real' THEN CAST({text} AS REAL) END END AS n) AS evenhand_number)"
            ),
        }
    }

    /// A number of PostgreSQL, but for a `real`, which holds neither what a driver gives of it (0.1) nor what was written to it. What takes
    /// a `double precision` takes that too, so the row says it.
    fn exact(&self) -> String {
        let (here, field) = (&self.here, self.field.replace('\'', "''"));
        let refused = format!("evenhand: the column of `{field}` is real, and no number is exact there; make it double precision ");
        format!("(CASE pg_typeof({here}) WHEN 'real'::regtype THEN concat('{refused}', {here})::double precision ELSE {here} END)")
    }

    fn truth(&self) -> String {
        let here = &self.here;
        if self.stored == Stored::Boolean && self.dialect.is_postgres() {
            return format!("({here} = TRUE)");
        }
        let numbers = format!("CASE WHEN {here} IN (0, 1) THEN {here} END");
        if self.stored != Stored::Text && self.certain {
            return format!("({numbers})");
        }
        let text = trimmed(self.dialect, here);
        let lower = self.dialect.pick(format!("lower({text} COLLATE \"C\")"), format!("lower({text})"));
        let mut words = format!("CASE {lower}");
        for word in WORDS {
            if let Ok(value) = crate::query::convert::bool_from_text(word) {
                words += &format!(" WHEN '{word}' THEN {}", u8::from(value));
            }
        }
        words += " END";
        self.dialect.pick(format!("({words})"), format!("(CASE typeof({here}) WHEN 'text' THEN {words} ELSE {numbers} END)"))
    }

    fn day(&self) -> String {
        let here = &self.here;
        if self.stored == Stored::Date {
            return format!("(CASE WHEN daterange('0001-01-01', '10000-01-01') @> {here} THEN {here} END)");
        }
        moment::day(self.dialect, &self.texts())
    }

    fn instant(&self) -> String {
        let here = &self.here;
        let utc = Zone::utc();
        let zone = self.zone.unwrap_or(&utc);
        let legal = format!("BETWEEN {} AND {}", Instant::MIN.0, Instant::MAX.0);
        match (self.stored, self.dialect) {
            (Stored::Timestamptz, _) => format!(
                "date_trunc('milliseconds', CASE WHEN tstzrange('0001-01-01 00:00:00Z', '10000-01-01 00:00:00Z') @> {here} THEN {here} END)"
            ),
            (Stored::Timestamp, _) => moment::timestamp(here, zone),
            (Stored::Text, _) => moment::instant(self.dialect, &self.texts(), zone),
            (_, Dialect::Postgres) => format!("(CASE WHEN {} = floor({here}) AND {here} {legal} THEN {here} END)", self.exact()),
            (_, Dialect::Sqlite) if self.certain => format!("(CASE WHEN {here} {legal} THEN {here} END)"),
            (_, Dialect::Sqlite) => format!(
                "(CASE WHEN typeof({here}) = 'text' THEN CASE WHEN trim({here}) <> '' THEN {} END \
                 WHEN {here} = CAST({here} AS INTEGER) AND {here} {legal} THEN {here} END)",
                self.refused("a text where milliseconds are expected")
            ),
        }
    }

    /// The texts of a column, null where it holds something else.
    fn texts(&self) -> String {
        let here = &self.here;
        self.dialect.pick(here.clone(), format!("CASE typeof({here}) WHEN 'text' THEN {here} END"))
    }

    /// Why days and times in texts cannot be read as a table reads them.
    pub fn unreadable(&self) -> Option<String> {
        let texts = self.stored == Stored::Text && matches!(self.kind, FieldType::Date | FieldType::Datetime);
        let numbers = self.counts && !matches!(self.stored, Stored::Date | Stored::Timestamp | Stored::Timestamptz);
        ((texts && self.formatted) || numbers)
            .then(|| format!("the field `{}` has a format of its own, which no database reads", self.field))
    }
}
