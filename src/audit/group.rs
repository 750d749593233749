//! What one person had of some leads: draws, share, streak and gap.

use super::chance::{Chance, at_least, at_most, complement, run_of};
use super::log::{Entry, Log, UNIT};

/// The draws that a person could have had and others too, in their order.
#[derive(Debug, Default)]
pub(super) struct Draws {
    pub chances: Vec<f64>,
    pub hit: Vec<bool>,
    pub at: Vec<i64>,
    /// The sum of the shares, in units.
    pub units: u64,
}

/// A weight's part of a sum of weights.
pub(super) fn part(weight: u64, all: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a chance that is told; it decides nothing")]
    let (weight, all) = (weight as f64, all as f64);
    weight / all
}

impl Draws {
    pub fn of(log: &Log, entries: &[Entry], person: u32) -> Draws {
        let mut out = Draws::default();
        for entry in entries {
            out.add(log, entry, person);
        }
        out
    }

    /// Adds a lead, if it is a draw that could have gone either way.
    pub fn add(&mut self, log: &Log, entry: &Entry, person: u32) {
        let (Some(share), Some(set)) = (log.share(entry, person), log.candidates(entry)) else { return };
        if entry.is_draw && set.members.len() > 1 {
            self.chances.push(part(log.weight(person), set.weight));
            self.hit.push(entry.to == person);
            self.at.push(entry.at);
            self.units = self.units.saturating_add(share);
        }
    }

    pub fn hits(&self) -> usize {
        self.hit.iter().filter(|hit| **hit).count()
    }

    /// The chance of so many hits or more, or of so few or less, whichever is the odd side.
    pub fn chance(&self) -> Option<Chance> {
        if self.chances.is_empty() {
            return None;
        }
        let hits = self.hits();
        Some(match (hits as u64).saturating_mul(UNIT).cmp(&self.units) {
            std::cmp::Ordering::Greater => at_least(&self.chances, hits),
            std::cmp::Ordering::Less => at_most(&self.chances, hits),
            std::cmp::Ordering::Equal => Chance::SURE,
        })
    }

    /// The longest stretch of draws in a row that hit (or missed), the first of those that are as long.
    pub fn longest(&self, hit: bool) -> Option<Run> {
        let (mut best, mut length) = (0..0, 0);
        for (at, was) in self.hit.iter().enumerate() {
            length = if *was == hit { length + 1 } else { 0 };
            if length > best.len() {
                best = at + 1 - length..at + 1;
            }
        }
        let from = self.at.get(best.start).copied()?;
        let to = self.at.get(best.end.checked_sub(1)?).copied()?;
        let chance = if hit { run_of(&self.chances, best.len()) } else { run_of(&complement(&self.chances), best.len()) };
        Some(Run { length: best.len(), end: best.end, from, to, chance })
    }
}

/// A stretch of draws.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub length: usize,
    /// The place of the draw after it.
    pub end: usize,
    pub from: i64,
    pub to: i64,
    pub chance: Chance,
}

/// What a person received of some leads, and what they would have by their weights.
#[derive(Debug)]
pub(super) struct Share {
    pub leads: usize,
    /// In units.
    pub units: u64,
    pub draws: usize,
    pub chance: Option<Chance>,
}

impl Share {
    pub fn of(log: &Log, entries: &[Entry], person: u32) -> Share {
        let (mut leads, mut units) = (0, 0_u64);
        for entry in entries {
            leads += usize::from(entry.to == person);
            units = units.saturating_add(log.share(entry, person).unwrap_or(0));
        }
        let draws = Draws::of(log, entries, person);
        Share { leads, units, draws: draws.chances.len(), chance: draws.chance() }
    }
}

/// Units as leads, to six places.
pub(super) fn leads_of(units: i128) -> f64 {
    let unit = i128::from(UNIT);
    let millionths = (units * 1_000_000 + unit / 2 * units.signum()) / unit;
    #[expect(clippy::cast_precision_loss, reason = "a number that is told; it decides nothing")]
    let millionths = millionths as f64;
    millionths / 1e6
}

/// A chance to six digits.
pub(super) fn six_digits(value: f64) -> f64 {
    let mut scale = 1.0;
    while value > 0.0 && value * scale < 1e5 {
        scale *= 10.0;
    }
    (value * scale).round() / scale
}

/// The sum of chances: what was to be expected.
pub(super) fn expected(chances: &[f64]) -> f64 {
    let sum: f64 = chances.iter().sum();
    (sum * 1e6).round() / 1e6
}
