//! What a plan sets, as rules over columns instead of values in rows.
//!
//! A plan of a million rows is a list of row numbers and a handful of [`Edit`]s. What one row changes from and to is
//! worked out when it is asked for, from the snapshot that the plan keeps; so a plan costs what its decision costs, and
//! stays readable after the table moved on.

use std::borrow::Cow;
use std::rc::Rc;

use crate::config::{Model, Patch, PatchValue, Shape};
use crate::query::{Cell, Cells, FieldIx, FieldType};
use crate::table::{RowIx, Snapshot};
use crate::time::{Base, Instant, Unit};

/// Most former owners that a lead remembers.
const FORMER_OWNERS: usize = 20;

/// What a field becomes.
#[derive(Clone, Debug)]
pub(crate) enum To {
    /// The same value in every row.
    Same(Cell<'static>),
    /// The plan's instant, moved by so many milliseconds. Kept apart from [`To::Same`], because an outcome does not depend on when
    /// it was planned.
    Now(i64),
    /// For each row of the plan, one of a few values.
    Coded(Rc<Vec<Cell<'static>>>, Rc<Vec<u32>>),
    /// A list with words added at its end and others taken out.
    Words { add: Vec<String>, remove: Vec<String> },
    /// Former owners, the latest in front.
    FormerOwner,
    /// Everybody who is told of the change, added to those who were.
    Notified,
    /// For each row of the plan its own value, or none where the row keeps what it has.
    Each(Vec<Option<Cell<'static>>>),
}

/// In which rows an edit applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// In all.
    Always,
    /// Where somebody becomes the owner.
    Gained,
    /// Where the lead is left without an owner.
    Lost,
    /// Where the owner is another one afterwards, or nobody.
    Changed,
}

/// One field's new values.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub field: FieldIx,
    pub when: When,
    pub to: To,
}

/// A field of one row: before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Set<'a> {
    /// Which field.
    pub field: FieldIx,
    /// What it holds.
    pub from: Cell<'a>,
    /// What it is to hold.
    pub to: Cell<'static>,
}

/// All edits of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edits {
    list: Vec<Edit>,
}

impl Edits {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.list.iter()
    }

    /// What a field becomes in every row, if it is set there.
    pub fn always(&self, field: FieldIx) -> Option<&To> {
        self.list.iter().find(|edit| edit.field == field && edit.when == When::Always).map(|edit| &edit.to)
    }

    /// Whether a field is set in every row.
    pub fn sets(&self, field: FieldIx) -> bool {
        self.always(field).is_some()
    }

    /// Whether a field may change in some row.
    pub fn touches(&self, field: FieldIx) -> bool {
        self.list.iter().any(|edit| edit.field == field)
    }

    /// Whether nothing is edited.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Sets a field in every row. What was said of the field before is replaced.
    pub fn set(&mut self, field: FieldIx, to: To) {
        self.list.retain(|edit| edit.field != field);
        self.list.push(Edit { field, when: When::Always, to });
    }

    /// Sets fields in every row to what was asked for.
    pub fn ask(&mut self, patches: &[Patch], now: Instant, actor: &str, model: &Model) {
        for patch in patches {
            self.set(patch.field, To::of(patch, now, actor, model));
        }
    }

    /// Sets fields where `when` holds, but for those that are set in every row: what was asked for wins over what follows.
    pub fn patch(&mut self, patches: &[Patch], when: When, now: Instant, actor: &str, model: &Model) {
        for patch in patches {
            if self.list.iter().any(|edit| edit.field == patch.field && edit.when == When::Always) {
                continue;
            }
            let to = To::of(patch, now, actor, model);
            self.list.push(Edit { field: patch.field, when, to });
        }
    }

    /// The stamps and patches that follow a change of owner, and the memory of who was told.
    pub fn follow_owner(&mut self, model: &Model, now: Instant, actor: &str, told: Told) {
        let lead = &model.lead;
        if self.list.iter().any(|edit| edit.field == lead.owner) {
            if let Some(field) = lead.assigned_at {
                self.list.push(Edit { field, when: When::Gained, to: To::Now(0) });
            }
            if let Some(field) = lead.previous_owners {
                self.list.push(Edit { field, when: When::Changed, to: To::FormerOwner });
            }
            self.patch(&model.lifecycle.on_assign, When::Gained, now, actor, model);
            self.patch(&model.lifecycle.on_unassign, When::Lost, now, actor, model);
        }
        if let (Some(field), Told::Yes) = (lead.notified, told)
            && self.list.iter().any(|edit| lead.slot(edit.field).is_some())
        {
            self.list.push(Edit { field, when: When::Always, to: To::Notified });
        }
    }

    /// Forgets the rows of the plan for which `keep` is false.
    pub fn keep_rows(&mut self, keep: &[bool]) {
        fn sieve<T: Clone>(list: &[T], keep: &[bool]) -> Vec<T> {
            list.iter().zip(keep).filter(|(_, keep)| **keep).map(|(item, _)| item.clone()).collect()
        }
        for edit in &mut self.list {
            match &mut edit.to {
                To::Coded(_, codes) => *codes = Rc::new(sieve(codes, keep)),
                To::Each(cells) => *cells = sieve(cells, keep),
                To::Same(_) | To::Now(_) | To::Words { .. } | To::FormerOwner | To::Notified => {}
            }
        }
    }

    /// Every value that is set in a row whose owner is new, whether the row held it already or not: for a copy.
    pub fn exact(&self, at: usize, row: RowIx, table: &Snapshot, now: Instant) -> Vec<(FieldIx, Cell<'static>)> {
        let mut out: Vec<(FieldIx, Cell<'static>)> = Vec::with_capacity(self.list.len());
        for edit in self.list.iter().filter(|edit| edit.when == When::Always) {
            let from = table.cell(row, edit.field);
            out.extend(edit.to.value(at, &from, now).map(|to| (edit.field, to)));
        }
        out.sort_by_key(|(field, _)| *field);
        out
    }

    /// What row number `at` of the plan, which is `row` of the table, changes. In the order of fields; empty if it is as asked.
    pub fn of_row<'a>(&self, at: usize, row: RowIx, table: &'a Snapshot, model: &Model, now: Instant) -> Vec<Set<'a>> {
        let lead = &model.lead;
        let owner = self.list.iter().find(|edit| edit.field == lead.owner);
        let owner_from = owner.map(|_| table.cell(row, lead.owner));
        let owner_to = owner.and_then(|edit| edit.to.value(at, owner_from.as_ref()?, now));
        let changed = owner_from.is_some() && owner_to.is_some() && owner_from != owner_to;
        let mut out: Vec<Set<'a>> = Vec::with_capacity(self.list.len());
        for edit in &self.list {
            let applies = match edit.when {
                When::Always => true,
                When::Changed => changed,
                When::Gained => changed && owner_to.as_ref().is_some_and(|to| !to.is_null()),
                When::Lost => changed && owner_to.as_ref().is_some_and(Cell::is_null),
            };
            if !applies || matches!(edit.to, To::Notified) {
                continue;
            }
            let from = table.cell(row, edit.field);
            let to = match &edit.to {
                To::FormerOwner => owner_from.as_ref().and_then(Cell::text).map(|former| in_front(&from, former)),
                to => to.value(at, &from, now),
            };
            if let Some(to) = to.filter(|to| *to != from) {
                out.push(Set { field: edit.field, from, to });
            }
        }
        if let Some(edit) = self.list.iter().find(|edit| matches!(edit.to, To::Notified)) {
            let from = table.cell(row, edit.field);
            if let Some(to) = told(&from, &out, lead) {
                out.push(Set { field: edit.field, from, to });
            }
        }
        out.sort_by_key(|set| set.field);
        out
    }
}

