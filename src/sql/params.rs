//! The parameters of a statement.

use crate::json::Json;
use crate::sql::Dialect;

/// Values in the order in which their places stand in the text.
#[derive(Debug)]
pub(crate) struct Params {
    dialect: Dialect,
    start: usize,
    pub values: Vec<Json>,
}

impl Params {
    /// None yet; where they are numbered the first has this number.
    pub fn new(dialect: Dialect, start: u32) -> Params {
        Params { dialect, start: start as usize, values: Vec::new() }
    }

    /// The place of a value.
    pub fn bind(&mut self, value: impl Into<Json>) -> String {
        self.values.push(value.into());
        match self.dialect {
            Dialect::Postgres => format!("${}", self.start.saturating_add(self.values.len() - 1)),
            Dialect::Sqlite => "?".to_owned(),
        }
    }

    /// The place of a value of a PostgreSQL type.
    pub fn typed(&mut self, value: impl Into<Json>, kind: &str) -> String {
        let place = self.bind(value);
        if self.dialect.is_postgres() { format!("{place}::{kind}") } else { place }
    }
}
