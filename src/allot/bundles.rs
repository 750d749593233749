//! Rows that move as one.

use hashbrown::HashMap;

use crate::allot::spec::Split;
use crate::error::Result;
use crate::query::fold::compared;
use crate::query::{Cell, FieldIx, FieldType};
use crate::split::{self as kernel, Bundle, Receiver, Set};
use crate::table::RowIx;

use crate::dealing::NOBODY;
use crate::dealing::classes::Assignment;
use crate::dealing::eligible::EligibilityClasses;
use crate::plan::bytes;
use crate::plan::draft::SplitReport;
use crate::plan::planner::Planner;
use crate::plan::split_part::Dealt;

/// Divides bundles: rows that are equal in the split's fields, as `=` means it. A row that has no value in one of them stands alone.
/// Nothing where no row is equal to another: then they are divided one by one, which is exact.
pub(crate) fn together(
    planner: &Planner<'_>,
    split: &Split,
    rows: &[u32],
    kinds: &EligibilityClasses,
    receivers: &[Receiver],
) -> Result<Option<Dealt>> {
    let mut known: HashMap<Vec<u8>, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut bundles: Vec<Bundle> = Vec::new();
    let mut of_row: Vec<u32> = Vec::new();
    of_row.try_reserve_exact(rows.len())?;
    let nobody = Set::new();
    for (at, row) in rows.iter().map(|row| RowIx(*row)).enumerate() {
        let next = u32::try_from(bundles.len()).unwrap_or(u32::MAX);
        let bundle = match key(planner, &split.together, row) {
            None => next,
            Some(key) => *known.entry(key).or_insert(next),
        };
        of_row.push(bundle);
        let may = kinds.at(at).unwrap_or(&nobody);
        match bundles.get_mut(bundle as usize) {
            Some(known) => {
                known.size += 1;
                if !known.eligible.iter().all(|receiver| may.contains(receiver)) {
                    known.eligible = Set::of(known.eligible.iter().filter(|receiver| may.contains(*receiver)));
                }
            }
            None => bundles.push(Bundle { eligible: may.clone(), size: 1 }),
        }
    }
    if bundles.len() == rows.len() {
        return Ok(None);
    }
    let bundled = kernel::together(receivers, &bundles, split.even)?;
    let to = of_row.iter().map(|bundle| bundled.to.get(*bundle as usize).copied().flatten().unwrap_or(NOBODY)).collect();
    let report = SplitReport { spread: bundled.spread, bound: bundled.bound, exact: bundled.spread == 0 };
    Ok(Some(Dealt { to: Assignment::Listed(to), carry: bundled.carry, report: Some(report), refused: None, is_trial: false }))
}

/// What rows of one bundle have in common, in bytes; none where a field has no value.
fn key(planner: &Planner<'_>, fields: &[FieldIx], row: RowIx) -> Option<Vec<u8>> {
    let schema = &planner.model.schema;
    let mut out = Vec::new();
    for field in fields {
        let cell = match planner.table.cell(row, *field) {
            Cell::Null => return None,
            Cell::Text(text) if schema.kind(*field) == FieldType::Text => {
                match schema.get(*field).map_or(text.clone(), |known| compared(known.case, &text).into_owned().into()) {
                    key if key.is_empty() && !text.is_empty() => return None,
                    key => Cell::Text(key),
                }
            }
            // Lists are equal that have the same words, in whatever order.
            Cell::List(mut items) => {
                crate::sort::all(&mut items);
                items.dedup();
                Cell::List(items)
            }
            Cell::Number(number) => Cell::Number(number + 0.0),
            cell => cell,
        };
        bytes::cell(&cell, &mut out);
    }
    Some(out)
}
