//! The report as JSON.

use super::chance::Chance;
use super::floods::{Flood, floods};
use super::group::{Draws, Run, Share, leads_of, six_digits};
use super::log::{Entry, Log, Part};
use super::options::{Options, PERIODS};
use super::ties::{Ties, ties};
use crate::error::Result;
use crate::json::Json;
use crate::time::Instant;

/// Most floods of a group that are told, the most unlikely first.
const MOST_FLOODS: usize = 100;

/// Bytes for a share as it is told, and what was looked at for it.
const TOLD: usize = 2048;

type Pairs = Vec<(String, Json)>;

/// Something that was looked at.
struct Looked {
    kind: &'static str,
    chance: f64,
    told: Pairs,
}

struct Report<'a> {
    log: &'a Log,
    options: &'a Options,
    looked: Vec<Looked>,
    /// How many chances were looked at; an odd side is one of two.
    tests: usize,
}

fn number(count: usize) -> Json {
    count.into()
}

fn time(at: i64) -> Json {
    Instant(at).write().into()
}

fn pair(key: &str, value: Json) -> (String, Json) {
    (key.to_owned(), value)
}

/// What a chance is told as.
fn chance_of(chance: Option<Chance>, out: &mut Pairs) {
    out.push(pair("chance", chance.map_or(Json::Null, |chance| six_digits(chance.value).into())));
    if let Some(chance) = chance {
        out.push(pair("exact", chance.exact.into()));
    }
}

/// # Errors
/// `out_of_memory`.
pub(super) fn report(log: &Log, options: &Options) -> Result<Json> {
    let mut report = Report { log, options, looked: Vec::new(), tests: 0 };
    let mut groups = Vec::new();
    let (mut leads, mut from, mut to) = (0, i64::MAX, i64::MIN);
    for part in &log.parts {
        leads += part.entries.len();
        for entry in &part.entries {
            from = from.min(entry.at);
            to = to.max(entry.at);
        }
        groups.push(report.part(part)?);
    }
    let period = PERIODS.iter().find(|(_, period)| *period == options.period).map_or("", |(name, _)| *name);
    let mut left_out = Vec::new();
    for (why, count) in log.left_out {
        left_out.push(pair(why, number(count)));
    }
    let findings = report.findings();
    Ok(Json::object([
        ("leads", number(leads)),
        ("from", time(from)),
        ("to", time(to)),
        ("period", period.into()),
        ("level", options.level.into()),
        ("tests", number(report.tests)),
        ("findings", findings),
        ("groups", Json::List(groups)),
        ("leftOut", Json::Object(left_out)),
        ("problems", Json::List(log.problems.clone())),
        ("problemCount", number(usize::try_from(log.problem_count).unwrap_or(usize::MAX))),
    ]))
}

