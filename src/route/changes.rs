//! What becomes of the leads that a call decided about, as the edits and the state of a plan.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::config::{GroupIx, UserIx};
use crate::error::Result;
use crate::plan::draft::Draft;
use crate::plan::edit::NewValue;
use crate::plan::planner::Planner;
use crate::plan::state::{self, Value};
use crate::query::{Cell, FieldIx};
use crate::rotate::Member;
use crate::rotate::batch::Dealt;
use crate::table::RowIx;

use super::memory::Others;
use super::router::{Decision, Router};

/// Stands for a row that keeps whoever has it.
const KEEPS: u32 = u32::MAX;
/// Stands for nobody, until the numbers of people are known.
const NOBODY: u32 = u32::MAX - 1;

/// Rule and group that decided.
type By = (Option<u32>, Option<u32>);

/// Who gets the rows of a plan, as numbers of values, and what else becomes of them.
pub(super) struct Changes<'a> {
    planner: &'a Planner<'a>,
    /// Values of slots: people as they are met.
    people: Vec<Cell<'static>>,
    /// By user, the number of the value counted from 1; 0 is none yet.
    numbers: Vec<u32>,
    /// For each row of the plan the number of its value.
    values: Vec<u32>,
    /// The pools of rows, by place in the plan.
    pools: Vec<(usize, u32)>,
    /// What becomes of the field that locks a lead, by place in the plan.
    locks: Vec<(usize, Cell<'static>)>,
    /// Places of leads whose owners did nothing for too long.
    retired: Vec<usize>,
    /// By place in the plan, the slots of runs whose group fills another one today, or is there no more.
    own_slots: Vec<(usize, FieldIx)>,
}

