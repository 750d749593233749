//! How long a split over shards takes, and how large what passes between them is. Prints and asserts nothing:
//! `cargo test --release --test native shards_speed -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::time::Instant;

use evenhand::json::Json;
use evenhand::workspace::{Attachments, LeadTable, Workspace};

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

#[test]
#[ignore = "prints times"]
fn a_million_in_eight_shards() {
    let users: Vec<String> = (0..37)
        .map(|at: usize| {
            let states: Vec<String> =
                (0..50).filter(|state| !(state * 7 + at).is_multiple_of(3)).map(|state| format!(r#""S{state:02}""#)).collect();
            let accepts = format!(r#"{{"rules":[{{"field":"state","operator":"in","value":[{}]}}]}}"#, states.join(","));
            format!(r#"{{"id":"user-{at:02}","profiles":["all"],"accepts":{accepts}}}"#)
        })
        .collect();
    let config = json(&format!(
        r#"{{"version":1,"fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}},"state":{{"type":"choice"}}}},"lead":{{"id":"id","owner":"owner"}},
        "profiles":[{{"id":"all","grants":[{{"do":["lead.view","lead.edit","lead.release","lead.give","lead.mass"],"scope":"all"}}]}}],"users":[{}]}}"#,
        users.join(",")
    ));
    let workspace = Workspace::compile(&config).unwrap();
    let table = |rows: std::ops::Range<usize>, owned: usize| -> LeadTable {
        let mut csv = String::from("id,owner,state\n");
        for row in rows {
            let owner = if row % 10 < owned { format!("user-{:02}", row * 7919 % 37) } else { String::new() };
            writeln!(csv, "lead-{row:07},{owner},S{:02}", row * 104_729 % 50).unwrap();
        }
        workspace.load(csv.as_bytes(), &Json::Null, Default::default()).unwrap()
    };
    let to: Vec<String> = (0..37).map(|at| format!(r#""user-{at:02}""#)).collect();
    for (name, owned, keep) in [("nobody's leads", 0, "false"), ("owned, kept", 8, "true"), ("owned, not kept", 8, "false")] {
        let command =
            json(&format!(r#"{{"type":"split","leads":{{"filter":{{"rules":[]}}}},"split":{{"to":[{}],"keep":{keep}}}}}"#, to.join(",")));
        let context = json(r#"{"actor":"user-00","now":"2026-03-01T09:00:00Z"}"#);
        let shards: Vec<LeadTable> = (0..8).map(|shard| table(shard * 125_000..(shard + 1) * 125_000, owned)).collect();
        let whole = table(0..1_000_000, owned);
        let time = |work: &mut dyn FnMut()| {
            let best = (0..3).map(|_| {
                let start = Instant::now();
                work();
                start.elapsed()
            });
            best.min().unwrap().as_secs_f64() * 1e3
        };
        let one = time(&mut || drop(workspace.plan(&whole, &command, None, &context, Attachments::default()).unwrap()));
        let mut tallies = Vec::new();
        let tally = time(&mut || tallies = shards.iter().map(|shard| workspace.tally(shard, &command, &context).unwrap()).collect());
        let mut settlement = Vec::new();
        let settle = time(&mut || settlement = workspace.settle(&tallies, &command, &context).unwrap());
        let last = json(r#"{"actor":"user-00","now":"2026-03-01T09:00:00Z","settlement":{"shard":7}}"#);
        let stored = || Attachments { settlement: Some(settlement.clone()), ..Attachments::default() };
        let plan = time(&mut || drop(workspace.plan(shards.last().unwrap(), &command, None, &last, stored()).unwrap()));
        println!(
            "{name:16} one table {one:7.1} ms | tally {:6.1} ms a shard, {} KB | settle {settle:6.1} ms, {} KB | plan {plan:6.1} ms a shard",
            tally / 8.0,
            tallies.iter().map(Vec::len).max().unwrap() / 1024,
            settlement.len() / 1024
        );
    }
}
