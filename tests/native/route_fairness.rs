//! Fairness as a host sees it: leads that come one by one, each routed by a call of its own, with the state written in between.

use std::collections::BTreeMap;

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use crate::support::state::keep;

const NOW: i64 = 1_772_442_000_000;

/// A group in a workspace, with what is remembered.
struct World {
    workspace: Workspace,
    table: LeadTable,
    state: Vec<(String, Json)>,
    next: usize,
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn user(id: usize, weight: u64, paused: bool) -> String {
    format!(r#"{{"id":"u{id}","profiles":["all"],"weight":{weight},"paused":{paused}}}"#)
}

fn group(members: &[usize], method: &str) -> String {
    let members = members.iter().map(|id| format!(r#""u{id}""#)).collect::<Vec<_>>().join(",");
    format!(r#"{{"id":"g","name":"G","members":{{"users":[{members}]}},"method":{method}}}"#)
}

impl World {
    fn new(weights: &[u64], method: &str) -> World {
        let users = weights.iter().enumerate().map(|(id, weight)| user(id, *weight, false)).collect::<Vec<_>>().join(",");
        let members: Vec<usize> = (0..weights.len()).collect();
        let workspace = Workspace::compile(&json(&format!(
            r#"{{"version":1,"fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}}}},"lead":{{"id":"id","owner":"owner"}},
            "profiles":[{{"id":"all","grants":[{{"do":["lead.view","rule.run"],"scope":"all"}}]}}],
            "users":[{{"id":"boss","profiles":["all"]}},{users}],"groups":[{}],"rules":[{{"id":"r","to":{{"group":"g"}}}}]}}"#,
            group(&members, method),
        )))
        .unwrap();
        let rows = (0..2000).map(|id| format!("l{id:04},\n")).collect::<String>();
        let table = workspace.load(format!("id,owner\n{rows}").as_bytes(), &json(r#"{"format":"csv"}"#), Default::default()).unwrap();
        World { workspace, table, state: Vec::new(), next: 0 }
    }

    /// Routes the next lead at some minute; who gets it.
    fn one(&mut self, minute: i64) -> usize {
        let lead = format!("l{:04}", self.next);
        self.next += 1;
        let command = json(&format!(r#"{{"type":"route","leads":{{"ids":["{lead}"]}}}}"#));
        let now = Json::from(NOW + minute * 60_000);
        let context = Json::object([("actor", "boss".into()), ("now", now), ("state", Json::Object(self.state.clone()))]);
        let plan = self.workspace.plan(&self.table, &command, None, &context, Default::default()).unwrap();
        let to = plan.by_assignee()[0].0[1..].parse().unwrap();
        self.workspace.apply_plan(&mut self.table, &plan).unwrap();
        keep(&mut self.state, plan.all_state().into_iter().filter(|change| !change.key.starts_with("done/")));
        to
    }

    fn many(&mut self, leads: i64) -> BTreeMap<usize, usize> {
        let mut out = BTreeMap::new();
        for minute in 0..leads {
            *out.entry(self.one(minute)).or_default() += 1;
        }
        out
    }
}

const METHODS: [&str; 5] = [
    r#"{"type":"round_robin"}"#,
    r#"{"type":"weighted"}"#,
    r#"{"type":"least_recent"}"#,
    r#"{"type":"least_loaded"}"#,
    r#"{"type":"fewest_in_period","period":"month"}"#,
];

#[test]
fn two_equal_members_get_fifteen_each_of_thirty_leads_that_come_one_by_one() {
    for method in METHODS {
        assert_eq!(World::new(&[1, 1], method).many(30), BTreeMap::from([(0, 15), (1, 15)]), "{method}");
    }
}

#[test]
fn nobody_is_far_from_their_share_at_any_time() {
    for method in METHODS {
        let mut world = World::new(&[1; 7], method);
        let mut counts = [0_usize; 7];
        for lead in 0..60 {
            counts[world.one(lead)] += 1;
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{method}: {counts:?}");
        }
    }
}

/// Weights 1, 3, 3, 10, 1, 10 are those that come furthest behind of small ones: more than a lead, and never more than H(6).
#[test]
fn weights_are_never_a_lead_ahead_and_at_most_the_harmonic_number_behind() {
    for weights in [vec![1, 3, 3, 10, 1, 10], vec![5, 3, 1], vec![1, 2], vec![1000, 1, 1, 1], vec![7, 7, 7]] {
        let sum: u64 = weights.iter().sum();
        let harmonic: f64 = (1..=weights.len()).map(|at| 1.0 / at as f64).sum();
        let mut world = World::new(&weights, METHODS[1]);
        let mut counts = vec![0.0; weights.len()];
        for lead in 1..=84 {
            counts[world.one(lead)] += 1.0;
            for (count, weight) in counts.iter().zip(&weights) {
                let ahead = count - lead as f64 * *weight as f64 / sum as f64;
                assert!(ahead < 1.0 && -ahead <= harmonic, "{weights:?}: {counts:?} after {lead}");
            }
        }
    }
}

/// By turns and by waiting, whoever comes back gets no more than the others until each had a turn, however long they were away.
#[test]
fn nobody_is_flooded_on_return() {
    for method in &METHODS[..3] {
        for away in [1, 10, 100] {
            let mut world = World::new(&[1; 4], method);
            world.many(10);
            let pause = |paused: bool| json(&format!(r#"{{"users":{{"put":[{}]}}}}"#, user(2, 1, paused)));
            world.workspace.update(&pause(true)).unwrap();
            assert_eq!(world.many(away).get(&2), None, "{method}");
            world.workspace.update(&pause(false)).unwrap();
            let after = world.many(8);
            assert!(after.get(&2).copied().unwrap_or(0) <= 3, "{method}, after {away}: {after:?}");
        }
    }
}

#[test]
fn a_joiner_costs_nobody_a_turn() {
    for before in 1..9 {
        let mut world = World::new(&[1; 4], METHODS[0]);
        world.workspace.update(&json(&format!(r#"{{"groups":{{"put":[{}]}}}}"#, group(&[0, 1, 2], METHODS[0])))).unwrap();
        let mut served = world.many(before);
        world.workspace.update(&json(&format!(r#"{{"groups":{{"put":[{}]}}}}"#, group(&[3, 0, 1, 2], METHODS[0])))).unwrap();
        // The round that runs goes on among those who began it.
        let left = (3 - before % 3) % 3;
        for (user, count) in world.many(left) {
            *served.entry(user).or_default() += count;
        }
        assert!([0, 1, 2].iter().all(|user| served[user] == served[&0]), "after {before}: {served:?}");
        assert_eq!((0..4).map(|lead| world.one(lead)).collect::<Vec<_>>(), [3, 0, 1, 2]);
    }
}
