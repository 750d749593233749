//! Whether a condition can be true at all, and with that whether one condition follows from others.
//!
//! A semantic tableau (R. Smullyan, First-Order Logic, 1968, chapter II): the condition is taken apart into alternatives, each a list
//! of tests that hold or do not hold; it can never be true if each of them contradicts itself. That `a` implies `b` means that `a`
//! without `b` can never be true. The answer is `true` only when it is sure; steps are counted, so that the cost stays bounded.

use super::domain;
use crate::query::node::Term;
use crate::query::{Expr, Schema};

/// Most steps of one question.
const STEPS: usize = 20_000;

/// Whether these conditions, each as it is or negated, can surely never hold together.
pub fn never_true(conditions: &[(bool, &Expr)], schema: &Schema) -> bool {
    let mut search = Search { schema, steps: STEPS };
    search.closed(conditions.to_vec(), Vec::new(), Vec::new())
}

/// A disjunction that is still to be taken apart: each alternative is a list of conditions.
type Choice<'a> = Vec<Vec<(bool, &'a Expr)>>;

struct Search<'s> {
    schema: &'s Schema,
    steps: usize,
}

impl Search<'_> {
    /// Whether every alternative contradicts itself.
    fn closed<'a>(&mut self, mut todo: Vec<(bool, &'a Expr)>, mut facts: Vec<(bool, &'a Term)>, mut choices: Vec<Choice<'a>>) -> bool {
        while let Some((holds, node)) = todo.pop() {
            let cost = 1 + match node {
                Expr::One(list) => list.len() * list.len(),
                Expr::All(list) | Expr::Any(list) => list.len(),
                _ => facts.len() / 8,
            };
            self.steps = self.steps.saturating_sub(cost);
            if self.steps == 0 {
                return false;
            }
            match (node, holds) {
                (Expr::Not(inner), _) => todo.push((!holds, inner)),
                (Expr::All(list), true) | (Expr::Any(list), false) => {
                    for node in list {
                        todo.push((holds, node));
                    }
                }
                (Expr::All(list), false) | (Expr::Any(list), true) => choices.push(list.iter().map(|node| vec![(holds, node)]).collect()),
                (Expr::One(list), _) => choices.push(exactly_one(list, holds)),
                (Expr::Test(term), _) => {
                    let fact = (holds != term.negated, term.as_ref());
                    if !facts.contains(&fact) {
                        facts.push(fact);
                        if domain::contradict(&facts, term.field, self.schema) {
                            return true;
                        }
                    }
                }
            }
        }
        let smallest = (0..choices.len()).min_by_key(|at| choices.get(*at).map_or(0, Vec::len));
        let Some(smallest) = smallest else { return false };
        for alternative in choices.swap_remove(smallest) {
            self.steps = self.steps.saturating_sub(1 + facts.len() + choices.len());
            if self.steps == 0 || !self.closed(alternative, facts.clone(), choices.clone()) {
                return false;
            }
        }
        true
    }
}

/// The ways in which exactly one of some holds, or in which it does not: none, or two of them.
fn exactly_one(list: &[Expr], holds: bool) -> Choice<'_> {
    let mut out = Vec::new();
    if !holds {
        out.push(list.iter().map(|node| (false, node)).collect());
    }
    for (at, node) in list.iter().enumerate() {
        if holds {
            out.push(list.iter().enumerate().map(|(other, node)| (other == at, node)).collect());
        } else {
            for other in list.iter().skip(at + 1) {
                out.push(vec![(true, node), (true, other)]);
            }
        }
    }
    out
}
