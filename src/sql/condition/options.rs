//! How a database stores the fields.

use crate::btree::BTreeMap;

use crate::error::{Diagnostic, Error, Result, nearest, pointer};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::query::{FieldIx, FieldType, Schema, quoted};

/// A database's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 17 or later.
    Postgres,
    /// SQLite 3.38 or later.
    Sqlite,
}

impl Dialect {
    /// The dialect of that name.
    pub fn find(name: &str) -> Option<Dialect> {
        match name {
            "postgres" => Some(Dialect::Postgres),
            "sqlite" => Some(Dialect::Sqlite),
            _ => None,
        }
    }

    /// Most parameters of one statement: what PostgreSQL's protocol has numbers for, and what SQLite takes unless it is built
    /// for more (`SQLITE_MAX_VARIABLE_NUMBER` since 3.32).
    pub(crate) fn most_params(self) -> usize {
        match self {
            Dialect::Postgres => 65_535,
            Dialect::Sqlite => 32_766,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Dialect::Postgres => "PostgreSQL",
            Dialect::Sqlite => "SQLite",
        }
    }

    /// A name in quotes.
    pub(crate) fn quote(self, name: &str) -> String {
        match self {
            Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            // SQLite takes an unknown name in double quotes for a text.
            Dialect::Sqlite => format!("`{}`", name.replace('`', "``")),
        }
    }
}

/// How a column holds its field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Text: a text or a word; a day as `2026-01-31`; an instant as `2026-01-31T09:30:00.000Z`, always in that form.
    Text,
    /// A whole number: a word, a number, or a truth value as 0 and 1.
    Integer,
    /// A number of any kind.
    Number,
    /// A truth value.
    Boolean,
    /// PostgreSQL's `date`.
    Date,
    /// PostgreSQL's `timestamptz`.
    Timestamptz,
    /// Milliseconds since 1970.
    EpochMs,
    /// PostgreSQL's `text[]`.
    Array,
    /// A JSON array of texts.
    Json,
}

const NAMES: [(&str, Stored); 7] = [
    ("text", Stored::Text),
    ("integer", Stored::Integer),
    ("boolean", Stored::Boolean),
    ("timestamptz", Stored::Timestamptz),
    ("epoch_ms", Stored::EpochMs),
    ("array", Stored::Array),
    ("json", Stored::Json),
];

impl Stored {
    fn name(self) -> &'static str {
        let usual = if self == Stored::Date { "date" } else { "number" };
        NAMES.iter().find(|(_, stored)| *stored == self).map_or(usual, |(name, _)| name)
    }

    /// How a field is stored where nothing else is said.
    pub fn usual(kind: FieldType, dialect: Dialect) -> Stored {
        match (kind, dialect) {
            (FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit, _) => Stored::Text,
            (FieldType::Number, _) => Stored::Number,
            (FieldType::Boolean, Dialect::Postgres) => Stored::Boolean,
            (FieldType::Boolean, Dialect::Sqlite) => Stored::Integer,
            (FieldType::Date, Dialect::Postgres) => Stored::Date,
            (FieldType::Date, Dialect::Sqlite) => Stored::Text,
            (FieldType::Datetime, Dialect::Postgres) => Stored::Timestamptz,
            (FieldType::Datetime, Dialect::Sqlite) => Stored::EpochMs,
            (FieldType::Tags | FieldType::Units, Dialect::Postgres) => Stored::Array,
            (FieldType::Tags | FieldType::Units, Dialect::Sqlite) => Stored::Json,
        }
    }

    /// Whether a field of this type may be stored so.
    pub fn fits(self, kind: FieldType, dialect: Dialect) -> bool {
        let postgres = dialect == Dialect::Postgres;
        match self {
            Stored::Text => !kind.is_list() && !matches!(kind, FieldType::Number | FieldType::Boolean),
            Stored::Integer => kind.is_word() || matches!(kind, FieldType::Text | FieldType::Number | FieldType::Boolean),
            Stored::Number => kind == FieldType::Number,
            Stored::Boolean => kind == FieldType::Boolean,
            Stored::Date => kind == FieldType::Date && postgres,
            Stored::Timestamptz => kind == FieldType::Datetime && postgres,
            Stored::EpochMs => kind == FieldType::Datetime,
            Stored::Array => kind.is_list() && postgres,
            Stored::Json => kind.is_list(),
        }
    }
}

/// The column of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlColumn {
    /// Its name.
    pub column: String,
    /// How it holds its values; the usual way if nothing is said.
    pub stored: Option<Stored>,
    /// A column that holds the text in the form in which it is compared.
    pub folded: Option<String>,
}

