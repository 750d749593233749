//! The checked tree that a filter becomes.
//!
//! An operator that is the exact complement of another is that other one, negated, so that there is one evaluation of each
//! meaning. Ranges of numbers, days and instants are lists of closed spans that never contain the value which stands for
//! null in a column; an equality is a span of one value.

use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};

use super::day_zone::DayZone;
use super::operand::Operand;
use super::operator::Operator;
use super::part::Part;
use super::schema::{Case, FieldIx, FieldType, Schema};
use super::units::UnitIx;
use crate::json::Json;
use crate::time::{Base, Unit};

/// The field that stands for an element of a list, inside a `match`. Its name is the empty text.
pub const ELEMENT: FieldIx = FieldIx(u32::MAX);

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of these; true if there are none.
    All(Vec<Expr>),
    /// At least one of these; false if there are none.
    Any(Vec<Expr>),
    /// Exactly one of these.
    One(Vec<Expr>),
    /// The opposite.
    Not(Box<Expr>),
    /// One rule.
    Test(Box<Term>),
}

/// One rule: what it looks at, and what it was in the words of its author.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The field.
    pub field: FieldIx,
    /// The operator as written.
    pub operator: Operator,
    /// Whether the check's opposite is asked for.
    pub negated: bool,
    /// What is tested.
    pub check: Predicate,
    /// The value as written, in the form that explanations and descriptions show.
    pub expected: Json,
    /// Where its days begin; the organisation's zone where it has none.
    pub zone: DayZone,
}

impl Term {
    /// Whether it means something else in another zone.
    pub(super) fn has_days(&self, kind: FieldType) -> bool {
        let instants = kind == FieldType::Datetime;
        match &self.check {
            Predicate::Yearly(_) => instants,
            Predicate::Later(operator, operands) => {
                let yearly = operator.is_yearly();
                let by_day = |operand: &Operand| match operand {
                    Operand::Civil(_) => true,
                    // So many minutes from now are an instant, whatever a clock on the wall shows.
                    Operand::Relative(by) => {
                        yearly || !instants || by.base != Base::Now || !(by.offset == 0 || matches!(by.unit, Unit::Minute | Unit::Hour))
                    }
                    _ => false,
                };
                (yearly && instants) || operands.iter().any(by_day)
            }
            _ => false,
        }
    }

    /// Whether it reads a field that is hidden there.
    pub fn is_hidden(&self, schema: &Schema) -> bool {
        schema.hides(self.field) || matches!(&self.check, Predicate::Pair(_, other, _) if schema.hides(*other))
    }
}

/// What is tested. Everything but [`Predicate::Null`], [`Predicate::Empty`] and some [`Predicate::Match`] is false on null.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// There is no value.
    Null,
    /// There is no value, or the empty text.
    Empty,
    /// A text, in the form in which the field compares.
    Text(Case, TextTest),
    /// A number in one of these spans.
    Numbers(Vec<(f64, f64)>),
    /// A day in one of these spans, in days since 1970-01-01.
    Days(Vec<(i32, i32)>),
    /// A day of any year in one of these spans, or an instant on such a day of [`Term::zone`]: days as a hundred times the month, and the day.
    Yearly(Vec<(u16, u16)>),
    /// An instant in one of these spans, in milliseconds.
    Instants(Vec<(i64, i64)>),
    /// This truth value.
    Flag(bool),
    /// One of these words, which are sorted.
    Words(Vec<String>),
    /// A list with at least one of these words, which are sorted.
    HasAny(Vec<String>),
    /// A list of exactly these words, which are sorted, in any order.
    Exactly(Vec<String>),
    /// A unit, or at least one of a list of units, at or below this one.
    UnitUnder(UnitIx),
    /// A user whose unit is at or below this one.
    UserUnder(UnitIx),
    /// A user who satisfies the condition over users, whose fields are those of [`Schema::users`](super::Schema::users). Of somebody who is
    /// not known nothing is known.
    UserWhere(Box<Expr>),
    /// So many of a list's elements satisfy the condition.
    Match(Quota, Box<Expr>),
    /// A relation to another field of the same type.
    Pair(Relation, FieldIx, Case),
    /// A test whose values depend on `now`, on the actor or on the actor's zone: the operator without its negation, and the values.
    Later(Operator, Vec<Operand>),
}

