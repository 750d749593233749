//! The filter language: a typed, checked tree over fields.
//!
//! The JSON is react-querybuilder's group. [`compile`] turns it into a [`Query`]: fields are found, each value is converted once
//! by its field's type, text is folded, days become spans of instants, and lists are sorted. Nothing is
//! coerced later. Values that depend on `now`, on the acting user or on that user's zone stay symbolic until [`Query::bind`].
//!
//! Where the language leaves room, this is what it means here:
//! - `~` as a value is a placeholder in every field but text fields, where people type it themselves.
//! - A combinator between rules goes with what it joins: of `a or b and c` without `b`, `a or c` remains.
//! - A root group that is or becomes empty is everything, whether it is negated or not.
//! - A `match` whose group is or becomes empty is left out, as an empty group is.
//! - `=` on tags and units compares sets: an element that a cell has twice counts once. `match` counts it twice.
//! - A rule of two or more members without a combinator is an error: nothing says what was meant.
//! - Pieces of comma-separated text that are empty are dropped; in `between` they are a missing bound.
//! - `{"actor": true}` stands for a whole value: in user, choice and text fields and as a tag, never for a part of a text.
//! - `where` looks at the user that a field holds. It is false where the field holds nobody; somebody who is not known is a user without values.
//! - A word that is not among a field's choices, or an unknown unit, is a warning.
//! - A field's own `format` is for cells; days and times in a filter are written as RFC 3339.

mod array;
pub mod assume;
mod bind;
mod build;
mod compiler;
pub mod convert;
mod cost;
mod day_zone;
mod describe;
pub mod fold;
mod group;
mod keys;
mod list;
#[cfg(test)]
mod meaning;
#[cfg(test)]
mod messages;
mod moment;
pub mod node;
mod number;
pub mod number_format;
pub mod operand;
pub mod operator;
pub mod part;
mod rule;
pub mod schema;
pub mod span;
mod text;
pub mod units;
pub mod value;
mod word;
mod wrong;
pub mod yearly;

pub use bind::{Bindings, People};
pub use compiler::{MAX_DEPTH, MAX_NODES, MAX_VALUES};
pub use day_zone::{DayZone, UserZone};
pub use node::Expr;
pub use operator::Operator;
pub use schema::{Field, FieldIx, FieldType, Schema};
pub use text::MAX_TEXT;
pub use units::{UnitIx, UnitTree};
pub use value::{Cell, Cells};
pub use wrong::quoted;

use crate::error::{Diagnostic, Place, Severity};
use crate::json::Json;
use compiler::{Compiler, Scope};

/// What a filter is for, which decides what may be left out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// A list on a screen whose filter is still being written: what a [`Strictness::List`] leaves out, and rules whose value is missing
    /// besides. Each such rule is a warning.
    Draft,
    /// A list, a selection, a command's `leads.filter`: disabled nodes, placeholders and empty groups are left out.
    List,
    /// A permission, an assignment rule, a lifecycle condition, a member filter: each of those is an error, and so is an empty list,
    /// because what matches too much there hands out access.
    Guard,
}

/// Whether a filter has any conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emptiness {
    /// It has.
    Conditions,
    /// It was written without any.
    Written,
    /// Nothing is left of what was written: rules that are switched off, placeholders, empty groups.
    LeftOut,
}

/// A filter that was checked against a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    root: Expr,
    warnings: Vec<Diagnostic>,
    needs_now: bool,
    needs_actor: bool,
    needs_zone: bool,
    emptiness: Emptiness,
}

/// Compiles a filter. `path` is the JSON pointer of `json` in what the author wrote.
///
/// ```
/// use evenhand_base::json::Json;
/// use evenhand_base::query::{Field, FieldType, Strictness, Schema, UnitTree, compile, schema::Case};
/// use evenhand_base::time::Zone;
///
/// let score = Field { name: "score".into(), label: None, kind: FieldType::Number, case: Case::Ignored, choices: vec![], formats: Vec::new(), separator: None, numbers: None };
/// let schema = Schema::new(vec![score], Zone::utc(), 1, UnitTree::default());
/// let json = Json::parse(r#"{"combinator": "and", "rules": [{"field": "score", "operator": ">=", "value": "40"}]}"#).unwrap();
/// let query = compile(&json, "", &schema, Strictness::List).unwrap();
/// assert_eq!(query.describe(&schema), "score is at least 40");
///
/// let json = Json::parse(r#"{"combinator": "and", "rules": [{"field": "scor", "operator": ">=", "value": 40}]}"#).unwrap();
/// let faults = compile(&json, "", &schema, Strictness::List).unwrap_err();
/// assert_eq!((faults[0].code, faults[0].path.as_str()), ("unknown_field", "/rules/0/field"));
/// assert_eq!(faults[0].hint.as_deref(), Some("did you mean `score`?"));
/// ```
///
/// # Errors
/// Every fault (at most a thousand), each with its code, its place and a hint where there is one. Warnings may be among them.
pub fn compile(json: &Json, path: &str, schema: &Schema, purpose: Strictness) -> Result<Query, Vec<Diagnostic>> {
    let mut compiler = Compiler::new(schema, purpose);
    let root = if json.as_object().is_some() {
        compiler.group(json, &Place::Root(path), 1, Scope::Schema)
    } else {
        compiler.error("wrong_type", &Place::Root(path), format!("a filter must be a group, not {}", json.kind()));
        None
    };
    if compiler.faults.iter().any(|fault| fault.severity == Severity::Error) {
        return Err(compiler.faults);
    }
    let written_empty = !json.get("not").is_some_and(|not| *not == Json::Bool(true))
        && json.get("rules").and_then(Json::as_list).is_some_and(<[Json]>::is_empty);
    let emptiness = match &root {
        Some(_) => Emptiness::Conditions,
        None if written_empty => Emptiness::Written,
        None => Emptiness::LeftOut,
    };
    let mut query = Query::from(root.unwrap_or(Expr::All(Vec::new())));
    query.warnings = compiler.faults;
    query.emptiness = emptiness;
    Ok(query)
}

