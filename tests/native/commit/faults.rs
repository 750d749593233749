//! Faults put into the table by hand are found: no property holds for want of looking.

use super::checker::{ALL, DECIDED, FREE, ONCE, SEEN, Scope, visit};
use super::machine::{Row, Table};

fn row<'a>(rows: &'a mut [Row], from: &str, on: &str, when: &str) -> &'a mut Row {
    rows.iter_mut().find(|row| row.from == from && row.on == on && row.when.iter().any(|word| word == when)).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn new(from: &str, on: &str, when: &str, to: &str, does: &[&str]) -> Row {
    Row { from: from.into(), on: on.into(), when: words(&[when]), to: to.into(), does: words(does) }
}

fn change(row: &mut Row, to: &str, does: &[&str]) {
    (row.to, row.does) = (to.to_owned(), words(does));
}

fn without(rows: &mut Vec<Row>, from: &str, on: &str) {
    rows.retain(|row| row.from != from || row.on != on);
}

type Fault = (&'static str, &'static str, fn(&mut Table));

const FAULTS: &[Fault] = &[
    ("the coordinator decides at the first vote", ALL, |table| {
        change(row(&mut table.coordinator, "preparing", "yes", "more"), "committing", &["decide", "await_all", "send_commit"]);
    }),
    ("a refusal counts as a vote", ALL, |table| {
        change(row(&mut table.coordinator, "preparing", "no", "last"), "committing", &["decide", "await_all", "send_commit"]);
        row(&mut table.coordinator, "preparing", "no", "last").when = words(&["last"]);
    }),
    ("the coordinator forgets what it decided when it dies", FREE, |table| {
        change(row(&mut table.coordinator, "committing", "restart", "any"), "idle", &["send_abort"]);
        without(&mut table.coordinator, "idle", "ask");
    }),
    ("the coordinator changes its mind when confirmations are late", ALL, |table| {
        change(row(&mut table.coordinator, "committing", "expire", "any"), "idle", &["send_abort"]);
    }),
    ("commits that were lost are not sent again", FREE, |table| without(&mut table.coordinator, "committing", "expire")),
    ("votes are waited for without an end", FREE, |table| without(&mut table.coordinator, "preparing", "expire")),
    ("the next commit begins before all have confirmed", ALL, |table| {
        table.coordinator.push(new("committing", "begin", "new", "preparing", &["number", "await_all", "send_prepare"]));
    }),
    ("one who asks before the decision is told that there will be none", ALL, |table| {
        table.coordinator.push(new("preparing", "ask", "undecided", "preparing", &["answer_abort"]));
    }),
    ("one who asks before the decision is told that it was made", DECIDED, |table| {
        table.coordinator.push(new("preparing", "ask", "undecided", "preparing", &["answer_commit"]));
    }),
    ("one who asks about what was decided is told that it is over", ALL, |table| {
        change(row(&mut table.coordinator, "committing", "ask", "committed"), "committing", &["answer_abort"]);
    }),
    ("one who asks about what was given up gets no answer", FREE, |table| {
        without(&mut table.coordinator, "idle", "ask");
        without(&mut table.coordinator, "preparing", "ask");
    }),
    ("a command that was carried out is carried out again", ONCE, |table| {
        row(&mut table.coordinator, "idle", "begin", "new").when = words(&["new", "known"]);
    }),
    ("a shard writes when it prepares", DECIDED, |table| {
        change(row(&mut table.shard, "free", "prepare", "ahead"), "free", &["stage", "apply", "yes"]);
    }),
    ("a shard takes a prepare that is over", DECIDED, |table| {
        table.shard.push(new("free", "prepare", "applied", "prepared", &["stage", "yes"]));
    }),
    ("a shard gives up by itself what it voted for", ALL, |table| {
        change(row(&mut table.shard, "prepared", "wake", "held"), "free", &["discard"]);
    }),
    ("a shard that is prepared asks nobody, and is read as it is", SEEN, |table| without(&mut table.shard, "prepared", "wake")),
    ("a shard whose abort was lost stays locked", FREE, |table| without(&mut table.shard, "prepared", "wake")),
    ("a shard that was told to write again does not confirm it", FREE, |table| without(&mut table.shard, "free", "commit")),
    ("a shard confirms what it has not written", ALL, |table| {
        change(row(&mut table.shard, "prepared", "commit", "held"), "free", &["discard", "ack"]);
    }),
];

#[test]
fn faults_are_found() {
    for (name, property, fault) in FAULTS {
        let mut table = Table::product();
        fault(&mut table);
        let visit = visit(Scope { name, shards: 2, keys: 2, begins: 2, table }, Some(property));
        assert!(visit.failed.contains(property), "{name}: `{property}` still holds in {} states", visit.states);
    }
}
