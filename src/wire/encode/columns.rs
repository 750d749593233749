//! What the fields of a plan's rows were and are, field by field.

use hashbrown::HashMap;

use crate::query::{Cell, FieldIx};
use crate::table::{RowIx, Snapshot};

use crate::plan::Plan;
use crate::plan::bytes::{cell, number, signed, tag};
use crate::plan::edit::{AppliesWhen, Edit, NewValue};
use crate::plan::follow::in_front;
use crate::wire::encode::{REMEMBERED, Times, distance};

/// One column being written: 0 is no value, 1 a new one that follows, `k + 2` the one that was new as the k-th.
#[derive(Default)]
pub(crate) struct Column {
    pub out: Vec<u8>,
    known: HashMap<Vec<u8>, u64, foldhash::fast::FixedState>,
    scratch: Vec<u8>,
    /// By code: one more than the number of a value that is known.
    by_code: Vec<u64>,
}

impl Column {
    fn nothing(&mut self) {
        self.out.push(0);
    }

    /// Writes a value; its number, if it is one that is remembered.
    pub fn push(&mut self, value: &Cell<'_>) -> Option<u64> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        cell(value, &mut scratch);
        let known = self.raw(&scratch);
        self.scratch = scratch;
        known
    }

    /// The same for a value with a code, which is looked at once.
    fn push_coded<'c>(&mut self, code: u32, value: impl FnOnce() -> Cell<'c>) {
        match self.by_code.get(code as usize).copied().filter(|known| *known > 0) {
            Some(known) => number(known + 1, &mut self.out),
            None => {
                if let Some(known) = self.push(&value()) {
                    if self.by_code.len() <= code as usize {
                        self.by_code.resize(code as usize + 1, 0);
                    }
                    self.by_code.get_mut(code as usize).into_iter().for_each(|place| *place = known + 1);
                }
            }
        }
    }

    /// The value of a field in a row.
    pub fn push_cell(&mut self, table: &Snapshot, field: FieldIx, row: RowIx) {
        match table.column(field) {
            crate::table::Column::Coded(coded) => self.push_coded(coded.code(row.0), || table.cell(row, field)),
            _ => {
                self.push(&table.cell(row, field));
            }
        }
    }

    /// Writes a value; its number, if it is one that is remembered.
    fn raw(&mut self, value: &[u8]) -> Option<u64> {
        if let Some(known) = self.known.get(value) {
            number(known + 2, &mut self.out);
            return Some(*known);
        }
        self.out.push(1);
        self.out.extend_from_slice(value);
        let next = self.known.len() as u64;
        (self.known.len() < REMEMBERED).then(|| {
            self.known.insert(value.to_vec(), next);
            next
        })
    }
}

/// What each field was and is, field by field.
pub(crate) fn columns(plan: &Plan, fields: &[FieldIx], times: Times) -> Vec<(Column, Column)> {
    let mut columns: Vec<(Column, Column)> = fields.iter().map(|_| Default::default()).collect();
    let plain = |edit: &Edit| edit.when == AppliesWhen::Always && matches!(edit.to, NewValue::Same(_) | NewValue::Coded(..));
    if plan.edits.iter().all(plain) {
        for (edit, (from, to)) in plan.edits.iter().zip(&mut columns) {
            plain_column(plan, edit.field, &edit.to, from, to);
        }
        return columns;
    }
    if let Some(owners) = owners(plan) {
        for (field, (from, to)) in fields.iter().zip(&mut columns) {
            let edits: Vec<&Edit> = plan.edits.iter().filter(|edit| edit.field == *field).collect();
            match edits.as_slice() {
                [only] if plain(only) => plain_column(plan, *field, &only.to, from, to),
                edits => patched_column(plan, *field, edits, &owners, times, (from, to)),
            }
        }
        return columns;
    }
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let sets = plan.edits.of_row(at, row, &plan.table, &plan.model, plan.now);
        // Both are in the order of names.
        let mut sets = sets.iter().peekable();
        for (field, (from, to)) in fields.iter().zip(&mut columns) {
            let Some(set) = sets.next_if(|set| set.field == *field) else {
                from.nothing();
                continue;
            };
            from.push_cell(&plan.table, *field, row);
            match distance(plan, *field).filter(|_| times == Times::Relative) {
                Some(distance) => {
                    let mut value = vec![tag::DISTANCE];
                    signed(distance, &mut value);
                    to.raw(&value)
                }
                None => to.push(&set.to),
            };
        }
    }
    columns
}

