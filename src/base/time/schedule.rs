//! Hours of the week, days with hours of their own, and time that counts only inside of them.

mod compare;

use crate::btree::BTreeMap;
use std::fmt;

use super::{DAY_MS, Day, Instant, Local, MINUTE_MS, Zone};

/// Ten years: how far ahead hours are looked for.
const HORIZON_MS: i64 = 3653 * DAY_MS;

const DAY_MINUTES: u16 = 1440;

/// Reads `HH:MM`, `00:00` to `24:00`, as minutes since midnight.
///
/// ```
/// use evenhand_base::time::window_minutes;
///
/// assert_eq!(window_minutes("17:30"), Some(1050));
/// assert_eq!(window_minutes("24:00"), Some(1440));
/// assert_eq!(window_minutes("24:01"), None);
/// ```
pub fn window_minutes(text: &str) -> Option<u16> {
    let &[h0 @ b'0'..=b'9', h1 @ b'0'..=b'9', b':', m0 @ b'0'..=b'5', m1 @ b'0'..=b'9'] = text.as_bytes() else { return None };
    let two = |tens: u8, ones: u8| u16::from(tens - b'0') * 10 + u16::from(ones - b'0');
    Some(two(h0, h1) * 60 + two(m0, m1)).filter(|&minutes| minutes <= DAY_MINUTES)
}

/// Why working time cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkingError {
    /// The schedule does not open within ten years.
    NoHours,
    /// The time to count is 0 or less.
    NotPositive,
    /// The schedule opens, but the end is more than ten years away or past the year 9999.
    TooFar,
}

impl fmt::Display for WorkingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WorkingError::NoHours => "the schedule does not open within ten years",
            WorkingError::NotPositive => "the minutes must be more than 0",
            WorkingError::TooFar => "the end is more than ten years away",
        })
    }
}

/// Hours in a zone: windows for each weekday, and dates that replace their weekday.
///
/// Windows are minutes of the wall clock, `[start, end)`. One that ends at or before its start runs over midnight
/// until that end on the next day, so that equal ends are 24 hours; the part after midnight belongs to the day it
/// began on, also when the next day has windows of its own. An instant is inside if its wall time is: an hour that
/// comes twice counts twice, and an hour that the clock skips does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    zone: Zone,
    /// From Sunday; like `dates` sorted, apart from each other, and with ends after midnight as more than 1440.
    week: [Vec<(u16, u16)>; 7],
    dates: BTreeMap<Day, Vec<(u16, u16)>>,
}

impl Schedule {
    /// A schedule of windows in minutes since midnight, from Sunday. A date without windows is a holiday. `None` if
    /// a start is not before 24:00 (1440) or an end is after it.
    ///
    /// ```
    /// use evenhand_base::time::{Instant, Schedule, Zone};
    ///
    /// let mut week: [Vec<(u16, u16)>; 7] = Default::default();
    /// week[2] = vec![(9 * 60, 17 * 60)];
    /// let tuesdays = Schedule::new(Zone::utc(), week, Default::default()).unwrap();
    /// let evening = Instant::parse("2023-10-10T18:00Z").unwrap();
    /// assert_eq!(tuesdays.next_opening(evening).unwrap().write(), "2023-10-17T09:00:00.000Z");
    /// assert_eq!(tuesdays.add_working(evening, 60).unwrap().write(), "2023-10-17T10:00:00.000Z");
    /// ```
    pub fn new(zone: Zone, week: [Vec<(u16, u16)>; 7], dates: BTreeMap<Day, Vec<(u16, u16)>>) -> Option<Schedule> {
        let (mut week, mut dates) = (week, dates);
        for windows in week.iter_mut().chain(dates.values_mut()) {
            settle(windows)?;
        }
        Some(Schedule { zone, week, dates })
    }

    /// Whether the schedule is open at an instant.
    pub fn contains(&self, instant: Instant) -> bool {
        let Local { day, ms } = self.zone.local(instant);
        let inside = |day, ms: i64| {
            self.windows(day).iter().any(|&(start, end)| i64::from(start) * MINUTE_MS <= ms && ms < i64::from(end) * MINUTE_MS)
        };
        inside(day, ms.into()) || inside(Day(day.0.saturating_sub(1)), i64::from(ms) + DAY_MS)
    }

