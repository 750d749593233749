//! Groups that can do nothing, or nothing at some hours.

use super::Linter;
use crate::config::{Fallback, Group, Method, User, UserIx};
use crate::error::{Diagnostic, Result, pointer};
use crate::json::Json;
use crate::query::FieldIx;
use crate::time::{Day, Schedule};

const MINUTES: usize = 7 * 1440;
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Linter<'_> {
    pub(super) fn groups(&mut self) -> Result<()> {
        let routed = self.routed_groups();
        for (ix, group) in self.model.groups.iter().enumerate() {
            let is_routed = routed.get(ix).copied().unwrap_or(false);
            self.members(ix, group)?;
            if let Some(user) = group.default_assignee {
                self.receiver(user, group.slot, Self::at("groups", ix, "defaultAssignee"), "is the default assignee")?;
            }
            for (at, step) in group.on_nobody.iter().enumerate() {
                let path = pointer(&Self::at("groups", ix, "onNobody"), at);
                match step {
                    Fallback::User(user) => self.receiver(*user, group.slot, pointer(&path, "user"), "is a fallback")?,
                    Fallback::NextRule if !is_routed => {
                        let message = format!("no rule comes to the group `{}`, so that there is no next rule", group.id);
                        self.warn("next_rule_without_rule", path, message, "name a group, a pool, a user or `default` instead");
                    }
                    _ => {}
                }
            }
            let lead = &self.model.lead;
            if group.remember.is_some() && lead.previous_owners.is_none() {
                let message = format!("the group `{}` remembers owners, and no field holds them", group.id);
                self.warn("remember_without_field", Self::at("groups", ix, "remember"), message, "name a field as `lead.previousOwners`");
            }
            if is_offer(&group.method) && lead.run.is_none() {
                let message = format!("the group `{}` makes offers, and no field holds the run that locks a lead", group.id);
                self.warn("offer_without_run", Self::at("groups", ix, "method"), message, "name a text field as `lead.run`");
            }
        }
        Ok(())
    }

    /// Warns of somebody who is to receive leads and never may.
    pub(super) fn receiver(&mut self, user: UserIx, slot: FieldIx, path: String, what: &str) -> Result<()> {
        if let Some(hurdle) = self.asked(self.auth.never_receives(slot, user, None))?.flatten() {
            let reason = self.auth.refusal_of(hurdle, user, slot);
            let id = self.model.users.get(user).map_or("", |user| user.id.as_str());
            let message = format!("`{id}` {what} and can receive no lead: {}", reason.message);
            let fault = Diagnostic::warning("receiver_never_receives", path, message).with("user", id).with("reason", hurdle.code());
            self.found.push(fault.hint("name somebody else, or mend what is in the way"));
        }
        Ok(())
    }

    /// An answer, unless it depends on the time.
    fn asked<T>(&self, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.code == "out_of_memory" => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn members(&mut self, ix: usize, group: &Group) -> Result<()> {
        let Some(users) = self.asked(self.auth.members(&group.members, None))? else { return Ok(()) };
        let path = || Self::at("groups", ix, "members");
        let mut able: Vec<&User> = Vec::new();
        let mut active = false;
        for ix in users {
            let Some(user) = self.model.users.get(ix) else { continue };
            active |= user.active;
            let Some(hurdle) = self.asked(self.auth.never_receives(group.slot, ix, None))? else { return Ok(()) };
            if hurdle.is_none() {
                able.push(user);
            }
        }
        if !active {
            let message = format!("the group `{}` has no active member", group.id);
            self.warn("group_without_members", path(), message, "add somebody who is active");
        } else if able.is_empty() {
            let message = format!("no active member of the group `{}` can receive a lead", group.id);
            self.warn("group_without_receivers", path(), message, "a receiver is a person who may hold the slot and see leads");
        } else if group.method == Method::Weighted && able.iter().all(|user| user.weight == 0) {
            let message = format!("every member of the group `{}` has the weight 0, so that nobody is ever picked", group.id);
            self.warn("group_weights_zero", path(), message, "give somebody a weight above 0");
        } else {
            if group.method == Method::Weighted {
                able.retain(|user| user.weight > 0);
            }
            self.hours(ix, group, &able);
        }
        Ok(())
    }

    /// A group that says when it works, and has nobody then. A group without hours of its own has those of its members.
    fn hours(&mut self, ix: usize, group: &Group, able: &[&User]) {
        let schedule = |at: Option<u32>| at.and_then(|at| self.model.schedules.at(at)).map(|hours| &hours.hours);
        let Some(own) = schedule(group.schedule) else { return };
        let mut hours: Vec<&Schedule> = Vec::new();
        for user in able {
            match schedule(user.schedule) {
                None => return,
                Some(more) if hours.contains(&more) => {}
                Some(more) => hours.push(more),
            }
        }
        let uncovered = uncovered(own, &hours);
        if uncovered.is_empty() {
            return;
        }
        let (mut text, mut list) = (Vec::new(), Vec::new());
        for (day, from, to) in uncovered {
            let clock = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
            let name = DAYS.get(day).copied().unwrap_or_default();
            text.push(format!("{name} {}-{}", clock(from), clock(to)));
            list.push(Json::object([
                ("day", Json::Number(u32::try_from((day + 1) % 7).unwrap_or(0).into())),
                ("from", clock(from).into()),
                ("to", clock(to).into()),
            ]));
        }
        let shown = text.iter().take(7).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if text.len() > 7 { format!(" and {} more", text.len() - 7) } else { String::new() };
        let message = format!("nobody of the group `{}` works at some of its hours: {shown}{more}", group.id);
        let fault = Diagnostic::warning("group_hours_uncovered", Self::at("groups", ix, "schedule"), message);
        let fault = fault.hint("shorten the group's schedule, or add somebody who works then").with("group", group.id.as_str());
        self.found.push(fault.with("hours", Json::List(list)));
    }
}

fn is_offer(method: &Method) -> bool {
    matches!(method, Method::SequentialOffer { .. } | Method::BroadcastOffer { .. })
}

/// Stretches of a group's week (day from Monday, minutes by its own clock) at which none of the schedules is open: by the weekdays
/// alone, in a week of January and in one of July 2026, so that summer time of one zone and not of the other is no alarm.
fn uncovered(own: &Schedule, others: &[&Schedule]) -> Vec<(usize, usize, usize)> {
    // 2026-01-12 and 2026-07-13 are Mondays.
    let mut alone = vec![true; MINUTES];
    for monday in [Day(20_465), Day(20_647)] {
        let start = own.zone().start_of(monday).0;
        for (minute, alone) in (0i64..).zip(alone.iter_mut()) {
            let at = crate::time::Instant(start + minute * 60_000);
            *alone = *alone && own.is_open_in_week(at) && !others.iter().any(|other| other.is_open_in_week(at));
        }
    }
    let mut out: Vec<(usize, usize, usize)> = Vec::new();
    for (minute, _) in alone.iter().enumerate().filter(|(_, alone)| **alone) {
        let (day, minute) = (minute / 1440, minute % 1440);
        match out.last_mut() {
            Some(last) if last.0 == day && last.2 == minute => last.2 = minute + 1,
            _ => out.push((day, minute, minute + 1)),
        }
    }
    out
}
