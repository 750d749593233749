//! What the fields of a plan's rows were and are, field by field.

use hashbrown::HashMap;

use crate::query::{Cell, FieldIx};
use crate::table::pack::{self, Numbered};
use crate::table::{RowIx, Snapshot};

use crate::plan::Plan;
use crate::plan::bytes::{cell, number, signed, tag};
use crate::plan::edit::{AppliesWhen, Edit, NewValue};
use crate::plan::follow::in_front;
use crate::wire::encode::{Times, distance, shape};

/// One column being written. For each row it has one more than the place of its value among those that occur, 0 where there is none. With more
/// values than 16 bits can tell, each row has its own.
#[derive(Default)]
pub(crate) struct Column {
    codes: Vec<u16>,
    /// The values, one behind the other, and where each ends.
    values: Vec<u8>,
    ends: Vec<usize>,
    known: HashMap<Vec<u8>, u16, foldhash::fast::FixedState>,
    scratch: Vec<u8>,
    /// By code of the table: one more than the place of a value that is known.
    by_code: Vec<u16>,
    /// The rows with their values, once those are too many.
    each: Option<Vec<u8>>,
}

impl Column {
    fn nothing(&mut self) {
        match &mut self.each {
            Some(each) => each.push(0),
            None => self.codes.push(0),
        }
    }

    /// Writes a value; one more than its place, if it has one.
    pub fn push(&mut self, value: &Cell<'_>) -> Option<u16> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        cell(value, &mut scratch);
        let known = self.raw(&scratch);
        self.scratch = scratch;
        known
    }

    /// The same for a value with a code, which is looked at once.
    fn push_coded<'c>(&mut self, code: u32, value: impl FnOnce() -> Cell<'c>) {
        match self.by_code.get(code as usize).copied().filter(|known| *known > 0 && self.each.is_none()) {
            Some(known) => self.codes.push(known),
            None => {
                if let Some(known) = self.push(&value()) {
                    if self.by_code.len() <= code as usize {
                        self.by_code.resize(code as usize + 1, 0);
                    }
                    self.by_code.get_mut(code as usize).into_iter().for_each(|place| *place = known);
                }
            }
        }
    }

    /// The value of a field in a row.
    pub fn push_cell(&mut self, table: &Snapshot, field: FieldIx, row: RowIx) {
        match table.column(field) {
            crate::table::Column::Coded(coded) => self.push_coded(coded.code(row.0), || table.cell(row, field)),
            _ => match table.cell(row, field) {
                Cell::Null => self.push_coded(0, || Cell::Null),
                cell => {
                    self.push(&cell);
                }
            },
        }
    }

    /// Writes a value; one more than its place, if it has one.
    fn raw(&mut self, value: &[u8]) -> Option<u16> {
        if let Some(each) = &mut self.each {
            each.push(1);
            each.extend_from_slice(value);
            return None;
        }
        if let Some(known) = self.known.get(value) {
            self.codes.push(*known);
            return Some(*known);
        }
        let Ok(next) = u16::try_from(self.ends.len() + 1) else {
            self.each = Some(self.one_by_one());
            self.known = HashMap::default();
            return self.raw(value);
        };
        self.known.insert(value.to_vec(), next);
        self.value(value);
        self.codes.push(next);
        Some(next)
    }

    fn value(&mut self, value: &[u8]) {
        self.values.extend_from_slice(value);
        self.ends.push(self.values.len());
    }

    /// What is there so far, each row with its value.
    fn one_by_one(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for code in &self.codes {
            let Some(at) = usize::from(*code).checked_sub(1) else {
                out.push(0);
                continue;
            };
            let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
            out.push(1);
            out.extend_from_slice(self.values.get(start..self.ends.get(at).copied().unwrap_or(start)).unwrap_or_default());
        }
        out
    }

    /// A column of which the values are known by their numbers.
    fn numbered<'c>(numbered: Numbered, value: impl Fn(u32) -> Cell<'c>) -> Column {
        let mut out = Column { codes: numbered.codes, ..Column::default() };
        for number in numbered.values {
            cell(&value(number), &mut out.values);
            out.ends.push(out.values.len());
        }
        out
    }

    /// The values of a field in rows.
    pub fn of_rows(table: &Snapshot, field: FieldIx, rows: &[u32]) -> Column {
        if let crate::table::Column::Coded(coded) = table.column(field)
            && let Ok(Some(numbered)) = coded.numbered(rows)
        {
            return Column::numbered(numbered, |code| coded_cell(coded, code));
        }
        let mut out = Column::default();
        rows.iter().for_each(|row| out.push_cell(table, field, RowIx(*row)));
        out
    }

    /// Whether each row has a value.
    pub fn is_full(&self) -> bool {
        self.each.is_none() && !self.codes.contains(&0)
    }

    /// Appends the column: how it is written, the values, the codes.
    pub fn write(&self, out: &mut Vec<u8>) {
        if let Some(each) = &self.each {
            out.push(shape::EACH);
            out.extend_from_slice(each);
            return;
        }
        let first = self.codes.first().copied().unwrap_or(0);
        if self.codes.iter().all(|code| *code == first) {
            out.push(if first == 0 { shape::NOTHING } else { shape::SAME });
            out.extend_from_slice(&self.values);
            return;
        }
        let (shape, pack): (u8, Pack) = match self.ends.len() {
            0..16 => (shape::HALVES, pack::pack_halves),
            16..256 => (shape::BYTES, pack::pack_bytes),
            _ => (shape::PAIRS, pack::pack_pairs),
        };
        out.push(shape);
        number(self.ends.len() as u64, out);
        out.extend_from_slice(&self.values);
        pack(&self.codes, out);
    }
}

