//! Which runs a sweep has to look at.
//!
//! A run is due when its window is over ([`Run::wake_at`]) or a holder is gone. Both are kept sorted, so that a sweep costs what is due
//! and not what is open: `d` due of `n` open runs are found in O(d log n).

use super::{Person, Run};
use crate::btree::{BTreeMap, BTreeSet};
use crate::time::Instant;

/// Open runs by when and by whom they become due. `R` names a run.
#[derive(Clone, Debug)]
pub struct DueIndex<R> {
    by_time: BTreeSet<(Instant, R)>,
    by_holder: BTreeMap<Person, BTreeSet<R>>,
}

impl<R: Ord + Clone> Default for DueIndex<R> {
    fn default() -> DueIndex<R> {
        DueIndex { by_time: BTreeSet::new(), by_holder: BTreeMap::new() }
    }
}

impl<R: Ord + Clone> DueIndex<R> {
    /// Takes a run in; one that is over is not kept.
    pub fn insert(&mut self, id: &R, run: &Run) {
        if let Some(at) = run.wake_at() {
            self.by_time.insert((at, id.clone()));
            for &person in &run.offered_to {
                self.by_holder.entry(person).or_default().insert(id.clone());
            }
        }
    }

    /// Takes a run out, as it was when it was taken in.
    pub fn remove(&mut self, id: &R, run: &Run) {
        if let Some(at) = run.wake_at() {
            self.by_time.remove(&(at, id.clone()));
            for &person in &run.offered_to {
                if let Some(held) = self.by_holder.get_mut(&person) {
                    held.remove(id);
                }
            }
        }
    }

    /// The runs that a sweep at `now` may change: those that are over, earliest first, then those that somebody of `gone` holds (who left
    /// or was deactivated). Each is named once; at most `limit` are.
    pub fn due(&self, now: Instant, gone: &[Person], limit: usize) -> Vec<R> {
        let (mut due, mut seen) = (Vec::new(), BTreeSet::new());
        for (at, id) in &self.by_time {
            if *at > now || due.len() >= limit {
                break;
            }
            seen.insert(id.clone());
            due.push(id.clone());
        }
        for &person in gone {
            for id in self.held_by(person) {
                if due.len() >= limit {
                    return due;
                }
                if seen.insert(id.clone()) {
                    due.push(id.clone());
                }
            }
        }
        due
    }

    /// The open runs that somebody may claim.
    pub fn held_by(&self, person: Person) -> impl Iterator<Item = &R> {
        self.by_holder.get(&person).into_iter().flatten()
    }

    /// The earliest instant at which a window is over.
    pub fn wake_at(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }
}

/// An instant as sixteen characters that sort as instants do, for keys: `due/<this>/<run>` lets a store with nothing but ordered keys read
/// what is due as one range, from `due/` up to and not including `due/` + `due_key` of the millisecond after `now`.
pub fn due_key(at: Instant) -> String {
    format!("{:016x}", at.0.cast_unsigned() ^ (1 << 63))
}
