//! Values of number and boolean fields.

use super::node::Predicate;
use super::operand::Operand;
use super::operator::Operator;
use super::span::spans;
use super::wrong::{Wrong, shown};
use crate::json::Json;
use crate::number;

/// A value for a number field: a number, or text that is one.
pub(super) fn operand(json: &Json) -> Result<Operand, Wrong> {
    let number = match json {
        Json::Number(number) => Some(*number),
        // What `f64::from_str` takes beyond JSON's grammar (`inf`, `nan`, `.5`) is no number in a cell either.
        Json::Text(text) => number::parse(text.trim()),
        _ => None,
    };
    // Adding zero turns -0 into 0.
    number
        .filter(|n| n.is_finite())
        .map(|n| Operand::Number(n + 0.0))
        .ok_or_else(|| Wrong::invalid(format!("{} is not a number", shown(json))))
}

/// The test of a number field.
pub(super) fn check(operator: Operator, operands: &[Operand]) -> Predicate {
    let values: Vec<(f64, f64)> = operands.iter().filter_map(|o| if let Operand::Number(n) = o { Some((*n, *n)) } else { None }).collect();
    Predicate::Numbers(spans(operator.order(), &values))
}

/// A value for a boolean field: `true` and `false`, 1 and 0, or text that says so or `yes` or `no`, in any case, as in a cell.
pub(super) fn flag(json: &Json) -> Result<Operand, Wrong> {
    let is = |text: &str, words: &[&str]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    match json {
        Json::Bool(value) => Ok(Operand::Flag(*value)),
        Json::Number(n) if *n == 0.0 || *n == 1.0 => Ok(Operand::Flag(*n == 1.0)),
        Json::Text(text) if is(text, &["true", "yes", "1"]) => Ok(Operand::Flag(true)),
        Json::Text(text) if is(text, &["false", "no", "0"]) => Ok(Operand::Flag(false)),
        _ => Err(Wrong::invalid(format!("{} is neither `true` nor `false`", shown(json)))),
    }
}

/// The test of a boolean field.
pub(super) fn flag_check(operands: &[Operand]) -> Predicate {
    Predicate::Flag(matches!(operands, [Operand::Flag(true)]))
}
