//! How a group picks, read and checked; the modules of rotation and offers do it.

use crate::json::decode::Decoder;

use super::people::Period;
use super::unknown;

/// What `least_loaded` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Fewest open leads.
    Open,
    /// Most spare places.
    Spare,
    /// Largest share spare.
    SparePercent,
}

/// Where a joiner of `fewest_in_period` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// At the group's minimum.
    Minimum,
    /// At the floor of its average.
    Average,
    /// At zero.
    Zero,
}

/// How the minutes of an offer are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferClock {
    /// By the clock on the wall.
    Wall,
    /// By the group's schedule.
    Working,
}

/// How a group picks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// One after the other.
    RoundRobin {
        /// Turns of each member in a round.
        per_round: u32,
    },
    /// Smooth weighted rotation.
    Weighted,
    /// Whoever waited longest.
    LeastRecent {
        /// Whether assignments by hand count.
        manual_counts: bool,
    },
    /// Whoever has least to do.
    LeastLoaded {
        /// By which measure.
        measure: Measure,
    },
    /// Whoever got fewest in the period.
    FewestInPeriod {
        /// The period; never an hour.
        period: Period,
        /// Where joiners start.
        baseline: Baseline,
    },
    /// One after the other is asked.
    SequentialOffer {
        /// How long each may answer.
        minutes: u32,
        /// How often the whole group is asked.
        passes: u32,
        /// How the minutes count.
        clock: OfferClock,
        /// How long the whole run may last, counted as `minutes` are.
        run_minutes: Option<u32>,
        /// For how long nobody who claimed a lead is offered another.
        rest_seconds: u32,
    },
    /// All are asked at once.
    BroadcastOffer {
        /// How long they may answer.
        minutes: u32,
        /// How long it is opened a second time.
        reopen_minutes: Option<u32>,
        /// Whether nothing of the lead is told before it is claimed.
        anonymous: bool,
        /// How long the whole run may last.
        run_minutes: Option<u32>,
        /// For how long nobody who claimed a lead is offered another.
        rest_seconds: u32,
    },
}

/// Reads how a group picks; one that offers by working hours needs a schedule.
pub(super) fn read(node: &Decoder<'_>, has_schedule: bool) -> Option<Method> {
    let kind = node.get("type");
    if kind.is_null() {
        kind.wrong("the type of a method");
        return None;
    }
    let minutes = |key: &'static str| node.get(key).whole(1..=525_600).and_then(|n| u32::try_from(n).ok());
    let needed = |key: &'static str| {
        let found = minutes(key);
        if node.get(key).is_null() {
            node.get(key).wrong("a number of minutes");
        }
        found
    };
    let rest = || node.get("restSeconds").whole(0..=31_536_000).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let small = |key: &'static str| node.get(key).whole(1..=1000).and_then(|n| u32::try_from(n).ok());
    let known = |keys: &[&str]| {
        node.keys(keys);
    };
    match kind.name()? {
        "round_robin" => {
            known(&["type", "perRound"]);
            Some(Method::RoundRobin { per_round: small("perRound").unwrap_or(1) })
        }
        "weighted" => {
            known(&["type"]);
            Some(Method::Weighted)
        }
        "least_recent" => {
            known(&["type", "manualCounts"]);
            Some(Method::LeastRecent { manual_counts: node.get("manualCounts").flag(true) })
        }
        "least_loaded" => {
            known(&["type", "measure"]);
            let words = [("open", Measure::Open), ("spare", Measure::Spare), ("spare_percent", Measure::SparePercent)];
            Some(Method::LeastLoaded { measure: node.get("measure").one_of(&words).unwrap_or(Measure::Open) })
        }
        "fewest_in_period" => {
            known(&["type", "period", "baseline"]);
            if node.get("period").is_null() {
                node.get("period").wrong("`day`, `week` or `month`");
            }
            let period = node.get("period").one_of(&[("day", Period::Day), ("week", Period::Week), ("month", Period::Month)]);
            let words = [("minimum", Baseline::Minimum), ("average", Baseline::Average), ("zero", Baseline::Zero)];
            Some(Method::FewestInPeriod { period: period?, baseline: node.get("baseline").one_of(&words).unwrap_or(Baseline::Minimum) })
        }
        "sequential_offer" => {
            known(&["type", "minutes", "passes", "clock", "runMinutes", "restSeconds"]);
            let clock =
                node.get("clock").one_of(&[("wall", OfferClock::Wall), ("working", OfferClock::Working)]).unwrap_or(OfferClock::Wall);
            if clock == OfferClock::Working && !has_schedule {
                node.get("clock").error("schedule_missing", "an offer by working hours needs the group's `schedule`");
            }
            let (run_minutes, rest_seconds) = (minutes("runMinutes"), rest());
            let passes = small("passes").unwrap_or(1);
            Some(Method::SequentialOffer { minutes: needed("minutes")?, passes, clock, run_minutes, rest_seconds })
        }
        "broadcast_offer" => {
            known(&["type", "minutes", "reopenMinutes", "anonymous", "runMinutes", "restSeconds"]);
            let (anonymous, reopen_minutes) = (node.get("anonymous").flag(false), minutes("reopenMinutes"));
            let (run_minutes, rest_seconds) = (minutes("runMinutes"), rest());
            Some(Method::BroadcastOffer { minutes: needed("minutes")?, reopen_minutes, anonymous, run_minutes, rest_seconds })
        }
        other => {
            let known =
                ["round_robin", "weighted", "least_recent", "least_loaded", "fewest_in_period", "sequential_offer", "broadcast_offer"];
            unknown(&kind, "method", other, known);
            None
        }
    }
}
