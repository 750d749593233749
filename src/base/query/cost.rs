//! How much a filter is: what its limits and the memory of its answers are measured by.

use super::node::{ELEMENT, Predicate, Term};
use super::schema::Schema;
use super::{Query, compiler::MAX_NODES, compiler::MAX_VALUES};
use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;

/// What a filter is made of. All numbers saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Rules, those inside a `match` included.
    pub rules: usize,
    /// Values that they compare with.
    pub values: usize,
    /// Bytes of those values, and of the names and labels of fields, once for each rule.
    pub bytes: usize,
}

impl Weight {
    fn add(&mut self, test: &Term, schema: &Schema) {
        let field = schema.get(test.field).filter(|_| test.field != ELEMENT);
        let name = field.map_or(0, |field| field.name.len() + field.label.as_ref().map_or(0, String::len));
        let values = match &test.expected {
            Json::List(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        self.rules += 1;
        self.values = self.values.saturating_add(values.len());
        let texts = values.iter().map(|value| value.as_text().map_or(16, str::len)).fold(name, usize::saturating_add);
        self.bytes = self.bytes.saturating_add(texts);
        if let (Predicate::UserWhere(node), Some(users)) = (&test.check, schema.users.as_deref()) {
            node.each_test(&mut |test| self.add(test, users));
        }
    }

    /// The sum of so many bytes for each rule, each value and each byte.
    pub fn times(self, rule: usize, value: usize, byte: usize) -> usize {
        let parts = [(self.rules, rule), (self.values, value), (self.bytes, byte)];
        parts.iter().map(|(count, size)| count.saturating_mul(*size)).fold(0, usize::saturating_add)
    }
}

impl Query {
    /// What it is made of.
    pub fn weight(&self, schema: &Schema) -> Weight {
        let mut weight = Weight::default();
        self.root().each_test(&mut |test| weight.add(test, schema));
        weight
    }

    /// Makes sure that this and another filter are together no larger than one filter may be.
    ///
    /// # Errors
    /// `query_invalid` with `too_many_nodes` or `too_many_values`.
    pub fn may_join(&self, other: &Query, schema: &Schema) -> Result<()> {
        let (one, more) = (self.weight(schema), other.weight(schema));
        let fault = if one.rules + more.rules > MAX_NODES {
            ("too_many_nodes", format!("a filter has at most {MAX_NODES} groups and rules"))
            // A rule that is no list has one value, which a list's limit does not count.
        } else if one.values.saturating_add(more.values) > MAX_VALUES + MAX_NODES {
            ("too_many_values", format!("the lists of a filter have at most {MAX_VALUES} values in all"))
        } else {
            return Ok(());
        };
        Err(Error::invalid("query_invalid", vec![Diagnostic::error(fault.0, "", fault.1)]))
    }
}
