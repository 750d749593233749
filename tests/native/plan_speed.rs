//! How long plans take. Prints times and asserts nothing about them:
//! `cargo test --release --test native plan_speed -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::time::Instant;

use evenhand::json::Json;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{LeadTable, Workspace};

const ROWS: usize = 1_000_000;

fn best<T>(name: &str, times: usize, mut work: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64() * 1e3
    };
    let time = (0..times).map(once).fold(f64::MAX, f64::min);
    println!("{name:40} {time:9.2} ms");
    time
}

/// 37 people, of whom most accept some states or scores only.
fn workspace(accepts: &dyn Fn(usize) -> String, more: &str) -> Workspace {
    let mut users = String::new();
    for at in 0..37 {
        let _ = write!(users, r#",{{"id": "p{at}", "profiles": ["see"], "unit": "team"{}}}"#, accepts(at));
    }
    for at in 0..200 {
        let _ = write!(users, r#",{{"id": "user-{at:03}", "profiles": ["see"], "unit": "team"}}"#);
    }
    let config = format!(
        r#"{{"version": 1,
        "fields": {{"id": {{"type": "text"}}, "version": {{"type": "number"}}, "owner": {{"type": "user"}}, "state": {{"type": "choice"}},
          "score": {{"type": "number"}}, "status": {{"type": "choice"}}, "assigned": {{"type": "datetime"}}, "former": {{"type": "tags"}}}},
        "lead": {{"id": "id", "version": "version", "owner": "owner"{more}}},
        "org": [{{"id": "team"}}],
        "profiles": [{{"id": "all", "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo"], "scope": "all"}}]}},
          {{"id": "see", "grants": [{{"do": ["lead.view"], "scope": "all"}}]}}],
        "users": [{{"id": "boss", "profiles": ["all"], "unit": "team"}}{users}]}}"#
    );
    Workspace::compile(&Json::parse(&config).unwrap()).unwrap()
}

fn leads(workspace: &Workspace) -> LeadTable {
    let mut csv = String::from("id,version,owner,state,score,status\n");
    let mut seed = 7u64;
    let mut roll = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    for row in 0..ROWS {
        let owner = if roll(5) == 0 { String::new() } else { format!("user-{:03}", roll(200)) };
        let _ = writeln!(csv, "lead-{row:07},1,{owner},S{:02},{},s{}", roll(50), roll(101), roll(8));
    }
    workspace.load(csv.as_bytes(), &Json::Null, Default::default()).unwrap()
}

fn to() -> String {
    (0..37).map(|at| format!("\"p{at}\"")).collect::<Vec<_>>().join(",")
}

fn run(name: &str, workspace: &Workspace, command: &str) {
    println!("--- {name}");
    let mut table = leads(workspace);
    let command = Json::parse(command).unwrap();
    let context = Json::parse(r#"{"actor": "boss", "now": "2026-03-01T09:00:00Z"}"#).unwrap();
    let plan = || workspace.plan(&table, &command, None, &context, Default::default()).unwrap();
    best("plan and columns", 5, || plan().columns());
    let made = plan();
    println!("{:40} {:9}", "changes", made.count());
    best("plan", 3, || plan().count());
    best("notices", 2, || made.notifications());
    let encoded = made.encode();
    println!("{:40} {:9} bytes", "encoded", encoded.len());
    let both = best("plan and encode", 3, || plan().encode());
    let verified = best("verify", 3, || {
        let verdict = workspace.verify(&table, EncodedPlan::Bytes(&encoded), &context, Default::default()).unwrap();
        assert!(matches!(verdict, Verdict::Holds(_)));
    });
    println!("{:40} {:9.2}", "verify / (plan and encode)", verified / both);
    best("decode", 2, || workspace.undo(&table, EncodedPlan::Bytes(&encoded), &context).map(|plan| plan.count()));
    best("apply", 1, || workspace.apply_plan(&mut table, &made).unwrap());
}

#[test]
#[ignore = "prints times"]
fn plans() {
    let plain = workspace(&|_| String::new(), "");
    run("plain split", &plain, &format!(r#"{{"type": "split", "leads": {{"filter": {{"rules": []}}}}, "split": {{"to": [{}]}}}}"#, to()));
    run("assign", &plain, r#"{"type": "assign", "leads": {"filter": {"rules": []}}, "to": "p1"}"#);
    let some = |at: usize| match at % 4 {
        0 => String::new(),
        1 => format!(r#", "accepts": {{"rules": [{{"field": "score", "operator": ">=", "value": {}}}]}}"#, at),
        2 => {
            let states: Vec<String> =
                (0..50usize).filter(|state| (state * 7 + at).is_multiple_of(3)).map(|state| format!("\"S{state:02}\"")).collect();
            format!(r#", "accepts": {{"rules": [{{"field": "state", "operator": "in", "value": [{}]}}]}}"#, states.join(","))
        }
        _ => format!(r#", "accepts": {{"rules": [{{"field": "status", "operator": "!=", "value": "s{}"}}]}}"#, at % 8),
    };
    let able = workspace(&some, "");
    run(
        "split with eligibility",
        &able,
        &format!(r#"{{"type": "split", "leads": {{"filter": {{"rules": []}}}}, "split": {{"to": [{}]}}}}"#, to()),
    );
    let stamped = workspace(&some, r#", "assignedAt": "assigned", "previousOwners": "former""#);
    run(
        "split with stamps",
        &stamped,
        &format!(r#"{{"type": "split", "leads": {{"filter": {{"rules": []}}}}, "split": {{"to": [{}]}}}}"#, to()),
    );
}
