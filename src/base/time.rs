//! Instants, civil days, zones as data, relative times, schedules and working time. There is no clock here.
//!
//! An [`Instant`] counts milliseconds of UTC, a [`Day`] counts days of the proleptic Gregorian calendar. Only a
//! [`Zone`], which is a table of offsets, leads from one to the other. Both have the years 0001 to 9999 as their
//! legal range, which is what RFC 3339 can write. Arithmetic saturates or answers `None`; it never wraps.
//!
//! ```
//! use evenhand_base::time::{Base, Calendar, Instant, Relative, Unit, Zone};
//!
//! let now = Instant::parse("2026-11-21T20:54:18Z").unwrap();
//! let last_month = Relative { base: Base::StartOfMonth, offset: -1, unit: Unit::Month };
//! let start = last_month.at(now, Calendar::of(&Zone::utc(), 1)).unwrap();
//! assert_eq!(start.write(), "2026-10-01T00:00:00.000Z");
//! ```

mod civil;
mod format;
mod relative;
mod schedule;
mod text;
mod zone;

pub use civil::{Civil, Day};
pub use format::Format;
pub use relative::{Base, Calendar, Relative, Unit};
pub use schedule::{Schedule, WorkingError, window_minutes};
pub use text::parse_moment;
pub use zone::{Local, Zone, ZoneError};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// A point in time: milliseconds since 1970-01-01T00:00Z, without leap seconds.
///
/// The legal range is [`Instant::MIN`] to [`Instant::MAX`]; [`Instant::new`] checks it. Bounds of days, which
/// may lie one step outside, are held unchecked so that comparisons stay right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// 0001-01-01T00:00:00.000Z.
    pub const MIN: Instant = Instant(Day::MIN.0 as i64 * DAY_MS);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Instant = Instant(Day::MAX.0 as i64 * DAY_MS + DAY_MS - 1);

    /// The instant that many milliseconds after 1970-01-01T00:00Z; `None` outside of the legal range.
    #[inline]
    pub const fn new(ms: i64) -> Option<Instant> {
        if ms < Instant::MIN.0 || ms > Instant::MAX.0 { None } else { Some(Instant(ms)) }
    }

    /// The same of a number as JSON has it; `None` for one that is not whole.
    pub fn from_number(ms: f64) -> Option<Instant> {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        if ms.fract() == 0.0 && ms.abs() < 9.0e15 { Instant::new(ms as i64) } else { None }
    }
}

/// What the text of a date or a datetime says, as far as it says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// It had an offset.
    Instant(Instant),
    /// A wall time without an offset.
    Local(Local),
    /// A day without a time.
    Day(Day),
}

impl Moment {
    /// The instant that is meant in `zone`; a bare day is its start. `None` when a local time near an end of the
    /// legal range falls outside of it.
    #[inline]
    pub fn instant(self, zone: &Zone) -> Option<Instant> {
        match self {
            Moment::Instant(instant) => Some(instant),
            Moment::Local(local) => Instant::new(zone.instant(local).0),
            Moment::Day(day) => Instant::new(zone.start_of(day).0),
        }
    }
}

/// Zones written by hand, for the tests of this module.
#[cfg(test)]
mod sample {
    use super::{Instant, Zone};

    pub(super) fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    pub(super) fn zone(changes: &[(&str, i32)], last: i32) -> Zone {
        let mut table: Vec<_> = changes.iter().map(|&(until, hours)| (Some(at(until).0), hours * 3600)).collect();
        table.push((None, last * 3600));
        Zone::from_table(&table).unwrap()
    }

    pub(super) fn new_york() -> Zone {
        zone(&[("2026-03-08T07:00Z", -5), ("2026-11-01T06:00Z", -4)], -5)
    }

    pub(super) fn berlin() -> Zone {
        zone(&[("2026-03-29T01:00Z", 1), ("2026-10-25T01:00Z", 2)], 1)
    }
}
