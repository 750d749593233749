//! The meaning of a filter, read off its JSON: slow, and to be seen at a glance. Nothing here is compiled or folded beforehand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::cmp::Ordering;

use super::Context;
use crate::json::Json;
use crate::query::fold::compared;
use crate::query::schema::{Case, LeapDay};
use crate::query::{Cell, Cells, Field, FieldType, UnitIx};
use crate::time::{Base, Calendar, Civil, Day, Instant, Moment, Relative, Unit, Zone, parse_moment};

/// Whether a lead satisfies a list's filter. The JSON has no fault.
pub fn matches(json: &Json, lead: &dyn Cells, ctx: &Context<'_>) -> bool {
    let fields = |name: &str| {
        let ix = ctx.schema.find(name).unwrap();
        (ctx.schema.get(ix).unwrap().clone(), lead.cell(ix))
    };
    group(json, &fields, ctx).unwrap_or(true)
}

type Fields<'a> = dyn Fn(&str) -> (Field, Cell<'a>) + 'a;

fn is_true(json: &Json, key: &str) -> bool {
    json.get(key) == Some(&Json::Bool(true))
}

/// Nothing for a group that is left out.
fn group(json: &Json, fields: &Fields<'_>, ctx: &Context<'_>) -> Option<bool> {
    if is_true(json, "disabled") || is_true(json, "muted") {
        return None;
    }
    let rules = json.get("rules").unwrap().as_list().unwrap();
    let verdict = match json.get("combinator") {
        Some(combinator) => join(combinator.as_text().unwrap(), rules.iter().map(|rule| member(rule, fields, ctx)).collect()),
        None => split(rules, "or", fields, ctx),
    };
    verdict.map(|verdict| verdict != is_true(json, "not"))
}

/// Rules with combinators between them: the loosest splits them first.
fn split(rules: &[Json], combinator: &str, fields: &Fields<'_>, ctx: &Context<'_>) -> Option<bool> {
    let parts = rules.split(|rule| rule.as_text() == Some(combinator));
    let verdicts = parts.map(|part| match combinator {
        "or" => split(part, "xor", fields, ctx),
        "xor" => split(part, "and", fields, ctx),
        _ => part.first().and_then(|rule| member(rule, fields, ctx)),
    });
    join(combinator, verdicts.collect())
}

fn join(combinator: &str, verdicts: Vec<Option<bool>>) -> Option<bool> {
    let there: Vec<bool> = verdicts.into_iter().flatten().collect();
    let yes = there.iter().filter(|verdict| **verdict).count();
    match combinator {
        _ if there.is_empty() => None,
        "and" => Some(yes == there.len()),
        "or" => Some(yes > 0),
        _ => Some(yes == 1),
    }
}

fn member(json: &Json, fields: &Fields<'_>, ctx: &Context<'_>) -> Option<bool> {
    if json.get("rules").is_some() { group(json, fields, ctx) } else { rule(json, fields, ctx) }
}

fn rule(json: &Json, fields: &Fields<'_>, ctx: &Context<'_>) -> Option<bool> {
    let text = |key: &str| json.get(key).and_then(Json::as_text).unwrap_or("");
    if is_true(json, "disabled") || is_true(json, "muted") || text("field") == "~" {
        return None;
    }
    if json.get("match").is_some() {
        let (field, cell) = fields(text("field"));
        return elements(json, &field, &cell, ctx);
    }
    if text("operator") == "~" {
        return None;
    }
    let (field, cell) = fields(text("field"));
    let none = cell == Cell::Null || matches!(&cell, Cell::Number(n) if n.is_nan());
    if text("operator") == "where" && json.get("value") != Some(&Json::Text("~".into())) {
        return user_where(json.get("value").unwrap(), cell.text(), ctx);
    }
    let value = json.get("value").cloned().unwrap_or_default();
    let one = |op: &str| match text("valueSource") {
        "field" => compare_fields(op, &field, &cell, &fields(value.as_text().unwrap()).1),
        _ => compare(op, &field, &cell, &value, ctx),
    };
    let positive = |op: &str| !none && one(op);
    Some(match text("operator") {
        "null" => none,
        "notNull" => !none,
        "empty" => none || cell.text() == Some(""),
        "notEmpty" => !(none || cell.text() == Some("")),
        _ if value == Json::Text("~".into()) && field.kind != FieldType::Text => return None,
        "!=" => !positive("="),
        "notIn" => !positive("in"),
        "doesNotContain" => !positive("contains"),
        "doesNotBeginWith" => !positive("beginsWith"),
        "doesNotEndWith" => !positive("endsWith"),
        "notUnder" => !positive("under"),
        op => positive(op),
    })
}

