//! From the decisions about leads to what a plan changes.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::{Reason, RowSet};
use crate::config::{GroupIx, UserIx, Verb};
use crate::error::Result;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::state;
use crate::query::{Cell, FieldIx};
use crate::rotate::Member;
use crate::rotate::batch::Dealt;
use crate::table::{Row, RowIx};

use super::few;
use super::reasons::Reasons;
use super::router::{Asks, Attempt, Decision, Outcome, Router, Subject, Trace};
use super::rules::RuleOutcome;

/// People whose reasons are told of a lead that nobody may have.
const TOLD: usize = 8;
/// Rows from which on conditions are evaluated for all of them at once, if they are not few among those of the table.
const BATCH: usize = 8;
/// How many rows of the table there may be for each row of a batch.
const SPARSE: usize = 256;

/// Routes the leads that a command names.
pub(crate) fn decide(planner: &Planner<'_>, wanted: &LeadsRef) -> Result<Draft> {
    let mut draft = Draft::default();
    let rows = match wanted {
        LeadsRef::Ids { ids, seen } if ids.len() < BATCH => few::rows(planner, ids, seen.as_deref(), &mut draft.drops)?,
        _ => {
            let mut rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
            draft.drops.drop_failing(&mut rows, checks(planner)?);
            rows
        }
    };
    draft.routed.automatic = true;

    let dense = rows.len() >= BATCH && rows.len().saturating_mul(SPARSE) >= planner.table.rows() as usize;
    let mut router = Router::new(planner, if dense { Asks::Rows } else { Asks::Each })?;
    if dense {
        router.match_rows(&rows)?;
    }
    let mut given = Given::new(planner, rows.len())?;
    let (mut told, mut dealt, mut at) = (BTreeMap::new(), Dealt::default(), 0);
    while let Some(rest) = rows.get(at..).filter(|rest| !rest.is_empty()) {
        if dense {
            router.deal(rest, &mut dealt)?;
            let count = dealt.users.len();
            draft.rows.extend_from_slice(rest.get(..count).unwrap_or_default());
            for ((user, rule), group) in dealt.users.iter().zip(&dealt.rules).zip(&dealt.lanes) {
                draft.routed.rows.push((Some(*rule), Some(*group)));
                let number = given.number(UserIx(*user));
                given.values.push(number);
            }
            at += count;
        }
        let Some(row) = rows.get(at).copied() else { break };
        at += 1;
        one(&mut router, row, &mut given, &mut draft, &mut told)?;
    }
    given.edit(planner, &mut draft);
    write_state(planner, &mut router, &mut draft)?;
    draft.warnings = router.warnings;
    Ok(draft)
}

/// Sends one lead on its way, and writes down what comes of it.
fn one(router: &mut Router<'_>, row: u32, given: &mut Given<'_>, draft: &mut Draft, told: &mut Told) -> Result<()> {
    let planner = router.planner;
    let at = RowIx(row);
    let cells = Row { table: planner.table, row: at };
    let lead = Subject { row: Some(at), cells: &cells };
    let decision = router.walk(&lead, None)?;
    let by = (decision.rule, decision.group.map(|group| group.0));
    let code = match decision.outcome {
        Outcome::Assigned(user, _) => {
            given.assign(draft, row, user, by);
            return Ok(());
        }
        Outcome::Pooled(pool) => {
            given.pool(draft, row, pool, by);
            return Ok(());
        }
        Outcome::Held => DropCode::Held,
        Outcome::Offered | Outcome::NeedsReview => DropCode::NeedsReview,
        Outcome::Unassigned => DropCode::NobodyEligible,
        Outcome::NoRule => DropCode::NoRule,
    };
    draft.drops.row(at, code);
    let mut trace = Trace::default();
    if router.asks == Asks::Rows && decision.outcome == Outcome::NoRule {
        router.owned_rules(at, &mut trace)?;
    } else {
        // Nothing was given, so that the way can be gone again, and told this time.
        router.walk(&lead, Some(&mut trace))?;
    }
    if let (Outcome::Held, Some(rule), Some(group)) = (decision.outcome, decision.rule, decision.group)
        && let Some((key, value)) = router.hold(&planner.table.id(at), rule, group)?
    {
        draft.state.push(planner.context.state.write(key, Some(value)));
    }
    let reasons = reasons(router, decision, &trace, told);
    if !reasons.is_empty() {
        draft.routed.reasons.insert(row, reasons);
    }
    Ok(())
}

