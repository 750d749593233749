//! What routing works out of a configuration alone: once for it, not once a call.

use crate::btree::BTreeMap;
use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::access::Authorizer;
use crate::allot::match_condition;
use crate::config::{Group, GroupIx, Limit, Method, Model, RuleTarget, UserIx};
use crate::error::Result;
use crate::plan::state;
use crate::query::assume::is_true;
use crate::query::{FieldIx, Query};
use crate::rotate::{Member, PlaceSet, Seat, Seats};
use crate::time::Instant;

use super::parts::{self, Roster, RuleOutcome};

/// A configuration, as routing looks at it.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Whether stamps, loads and owners of other leads decide anything.
    pub uses_recency: bool,
    pub uses_loads: bool,
    pub uses_same: bool,
    /// Whether calendar periods are counted by.
    pub uses_periods: bool,
    /// Whether some rule has a schedule.
    pub scheduled: bool,
    /// Limits of all groups.
    pub group_limits: Vec<Limit>,
    /// Whether a field that routing sets decides whether a lead is open.
    pub open_moves: bool,
    /// By group and user: what the user's `match` asks of a lead.
    matches: RefCell<BTreeMap<(u32, u32), Rc<Query>>>,
    /// By user: the key of what is remembered of them.
    user_keys: Vec<OnceCell<Rc<str>>>,
    /// By group: its members, where that does not depend on the time.
    rosters: RefCell<BTreeMap<u32, Rc<Roster>>>,
    /// By rule: why it is not tried at all, where that does not depend on the time.
    closed: OnceCell<Rc<Vec<Option<RuleOutcome>>>>,
    /// By slot and user: whether nothing of a lead keeps it from the user.
    any_lead: RefCell<BTreeMap<(FieldIx, u32), bool>>,
}

fn by_same(target: &RuleTarget) -> bool {
    match target {
        RuleTarget::Same { .. } => true,
        RuleTarget::Field(_, otherwise) => otherwise.as_deref().is_some_and(by_same),
        _ => false,
    }
}

/// Whether who is a member changes with the time.
fn changes_by_itself(group: &Group) -> bool {
    group.members.filter.as_ref().is_some_and(Query::needs_now)
}

/// The limits of a person in a group, or as themselves.
pub(super) fn limits(model: &Model, user: UserIx, group: Option<GroupIx>) -> &[Limit] {
    let own = model.users.get(user).map(|user| user.limits.as_slice()).unwrap_or_default();
    match group.and_then(|group| model.groups.at(group.0)) {
        Some(group) if own.is_empty() => &group.limits,
        _ => own,
    }
}

/// The capacity of a person in a group, or as themselves.
pub(super) fn capacity(model: &Model, user: UserIx, group: Option<GroupIx>) -> Option<u64> {
    let own = model.users.get(user).and_then(|user| user.capacity);
    own.or_else(|| group.and_then(|group| model.groups.at(group.0)).and_then(|group| group.capacity))
}

impl Compiled {
    /// That of a configuration.
    pub fn of(auth: &Authorizer) -> Rc<Compiled> {
        let made = Rc::clone(auth.derived(|| Rc::new(Compiled::new(auth.model())) as Rc<dyn Any>));
        made.downcast().unwrap_or_else(|_| Rc::new(Compiled::new(auth.model())))
    }

    fn new(model: &Model) -> Compiled {
        let by_recency =
            |method: &Method| matches!(method, Method::LeastRecent { .. } | Method::LeastLoaded { .. } | Method::FewestInPeriod { .. });
        let by_load = |group: &Group| group.capacity.is_some() || matches!(group.method, Method::LeastLoaded { .. });
        let mut group_limits = Vec::new();
        for group in model.groups.iter() {
            group_limits.extend(group.limits.iter().cloned());
        }
        let sets = |field: FieldIx| {
            model.lead.slot(field).is_some()
                || [model.lead.assigned_at, model.lead.routed_by, model.lead.pool].contains(&Some(field))
                || model.lifecycle.on_assign.iter().any(|patch| patch.field == field)
        };
        Compiled {
            uses_recency: model.groups.iter().any(|group| by_recency(&group.method) || group.offers()),
            uses_loads: model.users.iter().any(|user| user.capacity.is_some()) || model.groups.iter().any(by_load),
            uses_periods: !group_limits.is_empty()
                || model.users.iter().any(|user| !user.limits.is_empty())
                || model.groups.iter().any(|group| matches!(group.method, Method::FewestInPeriod { .. })),
            scheduled: model.rules.iter().any(|rule| rule.schedule.is_some()),
            uses_same: model.rules.iter().any(|rule| by_same(&rule.to)),
            group_limits,
            open_moves: model.lifecycle.open.as_ref().is_some_and(|open| open.fields().into_iter().any(sets)),
            matches: RefCell::default(),
            user_keys: vec![OnceCell::new(); model.users.len()],
            rosters: RefCell::default(),
            closed: OnceCell::new(),
            any_lead: RefCell::default(),
        }
    }

