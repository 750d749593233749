//! From a rule's value to its test, by the field's type.

use super::node::Predicate;
use super::operand::{OfActor, Operand};
use super::operator::Operator;
use super::schema::{Case, FieldType, Schema};
use super::wrong::{Wrong, shown};
use super::{moment, number, text, word, yearly};
use crate::json::Json;
use crate::time::Instant;

/// What a value is converted for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) kind: FieldType,
    pub(super) case: Case,
    pub(super) operator: Operator,
    /// Whether days are those of a zone that is known later.
    pub(super) later: bool,
}

impl Target {
    /// Converts one value.
    pub(super) fn operand(self, json: &Json, schema: &Schema) -> Result<Operand, Wrong> {
        if json.is_null() {
            return Err(word::empty());
        }
        if json.get("actor").is_some() {
            return self.actor(json);
        }
        if matches!(self.operator, Operator::Under | Operator::NotUnder) {
            return word::unit(json, &schema.units);
        }
        if self.operator.is_yearly() {
            return yearly::operand(json);
        }
        match self.kind {
            FieldType::Text => text::operand(json, self.case),
            FieldType::Number => number::operand(json),
            FieldType::Boolean => number::flag(json),
            FieldType::Date => moment::day(json),
            FieldType::Datetime => moment::instant(json, schema, self.later),
            FieldType::Choice | FieldType::User | FieldType::Unit | FieldType::Tags | FieldType::Units => word::operand(json),
        }
    }

    /// `{"actor": …}`, wherever a whole value may be what it stands for.
    fn actor(self, json: &Json) -> Result<Operand, Wrong> {
        let what = match json.get("actor") {
            Some(Json::Bool(true)) => OfActor::Id,
            Some(Json::Text(word)) if word == "unit" => OfActor::Unit,
            Some(Json::Text(word)) if word == "team" => OfActor::Team,
            Some(other) => {
                let wrong = Wrong::invalid(format!("`actor` must be `true`, `unit` or `team`, not {}", shown(other)));
                return Err(wrong);
            }
            None => return Err(word::empty()),
        };
        use FieldType::{Choice, Tags, Text, Unit, Units, User};
        let whole = matches!(self.operator, Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn);
        let element = matches!(self.operator, Operator::Contains | Operator::DoesNotContain);
        let under = matches!(self.operator, Operator::Under | Operator::NotUnder);
        // Somebody else's id must not be found for it.
        if self.kind == Text && self.case.is_loose() {
            let wrong = Wrong::invalid("the acting user is not found by a part of an id");
            return Err(wrong.hint("give the field `compare: \"exact\"` or `compare: \"caseless\"`"));
        }
        let fits = match (what, self.kind) {
            (OfActor::Id, User | Choice | Text) => whole,
            (OfActor::Id, Tags) => whole || element,
            (OfActor::Unit, User) => under,
            (OfActor::Unit, Unit | Choice | Text) => whole || under,
            (OfActor::Unit, Units | Tags) => whole || element || under,
            (OfActor::Team, User) => matches!(self.operator, Operator::In | Operator::NotIn),
            _ => false,
        };
        if fits {
            return Ok(Operand::Actor(what));
        }
        let (of, hint) = match what {
            OfActor::Id => ("the acting user", "`{\"actor\": true}` stands for a user's id"),
            OfActor::Unit => ("the acting user's unit", "`{\"actor\": \"unit\"}` stands for a unit's id"),
            OfActor::Team => {
                ("the acting user's team", "`{\"actor\": \"team\"}` stands for users' ids, for `in` and `notIn` on a user field")
            }
        };
        Err(Wrong::invalid(format!("`{}` on a {} field cannot be asked of {of}", self.operator.name(), self.kind.name())).hint(hint))
    }
}

/// The test of a field of this type by an operator that is not a negated one. Values that wait for `now`, the actor or a
/// zone make the whole test wait.
pub(super) fn check(kind: FieldType, case: Case, operator: Operator, operands: Vec<Operand>, schema: &Schema) -> Predicate {
    if operands.iter().any(Operand::is_later) {
        return Predicate::Later(operator, operands);
    }
    if operator == Operator::Under {
        return match operands.first() {
            Some(Operand::Unit(unit)) if kind == FieldType::User => Predicate::UserUnder(*unit),
            Some(Operand::Unit(unit)) => Predicate::UnitUnder(*unit),
            // The unit of somebody who has none: nothing is below it.
            _ if kind.is_list() => word::list_check(operator, Vec::new()),
            _ => word::check(Vec::new()),
        };
    }
    if operator.is_yearly() {
        return yearly::check(operator, &operands, schema.leap_day);
    }
    match kind {
        FieldType::Text => text::check(operator, operands, case),
        FieldType::Number => number::check(operator, &operands),
        FieldType::Boolean => number::flag_check(&operands),
        FieldType::Date | FieldType::Datetime => moment::check(kind, operator, &operands),
        FieldType::Choice | FieldType::User | FieldType::Unit => word::check(operands),
        FieldType::Tags | FieldType::Units => word::list_check(operator, operands),
    }
}

impl Target {
    /// A converted value as explanations and descriptions show it: in the author's spelling, and in the field's type.
    pub(super) fn shown(self, operand: &Operand, json: &Json) -> Json {
        match operand {
            Operand::Number(number) => Json::Number(*number),
            Operand::Flag(flag) => Json::Bool(*flag),
            Operand::Day(day) => Json::Text(day.write()),
            Operand::Yearly(_) => json.as_text().map_or(Json::Null, |text| text.trim().into()),
            Operand::Span(first, last) if first == last => Json::Text(Instant(*first).write()),
            Operand::Span(..) | Operand::Civil(_) => json.as_text().map_or(Json::Null, |text| text.trim().into()),
            Operand::Text(_) | Operand::Unit(_) => text::plain(json).map_or(Json::Null, |text| Json::Text(text.into_owned())),
            Operand::Actor(_) => json.clone(),
            Operand::Relative(_) => json.clone(),
        }
    }
}
