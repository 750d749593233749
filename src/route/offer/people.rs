//! What the state machine knows of people: the same tests as for groups that give leads.

use std::cell::RefCell;

use crate::config::groups::WhenEmpty;
use crate::config::{GroupIx, UserIx};
use crate::error::{Error, Result};
use crate::offer::{Blocked, Person, View};
use crate::query::FieldIx;
use crate::time::Instant;

use super::deadline;
use crate::route::parts::Group;
use crate::route::reasons::Reasons;
use crate::route::router::{Router, Subject};

/// A group as a run sees it in one call.
pub(super) struct People<'a, 'r, 'p> {
    pub router: RefCell<&'r mut Router<'p>>,
    pub ix: Option<GroupIx>,
    pub group: &'a Group<'a>,
    pub slot: FieldIx,
    pub members: Vec<Person>,
    pub lead: Subject<'a>,
    /// Who has declined.
    pub declined: Vec<Person>,
    pub ignored: Reasons,
    /// The first fault that was met.
    pub error: RefCell<Option<Error>>,
}

impl People<'_, '_, '_> {
    /// The answer, or none where it cannot be worked out: the fault is told in the end.
    fn ask<T>(&self, otherwise: T, question: impl FnOnce(&mut Router<'_>) -> Result<T>) -> T {
        question(&mut self.router.borrow_mut()).unwrap_or_else(|error| {
            self.error.borrow_mut().get_or_insert(error);
            otherwise
        })
    }

    fn place(&self, person: Person) -> Option<usize> {
        self.members.iter().position(|member| *member == person)
    }

    /// Whether there is no hard reason against a member.
    fn passes(&self, place: usize) -> bool {
        let Some(ix) = self.ix else { return false };
        self.ask(Reasons::INACTIVE, |router| router.of_member(ix, self.group, place, &self.lead)).without(self.ignored).is_empty()
    }

    /// Whether somebody of these places could be asked instead.
    fn others(&self, places: impl Iterator<Item = usize>) -> bool {
        for place in places {
            let declined = self.members.get(place).is_none_or(|person| self.declined.contains(person));
            if !declined && self.passes(place) {
                return true;
            }
        }
        false
    }
}

impl View for People<'_, '_, '_> {
    fn members(&self) -> &[Person] {
        &self.members
    }

    fn is_member(&self, person: Person) -> bool {
        self.place(person).is_some()
    }

    fn is_active(&self, person: Person) -> bool {
        self.router.borrow().planner.model.users.at(person.0).is_some_and(|user| user.active)
    }

    fn is_eligible(&self, person: Person) -> bool {
        let (Some(place), Some(ix)) = (self.place(person), self.ix) else { return false };
        // A group that makes offers no more, or for another slot, asks nobody else.
        let offers = self.router.borrow().offers.contains_key(&ix.0) && self.group.slot == self.slot;
        if !offers || !self.passes(place) {
            return false;
        }
        // Soft reasons are relaxed one by one, while nobody else is left.
        let (current, recent) = self.router.borrow().soft(ix, self.group, &self.lead);
        let is_recent = recent.contains(&place);
        if !is_recent && current != Some(place) {
            return true;
        }
        let group = self.router.borrow().planner.model.groups.at(ix.0);
        if group.is_some_and(|group| matches!(group.remember, Some((_, WhenEmpty::Strict)))) {
            return false;
        }
        let plain = |place: &usize| Some(*place) != current && !recent.contains(place);
        let owner = current.filter(|place| is_recent && !recent.contains(place));
        !self.others((0..self.members.len()).filter(plain)) && !self.others(owner.into_iter())
    }

    fn last_claim(&self, person: Person) -> Option<Instant> {
        self.ask(None, |router| Ok(router.person(UserIx(person.0))?.memory().claimed)).map(Instant)
    }

    fn default_assignee(&self) -> Result<Person, Blocked> {
        let group = self.ix.and_then(|ix| self.router.borrow().planner.model.groups.at(ix.0));
        let user = group.and_then(|group| group.default_assignee).ok_or(Blocked::NoDefault)?;
        let reasons = self.ask(Reasons::NOT_PERMITTED, |router| router.of_user(user, self.slot, &self.lead));
        let against = reasons.without(Reasons::OF_DEFAULT);
        let blocks = [(Reasons::INACTIVE, Blocked::Inactive), (Reasons::PAUSED, Blocked::Paused), (Reasons::ABSENT, Blocked::Absent)];
        match blocks.into_iter().find(|(reason, _)| against.has(*reason)) {
            Some((_, blocked)) => Err(blocked),
            None if against.is_empty() => Ok(Person(user.0)),
            None => Err(Blocked::NotPermitted),
        }
    }

    fn deadline(&self, from: Instant, minutes: u32) -> Option<Instant> {
        let router = self.router.borrow();
        let group = self.ix.and_then(|ix| router.planner.model.groups.at(ix.0))?;
        deadline(&router, group, from, minutes)
    }
}
