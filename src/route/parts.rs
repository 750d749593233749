//! The parts of a call: what it keeps of groups, offers, rules, replays and leads that are alike, as data.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use crate::access::RowSet;
use crate::btree::{BTreeMap, BTreeSet};
use crate::config::{Model, UserIx};
use crate::json::Json;
use crate::offer::{self, Cursor, Person};
use crate::plan::state::Value;
use crate::query::fold::compared;
use crate::query::{self, FieldIx, FieldType, Query, Schema};
use crate::rotate::batch::Run;
use crate::rotate::{self, Member, PlaceSet, Rotation, Seats, Stamp};
use crate::table::{Mask, Snapshot};
use crate::time::Instant;

use super::memory::{self, Others};
use super::reasons::Reasons;

/// The members of a group, and what follows from the configuration alone.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub members: Rc<Vec<UserIx>>,
    /// The same for the rotation.
    pub people: Vec<Member>,
    pub seats: Rc<Seats>,
    /// Numbers of those whose assignments are counted for limits.
    pub watched: PlaceSet,
    /// Places of those whom limits or a capacity may keep from leads.
    pub bound: PlaceSet,
    /// What each member's `match` asks of a lead.
    pub matches: Vec<Rc<Query>>,
    pub unasked: OnceCell<PlaceSet>,
}

/// A group that a call has met; its rotation stands in its lane.
pub(super) struct Group<'p> {
    pub roster: Rc<Roster>,
    pub slot: FieldIx,
    /// Whether it has limits or a capacity for its members.
    pub limits: bool,
    /// Against whom nothing is that stays for the whole call.
    pub steady: RefCell<PlaceSet>,
    pub closed: Cell<bool>,
    /// When that was looked at.
    pub at: Cell<i64>,
    /// Of a batch: the rows that each member's `match` holds for.
    pub matched: Vec<RowSet>,
    /// The value that was read.
    pub kept: Option<&'p Json>,
    /// When the last lead was held.
    pub held: Cell<Option<Stamp>>,
}

impl<'p> Group<'p> {
    /// One that offers, or is not in the configuration any more: nobody has a turn in it.
    pub fn without_turns(roster: Rc<Roster>, slot: FieldIx, closed: bool, now: i64, kept: Option<&'p Json>) -> Self {
        Group {
            held: Cell::new(memory::stamp(kept.as_ref().and_then(|kept| kept.get("held")))),
            roster,
            slot,
            limits: false,
            steady: RefCell::default(),
            closed: Cell::new(closed),
            at: Cell::new(now),
            matched: Vec::new(),
            kept,
        }
    }

    /// A group that is not in the configuration any more.
    pub fn none(slot: FieldIx) -> Rc<Self> {
        Rc::new(Group::without_turns(Rc::default(), slot, true, 0, None))
    }

    /// Whether a lead was held in this call.
    pub fn holds(&self) -> bool {
        self.held.get() != memory::stamp(self.kept.and_then(|kept| kept.get("held")))
    }

    /// The value to keep, if what it remembers is another. Where nobody had a turn, that is only the lead that was held last: whoever left
    /// the group meanwhile may be back before anybody has one.
    pub fn written(
        &self,
        rotation: Option<&Rotation>,
        offers: Option<&Offers>,
        model: &Rc<Model>,
        name: &dyn Fn(Member) -> String,
    ) -> Option<Value> {
        if rotation.is_none() && offers.is_none() {
            return self.holds().then(|| memory::held_json(self.kept, self.held.get()).into());
        }
        let memory = rotation.map_or(rotate::Memory::None, Rotation::memory);
        let others = Others::of_group(self.kept);
        if offers.is_none() && rotation.is_some_and(|rotation| *rotation.given() != memory) {
            // What is kept was read as something else, so that this is another value.
            let (model, held) = (Rc::clone(model), self.held.get());
            return Some(Value::later(move || {
                let name = |member: Member| model.users.get(UserIx(member.0)).map(|user| user.id.clone()).unwrap_or_default();
                memory::group_json(others, &memory, (None, &[]), held, &name)
            }));
        }
        let cursor = offers.map(|offers| &offers.cursor).filter(|cursor| cursor.started > 0);
        let audience = offers.map_or(&[][..], |offers| &offers.audience);
        let value = memory::group_json(others, &memory, (cursor, audience), self.held.get(), name);
        let same = self.kept.is_some_and(|kept| kept.same(&value));
        let says = self.kept.is_some() || value.as_object().is_some_and(|pairs| pairs.len() > 1);
        Some(value).filter(|_| !same && says).map(Value::from)
    }
}

/// How a group offers leads.
pub(super) struct Offers {
    pub options: offer::Options,
    pub cursor: Cursor,
    /// Of a broadcast: who was ever asked and not known to be gone.
    pub audience: Vec<Person>,
    pub anonymous: bool,
    /// What keeps the group from making offers now.
    pub fault: Reasons,
    /// Whether what it remembers is another.
    pub used: bool,
}

/// Numbers for people of runs: users by their place, and behind them whoever is in no configuration any more.
#[derive(Debug, Default)]
pub(super) struct Names {
    others: Vec<String>,
}

impl Names {
    /// The number of somebody.
    pub fn person(&mut self, model: &Model, id: &str) -> Person {
        if let Some(user) = model.users.find(id) {
            return Person(user);
        }
        let known = self.others.iter().position(|other| other == id);
        let place = known.unwrap_or_else(|| {
            self.others.push(id.to_owned());
            self.others.len() - 1
        });
        Person(u32::try_from(model.users.len() + place).unwrap_or(u32::MAX))
    }

