//! Limits: how many automatic assignments a person had in a window of time.
//!
//! A calendar window is a period of the organisation's calendar, named by its first millisecond, which the caller works out. A rolling one
//! is (now − w, now], with w of 3,600 s, 24 h, 7 d or 30 d.
//!
//! For calendar limits one count a period is enough, so all four are always kept, and a limit that is added later is right at once. Rolling
//! limits need the instants; those within the longest rolling window in use are kept, equal ones as one entry with a count.

/// The four windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// An hour; rolling 3,600 s.
    Hour,
    /// A day; rolling 24 h.
    Day,
    /// A week; rolling 7 d.
    Week,
    /// A month; rolling 30 d.
    Month,
}

impl Window {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Length of the rolling window in milliseconds.
    pub const fn rolling_ms(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
            Self::Week => 7 * 86_400_000,
            Self::Month => 30 * 86_400_000,
        }
    }
}

/// The first milliseconds of the calendar's hour, day, week and month that contain an instant, in the order of [`Window::ALL`].
pub type PeriodStarts = [i64; 4];

/// The count of one calendar period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeriodCount {
    /// First millisecond of the period.
    pub start: i64,
    /// Assignments in it.
    pub count: u64,
}

/// Assignments at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since 1970, UTC.
    pub ms: i64,
    /// How many.
    pub count: u64,
}

/// What is remembered of a person's automatic assignments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The counts of the periods of the last assignment, in the order of [`Window::ALL`].
    pub calendar: [PeriodCount; 4],
    /// Instants within the longest rolling window, ascending.
    pub recent: Vec<Instant>,
}

impl Usage {
    /// Notes an assignment at `now`, in the periods that begin at `starts`. `longest` is the longest rolling window of this person's
    /// limits: older instants are forgotten, all of them where it is `None`.
    pub fn record(&mut self, now: i64, starts: &PeriodStarts, longest: Option<Window>) {
        for (period, start) in self.calendar.iter_mut().zip(starts) {
            let before = if period.start == *start { period.count } else { 0 };
            *period = PeriodCount { start: *start, count: before.saturating_add(1) };
        }
        let Some(longest) = longest else {
            self.recent.clear();
            return;
        };
        let after = now.saturating_sub(longest.rolling_ms());
        if self.recent.first().is_some_and(|instant| instant.ms <= after) {
            self.recent.retain(|instant| instant.ms > after);
        }
        // The clock may have gone back, so the place is looked for from the end.
        let at = self.recent.iter().rposition(|instant| instant.ms <= now).map_or(0, |at| at + 1);
        match self.recent.get_mut(at.wrapping_sub(1)) {
            Some(instant) if instant.ms == now => instant.count = instant.count.saturating_add(1),
            _ => self.recent.insert(at, Instant { ms: now, count: 1 }),
        }
    }

    /// Assignments in the calendar period that begins at `starts`' entry for the window.
    pub fn in_calendar(&self, window: Window, starts: &PeriodStarts) -> u64 {
        let periods = self.calendar.iter().zip(starts).zip(Window::ALL);
        periods.filter(|((period, start), of)| *of == window && period.start == **start).map(|((period, _), _)| period.count).sum()
    }

    /// Assignments in the rolling window that ends with `now`, counted no further than to `most`.
    pub fn in_rolling(&self, window: Window, now: i64, most: u64) -> u64 {
        let (mut count, after) = (0_u64, now.saturating_sub(window.rolling_ms()));
        for instant in self.recent.iter().rev() {
            if instant.ms <= after || count >= most {
                break;
            }
            if instant.ms <= now {
                count = count.saturating_add(instant.count);
            }
        }
        count.min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;

    /// A calendar of plain lengths, which is enough to hold counts against.
    fn starts(now: i64) -> PeriodStarts {
        Window::ALL.map(|window| now.div_euclid(window.rolling_ms()) * window.rolling_ms())
    }

    #[test]
    fn scenario_52_two_before_midnight() {
        let midnight = 20_000 * 24 * HOUR;
        let late = midnight - 600_000;
        let mut usage = Usage::default();
        usage.record(late, &starts(late), Some(Window::Day));
        usage.record(late, &starts(late), Some(Window::Day));
        assert_eq!(usage.recent, [Instant { ms: late, count: 2 }]);
        assert_eq!([late, midnight - 1, midnight].map(|now| usage.in_calendar(Window::Day, &starts(now))), [2, 2, 0]);
        let day = 24 * HOUR;
        assert_eq!(
            [late - 1, late, midnight, late + day - 1, late + day].map(|now| usage.in_rolling(Window::Day, now, 9)),
            [0, 2, 2, 2, 0]
        );
        assert_eq!(usage.in_rolling(Window::Day, late, 1), 1);
    }

    #[test]
    fn no_rolling_limit_keeps_no_instants() {
        let mut usage = Usage { recent: vec![Instant { ms: 3, count: 1 }], ..Usage::default() };
        usage.record(5, &starts(5), None);
        assert_eq!((usage.recent.len(), usage.in_calendar(Window::Month, &starts(5))), (0, 1));
    }

    proptest! {
        #[test]
        fn counts_are_those_of_a_plain_list(
            steps in prop::collection::vec((0_i64..20, prop::sample::select(Window::ALL.to_vec())), 0..40),
            longest in prop::sample::select(Window::ALL.to_vec()),
        ) {
            let (mut usage, mut all, mut now) = (Usage::default(), Vec::new(), 0);
            for (step, unit) in steps {
                now += step * unit.rolling_ms() / 10;
                usage.record(now, &starts(now), Some(longest));
                all.push(now);
                for window in Window::ALL {
                    for at in [now, now + HOUR / 2, now + 9 * HOUR, now + 26 * HOUR] {
                        let calendar = all.iter().filter(|ms| starts(**ms) [window as usize] == starts(at)[window as usize]).count() as u64;
                        prop_assert_eq!(usage.in_calendar(window, &starts(at)), calendar);
                        let rolling = all.iter().filter(|ms| **ms > at - window.rolling_ms() && **ms <= at).count() as u64;
                        if window <= longest {
                            prop_assert_eq!(usage.in_rolling(window, at, u64::MAX), rolling);
                            prop_assert_eq!(usage.in_rolling(window, at, 3), rolling.min(3));
                        }
                    }
                }
            }
        }

        #[test]
        fn a_clock_that_goes_back_loses_no_instant(instants in prop::collection::vec(0_i64..50, 0..30), asked in 0_i64..60) {
            let mut usage = Usage::default();
            instants.iter().for_each(|ms| usage.record(*ms, &starts(*ms), Some(Window::Hour)));
            prop_assert!(usage.recent.is_sorted_by(|a, b| a.ms < b.ms));
            let count = instants.iter().filter(|ms| **ms <= asked).count() as u64;
            prop_assert_eq!(usage.in_rolling(Window::Hour, asked, u64::MAX), count);
        }
    }
}
