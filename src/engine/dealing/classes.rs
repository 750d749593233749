//! Rows that are alike to a split, and the turns in which they are dealt.
//!
//! A class is who may take a row and, where rows stay with their holder, who that is.
//!
//! Loops over all rows are functions that are not inlined: inside of a large function of WebAssembly the compilers of browsers run out of
//! registers, and each of these loops takes twice as long.

use crate::error::Result;
use crate::query::FieldIx;
use crate::split::{self as kernel, Apportionment, Class};
use crate::table::{CodeSlice, Column, RowIx, Snapshot};

use super::NOBODY;
use super::block::{BLOCK, Block, blocks};
use super::eligible::{EligibilityClasses, RowClasses};
use super::refine::refine;

/// Who of the receivers holds a row, by the code of the slot's column.
pub struct Holders<'a> {
    column: &'a Column,
    /// Code → place among the receivers, or [`NOBODY`].
    places: Vec<u32>,
}

/// Finds the receivers' codes in the slot's column.
pub fn holders<'a>(table: &'a Snapshot, slot: FieldIx, names: &[&str]) -> Holders<'a> {
    let column = table.column(slot);
    let mut places = Vec::new();
    if let Column::Coded(coded) = column {
        places.resize(coded.dict.len() + 1, NOBODY);
        for (place, name) in (0u32..).zip(names) {
            if let Some(slot) = coded.dict.find(name).and_then(|code| places.get_mut(code as usize)) {
                *slot = place;
            }
        }
    }
    Holders { column, places }
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
    #[inline(never)]
    fn of_block(&self, block: &Block<'_>, out: &mut [u32]) {
        fn fill(out: &mut [u32], places: &[u32], codes: impl Iterator<Item = u32>) {
            for (out, code) in out.iter_mut().zip(codes) {
                *out = places.get(code as usize).copied().unwrap_or(NOBODY);
            }
        }
        let Column::Coded(column) = self.column else { return out.fill(NOBODY) };
        match block.codes(column) {
            Some(CodeSlice::U8(codes)) => {
                let mut places = [NOBODY; 256];
                places.iter_mut().zip(&self.places).for_each(|(to, from)| *to = *from);
                #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
                out.iter_mut().zip(codes).for_each(|(out, code)| *out = places[usize::from(*code)]);
            }
            Some(CodeSlice::U16(codes)) => fill(out, &self.places, codes.iter().map(|code| u32::from(*code))),
            Some(CodeSlice::U32(codes)) => fill(out, &self.places, codes.iter().copied()),
            None => fill(out, &self.places, block.rows.iter().map(|row| column.code(*row))),
        }
    }
}

/// The classes of some rows.
pub struct Classes {
    /// In no particular order.
    pub list: Vec<Class>,
    /// For each row, its class.
    pub of_row: RowClasses,
}

impl Classes {
    /// Sorts rows into classes: those of one kind, and where they stay with their holders, of one holder.
    pub fn of(rows: &[u32], kinds: EligibilityClasses, holders: Option<&Holders<'_>>) -> Result<Classes> {
        let Some(holders) = holders.filter(|holders| holders.any()) else {
            let list = kinds.list.into_iter().map(|(eligible, count)| Class { eligible, owner: None, count }).collect();
            return Ok(Classes { list, of_row: kinds.of_row });
        };
        let mut of_row: Vec<u32> = Vec::new();
        of_row.try_reserve_exact(rows.len())?;
        of_row.extend((0..rows.len()).map(|at| kinds.of_row.at(at)));
        let owner = |row: &u32| holders.get(RowIx(*row));
        let parts = refine(&mut of_row, rows.iter().map(|row| owner(row).map_or(0, |owner| u64::from(owner) + 1)))?;
        let mut list: Vec<Class> = Vec::new();
        list.try_reserve_exact(parts as usize)?;
        for ((at, row), class) in rows.iter().enumerate().zip(&of_row) {
            if *class as usize == list.len() {
                let eligible = kinds.list.get(kinds.of_row.at(at) as usize).map(|(set, _)| set.clone()).unwrap_or_default();
                list.push(Class { eligible, owner: owner(row), count: 0 });
            }
            list.get_mut(*class as usize).into_iter().for_each(|class| class.count += 1);
        }
        Ok(Classes { list, of_row: RowClasses::Long(of_row) })
    }
}

/// Rows among which there is seldom one that does not change: then all are moved up as they are.
const FEW: usize = 16;

/// Whether none of a few rows is with its receiver already, or has none.
#[inline]
fn all_change(holders: &[u32], receivers: &[u32]) -> bool {
    let stays = |(holder, receiver): (&u32, &u32)| u32::from(holder == receiver) | u32::from(*receiver == NOBODY);
    match (holders.first_chunk::<FEW>(), receivers.first_chunk::<FEW>()) {
        (Some(holders), Some(receivers)) => holders.iter().zip(receivers).map(stays).fold(0, |any, one| any | one) == 0,
        _ => false,
    }
}

/// Who gets which row.
pub enum Assignment {
    /// Row by row: a place among the receivers, or [`NOBODY`] where nobody has room.
    Listed(Vec<u32>),
    /// Class by class.
    ByClass {
        /// For each row, its class.
        of_row: RowClasses,
        /// The same as for rows, for the rows of the first class, then for those of the second.
        sequence: Vec<u32>,
        /// For each class, the place of its next row.
        next: Vec<u32>,
    },
}

