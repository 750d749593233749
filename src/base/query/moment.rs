//! Values of date and datetime fields.
//!
//! A civil day against a datetime field is the span of its instants in a zone: the schema's, or one that is known later. Numbers are epoch
//! milliseconds.

use super::node::Predicate;
use super::operand::Operand;
use super::operator::Operator;
use super::schema::{FieldType, Schema};
use super::span::spans;
use super::wrong::{Wrong, quoted, shown};
use crate::error::nearest;
use crate::json::Json;
use crate::time::{Base, Calendar, Instant, Moment, Relative, Unit, Zone, parse_moment};

/// A value for a date field: a day.
pub(super) fn day(json: &Json) -> Result<Operand, Wrong> {
    match json.as_text().map(|text| parse_moment(text.trim())) {
        Some(Some(Moment::Day(day))) => Ok(Operand::Day(day)),
        Some(Some(_)) => Err(Wrong::invalid(format!("{} has a time, and a date field holds days", shown(json))).hint("leave out the time")),
        _ if json.as_object().is_some() => relative(json),
        _ => Err(Wrong::invalid(format!("{} is not a day", shown(json))).hint("write a day as `2026-01-31`")),
    }
}

/// A value for a datetime field: an instant, a wall time or a day; those two in the schema's zone, or `later` in another.
pub(super) fn instant(json: &Json, schema: &Schema, later: bool) -> Result<Operand, Wrong> {
    let wrong = || {
        let hint = "write a day as `2026-01-31`, a time in the workspace's zone as `2026-01-31T09:30`, any other with `Z` or an offset";
        Err(Wrong::invalid(format!("{} is not a point in time", shown(json))).hint(hint))
    };
    match json {
        Json::Object(_) => relative(json),
        Json::Text(text) => match parse_moment(text.trim()) {
            Some(moment) => match civil(moment, &schema.zone) {
                Some(_) if later && !matches!(moment, Moment::Instant(_)) => Ok(Operand::Civil(moment)),
                found => found.map_or_else(wrong, Ok),
            },
            None => wrong(),
        },
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        Json::Number(ms) if ms.fract() == 0.0 && ms.abs() < 9.0e15 => {
            Instant::new(*ms as i64).map_or_else(wrong, |at| Ok(Operand::Span(at.0, at.0)))
        }
        _ => wrong(),
    }
}

/// What is written of a time, in a zone: all instants of a day, or one; nothing outside of the years 1 to 9999.
pub(super) fn civil(moment: Moment, zone: &Zone) -> Option<Operand> {
    let Moment::Day(day) = moment else { return moment.instant(zone).map(|at| Operand::Span(at.0, at.0)) };
    Some(Operand::Span(zone.start_of(day).0, zone.start_of(day.following()).0.saturating_sub(1)))
}

/// `{"relative": "startOfDay", "offset": -7, "unit": "day"}`
pub(super) fn relative(json: &Json) -> Result<Operand, Wrong> {
    relative_value(json).map(Operand::Relative)
}

/// The same, as it is.
pub(super) fn relative_value(json: &Json) -> Result<Relative, Wrong> {
    let Some(base) = json.get("relative") else {
        return Err(Wrong::invalid("an object here must have `relative`").hint("for example `{\"relative\": \"startOfDay\"}`"));
    };
    let base = named(base, "relative", &Base::ALL)?;
    let offset = match json.get("offset") {
        None => 0,
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        Some(Json::Number(n)) if n.fract() == 0.0 && n.abs() < 1.0e15 => *n as i64,
        Some(other) => return Err(Wrong::invalid(format!("`offset` must be a whole number, not {}", shown(other)))),
    };
    let unit = match json.get("unit") {
        Some(unit) => named(unit, "unit", &Unit::ALL)?,
        None if offset == 0 => Unit::Day,
        None => return Err(Wrong::invalid("`offset` needs a `unit`").hint("add for example `\"unit\": \"day\"`")),
    };
    Ok(Relative { base, offset, unit })
}

/// One of the known words.
fn named<T: Copy>(json: &Json, key: &str, known: &[(&str, T)]) -> Result<T, Wrong> {
    let word = json.as_text().ok_or_else(|| Wrong::invalid(format!("`{key}` must be a text, not {}", json.kind())))?;
    known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let hint = nearest(word, known.iter().map(|(name, _)| *name));
        let list: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
        Wrong::invalid(format!("`{key}` cannot be {}", quoted(word))).hint(hint.unwrap_or_else(|| format!("one of {}", list.join(", "))))
    })
}

/// A relative time at `now`, as a value for a field of this type; nothing outside of the years 1 to 9999.
pub(super) fn at(relative: Relative, kind: FieldType, now: Instant, calendar: Calendar<'_>) -> Option<Operand> {
    let instant = relative.at(now, calendar)?;
    Some(match kind {
        FieldType::Date => Operand::Day(calendar.zone.local(instant).day),
        _ => Operand::Span(instant.0, instant.0),
    })
}

/// The test of a date or datetime field.
pub(super) fn check(kind: FieldType, operator: Operator, operands: &[Operand]) -> Predicate {
    let order = operator.order();
    if kind == FieldType::Date {
        let days: Vec<_> = operands.iter().filter_map(|o| if let Operand::Day(day) = o { Some((day.0, day.0)) } else { None }).collect();
        return Predicate::Days(spans(order, &days));
    }
    let instants: Vec<_> = operands.iter().filter_map(|o| if let Operand::Span(a, b) = o { Some((*a, *b)) } else { None }).collect();
    Predicate::Instants(spans(order, &instants))
}
