//! Long interleavings against a store with compare-and-set, beyond the bounds of the model checker, with the naive reading beside it.

use evenhand::offer::{Blocked, Event, Joiners, Kind, Options, Person, Status};
use evenhand::time::Instant;
use proptest::prelude::*;

use super::oracle::{Naive, Start};
use super::store::{Keys, Rules, Store, Write, person_key, product};
use super::world::{Z, options};

const LEADS: usize = 4;
const PEOPLE: usize = 5;

#[derive(Clone, Debug)]
enum Op {
    Plan(usize, What),
    /// Delivers a write; it may come again.
    Deliver(usize),
    Lose(usize),
    /// Milliseconds, also backwards.
    Pass(i64),
    Join(usize, bool),
    Activate(usize, bool),
    Avail(usize, bool),
    Default(bool),
    /// Somebody is given a lead by hand, if it is not locked.
    Edit(usize, u32),
}

#[derive(Clone, Copy, Debug)]
enum What {
    Start,
    Claim(u32),
    Decline(u32),
    Sweep,
    Cancel(Option<u32>),
    /// The event of a holder, so that more than misses are tried.
    HolderClaims,
    HolderDeclines,
}

struct Flight {
    write: Write,
    /// Versions of all keys when it was planned.
    read: [u64; 32],
    event: Option<Event>,
    now: Instant,
    /// What the plan saw.
    store: Store,
}

fn bits(keys: Keys) -> impl Iterator<Item = usize> {
    (0..32).filter(move |bit| keys & (1 << bit) != 0)
}

struct Chance {
    rules: Rules,
    store: Store,
    versions: [u64; 32],
    in_flight: Vec<Flight>,
    naive: Vec<Option<Naive>>,
    starts: Vec<Start>,
    now: Instant,
    committed: usize,
    lost: usize,
}

impl Chance {
    fn new(rules: Rules) -> Chance {
        let groups = rules.groups.len();
        Chance {
            store: Store::new(LEADS, groups, PEOPLE),
            rules,
            versions: [0; 32],
            in_flight: Vec::new(),
            naive: vec![None; LEADS * groups],
            starts: vec![Start::default(); groups],
            now: Instant(1_000_000),
            committed: 0,
            lost: 0,
        }
    }

    fn event(&self, ix: usize, what: What) -> Option<Option<Event>> {
        let run = self.store.runs[ix].as_ref().map(|record| &record.run);
        let open = run.is_some_and(|run| run.status == Status::Offered);
        if let What::Start = what {
            return (!open && self.store.leads[ix / self.rules.groups.len()].lock.is_none()).then_some(None);
        }
        let holder = run?.offered_to.first().copied().unwrap_or(Person(0));
        Some(Some(match what {
            What::Claim(person) => Event::Claim(Person(person)),
            What::Decline(person) => Event::Decline(Person(person)),
            What::Cancel(to) => Event::Cancel { by: Z, to: to.map(Person) },
            What::HolderClaims => Event::Claim(holder),
            What::HolderDeclines => Event::Decline(holder),
            What::Sweep | What::Start => Event::Sweep,
        }))
    }

    /// What the naive reading makes of an event, on a copy.
    fn read_naively(
        &self,
        store: &Store,
        ix: usize,
        event: Option<Event>,
        now: Instant,
    ) -> (Option<Naive>, Start, Option<evenhand::offer::Refusal>) {
        let group = ix % self.rules.groups.len();
        let (eye, options) = (store.eye(&self.rules, ix), &self.rules.groups[group]);
        let (mut naive, mut start) = (self.naive[ix].clone(), self.starts[group].clone());
        let refusal = match event {
            None => {
                naive = Some(Naive::start(&eye, options, &mut start, now));
                None
            }
            Some(event) => naive.as_mut().and_then(|naive| naive.apply(event, &eye, options, &mut start, now).err()),
        };
        (naive, start, refusal)
    }

