//! Time zones as data: which offset held until when.

use std::fmt;

use super::{DAY_MS, Day, Instant};

/// A wall time: a day and the milliseconds that a clock on the wall shows on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Local {
    /// The civil day.
    pub day: Day,
    /// Milliseconds since 00:00 by the wall clock, 0 to 86,399,999.
    pub ms: i32,
}

impl Local {
    /// The wall time of milliseconds since 1970-01-01T00:00 on the same wall.
    pub(super) fn of(wall: i64) -> Local {
        let day = wall.div_euclid(DAY_MS).clamp(i32::MIN.into(), i32::MAX.into());
        Local { day: Day(day as i32), ms: wall.rem_euclid(DAY_MS) as i32 }
    }

    fn wall(self) -> i64 {
        i64::from(self.day.0) * DAY_MS + i64::from(self.ms)
    }
}

/// What is wrong with a table of offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneError {
    /// The entry at fault, counted from 0.
    pub index: usize,
    /// The fault in words, lower case and without a full stop.
    pub message: &'static str,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

/// More than four centuries of two changes a year; a longer table is a mistake.
const MAX_ENTRIES: usize = 1000;

/// A time zone: offsets from UTC, each until an instant, the last without end. The default is UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Ascending: the offset in seconds that holds before the millisecond.
    changes: Vec<(i64, i32)>,
    /// The offset in seconds after the last change.
    last: i32,
}

/// Where a wall time lies on the line of instants, in milliseconds.
enum Found {
    /// The first instant at which the wall shows it.
    At(i64),
    /// No instant: the clock jumped over it. The jump, and the offset in milliseconds before it.
    Gap { jump: i64, before: i64 },
}

impl Zone {
    /// UTC.
    pub const fn utc() -> Zone {
        Zone { changes: Vec::new(), last: 0 }
    }

    /// The zone of a table: each entry is an offset in seconds east of UTC and the millisecond at which it ends.
    ///
    /// # Errors
    /// The ends must ascend, the last entry and no other has none, offsets are within 24 hours, and there are
    /// between 1 and 1,000 entries.
    ///
    /// ```
    /// use evenhand_base::time::{Instant, Zone};
    ///
    /// let change = Instant::parse("2026-10-25T01:00Z").unwrap();
    /// let berlin = Zone::from_table(&[(Some(change.0), 7200), (None, 3600)]).unwrap();
    /// assert_eq!(berlin.offset_at(change), 3600);
    /// ```
    pub fn from_table(table: &[(Option<i64>, i32)]) -> Result<Zone, ZoneError> {
        let fault = |index, message| Err(ZoneError { index, message });
        if table.len() > MAX_ENTRIES {
            return fault(MAX_ENTRIES, "a zone has at most 1000 entries");
        }
        let Some((&(end, last), rest)) = table.split_last() else { return fault(0, "a zone needs at least one entry") };
        let mut changes = Vec::with_capacity(rest.len());
        let mut previous = None;
        for (index, &(until, offset)) in rest.iter().enumerate() {
            let Some(until) = until else { return fault(index, "only the last entry has no end") };
            if previous.is_some_and(|previous| previous >= until) {
                return fault(index, "the ends must ascend");
            }
            if !offset_is_legal(offset) {
                return fault(index, "an offset is within 24 hours");
            }
            previous = Some(until);
            changes.push((until, offset));
        }
        if end.is_some() {
            return fault(rest.len(), "the last entry has no end");
        }
        if !offset_is_legal(last) {
            return fault(rest.len(), "an offset is within 24 hours");
        }
        Ok(Zone { changes, last })
    }

    /// The table again, as [`Zone::from_table`] takes it.
    pub fn table(&self) -> impl Iterator<Item = (Option<i64>, i32)> + '_ {
        self.changes.iter().map(|&(until, offset)| (Some(until), offset)).chain([(None, self.last)])
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_at(&self, instant: Instant) -> i32 {
        self.stretch(instant.0).0
    }

    /// The offset in seconds at a millisecond, and the millisecond at which it ends.
    pub(super) fn stretch(&self, ms: i64) -> (i32, i64) {
        let passed = self.changes.partition_point(|&(until, _)| until <= ms);
        self.changes.get(passed).map_or((self.last, i64::MAX), |&(until, offset)| (offset, until))
    }

    /// The wall time at an instant.
    pub fn local(&self, instant: Instant) -> Local {
        Local::of(instant.0.saturating_add(i64::from(self.offset_at(instant)) * 1000))
    }

    /// The instant of a wall time. One in a gap moves forward by the gap; of one that comes twice it is the first.
    /// The result is outside of the legal range if the wall time is at an end of it.
    pub fn instant(&self, local: Local) -> Instant {
        match self.find(local) {
            Found::At(ms) => Instant(ms),
            Found::Gap { before, .. } => Instant(local.wall() - before),
        }
    }