/// A condition over the user with that id; nothing if it is left out.
fn user_where(json: &Json, id: Option<&str>, ctx: &Context<'_>) -> Option<bool> {
    let users = ctx.schema.users.as_ref().unwrap();
    let user = id.and_then(|id| ctx.people.user(id));
    let fields = |name: &str| {
        let ix = users.find(name).unwrap();
        (users.get(ix).unwrap().clone(), user.map_or(Cell::Null, |user| user.cell(ix)))
    };
    // Left out or not, whoever is asked.
    group(json, &fields, ctx).map(|holds| holds && id.is_some())
}

/// A value in the form in which it is compared: a text, a number, or the first and last of a stretch.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    /// What equals nothing.
    Nothing,
    Text(String),
    Number(f64),
    Stretch(i64, i64),
}

fn folded(text: &str, field: &Field) -> String {
    if field.kind == FieldType::Text && field.case.is_loose() {
        // Held against another library for every code point by itself (`tests/native/folding.rs`).
        text.chars().map(|c| compared(field.case, &c.to_string()).into_owned()).collect()
    } else if field.kind == FieldType::Text && field.case == Case::Ignored {
        text.chars().map(|c| c.to_lowercase().next().unwrap()).collect()
    } else {
        text.to_owned()
    }
}

fn of_cell(cell: &Cell<'_>, field: &Field) -> Plain {
    match cell {
        Cell::Text(text) => Plain::Text(folded(text, field)),
        Cell::Number(number) => Plain::Number(*number),
        Cell::Bool(value) => Plain::Text(value.to_string()),
        Cell::Day(day) => Plain::Stretch(day.0.into(), day.0.into()),
        Cell::Instant(at) => Plain::Stretch(at.0, at.0),
        Cell::Null | Cell::List(_) => panic!("not a single value"),
    }
}

fn of_value(json: &Json, field: &Field, ctx: &Context<'_>) -> Plain {
    match json.get("actor").map(|what| what.as_text().unwrap_or("id")) {
        Some("unit") => return own_unit(ctx).map_or(Plain::Nothing, |unit| Plain::Text(folded(&unit, field))),
        Some(_) => return Plain::Text(folded(ctx.actor.unwrap(), field)),
        None => {}
    }
    let text = match json {
        Json::Text(text) => text.clone(),
        other => other.write(),
    };
    let zone = &zone(ctx);
    let relative = relative(json, ctx);
    let day = |day: Day| i64::from(day.0);
    let start = |day: Day| zone.start_of(day).0;
    match (field.kind, relative) {
        (FieldType::Number, _) => Plain::Number(text.trim().parse().unwrap()),
        (FieldType::Date, Some(at)) => Plain::Stretch(day(zone.local(at).day), day(zone.local(at).day)),
        (FieldType::Datetime, Some(at)) => Plain::Stretch(at.0, at.0),
        (FieldType::Date, None) => Day::parse(&text).map(|d| Plain::Stretch(day(d), day(d))).unwrap(),
        (FieldType::Datetime, None) => match (json.as_number(), parse_moment(&text)) {
            (Some(ms), _) => Plain::Stretch(ms as i64, ms as i64),
            (_, Some(Moment::Day(day))) => Plain::Stretch(start(day), start(Day(day.0 + 1)) - 1),
            (_, moment) => moment.unwrap().instant(zone).map(|Instant(at)| Plain::Stretch(at, at)).unwrap(),
        },
        _ => Plain::Text(folded(&text, field)),
    }
}

/// Where days begin for whoever asks.
fn zone(ctx: &Context<'_>) -> Zone {
    let own = ctx.actor.and_then(|actor| ctx.people.zone_of(actor));
    own.map_or_else(|| ctx.schema.zone.clone(), |own| (*own.zone).clone())
}

fn own_unit(ctx: &Context<'_>) -> Option<String> {
    let unit = ctx.people.unit_of(ctx.actor.unwrap())?;
    Some(ctx.schema.units.get(unit).unwrap().id.clone())
}

