//! Every state that can be reached, within bounds, with the product's own transition function and a store that loses, repeats and
//! reorders writes.
//!
//! A plan is made of what the store holds and stays in flight for as long as it likes; delivered, it is let in only if nothing that it
//! guards was written since, and may be delivered again. Versions never come back, so a write that has lost once has lost for good: it is
//! dropped, which is the same as its being lost. Only distances from now are kept, so that time runs without an end.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use evenhand::offer::{Answer, Blocked, Effect, Event, EventKind, Kind, Options, Outcome, Person, Run, Status, TRANSITIONS};
use evenhand::time::Instant;
use stateright::{Checker, HasDiscoveries, Model, Property};

use super::store::{Keys, Machine, Rules, Store, Write, product, shift_run};
use super::world::{Z, options};

const NOW: Instant = Instant(0);

pub struct Scope {
    pub name: &'static str,
    pub people: usize,
    pub leads: usize,
    pub rules: Rules,
    /// Writes under way at once.
    pub in_flight: usize,
    /// Changes of people, and of the default assignee, in all.
    pub changes: u8,
    /// Times that the clock goes back.
    pub back: u8,
    /// Keys that the store does not guard: a fault of the host's.
    pub unguarded: Keys,
    pub machine: Machine,
}

impl Scope {
    pub fn of(name: &'static str, people: usize, leads: usize, groups: Vec<Options>) -> Scope {
        let rules = Rules { groups, capacity: 1 };
        Scope { name, people, leads, rules, in_flight: 2, changes: 0, back: 0, unguarded: 0, machine: product }
    }
}

pub fn sequential() -> Options {
    options(Kind::Sequential, 1)
}

pub fn broadcast() -> Options {
    Options { reopen_minutes: Some(1), ..options(Kind::Broadcast, 1) }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    store: Store,
    in_flight: Vec<Write>,
    changes: u8,
    back: u8,
    refused_changed: bool,
    claimed_late: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Plan(u8, Option<Event>),
    Deliver(u8),
    Lose(u8),
    Tick,
    Back,
    Join(u8),
    Activate(u8),
    Avail(u8),
    Default,
}

/// A change of state that the machine made.
type Seen = (Option<Status>, EventKind, Status);

pub struct Protocol {
    scope: Scope,
    seen: Mutex<BTreeSet<Seen>>,
    /// States from which sweeps are known to end all runs.
    ending: Mutex<HashSet<u64>>,
}

/// What no later call reads is left out, so that states which differ only there are one.
fn forget(write: &mut Write) {
    for answer in &mut write.record.history {
        answer.at = NOW;
    }
    write.record.started_at = NOW;
    if let Some(ending) = &mut write.record.ending {
        ending.at = NOW;
        let run = &mut write.record;
        run.history.retain(|answer| answer.outcome == Outcome::Claimed);
        (run.number, run.pass, run.pass_from, run.roster) = (0, 0, 0, Vec::new());
    }
    write.effects.retain(|effect| match effect {
        Effect::Answered(Answer { outcome, .. }) => *outcome == Outcome::Claimed,
        Effect::Offered { .. } | Effect::WakeAt(_) => false,
        _ => true,
    });
}

impl Protocol {
    fn new(scope: Scope) -> Protocol {
        Protocol { scope, seen: Mutex::default(), ending: Mutex::default() }
    }

    /// The state with a plan for an event under way, if it would write anything that is not under way.
    fn plan(&self, last: &State, ix: usize, event: Option<Event>) -> Option<State> {
        let before = last.store.runs[ix].as_ref().map(|record| &record.run);
        let (reply, write) = last.store.plan(self.scope.machine, &self.scope.rules, ix, event, NOW);
        let mut write = write?;
        self.seen.lock().unwrap().insert((before.map(|run| run.status), write.event, write.record.status));
        write.guards &= !self.scope.unguarded;
        forget(&mut write);
        if last.in_flight.contains(&write) {
            return None;
        }
        let mut state = last.clone();
        let open_to = |person| before.is_some_and(|run| run.offered_to.contains(&person) && run.expires_at.is_some_and(|end| NOW < end));
        if let Some(Event::Claim(person)) = event {
            state.claimed_late |= reply.refusal.is_none() && !open_to(person);
        }
        state.refused_changed |= reply.refusal.is_some();
        state.in_flight.push(write);
        // Any of them may be the next to arrive, so their order says nothing.
        state.in_flight.sort_by_key(|write| (write.run, hash_of(write)));
        Some(state)
    }

