//! A run in the middle of one call: each method does one thing to it and notes the effects.

use super::audience::{self, cursor_after};
use super::{Answer, Cause, Context, Effect, Ending, Kind, Outcome, Person, Refusal, Run, Status, Step};
use crate::time::Instant;

pub(super) struct Draft<'a> {
    run: Run,
    effects: Vec<Effect>,
    context: Context<'a>,
    now: Instant,
    /// Whether the lead carries the run's lock.
    locked: bool,
}

impl<'a> Draft<'a> {
    /// A run that has not asked anybody.
    pub(super) fn start(context: Context<'a>, now: Instant) -> Draft<'a> {
        let run = Run {
            kind: context.options.kind,
            status: Status::Offered,
            number: 0,
            started_at: now,
            limit_at: None,
            offered_to: Vec::new(),
            expires_at: None,
            pass: 0,
            pass_from: 0,
            roster: Vec::new(),
            history: Vec::new(),
            assignee: None,
            ending: None,
        };
        Draft { run, effects: Vec::new(), context, now, locked: false }
    }

    /// An open run.
    pub(super) fn of(run: &Run, context: Context<'a>, now: Instant) -> Draft<'a> {
        Draft { run: run.clone(), effects: Vec::new(), context, now, locked: true }
    }

    pub(super) fn finish(self) -> Step {
        Step { run: self.run, effects: self.effects }
    }

    pub(super) fn window_is_over(&self) -> bool {
        self.run.expires_at.is_none_or(|end| end <= self.now)
    }

    /// Whether somebody may answer now. Who let the offer pass hears the same before and after the sweep that notes it.
    pub(super) fn check_holder(&self, person: Person) -> Result<(), Refusal> {
        if !self.run.offered_to.contains(&person) {
            let expired = self.run.last_outcome(person) == Some(Outcome::Expired);
            return Err(if expired { Refusal::OfferExpired } else { Refusal::NotOffered });
        }
        if self.window_is_over() {
            return Err(Refusal::OfferExpired);
        }
        // Until a sweep has taken the offer away, who was deactivated still stands in it.
        if self.context.view.is_active(person) { Ok(()) } else { Err(Refusal::NotOffered) }
    }

    /// Ends one person's offer.
    pub(super) fn answer(&mut self, person: Person, outcome: Outcome) {
        let answer = Answer { person, outcome, at: self.now };
        self.run.offered_to.retain(|&holder| holder != person);
        self.run.history.push(answer);
        self.effects.push(Effect::Answered(answer));
        if self.run.kind == Kind::Sequential {
            self.effects.push(Effect::CapacityReleased(person));
        }
    }

    /// Ends the offers of all holders whom `ends` names.
    pub(super) fn answer_for_all(&mut self, outcome: Outcome, ends: impl Fn(Person) -> bool) {
        for person in self.run.offered_to.clone() {
            if ends(person) {
                self.answer(person, outcome);
            }
        }
    }

    /// Opens the next window, unless somebody still holds the offer; ends the run if nobody can be asked.
    pub(super) fn ask_next(&mut self) {
        if !self.run.offered_to.is_empty() {
            return;
        }
        if self.run.limit_at.is_some_and(|limit| limit <= self.now) {
            return self.give_to_default(Cause::TimeUp);
        }
        let audience = audience::next(&mut self.run, self.context, self.now);
        if audience.is_empty() {
            return self.give_to_default(self.cause());
        }
        match self.window_end() {
            Some(end) => self.open(audience, end),
            None => self.give_to_default(Cause::NoWindow),
        }
    }

    /// The end of a window that opens now. The first one fixes the limit of the whole run.
    fn window_end(&mut self) -> Option<Instant> {
        let (view, options) = (self.context.view, self.context.options);
        let later = |end: &Instant| *end > self.now;
        if !self.locked
            && let Some(minutes) = options.run_minutes
        {
            self.run.limit_at = Some(view.deadline(self.now, minutes).filter(later)?);
        }
        let reopening = self.run.kind == Kind::Broadcast && self.run.pass > 1;
        let minutes = if reopening { options.reopen_minutes.unwrap_or(options.minutes) } else { options.minutes };
        let end = view.deadline(self.now, minutes).filter(later)?;
        Some(self.run.limit_at.map_or(end, |limit| limit.min(end)))
    }

    fn open(&mut self, audience: Vec<Person>, until: Instant) {
        if !self.locked {
            self.locked = true;
            self.effects.push(Effect::LockSet);
            if let (Kind::Sequential, Some(&first)) = (self.run.kind, audience.first()) {
                self.run.number = self.context.cursor.started.saturating_add(1);
                self.effects.push(Effect::NextStart(cursor_after(&self.run, first, self.context.view, self.run.number)));
            }
        }
        for &to in &audience {
            self.effects.push(Effect::Offered { to, until });
            if self.run.kind == Kind::Sequential {
                self.effects.push(Effect::CapacityTaken(to));
            }
        }
        self.run.offered_to = audience;
        self.run.expires_at = Some(until);
        self.effects.push(Effect::WakeAt(until));
    }

    /// The next run starts after this claimant, unless a later one has started already.
    pub(super) fn start_next_after(&mut self, claimant: Person) {
        let cursor = self.context.cursor;
        if self.run.kind == Kind::Sequential && cursor.started == self.run.number && cursor.last != Some(claimant) {
            self.effects.push(Effect::NextStart(cursor_after(&self.run, claimant, self.context.view, cursor.started)));
        }
    }

    /// Why nobody is left.
    fn cause(&self) -> Cause {
        if self.run.history.is_empty() {
            Cause::NobodyEligible
        } else if self.run.history.iter().all(|answer| answer.outcome == Outcome::Declined) {
            Cause::AllDeclined
        } else {
            Cause::NobodyClaimed
        }
    }

    fn give_to_default(&mut self, cause: Cause) {
        match self.context.view.default_assignee() {
            Ok(person) => self.end(Status::Defaulted, Some(person), cause),
            Err(blocked) => {
                self.end(Status::Exhausted, None, cause);
                self.run.ending = Some(Ending { at: self.now, cause, blocked: Some(blocked) });
            }
        }
    }

    /// Ends the run: the lead has an owner or a reason, the lock is gone, and one entry says how.
    pub(super) fn end(&mut self, status: Status, assignee: Option<Person>, cause: Cause) {
        self.run.status = status;
        self.run.offered_to = Vec::new();
        self.run.expires_at = None;
        self.run.assignee = assignee;
        self.run.ending = Some(Ending { at: self.now, cause, blocked: None });
        if let Some(person) = assignee {
            self.effects.push(Effect::Assigned(person));
        }
        if self.locked {
            self.effects.push(Effect::LockCleared);
        }
        self.effects.push(Effect::Ended(status));
    }
}