/// The ids of those whose unit is the acting user's.
fn team(ctx: &Context<'_>) -> Vec<String> {
    let actor = ctx.actor.unwrap().to_owned();
    match ctx.people.unit_of(&actor) {
        None => vec![actor],
        unit => ctx.people.users().unwrap().into_iter().filter(|id| ctx.people.unit_of(id) == unit).collect(),
    }
}

fn relative(json: &Json, ctx: &Context<'_>) -> Option<Instant> {
    let named = |json: &Json| json.as_text().unwrap().to_owned();
    let base = json.get("relative")?;
    let base = Base::ALL.iter().find(|(name, _)| *name == named(base)).unwrap().1;
    let unit = json.get("unit").map_or(Unit::Day, |unit| Unit::ALL.iter().find(|(name, _)| *name == named(unit)).unwrap().1);
    let offset = json.get("offset").and_then(Json::as_number).unwrap_or(0.0) as i64;
    Some(Relative { base, offset, unit }.at(ctx.now.unwrap(), Calendar { zone: &zone(ctx), ..ctx.schema.calendar() }).unwrap())
}

/// Whether an anniversary of a day falls on one of the days from one bound to the other.
fn anniversary(cell: &Cell<'_>, bounds: &[Json], ctx: &Context<'_>) -> bool {
    let zone = zone(ctx);
    let began = match cell {
        Cell::Day(day) => *day,
        Cell::Instant(at) => zone.local(*at).day,
        other => panic!("{other:?}"),
    };
    let text = |bound: &Json| bound.as_text().unwrap_or("").trim().to_owned();
    if let [low, high] = [&bounds[0], bounds.last().unwrap()].map(text)
        && low.len() == 5
    {
        let mine = began.write()[5..].to_owned();
        return if low <= high { low <= mine && mine <= high } else { low <= mine || mine <= high };
    }
    let day = |bound: &Json| relative(bound, ctx).map_or_else(|| Day::parse(&text(bound)).unwrap(), |at| zone.local(at).day);
    let days: Vec<Day> = bounds.iter().map(day).collect();
    let (low, high) = (*days.iter().min().unwrap(), *days.iter().max().unwrap());
    (low.to_civil().year..=high.to_civil().year).any(|year| {
        let (month, date) = if ctx.schema.leap_day == LeapDay::March1 { (3, 1) } else { (2, 28) };
        let due = Day::from_civil(Civil { year, ..began.to_civil() });
        let due = due.unwrap_or_else(|| Day::from_civil(Civil { year, month, day: date }).unwrap());
        low <= due && due <= high
    })
}

/// The values of a list, which may be comma-separated text.
fn values(json: &Json, field: &Field, ctx: &Context<'_>) -> Vec<Plain> {
    let pieces = match json {
        Json::List(list) => list.clone(),
        Json::Text(text) => {
            let marked = text.replace("\\,", "\u{10ffff}");
            marked
                .split(',')
                .map(|piece| piece.replace('\u{10ffff}', ","))
                .map(|piece| piece.trim().into())
                .filter(|p: &Json| *p != "".into())
                .collect()
        }
        one => vec![one.clone()],
    };
    let mut out = Vec::new();
    for piece in &pieces {
        match piece.get("actor").and_then(Json::as_text) {
            Some("team") => out.extend(team(ctx).into_iter().map(Plain::Text)),
            _ => out.push(of_value(piece, field, ctx)),
        }
    }
    out.retain(|value| *value != Plain::Nothing);
    out
}

