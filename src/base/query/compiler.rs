//! What compiling a filter carries along: the schema, the purpose, the limits and the faults.

use super::Strictness;
use super::node::ELEMENT;
use super::schema::{Field, FieldIx, FieldType, Schema};
use super::word::MOST_NAMES;
use super::wrong::{Wrong, quoted};
use crate::error::{Diagnostic, Place, Severity, nearest};
use crate::json::Json;

/// Most groups inside each other.
pub const MAX_DEPTH: usize = 64;
/// Most groups and rules in one filter.
pub const MAX_NODES: usize = 10_000;
/// Most values in all lists of one filter.
pub const MAX_VALUES: usize = 100_000;
/// Most faults that are reported.
const MOST_FAULTS: usize = 1000;
/// How many faults are given a hint that has to be searched for.
const MOST_HINTS: usize = 32;

pub(super) struct Compiler<'a> {
    pub(super) schema: &'a Schema,
    pub(super) purpose: Strictness,
    pub(super) faults: Vec<Diagnostic>,
    nodes: usize,
    values: usize,
}

/// The fields that a group may speak about.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// Those of the schema.
    Schema,
    /// Only the element of a list, whose name is empty.
    Element(&'a Field),
}

impl<'a> Compiler<'a> {
    pub(super) fn new(schema: &'a Schema, purpose: Strictness) -> Self {
        Compiler { schema, purpose, faults: Vec::new(), nodes: 0, values: 0 }
    }

    pub(super) fn add(&mut self, fault: Diagnostic) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    pub(super) fn wrong(&mut self, wrong: Wrong, path: &Place<'_>) {
        self.add(wrong.at(path.path()));
    }

    pub(super) fn error(&mut self, code: &'static str, path: &Place<'_>, message: impl Into<String>) {
        self.add(Diagnostic::error(code, path.path(), message));
    }

    /// A rule that has not been written to its end: left out of a list, told of where it is still being written.
    pub(super) fn incomplete(&mut self, code: &'static str, path: &Place<'_>) {
        if self.purpose == Strictness::Draft {
            self.add(Diagnostic::warning("incomplete_rule", path.path(), "this rule is not complete and was left out"));
        }
        self.only_in_lists(code, path, "this rule is not complete");
    }

    /// What a list takes in its stride and a guard refuses.
    pub(super) fn only_in_lists(&mut self, code: &'static str, path: &Place<'_>, message: &str) {
        if self.purpose == Strictness::Guard {
            self.add(
                Diagnostic::error(code, path.path(), message).hint("here it could let a rule match everything; remove or complete it"),
            );
        }
    }

    /// What is odd in a list and wrong in a guard.
    pub(super) fn odd(&mut self, fault: Diagnostic) {
        let severity = if self.purpose == Strictness::Guard { Severity::Error } else { Severity::Warning };
        self.add(Diagnostic { severity, ..fault });
    }

    /// Whether a hint may still be searched for.
    pub(super) fn may_hint(&self) -> bool {
        self.faults.len() < MOST_HINTS
    }

    /// Counts a group or a rule; false once there are too many, which is told once.
    pub(super) fn count_node(&mut self, path: &Place<'_>) -> bool {
        self.nodes += 1;
        if self.nodes == MAX_NODES + 1 {
            self.error("too_many_nodes", path, format!("a filter has at most {MAX_NODES} groups and rules"));
        }
        self.nodes <= MAX_NODES
    }

    /// Counts the values of a list; false once there are too many.
    pub(super) fn count_values(&mut self, path: &Place<'_>, more: usize) -> bool {
        self.values = self.values.saturating_add(more);
        if self.values > MAX_VALUES {
            self.error("too_many_values", path, format!("the lists of a filter have at most {MAX_VALUES} values in all"));
        }
        self.values <= MAX_VALUES
    }

    /// The field of that name.
    pub(super) fn find(&mut self, name: &str, path: &Place<'_>, scope: Scope<'_>) -> Option<FieldIx> {
        let found = match scope {
            Scope::Schema => self.schema.find(name),
            Scope::Element(_) => name.is_empty().then_some(ELEMENT),
        };
        if found.is_none() {
            let hint = match scope {
                Scope::Schema if self.may_hint() => nearest(name, self.schema.names().take(MOST_NAMES)),
                Scope::Schema => None,
                Scope::Element(_) => Some("inside `match` the field is the element itself, and its name is the empty text".into()),
            };
            self.add(
                Diagnostic::error("unknown_field", path.path(), format!("there is no field {}", quoted(name)))
                    .maybe_hint(hint)
                    .with("field", name),
            );
        }
        found
    }

    /// The field at `ix`.
    pub(super) fn field<'b>(&self, ix: FieldIx, scope: Scope<'b>) -> Option<&'b Field>
    where
        'a: 'b,
    {
        match scope {
            Scope::Schema => self.schema.get(ix),
            Scope::Element(field) => Some(field),
        }
    }

    /// A key that must be `true` or `false` where it is given.
    pub(super) fn flag(&mut self, json: &Json, key: &str, path: &Place<'_>) -> bool {
        match json.get(key) {
            None | Some(Json::Bool(false)) => false,
            Some(Json::Bool(true)) => true,
            Some(other) => {
                self.error("wrong_type", &path.key(key), format!("`{key}` must be `true` or `false`, not {}", other.kind()));
                false
            }
        }
    }

    /// Whether a group or rule is switched off, and so is not looked into.
    pub(super) fn switched_off(&mut self, json: &Json, path: &Place<'_>, what: &str) -> bool {
        for key in ["disabled", "muted"] {
            if self.flag(json, key, path) {
                self.only_in_lists("disabled_node", path, &format!("this {what} is {key}"));
                return true;
            }
        }
        false
    }
}

/// The field that stands for the elements of a list.
pub(super) fn element_of(list: FieldType) -> Field {
    let kind = if list == FieldType::Units { FieldType::Unit } else { FieldType::Text };
    Field::new("", kind)
}
