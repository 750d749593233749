//! Finding the leads that rows are for by other fields than the id.
//!
//! Rows are grouped by what they have in each key; the table is then gone through once, and each group learns which leads have the same.
//! So the memory that it takes is that of the input. Texts are the same as the field compares them.

use std::borrow::Cow;
use std::fmt::Write;

use super::{Ambiguous, Targets, UpsertOptions};
use crate::error::Result;
use crate::query::fold::compared;
use crate::query::{FieldIx, FieldType};
use crate::table::column::{Column, Dict};
use crate::table::stage::Stage;
use crate::table::{Budget, RowIx, Table};

/// Most leads that are named of a row which may be for several.
const MOST_NAMED: usize = 10;
/// The group of a row that has not all of a key.
const NONE: u32 = 0;

/// One key: the group of each row, and the leads of each group.
struct Key<'k> {
    fields: &'k [FieldIx],
    groups: Dict,
    rows: Vec<u32>,
    leads: Vec<Leads>,
    /// (group, lead) of all leads but the first of each group, up to [`MOST_NAMED`].
    others: Vec<(u32, u32)>,
}

/// The leads of one group, as targets.
#[derive(Clone, Copy, Default)]
struct Leads {
    first: u32,
    count: usize,
}

/// Writes what a row has in some fields, as they compare; gives back whether it has a value in each.
fn write(out: &mut String, columns: &[Column], fields: &[FieldIx], stage: &Stage, row: u32) -> bool {
    out.clear();
    for field in fields {
        let Some(column) = columns.get(field.0 as usize) else { return false };
        let mut number = String::new();
        // Writing into a text cannot fail.
        let _ = match column {
            Column::Number(column) => match column.get(row).filter(|number| !number.is_nan()) {
                // The two zeros are one number.
                Some(value) => write!(number, "{}", (value + 0.0).to_bits()),
                None => return false,
            },
            Column::Bool(column) => write!(number, "{}", column.get(row).unwrap_or_default()),
            Column::Day(column) => write!(number, "{}", column.get(row).unwrap_or_default()),
            Column::Instant(column) => write!(number, "{}", column.get(row).unwrap_or_default()),
            Column::Coded(_) | Column::Text(_) | Column::List(_) => Ok(()),
        };
        let Some(kind) = stage.schema.get(*field).filter(|_| column.has(row)) else { return false };
        let text = match column {
            Column::Coded(_) | Column::Text(_) => {
                let written = column.text(row).unwrap_or_default();
                match kind.kind == FieldType::Text && *field != stage.id {
                    true => Cow::Owned(compared(kind.case, &written).into_owned()),
                    false => written,
                }
            }
            _ => Cow::Owned(number),
        };
        if text.trim().is_empty() {
            return false;
        }
        if fields.len() > 1 {
            // Of several fields each says how long it is, so that no two lists of them look alike.
            let _ = write!(out, "{}:", text.len());
        }
        out.push_str(&text);
    }
    true
}

