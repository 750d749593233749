//! Evaluating a filter in part: what is known is put in, and what follows from it is left out.

use super::node::{Expr, Predicate, Term};
use super::operand::Operand;
use super::{Bindings, DayZone, FieldType, People, Query, Schema, UnitIx};
use crate::error::Result;

/// All of these, without what changes nothing: `Node::All` of nothing is true, `Node::Any` of nothing is false.
pub fn all(list: impl IntoIterator<Item = Expr>) -> Expr {
    let mut out: Vec<Expr> = Vec::new();
    for node in list {
        match node {
            Expr::All(inner) => inner.into_iter().for_each(|node| add(&mut out, node)),
            node => add(&mut out, node),
        }
    }
    out.retain(|node| !is_true(node));
    if out.iter().any(is_false) { never() } else { single(out, Expr::All) }
}

/// At least one of these, without what changes nothing.
pub fn any(list: impl IntoIterator<Item = Expr>) -> Expr {
    let mut out: Vec<Expr> = Vec::new();
    for node in list {
        match node {
            Expr::Any(inner) => inner.into_iter().for_each(|node| add(&mut out, node)),
            node => add(&mut out, node),
        }
    }
    out.retain(|node| !is_false(node));
    if out.iter().any(is_true) { always() } else { single(out, Expr::Any) }
}

/// Adds a condition, once.
fn add(list: &mut Vec<Expr>, node: Expr) {
    if !list.contains(&node) {
        list.push(node);
    }
}

/// Exactly one of these.
fn one(list: impl IntoIterator<Item = Expr>) -> Expr {
    let (sure, open): (Vec<Expr>, Vec<Expr>) = list.into_iter().filter(|node| !is_false(node)).partition(is_true);
    match sure.len() {
        0 => single(open, Expr::One),
        1 => not(any(open)),
        _ => never(),
    }
}

/// The opposite.
pub fn not(node: Expr) -> Expr {
    match node {
        Expr::Not(inner) => *inner,
        node if is_true(&node) => never(),
        node if is_false(&node) => always(),
        node => Expr::Not(Box::new(node)),
    }
}

/// What everything satisfies.
pub fn always() -> Expr {
    Expr::All(Vec::new())
}

/// What nothing satisfies.
pub fn never() -> Expr {
    Expr::Any(Vec::new())
}

/// Whether everything satisfies it, as far as its form tells.
pub fn is_true(node: &Expr) -> bool {
    matches!(node, Expr::All(list) if list.is_empty())
}

/// Whether nothing satisfies it, as far as its form tells.
pub fn is_false(node: &Expr) -> bool {
    matches!(node, Expr::Any(list) | Expr::One(list) if list.is_empty())
}

fn single(mut list: Vec<Expr>, group: fn(Vec<Expr>) -> Expr) -> Expr {
    match (list.len(), list.pop()) {
        (1, Some(node)) => node,
        (_, last) => {
            list.extend(last);
            group(list)
        }
    }
}

/// The filter with every test replaced by its outcome where `known` tells one, and whatever follows from that left out.
///
/// # Errors
/// The first error of `known`.
pub fn assume(query: &Query, known: &mut dyn FnMut(&Term) -> Result<Option<bool>>) -> Result<Query> {
    settle(query.root(), known).map(Query::from)
}

fn settle(node: &Expr, known: &mut dyn FnMut(&Term) -> Result<Option<bool>>) -> Result<Expr> {
    let mut list = |list: &[Expr]| list.iter().map(|node| settle(node, known)).collect::<Result<Vec<Expr>>>();
    Ok(match node {
        Expr::All(inner) => all(list(inner)?),
        Expr::Any(inner) => any(list(inner)?),
        Expr::One(inner) => one(list(inner)?),
        Expr::Not(inner) => not(settle(inner, known)?),
        Expr::Test(test) => match known(test)? {
            Some(true) => always(),
            Some(false) => never(),
            None => Expr::Test(test.clone()),
        },
    })
}

/// The filter with the acting user put in; dates relative to now stay as they are.
///
/// # Errors
/// None that a compiled filter can give.
pub fn with_actor(query: &Query, actor: &str, people: &dyn People, schema: &Schema) -> Result<Query> {
    if !query.needs_actor() {
        return Ok(query.clone());
    }
    let with = Bindings { now: None, actor: Some(actor), people };
    query.root().try_map(&mut |test| acting(test, &with, schema)).map(Query::from)
}

fn acting(test: &Term, with: &Bindings<'_>, schema: &Schema) -> Result<Term> {
    match &test.check {
        // A test waits for the actor or for now, never for both: no field has both kinds of values.
        Predicate::Later(_, operands) if operands.iter().any(|operand| matches!(operand, Operand::Actor(_))) => {
            super::bind::bound(test, with, &DayZone::Organisation, schema)
        }
        Predicate::UserWhere(node) => {
            let Some(users) = schema.users.as_deref() else { return Ok(test.clone()) };
            let node = node.try_map(&mut |test| acting(test, with, users))?;
            Ok(Term { check: Predicate::UserWhere(Box::new(node)), ..test.clone() })
        }
        _ => Ok(test.clone()),
    }
}

