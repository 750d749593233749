//! Grants as conditions over leads, made of ordinary filter nodes.
//!
//! The plain grants of a verb are one scope, the widest; a grant that an unconditional deny surely covers is left out. What
//! remains is "one of the allows, and none of the denies".

use super::reach::{Distance, Relation, Scopes, for_unit};
use super::{GrantRef, Permission, Principal};
use crate::config::access::Effect;
use crate::config::{Scope, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::query::assume::{all, always, any, never, not, with_actor};
use crate::query::node::{Expr, Predicate, Term};
use crate::query::{DayZone, FieldIx, Operator, Query, UnitIx};

/// What a scope goes by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Over {
    /// The lead: its owner, slots and units.
    Lead,
    /// Whoever holds this slot of the lead; nobody is nobody's.
    Holder(FieldIx),
    /// Something that is the same for all leads.
    Fixed(Relation),
}

/// The two sides of a permission.
pub(super) struct Sides {
    pub allow: Expr,
    pub deny: Expr,
}

impl Sides {
    /// What is allowed and not denied.
    pub fn both(self) -> Expr {
        all([self.allow, not(self.deny)])
    }
}

fn test(field: FieldIx, operator: Operator, check: Predicate, expected: Json) -> Expr {
    let (negated, zone) = (operator.complement_of().is_some(), DayZone::Organisation);
    Expr::Test(Box::new(Term { field, operator, negated, check, expected, zone }))
}

/// The field holds one of these words.
fn words(field: FieldIx, mut list: Vec<String>) -> Expr {
    crate::sort::all(&mut list);
    list.dedup();
    match list.as_slice() {
        [] => never(),
        [only] => {
            let expected = only.as_str().into();
            test(field, Operator::Equal, Predicate::Words(list), expected)
        }
        _ => {
            let expected = Json::List(list.iter().map(|word| word.as_str().into()).collect());
            test(field, Operator::In, Predicate::Words(list), expected)
        }
    }
}

/// The field holds one of these words, which are told in their order.
pub(crate) fn is_one_of(field: FieldIx, list: &[&str]) -> Expr {
    let mut words: Vec<String> = list.iter().map(|word| (*word).to_owned()).collect();
    crate::sort::all(&mut words);
    words.dedup();
    let expected = Json::List(list.iter().map(|word| (*word).into()).collect());
    test(field, Operator::In, Predicate::Words(words), expected)
}

/// The field has no value, or the empty text.
pub(crate) fn is_empty(field: FieldIx) -> Expr {
    test(field, Operator::Empty, Predicate::Empty, Json::Null)
}

/// The list has this word.
pub(super) fn has(field: FieldIx, word: &str) -> Expr {
    test(field, Operator::Contains, Predicate::HasAny(vec![word.to_owned()]), word.into())
}

/// The field has no value.
pub(super) fn is_null(field: FieldIx) -> Expr {
    test(field, Operator::Null, Predicate::Null, Json::Null)
}

/// The field has a value.
pub(super) fn not_null(field: FieldIx) -> Expr {
    test(field, Operator::NotNull, Predicate::Null, Json::Null)
}

/// The field is one of these units.
pub(super) fn is_unit(field: FieldIx, units: Vec<String>) -> Expr {
    words(field, units)
}

impl<'g> Principal<'g> {
    /// A verb about leads, with `lead.view`.
    pub(super) fn permission(self, verb: Verb) -> Result<Permission> {
        let over = match verb {
            Verb::LeadRelease => Over::Holder(self.auth.model.lead.owner),
            _ => Over::Lead,
        };
        let node = all([self.sides(Verb::LeadView, Over::Lead)?.both(), self.sides(verb, over)?.both()]);
        let mut reads = self.reads(Verb::LeadView, Over::Lead);
        reads.extend(self.reads(verb, over));
        crate::sort::all(&mut reads);
        reads.dedup();
        Ok(Permission { query: Query::from(node), reads })
    }

    /// The grants of a verb as conditions over leads; without `lead.view`.
    pub(super) fn sides(self, verb: Verb, over: Over) -> Result<Sides> {
        let mut plain = [Scopes::NONE, Scopes::NONE];
        for (scope, held) in self.applying(verb, over).filter(|(_, held)| held.grant.filter.is_none()) {
            plain.get_mut(side(&held)).into_iter().for_each(|scopes| scopes.add(scope));
        }
        let [allowed, denied] = plain;
        let (mut allow, mut deny) = (self.scopes_node(allowed, denied, over), self.scopes_node(denied, Scopes::NONE, over));
        for (scope, held) in self.applying(verb, over) {
            let Some(filter) = &held.grant.filter else { continue };
            if denied.cover(scope) {
                continue;
            }
            let condition = with_actor(filter, &self.user.id, self.auth, &self.auth.model.schema)?.root().clone();
            let node = all([self.scope_node(scope, over), condition]);
            match held.grant.effect {
                Effect::Allow if allowed.cover(scope) => {}
                Effect::Allow => allow = any([allow, node]),
                Effect::Deny => deny = any([deny, node]),
            }
        }
        Ok(Sides { allow, deny })
    }

    /// The grants of a verb that can cover anything, each with its scope as it is for this actor. What is the same for all leads is
    /// looked up here: a grant covers all of them or is not among these.
    fn applying(self, verb: Verb, over: Over) -> impl Iterator<Item = (Scope, GrantRef<'g>)> {
        let unit = self.user.unit;
        self.grants(verb).filter_map(move |held| {
            let scope = for_unit(held.grant.scope, unit);
            let scope = match over {
                Over::Fixed(standing) if standing.is_in(scope) => Scope::All,
                Over::Fixed(_) => Scope::None,
                _ => scope,
            };
            (scope != Scope::None).then_some((scope, held))
        })
    }

