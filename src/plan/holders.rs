//! Who holds a slot, row by row, without a look at a single text: by the codes of its column.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::RowSet;
use crate::error::Result;
use crate::filter;
use crate::query::FieldIx;
use crate::table::{Column, Mask, Snapshot};

/// Rows whose holder is one of these; `None` stands for nobody.
pub(crate) fn held_by(table: &Snapshot, slot: FieldIx, people: &[Option<&str>]) -> Result<Mask> {
    let Column::Coded(coded) = table.column(slot) else { return Mask::none(table.rows()) };
    let mut wanted = vec![0; coded.dict.len() + 1];
    for code in people.iter().filter_map(|user| user.map_or(Some(0), |user| coded.dict.find(user))) {
        wanted.get_mut(code as usize).into_iter().for_each(|wanted| *wanted = 1);
    }
    let mut mask = if wanted.contains(&1) { filter::rows_of_codes(coded, wanted, table.rows())? } else { Mask::none(table.rows())? };
    table.live().into_iter().for_each(|live| mask.and(live));
    Ok(mask)
}

/// Open leads by slot and holder.
pub(crate) type Counted = BTreeMap<FieldIx, Rc<BTreeMap<String, u64>>>;

/// How many rows that `open` covers each person holds.
pub(crate) fn count(table: &Snapshot, slot: FieldIx, open: &RowSet) -> Result<BTreeMap<String, u64>> {
    let Column::Coded(coded) = table.column(slot) else { return Ok(BTreeMap::new()) };
    let counts = filter::count_codes(coded, table, None, open)?;
    let named = coded.dict.iter().zip(counts.into_iter().skip(1)).filter(|(_, count)| *count > 0);
    Ok(named.map(|(user, count)| (user.to_owned(), count)).collect())
}

/// How many of some rows each of these people holds, of those that `open` covers.
pub(crate) fn count_among(table: &Snapshot, slot: FieldIx, open: &RowSet, rows: &[u32], people: &[&str]) -> Result<Vec<u64>> {
    let Column::Coded(coded) = table.column(slot) else { return Ok(vec![0; people.len()]) };
    let counts = filter::count_codes(coded, table, Some(rows), open)?;
    let of = |user: &&str| coded.dict.find(user).and_then(|code| counts.get(code as usize)).copied().unwrap_or(0);
    Ok(people.iter().map(of).collect())
}
