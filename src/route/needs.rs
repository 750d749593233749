//! What routing may read of the state, for hosts that keep it in a database.

use crate::btree::BTreeSet;

use crate::access::Authorizer;
use crate::config::{Fallback, GroupIx, Method, Model, RuleTarget, UserIx};
use crate::error::Result;
use crate::plan::state;
use crate::query::FieldIx;
use crate::time::Instant;

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

/// What routing by the rules of a configuration reads.
pub(crate) fn reads(model: &Model, auth: &Authorizer, now: Instant) -> Result<Reads> {
    let mut reach = reach(model);
    let mut out = Reads::default();
    for ix in reach.groups.clone() {
        let Some(group) = model.groups.at(ix) else { continue };
        out.keys.push(state::key("group", &group.id));
        reach.users.extend(auth.members(&group.members, Some(now))?.into_iter().map(|user| user.0));
    }
    let by_time =
        |method: &Method| matches!(method, Method::LeastRecent { .. } | Method::LeastLoaded { .. } | Method::FewestInPeriod { .. });
    let all = model.groups.iter().any(|group| by_time(&group.method) || !group.limits.is_empty());
    if reach.anybody {
        out.prefixes.push("user/".to_owned());
    }
    for user in reach.users.iter().filter_map(|ix| model.users.at(*ix)) {
        if !reach.anybody && (all || !user.limits.is_empty()) {
            out.keys.push(state::key("user", &user.id));
        }
        out.people.push(user.id.clone());
    }
    if reach.anybody {
        out.people = model.users.iter().map(|user| user.id.clone()).collect();
    }
    out.same = reach.same;
    Ok(out)
}
