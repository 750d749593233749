//! Rows that are alike to a split, and the turns in which they are dealt.
//!
//! A class is who may take a row and, where rows stay with their holder, who that is.

use hashbrown::HashMap;

use crate::error::Result;
use crate::query::FieldIx;
use crate::split::{self as kernel, Class, Settled};
use crate::table::{CodeSlice, Column, RowIx};

use super::Deciding;
use super::deal::NOBODY;
use super::eligible::{BLOCK, Block, Kinds, blocks};

/// Who of the receivers holds a row, by the code of the slot's column.
pub(super) struct Holders<'a> {
    column: &'a Column,
    /// Code → place among the receivers, or [`NOBODY`].
    places: Vec<u32>,
    /// How many receivers there are.
    most: u32,
}

/// Finds the receivers' codes in the slot's column.
pub(super) fn holders<'a>(deciding: &Deciding<'a>, slot: FieldIx, names: &[&str]) -> Holders<'a> {
    let column = deciding.table.column(slot);
    let mut places = Vec::new();
    if let Column::Coded(coded) = column {
        places.resize(coded.dict.len() + 1, NOBODY);
        for (place, name) in (0u32..).zip(names) {
            if let Some(slot) = coded.dict.find(name).and_then(|code| places.get_mut(code as usize)) {
                *slot = place;
            }
        }
    }
    Holders { column, places, most: u32::try_from(names.len()).unwrap_or(u32::MAX) }
}

impl Holders<'_> {
    /// Whether any of them may hold anything.
    pub fn any(&self) -> bool {
        self.places.iter().any(|place| *place != NOBODY)
    }

    /// The receiver who holds the row.
    #[inline]
    pub fn get(&self, row: RowIx) -> Option<u32> {
        match self.column {
            Column::Coded(coded) => self.places.get(coded.code(row.0) as usize).copied().filter(|place| *place != NOBODY),
            _ => None,
        }
    }

    /// The receiver who holds each row of a block, or [`NOBODY`].
    fn of_block(&self, block: &Block<'_>, out: &mut [u32]) {
        fn fill(out: &mut [u32], places: &[u32], codes: impl Iterator<Item = u32>) {
            for (out, code) in out.iter_mut().zip(codes) {
                *out = places.get(code as usize).copied().unwrap_or(NOBODY);
            }
        }
        let Column::Coded(column) = self.column else { return out.fill(NOBODY) };
        match block.codes(column) {
            Some(CodeSlice::U8(codes)) => fill(out, &self.places, codes.iter().map(|code| u32::from(*code))),
            Some(CodeSlice::U16(codes)) => fill(out, &self.places, codes.iter().map(|code| u32::from(*code))),
            Some(CodeSlice::U32(codes)) => fill(out, &self.places, codes.iter().copied()),
            None => fill(out, &self.places, block.rows.iter().map(|row| column.code(*row))),
        }
    }
}

/// The classes of some rows.
pub(in crate::plan) struct Classes {
    /// In no particular order.
    pub list: Vec<Class>,
    /// For each row, its class; empty where all rows are of one.
    pub of_row: Vec<u32>,
}

impl Classes {
    /// Sorts rows into classes: those of one kind, and where they stay with their holders, of one holder.
    pub(super) fn of(rows: &[u32], kinds: Kinds, holders: Option<&Holders<'_>>) -> Result<Classes> {
        let Some(holders) = holders.filter(|holders| holders.any()) else {
            let list = kinds.list.into_iter().map(|(eligible, count)| Class { eligible, owner: None, count }).collect();
            return Ok(Classes { list, of_row: kinds.of_row });
        };
        let places = holders.most.saturating_add(1);
        let mut named: Vec<u32> = Vec::new();
        let many = kinds.list.len().saturating_mul(places as usize);
        named.try_reserve_exact(many)?;
        named.resize(many, u32::MAX);
        let (mut list, mut of_row): (Vec<Class>, Vec<u32>) = (Vec::new(), Vec::new());
        of_row.try_reserve_exact(rows.len())?;
        for (at, row) in rows.iter().enumerate() {
            let kind = kinds.of_row.get(at).copied().unwrap_or(0);
            let owner = holders.get(RowIx(*row));
            let place = kind as usize * places as usize + owner.map_or(0, |owner| owner as usize + 1);
            let Some(name) = named.get_mut(place) else { continue };
            if *name == u32::MAX {
                *name = u32::try_from(list.len()).unwrap_or(u32::MAX);
                let eligible = kinds.list.get(kind as usize).map(|(set, _)| set.clone()).unwrap_or_default();
                list.try_reserve(1)?;
                list.push(Class { eligible, owner, count: 0 });
            }
            list.get_mut(*name as usize).into_iter().for_each(|class| class.count += 1);
            of_row.push(*name);
        }
        Ok(Classes { list, of_row })
    }

