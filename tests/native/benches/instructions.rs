//! Kernels whose instructions are counted: `cargo xtask bench instructions` runs this under valgrind, once for one round and once for two.
//!
//! `bench-instructions KERNEL ROUNDS`; without arguments it lists the kernels, and what the processor can do.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

mod firm;
mod leads;
#[path = "../support/route_world.rs"]
mod route_world;

use evenhand::json::Json;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{LeadTable, Workspace};

use firm::{Accepts, parse};
use leads::dice;

/// Many enough that the work over leads outweighs what a call costs by itself, few enough that all kernels take a minute.
const LEADS: usize = 10_000;
/// Calls of a kernel that is about one.
const CALLS: usize = 100;
const EVERYTHING: &str = r#"{"rules": []}"#;

/// One round; what it comes to.
type Round = Box<dyn FnMut() -> usize>;

/// A kernel's name, how often it does its work in a round, and of what that is one.
type Kernel = (&'static str, usize, &'static str, fn() -> Round);

const KERNELS: [Kernel; 12] = [
    ("load-json", LEADS, "lead", load_json),
    ("load-csv", LEADS, "lead", load_csv),
    ("list-query", LEADS, "lead", || query(firm::list())),
    ("contains", LEADS, "lead", contains),
    ("sort-two-keys", LEADS, "lead", sort),
    ("split", LEADS, "lead", || split(&Accepts::Everything)),
    ("split-eligible", LEADS, "lead", || split(&Accepts::Some)),
    ("plan-encode", LEADS, "lead", plan_and_encode),
    ("verify", LEADS, "lead", verify),
    ("can", CALLS, "question", can),
    ("route-batch", LEADS, "lead", route_batch),
    ("route-one", CALLS, "call", route_one),
];

fn opened(accepts: &Accepts) -> (Workspace, LeadTable) {
    let workspace = firm::workspace(accepts);
    let table = firm::table(&workspace, LEADS);
    (workspace, table)
}

fn load(text: String) -> Round {
    let workspace = firm::workspace(&Accepts::Everything);
    Box::new(move || workspace.load(text.as_bytes(), &Json::Null, Default::default()).unwrap().size())
}

fn load_json() -> Round {
    load(firm::json(LEADS))
}

fn load_csv() -> Round {
    load(firm::csv(LEADS))
}

fn query(asked: Json) -> Round {
    let (workspace, table) = opened(&Accepts::Everything);
    let viewer = parse(r#"{"actor": "chief", "now": "2026-03-01T09:00:00Z"}"#);
    Box::new(move || workspace.select(&table, &asked, &viewer).unwrap().count())
}

fn contains() -> Round {
    // Many addresses have the letters, few have the digits behind them.
    query(parse(r#"{"rules": [{"field": "email", "operator": "contains", "value": "son12"}]}"#))
}

fn sort() -> Round {
    let (workspace, table) = opened(&Accepts::Everything);
    let all = workspace.select(&table, &Json::Null, &parse(r#"{"actor": "chief"}"#)).unwrap();
    let by = parse(r#"[{"field": "lastName"}, {"field": "value", "descending": true}]"#);
    Box::new(move || workspace.sort(&table, &all, &by).unwrap().count())
}

fn context() -> Json {
    parse(r#"{"actor": "chief", "now": "2026-03-01T09:00:00Z"}"#)
}

fn split(accepts: &Accepts) -> Round {
    let (workspace, table) = opened(accepts);
    let (command, context) = (firm::split(), context());
    Box::new(move || workspace.plan(&table, &command, None, &context, Default::default()).unwrap().count())
}

fn plan_and_encode() -> Round {
    let (workspace, table) = opened(&Accepts::Everything);
    let (command, context) = (firm::split(), context());
    Box::new(move || workspace.plan(&table, &command, None, &context, Default::default()).unwrap().encode().len())
}

fn verify() -> Round {
    let (workspace, table) = opened(&Accepts::Everything);
    let context = context();
    let encoded = workspace.plan(&table, &firm::split(), None, &context, Default::default()).unwrap().encode();
    Box::new(move || {
        let verdict = workspace.verify(&table, EncodedPlan::Bytes(&encoded), &context, Default::default()).unwrap();
        usize::from(matches!(verdict, Verdict::Holds(_)))
    })
}

fn can() -> Round {
    let (workspace, table) = opened(&Accepts::Everything);
    let questions = firm::questions(CALLS, LEADS);
    Box::new(move || {
        let allowed = |question: &&Json| workspace.can(question, Some(&table)).unwrap().get("allowed") == Some(&Json::Bool(true));
        questions.iter().filter(allowed).count()
    })
}

fn route(commands: Vec<Json>) -> Round {
    let workspace = route_world::workspace("");
    let table = route_world::table(&workspace, LEADS as u64);
    let context = parse(r#"{"actor": "router", "now": 1773000000000}"#);
    let plan = move |command: &Json| workspace.plan(&table, command, None, &context, Default::default()).unwrap().count();
    Box::new(move || commands.iter().map(&plan).sum())
}

fn route_batch() -> Round {
    route(vec![parse(&format!(r#"{{"type": "route", "leads": {{"filter": {EVERYTHING}}}}}"#))])
}

fn route_one() -> Round {
    let one = |nth: usize| parse(&format!(r#"{{"type": "route", "leads": {{"ids": ["lead-{:06}"]}}}}"#, nth * 7919 % LEADS));
    route((0..CALLS).map(one).collect())
}

/// What libraries that look at the processor while they run can find.
fn features() -> String {
    #[cfg(target_arch = "x86_64")]
    let have = [
        ("sse4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("popcnt", std::arch::is_x86_feature_detected!("popcnt")),
        ("bmi2", std::arch::is_x86_feature_detected!("bmi2")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ("sha", std::arch::is_x86_feature_detected!("sha")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let have: [(&str, bool); 0] = [];
    let have: Vec<&str> = have.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    [&[std::env::consts::ARCH], have.as_slice()].concat().join(" ")
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, rounds] = args.as_slice() else {
        println!("{}", features());
        KERNELS.iter().for_each(|(name, many, unit, _)| println!("{name} {many} {unit}"));
        return;
    };
    let (_, _, _, make) = KERNELS.iter().find(|kernel| kernel.0 == name).unwrap();
    let mut round = make();
    let mut first = None;
    for _ in 0..rounds.parse().unwrap() {
        let came = std::hint::black_box(round());
        assert!(came > 0, "the kernel comes to nothing");
        assert_eq!(*first.get_or_insert(came), came, "a round comes to something else than the one before");
    }
    println!("{}", first.unwrap());
}