impl<'k> Key<'k> {
    fn of(fields: &'k [FieldIx], stage: &Stage, budget: &Budget) -> Result<Key<'k>> {
        let mut key = Key { fields, groups: Dict::default(), rows: Vec::new(), leads: Vec::new(), others: Vec::new() };
        budget.exact(&mut key.rows, stage.rows as usize)?;
        let mut text = String::new();
        for row in 0..stage.rows {
            let group = if write(&mut text, &stage.columns, fields, stage, row) { key.groups.intern(&text, budget)? } else { NONE };
            key.rows.push(group);
        }
        budget.exact(&mut key.leads, key.groups.len() + 1)?;
        key.leads.resize(key.groups.len() + 1, Leads::default());
        Ok(key)
    }

    fn group(&self, row: u32) -> u32 {
        self.rows.get(row as usize).copied().unwrap_or(NONE)
    }

    /// Adds a lead to a group.
    fn add(&mut self, group: u32, lead: u32, budget: &Budget) -> Result<()> {
        let Some(leads) = self.leads.get_mut(group as usize).filter(|_| group != NONE) else { return Ok(()) };
        if leads.count == 0 {
            leads.first = lead;
        } else if leads.count < MOST_NAMED {
            budget.grow(&mut self.others, 1)?;
            self.others.push((group, lead));
        }
        leads.count += 1;
        Ok(())
    }

    fn leads(&self, group: u32) -> Leads {
        self.leads.get(group as usize).copied().filter(|_| group != NONE).unwrap_or_default()
    }

    fn all(&self, group: u32) -> Vec<u32> {
        let mut out = vec![self.leads(group).first];
        for (of, lead) in &self.others {
            if *of == group {
                out.push(*lead);
            }
        }
        out
    }
}

/// Where the rows go. Rows meet the leads as they were, and those that earlier rows add as they came.
pub(super) fn targets(table: &Table, stage: &Stage, options: &UpsertOptions) -> Result<Targets> {
    let budget = &table.budget;
    let id = [stage.id];
    let mut keys = Vec::new();
    for fields in &options.match_by {
        keys.push(Key::of(fields, stage, budget)?);
    }
    // By its id a row may be for another lead than by its keys.
    let by_id = keys.len();
    keys.push(Key::of(&id, stage, budget)?);
    let mut text = String::new();
    for RowIx(row) in table.live_rows() {
        for key in &mut keys {
            if write(&mut text, &table.now.columns, key.fields, stage, row)
                && let Some(group) = key.groups.find(&text)
            {
                key.add(group, row, budget)?;
            }
        }
    }
    let field = |at: usize| options.match_by.get(at).and_then(|fields| fields.first()).copied().unwrap_or(stage.id);
    let first_field = field(0);
    let mut out = Targets::default();
    // (lead, row) of all rows that are for a lead.
    let mut met: Vec<(u32, u32)> = Vec::new();
    for row in 0..stage.rows {
        let mut found = None;
        let mut keyed = false;
        for (at, key) in keys.iter().enumerate().take(by_id) {
            let group = key.group(row);
            if group == NONE {
                continue;
            }
            keyed = true;
            if key.leads(group).count > 0 {
                found = Some((at, group));
                break;
            }
        }
        if !keyed {
            stage.found(&mut out, row, first_field, "key_missing")?;
            continue;
        }
        let given = keys.get(by_id).map_or(NONE, |key| key.group(row));
        let same_id = keys.get(by_id).map(|key| key.leads(given)).unwrap_or_default();
        let Some((at, group)) = found else {
            if same_id.count > 0 {
                stage.conflict(&mut out, row, stage.id, "id_conflict", vec![same_id.first], budget)?;
            } else if given == NONE && options.on_unknown == super::OnUnknown::Add {
                stage.found(&mut out, row, stage.id, "id_missing")?;
            } else {
                let lead = table.unknown(&mut out, row, options)?;
                if lead != super::NOWHERE {
                    for key in &mut keys {
                        key.add(key.group(row), lead, budget)?;
                    }
                    budget.grow(&mut met, 1)?;
                    met.push((lead, row));
                }
            }
            continue;
        };
        let Some(key) = keys.get(at) else { continue };
        let leads = key.leads(group);
        if leads.count > 1 {
            stage.conflict(&mut out, row, field(at), "ambiguous_match", key.all(group), budget)?;
        } else if given != NONE && (same_id.count == 0 || same_id.first != leads.first) {
            let mut both = vec![leads.first];
            if same_id.count > 0 {
                both.push(same_id.first);
            }
            stage.conflict(&mut out, row, stage.id, "id_conflict", both, budget)?;
        } else {
            table.known(&mut out, leads.first, row, None, options)?;
            budget.grow(&mut met, 1)?;
            met.push((leads.first, row));
        }
    }
    if options.on_known != super::OnKnown::Skip {
        crate::sort::all(&mut met);
        for pair in met.chunk_by(|a, b| a.0 == b.0) {
            let Some((_, first)) = pair.first() else { continue };
            for (_, row) in pair.iter().skip(1) {
                budget.grow(&mut out.again, 1)?;
                out.again.push((*row, *first));
            }
        }
        crate::sort::all(&mut out.again);
        for at in 0..out.again.len() {
            let Some((row, _)) = out.again.get(at).copied() else { continue };
            stage.found(&mut out, row, first_field, "duplicate_lead")?;
        }
    }
    Ok(out)
}

impl Stage {
    /// Reports a row; an error if the load is strict.
    fn found(&self, out: &mut Targets, row: u32, field: FieldIx, code: &'static str) -> Result<()> {
        let cell = self.columns.get(field.0 as usize).map(|column| column.cell(row));
        let value = cell.map(|cell| shown(&cell)).unwrap_or_default();
        let row = self.input_row(row);
        if self.strict {
            return Err(crate::table::load::refusal(&self.schema, row, field, code, &value));
        }
        out.problems.add(row, field, code, || value);
        Ok(())
    }

    /// Reports a row that may be for several leads.
    fn conflict(&self, out: &mut Targets, row: u32, field: FieldIx, code: &'static str, leads: Vec<u32>, budget: &Budget) -> Result<()> {
        self.found(out, row, field, code)?;
        budget.grow(&mut out.ambiguous, 1)?;
        out.ambiguous.push(Ambiguous { row, leads });
        Ok(())
    }
}

/// A cell as a problem shows it.
fn shown(cell: &crate::query::Cell<'_>) -> String {
    use crate::query::Cell;
    match cell {
        Cell::Null => "null".into(),
        Cell::Text(text) => text.as_ref().into(),
        Cell::Number(number) => crate::number::text(*number),
        Cell::Bool(value) => value.to_string(),
        Cell::Day(day) => day.write(),
        Cell::Instant(instant) => instant.write(),
        Cell::List(_) => String::new(),
    }
}
