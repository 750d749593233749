//! Working hours.

use std::rc::Rc;

use crate::btree::BTreeMap;

use crate::json::decode::Decoder;
use crate::time::{Day, Schedule, window_minutes};

use super::{ConfigReader, WorkingHours, zones};

/// Reads one schedule.
pub(super) fn read(node: &Decoder<'_>, id: &str, reading: &ConfigReader<'_>) -> Option<WorkingHours> {
    node.keys(&["id", "timeZone", "week", "dates"]);
    let zone = match node.get("timeZone") {
        absent if absent.is_null() => reading.schema.zone.clone(),
        named => Rc::unwrap_or_clone(zones::zone(&named, reading.zones)),
    };
    let mut week: [Vec<(u16, u16)>; 7] = Default::default();
    if node.get("week").is_null() {
        node.get("week").wrong("the windows of each weekday");
    }
    for (day, windows_of_day) in node.get("week").entries() {
        match day.parse::<usize>().ok().and_then(|day| week.get_mut(day)) {
            Some(slot) if day.len() == 1 => *slot = windows(&windows_of_day),
            _ => windows_of_day.error("unknown_key", format!("`{day}` is no weekday; they are 0 (Sunday) to 6")),
        }
    }
    let mut dates = BTreeMap::new();
    for (date, windows_of_date) in node.get("dates").entries() {
        match Day::parse(date) {
            Some(day) => {
                dates.insert(day, windows(&windows_of_date));
            }
            None => windows_of_date.error("date_invalid", format!("`{date}` is no date such as 2026-12-24")),
        }
    }
    Some(WorkingHours { id: id.to_owned(), hours: Schedule::new(zone, week, dates)? })
}

fn windows(node: &Decoder<'_>) -> Vec<(u16, u16)> {
    let mut out = Vec::new();
    for item in node.items() {
        let ends: Vec<Option<u16>> = item.items().iter().map(|end| end.name().and_then(window_minutes)).collect();
        match ends.as_slice() {
            [Some(start), Some(end)] if *start < 1440 => out.push((*start, *end)),
            _ => item.error("window_invalid", "a window is two times such as [\"09:00\", \"17:30\"]; the second may be 24:00"),
        }
    }
    out
}
