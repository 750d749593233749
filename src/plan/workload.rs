//! How many open leads each person holds.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::RowSet;
use crate::error::{Error, Result};
use crate::filter;
use crate::query::FieldIx;
use crate::table::Column;

use crate::plan::holders;
use crate::plan::planner::Planner;

/// People whose leads are counted one by one.
const FEW: u32 = 4;

impl Planner<'_> {
    /// Rows that count towards a workload.
    pub fn open(&self) -> Result<&RowSet> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        let open = match &self.model.lifecycle.open {
            None => RowSet::All,
            Some(query) => RowSet::Some(filter::select(query, self.table, &self.filtering())?),
        };
        Ok(self.open.get_or_init(|| open))
    }

    /// Open leads in the table by holder of a slot.
    pub fn counted(&self, slot: FieldIx) -> Result<Rc<BTreeMap<String, u64>>> {
        if let Some(known) = self.counted.borrow().get(&slot) {
            return Ok(Rc::clone(known));
        }
        let counted = Rc::new(holders::count(self.table, slot, self.open()?)?);
        self.counted.borrow_mut().insert(slot, Rc::clone(&counted));
        Ok(counted)
    }

    /// Open leads that a person holds in a slot in all: what the host says, else what the table holds.
    ///
    /// # Errors
    /// `load_missing` where the table holds only some of the leads and the host says nothing.
    pub fn holds(&self, slot: FieldIx, user: &str) -> Result<u64> {
        match &self.context.load {
            Some(load) => Ok(load.get(user).copied().unwrap_or(0)),
            None if self.context.partial_table => Err(Error::new(
                "load_missing",
                "/load",
                "the table holds only some of the leads, so the open leads of each person must be given",
            )
            .hint("give `load`: user → open leads in all")),
            None => {
                let known = self.counted.borrow().contains_key(&slot);
                // Of few people, each is counted alone; of many, all at once.
                let few = self.singly.get() < FEW && self.model.lifecycle.open.is_none() && self.table.live().is_none();
                if let (false, true, Column::Coded(column)) = (known, few, self.table.column(slot)) {
                    self.singly.set(self.singly.get() + 1);
                    return Ok(column.dict.find(user).map_or(0, |code| column.count(code) as u64));
                }
                Ok(self.counted(slot)?.get(user).copied().unwrap_or(0))
            }
        }
    }
}