impl<'a> Changes<'a> {
    pub fn new(planner: &'a Planner<'a>, rows: usize) -> Result<Changes<'a>> {
        let mut values = Vec::new();
        values.try_reserve_exact(rows)?;
        let (numbers, people) = (Vec::new(), Vec::new());
        let (pools, locks, retired, own_slots) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Changes { planner, people, numbers, values, pools, locks, retired, own_slots })
    }

    fn number(&mut self, user: UserIx) -> u32 {
        let at = user.0 as usize;
        if at >= self.numbers.len() {
            self.numbers.resize(at + 1, 0);
        }
        let mut number = self.numbers.get(at).copied().unwrap_or(0);
        if number == 0 {
            self.people.push(Cell::Text(self.planner.id_of(user).to_owned().into()));
            number = u32::try_from(self.people.len()).unwrap_or(0);
            self.numbers.get_mut(at).into_iter().for_each(|known| *known = number);
        }
        number.wrapping_sub(1)
    }

    /// Adds rows that were dealt in a run.
    pub fn deal(&mut self, draft: &mut Draft, rows: &[u32], dealt: &Dealt) {
        draft.rows.extend_from_slice(rows);
        for ((user, rule), group) in dealt.users.iter().zip(&dealt.rules).zip(&dealt.lanes) {
            draft.routed.rows.push((Some(*rule), Some(*group)));
            let number = self.number(UserIx(*user));
            self.values.push(number);
        }
    }

    /// Adds a row that somebody gets.
    pub fn assign(&mut self, draft: &mut Draft, row: RowIx, user: UserIx, by: Decision) {
        let number = self.number(user);
        self.push(draft, row, number, by);
    }

    /// Adds a row that a pool takes.
    pub fn pool(&mut self, draft: &mut Draft, row: RowIx, pool: u32, by: Decision) {
        self.pools.push((self.values.len(), pool));
        self.push(draft, row, NOBODY, by);
    }

    /// Adds a row whose owner did nothing for too long.
    pub fn retire(&mut self, draft: &mut Draft, row: RowIx, by: Decision) {
        self.retired.push(self.values.len());
        self.push(draft, row, NOBODY, by);
    }

    fn push(&mut self, draft: &mut Draft, row: RowIx, number: u32, by: Decision) {
        self.values.push(number);
        draft.rows.push(row.0);
        draft.routed.rows.push((by.rule, by.group.map(|group| group.0)));
    }

    /// Adds what became of a lead by the run that was moved last.
    pub fn push_run(&mut self, draft: &mut Draft, router: &mut Router<'_>, row: Option<RowIx>, by: Decision) {
        while let Some((run, open)) = router.moved.pop() {
            let began = open && run.history.is_empty() && !run.asked.is_empty();
            if let (Some(row), true) = (row, began || !open) {
                let user = run.assignee.as_deref().and_then(|id| router.planner.model.user(id)).map(|(user, _)| user);
                let number = user.map_or(KEEPS, |user| self.number(user));
                let model = router.planner.model;
                if by.group.and_then(|group| model.groups.at(group.0)).map_or(model.lead.owner, |group| group.slot) != run.slot {
                    self.own_slots.push((self.values.len(), run.slot));
                }
                self.locks.push((self.values.len(), if open { Cell::Text(run.id.clone().into()) } else { Cell::Null }));
                self.push(draft, row, number, by);
            }
            draft.runs.push(run);
        }
    }

    /// Writes the edits.
    fn edit(mut self, draft: &mut Draft) {
        let (rows, model) = (draft.rows.len(), self.planner.model);
        let owner = model.lead.owner;
        // By group, its slot; a pool takes the owner's.
        let slots: Vec<FieldIx> = model.groups.iter().map(|group| group.slot).collect();
        let slot_of = |at: usize, (_, group): &By, number: u32| {
            if let Some((_, slot)) = self.own_slots.iter().find(|(place, _)| *place == at) {
                return *slot;
            }
            let slot = group.and_then(|group| slots.get(group as usize)).copied();
            slot.filter(|_| number != NOBODY).unwrap_or(owner)
        };
        let by_row = || draft.routed.rows.iter().zip(&self.values).enumerate();
        let given = || by_row().map(|(at, (by, number))| (slot_of(at, by, *number), *number));
        let keeps = !self.locks.is_empty() && self.values.contains(&KEEPS);
        let mut used: Vec<FieldIx> = Vec::new();
        if slots.iter().all(|slot| *slot == owner) && self.own_slots.is_empty() && !keeps {
            used.extend((rows > 0).then_some(owner));
        } else {
            for (slot, number) in given() {
                if number != KEEPS && !used.contains(&slot) {
                    used.push(slot);
                }
            }
        }
        let mut edits = Vec::new();
        draft.slot = if let [only] = used.as_slice() { Some(*only) } else { used.first().map(|_| owner) };
        if let ([only], false) = (used.as_slice(), keeps) {
            // Nobody is a value only where some row goes to nobody: else each row goes to one of the people, which is told at a glance.
            if !(self.pools.is_empty() && self.retired.is_empty()) {
                let nobody = u32::try_from(self.people.len()).unwrap_or(0);
                self.people.push(Cell::Null);
                self.values.iter_mut().filter(|number| **number == NOBODY).for_each(|number| *number = nobody);
            }
            edits.push((*only, NewValue::Coded(Rc::new(self.people), Rc::new(self.values))));
        } else {
            for wanted in used {
                let value = |(slot, number): (FieldIx, u32)| {
                    match number {
                        NOBODY => Some(Cell::Null),
                        number => self.people.get(number as usize).cloned(),
                    }
                    .filter(|_| slot == wanted)
                };
                edits.push((wanted, NewValue::Each(given().map(value).collect())));
            }
        }
        for (slot, to) in edits {
            draft.edits.set(slot, to);
        }
        let sparse = |cells: Vec<(usize, Option<Cell<'static>>)>| {
            let mut out = vec![None; rows];
            for (at, cell) in cells {
                out.get_mut(at).into_iter().for_each(|place| place.clone_from(&cell));
            }
            NewValue::Each(out)
        };
        if let (Some(field), false) = (model.lead.pool, self.pools.is_empty()) {
            let id = |pool: u32| model.pools.at(pool).map(|pool| Cell::Text(pool.id.clone().into()));
            draft.edits.set(field, sparse(self.pools.iter().map(|(at, pool)| (*at, id(*pool))).collect()));
        }
        if let (Some(field), false) = (model.lead.run, self.locks.is_empty()) {
            draft.edits.set(field, sparse(self.locks.into_iter().map(|(at, cell)| (at, Some(cell))).collect()));
        }
        let rules = &draft.routed.rows;
        if let (Some(field), true) = (model.lead.routed_by, rules.iter().any(|(rule, _)| rule.is_some())) {
            let id = |rule: u32| model.rules.at(rule).map(|rule| Cell::Text(rule.id.clone().into()));
            let (mut ids, mut numbers, mut codes) = (Vec::new(), vec![0u32; model.rules.len()], Vec::with_capacity(rows));
            for (rule, _) in rules {
                let Some(number) = rule.and_then(|rule| numbers.get_mut(rule as usize)) else { break };
                if *number == 0 {
                    ids.extend(rule.and_then(id));
                    *number = u32::try_from(ids.len()).unwrap_or(0);
                }
                codes.push(number.saturating_sub(1));
            }
            let to = if codes.len() == rules.len() {
                NewValue::Coded(Rc::new(ids), Rc::new(codes))
            } else {
                NewValue::Each(rules.iter().map(|(rule, _)| rule.and_then(id)).collect())
            };
            draft.edits.set(field, to);
        }
        if !self.retired.is_empty() {
            retire(self.planner, draft, &self.retired);
        }
    }
}

