//! What a sweep costs among many open runs: it reads what is due, however much is open. Times are printed by hand:
//! `cargo test --release --test native offers::speed -- --ignored --nocapture`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use evenhand::json::Json;
use evenhand::workspace::{Attachments, Workspace};

use crate::support::state::entry;

const BASE: i64 = 1_772_442_000_000;
/// Runs that are due at once.
const DUE: usize = 100;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

struct Host {
    workspace: Workspace,
    state: BTreeMap<String, Json>,
}

impl Host {
    /// The rows of the state that `needs` names, asked until it names nothing new, as a host reads them from an ordered table.
    fn read(&self, command: &Json, now: i64) -> Json {
        let mut asked: BTreeSet<String> = BTreeSet::new();
        let mut state = Json::object([]);
        loop {
            let needs = self.workspace.needs(command, &context(now, state, true), Attachments::default()).unwrap();
            let before = asked.len();
            asked.extend(needs.keys.iter().chain(&needs.prefixes).cloned());
            let mut given = Vec::new();
            for key in &needs.keys {
                given.push((key.clone(), self.state.get(key).cloned().unwrap_or_default()));
            }
            for prefix in &needs.prefixes {
                let found = self.state.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(prefix.as_str()));
                given.extend(found.filter(|(key, _)| !needs.keys.contains(key)).map(|(key, value)| (key.clone(), value.clone())));
            }
            state = Json::Object(given);
            if asked.len() == before {
                return state;
            }
        }
    }
}

fn context(now: i64, state: Json, partial: bool) -> Json {
    let pairs = [("actor", "boss".into()), ("now", now.into()), ("state", state), ("partialState", partial.into()), ("load", json("{}"))];
    Json::object(pairs)
}

/// The keys that a sweep reads among so many open runs, and the milliseconds of its plan, the least of so many times.
fn measure(open: usize, times: usize) -> (usize, f64) {
    let users: Vec<String> = (0..20).map(|at| format!(r#"{{"id": "u{at}", "profiles": ["all"]}}"#)).collect();
    let members: Vec<String> = (0..20).map(|at| format!(r#""u{at}""#)).collect();
    let config = format!(
        r#"{{"version": 1, "fields": {{"id": {{"type": "text"}}, "version": {{"type": "number"}}, "owner": {{"type": "user"}}, "run": {{"type": "text"}}}},
          "lead": {{"id": "id", "version": "version", "owner": "owner", "run": "run"}},
          "profiles": [{{"id": "all", "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.mass", "rule.run", "group.trigger"], "scope": "all"}}]}}],
          "groups": [{{"id": "g", "name": "G", "members": {{"users": [{}]}}, "defaultAssignee": "u0", "method": {{"type": "broadcast_offer", "minutes": 60}}}}],
          "users": [{{"id": "boss", "profiles": ["all"]}}, {}]}}"#,
        members.join(","),
        users.join(",")
    );
    let mut host = Host { workspace: Workspace::compile(&json(&config)).unwrap(), state: BTreeMap::new() };
    let rows: Vec<String> = (0..open).map(|at| format!(r#"{{"id": "lead-{at:06}", "version": 1}}"#)).collect();
    let options = json(r#"{"format": "json", "absent": ["owner", "run"]}"#);
    let mut table = host.workspace.load(format!("[{}]", rows.join(",")).as_bytes(), &options, Default::default()).unwrap();
    // Offered in batches, each a minute after the other, so that one batch is due at a time.
    for (batch, from) in (0..open).step_by(DUE).enumerate() {
        let ids: Vec<Json> = (from..from + DUE).map(|at| format!("lead-{at:06}").into()).collect();
        let leads = Json::object([("ids", Json::List(ids))]);
        let command = Json::object([("type", "start_group".into()), ("group", "g".into()), ("leads", leads)]);
        let now = BASE + batch as i64 * 60_000;
        let group = Json::Object(host.state.get("group/g").map(|value| ("group/g".to_owned(), value.clone())).into_iter().collect());
        let plan = host.workspace.plan(&table, &command, None, &context(now, group, false), Attachments::default()).unwrap();
        for change in plan.all_state().iter().filter(|change| !change.key.starts_with("done/")) {
            host.state.insert(change.key.clone(), entry(change));
        }
        assert_eq!(host.workspace.apply_plan(&mut table, &plan).unwrap().changed, DUE);
    }
    let sweep = json(r#"{"type": "sweep"}"#);
    let now = BASE + 60 * 60_000;
    let (mut reading, mut planning, mut writing, mut keys, mut bytes) = (f64::MAX, f64::MAX, f64::MAX, 0, 0);
    for _ in 0..times {
        let begun = Instant::now();
        let state = host.read(&sweep, now);
        reading = reading.min(begun.elapsed().as_secs_f64() * 1e3);
        keys = state.as_object().unwrap().len();
        let context = context(now, state, true);
        bytes = context.write().len();
        let begun = Instant::now();
        let plan = host.workspace.plan(&table, &sweep, None, &context, Attachments::default()).unwrap();
        planning = planning.min(begun.elapsed().as_secs_f64() * 1e3);
        assert_eq!((plan.count(), plan.wake_at()), (DUE, None));
        let begun = Instant::now();
        std::hint::black_box(plan.encode());
        writing = writing.min(begun.elapsed().as_secs_f64() * 1e3);
    }
    let none = host.workspace.plan(&table, &sweep, None, &context(BASE, host.read(&sweep, BASE), true), Attachments::default()).unwrap();
    assert_eq!(none.count(), 0);
    println!(
        "{open:7} open, {DUE} due: {keys} keys of {bytes} bytes; read {reading:6.2} ms, plan {planning:6.2} ms, encode {writing:6.2} ms"
    );
    (keys, planning)
}

#[test]
fn a_sweep_reads_what_is_due_and_not_what_is_open() {
    assert_eq!(measure(200, 1).0, measure(1_000, 1).0);
}

#[test]
#[ignore = "prints times"]
fn a_sweep_costs_what_is_due() {
    let times: Vec<f64> = [1_000, 10_000, 100_000].into_iter().map(|open| measure(open, 15).1).collect();
    assert!(times[1] < 20.0, "{times:?}");
    assert!(times[2] < times[0] * 3.0 + 2.0, "{times:?}");
}
