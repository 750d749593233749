//! All rows of a table at once.

use super::Context;
use super::plan::PlanNode;
use super::row::Directory;
use super::selection_vector::SelectionVector;
use crate::error::Result;
use crate::query::Query;
use crate::table::{Mask, Snapshot};

/// The rows of a table that satisfy a filter, those of removed leads left out.
///
/// # Errors
/// `now_required` and `actor_required` where the filter needs one that the context lacks, `out_of_memory`.
pub fn select(query: &Query, table: &Snapshot, ctx: &Context<'_>) -> Result<Mask> {
    select_among(query, table, ctx, Mask::all(table.rows())?)
}

/// The same among some rows of the table. What the others hold is not looked at, not even to find out which test to try first: nobody
/// can tell from the time that it takes what rows hold that are hidden from them.
///
/// # Errors
/// As [`select`].
pub fn select_among(query: &Query, table: &Snapshot, ctx: &Context<'_>, mut mask: Mask) -> Result<Mask> {
    let query = ctx.bind(query)?;
    if let Some(live) = table.live() {
        mask.and(live);
    }
    let world = Directory::of(ctx);
    let mut plan = PlanNode::new(query.root(), table, &world)?;
    plan.order(&mask.words)?;
    plan.narrow_all(&mut mask.words)?;
    Ok(mask)
}

/// Takes out of a list of rows, ascending, those that satisfy a filter, among those of `free` if that is given. Where few rows of a table
/// are left to be asked about by one filter after the other, that costs what they cost. `sample` holds at least these rows; which test is
/// tried first is found out on it, and so only rows are in it that may be looked at.
///
/// # Errors
/// As [`select`]; the list is then as it was.
pub fn take_listed(
    query: &Query,
    table: &Snapshot,
    ctx: &Context<'_>,
    sample: &Mask,
    free: Option<&Mask>,
    rows: &mut Vec<u32>,
) -> Result<Vec<u32>> {
    let query = ctx.bind(query)?;
    let world = Directory::of(ctx);
    let mut plan = PlanNode::new(query.root(), table, &world)?;
    plan.order(&sample.words)?;
    let mut found = SelectionVector::of(rows, free)?;
    plan.keep_all(&mut found)?;
    let mut all = SelectionVector::from(std::mem::take(rows));
    all.minus(&found);
    *rows = all.into();
    Ok(found.into())
}
