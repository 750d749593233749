//! Smooth weighted rotation.
//!
//! At each turn every eligible member gains its weight; the highest credit serves, of equal ones the first in the group's order, and pays
//! the sum of the eligible weights. Who is not eligible neither gains nor pays. All in whole numbers, so that nothing is ever rounded.
//!
//! While the same members are eligible this is the even split of one lead at a time: the credit in leads, credit / sum, is the exact share
//! less what was served. Nobody is then a whole lead ahead, and nobody more than H(k) = 1 + 1/2 + … + 1/k behind, for k members
//! (M. Adler, P. Berenbrink, T. Friedetzky, L. A. Goldberg, P. Goldberg, M. Paterson: A proportionate fair scheduling rule with good
//! worst-case performance, SPAA 2003). Where the eligible change, a lead of few weighs less than one of many, because it is paid in weights.

use std::cmp::Ordering;

use super::seats::Seats;
use super::{Member, PlaceSet};

#[cfg(any(test, feature = "testing"))]
pub mod oracle;
#[cfg(test)]
mod tests;

/// Largest weight, in millionths; greater ones count as this. Sums of nine million members stay exact.
pub const MOST_WEIGHT: u64 = 1_000_000_000_000;

/// What a weighted rotation remembers between calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The credits.
    pub credits: Vec<Credit>,
}

/// The credit of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Who.
    pub member: Member,
    /// Weight gained and not yet paid, in millionths; negative for who is ahead. It may exceed 2⁵³.
    pub credit: i64,
}

/// The credits, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Weighted {
    /// Who has a weight.
    candidates: PlaceSet,
    accounts: Vec<Account>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Account {
    weight: i64,
    credit: i64,
}

impl Weighted {
    pub(super) fn new(seats: &Seats, memory: &Memory) -> Self {
        let mut accounts = vec![Account::default(); seats.len()];
        let mut candidates = PlaceSet::none(seats.len());
        for place in seats.present().iter() {
            let weight = seats.get(place).map_or(0, |seat| seat.weight.min(MOST_WEIGHT));
            if weight > 0 {
                candidates.insert(place);
            }
            if let Some(account) = accounts.get_mut(place) {
                account.weight = i64::try_from(weight).unwrap_or(i64::MAX);
            }
        }
        // The first of two entries for one member counts.
        for entry in memory.credits.iter().rev() {
            if let Some(account) = seats.place(entry.member).and_then(|place| accounts.get_mut(place)) {
                account.credit = entry.credit;
            }
        }
        Self { candidates, accounts }
    }

    /// Who may be served at all.
    pub(super) fn candidates(&self) -> &PlaceSet {
        &self.candidates
    }

    /// Who is next, without taking the turn.
    pub(super) fn choose(&self, eligible: &PlaceSet) -> Option<usize> {
        let mut best: Option<(usize, i64)> = None;
        for place in eligible.common(&self.candidates) {
            let after = self.gained(place);
            if best.is_none_or(|(_, most)| after > most) {
                best = Some((place, after));
            }
        }
        best.map(|(place, _)| place)
    }

    /// Who is next, and takes the turn.
    pub(super) fn pick(&mut self, eligible: &PlaceSet) -> Option<usize> {
        let (mut best, mut sum): (Option<(usize, i64)>, i64) = (None, 0);
        for place in eligible.common(&self.candidates) {
            let Some(account) = self.accounts.get_mut(place) else { continue };
            account.credit = account.credit.saturating_add(account.weight);
            sum = sum.saturating_add(account.weight);
            if best.is_none_or(|(_, most)| account.credit > most) {
                best = Some((place, account.credit));
            }
        }
        let (place, _) = best?;
        if let Some(account) = self.accounts.get_mut(place) {
            account.credit = account.credit.saturating_sub(sum);
        }
        Some(place)
    }

    /// Which of two places stands before the other for the next turn.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        self.gained(b).cmp(&self.gained(a)).then(a.cmp(&b))
    }

    pub(super) fn memory(&self, seats: &Seats) -> Memory {
        let mut credits = Vec::new();
        for place in seats.present().iter() {
            if let (Some(member), Some(account)) = (seats.member(place), self.accounts.get(place)) {
                credits.push(Credit { member, credit: account.credit });
            }
        }
        Memory { credits }
    }

    fn gained(&self, place: usize) -> i64 {
        self.accounts.get(place).map_or(i64::MIN, |account| account.credit.saturating_add(account.weight))
    }
}