impl Report<'_> {
    /// What is more unlikely than the level allows for all that was looked at together, the most unlikely first (Bonferroni: the chances of
    /// false alarms add up to no more than the level).
    fn findings(&mut self) -> Json {
        let mut found = Vec::new();
        let looked = std::mem::take(&mut self.looked);
        for one in looked {
            let corrected = Chance { value: one.chance, exact: false }.of_any(self.tests).value;
            if corrected <= self.options.level {
                found.push((one.chance, one.kind, one.told, corrected));
            }
        }
        crate::sort::by(&mut found, |a, b| a.0.total_cmp(&b.0));
        let mut out = Vec::new();
        for (_, kind, mut told, corrected) in found {
            told.insert(0, pair("kind", kind.into()));
            told.push(pair("corrected", six_digits(corrected).into()));
            out.push(Json::Object(told));
        }
        Json::List(out)
    }

    /// Notes something that was looked at in a group, and gives back how it is told there.
    fn look(&mut self, kind: &'static str, part: &Part, sides: usize, chance: Option<Chance>, mut told: Pairs) -> Json {
        chance_of(chance, &mut told);
        if let Some(chance) = chance {
            self.tests += sides;
            let mut whole = named(part);
            whole.extend(told.iter().cloned());
            self.looked.push(Looked { kind, chance: chance.value, told: whole });
        }
        Json::Object(told)
    }

    fn part(&mut self, part: &Part) -> Result<Json> {
        let log = self.log;
        // Everybody who could have received something here.
        let mut there = vec![false; log.people.len()];
        for entry in &part.entries {
            for person in log.candidates(entry).map(|set| set.members.as_slice()).unwrap_or_default() {
                there.get_mut(*person as usize).into_iter().for_each(|there| *there = true);
            }
        }
        let mut members = Vec::new();
        for (person, _) in (0u32..).zip(&there).filter(|(_, there)| **there) {
            members.push(person);
        }
        let (mut people, mut streaks, mut gaps, mut flooded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for person in &members {
            let share = Share::of(log, &part.entries, *person);
            let told = self.share(*person, &share, Vec::new());
            people.push(self.look("share", part, 2, share.chance, told));
            let draws = Draws::of(log, &part.entries, *person);
            for (kind, hit, list) in [("streak", true, &mut streaks), ("gap", false, &mut gaps)] {
                if let Some(run) = draws.longest(hit) {
                    list.push(self.run(kind, part, *person, &run));
                }
            }
            flooded.extend(floods(log, &part.entries, *person));
        }
        let mut periods = Vec::new();
        let first_day = |entry: &Entry| self.options.period_of(self.options.day(entry.at));
        let slices: Vec<&[Entry]> = part.entries.chunk_by(|a, b| first_day(a) == first_day(b)).collect();
        crate::memory::ensure_memory(slices.len().saturating_mul(members.len()).saturating_mul(TOLD))?;
        for entries in slices {
            periods.push(self.period(part, entries, &members));
        }
        let mut tied = Vec::new();
        for tie in ties(log, &part.entries, self.options) {
            tied.push(self.tie(part, &tie));
        }
        crate::sort::by(&mut flooded, |a, b| a.chance.value.total_cmp(&b.chance.value));
        let mut told = Vec::new();
        for (at, flood) in flooded.iter().enumerate() {
            let json = self.flood(part, flood);
            if at < MOST_FLOODS {
                told.push(json);
            }
        }
        let mut out = named(part);
        out.push(pair("leads", number(part.entries.len())));
        out.push(pair("known", part.entries.iter().all(|entry| entry.known).into()));
        for (key, list) in
            [("people", people), ("periods", periods), ("ties", tied), ("floods", told), ("streaks", streaks), ("gaps", gaps)]
        {
            out.push(pair(key, Json::List(list)));
        }
        Ok(Json::Object(out))
    }

    fn share(&self, person: u32, share: &Share, mut out: Pairs) -> Pairs {
        let received = share.leads as i128 * i128::from(super::log::UNIT);
        out.push(pair("user", self.log.name(person).into()));
        out.push(pair("leads", number(share.leads)));
        out.push(pair("share", leads_of(i128::from(share.units)).into()));
        out.push(pair("difference", leads_of(received - i128::from(share.units)).into()));
        out.push(pair("draws", number(share.draws)));
        out
    }

    fn period(&mut self, part: &Part, entries: &[Entry], members: &[u32]) -> Json {
        let first = entries.first().map_or(0, |entry| entry.at);
        let day = self.options.period_of(self.options.day(first)).write();
        let mut people = Vec::new();
        for person in members {
            let share = Share::of(self.log, entries, *person);
            if share.units > 0 {
                let told = self.share(*person, &share, vec![pair("period", day.as_str().into())]);
                people.push(self.look("period", part, 2, share.chance, told));
            }
        }
        Json::object([("period", day.into()), ("leads", number(entries.len())), ("people", Json::List(people))])
    }

    fn run(&mut self, kind: &'static str, part: &Part, person: u32, run: &Run) -> Json {
        let told = vec![
            pair("user", self.log.name(person).into()),
            pair("length", number(run.length)),
            pair("from", time(run.from)),
            pair("to", time(run.to)),
        ];
        self.look(kind, part, 1, Some(run.chance), told)
    }

    fn tie(&mut self, part: &Part, tie: &Ties) -> Json {
        let told = vec![
            pair("user", self.log.name(tie.person).into()),
            pair("by", tie.by.into()),
            pair("ties", number(tie.ties)),
            pair("won", number(tie.won)),
            pair("expected", tie.expected.into()),
        ];
        self.look("tie", part, 2, Some(tie.chance), told)
    }

    fn flood(&mut self, part: &Part, flood: &Flood) -> Json {
        let told = vec![
            pair("user", self.log.name(flood.person).into()),
            pair("from", time(flood.left)),
            pair("to", time(flood.back)),
            pair("missed", number(flood.missed)),
            pair("leads", number(flood.leads)),
            pair("received", number(flood.had)),
            pair("expected", flood.expected.into()),
        ];
        self.look("flood", part, 1, Some(flood.chance), told)
    }
}

/// Which group it is, or which rule.
fn named(part: &Part) -> Pairs {
    let group = part.group.as_deref().map_or(Json::Null, Json::from);
    vec![pair(if part.is_rule { "rule" } else { "group" }, group)]
}
