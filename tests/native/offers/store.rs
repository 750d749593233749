//! A host's store: leads, runs, cursors and people under keys with compare-and-set, and the writes that a plan would make.
//!
//! What a host has to guard is written down here once: the lead, the run, the cursor when it is moved, and a key for each person whose
//! capacity an offer takes or gives back or who is given the lead.

use evenhand::offer::{
    Blocked, Cause, Context, Cursor, Effect, Event, EventKind, Kind, Options, Outcome, Person, Refusal, Run, Step, View,
};
use evenhand::time::Instant;

use super::world::{TICK, Z};

/// The machine under test: the product's own, or that with a fault put in.
pub type Machine = fn(Option<&Run>, Option<Event>, Context<'_>, Instant) -> Reply;

/// What a machine says: a step, a refusal, and only for a faulty one both.
pub struct Reply {
    pub step: Option<Step>,
    pub refusal: Option<Refusal>,
}

/// The product's transition function.
pub fn product(run: Option<&Run>, event: Option<Event>, context: Context<'_>, now: Instant) -> Reply {
    let Some((run, event)) = run.zip(event) else {
        return Reply { step: Some(evenhand::offer::start(context, now)), refusal: None };
    };
    match evenhand::offer::advance(run, event, context, now) {
        Ok(step) => Reply { step: Some(step), refusal: None },
        Err(refusal) => Reply { step: None, refusal: Some(refusal) },
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lead {
    pub owner: Option<Person>,
    pub lock: Option<u8>,
    /// Whether an ending said why it has no new owner.
    pub reason: bool,
    /// Whether a run ever ended.
    pub ended: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    pub run: Run,
    /// Entries in the timeline that tell an ending.
    pub endings: u8,
    /// Times that somebody was given the lead.
    pub winners: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    pub joined: bool,
    pub active: bool,
    pub available: bool,
    /// Open sequential offers.
    pub offers: u8,
    pub last_claim: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Store {
    pub leads: Vec<Lead>,
    /// One for each lead and group.
    pub runs: Vec<Option<Record>>,
    /// One for each group.
    pub cursors: Vec<Cursor>,
    pub people: Vec<Member>,
    pub default: Result<Person, Blocked>,
    /// Whether an automatic offer ever passed somebody's capacity.
    pub overloaded: bool,
}

/// Keys as bits: 0.. leads, 8.. runs, 16.. cursors, 24.. people.
pub type Keys = u32;

pub fn person_key(person: Person) -> Keys {
    if person == Z { 0 } else { 1 << (24 + person.0) }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Write {
    pub run: u8,
    pub event: EventKind,
    pub record: Run,
    pub effects: Vec<Effect>,
    /// What must be as it was read.
    pub guards: Keys,
    /// What gets a new version.
    pub touches: Keys,
}

/// What does not change while a test runs.
#[derive(Clone, Debug)]
pub struct Rules {
    pub groups: Vec<Options>,
    pub capacity: u8,
}

impl Store {
    pub fn new(leads: usize, groups: usize, people: usize) -> Store {
        let member = Member { joined: true, active: true, available: true, offers: 0, last_claim: None };
        Store {
            leads: vec![Lead::default(); leads],
            runs: vec![None; leads * groups],
            cursors: vec![Cursor::default(); groups],
            people: vec![member; people],
            default: Ok(Z),
            overloaded: false,
        }
    }

    pub fn load(&self, person: Person) -> u8 {
        self.leads.iter().filter(|lead| lead.owner == Some(person)).count() as u8
    }

    /// What a plan for an event would write, if anything; what the machine said, and the eye that it saw with.
    pub fn plan(&self, machine: Machine, rules: &Rules, ix: usize, event: Option<Event>, now: Instant) -> (Reply, Option<Write>) {
        let groups = rules.groups.len();
        let (lead, group) = (ix / groups, ix % groups);
        let run = self.runs[ix].as_ref().map(|record| &record.run);
        let eye = self.eye(rules, ix);
        let context = Context { view: &eye, options: &rules.groups[group], cursor: &self.cursors[group] };
        let reply = machine(run, event, context, now);
        let Some(step) = reply.step.as_ref().filter(|step| !step.effects.is_empty()) else { return (reply, None) };
        let mut touches: Keys = 1 << (8 + ix);
        for effect in &step.effects {
            match effect {
                Effect::NextStart(_) => touches |= 1 << (16 + group),
                Effect::CapacityTaken(person) | Effect::CapacityReleased(person) | Effect::Assigned(person) => {
                    touches |= person_key(*person)
                }
                Effect::LockSet | Effect::LockCleared | Effect::Ended(_) => touches |= 1 << lead,
                _ => {}
            }
        }
        // A start stands on the lead's being free.
        let guards = touches | 1 << lead;
        let kind = event.map_or(EventKind::Start, |event| event.kind());
        let write = Write { run: ix as u8, event: kind, record: step.run.clone(), effects: step.effects.clone(), guards, touches };
        (reply, Some(write))
    }

    pub fn eye<'a>(&'a self, rules: &'a Rules, ix: usize) -> Eye<'a> {
        let group = ix % rules.groups.len();
        // The second group has another order.
        let ids = 0..self.people.len() as u32;
        let ids: Vec<u32> = if group == 0 { ids.collect() } else { ids.rev().collect() };
        let members = ids.into_iter().map(Person).filter(|person| self.people[person.0 as usize].joined).collect();
        Eye { store: self, rules, ix, members }
    }

    /// Puts a write in, all of it.
    pub fn apply(&mut self, write: &Write, rules: &Rules) {
        let groups = rules.groups.len();
        let (ix, lead) = (write.run as usize, write.run as usize / groups);
        let before = self.runs[ix].as_ref().filter(|_| write.event != EventKind::Start);
        let (endings, winners) = before.map_or((0, 0), |record| (record.endings, record.winners));
        let mut record = Record { run: write.record.clone(), endings, winners };
        for effect in &write.effects {
            match effect {
                Effect::LockSet => self.leads[lead].lock = Some(write.run),
                Effect::LockCleared => self.leads[lead].lock = None,
                Effect::Answered(answer) if answer.outcome == Outcome::Claimed => {
                    self.people[answer.person.0 as usize].last_claim = Some(answer.at);
                }
                Effect::CapacityTaken(person) => {
                    let member = &mut self.people[person.0 as usize];
                    member.offers = member.offers.saturating_add(1);
                }
                Effect::CapacityReleased(person) => {
                    let member = &mut self.people[person.0 as usize];
                    member.offers = member.offers.saturating_sub(1);
                }
                Effect::Assigned(person) => {
                    self.leads[lead].owner = Some(*person);
                    record.winners = record.winners.saturating_add(1).min(2);
                }
                Effect::NextStart(cursor) => self.cursors[ix % groups] = cursor.clone(),
                Effect::Ended(_) => {
                    record.endings = record.endings.saturating_add(1).min(2);
                    let told = |ending: evenhand::offer::Ending| ending.blocked.is_some() || matches!(ending.cause, Cause::Cancelled(_));
                    self.leads[lead].reason = record.run.ending.is_some_and(told);
                    self.leads[lead].ended = true;
                }
                Effect::Offered { .. } | Effect::WakeAt(_) | Effect::Answered(_) => {}
            }
        }
        let asked = |record: &Option<Record>| record.as_ref().map_or(Vec::new(), |record| record.run.offered_to.clone());
        let before = asked(&self.runs[ix].replace(record));
        // What people really hold, and not what the counters say.
        for person in asked(&self.runs[ix]).into_iter().filter(|person| !before.contains(person)) {
            if write.record.kind == Kind::Sequential {
                self.overloaded |= self.held(person) + self.load(person) > rules.capacity;
            }
        }
    }

    /// Open sequential offers of a person.
    pub fn held(&self, person: Person) -> u8 {
        let holds = |run: &Run| run.kind == Kind::Sequential && run.offered_to.contains(&person);
        self.runs.iter().flatten().filter(|record| holds(&record.run)).count() as u8
    }

    /// Moves all instants, so that only distances from now are left; what is long past is merely past.
    pub fn shift(&mut self, ticks: i64) {
        for record in self.runs.iter_mut().flatten() {
            shift_run(&mut record.run, ticks);
        }
        for member in &mut self.people {
            member.last_claim = member.last_claim.map(|at| Instant(at.0 + ticks * TICK)).filter(|at| at.0 > -2 * TICK);
        }
    }
}

pub fn shift_run(run: &mut Run, ticks: i64) {
    for at in [&mut run.expires_at, &mut run.limit_at].into_iter().flatten() {
        at.0 = (at.0 + ticks * TICK).max(0);
    }
    if run.ending.is_some() {
        run.limit_at = None;
    }
}

/// What a plan knows of people.
pub struct Eye<'a> {
    store: &'a Store,
    rules: &'a Rules,
    ix: usize,
    members: Vec<Person>,
}

impl View for Eye<'_> {
    fn members(&self) -> &[Person] {
        &self.members
    }
    fn is_member(&self, person: Person) -> bool {
        self.members.contains(&person)
    }
    fn is_active(&self, person: Person) -> bool {
        self.store.people.get(person.0 as usize).is_some_and(|member| member.active)
    }
    fn is_eligible(&self, person: Person) -> bool {
        let own = self.store.runs[self.ix]
            .as_ref()
            .is_some_and(|record| record.run.kind == Kind::Sequential && record.run.offered_to.contains(&person));
        let member = &self.store.people[person.0 as usize];
        member.available && member.offers.saturating_sub(own.into()) + self.store.load(person) < self.rules.capacity
    }
    fn last_claim(&self, person: Person) -> Option<Instant> {
        self.store.people[person.0 as usize].last_claim
    }
    fn default_assignee(&self) -> Result<Person, Blocked> {
        self.store.default
    }
    fn deadline(&self, from: Instant, minutes: u32) -> Option<Instant> {
        Some(Instant(from.0 + i64::from(minutes) * TICK))
    }
}
