//! Rows that are alike to a split, found column by column, and the turns in which they are dealt.
//!
//! A class is who may take a row (one bit for each receiver) and, where rows stay with their holder, who that is. Bits come in
//! as one mask for each receiver over the rows of the table; 64 masks are transposed at a time, 64 rows at once, so that a
//! row's bits become one word and a class is found by one look-up.

use hashbrown::HashMap;

use crate::access::Covered;
use crate::error::Result;
use crate::query::FieldIx;
use crate::split::{self as kernel, Class, Set, Settled};
use crate::table::{Column, RowIx};

use super::Deciding;
use super::deal::NOBODY;

/// Who of the receivers holds a row, by the code of the slot's column.
pub(super) struct Holders<'a> {
    column: &'a Column,
    /// Code → place among the receivers.
    places: Vec<Option<u32>>,
}

/// Finds the receivers' codes in the slot's column.
pub(super) fn holders<'a>(deciding: &Deciding<'a>, slot: FieldIx, names: &[&str]) -> Holders<'a> {
    let column = deciding.table.column(slot);
    let mut places = Vec::new();
    if let Column::Coded(coded) = column {
        places.resize(coded.dict.len() + 1, None);
        for (place, name) in (0u32..).zip(names) {
            if let Some(slot) = coded.dict.find(name).and_then(|code| places.get_mut(code as usize)) {
                *slot = Some(place);
            }
        }
    }
    Holders { column, places }
}

impl Holders<'_> {
    /// Whether any of them may hold anything.
    pub fn any(&self) -> bool {
        self.places.iter().any(Option::is_some)
    }

    /// The receiver who holds the row.
    #[inline]
    pub fn get(&self, row: RowIx) -> Option<u32> {
        match self.column {
            Column::Coded(coded) => self.places.get(coded.code(row.0) as usize).copied().flatten(),
            _ => None,
        }
    }
}

/// The classes of some rows.
pub(in crate::plan) struct Classes {
    /// In the order of their first row.
    pub list: Vec<Class>,
    /// For each row, its class.
    pub of_row: Vec<u32>,
}

/// Masks that are transposed at a time.
const LANES: usize = 64;

impl Classes {
    /// Sorts rows into classes. `may` has one answer for each receiver; each row is covered by at least one.
    pub(super) fn of(rows: &[u32], may: &[Covered], holders: Option<&Holders<'_>>, table_rows: u32) -> Result<Classes> {
        let mut of_row: Vec<u32> = Vec::new();
        of_row.try_reserve_exact(rows.len())?;
        of_row.resize(rows.len(), 0);
        let mut count = u32::from(!rows.is_empty());
        let masks: Vec<&[u64]> =
            may.iter().filter_map(|may| if let Covered::Some(mask) = may { Some(mask.words.as_slice()) } else { None }).collect();
        for lanes in masks.chunks(LANES) {
            let keys = transposed(lanes, table_rows)?;
            count = refine(&mut of_row, rows.iter().map(|row| keys.get(*row as usize).copied().unwrap_or(0)))?;
        }
        if let Some(holders) = holders {
            count = refine(&mut of_row, rows.iter().map(|row| holders.get(RowIx(*row)).map_or(0, |place| u64::from(place) + 1)))?;
        }
        // Classes are numbered in the order of their first row.
        let mut counts: Vec<u64> = Vec::new();
        counts.try_reserve_exact(count as usize)?;
        counts.resize(count as usize, 0);
        let mut first: Vec<u32> = Vec::new();
        first.try_reserve_exact(count as usize)?;
        if let ([only], Some(row)) = (counts.as_mut_slice(), rows.first()) {
            *only = rows.len() as u64;
            first.push(*row);
        } else {
            for (row, class) in rows.iter().zip(&of_row) {
                if *class as usize == first.len() {
                    first.push(*row);
                }
                counts.get_mut(*class as usize).into_iter().for_each(|count| *count += 1);
            }
        }
        let class = |(row, count): (u32, u64)| Class {
            eligible: Set::of((0u32..).zip(may).filter(|(_, may)| may.contains(RowIx(row))).map(|(place, _)| place)),
            owner: holders.and_then(|holders| holders.get(RowIx(row))),
            count,
        };
        Ok(Classes { list: first.into_iter().zip(counts).map(class).collect(), of_row })
    }
}

/// Places of the small table that remembers where keys were found last.
const RECENT: usize = 1 << 12;

