//! The members of a group as they are today, each at a place.

use crate::btree::BTreeMap;
use crate::btree::Entry;

use super::{Member, PlaceSet};

/// A member of a group, as the configuration has it at this turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who sits here.
    pub member: Member,
    /// Weight in millionths, from 0 to 10¹². The unit must be the same at every turn, because credits are counted in it.
    pub weight: u64,
    /// Most open leads; `None` is no limit.
    pub capacity: Option<u32>,
}

impl Seat {
    /// A member of weight 1 without a capacity.
    pub fn new(member: Member) -> Self {
        Self { member, weight: 1_000_000, capacity: None }
    }
}

/// The members in the group's order.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    list: Vec<Seat>,
    /// Each place once: who is named twice sits at the first of the two.
    present: PlaceSet,
    places: BTreeMap<Member, usize>,
}

impl Seats {
    /// Members in their order; whoever is named twice sits at the first of the two.
    pub fn new(seats: &[Seat]) -> Self {
        let (mut present, mut places) = (PlaceSet::none(seats.len()), BTreeMap::new());
        for (place, seat) in seats.iter().enumerate() {
            if let Entry::Vacant(entry) = places.entry(seat.member) {
                entry.insert(place);
                present.insert(place);
            }
        }
        Self { list: seats.to_vec(), present, places }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All places that count.
    pub(super) fn present(&self) -> &PlaceSet {
        &self.present
    }

    /// The seat at a place.
    pub fn get(&self, place: usize) -> Option<&Seat> {
        self.list.get(place)
    }

    pub(super) fn member(&self, place: usize) -> Option<Member> {
        self.get(place).map(|seat| seat.member)
    }

    /// Where somebody sits; `None` for who is no member today.
    pub(super) fn place(&self, member: Member) -> Option<usize> {
        self.places.get(&member).copied()
    }
}
