//! How columns hold the values of fields.

use crate::query::FieldType;
use crate::sql::Dialect;

/// How a column holds its field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Text: a text or a word as it is; anything else in the forms that a cell of a file may have.
    Text,
    /// A whole number: a word, a number, or a truth value as 0 and 1.
    Integer,
    /// A number of any kind.
    Number,
    /// A truth value; in SQLite 0 and 1.
    Boolean,
    /// PostgreSQL's `date`.
    Date,
    /// PostgreSQL's `timestamptz`.
    Timestamptz,
    /// PostgreSQL's `timestamp`: a time of the organisation's zone.
    Timestamp,
    /// Milliseconds since 1970.
    EpochMs,
    /// PostgreSQL's `text[]`.
    Array,
    /// A JSON array of texts.
    Json,
}

impl Stored {
    /// The words of `as`.
    pub(crate) const NAMES: [(&'static str, Stored); 10] = [
        ("text", Stored::Text),
        ("integer", Stored::Integer),
        ("number", Stored::Number),
        ("boolean", Stored::Boolean),
        ("date", Stored::Date),
        ("timestamptz", Stored::Timestamptz),
        ("timestamp", Stored::Timestamp),
        ("epoch_ms", Stored::EpochMs),
        ("array", Stored::Array),
        ("json", Stored::Json),
    ];

    pub(crate) fn name(self) -> &'static str {
        Stored::NAMES.iter().find(|(_, stored)| *stored == self).map_or("", |(name, _)| name)
    }

    /// How a field is stored where nothing else is said.
    pub fn usual(kind: FieldType, dialect: Dialect) -> Stored {
        match kind {
            FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit => Stored::Text,
            FieldType::Number => Stored::Number,
            FieldType::Boolean => Stored::Boolean,
            FieldType::Date => dialect.pick(Stored::Date, Stored::Text),
            FieldType::Datetime => dialect.pick(Stored::Timestamptz, Stored::EpochMs),
            FieldType::Tags | FieldType::Units => dialect.pick(Stored::Array, Stored::Json),
        }
    }

    /// Whether a field of this type may be stored so.
    pub fn fits(self, kind: FieldType, dialect: Dialect) -> bool {
        let postgres = dialect.is_postgres();
        match self {
            Stored::Text => !kind.is_list(),
            Stored::Integer => kind.is_word() || matches!(kind, FieldType::Text | FieldType::Number | FieldType::Boolean),
            Stored::Number => kind == FieldType::Number,
            Stored::Boolean => kind == FieldType::Boolean,
            Stored::Date => kind == FieldType::Date && postgres,
            Stored::Timestamptz | Stored::Timestamp => kind == FieldType::Datetime && postgres,
            Stored::EpochMs => kind == FieldType::Datetime,
            Stored::Array => kind.is_list() && postgres,
            Stored::Json => kind.is_list(),
        }
    }
}
