//! Ties: leads that do not divide evenly, so that somebody has one more.
//!
//! Looked at are the leads of a day, and those of one instant, which are a batch. Where all were available to the same people and nobody is a
//! whole lead off their exact share, the batch was even, and only the remainder was to be decided: whoever is owed r/W of a lead has it with
//! that chance. A rotation that begins anew with each day or batch gives it to the same person each time.

use super::chance::{Chance, at_least, at_most};
use super::group::{expected, part};
use super::log::{Entry, Log, UNIT};
use super::options::Options;

/// What was decided for or against a person.
#[derive(Debug)]
pub(super) struct Ties {
    /// `day` or `batch`.
    pub by: &'static str,
    pub person: u32,
    pub ties: usize,
    pub won: usize,
    pub expected: f64,
    pub chance: Chance,
}

#[derive(Default)]
struct Tally {
    chances: Vec<f64>,
    units: u64,
    won: usize,
}

/// The ties of a group, person by person.
pub(super) fn ties(log: &Log, entries: &[Entry], options: &Options) -> Vec<Ties> {
    let days = runs(entries, |entry| i64::from(options.day(entry.at).0));
    let batches = runs(entries, |entry| entry.at);
    let mut out = tally(log, &days, "day");
    if batches.len() != days.len() && batches.iter().any(|batch| batch.len() > 1) {
        out.extend(tally(log, &batches, "batch"));
    }
    out
}

/// Stretches of leads with the same key.
fn runs(entries: &[Entry], key: impl Fn(&Entry) -> i64) -> Vec<&[Entry]> {
    entries.chunk_by(|a, b| key(a) == key(b)).collect()
}

fn tally(log: &Log, runs: &[&[Entry]], by: &'static str) -> Vec<Ties> {
    let mut tallies: Vec<Tally> = Vec::new();
    tallies.resize_with(log.people.len(), Tally::default);
    for run in runs {
        tie(log, run, &mut tallies);
    }
    let mut out = Vec::new();
    for (person, tally) in (0u32..).zip(tallies) {
        if tally.chances.is_empty() {
            continue;
        }
        let chance = match (tally.won as u64).saturating_mul(UNIT).cmp(&tally.units) {
            std::cmp::Ordering::Greater => at_least(&tally.chances, tally.won),
            std::cmp::Ordering::Less => at_most(&tally.chances, tally.won),
            std::cmp::Ordering::Equal => Chance::SURE,
        };
        out.push(Ties { by, person, ties: tally.chances.len(), won: tally.won, expected: expected(&tally.chances), chance });
    }
    out
}

/// Counts one run, if it was even and left something to decide.
fn tie(log: &Log, run: &[Entry], tallies: &mut [Tally]) {
    let Some(set) = run.first().and_then(|first| log.candidates(first)) else { return };
    let same = run.iter().all(|entry| entry.is_draw && run.first().is_some_and(|first| first.set == entry.set));
    if !same || set.members.len() < 2 {
        return;
    }
    let all = u128::from(set.weight);
    let mut decided: Vec<(u32, u128, bool)> = Vec::new();
    for person in &set.members {
        let owed = u128::from(log.weight(*person)) * run.len() as u128;
        let had = run.iter().filter(|entry| entry.to == *person).count() as u128;
        let (whole, rest) = (owed / all, owed % all);
        if had < whole || had > whole + u128::from(rest > 0) {
            return;
        }
        if rest > 0 {
            decided.push((*person, rest, had > whole));
        }
    }
    for (person, rest, won) in decided {
        let Some(tally) = tallies.get_mut(person as usize) else { continue };
        tally.chances.push(part(u64::try_from(rest).unwrap_or(0), set.weight));
        tally.units = tally.units.saturating_add(u64::try_from(rest * u128::from(UNIT) / all).unwrap_or(0));
        tally.won += usize::from(won);
    }
}