    fn scopes_node(self, scopes: Scopes, without: Scopes, over: Over) -> Expr {
        let node = |scope: Scope| if without.cover(scope) { never() } else { self.scope_node(scope, over) };
        any([node(scopes.widest), if scopes.unowned { node(Scope::Unowned) } else { never() }])
    }

    /// A scope as a condition over leads.
    fn scope_node(self, scope: Scope, over: Over) -> Expr {
        match over {
            Over::Lead => self.lead_scope(scope),
            Over::Holder(slot) => self.holder_scope(scope, slot),
            Over::Fixed(_) => {
                if scope == Scope::All {
                    always()
                } else {
                    never()
                }
            }
        }
    }

    fn lead_scope(self, scope: Scope) -> Expr {
        let lead = &self.auth.model.lead;
        let own = || lead.slots.iter().map(|slot| words(slot.field, vec![self.user.id.clone()]));
        match (scope, self.user.unit) {
            (Scope::None, _) => never(),
            (Scope::All, _) => always(),
            (Scope::Unowned, _) => is_null(lead.owner),
            (Scope::Own, _) | (_, None) => any(own()),
            (Scope::Team, Some(unit)) => {
                let id = self.unit_id(unit);
                let units =
                    lead.unit.map(|field| words(field, vec![id.clone()])).into_iter().chain(lead.access.map(|field| has(field, &id)));
                any(own().chain(units).chain([words(lead.owner, self.people_ids(unit))]))
            }
            (Scope::Subtree | Scope::Company, Some(unit)) => {
                let above = if scope == Scope::Company { self.auth.model.schema.units.top(unit) } else { unit };
                let units = lead.unit.into_iter().chain(lead.access).map(|field| self.unit_under(field, above));
                any(own().chain(units).chain([self.user_under(lead.owner, above)]))
            }
        }
    }

    fn holder_scope(self, scope: Scope, slot: FieldIx) -> Expr {
        let owner = self.auth.model.lead.owner;
        let own = || words(slot, vec![self.user.id.clone()]);
        match (scope, self.user.unit) {
            (Scope::None, _) => never(),
            (Scope::All, _) => not_null(slot),
            (Scope::Unowned, _) if slot == owner => never(),
            (Scope::Unowned, _) => all([not_null(slot), is_null(owner)]),
            (Scope::Own, _) | (_, None) => own(),
            // Who has a unit is one of its people, so that their own is among theirs.
            (Scope::Team, Some(unit)) => words(slot, self.people_ids(unit)),
            (Scope::Subtree, Some(unit)) => self.user_under(slot, unit),
            (Scope::Company, Some(unit)) => self.user_under(slot, self.auth.model.schema.units.top(unit)),
        }
    }

    fn unit_under(self, field: FieldIx, above: UnitIx) -> Expr {
        test(field, Operator::Under, Predicate::UnitUnder(above), self.unit_id(above).into())
    }

    fn user_under(self, field: FieldIx, above: UnitIx) -> Expr {
        test(field, Operator::Under, Predicate::UserUnder(above), self.unit_id(above).into())
    }

    fn unit_id(self, unit: UnitIx) -> String {
        self.auth.model.schema.units.get(unit).map(|unit| unit.id.clone()).unwrap_or_default()
    }

    fn people_ids(self, unit: UnitIx) -> Vec<String> {
        self.auth.people_of(unit).iter().map(|ix| self.auth.id_of(*ix).to_owned()).collect()
    }

    /// The fields that the grants of a verb read, with repetitions.
    pub(super) fn reads(self, verb: Verb, over: Over) -> Vec<FieldIx> {
        let lead = &self.auth.model.lead;
        let mut out = Vec::new();
        for (scope, held) in self.applying(verb, over) {
            match (over, scope) {
                (Over::Fixed(_), _) | (Over::Lead, Scope::All) | (_, Scope::None) => {}
                (Over::Lead, Scope::Unowned) => out.push(lead.owner),
                (Over::Lead, _) => {
                    out.extend(lead.slots.iter().map(|slot| slot.field));
                    if scope != Scope::Own {
                        out.extend(lead.unit.into_iter().chain(lead.access));
                    }
                }
                (Over::Holder(slot), _) => {
                    out.push(slot);
                    if scope == Scope::Unowned {
                        out.push(lead.owner);
                    }
                }
            }
            out.extend(held.grant.filter.iter().flat_map(Query::fields));
        }
        out
    }

    /// Whether the grants of a verb could cover anything at all; without `lead.view`.
    pub(super) fn could(self, verb: Verb, over: Over) -> Result<bool> {
        Ok(!crate::query::assume::is_false(&self.sides(verb, over)?.both()))
    }

    /// The condition under which the actor may give a lead to something that stands so. A receiver who is the actor may also claim.
    pub(super) fn give_node(self, receiver: Relation) -> Result<Expr> {
        let give = self.sides(Verb::LeadGive, Over::Fixed(receiver))?;
        let claim = if receiver.reach == Distance::Own { self.sides(Verb::LeadClaim, Over::Lead)?.both() } else { never() };
        Ok(all([any([give.allow, claim]), not(give.deny)]))
    }
}

fn side(held: &GrantRef<'_>) -> usize {
    match held.grant.effect {
        Effect::Allow => 0,
        Effect::Deny => 1,
    }
}
