//! Who is asked next.

use super::{Context, Cursor, Joiners, Kind, Outcome, Person, Run, View, resting};
use crate::time::Instant;

/// Whether somebody can be offered the run's lead at this instant.
fn can_be_asked(run: &Run, person: Person, context: Context<'_>, now: Instant) -> bool {
    let view = context.view;
    view.is_member(person)
        && view.is_active(person)
        && view.is_eligible(person)
        && !run.has_declined(person)
        && !resting(view.last_claim(person), context.options.rest_seconds, now)
}

/// Whom the run asks next, after whoever held it has answered; empty if nobody is left. Begins the next pass where this one is over.
///
/// Passing over somebody costs no time: they are not asked, and somebody else is at the same instant. They are not excluded by it, so
/// that who is back before the pass is over has their turn in it.
pub(super) fn next(run: &mut Run, context: Context<'_>, now: Instant) -> Vec<Person> {
    match run.kind {
        Kind::Sequential => next_one(run, context, now).into_iter().collect(),
        Kind::Broadcast if run.pass == 0 => {
            run.pass = 1;
            select(run, context.view.members(), context, now)
        }
        Kind::Broadcast => reopened(run, context, now),
    }
}

fn select(run: &Run, people: &[Person], context: Context<'_>, now: Instant) -> Vec<Person> {
    let mut selected = Vec::new();
    for &person in people {
        if can_be_asked(run, person, context, now) {
            selected.push(person);
        }
    }
    selected
}

/// Those who let the first window of a broadcast pass.
fn reopened(run: &mut Run, context: Context<'_>, now: Instant) -> Vec<Person> {
    if run.pass > 1 || context.options.reopen_minutes.is_none() {
        return Vec::new();
    }
    let mut expired = Vec::new();
    for answer in &run.history {
        if answer.outcome == Outcome::Expired {
            expired.push(answer.person);
        }
    }
    let audience = select(run, &expired, context, now);
    if !audience.is_empty() {
        begin_pass(run);
    }
    audience
}

/// The first of the pass who has not answered in it, else the first of the next pass.
fn next_one(run: &mut Run, context: Context<'_>, now: Instant) -> Option<Person> {
    if run.pass > 0 {
        let mut roster: &[Person] = &run.roster;
        let joined;
        if context.options.joiners == Joiners::ThisPass {
            joined = with_joiners(&run.roster, context.view.members());
            roster = &joined;
        }
        let answered = |person| run.answers_of_pass().iter().any(|answer| answer.person == person);
        let found = roster.iter().copied().find(|&person| !answered(person) && can_be_asked(run, person, context, now));
        if found.is_some() {
            return found;
        }
    }
    if run.pass >= context.options.passes.max(1) {
        return None;
    }
    // At one instant a pass that finds nobody is followed only by passes that find nobody, so one look is enough.
    let members = context.view.members();
    let roster = match context.cursor.last {
        _ if run.pass > 0 => from_first_of(members, &run.roster),
        Some(last) if members.contains(&last) => after(members, last),
        _ => from_first_of(members, &context.cursor.next),
    };
    let found = roster.iter().copied().find(|&person| can_be_asked(run, person, context, now))?;
    run.roster = roster;
    begin_pass(run);
    Some(found)
}

fn begin_pass(run: &mut Run) {
    run.pass = run.pass.saturating_add(1);
    run.pass_from = u32::try_from(run.history.len()).unwrap_or(u32::MAX);
}

fn with_joiners(roster: &[Person], members: &[Person]) -> Vec<Person> {
    let mut all = roster.to_vec();
    for &member in members {
        if !roster.contains(&member) {
            all.push(member);
        }
    }
    all
}

/// The members in their order, from the first of the queue who is still one of them.
fn from_first_of(members: &[Person], queue: &[Person]) -> Vec<Person> {
    let at = queue.iter().find_map(|&wanted| members.iter().position(|&member| member == wanted));
    rotated(members, at.unwrap_or(0))
}

/// People in their order from after one of them, who comes last.
fn after(people: &[Person], person: Person) -> Vec<Person> {
    rotated(people, people.iter().position(|&other| other == person).map_or(0, |at| at + 1))
}

fn rotated(people: &[Person], at: usize) -> Vec<Person> {
    let (before, from) = people.split_at_checked(at).unwrap_or((&[], people));
    [from, before].concat()
}

/// The cursor after somebody was asked first, or has claimed.
pub(super) fn cursor_after(run: &Run, person: Person, view: &dyn View, started: u64) -> Cursor {
    // Who joined during the pass is in no roster.
    let order = if run.roster.contains(&person) { &run.roster } else { view.members() };
    let mut next = after(order, person);
    next.retain(|&other| other != person);
    Cursor { started, last: Some(person), next }
}