    fn plan(&mut self, ix: usize, what: What) {
        let Some(event) = self.event(ix, what) else { return };
        let (reply, write) = self.store.plan(product, &self.rules, ix, event, self.now);
        let (naive, start, refusal) = self.read_naively(&self.store, ix, event, self.now);
        assert_eq!(reply.refusal, refusal);
        if let Some(step) = &reply.step {
            let mut cursor = self.store.cursors[ix % self.rules.groups.len()].clone();
            for effect in &step.effects {
                if let evenhand::offer::Effect::NextStart(next) = effect {
                    cursor = next.clone();
                }
            }
            naive.unwrap().assert_same(&step.run, &cursor, &start);
        }
        if let Some(write) = write {
            self.in_flight.push(Flight { write, read: self.versions, event, now: self.now, store: self.store.clone() });
        }
    }

    fn deliver(&mut self, ix: usize) {
        let Flight { write, read, event, now, store } = &self.in_flight[ix];
        if bits(write.guards).any(|key| read[key] != self.versions[key]) {
            // Versions never come back: turned away once, it is turned away for good.
            self.in_flight.swap_remove(ix);
            self.lost += 1;
            return;
        }
        let run = usize::from(write.run);
        let (naive, start, _) = self.read_naively(store, run, *event, *now);
        let group = run % self.rules.groups.len();
        (self.naive[run], self.starts[group]) = (naive, start);
        self.store.apply(write, &self.rules);
        bits(write.touches).for_each(|key| self.versions[key] += 1);
        self.committed += 1;
        let record = self.store.runs[run].as_ref().unwrap();
        self.naive[run].as_ref().unwrap().assert_same(&record.run, &self.store.cursors[group], &self.starts[group]);
    }

    fn apply(&mut self, op: &Op) {
        let flights = self.in_flight.len();
        match *op {
            Op::Plan(ix, what) => self.plan(ix % self.store.runs.len(), what),
            Op::Deliver(ix) if flights > 0 => self.deliver(flights - 1 - ix % flights.min(4)),
            Op::Lose(ix) if flights > 0 => drop(self.in_flight.swap_remove(ix % flights)),
            Op::Deliver(_) | Op::Lose(_) => {}
            Op::Pass(ms) => self.now.0 += ms,
            Op::Join(ix, on) => self.store.people[ix].joined = on,
            Op::Activate(ix, on) => self.store.people[ix].active = on,
            Op::Avail(ix, on) => self.store.people[ix].available = on,
            Op::Default(on) => self.store.default = if on { Ok(Z) } else { Err(Blocked::Absent) },
            Op::Edit(lead, person) => {
                if self.store.leads[lead].lock.is_none() {
                    self.store.leads[lead].owner = Some(Person(person));
                    bits(1 << lead | person_key(Person(person))).for_each(|key| self.versions[key] += 1);
                }
            }
        }
        self.check();
    }

    fn check(&self) {
        assert!(!self.store.overloaded, "an offer passed somebody's capacity");
        for (ix, record) in self.store.runs.iter().enumerate() {
            let Some(record) = record else { continue };
            let open = record.run.status == Status::Offered;
            let lead = &self.store.leads[ix / self.rules.groups.len()];
            assert_eq!(lead.lock == Some(ix as u8), open, "the lock stands while the run is open");
            assert_eq!((record.endings, record.winners), (u8::from(!open), u8::from(record.run.assignee.is_some())));
        }
        for lead in &self.store.leads {
            assert!(lead.lock.is_some() || lead.owner.is_some() || lead.reason || !lead.ended, "neither owner nor reason");
        }
        for (ix, member) in self.store.people.iter().enumerate() {
            let held = self
                .store
                .runs
                .iter()
                .flatten()
                .filter(|record| record.run.kind == Kind::Sequential && record.run.offered_to.contains(&Person(ix as u32)));
            assert_eq!(usize::from(member.offers), held.count(), "an open sequential offer takes one of the capacity");
        }
    }