    /// The first instant at or after this one at which the schedule is open, looked for over ten years.
    pub fn next_opening(&self, from: Instant) -> Option<Instant> {
        let from = Instant::new(from.0)?.0;
        self.stretch(from, horizon(from)).map(|(open, _)| Instant(open))
    }

    /// The instant at which this many minutes of open time have passed since `from`. It may be the very end of a
    /// window.
    ///
    /// # Errors
    /// [`WorkingError`], and never a loop: a schedule without hours, minutes of 0 or less, an end too far away.
    pub fn add_working(&self, from: Instant, minutes: i64) -> Result<Instant, WorkingError> {
        if minutes <= 0 {
            return Err(WorkingError::NotPositive);
        }
        let start = Instant::new(from.0).ok_or(WorkingError::TooFar)?.0;
        let until = horizon(start);
        let (mut at, mut failure) = (start, WorkingError::NoHours);
        let mut left = minutes.saturating_mul(MINUTE_MS);
        while let Some((open, close)) = self.stretch(at, until) {
            if left <= close - open {
                return Instant::new(open + left).ok_or(WorkingError::TooFar);
            }
            left -= close - open;
            (at, failure) = (close, WorkingError::TooFar);
        }
        Err(failure)
    }

    fn windows(&self, day: Day) -> &[(u16, u16)] {
        self.dates.get(&day).or_else(|| self.week.get(usize::from(day.weekday()))).map_or(&[], Vec::as_slice)
    }

    /// The first stretch of open milliseconds in `[at, until)` that one window and one offset give.
    fn stretch(&self, at: i64, until: i64) -> Option<(i64, i64)> {
        let mut at = at;
        while at < until {
            // Under one offset the wall clock runs evenly, so that windows can be compared as wall times.
            let (offset, change) = self.zone.stretch(at);
            let offset = i64::from(offset) * 1000;
            let (from, to) = (at + offset, change.min(until) + offset);
            // A window of the day before may run over midnight.
            let mut day = Day(Local::of(from).day.0.saturating_sub(1));
            while i64::from(day.0) * DAY_MS < to {
                let midnight = i64::from(day.0) * DAY_MS;
                for &(start, end) in self.windows(day) {
                    let open = from.max(midnight + i64::from(start) * MINUTE_MS);
                    let close = to.min(midnight + i64::from(end) * MINUTE_MS);
                    if open < close {
                        return Some((open - offset, close - offset));
                    }
                }
                day = day.following();
            }
            at = change;
        }
        None
    }
}

/// Where the search from a legal instant ends.
fn horizon(from: i64) -> i64 {
    (from + HORIZON_MS).min(Instant::MAX.0 + 1)
}

