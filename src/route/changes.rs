//! What becomes of the leads that a call decided about, as the edits and the state of a plan.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::config::UserIx;
use crate::plan::draft::Draft;
use crate::plan::edit::NewValue;
use crate::plan::planner::Planner;
use crate::plan::state;
use crate::query::{Cell, FieldIx};
use crate::rotate::Member;
use crate::table::RowIx;

use super::router::{Decision, Router};

/// Stands for a row that keeps what it has in a slot.
const KEEPS: u32 = u32::MAX;

/// What becomes of one lead.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    /// Who gets a slot; nobody clears it.
    pub slot: Option<(FieldIx, Option<UserIx>)>,
    pub pool: Option<u32>,
    /// Whether its owner did nothing for too long.
    pub retires: bool,
}

/// The rows of a plan, as numbers of values.
pub(super) struct Changes {
    /// Values of slots: nobody, then people as they are met.
    people: Vec<Cell<'static>>,
    numbers: BTreeMap<u32, u32>,
    /// By slot, for each row of the plan.
    slots: BTreeMap<FieldIx, Vec<u32>>,
    owner: FieldIx,
    pools: Vec<Option<u32>>,
    retires: Vec<bool>,
    /// What becomes of the field that locks a lead.
    locks: Vec<Option<Cell<'static>>>,
    /// Rows that were decided about.
    pub met: BTreeMap<u32, ()>,
}

impl Changes {
    pub fn new(planner: &Planner<'_>) -> Changes {
        Changes {
            people: vec![Cell::Null],
            numbers: BTreeMap::new(),
            slots: BTreeMap::new(),
            owner: planner.model.lead.owner,
            pools: Vec::new(),
            retires: Vec::new(),
            locks: Vec::new(),
            met: BTreeMap::new(),
        }
    }

    /// Adds a row. A run of it is locked in, or let go.
    pub fn push(&mut self, draft: &mut Draft, router: &Router<'_>, row: RowIx, change: Change, lock: Option<Option<&str>>, by: Decision) {
        if let Some((slot, user)) = change.slot {
            let number = user.map_or(0, |user| self.number(router, user));
            let list = self.slots.entry(slot).or_default();
            list.resize(draft.rows.len(), KEEPS);
            list.push(number);
        }
        self.pools.push(change.pool);
        self.retires.push(change.retires);
        self.locks.push(lock.map(|run| run.map_or(Cell::Null, |run| Cell::Text(run.to_owned().into()))));
        self.met.insert(row.0, ());
        draft.rows.push(row.0);
        draft.routed.rows.push((by.rule, by.group.map(|group| group.0)));
    }

    fn number(&mut self, router: &Router<'_>, user: UserIx) -> u32 {
        if let Some(number) = self.numbers.get(&user.0) {
            return *number;
        }
        let number = u32::try_from(self.people.len()).unwrap_or(0);
        self.people.push(Cell::Text(router.planner.id_of(user).to_owned().into()));
        self.numbers.insert(user.0, number);
        number
    }

    /// Adds what became of a lead by the runs that were moved last.
    pub fn push_run(&mut self, draft: &mut Draft, router: &mut Router<'_>, row: Option<RowIx>, by: Decision) {
        while let Some((run, open)) = router.moved.pop() {
            let began = open && run.history.is_empty() && !run.asked.is_empty();
            let model = router.planner.model;
            if let (Some(row), true) = (row, began || !open) {
                let user = run.assignee.as_deref().and_then(|id| model.user(id)).map(|(user, _)| user);
                let slot = user.map(|user| (run.slot, Some(user)));
                self.push(draft, router, row, Change { slot, ..Change::default() }, Some(open.then_some(run.id.as_str())), by);
            }
            draft.runs.push(run);
        }
    }

