//! A filter in plain English.

use super::node::{ELEMENT, Expr, Predicate, Quota, Share, Term};
use super::operator::{Operator, Takes};
use super::schema::{FieldIx, FieldType, Schema};
use crate::json::Json;
use crate::number;

/// Most values of a list that are spelled out.
const MOST: usize = 10;

/// The sentence for a tree.
pub(super) fn describe(node: &Expr, schema: &Schema) -> String {
    let mut out = String::new();
    Writer { schema, out: &mut out, elements: None }.node(node, Place::Whole);
    out
}

struct Writer<'a> {
    schema: &'a Schema,
    out: &'a mut String,
    /// What the element is inside a `match`.
    elements: Option<FieldType>,
}

/// Whether a group needs parentheses where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    Inside,
}

impl Writer<'_> {
    fn node(&mut self, node: &Expr, place: Place) {
        match node {
            Expr::All(list) => self.joined(list, " and ", "everything", place),
            Expr::Any(list) => self.joined(list, " or ", "nothing", place),
            Expr::One(list) => {
                self.out.push_str("exactly one of (");
                self.members(list, "; ");
                self.out.push(')');
            }
            Expr::Not(inner) => {
                self.out.push_str("not (");
                self.node(inner, Place::Whole);
                self.out.push(')');
            }
            Expr::Test(test) => self.test(test),
        }
    }

    fn joined(&mut self, list: &[Expr], word: &str, none: &str, place: Place) {
        match list {
            [] => self.out.push_str(none),
            [only] => self.node(only, place),
            _ if place == Place::Inside => {
                self.out.push('(');
                self.members(list, word);
                self.out.push(')');
            }
            _ => self.members(list, word),
        }
    }

    fn members(&mut self, list: &[Expr], between: &str) {
        for (i, node) in list.iter().enumerate() {
            if i > 0 {
                self.out.push_str(between);
            }
            self.node(node, Place::Inside);
        }
    }

    fn name(&mut self, field: FieldIx) {
        let name = match self.schema.get(field) {
            _ if field == ELEMENT => "the element",
            Some(field) => field.label.as_deref().unwrap_or(&field.name),
            None => "",
        };
        self.out.push_str(name);
    }

    fn test(&mut self, test: &Term) {
        if test.is_hidden(self.schema) {
            return self.out.push_str("a condition that is not shown holds");
        }
        if let Predicate::Match(quota, node) = &test.check {
            return self.matching(test.field, *quota, node);
        }
        if let (Predicate::UserWhere(node), Some(users)) = (&test.check, self.schema.users.as_deref()) {
            self.name(test.field);
            self.out.push_str(" is a user who has: (");
            Writer { schema: users, out: &mut *self.out, elements: None }.node(node, Place::Whole);
            return self.out.push(')');
        }
        self.rule(test);
        if let Some(zone) = test.zone.name() {
            self.out.push_str(" (");
            self.out.push_str(zone);
            self.out.push(')');
        }
    }

    fn rule(&mut self, test: &Term) {
        self.name(test.field);
        let kind = match self.elements {
            Some(kind) if test.field == ELEMENT => kind,
            _ => self.schema.kind(test.field),
        };
        self.out.push(' ');
        self.out.push_str(phrase(test, kind));
        if test.operator.takes() == Takes::Nothing {
            return;
        }
        match (test.operator, &test.expected) {
            (Operator::Between | Operator::NotBetween | Operator::AnniversaryBetween, Json::List(list)) => {
                self.out.push(' ');
                self.list(list, " and ");
            }
            (Operator::In | Operator::NotIn, Json::List(list)) => {
                self.out.push(' ');
                self.list(list, " or ");
            }
            (_, Json::List(list)) => {
                self.out.push(' ');
                self.list(list, " and ");
            }
            (_, value) => {
                self.out.push(' ');
                self.value(value);
                match (test.operator, kind) {
                    (Operator::Under, FieldType::Units) | (Operator::Under | Operator::NotUnder, FieldType::User) => {
                        self.out.push_str(" or a unit below it");
                    }
                    (Operator::Under, _) => self.out.push_str(" or below it"),
                    (Operator::NotUnder, FieldType::Units) => self.out.push_str(" nor a unit below it"),
                    (Operator::NotUnder, _) => self.out.push_str(" nor below it"),
                    _ => {}
                }
            }
        }
    }

    fn matching(&mut self, field: FieldIx, quota: Quota, node: &Expr) {
        let share = |share: Share| match share {
            Share::Count(count) => count.to_string(),
            Share::Part { digits, places } => {
                // A part is shown in percent; the product is for reading only.
                let part = number::from_decimal(digits, -places.cast_signed());
                number::text((part * 1e11).round() / 1e9) + " %"
            }
        };
        let how = match quota {
            Quota::All => "every one".to_owned(),
            Quota::Some => "at least one".to_owned(),
            Quota::None => "none".to_owned(),
            Quota::AtLeast(s) => format!("at least {}", share(s)),
            Quota::AtMost(s) => format!("at most {}", share(s)),
            Quota::Exactly(s) => format!("exactly {}", share(s)),
        };
        self.out.push_str(&how);
        self.out.push_str(" of ");
        self.name(field);
        self.out.push_str(" has: (");
        let outer = self.elements.replace(if self.schema.kind(field) == FieldType::Units { FieldType::Unit } else { FieldType::Text });
        self.node(node, Place::Whole);
        self.elements = outer;
        self.out.push(')');
    }

    fn list(&mut self, list: &[Json], last: &str) {
        if list.is_empty() {
            self.out.push_str("an empty list");
        }
        for (i, value) in list.iter().take(MOST).enumerate() {
            if i > 0 {
                self.out.push_str(if i + 1 == list.len() { last } else { ", " });
            }
            self.value(value);
        }
        if list.len() > MOST {
            self.out.push_str(&format!("{last}{} more", list.len() - MOST));
        }
    }

    fn value(&mut self, value: &Json) {
        if let Some(name) = value.get("field").and_then(Json::as_text) {
            return match self.schema.find(name) {
                Some(field) => self.name(field),
                None => self.name(ELEMENT),
            };
        }
        if let Some(what) = value.get("actor") {
            return self.out.push_str(match what.as_text() {
                Some("unit") => "the acting user's unit",
                Some(_) => "the people of the acting user's unit",
                None => "the acting user",
            });
        }
        match value.get("relative").and_then(Json::as_text) {
            Some(base) => self.relative(base, value),
            None => value.write_to(self.out),
        }
    }

    fn relative(&mut self, base: &str, value: &Json) {
        let offset = value.get("offset").and_then(Json::as_number).unwrap_or(0.0);
        if offset != 0.0 {
            number::write(offset.abs(), self.out);
            self.out.push(' ');
            self.out.push_str(value.get("unit").and_then(Json::as_text).unwrap_or("day"));
            self.out.push_str(if offset.abs() == 1.0 { "" } else { "s" });
            self.out.push_str(if offset < 0.0 { " before " } else { " after " });
        }
        self.out.push_str(match base {
            "startOfDay" => "the start of today",
            "endOfDay" => "the end of today",
            "startOfWeek" => "the start of this week",
            "endOfWeek" => "the end of this week",
            "startOfMonth" => "the start of this month",
            "endOfMonth" => "the end of this month",
            "startOfQuarter" => "the start of this quarter",
            "endOfQuarter" => "the end of this quarter",
            "startOfYear" => "the start of this year",
            "endOfYear" => "the end of this year",
            "startOfFiscalQuarter" => "the start of this fiscal quarter",
            "endOfFiscalQuarter" => "the end of this fiscal quarter",
            "startOfFiscalYear" => "the start of this fiscal year",
            "endOfFiscalYear" => "the end of this fiscal year",
            _ => "now",
        });
    }
}

