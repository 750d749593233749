//! People and a group as tests know them, and a run that is moved by hand.

use std::collections::{BTreeMap, BTreeSet};

use evenhand::offer::{
    Blocked, Context, Cursor, Effect, Event, Joiners, Kind, Options, Outcome, Person, Refusal, Run, Status, Step, View, advance, start,
};
use evenhand::time::Instant;

pub const A: Person = Person(0);
pub const B: Person = Person(1);
pub const C: Person = Person(2);
pub const D: Person = Person(3);
/// The default assignee, who is no member.
pub const Z: Person = Person(25);

/// Windows in minutes of 1,000 ms, so that instants in tests read as seconds.
pub const TICK: i64 = 1000;

pub fn at(tick: i64) -> Instant {
    Instant(tick * TICK)
}

#[derive(Clone, Debug)]
pub struct World {
    pub members: Vec<Person>,
    pub inactive: BTreeSet<Person>,
    pub ineligible: BTreeSet<Person>,
    pub claims: BTreeMap<Person, Instant>,
    pub default: Result<Person, Blocked>,
    /// Whether working time has an end of any window.
    pub open: bool,
}

impl World {
    pub fn of(members: &[Person]) -> World {
        let (inactive, ineligible) = (BTreeSet::new(), BTreeSet::new());
        World { members: members.to_vec(), inactive, ineligible, claims: BTreeMap::new(), default: Ok(Z), open: true }
    }
}

impl View for World {
    fn members(&self) -> &[Person] {
        &self.members
    }
    fn is_member(&self, person: Person) -> bool {
        self.members.contains(&person)
    }
    fn is_active(&self, person: Person) -> bool {
        !self.inactive.contains(&person)
    }
    fn is_eligible(&self, person: Person) -> bool {
        !self.ineligible.contains(&person)
    }
    fn last_claim(&self, person: Person) -> Option<Instant> {
        self.claims.get(&person).copied()
    }
    fn default_assignee(&self) -> Result<Person, Blocked> {
        self.default
    }
    fn deadline(&self, from: Instant, minutes: u32) -> Option<Instant> {
        self.open.then(|| Instant(from.0 + i64::from(minutes) * TICK))
    }
}

pub fn options(kind: Kind, minutes: u32) -> Options {
    Options { kind, minutes, passes: 1, reopen_minutes: None, run_minutes: None, rest_seconds: 0, joiners: Joiners::NextPass }
}

/// One run at a time of one group, and what came of each call.
pub struct Game {
    pub world: World,
    pub options: Options,
    pub cursor: Cursor,
    pub run: Option<Run>,
    /// Of the last call that was not refused.
    pub effects: Vec<Effect>,
    /// Endings of the run so far.
    pub endings: usize,
    pub locked: bool,
}

impl Game {
    pub fn sequential(members: &[Person], minutes: u32) -> Game {
        Game::new(World::of(members), options(Kind::Sequential, minutes))
    }

    pub fn broadcast(members: &[Person], minutes: u32) -> Game {
        Game::new(World::of(members), options(Kind::Broadcast, minutes))
    }

    pub fn new(world: World, options: Options) -> Game {
        Game { world, options, cursor: Cursor::default(), run: None, effects: Vec::new(), endings: 0, locked: false }
    }

    pub fn start(&mut self, now: Instant) {
        assert!(!self.locked, "the lead is free");
        self.endings = 0;
        let step = start(Context { view: &self.world, options: &self.options, cursor: &self.cursor }, now);
        self.take(step);
    }

    pub fn apply(&mut self, event: Event, now: Instant) -> Result<(), Refusal> {
        let run = self.run.as_ref().unwrap();
        let step = advance(run, event, Context { view: &self.world, options: &self.options, cursor: &self.cursor }, now)?;
        if step.effects.is_empty() {
            assert_eq!(step.run, *run, "without effects nothing changes");
        }
        self.take(step);
        Ok(())
    }

    pub fn claim(&mut self, person: Person, now: Instant) -> Result<(), Refusal> {
        self.apply(Event::Claim(person), now)
    }

    pub fn decline(&mut self, person: Person, now: Instant) -> Result<(), Refusal> {
        self.apply(Event::Decline(person), now)
    }

    pub fn sweep(&mut self, now: Instant) {
        self.apply(Event::Sweep, now).unwrap();
    }

    pub fn run(&self) -> &Run {
        self.run.as_ref().unwrap()
    }

    /// Who may claim until when; nobody if the run is over.
    pub fn open(&self) -> (Vec<Person>, Option<Instant>) {
        (self.run().offered_to.clone(), self.run().expires_at)
    }

    /// How the run ended, for whom.
    pub fn end(&self) -> (Status, Option<Person>) {
        (self.run().status, self.run().assignee)
    }

    pub fn outcomes(&self) -> Vec<(Person, Outcome)> {
        self.run().history.iter().map(|answer| (answer.person, answer.outcome)).collect()
    }

    fn take(&mut self, step: Step) {
        for effect in &step.effects {
            match effect {
                Effect::LockSet => assert!(!std::mem::replace(&mut self.locked, true)),
                Effect::LockCleared => assert!(std::mem::replace(&mut self.locked, false)),
                Effect::NextStart(cursor) => self.cursor = cursor.clone(),
                Effect::Ended(_) => self.endings += 1,
                _ => {}
            }
        }
        let over = step.run.status != Status::Offered;
        assert_eq!(self.locked, !over, "locked while it is open");
        assert_eq!(self.endings, usize::from(over), "one ending, at the end");
        assert_eq!(step.run.ending.is_some(), over);
        assert_eq!(step.run.offered_to.is_empty(), over);
        assert_eq!(step.run.wake_at().is_none(), over);
        self.run = Some(step.run);
        self.effects = step.effects;
    }
}
