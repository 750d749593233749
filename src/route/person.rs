//! What keeps a person from leads whatever lead it is, and what their assignments count.

use crate::config::{Limit, Model, Period, User, UserIx};
use crate::json::Json;
use crate::query::Schema;
use crate::rotate::limits::{PeriodStarts, Usage, Window};
use crate::time::{Base, Instant, Relative, Unit};

use super::memory::PersonMemory;
use super::reasons::Reasons;

/// A person whom a call has met.
#[derive(Debug)]
pub(super) struct Person<'p> {
    /// Reasons that no lead of the call changes.
    pub fixed: Reasons,
    /// When that was.
    pub at: i64,
    /// The value that was read.
    pub kept: Option<&'p Json>,
    /// The same, understood when it is first asked for: of most members of a group nobody does.
    memory: Option<Box<PersonMemory>>,
}

impl<'p> Person<'p> {
    /// Somebody of whom this was kept.
    pub fn new(fixed: Reasons, at: i64, kept: Option<&'p Json>) -> Self {
        Person { fixed, at, kept, memory: None }
    }

    /// What is remembered of them.
    pub fn memory(&mut self) -> &mut PersonMemory {
        self.memory.get_or_insert_with(|| Box::new(PersonMemory::read(self.kept)))
    }
}

/// The people whom a call has met.
#[derive(Debug)]
pub(super) struct People<'p> {
    list: Vec<Person<'p>>,
    /// Stands for who is not in the list, which nobody asks for.
    nobody: Person<'p>,
    /// By number of a person, the place in the list counted from 1; 0 is none.
    places: Vec<u32>,
}

impl<'p> People<'p> {
    /// Nobody was met yet.
    pub fn new() -> Self {
        let nobody = Person::new(Reasons::INACTIVE, 0, None);
        People { list: Vec::new(), nobody, places: Vec::new() }
    }

    /// Whether somebody was met.
    pub fn knows(&self, user: UserIx) -> bool {
        self.places.get(user.0 as usize).is_some_and(|place| *place > 0)
    }

    /// Somebody who was met.
    pub fn get_mut(&mut self, user: UserIx) -> &mut Person<'p> {
        let place = self.places.get(user.0 as usize).map_or(0, |place| *place as usize);
        self.list.get_mut(place.wrapping_sub(1)).unwrap_or(&mut self.nobody)
    }

    /// Adds somebody who was not met before.
    pub fn add(&mut self, user: UserIx, person: Person<'p>) {
        let at = user.0 as usize;
        if self.places.len() <= at {
            self.places.resize(at + 1, 0);
        }
        if self.list.is_empty() {
            self.list.reserve(16);
        }
        let place = self.list.len();
        if let Some(known) = self.places.get_mut(at) {
            *known = u32::try_from(place + 1).unwrap_or(0);
        }
        self.list.push(person);
    }
}

/// What keeps a person from leads at an instant, whatever the leads.
pub(super) fn fixed(model: &Model, user: UserIx, now: Instant) -> Reasons {
    let Some(known) = model.users.get(user) else { return Reasons::INACTIVE };
    let closed = known.schedule.and_then(|at| model.schedules.at(at)).is_some_and(|hours| !hours.hours.contains(now));
    Reasons::INACTIVE
        .when(!known.active)
        .and(Reasons::PAUSED.when(known.paused))
        .and(Reasons::ABSENT.when(known.is_absent(now)))
        .and(Reasons::OUTSIDE_HOURS.when(closed))
}

/// A limit's window in the words of the rotation.
pub(super) fn window(period: Period) -> Window {
    match period {
        Period::Hour => Window::Hour,
        Period::Day => Window::Day,
        Period::Week => Window::Week,
        Period::Month => Window::Month,
    }
}

/// The longest rolling window of some limits.
pub(super) fn longest(limits: &[Limit]) -> Option<Window> {
    let mut out = None;
    for limit in limits.iter().filter(|limit| limit.rolling) {
        out = out.max(Some(window(limit.per)));
    }
    out
}

/// First milliseconds of the calendar's hour, day, week and month at an instant, in the organisation's zone.
pub(super) fn period_starts(schema: &Schema, now: Instant) -> PeriodStarts {
    let of = |base| {
        let start = Relative { base, offset: 0, unit: Unit::Minute };
        start.at(now, schema.calendar()).unwrap_or(now).0
    };
    // The wall clock may have shown this hour twice: each of the two is an hour of its own.
    let hour = now.0 - i64::from(schema.zone.local(now).ms) % 3_600_000;
    [hour, of(Base::StartOfDay), of(Base::StartOfWeek), of(Base::StartOfMonth)]
}

/// The limits that are reached.
pub(super) fn reached(limits: &[Limit], usage: &Usage, now: i64, starts: &PeriodStarts) -> Reasons {
    let mut out = Reasons::NONE;
    for limit in limits {
        let window = window(limit.per);
        let used = if limit.rolling { usage.in_rolling(window, now, limit.count) } else { usage.in_calendar(window, starts) };
        if used >= limit.count {
            out = out.and(match limit.per {
                Period::Hour => Reasons::LIMIT_HOUR,
                Period::Day => Reasons::LIMIT_DAY,
                Period::Week => Reasons::LIMIT_WEEK,
                Period::Month => Reasons::LIMIT_MONTH,
            });
        }
    }
    out
}

/// When an absence that lasts at `now` ends, those that follow it without a gap included.
pub(super) fn absent_until(user: &User, now: Instant) -> Option<Instant> {
    let mut until = now;
    while let Some(absence) = user.absences.iter().filter(|absence| absence.from <= until && until < absence.to).max_by_key(|a| a.to) {
        until = absence.to;
    }
    (until > now).then_some(until)
}
