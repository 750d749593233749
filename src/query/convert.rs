//! placeholder: replaced by the table room's conversion
use super::{Cell, Field, FieldType, Schema};
use crate::json::Json;
use crate::time::{Instant, Moment, parse_moment};
use std::borrow::Cow;

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// Its code.
    pub code: &'static str,
}

/// A cell.
///
/// # Errors
/// What does not fit.
pub fn cell_from_json(field: &Field, schema: &Schema, json: &Json) -> Result<Cell<'static>, CellProblem> {
    let wrong = Err(CellProblem { code: "does_not_fit" });
    match (field.kind, json) {
        (_, Json::Null) => Ok(Cell::Null),
        (FieldType::Text, Json::Text(t)) => Ok(Cell::Text(Cow::Owned(t.clone()))),
        (FieldType::Choice | FieldType::User | FieldType::Unit, Json::Text(t)) if t.is_empty() => Ok(Cell::Null),
        (FieldType::Choice | FieldType::User | FieldType::Unit, Json::Text(t)) => Ok(Cell::Text(Cow::Owned(t.clone()))),
        (FieldType::Number, Json::Number(n)) => Ok(Cell::Number(*n)),
        (FieldType::Boolean, Json::Bool(b)) => Ok(Cell::Bool(*b)),
        (FieldType::Datetime, Json::Text(t)) => match parse_moment(t).and_then(|m| m.instant(&schema.zone)) {
            Some(at) => Ok(Cell::Instant(at)),
            None => wrong,
        },
        #[expect(clippy::cast_possible_truncation, reason = "placeholder")]
        (FieldType::Datetime, Json::Number(n)) => Ok(Cell::Instant(Instant(*n as i64))),
        (FieldType::Date, Json::Text(t)) => match parse_moment(t) {
            Some(Moment::Day(day)) => Ok(Cell::Day(day)),
            _ => wrong,
        },
        (FieldType::Tags | FieldType::Units, Json::List(items)) => {
            let list: Vec<_> = items.iter().filter_map(|i| i.as_text()).map(|t| Cow::Owned(t.to_owned())).collect();
            Ok(if list.is_empty() { Cell::Null } else { Cell::List(list) })
        }
        _ => wrong,
    }
}