/// Appends codes of rows.
type Pack = fn(&[u16], &mut Vec<u8>);

/// The value of a code.
fn coded_cell(coded: &crate::table::column::CodedColumn, code: u32) -> Cell<'_> {
    if code == 0 { Cell::Null } else { Cell::Text(coded.dict.get(code).into()) }
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
                to.nothing();
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
pub(crate) fn owners(plan: &Plan) -> Option<Vec<AppliesWhen>> {
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

/// What becomes of the owner of a row.
pub(crate) fn owner_at(owners: &[AppliesWhen], at: usize) -> AppliesWhen {
    owners.get(at).copied().unwrap_or(AppliesWhen::Always)
}

/// Whether an edit applies to a row whose owner changes like that; [`AppliesWhen::Always`] stands for one who stays.
pub(crate) fn applies(edit: &Edit, owner: AppliesWhen) -> bool {
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
    // Values that are the same in every row are told by the number of their edit, and behind those, former owners of leads without others by their code.
    let mut fixed = Vec::with_capacity(edits.len());
    for edit in edits {
        let every = matches!(edit.to, NewValue::Same(_) | NewValue::Now(_));
        fixed.push(if every { edit.to.value(0, &Cell::Null, plan.now) } else { None });
    }
    let behind = fixed.len() as u32;
    let holders = if let crate::table::Column::Coded(coded) = plan.table.column(plan.model.lead.owner) { Some(coded) } else { None };
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let owner = owner_at(owners, at);
        let was = plan.table.cell(row, field);
        let set = (0u32..).zip(edits).zip(&fixed).filter(|((_, edit), _)| applies(edit, owner)).find_map(|((nth, edit), every)| {
            let is = match (every, &edit.to) {
                (Some(cell), _) => return (*cell != was).then_some((nth, None)),
                (None, NewValue::FormerOwner) => {
                    let code = holders.map_or(0, |holders| holders.code(row.0));
                    if was.is_null() && code > 0 {
                        return Some((behind + code, None));
                    }
                    let former = plan.table.cell(row, plan.model.lead.owner);
                    former.text().map(|former| in_front(&was, former))
                }
                (None, other) => other.value(at, &was, plan.now),
            };
            is.filter(|is| *is != was).map(|is| (nth, Some(is)))
        });
        let Some((number, is)) = set else {
            from.nothing();
            to.nothing();
            continue;
        };
        from.push_cell(&plan.table, field, row);
        match (&relative, is) {
            (Some(value), _) => {
                to.raw(value);
            }
            (None, Some(is)) => {
                to.push(&is);
            }
            (None, None) => to.push_coded(number, || match fixed.get(number as usize) {
                Some(every) => every.clone().unwrap_or(Cell::Null),
                None => in_front(&Cell::Null, holders.map_or("", |holders| holders.dict.get(number - behind))),
            }),
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
    if let crate::table::Column::Coded(coded) = plan.table.column(field) {
        let place = |value: &Cell<'static>| value.text().map_or(Some(0), |text| coded.dict.find(text));
        let places: Vec<Option<u32>> = values.iter().map(place).collect();
        if let Ok(Some((was, is))) = coded.changed(&plan.rows, codes, &places) {
            *from = Column::numbered(was, |code| coded_cell(coded, code));
            *to = Column::numbered(is, |value| values.get(value as usize).cloned().unwrap_or(Cell::Null));
            return;
        }
    }
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let which = codes.map_or(0, |codes| codes.get(at).copied().unwrap_or(0));
        let value = values.get(which as usize).filter(|value| plan.table.cell(row, field) != **value);
        match value {
            None => {
                from.nothing();
                to.nothing();
            }
            Some(value) => {
                from.push_cell(&plan.table, field, row);
                to.push_coded(which, || value.clone());
            }
        }
    }
}
