//! From an id to its row.

use hashbrown::HashTable;

use super::column::{Column, TextColumn};
use super::dict::hash;
use super::layout::RowIx;
use super::{Budget, Table};
use crate::error::{Error, Result};
use crate::query::schema::Case;

/// Row numbers by the hash of their ids; the ids themselves stand in their column.
#[derive(Debug, Default)]
pub struct Index {
    rows: HashTable<u32>,
}

/// Whether two ids are the same. Most have from 8 to 16 bytes, and their first and last eight tell.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>().zip(b.first_chunk()), a.last_chunk::<8>().zip(b.last_chunk())) {
        (Some(first), Some(last)) if a.len() <= 16 => first.0 == first.1 && last.0 == last.1,
        _ => a == b,
    }
}

/// Finds leads one after the other: where they come in the order of the table, a look at the next row is all that it takes.
#[derive(Debug)]
pub struct Finder<'t> {
    pub(super) table: &'t Table,
    pub(super) next: u32,
}

impl Finder<'_> {
    /// The row of a lead, as [`Table::find`] gives it.
    pub fn find(&mut self, id: &str) -> Option<RowIx> {
        let next = RowIx(self.next);
        let found =
            if self.table.ids().stored(next.0) == id.as_bytes() && self.table.is_live(next) { Some(next) } else { self.table.find(id) };
        self.next = found.map_or(self.next, |row| row.0 + 1);
        found
    }
}

impl Index {
    /// The row with that id.
    #[inline]
    pub fn find(&self, ids: &TextColumn, id: &[u8]) -> Option<u32> {
        self.find_hashed(ids, hash(id), id)
    }

    #[inline]
    pub fn find_hashed(&self, ids: &TextColumn, key: u64, id: &[u8]) -> Option<u32> {
        self.rows.find(key, |row| same(ids.stored(*row), id)).copied()
    }

    /// Makes room for `extra` more rows.
    pub fn reserve(&mut self, ids: &TextColumn, extra: usize, budget: &Budget) -> Result<()> {
        if self.rows.capacity() - self.rows.len() >= extra {
            return Ok(());
        }
        let before = self.rows.allocation_size();
        let wanted = (self.rows.len().saturating_add(extra).max(8)).saturating_mul(8) / 7;
        budget.reserve(wanted.checked_next_power_of_two().unwrap_or(usize::MAX).saturating_mul(5).saturating_add(16))?;
        self.rows.try_reserve(extra, |row| hash(ids.stored(*row))).map_err(|_| Error::out_of_memory())?;
        budget.release(before);
        Ok(())
    }

    /// Adds a row for which there is room.
    #[inline]
    pub fn insert(&mut self, ids: &TextColumn, key: u64, row: u32) {
        self.rows.insert_unique(key, row, |row| hash(ids.stored(*row)));
    }

    /// Forgets a row.
    pub fn remove(&mut self, ids: &TextColumn, row: u32) {
        if let Ok(entry) = self.rows.find_entry(hash(ids.stored(row)), |other| *other == row) {
            entry.remove();
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.rows.allocation_size()
    }
}

/// The index of an id column without repeated ids.
pub fn indexed(ids: Option<&Column>, rows: u32, budget: &Budget) -> Result<Index> {
    let none = TextColumn::new(Case::Sensitive);
    let ids = if let Some(Column::Text(ids)) = ids { ids } else { &none };
    let mut index = Index::default();
    index.reserve(ids, rows as usize, budget)?;
    (0..rows).for_each(|row| index.insert(ids, hash(ids.stored(row)), row));
    Ok(index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_are_the_same_if_all_their_bytes_are(id in "[ab]{0,20}", at in 0usize..20, other in "[ab]{0,20}") {
            let mut changed = id.clone().into_bytes();
            changed.get_mut(at).into_iter().for_each(|byte| *byte ^= 1);
            for (a, b) in [(id.as_bytes(), id.as_bytes()), (id.as_bytes(), &changed), (id.as_bytes(), other.as_bytes())] {
                prop_assert_eq!(same(a, b), a == b);
            }
        }
    }
}
