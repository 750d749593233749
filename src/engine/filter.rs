//! Filters at work: one lead, its explanation, and all rows of a table at once.
//!
//! A [`Query`] is bound to `now` and the acting user and then evaluated. [`matches`] walks the tree over one lead;
//! [`explain`] does so without stopping and tells what it saw. Both mean what the select over columns means.

mod column_test;
mod count;
mod dict;
mod explain;
mod kernel;
mod list;
mod natural;
#[cfg(any(test, feature = "testing"))]
pub mod oracle;
#[cfg(any(test, feature = "testing"))]
pub mod packed;
mod pair;
mod plan;
mod row;
mod row_set;
#[cfg(any(test, feature = "testing"))]
pub mod sample;
mod select;
mod selection_vector;
mod simd;
mod sort;
mod span;
#[cfg(test)]
mod tests;
mod text;
mod window;

pub use count::{count_by, count_codes, rows_of_codes};
pub use dict::by_code;
pub use explain::{Explanation, explain};
pub use row::{matches, who};
pub use row_set::RowSet;
pub use select::{Remaining, select, select_among};
pub use sort::{Direction, Nulls, SortKey, SortOrder, sort};

use std::borrow::Cow;

use crate::error::Result;
use crate::query::{Bindings, Query, Schema};

pub use crate::query::People;
use crate::time::Instant;

/// What a filter is evaluated with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The schema that the filter was compiled with.
    pub schema: &'a Schema,
    /// For `under` on fields that hold users.
    pub people: &'a dyn People,
    /// The time, for relative dates.
    pub now: Option<Instant>,
    /// The acting user's id.
    pub actor: Option<&'a str>,
}

impl Context<'_> {
    /// What it tells a filter before it is evaluated.
    pub fn bindings(&self) -> Bindings<'_> {
        Bindings { now: self.now, actor: self.actor, people: self.people }
    }

    /// The filter with `now` and the actor put in.
    pub fn bind<'q>(&self, query: &'q Query) -> Result<Cow<'q, Query>> {
        query.bind(&self.bindings(), self.schema)
    }
}