    /// The members of a group, with what follows from who they are.
    pub fn roster(&self, auth: &Authorizer, ix: GroupIx, now: Instant) -> Result<Rc<Roster>> {
        if let Some(known) = self.rosters.borrow().get(&ix.0) {
            return Ok(Rc::clone(known));
        }
        let model = auth.model();
        let Some(group) = model.groups.at(ix.0) else { return Ok(Rc::default()) };
        let members = auth.members(&group.members, Some(now))?;
        let (mut seats, mut people) = (Vec::with_capacity(members.len()), Vec::with_capacity(members.len()));
        let mut roster = Roster::default();
        for (place, user) in members.iter().enumerate() {
            let known = model.users.get(*user);
            let capacity = capacity(model, *user, Some(ix));
            let weight = known.map_or(0, |user| user.weight);
            people.push(Member(user.0));
            let most = capacity.map(|capacity| u32::try_from(capacity).unwrap_or(u32::MAX));
            seats.push(Seat { member: Member(user.0), weight, capacity: most });
            if capacity.is_some() || !limits(model, *user, Some(ix)).is_empty() {
                roster.bound.insert(place);
            }
            if self.is_limited(model, *user) {
                roster.watched.insert(user.0 as usize);
            }
            if !group.matches.is_empty() {
                roster.matches.push(self.matching(model, ix, *user)?);
            }
        }
        (roster.members, roster.people, roster.seats) = (Rc::new(members), people, Rc::new(Seats::new(&seats)));
        let roster = Rc::new(roster);
        if !changes_by_itself(group) {
            self.rosters.borrow_mut().insert(ix.0, Rc::clone(&roster));
        }
        Ok(roster)
    }

    /// Whether the members of a group are others by now.
    pub fn has_others(&self, auth: &Authorizer, ix: GroupIx, now: Instant, roster: &Roster) -> Result<bool> {
        match auth.model().groups.at(ix.0) {
            Some(group) if changes_by_itself(group) => Ok(auth.members(&group.members, Some(now))? != *roster.members),
            _ => Ok(false),
        }
    }

    /// The places of members of whom nothing is to be asked about a lead in a slot: they may have every one, and accept it.
    pub fn unasked<'r>(&self, auth: &Authorizer, slot: FieldIx, roster: &'r Roster) -> Result<&'r PlaceSet> {
        if let Some(known) = roster.unasked.get() {
            return Ok(known);
        }
        let mut out = PlaceSet::none(roster.members.len());
        for (place, user) in roster.members.iter().enumerate() {
            let matched = roster.matches.get(place).is_none_or(|query| is_true(query.root()));
            let accepts = auth.model().users.get(*user).is_some_and(|user| user.active && user.accepts.is_none());
            if matched && accepts && self.may_hold_any(auth, slot, *user)? {
                out.insert(place);
            }
        }
        Ok(roster.unasked.get_or_init(|| out))
    }

    /// Whether a person's assignments are counted for limits.
    pub fn is_limited(&self, model: &Model, user: UserIx) -> bool {
        !self.group_limits.is_empty() || model.users.get(user).is_some_and(|user| !user.limits.is_empty())
    }

    /// By rule: why it is not tried at all.
    pub fn closed(&self, model: &Model, now: Instant) -> Rc<Vec<Option<RuleOutcome>>> {
        if self.scheduled {
            return Rc::new(parts::closed(model, now));
        }
        Rc::clone(self.closed.get_or_init(|| Rc::new(parts::closed(model, now))))
    }

    /// The key of what is remembered of somebody.
    pub fn user_key(&self, user: UserIx, id: &str) -> Rc<str> {
        let make = || state::key("user", id).into();
        self.user_keys.get(user.0 as usize).map_or_else(make, |key| Rc::clone(key.get_or_init(make)))
    }

    /// What a member's `match` asks of a lead.
    pub fn matching(&self, model: &Model, ix: GroupIx, user: UserIx) -> Result<Rc<Query>> {
        if let Some(known) = self.matches.borrow().get(&(ix.0, user.0)) {
            return Ok(Rc::clone(known));
        }
        let query = Rc::new(Query::from(match_condition::condition(model, ix.0, user)?));
        self.matches.borrow_mut().insert((ix.0, user.0), Rc::clone(&query));
        Ok(query)
    }

    /// Whether somebody may have any lead in a slot.
    pub fn may_hold_any(&self, auth: &Authorizer, slot: FieldIx, user: UserIx) -> Result<bool> {
        if let Some(known) = self.any_lead.borrow().get(&(slot, user.0)) {
            return Ok(*known);
        }
        let any = auth.may_hold_any(slot, user)?;
        self.any_lead.borrow_mut().insert((slot, user.0), any);
        Ok(any)
    }
}
