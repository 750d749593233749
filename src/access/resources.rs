//! Questions about lists, groups, rules, people and plans.
//!
//! Scopes go by the unit of the group, of the list's owner, of the user, of the plan's actor. What has no unit is covered by `all`
//! only, and so are rules.

use super::can::{Found, Verdict};
use super::reach::{Distance, Relation, between};
use super::{Action, Authorizer, Check, Decision, Principal, Reason, Request, hint};
use crate::config::access::Effect;
use crate::config::{Group, SavedList, User, UserIx, Verb};
use crate::error::Result;

/// What stands nowhere: no unit, nobody's.
const NOWHERE: Relation = Relation { reach: Distance::Stranger, unowned: false };

impl Authorizer {
    /// Answers a question about something that is not a lead.
    pub(super) fn about_things(&self, asker: Principal<'_>, verb: Verb, question: &Request<'_>) -> Result<Decision> {
        let mut found = Found::default();
        match verb {
            Verb::ListView | Verb::ListUse | Verb::ListEdit | Verb::ListShare | Verb::ListDelete => match question.list {
                Some(id) => asker.about_list(verb, id, &mut found),
                None => asker.any_thing(verb, &mut found)?,
            },
            Verb::GroupView | Verb::GroupEdit | Verb::GroupTrigger | Verb::GroupCancel => asker.about_group(verb, question, &mut found)?,
            Verb::RuleView | Verb::RuleEdit => match question.rule.filter(|id| self.model.rules.find(id).is_none()) {
                Some(id) => found.failed.push(unknown("unknown_rule", "rule", id, None)),
                None => asker.of_thing(verb, NOWHERE, &mut found),
            },
            _ => match (question.user, question.unit) {
                (Some(user), _) => asker.of_thing(verb, asker.standing_of(user), &mut found),
                (None, Some(unit)) => asker.of_thing(verb, asker.at_unit(Some(unit)), &mut found),
                (None, None) => asker.any_thing(verb, &mut found)?,
            },
        }
        Ok(found.decide())
    }

    fn shares(&self, list: &SavedList, ix: UserIx, user: &User) -> bool {
        list.everyone
            || list.users.contains(&ix)
            || self.is_of_units(user, &list.units)
            || list.profiles.iter().any(|profile| user.profiles.contains(profile))
    }

    /// Whether a group may be chosen by somebody, as far as their unit goes.
    pub fn is_available(&self, user: UserIx, group: &Group) -> bool {
        group.available_to.is_empty() || self.model.users.get(user).is_some_and(|user| self.is_of_units(user, &group.available_to))
    }

    /// One verb about a list.
    ///
    /// # Errors
    /// None that a compiled configuration can give.
    pub fn list_use(&self, actor: UserIx, list: &str) -> Result<Decision> {
        let actor = self.id_of(actor);
        self.can(&Request { list: Some(list), ..Request::new(actor, Action::Verb(Verb::ListUse)) })
    }

    /// One verb about a group: `group.trigger` also asks whether the group is available to the actor's unit.
    ///
    /// # Errors
    /// None that a compiled configuration can give.
    pub fn group_may(&self, actor: UserIx, verb: Verb, group: &str) -> Result<Decision> {
        let actor = self.id_of(actor);
        self.can(&Request { group: Some(group), ..Request::new(actor, Action::Verb(verb)) })
    }

    /// One verb about a group that is in the configuration no more: it stands nowhere.
    ///
    /// # Errors
    /// None that a compiled configuration can give.
    pub fn gone_group_may(&self, actor: UserIx, verb: Verb) -> Result<Decision> {
        let mut found = Found::default();
        match self.asker(actor, None) {
            Some(asker) => asker.of_thing(verb, NOWHERE, &mut found),
            None => found.failed.push(self.inactive(actor)),
        }
        Ok(found.decide())
    }

    /// One verb about somebody: `member.pause` of a user; `log.view` and `plan.undo` of a plan's actor, who may not exist any more.
    ///
    /// # Errors
    /// None that a compiled configuration can give.
    pub fn person_may(&self, actor: UserIx, verb: Verb, user: &str) -> Result<Decision> {
        let actor = self.id_of(actor);
        self.can(&Request { user: Some(user), ..Request::new(actor, Action::Verb(verb)) })
    }
}

fn unknown(code: &'static str, what: &str, id: &str, near: Option<String>) -> Reason {
    let question = None;
    let reason = Reason::new(code, question, format!("there is no {what} `{id}`"));
    match near {
        Some(near) => reason.with("hint", near),
        None => reason,
    }
}

impl<'g> Principal<'g> {
    fn at_unit(self, unit: Option<crate::query::UnitIx>) -> Relation {
        Relation::at(between(&self.auth.model.schema.units, self.user.unit, unit))
    }

