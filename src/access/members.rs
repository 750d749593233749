//! Who belongs to a description of members.

use crate::btree::BTreeMap;
use std::cell::OnceCell;

use super::Authorizer;
use crate::config::{Members, User, UserIx, UserKind};
use crate::error::Result;
use crate::filter::{self, Context};
use crate::time::Instant;

/// Users in order, and whether somebody is among them.
#[derive(Clone, Debug, Default)]
pub struct MemberSet {
    users: Vec<UserIx>,
    bits: Vec<u64>,
}

impl MemberSet {
    /// Whether somebody is among them.
    pub fn contains(&self, UserIx(ix): UserIx) -> bool {
        self.bits.get(ix as usize / 64).is_some_and(|word| word >> (ix % 64) & 1 == 1)
    }

    /// Adds somebody, once.
    fn add(&mut self, user: UserIx) {
        if self.contains(user) {
            return;
        }
        let word = user.0 as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits.get_mut(word).into_iter().for_each(|word| *word |= 1 << (user.0 % 64));
        self.users.push(user);
    }
}

impl Authorizer {
    /// The members: users as listed, then, in the order of the configuration, holders of the tags and people of the unit; all of
    /// them narrowed by the filter.
    ///
    /// # Errors
    /// `now_required` and `actor_required` where the filter needs what members do not have.
    pub fn members(&self, members: &Members, now: Option<Instant>) -> Result<Vec<UserIx>> {
        self.member_set(members, now).map(|set| set.users)
    }

    /// The same, ready to be asked who is among them.
    ///
    /// # Errors
    /// As [`Authorizer::members`].
    pub fn member_set(&self, members: &Members, now: Option<Instant>) -> Result<MemberSet> {
        let model = &self.model;
        let ctx = Context { schema: &model.user_schema, people: self, now, actor: None };
        let belongs = |ix: UserIx| match (&members.filter, model.users.get(ix)) {
            (_, None) => Ok(false),
            (None, Some(_)) => Ok(true),
            (Some(filter), Some(user)) => filter::matches(filter, user, &ctx),
        };
        let mut found: Vec<UserIx> = Vec::new();
        for tag in &members.tags {
            found.extend(self.holders_of(tag));
        }
        if let Some(above) = members.unit {
            let units = &model.schema.units;
            let person = |ix: &UserIx| model.users.get(*ix).is_some_and(|user| user.kind == UserKind::Person);
            for unit in (0u32..).zip(units.units()).map(|(ix, _)| crate::query::UnitIx(ix)).filter(|unit| units.is_under(*unit, above)) {
                found.extend(self.people_of(unit).iter().copied().filter(person));
            }
        }
        crate::sort::all(&mut found);
        let mut out = MemberSet::default();
        for ix in members.users.iter().copied().chain(found) {
            if !out.contains(ix) && belongs(ix)? {
                out.add(ix);
            }
        }
        Ok(out)
    }

    fn holders_of(&self, tag: &str) -> &[UserIx] {
        let all = self.of_tag.get_or_init(|| {
            let mut out: BTreeMap<String, Vec<UserIx>> = BTreeMap::new();
            for (ix, user) in (0u32..).zip(self.model.users.iter()) {
                for tag in &user.tags {
                    match out.get_mut(tag) {
                        Some(list) => list.push(UserIx(ix)),
                        None => {
                            out.insert(tag.clone(), vec![UserIx(ix)]);
                        }
                    }
                }
            }
            out
        });
        all.get(tag).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody is among members that are kept in `kept` once they are known.
    fn is_among(&self, kept: Option<&OnceCell<MemberSet>>, members: &Members, user: UserIx, now: Option<Instant>) -> Result<bool> {
        if let Some(set) = kept.and_then(OnceCell::get) {
            return Ok(set.contains(user));
        }
        let set = self.member_set(members, now)?;
        let found = set.contains(user);
        // Who belongs today is not who belongs tomorrow where the filter reads the time.
        if let (Some(kept), false) = (kept, members.filter.as_ref().is_some_and(crate::query::Query::needs_now)) {
            kept.get_or_init(|| set);
        }
        Ok(found)
    }

    /// Whether somebody may be given, or may claim, the leads of a pool.
    ///
    /// # Errors
    /// As [`Authorizer::members`].
    pub fn in_pool(&self, pool: u32, user: UserIx, now: Option<Instant>) -> Result<bool> {
        match self.model.pools.at(pool).map(|pool| &pool.members) {
            Some(Some(members)) => self.is_among(self.pools.get(pool as usize), members, user, now),
            Some(None) => Ok(true),
            None => Ok(false),
        }
    }

    /// Whether somebody may hold a slot.
    ///
    /// # Errors
    /// As [`Authorizer::members`].
    pub fn fits_slot(&self, slot: crate::query::FieldIx, user: UserIx, now: Option<Instant>) -> Result<bool> {
        let found = self.model.lead.slots.iter().zip(&self.slots).find(|(known, _)| known.field == slot);
        match found.map(|(slot, kept)| (slot.holders.as_ref(), kept)) {
            Some((Some(holders), kept)) => self.is_among(Some(kept), holders, user, now),
            Some((None, _)) => Ok(true),
            None => Ok(false),
        }
    }

    /// Whether a user is at or below one of these units.
    pub(super) fn is_of_units(&self, user: &User, units: &[crate::query::UnitIx]) -> bool {
        user.unit.is_some_and(|unit| units.iter().any(|above| self.model.schema.units.is_under(unit, *above)))
    }
}