    /// Sweeps alone end every run, whatever was under way.
    fn sweeps_end_all(&self, state: &State) -> bool {
        let is_open = |store: &Store| store.runs.iter().flatten().any(|record| record.run.status == Status::Offered);
        if !is_open(&state.store) {
            return true;
        }
        // Held only to look and to add: the other threads look as well.
        let known = || self.ending.lock().unwrap();
        let (mut store, mut passed) = (state.store.clone(), Vec::new());
        for _ in 0..40 {
            let mut hasher = DefaultHasher::new();
            store.hash(&mut hasher);
            let key = hasher.finish();
            passed.push(key);
            if !is_open(&store) || known().contains(&key) {
                known().extend(passed);
                return true;
            }
            for ix in 0..store.runs.len() {
                if store.runs[ix].is_some()
                    && let (_, Some(mut write)) = store.plan(self.scope.machine, &self.scope.rules, ix, Some(Event::Sweep), NOW)
                {
                    forget(&mut write);
                    store.apply(&write, &self.scope.rules);
                }
            }
            store.shift(-1);
        }
        false
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let store = Store::new(self.scope.leads, self.scope.rules.groups.len(), self.scope.people);
        let (changes, back) = (self.scope.changes, self.scope.back);
        vec![State { store, in_flight: Vec::new(), changes, back, refused_changed: false, claimed_late: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let people = self.scope.people as u8;
        if state.in_flight.len() < self.scope.in_flight {
            for ix in 0..state.store.runs.len() {
                let lead = &state.store.leads[ix / self.scope.rules.groups.len()];
                let ix = ix as u8;
                if state.store.runs[ix as usize].is_none() {
                    if lead.lock.is_none() {
                        actions.push(Action::Plan(ix, None));
                    }
                    continue;
                }
                for person in (0..people).map(u32::from).map(Person) {
                    actions.push(Action::Plan(ix, Some(Event::Claim(person))));
                    actions.push(Action::Plan(ix, Some(Event::Decline(person))));
                }
                actions.push(Action::Plan(ix, Some(Event::Sweep)));
                actions.push(Action::Plan(ix, Some(Event::Cancel { by: Z, to: None })));
            }
        }
        for ix in 0..state.in_flight.len() as u8 {
            actions.push(Action::Deliver(ix));
            actions.push(Action::Lose(ix));
        }
        actions.push(Action::Tick);
        if state.back > 0 {
            actions.push(Action::Back);
        }
        if state.changes > 0 {
            for person in 0..people {
                actions.extend([Action::Join(person), Action::Activate(person), Action::Avail(person)]);
            }
            actions.push(Action::Default);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        if let Action::Plan(ix, event) = action {
            return self.plan(last, ix.into(), event);
        }
        let mut state = last.clone();
        match action {
            Action::Plan(..) => {}
            Action::Deliver(ix) => {
                let write = state.in_flight[usize::from(ix)].clone();
                state.store.apply(&write, &self.scope.rules);
                state.in_flight.retain(|other| other.guards & write.touches == 0);
            }
            Action::Lose(ix) => {
                state.in_flight.remove(ix.into());
            }
            Action::Tick | Action::Back => {
                let ticks = if action == Action::Tick { -1 } else { 1 };
                state.back -= u8::from(ticks > 0);
                state.store.shift(ticks);
                state.in_flight.iter_mut().for_each(|write| shift_run(&mut write.record, ticks));
            }
            Action::Join(person) => flip(&mut state.store.people[usize::from(person)].joined),
            Action::Activate(person) => flip(&mut state.store.people[usize::from(person)].active),
            Action::Avail(person) => flip(&mut state.store.people[usize::from(person)].available),
            Action::Default => state.store.default = if state.store.default.is_ok() { Err(Blocked::Paused) } else { Ok(Z) },
        }
        if matches!(action, Action::Join(_) | Action::Activate(_) | Action::Avail(_) | Action::Default) {
            state.changes -= 1;
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Protocol>> {
        vec![
            Property::always(WINNER, |_, state: &State| records(state).all(|(_, record)| one_winner(&record.run, record.winners))),
            Property::always(ENDING, |_, state: &State| {
                records(state).all(|(_, record)| record.endings == u8::from(record.run.status != Status::Offered))
            }),
            Property::always(REASON, |_, state: &State| {
                state.store.leads.iter().all(|lead| lead.lock.is_some() || lead.owner.is_some() || lead.reason || !lead.ended)
            }),
            Property::always(ENDS, |model: &Protocol, state: &State| model.sweeps_end_all(state)),
            Property::always(LOCK, |model: &Protocol, state: &State| {
                let groups = model.scope.rules.groups.len();
                let holds = |ix: usize| state.store.leads[ix / groups].lock == Some(ix as u8);
                records(state).all(|(ix, record)| holds(ix) == (record.run.status == Status::Offered))
            }),
            Property::always(REFUSED, |_, state: &State| !state.refused_changed),
            Property::always(LATE, |_, state: &State| !state.claimed_late),
            Property::always(CAPACITY, |_, state: &State| !state.store.overloaded),
        ]
    }
}

pub const WINNER: &str = "exactly one winner";
pub const ENDING: &str = "exactly one ending entry";
pub const REASON: &str = "no lead without an owner or a reason";
pub const ENDS: &str = "no run left open for ever";
pub const LOCK: &str = "no lock left behind";
pub const REFUSED: &str = "a refused event changes nothing";
pub const LATE: &str = "nobody claims what is not offered to them";
pub const CAPACITY: &str = "capacity never passed by automatic assignment";

fn hash_of(write: &Write) -> u64 {
    let mut hasher = DefaultHasher::new();
    write.hash(&mut hasher);
    hasher.finish()
}

fn flip(flag: &mut bool) {
    *flag = !*flag;
}

fn records(state: &State) -> impl Iterator<Item = (usize, &super::store::Record)> {
    state.store.runs.iter().enumerate().filter_map(|(ix, record)| Some((ix, record.as_ref()?)))
}

/// One person claimed and was given the lead, or nobody claimed.
fn one_winner(run: &Run, winners: u8) -> bool {
    let claims: Vec<Person> = run.history.iter().filter(|answer| answer.outcome == Outcome::Claimed).map(|answer| answer.person).collect();
    let claimed = run.status == Status::Claimed;
    winners == u8::from(run.assignee.is_some())
        && claims.len() == usize::from(claimed)
        && (!claimed || run.assignee == claims.first().copied())
        && (run.status != Status::Defaulted || run.assignee.is_some())
}

/// Visits all states; gives back the properties that do not hold and the transitions that were seen.
pub fn visit(scope: Scope, stop_at: Option<&'static str>) -> (Vec<&'static str>, BTreeSet<Seen>) {
    let (name, begun) = (scope.name, std::time::Instant::now());
    let until = stop_at.map_or(HasDiscoveries::AnyFailures, |property| HasDiscoveries::AnyOf(BTreeSet::from([property])));
    // All states are visited in any case; two threads take hardly more than half as long.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = Protocol::new(scope).checker().finish_when(until).threads(threads).spawn_bfs().join();
    let (states, steps, took) = (checker.unique_state_count(), checker.state_count(), begun.elapsed());
    println!("{name}: {states} states, {steps} steps, depth {}, {:.1} s", checker.max_depth(), took.as_secs_f64());
    let failed: Vec<&'static str> = checker
        .discoveries()
        .into_iter()
        .map(|(property, path)| {
            if stop_at.is_none() {
                println!("{property} fails after {path:?}");
            }
            property
        })
        .collect();
    let seen = checker.model().seen.lock().unwrap().clone();
    (failed, seen)
}

fn scopes() -> Vec<Scope> {
    let limited = Options { passes: 2, run_minutes: Some(3), minutes: 2, ..sequential() };
    let resting = Options { rest_seconds: 1, ..sequential() };
    let twice = Options { passes: 2, ..sequential() };
    let once = Options { reopen_minutes: None, ..broadcast() };
    vec![
        Scope { changes: 2, ..Scope::of("one person, one lead, both methods, two changes", 1, 1, vec![sequential(), broadcast()]) },
        Scope {
            changes: 1,
            ..Scope::of("three people, one lead, both methods, a change of people", 3, 1, vec![sequential(), broadcast()])
        },
        Scope::of("three people, two leads, one group", 3, 2, vec![sequential()]),
        Scope {
            in_flight: 1,
            ..Scope::of("three people, two leads, both methods, one write under way", 3, 2, vec![sequential(), once.clone()])
        },
        Scope::of("two people, two leads, both methods", 2, 2, vec![sequential(), once]),
        Scope { in_flight: 1, ..Scope::of("two people, two leads, two sequential groups, rest", 2, 2, vec![sequential(), resting]) },
        Scope { changes: 1, ..Scope::of("two people, two leads, two passes, a change of people", 2, 2, vec![twice]) },
        Scope { changes: 1, back: 1, ..Scope::of("two people, one lead, a limit, a clock that goes back", 2, 1, vec![limited]) },
    ]
}

#[test]
fn every_reachable_state_holds() {
    let mut seen = BTreeSet::new();
    for scope in scopes() {
        let (failed, transitions) = visit(scope, None);
        assert_eq!(failed, Vec::<&str>::new());
        seen.extend(transitions);
    }
    let listed: BTreeSet<_> = TRANSITIONS.iter().map(|row| (row.from, row.event, row.to)).collect();
    assert_eq!(seen, listed, "the machine makes the listed changes and no others");
}
