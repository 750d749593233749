//! Hours of the week, days with hours of their own, and time that counts only inside of them.

use std::collections::BTreeMap;
use std::fmt;

use super::{DAY_MS, Day, Instant, Local, MINUTE_MS, Zone};

/// Ten years: how far ahead hours are looked for.
const HORIZON_MS: i64 = 3653 * DAY_MS;

const DAY_MINUTES: u16 = 1440;

/// Reads `HH:MM`, `00:00` to `24:00`, as minutes since midnight.
///
/// ```
/// use evenhand::time::window_minutes;
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
    /// use evenhand::time::{Instant, Schedule, Zone};
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
                return Ok(Instant(open + left));
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
    windows.sort_unstable();
    windows.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1;
        kept.1 = if joins { kept.1.max(next.1) } else { kept.1 };
        joins
    });
    Some(())
}
