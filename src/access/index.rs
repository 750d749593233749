//! Finding users and units by id, in one step.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::error::{Error, Result};

/// The places of things by their ids. The ids stay where the things are.
#[derive(Debug, Default)]
pub(super) struct Index {
    places: HashTable<u32>,
}

/// A fixed key: nothing depends on the order of a table, and a configuration is not an attacker's.
fn hash(id: &str) -> u64 {
    let mut hasher = FixedState::with_seed(0x51_7c_c1_b7_27_22_0a_95).build_hasher();
    hasher.write(id.as_bytes());
    hasher.finish()
}

impl Index {
    /// Indexes ids that differ, in their order.
    pub fn new<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<Index> {
        let mut places = HashTable::new();
        places.try_reserve(ids.len(), |_| 0).map_err(|_| Error::out_of_memory())?;
        for (place, id) in (0u32..).zip(ids) {
            // Room is reserved for all, so nothing is ever hashed again.
            places.insert_unique(hash(id), place, |_| 0);
        }
        Ok(Index { places })
    }

    /// The place of an id; `id_at` tells whose place one is.
    pub fn find<'a>(&self, id: &str, id_at: impl Fn(u32) -> Option<&'a str>) -> Option<u32> {
        self.places.find(hash(id), |place| id_at(*place) == Some(id)).copied()
    }
}
