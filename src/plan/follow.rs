//! What follows from a new holder in the same row: former owners, the primary agent, access across a boundary, who was told.

use std::borrow::Cow;

use crate::config::{BoundaryMode, LeadRoles, Model};
use crate::query::{Cell, UnitIx};
use crate::table::{RowIx, Snapshot};

use crate::plan::edit::{Set, list, words};

/// Most former owners that a lead remembers.
const FORMER_OWNERS: usize = 20;

/// Whether crossing a boundary gives access.
pub(crate) fn grants(model: &Model) -> bool {
    model.lifecycle.boundary.as_ref().is_some_and(|boundary| boundary.mode == BoundaryMode::GrantAccess)
}

/// The unit at or above another that the boundary runs around.
pub(crate) fn company(model: &Model, unit: Option<UnitIx>) -> Option<UnitIx> {
    model.schema.units.nearest_of_kind(unit?, &model.lifecycle.boundary.as_ref()?.kind)
}

/// Where a pointer moves whose holder loses the slot and holds no other; none where it stays.
pub(crate) fn pointer(from: &Cell<'_>, sets: &[Set<'_>], row: RowIx, table: &Snapshot, lead: &LeadRoles) -> Option<Cell<'static>> {
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
pub(crate) fn access(
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
pub(crate) fn told(from: &Cell<'_>, sets: &[Set<'_>], lead: &LeadRoles) -> Option<Cell<'static>> {
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
