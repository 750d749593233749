//! Values that are compared as exact words: choices, users, units, and the elements of lists.

use super::node::Predicate;
use super::operand::Operand;
use super::operator::Operator;
use super::text::{plain, set};
use super::units::UnitTree;
use super::wrong::{Wrong, quoted};
use crate::error::nearest;
use crate::json::Json;

/// A word. The empty text is null in the fields that hold words, so it is no value.
pub(super) fn operand(json: &Json) -> Result<Operand, Wrong> {
    match plain(json)? {
        word if word.is_empty() => Err(empty()),
        word => Ok(Operand::Text(word.into_owned())),
    }
}

/// The fault of a value that is null.
pub(super) fn empty() -> Wrong {
    Wrong::invalid("a value is missing").hint("to find what has no value, use the operator `null`")
}

/// A unit that exists, for `under`.
pub(super) fn unit(json: &Json, units: &UnitTree) -> Result<Operand, Wrong> {
    let Operand::Text(id) = operand(json)? else { return Err(empty()) };
    units.find(&id).map(Operand::Unit).ok_or_else(|| {
        let wrong = Wrong::new("unknown_unit", format!("there is no unit {}", quoted(&id)));
        match nearest(&id, units.units().iter().map(|unit| unit.id.as_str()).take(MOST_NAMES)) {
            Some(hint) => wrong.hint(hint),
            None => wrong,
        }
    })
}

/// Most names among which a hint is looked for.
pub(super) const MOST_NAMES: usize = 2000;

/// The test of a field that holds one word.
pub(super) fn check(operands: Vec<Operand>) -> Predicate {
    Predicate::Words(set(operands))
}

/// The test of a field that holds a list of words.
pub(super) fn list_check(operator: Operator, operands: Vec<Operand>) -> Predicate {
    match operator {
        // What a filter waited for may turn out to be nothing (the unit of a person without one), which no list equals, not even an
        // empty one.
        Operator::Equal if !operands.is_empty() => Predicate::Exactly(set(operands)),
        _ => Predicate::HasAny(set(operands)),
    }
}