    /// Sweeps alone, in time, end all that is open.
    fn sweep_to_the_end(&mut self) {
        self.in_flight.clear();
        for _ in 0..200 {
            for ix in 0..self.store.runs.len() {
                self.plan(ix, What::Sweep);
                if !self.in_flight.is_empty() {
                    self.deliver(0);
                    self.in_flight.clear();
                }
            }
            self.check();
            self.now.0 += 500;
        }
        assert!(self.store.leads.iter().all(|lead| lead.lock.is_none()), "a run is left open");
    }
}

fn op(runs: usize) -> impl Strategy<Value = Op> {
    let person = 0..PEOPLE as u32;
    let often = || prop::bool::weighted(0.7);
    let what = prop_oneof![
        4 => Just(What::Start),
        1 => person.clone().prop_map(What::Claim),
        1 => person.clone().prop_map(What::Decline),
        4 => Just(What::Sweep),
        1 => prop::option::of(person.clone()).prop_map(What::Cancel),
        2 => Just(What::HolderClaims),
        2 => Just(What::HolderDeclines),
    ];
    prop_oneof![
        10 => (0..runs, what).prop_map(|(run, what)| Op::Plan(run, what)),
        9 => any::<usize>().prop_map(Op::Deliver),
        1 => any::<usize>().prop_map(Op::Lose),
        4 => (0i64..1200).prop_map(Op::Pass),
        1 => prop_oneof![Just(1i64), Just(999), Just(1000), Just(1001), -1500i64..0].prop_map(Op::Pass),
        1 => prop_oneof![
            (0..PEOPLE, often()).prop_map(|(ix, on)| Op::Join(ix, on)),
            (0..PEOPLE, often()).prop_map(|(ix, on)| Op::Activate(ix, on)),
            (0..PEOPLE, often()).prop_map(|(ix, on)| Op::Avail(ix, on)),
            often().prop_map(Op::Default),
            (0..LEADS, person).prop_map(|(lead, person)| Op::Edit(lead, person)),
        ],
    ]
}

fn group() -> impl Strategy<Value = Options> {
    let limit = prop::option::of(1u32..6);
    (any::<bool>(), 1u32..4, 1u32..4, prop::option::of(1u32..3), limit, 0u32..3, any::<bool>()).prop_map(
        |(broadcast, minutes, passes, reopen_minutes, run_minutes, rest_seconds, joins)| Options {
            passes,
            reopen_minutes,
            run_minutes,
            rest_seconds,
            joiners: if joins { Joiners::ThisPass } else { Joiners::NextPass },
            ..options(if broadcast { Kind::Broadcast } else { Kind::Sequential }, minutes)
        },
    )
}

fn play(rules: Rules, ops: &[Op]) -> Chance {
    let mut chance = Chance::new(rules);
    for op in ops {
        chance.apply(op);
    }
    chance.sweep_to_the_end();
    chance
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn long_interleavings(
        groups in prop::collection::vec(group(), 2), capacity in 1u8..4, ops in prop::collection::vec(op(2 * LEADS), 50..250),
    ) {
        play(Rules { groups, capacity }, &ops);
    }
}

#[test]
fn they_are_no_idle_play() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut committed, mut lost, mut ended) = (0, 0, std::collections::BTreeMap::new());
    for _ in 0..50 {
        let groups = prop::collection::vec(group(), 2).new_tree(&mut runner).unwrap().current();
        let ops = prop::collection::vec(op(2 * LEADS), 250).new_tree(&mut runner).unwrap().current();
        let chance = play(Rules { groups, capacity: 2 }, &ops);
        committed += chance.committed;
        lost += chance.lost;
        for record in chance.store.runs.iter().flatten() {
            *ended.entry(record.run.status).or_insert(0) += 1;
        }
    }
    println!("50 plays: {committed} writes let in, {lost} turned away, ends {ended:?}");
    assert!(committed > 1000 && lost > 500 && ended.len() == 4 && ended.values().all(|count| *count > 20));
}
