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
use crate::rotate::batch::{Dealt, NO_RECEIVER, NONE, Turn};
use crate::table::RowIx;

use super::memory::Others;
use super::router::{Decision, Router};

/// Stands for a row that keeps whoever has it.
const KEEPS: u32 = NO_RECEIVER + 1;
/// Stands for nobody.
const NOBODY: u32 = NO_RECEIVER;

/// Who gets the rows of a plan, and what else becomes of them.
pub(super) struct Changes<'a> {
    planner: &'a Planner<'a>,
    /// A turn for each row of the plan.
    pub dealt: Dealt,
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
        let mut dealt = Dealt::default();
        dealt.turns.try_reserve_exact(rows)?;
        let (pools, locks, retired, own_slots) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Changes { planner, dealt, pools, locks, retired, own_slots })
    }

    /// Adds a row that somebody gets.
    pub fn assign(&mut self, draft: &mut Draft, row: RowIx, user: UserIx, by: Decision) {
        self.push(draft, row, user.0, by);
    }

    /// Adds a row that a pool takes.
    pub fn pool(&mut self, draft: &mut Draft, row: RowIx, pool: u32, by: Decision) {
        self.pools.push((self.dealt.turns.len(), pool));
        self.push(draft, row, NOBODY, by);
    }

    /// Adds a row whose owner did nothing for too long.
    pub fn retire(&mut self, draft: &mut Draft, row: RowIx, by: Decision) {
        self.retired.push(self.dealt.turns.len());
        self.push(draft, row, NOBODY, by);
    }

    fn push(&mut self, draft: &mut Draft, row: RowIx, receiver: u32, by: Decision) {
        draft.rows.push(row.0);
        self.dealt.turns.push(Turn { receiver, rule: by.rule.unwrap_or(NONE), group: by.group.map_or(NONE, |group| group.0) });
    }

    /// Adds what became of a lead by the run that was moved last.
    pub fn push_run(&mut self, draft: &mut Draft, router: &mut Router<'_>, row: Option<RowIx>, by: Decision) {
        while let Some((run, open)) = router.moved.pop() {
            let began = open && run.history.is_empty() && !run.asked.is_empty();
            if let (Some(row), true) = (row, began || !open) {
                let user = run.assignee.as_deref().and_then(|id| router.planner.model.user(id)).map(|(user, _)| user);
                let receiver = user.map_or(KEEPS, |user| user.0);
                let model = router.planner.model;
                if by.group.and_then(|group| model.groups.at(group.0)).map_or(model.lead.owner, |group| group.slot) != run.slot {
                    self.own_slots.push((self.dealt.turns.len(), run.slot));
                }
                self.locks.push((self.dealt.turns.len(), if open { Cell::Text(run.id.clone().into()) } else { Cell::Null }));
                self.push(draft, row, receiver, by);
            }
            draft.runs.push(run);
        }
    }

    /// Writes the edits.
    fn edit(self, draft: &mut Draft) {
        let (rows, model) = (draft.rows.len(), self.planner.model);
        let owner = model.lead.owner;
        // By group, its slot; a pool takes the owner's.
        let slots: Vec<FieldIx> = model.groups.iter().map(|group| group.slot).collect();
        let (order, mut values) = self.dealt.receivers();
        let mut people: Vec<Cell<'static>> =
            order.into_iter().map(|user| Cell::Text(self.planner.id_of(UserIx(user)).to_owned().into())).collect();
        let keeps = !self.locks.is_empty() && values.contains(&KEEPS);
        let slot_of = |at: usize, turn: &Turn| {
            if let Some((_, slot)) = self.own_slots.iter().find(|(place, _)| *place == at) {
                return *slot;
            }
            slots.get(turn.group as usize).copied().filter(|_| turn.receiver != NOBODY).unwrap_or(owner)
        };
        let given = || self.dealt.turns.iter().enumerate().map(|(at, turn)| (slot_of(at, turn), turn.receiver));
        let mut used: Vec<FieldIx> = Vec::new();
        if slots.iter().all(|slot| *slot == owner) && self.own_slots.is_empty() && !keeps {
            used.extend((rows > 0).then_some(owner));
        } else {
            for (slot, receiver) in given() {
                if receiver != KEEPS && !used.contains(&slot) {
                    used.push(slot);
                }
            }
        }
        let mut edits = Vec::new();
        draft.slot = if let [only] = used.as_slice() { Some(*only) } else { used.first().map(|_| owner) };
        if let ([only], false) = (used.as_slice(), keeps) {
            // Nobody is a value only where some row goes to nobody: else each row goes to one of the people, which is told at a glance.
            if !(self.pools.is_empty() && self.retired.is_empty()) {
                let nobody = u32::try_from(people.len()).unwrap_or(0);
                people.push(Cell::Null);
                values.iter_mut().filter(|number| **number == NOBODY).for_each(|number| *number = nobody);
            }
            edits.push((*only, NewValue::Coded(Rc::new(people), Rc::new(values))));
        } else {
            for wanted in used {
                let value = |((slot, _), number): ((FieldIx, u32), &u32)| {
                    match *number {
                        NOBODY => Some(Cell::Null),
                        number => people.get(number as usize).cloned(),
                    }
                    .filter(|_| slot == wanted)
                };
                edits.push((wanted, NewValue::Each(given().zip(&values).map(value).collect())));
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
        if let Some(field) = model.lead.routed_by {
            let id = |rule: u32| model.rules.at(rule).map(|rule| Cell::Text(rule.id.clone().into()));
            let (order, numbers) = self.dealt.rules();
            if !order.is_empty() {
                let to = if numbers.contains(&NONE) {
                    NewValue::Each(self.dealt.turns.iter().map(|turn| id(turn.rule)).collect())
                } else {
                    NewValue::Coded(Rc::new(order.into_iter().filter_map(id).collect()), Rc::new(numbers))
                };
                draft.edits.set(field, to);
            }
        }
        draft.routed.rows = self.dealt.turns;
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
    for user in changes.dealt.served.iter() {
        router.served.insert(user);
    }
    changes.edit(draft);
    write_state(router.planner, &mut router, draft)?;
    draft.warnings.append(&mut router.warnings);
    Ok(())
}
