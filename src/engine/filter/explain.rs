//! Why a lead satisfies a filter, or does not.

use super::Context;
use super::row::{Directory, Row};
use crate::error::Result;
use crate::json::Json;
use crate::query::node::{ELEMENT, Predicate, Term};
use crate::query::{Cells, Expr, Query, Schema};

/// A node of a filter with its verdict. A negated group is one node, and its verdict is the negated one.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The verdict.
    pub matched: bool,
    /// What the node is.
    pub about: About,
    /// Whether a hidden field is read in it. Such a node is not told, but for the verdict of the whole.
    hidden: bool,
}

/// What a node of an explanation is.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A group.
    Group {
        /// `and`, `or` or `xor`.
        combinator: &'static str,
        /// Whether the group is negated.
        negated: bool,
        /// Its members.
        rules: Vec<Explanation>,
    },
    /// A rule.
    Rule {
        /// The field's name.
        field: String,
        /// The operator, or `match`.
        operator: &'static str,
        /// The value it was compared with: with dates relative to now and the acting user put in, and of another field what it held.
        expected: Json,
        /// The value that the lead has.
        actual: Json,
        /// How many elements satisfied the group of a `match`.
        satisfied: Option<u32>,
        /// The name of the zone in which its days begin, where that is a user's own.
        zone: Option<String>,
    },
}

/// Evaluates every node of a filter on one lead.
///
/// # Errors
/// `now_required` and `actor_required` where the filter needs one that the context lacks.
#[inline]
pub fn explain(query: &Query, lead: &dyn Cells, ctx: &Context<'_>) -> Result<Explanation> {
    let query = ctx.bind(query)?;
    let world = Directory::of(ctx);
    Ok(node(query.root(), &Row { lead, world: &world }, ctx.schema))
}

#[inline]
fn node(tree: &Expr, row: &Row<'_>, schema: &Schema) -> Explanation {
    let all = |list: &[Expr]| -> Vec<Explanation> { list.iter().map(|member| node(member, row, schema)).collect() };
    let group = |combinator, mut rules: Vec<Explanation>, matched| {
        let all = rules.len();
        rules.retain(|rule| !rule.hidden);
        Explanation { matched, hidden: rules.len() < all, about: About::Group { combinator, negated: false, rules } }
    };
    match tree {
        Expr::All(list) => {
            let rules = all(list);
            let matched = rules.iter().all(|rule| rule.matched);
            group("and", rules, matched)
        }
        Expr::Any(list) => {
            let rules = all(list);
            let matched = rules.iter().any(|rule| rule.matched);
            group("or", rules, matched)
        }
        Expr::One(list) => {
            let rules = all(list);
            let matched = rules.iter().filter(|rule| rule.matched).count() == 1;
            group("xor", rules, matched)
        }
        Expr::Not(inner) => match node(inner, row, schema) {
            Explanation { matched, hidden, about: About::Group { combinator, negated: false, rules } } => {
                Explanation { matched: !matched, hidden, about: About::Group { combinator, negated: true, rules } }
            }
            // A negated group of one rule that stands by itself.
            other => {
                let (matched, hidden) = (!other.matched, other.hidden);
                let rules = if hidden { Vec::new() } else { vec![other] };
                Explanation { matched, hidden, about: About::Group { combinator: "and", negated: true, rules } }
            }
        },
        Expr::Test(test) => rule(test, row, schema),
    }
}

fn rule(test: &Term, row: &Row<'_>, schema: &Schema) -> Explanation {
    let cell = row.lead.cell(test.field);
    let expected = match &test.check {
        Predicate::Pair(_, other, _) => row.lead.cell(*other).to_json(),
        _ => test.expected.clone(),
    };
    let satisfied = match &test.check {
        Predicate::Match(_, node) => Some(row.world.count(node, &cell).0),
        _ => None,
    };
    let field = if test.field == ELEMENT { String::new() } else { schema.name(test.field).to_owned() };
    let zone = test.zone.name().map(str::to_owned);
    let about = About::Rule { field, operator: test.operator.name(), expected, actual: cell.to_json(), satisfied, zone };
    Explanation { matched: row.passes(test, &cell), hidden: test.is_hidden(schema), about }
}

impl Explanation {
    /// The explanation as the public API shows it.
    #[inline]
    pub fn to_json(&self) -> Json {
        let mut out = vec![("matched".to_owned(), Json::Bool(self.matched))];
        let mut put = |key: &str, value: Json| out.push((key.to_owned(), value));
        match &self.about {
            About::Rule { .. } if self.hidden => {}
            About::Group { combinator, negated, rules } => {
                put("combinator", (*combinator).into());
                if *negated {
                    put("not", true.into());
                }
                put("rules", Json::List(rules.iter().map(Explanation::to_json).collect()));
            }
            About::Rule { field, operator, expected, actual, satisfied, zone } => {
                put("field", field.as_str().into());
                put("operator", (*operator).into());
                if !expected.is_null() {
                    put("expected", expected.clone());
                }
                put("actual", actual.clone());
                if let Some(satisfied) = satisfied {
                    put("satisfied", Json::from(i64::from(*satisfied)));
                }
                if let Some(zone) = zone {
                    put("timeZone", zone.as_str().into());
                }
            }
        }
        Json::Object(out)
    }
}