    /// Writes the edits.
    pub fn edit(self, planner: &Planner<'_>, draft: &mut Draft) {
        let (model, rows) = (planner.model, draft.rows.len());
        draft.slot = match self.slots.keys().next() {
            Some(only) if self.slots.len() == 1 => Some(*only),
            Some(_) => Some(self.owner),
            None => None,
        };
        let people = Rc::new(self.people);
        let owners = self.slots.get(&self.owner).cloned().unwrap_or_default();
        for (slot, mut numbers) in self.slots {
            numbers.resize(rows, KEEPS);
            let to = if numbers.contains(&KEEPS) {
                NewValue::Each(numbers.iter().map(|number| people.get(*number as usize).cloned()).collect())
            } else {
                NewValue::Coded(Rc::clone(&people), Rc::new(numbers))
            };
            draft.edits.set(slot, to);
        }
        if let (Some(field), true) = (model.lead.pool, self.pools.iter().any(Option::is_some)) {
            let id = |pool: u32| model.pools.at(pool).map(|pool| Cell::Text(pool.id.clone().into()));
            draft.edits.set(field, NewValue::Each(self.pools.iter().map(|pool| pool.and_then(id)).collect()));
        }
        if let (Some(field), true) = (model.lead.run, self.locks.iter().any(Option::is_some)) {
            draft.edits.set(field, NewValue::Each(self.locks));
        }
        let rules = &draft.routed.rows;
        if let (Some(field), true) = (model.lead.routed_by, rules.iter().any(|(rule, _)| rule.is_some())) {
            let id = |rule: u32| model.rules.at(rule).map(|rule| Cell::Text(rule.id.clone().into()));
            let to = if rules.iter().all(|(rule, _)| rule.is_some()) {
                let ids = model.rules.iter().map(|rule| Cell::Text(rule.id.clone().into())).collect();
                NewValue::Coded(Rc::new(ids), Rc::new(rules.iter().map(|(rule, _)| rule.unwrap_or(0)).collect()))
            } else {
                NewValue::Each(rules.iter().map(|(rule, _)| rule.and_then(id)).collect())
            };
            draft.edits.set(field, to);
        }
        if self.retires.contains(&true) {
            retire(planner, draft, &self.retires, &owners);
        }
    }
}

/// What the lifecycle sets where leads retire. A field that it sets where leads get an owner, too, is set in those as that says.
fn retire(planner: &Planner<'_>, draft: &mut Draft, retires: &[bool], owners: &[u32]) {
    let (model, now) = (planner.model, planner.context.now);
    let cycle = &model.lifecycle;
    for patch in &cycle.on_retire {
        let value = |patch| NewValue::of(patch, now, &planner.context.actor, model);
        let retired = value(patch);
        let assigned = cycle.on_assign.iter().find(|other| other.field == patch.field).map(value);
        let mut cells = Vec::with_capacity(retires.len());
        for (at, row) in draft.rows.iter().enumerate() {
            let from = planner.table.cell(RowIx(*row), patch.field);
            let gains = owners.get(at).is_some_and(|owner| *owner != KEEPS && *owner != 0);
            cells.push(match &assigned {
                _ if retires.get(at) == Some(&true) => retired.value(at, &from, now),
                Some(assigned) if gains => assigned.value(at, &from, now),
                _ => None,
            });
        }
        draft.edits.set(patch.field, NewValue::Each(cells));
    }
}

/// What people and groups remember, runs, and leads that wait no longer.
pub(super) fn write_state(planner: &Planner<'_>, router: &mut Router<'_>, draft: &mut Draft) {
    let (model, kept) = (planner.model, &planner.context.state);
    draft.state.append(&mut router.writes);
    let ids: Vec<u32> = router.people.iter().filter(|(_, person)| person.assigned).map(|(id, _)| *id).collect();
    for id in ids {
        let user = UserIx(id);
        if !router.remembers(user) {
            continue;
        }
        let limited = router.is_limited(user);
        if let Some(person) = router.people.get(&id) {
            let value = person.memory.write(person.kept.as_ref(), limited);
            draft.state.push(kept.write(state::key("user", router.names.id(model, id)), Some(value)));
        }
    }
    let name = |Member(user): Member| router.names.id(model, user).to_owned();
    for (ix, group) in &router.groups {
        let Some(id) = model.groups.at(*ix).map(|group| group.id.as_str()) else { continue };
        if let Some(value) = group.written(&name) {
            draft.state.push(kept.write(state::key("group", id), Some(value)));
        }
    }
    let waiting: Vec<&str> = kept.standing("held/").chain(kept.standing("declined/")).collect();
    if waiting.is_empty() {
        return;
    }
    let mut moved = BTreeMap::new();
    for row in &draft.rows {
        // A lead that is only offered has nobody yet.
        moved.insert(*row, draft.runs.of_row(*row).is_some_and(|run| run.assignee.is_none()));
    }
    for key in waiting {
        let row = state::name_of(key).and_then(|lead| planner.table.find(&lead));
        let Some(nobody) = row.and_then(|row| moved.get(&row.0)) else { continue };
        let stays = *nobody && key.starts_with("declined/");
        if !stays {
            draft.state.push(kept.write(key.to_owned(), None));
        }
    }
}

/// Writes down what a call came to.
pub(super) fn done(mut router: Router<'_>, changes: Changes, draft: &mut Draft) {
    let planner = router.planner;
    changes.edit(planner, draft);
    write_state(planner, &mut router, draft);
    draft.warnings.append(&mut router.warnings);
}
