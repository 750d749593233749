//! Every state that can be reached, within bounds.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::machine::{Event, Phase, Table};
use super::world::{Kind, Message, Step, World};

pub struct Scope {
    pub name: &'static str,
    pub shards: u8,
    /// Commands of different keys.
    pub keys: u8,
    /// How often a command is given, repetitions included, and its commit begun.
    pub begins: u8,
    pub table: Table,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A command is given, for the first time or again.
    Begin(u8),
    Deliver(Message),
    /// A prepare arrives, and the shard cannot carry it out.
    Refuse(Message),
    /// The coordinator's alarm, while it lives.
    Expire,
    /// It died and is there again.
    Restart,
    Wake(u8),
    Read(u8),
    AskForRead,
    EndRead,
}

pub struct Commit {
    scope: Scope,
    steps: Mutex<HashSet<Step>>,
    /// What recovery comes to, by state.
    recovered: Mutex<HashMap<u64, [bool; 2]>>,
}

pub const DECIDED: &str = "only what was decided is written, in that order, and once";
pub const ONCE: &str = "a command that is repeated is carried out once";
pub const SEEN: &str = "nobody sees a part of a commit: what was seen once is seen by all who look later";
pub const ALL: &str = "after recovery every acknowledged commit is in every shard, and nothing else";
pub const FREE: &str = "after recovery no shard is locked and the coordinator is idle";
pub const WRITES: &str = "a commit can be written in all shards";
pub const REFUSES: &str = "a commit can be refused by one shard after another held it";

impl Commit {
    /// Of what is under way all is lost: is every decision in every shard then, and is nothing locked?
    fn recovery(&self, world: &World) -> [bool; 2] {
        let mut hasher = DefaultHasher::new();
        (&world.coordinator, &world.shards, &world.rows, &world.log).hash(&mut hasher);
        let key = hasher.finish();
        if let Some(known) = self.recovered.lock().unwrap().get(&key) {
            return *known;
        }
        let then = world.recovered(&self.scope.table);
        let log: Vec<u8> = then.log.iter().map(|(number, _)| *number).collect();
        let whole = then.log == world.log && then.rows.iter().all(|rows| *rows == log);
        let found = [whole, then.is_quiet()];
        self.recovered.lock().unwrap().insert(key, found);
        found
    }
}

impl Model for Commit {
    type State = (World, u8);
    type Action = Action;

    fn init_states(&self) -> Vec<Self::State> {
        vec![(World::new(self.scope.shards), 0)]
    }

    fn actions(&self, (world, begun): &Self::State, actions: &mut Vec<Action>) {
        if *begun < self.scope.begins {
            actions.extend((1..=self.scope.keys).map(Action::Begin));
        }
        for message in &world.sent {
            actions.push(Action::Deliver(*message));
            if message.kind == Kind::Prepare {
                actions.push(Action::Refuse(*message));
            }
        }
        if world.coordinator.phase != Phase::Idle {
            actions.extend([Action::Expire, Action::Restart]);
        }
        for shard in 0..self.scope.shards {
            actions.push(Action::Wake(shard));
            if world.read.is_none() {
                actions.push(Action::Read(shard));
            }
        }
        match &world.read {
            Some(read) if read.told.is_none() => actions.push(Action::AskForRead),
            Some(_) => actions.push(Action::EndRead),
            None => {}
        }
    }

    fn next_state(&self, (last, begun): &Self::State, action: Action) -> Option<Self::State> {
        let (mut world, mut begun) = (last.clone(), *begun);
        let table = &self.scope.table;
        let watch = &mut |step| {
            self.steps.lock().unwrap().insert(step);
        };
        match action {
            Action::Begin(key) => begun += u8::from(world.begin(table, key, watch)),
            Action::Deliver(message) => world.deliver(table, message, false, watch),
            Action::Refuse(message) => world.deliver(table, message, true, watch),
            Action::Expire => drop(world.coordinate(table, Event::Expire, None, watch)),
            Action::Restart => drop(world.coordinate(table, Event::Restart, None, watch)),
            Action::Wake(shard) => world.wake(table, shard, watch),
            Action::Read(shard) => world.start_read(table, shard, watch),
            Action::AskForRead => world.ask_for_read(table, watch),
            Action::EndRead => world.end_read(table, watch),
        }
        world.forget(table);
        (world != *last).then_some((world, begun))
    }

