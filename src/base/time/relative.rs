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
    StartOfQuarter,
    EndOfQuarter,
    StartOfYear,
    EndOfYear,
    StartOfFiscalQuarter,
    EndOfFiscalQuarter,
    StartOfFiscalYear,
    EndOfFiscalYear,
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
    Quarter,
    Year,
}

impl Base {
    /// Every base with its name in JSON.
    pub const ALL: [(&str, Base); 15] = [
        ("now", Base::Now),
        ("startOfDay", Base::StartOfDay),
        ("endOfDay", Base::EndOfDay),
        ("startOfWeek", Base::StartOfWeek),
        ("endOfWeek", Base::EndOfWeek),
        ("startOfMonth", Base::StartOfMonth),
        ("endOfMonth", Base::EndOfMonth),
        ("startOfQuarter", Base::StartOfQuarter),
        ("endOfQuarter", Base::EndOfQuarter),
        ("startOfYear", Base::StartOfYear),
        ("endOfYear", Base::EndOfYear),
        ("startOfFiscalQuarter", Base::StartOfFiscalQuarter),
        ("endOfFiscalQuarter", Base::EndOfFiscalQuarter),
        ("startOfFiscalYear", Base::StartOfFiscalYear),
        ("endOfFiscalYear", Base::EndOfFiscalYear),
    ];
}

impl Unit {
    /// Every unit with its name in JSON.
    pub const ALL: [(&str, Unit); 7] = [
        ("minute", Unit::Minute),
        ("hour", Unit::Hour),
        ("day", Unit::Day),
        ("week", Unit::Week),
        ("month", Unit::Month),
        ("quarter", Unit::Quarter),
        ("year", Unit::Year),
    ];
}

/// What days, weeks and years are to an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// The zone in which a day begins.
    pub zone: &'a Zone,
    /// First day of the week, 0 = Sunday.
    pub week_start: u8,
    /// The day on which its fiscal year begins: a month from 1, and a day of it from 1 to 28.
    pub fiscal_start: (u8, u8),
}

impl<'a> Calendar<'a> {
    /// The calendar of a zone, with a fiscal year that is the year.
    pub fn of(zone: &'a Zone, week_start: u8) -> Calendar<'a> {
        Calendar { zone, week_start, fiscal_start: (1, 1) }
    }
}

/// A time relative to `now`: the base is taken first, then moved by the offset.
///
/// - Minutes and hours move the instant. Nine hours after `StartOfDay` is 09:00 on a day without a clock change.
/// - Days, weeks, months, quarters and years move the date on the wall and keep the time on it, so that days of 23 and 25
///   hours come out right. Months, quarters and years clamp to the last day of the month.
/// - An end is the last millisecond of its last day. The last day of a month moved by months, quarters or years stays on
///   the last day of a month: `EndOfMonth` minus a month is the end of last month, however long either is.
/// - A fiscal year begins on [`Calendar::fiscal_start`], a fiscal quarter there and every three months after it.
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
    /// The instant that is meant at `now`; `None` outside of the legal range. Against a civil day it is
    /// [`Zone::local`] of the result.
    ///
    /// ```
    /// use evenhand_base::time::{Base, Calendar, Instant, Relative, Unit, Zone};
    ///
    /// let now = Instant::parse("2026-03-31T12:00:00Z").unwrap();
    /// let end = Relative { base: Base::EndOfMonth, offset: -1, unit: Unit::Month };
    /// assert_eq!(end.at(now, Calendar::of(&Zone::utc(), 1)).unwrap().write(), "2026-02-28T23:59:59.999Z");
    /// ```
    pub fn at(&self, now: Instant, calendar: Calendar<'_>) -> Option<Instant> {
        let now = Instant::new(now.0)?;
        let elapsed = match self.unit {
            Unit::Minute => self.offset.checked_mul(MINUTE_MS)?,
            Unit::Hour => self.offset.checked_mul(HOUR_MS)?,
            Unit::Day | Unit::Week | Unit::Month | Unit::Quarter | Unit::Year => 0,
        };
        let moved = self.moved(now, calendar)?;
        Instant::new(moved.0.checked_add(elapsed)?)
    }

