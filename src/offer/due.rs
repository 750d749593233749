//! How a store finds the runs that a sweep has to look at.

use crate::time::Instant;

/// An instant as sixteen characters that sort as instants do, for keys: `due/<this>/<run>` lets a store with nothing but ordered keys read
/// what is due as one range, from `due/` up to and not including `due/` + `due_key` of the millisecond after `now`. A sweep then costs
/// what is due and not what is open.
pub fn due_key(at: Instant) -> String {
    format!("{:016x}", at.0.cast_unsigned() ^ (1 << 63))
}
