//! The smallest changes of people that would have given a lead to somebody who was passed over.
//!
//! A walk of the lead that ends with somebody else is altered only by what takes that person out, or by what lifts a reason against the one
//! who is wanted where they were asked. So every set that gives them the lead has one of these changes, and going on from each, the smaller
//! sets first, finds the smallest. Who stands before them in a group stands there whoever else is eligible, so that all of those go at
//! once. Each set is tried by routing in the configuration that it makes.

use crate::access::Authorizer;
use crate::btree::{BTreeMap, BTreeSet};
use crate::config::groups::MatchOp;
use crate::config::{Fallback, GroupIx, Model, Period, UserIx};
use crate::error::Result;
use crate::json::Json;
use crate::json::decode::id_text;
use crate::plan::planner::Planner;
use crate::plan::timeline;
use crate::query::{Cells, FieldIx};
use std::rc::Rc;

use super::person;
use super::reasons::Reasons;
use super::router::{Asks, Attempt, Candidate, Outcome, Router, Subject, Trace};

/// Fields of users that are no attributes of theirs.
const BUILT_IN: [&str; 6] = ["id", "unit", "tags", "profiles", "active", "paused"];

/// One change: of whom, what it is about, and the keys of the user that become others.
#[derive(Clone, Debug)]
pub(super) struct Change {
    user: String,
    reason: &'static str,
    set: Vec<(String, Json)>,
}

/// What a change is, so that a set of them is known again: whom it is of, the reason as a number, the group that the reason is about.
type Name = (u32, u32, u32);

/// A set of changes.
#[derive(Clone, Default)]
struct Node {
    names: BTreeSet<Name>,
    changes: Vec<Change>,
    /// The users that differ, as a patch puts them.
    users: BTreeMap<String, Json>,
}

/// A question: who is wanted, for which lead, in which configuration.
pub(super) struct Search<'a> {
    pub source: &'a Json,
    pub planner: &'a Planner<'a>,
    pub lead: Subject<'a>,
    pub wanted: UserIx,
    /// Users who are assumed to be others from the start.
    pub assumed: &'a [Json],
}

/// What came of trying a set.
struct Tried {
    model: Rc<Model>,
    outcome: Outcome,
    trace: Trace,
    /// What lifts each reason against the wanted one in an attempt, by attempt; none where something cannot be lifted.
    lifts: Vec<(Name, Change)>,
}

impl Node {
    /// The set with one more change; none if it has it already.
    fn with(&self, name: Name, change: Change, model: &Model, source: &Json) -> Option<Node> {
        if self.names.contains(&name) {
            return None;
        }
        let mut out = self.clone();
        out.names.insert(name);
        let known = match out.users.get(&change.user) {
            Some(user) => user.clone(),
            None => model.users.find(&change.user).and_then(|at| source.get("users")?.as_list()?.get(at as usize)).cloned()?,
        };
        let mut pairs = known.as_object().unwrap_or_default().to_vec();
        for (key, value) in &change.set {
            pairs.retain(|(name, _)| name != key);
            if !value.is_null() {
                pairs.push((key.clone(), value.clone()));
            }
        }
        out.users.insert(change.user.clone(), Json::Object(pairs));
        out.changes.push(change);
        Some(out)
    }
}

