//! From the decisions about leads to what a plan changes.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::{Reason, RowSet};
use crate::config::{UserIx, Verb};
use crate::error::Result;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::state;
use crate::query::{Cell, FieldIx};
use crate::rotate::Member;
use crate::table::{Row, RowIx};

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
    let mut rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
    draft.drops.drop_failing(&mut rows, checks(planner)?);
    draft.routed.automatic = true;

    let dense = rows.len() >= BATCH && rows.len().saturating_mul(SPARSE) >= planner.table.rows() as usize;
    let mut router = Router::new(planner, if dense { Asks::Rows } else { Asks::Each })?;
    if dense {
        router.match_rows(&rows)?;
    }
    let mut given = Given::new(planner);
    let mut told = BTreeMap::new();
    for row in rows {
        let row = RowIx(row);
        let cells = Row { table: planner.table, row };
        let lead = Subject { row: Some(row), cells: &cells };
        let decision = router.walk(&lead, None)?;
        let code = match decision.outcome {
            Outcome::Assigned(user, slot) => {
                given.assign(&mut draft, row, user, slot, decision);
                continue;
            }
            Outcome::Pooled(pool) => {
                given.pool(&mut draft, row, pool, decision);
                continue;
            }
            Outcome::Held => DropCode::Held,
            Outcome::Offered | Outcome::NeedsReview => DropCode::NeedsReview,
            Outcome::Unassigned => DropCode::NobodyEligible,
            Outcome::NoRule => DropCode::NoRule,
        };
        // Nothing was given, so that the way can be gone again, and told this time.
        let mut trace = Trace::default();
        router.walk(&lead, Some(&mut trace))?;
        if let (Outcome::Held, Some(rule), Some(group)) = (decision.outcome, decision.rule, decision.group)
            && let Some((key, value)) = router.hold(&planner.table.id(row), rule, group)?
        {
            draft.state.push(planner.context.state.write(key, Some(value)));
        }
        draft.drops.row(row, code);
        let reasons = reasons(&router, decision, &trace, &mut told);
        draft.routed.reasons.insert(row.0, reasons);
    }
    given.edit(planner, &mut draft);
    write_state(planner, &mut router, &mut draft);
    draft.warnings = router.warnings;
    Ok(draft)
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

/// Stands for a row that keeps what it has in a slot.
const KEEPS: u32 = u32::MAX;

/// Who gets the rows of a plan, as numbers of values.
struct Given {
    /// Values of slots: nobody, then people as they are met.
    people: Vec<Cell<'static>>,
    numbers: BTreeMap<u32, u32>,
    /// By slot, for each row of the plan.
    slots: BTreeMap<FieldIx, Vec<u32>>,
    owner: FieldIx,
    pools: Vec<Option<u32>>,
    ids: Vec<String>,
}

impl Given {
    fn new(planner: &Planner<'_>) -> Given {
        let ids = planner.model.users.iter().map(|user| user.id.clone()).collect();
        let owner = planner.model.lead.owner;
        Given { people: vec![Cell::Null], numbers: BTreeMap::new(), slots: BTreeMap::new(), owner, pools: Vec::new(), ids }
    }

    fn assign(&mut self, draft: &mut Draft, row: RowIx, user: UserIx, slot: FieldIx, decision: Decision) {
        let number = match self.numbers.get(&user.0) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.people.len()).unwrap_or(0);
                let id = self.ids.get(user.0 as usize).cloned().unwrap_or_default();
                self.people.push(Cell::Text(id.into()));
                self.numbers.insert(user.0, number);
                number
            }
        };
        self.push(draft, row, slot, number, None, decision);
    }

    fn pool(&mut self, draft: &mut Draft, row: RowIx, pool: u32, decision: Decision) {
        self.push(draft, row, self.owner, 0, Some(pool), decision);
    }

    fn push(&mut self, draft: &mut Draft, row: RowIx, slot: FieldIx, number: u32, pool: Option<u32>, decision: Decision) {
        let list = self.slots.entry(slot).or_default();
        list.resize(draft.rows.len(), KEEPS);
        list.push(number);
        self.pools.push(pool);
        draft.rows.push(row.0);
        draft.routed.rows.push((decision.rule, decision.group.map(|group| group.0)));
    }

    /// Writes the edits.
    fn edit(self, planner: &Planner<'_>, draft: &mut Draft) {
        let rows = draft.rows.len();
        draft.slot = match self.slots.keys().next() {
            Some(only) if self.slots.len() == 1 => Some(*only),
            Some(_) => Some(self.owner),
            None => None,
        };
        let people = Rc::new(self.people);
        for (slot, mut numbers) in self.slots {
            numbers.resize(rows, KEEPS);
            let to = if numbers.contains(&KEEPS) {
                NewValue::Each(numbers.iter().map(|number| people.get(*number as usize).cloned()).collect())
            } else {
                NewValue::Coded(Rc::clone(&people), Rc::new(numbers))
            };
            draft.edits.set(slot, to);
        }
        let model = planner.model;
        if let (Some(field), true) = (model.lead.pool, self.pools.iter().any(Option::is_some)) {
            let id = |pool: u32| model.pools.at(pool).map(|pool| Cell::Text(pool.id.clone().into()));
            draft.edits.set(field, NewValue::Each(self.pools.iter().map(|pool| pool.and_then(id)).collect()));
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
fn write_state(planner: &Planner<'_>, router: &mut Router<'_>, draft: &mut Draft) {
    let kept = &planner.context.state;
    let ids: Vec<u32> = router.people.iter().filter(|(_, person)| person.assigned).map(|(id, _)| *id).collect();
    for id in ids {
        let user = UserIx(id);
        if !router.remembers(user) {
            continue;
        }
        let limited = router.is_limited(user);
        if let Some(person) = router.people.get(&id) {
            let value = person.memory.write(person.kept.as_ref(), limited);
            draft.state.push(kept.write(state::key("user", planner.id_of(user)), Some(value)));
        }
    }
    let name = |Member(user): Member| planner.id_of(UserIx(user)).to_owned();
    for (ix, group) in &router.groups {
        let Some(id) = planner.model.groups.at(*ix).map(|group| group.id.as_str()) else { continue };
        if let Some(value) = group.written(&name) {
            draft.state.push(kept.write(state::key("group", id), Some(value)));
        }
    }
    let waiting: Vec<&str> = kept.standing("held/").collect();
    if waiting.is_empty() {
        return;
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
}