/// The filter with every `under` and `where` replaced by the units, or the users, that are there now: it keeps its meaning when the tree of
/// units or the users change. `people` tells for a test of users, `under` or `where`, the ids of those who pass it; or, with
/// [`Others::Pass`], of those who do not.
pub fn with_units(query: &Query, schema: &Schema, people: &mut dyn FnMut(&Predicate) -> Result<Passing>) -> Result<Query> {
    pin(query.root(), schema, people).map(Query::from)
}

/// What a test says of users who are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They pass it.
    Pass,
    /// They do not.
    Fail,
}

/// The ids of users who pass a test, or with [`Others::Pass`] of those who do not.
pub type Passing = (Vec<String>, Others);

fn pin(node: &Expr, schema: &Schema, people: &mut dyn FnMut(&Predicate) -> Result<Passing>) -> Result<Expr> {
    let units = |above: UnitIx| {
        let all = (0u32..).map(UnitIx).zip(schema.units.units());
        let mut ids: Vec<String> = all.filter(|(ix, _)| schema.units.is_under(*ix, above)).map(|(_, unit)| unit.id.clone()).collect();
        crate::sort::all(&mut ids);
        ids
    };
    let test = match node {
        Expr::All(list) => return list.iter().map(|node| pin(node, schema, people)).collect::<Result<_>>().map(Expr::All),
        Expr::Any(list) => return list.iter().map(|node| pin(node, schema, people)).collect::<Result<_>>().map(Expr::Any),
        Expr::One(list) => return list.iter().map(|node| pin(node, schema, people)).collect::<Result<_>>().map(Expr::One),
        Expr::Not(inner) => return Ok(Expr::Not(Box::new(pin(inner, schema, people)?))),
        Expr::Test(test) => test,
    };
    let check = match &test.check {
        Predicate::UnitUnder(above) if schema.kind(test.field) == FieldType::Units => Predicate::HasAny(units(*above)),
        Predicate::UnitUnder(above) => Predicate::Words(units(*above)),
        Predicate::Match(quota, inner) => Predicate::Match(*quota, Box::new(pin(inner, schema, people)?)),
        Predicate::UserUnder(_) | Predicate::UserWhere(_) => {
            let (mut ids, others) = people(&test.check)?;
            crate::sort::all(&mut ids);
            let among = Term { check: Predicate::Words(ids), ..(**test).clone() };
            if others == Others::Fail {
                return Ok(Expr::Test(Box::new(among)));
            }
            let there = Term { negated: true, check: Predicate::Null, ..among.clone() };
            let none_of = Term { negated: true, ..among };
            let node = Expr::All(vec![Expr::Test(Box::new(there)), Expr::Test(Box::new(none_of))]);
            return Ok(if test.negated { Expr::Not(Box::new(node)) } else { node });
        }
        other => other.clone(),
    };
    Ok(Expr::Test(Box::new(Term { check, ..(**test).clone() })))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::Json;
    use crate::query::{FieldIx, Operator};

    /// Trees over five fields that are true or false.
    fn tree() -> impl Strategy<Value = Expr> {
        let leaf = (0u32..5).prop_map(|field| {
            let (check, expected) = (Predicate::Flag(true), Json::Bool(true));
            Expr::Test(Box::new(Term {
                field: FieldIx(field),
                operator: Operator::Equal,
                negated: false,
                check,
                expected,
                zone: DayZone::Organisation,
            }))
        });
        leaf.prop_recursive(4, 40, 4, |inner| {
            let list = || prop::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                list().prop_map(Expr::All),
                list().prop_map(Expr::Any),
                list().prop_map(Expr::One),
                inner.prop_map(|node| Expr::Not(Box::new(node))),
            ]
        })
    }

    fn holds(node: &Expr, values: &[bool; 5]) -> bool {
        match node {
            Expr::All(list) => list.iter().all(|node| holds(node, values)),
            Expr::Any(list) => list.iter().any(|node| holds(node, values)),
            Expr::One(list) => list.iter().filter(|node| holds(node, values)).count() == 1,
            Expr::Not(node) => !holds(node, values),
            Expr::Test(test) => values[test.field.0 as usize],
        }
    }

    proptest! {
        #[test]
        fn what_is_assumed_changes_no_outcome(node in tree(), values: [bool; 5], known: [bool; 5]) {
            let query = Query::from(node.clone());
            let mut tell = |test: &Term| Ok(known[test.field.0 as usize].then_some(values[test.field.0 as usize]));
            let rest = assume(&query, &mut tell).unwrap();
            prop_assert_eq!(holds(rest.root(), &values), holds(&node, &values));
            prop_assert!(rest.fields().iter().all(|field| !known[field.0 as usize]), "what is known is no longer asked");
            if known == [true; 5] {
                prop_assert!(is_true(rest.root()) || is_false(rest.root()));
            }
        }

        #[test]
        fn groups_mean_what_they_are_made_of(list in prop::collection::vec(tree(), 0..4), values: [bool; 5]) {
            prop_assert_eq!(holds(&all(list.clone()), &values), list.iter().all(|node| holds(node, &values)));
            prop_assert_eq!(holds(&super::any(list.clone()), &values), list.iter().any(|node| holds(node, &values)));
            for node in list {
                prop_assert_eq!(holds(&not(node.clone()), &values), !holds(&node, &values));
            }
        }
    }
}
