//! What did not fit in a batch of rows, before it is known which rows of the input they are.

use crate::query::FieldIx;

/// What was found in a batch of rows.
#[derive(Debug, Default)]
pub struct Findings {
    pub list: Vec<Finding>,
    pub total: u64,
}

/// One problem of a batch.
#[derive(Debug)]
pub struct Finding {
    /// Place in the batch; where it was before rows were refused.
    pub at: usize,
    pub field: FieldIx,
    pub code: &'static str,
    pub value: String,
}

/// Most findings of one field in one batch that are kept; no more can be shown.
pub const MOST: usize = 10_000;

/// Whether a problem leaves its cell as it is.
pub fn is_kept(code: &str) -> bool {
    matches!(code, "unknown_choice" | "unknown_unit" | "unknown_user" | "ambiguous_user" | "duplicate_id")
}
