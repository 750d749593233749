//! All rows of a table at once.

use super::Context;
use super::plan::PlanNode;
use super::row::Directory;
use super::selection_vector::{BufferPool, SelectionVector};
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

/// Rows that none of some filters has taken yet. They are a mask of the table as long as they are many, and then a list: a filter costs from
/// then on what it costs for the rows that are left.
#[derive(Debug)]
pub struct Remaining {
    /// All of them; of a list those that there were when it was made, on which is found out which test of a filter to try first.
    mask: Mask,
    list: Option<SelectionVector>,
    few: usize,
}

impl Remaining {
    /// These rows, which become a list once they are as few.
    pub fn new(mask: Mask, few: usize) -> Remaining {
        Remaining { mask, list: None, few }
    }

    /// Takes the rows that satisfy a filter, or all without one, among those of `free` if that is given, and writes down `taker` for each of
    /// them in `takers`, by row of the table.
    ///
    /// # Errors
    /// As [`select`]; nothing is taken then.
    pub fn take(
        &mut self,
        query: Option<&Query>,
        table: &Snapshot,
        ctx: &Context<'_>,
        free: Option<&Mask>,
        (takers, taker): (&mut [u32], u32),
    ) -> Result<()> {
        let mut note = |row: u32| takers.get_mut(row as usize).into_iter().for_each(|of_row| *of_row = taker);
        if let Some(list) = &mut self.list {
            let mut found = list.among(free)?;
            if let Some(query) = query {
                let query = ctx.bind(query)?;
                let world = Directory::of(ctx);
                let mut plan = PlanNode::new(query.root(), table, &world)?;
                plan.order(&self.mask.words)?;
                plan.keep(&mut found, &mut BufferPool::default())?;
            }
            list.minus(&found);
            found.rows().iter().for_each(|row| note(*row));
            return Ok(());
        }
        let mut found = self.mask.clone();
        free.into_iter().for_each(|free| found.and(&free.words));
        if let Some(query) = query {
            found = select_among(query, table, ctx, found)?;
        }
        self.mask.minus(&found.words);
        found.iter().for_each(|row| note(row.0));
        if self.mask.count() <= self.few {
            self.list = Some(SelectionVector::of(&self.mask));
        }
        Ok(())
    }
}
