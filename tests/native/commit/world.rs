//! A coordinator, its shards, what is under way between them, and somebody who reads.
//!
//! What was sent once may arrive at any later time, as often as it likes, or never: so a lost, a repeated and a late message need no step of
//! their own. An object that dies between its write and its messages is one whose messages were lost; a coordinator that dies forgets whom it
//! waits for.

use std::collections::BTreeSet;

use super::machine::{Coordinator, Event, Phase, Shard, Table, Told};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Prepare,
    Commit,
    Abort,
    Yes,
    No,
    Ack,
    Ask,
    /// What was asked is to be written; or not. Whoever asked does not confirm it.
    ItIs,
    ItIsNot,
}

/// A message between the coordinator and one shard, of one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    pub kind: Kind,
    pub shard: u8,
    pub number: u8,
}

/// A read that met a prepared shard: it waits for what the coordinator says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    pub shard: u8,
    pub number: u8,
    /// What anybody had seen when it began.
    pub floor: u8,
    pub told: Option<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    Commit,
    Abort,
    Undecided,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub coordinator: Coordinator,
    pub shards: Vec<Shard>,
    /// Commits in each shard's rows, in order.
    pub rows: Vec<Vec<u8>>,
    /// What was decided, and so told to whoever asked for it: number and key.
    pub log: Vec<(u8, u8)>,
    /// The key of the commit under way.
    pub key: u8,
    pub sent: BTreeSet<Message>,
    pub read: Option<Read>,
    /// The most commits that anybody saw, or was told of.
    pub seen: u8,
    /// Somebody saw less than was seen before.
    pub went_back: bool,
}

/// Looks at each step of a machine: which one, before, event, number, after, words.
pub type Watch<'a> = &'a mut dyn FnMut(Step);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Coordinator { shards: u8, before: Coordinator, event: Event, after: Coordinator, does: Vec<String> },
    Shard { before: Shard, told: Told, number: u8, after: Shard, does: Vec<String> },
}

impl World {
    pub fn new(shards: u8) -> World {
        World {
            coordinator: Coordinator::NEW,
            shards: vec![Shard::NEW; shards.into()],
            rows: vec![Vec::new(); shards.into()],
            log: Vec::new(),
            key: 0,
            sent: BTreeSet::new(),
            read: None,
            seen: 0,
            went_back: false,
        }
    }

    fn count(&self) -> u8 {
        u8::try_from(self.shards.len()).unwrap()
    }

    /// A step of the coordinator; `shard` is the one that asked, if one did.
    pub fn coordinate(&mut self, table: &Table, event: Event, shard: Option<u8>, watch: Watch<'_>) -> Vec<String> {
        let before = self.coordinator.clone();
        let does = self.coordinator.on(table, event, self.count());
        watch(Step::Coordinator { shards: self.count(), before, event, after: self.coordinator.clone(), does: does.clone() });
        let number = self.coordinator.number;
        for word in &does {
            let kind = match word.as_str() {
                "decide" => {
                    self.log.push((number, self.key));
                    self.seen = self.seen.max(u8::try_from(self.log.len()).unwrap());
                    continue;
                }
                "send_prepare" => Kind::Prepare,
                "send_commit" => Kind::Commit,
                "send_abort" => Kind::Abort,
                "answer_commit" | "answer_abort" => {
                    if let (Some(shard), Event::Ask { number }) = (shard, event) {
                        let kind = if word == "answer_commit" { Kind::ItIs } else { Kind::ItIsNot };
                        self.sent.insert(Message { kind, shard, number });
                    }
                    continue;
                }
                _ => continue,
            };
            for shard in 0..self.count() {
                if kind != Kind::Commit || self.coordinator.waiting & 1 << shard != 0 {
                    self.sent.insert(Message { kind, shard, number });
                }
            }
        }
        if self.coordinator.phase == Phase::Idle {
            self.key = 0;
        }
        does
    }

    pub fn begin(&mut self, table: &Table, key: u8, watch: Watch<'_>) -> bool {
        let new = self.log.iter().all(|(_, done)| *done != key);
        let before = self.coordinator.number;
        self.coordinate(table, Event::Begin { new }, None, watch);
        let began = self.coordinator.number != before;
        if began {
            self.key = key;
        }
        began
    }

    /// A step of a shard.
    fn tell(&mut self, table: &Table, shard: u8, told: Told, number: u8, watch: Watch<'_>) -> Vec<String> {
        let at = usize::from(shard);
        let before = self.shards[at].clone();
        let does = self.shards[at].on(table, told, number);
        watch(Step::Shard { before, told, number, after: self.shards[at].clone(), does: does.clone() });
        if does.iter().any(|word| word == "apply") {
            self.rows[at].push(number);
        }
        does
    }