impl Search<'_> {
    /// The smallest set; none if no set of such changes is enough.
    pub fn smallest(&self) -> Result<Option<Vec<Change>>> {
        let mut start = Node::default();
        for user in self.assumed {
            let id = user.get("id").and_then(id_text).unwrap_or_default();
            start.users.insert(id.into_owned(), user.clone());
        }
        // By size, the sets that are to be tried.
        let mut open: Vec<Vec<Node>> = vec![vec![start]];
        let mut met: BTreeSet<Vec<Name>> = BTreeSet::new();
        let mut size = 0;
        while size < open.len() {
            let mut at = 0;
            while let Some(node) = open.get(size).and_then(|list| list.get(at)).cloned() {
                at += 1;
                if !met.insert(node.names.iter().copied().collect()) {
                    continue;
                }
                let tried = self.attempt(&node)?;
                if matches!(tried.outcome, Outcome::Assigned(user, _) if user == self.wanted) {
                    return Ok(Some(node.changes));
                }
                for next in self.next(&node, &tried) {
                    let place = next.changes.len();
                    if open.len() <= place {
                        open.resize_with(place + 1, Vec::new);
                    }
                    open.get_mut(place).into_iter().for_each(|list| list.push(next.clone()));
                }
            }
            size += 1;
        }
        Ok(None)
    }

    /// Routes the lead in the configuration that a set makes.
    fn attempt(&self, node: &Node) -> Result<Tried> {
        let planner = self.planner;
        let users: Vec<Json> = node.users.values().cloned().collect();
        let (model, auth) = if users.is_empty() {
            (Rc::clone(planner.model), Rc::clone(planner.auth))
        } else {
            let patch = Json::object([("users", Json::object([("put", Json::List(users))]))]);
            let model = Rc::new(planner.model.update(self.source, &patch)?.0);
            let auth = Rc::new(Authorizer::compile(&model)?);
            (model, auth)
        };
        let planner = Planner::new(&model, &auth, planner.table, planner.context, planner.actor, false);
        let mut router = Router::new(&planner, Asks::Each)?;
        router.assumed(&self.lead)?;
        let mut trace = Trace::default();
        let decision = router.walk(&self.lead, Some(&mut trace))?;
        let mut lifts = Vec::new();
        for attempt in &trace.attempts {
            let asked = attempt.people.iter().find(|candidate| candidate.user == self.wanted && !candidate.eligible);
            if let Some(candidate) = asked {
                lifts.extend(self.lifts(&mut router, attempt, candidate)?);
            }
        }
        drop(router);
        drop(planner);
        Ok(Tried { model, outcome: decision.outcome, trace, lifts })
    }

    /// The sets to go on with.
    fn next(&self, node: &Node, tried: &Tried) -> Vec<Node> {
        let mut out = Vec::new();
        for (name, change) in &tried.lifts {
            out.extend(node.with(*name, change.clone(), &tried.model, self.source));
        }
        let Outcome::Assigned(winner, _) = tried.outcome else { return out };
        let mut before = vec![winner];
        if let Some(last) = tried.trace.attempts.last()
            && let Some(rank) = last.people.iter().find(|candidate| candidate.user == self.wanted).and_then(|candidate| candidate.rank)
        {
            before = last.people.iter().filter(|other| other.rank.is_some_and(|other| other < rank)).map(|other| other.user).collect();
        }
        let mut next = Some(node.clone());
        for user in before {
            next = next.and_then(|next| next.with((user.0, u32::MAX, u32::MAX), self.out(user)?, &tried.model, self.source));
        }
        out.extend(next);
        out
    }

    /// What takes somebody out: a pause, unless a group asks the paused too. The actor cannot be made inactive.
    fn out(&self, user: UserIx) -> Option<Change> {
        let model = self.planner.model;
        let ignored = model.groups.iter().any(|group| group.on_nobody.contains(&Fallback::IgnoreAvailability));
        if ignored && user == self.planner.actor {
            return None;
        }
        let set = if ignored { ("active".to_owned(), false.into()) } else { ("paused".to_owned(), true.into()) };
        Some(Change { user: self.planner.id_of(user).to_owned(), reason: "ahead", set: vec![set] })
    }

    /// What lifts reasons against the wanted one where they were asked: the first of them, and a capacity, which may decide a rank too.
    /// Nothing where one of them stays whatever a user is like.
    fn lifts(&self, router: &mut Router<'_>, attempt: &Attempt, candidate: &Candidate) -> Result<Vec<(Name, Change)>> {
        let mut out = Vec::new();
        for (code, reason) in candidate.reasons.without(Reasons::SOFT).each() {
            let Some(set) = self.lift(router, attempt.group, reason)? else { return Ok(Vec::new()) };
            let group = attempt.group.filter(|_| reason == Reasons::MATCH_FAILED).map_or(u32::MAX, |group| group.0);
            let change = Change { user: self.planner.id_of(self.wanted).to_owned(), reason: code, set };
            if out.is_empty() || reason == Reasons::AT_CAPACITY {
                out.push(((self.wanted.0, reason.bits(), group), change));
            }
        }
        Ok(out)
    }

    fn lift(&self, router: &mut Router<'_>, group: Option<GroupIx>, reason: Reasons) -> Result<Option<Vec<(String, Json)>>> {
        let model = router.planner.model;
        let Some(user) = model.users.get(self.wanted) else { return Ok(None) };
        let slot = group.and_then(|group| model.groups.at(group.0)).map_or(model.lead.owner, |group| group.slot);
        let now = router.planner.now.get();
        let set = |key: &str, value: Json| Ok(Some(vec![(key.to_owned(), value)]));
        match reason {
            Reasons::INACTIVE => set("active", true.into()),
            Reasons::PAUSED => set("paused", false.into()),
            Reasons::ABSENT => set("absences", self.absences(user, now)),
            Reasons::OUTSIDE_HOURS => {
                let own = person::fixed(model, self.wanted, now).has(Reasons::OUTSIDE_HOURS);
                let closed = group.and_then(|group| router.groups.get(&group.0)).is_some_and(|group| group.closed.get());
                if own && !closed { set("schedule", Json::Null) } else { Ok(None) }
            }
            Reasons::NOT_ACCEPTED => set("accepts", Json::Null),
            Reasons::NO_WEIGHT => set("weight", 1_usize.into()),
            Reasons::AT_CAPACITY => set("capacity", (router.load_of(slot, self.wanted)? as usize + 1).into()),
            Reasons::MATCH_FAILED => Ok(group.and_then(|group| self.matching(model, group))),
            _ if Reasons::LIMITS.has(reason) => set("limits", self.limits(router, group, reason)?),
            _ => Ok(None),
        }
    }

    /// The absences but for those of now.
    fn absences(&self, user: &crate::config::User, now: crate::time::Instant) -> Json {
        let assumed = self.assumed.iter().find(|assumed| assumed.get("id").and_then(id_text).as_deref() == Some(&user.id));
        let known = self.source.get("users").and_then(Json::as_list).and_then(|users| users.get(self.wanted.0 as usize));
        let written = assumed.or(known);
        let written = written.and_then(|user| user.get("absences")).and_then(Json::as_list).unwrap_or_default();
        let mut rest = Vec::new();
        if written.len() == user.absences.len() {
            for (json, absence) in written.iter().zip(&user.absences) {
                if now < absence.from || absence.to <= now {
                    rest.push(json.clone());
                }
            }
        }
        Json::List(rest)
    }

    /// The limits that hold, with those of a period one above what was assigned.
    fn limits(&self, router: &mut Router<'_>, group: Option<GroupIx>, reason: Reasons) -> Result<Json> {
        let (limits, now, starts) = (router.limits(self.wanted, group), router.now, router.starts);
        let usage = &router.person(self.wanted)?.memory().usage;
        let mut out = Vec::new();
        for limit in limits {
            let (window, (per, of)) = (
                person::window(limit.per),
                match limit.per {
                    Period::Hour => ("hour", Reasons::LIMIT_HOUR),
                    Period::Day => ("day", Reasons::LIMIT_DAY),
                    Period::Week => ("week", Reasons::LIMIT_WEEK),
                    Period::Month => ("month", Reasons::LIMIT_MONTH),
                },
            );
            let used = if limit.rolling { usage.in_rolling(window, now, u64::MAX) } else { usage.in_calendar(window, &starts) };
            let count = if of == reason { limit.count.max(used.saturating_add(1)) } else { limit.count };
            out.push(Json::object([("count", (count as usize).into()), ("per", per.into()), ("rolling", limit.rolling.into())]));
        }
        Ok(Json::List(out))
    }

    /// The user's attributes and tags, with what a group's `match` asks for this lead; none if the lead lacks what is compared, or it is
    /// compared with what a user is.
    fn matching(&self, model: &Model, group: GroupIx) -> Option<Vec<(String, Json)>> {
        let mut out: Vec<(String, Json)> = Vec::new();
        let (user, mut tags) = (model.users.get(self.wanted)?, None);
        for (field, of) in (0u32..).zip(&model.user_schema.fields) {
            let value = timeline::json(&user.cell(FieldIx(field)));
            if !value.is_null() && !BUILT_IN.contains(&of.name.as_str()) {
                out.push((of.name.clone(), value));
            }
        }
        for wanted in &model.groups.at(group.0)?.matches {
            let name = model.user_schema.name(wanted.user);
            let value = timeline::json(&self.lead.cells.cell(wanted.lead));
            if value.is_null() || (BUILT_IN.contains(&name) && name != "tags") {
                return None;
            }
            let known = timeline::json(&user.cell(wanted.user));
            let known = out.iter().find(|(key, _)| key == name).map_or(&known, |(_, value)| value);
            let mut list = known.as_list().unwrap_or_default().to_vec();
            let items = value.as_list().unwrap_or_default();
            let add = match wanted.op {
                MatchOp::Equals => &[],
                MatchOp::In => std::slice::from_ref(&value),
                MatchOp::Overlaps => items.get(..1).unwrap_or_default(),
                MatchOp::Covers => items,
            };
            for item in add {
                if !list.contains(item) {
                    list.push(item.clone());
                }
            }
            let value = if wanted.op == MatchOp::Equals { value } else { Json::List(list) };
            if name == "tags" {
                tags = Some(("tags".to_owned(), value));
            } else {
                out.retain(|(key, _)| key != name);
                out.push((name.to_owned(), value));
            }
        }
        let mut set = vec![("attributes".to_owned(), Json::Object(out))];
        set.extend(tags);
        Some(set)
    }
}

/// The answer as the public API shows it.
pub(super) fn to_json(user: &str, changes: Option<Vec<Change>>) -> Json {
    let Some(changes) = changes else {
        return Json::object([("user", user.into()), ("changes", Json::Null), ("assume", Json::Null)]);
    };
    let (mut list, mut users): (Vec<Json>, Vec<(String, Json)>) = (Vec::new(), Vec::new());
    for change in changes {
        list.push(Json::object([
            ("user", change.user.as_str().into()),
            ("reason", change.reason.into()),
            ("set", Json::Object(change.set.clone())),
        ]));
        if !users.iter().any(|(id, _)| *id == change.user) {
            users.push((change.user.clone(), Json::Object(Vec::new())));
        }
        for (id, of) in &mut users {
            if let (true, Json::Object(pairs)) = (*id == change.user, of) {
                pairs.retain(|(key, _)| !change.set.iter().any(|(other, _)| other == key));
                pairs.extend(change.set.clone());
            }
        }
    }
    Json::object([("user", user.into()), ("changes", Json::List(list)), ("assume", Json::object([("users", Json::Object(users))]))])
}
