//! Putting `now`, the acting user and the acting user's zone where a filter speaks of them.

use std::borrow::Cow;
use std::rc::Rc;

use super::day_zone::{DayZone, UserZone};
use super::node::{ELEMENT, Expr, Predicate, Term};
use super::operand::{OfActor, Operand};
use super::operator::Operator;
use super::schema::{Case, FieldType, Schema};
use super::{Cells, Query, UnitIx, build, fold, moment};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::time::{Instant, Moment};

/// What a filter has to know of people.
pub trait People {
    /// The unit of the user with that id; nothing for a user who has none or does not exist.
    fn unit_of(&self, user: &str) -> Option<UnitIx>;

    /// The user with that id, for conditions over users; nothing for one who does not exist.
    fn user(&self, id: &str) -> Option<&dyn Cells>;

    /// The ids of all users, for conditions of a database; nothing if they cannot be listed.
    fn users(&self) -> Option<Vec<String>>;

    /// The zone that the user with that id has of their own.
    fn zone_of(&self, user: &str) -> Option<Rc<UserZone>>;
}

/// No people: nobody belongs anywhere.
impl People for () {
    fn unit_of(&self, _: &str) -> Option<UnitIx> {
        None
    }

    fn user(&self, _: &str) -> Option<&dyn Cells> {
        None
    }

    fn users(&self) -> Option<Vec<String>> {
        None
    }

    fn zone_of(&self, _: &str) -> Option<Rc<UserZone>> {
        None
    }
}

/// What a filter may need to be told before it is evaluated.
#[derive(Clone, Copy)]
pub struct Bindings<'a> {
    /// The time that relative values start from.
    pub now: Option<Instant>,
    /// The id of the acting user.
    pub actor: Option<&'a str>,
    /// Where the acting user belongs, and who else does.
    pub people: &'a dyn People,
}

impl Bindings<'_> {
    /// The acting user's unit.
    fn unit(&self) -> Option<UnitIx> {
        self.people.unit_of(self.actor?)
    }

    /// The people of the acting user's unit; without a unit the acting user alone.
    fn team(&self) -> Vec<String> {
        let mut team = match self.unit() {
            Some(unit) => self.people.users().unwrap_or_default().into_iter().filter(|id| self.people.unit_of(id) == Some(unit)).collect(),
            None => Vec::new(),
        };
        if team.is_empty() {
            team.extend(self.actor.map(str::to_owned));
        }
        team
    }

    /// Where the acting user's days begin; without an actor, or for one without a zone, in the organisation's zone.
    fn zone(&self) -> DayZone {
        self.actor.and_then(|actor| self.people.zone_of(actor)).map_or(DayZone::Organisation, DayZone::Own)
    }
}

impl Query {
    /// The same filter with nothing left that depends on `now`, on the acting user or on that user's zone; itself if nothing did.
    ///
    /// # Errors
    /// `now_required` and `actor_required`, and `value_invalid` for a time outside of the years 1 to 9999.
    pub fn bind<'q>(&'q self, with: &Bindings<'_>, schema: &Schema) -> Result<Cow<'q, Query>> {
        if self.needs_now() && with.now.is_none() {
            return Err(Error::new("now_required", "", "this filter has dates relative to now, and `now` was not given").hint("pass `now`"));
        }
        if self.needs_actor() && with.actor.is_none() {
            return Err(
                Error::new("actor_required", "", "this filter speaks of the acting user, and `actor` was not given").hint("pass `actor`")
            );
        }
        if !self.needs_now() && !self.needs_actor() && !self.needs_zone() {
            return Ok(Cow::Borrowed(self));
        }
        let zone = with.zone();
        let root = self.root().try_map(&mut |test| bound(test, with, &zone, schema))?;
        Ok(Cow::Owned(Query::from(root)))
    }

    /// The same filter with its days in this zone, whoever asks; what depends on `now` or on the acting user stays.
    ///
    /// # Errors
    /// `value_invalid` for a time outside of the years 1 to 9999.
    pub fn in_zone(&self, zone: &DayZone, schema: &Schema) -> Result<Query> {
        if !self.needs_zone() {
            return Ok(self.clone());
        }
        let with = Bindings { now: None, actor: None, people: &() };
        let root = self.root().try_map(&mut |test| bound(test, &with, zone, schema))?;
        Ok(Query { needs_zone: false, root, ..self.clone() })
    }
}

