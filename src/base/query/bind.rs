//! Putting `now` and the acting user where a filter speaks of them.

use std::borrow::Cow;

use super::node::{ELEMENT, Expr, Predicate, Term};
use super::operand::Operand;
use super::schema::{Case, FieldType, Schema};
use super::{Query, build, fold, moment};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::time::Instant;

/// What a filter may need to be told before it is evaluated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bindings<'a> {
    /// The time that relative values start from.
    pub now: Option<Instant>,
    /// The id of the acting user.
    pub actor: Option<&'a str>,
}

impl Query {
    /// The same filter with nothing left that depends on `now` or on the acting user; itself if nothing did.
    ///
    /// # Errors
    /// `now_required` and `actor_required`, and `value_invalid` for a relative time outside of the years 1 to 9999.
    pub fn bind<'q>(&'q self, with: &Bindings<'_>, schema: &Schema) -> Result<Cow<'q, Query>> {
        if self.needs_now() && with.now.is_none() {
            return Err(Error::new("now_required", "", "this filter has dates relative to now, and `now` was not given").hint("pass `now`"));
        }
        if self.needs_actor() && with.actor.is_none() {
            return Err(
                Error::new("actor_required", "", "this filter speaks of the acting user, and `actor` was not given").hint("pass `actor`")
            );
        }
        if !self.needs_now() && !self.needs_actor() {
            return Ok(Cow::Borrowed(self));
        }
        let root = self.root().try_map(&mut |test| bound(test, with, schema))?;
        Ok(Cow::Owned(Query::from(root)))
    }
}

fn bound(test: &Term, with: &Bindings<'_>, schema: &Schema) -> Result<Term> {
    let mut out = test.clone();
    let Predicate::Later(operator, operands) = &test.check else { return Ok(out) };
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
            Operand::Actor => {
                let actor = with.actor.unwrap_or_default();
                let text = if kind == FieldType::Text { fold::compared(case, actor).into_owned() } else { actor.to_owned() };
                (Operand::Text(text), Json::from(actor))
            }
            Operand::Relative(relative) => {
                let meant = if operator.is_yearly() { FieldType::Date } else { kind };
                let value = with.now.and_then(|now| moment::at(*relative, meant, now, schema));
                let outside = || {
                    let name = schema.name(test.field);
                    Error::new("value_invalid", "", format!("a date relative to now for `{name}` is outside of the years 1 to 9999"))
                };
                let value = value.ok_or_else(outside)?;
                let json = match &value {
                    Operand::Day(day) => Json::Text(day.write()),
                    Operand::Span(first, _) => Json::Text(Instant(*first).write()),
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

/// What a tree needs to be told: `now`, the actor.
pub(super) fn needs(root: &Expr) -> (bool, bool) {
    let (mut now, mut actor) = (false, false);
    root.each_test(&mut |test| {
        if let Predicate::Later(_, operands) = &test.check {
            now |= operands.iter().any(|operand| matches!(operand, Operand::Relative(_)));
            actor |= operands.contains(&Operand::Actor);
        }
    });
    (now, actor)
}
