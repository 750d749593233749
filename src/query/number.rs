//! Values of number and boolean fields.

use super::node::Check;
use super::operand::Operand;
use super::operator::Operator;
use super::span::{Order, spans};
use super::wrong::{Wrong, shown};
use crate::json::Json;

/// A value for a number field: a number, or text that is one.
pub(super) fn operand(json: &Json) -> Result<Operand, Wrong> {
    let number = match json {
        Json::Number(number) => Some(*number),
        Json::Text(text) => parse(text.trim()),
        _ => None,
    };
    // Adding zero turns -0 into 0.
    number
        .filter(|n| n.is_finite())
        .map(|n| Operand::Number(n + 0.0))
        .ok_or_else(|| Wrong::invalid(format!("{} is not a number", shown(json))))
}

/// A decimal with an optional exponent. `f64::from_str` also takes `inf` and `nan`, which are not numbers here.
fn parse(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain && text.len() <= 400 { text.parse().ok() } else { None }
}

/// The test of a number field.
pub(super) fn check(operator: Operator, operands: &[Operand]) -> Check {
    let values: Vec<(f64, f64)> = operands.iter().filter_map(|o| if let Operand::Number(n) = o { Some((*n, *n)) } else { None }).collect();
    Check::Numbers(spans(Order::of(operator), &values))
}

/// A value for a boolean field: `true`, `false`, or either as text.
pub(super) fn flag(json: &Json) -> Result<Operand, Wrong> {
    match json {
        Json::Bool(value) => Ok(Operand::Flag(*value)),
        Json::Text(text) if text == "true" => Ok(Operand::Flag(true)),
        Json::Text(text) if text == "false" => Ok(Operand::Flag(false)),
        _ => Err(Wrong::invalid(format!("{} is neither `true` nor `false`", shown(json)))),
    }
}

/// The test of a boolean field.
pub(super) fn flag_check(operands: &[Operand]) -> Check {
    Check::Flag(matches!(operands, [Operand::Flag(true)]))
}