fn compare(op: &str, field: &Field, cell: &Cell<'_>, value: &Json, ctx: &Context<'_>) -> bool {
    let units = &ctx.schema.units;
    if op == "under" {
        let above = match value.as_text() {
            Some(id) => Some(id.to_owned()),
            None => own_unit(ctx),
        };
        let Some(above) = above.map(|id| units.find(&id).unwrap()) else { return false };
        let parent = |unit: &UnitIx| units.get(*unit).unwrap().parent;
        let below = |unit| std::iter::successors(Some(unit), parent).any(|unit| unit == above);
        return match field.kind {
            FieldType::User => ctx.people.unit_of(cell.text().unwrap()).is_some_and(below),
            FieldType::Unit => units.find(cell.text().unwrap()).is_some_and(below),
            _ => cell.items().any(|id| units.find(id).is_some_and(below)),
        };
    }
    if op.starts_with("anniversary") {
        let bounds = match value {
            Json::List(list) => list.clone(),
            Json::Text(text) => text.split(',').map(Json::from).collect(),
            one => vec![one.clone()],
        };
        return anniversary(cell, &bounds, ctx);
    }
    if field.kind.is_list() {
        let has = |value: &Plain| cell.items().any(|item| Plain::Text(item.to_owned()) == *value);
        return match op {
            "contains" => has(&of_value(value, field, ctx)),
            "in" => values(value, field, ctx).iter().any(has),
            _ => {
                let wanted = values(value, field, ctx);
                !wanted.is_empty() && wanted.iter().all(has) && cell.items().all(|item| wanted.contains(&Plain::Text(item.to_owned())))
            }
        };
    }
    let cell = of_cell(cell, field);
    match op {
        "in" => values(value, field, ctx).iter().any(|value| simple("=", &cell, value)),
        "between" => between(&cell, &values(value, field, ctx)),
        "notBetween" => !between(&cell, &values(value, field, ctx)),
        op => simple(op, &cell, &of_value(value, field, ctx)),
    }
}

fn between(cell: &Plain, bounds: &[Plain]) -> bool {
    let from = bounds.iter().any(|bound| simple(">=", cell, bound));
    from && bounds.iter().any(|bound| simple("<=", cell, bound))
}

/// A cell against one value.
fn simple(op: &str, cell: &Plain, value: &Plain) -> bool {
    // How the cell stands to the first, and to the last, of the value.
    let (to_first, to_last) = match (cell, value) {
        (_, Plain::Nothing) => return false,
        (Plain::Text(a), Plain::Text(b)) => match op {
            "contains" => return a.contains(b),
            "beginsWith" => return a.starts_with(b),
            "endsWith" => return a.ends_with(b),
            _ => (a.chars().cmp(b.chars()), a.chars().cmp(b.chars())),
        },
        (Plain::Number(a), Plain::Number(b)) => (a.partial_cmp(b).unwrap(), a.partial_cmp(b).unwrap()),
        (Plain::Stretch(a, _), Plain::Stretch(first, last)) => (a.cmp(first), a.cmp(last)),
        _ => panic!("{cell:?} {op} {value:?}"),
    };
    match op {
        "=" => to_first != Ordering::Less && to_last != Ordering::Greater,
        "<" => to_first == Ordering::Less,
        "<=" => to_last != Ordering::Greater,
        ">" => to_last == Ordering::Greater,
        ">=" => to_first != Ordering::Less,
        _ => panic!("{op}"),
    }
}

fn compare_fields(op: &str, field: &Field, a: &Cell<'_>, b: &Cell<'_>) -> bool {
    match (a, b) {
        (_, Cell::Null) => false,
        (_, Cell::Number(b)) if b.is_nan() => false,
        (Cell::List(x), Cell::List(y)) => x.iter().all(|item| y.contains(item)) && y.iter().all(|item| x.contains(item)),
        _ => simple(op, &of_cell(a, field), &of_cell(b, field)),
    }
}

fn elements(json: &Json, field: &Field, cell: &Cell<'_>, ctx: &Context<'_>) -> Option<bool> {
    let kind = if field.kind == FieldType::Units { FieldType::Unit } else { FieldType::Text };
    let element = Field { kind, case: Case::Sensitive, ..field.clone() };
    let verdict = |item: &str| {
        let item = Cell::Text(item.to_owned().into());
        let only = |_: &str| (element.clone(), item.clone());
        group(json.get("value").unwrap(), &only, ctx)
    };
    // A group that is left out is left out whatever the element.
    verdict("x")?;
    let verdicts: Vec<bool> = cell.items().map(|item| verdict(item).unwrap()).collect();
    let (k, n) = (verdicts.iter().filter(|v| **v).count() as f64, verdicts.len() as f64);
    let quota = json.get("match").unwrap();
    let threshold = quota.get("threshold").and_then(Json::as_number).unwrap_or(0.0);
    let fraction = threshold.fract() != 0.0;
    let wanted = if fraction { threshold * n } else { threshold };
    Some(match quota.get("mode").unwrap().as_text().unwrap() {
        "all" => k == n,
        "some" => k > 0.0,
        "none" => k == 0.0,
        "atMost" => k <= wanted,
        _ if fraction && n == 0.0 => false,
        "atLeast" => k >= wanted,
        _ => k == wanted,
    })
}
