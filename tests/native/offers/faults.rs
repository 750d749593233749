//! A fault put in by hand for each property is found: none of them holds for want of looking. The faults are put around the product's
//! transition function, not into it.

use evenhand::offer::{Context, Effect, Ending, Event, Options, Person, Refusal, Run, Status, Step, View, advance};
use evenhand::time::Instant;

use super::checker::{CAPACITY, ENDING, ENDS, LATE, LOCK, REASON, REFUSED, Scope, WINNER, broadcast, sequential, visit};
use super::store::{Machine, Reply, product};

type Call<'a> = (Option<&'a Run>, Option<Event>, Context<'a>, Instant);

fn changed((run, event, context, now): Call<'_>, change: impl FnOnce(&mut Step)) -> Reply {
    let mut reply = product(run, event, context, now);
    if let Some(step) = &mut reply.step {
        change(step);
    }
    reply
}

fn second_claim(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    if let (Some(run), Some(Event::Claim(person))) = (run, event)
        && run.status == Status::Claimed
        && run.assignee != Some(person)
    {
        let run = Run { assignee: Some(person), ..run.clone() };
        return Reply { step: Some(Step { run, effects: vec![Effect::Assigned(person)] }), refusal: None };
    }
    product(run, event, context, now)
}

fn second_ending(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    let over = run.is_some_and(|run| run.status == Status::Defaulted);
    changed((run, event, context, now), |step| {
        if over && event == Some(Event::Sweep) {
            step.effects.push(Effect::Ended(step.run.status));
        }
    })
}

fn no_reason(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    changed((run, event, context, now), |step| {
        if step.run.status == Status::Exhausted {
            step.run.ending = step.run.ending.map(|ending| Ending { blocked: None, ..ending });
        }
    })
}

fn no_sweep_of_the_last(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    let reply = product(run, event, context, now);
    match (run, &reply.step) {
        (Some(run), Some(step)) if event == Some(Event::Sweep) && step.run.status == Status::Defaulted => {
            Reply { step: Some(Step { run: run.clone(), effects: Vec::new() }), refusal: None }
        }
        _ => reply,
    }
}

fn for_ever_anew(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    let options = Options { passes: u32::MAX, ..context.options.clone() };
    product(run, event, Context { options: &options, ..context }, now)
}

fn lock_kept(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    changed((run, event, context, now), |step| {
        if matches!(event, Some(Event::Decline(_))) {
            step.effects.retain(|effect| *effect != Effect::LockCleared);
        }
    })
}

fn refused_moves(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    let mut reply = product(run, event, context, now);
    if reply.refusal == Some(Refusal::OfferExpired) {
        reply.step = run.and_then(|run| advance(run, Event::Sweep, context, now).ok());
    }
    reply
}

fn no_deadline(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    let reply = product(run, event, context, now);
    match (reply.refusal, run) {
        (Some(Refusal::OfferExpired), Some(run)) if matches!(event, Some(Event::Claim(_))) && run.status == Status::Offered => {
            product(Some(run), event, context, Instant(now.0 - 1))
        }
        _ => reply,
    }
}

/// Everybody always has room.
struct Roomy<'a>(&'a dyn View);

impl View for Roomy<'_> {
    fn members(&self) -> &[Person] {
        self.0.members()
    }
    fn is_member(&self, person: Person) -> bool {
        self.0.is_member(person)
    }
    fn is_active(&self, person: Person) -> bool {
        self.0.is_active(person)
    }
    fn is_eligible(&self, _: Person) -> bool {
        true
    }
    fn last_claim(&self, person: Person) -> Option<Instant> {
        self.0.last_claim(person)
    }
    fn default_assignee(&self) -> Result<Person, evenhand::offer::Blocked> {
        self.0.default_assignee()
    }
    fn deadline(&self, from: Instant, minutes: u32) -> Option<Instant> {
        self.0.deadline(from, minutes)
    }
}

fn no_capacity(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    product(run, event, Context { view: &Roomy(context.view), ..context }, now)
}

fn not_counted(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    changed((run, event, context, now), |step| step.effects.retain(|effect| !matches!(effect, Effect::CapacityTaken(_))))
}

fn assert_found(fault: &'static str, machine: Machine, property: &'static str) {
    let scope = Scope { machine, changes: 1, ..Scope::of(fault, 2, 2, vec![sequential(), broadcast()]) };
    assert!(visit(scope, Some(property)).0.contains(&property), "{fault}");
}

#[test]
fn a_fault_in_each_property_is_found() {
    assert_found("a second claim is let in", second_claim, WINNER);
    assert_found("a sweep tells the end again", second_ending, ENDING);
    assert_found("an exhausted run gives no reason", no_reason, REASON);
    assert_found("the last one asked is left alone", no_sweep_of_the_last, ENDS);
    assert_found("passes without an end", for_ever_anew, ENDS);
    assert_found("a decline leaves the lock", lock_kept, LOCK);
    assert_found("a refused claim moves the run", refused_moves, REFUSED);
    assert_found("a claim at the deadline is let in", no_deadline, LATE);
    assert_found("capacity is not looked at", no_capacity, CAPACITY);
    assert_found("an open offer takes no capacity", not_counted, CAPACITY);
}

#[test]
fn a_guard_that_a_host_leaves_out_is_missed() {
    for (fault, unguarded, property) in [
        ("nothing is compared", u32::MAX, WINNER),
        ("leads and runs are not compared", 0xFFFF, LOCK),
        ("people are not compared", 0xFF00_0000, CAPACITY),
    ] {
        let scope = Scope { unguarded, ..Scope::of(fault, 2, 2, vec![sequential(), broadcast()]) };
        assert!(visit(scope, Some(property)).0.contains(&property), "{fault}");
    }
}