    fn properties(&self) -> Vec<Property<Commit>> {
        vec![
            Property::always(DECIDED, |_, (world, _): &(World, u8)| world.follows_log()),
            Property::always(ONCE, |_, (world, _): &(World, u8)| {
                let keys: BTreeSet<u8> = world.log.iter().map(|(_, key)| *key).collect();
                keys.len() == world.log.len()
            }),
            Property::always(SEEN, |_, (world, _): &(World, u8)| !world.went_back),
            Property::always(ALL, |model: &Commit, (world, _): &(World, u8)| model.recovery(world)[0]),
            Property::always(FREE, |model: &Commit, (world, _): &(World, u8)| model.recovery(world)[1]),
            Property::sometimes(WRITES, |_, (world, _): &(World, u8)| {
                !world.log.is_empty() && world.rows.iter().all(|rows| !rows.is_empty())
            }),
            Property::sometimes(REFUSES, |_, (world, _): &(World, u8)| {
                world.log.is_empty()
                    && world.coordinator.phase == Phase::Idle
                    && world.shards.iter().any(|shard| shard.held == 1)
                    && world.shards.iter().any(|shard| shard.last == 1)
            }),
        ]
    }
}

/// What a visit came to.
pub struct Visit {
    /// Properties that do not hold.
    pub failed: Vec<&'static str>,
    pub states: usize,
    pub steps: BTreeSet<Step>,
}

/// Visits all states, or those up to the first in which a property fails.
pub fn visit(scope: Scope, stop_at: Option<&'static str>) -> Visit {
    let (name, begun) = (scope.name, std::time::Instant::now());
    let until = stop_at.map_or(HasDiscoveries::AnyFailures, |property| HasDiscoveries::AnyOf(BTreeSet::from([property])));
    let commit = Commit { scope, steps: Mutex::default(), recovered: Mutex::default() };
    let checker = commit.checker().finish_when(until).spawn_bfs().join();
    let (states, steps, took) = (checker.unique_state_count(), checker.state_count(), begun.elapsed());
    println!("{name}: {states} states, {steps} steps, depth {}, {:.1} s", checker.max_depth(), took.as_secs_f64());
    let found = checker.discoveries();
    let mut failed = Vec::new();
    for (property, path) in &found {
        if ![WRITES, REFUSES].contains(property) {
            if stop_at.is_none() {
                println!("{property} fails after {path:?}");
            }
            failed.push(*property);
        }
    }
    if stop_at.is_none() {
        failed.extend([WRITES, REFUSES].into_iter().filter(|property| !found.contains_key(property)));
    }
    let steps = checker.model().steps.lock().unwrap().iter().cloned().collect();
    Visit { failed, states, steps }
}

fn scope(name: &'static str, shards: u8, keys: u8, begins: u8) -> Scope {
    Scope { name, shards, keys, begins, table: Table::product() }
}

#[test]
fn every_reachable_state_holds() {
    let mut steps = BTreeSet::new();
    for scope in [scope("two shards, two commands, one of them again", 2, 2, 3), scope("three shards, one command, given twice", 3, 1, 2)] {
        let visit = visit(scope, None);
        assert_eq!(visit.failed, Vec::<&str>::new());
        steps.extend(visit.steps);
    }
    super::steps::hold(&steps);
}

#[test]
#[ignore = "it takes minutes and gigabytes"]
fn every_reachable_state_of_a_wider_scope_holds() {
    assert_eq!(visit(scope("three shards, two commands", 3, 2, 2), None).failed, Vec::<&str>::new());
}