    /// Delivers a message. With `refuses` the shard cannot carry out what it is to prepare.
    pub fn deliver(&mut self, table: &Table, message: Message, refuses: bool, watch: Watch<'_>) {
        let Message { kind, shard, number } = message;
        let told = match kind {
            Kind::Prepare if refuses => Told::Refuse,
            Kind::Prepare => Told::Prepare,
            Kind::Commit | Kind::ItIs => Told::Commit,
            Kind::Abort | Kind::ItIsNot => Told::Abort,
            Kind::Yes | Kind::No | Kind::Ack | Kind::Ask => {
                let event = match kind {
                    Kind::Yes => Event::Yes { shard, number },
                    Kind::No => Event::No { shard, number },
                    Kind::Ack => Event::Ack { shard, number },
                    _ => Event::Ask { number },
                };
                self.coordinate(table, event, Some(shard), watch);
                return;
            }
        };
        let confirms = !matches!(kind, Kind::ItIs | Kind::ItIsNot);
        for word in self.tell(table, shard, told, number, watch) {
            let kind = match word.as_str() {
                "yes" => Kind::Yes,
                "no" => Kind::No,
                "ack" if confirms => Kind::Ack,
                _ => continue,
            };
            self.sent.insert(Message { kind, shard, number });
        }
    }

    /// The alarm of a shard rings.
    pub fn wake(&mut self, table: &Table, shard: u8, watch: Watch<'_>) {
        let number = self.shards[usize::from(shard)].held;
        if number != 0 && self.tell(table, shard, Told::Wake, number, watch).iter().any(|word| word == "ask") {
            self.sent.insert(Message { kind: Kind::Ask, shard, number });
        }
    }

    /// Somebody reads a shard: at once where nothing is prepared, and else when the coordinator has been asked.
    pub fn start_read(&mut self, table: &Table, shard: u8, watch: Watch<'_>) {
        let (number, floor) = (self.shards[usize::from(shard)].held, self.seen);
        if number != 0 && self.tell(table, shard, Told::Wake, number, watch).iter().any(|word| word == "ask") {
            self.read = Some(Read { shard, number, floor, told: None });
        } else {
            self.look(shard, floor);
        }
    }

    pub fn ask_for_read(&mut self, table: &Table, watch: Watch<'_>) {
        let Some(number) = self.read.as_ref().filter(|read| read.told.is_none()).map(|read| read.number) else { return };
        let does = self.coordinate(table, Event::Ask { number }, None, watch);
        let told = match does.first().map(String::as_str) {
            Some("answer_commit") => Answer::Commit,
            Some("answer_abort") => Answer::Abort,
            _ => Answer::Undecided,
        };
        self.read.as_mut().unwrap().told = Some(told);
    }

    pub fn end_read(&mut self, table: &Table, watch: Watch<'_>) {
        let Some(Read { shard, number, floor, told: Some(told) }) = self.read.take() else { return };
        match told {
            Answer::Commit => drop(self.tell(table, shard, Told::Commit, number, watch)),
            Answer::Abort => drop(self.tell(table, shard, Told::Abort, number, watch)),
            Answer::Undecided => {}
        }
        self.look(shard, floor);
    }

    fn look(&mut self, shard: u8, floor: u8) {
        let there = u8::try_from(self.rows[usize::from(shard)].len()).unwrap();
        self.went_back |= there < floor;
        self.seen = self.seen.max(there);
    }

    /// Forgets messages that change nothing whenever they arrive: of commits that are over for the coordinator, to or from shards for which they are
    /// as well. Only states that differ in nothing else become one by that.
    pub fn forget(&mut self, table: &Table) {
        let (number, idle) = (self.coordinator.number, self.coordinator.phase == Phase::Idle);
        let shards = &self.shards;
        self.sent.retain(|message| {
            let shard = &shards[usize::from(message.shard)];
            if message.number > number || message.number == number && !idle || !matches!(shard.relation(message.number), "past" | "applied")
            {
                return true;
            }
            let changes = |told| {
                let mut then = shard.clone();
                then.on(table, told, message.number);
                then != *shard
            };
            match message.kind {
                Kind::Prepare => changes(Told::Prepare) || changes(Told::Refuse),
                Kind::Commit | Kind::ItIs => changes(Told::Commit),
                Kind::Abort | Kind::ItIsNot => changes(Told::Abort),
                Kind::Yes | Kind::No | Kind::Ack | Kind::Ask => false,
            }
        });
    }

    /// Whether each shard's rows are what was decided, up to some decision.
    pub fn follows_log(&self) -> bool {
        self.rows.iter().all(|rows| rows.len() <= self.log.len() && rows.iter().zip(&self.log).all(|(row, (number, _))| row == number))
    }

    /// Whether nothing is under way, and nothing held.
    pub fn is_quiet(&self) -> bool {
        self.coordinator.phase == Phase::Idle && self.shards.iter().all(|shard| shard.held == 0)
    }

    /// What becomes of a world in which everything that was under way is lost, and from now on nothing is: alarms ring, messages arrive.
    pub fn recovered(&self, table: &Table) -> World {
        let mut world = self.clone();
        let watch: Watch<'_> = &mut |_| {};
        world.read = None;
        for _ in 0..8 {
            if world.is_quiet() {
                break;
            }
            world.sent.clear();
            if world.coordinator.phase != Phase::Idle {
                world.coordinate(table, Event::Expire, None, watch);
            }
            for shard in 0..world.count() {
                world.wake(table, shard, watch);
            }
            let mut arrived = BTreeSet::new();
            while let Some(message) = world.sent.difference(&arrived).next().copied() {
                arrived.insert(message);
                world.deliver(table, message, false, watch);
            }
        }
        world
    }
}
