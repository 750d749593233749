//! Schedules held against each other.

use super::{DAY_MINUTES, Schedule};
use crate::time::{DAY_MS, Day, Instant, Local, MINUTE_MS, Zone};

impl Schedule {
    /// The zone of its clock.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether it is open by its weekdays alone, whatever single dates say.
    pub fn is_open_in_week(&self, instant: Instant) -> bool {
        let Local { day, ms } = self.zone.local(instant);
        let inside = |day: Day, ms: i64| {
            let windows = self.week.get(usize::from(day.weekday())).map_or(&[][..], Vec::as_slice);
            windows.iter().any(|&(start, end)| i64::from(start) * MINUTE_MS <= ms && ms < i64::from(end) * MINUTE_MS)
        };
        inside(day, ms.into()) || inside(Day(day.0.saturating_sub(1)), i64::from(ms) + DAY_MS)
    }

    /// Whether it has no window at all.
    pub fn never_opens(&self) -> bool {
        self.week.iter().chain(self.dates.values()).all(Vec::is_empty)
    }

    /// Whether it is open at every instant.
    pub fn always_opens(&self) -> bool {
        self.days().into_iter().all(|day| self.open_minutes(day) == [(0, DAY_MINUTES)])
    }

    /// Whether it is surely open only when the other one is. Of two that are not in one zone that is known where the other is
    /// always open.
    pub fn is_within(&self, other: &Schedule) -> bool {
        if other.always_opens() || self.never_opens() {
            return true;
        }
        if self.zone != other.zone {
            return false;
        }
        let mut days = self.days();
        days.extend(other.days());
        days.into_iter().all(|day| {
            let outer = other.open_minutes(day);
            self.open_minutes(day).iter().all(|(start, end)| outer.iter().any(|(from, to)| from <= start && end <= to))
        })
    }

    /// Days that stand for all: a week far from every date, and each date with the day after it.
    fn days(&self) -> Vec<Day> {
        // Dates end with the year 9999, day 2932896; the weekdays of later days go on.
        let mut out: Vec<Day> = (3_000_000..3_000_007).map(Day).collect();
        for day in self.dates.keys() {
            out.extend([*day, Day(day.0.saturating_add(1))]);
        }
        out
    }

    /// The minutes of a civil day at which it is open, sorted and apart.
    fn open_minutes(&self, day: Day) -> Vec<(u16, u16)> {
        let mut out: Vec<(u16, u16)> = Vec::new();
        for &(start, end) in self.windows(Day(day.0.saturating_sub(1))) {
            if end > DAY_MINUTES {
                out.push((start.saturating_sub(DAY_MINUTES), end - DAY_MINUTES));
            }
        }
        for &(start, end) in self.windows(day) {
            out.push((start, end.min(DAY_MINUTES)));
        }
        out.retain(|(start, end)| start < end);
        crate::sort::all(&mut out);
        out.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1;
            kept.1 = if joins { kept.1.max(next.1) } else { kept.1 };
            joins
        });
        out
    }
}
