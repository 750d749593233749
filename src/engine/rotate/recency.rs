//! When people were last assigned a lead, and how many they hold: what the methods share, whichever group asks.

use super::Member;

/// The time of an assignment: its millisecond, and a tick that orders those of one millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Milliseconds since 1970, UTC.
    pub ms: i64,
    /// Order within the millisecond.
    pub tick: u64,
}

impl Stamp {
    /// The stamp of an assignment at `now` that follows all others, of which `latest` is the last.
    ///
    /// It is later than `latest` also when the clock went back: an earlier one would make who was just served the one who waited
    /// longest, and would serve them again.
    pub fn after(now: i64, latest: Option<Self>) -> Self {
        match latest {
            Some(Self { ms, tick }) if ms >= now => match tick.checked_add(1) {
                Some(tick) => Self { ms, tick },
                None => Self { ms: ms.saturating_add(1), tick: 0 },
            },
            _ => Self { ms: now, tick: 0 },
        }
    }
}

/// When each person was last assigned a lead. One for all groups of a call, so that an assignment in one counts in the others.
#[derive(Clone, Debug, Default)]
pub struct Recency {
    last: Vec<Option<Stamp>>,
    latest: Option<Stamp>,
}

impl Recency {
    /// The last assignment of each person, [`Member`] 0 first; `None` for the never assigned.
    pub fn new(last: Vec<Option<Stamp>>) -> Self {
        let latest = last.iter().copied().max().flatten();
        Self { last, latest }
    }

    /// The last assignment; `None` for the never assigned and the unknown.
    #[inline]
    pub fn last(&self, member: Member) -> Option<Stamp> {
        self.last.get(member.0 as usize).copied().flatten()
    }

    /// Notes an assignment whose stamp is known, in place of what was noted of the person before.
    pub fn set(&mut self, member: Member, stamp: Stamp) {
        let at = member.0 as usize;
        if at >= self.last.len() {
            self.last.resize(at + 1, None);
        }
        if let Some(last) = self.last.get_mut(at) {
            *last = Some(stamp);
        }
        self.latest = self.latest.max(Some(stamp));
    }

    /// Notes an assignment at `now`, by a method or by hand, and gives its stamp.
    pub fn record(&mut self, member: Member, now: i64) -> Stamp {
        let stamp = Stamp::after(now, self.latest);
        self.set(member, stamp);
        stamp
    }
}

/// How many open leads each person holds, those given by this call included.
#[derive(Clone, Debug, Default)]
pub struct Loads {
    open: Vec<u32>,
}

impl Loads {
    /// The open leads of each person, [`Member`] 0 first.
    pub fn new(open: Vec<u32>) -> Self {
        Self { open }
    }

    /// The open leads of a person; 0 for the unknown.
    #[inline]
    pub fn open(&self, member: Member) -> u32 {
        self.open.get(member.0 as usize).copied().unwrap_or(0)
    }

    /// Says how many open leads a person holds.
    pub fn set(&mut self, member: Member, open: u32) {
        let at = member.0 as usize;
        if at >= self.open.len() {
            self.open.resize(at + 1, 0);
        }
        if let Some(known) = self.open.get_mut(at) {
            *known = open;
        }
    }

    /// One lead more.
    pub fn add(&mut self, member: Member) {
        self.set(member, self.open(member).saturating_add(1));
    }

    /// One lead less.
    pub fn remove(&mut self, member: Member) {
        if let Some(open) = self.open.get_mut(member.0 as usize) {
            *open = open.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_only_rise() {
        let mut recency = Recency::default();
        let stamps = [5, 5, 3, 9, i64::MIN].map(|now| recency.record(Member(2), now));
        let wanted = [(5, 0), (5, 1), (5, 2), (9, 0), (9, 1)].map(|(ms, tick)| Stamp { ms, tick });
        assert_eq!(stamps, wanted);
        assert_eq!((recency.last(Member(2)), recency.last(Member(0)), recency.last(Member(9))), (Some(wanted[4]), None, None));
        let full = Stamp { ms: 7, tick: u64::MAX };
        assert_eq!(Stamp::after(7, Some(full)), Stamp { ms: 8, tick: 0 });
        assert_eq!(Recency::new(vec![None, Some(full), None]).record(Member(0), 1), Stamp { ms: 8, tick: 0 });
    }

    #[test]
    fn loads_count_and_stop_at_zero() {
        let mut loads = Loads::new(vec![1]);
        loads.add(Member(3));
        loads.remove(Member(0));
        loads.remove(Member(0));
        loads.remove(Member(8));
        assert_eq!([0, 1, 3, 9].map(|m| loads.open(Member(m))), [0, 0, 1, 0]);
    }
}
