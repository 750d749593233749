//! The report as JSON.

use super::chance::Chance;
use super::floods::{Flood, floods};
use super::group::{Draws, Run, Share, leads_of, six_digits};
use super::log::{Entry, FIELDS, Log, Part, UNIT};
use super::options::{Options, PERIODS};
use super::ties::{Ties, ties};
use crate::error::Result;
use crate::json::Json;
use crate::table::NO_ROW;
use crate::time::Instant;

/// Most floods of a group that are told, the most unlikely first.
const MOST_FLOODS: usize = 100;
/// Most problems that are told.
const MOST_PROBLEMS: usize = 100;
/// Bytes for a share as it is told, and what was looked at for it.
const TOLD: usize = 2048;

/// An object that is being put together.
#[derive(Clone, Default)]
struct Told(Vec<(String, Json)>);

impl Told {
    #[inline(never)]
    fn put(&mut self, key: &str, value: Json) {
        self.0.push((key.to_owned(), value));
    }

    fn text(&mut self, key: &str, text: &str) {
        self.put(key, text.into());
    }

    fn count(&mut self, key: &str, count: usize) {
        self.put(key, count.into());
    }

    fn number(&mut self, key: &str, number: f64) {
        self.put(key, number.into());
    }

    fn time(&mut self, key: &str, at: i64) {
        self.put(key, Instant(at).write().into());
    }

    fn done(self) -> Json {
        Json::Object(self.0)
    }
}

/// Something that was looked at.
struct Looked {
    kind: &'static str,
    chance: f64,
    told: Told,
}

struct Report<'a> {
    log: &'a Log,
    options: &'a Options,
    looked: Vec<Looked>,
    /// How many chances were looked at; an odd side is one of two.
    tests: usize,
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
    let (mut left_out, mut problems) = (Told::default(), Vec::new());
    for (why, count) in log.left_out {
        left_out.count(why, count);
    }
    for problem in log.problems.list().iter().take(MOST_PROBLEMS) {
        let mut told = Told::default();
        told.put("row", if problem.row == NO_ROW { Json::Null } else { (problem.row as usize).into() });
        told.text("field", FIELDS.get(problem.field.0 as usize).map_or("", |(name, _)| name));
        told.text("code", problem.code);
        told.text("value", &problem.value);
        problems.push(told.done());
    }
    let mut out = Told::default();
    out.count("leads", leads);
    out.time("from", from);
    out.time("to", to);
    out.text("period", PERIODS.iter().find(|(_, period)| *period == options.period).map_or("", |(name, _)| name));
    out.number("level", options.level);
    let findings = report.findings();
    out.count("tests", report.tests);
    out.put("findings", findings);
    out.put("groups", Json::List(groups));
    out.put("leftOut", left_out.done());
    let mut unused = Vec::new();
    for (name, _) in options.weights.iter().filter(|(name, _)| log.people.binary_search(name).is_err()) {
        unused.push(name.as_str().into());
    }
    out.put("unusedWeights", Json::List(unused));
    out.put("problems", Json::List(problems));
    out.count("problemCount", usize::try_from(log.problems.total()).unwrap_or(usize::MAX));
    Ok(out.done())
}

