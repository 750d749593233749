//! All rows of a table at once.

use super::Context;
use super::plan::PlanNode;
use super::row::Directory;
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
