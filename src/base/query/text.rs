//! Values of text fields, and tests of text.

use std::borrow::Cow;
use std::ops::Bound;

use super::fold::compared;
use super::node::{Predicate, TextTest};
use super::operand::Operand;
use super::operator::{Operator, Test};
use super::schema::Case;
use super::span::Order;
use super::wrong::{Wrong, shown};
use crate::json::Json;
use crate::number;

/// Most bytes of one text value.
pub const MAX_TEXT: usize = 64 << 10;

/// The text that a value stands for: itself, or a number in its shortest form.
pub(super) fn plain(json: &Json) -> Result<Cow<'_, str>, Wrong> {
    match json {
        Json::Text(text) if text.len() > MAX_TEXT => {
            Err(Wrong::new("value_too_long", format!("a text value has at most {MAX_TEXT} bytes, and this one has {}", text.len())))
        }
        Json::Text(text) => Ok(Cow::Borrowed(text)),
        Json::Number(number) if number.is_finite() && (number.abs() <= 9_007_199_254_740_992.0 || number.fract() != 0.0) => {
            Ok(Cow::Owned(number::text(*number)))
        }
        Json::Number(_) => {
            Err(Wrong::invalid(format!("{} is too large to be written exactly", shown(json))).hint("write it as text, in quotes"))
        }
        _ => Err(Wrong::invalid(format!("{} is not a text", shown(json)))),
    }
}

/// A value for a text field.
pub(super) fn operand(json: &Json, case: Case) -> Result<Operand, Wrong> {
    let text = plain(json)?;
    let folded = compared(case, &text).into_owned();
    // What is left of it must not find everything.
    if folded.is_empty() && (case == Case::Digits || !text.is_empty()) {
        let what = if case == Case::Digits { "no digit" } else { "no letter" };
        return Err(
            Wrong::invalid(format!("{} has {what} to be compared by", shown(json))).hint("the field's `compare` says how it is compared")
        );
    }
    Ok(Operand::Text(folded))
}

/// The texts among the operands; there are no others.
pub(super) fn texts(operands: Vec<Operand>) -> Vec<String> {
    operands.into_iter().filter_map(|o| if let Operand::Text(text) = o { Some(text) } else { None }).collect()
}

/// Sorted, each once.
pub(super) fn set(operands: Vec<Operand>) -> Vec<String> {
    let mut out = texts(operands);
    crate::sort::all(&mut out);
    out.dedup();
    out
}

/// The test of a text field.
pub(super) fn check(operator: Operator, operands: Vec<Operand>, case: Case) -> Predicate {
    use Bound::{Excluded, Included, Unbounded};
    if operator.test() == Test::Order(Order::In) {
        return Predicate::Text(case, TextTest::OneOf(set(operands)));
    }
    let mut values = texts(operands).into_iter();
    let first = values.next().unwrap_or_default();
    let second = values.next().unwrap_or_else(|| first.clone());
    let (low, high) = if second < first { (second, first.clone()) } else { (first.clone(), second) };
    let test = match operator.test() {
        Test::Part(part) => TextTest::Part(part, first),
        Test::Order(Order::Below) => TextTest::Within(Unbounded, Excluded(first)),
        Test::Order(Order::UpTo) => TextTest::Within(Unbounded, Included(first)),
        Test::Order(Order::Above) => TextTest::Within(Excluded(first), Unbounded),
        Test::Order(Order::From) => TextTest::Within(Included(first), Unbounded),
        Test::Order(Order::Between) => TextTest::Within(Included(low), Included(high)),
        Test::Order(Order::Outside) => TextTest::Outside(low, high),
        // No text has an operator of its own: nothing is found.
        Test::Order(Order::In) | Test::Own => TextTest::OneOf(Vec::new()),
    };
    Predicate::Text(case, test)
}
