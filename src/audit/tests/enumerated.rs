//! All that could have happened, one by one.

use proptest::prelude::*;

use super::super::chance::{at_least, at_most, each_tail, run_of};
use super::{list, measured, number, text};
use crate::json::Json;

/// Every outcome of draws, with its chance.
fn outcomes(chances: &[f64]) -> Vec<(Vec<bool>, f64)> {
    let mut out = vec![(Vec::new(), 1.0)];
    for chance in chances {
        let mut next = Vec::new();
        for (hits, weight) in out {
            for (hit, factor) in [(true, *chance), (false, 1.0 - chance)] {
                let mut hits: Vec<bool> = hits.clone();
                hits.push(hit);
                next.push((hits, weight * factor));
            }
        }
        out = next;
    }
    out
}

fn longest(hits: &[bool], hit: bool) -> usize {
    hits.split(|was| *was != hit).map(<[bool]>::len).max().unwrap_or(0)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-5 * a.max(b)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn formulas_count_outcomes(chances in prop::collection::vec(0.01_f64..0.99, 1..10), pick in any::<prop::sample::Index>()) {
        let all = outcomes(&chances);
        let sum = |fits: &dyn Fn(&[bool]) -> bool| all.iter().filter(|(hits, _)| fits(hits)).map(|(_, weight)| weight).sum::<f64>();
        let count = |hits: &[bool]| hits.iter().filter(|hit| **hit).count();
        for n in 0..=chances.len() {
            prop_assert!(near(at_least(&chances, n).value, sum(&|hits| count(hits) >= n)));
            prop_assert!(near(at_most(&chances, n).value, sum(&|hits| count(hits) <= n)));
            prop_assert!(near(run_of(&chances, n).value, sum(&|hits| longest(hits, true) >= n)));
        }
        let seen = &all[pick.index(all.len())].0;
        for (at, tail) in each_tail(&chances, seen).into_iter().enumerate() {
            prop_assert!(near(tail, sum(&|hits| count(&hits[..=at]) >= count(&seen[..=at]))));
        }
    }
}

/// The tail of the sum, draw by draw.
fn tail(chances: &[f64], hits: usize) -> f64 {
    let mut states = vec![0.0; chances.len() + 1];
    states[0] = 1.0;
    for (at, chance) in chances.iter().enumerate() {
        for state in (0..=at + 1).rev() {
            let below = if state == 0 { 0.0 } else { states[state - 1] * chance };
            states[state] = states[state] * (1.0 - chance) + below;
        }
    }
    states[hits..].iter().sum()
}

#[test]
fn where_there_is_too_much_to_count_a_bound_is_told() {
    let chances: Vec<f64> = (0..6000).map(|at| 0.05 + f64::from(at % 7) / 10.0).collect();
    let mean: f64 = chances.iter().sum();
    for more in [1.02, 1.05, 1.1] {
        let hits = (mean * more).ceil() as usize;
        let bound = at_least(&chances, hits);
        assert!(!bound.exact && bound.value < 1.0 && bound.value >= tail(&chances, hits), "{hits}: {bound:?}");
    }
    assert_eq!(at_least(&chances, 2000).value, 1.0);
}

/// A way in which leads fall: who was available for each, the people's weights, and whether the log tells who was available.
struct Space {
    available: &'static [&'static [&'static str]],
    weights: &'static [(&'static str, f64)],
    told: bool,
    /// Minutes between leads.
    apart: i64,
}

const AB: &[&str] = &["a", "b"];
const ABC: &[&str] = &["a", "b", "c"];

const SPACES: [Space; 6] = [
    Space { available: &[AB, AB, AB, AB, AB, AB, AB, AB], weights: &[], told: true, apart: 60 },
    Space { available: &[ABC, AB, AB, &["b", "c"], ABC, &["c"], ABC, AB], weights: &[], told: true, apart: 400 },
    Space { available: &[AB, AB, AB, AB, AB, AB, AB], weights: &[("a", 2.5)], told: true, apart: 0 },
    Space { available: &[AB, &["b"], &["b"], AB, AB, AB, AB, AB], weights: &[("a", 0.5)], told: true, apart: 700 },
    Space { available: &[AB, AB, AB, AB, AB, AB, AB, AB, AB], weights: &[], told: false, apart: 60 },
    Space { available: &[ABC, ABC, ABC, ABC, ABC, ABC], weights: &[], told: false, apart: 60 },
];

impl Space {
    fn weight(&self, person: &str) -> f64 {
        self.weights.iter().find(|(name, _)| *name == person).map_or(1.0, |(_, weight)| *weight)
    }

    fn chance(&self, lead: usize, person: &str) -> f64 {
        let all: f64 = self.available[lead].iter().map(|person| self.weight(person)).sum();
        if self.available[lead].contains(&person) { self.weight(person) / all } else { 0.0 }
    }

    /// Every history, with its chance.
    fn histories(&self) -> Vec<(Vec<&'static str>, f64)> {
        let mut out = vec![(Vec::new(), 1.0)];
        for (lead, available) in self.available.iter().enumerate() {
            let mut next = Vec::new();
            for (history, chance) in &out {
                for person in *available {
                    let mut longer: Vec<&str> = history.clone();
                    longer.push(person);
                    next.push((longer, chance * self.chance(lead, person)));
                }
            }
            out = next;
        }
        out
    }

