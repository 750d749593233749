//! A replay against what it stands for: each lead routed by a call of its own, at its own time, in a workspace of its own.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use crate::route_naive::{MONDAY, Org, Outcome, Step, World, organisation};
use crate::support::dice::Dice;

/// An organisation whose leads nobody has yet, and in which none waits.
fn fresh(dice: &mut Dice) -> Org {
    let mut org = organisation(dice);
    for lead in &mut org.leads {
        (lead.owner, lead.wish) = (None, lead.wish);
        lead.created = MONDAY + dice.roll(40) as i64 * 1_800_000;
    }
    for group in &mut org.groups {
        for step in &mut group.steps {
            if matches!(step, Step::Hold) {
                *step = Step::Unassigned;
            }
        }
    }
    org
}

/// Leads in the order of their creation, then of their ids.
fn in_order(org: &Org) -> Vec<(i64, String)> {
    let mut out: Vec<(i64, String)> = org.leads.iter().map(|lead| (lead.created, lead.id.clone())).collect();
    out.sort();
    out
}

/// The word for what became of a lead, and who has it.
fn place(outcome: &Outcome) -> (String, Option<String>) {
    match outcome {
        Outcome::Given(user) => ("assigned".to_owned(), Some(format!("u{user}"))),
        Outcome::Pooled => ("pooled".to_owned(), None),
        Outcome::Dropped("needs_review") => ("needs_review".to_owned(), None),
        Outcome::Dropped(_) => ("unassigned".to_owned(), None),
    }
}

/// Where each lead goes by single calls.
fn called(org: &Org) -> BTreeMap<String, (String, Option<String>)> {
    let mut world = World::new(org);
    let mut out = BTreeMap::new();
    for (created, id) in in_order(org) {
        let outcome = world.route(std::slice::from_ref(&id), created).remove(&id).unwrap();
        out.insert(id, place(&outcome));
    }
    out
}

fn told(of: &Json) -> (String, Option<String>) {
    let text = |key: &str| of.get(key).and_then(Json::as_text).map(str::to_owned);
    (text("kind").unwrap(), text("user"))
}

/// Every rule out: all that the rules that stand give somewhere goes elsewhere.
const NO_RULES: &str = r#"{"draft":{"rules":[]}}"#;

fn hold(seed: u64) {
    let org = fresh(&mut Dice(seed));
    let world = World::new(&org);
    let context = world.context(MONDAY + 90 * 86_400_000);
    let before: Vec<Json> = org.leads.iter().map(|lead| world.row(&lead.id)).collect();
    let digest = world.workspace.digest().to_owned();
    let simulation = world.workspace.simulate(&world.table, &Json::parse(NO_RULES).unwrap(), &Json::Null, &context).unwrap();
    let wanted = called(&org);
    let shown = || format!("seed {seed}\n{}", org.config().write());

    let mut moved = BTreeMap::new();
    for at in 0..simulation.elsewhere() {
        let entry = simulation.moved(at).unwrap();
        moved.insert(entry.get("lead").and_then(Json::as_text).unwrap().to_owned(), told(entry.get("stands").unwrap()));
        assert_eq!(told(entry.get("draft").unwrap()), ("unassigned".to_owned(), None));
    }
    for (id, wanted) in &wanted {
        let have = moved.get(id).cloned().unwrap_or(("unassigned".to_owned(), None));
        assert_eq!(have, *wanted, "lead {id}, {}", shown());
    }
    // The report counts the same leads.
    let stands = simulation.report().get("stands").unwrap();
    let people = stands.get("people").and_then(Json::as_list).unwrap();
    for person in people {
        let user = person.get("user").and_then(Json::as_text).unwrap().to_owned();
        let leads = wanted.values().filter(|(_, to)| to.as_ref() == Some(&user)).count();
        assert_eq!(person.get("leads").and_then(Json::as_number), Some(leads as f64), "{user}, {}", shown());
    }
    let counted: f64 =
        (0..simulation.counts()).map(|at| simulation.count(at).unwrap().get("stands").and_then(Json::as_number).unwrap()).sum();
    assert_eq!(counted as usize, wanted.values().filter(|(kind, _)| kind == "assigned").count(), "{}", shown());
    // Shares of what a method served add up to it.
    let sum = |key: &str| people.iter().map(|person| person.get(key).and_then(Json::as_number).unwrap()).sum::<f64>();
    assert!((sum("served") - sum("exact")).abs() < 0.01 * (1.0 + people.len() as f64), "{}", shown());
    // Nothing changed.
    let after: Vec<Json> = org.leads.iter().map(|lead| world.row(&lead.id)).collect();
    assert_eq!((before, digest.as_str()), (after, world.workspace.digest()), "seed {seed}");
}

#[test]
fn a_replay_is_what_single_calls_give() {
    (0..150).for_each(hold);
}

