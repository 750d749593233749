//! A filter in plain English.

use super::node::{ELEMENT, Expr, Predicate, Quota, Share, Term};
use super::operator::Takes;
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
        let (before, after) = test.operator.words(kind);
        self.out.push_str(before);
        let takes = test.operator.takes();
        if takes == Takes::Nothing {
            return;
        }
        self.out.push(' ');
        match &test.expected {
            Json::List(list) => self.list(list, if takes == Takes::List { " or " } else { " and " }),
            value => {
                self.value(value);
                self.out.push_str(after);
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
