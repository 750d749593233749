//! Why somebody is not eligible for a lead.

/// Reasons, as bits in the order in which they are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reasons(u32);

macro_rules! reasons {
    ($($place:literal $constant:ident $name:literal $message:literal,)*) => {
        impl Reasons {
            $(#[doc = $message] pub const $constant: Reasons = Reasons(1 << $place);)*

            /// Each reason with its code and what people read, in order.
            const ALL: &'static [(Reasons, &'static str, &'static str)] = &[$((Reasons::$constant, $name, $message),)*];
        }
    };
}

reasons! {
    0 INACTIVE "inactive" "is not active",
    1 NOT_PERMITTED "not_permitted" "may not have this lead",
    2 PAUSED "paused" "is paused",
    3 ABSENT "absent" "is absent",
    4 OUTSIDE_HOURS "outside_hours" "is outside of working hours",
    5 MATCH_FAILED "match_failed" "does not match the lead",
    6 NOT_ACCEPTED "not_accepted" "does not accept this lead",
    7 LIMIT_HOUR "limit_hour" "has reached the limit of an hour",
    8 LIMIT_DAY "limit_day" "has reached the limit of a day",
    9 LIMIT_WEEK "limit_week" "has reached the limit of a week",
    10 LIMIT_MONTH "limit_month" "has reached the limit of a month",
    11 AT_CAPACITY "at_capacity" "holds as many open leads as they may",
    12 DECLINED_BEFORE "declined_before" "has declined this lead",
    13 OFFER_OPEN "offer_open" "holds an offer of the group that is open",
    14 RESTING "resting" "has claimed a lead not long ago",
    15 NO_WEIGHT "no_weight" "has the weight 0",
    16 NO_WINDOW "no_window" "would have no working time in which to answer an offer",
    17 NO_RUN_FIELD "no_run_field" "cannot be offered leads, which have no field for a run",
    18 CURRENT_OWNER "current_owner" "has the lead already",
    19 RECENT_OWNER "recent_owner" "has had the lead not long ago",
}

impl Reasons {
    /// None: eligible.
    pub const NONE: Reasons = Reasons(0);
    /// All limits.
    pub const LIMITS: Reasons = Reasons(Self::LIMIT_HOUR.0 | Self::LIMIT_DAY.0 | Self::LIMIT_WEEK.0 | Self::LIMIT_MONTH.0);
    /// What a default assignee may have against them.
    pub const OF_DEFAULT: Reasons = Reasons(Self::BUSY.0 | Self::DECLINED_BEFORE.0);
    /// Who is out of hours, or has enough to do.
    const BUSY: Reasons = Reasons(Self::OUTSIDE_HOURS.0 | Self::LIMITS.0 | Self::AT_CAPACITY.0);
    /// What `ignore_availability` ignores.
    pub const AVAILABILITY: Reasons = Reasons(Self::BUSY.0 | Self::PAUSED.0 | Self::ABSENT.0);
    /// What may change while a call gives leads.
    pub const MOVING: Reasons = Reasons(Self::LIMITS.0 | Self::AT_CAPACITY.0);
    /// What is relaxed where nobody else is left.
    pub const SOFT: Reasons = Reasons(Self::CURRENT_OWNER.0 | Self::RECENT_OWNER.0);

    /// Whether there is no reason.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Reasons) -> Reasons {
        Reasons(self.0 | other.0)
    }

    /// These where `holds`, else none.
    #[must_use]
    pub fn when(self, holds: bool) -> Reasons {
        if holds { self } else { Reasons::NONE }
    }

    /// These without others.
    #[must_use]
    pub fn without(self, other: Reasons) -> Reasons {
        Reasons(self.0 & !other.0)
    }

    /// Whether one of these is among them.
    pub fn has(self, other: Reasons) -> bool {
        self.0 & other.0 != 0
    }

    /// The reasons as a number.
    pub(super) fn bits(self) -> u32 {
        self.0
    }

    /// Each with its code, in order.
    pub(super) fn each(self) -> impl Iterator<Item = (&'static str, Reasons)> {
        Reasons::ALL.iter().filter(move |(reason, ..)| self.has(*reason)).map(|(reason, code, _)| (*code, *reason))
    }

    /// Code and message of each, in order.
    pub fn list(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        Reasons::ALL.iter().filter(move |(reason, ..)| self.has(*reason)).map(|(_, code, message)| (*code, *message))
    }
}
