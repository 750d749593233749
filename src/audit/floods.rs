//! Floods: what somebody received right after having been away.
//!
//! Away is who was not available, where the log tells that; where it does not, the longest gap stands for it, and what is looked at begins
//! after the lead that ended the gap. The most telling stretch from there on is sought, no longer than what was missed, and its chance is
//! multiplied by the number of stretches that were looked at.

use super::chance::{Chance, each_tail};
use super::group::{Draws, expected};
use super::log::{Entry, Log};

/// Most draws after a return that are looked at.
const MOST: usize = 50;

/// What came after an absence.
#[derive(Debug)]
pub(super) struct Flood {
    pub person: u32,
    /// The last lead before it that they could have had, and the first one after it.
    pub left: i64,
    pub back: i64,
    /// How many leads went by.
    pub missed: usize,
    /// Of so many leads after it they had so many.
    pub leads: usize,
    pub had: usize,
    pub expected: f64,
    pub chance: Chance,
}

/// Somebody was away: the place among their draws after it.
struct Absence {
    draw: usize,
    left: i64,
    back: i64,
    missed: usize,
}

/// What came after each absence of a person.
pub(super) fn floods(log: &Log, entries: &[Entry], person: u32) -> Vec<Flood> {
    let mut draws = Draws::default();
    let mut absences = Vec::new();
    let (mut left, mut missed, mut told) = (None, 0, false);
    for entry in entries {
        if log.share(entry, person).is_none() {
            missed += usize::from(entry.known);
            told |= entry.known;
            continue;
        }
        if let (Some(left), 1..) = (left, missed) {
            absences.push(Absence { draw: draws.chances.len(), left, back: entry.at, missed });
        }
        (left, missed) = (Some(entry.at), 0);
        told |= entry.known;
        draws.add(log, entry, person);
    }
    if let (false, Some(gap)) = (told, draws.longest(false)) {
        let back = draws.at.get(gap.end).copied().unwrap_or(gap.to);
        absences.push(Absence { draw: gap.end + 1, left: gap.from, back, missed: gap.length });
    }
    let mut out = Vec::new();
    for absence in absences {
        out.extend(flood(&draws, person, &absence));
    }
    out
}

fn flood(draws: &Draws, person: u32, absence: &Absence) -> Option<Flood> {
    let most = absence.missed.min(MOST).min(draws.chances.len().saturating_sub(absence.draw));
    let after = absence.draw..absence.draw + most;
    let (chances, hit) = (draws.chances.get(after.clone())?, draws.hit.get(after)?);
    let tails = each_tail(chances, hit);
    let mut best = 0;
    for (at, tail) in tails.iter().enumerate() {
        if tails.get(best).is_some_and(|known| tail < known) {
            best = at;
        }
    }
    let chance = Chance { value: *tails.get(best)?, exact: true }.of_any(most);
    let had = hit.iter().take(best + 1).filter(|hit| **hit).count();
    Some(Flood {
        person,
        left: absence.left,
        back: absence.back,
        missed: absence.missed,
        leads: best + 1,
        had,
        expected: expected(chances.get(..=best)?),
        chance,
    })
}
