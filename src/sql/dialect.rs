//! The databases, and what they can.

use crate::error::{Diagnostic, Error, Result, nearest};

/// A database's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 17 or later.
    Postgres,
    /// SQLite 3.38 or later.
    Sqlite,
}

/// What a database can, and its words for it.
pub(crate) struct Traits {
    /// What the public API calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Most parameters of one statement: what PostgreSQL's protocol has numbers for, and what SQLite takes unless it is built for
    /// more (`SQLITE_MAX_VARIABLE_NUMBER` since 3.32).
    pub most_params: usize,
    /// Whether parameters are numbered and values are cast, and a column holds values of its own type only.
    pub typed: bool,
    /// What names stand in. SQLite takes an unknown name in double quotes for a text.
    quote: char,
    /// Equality to which null is a value.
    pub same: &'static str,
}

static TRAITS: [Traits; 2] = [
    Traits { name: "postgres", title: "PostgreSQL", most_params: 65_535, typed: true, quote: '"', same: "IS NOT DISTINCT FROM" },
    Traits { name: "sqlite", title: "SQLite", most_params: 32_766, typed: false, quote: '`', same: "IS" },
];

impl Dialect {
    /// The dialect of that name.
    ///
    /// # Errors
    /// `unknown_dialect`.
    pub fn find(name: &str) -> Result<Dialect> {
        match name {
            "postgres" => Ok(Dialect::Postgres),
            "sqlite" => Ok(Dialect::Sqlite),
            _ => {
                let fault = Diagnostic::error("unknown_dialect", "", format!("there is no dialect `{name}`"));
                let names = TRAITS.iter().map(|traits| traits.name);
                Err(Error::of(fault.hint(nearest(name, names).unwrap_or_else(|| "one of `postgres`, `sqlite`".into()))))
            }
        }
    }

    pub(crate) fn traits(self) -> &'static Traits {
        let [postgres, sqlite] = &TRAITS;
        self.pick(postgres, sqlite)
    }

    pub(crate) fn is_postgres(self) -> bool {
        self == Dialect::Postgres
    }

    /// The one for PostgreSQL or the one for SQLite.
    pub(crate) fn pick<T>(self, postgres: T, sqlite: T) -> T {
        match self {
            Dialect::Postgres => postgres,
            Dialect::Sqlite => sqlite,
        }
    }

    /// A name in quotes.
    pub(crate) fn quote(self, name: &str) -> String {
        let quote = self.traits().quote;
        let mut out = String::with_capacity(name.len() + 2);
        out.push(quote);
        for char in name.chars() {
            if char == quote {
                out.push(quote);
            }
            out.push(char);
        }
        out.push(quote);
        out
    }
}
