//! Two filters together.

use std::rc::Rc;

use crate::error::Result;
use crate::memory::ensure_memory;
use crate::query::Schema;

use super::Filter;

impl Filter {
    /// Both conditions together. Each keeps the meaning that it was compiled with, also where the workspace was updated in between.
    ///
    /// # Errors
    /// `query_invalid` if they are too large together, `out_of_memory`, and `wrong_workspace` where the other's condition over users waits
    /// for `now` or the actor and the workspace was updated in between.
    pub fn and(&self, other: &Filter) -> Result<Filter> {
        self.query.may_join(&other.query, self.schema())?;
        ensure_memory(
            self.query.weight(self.schema()).times(500, 120, 3).saturating_add(other.query.weight(other.schema()).times(500, 120, 3)),
        )?;
        let mut reads = self.reads.clone();
        reads.extend(other.reads.iter().copied().filter(|field| !self.reads.contains(field)));
        let query = if Rc::ptr_eq(&self.auth, &other.auth) {
            self.query.and(&other.query)
        } else {
            self.query.and(&other.auth.pinned(&other.query)?)
        };
        let mut named = self.named.clone();
        named.extend(other.named.iter().copied().filter(|field| !self.named.contains(field)));
        let schema = self.joined(&other.schema);
        let unfinished = [&self.unfinished[..], &other.unfinished].concat();
        // A permission bounds what may be seen, and says nothing of what was meant.
        let left_out = (self.left_out || other.left_out) && named.is_empty();
        Ok(Filter { query, reads, named, unfinished, left_out, schema, auth: Rc::clone(&self.auth) })
    }

    /// The fields that are seen here and there.
    pub(super) fn joined(&self, other: &Rc<Schema>) -> Rc<Schema> {
        if Rc::ptr_eq(&self.schema, other) || other.hidden().is_empty() {
            return Rc::clone(&self.schema);
        }
        Rc::new(self.schema.without(other.hidden()))
    }
}
