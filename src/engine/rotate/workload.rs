//! Open leads of people, slot by slot, as a call gives and takes them.

use super::{Loads, Member, PlaceSet};
use crate::query::FieldIx;

/// Open leads in a slot, person by person as they are asked for.
#[derive(Debug)]
struct SlotLoads {
    slot: FieldIx,
    loads: Loads,
    /// Of whom they are known.
    known: PlaceSet,
    /// What the call gave and took before they were.
    moved: Vec<i64>,
}

impl SlotLoads {
    fn change(&mut self, member: Member, by: i64) {
        let at = member.0 as usize;
        if self.known.contains(at) {
            if by > 0 {
                self.loads.add(member)
            } else {
                self.loads.remove(member)
            }
            return;
        }
        if self.moved.len() <= at {
            self.moved.resize(at + 1, 0);
        }
        self.moved.get_mut(at).into_iter().for_each(|moved| *moved += by);
    }
}

/// Open leads in all slots.
#[derive(Debug, Default)]
pub struct Workload {
    /// Few.
    slots: Vec<SlotLoads>,
    /// By person: the least number of open leads, in whatever slot, at which they may be full somewhere.
    full: Vec<u32>,
}

impl Workload {
    fn slot(&mut self, slot: FieldIx) -> Option<&mut SlotLoads> {
        let at = match self.slots.iter().position(|known| known.slot == slot) {
            Some(at) => at,
            None => {
                self.slots.push(SlotLoads { slot, loads: Loads::default(), known: PlaceSet::default(), moved: Vec::new() });
                self.slots.len() - 1
            }
        };
        self.slots.get_mut(at)
    }

    /// The open leads in a slot of those of whom they are known.
    #[inline]
    pub fn loads(&self, slot: FieldIx) -> Option<&Loads> {
        self.slots.iter().find(|known| known.slot == slot).map(|known| &known.loads)
    }

    /// The open leads of a person in a slot, if they are known.
    pub fn open(&self, slot: FieldIx, member: Member) -> Option<u32> {
        let known = self.slots.iter().find(|known| known.slot == slot)?;
        known.known.contains(member.0 as usize).then(|| known.loads.open(member))
    }

    /// Says how many leads a person held in a slot before the call; gives back how many it is now.
    pub fn know(&mut self, slot: FieldIx, member: Member, held: u64) -> u32 {
        let Some(of_slot) = self.slot(slot) else { return 0 };
        let moved = of_slot.moved.get(member.0 as usize).copied().unwrap_or(0);
        let held = i64::try_from(held).unwrap_or(i64::MAX).saturating_add(moved);
        let open = u32::try_from(held.max(0)).unwrap_or(u32::MAX);
        of_slot.loads.set(member, open);
        of_slot.known.insert(member.0 as usize);
        open
    }

    /// Says that a person holds one lead more in a slot, or one less.
    pub fn change(&mut self, slot: FieldIx, member: Member, by: i64) {
        self.slot(slot).into_iter().for_each(|of_slot| of_slot.change(member, by));
    }

    /// One more; tells whether the person may be full by it.
    pub fn add(&mut self, slot: FieldIx, member: Member) -> bool {
        let Some(of_slot) = self.slot(slot) else { return true };
        of_slot.change(member, 1);
        self.full.get(member.0 as usize).is_some_and(|full| self.open(slot, member).is_none_or(|open| open >= *full))
    }

    /// Says that a person is full at so many open leads. What was said before stays where it is less: whoever is looked at too often is only
    /// looked at.
    pub fn bound(&mut self, member: Member, full: u32) {
        let at = member.0 as usize;
        if self.full.len() <= at {
            self.full.resize(at + 1, u32::MAX);
        }
        self.full.get_mut(at).into_iter().for_each(|known| *known = full.min(*known));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_before_somebody_is_known_counts() {
        let (mut workload, slot, other) = (Workload::default(), FieldIx(3), FieldIx(4));
        workload.change(slot, Member(2), 1);
        workload.change(slot, Member(2), 1);
        workload.change(slot, Member(5), -1);
        assert_eq!((workload.open(slot, Member(2)), workload.open(other, Member(2))), (None, None));
        assert_eq!((workload.know(slot, Member(2), 7), workload.know(slot, Member(5), 0), workload.know(other, Member(2), 1)), (9, 0, 1));
        workload.change(slot, Member(2), -1);
        assert_eq!((workload.open(slot, Member(2)), workload.loads(slot).unwrap().open(Member(2))), (Some(8), 8));
    }

    #[test]
    fn the_least_bound_is_told() {
        let (mut workload, slot) = (Workload::default(), FieldIx(0));
        assert!(!workload.add(slot, Member(1)), "nobody said that they can be full");
        workload.bound(Member(1), 3);
        assert!(workload.add(slot, Member(1)), "how many they hold is not known");
        assert_eq!(workload.know(slot, Member(1), 0), 2);
        workload.bound(Member(1), 4);
        assert!(workload.add(slot, Member(1)));
        let mut fresh = Workload::default();
        fresh.bound(Member(1), 2);
        fresh.know(slot, Member(1), 0);
        assert_eq!([fresh.add(slot, Member(1)), fresh.add(slot, Member(1))], [false, true]);
    }
}
