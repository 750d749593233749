//! One shard's rows, dealt as they were settled.

use hashbrown::HashMap;

use crate::access::Authorizer;
use crate::dealing::NOBODY;
use crate::dealing::classes::{Assignment, Classes};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::plan::split_part::{Dealt, SplitPart, SplitSpec};
use crate::split::{Set, deal_part};
use crate::table::Table;

use crate::shards::rows::{canonical, digest_of};
use crate::shards::settlement::Settlement;
use crate::shards::{read, stale};

/// One shard's part of a settlement.
#[derive(Clone, Debug)]
pub struct Share {
    /// What was settled.
    settlement: Settlement,
    /// The place of the shard's tally among those that were settled.
    shard: usize,
}

impl Share {
    /// Reads a settlement for the shard that gave the tally at a place.
    ///
    /// # Errors
    /// `settlement_malformed` for bytes that [`settle`](crate::shards::settle) did not make, `settlement_stale` where it had no such tally.
    pub fn read(bytes: &[u8], shard: usize) -> Result<Share> {
        let settlement = Settlement::decode(bytes)?;
        if settlement.shards.get(shard).is_none() {
            let message = format!("the settlement has no shard {shard}, only {}", settlement.shards.len());
            return Err(Error::new("settlement_stale", "/settlement/shard", message));
        }
        Ok(Share { settlement, shard })
    }
}

impl SplitPart for Share {
    /// Checks that the settlement that the shard is planned with answers this command.
    fn check(&self, command: &Json, auth: &Authorizer, actor: &str, question: &str) -> Result<()> {
        read(command, auth, actor)?;
        if self.settlement.question == question {
            return Ok(());
        }
        Err(stale("/settlement", "the settlement is for another command, actor, instant, option or configuration"))
    }

    /// Deals the shard's rows.
    ///
    /// # Errors
    /// `settlement_stale` where the rows are not those that were tallied.
    fn deal(&self, table: &Table, rows: &[u32], split: SplitSpec<'_>) -> Result<Dealt> {
        let Classes { list: classes, of_row } = split.classes;
        let of_row = of_row.spread(rows.len())?;
        let mut to: Vec<u32> = Vec::new();
        to.try_reserve_exact(rows.len())?;
        let dealt = |to, refused| Dealt { to: Assignment::Listed(to), carry: Vec::new(), report: None, refused, is_trial: false };
        if let Some(refusal) = &self.settlement.refused {
            return Ok(dealt(to, Some(refusal.reason())));
        }
        let changed = || stale("/settlement", "the rows of this shard are not those that were tallied");
        let settlement = &self.settlement;
        if settlement.shards.get(self.shard) != Some(&digest_of(table, split.slot, rows, &canonical(&classes), &of_row)) {
            return Err(changed());
        }
        let mut known: HashMap<(Vec<u32>, Option<u32>), usize, foldhash::fast::FixedState> = HashMap::default();
        known.try_reserve(settlement.classes.len()).map_err(|_| Error::out_of_memory())?;
        let key = |set: &Set, owner: Option<u32>| (set.iter().collect::<Vec<_>>(), owner);
        for (at, class) in settlement.classes.iter().enumerate() {
            known.insert(key(&class.eligible, class.owner), at);
        }
        let mut sequence: Vec<u32> = Vec::new();
        sequence.try_reserve_exact(rows.len())?;
        let mut stretches = Vec::new();
        stretches.try_reserve_exact(classes.len())?;
        for class in &classes {
            let found = known.get(&key(&class.eligible, class.owner)).and_then(|at| settlement.classes.get(*at));
            let divided = found.filter(|divided| divided.counts.get(self.shard) == Some(&class.count)).ok_or_else(changed)?;
            if divided.quotas.iter().any(|(receiver, _)| *receiver as usize >= split.names.len() || !class.eligible.contains(*receiver)) {
                return Err(changed());
            }
            let before: u64 = divided.counts.iter().take(self.shard).sum();
            let start = sequence.len();
            deal_part(&divided.quotas, split.order, before..before + class.count, |receiver| sequence.push(receiver));
            stretches.push((start, sequence.len()));
        }
        // Each class has its own stretch of receivers, and its rows take from it in their order; the last ones may find none.
        to.extend(of_row.iter().map(|class| {
            let taken = stretches.get_mut(*class as usize).filter(|(at, end)| at < end).and_then(|(at, _)| {
                *at += 1;
                sequence.get(*at - 1)
            });
            taken.copied().unwrap_or(NOBODY)
        }));
        Ok(dealt(to, None))
    }
}
