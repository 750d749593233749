//! What an assignment changes for the leads after it: stamps, counts, loads and owners.

use crate::config::{GroupIx, UserIx};
use crate::error::Result;
use crate::filter;
use crate::query::{Cell, FieldIx};
use crate::rotate::limits::Window;
use crate::rotate::{Member, Stamp};

use super::person;
use super::router::{Asks, Overlaid, Router, Subject};

impl Router<'_> {
    /// Counts that somebody got a lead.
    pub fn assigned(&mut self, user: UserIx, slot: FieldIx, group: Option<GroupIx>, lead: &Subject<'_>) -> Result<()> {
        let model = self.planner.model;
        let member = Member(user.0);
        if self.uses_loads && self.asks != Asks::Nothing {
            let former = lead.cells.cell(slot).text().and_then(|id| model.user(id)).map(|(user, _)| user);
            if let Some(former) = former
                && self.is_open(lead, None)?
            {
                self.change_load(slot, former, -1)?;
            }
            if self.is_open(lead, Some((slot, user)))? {
                self.change_load(slot, user, 1)?;
            }
        } else if self.uses_loads {
            self.change_load(slot, user, 1)?;
        }
        let limited = self.is_limited(user);
        let mut stamped = None;
        if self.uses_recency {
            self.person(user)?;
            let mut latest = self.recency.last(member);
            if let Some(group) = group.and_then(|group| self.groups.get(&group.0)) {
                for other in &group.members {
                    latest = latest.max(self.recency.last(Member(other.0)));
                }
            }
            let stamp = Stamp::after(self.now, latest);
            self.recency.set(member, stamp);
            self.automatic.set(member, stamp);
            stamped = Some(stamp);
        }
        let window: Option<Window> =
            if limited { person::longest(self.limits(user, None)).max(person::longest(&self.group_limits)) } else { None };
        let (now, starts) = (self.now, self.starts);
        let person = self.person(user)?;
        person.assigned = true;
        if let Some(stamp) = stamped {
            (person.memory.last, person.memory.automatic) = (Some(stamp), Some(stamp));
        }
        if limited {
            person.memory.usage.record(now, &starts, window);
        }
        if slot == model.lead.owner
            && let Some(row) = lead.row
        {
            self.owned(row, Some(user))?;
        }
        self.refresh(user)
    }

    /// A pool takes a lead: it has no owner any more.
    pub fn released(&mut self, lead: &Subject<'_>) -> Result<()> {
        let model = self.planner.model;
        let owner = model.lead.owner;
        let former = lead.cells.cell(owner).text().and_then(|id| model.user(id)).map(|(user, _)| user);
        if let Some(former) = former.filter(|_| self.uses_loads)
            && self.is_open(lead, None)?
        {
            self.change_load(owner, former, -1)?;
        }
        match lead.row {
            Some(row) => self.owned(row, None),
            None => Ok(()),
        }
    }

    fn change_load(&mut self, slot: FieldIx, user: UserIx, by: i64) -> Result<()> {
        let of_slot = self.loads.entry(slot).or_default();
        if !of_slot.known.contains_key(&user.0) {
            *of_slot.moved.entry(user.0).or_default() += by;
        } else if by > 0 {
            of_slot.loads.add(Member(user.0));
        } else {
            of_slot.loads.remove(Member(user.0));
        }
        if by < 0 { self.refresh(user) } else { Ok(()) }
    }

    /// Whether the lead counts towards a workload, as it is or once somebody has it.
    fn is_open(&self, lead: &Subject<'_>, given: Option<(FieldIx, UserIx)>) -> Result<bool> {
        let planner = self.planner;
        let Some(open) = &planner.model.lifecycle.open else { return Ok(true) };
        let Some((slot, user)) = given.filter(|_| self.open_moves) else {
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
            sets.extend(model.lead.assigned_at.map(|field| (field, Cell::Instant(planner.context.now))));
        }
        filter::matches(open, &Overlaid { below: lead.cells, sets: &sets }, &planner.filtering())
    }

    /// Puts what changed of a person into the groups that were loaded.
    fn refresh(&mut self, user: UserIx) -> Result<()> {
        let groups: Vec<u32> = self.groups.keys().copied().collect();
        for at in groups {
            let ix = GroupIx(at);
            if self.limits(user, Some(ix)).is_empty() && self.capacity(user, Some(ix)).is_none() {
                continue;
            }
            let found = self.groups.get(&at).and_then(|group| Some((group.members.iter().position(|other| *other == user)?, group.slot)));
            let Some((place, slot)) = found else { continue };
            let blocked = !self.moving(user, Some(ix), slot)?.is_empty();
            if let Some(group) = self.groups.get_mut(&at) {
                group.set_moving(place, blocked);
            }
        }
        Ok(())
    }
}