    fn report(&self, history: &[&str]) -> Json {
        let mut rows = Vec::new();
        for (lead, receiver) in history.iter().enumerate() {
            rows.push((lead as i64 * self.apart, *receiver, self.told.then_some(self.available[lead])));
        }
        let weights: Vec<String> = self.weights.iter().map(|(name, weight)| format!("\"{name}\": {weight}")).collect();
        measured(&rows, &format!(r#"{{"period": "day", "weights": {{{}}}}}"#, weights.join(",")))
    }
}

fn told(one: &Json) -> bool {
    one.get("chance").is_some_and(|chance| !chance.is_null())
}

/// Chances by what they are of.
fn chances(report: &Json) -> Vec<(String, f64)> {
    let mut out = Vec::new();
    let [group] = list(report, "groups") else { panic!("{}", report.write()) };
    for kind in ["people", "ties", "floods", "streaks", "gaps"] {
        for one in list(group, kind).iter().filter(|one| told(one)) {
            // Of several floods of a person the first was the most unlikely one, which is not what a chance is of.
            let many = list(group, kind).iter().filter(|other| text(other, "user") == text(one, "user")).count() > 1;
            let key = format!("{kind} {} {} {}", text(one, "user"), text(one, "by"), if many { text(one, "to") } else { String::new() });
            out.push((key, number(one, "chance")));
        }
    }
    for period in list(group, "periods") {
        for one in list(period, "people").iter().filter(|one| told(one)) {
            out.push((format!("{} {}", text(period, "period"), text(one, "user")), number(one, "chance")));
        }
    }
    out
}

#[test]
fn what_has_a_chance_happens_no_oftener() {
    for (nth, space) in SPACES.iter().enumerate() {
        let mut seen: std::collections::BTreeMap<String, Vec<(f64, f64)>> = std::collections::BTreeMap::new();
        let mut whole = 0.0;
        for (history, weight) in space.histories() {
            whole += weight;
            for (key, chance) in chances(&space.report(&history)) {
                seen.entry(key).or_default().push((chance, weight));
            }
        }
        assert!((whole - 1.0).abs() < 1e-9);
        for (key, list) in seen {
            // Of shares and ties either side may be odd.
            let sides = if key.starts_with("streaks") || key.starts_with("gaps") || key.starts_with("floods") { 1.0 } else { 2.0 };
            // With unequal weights a remainder is rounded by its own chance, and not by that of draws.
            if key.starts_with("ties") && !space.weights.is_empty() {
                continue;
            }
            for (chance, _) in &list {
                let happens: f64 = list.iter().filter(|(other, _)| *other <= chance * (1.0 + 1e-5)).map(|(_, weight)| weight).sum();
                assert!(happens <= sides * chance * (1.0 + 1e-4), "space {nth}, {key}: {chance} happens with {happens}");
            }
        }
    }
}

#[test]
fn chances_of_counts_and_runs_are_those_of_all_histories() {
    for space in SPACES.iter().filter(|space| space.told) {
        let histories = space.histories();
        for (history, _) in histories.iter().step_by(7) {
            let report = space.report(history);
            let group = &list(&report, "groups")[0];
            for person in list(group, "people") {
                let name = text(person, "user");
                let draws: Vec<usize> = (0..history.len())
                    .filter(|lead| space.available[*lead].len() > 1 && space.available[*lead].contains(&name.as_str()))
                    .collect();
                let hits = |history: &[&str]| draws.iter().map(|lead| history[*lead] == name).collect::<Vec<bool>>();
                let count = |history: &[&str]| hits(history).iter().filter(|hit| **hit).count();
                let sum = |fits: &dyn Fn(&[&str]) -> bool| {
                    histories.iter().filter(|(history, _)| fits(history)).map(|(_, weight)| weight).sum::<f64>()
                };
                let due: f64 = draws.iter().map(|lead| space.chance(*lead, &name)).sum();
                let own = count(history);
                let wanted = if (own as f64 - due).abs() < 1e-9 {
                    1.0
                } else if own as f64 > due {
                    sum(&|history| count(history) >= own)
                } else {
                    sum(&|history| count(history) <= own)
                };
                if !draws.is_empty() {
                    assert!(near(number(person, "chance"), wanted), "{} of {history:?}", person.write());
                }
                for (kind, hit) in [("streaks", true), ("gaps", false)] {
                    let Some(run) = list(group, kind).iter().find(|run| text(run, "user") == name) else { continue };
                    let length = longest(&hits(history), hit);
                    assert_eq!(number(run, "length"), length as f64);
                    let wanted = sum(&|history| longest(&hits(history), hit) >= length);
                    assert!(near(number(run, "chance"), wanted), "{} of {history:?}", run.write());
                }
                // Shares are sums of fractions.
                let share: f64 = (0..history.len()).map(|lead| space.chance(lead, &name)).sum();
                assert!((number(person, "share") - share).abs() < 1e-6);
                assert_eq!(number(person, "leads"), history.iter().filter(|other| **other == name).count() as f64);
            }
        }
    }
}
