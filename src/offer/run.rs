//! What a run holds between two calls. The caller stores it; every field is plain data.

use crate::time::Instant;

/// Somebody, by a number of the caller's. It must name the same person in a run, its cursor and its view; it is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u32);

/// How a lead is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// To one member at a time. An open offer takes one of its holder's capacity.
    Sequential,
    /// To all eligible members at once. It takes no capacity.
    Broadcast,
}

/// When somebody who joined the group during a sequential run is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Joiners {
    /// From the next pass on; in the last pass, not at all.
    NextPass,
    /// In this pass, after all others.
    ThisPass,
}

/// What the group says about its offers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// How a run that starts now offers its lead; a run that is open keeps its own.
    pub kind: Kind,
    /// Length of a window.
    pub minutes: u32,
    /// Sequential: how often the whole group is asked, at least once.
    pub passes: u32,
    /// Broadcast: length of the second window, if there is one.
    pub reopen_minutes: Option<u32>,
    /// Length of the whole run, counted as `minutes` are, from its start.
    pub run_minutes: Option<u32>,
    /// For so long after a claim nobody is offered another lead; 0 is no rest.
    pub rest_seconds: u32,
    /// When joiners are asked.
    pub joiners: Joiners,
}

/// Where a run stands. All but the first are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Somebody may claim.
    Offered,
    /// Somebody did.
    Claimed,
    /// The default assignee has the lead.
    Defaulted,
    /// It was ended by hand.
    Cancelled,
    /// Nobody took the lead and no default assignee may have it.
    Exhausted,
}

impl Status {
    /// The word for it in a stored run.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Offered => "offered",
            Status::Claimed => "claimed",
            Status::Defaulted => "defaulted",
            Status::Cancelled => "cancelled",
            Status::Exhausted => "exhausted",
        }
    }
}

/// What became of an offer to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// They took it.
    Claimed,
    /// They refused it, for all passes.
    Declined,
    /// They let the window pass: not again in this pass.
    Expired,
    /// They left the group, were deactivated, or the run was cancelled: not again in this pass.
    Revoked,
}

impl Outcome {
    /// The word for it in a stored run.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Claimed => "claimed",
            Outcome::Declined => "declined",
            Outcome::Expired => "expired",
            Outcome::Revoked => "revoked",
        }
    }
}

/// The end of one person's offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// Whose.
    pub person: Person,
    /// How it ended.
    pub outcome: Outcome,
    /// The `now` of the call that ended it, which for an expiry may be later than the expiry itself.
    pub at: Instant,
}

/// Why nobody can be the default assignee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blocked {
    /// The group has none.
    NoDefault,
    /// They are not active.
    Inactive,
    /// They may not have the lead.
    NotPermitted,
    /// They are paused.
    Paused,
    /// They are absent.
    Absent,
}

impl Blocked {
    /// The word for it in a stored run.
    pub const fn word(self) -> &'static str {
        match self {
            Blocked::NoDefault => "no_default",
            Blocked::Inactive => "inactive",
            Blocked::NotPermitted => "not_permitted",
            Blocked::Paused => "paused",
            Blocked::Absent => "absent",
        }
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Somebody claimed.
    Claimed,
    /// This person cancelled it.
    Cancelled(Person),
    /// Nobody could be asked at all.
    NobodyEligible,
    /// All who were asked declined, and nobody else could be.
    AllDeclined,
    /// All who could be asked were, and nobody claimed.
    NobodyClaimed,
    /// The whole run's time was over.
    TimeUp,
    /// There was somebody to ask, but the group's working time gives no end of a window.
    NoWindow,
}

impl Cause {
    /// The word for it in a stored run.
    pub const fn word(self) -> &'static str {
        match self {
            Cause::Claimed => "claimed",
            Cause::Cancelled(_) => "cancelled",
            Cause::NobodyEligible => "nobody_eligible",
            Cause::AllDeclined => "all_declined",
            Cause::NobodyClaimed => "nobody_claimed",
            Cause::TimeUp => "time_up",
            Cause::NoWindow => "no_window",
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ending {
    /// The `now` of the call that ended it.
    pub at: Instant,
    /// Why.
    pub cause: Cause,
    /// For an exhausted run: why the default assignee does not have the lead.
    pub blocked: Option<Blocked>,
}

/// One lead's way through a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    /// How the lead is offered.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// The how many-th sequential run of its group this is, by [`Cursor::started`]; 0 for a broadcast.
    pub number: u64,
    /// The `now` of the call that started it.
    pub started_at: Instant,
    /// When the whole run is over, if that is limited.
    pub limit_at: Option<Instant>,
    /// Who may claim; empty once it is over.
    pub offered_to: Vec<Person>,
    /// First instant at which claiming is too late; `None` once it is over.
    pub expires_at: Option<Instant>,
    /// The running pass, from 1.
    pub pass: u32,
    /// How many answers the history had when the pass began: later ones are of this pass.
    pub pass_from: u32,
    /// Sequential: the members when the pass began, in the order in which they are asked.
    pub roster: Vec<Person>,
    /// What became of each offer, in order.
    pub history: Vec<Answer>,
    /// Who got the lead.
    pub assignee: Option<Person>,
    /// How it ended.
    pub ending: Option<Ending>,
}

impl Run {
    /// When a sweep has something to do; `None` once it is over.
    pub fn wake_at(&self) -> Option<Instant> {
        self.expires_at
    }

    /// The answers of the running pass.
    pub fn answers_of_pass(&self) -> &[Answer] {
        self.history.get(self.pass_from as usize..).unwrap_or_default()
    }

    /// Whether somebody declined this lead (`declined_before`).
    pub fn has_declined(&self, person: Person) -> bool {
        self.history.iter().any(|answer| answer.person == person && answer.outcome == Outcome::Declined)
    }

    /// What became of somebody's last offer.
    pub fn last_outcome(&self, person: Person) -> Option<Outcome> {
        self.history.iter().rev().find(|answer| answer.person == person).map(|answer| answer.outcome)
    }
}

/// A group's memory of its sequential runs: the next one starts after `last`. People, never places: a place is wrong once members change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// How many runs have been started.
    pub started: u64,
    /// Who was asked first by the last run, or has claimed it. While they are a member, whoever follows them in the group's order is first.
    pub last: Option<Person>,
    /// Who followed them when this was written: once `last` has left, the first of these who is still a member is first.
    pub next: Vec<Person>,
}

/// Whether somebody who last claimed at an instant may not be offered another lead yet (reason `resting`).
pub fn resting(last_claim: Option<Instant>, rest_seconds: u32, now: Instant) -> bool {
    rest_seconds > 0 && last_claim.is_some_and(|at| now.0 < at.0.saturating_add(i64::from(rest_seconds) * 1000))
}
