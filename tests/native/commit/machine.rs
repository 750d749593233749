//! The two machines as the worker's table has them. What decides (which number a message is of, whether a vote is the last) and what the
//! table's words do to the numbers is written here a second time; `steps.rs` holds it against the worker's.

use evenhand::json::Json;

/// The worker's own table.
pub const TRANSITIONS: &str = include_str!("../../../www-demo/edge/src/shards/transitions.json");

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub from: String,
    pub on: String,
    pub when: Vec<String>,
    pub to: String,
    pub does: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub coordinator: Vec<Row>,
    pub shard: Vec<Row>,
}

impl Table {
    pub fn product() -> Table {
        let json = Json::parse(TRANSITIONS).unwrap();
        let text = |row: &Json, key| row.get(key).and_then(Json::as_text).unwrap().to_owned();
        let list = |row: &Json, key| -> Vec<String> {
            row.get(key).and_then(Json::as_list).unwrap().iter().map(|word| word.as_text().unwrap().to_owned()).collect()
        };
        let rows = |name| -> Vec<Row> {
            let rows = json.get(name).and_then(Json::as_list).unwrap();
            let read = |row| Row {
                from: text(row, "from"),
                on: text(row, "on"),
                when: list(row, "when"),
                to: text(row, "to"),
                does: list(row, "do"),
            };
            rows.iter().map(read).collect()
        };
        Table { coordinator: rows("coordinator"), shard: rows("shard") }
    }
}

fn find<'a>(rows: &'a [Row], from: &str, on: &str, when: &str) -> Option<&'a Row> {
    let mut found = rows.iter().filter(|row| row.from == from && row.on == on && row.when.iter().any(|word| word == when));
    let row = found.next();
    assert!(found.next().is_none(), "two lines for {from}, {on}, {when}");
    row
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Idle,
    Preparing,
    Committing,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Preparing => "preparing",
            Phase::Committing => "committing",
        }
    }

    fn named(name: &str) -> Phase {
        [Phase::Idle, Phase::Preparing, Phase::Committing].into_iter().find(|phase| phase.name() == name).unwrap()
    }
}

/// What a coordinator keeps; `waiting` (a bit for each shard) only as long as it lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Coordinator {
    pub phase: Phase,
    /// The last commit that was begun.
    pub number: u8,
    /// The last that was decided to be written.
    pub committed: u8,
    pub waiting: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Begin { new: bool },
    Yes { shard: u8, number: u8 },
    No { shard: u8, number: u8 },
    Ack { shard: u8, number: u8 },
    Ask { number: u8 },
    Expire,
    Restart,
}

impl Event {
    pub fn name(self) -> &'static str {
        match self {
            Event::Begin { .. } => "begin",
            Event::Yes { .. } => "yes",
            Event::No { .. } => "no",
            Event::Ack { .. } => "ack",
            Event::Ask { .. } => "ask",
            Event::Expire => "expire",
            Event::Restart => "restart",
        }
    }
}

impl Coordinator {
    pub const NEW: Coordinator = Coordinator { phase: Phase::Idle, number: 0, committed: 0, waiting: 0 };

    fn relation(&self, event: Event) -> &'static str {
        match event {
            Event::Begin { new } => ["known", "new"][usize::from(new)],
            Event::Expire | Event::Restart => "any",
            Event::Ask { number } if number == self.committed => "committed",
            Event::Ask { number } if number == self.number && self.phase == Phase::Preparing => "undecided",
            Event::Ask { number } if number <= self.number => "over",
            Event::Ask { .. } => "unknown",
            Event::Yes { shard, number } | Event::No { shard, number } | Event::Ack { shard, number } => {
                if number != self.number {
                    "stale"
                } else if self.waiting & 1 << shard == 0 {
                    "again"
                } else {
                    ["more", "last"][usize::from(self.waiting == 1 << shard)]
                }
            }
        }
    }

    /// What an event does: the words of the table's line, in order. Without a line, nothing.
    pub fn on(&mut self, table: &Table, event: Event, shards: u8) -> Vec<String> {
        let Some(row) = find(&table.coordinator, self.phase.name(), event.name(), self.relation(event)) else { return Vec::new() };
        self.phase = Phase::named(&row.to);
        for word in &row.does {
            match (word.as_str(), event) {
                ("number", _) => self.number += 1,
                ("await_all", _) => self.waiting = (1 << shards) - 1,
                ("strike", Event::Yes { shard, .. } | Event::Ack { shard, .. }) => self.waiting &= !(1 << shard),
                ("decide", _) => self.committed = self.number,
                ("send_prepare" | "send_commit" | "send_abort" | "answer_commit" | "answer_abort", _) => {}
                _ => panic!("the word `{word}` on {event:?}"),
            }
        }
        if self.phase == Phase::Idle {
            self.waiting = 0;
        }
        row.does.clone()
    }
}

/// What a shard keeps, all of it on disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard {
    /// The commit whose changes are staged; 0 where none is.
    pub held: u8,
    /// The last that is over here, written or not.
    pub last: u8,
    /// The last that was written.
    pub applied: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Told {
    /// Changes that can be staged.
    Prepare,
    /// Changes that cannot.
    Refuse,
    Commit,
    Abort,
    /// The alarm rings, or somebody wants to read.
    Wake,
}

impl Told {
    pub fn name(self) -> &'static str {
        match self {
            Told::Prepare => "prepare",
            Told::Refuse => "refuse",
            Told::Commit => "commit",
            Told::Abort => "abort",
            Told::Wake => "wake",
        }
    }
}

impl Shard {
    pub const NEW: Shard = Shard { held: 0, last: 0, applied: 0 };

    pub fn relation(&self, number: u8) -> &'static str {
        if self.held != 0 && number == self.held {
            "held"
        } else if number <= self.applied {
            "applied"
        } else if number > self.last.max(self.held) {
            "ahead"
        } else {
            "past"
        }
    }

    pub fn on(&mut self, table: &Table, told: Told, number: u8) -> Vec<String> {
        let from = ["free", "prepared"][usize::from(self.held != 0)];
        let Some(row) = find(&table.shard, from, told.name(), self.relation(number)) else { return Vec::new() };
        for word in &row.does {
            match word.as_str() {
                "stage" => self.held = number,
                "discard" => (self.last, self.held) = (self.held, 0),
                "pass" => self.last = number,
                "apply" => (self.last, self.applied, self.held) = (number, number, 0),
                "yes" | "no" | "ack" | "ask" => {}
                _ => panic!("the word `{word}`"),
            }
        }
        assert_eq!(row.to, ["free", "prepared"][usize::from(self.held != 0)], "{row:?}");
        row.does.clone()
    }
}
