//! Rows in the order of their ids.

use std::rc::Rc;

use super::column::TextColumn;
use super::ops::{gather, short};
use super::pack::{IdPacker, PIECE};
use super::{Budget, Snapshot, Table};
use crate::error::Result;

/// The first eight bytes as a number that sorts as they do.
fn prefix(id: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(bytes)
}

/// Sorts rows, each with its id's prefix and its place, by id and then by place. UTF-8 sorts by bytes as it does by code points.
fn sort(ids: &TextColumn, keys: &mut [(u64, u32, u32)]) {
    keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| ids.stored(a.2).cmp(ids.stored(b.2))).then_with(|| a.1.cmp(&b.1)));
}

impl Table {
    /// The rows of all leads in the order of their ids, by code point. It is computed once for a revision, and at no cost where
    /// ids were loaded ascending.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn rows_by_id(&self) -> Result<Rc<[u32]>> {
        if let Some((revision, rows)) = self.by_id.borrow().as_ref()
            && *revision == self.revision()
        {
            return Ok(rows.clone());
        }
        self.budget.settle(self.bytes());
        let mut rows = Vec::new();
        self.budget.exact(&mut rows, self.size())?;
        rows.extend(self.live_rows().map(|row| row.0));
        if !self.ascending {
            let ids = self.ids();
            let mut keys = gather(rows.iter().enumerate().map(|(at, row)| (prefix(ids.stored(*row)), short(at), *row)), &self.budget)?;
            sort(ids, &mut keys);
            rows.iter_mut().zip(keys).for_each(|(row, key)| *row = key.2);
        }
        self.budget.reserve(rows.len() * 4)?;
        let rows: Rc<[u32]> = rows.into();
        *self.by_id.borrow_mut() = Some((self.revision(), rows.clone()));
        self.budget.settle(self.bytes());
        Ok(rows)
    }
}

impl Snapshot {
    /// The places of rows in the order of their ids, by code point, and where a row occurs again in the order of the places; nothing where
    /// they are in that order already.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn places_by_id(&self, rows: &[u32]) -> Result<Option<Vec<u32>>> {
        let ids = self.ids();
        if rows.windows(2).all(|pair| matches!(pair, [a, b] if ids.stored(*a) <= ids.stored(*b))) {
            return Ok(None);
        }
        let budget = Budget::default();
        let mut keys = gather(rows.iter().enumerate().map(|(at, row)| (prefix(ids.stored(*row)), short(at), *row)), &budget)?;
        sort(ids, &mut keys);
        Ok(Some(gather(keys.into_iter().map(|(_, at, _)| at), &budget)?))
    }

    /// The ids of rows, packed.
    pub fn packed_ids(&self, rows: &[u32]) -> Vec<u8> {
        let mut out = IdPacker::default();
        rows.chunks(PIECE).for_each(|rows| self.pack_ids(rows, &mut out));
        out.finish()
    }

    #[inline(never)]
    fn pack_ids(&self, rows: &[u32], out: &mut IdPacker) {
        let ids = self.ids();
        rows.iter().for_each(|row| out.push(ids.stored(*row)));
    }

    /// Writes ids as the beginning or the next part of a JSON array, until `most` bytes are written; gives back how many were.
    pub fn write_ids(&self, rows: &[u32], out: &mut String, most: usize) -> usize {
        let ids = self.ids();
        for (nth, row) in rows.iter().enumerate() {
            if out.len() >= most {
                return nth;
            }
            if nth > 0 {
                out.push(',');
            }
            let id = ids.stored(*row);
            match std::str::from_utf8(id) {
                Ok(id) if !id.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') => {
                    out.push('"');
                    out.push_str(id);
                    out.push('"');
                }
                Ok(id) => crate::json::write_text(id, out),
                Err(_) => out.push_str("\"\""),
            }
        }
        rows.len()
    }
}
