//! How many open leads each person holds.

use std::collections::BTreeMap;

use crate::access::Covered;
use crate::error::{Error, Result};
use crate::filter;
use crate::query::FieldIx;
use crate::table::{Column, Mask, RowIx};

use super::context::Coverage;
use super::decide::Deciding;

/// Rows that count towards a workload.
pub(super) fn open(deciding: &Deciding<'_>) -> Result<Covered> {
    match &deciding.model.lifecycle.open {
        None => Ok(Covered::All),
        Some(query) => {
            deciding.notice_clock(query);
            Ok(Covered::Some(filter::select(query, deciding.table, &deciding.filtering())?))
        }
    }
}

/// Open leads by holder of a slot, in the whole table or in some rows of it.
pub(super) fn by_holder(deciding: &Deciding<'_>, slot: FieldIx, open: &Covered, rows: Option<&[u32]>) -> Result<BTreeMap<String, u64>> {
    let Column::Coded(coded) = deciding.table.column(slot) else { return Ok(BTreeMap::new()) };
    let mut counts = Vec::new();
    counts.try_reserve_exact(coded.dict.len() + 1)?;
    counts.resize(coded.dict.len() + 1, 0u64);
    let mut add = |code: u32| counts.get_mut(code as usize).into_iter().for_each(|count| *count += 1);
    match rows {
        Some(rows) => rows.iter().filter(|row| open.contains(RowIx(**row))).for_each(|row| add(coded.code(*row))),
        None => {
            let mut mask = Mask::all(deciding.table.rows())?;
            deciding.table.live().into_iter().for_each(|live| mask.and(live));
            let mask = open.clone().narrow(mask);
            if mask.count() == deciding.table.rows() as usize {
                coded.chunks.iter().for_each(|chunk| chunk.as_slice().iter().for_each(&mut add));
            } else {
                mask.iter().for_each(|row| add(coded.code(row.0)));
            }
        }
    }
    let named = coded.dict.iter().zip(counts.into_iter().skip(1)).filter(|(_, count)| *count > 0);
    Ok(named.map(|(user, count)| (user.to_owned(), count)).collect())
}

/// Open leads that a person holds in all: what the host says, else what the table holds.
///
/// # Errors
/// `load_missing` where the table holds only some of the leads and the host says nothing.
pub(super) fn held(deciding: &Deciding<'_>, counted: &BTreeMap<String, u64>, user: &str) -> Result<u64> {
    match &deciding.context.load {
        Some(load) => Ok(load.get(user).copied().unwrap_or(0)),
        None if deciding.context.coverage == Coverage::Partial => Err(Error::new(
            "load_missing",
            "/load",
            "the table holds only some of the leads, so the open leads of each person must be given",
        )
        .hint("give `load`: user → open leads in all")),
        None => Ok(counted.get(user).copied().unwrap_or(0)),
    }
}
