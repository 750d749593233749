//! Pools: whose leads they are for.

use super::Authorizer;
use crate::config::UserIx;
use crate::error::Result;
use crate::json::Json;
use crate::query::assume::{all, any};
use crate::query::fold::fold;
use crate::query::node::{Expr, Predicate, Term, TextTest};
use crate::query::schema::Case;
use crate::query::{DayZone, FieldIx, FieldType, Operator};
use crate::time::Instant;

impl Authorizer {
    /// Whether somebody is a member of the pool that the lead names. Where no pools are configured the field is just a field.
    pub(super) fn is_of_pool(&self, field: FieldIx, pool: &str, user: UserIx, now: Option<Instant>) -> Result<bool> {
        let pools = &self.model.pools;
        if pools.is_empty() {
            return Ok(true);
        }
        if !self.folds(field) {
            return pools.find(pool).map_or(Ok(false), |pool| self.in_pool(pool, user, now));
        }
        let wanted = fold(pool);
        for (ix, pool) in (0u32..).zip(pools.iter()) {
            if fold(&pool.id) == wanted && self.in_pool(ix, user, now)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn folds(&self, field: FieldIx) -> bool {
        self.model.schema.get(field).is_some_and(|field| field.kind == FieldType::Text && field.case == Case::Ignored)
    }

    /// The same as a condition over leads.
    pub(super) fn pool_node(&self, user: UserIx, now: Option<Instant>) -> Result<Expr> {
        let (Some(field), false) = (self.model.lead.pool, self.model.pools.is_empty()) else { return Ok(all([])) };
        let mut ids: Vec<&str> = Vec::new();
        for (ix, pool) in (0u32..).zip(self.model.pools.iter()) {
            if self.in_pool(ix, user, now)? {
                ids.push(&pool.id);
            }
        }
        let zone = DayZone::Organisation;
        let test =
            |operator, check, expected| Expr::Test(Box::new(Term { field, operator, negated: false, check, expected, zone: zone.clone() }));
        let none = test(Operator::Empty, Predicate::Empty, Json::Null);
        if ids.is_empty() {
            return Ok(none);
        }
        let shown = Json::List(ids.iter().map(|id| (*id).into()).collect());
        let case = if self.folds(field) { Case::Ignored } else { Case::Sensitive };
        let mut words: Vec<String> = match case {
            Case::Ignored => ids.iter().map(|id| fold(id).into_owned()).collect(),
            _ => ids.iter().map(|id| (*id).to_owned()).collect(),
        };
        crate::sort::all(&mut words);
        words.dedup();
        let check = match self.model.schema.kind(field) {
            FieldType::Text => Predicate::Text(case, TextTest::OneOf(words)),
            _ => Predicate::Words(words),
        };
        Ok(any([none, test(Operator::In, check, shown)]))
    }
}
