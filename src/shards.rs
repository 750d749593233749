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
mod settlement;
mod share;

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::Authorizer;
use crate::config::Model;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::query::FieldIx;
use crate::split as kernel;
use crate::table::{Budget, Table};

use crate::command::Command;
use crate::plan::Plan;
use crate::plan::context::Context;
use crate::plan::digest;
use crate::plan::leads::LeadsRef;
use crate::plan::lines::Line;
use crate::plan::notices::Notice;
use crate::plan::planner::Planner;

pub(crate) use count::{GlobalSplit, loads};
pub(crate) use form::Tally;
pub(crate) use gather::{Tallied, Trial};
pub use settlement::Settlement;

/// What a plan is a part of.
#[derive(Clone, Debug, Default)]
pub(crate) enum Dealing {
    /// Of nothing: its table holds all rows.
    #[default]
    Alone,
    /// Rows are only counted.
    Tally(Trial),
    /// There are no rows, only the tallies of all shards.
    Settle(Rc<Vec<Tally>>),
    /// One shard's rows are dealt as it was settled.
    Shard(Share),
}

/// One shard's part of a settlement.
#[derive(Clone, Debug)]
pub struct Share {
    /// What was settled.
    pub(crate) settlement: Rc<Settlement>,
    /// The place of the shard's tally among those that were settled.
    pub(crate) shard: usize,
}

impl Share {
    /// Reads a settlement for the shard that gave the tally at a place.
    ///
    /// # Errors
    /// `settlement_malformed` for bytes that [`settle`] did not make, `settlement_stale` where it had no such tally.
    pub fn read(bytes: &[u8], shard: usize) -> Result<Share> {
        let settlement = Rc::new(Settlement::decode(bytes)?);
        if settlement.shards.get(shard).is_none() {
            let message = format!("the settlement has no shard {shard}, only {}", settlement.shards.len());
            return Err(Error::new("settlement_stale", "/settlement/shard", message));
        }
        Ok(Share { settlement, shard })
    }
}

/// What a draft or a plan is, of a split over shards.
#[derive(Clone, Debug, Default)]
pub(crate) enum Totals {
    /// Complete in itself.
    #[default]
    Alone,
    /// Rows to be counted.
    Tallied(Box<Tallied>),
    /// All of a split but its rows.
    Whole(Box<GlobalSplit>),
    /// One shard's rows: what is told of the whole is not told here.
    Shard,
}

impl Totals {
    /// The notices of the whole, or none for a shard; nothing where the rows tell.
    pub fn notices(&self, model: &Model) -> Option<Vec<Notice>> {
        match self {
            Totals::Alone | Totals::Tallied(_) => None,
            Totals::Whole(whole) => Some(whole.notices(model)),
            Totals::Shard => Some(Vec::new()),
        }
    }

    /// For each person who gets a slot of a lead of the whole: the place of the last one. None for a shard; nothing where the
    /// rows tell.
    pub fn last_of_each(&self, slot: FieldIx) -> Option<BTreeMap<String, usize>> {
        match self {
            Totals::Alone | Totals::Tallied(_) => None,
            Totals::Whole(whole) => Some(whole.told.last.get(&slot).cloned().unwrap_or_default()),
            Totals::Shard => Some(BTreeMap::new()),
        }
    }
}

/// A split, in the words of the kernel.
#[derive(Clone, Copy)]
pub(crate) struct SplitSpec<'a> {
    /// The receivers' ids.
    pub names: &'a [&'a str],
    /// Whether rows that are dealt to whoever has them stay in the plan.
    pub keep_unchanged: bool,
    /// How rows follow one another.
    pub order: kernel::Order,
    /// What is even.
    pub even: kernel::Even,
    /// Whether rows stay.
    pub keep: kernel::Keep,
}