/// Checks windows, writes ends after midnight as more than 1440, sorts, and joins what touches or overlaps.
fn settle(windows: &mut Vec<(u16, u16)>) -> Option<()> {
    for (start, end) in windows.iter_mut() {
        if *start >= DAY_MINUTES || *end > DAY_MINUTES {
            return None;
        }
        if *end <= *start {
            *end += DAY_MINUTES;
        }
    }
    crate::sort::all(windows);
    windows.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1;
        kept.1 = if joins { kept.1.max(next.1) } else { kept.1 };
        joins
    });
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{at, new_york};
    use super::*;

    const SUNDAY: usize = 0;
    const MONDAY: usize = 1;
    const TUESDAY: usize = 2;
    const WEDNESDAY: usize = 3;

    fn windows(texts: &[&str]) -> Vec<(u16, u16)> {
        let window = |text: &&str| {
            let (start, end) = text.split_once('-').unwrap();
            (window_minutes(start).unwrap(), window_minutes(end).unwrap())
        };
        texts.iter().map(window).collect()
    }

    fn schedule(zone: Zone, week: &[(usize, &[&str])], dates: &[(&str, &[&str])]) -> Schedule {
        let mut days: [Vec<(u16, u16)>; 7] = Default::default();
        for &(day, texts) in week {
            days[day] = windows(texts);
        }
        let dates = dates.iter().map(|&(day, texts)| (Day::parse(day).unwrap(), windows(texts))).collect();
        Schedule::new(zone, days, dates).unwrap()
    }

    #[test]
    fn texts_of_minutes() {
        for (text, minutes) in [
            ("00:00", Some(0)),
            ("09:30", Some(570)),
            ("23:59", Some(1439)),
            ("24:00", Some(1440)),
            ("24:01", None),
            ("25:00", None),
            ("09:60", None),
            ("9:30", None),
            ("09:30:00", None),
            ("0930", None),
            ("", None),
            ("-1:00", None),
            ("９:30", None),
        ] {
            assert_eq!(window_minutes(text), minutes, "{text}");
        }
    }

    #[test]
    fn windows_that_cannot_be() {
        for window in [(1440, 60), (0, 1441), (u16::MAX, u16::MAX)] {
            let week = [vec![window], vec![], vec![], vec![], vec![], vec![], vec![]];
            assert_eq!(Schedule::new(Zone::utc(), week, BTreeMap::new()), None);
            assert_eq!(Schedule::new(Zone::utc(), Default::default(), BTreeMap::from([(Day(0), vec![window])])), None);
        }
    }

    #[test]
    fn the_part_after_midnight_belongs_to_the_day_it_began_on() {
        // Saturday 21 November has the night shift, and Sunday is a holiday with an hour of its own at noon.
        let night = schedule(Zone::utc(), &[(6, &["22:00-06:00"])], &[("2026-11-22", &["12:00-13:00"]), ("2026-11-28", &[])]);
        for (text, inside) in [
            ("2026-11-21T05:00Z", false),
            ("2026-11-21T21:59:59.999Z", false),
            ("2026-11-21T22:00Z", true),
            ("2026-11-22T05:59:59.999Z", true),
            ("2026-11-22T06:00Z", false),
            ("2026-11-22T12:30Z", true),
            ("2026-11-22T22:00Z", false),
            ("2026-11-28T23:00Z", false),
            ("2026-11-29T01:00Z", false),
            ("2026-12-05T23:00Z", true),
        ] {
            assert_eq!(night.contains(at(text)), inside, "{text}");
        }
    }

    #[test]
    fn ends_at_midnight_and_whole_days() {
        for texts in [&["00:00-24:00"][..], &["00:00-00:00"], &["12:00-00:00", "00:00-12:00"], &["06:00-24:00", "00:00-08:00"]] {
            let monday = schedule(Zone::utc(), &[(MONDAY, texts)], &[]);
            for (text, inside) in [
                ("2026-11-15T23:59Z", false),
                ("2026-11-16T00:00Z", true),
                ("2026-11-16T23:59:59.999Z", true),
                ("2026-11-17T00:00Z", false),
            ] {
                assert_eq!(monday.contains(at(text)), inside, "{texts:?} {text}");
            }
        }
        let from_nine = schedule(Zone::utc(), &[(MONDAY, &["09:00-09:00"])], &[]);
        assert!(!from_nine.contains(at("2026-11-16T08:59Z")));
        assert!(from_nine.contains(at("2026-11-17T08:59Z")));
    }

    #[test]
    fn membership_settles_gaps_and_repeated_hours() {
        let sundays = |texts| schedule(new_york(), &[(SUNDAY, texts)], &[]);
        // 01:00 to 02:00 comes twice on the 1st of November.
        let repeated = sundays(&["01:00-02:00"]);
        assert_eq!(repeated.next_opening(at("2026-11-01T00:00Z")), Some(at("2026-11-01T05:00Z")));
        assert!(repeated.contains(at("2026-11-01T05:30Z")) && repeated.contains(at("2026-11-01T06:30Z")));
        assert!(!repeated.contains(at("2026-11-01T07:00Z")));
        assert_eq!(repeated.add_working(at("2026-11-01T00:00Z"), 120), Ok(at("2026-11-01T07:00Z")));
        assert_eq!(repeated.add_working(at("2026-11-01T00:00Z"), 121), Ok(at("2026-11-08T06:01Z")));
        // 02:00 to 03:00 is skipped on the 8th of March.
        let skipped = sundays(&["02:00-03:00"]);
        assert_eq!(skipped.next_opening(at("2026-03-08T05:00Z")), Some(at("2026-03-15T06:00Z")));
        let over = sundays(&["01:30-03:30"]);
        assert_eq!(over.add_working(at("2026-03-08T05:00Z"), 60), Ok(at("2026-03-08T07:30Z")));
        // Part of the second 01:00 only.
        let second = sundays(&["01:30-02:00"]);
        assert_eq!(second.next_opening(at("2026-11-01T06:00Z")), Some(at("2026-11-01T06:30Z")));
    }

    #[test]
    fn next_openings() {
        let office = schedule(Zone::utc(), &[(TUESDAY, &["13:00-17:00", "09:00-12:00"])], &[("2023-10-17", &[])]);
        for (from, opening) in [
            ("2023-10-10T08:00Z", "2023-10-10T09:00Z"),
            ("2023-10-10T09:00Z", "2023-10-10T09:00Z"),
            ("2023-10-10T10:30:00.001Z", "2023-10-10T10:30:00.001Z"),
            ("2023-10-10T12:00Z", "2023-10-10T13:00Z"),
            ("2023-10-10T17:00Z", "2023-10-24T09:00Z"),
        ] {
            assert_eq!(office.next_opening(at(from)), Some(at(opening)), "{from}");
        }
        let once = schedule(Zone::utc(), &[], &[("2030-01-01", &["09:00-10:00"])]);
        assert_eq!(once.next_opening(at("2026-01-01T00:00Z")), Some(at("2030-01-01T09:00Z")));
        assert_eq!(once.next_opening(at("2030-01-01T10:00Z")), None);
        assert_eq!(once.next_opening(at("2010-01-01T10:00Z")), None);
    }

    #[test]
    fn working_time() {
        let nine_to_five = &["09:00-17:00"][..];
        let two_days = &[(TUESDAY, nine_to_five), (WEDNESDAY, nine_to_five)][..];
        let tuesday = &[(TUESDAY, nine_to_five)][..];
        for (week, dates, table, from, minutes, end) in [
            (two_days, &[][..], vec![(None, 0)], "2023-10-10T09:00Z", 900, Ok("2023-10-11T16:00Z")),
            (two_days, &[], vec![(None, 0)], "2023-10-10T09:00Z", 480, Ok("2023-10-10T17:00Z")),
            (tuesday, &[], vec![(None, 0)], "2023-10-10T18:00Z", 60, Ok("2023-10-17T10:00Z")),
            (tuesday, &[("2023-10-10", &[][..])], vec![(None, 0)], "2023-10-10T09:00Z", 60, Ok("2023-10-17T10:00Z")),
            // Tuesday 20:00 UTC is Wednesday 01:30 in India; 10:00 there is 04:30 UTC.
            (tuesday, &[], vec![(None, 19_800)], "2023-10-10T20:00Z", 60, Ok("2023-10-17T04:30Z")),
            (&[(MONDAY, nine_to_five)], &[], vec![(None, 0)], "2023-10-14T12:00Z", 60, Ok("2023-10-16T10:00Z")),
            (&[], &[], vec![(None, 0)], "2023-10-10T09:00Z", 60, Err(WorkingError::NoHours)),
            (&[], &[("2023-10-01", nine_to_five)], vec![(None, 0)], "2023-10-10T09:00Z", 60, Err(WorkingError::NoHours)),
            (&[], &[("2023-10-11", nine_to_five)], vec![(None, 0)], "2023-10-10T09:00Z", 481, Err(WorkingError::TooFar)),
            (tuesday, &[], vec![(None, 0)], "2023-10-10T09:00Z", 0, Err(WorkingError::NotPositive)),
            (tuesday, &[], vec![(None, 0)], "2023-10-10T09:00Z", -60, Err(WorkingError::NotPositive)),
            (tuesday, &[], vec![(None, 0)], "2023-10-10T09:00Z", i64::MAX, Err(WorkingError::TooFar)),
            (tuesday, &[], vec![(None, 0)], "9999-12-31T09:00Z", 60, Err(WorkingError::NoHours)),
            (two_days, &[], vec![(None, 0)], "9999-12-28T09:00Z", 961, Err(WorkingError::TooFar)),
        ] {
            let given = schedule(Zone::from_table(&table).unwrap(), week, dates);
            assert_eq!(given.add_working(at(from), minutes), end.map(at), "{from} {minutes}");
        }
    }

    #[test]
    fn instants_at_the_ends_of_time() {
        let always = schedule(new_york(), &[0, 1, 2, 3, 4, 5, 6].map(|day| (day, &["00:00-24:00"][..])), &[]);
        for instant in [Instant(i64::MIN), Instant::MIN, Instant::MAX, Instant(i64::MAX)] {
            assert!(always.contains(instant));
            let legal = Instant::new(instant.0);
            assert_eq!(always.next_opening(instant), legal);
            assert_eq!(always.add_working(instant, 1).is_ok(), instant == Instant::MIN);
        }
        assert_eq!(always.add_working(Instant(Instant::MAX.0 - 60_000), 1), Ok(Instant::MAX));
        assert_eq!(always.add_working(Instant(Instant::MAX.0 - 59_999), 1), Err(WorkingError::TooFar));
    }

    /// Windows as they are given, and a look at every minute.
    #[derive(Debug)]
    struct Naive {
        zone: Zone,
        week: [Vec<(u16, u16)>; 7],
        dates: BTreeMap<Day, Vec<(u16, u16)>>,
    }

    impl Naive {
        fn contains(&self, ms: i64) -> bool {
            let Local { day, ms } = self.zone.local(Instant(ms));
            let minute = (ms / 60_000) as u16;
            let of = |day: Day| self.dates.get(&day).unwrap_or(&self.week[usize::from(day.weekday())]);
            of(day).iter().any(|&(start, end)| start <= minute && (minute < end || end <= start))
                || of(Day(day.0 - 1)).iter().any(|&(start, end)| end <= start && minute < end)
        }
    }

    fn given() -> impl Strategy<Value = Naive> {
        let window = || (0..96u16, 0..=96u16).prop_map(|(start, end)| (start * 15, end * 15));
        let day = move || prop::collection::vec(window(), 0..3);
        let dates = prop::collection::btree_map(prop_oneof![20_510..20_540, 20_750..20_780].prop_map(Day), day(), 0..9);
        (prop::array::uniform7(day()), dates).prop_map(|(week, dates)| Naive { zone: new_york(), week, dates: dates.into_iter().collect() })
    }

    proptest! {
        // From a few days before to a few weeks after a clock change, minute by minute.
        #[test]
        fn agrees_with_a_look_at_every_minute(naive in given(), first in 0..7200i64, minutes in 1..3000i64) {
            let schedule = Schedule::new(naive.zone.clone(), naive.week.clone(), naive.dates.clone()).unwrap();
            for change in ["2026-03-05T00:00Z", "2026-10-29T00:00Z"] {
                let from = at(change).0 + first * MINUTE_MS;
                let all = || (0..20 * 1440).map(|minute| from + minute * MINUTE_MS);
                for ms in all().step_by(7) {
                    prop_assert_eq!(schedule.contains(Instant(ms)), naive.contains(ms), "{}", Instant(ms).write());
                }
                if let Some(ms) = all().find(|&ms| naive.contains(ms)) {
                    prop_assert_eq!(schedule.next_opening(Instant(from)), Some(Instant(ms)));
                }
                if let Some(ms) = all().filter(|&ms| naive.contains(ms)).nth(minutes as usize - 1) {
                    prop_assert_eq!(schedule.add_working(Instant(from), minutes), Ok(Instant(ms + MINUTE_MS)));
                }
            }
        }
    }
}