impl Assignment {
    /// Deals every class.
    pub fn of(settled: &Apportionment, rows: usize, of_row: RowClasses, order: kernel::Order) -> Result<Assignment> {
        let mut sequence: Vec<u32> = Vec::new();
        sequence.try_reserve_exact(rows)?;
        sequence.resize(rows, NOBODY);
        let mut next: Vec<u32> = Vec::new();
        next.try_reserve_exact(settled.quotas.len())?;
        let mut rest = sequence.as_mut_slice();
        for (quotas, left) in settled.quotas.iter().zip(&settled.left) {
            next.push(u32::try_from(rows - rest.len()).unwrap_or(u32::MAX));
            let count = quotas.iter().fold(*left, |sum, (_, quota)| sum.saturating_add(*quota));
            let at = usize::try_from(count).unwrap_or(usize::MAX).min(rest.len());
            let (class, after) = std::mem::take(&mut rest).split_at_mut(at);
            kernel::deal_into(quotas, order, class);
            rest = after;
        }
        Ok(if next.len() < 2 { Assignment::Listed(sequence) } else { Assignment::ByClass { of_row, sequence, next } })
    }

    /// The receivers of the next rows, the first of which has this place.
    fn fill(&mut self, first: usize, out: &mut [u32]) {
        #[inline(never)]
        fn take(next: &mut [u32], sequence: &[u32], out: &mut [u32], classes: impl Iterator<Item = u32>) {
            for (out, class) in out.iter_mut().zip(classes) {
                let Some(next) = next.get_mut(class as usize) else { continue };
                *out = sequence.get(*next as usize).copied().unwrap_or(NOBODY);
                *next += 1;
            }
        }
        match self {
            Assignment::Listed(list) => {
                out.iter_mut().zip(list.get(first..).unwrap_or_default()).for_each(|(out, receiver)| *out = *receiver);
            }
            Assignment::ByClass { of_row, sequence, next } => match of_row {
                RowClasses::Alike => take(next, sequence, out, std::iter::repeat(0)),
                RowClasses::Short(short) => {
                    let numbers = short.numbers.get(first..).unwrap_or_default().iter();
                    take(next, sequence, out, numbers.map(|number| short.names.get(usize::from(*number)).copied().unwrap_or(0)));
                }
                RowClasses::Long(list) => take(next, sequence, out, list.get(first..).unwrap_or_default().iter().copied()),
            },
        }
    }

    /// The receivers of all rows, as they are.
    fn listed(mut self, rows: usize) -> Result<Vec<u32>> {
        if let Assignment::Listed(list) = self {
            return Ok(list);
        }
        let mut out: Vec<u32> = Vec::new();
        out.try_reserve_exact(rows)?;
        out.resize(rows, NOBODY);
        self.fill(0, &mut out);
        Ok(out)
    }

    /// The receivers of the rows that change. Rows that do not are taken out of `rows`; with `present` these are also those
    /// that are with their receiver already.
    #[inline(never)]
    pub fn split_off_unchanged(mut self, rows: &mut Vec<u32>, present: Option<&Holders<'_>>) -> Result<(Vec<u32>, Unmoved)> {
        let mut unmoved = Unmoved::default();
        if let Assignment::Listed(list) = &self {
            // Of rows that nobody is told of, nothing is to be told.
            rows.truncate(list.len());
        }
        if let (Assignment::Listed(list), None) = (&self, present)
            && !list.contains(&NOBODY)
        {
            return Ok((self.listed(rows.len())?, unmoved));
        }
        let mut to: Vec<u32> = Vec::new();
        to.try_reserve_exact(rows.len())?;
        let (mut holders, mut receivers) = ([NOBODY; BLOCK], [NOBODY; BLOCK]);
        let (mut start, mut kept) = (0, 0);
        loop {
            let Some(block) = blocks(rows.get(start..).unwrap_or_default(), BLOCK).next() else { break };
            let len = block.rows.len();
            let (Some(holders), Some(receivers)) = (holders.get_mut(..len), receivers.get_mut(..len)) else { break };
            if let Some(present) = present {
                present.of_block(&block, holders);
            }
            self.fill(start, receivers);
            for (holders, receivers) in holders.chunks(FEW).zip(receivers.chunks(FEW)) {
                let end = start + receivers.len();
                let few = rows.get(start..end).and_then(|rows| rows.first_chunk::<FEW>()).copied();
                match (few, rows.get_mut(kept..).and_then(|rows| rows.first_chunk_mut::<FEW>())) {
                    (Some(few), Some(slots)) if all_change(holders, receivers) => {
                        *slots = few;
                        to.extend_from_slice(receivers);
                        kept += FEW;
                    }
                    _ => {
                        for (at, (holder, receiver)) in (start..end).zip(holders.iter().zip(receivers)) {
                            let row = rows.get(at).copied().unwrap_or_default();
                            if *receiver == NOBODY {
                                unmoved.full.try_reserve(1)?;
                                unmoved.full.push(row);
                            } else if holder == receiver {
                                unmoved.same.try_reserve(1)?;
                                unmoved.same.push(row);
                            } else {
                                rows.get_mut(kept).into_iter().for_each(|slot| *slot = row);
                                to.push(*receiver);
                                kept += 1;
                            }
                        }
                    }
                }
                start = end;
            }
        }
        rows.truncate(kept);
        Ok((to, unmoved))
    }
}

/// Rows that do not change.
#[derive(Default)]
pub struct Unmoved {
    /// Nobody has room for them.
    pub full: Vec<u32>,
    /// Rows that their receiver holds already.
    pub same: Vec<u32>,
}