    /// The same with the class of each of so many rows written down, also where there is only one.
    pub(super) fn spread(mut self, rows: usize) -> Result<Classes> {
        self.of_row.try_reserve_exact(rows.saturating_sub(self.of_row.len()))?;
        self.of_row.resize(rows, 0);
        Ok(self)
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

/// Deals every class, and gives each row its receiver, or [`NOBODY`] where nobody has room.
pub(super) fn hand_out(settled: &Settled, rows: usize, of_row: &[u32], order: kernel::Order) -> Result<Vec<u32>> {
    let mut out: Vec<u32> = Vec::new();
    out.try_reserve_exact(rows)?;
    if let [quotas] = settled.quotas.as_slice() {
        // One class: its rows take the receivers as they come.
        kernel::deal(quotas, order, |receiver| out.push(receiver));
        out.resize(rows, NOBODY);
        return Ok(out);
    }
    // Each class has its own stretch of receivers, as long as it has rows, and its rows take from it in their order.
    let mut sequence: Vec<u32> = Vec::new();
    sequence.try_reserve_exact(rows)?;
    let mut next: Vec<u32> = Vec::new();
    next.try_reserve_exact(settled.quotas.len())?;
    for (quotas, left) in settled.quotas.iter().zip(&settled.left) {
        next.push(u32::try_from(sequence.len()).unwrap_or(u32::MAX));
        kernel::deal(quotas, order, |receiver| sequence.push(receiver));
        sequence.extend(std::iter::repeat_n(NOBODY, usize::try_from(*left).unwrap_or(0)));
    }
    out.extend(of_row.iter().map(|class| {
        let Some(next) = next.get_mut(*class as usize) else { return NOBODY };
        let receiver = sequence.get(*next as usize).copied().unwrap_or(NOBODY);
        *next += 1;
        receiver
    }));
    Ok(out)
}

/// Rows that do not change.
#[derive(Default)]
pub(super) struct Unmoved {
    /// Nobody has room for them.
    pub full: Vec<u32>,
    /// They are with their receiver already.
    pub same: Vec<u32>,
}

/// Takes rows out that do not change; the others move up, each with its receiver.
pub(super) fn sift(rows: &mut Vec<u32>, to: &mut Vec<u32>, present: Option<&Holders<'_>>) -> Result<Unmoved> {
    let mut out = Unmoved::default();
    let mut kept = 0;
    let mut holders = [NOBODY; BLOCK];
    let mut start = 0;
    while start < rows.len() {
        let block = blocks(rows.get(start..).unwrap_or_default(), BLOCK).next();
        if let (Some(block), Some(present)) = (&block, present) {
            present.of_block(block, &mut holders);
        }
        let len = block.map_or(0, |block| block.rows.len());
        out.full.try_reserve(len)?;
        out.same.try_reserve(len)?;
        #[expect(clippy::indexing_slicing, reason = "kept <= at < start + len <= rows.len() == to.len(), and at - start < len <= BLOCK")]
        for at in start..(start + len).min(rows.len()).min(to.len()) {
            let (row, receiver) = (rows[at], to[at]);
            rows[kept] = row;
            to[kept] = receiver;
            if receiver == NOBODY {
                out.full.push(row);
            } else if holders[at - start] == receiver {
                out.same.push(row);
            } else {
                kept += 1;
            }
        }
        start += len;
    }
    rows.truncate(kept);
    to.truncate(kept);
    Ok(out)
}
