//! Every change of state, as data: the picture in the documents is drawn from it, and the model checker holds that the machine makes
//! these changes and no others.

use std::fmt::Write;

use super::Status;

/// What can move a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// It begins.
    Start,
    /// Somebody takes the lead.
    Claim,
    /// Somebody refuses it.
    Decline,
    /// Time is taken forward.
    Sweep,
    /// Somebody ends it by hand.
    Cancel,
}

impl EventKind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            EventKind::Start => "start",
            EventKind::Claim => "claim",
            EventKind::Decline => "decline",
            EventKind::Sweep => "sweep",
            EventKind::Cancel => "cancel",
        }
    }
}

/// One change of a run; whatever is not listed changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Before; `None` is no run at all.
    pub from: Option<Status>,
    /// What happens.
    pub event: EventKind,
    /// Under which condition.
    pub when: &'static str,
    /// After.
    pub to: Status,
}

const fn row(from: Option<Status>, event: EventKind, when: &'static str, to: Status) -> Transition {
    Transition { from, event, when, to }
}

const OPEN: Option<Status> = Some(Status::Offered);

/// All changes.
pub const TRANSITIONS: [Transition; 11] = [
    row(None, EventKind::Start, "somebody is eligible", Status::Offered),
    row(None, EventKind::Start, "nobody is eligible", Status::Defaulted),
    row(None, EventKind::Start, "nobody is eligible, no default may receive", Status::Exhausted),
    row(OPEN, EventKind::Claim, "by a holder, before the expiry", Status::Claimed),
    row(OPEN, EventKind::Decline, "somebody else holds it or is asked", Status::Offered),
    row(OPEN, EventKind::Decline, "nobody is left", Status::Defaulted),
    row(OPEN, EventKind::Decline, "nobody is left, no default may receive", Status::Exhausted),
    row(OPEN, EventKind::Sweep, "expired or holder gone, somebody else holds it or is asked", Status::Offered),
    row(OPEN, EventKind::Sweep, "expired or holder gone, nobody is left", Status::Defaulted),
    row(OPEN, EventKind::Sweep, "expired or holder gone, nobody is left, no default may receive", Status::Exhausted),
    row(OPEN, EventKind::Cancel, "at any time", Status::Cancelled),
];

/// The picture: a Mermaid state diagram of [`TRANSITIONS`].
pub fn mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n");
    for Transition { from, event, when, to } in TRANSITIONS {
        let from = from.map_or("[*]", Status::word);
        let _ = writeln!(text, "    {from} --> {}: {} ({when})", to.word(), event.word());
    }
    for end in [Status::Claimed, Status::Defaulted, Status::Cancelled, Status::Exhausted] {
        let _ = writeln!(text, "    {} --> [*]", end.word());
    }
    text
}
