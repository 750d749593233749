//! Who holds a slot, row by row, without a look at a single text: by the codes of its column.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::RowSet;
use crate::error::Result;
use crate::query::FieldIx;
use crate::table::codes::CodeSlice;
use crate::table::{CHUNK, Column, Mask, RowIx, Snapshot};

/// Calls `each` with every row and its code, chunk by chunk.
#[inline]
fn codes(column: &Column, mut each: impl FnMut(u32, u32)) {
    let Column::Coded(coded) = column else { return };
    let mut first = 0u32;
    for chunk in &coded.chunks {
        match chunk.as_slice() {
            CodeSlice::U8(list) => (first..).zip(list).for_each(|(row, code)| each(row, u32::from(*code))),
            CodeSlice::U16(list) => (first..).zip(list).for_each(|(row, code)| each(row, u32::from(*code))),
            CodeSlice::U32(list) => (first..).zip(list).for_each(|(row, code)| each(row, *code)),
        }
        first += CHUNK as u32;
    }
}

/// Rows whose holder is one of these; `None` stands for nobody.
pub(crate) fn held_by(table: &Snapshot, slot: FieldIx, people: &[Option<&str>]) -> Result<Mask> {
    let column = table.column(slot);
    let mut mask = Mask::none(table.rows())?;
    let Column::Coded(coded) = column else { return Ok(mask) };
    let mut wanted = vec![0u64; coded.dict.len() + 1];
    for code in people.iter().filter_map(|user| user.map_or(Some(0), |user| coded.dict.find(user))) {
        wanted.get_mut(code as usize).into_iter().for_each(|wanted| *wanted = 1);
    }
    if wanted.contains(&1) {
        let words = &mut mask.words;
        codes(column, |row, code| {
            let bit = wanted.get(code as usize).copied().unwrap_or(0);
            words.get_mut(row as usize / 64).into_iter().for_each(|word| *word |= bit << (row % 64));
        });
    }
    table.live().into_iter().for_each(|live| mask.and(live));
    Ok(mask)
}

/// Open leads by slot and holder.
pub(crate) type Counted = BTreeMap<FieldIx, Rc<BTreeMap<String, u64>>>;

/// How many rows that `open` covers each person holds: all rows of the table, or some.
pub(crate) fn count(table: &Snapshot, slot: FieldIx, open: &RowSet, rows: Option<&[u32]>) -> Result<BTreeMap<String, u64>> {
    let column = table.column(slot);
    let Column::Coded(coded) = column else { return Ok(BTreeMap::new()) };
    let mut counts = Vec::new();
    counts.try_reserve_exact(coded.dict.len() + 1)?;
    counts.resize(coded.dict.len() + 1, 0u64);
    let mut add = |code: u32| counts.get_mut(code as usize).into_iter().for_each(|count| *count += 1);
    match (rows, open) {
        (Some(rows), open) => rows.iter().filter(|row| open.contains(RowIx(**row))).for_each(|row| add(coded.code(*row))),
        (None, RowSet::All) if table.live().is_none() => codes(column, |_, code| add(code)),
        (None, open) => codes(column, |row, code| {
            if open.contains(RowIx(row)) && table.is_live(RowIx(row)) {
                add(code);
            }
        }),
    }
    let named = coded.dict.iter().zip(counts.into_iter().skip(1)).filter(|(_, count)| *count > 0);
    Ok(named.map(|(user, count)| (user.to_owned(), count)).collect())
}