    /// The base, moved by the calendar units.
    fn moved(&self, now: Instant, calendar: Calendar<'_>) -> Option<Instant> {
        let zone = calendar.zone;
        let Local { day: today, ms } = zone.local(now);
        let week_day = i64::from((today.weekday() + 7 - calendar.week_start % 7) % 7);
        // Since the start of a period of so many months that begins on this day of the year.
        let since = |start, months| period_start(today, start, months);
        let (january, fiscal) = ((1, 1), calendar.fiscal_start);
        let start = |day: Day| Some(zone.start_of(self.shift(day)?));
        let end = |day: Day| Some(Instant(zone.start_of(day.following()).0.checked_sub(1)?));
        let end_of = |start, months| end(self.shift_end(last_of_period(since(start, months)?, months)?)?);
        match self.base {
            // Its wall time may come twice, and it is not to move to the first of the two.
            Base::Now if self.shift(today) == Some(today) => Some(now),
            Base::Now => Some(zone.instant(Local { day: self.shift(today)?, ms })),
            Base::StartOfDay => start(today),
            Base::StartOfWeek => start(today.plus_days(-week_day)?),
            Base::StartOfMonth => start(since(january, 1)?),
            Base::StartOfQuarter => start(since(january, 3)?),
            Base::StartOfYear => start(since(january, 12)?),
            Base::StartOfFiscalQuarter => start(since(fiscal, 3)?),
            Base::StartOfFiscalYear => start(since(fiscal, 12)?),
            Base::EndOfDay => end(self.shift(today)?),
            Base::EndOfWeek => end(self.shift(today.plus_days(6 - week_day)?)?),
            Base::EndOfMonth => end_of(january, 1),
            Base::EndOfQuarter => end_of(january, 3),
            Base::EndOfYear => end_of(january, 12),
            Base::EndOfFiscalQuarter => end_of(fiscal, 3),
            Base::EndOfFiscalYear => end_of(fiscal, 12),
        }
    }

    /// A day moved by the offset, if that is in a calendar unit.
    fn shift(&self, day: Day) -> Option<Day> {
        match self.unit {
            Unit::Minute | Unit::Hour => Some(day),
            Unit::Day => day.plus_days(self.offset),
            Unit::Week => day.plus_days(self.offset.checked_mul(7)?),
            Unit::Month => day.plus_months(self.offset),
            Unit::Quarter => day.plus_months(self.offset.checked_mul(3)?),
            Unit::Year => day.plus_months(self.offset.checked_mul(12)?),
        }
    }

    /// The last day of a period moved by the offset: the last day of a month to the last day of a month if that is in months or more.
    fn shift_end(&self, day: Day) -> Option<Day> {
        let moved = self.shift(day)?;
        match self.unit {
            Unit::Month | Unit::Quarter | Unit::Year if last_of_month(day)? == day => last_of_month(moved),
            _ => Some(moved),
        }
    }
}

/// The start of the period that a day is in, of those of so many months that begin on this month and day, and one after the other from there.
fn period_start(day: Day, (month, first): (u8, u8), months: i64) -> Option<Day> {
    let civil = day.to_civil();
    let since = i64::from(civil.month) - i64::from(month) - i64::from(civil.day < first);
    // The first of that day's month, then the day of the month on which periods begin: it is one that every month has.
    let start = day.plus_days(1 - i64::from(civil.day))?.plus_months(-since.rem_euclid(months) - i64::from(civil.day < first))?;
    start.plus_days(i64::from(first) - 1)
}

/// The last day of a period of so many months.
fn last_of_period(start: Day, months: i64) -> Option<Day> {
    match start.to_civil().day {
        1 => last_of_month(start.plus_months(months - 1)?),
        _ => start.plus_months(months)?.plus_days(-1),
    }
}