    /// The id of somebody by their number.
    pub fn id<'a>(&'a self, model: &'a Model, number: u32) -> &'a str {
        match model.users.at(number) {
            Some(user) => &user.id,
            None => self.others.get((number as usize).saturating_sub(model.users.len())).map_or("", String::as_str),
        }
    }
}

/// What became of a rule for a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleOutcome {
    Chosen,
    Owned,
    NoMatch,
    Disabled,
    OutsideHours,
    Nobody,
    Error,
    NotReached,
}

impl RuleOutcome {
    pub fn name(self) -> &'static str {
        match self {
            RuleOutcome::Chosen => "chosen",
            RuleOutcome::Owned => "owned",
            RuleOutcome::NoMatch => "no_match",
            RuleOutcome::Disabled => "disabled",
            RuleOutcome::OutsideHours => "outside_hours",
            RuleOutcome::Nobody => "nobody",
            RuleOutcome::Error => "error",
            RuleOutcome::NotReached => "not_reached",
        }
    }
}

/// The rules in a call.
pub(super) struct Rules {
    /// By rule: why it is not tried at all.
    pub closed: Rc<Vec<Option<RuleOutcome>>>,
    /// Of a batch, by row: the first rule that is for it.
    pub first: Vec<u32>,
    /// Of a batch: its rows, and those of them without an owner.
    pub batch: Option<[Mask; 2]>,
    /// By rule: the rows of the batch that it is for.
    pub rows: Vec<Option<Mask>>,
    /// By rule: the rows of the batch that it would be for, had they no owner.
    pub owned: Vec<Option<Mask>>,
    /// By rule: the group that it sends leads to, once that was met.
    pub lanes: Vec<u32>,
}

/// The place of no rule.
pub(super) const NO_RULE: u32 = u32::MAX;

/// By rule: why it is not tried at all.
pub(super) fn closed(model: &Model, now: Instant) -> Vec<Option<RuleOutcome>> {
    let mut closed = Vec::with_capacity(model.rules.len());
    for rule in model.rules.iter() {
        let hours = rule.schedule.and_then(|at| model.schedules.at(at));
        closed.push(match hours {
            _ if !rule.enabled => Some(RuleOutcome::Disabled),
            Some(hours) if !hours.hours.contains(now) => Some(RuleOutcome::OutsideHours),
            _ => None,
        });
    }
    closed
}

impl Rules {
    pub fn new(closed: Rc<Vec<Option<RuleOutcome>>>) -> Rules {
        Rules { closed, first: Vec::new(), batch: None, rows: Vec::new(), owned: Vec::new(), lanes: Vec::new() }
    }

    /// A run over rows of the batch.
    pub fn run<'a>(&'a self, rows: &'a [u32], table: &'a Snapshot) -> Run<'a> {
        Run { rows, rules: &self.first, lanes: &self.lanes, table, now: None, open: None }
    }
}

/// Leads with an owner by a field's value: each by creation, then by id.
#[derive(Debug, Default)]
pub(super) struct SameIndex {
    pub by_value: BTreeMap<String, BTreeSet<(i64, String, u32)>>,
    /// Whether all values are in it, and not only those that were asked for.
    pub whole: bool,
}

/// The value by which leads are the same; none for an empty one.
pub(super) fn same_key(schema: &Schema, field: FieldIx, cell: &query::Cell<'_>) -> Option<String> {
    match cell {
        query::Cell::Null => None,
        query::Cell::Text(text) if text.is_empty() => None,
        query::Cell::Text(text) => match schema.get(field) {
            // What has no digit is like nothing else by its digits.
            Some(field) if field.kind == FieldType::Text => Some(compared(field.case, text).into_owned()).filter(|key| !key.is_empty()),
            _ => Some(text.to_string()),
        },
        other => Some(crate::plan::timeline::json(other).write()),
    }
}

/// How somebody fared.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fared {
    /// Leads that they got, and of those the ones that a group's method chose them for.
    pub leads: u32,
    pub served: u32,
    /// What an exactly even division of those would have given them: of each, a share with all who were eligible.
    pub exact: f64,
    /// Furthest that they were before and behind it.
    pub ahead: f64,
    pub behind: f64,
    /// When they got the last lead, and the longest time between two.
    pub last: Option<i64>,
    pub gap: i64,
}

/// What a replay keeps besides what a call does.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// By row: when it ceases to be open. A row that stays open is not here.
    pub ends: BTreeMap<u32, i64>,
    /// Leads that were given and cease to be open: when, which row, and who holds it in what slot.
    pub due: BTreeMap<(i64, u32), (FieldIx, UserIx)>,
    pub fared: BTreeMap<u32, Fared>,
}

impl Replay {
    /// A method chose among these, of these weights.
    pub fn chose(&mut self, chosen: UserIx, eligible: &[(UserIx, u64)]) {
        let mut sum = 0_u64;
        for (_, weight) in eligible {
            sum = sum.saturating_add(*weight);
        }
        for (user, weight) in eligible {
            let fared = self.fared.entry(user.0).or_default();
            fared.exact += *weight as f64 / sum.max(1) as f64;
            fared.served += u32::from(*user == chosen);
            let drift = f64::from(fared.served) - fared.exact;
            fared.ahead = fared.ahead.max(drift);
            fared.behind = fared.behind.max(-drift);
        }
    }

    pub fn got(&mut self, user: UserIx, at: i64) {
        let fared = self.fared.entry(user.0).or_default();
        fared.leads += 1;
        if let Some(last) = fared.last {
            fared.gap = fared.gap.max(at.saturating_sub(last));
        }
        fared.last = Some(at);
    }
}