/// Splits classes further by a key of each row; numbers them in the order of their first row.
pub(in crate::plan) fn refine(of_row: &mut [u32], keys: impl Iterator<Item = u64>) -> Result<u32> {
    let mut known: HashMap<(u32, u64), u32, foldhash::fast::FixedState> = HashMap::default();
    let mut next = 0;
    // Few keys come again and again: most are found where they were found last, without the map.
    let mut recent: Vec<((u32, u64), u32)> = vec![((u32::MAX, 0), 0); RECENT];
    for (class, key) in of_row.iter_mut().zip(keys) {
        let pair = (*class, key);
        let hash = (key ^ u64::from(*class).rotate_left(40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        #[expect(clippy::cast_possible_truncation, reason = "the highest twelve bits")]
        let Some(place) = recent.get_mut((hash >> 52) as usize) else { continue };
        if place.0 != pair {
            known.try_reserve(1).map_err(|_| crate::error::Error::out_of_memory())?;
            let number = *known.entry(pair).or_insert_with(|| {
                next += 1;
                next - 1
            });
            *place = (pair, number);
        }
        *class = place.1;
    }
    Ok(next)
}

/// For each row of the table, the bits of up to 64 masks as one word.
fn transposed(masks: &[&[u64]], rows: u32) -> Result<Vec<u64>> {
    let words = (rows as usize).div_ceil(64);
    let mut out: Vec<u64> = Vec::new();
    out.try_reserve_exact(words * 64)?;
    for word in 0..words {
        let mut block = [0u64; 64];
        for (lane, mask) in block.iter_mut().zip(masks) {
            *lane = mask.get(word).copied().unwrap_or(0);
        }
        transpose(&mut block);
        out.extend_from_slice(&block);
    }
    Ok(out)
}

/// Transposes a 64 × 64 bit matrix in place, by swapping ever smaller off-diagonal blocks (Warren, Hacker's Delight, 7-3, with
/// the lowest bit as the first column).
fn transpose(block: &mut [u64; 64]) {
    let mut width = 32usize;
    let mut mask = 0x0000_0000_ffff_ffffu64;
    while width > 0 {
        let mut at = 0;
        while at < 64 {
            #[expect(clippy::indexing_slicing, reason = "`at` is below 64 and has the bit `width` clear, so both are in the block")]
            {
                let swap = ((block[at] >> width) ^ block[at | width]) & mask;
                block[at] ^= swap << width;
                block[at | width] ^= swap;
            }
            at = ((at | width) + 1) & !width;
        }
        width /= 2;
        mask ^= mask << width;
    }
}

/// Deals every class, and gives each row its receiver, or [`NOBODY`] where nobody has room.
pub(super) fn hand_out(settled: &Settled, of_row: &[u32], order: kernel::Order) -> Result<Vec<u32>> {
    let mut out: Vec<u32> = Vec::new();
    out.try_reserve_exact(of_row.len())?;
    if let ([quotas], [0]) = (settled.quotas.as_slice(), settled.left.as_slice()) {
        // One class: its rows take the receivers as they come.
        kernel::deal(quotas, order, |receiver| out.push(receiver));
        return Ok(out);
    }
    let mut sequence: Vec<u32> = Vec::new();
    sequence.try_reserve_exact(usize::try_from(settled.placed).unwrap_or(usize::MAX))?;
    let mut stretches = Vec::with_capacity(settled.quotas.len());
    for quotas in &settled.quotas {
        let start = sequence.len();
        kernel::deal(quotas, order, |receiver| sequence.push(receiver));
        stretches.push((start, sequence.len()));
    }
    // Each class has its own stretch of receivers, and its rows take from it in their order; the last ones may find none.
    out.extend(of_row.iter().map(|class| {
        let stretch = stretches.get_mut(*class as usize).filter(|(at, end)| at < end);
        let taken = stretch.and_then(|(at, _)| {
            *at += 1;
            sequence.get(*at - 1)
        });
        taken.copied().unwrap_or(NOBODY)
    }));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Mask;
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

        #[test]
        fn classes_tell_apart_just_what_differs(bits in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 70), 1..150)) {
            let rows = bits.len() as u32;
            let may: Vec<Covered> = (0..70)
                .map(|who| Covered::Some(Mask::from_rows(rows, (0..rows).map(RowIx).filter(|row| bits[row.0 as usize][who] && who % 3 == 0)).unwrap()))
                .collect();
            let order: Vec<u32> = (0..rows).rev().collect();
            let classes = Classes::of(&order, &may, None, rows).unwrap();
            let set = |row: u32| (0..70u32).filter(|who| may[*who as usize].contains(RowIx(row))).collect::<Vec<_>>();
            for (row, class) in order.iter().zip(&classes.of_row) {
                let eligible = &classes.list[*class as usize].eligible;
                prop_assert_eq!((0..70u32).filter(|who| eligible.contains(*who)).collect::<Vec<_>>(), set(*row));
            }
            let mut sets: Vec<_> = order.iter().map(|row| set(*row)).collect();
            sets.sort();
            sets.dedup();
            prop_assert_eq!(sets.len(), classes.list.len());
        }
    }
}