/// Whether the people concerned are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// They are.
    Yes,
    /// They are not.
    No,
}

impl To {
    /// The value that a patch sets.
    fn of(patch: &Patch, now: Instant, actor: &str, model: &Model) -> To {
        match &patch.value {
            PatchValue::Set(cell) => To::Same(cell.clone()),
            PatchValue::Actor => To::Same(Cell::Text(Cow::Owned(actor.to_owned()))),
            PatchValue::Words { add, remove } => To::Words { add: add.clone(), remove: remove.clone() },
            PatchValue::Relative(relative) => {
                let schema = &model.schema;
                let Some(at) = relative.at(now, &schema.zone, schema.week_start) else { return To::Same(Cell::Null) };
                if schema.kind(patch.field) == FieldType::Date {
                    return To::Same(Cell::Day(schema.zone.local(at).day));
                }
                if relative.base == Base::Now && matches!(relative.unit, Unit::Minute | Unit::Hour) {
                    To::Now(at.0 - now.0)
                } else {
                    To::Same(Cell::Instant(at))
                }
            }
        }
    }

    /// The value for row number `at` of the plan, which holds `from`; none where the row keeps what it has.
    pub fn value(&self, at: usize, from: &Cell<'_>, now: Instant) -> Option<Cell<'static>> {
        match self {
            To::Same(cell) => Some(cell.clone()),
            To::Now(distance) => Some(Cell::Instant(Instant(now.0.saturating_add(*distance)))),
            To::Coded(values, codes) => codes.get(at).and_then(|code| values.get(*code as usize)).cloned(),
            To::Words { add, remove } => Some(words(from, add, remove)),
            To::Each(cells) => cells.get(at).cloned().flatten(),
            To::FormerOwner | To::Notified => None,
        }
    }
}

/// A list without some words and with others at its end, where it does not have them.
fn words(from: &Cell<'_>, add: &[String], remove: &[String]) -> Cell<'static> {
    let mut out: Vec<Cow<'static, str>> = Vec::new();
    for word in from.items().filter(|word| !remove.iter().any(|gone| gone == word)) {
        out.push(Cow::Owned(word.to_owned()));
    }
    for word in add {
        if !out.iter().any(|there| there == word) {
            out.push(Cow::Owned(word.clone()));
        }
    }
    list(out)
}

/// The list with `former` in front, an earlier copy of it removed.
fn in_front(from: &Cell<'_>, former: &str) -> Cell<'static> {
    let rest = from.items().filter(|other| *other != former).take(FORMER_OWNERS - 1);
    list(std::iter::once(former).chain(rest).map(|id| Cow::Owned(id.to_owned())).collect())
}

/// Those who were told, and those who are told of these changes; none if nobody is new.
fn told(from: &Cell<'_>, sets: &[Set<'_>], lead: &Shape) -> Option<Cell<'static>> {
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

fn list(items: Vec<Cow<'static, str>>) -> Cell<'static> {
    if items.is_empty() { Cell::Null } else { Cell::List(items) }
}

/// A row as the plan leaves it.
pub(crate) struct After<'a> {
    pub table: &'a Snapshot,
    pub row: RowIx,
    pub sets: &'a [Set<'a>],
}

impl Cells for After<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        match self.sets.iter().find(|set| set.field == field) {
            Some(set) => set.to.clone(),
            None => self.table.cell(self.row, field),
        }
    }
}
