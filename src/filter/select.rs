//! All rows of a table at once.

use super::Context;
use super::kernel::BLOCK;
use super::plan::{Step, Window};
use super::row::World;
use crate::error::Result;
use crate::query::Query;
use crate::table::{CHUNK, Mask, Snapshot};

/// The rows of a table that satisfy a filter, those of removed leads left out.
///
/// # Errors
/// `now_required` and `actor_required` where the filter needs one that the context lacks, `out_of_memory`.
pub fn select(query: &Query, table: &Snapshot, ctx: &Context<'_>) -> Result<Mask> {
    let query = ctx.bind(query)?;
    let mut mask = Mask::all(table.rows())?;
    if let Some(live) = table.live() {
        mask.and(live);
    }
    let world = World::of(ctx);
    let mut plan = Step::new(query.root(), table, &world)?;
    plan.order(&mask.words);
    for (chunk, words) in mask.words.chunks_mut(CHUNK / 64).enumerate() {
        for (block, words) in words.chunks_mut(BLOCK).enumerate() {
            plan.narrow(words, Window { chunk, first: block * BLOCK * 64 });
        }
    }
    Ok(mask)
}
