//! What a group's members must meet: a field of the lead against an attribute of the user, written as an ordinary filter.

use crate::config::groups::MatchOp;
use crate::config::{Model, UserIx};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::plan::timeline;
use crate::query::assume::{all, never};
use crate::query::{Cells, DayZone, Expr, Strictness};

/// What a lead must be like for a member of the group to have it, as far as the group's `match` goes.
pub(crate) fn condition(model: &Model, group: u32, user: UserIx) -> Result<Expr> {
    let (Some(group), Some(user)) = (model.groups.at(group), model.users.get(user)) else { return Ok(never()) };
    let mut out = Vec::new();
    for condition in &group.matches {
        let value = timeline::json(&user.cell(condition.user));
        let words = if value.is_null() { Json::List(Vec::new()) } else { value.clone() };
        let field = model.schema.name(condition.lead);
        let rule = match condition.op {
            // Somebody without the attribute matches nothing; an empty list matches nothing either.
            MatchOp::Equals if value.is_null() => return Ok(never()),
            MatchOp::Equals => rule(field, "=", value),
            MatchOp::In | MatchOp::Overlaps => rule(field, "in", words),
            MatchOp::Covers => {
                let element = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![rule("", "in", words)]))]);
                Json::object([
                    ("field", field.into()),
                    ("operator", "=".into()),
                    ("match", Json::object([("mode", "all".into())])),
                    ("value", element),
                ])
            }
        };
        let query = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![rule]))]);
        let query =
            crate::query::compile(&query, "", &model.schema, Strictness::List).map_err(|faults| Error::invalid("match_invalid", faults))?;
        // Who may have a lead does not depend on who asks.
        out.push(query.in_zone(&DayZone::Organisation, &model.schema)?.root().clone());
    }
    Ok(all(out))
}

fn rule(field: &str, operator: &str, value: Json) -> Json {
    Json::object([("field", field.into()), ("operator", operator.into()), ("value", value)])
}
