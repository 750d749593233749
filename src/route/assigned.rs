//! What an assignment changes for the leads after it: stamps, counts, loads and owners.

use crate::config::{GroupIx, UserIx};
use crate::error::Result;
use crate::filter;
use crate::query::{Cell, FieldIx};
use crate::rotate::Member;
use crate::rotate::batch::{self, Dealt, Run};
use crate::rotate::limits::Window;
use crate::table::Row;

use super::person;
use super::router::{Asks, Overlaid, Router, Subject};

impl Router<'_> {
    /// Counts that somebody got a lead.
    pub fn assigned(&mut self, user: UserIx, slot: FieldIx, group: Option<GroupIx>, lead: &Subject<'_>) -> Result<()> {
        let model = self.planner.model;
        if let (true, Asks::Replay, Some(row)) = (self.compiled.uses_loads, self.asks, lead.row) {
            self.replayed_load(slot, user, row)?;
        } else if self.compiled.uses_loads && self.asks != Asks::Nothing {
            let former = lead.cells.cell(slot).text().and_then(|id| model.user(id)).map(|(user, _)| user);
            if let Some(former) = former
                && self.is_open(lead, None)?
            {
                self.change_load(slot, former, -1)?;
            }
            if self.is_open(lead, Some((slot, user)))? {
                self.change_load(slot, user, 1)?;
            }
        } else if self.compiled.uses_loads {
            self.change_load(slot, user, 1)?;
        }
        self.stamp(user, group)?;
        self.counted(user)?;
        if slot == model.lead.owner
            && let Some(row) = lead.row
        {
            self.owned(row, Some(user))?;
        }
        self.refresh(user)
    }

    fn stamp(&mut self, user: UserIx, group: Option<GroupIx>) -> Result<()> {
        if !self.compiled.uses_recency {
            return Ok(());
        }
        self.person(user)?;
        self.recencies.assign(Member(user.0), group.map(|group| group.0 as usize), self.now);
        Ok(())
    }

    /// Counts an assignment for the limits of whoever got it.
    fn counted(&mut self, user: UserIx) -> Result<()> {
        let limited = self.is_limited(user);
        let window: Option<Window> =
            if limited { person::longest(self.limits(user, None)).max(person::longest(&self.compiled.group_limits)) } else { None };
        let (now, starts) = (self.now, self.starts);
        self.served.insert(user.0 as usize);
        if limited {
            self.person(user)?.memory().usage.record(now, &starts, window);
        }
        Ok(())
    }

    /// Deals rows of a batch, the first of `rows` first, as long as nothing about them is to be looked at; gives back how many.
    pub fn deal(&mut self, rows: &[u32], out: &mut Dealt) -> Result<usize> {
        let now = self.compiled.uses_recency.then_some(self.now);
        let open = if self.compiled.uses_loads { Some(self.planner.open()?) } else { None };
        let (run, before) = (Run { now, open, ..self.rules.run(rows, self.planner.table) }, out.turns.len());
        let watched = batch::deal(&run, &mut self.lanes, &mut self.recencies, &mut self.workload, out);
        if let (true, Some(turn)) = (watched, out.turns.last()) {
            let user = UserIx(turn.receiver);
            self.counted(user)?;
            self.refresh(user)?;
        }
        Ok(out.turns.len() - before)
    }

    /// A pool takes a lead: it has no owner any more.
    pub fn released(&mut self, lead: &Subject<'_>) -> Result<()> {
        let model = self.planner.model;
        let owner = model.lead.owner;
        let former = lead.cells.cell(owner).text().and_then(|id| model.user(id)).map(|(user, _)| user);
        if let Some(former) = former.filter(|_| self.compiled.uses_loads)
            && self.is_open(lead, None)?
        {
            self.change_load(owner, former, -1)?;
        }
        match lead.row {
            Some(row) => self.owned(row, None),
            None => Ok(()),
        }
    }

    /// Counts a lead for whoever holds it as it is assumed to be, and no longer for whoever does in truth.
    pub fn assumed(&mut self, lead: &Subject<'_>) -> Result<()> {
        let Some(row) = lead.row.filter(|_| self.compiled.uses_loads) else { return Ok(()) };
        let planner = self.planner;
        let real = Row { table: planner.table, row };
        for (subject, by) in [(Subject { row: Some(row), cells: &real }, -1), (*lead, 1)] {
            if !self.is_open(&subject, None)? {
                continue;
            }
            for slot in &planner.model.lead.slots {
                let holder = subject.cells.cell(slot.field).text().and_then(|id| planner.model.user(id)).map(|(user, _)| user);
                if let Some(holder) = holder {
                    self.change_load(slot.field, holder, by)?;
                }
            }
        }
        Ok(())
    }

    pub fn change_load(&mut self, slot: FieldIx, user: UserIx, by: i64) -> Result<()> {
        self.workload.change(slot, Member(user.0), by);
        if by < 0 { self.refresh(user) } else { Ok(()) }
    }

    /// Whether the lead counts towards a workload, as it is or once somebody has it.
    fn is_open(&self, lead: &Subject<'_>, given: Option<(FieldIx, UserIx)>) -> Result<bool> {
        let planner = self.planner;
        let Some(open) = &planner.model.lifecycle.open else { return Ok(true) };
        let Some((slot, user)) = given.filter(|_| self.compiled.open_moves) else {
            return match (self.asks, lead.row) {
                (Asks::Rows, Some(row)) => Ok(planner.open()?.contains(row)),
                _ => filter::matches(open, lead.cells, &planner.filtering()),
            };
        };
        let model = planner.model;
        let mut sets = vec![(slot, Cell::Text(planner.id_of(user).to_owned().into()))];
        if slot == model.lead.owner {
            for (field, change) in planner.changes(&model.lifecycle.on_assign) {
                match change {
                    crate::access::Change::Set(cell) => sets.push((field, cell)),
                    crate::access::Change::Words { add, remove } => {
                        sets.push((field, crate::plan::edit::words(&lead.cells.cell(field), &add, &remove)));
                    }
                    crate::access::Change::Later => {}
                }
            }
            sets.extend(model.lead.assigned_at.map(|field| (field, Cell::Instant(planner.now.get()))));
        }
        filter::matches(open, &Overlaid { below: lead.cells, sets: &sets }, &planner.filtering())
    }

    /// Puts what changed of a person into the groups that were loaded.
    pub fn refresh(&mut self, user: UserIx) -> Result<()> {
        let own = self.planner.model.users.get(user).is_some_and(|user| user.capacity.is_some() || !user.limits.is_empty());
        let mut moving = Vec::new();
        for (at, group) in &self.groups {
            if own || group.limits {
                let place = group.roster.members.iter().position(|other| *other == user);
                moving.extend(place.map(|place| (GroupIx(*at), place, group.slot)));
            }
        }
        for (ix, place, slot) in moving {
            let blocked = !self.moving(user, Some(ix), slot)?.is_empty();
            self.set_moving(ix, place, blocked);
        }
        Ok(())
    }
}
