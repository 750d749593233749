//! What a call knows and carries on from lead to lead, and the way of one lead through the rules.

use crate::btree::{BTreeMap, BTreeSet, Entry};
use std::rc::Rc;

use crate::access::{Reassignment, RowSet};
use crate::config::{GroupIx, Limit, UserIx};
use crate::error::{Diagnostic, Result};
use crate::filter;
use crate::plan::planner::Planner;
use crate::plan::runs;
use crate::plan::state::{self, StateChange};
use crate::query::{Cell, Cells, FieldIx};
use crate::rotate::batch::{Lane, Recencies};
use crate::rotate::limits::PeriodStarts;
use crate::rotate::workload::Workload;
use crate::rotate::{Member, PlaceSet};
use crate::table::RowIx;

use super::compiled::{self, Compiled};
use super::memory;
use super::parts::{Group, Names, Offers, Replay, RuleOutcome, Rules, SameIndex};
use super::person::{self, People, Person};
use super::reasons::Reasons;

/// A lead on its way.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// Its row in the table, where it has one.
    pub row: Option<RowIx>,
    /// Its values, which may be others than the row's.
    pub cells: &'a dyn Cells,
}

/// Where a lead goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Assigned(UserIx, FieldIx),
    Pooled(u32),
    Held,
    Offered,
    /// A rule or a step found nobody.
    Unassigned,
    NeedsReview,
    /// No rule is for it.
    NoRule,
}

/// The same, with what decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub outcome: Outcome,
    pub rule: Option<u32>,
    pub group: Option<GroupIx>,
}

/// Somebody who was asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub user: UserIx,
    pub eligible: bool,
    pub reasons: Reasons,
    pub rank: Option<usize>,
}

/// People who were asked about together.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub rule: u32,
    pub group: Option<GroupIx>,
    pub people: Vec<Candidate>,
}

/// What happened on the way of a lead.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    pub rules: Vec<(u32, RuleOutcome)>,
    pub attempts: Vec<Attempt>,
}

/// Which questions about a lead are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// One lead after the other.
    Each,
    /// All rows of a batch at once.
    Rows,
    /// None: a lead that everybody accepts.
    Nothing,
    /// One lead after the other, each as it came and at its own time.
    Replay,
}

/// Rows that a person may hold, and accepts.
pub(super) struct Holdable {
    pub may: RowSet,
    pub accepts: RowSet,
}

/// A call: all that is carried on from lead to lead.
pub(super) struct Router<'p> {
    pub planner: &'p Planner<'p>,
    pub asks: Asks,
    pub now: i64,
    pub starts: PeriodStarts,
    pub rules: Rules,
    pub people: People<'p>,
    pub compiled: Rc<Compiled>,
    pub groups: BTreeMap<u32, Rc<Group<'p>>>,
    /// By group: its rotation, once it was met.
    pub lanes: Vec<Option<Lane>>,
    pub workload: Workload,
    pub recencies: Recencies,
    pub holdable: BTreeMap<(FieldIx, u32), Holdable>,
    pub same: BTreeMap<FieldIx, SameIndex>,
    /// Owners of rows as the call leaves them.
    pub owners: BTreeMap<u32, Option<UserIx>>,
    pub warnings: Vec<Diagnostic>,
    /// Users who got a lead.
    pub served: PlaceSet,
    pub replay: Replay,
    /// By group: how it offers leads, once it was met.
    pub offers: BTreeMap<u32, Offers>,
    /// Numbers of people of runs.
    pub names: Names,
    /// The run that is moved: its own offer does not stand in its way.
    pub own_run: Option<String>,
    /// Runs that were moved, and whether they are open.
    pub moved: Vec<(runs::Run, bool)>,
    /// What becomes of them in the state.
    pub writes: Vec<StateChange>,
    /// Rows that somebody is known to have declined.
    pub declined: BTreeSet<u32>,
}