fn last_of_month(day: Day) -> Option<Day> {
    let civil = day.to_civil();
    let last = super::civil::days_in_month(civil.year, civil.month);
    day.plus_days(i64::from(last) - i64::from(civil.day))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, berlin, new_york};
    use super::*;

    fn relative(base: Base, offset: i64, unit: Unit) -> Relative {
        Relative { base, offset, unit }
    }

    #[test]
    fn bases_and_offsets() {
        use Base::*;
        // A Saturday.
        let now = "2026-11-21T20:54:18.123Z";
        for (base, offset, unit, expected) in [
            (Now, 0, Unit::Day, now),
            (Now, -90, Unit::Minute, "2026-11-21T19:24:18.123Z"),
            (Now, 5, Unit::Hour, "2026-11-22T01:54:18.123Z"),
            (Now, -30, Unit::Day, "2026-10-22T20:54:18.123Z"),
            (Now, 1, Unit::Week, "2026-11-28T20:54:18.123Z"),
            (Now, -9, Unit::Month, "2026-02-21T20:54:18.123Z"),
            (Now, -1, Unit::Year, "2025-11-21T20:54:18.123Z"),
            (StartOfDay, 0, Unit::Day, "2026-11-21T00:00Z"),
            (StartOfDay, 9, Unit::Hour, "2026-11-21T09:00Z"),
            (StartOfDay, -1, Unit::Day, "2026-11-20T00:00Z"),
            (StartOfDay, -1, Unit::Month, "2026-10-21T00:00Z"),
            (EndOfDay, 0, Unit::Minute, "2026-11-21T23:59:59.999Z"),
            (EndOfDay, 1, Unit::Hour, "2026-11-22T00:59:59.999Z"),
            (EndOfDay, -1, Unit::Day, "2026-11-20T23:59:59.999Z"),
            (StartOfWeek, 0, Unit::Day, "2026-11-16T00:00Z"),
            (StartOfWeek, -1, Unit::Week, "2026-11-09T00:00Z"),
            (StartOfWeek, 2, Unit::Day, "2026-11-18T00:00Z"),
            (EndOfWeek, 0, Unit::Day, "2026-11-22T23:59:59.999Z"),
            (EndOfWeek, -1, Unit::Week, "2026-11-15T23:59:59.999Z"),
            (StartOfMonth, 0, Unit::Day, "2026-11-01T00:00Z"),
            (StartOfMonth, -1, Unit::Month, "2026-10-01T00:00Z"),
            (StartOfMonth, 14, Unit::Day, "2026-11-15T00:00Z"),
            (StartOfMonth, -1, Unit::Year, "2025-11-01T00:00Z"),
            (EndOfMonth, 0, Unit::Day, "2026-11-30T23:59:59.999Z"),
            (EndOfMonth, -1, Unit::Month, "2026-10-31T23:59:59.999Z"),
            (EndOfMonth, 3, Unit::Month, "2027-02-28T23:59:59.999Z"),
            (EndOfMonth, 1, Unit::Day, "2026-12-01T23:59:59.999Z"),
            (EndOfMonth, -1, Unit::Minute, "2026-11-30T23:58:59.999Z"),
            (StartOfYear, 0, Unit::Day, "2026-01-01T00:00Z"),
            (StartOfYear, 3, Unit::Month, "2026-04-01T00:00Z"),
            (EndOfYear, 0, Unit::Day, "2026-12-31T23:59:59.999Z"),
            (EndOfYear, -1, Unit::Year, "2025-12-31T23:59:59.999Z"),
            (EndOfYear, 2, Unit::Month, "2027-02-28T23:59:59.999Z"),
            (StartOfQuarter, 0, Unit::Day, "2026-10-01T00:00Z"),
            (StartOfQuarter, -1, Unit::Quarter, "2026-07-01T00:00Z"),
            (EndOfQuarter, 0, Unit::Day, "2026-12-31T23:59:59.999Z"),
            (EndOfQuarter, -1, Unit::Quarter, "2026-09-30T23:59:59.999Z"),
            (EndOfQuarter, 2, Unit::Month, "2027-02-28T23:59:59.999Z"),
            (Now, -1, Unit::Quarter, "2026-08-21T20:54:18.123Z"),
            (StartOfFiscalYear, 0, Unit::Day, "2026-01-01T00:00Z"),
            (EndOfFiscalQuarter, 0, Unit::Day, "2026-12-31T23:59:59.999Z"),
        ] {
            let given = relative(base, offset, unit);
            assert_eq!(given.at(at(now), Calendar::of(&Zone::utc(), 1)), Some(at(expected)), "{given:?}");
        }
    }

    #[test]
    fn fiscal_years_begin_on_their_day() {
        use Base::*;
        for (now, fiscal_start, base, offset, unit, expected) in [
            ("2026-11-21", (4, 6), StartOfFiscalYear, 0, Unit::Day, "2026-04-06T00:00Z"),
            ("2026-04-06", (4, 6), StartOfFiscalYear, 0, Unit::Day, "2026-04-06T00:00Z"),
            ("2026-04-05", (4, 6), StartOfFiscalYear, 0, Unit::Day, "2025-04-06T00:00Z"),
            ("2026-01-31", (4, 6), StartOfFiscalYear, -1, Unit::Year, "2024-04-06T00:00Z"),
            ("2026-04-05", (4, 6), EndOfFiscalYear, 0, Unit::Day, "2026-04-05T23:59:59.999Z"),
            ("2026-04-06", (4, 6), EndOfFiscalYear, 0, Unit::Day, "2027-04-05T23:59:59.999Z"),
            ("2026-11-21", (4, 6), StartOfFiscalQuarter, 0, Unit::Day, "2026-10-06T00:00Z"),
            ("2026-10-05", (4, 6), StartOfFiscalQuarter, 0, Unit::Day, "2026-07-06T00:00Z"),
            ("2026-10-05", (4, 6), EndOfFiscalQuarter, 1, Unit::Quarter, "2027-01-05T23:59:59.999Z"),
            ("2026-01-03", (4, 6), EndOfFiscalQuarter, 0, Unit::Day, "2026-01-05T23:59:59.999Z"),
            ("2026-11-21", (10, 1), StartOfFiscalYear, 0, Unit::Day, "2026-10-01T00:00Z"),
            ("2026-09-30", (10, 1), StartOfFiscalYear, 0, Unit::Day, "2025-10-01T00:00Z"),
            ("2026-11-21", (12, 1), EndOfFiscalYear, 0, Unit::Day, "2026-11-30T23:59:59.999Z"),
            ("2026-11-21", (12, 1), EndOfFiscalQuarter, 1, Unit::Quarter, "2027-02-28T23:59:59.999Z"),
            ("2026-11-21", (12, 1), EndOfFiscalQuarter, 5, Unit::Quarter, "2028-02-29T23:59:59.999Z"),
        ] {
            let utc = Zone::utc();
            let calendar = Calendar { fiscal_start, ..Calendar::of(&utc, 1) };
            let given = relative(base, offset, unit);
            assert_eq!(given.at(at(&format!("{now}T12:00Z")), calendar), Some(at(expected)), "{now} {fiscal_start:?} {given:?}");
        }
    }

    #[test]
    fn every_period_begins_behind_the_end_of_the_one_before_it() {
        let utc = Zone::utc();
        let bases = [
            (Base::StartOfQuarter, Base::EndOfQuarter, Unit::Quarter),
            (Base::StartOfFiscalQuarter, Base::EndOfFiscalQuarter, Unit::Quarter),
            (Base::StartOfFiscalYear, Base::EndOfFiscalYear, Unit::Year),
        ];
        for fiscal_start in [(1, 1), (2, 28), (4, 6), (7, 1), (12, 28)] {
            let calendar = Calendar { fiscal_start, ..Calendar::of(&utc, 1) };
            for day in 0..1500 {
                let now = Instant(at("2026-11-21T20:00Z").0 + day * 86_400_000);
                for (start, end, unit) in bases {
                    let [first, last, before] =
                        [(start, 0), (end, 0), (end, -1)].map(|(base, by)| relative(base, by, unit).at(now, calendar).unwrap());
                    assert!(first <= now && now <= last && before.0 + 1 == first.0, "{fiscal_start:?} {start:?} {}", now.write());
                }
            }
        }
    }

    #[test]
    fn clamping() {
        use Base::*;
        for (now, base, offset, unit, expected) in [
            ("2026-03-31T12:00Z", Now, -1, Unit::Month, "2026-02-28T12:00Z"),
            ("2024-02-29T12:00Z", Now, -1, Unit::Year, "2023-02-28T12:00Z"),
            ("2026-01-30T12:00Z", EndOfDay, 1, Unit::Month, "2026-02-28T23:59:59.999Z"),
            ("2026-02-28T12:00Z", EndOfDay, 1, Unit::Month, "2026-03-28T23:59:59.999Z"),
            ("2026-02-10T12:00Z", EndOfMonth, 1, Unit::Month, "2026-03-31T23:59:59.999Z"),
            ("2027-02-10T12:00Z", EndOfMonth, 1, Unit::Year, "2028-02-29T23:59:59.999Z"),
            ("2028-02-10T12:00Z", EndOfMonth, -1, Unit::Year, "2027-02-28T23:59:59.999Z"),
        ] {
            assert_eq!(relative(base, offset, unit).at(at(now), Calendar::of(&Zone::utc(), 1)), Some(at(expected)), "{now} {base:?}");
        }
    }

    #[test]
    fn any_first_day_of_the_week() {
        // From Sunday 15 to Saturday 21 November.
        for (week_start, start) in [(0, 15), (1, 16), (2, 17), (5, 20), (6, 21)] {
            let now = at("2026-11-21T20:00Z");
            let first = relative(Base::StartOfWeek, 0, Unit::Day).at(now, Calendar::of(&Zone::utc(), week_start)).unwrap();
            let last = relative(Base::EndOfWeek, 0, Unit::Day).at(now, Calendar::of(&Zone::utc(), week_start)).unwrap();
            assert_eq!(first, at(&format!("2026-11-{start}T00:00Z")), "{week_start}");
            assert_eq!(last.0 - first.0, 7 * 86_400_000 - 1);
        }
    }

    #[test]
    fn wall_time_is_kept_over_clock_changes() {
        use Base::*;
        for (zone, now, base, offset, unit, expected) in [
            // 12:00 on the Saturday before and on the Sunday after; an elapsed day is another hour.
            (new_york(), "2026-03-08T16:00Z", Now, -1, Unit::Day, "2026-03-07T17:00Z"),
            (new_york(), "2026-03-08T16:00Z", Now, -24, Unit::Hour, "2026-03-07T16:00Z"),
            // 02:30 does not exist on the 8th of March and moves to 03:30.
            (new_york(), "2026-03-07T07:30Z", Now, 1, Unit::Day, "2026-03-08T07:30Z"),
            // 01:30 comes twice on the 1st of November: the first, unless it is now.
            (new_york(), "2026-10-31T05:30Z", Now, 1, Unit::Day, "2026-11-01T05:30Z"),
            (new_york(), "2026-11-01T06:30Z", Now, 0, Unit::Month, "2026-11-01T06:30Z"),
            (new_york(), "2026-11-01T06:30Z", Now, 1, Unit::Minute, "2026-11-01T06:31Z"),
            (new_york(), "2026-11-01T12:00Z", StartOfDay, 0, Unit::Day, "2026-11-01T04:00Z"),
            (new_york(), "2026-11-01T12:00Z", EndOfDay, 0, Unit::Day, "2026-11-02T04:59:59.999Z"),
            (new_york(), "2026-11-01T12:00Z", StartOfDay, 9, Unit::Hour, "2026-11-01T13:00Z"),
            (new_york(), "2026-11-01T02:00Z", StartOfMonth, 0, Unit::Day, "2026-10-01T04:00Z"),
            (new_york(), "2026-12-05T12:00Z", EndOfMonth, -1, Unit::Month, "2026-12-01T04:59:59.999Z"),
            (berlin(), "2026-03-29T12:00Z", EndOfMonth, 0, Unit::Day, "2026-03-31T21:59:59.999Z"),
            (berlin(), "2026-03-29T12:00Z", StartOfYear, 0, Unit::Day, "2025-12-31T23:00Z"),
            (berlin(), "2026-12-31T23:30Z", StartOfYear, 0, Unit::Day, "2026-12-31T23:00Z"),
        ] {
            let given = relative(base, offset, unit);
            assert_eq!(given.at(at(now), Calendar::of(&zone, 1)), Some(at(expected)), "{now} {given:?}");
        }
    }

    #[test]
    fn out_of_range_is_none_and_never_overflows() {
        for (_, base) in Base::ALL {
            for (_, unit) in Unit::ALL {
                for offset in [i64::MIN, i64::MIN + 1, -(1 << 53), 1 << 53, i64::MAX] {
                    assert_eq!(
                        relative(base, offset, unit).at(at("2026-11-21T12:00Z"), Calendar::of(&new_york(), 1)),
                        None,
                        "{base:?} {offset} {unit:?}"
                    );
                }
                for now in [Instant::MIN, Instant::MAX] {
                    for zone in [Zone::utc(), new_york(), berlin()] {
                        for offset in [-1, 0, 1] {
                            let result = relative(base, offset, unit).at(now, Calendar::of(&zone, 200));
                            assert!(result.is_none_or(|result| Instant::new(result.0).is_some()));
                        }
                    }
                }
                for now in [Instant(i64::MIN), Instant(i64::MAX)] {
                    assert_eq!(relative(base, 0, unit).at(now, Calendar::of(&Zone::utc(), 1)), None);
                }
            }
        }
        let end = relative(Base::EndOfYear, 0, Unit::Day);
        assert_eq!(end.at(Instant::MAX, Calendar::of(&Zone::utc(), 1)), Some(Instant::MAX));
    }
}
