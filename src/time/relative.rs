//! Times relative to `now`.

use super::{Day, HOUR_MS, Instant, Local, MINUTE_MS, Zone};

/// What a relative time starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Base {
    Now,
    StartOfDay,
    EndOfDay,
    StartOfWeek,
    EndOfWeek,
    StartOfMonth,
    EndOfMonth,
    StartOfYear,
    EndOfYear,
}

/// What an offset counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Base {
    /// Every base with its name in JSON.
    pub const ALL: [(&str, Base); 9] = [
        ("now", Base::Now),
        ("startOfDay", Base::StartOfDay),
        ("endOfDay", Base::EndOfDay),
        ("startOfWeek", Base::StartOfWeek),
        ("endOfWeek", Base::EndOfWeek),
        ("startOfMonth", Base::StartOfMonth),
        ("endOfMonth", Base::EndOfMonth),
        ("startOfYear", Base::StartOfYear),
        ("endOfYear", Base::EndOfYear),
    ];
}

impl Unit {
    /// Every unit with its name in JSON.
    pub const ALL: [(&str, Unit); 6] = [
        ("minute", Unit::Minute),
        ("hour", Unit::Hour),
        ("day", Unit::Day),
        ("week", Unit::Week),
        ("month", Unit::Month),
        ("year", Unit::Year),
    ];
}

/// A time relative to `now`: the base is taken first, then moved by the offset.
///
/// - Minutes and hours move the instant. Nine hours after `StartOfDay` is 09:00 on a day without a clock change.
/// - Days, weeks, months and years move the date on the wall and keep the time on it, so that days of 23 and 25
///   hours come out right. Months and years clamp to the last day of the month.
/// - An end is the last millisecond of its last day. `EndOfMonth` and `EndOfYear` moved by months or years stay on
///   the last day of a month: `EndOfMonth` minus a month is the end of last month, however long either is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relative {
    /// Where to start.
    pub base: Base,
    /// How far to move; negative is earlier.
    pub offset: i64,
    /// What `offset` counts.
    pub unit: Unit,
}

impl Relative {
    /// The instant that is meant at `now`; `None` outside of the legal range. `week_start` is the first day of the
    /// week, 0 = Sunday. Against a civil day it is [`Zone::local`] of the result.
    ///
    /// ```
    /// use evenhand::time::{Base, Instant, Relative, Unit, Zone};
    ///
    /// let now = Instant::parse("2026-03-31T12:00:00Z").unwrap();
    /// let end = Relative { base: Base::EndOfMonth, offset: -1, unit: Unit::Month };
    /// assert_eq!(end.at(now, &Zone::utc(), 1).unwrap().write(), "2026-02-28T23:59:59.999Z");
    /// ```
    pub fn at(&self, now: Instant, zone: &Zone, week_start: u8) -> Option<Instant> {
        let now = Instant::new(now.0)?;
        let elapsed = match self.unit {
            Unit::Minute => self.offset.checked_mul(MINUTE_MS)?,
            Unit::Hour => self.offset.checked_mul(HOUR_MS)?,
            Unit::Day | Unit::Week | Unit::Month | Unit::Year => 0,
        };
        let moved = self.moved(now, zone, week_start)?;
        Instant::new(moved.0.checked_add(elapsed)?)
    }

    /// The base, moved by the calendar units.
    fn moved(&self, now: Instant, zone: &Zone, week_start: u8) -> Option<Instant> {
        let Local { day: today, ms } = zone.local(now);
        let week_day = i64::from((today.weekday() + 7 - week_start % 7) % 7);
        let civil = today.to_civil();
        let month_day = i64::from(civil.day) - 1;
        let first_of_month = today.plus_days(-month_day);
        let first_of_year = || first_of_month?.plus_months(1 - i64::from(civil.month));
        let start = |day: Day| Some(zone.start_of(self.shift(day)?));
        let end = |day: Day| Some(Instant(zone.start_of(day.following()).0.checked_sub(1)?));
        match self.base {
            // Its wall time may come twice, and it is not to move to the first of the two.
            Base::Now if self.shift(today) == Some(today) => Some(now),
            Base::Now => Some(zone.instant(Local { day: self.shift(today)?, ms })),
            Base::StartOfDay => start(today),
            Base::StartOfWeek => start(today.plus_days(-week_day)?),
            Base::StartOfMonth => start(first_of_month?),
            Base::StartOfYear => start(first_of_year()?),
            Base::EndOfDay => end(self.shift(today)?),
            Base::EndOfWeek => end(self.shift(today.plus_days(6 - week_day)?)?),
            Base::EndOfMonth => end(self.shift_month_end(last_of_month(first_of_month?)?)?),
            Base::EndOfYear => end(self.shift_month_end(last_of_month(first_of_year()?.plus_months(11)?)?)?),
        }
    }

    /// A day moved by the offset, if that is in a calendar unit.
    fn shift(&self, day: Day) -> Option<Day> {
        match self.unit {
            Unit::Minute | Unit::Hour => Some(day),
            Unit::Day => day.plus_days(self.offset),
            Unit::Week => day.plus_days(self.offset.checked_mul(7)?),
            Unit::Month => day.plus_months(self.offset),
            Unit::Year => day.plus_months(self.offset.checked_mul(12)?),
        }
    }

    /// The last day of a month moved by the offset, to the last day of a month if that is in months or years.
    fn shift_month_end(&self, day: Day) -> Option<Day> {
        let moved = self.shift(day)?;
        match self.unit {
            Unit::Month | Unit::Year => last_of_month(moved),
            Unit::Minute | Unit::Hour | Unit::Day | Unit::Week => Some(moved),
        }
    }
}

fn last_of_month(day: Day) -> Option<Day> {
    let civil = day.to_civil();
    let last = super::civil::days_in_month(civil.year, civil.month);
    day.plus_days(i64::from(last) - i64::from(civil.day))
}