impl<'p> Router<'p> {
    pub fn new(planner: &'p Planner<'p>, asks: Asks) -> Result<Self> {
        let model = planner.model;
        let now = planner.now.get();
        let compiled = Compiled::of(planner.auth);
        Ok(Router {
            planner,
            asks,
            now: now.0,
            starts: if compiled.uses_periods { person::period_starts(&model.schema, now) } else { [now.0; 4] },
            rules: Rules::new(compiled.closed(model, now)),
            people: People::new(),
            compiled,
            groups: BTreeMap::new(),
            lanes: Vec::new(),
            workload: Workload::default(),
            recencies: Recencies::default(),
            holdable: BTreeMap::new(),
            same: BTreeMap::new(),
            owners: BTreeMap::new(),
            warnings: Vec::new(),
            served: PlaceSet::default(),
            replay: Replay::default(),
            offers: BTreeMap::new(),
            names: Names::default(),
            own_run: None,
            moved: Vec::new(),
            writes: Vec::new(),
            declined: planner
                .context
                .state
                .standing("declined/")
                .filter_map(|key| planner.table.find(&state::name_of(key)?))
                .map(|row| row.0)
                .collect(),
        })
    }

    /// Sends a lead on its way. Whoever gets it has been counted; what else follows is the caller's.
    pub fn walk(&mut self, lead: &Subject<'_>, mut trace: Option<&mut Trace>) -> Result<Decision> {
        let model = self.planner.model;
        let (mut next, mut nobody) = (0, false);
        while let Some(at) = self.next_rule(lead, next, trace.as_deref_mut())? {
            next = at + 1;
            let Some(rule) = model.rules.at(at) else { break };
            let found = self.target(&rule.to, at, lead, trace.as_deref_mut())?;
            let (outcome, group) = match found {
                Some((Some(outcome), group)) => (outcome, group),
                None if rule.required => (Outcome::NeedsReview, None),
                Some((None, _)) | None => {
                    nobody = true;
                    if let Some(trace) = trace.as_deref_mut() {
                        trace.rules.push((at, RuleOutcome::Nobody));
                    }
                    continue;
                }
            };
            if let Some(trace) = trace {
                let found = if outcome == Outcome::NeedsReview { RuleOutcome::Nobody } else { RuleOutcome::Chosen };
                trace.rules.push((at, found));
                for later in next..u32::try_from(model.rules.len()).unwrap_or(next) {
                    trace.rules.push((later, RuleOutcome::NotReached));
                }
            }
            return Ok(Decision { outcome, rule: Some(at), group });
        }
        Ok(Decision { outcome: if nobody { Outcome::Unassigned } else { Outcome::NoRule }, rule: None, group: None })
    }