/// What the lifecycle sets where leads retire. A field that it sets where leads get an owner, too, is set in those as that says.
fn retire(planner: &Planner<'_>, draft: &mut Draft, retired: &[usize]) {
    let (model, now) = (planner.model, planner.now.get());
    let (cycle, owner) = (&model.lifecycle, model.lead.owner);
    for patch in &cycle.on_retire {
        let value = |patch| NewValue::of(patch, now, &planner.context.actor, model);
        let retires = value(patch);
        let assigned = cycle.on_assign.iter().find(|other| other.field == patch.field).map(value);
        let (mut cells, mut next) = (Vec::with_capacity(draft.rows.len()), retired.iter().peekable());
        for (at, row) in draft.rows.iter().enumerate() {
            let row = RowIx(*row);
            let from = planner.table.cell(row, patch.field);
            if next.next_if_eq(&&at).is_some() {
                cells.push(retires.value(at, &from, now));
                continue;
            }
            let held = planner.table.cell(row, owner);
            let to = draft.edits.always(owner).and_then(|edit| edit.value(at, &held, now));
            let gains = to.is_some_and(|to| !to.is_null() && to != held);
            cells.push(assigned.as_ref().filter(|_| gains).and_then(|assigned| assigned.value(at, &from, now)));
        }
        draft.edits.set(patch.field, NewValue::Each(cells));
    }
}

/// What people and groups remember, runs, and leads that wait no longer.
fn write_state(planner: &Planner<'_>, router: &mut Router<'_>, draft: &mut Draft) -> Result<()> {
    let (model, kept) = (planner.model, &planner.context.state);
    draft.state.append(&mut router.writes);
    for id in std::mem::take(&mut router.served).iter() {
        let user = UserIx(u32::try_from(id).unwrap_or(u32::MAX));
        if !router.remembers(user) {
            continue;
        }
        let limited = router.is_limited(user);
        let last = router.compiled.uses_recency.then(|| router.recencies.all.last(Member(user.0))).flatten();
        let automatic = router.compiled.uses_recency.then(|| router.recencies.automatic.last(Member(user.0))).flatten();
        let person = router.person(user)?;
        let mut memory = std::mem::take(person.memory());
        memory.last = last.or(memory.last);
        memory.automatic = automatic.or(memory.automatic);
        let others = Others::of_person(person.kept);
        let value = Value::later(move || memory.write(others, limited));
        draft.state.push(kept.write(state::key("user", router.names.id(model, user.0)), Some(value)));
    }
    let name = |Member(user): Member| router.names.id(model, user).to_owned();
    for (ix, group) in &router.groups {
        let Some(id) = model.groups.at(*ix).map(|group| group.id.as_str()) else { continue };
        let lane = router.lane(GroupIx(*ix)).filter(|lane| lane.used);
        let offers = router.offers.get(ix).filter(|offers| offers.used);
        if lane.is_none() && offers.is_none() && !group.holds() {
            continue;
        }
        if let Some(value) = group.written(lane.map(|lane| &lane.rotation), offers, model, &name) {
            draft.state.push(kept.write(state::key("group", id), Some(value)));
        }
    }
    let waiting: Vec<&str> = kept.standing("held/").chain(kept.standing("declined/")).collect();
    if waiting.is_empty() {
        return Ok(());
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
    Ok(())
}

/// Writes down what a call came to.
pub(super) fn done(mut router: Router<'_>, changes: Changes<'_>, draft: &mut Draft) -> Result<()> {
    changes.edit(draft);
    write_state(router.planner, &mut router, draft)?;
    draft.warnings.append(&mut router.warnings);
    Ok(())
}