/// What is asked of the leads before any rule.
fn checks(planner: &Planner<'_>) -> Result<RowChecks> {
    let asking = planner.asking();
    let mut out = RowChecks::default();
    out.only(DropCode::NotPermitted, planner.auth.covers(&asking, Verb::RuleRun)?);
    if planner.bulk {
        out.only(DropCode::NotPermitted, planner.auth.covers(&asking, Verb::LeadMass)?);
    }
    planner.ask_guard(&mut out)?;
    let mut locked = RowSet::None;
    for slot in super::slots(planner.model) {
        locked = locked.or(planner.auth.locked(&asking, slot)?);
    }
    out.not(DropCode::Locked, locked, planner.table.rows())?;
    Ok(out)
}

/// Who gets the rows of a plan, as numbers of values.
struct Given<'a> {
    planner: &'a Planner<'a>,
    /// Values of slots: nobody, then people as they are met.
    people: Vec<Cell<'static>>,
    /// By user, the number of the value; 0 is none yet.
    numbers: Vec<u32>,
    /// For each row of the plan the number of its value.
    values: Vec<u32>,
    /// The pools of rows, by place in the plan.
    pools: Vec<(usize, u32)>,
}

impl<'a> Given<'a> {
    fn new(planner: &'a Planner<'a>, rows: usize) -> Result<Given<'a>> {
        let mut values = Vec::new();
        values.try_reserve_exact(rows)?;
        Ok(Given { planner, people: vec![Cell::Null], numbers: Vec::new(), values, pools: Vec::new() })
    }

    fn number(&mut self, user: UserIx) -> u32 {
        let at = user.0 as usize;
        if at >= self.numbers.len() {
            self.numbers.resize(at + 1, 0);
        }
        let mut number = self.numbers.get(at).copied().unwrap_or(0);
        if number == 0 {
            number = u32::try_from(self.people.len()).unwrap_or(0);
            self.people.push(Cell::Text(self.planner.id_of(user).to_owned().into()));
            self.numbers.get_mut(at).into_iter().for_each(|known| *known = number);
        }
        number
    }

    fn assign(&mut self, draft: &mut Draft, row: u32, user: UserIx, by: (Option<u32>, Option<u32>)) {
        let number = self.number(user);
        self.push(draft, row, number, by);
    }

    fn pool(&mut self, draft: &mut Draft, row: u32, pool: u32, by: (Option<u32>, Option<u32>)) {
        self.pools.push((self.values.len(), pool));
        self.push(draft, row, 0, by);
    }

    fn push(&mut self, draft: &mut Draft, row: u32, number: u32, by: (Option<u32>, Option<u32>)) {
        self.values.push(number);
        draft.rows.push(row);
        draft.routed.rows.push(by);
    }

    /// Writes the edits.
    fn edit(self, planner: &Planner<'_>, draft: &mut Draft) {
        let (rows, model) = (draft.rows.len(), planner.model);
        let owner = model.lead.owner;
        // By group, its slot; a pool takes the owner's.
        let slots: Vec<FieldIx> = model.groups.iter().map(|group| group.slot).collect();
        let slot_of = |(_, group): &(Option<u32>, Option<u32>), number: u32| {
            let slot = group.and_then(|group| slots.get(group as usize)).copied();
            slot.filter(|_| number > 0).unwrap_or(owner)
        };
        let given = || draft.routed.rows.iter().zip(&self.values).map(|(by, number)| (slot_of(by, *number), *number));
        let mut used: Vec<FieldIx> = Vec::new();
        if slots.iter().all(|slot| *slot == owner) {
            used.extend((rows > 0).then_some(owner));
        } else {
            for (slot, _) in given() {
                if !used.contains(&slot) {
                    used.push(slot);
                }
            }
        }
        let people = Rc::new(self.people);
        let mut edits = Vec::new();
        if let [only] = used.as_slice() {
            draft.slot = Some(*only);
            edits.push((*only, NewValue::Coded(people, Rc::new(self.values))));
        } else {
            draft.slot = used.first().map(|_| owner);
            for wanted in used {
                let value = |(slot, number): (FieldIx, u32)| people.get(number as usize).filter(|_| slot == wanted).cloned();
                edits.push((wanted, NewValue::Each(given().map(value).collect())));
            }
        }
        for (slot, to) in edits {
            draft.edits.set(slot, to);
        }
        if let (Some(field), false) = (model.lead.pool, self.pools.is_empty()) {
            let mut cells = vec![None; rows];
            for (at, pool) in &self.pools {
                let id = model.pools.at(*pool).map(|pool| Cell::Text(pool.id.clone().into()));
                cells.get_mut(*at).into_iter().for_each(|cell| cell.clone_from(&id));
            }
            draft.edits.set(field, NewValue::Each(cells));
        }
        if let (Some(field), true) = (model.lead.routed_by, rows > 0) {
            let rules = model.rules.iter().map(|rule| Cell::Text(rule.id.clone().into())).collect();
            let numbers = draft.routed.rows.iter().map(|(rule, _)| rule.unwrap_or(0)).collect();
            draft.edits.set(field, NewValue::Coded(Rc::new(rules), Rc::new(numbers)));
        }
    }
}

