//! Whether memory has room for an answer before it is made.
//!
//! What a host keeps grows by reservations that may fail. Answers are made of many small parts (texts, trees of JSON) whose
//! allocations cannot be refused one by one; so their size is estimated, from above, and asked for as a whole before.

use crate::error::Result;

/// Bytes that everything may allocate for small things.
const SMALL: usize = 64 << 10;

/// Makes sure that `bytes`, and something for small things, can be allocated.
///
/// # Errors
/// `out_of_memory`.
pub fn ensure_memory(bytes: usize) -> Result<()> {
    let mut probe: Vec<u8> = Vec::new();
    let reserved = probe.try_reserve_exact(bytes.saturating_add(SMALL));
    // The compiler may drop an allocation that nobody looks at, and then it never fails.
    std::hint::black_box(&probe);
    Ok(reserved?)
}