/// A test with what it waits for put in; where `now` or the actor is not known yet, with the zone alone.
pub(super) fn bound(test: &Term, with: &Bindings<'_>, viewer: &DayZone, schema: &Schema) -> Result<Term> {
    let mut out = test.clone();
    if let (Predicate::UserWhere(node), Some(users)) = (&test.check, schema.users.as_deref()) {
        out.check = Predicate::UserWhere(Box::new(node.try_map(&mut |test| bound(test, with, viewer, users))?));
        return Ok(out);
    }
    if out.zone == DayZone::Viewer {
        out.zone = viewer.clone();
    }
    let Predicate::Later(operator, operands) = &test.check else { return Ok(out) };
    let waits = |operand: &Operand| match operand {
        Operand::Relative(_) => with.now.is_none(),
        Operand::Actor(_) => with.actor.is_none(),
        _ => false,
    };
    if operands.iter().any(waits) {
        return Ok(out);
    }
    let (kind, case) = match schema.get(test.field) {
        Some(field) if test.field != ELEMENT => (field.kind, field.case),
        _ => (FieldType::Text, Case::Sensitive),
    };
    let mut values = Vec::with_capacity(operands.len());
    let mut shown = Vec::with_capacity(operands.len());
    let as_written = match &test.expected {
        Json::List(list) => list.clone(),
        single => vec![single.clone()],
    };
    for (operand, written) in operands.iter().zip(as_written) {
        let (value, json) = match operand {
            Operand::Actor(OfActor::Team) => {
                for id in with.team() {
                    shown.push(Json::from(id.as_str()));
                    values.push(Operand::Text(id));
                }
                continue;
            }
            Operand::Actor(OfActor::Unit) if *operator == Operator::Under => {
                let Some(unit) = with.unit() else { continue };
                (Operand::Unit(unit), schema.units.get(unit).map_or(Json::Null, |unit| unit.id.as_str().into()))
            }
            Operand::Actor(what) => {
                let unit = with.unit().and_then(|unit| schema.units.get(unit)).map(|unit| unit.id.as_str());
                let Some(id) = (if *what == OfActor::Unit { unit } else { with.actor }) else { continue };
                let text = if kind == FieldType::Text { fold::compared(case, id).into_owned() } else { id.to_owned() };
                (Operand::Text(text), Json::from(id))
            }
            Operand::Relative(_) | Operand::Civil(_) => {
                let meant = if operator.is_yearly() { FieldType::Date } else { kind };
                let calendar = out.zone.calendar(schema);
                let (value, what) = match operand {
                    Operand::Relative(relative) => {
                        (with.now.and_then(|now| moment::at(*relative, meant, now, calendar)), "date relative to now")
                    }
                    Operand::Civil(written) => (moment::civil(*written, calendar.zone), "time"),
                    _ => (None, ""),
                };
                let outside = || {
                    let name = schema.name(test.field);
                    Error::new("value_invalid", "", format!("a {what} for `{name}` is outside of the years 1 to 9999"))
                };
                let value = value.ok_or_else(outside)?;
                let json = match (&value, operand) {
                    (_, Operand::Civil(Moment::Day(_))) => written,
                    (Operand::Day(day), _) => Json::Text(day.write()),
                    (Operand::Span(first, _), _) => Json::Text(Instant(*first).write()),
                    _ => written,
                };
                (value, json)
            }
            fixed => (fixed.clone(), written),
        };
        values.push(value);
        shown.push(json);
    }
    out.check = build::check(kind, case, *operator, values, schema);
    out.expected = match (&test.expected, shown.pop()) {
        (Json::List(_), last) => Json::List(shown.into_iter().chain(last).collect()),
        (_, last) => last.unwrap_or_default(),
    };
    Ok(out)
}

/// What a tree needs to be told: `now`, the actor, the actor's zone.
pub(super) fn needs(root: &Expr) -> [bool; 3] {
    let mut out = [false; 3];
    root.each_test(&mut |test| {
        let [now, actor, zone] = &mut out;
        *zone |= test.zone == DayZone::Viewer;
        match &test.check {
            Predicate::Later(_, operands) => {
                *now |= operands.iter().any(|operand| matches!(operand, Operand::Relative(_)));
                *actor |= operands.iter().any(|operand| matches!(operand, Operand::Actor(_)));
            }
            Predicate::UserWhere(node) => {
                for (whole, part) in out.iter_mut().zip(needs(node)) {
                    *whole |= part;
                }
            }
            _ => {}
        }
    });
    out
}