/// The lines of the whole, or none for a shard; nothing where the rows tell.
pub(crate) fn lines(
    plan: &mut Plan,
    planner: &Planner<'_>,
    receivers: &[(String, Option<u64>)],
    former: &[String],
) -> Result<Option<Vec<Line>>> {
    match (&mut plan.part, &planner.context.dealing) {
        (Totals::Whole(whole), Dealing::Settle(tallies)) => {
            whole.count(planner, tallies, plan.slot.unwrap_or(plan.model.lead.owner), &plan.edits)?;
            whole.lines(planner, tallies, receivers, former).map(Some)
        }
        (Totals::Shard, _) => Ok(Some(Vec::new())),
        _ => Ok(None),
    }
}

fn not_shardable(path: &str, message: &str) -> Error {
    Error::new("not_shardable", path, message).hint("rows of shards are taken shard by shard, and by id inside each")
}

/// The error for tallies, settlements and tables that do not fit together.
fn stale(path: impl Into<String>, message: &str) -> Error {
    Error::new("settlement_stale", path, message).hint("tally every shard again, and settle with the same command and context")
}

/// Reads a command that can be carried out over shards.
fn read(command: &Json, auth: &Authorizer, context: &Context) -> Result<Command> {
    let model = auth.model();
    for (key, what) in [("ids", "ids that were named have an order of their own"), ("selection", "a selection is of one table")] {
        if command.get("leads").and_then(|leads| leads.get(key)).is_some_and(|leads| !leads.is_null()) {
            return Err(not_shardable(&format!("/leads/{key}"), &format!("{what}, which cannot be kept over shards")));
        }
    }
    let typed = Command::read(command, model, &auth.schema_of(&context.actor), None)?;
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

/// A digest of what was asked; tallies and settlements are for one question only.
fn question(command: &Json, context: &Context, config: &str) -> String {
    digest::json(&Json::object([
        ("config", config.into()),
        ("command", command.clone()),
        ("actor", context.actor.as_str().into()),
        ("now", context.now.0.into()),
        ("allOrNothing", context.all_or_nothing.into()),
        ("notify", context.notify.into()),
    ]))
}

/// Checks that the settlement that a shard is planned with answers this command.
pub(crate) fn check(command: &Json, auth: &Authorizer, context: &Context, config: &str) -> Result<()> {
    let Dealing::Shard(share) = &context.dealing else { return Ok(()) };
    read(command, auth, context)?;
    if share.settlement.question == question(command, context, config) {
        return Ok(());
    }
    Err(stale("/settlement", "the settlement is for another command, actor, instant, option or configuration"))
}

/// What a table adds to a split, rebalance, reclaim or mass edit over shards.
///
/// # Errors
/// `not_shardable` for a command whose rows have an order that shards cannot keep, or that divides nothing; and those of
/// [`plan`](crate::command::plan()).
pub fn tally(model: &Rc<Model>, auth: &Rc<Authorizer>, table: &Table, command: &Json, context: &Context, config: &str) -> Result<Vec<u8>> {
    let typed = read(command, auth, context)?;
    gather::gather(model, auth, table, &typed, question(command, context, config), context).map(|tally| tally.encode())
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
    read(command, auth, context)?;
    let question = question(command, context, config);
    let mut read = Vec::new();
    read.try_reserve_exact(tallies.len())?;
    for (at, bytes) in tallies.iter().enumerate() {
        let tally = Tally::decode(bytes).map_err(|error| Error::new(error.code, format!("/tallies/{at}"), error.message.as_str()))?;
        if tally.question != question {
            return Err(stale(format!("/tallies/{at}"), "the tally is of another command, actor, instant, option or configuration"));
        }
        read.push(tally);
    }
    let tallies = Rc::new(read);
    let context = Context { dealing: Dealing::Settle(Rc::clone(&tallies)), partial_table: false, ..context.clone() };
    let nothing = Table::new(Rc::clone(&model.schema), model.lead.id, Budget::default());
    let plan = crate::command::plan(model, auth, &nothing, command.clone(), None, &context, config)?;
    Ok(settlement::encode(&plan, &tallies, question))
}