    /// What is known of a person, read when they are first met.
    pub fn person(&mut self, user: UserIx) -> Result<&mut Person<'p>> {
        let (now, model) = (self.planner.now.get(), self.planner.model);
        if !self.people.knows(user) {
            let met = self.meet(user)?;
            self.people.add(user, met);
        }
        let person = self.people.get_mut(user);
        if person.at != now.0 {
            (person.at, person.fixed) = (now.0, person::fixed(model, user, now));
        }
        Ok(person)
    }

    fn meet(&mut self, user: UserIx) -> Result<Person<'p>> {
        let model = self.planner.model;
        let now = self.planner.now.get();
        let fixed = person::fixed(model, user, now);
        let Some(known) = model.users.get(user) else {
            // Somebody of a run who is in no configuration any more.
            let kept = self.planner.context.state.get(&state::key("user", self.names.id(model, user.0)))?;
            return Ok(Person::new(fixed, now.0, kept));
        };
        let context = self.planner.context;
        let kept = if self.remembers(user) { context.state.get_shared(&self.compiled.user_key(user, &known.id))? } else { None };
        let automatic = memory::stamp(kept.and_then(|kept| kept.get("automatic")));
        if let Some(last) = memory::stamp(kept.and_then(|kept| kept.get("last"))).max(automatic) {
            self.recencies.all.set(Member(user.0), last);
        }
        if let Some(automatic) = automatic {
            self.recencies.automatic.set(Member(user.0), automatic);
        }
        Ok(Person::new(fixed, now.0, kept))
    }

    /// Whether anything is remembered of a person.
    pub fn remembers(&self, user: UserIx) -> bool {
        self.compiled.uses_recency || self.is_limited(user)
    }

    /// Whether a person's assignments are counted for limits.
    pub fn is_limited(&self, user: UserIx) -> bool {
        self.compiled.is_limited(self.planner.model, user)
    }

    /// The limits of a person in a group, or as themselves.
    pub fn limits(&self, user: UserIx, group: Option<GroupIx>) -> &'p [Limit] {
        compiled::limits(self.planner.model, user, group)
    }

    /// The capacity of a person in a group, or as themselves.
    pub fn capacity(&self, user: UserIx, group: Option<GroupIx>) -> Option<u64> {
        compiled::capacity(self.planner.model, user, group)
    }

    /// Reasons that change while the call gives leads: limits and capacity.
    pub fn moving(&mut self, user: UserIx, group: Option<GroupIx>, slot: FieldIx) -> Result<Reasons> {
        let limits = self.limits(user, group);
        let mut out = Reasons::NONE;
        if !limits.is_empty() {
            let (now, starts) = (self.now, self.starts);
            out = person::reached(limits, &self.person(user)?.memory().usage, now, &starts);
        }
        if let Some(capacity) = self.capacity(user, group) {
            let held = self.load_of(slot, user)?.saturating_add(self.offers_held(user, slot)?);
            // All offers, also those that leave this slot alone: then nobody is full before.
            let offers = self.person(user)?.memory().offers.len() as u64;
            self.workload.bound(Member(user.0), u32::try_from(capacity.saturating_sub(offers)).unwrap_or(u32::MAX));
            out = out.and(Reasons::AT_CAPACITY.when(u64::from(held) >= capacity));
        }
        Ok(out)
    }

    /// The open leads of a person in a slot, with what the call gave.
    pub fn load_of(&mut self, slot: FieldIx, user: UserIx) -> Result<u32> {
        match self.workload.open(slot, Member(user.0)) {
            Some(open) => Ok(open),
            None => Ok(self.workload.know(slot, Member(user.0), self.planner.holds(slot, self.planner.id_of(user))?)),
        }
    }

    /// Reasons that the lead gives for a person in a slot.
    pub fn of_lead(&mut self, user: UserIx, slot: FieldIx, lead: &Subject<'_>) -> Result<Reasons> {
        let planner = self.planner;
        let Some(known) = planner.model.users.get(user).filter(|user| user.active) else { return Ok(Reasons::NONE) };
        if self.asks == Asks::Nothing {
            let never = planner.auth.never_receives(slot, user, Some(planner.now.get()))?;
            return Ok(Reasons::NOT_PERMITTED.when(never.is_some()));
        }
        let declined = Reasons::DECLINED_BEFORE.when(self.has_declined(user, lead));
        if let (Asks::Rows, Some(row)) = (self.asks, lead.row) {
            let of = self.holdable(slot, user)?;
            let not = Reasons::NOT_PERMITTED.when(!of.may.contains(row)).and(declined);
            return Ok(not.and(Reasons::NOT_ACCEPTED.when(!of.accepts.contains(row))));
        }
        let handover = Reassignment { slot, actor: &planner.context.actor, now: Some(planner.now.get()), changes: &[] };
        let may = self.compiled.may_hold_any(planner.auth, slot, user)? || planner.auth.may_hold(lead.cells, user, &handover)?;
        let accepts = match &known.accepts {
            Some(accepts) => filter::matches(accepts, lead.cells, &planner.filtering())?,
            None => true,
        };
        Ok(Reasons::NOT_PERMITTED.when(!may).and(Reasons::NOT_ACCEPTED.when(!accepts)).and(declined))
    }

    /// The rows that a person may hold in a slot, and those that they accept, worked out once.
    pub fn holdable(&mut self, slot: FieldIx, user: UserIx) -> Result<&Holdable> {
        let planner = self.planner;
        Ok(match self.holdable.entry((slot, user.0)) {
            Entry::Occupied(known) => known,
            Entry::Vacant(place) => {
                let asking = planner.asking();
                let open = planner.auth.barred(&asking, user)?.complement(planner.table.rows())?;
                let may = planner.auth.may_hold_rows(&asking, slot, user, &[])?.and(open);
                place.insert(Holdable { may, accepts: planner.auth.accepts(&asking, user)? })
            }
        })
    }

    /// Every reason against a person who is not asked as a member of a group.
    pub fn of_user(&mut self, user: UserIx, slot: FieldIx, lead: &Subject<'_>) -> Result<Reasons> {
        let fixed = self.person(user)?.fixed;
        Ok(fixed.and(self.of_lead(user, slot, lead)?).and(self.moving(user, None, slot)?))
    }
}

/// A lead with other values in some fields.
pub(super) struct Overlaid<'a> {
    pub below: &'a dyn Cells,
    pub sets: &'a [(FieldIx, Cell<'static>)],
}

impl Cells for Overlaid<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        match self.sets.iter().find(|(set, _)| *set == field) {
            Some((_, cell)) => cell.clone(),
            None => self.below.cell(field),
        }
    }
}