    /// What the grants of a verb say of something that stands so.
    fn thing(self, verb: Verb, standing: Relation) -> Verdict<'g> {
        let mut granted = Verdict::Silent;
        for held in self.grants(verb).filter(|held| standing.is_in(held.grant.scope)) {
            match (held.grant.effect, &granted) {
                (Effect::Deny, _) => return Verdict::Denied(held),
                (Effect::Allow, Verdict::Silent) => granted = Verdict::Granted(held),
                _ => {}
            }
        }
        granted
    }

    fn of_thing(self, verb: Verb, standing: Relation, found: &mut Found) {
        self.note(found, Check::of(verb), self.thing(verb, standing), || self.may_not(verb));
    }

    /// What is said of a list: by grants, or else by whose it is and with whom it is shared.
    fn list(self, verb: Verb, list: &SavedList) -> (Verdict<'g>, Option<&'static str>) {
        let verdict = self.thing(verb, self.standing_of(self.auth.id_of(list.owner)));
        let without = match verdict {
            Verdict::Silent if !matches!(verb, Verb::ListView | Verb::ListUse) => None,
            Verdict::Silent if list.owner == self.ix => Some("owner"),
            Verdict::Silent if self.auth.shares(list, self.ix, self.user) => Some("shared"),
            _ => None,
        };
        (verdict, without)
    }

    fn has(self, verb: Verb, list: &SavedList) -> bool {
        matches!(self.list(verb, list), (Verdict::Granted(_), _) | (_, Some(_)))
    }

    fn about_list(self, verb: Verb, id: &str, found: &mut Found) {
        let lists = &self.auth.model.lists;
        let known = lists.by_id(id).filter(|list| self.has(Verb::ListView, list) || self.has(Verb::ListUse, list) || self.has(verb, list));
        let Some(list) = known else {
            let seen = lists.iter().filter(|list| self.has(Verb::ListView, list)).map(|list| list.id.as_str());
            found.failed.push(unknown("unknown_list", "list", id, hint(id, seen)));
            return;
        };
        match self.list(verb, list) {
            (_, Some(code)) => {
                let message = if code == "owner" { "the list is the actor's own" } else { "the list is shared with the actor" };
                found.granted.push(Reason::new(code, Check::of(verb), message));
            }
            (verdict, None) => self.note(found, Check::of(verb), verdict, || self.may_not(verb)),
        }
    }

    fn about_group(self, verb: Verb, question: &Request<'_>, found: &mut Found) -> Result<()> {
        let groups = &self.auth.model.groups;
        let Some(id) = question.group else {
            match question.unit {
                Some(unit) => self.of_thing(verb, self.at_unit(Some(unit)), found),
                None => self.any_thing(verb, found)?,
            }
            return Ok(());
        };
        let covered = |verb: Verb, group: &Group| matches!(self.thing(verb, self.at_unit(group.unit)), Verdict::Granted(_));
        let triggers = |group: &Group| covered(Verb::GroupTrigger, group) && self.auth.is_available(self.ix, group);
        let seen = |group: &Group| covered(Verb::GroupView, group) || triggers(group);
        let Some(group) = groups.by_id(id).filter(|group| seen(group) || (verb != Verb::GroupTrigger && covered(verb, group))) else {
            let near = hint(id, groups.iter().filter(|group| seen(group)).map(|group| group.id.as_str()));
            found.failed.push(unknown("unknown_group", "group", id, near));
            return Ok(());
        };
        self.of_thing(verb, self.at_unit(group.unit), found);
        if let Some(unit) = question.unit.filter(|unit| Some(*unit) != group.unit) {
            // A group that moves is asked about on both sides.
            self.of_thing(verb, self.at_unit(Some(unit)), found);
        }
        if verb == Verb::GroupTrigger && !self.auth.is_available(self.ix, group) {
            let message = format!("the group `{id}` is not available to the unit of `{}`", self.user.id);
            found.failed.push(Reason::new("not_available", Check::of(verb), message));
        }
        Ok(())
    }

    fn any_thing(self, verb: Verb, found: &mut Found) -> Result<()> {
        if !self.could_thing(verb)? {
            found.failed.push(self.never(verb));
        }
        Ok(())
    }

    /// Whether the grants of a verb, or what is shared, could cover anything there is.
    pub(super) fn could_thing(self, verb: Verb) -> Result<bool> {
        let model = &self.auth.model;
        let people = || model.users.iter().any(|user| matches!(self.thing(verb, self.standing_of(&user.id)), Verdict::Granted(_)));
        let units = || {
            let mut all = (0u32..).zip(model.schema.units.units()).map(|(ix, _)| Some(crate::query::UnitIx(ix))).chain([None]);
            all.any(|unit| matches!(self.thing(verb, self.at_unit(unit)), Verdict::Granted(_)))
        };
        if !matches!(verb, Verb::ListView | Verb::ListUse) && self.grants(verb).all(|held| held.grant.effect == Effect::Deny) {
            return Ok(false);
        }
        Ok(match verb {
            Verb::ListView | Verb::ListUse => model.lists.iter().any(|list| self.has(verb, list)) || people(),
            Verb::GroupTrigger => model.groups.iter().any(|group| {
                self.auth.is_available(self.ix, group) && matches!(self.thing(verb, self.at_unit(group.unit)), Verdict::Granted(_))
            }),
            Verb::GroupView | Verb::GroupEdit | Verb::GroupCancel => units(),
            Verb::RuleView | Verb::RuleEdit => matches!(self.thing(verb, NOWHERE), Verdict::Granted(_)),
            _ => people(),
        })
    }
}