/// Reasons by what they are about: rule, person and what is against them.
type Told = BTreeMap<Vec<(u32, u32, Reasons)>, Rc<Vec<Reason>>>;

/// Why a lead was left out: the rules that passed it over for its owner, then people with their reasons. Leads with the same reasons share them.
fn reasons(router: &Router<'_>, decision: Decision, trace: &Trace, told: &mut Told) -> Rc<Vec<Reason>> {
    let model = router.planner.model;
    let mut name: Vec<(u32, u32, Reasons)> = Vec::new();
    for (rule, outcome) in &trace.rules {
        if *outcome == RuleOutcome::Owned {
            name.push((*rule, u32::MAX, Reasons::NONE));
        }
    }
    for Attempt { rule, people, .. } in &trace.attempts {
        for candidate in people.iter().take(TOLD) {
            name.push((*rule, candidate.user.0, candidate.reasons));
        }
    }
    if decision.outcome == Outcome::Offered {
        name.push((decision.rule.unwrap_or(0), u32::MAX - 1, Reasons::NONE));
    }
    if let Some(known) = told.get(&name) {
        return Rc::clone(known);
    }
    let mut out = Vec::new();
    for (rule, user, reasons) in &name {
        let rule = router.rule_id(*rule);
        match *user {
            u32::MAX => out.push(Reason::new("owned", None, "the lead has an owner, and the rule overwrites none").with("rule", rule)),
            number if number == u32::MAX - 1 => {
                let message = "the rule sends the lead to a group that makes offers, which are not in this build yet";
                out.push(Reason::new("not_implemented", None, message).with("rule", rule));
            }
            user => {
                let id = model.users.get(UserIx(user)).map_or("", |user| user.id.as_str());
                for (code, message) in reasons.list() {
                    out.push(Reason::new(code, None, format!("`{id}` {message}")).with("user", id).with("rule", rule));
                }
            }
        }
    }
    let out = Rc::new(out);
    told.insert(name, Rc::clone(&out));
    out
}

/// What people and groups remember, and leads that wait no longer.
fn write_state(planner: &Planner<'_>, router: &mut Router<'_>, draft: &mut Draft) -> Result<()> {
    let kept = &planner.context.state;
    for id in std::mem::take(&mut router.served).iter() {
        let user = UserIx(u32::try_from(id).unwrap_or(u32::MAX));
        if !router.remembers(user) {
            continue;
        }
        let limited = router.is_limited(user);
        let last = router.compiled.uses_recency.then(|| router.recencies.all.last(Member(user.0))).flatten();
        let automatic = router.compiled.uses_recency.then(|| router.recencies.automatic.last(Member(user.0))).flatten();
        let person = router.person(user)?;
        person.memory.last = last.or(person.memory.last);
        person.memory.automatic = automatic.or(person.memory.automatic);
        let value = person.memory.write(person.kept.as_ref(), limited);
        draft.state.push(kept.write(state::key("user", planner.id_of(user)), Some(value)));
    }
    let name = |Member(user): Member| planner.id_of(UserIx(user)).to_owned();
    for (ix, group) in &router.groups {
        let Some(id) = planner.model.groups.at(*ix).map(|group| group.id.as_str()) else { continue };
        let lane = router.lane(GroupIx(*ix)).filter(|lane| lane.used);
        if let Some(value) = lane.and_then(|lane| group.written(&lane.rotation, &name)) {
            draft.state.push(kept.write(state::key("group", id), Some(value)));
        }
    }
    let waiting: Vec<&str> = kept.standing("held/").collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let mut moved = BTreeMap::new();
    for row in &draft.rows {
        moved.insert(*row, ());
    }
    for key in waiting {
        let row = state::name_of(key).and_then(|lead| planner.table.find(&lead));
        if row.is_some_and(|row| moved.contains_key(&row.0)) {
            draft.state.push(kept.write(key.to_owned(), None));
        }
    }
    Ok(())
}
