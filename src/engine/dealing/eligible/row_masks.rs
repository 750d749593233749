//! Conditions that are answered for all rows at once: one bit a row each.

use crate::error::Result;
use crate::filter;
use crate::query::{Expr, Query};
use crate::table::{Mask, Row, RowIx, Snapshot};

/// Rows that pass, and the receivers who ask it.
pub struct RowMask {
    pub rows: Mask,
    /// One bit for each receiver.
    pub receivers: Vec<u64>,
}

/// Conditions being gathered: each is answered once, whoever asks it.
pub struct RowMasks {
    words: usize,
    conditions: Vec<(Expr, Vec<u64>)>,
    answered: Vec<RowMask>,
}

/// Masks that are transposed at a time.
const WIDTH: usize = 64;
/// A row is looked at by itself where a table has this many times as many.
const FEW: usize = 64;

/// Whether so few rows are asked about that each is looked at by itself.
pub fn are_few(rows: &[u32], table: &Snapshot) -> bool {
    rows.len().saturating_mul(FEW) < table.rows() as usize
}

impl RowMasks {
    pub fn new(words: usize) -> RowMasks {
        RowMasks { words, conditions: Vec::new(), answered: Vec::new() }
    }

    fn only(&self, receiver: usize) -> Vec<u64> {
        let mut out = vec![0; self.words];
        mark(&mut out, receiver);
        out
    }

    /// A receiver asks a condition.
    pub fn condition(&mut self, node: Expr, receiver: usize) -> Result<()> {
        if let Some((_, receivers)) = self.conditions.iter_mut().find(|(known, _)| *known == node) {
            mark(receivers, receiver);
            return Ok(());
        }
        self.conditions.try_reserve(1)?;
        self.conditions.push((node, self.only(receiver)));
        Ok(())
    }

    /// A receiver may take only these rows.
    pub fn rows(&mut self, rows: Mask, receiver: usize) -> Result<()> {
        if let Some(lane) = self.answered.iter_mut().find(|lane| lane.rows == rows) {
            mark(&mut lane.receivers, receiver);
            return Ok(());
        }
        self.answered.try_reserve(1)?;
        self.answered.push(RowMask { rows, receivers: self.only(receiver) });
        Ok(())
    }

    /// All of them with their answers for `rows`.
    pub fn answered(self, table: &Snapshot, ctx: &filter::Context<'_>, rows: &[u32]) -> Result<Vec<RowMask>> {
        let mut out = self.answered;
        out.try_reserve(self.conditions.len())?;
        for (node, receivers) in self.conditions {
            let query = Query::from(node);
            let rows = if are_few(rows, table) {
                let mut mask = Mask::none(table.rows())?;
                for row in rows.iter().map(|row| RowIx(*row)) {
                    if filter::matches(&query, &Row { table, row }, ctx)? {
                        mask.insert(row);
                    }
                }
                mask
            } else {
                filter::select(&query, table, ctx)?
            };
            out.push(RowMask { rows, receivers });
        }
        Ok(out)
    }
}

fn mark(words: &mut [u64], receiver: usize) {
    words.get_mut(receiver / 64).into_iter().for_each(|word| *word |= 1 << (receiver % 64));
}

/// For each row the bits of up to 64 lanes as one word, then those of the next.
pub fn keys<'l>(lanes: &'l [RowMask], rows: &'l [u32]) -> impl Iterator<Item = Result<Vec<u64>>> + 'l {
    lanes.chunks(WIDTH).map(move |lanes| {
        let mut out: Vec<u64> = Vec::new();
        out.try_reserve_exact(rows.len())?;
        // 64 rows of the table at a time; most often they come one after the other.
        let (mut block, mut standing) = ([0u64; 64], u32::MAX);
        for row in rows {
            let word = row / 64;
            if word != standing {
                for (at, lane) in block.iter_mut().enumerate() {
                    *lane = lanes.get(at).and_then(|lane| lane.rows.words.get(word as usize)).copied().unwrap_or(0);
                }
                transpose(&mut block);
                standing = word;
            }
            out.push(block.get(*row as usize % 64).copied().unwrap_or(0));
        }
        Ok(out)
    })
}

/// Transposes a 64 × 64 bit matrix in place, by swapping ever smaller off-diagonal blocks (Warren, Hacker's Delight, 7-3, with
/// the lowest bit as the first column).
fn transpose(block: &mut [u64; 64]) {
    let mut width = 32usize;
    let mut mask = 0x0000_0000_ffff_ffffu64;
    while width > 0 {
        for pair in block.chunks_exact_mut(2 * width) {
            let (upper, lower) = pair.split_at_mut(width);
            for (upper, lower) in upper.iter_mut().zip(lower) {
                let swap = ((*upper >> width) ^ *lower) & mask;
                *upper ^= swap << width;
                *lower ^= swap;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn transposing_swaps_rows_and_columns(seed: Vec<u64>) {
            let mut block = [0u64; 64];
            block.iter_mut().zip(&seed).for_each(|(word, seed)| *word = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut turned = block;
            transpose(&mut turned);
            for (i, row) in block.iter().enumerate() {
                for (j, column) in turned.iter().enumerate() {
                    prop_assert_eq!(row >> j & 1, column >> i & 1);
                }
            }
        }
    }
}