/// A test of a text. Values are folded where the field ignores case.
#[derive(Clone, Debug, PartialEq)]
pub enum TextTest {
    /// One of these, which are sorted.
    OneOf(Vec<String>),
    /// Has this in it, there.
    Part(Part, String),
    /// In this range, by code point.
    Within(Bound<String>, Bound<String>),
    /// Below the first or above the second.
    Outside(String, String),
}

impl TextTest {
    /// Whether a text in its compared form passes: UTF-8, which orders as its code points do.
    #[inline]
    pub fn accepts(&self, text: &[u8]) -> bool {
        match self {
            TextTest::OneOf(words) => words.binary_search_by(|word| word.as_bytes().cmp(text)).is_ok(),
            TextTest::Part(at, part) => at.stands_in(text, part.as_bytes()),
            TextTest::Within(low, high) => (borrowed(low), borrowed(high)).contains(text),
            TextTest::Outside(low, high) => text < low.as_bytes() || text > high.as_bytes(),
        }
    }
}

#[inline]
fn borrowed(bound: &Bound<String>) -> Bound<&[u8]> {
    bound.as_ref().map(String::as_bytes)
}

/// How two fields are compared. Text by its compared form, lists as sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
    /// A text that has the other in it, there.
    Part(Part),
}

impl Relation {
    /// Whether two values in this order stand in the relation.
    #[inline]
    pub fn allows(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Less => order.is_lt(),
            Relation::AtMost => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::AtLeast => order.is_ge(),
            Relation::Part(_) => false,
        }
    }
}

/// How many of `n` elements must satisfy the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Every one (also of none).
    All,
    /// At least one.
    Some,
    /// Not one.
    None,
    /// So many or more.
    AtLeast(Share),
    /// So many or fewer.
    AtMost(Share),
    /// Just so many.
    Exactly(Share),
}

/// A number of elements, or a part of all elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(u64),
    /// `digits / 10^places`, the decimal as it was written: a product of floats would decide ties by its rounding.
    Part {
        /// At most 17 digits.
        digits: u64,
        /// At most 28.
        places: u32,
    },
}

impl Share {
    /// How `k` of `n` stands to this share.
    fn compare(self, k: u32, n: u32) -> std::cmp::Ordering {
        match self {
            Share::Count(count) => u64::from(k).cmp(&count),
            // 2^32 · 10^28 and 10^17 · 2^32 are both below 2^128.
            Share::Part { digits, places } => (u128::from(k) * 10u128.pow(places.min(28))).cmp(&(u128::from(digits) * u128::from(n))),
        }
    }

    /// Whether a share of nothing is never reached.
    fn of_nothing(self, n: u32) -> bool {
        n == 0 && matches!(self, Share::Part { .. })
    }
}

impl Quota {
    /// Whether `k` of `n` elements are the right number.
    pub fn holds(self, k: u32, n: u32) -> bool {
        match self {
            Quota::All => k == n,
            Quota::Some => k > 0,
            Quota::None => k == 0,
            Quota::AtLeast(share) => !share.of_nothing(n) && share.compare(k, n).is_ge(),
            Quota::AtMost(share) => share.compare(k, n).is_le(),
            Quota::Exactly(share) => !share.of_nothing(n) && share.compare(k, n).is_eq(),
        }
    }
}

impl Expr {
    /// Calls `visit` on every test, those inside a `match` included.
    pub fn each_test<'a>(&'a self, visit: &mut impl FnMut(&'a Term)) {
        match self {
            Expr::All(list) | Expr::Any(list) | Expr::One(list) => list.iter().for_each(|node| node.each_test(visit)),
            Expr::Not(node) => node.each_test(visit),
            Expr::Test(test) => {
                visit(test);
                if let Predicate::Match(_, node) = &test.check {
                    node.each_test(visit);
                }
            }
        }
    }

    /// The same tree with other tests; the first failure ends it.
    pub(super) fn try_map<E>(&self, change: &mut impl FnMut(&Term) -> Result<Term, E>) -> Result<Expr, E> {
        let mut all = |list: &[Expr]| list.iter().map(|node| node.try_map(change)).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Expr::All(list) => Expr::All(all(list)?),
            Expr::Any(list) => Expr::Any(all(list)?),
            Expr::One(list) => Expr::One(all(list)?),
            Expr::Not(node) => Expr::Not(Box::new(node.try_map(change)?)),
            Expr::Test(test) => {
                let mut test = change(test)?;
                if let Predicate::Match(_, node) = &mut test.check {
                    **node = node.try_map(change)?;
                }
                Expr::Test(Box::new(test))
            }
        })
    }
}