/// A draft gives what a workspace with that configuration gives.
#[test]
fn a_draft_is_what_the_changed_workspace_does() {
    for seed in 0..60 {
        let dice = &mut Dice(1000 + seed);
        let org = fresh(dice);
        let mut other = org.clone();
        other.rules.reverse();
        other.people[0].paused ^= true;
        let world = World::new(&org);
        let context = world.context(MONDAY + 90 * 86_400_000);
        let rules = other.config().get("rules").unwrap().clone();
        let user = other.config().get("users").and_then(Json::as_list).unwrap()[1].clone();
        let draft = Json::object([("rules", rules), ("users", Json::object([("put", Json::List(vec![user]))]))]);
        let simulation = world.workspace.simulate(&world.table, &Json::object([("draft", draft)]), &Json::Null, &context).unwrap();
        let (one, two) = (called(&org), called(&other));
        let mut wanted: Vec<(String, _, _)> = Vec::new();
        for (_, id) in in_order(&org) {
            if one[&id] != two[&id] {
                wanted.push((id.clone(), one[&id].clone(), two[&id].clone()));
            }
        }
        let have: Vec<(String, _, _)> = (0..simulation.elsewhere())
            .map(|at| {
                let entry = simulation.moved(at).unwrap();
                let lead = entry.get("lead").and_then(Json::as_text).unwrap().to_owned();
                (lead, told(entry.get("stands").unwrap()), told(entry.get("draft").unwrap()))
            })
            .collect();
        assert_eq!(have, wanted, "seed {seed}\n{}", org.config().write());
    }
}

/// All rows as the host sees them, as one number, and what a plan made of the table would be.
fn as_it_is(workspace: &Workspace, table: &LeadTable, context: &Json) -> (u64, u64, String) {
    let all = workspace.select(table, &Json::Null, &Json::parse(r#"{"actor":null}"#).unwrap()).unwrap();
    let mut hash = DefaultHasher::new();
    for offset in (0..all.count()).step_by(10_000) {
        workspace.page(table, &all, offset, 10_000, &Json::Null).unwrap().write().hash(&mut hash);
    }
    let command = Json::parse(r#"{"type":"route","leads":{"all":true}}"#).unwrap();
    let plan = workspace.plan(table, &command, None, context, Default::default()).unwrap();
    (hash.finish(), table.revision(), plan.digest().to_owned())
}

/// A hundred thousand leads, by the rules that stand and by a draft: afterwards everything is as it was. Prints the time of the replay.
#[test]
fn a_replay_of_a_hundred_thousand_leads_changes_nothing() {
    let mut csv = "id,owner,state,score,created\n".to_owned();
    let dice = &mut Dice(7);
    for at in 0..100_000 {
        let created = evenhand::time::Instant(MONDAY + dice.roll(365 * 24 * 60) as i64 * 60_000).write();
        csv += &format!("l{at:06},,S{},{},{created}\n", dice.roll(50), dice.roll(100));
    }
    let members = |from: usize| (from..from + 10).map(|at| format!(r#""u{at}""#)).collect::<Vec<_>>().join(",");
    let groups = (0..4)
        .map(|at| format!(r#"{{"id":"g{at}","name":"G","members":{{"users":[{}]}},"method":{{"type":"round_robin"}}}}"#, members(at * 10)));
    let rules = (0..50).map(|at| {
        format!(
            r#"{{"id":"r{at}","to":{{"group":"g{}"}},"when":{{"rules":[{{"field":"state","operator":"=","value":"S{at}"}}]}}}}"#,
            at % 4
        )
    });
    let users = (0..40).map(|at| format!(r#",{{"id":"u{at}","profiles":["all"],"schedule":"week"}}"#));
    let config = format!(
        r#"{{"version":1,"fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}},"state":{{"type":"choice"}},"score":{{"type":"number"}},"created":{{"type":"datetime"}}}},
        "lead":{{"id":"id","owner":"owner","createdAt":"created"}},
        "schedules":[{{"id":"week","week":{{"1":[["08:00","20:00"]],"2":[["08:00","20:00"]],"3":[["08:00","20:00"]],"4":[["08:00","20:00"]],"5":[["08:00","20:00"]]}}}}],
        "profiles":[{{"id":"all","grants":[{{"do":["lead.view","rule.edit","rule.run","lead.mass"],"scope":"all"}}]}}],
        "users":[{{"id":"boss","profiles":["all"]}}{}],"groups":[{}],"rules":[{}]}}"#,
        users.collect::<String>(),
        groups.collect::<Vec<_>>().join(","),
        rules.collect::<Vec<_>>().join(","),
    );
    let workspace = Workspace::compile(&Json::parse(&config).unwrap()).unwrap();
    let table = workspace.load(csv.as_bytes(), &Json::parse(r#"{"format":"csv"}"#).unwrap(), Default::default()).unwrap();
    let context = Json::parse(r#"{"actor":"boss","now":"2027-06-01T00:00:00Z"}"#).unwrap();
    let draft = Json::parse(r#"{"draft":{"users":{"put":[{"id":"u3","profiles":["all"],"paused":true}]}}}"#).unwrap();
    let (before, digest) = (as_it_is(&workspace, &table, &context), workspace.digest().to_owned());
    let start = std::time::Instant::now();
    let simulation = workspace.simulate(&table, &draft, &Json::Null, &context).unwrap();
    println!("100,000 leads twice: {:.0} ms, {} elsewhere", start.elapsed().as_secs_f64() * 1e3, simulation.elsewhere());
    assert!(simulation.elsewhere() > 1000 && simulation.counts() > 1000);
    let given: f64 = (0..simulation.counts()).filter_map(|at| simulation.count(at)?.get("stands")?.as_number()).sum();
    // Those that come at working hours.
    assert!(given > 30_000.0, "{given} leads were given");
    assert_eq!((before, digest.as_str()), (as_it_is(&workspace, &table, &context), workspace.digest()));
}