impl From<Expr> for Query {
    fn from(root: Expr) -> Self {
        let [needs_now, needs_actor, needs_zone] = bind::needs(&root);
        Query { root, warnings: Vec::new(), needs_now, needs_actor, needs_zone, emptiness: Emptiness::Conditions }
    }
}

impl Query {
    /// The filter that everything satisfies.
    pub fn always() -> Query {
        Query::from(Expr::All(Vec::new()))
    }

    /// The filter that nothing satisfies.
    pub fn never() -> Query {
        Query::from(Expr::Any(Vec::new()))
    }

    /// The tree.
    pub fn root(&self) -> &Expr {
        &self.root
    }

    /// Whether it has any conditions, as it was written.
    pub fn emptiness(&self) -> Emptiness {
        self.emptiness
    }

    /// What is probably not meant as it is written.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Whether it has dates relative to `now`.
    pub fn needs_now(&self) -> bool {
        self.needs_now
    }

    /// Whether it speaks of the acting user.
    pub fn needs_actor(&self) -> bool {
        self.needs_actor
    }

    /// Whether it has days that begin where the acting user is.
    pub fn needs_zone(&self) -> bool {
        self.needs_zone
    }

    /// The fields it looks at, in the order of the schema.
    pub fn fields(&self) -> Vec<FieldIx> {
        let mut out = Vec::new();
        self.root.each_test(&mut |test| {
            out.push(test.field);
            if let node::Predicate::Pair(_, other, _) = &test.check {
                out.push(*other);
            }
        });
        crate::sort::all(&mut out);
        out.dedup();
        out.retain(|field| *field != node::ELEMENT);
        out
    }

    /// The filter in plain English.
    pub fn describe(&self, schema: &Schema) -> String {
        describe::describe(&self.root, schema)
    }

    /// What satisfies both.
    #[must_use]
    pub fn and(&self, other: &Query) -> Query {
        let members = |query: &Query| match &query.root {
            Expr::All(list) => list.clone(),
            node => vec![node.clone()],
        };
        self.with(other, Expr::All(members(self).into_iter().chain(members(other)).collect()))
    }

    /// What satisfies at least one of the two.
    #[must_use]
    pub fn or(&self, other: &Query) -> Query {
        let members = |query: &Query| match &query.root {
            Expr::Any(list) => list.clone(),
            node => vec![node.clone()],
        };
        self.with(other, Expr::Any(members(self).into_iter().chain(members(other)).collect()))
    }

    /// What does not satisfy it.
    #[must_use]
    pub fn not(&self) -> Query {
        let root = match &self.root {
            Expr::Not(inner) => (**inner).clone(),
            node => Expr::Not(Box::new(node.clone())),
        };
        Query { root, ..self.clone() }
    }

    fn with(&self, other: &Query, root: Expr) -> Query {
        let warnings = self.warnings.iter().chain(&other.warnings).cloned().collect();
        let (needs_now, needs_actor) = (self.needs_now || other.needs_now, self.needs_actor || other.needs_actor);
        let needs_zone = self.needs_zone || other.needs_zone;
        Query { root, warnings, needs_now, needs_actor, needs_zone, emptiness: Emptiness::Conditions }
    }
}

/// A relative instant such as `{"relative": "startOfDay", "offset": -7, "unit": "day"}`.
///
/// # Errors
/// What is wrong with it, in plain words.
pub fn relative(json: &Json) -> Result<crate::time::Relative, String> {
    moment::relative_value(json).map_err(|wrong| wrong.at("").message)
}
