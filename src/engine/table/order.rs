//! Rows in the order of their ids.

use std::rc::Rc;

use super::Table;
use super::ops::gather;
use crate::error::Result;

/// The first eight bytes as a number that sorts as they do.
fn prefix(id: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(bytes)
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
            // UTF-8 sorts by bytes as it does by code points.
            let mut keys = gather(rows.iter().map(|row| (prefix(ids.stored(*row)), *row)), &self.budget)?;
            keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| ids.stored(a.1).cmp(ids.stored(b.1))));
            rows.iter_mut().zip(keys).for_each(|(row, key)| *row = key.1);
        }
        self.budget.reserve(rows.len() * 4)?;
        let rows: Rc<[u32]> = rows.into();
        *self.by_id.borrow_mut() = Some((self.revision(), rows.clone()));
        self.budget.settle(self.bytes());
        Ok(rows)
    }
}
