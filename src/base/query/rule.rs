//! One rule: field, operator, and where its value comes from.

use super::Strictness;
use super::build::{self, Target};
use super::compiler::{Compiler, Scope, element_of};
use super::day_zone::DayZone;
use super::keys::OF_RULE;
use super::node::{Expr, Predicate, Relation, Term};
use super::operator::{Operator, Takes, Test};
use super::schema::{Case, Field, FieldIx, FieldType};
use super::span::Order;
use super::wrong::quoted;
use crate::error::{Diagnostic, Place};
use crate::json::Json;

/// The name of what has not been chosen yet.
const PLACEHOLDER: &str = "~";

impl Compiler<'_> {
    /// A rule; nothing if it is left out or has a fault.
    pub(super) fn rule(&mut self, json: &Json, path: &Place<'_>, depth: usize, scope: Scope<'_>) -> Option<Expr> {
        if !self.count_node(path) || self.switched_off(json, path, "rule") {
            return None;
        }
        self.keys(json, path, &OF_RULE);
        let matching = json.get("match");
        let unchosen = |key: &str| json.get(key).and_then(Json::as_text) == Some(PLACEHOLDER);
        if unchosen("field") || (matching.is_none() && unchosen("operator")) {
            self.incomplete("placeholder", path);
            return None;
        }
        // react-querybuilder's expressions write here what is to be computed from the field before it is compared.
        if json.get("lhs").is_some_and(|lhs| !lhs.is_null()) {
            let fault = Diagnostic::error("value_source_invalid", path.key("lhs").path(), "a rule compares its field as it is");
            self.add(fault.hint("leave `lhs` out; what is computed from a field can be loaded as a field of its own"));
        }
        let field = self.word(json, "field", path).and_then(|name| self.find(name, &path.key("field"), scope));
        let operator = match matching {
            Some(_) => Some(Operator::Match),
            None => self.word(json, "operator", path).and_then(|name| self.operator(name, &path.key("operator"))),
        };
        let (ix, operator) = field.zip(operator)?;
        let field = self.field(ix, scope)?;
        self.fits(operator, field, path)?;
        let source = self.source(json, path, operator)?;
        if matching.is_none()
            && operator.takes() != Takes::Nothing
            && unchosen("value")
            && (field.kind != FieldType::Text || source == Source::Field)
        {
            self.incomplete("placeholder", path);
            return None;
        }
        if self.purpose == Strictness::Draft && matching.is_none() && lacks_value(json, operator, field.kind, source) {
            self.incomplete("placeholder", path);
            return None;
        }
        let positive = operator.complement_of().unwrap_or(operator);
        let viewer = self.purpose != Strictness::Guard;
        let (check, expected) = match (positive, source) {
            (Operator::Null, _) => (Predicate::Null, Json::Null),
            (Operator::Empty, _) => (Predicate::Empty, Json::Null),
            (Operator::Match, _) => self.elements(json, matching?, path, depth, field)?,
            (Operator::Where, Source::Value) => self.user_where(json, path, depth, field)?,
            (_, Source::Field) => self.pair(json, path, field, positive, scope)?,
            _ => {
                let target = Target { kind: field.kind, case: field.case, operator, later: viewer };
                let (operands, expected) = self.values(json, path, target, field)?;
                (build::check(field.kind, field.case, positive, operands, self.schema), expected)
            }
        };
        let mut term = Term { field: ix, operator, negated: positive != operator, check, expected, zone: DayZone::Organisation };
        if viewer && term.has_days(field.kind) {
            term.zone = DayZone::Viewer;
        }
        Some(Expr::Test(Box::new(term)))
    }

    /// A key that must be a text.
    fn word<'j>(&mut self, json: &'j Json, key: &str, path: &Place<'_>) -> Option<&'j str> {
        match json.get(key) {
            Some(Json::Text(text)) => return Some(text),
            Some(other) => self.error("wrong_type", &path.key(key), format!("`{key}` must be a text, not {}", other.kind())),
            None => self.error("missing", &path.key(key), format!("`{key}` is missing here")),
        }
        None
    }

    fn operator(&mut self, name: &str, path: &Place<'_>) -> Option<Operator> {
        let found = Operator::find(name);
        if found.is_none() {
            let fault = Diagnostic::error("unknown_operator", path.path(), format!("there is no operator {}", quoted(name)));
            self.add(fault.hint(Operator::hint(name)).with("operator", name));
        }
        found
    }

    fn fits(&mut self, operator: Operator, field: &Field, path: &Place<'_>) -> Option<()> {
        if operator.fits(field.kind) {
            return Some(());
        }
        let key = if operator == Operator::Match { "match" } else { "operator" };
        let message = match field.name.as_str() {
            "" => format!("`{}` does not go with the elements of a list", operator.name()),
            name => format!("`{}` does not go with `{name}`, which is a {} field", operator.name(), field.kind.name()),
        };
        let fault = Diagnostic::error("operator_not_for_type", path.key(key).path(), message)
            .hint(format!("{} fields have {}", field.kind.name(), Operator::list_for(field.kind)))
            .with("operator", operator.name())
            .with("field", field.name.as_str())
            .with("type", field.kind.name());
        self.add(fault);
        None
    }

    fn source(&mut self, json: &Json, path: &Place<'_>, operator: Operator) -> Option<Source> {
        let at = path.key("valueSource");
        match json.get("valueSource") {
            _ if operator.takes() == Takes::Nothing || operator == Operator::Match => Some(Source::Value),
            None => Some(Source::Value),
            Some(Json::Text(text)) if text == "value" => Some(Source::Value),
            Some(Json::Text(text)) if text == "field" => Some(Source::Field),
            Some(other) => {
                let message = format!("`valueSource` cannot be {}", super::wrong::shown(other));
                self.add(Diagnostic::error("value_source_invalid", at.path(), message).hint("one of `value`, `field`"));
                None
            }
        }
    }

    /// Another field as the value.
    fn pair(&mut self, json: &Json, path: &Place<'_>, field: &Field, operator: Operator, scope: Scope<'_>) -> Option<(Predicate, Json)> {
        let relation = match operator.test() {
            _ if operator.takes() != Takes::One => None,
            Test::Order(Order::In) => Some(Relation::Equal),
            Test::Order(Order::Below) => Some(Relation::Less),
            Test::Order(Order::UpTo) => Some(Relation::AtMost),
            Test::Order(Order::Above) => Some(Relation::Greater),
            Test::Order(Order::From) => Some(Relation::AtLeast),
            Test::Part(part) if field.kind == FieldType::Text => Some(Relation::Part(part)),
            Test::Order(Order::Between | Order::Outside) | Test::Part(_) | Test::Own => None,
        };
        let Some(relation) = relation else {
            let message = format!("`{}` cannot compare `{}` with another field", operator.name(), field.name);
            self.error("operator_not_for_fields", &path.key("operator"), message);
            return None;
        };
        let name = self.word(json, "value", path)?;
        let at = path.key("value");
        let other_ix: FieldIx = self.find(name, &at, scope)?;
        let other = self.field(other_ix, scope)?;
        let (message, hint) = if other.kind != field.kind {
            let message = format!("`{}` is a {} field and `{name}` a {} field", field.name, field.kind.name(), other.kind.name());
            (message, "two fields of one type can be compared")
        } else if field.kind == FieldType::Text && other.case != field.case {
            let message = format!("`{}` and `{name}` are compared in two ways", field.name);
            (message, "give both fields the same `compare`; an id is always compared exactly")
        } else {
            let case = if field.kind == FieldType::Text { field.case } else { Case::Sensitive };
            return Some((Predicate::Pair(relation, other_ix, case), Json::object([("field", name.into())])));
        };
        self.add(Diagnostic::error("field_types_differ", at.path(), message).hint(hint));
        None
    }

    /// A condition over the user that a field holds.
    fn user_where(&mut self, json: &Json, path: &Place<'_>, depth: usize, field: &Field) -> Option<(Predicate, Json)> {
        let at = path.key("value");
        let Some(users) = self.schema.users.as_deref() else {
            let message = format!("`where` does not go with `{}` here", field.name);
            let fault = Diagnostic::error("operator_not_for_type", path.key("operator").path(), message);
            self.add(fault.hint("a condition over a user looks at that user alone"));
            return None;
        };
        let written = json.get("value").unwrap_or(&Json::Null);
        if written.as_object().is_none() {
            self.error("wrong_type", &at, format!("the `value` of `where` must be a group, not {}", written.kind()));
            return None;
        }
        let leads = std::mem::replace(&mut self.schema, users);
        let node = self.group(written, &at, depth + 1, Scope::Schema);
        self.schema = leads;
        node.map(|node| (Predicate::UserWhere(Box::new(node)), written.clone()))
    }

    /// A condition on so many of a list's elements.
    fn elements(&mut self, json: &Json, matching: &Json, path: &Place<'_>, depth: usize, field: &Field) -> Option<(Predicate, Json)> {
        let quota = self.quota(matching, &path.key("match"));
        let at = path.key("value");
        let element = element_of(field.kind);
        let node = match json.get("value") {
            Some(value @ Json::Object(_)) => self.group(value, &at, depth + 1, Scope::Element(&element)),
            Some(other) => {
                self.error("wrong_type", &at, format!("the `value` of a `match` must be a group, not {}", other.kind()));
                None
            }
            None => {
                self.error("missing", &at, "the `value` of a `match` must be a group");
                None
            }
        };
        let expected = Json::object([("match", matching.clone()), ("value", json.get("value").cloned().unwrap_or_default())]);
        quota.zip(node).map(|(quota, node)| (Predicate::Match(quota, Box::new(node)), expected))
    }
}

/// Whether a rule has not got its value yet: none at all, no words in a list, a bound of two that is missing. For a text field the empty text
/// is a value.
fn lacks_value(json: &Json, operator: Operator, kind: FieldType, source: Source) -> bool {
    let value = json.get("value").unwrap_or(&Json::Null);
    let blank = |text: &str| text.trim().is_empty();
    match operator.takes() {
        Takes::Nothing => false,
        _ if value.is_null() => true,
        Takes::Bounds => match value {
            Json::List(list) => list.len() < 2 || list.iter().any(|bound| bound.is_null() || bound.as_text().is_some_and(blank)),
            Json::Text(text) => !text.contains(',') || text.split(',').any(blank),
            _ => false,
        },
        Takes::List => match value {
            Json::List(list) => list.is_empty(),
            Json::Text(text) => text.split(',').all(blank),
            _ => false,
        },
        _ if kind.is_list() => matches!(value, Json::List(list) if list.is_empty()) || value.as_text().is_some_and(blank),
        _ => (kind != FieldType::Text || source == Source::Field) && value.as_text().is_some_and(blank),
    }
}

/// Where a rule's value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Value,
    Field,
}