/// What a condition has to know of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlOptions {
    /// The columns of fields; a field that is not named is a column of its own name.
    pub columns: BTreeMap<FieldIx, SqlColumn>,
    /// What columns are qualified with.
    pub alias: Option<String>,
    /// The number of the first parameter, where parameters are numbered.
    pub param_start: u32,
    /// Most parameters; as many as the dialect takes if nothing is said.
    pub max_params: Option<usize>,
    /// Whether a condition that is not exact is better than none.
    pub allow_inexact: bool,
}

impl Default for SqlOptions {
    fn default() -> Self {
        SqlOptions { columns: BTreeMap::new(), alias: None, param_start: 1, max_params: None, allow_inexact: false }
    }
}

impl SqlOptions {
    /// Reads `{"columns": {"created": {"column": "created_at", "as": "timestamptz"}}, "alias": "l", …}`. `path` is the JSON pointer of
    /// `json`. Keys that it does not know are left to others.
    ///
    /// # Errors
    /// Every fault: `wrong_type`, `unknown_field`, `sql_options_invalid`.
    pub fn parse(json: &Json, path: &str, schema: &Schema) -> Result<SqlOptions, Vec<Diagnostic>> {
        let faults = Faults::default();
        let node = Decoder::new(json, path, &faults);
        let mut out = SqlOptions::default();
        for (name, column) in node.get("columns").entries() {
            match schema.find(name) {
                Some(field) => out.columns.extend(SqlOptions::column(&column).map(|column| (field, column))),
                None => {
                    let hint = nearest(name, schema.fields.iter().map(|field| field.name.as_str()));
                    let fault = Diagnostic::error("unknown_field", column.path(), format!("there is no field {}", quoted(name)));
                    faults.add(fault.maybe_hint(hint));
                }
            }
        }
        if let Some(alias) = json.get("alias") {
            out.alias = SqlOptions::name(alias, pointer(path, "alias"), &faults);
        }
        let whole = |key: &str| {
            let value = json.get(key)?;
            let number = value.as_number().filter(|n| n.fract() == 0.0 && (1.0..=65_535.0).contains(n));
            if number.is_none() {
                let message = format!("`{key}` must be a whole number from 1 to 65535");
                faults.add(Diagnostic::error("sql_options_invalid", pointer(path, key), message));
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
            number.map(|n| n as u32)
        };
        if let Some(start) = whole("paramStart") {
            out.param_start = start;
        }
        out.max_params = whole("maxParams").map(|most| most as usize);
        out.allow_inexact = node.get("allowInexact").flag(false);
        let list = faults.into_list();
        if list.is_empty() { Ok(out) } else { Err(list) }
    }

    /// The name of a field's column, and how it is stored.
    ///
    /// # Errors
    /// `sql_column_invalid` for a field that cannot be stored as its column claims.
    pub(crate) fn column_of<'a>(&'a self, field: FieldIx, schema: &'a Schema, dialect: Dialect) -> Result<(&'a str, Stored)> {
        let kind = schema.kind(field);
        let given = self.columns.get(&field);
        let name = given.map_or(schema.name(field), |column| &column.column);
        let stored = given.and_then(|column| column.stored).unwrap_or(Stored::usual(kind, dialect));
        let named = !name.is_empty() && !name.contains('\0');
        if !named || !stored.fits(kind, dialect) {
            let message = match named {
                true => format!("a {} field cannot be stored as `{}` in {}", kind.name(), stored.name(), dialect.title()),
                false => format!("no column can have the name {}", quoted(name)),
            };
            return Err(Error::new("sql_column_invalid", pointer("/columns", schema.name(field)), message));
        }
        Ok((name, stored))
    }

    fn column(node: &Decoder<'_>) -> Option<SqlColumn> {
        let (json, path, faults) = (node.json, &node.path(), node.faults());
        if json.as_text().is_some() {
            return Some(SqlColumn { column: SqlOptions::name(json, path.to_owned(), faults)?, stored: None, folded: None });
        }
        if json.as_object().is_none() {
            node.wrong("a name or an object");
            return None;
        }
        // The last two are for plans.
        node.keys(&["column", "as", "folded", "type", "notNull"]);
        let column = SqlOptions::name(json.get("column").unwrap_or(&Json::Null), pointer(path, "column"), faults)?;
        let folded = match json.get("folded") {
            Some(folded) => Some(SqlOptions::name(folded, pointer(path, "folded"), faults)?),
            None => None,
        };
        let stored = match json.get("as") {
            None => None,
            Some(written) => {
                let found = NAMES.iter().find(|(name, _)| written.as_text() == Some(name));
                if found.is_none() {
                    let hint = NAMES.map(|(name, _)| format!("`{name}`")).join(", ");
                    let fault = Diagnostic::error("sql_options_invalid", pointer(path, "as"), "a column cannot be stored so");
                    faults.add(fault.hint(format!("one of {hint}")));
                }
                Some(found?.1)
            }
        };
        Some(SqlColumn { column, stored, folded })
    }

