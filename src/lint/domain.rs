//! What tests of one field leave of its values.
//!
//! Null is apart from all values: every test but `null`, `empty` and those of a list's elements is false on it, and so is true when it
//! is negated. Numbers, days, instants and truth values are spans of whole numbers; texts and words are those that a test names, or
//! are held against each other by their form (what begins with `ab` begins with `a`). Tests that are not looked into contradict only
//! their own opposite.

use std::ops::Bound;

use crate::query::node::{Predicate, Term, TextTest};
use crate::query::part::Part;
use crate::query::{FieldIx, FieldType, Schema};

/// A test, and whether it holds.
type Fact<'a> = (bool, &'a Term);

/// Whether the facts about a field surely exclude each other.
pub(super) fn contradict(facts: &[Fact<'_>], field: FieldIx, schema: &Schema) -> bool {
    let (mut null, mut value) = (true, true);
    let mut mine: Vec<(bool, &Predicate)> = Vec::new();
    for (holds, term) in facts {
        match &term.check {
            // Nothing stands in a relation to null: both fields have a value.
            Predicate::Pair(_, other, _) if *other == field && *holds => null = false,
            _ => {}
        }
        if term.field != field {
            continue;
        }
        if mine.iter().any(|(other, check)| other != holds && **check == term.check) {
            return true;
        }
        mine.push((*holds, &term.check));
        match (&term.check, *holds) {
            (Predicate::Null, true) => value = false,
            (Predicate::Null | Predicate::Empty, false) => null = false,
            (Predicate::Empty | Predicate::Match(..), _) => {}
            (_, true) => null = false,
            (_, false) => {}
        }
    }
    if null {
        return false;
    }
    !value || no_value(&mine, schema.kind(field))
}

fn no_value(facts: &[(bool, &Predicate)], kind: FieldType) -> bool {
    match kind {
        FieldType::Number | FieldType::Date | FieldType::Datetime | FieldType::Boolean => no_number(facts, kind),
        FieldType::Tags | FieldType::Units => no_list(facts),
        FieldType::Text | FieldType::Choice | FieldType::User | FieldType::Unit => no_text(facts),
    }
}

/// A number as a whole number in the same order, without a gap between neighbours; both zeros are 0.
fn rank(number: f64) -> i64 {
    let magnitude = number.abs().to_bits().cast_signed();
    if number.is_sign_negative() { -magnitude } else { magnitude }
}

fn no_number(facts: &[(bool, &Predicate)], kind: FieldType) -> bool {
    let mut left: Vec<(i64, i64)> = vec![match kind {
        FieldType::Number => (rank(f64::MIN), rank(f64::MAX)),
        FieldType::Date => (i64::from(i32::MIN) + 1, i64::from(i32::MAX)),
        FieldType::Boolean => (0, 1),
        _ => (i64::MIN + 1, i64::MAX),
    }];
    for (holds, check) in facts {
        let spans: Vec<(i64, i64)> = match check {
            Predicate::Numbers(spans) => spans.iter().map(|(a, b)| (rank(*a), rank(*b))).collect(),
            Predicate::Days(spans) => spans.iter().map(|(a, b)| (i64::from(*a), i64::from(*b))).collect(),
            Predicate::Instants(spans) => spans.clone(),
            Predicate::Flag(wanted) => vec![(i64::from(*wanted), i64::from(*wanted))],
            // A value that is no text is never the empty one.
            Predicate::Empty => Vec::new(),
            _ => continue,
        };
        left = if *holds { shared(&left, &spans) } else { without(left, &spans) };
    }
    left.is_empty()
}

fn shared(a: &[(i64, i64)], b: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut out = Vec::new();
    for (low, high) in a {
        for (from, to) in b {
            let span = (*low.max(from), *high.min(to));
            if span.0 <= span.1 {
                out.push(span);
            }
        }
    }
    out
}

fn without(mut left: Vec<(i64, i64)>, spans: &[(i64, i64)]) -> Vec<(i64, i64)> {
    for (from, to) in spans {
        let mut next = Vec::new();
        for (low, high) in left {
            if high < *from || low > *to {
                next.push((low, high));
                continue;
            }
            if low < *from {
                next.push((low, *from - 1));
            }
            if high > *to {
                next.push((*to + 1, high));
            }
        }
        left = next;
    }
    left
}

/// Tests of a text that is there, each with whether it holds.
fn no_text(facts: &[(bool, &Predicate)]) -> bool {
    let empty = [String::new()];
    let mut named: Vec<(bool, &[String])> = Vec::new();
    let mut tests: Vec<(bool, &TextTest)> = Vec::new();
    // A text that is compared as the empty one need not be empty.
    let loose = facts.iter().any(|(_, check)| matches!(check, Predicate::Text(case, _) if case.is_loose()));
    for (holds, check) in facts {
        match check {
            Predicate::Empty if loose => {}
            Predicate::Empty => named.push((*holds, empty.as_slice())),
            Predicate::Words(words) | Predicate::Text(_, TextTest::OneOf(words)) => named.push((*holds, words)),
            Predicate::Text(_, test) => tests.push((*holds, test)),
            _ => {}
        }
    }
    let has = |words: &[String], text: &String| words.binary_search(text).is_ok();
    let fits = |text: &String| {
        named.iter().all(|(holds, words)| has(words, text) == *holds)
            && tests.iter().all(|(holds, test)| test.accepts(text.as_bytes()) == *holds)
    };
    if let Some((_, candidates)) = named.iter().find(|(holds, _)| *holds) {
        return !candidates.iter().any(fits);
    }
    for (at, (holds, test)) in tests.iter().enumerate() {
        for (other_holds, other) in tests.iter().skip(at + 1) {
            let apart = match (holds, other_holds) {
                (true, true) => exclude(test, other),
                (true, false) => follows(test, other),
                (false, true) => follows(other, test),
                (false, false) => false,
            };
            if apart {
                return true;
            }
        }
    }
    no_range(&tests)
}

/// Whether every text that passes one test passes the other, by their form.
fn follows(from: &TextTest, to: &TextTest) -> bool {
    match (from, to) {
        // A part of this part stands where it does.
        (TextTest::Part(at, a), TextTest::Part(other, b)) if at == other || *other == Part::Contains => {
            other.stands_in(a.as_bytes(), b.as_bytes())
        }
        (_, TextTest::Part(_, part)) => part.is_empty(),
        _ => false,
    }
}

/// Whether no text passes both, by their form.
fn exclude(a: &TextTest, b: &TextTest) -> bool {
    match (a, b) {
        (TextTest::Part(at @ (Part::Begins | Part::Ends), a), TextTest::Part(other, b)) if at == other => {
            let (a, b) = (a.as_bytes(), b.as_bytes());
            !at.stands_in(a, b) && !at.stands_in(b, a)
        }
        _ => false,
    }
}

/// Whether the ranges that must hold have nothing in common.
fn no_range(tests: &[(bool, &TextTest)]) -> bool {
    use Bound::{Excluded, Included, Unbounded};
    // Each with whether it is itself outside.
    let mut lowest: Option<(&str, bool)> = None;
    let mut highest: Option<(&str, bool)> = None;
    for (holds, test) in tests {
        let (low, high) = match (test, holds) {
            (TextTest::Within(low, high), true) => (low.as_ref(), high.as_ref()),
            (TextTest::Within(Included(low), Unbounded), false) => (Unbounded, Excluded(low)),
            (TextTest::Within(Excluded(low), Unbounded), false) => (Unbounded, Included(low)),
            (TextTest::Within(Unbounded, Included(high)), false) => (Excluded(high), Unbounded),
            (TextTest::Within(Unbounded, Excluded(high)), false) => (Included(high), Unbounded),
            (TextTest::Outside(low, high), false) => (Included(low), Included(high)),
            _ => continue,
        };
        let low = match low {
            Included(text) => Some((text.as_str(), false)),
            Excluded(text) => Some((text.as_str(), true)),
            Unbounded => None,
        };
        let high = match high {
            Included(text) => Some((text.as_str(), false)),
            Excluded(text) => Some((text.as_str(), true)),
            Unbounded => None,
        };
        lowest = lowest.max(low);
        highest = match (highest, high) {
            (Some(a), Some(b)) => Some(if (b.0, !b.1) < (a.0, !a.1) { b } else { a }),
            (a, b) => a.or(b),
        };
    }
    match (lowest, highest) {
        (Some((low, low_out)), Some((high, high_out))) => low > high || low == high && (low_out || high_out),
        // Nothing is before the empty text.
        (None, Some((high, out))) => high.is_empty() && out,
        _ => false,
    }
}

/// Tests of a list that has elements.
fn no_list(facts: &[(bool, &Predicate)]) -> bool {
    let has_any = |words: &[String], set: &[String]| words.iter().any(|word| set.binary_search(word).is_ok());
    let exact = facts.iter().find_map(|(holds, check)| match check {
        Predicate::Exactly(words) if *holds && !words.is_empty() => Some(words),
        _ => None,
    });
    for (holds, check) in facts {
        let apart = match (check, exact) {
            (Predicate::Empty, _) => *holds,
            (Predicate::HasAny(words), Some(exact)) => has_any(words, exact) != *holds,
            (Predicate::Exactly(words), Some(exact)) => (words == exact) != *holds,
            (Predicate::HasAny(words), None) if *holds => {
                // One of these is there, and none of those.
                words.iter().all(|word| {
                    facts.iter().any(|(other, check)| !other && matches!(check, Predicate::HasAny(not) if not.binary_search(word).is_ok()))
                })
            }
            _ => false,
        };
        if apart {
            return true;
        }
    }
    false
}
