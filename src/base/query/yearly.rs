//! Days of any year: birthdays, renewals.
//!
//! A day of a year is a number: a hundred times its month, and its day, as in a leap year. What began on a 29 February stands between the
//! 28th and 1 March, and is found with the one of the two on which it falls in a year that has no such day.

use super::node::Predicate;
use super::operand::Operand;
use super::operator::Operator;
use super::schema::LeapDay;
use super::wrong::{Wrong, shown};
use crate::json::Json;
use crate::time::{Civil, Day, Moment, parse_moment};

/// 29 February.
const LEAP: u16 = 229;
/// 1 January and 31 December.
const WHOLE: (u16, u16) = (101, 1231);
/// In so many days every day of the year comes at least once, wherever 29 February falls.
const MOST_OF_A_YEAR: i32 = 366;

/// The number of a day in its year.
pub fn day_of_year(day: Day) -> u16 {
    let civil = day.to_civil();
    u16::from(civil.month) * 100 + u16::from(civil.day)
}

/// A value: a day, a day of every year as `12-24`, or a relative one.
pub(super) fn operand(json: &Json) -> Result<Operand, Wrong> {
    let text = json.as_text().map(str::trim);
    // 2000 is a leap year.
    if let Some(Some(Moment::Day(day))) = text.filter(|text| text.len() == 5).map(|text| parse_moment(&format!("2000-{text}"))) {
        return Ok(Operand::Yearly(day_of_year(day)));
    }
    match text.map(parse_moment) {
        Some(Some(Moment::Day(day))) => Ok(Operand::Day(day)),
        Some(Some(_)) => Err(Wrong::invalid(format!("{} has a time, and an anniversary is a day", shown(json))).hint("leave out the time")),
        _ if json.as_object().is_some() => super::moment::relative(json),
        _ => {
            Err(Wrong::invalid(format!("{} is not a day", shown(json))).hint("write a day as `2026-01-31`, a day of every year as `01-31`"))
        }
    }
}

/// Whether two bounds cannot be told apart in time: one is a day of every year and the other one day.
pub(super) fn mixed(low: &Operand, high: &Operand) -> bool {
    matches!(low, Operand::Yearly(_)) != matches!(high, Operand::Yearly(_))
}

/// The test of an anniversary.
pub(super) fn check(operator: Operator, operands: &[Operand], leap: LeapDay) -> Predicate {
    let mut spans = match operands {
        [Operand::Day(day)] => between(*day, *day, leap),
        [Operand::Day(low), Operand::Day(high)] if operator == Operator::AnniversaryBetween => {
            between(*low.min(high), *low.max(high), leap)
        }
        [Operand::Yearly(day)] => vec![(*day, *day)],
        [Operand::Yearly(low), Operand::Yearly(high)] if low <= high => vec![(*low, *high)],
        [Operand::Yearly(low), Operand::Yearly(high)] => vec![(WHOLE.0, *high), (*low, WHOLE.1)],
        _ => Vec::new(),
    };
    crate::sort::by_key(&mut spans, |span| span.0);
    Predicate::Yearly(spans)
}

/// The days of a year that come from one day to another.
fn between(low: Day, high: Day, leap: LeapDay) -> Vec<(u16, u16)> {
    let years = (low.to_civil().year, high.to_civil().year);
    if high.0.saturating_sub(low.0) >= MOST_OF_A_YEAR - 1 {
        return vec![WHOLE];
    }
    let (first, last) = (first_of(low, years.0, leap), last_of(high, years.1, leap));
    if years.0 == years.1 { vec![(first, last)] } else { vec![(WHOLE.0, last), (first, WHOLE.1)] }
}

fn has_leap_day(year: i32) -> bool {
    Day::from_civil(Civil { year, month: 2, day: 29 }).is_some()
}

/// The number from which a stretch of days starts.
fn first_of(day: Day, year: i32, leap: LeapDay) -> u16 {
    match day_of_year(day) {
        301 if leap == LeapDay::March1 && !has_leap_day(year) => LEAP,
        number => number,
    }
}

/// The number at which a stretch of days ends.
fn last_of(day: Day, year: i32, leap: LeapDay) -> u16 {
    match day_of_year(day) {
        228 if leap == LeapDay::February28 && !has_leap_day(year) => LEAP,
        number => number,
    }
}

#[cfg(test)]
mod tests {
    use super::super::span::inside;
    use super::*;

    /// The day in a year on which what began on that day is due, counted out.
    fn due(began: Day, year: i32, leap: LeapDay) -> Day {
        let civil = began.to_civil();
        let there = Day::from_civil(Civil { year, ..civil });
        there.unwrap_or_else(|| {
            let (month, day) = if leap == LeapDay::March1 { (3, 1) } else { (2, 28) };
            Day::from_civil(Civil { year, month, day }).unwrap()
        })
    }

    #[test]
    fn every_stretch_about_two_leap_days_has_the_days_that_are_due_in_it() {
        // From before a leap year to behind the next; stretches up to two years long, and each day of a leap year.
        let from = Day::parse("2027-12-20").unwrap().0;
        let began: Vec<Day> = (0..366).map(|n| Day(Day::parse("2004-01-01").unwrap().0 + n)).collect();
        for leap in [LeapDay::February28, LeapDay::March1] {
            for low in (from..from + 500).step_by(7).chain(from + 60..from + 90).chain(from + 425..from + 445) {
                for length in [0, 1, 2, 30, 58, 59, 60, 61, 200, 363, 364, 365, 366, 700] {
                    let (low, high) = (Day(low), Day(low + length));
                    let Predicate::Yearly(spans) = check(Operator::AnniversaryBetween, &[Operand::Day(high), Operand::Day(low)], leap)
                    else {
                        panic!()
                    };
                    for began in &began {
                        let wanted = (2026..2031).any(|year| (low..=high).contains(&due(*began, year, leap)));
                        assert_eq!(
                            inside(&spans, day_of_year(*began)),
                            wanted,
                            "{leap:?} {} {} {}",
                            low.write(),
                            high.write(),
                            began.write()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn days_of_every_year_go_over_its_turn() {
        let days = |low, high| check(Operator::AnniversaryBetween, &[Operand::Yearly(low), Operand::Yearly(high)], LeapDay::February28);
        assert_eq!(days(1224, 106), Predicate::Yearly(vec![(101, 106), (1224, 1231)]));
        assert_eq!(days(220, 228), Predicate::Yearly(vec![(220, 228)]));
        assert_eq!(check(Operator::AnniversaryOn, &[Operand::Yearly(229)], LeapDay::March1), Predicate::Yearly(vec![(229, 229)]));
    }
}