    /// A name that can be quoted.
    pub(crate) fn name(json: &Json, path: String, faults: &Faults) -> Option<String> {
        let name = json.as_text().filter(|name| !name.is_empty() && !name.contains('\0'));
        if name.is_none() {
            faults.add(Diagnostic::error("sql_options_invalid", path, "this must be a name"));
        }
        name.map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Strictness, compile};
    use crate::sql::condition::to_sql;
    use evenhand_engine::filter::sample::{Staff, context, schema};

    fn sql(rule: &str, dialect: Dialect, options: &str) -> Result<(String, String, bool), &'static str> {
        let schema = schema();
        let staff = Staff(schema.units.clone());
        let json = Json::parse(&format!(r#"{{"combinator":"and","rules":[{rule}]}}"#)).unwrap();
        let query = compile(&json, "", &schema, Strictness::List).unwrap();
        let options = SqlOptions::parse(&Json::parse(options).unwrap(), "", &schema).unwrap();
        let out = to_sql(&query, &context(&schema, &staff), dialect, &options).map_err(|error| error.code)?;
        Ok((out.sql, Json::List(out.params).write(), out.exact))
    }

    #[test]
    fn names_are_quoted_and_values_bound() {
        let rule = r#"{"field":"text1","operator":"contains","value":"50%_\\'"}"#;
        let options = r#"{"alias":"l\"x","paramStart":3,"columns":{"text1":{"column":"na\"me`"}}}"#;
        let (sql, params, exact) = sql(rule, Dialect::Postgres, options).unwrap();
        assert_eq!(
            sql,
            r#"(("l""x"."na""me`" IS NOT NULL AND strpos(lower("l""x"."na""me`"::text COLLATE "pg_c_utf8") COLLATE "C", $3::text) > 0))"#
        );
        assert_eq!((params.as_str(), exact), (r#"["50%_\\'"]"#, true));
    }

    #[test]
    fn what_sqlite_cannot_fold_is_not_claimed() {
        let rule = r#"{"field":"text1","operator":"=","value":"É"}"#;
        assert_eq!(sql(rule, Dialect::Sqlite, "{}"), Err("sql_inexact"));
        let (text, params, exact) = sql(rule, Dialect::Sqlite, r#"{"allowInexact":true}"#).unwrap();
        assert_eq!(text, "((`text1` IS NOT NULL AND lower(`text1`) COLLATE BINARY IN (?)))");
        assert_eq!((params.as_str(), exact), (r#"["é"]"#, false));
        let folded = r#"{"columns":{"text1":{"column":"a","folded":"b"}}}"#;
        assert_eq!(sql(rule, Dialect::Sqlite, folded).unwrap().0, "((`a` IS NOT NULL AND `b` COLLATE BINARY IN (?)))");
        assert!(sql(&rule.replace("text1", "exact1"), Dialect::Sqlite, "{}").unwrap().2);
    }

    #[test]
    fn long_lists_travel_as_one_parameter() {
        let rule = r#"{"field":"choice1","operator":"in","value":["a","b","c"]}"#;
        assert_eq!(sql(rule, Dialect::Postgres, "{}").unwrap().1, r#"["a","b","c"]"#);
        assert_eq!(sql(rule, Dialect::Postgres, r#"{"maxParams":1}"#).unwrap().1, r#"["[\"a\",\"b\",\"c\"]"]"#);
        assert_eq!(sql(&format!("{rule},{rule}"), Dialect::Postgres, r#"{"maxParams":1}"#), Err("too_many_params"));
    }

    #[test]
    fn faults_of_the_options_are_told() {
        let told = |json: &str| {
            let faults = SqlOptions::parse(&Json::parse(json).unwrap(), "", &schema()).unwrap_err();
            faults.into_iter().map(|fault| format!("{} {}", fault.code, fault.path)).collect::<Vec<_>>()
        };
        let json = r#"{"columns":{"txt1":"a","text1":5,"text2":{"column":"a","as":"uuid"},"date1":{"column":"a","folded":""}},"paramStart":0,"maxParams":1.5,"alias":""}"#;
        assert_eq!(
            told(json),
            [
                "unknown_field /columns/txt1",
                "wrong_type /columns/text1",
                "sql_options_invalid /columns/text2/as",
                "sql_options_invalid /columns/date1/folded",
                "sql_options_invalid /alias",
                "sql_options_invalid /paramStart",
                "sql_options_invalid /maxParams",
            ]
        );
        let rule = r#"{"field":"tags1","operator":"contains","value":"a"}"#;
        assert_eq!(sql(rule, Dialect::Sqlite, r#"{"columns":{"tags1":{"column":"a","as":"array"}}}"#), Err("sql_column_invalid"));
    }
}
