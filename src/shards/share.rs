//! One shard's rows, dealt as they were settled.

use std::fmt::Write as _;

use hashbrown::HashMap;
use sha2::{Digest as _, Sha256};

use crate::allot::dealt::Dealt;
use crate::dealing::NOBODY;
use crate::dealing::classes::{Assignment, Classes};
use crate::error::{Error, Result};
use crate::plan::draft::Draft;
use crate::query::FieldIx;
use crate::split::{Class, Set, deal_part};
use crate::table::{Column, RowIx, Table};

use crate::shards::form::order as class_order;
use crate::shards::{Share, SplitSpec, Totals, stale};

/// For each class its place in canonical order, which does not depend on the order of rows.
pub(crate) fn canonical(classes: &[Class]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    crate::sort::by_key(&mut order, |at| classes.get(*at).map(|class| class_order(&class.eligible, class.owner)));
    let mut rank = vec![0; classes.len()];
    for (place, at) in (0u32..).zip(order) {
        rank.get_mut(at).into_iter().for_each(|rank| *rank = place);
    }
    rank
}

/// SHA-256 of many small pieces.
struct Digest {
    hash: Sha256,
    part: Vec<u8>,
}

impl Digest {
    /// Pieces are gathered to so many bytes.
    const PART: usize = 1 << 14;

    fn put(&mut self, bytes: &[u8]) {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= Digest::PART {
            self.hash.update(&self.part);
            self.part.clear();
        }
    }

    fn text(&mut self, text: &str) {
        self.put(&(text.len() as u64).to_le_bytes());
        self.put(text.as_bytes());
    }

    fn finish(mut self) -> String {
        self.hash.update(&self.part);
        self.hash.finalize().iter().fold(String::with_capacity(64), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    }
}

/// A digest of rows with their classes and the holders of a slot.
pub(crate) fn digest_of(table: &Table, slot: FieldIx, rows: &[u32], rank: &[u32], of_row: &[u32]) -> String {
    let mut digest = Digest { hash: Sha256::new(), part: Vec::with_capacity(2 * Digest::PART) };
    // Holders are counted in the order in which they are met; their ids follow at the end.
    let mut met: HashMap<u32, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut holders: Vec<u32> = Vec::new();
    for (row, class) in rows.iter().zip(of_row) {
        let code = match table.column(slot) {
            Column::Coded(coded) => coded.code(*row),
            _ => 0,
        };
        let next = u32::try_from(met.len()).unwrap_or(u32::MAX);
        let holder = *met.entry(code).or_insert_with(|| {
            holders.push(*row);
            next
        });
        digest.text(&table.id(RowIx(*row)));
        digest.put(&rank.get(*class as usize).copied().unwrap_or(0).to_le_bytes());
        digest.put(&holder.to_le_bytes());
    }
    for row in holders {
        digest.text(table.cell(RowIx(row), slot).text().unwrap_or_default());
    }
    digest.finish()
}

impl SplitSpec<'_> {
    /// Deals a shard's rows.
    ///
    /// # Errors
    /// `settlement_stale` where the rows are not those that were tallied.
    pub fn hand_out(&self, share: &Share, draft: &mut Draft, table: &Table, classes: Classes, rows: &[u32]) -> Result<Dealt> {
        draft.part = Totals::Shard;
        let Classes { list: classes, of_row } = classes;
        let of_row = of_row.spread(rows.len())?;
        let mut to: Vec<u32> = Vec::new();
        to.try_reserve_exact(rows.len())?;
        if let Some(refusal) = &share.settlement.refused {
            draft.refused = vec![refusal.reason()];
            return Ok(Dealt { to: Assignment::Listed(to), carry: Vec::new(), report: None });
        }
        let slot = draft.slot.unwrap_or(table.id_field());
        let changed = || stale("/settlement", "the rows of this shard are not those that were tallied");
        let settlement = &share.settlement;
        if settlement.shards.get(share.shard) != Some(&digest_of(table, slot, rows, &canonical(&classes), &of_row)) {
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
            let divided = found.filter(|divided| divided.counts.get(share.shard) == Some(&class.count)).ok_or_else(changed)?;
            if divided.quotas.iter().any(|(receiver, _)| *receiver as usize >= self.names.len() || !class.eligible.contains(*receiver)) {
                return Err(changed());
            }
            let before: u64 = divided.counts.iter().take(share.shard).sum();
            let start = sequence.len();
            deal_part(&divided.quotas, self.order, before..before + class.count, |receiver| sequence.push(receiver));
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
        Ok(Dealt { to: Assignment::Listed(to), carry: Vec::new(), report: None })
    }
}
