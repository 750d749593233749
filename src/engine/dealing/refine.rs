//! Classes of rows, split further by a key of each row.

use hashbrown::HashMap;

use crate::error::Result;

/// Places of the small table that remembers where keys were found last.
const RECENT: usize = 1 << 12;

/// Splits classes further by a key of each row; numbers them in the order of their first row.
pub fn refine(of_row: &mut [u32], keys: impl Iterator<Item = u64>) -> Result<u32> {
    let mut known: HashMap<(u32, u64), u32, foldhash::fast::FixedState> = HashMap::default();
    let mut next = 0;
    // Few keys come again and again: most are found where they were found last, without the map.
    let mut recent: Vec<((u32, u64), u32)> = vec![((u32::MAX, 0), 0); RECENT];
    for (class, key) in of_row.iter_mut().zip(keys) {
        let pair = (*class, key);
        let hash = (key ^ u64::from(*class).rotate_left(40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let Some(place) = recent.get_mut((hash >> 52) as usize) else { continue };
        if place.0 != pair {
            known.try_reserve(1).map_err(|_| crate::error::Error::out_of_memory())?;
            let number = *known.entry(pair).or_insert_with(|| {
                next += 1;
                next - 1
            });
            *place = (pair, number);
        }
        *class = place.1;
    }
    Ok(next)
}
