//! Leads spread over shards: one split over tables that no single memory holds.
//!
//! Each shard gives a [`tally`]: how many rows of which class it has. [`settle`] adds tallies up and settles the shares of
//! the whole, and [`plan`](crate::command::plan()) with that settlement deals one shard's own rows.
//!
//! # Why the parts make the whole
//! In one table the rows of a class are dealt along one sequence of receivers, which follows from the class's quotas alone: the
//! first row of the class gets the first receiver of the sequence, and so on, and rows beyond its end find no room. If rows are
//! taken shard by shard, and by id inside each, the rows of a class in a shard are a stretch of that order: they begin
//! after those of the shards before. Quotas follow from the counts of all classes, from loads, bounds and carries, and all of these
//! are sums over shards. So a settlement holds the quotas of each class and how many of its rows each shard has: the place at
//! which a shard begins is the sum over the shards before it, and [`deal_part`](crate::split::deal_part) deals from there. What else
//! becomes of a row, whether it is dropped and why, is found in the row itself.
//!
//! What is told of the whole (who gets and loses how many, and who is told) depends on what meets in a row: who has it, whether it
//! is open, whose notice it would be the first. So a tally counts rows by that too (its `tags`); where rows of a class
//! differ in a way that matters, it keeps them in order, as runs. A notice of the whole counts leads and names none.
//!
//! Tallies and settlements are canonical JSON in UTF-8. Both carry a digest of what was asked (configuration, command, actor,
//! instant, options), and a digest of each shard's rows with their classes and holders: what no longer fits is
//! `settlement_stale`. They pass between hosts only, and are checked like any input all the same.

mod count;
mod form;
mod gather;
mod rows;
mod settlement;
mod share;

use std::rc::Rc;

use crate::access::Authorizer;
use crate::config::Model;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::table::{Budget, Table};

use crate::command::Command;
use crate::plan::context::Context;
use crate::plan::leads::LeadsRef;

use count::Settling;
use form::Tally;

pub use settlement::Settlement;
pub use share::Share;

fn not_shardable(path: &str, message: &str) -> Error {
    Error::new("not_shardable", path, message).hint("rows of shards are taken shard by shard, and by id inside each")
}

/// The error for tallies, settlements and tables that do not fit together.
fn stale(path: impl Into<String>, message: &str) -> Error {
    Error::new("settlement_stale", path, message).hint("tally every shard again, and settle with the same command and context")
}

/// Reads a command that can be carried out over shards.
fn read(command: &Json, auth: &Authorizer, actor: &str) -> Result<Command> {
    let model = auth.model();
    for (key, what) in [("ids", "ids that were named have an order of their own"), ("selection", "a selection is of one table")] {
        if command.get("leads").and_then(|leads| leads.get(key)).is_some_and(|leads| !leads.is_null()) {
            return Err(not_shardable(&format!("/leads/{key}"), &format!("{what}, which cannot be kept over shards")));
        }
    }
    let typed = Command::read(command, model, &auth.schema_of(actor), None)?;
    let touches = typed.touches(model);
    let Some(split) = touches.split else {
        return Err(not_shardable("/type", "this command divides nothing, so every shard can carry it out by itself"));
    };
    if let Some(LeadsRef::List(id)) = touches.named_leads()
        && model.lists.by_id(id).is_some_and(|list| !list.sort.is_empty())
    {
        return Err(not_shardable("/leads/list", "the list has an order of its own, which cannot be kept over shards"));
    }
    if !split.sort.is_empty() {
        return Err(not_shardable("/split/sort", "rows cannot be sorted over shards"));
    }
    if !split.together.is_empty() {
        return Err(not_shardable("/split/together", "rows that move as one cannot be found over shards"));
    }
    Ok(typed)
}

/// What a table adds to a split, rebalance, reclaim or mass edit over shards.
///
/// # Errors
/// `not_shardable` for a command whose rows have an order that shards cannot keep, or that divides nothing; and those of
/// [`plan`](crate::command::plan()).
pub fn tally(model: &Rc<Model>, auth: &Rc<Authorizer>, table: &Table, command: &Json, context: &Context, config: &str) -> Result<Vec<u8>> {
    let typed = read(command, auth, &context.actor)?;
    gather::gather(model, auth, table, &typed, context.question(command, config), context).map(|tally| tally.encode())
}

/// Settles the shares of the whole from every shard's tally, in the order in which the shards' rows are taken.
///
/// The answer is what [`plan`](crate::command::plan()) needs for each shard, and for the host: `state` and `reads` to write and check, `assignees`,
/// `notifications`, `split`, and `refused`, as a plan shows them.
///
/// # Errors
/// As [`tally`]; `tally_malformed` for bytes that are no tally, and `settlement_stale` for a tally of something else.
pub fn settle(
    model: &Rc<Model>,
    auth: &Rc<Authorizer>,
    tallies: &[Vec<u8>],
    command: &Json,
    context: &Context,
    config: &str,
) -> Result<Vec<u8>> {
    read(command, auth, &context.actor)?;
    let question = context.question(command, config);
    let mut read = Vec::new();
    read.try_reserve_exact(tallies.len())?;
    for (at, bytes) in tallies.iter().enumerate() {
        let tally = Tally::decode(bytes).map_err(|error| Error::new(error.code, format!("/tallies/{at}"), error.message.as_str()))?;
        if tally.question != question {
            return Err(stale(format!("/tallies/{at}"), "the tally is of another command, actor, instant, option or configuration"));
        }
        read.push(tally);
    }
    let settling = Rc::new(Settling::of(read, context.all_or_nothing));
    // Loads of the whole are what the host says, else what the tallies add up to.
    let load = Some(context.load.clone().unwrap_or_else(|| settling.held()));
    let context = Context { load, part: Some(Rc::clone(&settling) as _), partial_table: false, ..context.clone() };
    let nothing = Table::new(Rc::clone(&model.schema), model.lead.id, Budget::default());
    let plan = crate::command::plan(model, auth, &nothing, command.clone(), None, &context, config)?;
    Ok(settlement::encode(&plan, &settling, question))
}
