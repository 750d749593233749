//! A digest of a shard's rows, by which it is told whether they are those that were tallied.

use std::fmt::Write as _;

use hashbrown::HashMap;
use sha2::{Digest as _, Sha256};

use crate::query::FieldIx;
use crate::split::Class;
use crate::table::{Column, RowIx, Table};

use crate::shards::form::order as class_order;

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
