//! What edits come to in one row, and what follows there from a new holder: former owners, the primary agent, access across a boundary, who
//! was told.

use std::borrow::Cow;

use crate::config::{LeadRoles, Model};
use crate::query::{Cell, UnitIx};
use crate::table::{RowIx, Snapshot};
use crate::time::Instant;

use crate::plan::edit::{AppliesWhen, Edits, NewValue, Set, grants, list, words};

/// Most former owners that a lead remembers.
const FORMER_OWNERS: usize = 20;

impl Edits {
    /// What row number `at` of the plan, which is `row` of the table, changes. In the order of fields' names; empty if it is as asked.
    pub fn of_row<'a>(&self, at: usize, row: RowIx, table: &'a Snapshot, model: &Model, now: Instant) -> Vec<Set<'a>> {
        let lead = &model.lead;
        let owner = self.iter().find(|edit| edit.field == lead.owner);
        let owner_from = owner.map(|_| table.cell(row, lead.owner));
        let owner_to = owner.and_then(|edit| edit.to.value(at, owner_from.as_ref()?, now));
        let changed = owner_to.is_some() && owner_from != owner_to;
        let gained = changed && owner_to.as_ref().is_some_and(|to| !to.is_null());
        let mut out: Vec<Set<'a>> = Vec::with_capacity(self.iter().len());
        let mut follows = false;
        for edit in self.iter() {
            let applies = match edit.when {
                AppliesWhen::Always => true,
                AppliesWhen::Changed => changed,
                AppliesWhen::Gained => gained,
                AppliesWhen::Lost => changed && !gained,
            };
            follows |= edit.to.follows();
            if !applies || edit.to.follows() {
                continue;
            }
            let from = table.cell(row, edit.field);
            let to = match &edit.to {
                NewValue::FormerOwner => owner_from.as_ref().and_then(Cell::text).map(|former| in_front(&from, former)),
                to => to.value(at, &from, now),
            };
            if let Some(to) = to.filter(|to| *to != from) {
                out.push(Set { field: edit.field, from, to });
            }
        }
        if follows {
            let before = out.len();
            for edit in self.iter().filter(|edit| edit.to.follows()) {
                let from = table.cell(row, edit.field);
                let sets = out.get(..before).unwrap_or_default();
                let to = match &edit.to {
                    NewValue::Pointer => pointer(&from, sets, row, table, lead),
                    NewValue::Access { add, remove } => access(&from, sets, (add, remove), row, table, model),
                    _ => told(&from, sets, lead),
                };
                if let Some(to) = to.filter(|to| *to != from) {
                    out.push(Set { field: edit.field, from, to });
                }
            }
            if out.len() > before {
                crate::sort::by(&mut out, |a, b| model.schema.name(a.field).cmp(model.schema.name(b.field)));
            }
        }
        out
    }
}

/// The unit at or above another that the boundary runs around.
pub(crate) fn company(model: &Model, unit: Option<UnitIx>) -> Option<UnitIx> {
    model.schema.units.nearest_of_kind(unit?, &model.lifecycle.boundary.as_ref()?.kind)
}

/// Where a pointer moves whose holder loses the slot and holds no other; none where it stays.
fn pointer(from: &Cell<'_>, sets: &[Set<'_>], row: RowIx, table: &Snapshot, lead: &LeadRoles) -> Option<Cell<'static>> {
    let who = from.text()?;
    let slots = || sets.iter().filter(|set| lead.slot(set.field).is_some());
    let lost = slots().find(|set| set.from.text() == Some(who))?;
    let still = lead.slots.iter().any(|slot| match slots().find(|set| set.field == slot.field) {
        Some(set) => set.to.text() == Some(who),
        None => table.cell(row, slot.field).text() == Some(who),
    });
    (!still).then(|| lost.to.clone())
}

/// Units with access once words were added and removed and the receivers' companies let in.
fn access(
    from: &Cell<'_>,
    sets: &[Set<'_>],
    (add, remove): (&[String], &[String]),
    row: RowIx,
    table: &Snapshot,
    model: &Model,
) -> Option<Cell<'static>> {
    let mut granted: Vec<String> = Vec::new();
    for user in sets.iter().filter(|set| model.lead.slot(set.field).is_some()).filter_map(|set| set.to.text()) {
        granted.extend(granted_by(from, user, row, table, model).map(str::to_owned));
    }
    if granted.is_empty() && add.is_empty() && remove.is_empty() {
        return None;
    }
    granted.splice(0..0, add.iter().cloned());
    Some(words(from, &granted, remove))
}

/// The company that gains access to a row with `access` when a user receives it; none where no boundary is crossed.
fn granted_by<'m>(access: &Cell<'_>, user: &str, row: RowIx, table: &Snapshot, model: &'m Model) -> Option<&'m str> {
    if !grants(model) {
        return None;
    }
    let units = &model.schema.units;
    let there = company(model, model.user(user)?.1.unit)?;
    let here = company(model, units.find(table.cell(row, model.lead.unit?).text()?))?;
    let id = units.get(there)?.id.as_str();
    (here != there && !access.items().any(|item| item == id)).then_some(id)
}

/// The list with `former` in front, an earlier copy of it removed.
pub(crate) fn in_front(from: &Cell<'_>, former: &str) -> Cell<'static> {
    let rest = from.items().filter(|other| *other != former).take(FORMER_OWNERS - 1);
    list(std::iter::once(former).chain(rest).map(|id| Cow::Owned(id.to_owned())).collect())
}

/// Those who were told, and those who are told of these changes; none if nobody is new.
fn told(from: &Cell<'_>, sets: &[Set<'_>], lead: &LeadRoles) -> Option<Cell<'static>> {
    let mut out: Vec<&str> = from.items().collect();
    let before = out.len();
    let slots: Vec<&Set<'_>> = sets.iter().filter(|set| lead.slot(set.field).is_some()).collect();
    let new = slots.iter().filter_map(|set| set.to.text()).chain(slots.iter().filter_map(|set| set.from.text()));
    for user in new {
        if !out.contains(&user) {
            out.push(user);
        }
    }
    (out.len() > before).then(|| list(out.into_iter().map(|id| Cow::Owned(id.to_owned())).collect()))
}