    /// The first instant of a civil day. If the clock jumps over midnight that is the jump.
    pub fn start_of(&self, day: Day) -> Instant {
        match self.find(Local { day, ms: 0 }) {
            Found::At(ms) => Instant(ms),
            Found::Gap { jump, .. } => Instant(jump),
        }
    }

    fn find(&self, local: Local) -> Found {
        let wall = local.wall();
        // No offset exceeds a day: an instant with this wall time is at most a day away from it, read as UTC.
        let mut start = wall - DAY_MS;
        let mut before = 0;
        let mut gap = None;
        loop {
            let (offset, until) = self.stretch(start);
            let offset = i64::from(offset) * 1000;
            let ms = wall - offset;
            if start <= ms && ms < until {
                return Found::At(ms);
            }
            if ms < start && gap.is_none() {
                gap = Some(Found::Gap { jump: start, before });
            }
            match gap {
                Some(gap) if until > wall + DAY_MS => return gap,
                _ => (start, before) = (until, offset),
            }
        }
    }
}

fn offset_is_legal(seconds: i32) -> bool {
    (-86_400..=86_400).contains(&seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{at, berlin, new_york, zone};
    use super::super::{Moment, parse_moment};
    use super::*;

    fn wall(text: &str) -> Local {
        match parse_moment(text).unwrap() {
            Moment::Local(local) => local,
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn wall_times_with_gaps_and_overlaps() {
        for (zone, local, instant) in [
            (new_york(), "2026-01-15T12:00", "2026-01-15T17:00Z"),
            (new_york(), "2026-03-08T01:59:59.999", "2026-03-08T06:59:59.999Z"),
            (new_york(), "2026-03-08T02:00", "2026-03-08T07:00Z"),
            (new_york(), "2026-03-08T02:30", "2026-03-08T07:30Z"),
            (new_york(), "2026-03-08T03:00", "2026-03-08T07:00Z"),
            (new_york(), "2026-07-04T12:00", "2026-07-04T16:00Z"),
            (new_york(), "2026-11-01T00:59", "2026-11-01T04:59Z"),
            (new_york(), "2026-11-01T01:00", "2026-11-01T05:00Z"),
            (new_york(), "2026-11-01T01:59", "2026-11-01T05:59Z"),
            (new_york(), "2026-11-01T02:00", "2026-11-01T07:00Z"),
            (berlin(), "2026-03-29T02:30", "2026-03-29T01:30Z"),
            (berlin(), "2026-03-29T03:30", "2026-03-29T01:30Z"),
            (berlin(), "2026-10-25T02:30", "2026-10-25T00:30Z"),
            (berlin(), "2026-10-25T03:00", "2026-10-25T02:00Z"),
            (Zone::utc(), "2026-10-25T03:00", "2026-10-25T03:00Z"),
        ] {
            assert_eq!(zone.instant(wall(local)), at(instant), "{local}");
        }
        // Both hours of the overlap show the same wall time, and the gap is shown by none.
        assert_eq!(new_york().local(at("2026-11-01T05:30Z")), wall("2026-11-01T01:30"));
        assert_eq!(new_york().local(at("2026-11-01T06:30Z")), wall("2026-11-01T01:30"));
        assert_eq!(new_york().local(at("2026-03-08T06:59Z")), wall("2026-03-08T01:59"));
        assert_eq!(new_york().local(at("2026-03-08T07:00Z")), wall("2026-03-08T03:00"));
    }

    #[test]
    fn days_of_23_24_and_25_hours() {
        for (zone, day, start, hours) in [
            (new_york(), "2026-03-08", "2026-03-08T05:00Z", 23),
            (new_york(), "2026-03-09", "2026-03-09T04:00Z", 24),
            (new_york(), "2026-11-01", "2026-11-01T04:00Z", 25),
            (berlin(), "2026-03-29", "2026-03-28T23:00Z", 23),
            (berlin(), "2026-10-25", "2026-10-24T22:00Z", 25),
        ] {
            let day = Day::parse(day).unwrap();
            assert_eq!(zone.start_of(day), at(start));
            assert_eq!(zone.start_of(day.following()).0 - zone.start_of(day).0, hours * 3_600_000);
        }
    }

    #[test]
    fn clocks_that_jump_at_midnight() {
        let day = |text| Day::parse(text).unwrap();
        let sao_paulo = zone(&[("2018-11-04T03:00Z", -3)], -2);
        assert_eq!(sao_paulo.start_of(day("2018-11-04")), at("2018-11-04T03:00Z"));
        // From 23:30 to 00:30: 00:00 moves to 01:00, and still the day begins with the jump.
        let half = zone(&[("2026-05-01T23:30Z", 0)], 1);
        assert_eq!(half.instant(wall("2026-05-02T00:00")), at("2026-05-02T00:00Z"));
        assert_eq!(half.start_of(day("2026-05-02")), at("2026-05-01T23:30Z"));
        // Back from 00:00 to 23:00: the day begins after the second 23:00, without a gap in the day before.
        let back = zone(&[("2026-05-02T00:00Z", 0)], -1);
        assert_eq!(back.start_of(day("2026-05-02")), at("2026-05-02T01:00Z"));
        // A day that Samoa skipped is empty.
        let apia = zone(&[("2011-12-30T10:00Z", -10)], 14);
        assert_eq!(apia.start_of(day("2011-12-30")), apia.start_of(day("2011-12-31")));
        assert_eq!(apia.instant(wall("2011-12-30T12:00")), at("2011-12-30T22:00Z"));
        assert_eq!(apia.local(at("2011-12-30T22:00Z")), wall("2011-12-31T12:00"));
    }

    #[test]
    fn tables() {
        assert_eq!(Zone::from_table(&[(None, 0)]), Ok(Zone::utc()));
        let table: Vec<_> = berlin().table().collect();
        assert_eq!(table, [(Some(at("2026-03-29T01:00Z").0), 3600), (Some(at("2026-10-25T01:00Z").0), 7200), (None, 3600)]);
        assert_eq!(Zone::from_table(&table), Ok(berlin()));
        for (table, index) in [
            (&[][..], 0),
            (&[(Some(1), 0)], 0),
            (&[(None, 0), (None, 0)], 0),
            (&[(Some(1), 0), (Some(1), 3600), (None, 0)], 1),
            (&[(Some(2), 0), (Some(1), 3600), (None, 0)], 1),
            (&[(Some(2), 86_401), (None, 0)], 0),
            (&[(Some(2), 0), (None, i32::MIN)], 1),
            (&[(None, 0); 1001], 1000),
        ] {
            assert_eq!(Zone::from_table(table).map_err(|error| error.index), Err(index), "{table:?}");
        }
    }

    #[test]
    fn no_instant_and_no_day_overflows() {
        let extreme = Zone::from_table(&[(Some(i64::MIN), 86_400), (Some(0), -86_400), (Some(i64::MAX), 86_400), (None, -86_400)]).unwrap();
        for zone in [Zone::utc(), new_york(), extreme] {
            for ms in [i64::MIN, i64::MIN + 1, Instant::MIN.0, 0, Instant::MAX.0, i64::MAX] {
                let local = zone.local(Instant(ms));
                assert!((0..DAY_MS).contains(&i64::from(local.ms)));
            }
            for day in [Day(i32::MIN), Day::MIN, Day::MAX, Day(i32::MAX)] {
                let start = zone.start_of(day);
                assert_eq!(zone.local(start).day, day);
                assert_eq!(zone.instant(Local { day, ms: 0 }), start);
            }
        }
    }

    /// Changes at whole quarters of an hour, so that a search by quarters misses none.
    fn quarters() -> impl Strategy<Value = Zone> {
        let change = (1..300i64, -96..=96i32);
        (prop::collection::vec(change, 0..6), -96..=96i32).prop_map(|(steps, last)| {
            let mut until = 0;
            let mut table: Vec<_> = Vec::new();
            for (quarters, offset) in steps {
                until += quarters * 900_000;
                table.push((Some(until), offset * 900));
            }
            table.push((None, last * 900));
            Zone::from_table(&table).unwrap()
        })
    }

    fn naive_offset(zone: &Zone, ms: i64) -> i64 {
        i64::from(zone.table().find(|&(until, _)| until.is_none_or(|until| ms < until)).unwrap().1) * 1000
    }

    /// Goes through the instants around, quarter by quarter.
    fn naive_instant(zone: &Zone, wall: i64) -> i64 {
        let quarters = || (-96..=96).map(|quarter| wall + quarter * 900_000);
        let shown = |&ms: &i64| ms + naive_offset(zone, ms) == wall;
        quarters().find(shown).unwrap_or_else(|| {
            let jump = quarters().find(|&ms| ms + naive_offset(zone, ms) > wall).unwrap();
            wall - naive_offset(zone, jump - 1)
        })
    }

    proptest! {
        #[test]
        fn agrees_with_going_through_the_instants(zone in quarters(), quarter in -200..1800i64) {
            let wall = quarter * 900_000;
            let local = Local::of(wall);
            prop_assert_eq!(zone.instant(local).0, naive_instant(&zone, wall));
            prop_assert_eq!(zone.local(Instant(wall)), Local::of(wall + naive_offset(&zone, wall)));
        }
    }
}
