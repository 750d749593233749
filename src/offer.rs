//! Offers: a lead is offered to members of a group until one claims it or nobody is left, as a state machine without a clock, JSON,
//! permissions or configuration.
//!
//! `(run, event, now) → (run′, effects)`: [`start`] begins a run, [`advance`] moves one; both are pure. What they know of people comes
//! through [`View`]; what must change in the world goes out as [`Effect`]s, which the caller writes in one transaction together with the
//! run, guarded by the versions of what was read. [`TRANSITIONS`] lists every change of state that they can make.
//!
//! A *window* is the time in which those who hold an offer may claim it. A *pass* is one time through the group (sequential), or the
//! opening and the reopening (broadcast).

mod audience;
mod draft;
mod due;
mod run;
mod transitions;

pub use due::due_key;
pub use run::{Answer, Blocked, Cause, Cursor, Ending, Joiners, Kind, Options, Outcome, Person, Run, Status, resting};
pub use transitions::{EventKind, TRANSITIONS, Transition, mermaid};

use crate::time::Instant;
use draft::Draft;

/// What happens to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Somebody takes the lead.
    Claim(Person),
    /// Somebody refuses it.
    Decline(Person),
    /// Time is taken forward, by at most one step: a window that is over is closed, and holders who left or were deactivated lose the
    /// offer.
    Sweep,
    /// Somebody ends the run by hand.
    Cancel {
        /// Who does.
        by: Person,
        /// Who holds the lead from now on; the caller has checked that they may.
        to: Option<Person>,
    },
}

impl Event {
    /// The event without its people.
    pub fn kind(&self) -> EventKind {
        match self {
            Event::Claim(_) => EventKind::Claim,
            Event::Decline(_) => EventKind::Decline,
            Event::Sweep => EventKind::Sweep,
            Event::Cancel { .. } => EventKind::Cancel,
        }
    }
}

/// What the caller must bring about, in one transaction with the run itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The lead's `run` field is set; it must have been empty.
    LockSet,
    /// The lead's `run` field is cleared; it must have named this run.
    LockCleared,
    /// Somebody may claim until an instant: a notice.
    Offered {
        /// Who.
        to: Person,
        /// First instant at which it is too late.
        until: Instant,
    },
    /// An offer was claimed, declined, has expired or was revoked; the run's history has it too.
    Answered(Answer),
    /// An open sequential offer takes one of this person's capacity.
    CapacityTaken(Person),
    /// It takes it no longer.
    CapacityReleased(Person),
    /// The slot is filled with this person.
    Assigned(Person),
    /// Where the group's next run starts: the group's new [`Cursor`].
    NextStart(Cursor),
    /// The run is over: the one timeline entry. `Run::ending` says why.
    Ended(Status),
    /// When a sweep has something to do for this run, in place of what was said before.
    WakeAt(Instant),
}

/// Why an event is refused; the run is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The offer is not open to this person.
    NotOffered,
    /// It was, and time is up, whether or not a sweep has been there since.
    OfferExpired,
    /// Somebody has claimed the lead.
    AlreadyClaimed,
    /// The run has ended in another way.
    RunEnded,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Refusal::NotOffered => "not_offered",
            Refusal::OfferExpired => "offer_expired",
            Refusal::AlreadyClaimed => "already_claimed",
            Refusal::RunEnded => "run_ended",
        }
    }
}

/// A run after an event, and what follows from it. Without effects nothing changed and nothing need be written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The run as it is now.
    pub run: Run,
    /// What the caller must bring about, in the order in which it happened.
    pub effects: Vec<Effect>,
}

/// What the caller knows of people at the `now` of the call.
pub trait View {
    /// The group's members, in the group's order.
    fn members(&self) -> &[Person];
    /// Whether somebody is one of them.
    fn is_member(&self, person: Person) -> bool;
    /// Whether somebody is an active user.
    fn is_active(&self, person: Person) -> bool;
    /// Whether somebody could be given this lead now: every hard test of eligibility but two that the run knows better
    /// (`declined_before` and `resting`). The open offer of this very run must not count, neither towards capacity nor as `offer_open`:
    /// it is over before the next one is made.
    fn is_eligible(&self, person: Person) -> bool;
    /// When somebody last claimed a lead, for `rest_seconds`.
    fn last_claim(&self, person: Person) -> Option<Instant>;
    /// Who gets what nobody took, or why there is nobody who may.
    ///
    /// # Errors
    /// A default assignee must be active, permitted, not paused and not absent; hours, limits and capacity do not count.
    fn default_assignee(&self) -> Result<Person, Blocked>;
    /// The instant that many minutes after `from`, by the wall clock or in the group's working time. `None` if there is no such instant.
    fn deadline(&self, from: Instant, minutes: u32) -> Option<Instant>;
}

/// What a call may look at beside the run.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// People.
    pub view: &'a dyn View,
    /// The group's options today; what they change holds from the next window on.
    pub options: &'a Options,
    /// The group's memory of where the next run starts.
    pub cursor: &'a Cursor,
}

/// Starts a run. With nobody to ask it is over at once, and was never open: it then has an ending and takes no lock.
///
/// The caller has checked that the lead has no run and may be offered.
pub fn start(context: Context<'_>, now: Instant) -> Step {
    let mut draft = Draft::start(context, now);
    draft.ask_next();
    draft.finish()
}

/// Moves a run by one event.
///
/// # Errors
/// A [`Refusal`], in which case nothing changes. The winner who claims again is not refused: that changes nothing either.
pub fn advance(run: &Run, event: Event, context: Context<'_>, now: Instant) -> Result<Step, Refusal> {
    if run.status != Status::Offered {
        return after_the_end(run, event);
    }
    let mut draft = Draft::of(run, context, now);
    match event {
        Event::Claim(person) => {
            draft.check_holder(person)?;
            draft.answer(person, Outcome::Claimed);
            draft.start_next_after(person);
            draft.end(Status::Claimed, Some(person), Cause::Claimed);
        }
        Event::Decline(person) => {
            draft.check_holder(person)?;
            draft.answer(person, Outcome::Declined);
            draft.ask_next();
        }
        Event::Sweep if draft.window_is_over() => {
            draft.answer_for_all(Outcome::Expired, |_| true);
            draft.ask_next();
        }
        Event::Sweep => {
            draft.answer_for_all(Outcome::Revoked, |person| !context.view.is_member(person) || !context.view.is_active(person));
            draft.ask_next();
        }
        Event::Cancel { by, to } => {
            draft.answer_for_all(Outcome::Revoked, |_| true);
            draft.end(Status::Cancelled, to, Cause::Cancelled(by));
        }
    }
    Ok(draft.finish())
}

/// A run that is over stays as it is.
fn after_the_end(run: &Run, event: Event) -> Result<Step, Refusal> {
    let unchanged = Step { run: run.clone(), effects: Vec::new() };
    match (event, run.status) {
        (Event::Sweep, _) => Ok(unchanged),
        (Event::Claim(person), Status::Claimed) if run.assignee == Some(person) => Ok(unchanged),
        (Event::Claim(_) | Event::Decline(_), Status::Claimed) => Err(Refusal::AlreadyClaimed),
        _ => Err(Refusal::RunEnded),
    }
}