/// The words between the field and the value.
fn phrase(test: &Term, kind: FieldType) -> &'static str {
    let time = matches!(kind, FieldType::Date | FieldType::Datetime);
    let text = kind == FieldType::Text;
    match test.operator {
        Operator::Equal if kind.is_list() => "is exactly",
        Operator::NotEqual if kind.is_list() => "is not exactly",
        Operator::Equal => "is",
        Operator::NotEqual => "is not",
        Operator::Less if time => "is before",
        Operator::AtMost if time => "is not after",
        Operator::Greater if time => "is after",
        Operator::AtLeast if time => "is not before",
        Operator::Less if text => "comes before",
        Operator::AtMost if text => "is or comes before",
        Operator::Greater if text => "comes after",
        Operator::AtLeast if text => "is or comes after",
        Operator::Less => "is less than",
        Operator::AtMost => "is at most",
        Operator::Greater => "is more than",
        Operator::AtLeast => "is at least",
        Operator::Contains if kind.is_list() => "has",
        Operator::DoesNotContain if kind.is_list() => "does not have",
        Operator::Contains => "contains",
        Operator::DoesNotContain => "does not contain",
        Operator::BeginsWith => "begins with",
        Operator::DoesNotBeginWith => "does not begin with",
        Operator::EndsWith => "ends with",
        Operator::DoesNotEndWith => "does not end with",
        Operator::Null => "has no value",
        Operator::NotNull => "has a value",
        Operator::Empty => "is empty",
        Operator::NotEmpty => "is not empty",
        Operator::In if kind.is_list() => "has any of",
        Operator::NotIn if kind.is_list() => "has none of",
        Operator::In => "is one of",
        Operator::NotIn => "is none of",
        Operator::Between => "is between",
        Operator::NotBetween => "has a value that is not between",
        Operator::Under => match kind {
            FieldType::User => "is in",
            FieldType::Units => "has",
            _ => "is",
        },
        Operator::NotUnder => match kind {
            FieldType::User => "is not in",
            FieldType::Units => "has neither",
            _ => "is neither",
        },
        Operator::AnniversaryOn => "has its anniversary on",
        Operator::AnniversaryBetween => "has its anniversary between",
        Operator::Match | Operator::Where => "",
    }
}
