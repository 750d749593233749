//! How a log is to be read and measured.

use crate::config::zones;
use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::split::scale_weights;
use crate::table::{LoadFormat, LoadOptions};
use crate::time::{Day, Format, Instant, Zone};

/// Over which time shares are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    Week,
    Month,
}

/// The words for periods.
pub(super) const PERIODS: [(&str, Period); 3] = [("day", Period::Day), ("week", Period::Week), ("month", Period::Month)];

/// False alarms that are accepted: in one of a hundred audits of a fair draw.
const LEVEL: f64 = 0.01;

pub(super) struct Options {
    pub load: LoadOptions,
    pub time_format: Option<Format>,
    pub zone: Zone,
    pub week_start: u8,
    pub period: Period,
    /// By person; whoever is not named has 1.
    pub weights: Vec<(String, f64)>,
    /// Who was there all along; none where the log tells.
    pub people: Vec<String>,
    pub level: f64,
}

const KEYS: [&str; 11] =
    ["format", "columns", "timeFormat", "timeZone", "zones", "zoneVersions", "weekStart", "period", "weights", "people", "level"];

impl Options {
    /// # Errors
    /// `options_invalid` with every fault.
    pub fn read(json: &Json) -> Result<Options> {
        let faults = Faults::default();
        let node = Decoder::new(json, "", &faults);
        if !node.is_null() {
            node.keys(&KEYS);
        }
        let out = Options::of(&node);
        let (failed, list) = (faults.any_error(), faults.into_list());
        if failed { Err(Error::invalid("options_invalid", list)) } else { Ok(out) }
    }

    fn of(node: &Decoder<'_>) -> Options {
        let mut load = LoadOptions::default();
        let formats = [("json", LoadFormat::Json), ("ndjson", LoadFormat::Ndjson), ("csv", LoadFormat::Csv)];
        load.format = node.get("format").one_of(&formats);
        for (header, part) in node.get("columns").entries() {
            load.columns.extend(part.name().map(|part| (header.to_owned(), part.to_owned())));
        }
        let mut time_format = None;
        let pattern = node.get("timeFormat");
        if let Some(text) = pattern.text() {
            match Format::new(text) {
                Ok(format) => time_format = Some(format),
                Err(message) => pattern.error("format_invalid", message),
            }
        }
        let mut weights = Vec::new();
        for (person, weight) in node.get("weights").entries() {
            let Json::Number(number) = weight.json else {
                weight.wrong("a number");
                continue;
            };
            match scale_weights(&[*number]) {
                Ok(_) => weights.push((person.to_owned(), *number)),
                Err(error) => {
                    let fault = Diagnostic::error(error.code, weight.path(), error.message.as_str());
                    weight.faults().add(fault.hint("leave the person out of `weights` for a weight of 1"));
                }
            }
        }
        let mut people = Vec::new();
        for person in node.get("people").items() {
            if let Some(name) = person.name() {
                if people.iter().any(|known| known == name) {
                    person.error("duplicate_id", format!("`{name}` is named twice"));
                }
                people.push(name.to_owned());
            }
        }
        let level = node.get("level");
        let given = level.json.as_number();
        if !level.is_null() && !given.is_some_and(|level| level > 0.0 && level <= 1.0) {
            level.error("out_of_range", "this must be a number above 0 and up to 1");
        }
        Options {
            load,
            time_format,
            zone: std::rc::Rc::unwrap_or_clone(zones::zone(&node.get("timeZone"), &zones::read(node))),
            week_start: node.get("weekStart").whole(0..=6).and_then(|day| u8::try_from(day).ok()).unwrap_or(1),
            period: node.get("period").one_of(&PERIODS).unwrap_or(Period::Month),
            weights,
            people,
            level: given.unwrap_or(LEVEL),
        }
    }

    /// The civil day of an instant.
    pub fn day(&self, at: i64) -> Day {
        self.zone.local(Instant(at)).day
    }

    /// The first day of the period that a day is in.
    pub fn period_of(&self, day: Day) -> Day {
        match self.period {
            Period::Day => day,
            Period::Week => Day(day.0 - i32::from((day.weekday() + 7 - self.week_start) % 7)),
            Period::Month => Day(day.0 - i32::from(day.to_civil().day) + 1),
        }
    }
}
