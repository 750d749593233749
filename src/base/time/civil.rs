//! Days of the proleptic Gregorian calendar.
//!
//! The two conversions are `days_from_civil` and `civil_from_days` of Howard Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms": the year begins in March, so that the leap day is its last.

use super::text;

/// A civil day, counted from 1970-01-01. The legal range is [`Day::MIN`] to [`Day::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// A day as it is written: year, month from 1, day of the month from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// 1 to 9999 in the legal range; astronomical outside of it.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// The length of a month from 1 to 12; 0 for any other.
#[inline]
pub(super) const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

impl Day {
    /// 0001-01-01.
    pub const MIN: Day = Day(-719_162);
    /// 9999-12-31.
    pub const MAX: Day = Day(2_932_896);

    /// The day that many days after 1970-01-01; `None` outside of the legal range.
    pub const fn new(days: i64) -> Option<Day> {
        if days < Day::MIN.0 as i64 || days > Day::MAX.0 as i64 { None } else { Some(Day(days as i32)) }
    }

    /// The day of a calendar date; `None` if the calendar has no such date between the years 1 and 9999.
    #[inline]
    pub const fn from_civil(civil: Civil) -> Option<Day> {
        let Civil { year, month, day } = civil;
        if year < 1 || year > 9999 || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let (year, month) = if month > 2 { (year, month as i32 - 3) } else { (year - 1, month as i32 + 9) };
        let (era, year_of_era) = (year / 400, year % 400);
        let day_of_year = (153 * month + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Day(era * 146_097 + day_of_era - 719_468))
    }

    /// The calendar date of this day, also outside of the legal range.
    pub const fn to_civil(self) -> Civil {
        let days = self.0 as i64 + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Civil { year: (era * 400 + year_of_era + carry) as i32, month: month as u8, day: day as u8 }
    }

    /// The day of the week, 0 = Sunday.
    pub const fn weekday(self) -> u8 {
        (self.0 as i64 + 4).rem_euclid(7) as u8
    }

    /// The next day, also one step outside of the legal range: the bound of a whole day.
    #[must_use]
    pub const fn following(self) -> Day {
        Day(self.0.saturating_add(1))
    }

    /// This many days later; `None` outside of the legal range.
    pub fn plus_days(self, days: i64) -> Option<Day> {
        Day::new(i64::from(self.0).checked_add(days)?)
    }

    /// This many months later, on the last day of the month if that month has no such day; `None` outside of
    /// the legal range.
    pub fn plus_months(self, months: i64) -> Option<Day> {
        let civil = self.to_civil();
        let total = (i64::from(civil.year) * 12 + i64::from(civil.month) - 1).checked_add(months)?;
        let (year, month) = (i32::try_from(total.div_euclid(12)).ok()?, total.rem_euclid(12) as u8 + 1);
        Day::from_civil(Civil { year, month, day: civil.day.min(days_in_month(year, month)) })
    }

    /// Reads `2026-11-21`.
    ///
    /// ```
    /// use evenhand_base::time::Day;
    ///
    /// assert_eq!(Day::parse("1970-01-02"), Some(Day(1)));
    /// assert_eq!(Day::parse("2026-02-29"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Day> {
        match text::day(text.as_bytes())? {
            (day, []) => Some(day),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_in_turn() {
        let mut date = Civil { year: 1, month: 1, day: 1 };
        let mut weekday = 1; // 0001-01-01 was a Monday.
        for number in Day::MIN.0..=Day::MAX.0 {
            let day = Day(number);
            assert_eq!(day.to_civil(), date);
            assert_eq!(Day::from_civil(date), Some(day));
            assert_eq!(day.weekday(), weekday);
            weekday = (weekday + 1) % 7;
            let leap = date.year % 400 == 0 || date.year % 4 == 0 && date.year % 100 != 0;
            let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][usize::from(date.month) - 1];
            date = match date {
                Civil { year, month: 12, day: 31 } => Civil { year: year + 1, month: 1, day: 1 },
                Civil { year, month, day } if day == last => Civil { year, month: month + 1, day: 1 },
                Civil { year, month, day } => Civil { year, month, day: day + 1 },
            };
        }
        assert_eq!(date, Civil { year: 10_000, month: 1, day: 1 });
    }

    #[test]
    fn known_days() {
        for (text, number, weekday) in [("1970-01-01", 0, 4), ("2000-02-29", 11_016, 2), ("2026-11-21", 20_778, 6), ("1969-12-31", -1, 3)] {
            let day = Day::parse(text).unwrap();
            assert_eq!((day, day.weekday()), (Day(number), weekday), "{text}");
            assert_eq!(day.write(), text);
        }
    }

    #[test]
    fn dates_the_calendar_lacks() {
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-00-10",
            "2026-13-01",
            "2026-01-00",
            "2026-01-32",
            "0000-12-31",
            "2026-1-01",
            "2026-01-1",
            "2026/01/01",
            "2026-01-01 ",
            " 2026-01-01",
            "2026-01-0a",
            "+026-01-01",
            "",
            "2026-01-01T00:00",
            "２０２６-01-01",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for (year, month, day) in [(0, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 255, 1), (i32::MAX, 1, 1), (i32::MIN, 12, 31)] {
            assert_eq!(Day::from_civil(Civil { year, month, day }), None);
        }
    }

    #[test]
    fn months_clamp_and_stay_in_range() {
        for (from, months, to) in [
            ("2026-01-31", 1, Some("2026-02-28")),
            ("2024-01-31", 1, Some("2024-02-29")),
            ("2026-03-31", -1, Some("2026-02-28")),
            ("2024-02-29", 12, Some("2025-02-28")),
            ("2024-02-29", -48, Some("2020-02-29")),
            ("2026-01-15", -1, Some("2025-12-15")),
            ("2026-12-31", 0, Some("2026-12-31")),
            ("9999-12-01", 1, None),
            ("0001-01-31", -1, None),
            ("2026-01-01", i64::MAX, None),
            ("2026-01-01", i64::MIN, None),
        ] {
            assert_eq!(Day::parse(from).unwrap().plus_months(months), to.and_then(Day::parse), "{from} {months}");
        }
        assert_eq!(Day(0).plus_days(i64::MAX), None);
        assert_eq!(Day(i32::MAX).plus_days(1), None);
        assert_eq!(Day(5).plus_days(-6), Some(Day(-1)));
    }

    #[test]
    fn the_ends_of_the_counter() {
        for day in [Day(i32::MIN), Day(i32::MAX)] {
            assert!(day.weekday() < 7);
            assert!((1..=12).contains(&day.to_civil().month));
            assert_eq!(day.plus_months(1), None);
        }
        assert_eq!(Day(i32::MAX).following(), Day(i32::MAX));
        assert_eq!((Day(i32::MIN).write(), Day(i32::MAX).write()), ("0001-01-01".into(), "9999-12-31".into()));
    }
}
