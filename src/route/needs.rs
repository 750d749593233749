//! What routing may read of the state, for hosts that keep it in a database.

use crate::btree::BTreeSet;

use crate::access::Authorizer;
use crate::config::{Fallback, GroupIx, Method, Model, RuleTarget, UserIx};
use crate::error::Result;
use crate::json::Json;
use crate::offer::due_key;
use crate::plan::state::{self, State};
use crate::query::FieldIx;
use crate::time::Instant;

use super::sweep;

/// What routing reads, whatever the leads are.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    /// Keys of the state.
    pub keys: Vec<String>,
    /// Beginnings of keys.
    pub prefixes: Vec<String>,
    /// People who may receive leads.
    pub people: Vec<String>,
    /// Fields whose values leads are compared by.
    pub same: Vec<FieldIx>,
}

/// Groups and people that rules can reach.
#[derive(Default)]
struct Reach {
    groups: BTreeSet<u32>,
    users: BTreeSet<u32>,
    same: Vec<FieldIx>,
    /// Whether a lead may name anybody.
    anybody: bool,
}

impl Reach {
    fn target(&mut self, model: &Model, target: &RuleTarget) {
        match target {
            RuleTarget::User(user) => {
                self.users.insert(user.0);
            }
            RuleTarget::Group(group) => self.group(model, *group),
            RuleTarget::Pool(_) => {}
            RuleTarget::Field(_, otherwise) => {
                self.anybody = true;
                otherwise.iter().for_each(|otherwise| self.target(model, otherwise));
            }
            RuleTarget::Same { field, otherwise, .. } => {
                self.anybody = true;
                if !self.same.contains(field) {
                    self.same.push(*field);
                }
                self.target(model, otherwise);
            }
        }
    }

    /// Whoever a run has to do with; people who are in no configuration any more are named in `keys`.
    fn run(&mut self, model: &Model, run: &Json, keys: &mut Vec<String>) {
        let group = run.get("group").and_then(Json::as_text).and_then(|id| model.groups.find(id));
        if let Some((ix, group)) = group.and_then(|ix| Some((ix, model.groups.at(ix)?))) {
            self.groups.insert(ix);
            self.users.extend(group.default_assignee.map(|user| user.0));
        }
        for user in run.get("offeredTo").and_then(Json::as_list).unwrap_or_default().iter().filter_map(Json::as_text) {
            match model.users.find(user) {
                Some(user) => drop(self.users.insert(user)),
                None => keys.push(state::key("user", user)),
            }
        }
    }

    fn group(&mut self, model: &Model, ix: GroupIx) {
        let Some(group) = model.groups.at(ix.0) else { return };
        if !self.groups.insert(ix.0) {
            return;
        }
        self.users.extend(group.default_assignee.map(|user| user.0));
        for step in &group.on_nobody {
            match step {
                Fallback::Group(other) => self.group(model, *other),
                Fallback::User(UserIx(user)) => {
                    self.users.insert(*user);
                }
                _ => {}
            }
        }
    }
}

fn reach(model: &Model) -> Reach {
    let mut out = Reach::default();
    for rule in model.rules.iter().filter(|rule| rule.enabled) {
        out.target(model, &rule.to);
    }
    out
}

/// The slots that rules may fill.
pub(crate) fn slots(model: &Model) -> Vec<FieldIx> {
    let mut out = vec![model.lead.owner];
    if model.lead.slots.len() == 1 {
        return out;
    }
    for slot in reach(model).groups.iter().filter_map(|ix| model.groups.at(*ix)).map(|group| group.slot) {
        if !out.contains(&slot) {
            out.push(slot);
        }
    }
    out
}

/// What decides about leads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reached<'a> {
    /// The rules.
    Rules,
    /// A group, and those that it falls back on.
    Group(&'a str),
    /// A run of offers.
    Run(&'a str),
    /// All that time has something to do with; only these runs, where they are named.
    Time(Option<&'a [String]>),
}

/// What deciding about leads reads, as far as the state that is known tells.
pub(crate) fn reads(model: &Model, auth: &Authorizer, now: Instant, reached: Reached<'_>, state: &State) -> Result<Reads> {
    let mut out = Reads::default();
    let mut reach = match reached {
        Reached::Rules => reach(model),
        Reached::Group(id) => {
            let mut reach = Reach::default();
            model.groups.find(id).into_iter().for_each(|ix| reach.group(model, GroupIx(ix)));
            reach
        }
        Reached::Run(id) => {
            let mut reach = Reach::default();
            out.keys.push(state::key("run", id));
            match state.peek(&state::key("run", id)) {
                Some(entry) => reach.run(model, &entry.value, &mut out.keys),
                // Whose run it is will be known once it is read.
                None => {
                    reach.anybody = true;
                    (0u32..).zip(model.groups.iter()).for_each(|(ix, _)| reach.group(model, GroupIx(ix)));
                }
            }
            reach
        }
        Reached::Time(runs) => {
            let mut reach = reach(model);
            reach.anybody = true;
            (0u32..).zip(model.groups.iter()).for_each(|(ix, _)| reach.group(model, GroupIx(ix)));
            match runs {
                Some(runs) => out.keys.extend(runs.iter().map(|run| state::key("run", run))),
                None => {
                    out.prefixes.extend(due_prefixes(now));
                    // Offers of whoever is gone stand there.
                    out.prefixes.push("user/".to_owned());
                    out.keys.extend(sweep::due(state, now).into_iter().map(|(_, run)| state::key("run", run)));
                    let gone = sweep::gone(model, state, &mut sweep::membership(model, auth, now))?;
                    out.keys.extend(gone.runs.into_iter().map(|run| state::key("run", &run)));
                    if !gone.groups.is_empty() {
                        out.prefixes.push("run/".to_owned());
                    }
                }
            }
            reach
        }
    };
    for ix in reach.groups.clone() {
        let Some(group) = model.groups.at(ix) else { continue };
        out.keys.push(state::key("group", &group.id));
        reach.users.extend(auth.members(&group.members, Some(now))?.into_iter().map(|user| user.0));
    }
    let by_time =
        |method: &Method| matches!(method, Method::LeastRecent { .. } | Method::LeastLoaded { .. } | Method::FewestInPeriod { .. });
    let all = model.groups.iter().any(|group| by_time(&group.method) || group.offers() || !group.limits.is_empty());
    if reach.anybody {
        reach.users.extend((0u32..).zip(model.users.iter()).map(|(ix, _)| ix));
    }
    for user in reach.users.iter().filter_map(|ix| model.users.at(*ix)) {
        if all || reach.anybody || !user.limits.is_empty() {
            out.keys.push(state::key("user", &user.id));
        }
        out.people.push(user.id.clone());
    }
    out.same = reach.same;
    Ok(out)
}

/// The beginnings of all keys of what is due up to an instant.
fn due_prefixes(now: Instant) -> Vec<String> {
    let end = due_key(Instant(now.0.saturating_add(1)));
    let (mut out, mut before) = (Vec::new(), "due/".to_owned());
    for digit in end.chars() {
        for lower in "0123456789abcdef".chars().take_while(|lower| *lower < digit) {
            out.push(format!("{before}{lower}"));
        }
        before.push(digit);
    }
    out
}

/// The leads of those runs of the state that are read.
pub(crate) fn leads_of_runs(state: &State, keys: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for entry in keys.iter().filter(|key| key.starts_with("run/")).filter_map(|key| state.peek(key)) {
        out.extend(entry.value.get("lead").and_then(Json::as_text).map(str::to_owned));
    }
    out
}
