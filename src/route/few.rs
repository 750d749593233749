//! The rows of a few leads, each asked by itself: what is asked of all rows of a table would cost more than routing them.

use crate::config::Verb;
use crate::error::Result;
use crate::json::Json;
use crate::plan::drops::{DropCode, Drops};
use crate::plan::leads::still;
use crate::plan::planner::Planner;
use crate::query::Cells;
use crate::table::{Row, RowIx};

/// Finds the rows, and drops those that the command may not route. The same as for many leads, question by question.
pub(super) fn rows(planner: &Planner<'_>, ids: &[String], seen: Option<&[Json]>, drops: &mut Drops) -> Result<Vec<u32>> {
    let (mut met, mut out): (Vec<RowIx>, Vec<u32>) = (Vec::new(), Vec::new());
    let covered = |verb, lead: &Row<'_>| planner.auth.covers_lead(planner.actor, Some(planner.now.get()), verb, lead);
    for (at, id) in ids.iter().enumerate() {
        let found = planner.table.find(id).map(|row| Row { table: planner.table, row });
        let Some(lead) = found else {
            drops.unknown(id.clone());
            continue;
        };
        if !covered(Verb::LeadView, &lead)? {
            drops.unknown(id.clone());
            continue;
        }
        let row = lead.row;
        if met.contains(&row) {
            drops.row(row, DropCode::DuplicateId);
            continue;
        }
        met.push(row);
        if seen.and_then(|seen| seen.get(at)).is_some_and(|seen| !still(planner, row, seen)) {
            drops.row(row, DropCode::Stale);
        } else if !covered(Verb::RuleRun, &lead)? || planner.bulk && !covered(Verb::LeadMass, &lead)? {
            drops.row(row, DropCode::NotPermitted);
        } else if is_locked(planner, &lead) {
            drops.row(row, DropCode::Locked);
        } else {
            out.push(row.0);
        }
    }
    Ok(out)
}

/// Whether an offer of the lead is running that keeps it from being routed.
fn is_locked(planner: &Planner<'_>, lead: &Row<'_>) -> bool {
    let model = planner.model;
    let Some(run) = model.lead.run else { return false };
    let cell = lead.cell(run);
    if cell.is_null() || cell.text() == Some("") {
        return false;
    }
    model.lead.version.is_none() || super::slots(model).into_iter().any(|slot| planner.auth.locks(slot))
}