impl Report<'_> {
    /// What is more unlikely than the level allows for all that was looked at together, the most unlikely first (Bonferroni: the chances of
    /// false alarms add up to no more than the level).
    fn findings(&mut self) -> Json {
        let mut looked = std::mem::take(&mut self.looked);
        crate::sort::by(&mut looked, |a, b| a.chance.total_cmp(&b.chance));
        let mut out = Vec::new();
        for one in looked {
            let corrected = Chance { value: one.chance, exact: false }.of_any(self.tests).value;
            if corrected <= self.options.level {
                let mut told = Told::default();
                told.text("kind", one.kind);
                told.0.extend(one.told.0);
                told.number("corrected", six_digits(corrected));
                out.push(told.done());
            }
        }
        Json::List(out)
    }

    /// Notes something that was looked at in a group, and gives back how it is told there.
    fn look(&mut self, kind: &'static str, part: &Part, sides: usize, chance: Option<Chance>, mut told: Told) -> Json {
        told.put("chance", chance.map_or(Json::Null, |chance| six_digits(chance.value).into()));
        if let Some(chance) = chance {
            told.put("exact", chance.exact.into());
            self.tests += sides;
            // What can be no finding, however few tests there are, is forgotten.
            if chance.value <= self.options.level {
                let mut whole = named(part);
                whole.0.extend(told.0.iter().cloned());
                self.looked.push(Looked { kind, chance: chance.value, told: whole });
            }
        }
        told.done()
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
        let [mut people, mut streaks, mut gaps, mut periods, mut tied, mut told] = [const { Vec::new() }; 6];
        let mut flooded = Vec::new();
        for person in &members {
            people.push(self.share("share", part, *person, &part.entries, Told::default()));
            let draws = Draws::of(log, &part.entries, *person);
            for (kind, hit, list) in [("streak", true, &mut streaks), ("gap", false, &mut gaps)] {
                if let Some(run) = draws.longest(hit) {
                    list.push(self.run(kind, part, *person, &run));
                }
            }
            flooded.extend(floods(log, &part.entries, *person));
        }
        let first_day = |entry: &Entry| self.options.period_of(self.options.day(entry.at));
        let slices: Vec<&[Entry]> = part.entries.chunk_by(|a, b| first_day(a) == first_day(b)).collect();
        crate::memory::ensure_memory(slices.len().saturating_mul(members.len()).saturating_mul(TOLD))?;
        for entries in slices {
            periods.push(self.period(part, entries, &members));
        }
        for tie in ties(log, &part.entries, self.options) {
            tied.push(self.tie(part, &tie));
        }
        crate::sort::by(&mut flooded, |a, b| a.chance.value.total_cmp(&b.chance.value));
        for (at, flood) in flooded.iter().enumerate() {
            let json = self.flood(part, flood);
            if at < MOST_FLOODS {
                told.push(json);
            }
        }
        let mut out = named(part);
        out.count("leads", part.entries.len());
        out.put("known", part.entries.iter().all(|entry| entry.known).into());
        for (key, list) in
            [("people", people), ("periods", periods), ("ties", tied), ("floods", told), ("streaks", streaks), ("gaps", gaps)]
        {
            out.put(key, Json::List(list));
        }
        Ok(out.done())
    }

    fn share(&mut self, kind: &'static str, part: &Part, person: u32, entries: &[Entry], mut told: Told) -> Json {
        let share = Share::of(self.log, entries, person);
        let units = i128::from(share.units);
        told.text("user", self.log.name(person));
        told.count("leads", share.leads);
        told.number("share", leads_of(units));
        told.number("difference", leads_of(share.leads as i128 * i128::from(UNIT) - units));
        told.count("draws", share.draws);
        self.look(kind, part, 2, share.chance, told)
    }

    fn period(&mut self, part: &Part, entries: &[Entry], members: &[u32]) -> Json {
        let first = entries.first().map_or(0, |entry| entry.at);
        let day = self.options.period_of(self.options.day(first)).write();
        let mut people = Vec::new();
        for person in members {
            if entries.iter().any(|entry| self.log.share(entry, *person).is_some()) {
                let mut told = Told::default();
                told.text("period", &day);
                people.push(self.share("period", part, *person, entries, told));
            }
        }
        let mut out = Told::default();
        out.text("period", &day);
        out.count("leads", entries.len());
        out.put("people", Json::List(people));
        out.done()
    }

    fn run(&mut self, kind: &'static str, part: &Part, person: u32, run: &Run) -> Json {
        let mut told = Told::default();
        told.text("user", self.log.name(person));
        told.count("length", run.length);
        told.time("from", run.from);
        told.time("to", run.to);
        self.look(kind, part, 1, Some(run.chance), told)
    }

    fn tie(&mut self, part: &Part, tie: &Ties) -> Json {
        let mut told = Told::default();
        told.text("user", self.log.name(tie.person));
        told.text("by", tie.by);
        told.count("ties", tie.ties);
        told.count("won", tie.won);
        told.number("expected", tie.expected);
        self.look("tie", part, 2, Some(tie.chance), told)
    }

    fn flood(&mut self, part: &Part, flood: &Flood) -> Json {
        let mut told = Told::default();
        told.text("user", self.log.name(flood.person));
        told.time("from", flood.left);
        told.time("to", flood.back);
        told.count("missed", flood.missed);
        told.count("leads", flood.leads);
        told.count("received", flood.had);
        told.number("expected", flood.expected);
        self.look("flood", part, 1, Some(flood.chance), told)
    }
}

/// Which group it is, or which rule.
fn named(part: &Part) -> Told {
    let mut out = Told::default();
    out.put(if part.is_rule { "rule" } else { "group" }, part.group.as_deref().map_or(Json::Null, Json::from));
    out
}
