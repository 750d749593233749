//! What a plan sets, as rules over columns instead of values in rows.
//!
//! A plan of a million rows is a list of row numbers and a handful of [`Edit`]s. What one row changes from and to is
//! worked out when it is asked for, from the snapshot that the plan keeps; so a plan costs what its decision costs, and
//! stays readable after the table moved on.

use std::borrow::Cow;
use std::rc::Rc;

use crate::config::{BoundaryMode, Model, Patch, PatchValue};
use crate::query::{Cell, Cells, FieldIx, FieldType, Schema};
use crate::table::{RowIx, Snapshot};
use crate::time::{Base, Instant, Relative, Unit};

/// What a field becomes.
#[derive(Clone, Debug)]
pub(crate) enum NewValue {
    /// The same value in every row.
    Same(Cell<'static>),
    /// The plan's instant, moved by so many milliseconds. Kept apart from [`NewValue::Same`], because an outcome does not depend on when
    /// it was planned.
    Now(i64),
    /// For each row of the plan, one of a few values.
    Coded(Rc<Vec<Cell<'static>>>, Rc<Vec<u32>>),
    /// A list with words added at its end and others taken out.
    Words { add: Vec<String>, remove: Vec<String> },
    /// Former owners, the latest in front.
    FormerOwner,
    /// The primary agent: where the present one loses the slot, whoever replaces them.
    Pointer,
    /// Units with access: words as in [`NewValue::Words`], and the companies of those who receive the lead across a boundary that grants it.
    Access { add: Vec<String>, remove: Vec<String> },
    /// Everybody who is told of the change, added to those who were.
    Notified,
    /// For each row of the plan its own value, or none where the row keeps what it has.
    Each(Vec<Option<Cell<'static>>>),
}

/// In which rows an edit applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppliesWhen {
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
    pub when: AppliesWhen,
    pub to: NewValue,
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
    pub fn iter(&self) -> std::slice::Iter<'_, Edit> {
        self.list.iter()
    }

    /// What a field becomes in every row, if it is set there.
    pub fn always(&self, field: FieldIx) -> Option<&NewValue> {
        self.list.iter().find(|edit| edit.field == field && edit.when == AppliesWhen::Always).map(|edit| &edit.to)
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
    pub fn set(&mut self, field: FieldIx, to: NewValue) {
        self.list.retain(|edit| edit.field != field);
        self.list.push(Edit { field, when: AppliesWhen::Always, to });
    }

    /// Puts leads into a pool, where one is named.
    pub fn set_pool(&mut self, model: &Model, pool: Option<&str>) {
        if let (Some(field), Some(pool)) = (model.lead.pool, pool) {
            self.set(field, NewValue::text(pool));
        }
    }

    /// Sets fields in every row to what was asked for.
    pub fn ask(&mut self, patches: &[Patch], now: Instant, actor: &str, model: &Model) {
        for patch in patches {
            self.set(patch.field, NewValue::of(patch, now, actor, model));
        }
    }

    /// Sets fields where `when` holds, but for those that are set in every row: what was asked for wins over what follows.
    pub fn patch(&mut self, patches: &[Patch], when: AppliesWhen, now: Instant, actor: &str, model: &Model) {
        for patch in patches {
            if self.list.iter().any(|edit| edit.field == patch.field && edit.when == AppliesWhen::Always) {
                continue;
            }
            let to = NewValue::of(patch, now, actor, model);
            self.list.push(Edit { field: patch.field, when, to });
        }
    }

    /// The stamps and patches that follow a change of owner and, where people are notified, the memory of who was.
    pub fn follow_owner(&mut self, model: &Model, now: Instant, actor: &str, notify: bool) {
        let lead = &model.lead;
        let moves = self.list.iter().any(|edit| lead.slot(edit.field).is_some());
        if let Some(field) = lead.primary.filter(|field| moves && !self.sets(*field)) {
            self.list.push(Edit { field, when: AppliesWhen::Always, to: NewValue::Pointer });
        }
        if let Some(field) = lead.access.filter(|field| moves && grants(model) && !self.sets(*field)) {
            self.list.push(Edit { field, when: AppliesWhen::Always, to: NewValue::Access { add: Vec::new(), remove: Vec::new() } });
        }
        if self.list.iter().any(|edit| edit.field == lead.owner) {
            if let Some(field) = lead.assigned_at {
                self.list.push(Edit { field, when: AppliesWhen::Gained, to: NewValue::Now(0) });
            }
            if let Some(field) = lead.previous_owners {
                self.list.push(Edit { field, when: AppliesWhen::Changed, to: NewValue::FormerOwner });
            }
            self.patch(&model.lifecycle.on_assign, AppliesWhen::Gained, now, actor, model);
            self.patch(&model.lifecycle.on_unassign, AppliesWhen::Lost, now, actor, model);
        }
        if let Some(field) = lead.notified.filter(|_| moves && notify) {
            self.list.push(Edit { field, when: AppliesWhen::Always, to: NewValue::Notified });
        }
        // Fields come in the order of their names: a configuration says the same whatever the order of its keys.
        self.sort(model);
    }

    /// Puts the edits into the order of the fields' names.
    pub fn sort(&mut self, model: &Model) {
        crate::sort::by(&mut self.list, |a, b| model.schema.name(a.field).cmp(model.schema.name(b.field)));
    }

    /// Forgets the rows of the plan for which `keep` is false.
    pub fn keep_rows(&mut self, keep: &[bool]) {
        fn sieve<T: Clone>(list: &[T], keep: &[bool]) -> Vec<T> {
            list.iter().zip(keep).filter(|(_, keep)| **keep).map(|(item, _)| item.clone()).collect()
        }
        for edit in &mut self.list {
            match &mut edit.to {
                NewValue::Coded(_, codes) => *codes = Rc::new(sieve(codes, keep)),
                NewValue::Each(cells) => *cells = sieve(cells, keep),
                _ => {}
            }
        }
    }

    /// Forgets the edits of fields that are hidden there.
    pub fn keep_shown(&mut self, schema: &Schema) {
        self.list.retain(|edit| !schema.hides(edit.field));
    }

    /// Every value that is set in a row whose owner is new, whether the row held it already or not: for a copy.
    pub fn exact(&self, at: usize, row: RowIx, table: &Snapshot, now: Instant) -> Vec<(FieldIx, Cell<'static>)> {
        let mut out: Vec<(FieldIx, Cell<'static>)> = Vec::with_capacity(self.list.len());
        for edit in self.list.iter().filter(|edit| edit.when == AppliesWhen::Always) {
            let from = table.cell(row, edit.field);
            out.extend(edit.to.value(at, &from, now).map(|to| (edit.field, to)));
        }
        out
    }
}

impl NewValue {
    /// The same text in every row.
    pub fn text(value: &str) -> NewValue {
        NewValue::Same(Cell::Text(Cow::Owned(value.to_owned())))
    }

    /// The value that a patch sets.
    pub fn of(patch: &Patch, now: Instant, actor: &str, model: &Model) -> NewValue {
        match &patch.value {
            PatchValue::Set(cell) => NewValue::Same(cell.clone()),
            PatchValue::Actor => NewValue::Same(Cell::Text(Cow::Owned(actor.to_owned()))),
            PatchValue::Words { add, remove } => NewValue::Words { add: add.clone(), remove: remove.clone() },
            PatchValue::Relative(relative) => {
                let schema = &model.schema;
                let Some(at) = relative.at(now, schema.calendar()) else { return NewValue::Same(Cell::Null) };
                if schema.kind(patch.field) == FieldType::Date {
                    return NewValue::Same(Cell::Day(schema.zone.local(at).day));
                }
                if is_distance(relative) { NewValue::Now(at.0 - now.0) } else { NewValue::Same(Cell::Instant(at)) }
            }
        }
    }

    /// The value for row number `at` of the plan, which holds `from`; none where the row keeps what it has.
    pub fn value(&self, at: usize, from: &Cell<'_>, now: Instant) -> Option<Cell<'static>> {
        match self {
            NewValue::Same(cell) => Some(cell.clone()),
            NewValue::Now(distance) => Some(Cell::Instant(Instant(now.0.saturating_add(*distance)))),
            NewValue::Coded(values, codes) => codes.get(at).and_then(|code| values.get(*code as usize)).cloned(),
            NewValue::Words { add, remove } => Some(words(from, add, remove)),
            NewValue::Each(cells) => cells.get(at).cloned().flatten(),
            NewValue::FormerOwner | NewValue::Pointer | NewValue::Access { .. } | NewValue::Notified => None,
        }
    }

    /// Whether the value follows from what becomes of the slots in the same row.
    pub fn follows(&self) -> bool {
        matches!(self, NewValue::Pointer | NewValue::Access { .. } | NewValue::Notified)
    }
}

/// Whether an instant is a fixed distance from now. Days and longer follow the calendar.
fn is_distance(relative: &Relative) -> bool {
    relative.base == Base::Now && (relative.offset == 0 || matches!(relative.unit, Unit::Minute | Unit::Hour))
}

/// Whether what a patch sets depends on when it is asked for, beyond a fixed distance.
pub(crate) fn reads_the_clock(patch: &Patch, model: &Model) -> bool {
    match &patch.value {
        PatchValue::Relative(relative) => !is_distance(relative) || model.schema.kind(patch.field) == FieldType::Date,
        _ => false,
    }
}

/// Whether crossing a boundary gives access.
pub(crate) fn grants(model: &Model) -> bool {
    model.lifecycle.boundary.as_ref().is_some_and(|boundary| boundary.mode == BoundaryMode::GrantAccess)
}

/// A list without some words and with others at its end, where it does not have them.
pub(crate) fn words(from: &Cell<'_>, add: &[String], remove: &[String]) -> Cell<'static> {
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

/// A list as a cell.
pub(crate) fn list(items: Vec<Cow<'static, str>>) -> Cell<'static> {
    if items.is_empty() { Cell::Null } else { Cell::List(items) }
}

/// A row as the plan leaves it.
pub(crate) struct PatchedRow<'a> {
    pub table: &'a Snapshot,
    pub row: RowIx,
    pub sets: &'a [Set<'a>],
}

impl Cells for PatchedRow<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        match self.sets.iter().find(|set| set.field == field) {
            Some(set) => set.to.clone(),
            None => self.table.cell(self.row, field),
        }
    }
}
