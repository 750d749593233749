//! Sets of rows: the answer to a question that is asked of all of them at once.

use crate::error::Result;
use crate::filter;
use crate::query::Query;
use crate::table::{Mask, RowIx, Snapshot};

/// The rows for which the answer is yes.
#[derive(Clone, Debug, PartialEq)]
pub enum RowSet {
    /// None.
    None,
    /// Every row.
    All,
    /// These.
    Some(Mask),
}

impl RowSet {
    /// Whether a row is covered.
    #[inline]
    pub fn contains(&self, row: RowIx) -> bool {
        match self {
            RowSet::None => false,
            RowSet::All => true,
            RowSet::Some(mask) => mask.contains(row),
        }
    }

    /// Every row or none.
    #[must_use]
    pub fn all_if(condition: bool) -> RowSet {
        if condition { RowSet::All } else { RowSet::None }
    }

    /// The other rows of a table with so many.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn complement(self, rows: u32) -> Result<RowSet> {
        Ok(match self {
            RowSet::None => RowSet::All,
            RowSet::All => RowSet::None,
            RowSet::Some(mask) => {
                let mut rest = Mask::all(rows)?;
                rest.minus(&mask.words);
                RowSet::Some(rest)
            }
        })
    }

    /// The covered rows of a selection.
    #[must_use]
    pub fn narrow(&self, mut mask: Mask) -> Mask {
        match self {
            RowSet::All => {}
            RowSet::None => mask.words.fill(0),
            RowSet::Some(other) => mask.and(&other.words),
        }
        mask
    }

    /// The covered rows that satisfy a filter; the others are not looked at.
    ///
    /// # Errors
    /// As [`filter::select`].
    pub fn select(&self, query: &Query, table: &Snapshot, ctx: &filter::Context<'_>) -> Result<Mask> {
        let open = match self {
            RowSet::All => Mask::all(table.rows())?,
            RowSet::None => Mask::none(table.rows())?,
            RowSet::Some(mask) => mask.clone(),
        };
        filter::select_among(query, table, ctx, open)
    }

    /// Rows that both cover.
    #[must_use]
    pub fn and(self, other: RowSet) -> RowSet {
        match (self, other) {
            (RowSet::None, _) | (_, RowSet::None) => RowSet::None,
            (RowSet::All, rest) | (rest, RowSet::All) => rest,
            (RowSet::Some(mut mask), RowSet::Some(other)) => {
                mask.and(&other.words);
                RowSet::Some(mask)
            }
        }
    }

    /// Rows that at least one covers.
    #[must_use]
    pub fn or(self, other: RowSet) -> RowSet {
        match (self, other) {
            (RowSet::All, _) | (_, RowSet::All) => RowSet::All,
            (RowSet::None, rest) | (rest, RowSet::None) => rest,
            (RowSet::Some(mut mask), RowSet::Some(other)) => {
                mask.or(&other.words);
                RowSet::Some(mask)
            }
        }
    }

    /// Rows of `self` where `there` does not hold, and rows of `other` where it does.
    pub fn but(self, there: &RowSet, other: RowSet) -> RowSet {
        match (self, there) {
            (own, RowSet::None) => own,
            (_, RowSet::All) => other,
            (RowSet::Some(mut mask), RowSet::Some(there)) => {
                mask.minus(&there.words);
                RowSet::Some(mask).or(other.and(RowSet::Some(there.clone())))
            }
            (RowSet::None, RowSet::Some(there)) => other.and(RowSet::Some(there.clone())),
            (RowSet::All, RowSet::Some(there)) => match other {
                RowSet::All => RowSet::All,
                other => {
                    let mut rest = there.clone();
                    rest.words.iter_mut().for_each(|word| *word = !*word);
                    // The bits behind the last row are cleared by `or`.
                    let mut kept = Mask { words: vec![0; rest.words.len()], rows: rest.rows };
                    kept.or(&rest.words);
                    RowSet::Some(kept).or(other.and(RowSet::Some(there.clone())))
                }
            },
        }
    }
}
