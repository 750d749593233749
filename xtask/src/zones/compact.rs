//! The text that the package carries.
//!
//! A line is `names|rule|offsets|times|order`, in numbers of base 36 and units of a quarter of an hour; what is no whole number
//! of quarters stands in seconds behind a point.
//! - `names`: all names of the zone, with spaces between.
//! - `rule`: empty, or standard and summer offset and twice month, week, weekday and time of day.
//! - `offsets`: the offsets that occur, the first of 1970 first.
//! - `times`: the time from one change to the next, the first from the beginning of 1970.
//! - `order`: a digit for each change: which offset holds from then on.
//!
//! Zones whose clocks were changed on the same days have the same differences, so that gzip finds most of a line in another.

use std::collections::BTreeMap;

use super::tzif::Zone;
use crate::run::Result;

const QUARTER: i64 = 900;

/// All lines.
pub fn lines(zones: &BTreeMap<Zone, Vec<String>>) -> Result<String> {
    let mut out = Vec::new();
    for (zone, names) in zones {
        out.push(line(zone, names)?);
    }
    Ok(out.join("\n"))
}

fn line(zone: &Zone, names: &[String]) -> Result<String> {
    let mut rule = Vec::new();
    if let Some(given) = &zone.rule {
        rule.extend([time(given.standard), time(given.summer)]);
        for when in [&given.start, &given.end] {
            rule.extend([base36(when.month), base36(when.week), base36(when.weekday), time(when.seconds)]);
        }
    }
    let mut offsets = vec![zone.first];
    let (mut times, mut order) = (Vec::new(), String::new());
    let mut before = 0;
    for (at, offset) in &zone.changes {
        let place = offsets.iter().position(|known| known == offset).unwrap_or(offsets.len());
        if place == offsets.len() {
            offsets.push(*offset);
        }
        order.push(u32::try_from(place).ok().and_then(|place| char::from_digit(place, 36)).ok_or("a zone has more than 36 offsets")?);
        times.push(time(at - before));
        before = *at;
    }
    let offsets: Vec<String> = offsets.into_iter().map(time).collect();
    Ok([names.join(" "), rule.join(" "), offsets.join(" "), times.join(" "), order].join("|"))
}

fn time(seconds: i64) -> String {
    if seconds % QUARTER == 0 { base36(seconds / QUARTER) } else { format!(".{}", base36(seconds)) }
}

fn base36(number: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        digits.extend(char::from_digit((rest % 36) as u32, 36));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    digits.extend((number < 0).then_some('-'));
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::super::tzif::{Rule, When};
    use super::*;

    #[test]
    fn a_line() {
        let zone = Zone { rule: None, first: -2670, changes: vec![(63_593_070, 0)] };
        assert_eq!(line(&zone, &["Africa/Monrovia".into()]), Ok("Africa/Monrovia||.-226 0|.11v0q6|1".into()));
        let when = |month, seconds| When { month, week: 5, weekday: 0, seconds };
        let rule = Some(Rule { standard: -7200, summer: -3600, start: when(3, -3600), end: when(10, 0) });
        let zone = Zone { rule, first: -10_800, changes: vec![(900 * 36, -7200), (900 * 37, -10_800)] };
        assert_eq!(line(&zone, &["A/B".into(), "C/D".into()]), Ok("A/B C/D|-8 -4 3 5 0 -4 a 5 0 0|-c -8|10 1|10".into()));
    }
}