/// What becomes of the owner of each row, for what follows from that. Nothing where other things follow from it than a field's edits and its
/// own value tell.
fn owners(plan: &Plan) -> Option<Vec<AppliesWhen>> {
    if plan.edits.iter().any(|edit| matches!(edit.to, NewValue::Pointer | NewValue::Access { .. } | NewValue::Notified)) {
        return None;
    }
    let owner = plan.model.lead.owner;
    let Some(edit) = plan.edits.iter().find(|edit| edit.field == owner) else { return Some(Vec::new()) };
    let (values, codes) = match &edit.to {
        NewValue::Same(cell) => (std::slice::from_ref(cell), None),
        NewValue::Coded(values, codes) => (values.as_slice(), Some(codes.as_slice())),
        _ => return None,
    };
    let mut out = Vec::new();
    out.try_reserve_exact(plan.rows.len()).ok()?;
    let crate::table::Column::Coded(coded) = plan.table.column(owner) else { return None };
    let place = |value: &Cell<'static>| match value {
        Cell::Text(text) => coded.dict.find(text),
        _ => Some(0),
    };
    let places: Vec<(Option<u32>, bool)> = values.iter().map(|value| (place(value), value.is_null())).collect();
    out.extend(plan.rows.iter().enumerate().map(|(at, row)| {
        let which = codes.map_or(0, |codes| codes.get(at).copied().unwrap_or(0));
        match places.get(which as usize) {
            Some((place, _)) if *place == Some(coded.code(*row)) => AppliesWhen::Always,
            Some((_, true)) => AppliesWhen::Lost,
            Some((_, false)) => AppliesWhen::Gained,
            None => AppliesWhen::Always,
        }
    }));
    Some(out)
}

/// Whether an edit applies to a row whose owner changes like that; [`When::Always`] stands for one who stays.
fn applies(edit: &Edit, owner: AppliesWhen) -> bool {
    match edit.when {
        AppliesWhen::Always => true,
        AppliesWhen::Changed => owner != AppliesWhen::Always,
        when => when == owner,
    }
}

/// A field that is set in some rows, or to what depends on the row.
fn patched_column(
    plan: &Plan,
    field: FieldIx,
    edits: &[&Edit],
    owners: &[AppliesWhen],
    times: Times,
    (from, to): (&mut Column, &mut Column),
) {
    let relative = distance(plan, field).filter(|_| times == Times::Relative).map(|distance| {
        let mut value = vec![tag::DISTANCE];
        signed(distance, &mut value);
        value
    });
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let owner = owners.get(at).copied().unwrap_or(AppliesWhen::Always);
        let was = plan.table.cell(row, field);
        let set = (0u32..).zip(edits).filter(|(_, edit)| applies(edit, owner)).find_map(|(nth, edit)| {
            let is = match &edit.to {
                // Told by its number among the edits, not by its value.
                NewValue::Same(cell) => return (*cell != was).then_some((nth, None)),
                NewValue::FormerOwner => {
                    let former = plan.table.cell(row, plan.model.lead.owner);
                    former.text().map(|former| in_front(&was, former))
                }
                other => other.value(at, &was, plan.now),
            };
            is.filter(|is| *is != was).map(|is| (nth, Some(is)))
        });
        let Some((nth, is)) = set else {
            from.nothing();
            continue;
        };
        from.push_cell(&plan.table, field, row);
        match (&relative, is, edits.get(nth as usize).map(|edit| &edit.to)) {
            (Some(value), ..) => {
                to.raw(value);
            }
            (None, Some(is), _) => {
                to.push(&is);
            }
            (None, None, Some(NewValue::Same(cell))) => to.push_coded(nth, || cell.clone()),
            (None, None, _) => {}
        }
    }
}

/// A field that is set to one of a few values in every row: told by codes where it has them.
fn plain_column(plan: &Plan, field: FieldIx, edit: &NewValue, from: &mut Column, to: &mut Column) {
    let (values, codes) = match edit {
        NewValue::Same(cell) => (std::slice::from_ref(cell), None),
        NewValue::Coded(values, codes) => (values.as_slice(), Some(codes.as_slice())),
        _ => return,
    };
    let coded = if let crate::table::Column::Coded(coded) = plan.table.column(field) { Some(coded) } else { None };
    let place = |value: &Cell<'static>| match value {
        Cell::Text(text) => coded.and_then(|coded| coded.dict.find(text)),
        _ => Some(0),
    };
    let places: Vec<Option<u32>> = values.iter().map(place).collect();
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let which = codes.map_or(0, |codes| codes.get(at).copied().unwrap_or(0));
        let Some(value) = values.get(which as usize) else { continue };
        let same = match coded {
            Some(coded) => places.get(which as usize).copied().flatten() == Some(coded.code(row.0)),
            None => plan.table.cell(row, field) == *value,
        };
        if same {
            from.nothing();
        } else {
            from.push_cell(&plan.table, field, row);
            to.push_coded(which, || value.clone());
        }
    }
}
