//! `explain` with `assume` against what it stands for: a workspace and a table that really are so.

use evenhand::error::Result;
use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use crate::route_naive::{MONDAY, World, organisation};
use crate::support::dice::Dice;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

/// An object with some keys put; null takes a key away.
fn with(object: &Json, sets: &[(String, Json)]) -> Json {
    let mut pairs = object.as_object().unwrap().to_vec();
    for (key, value) in sets {
        pairs.retain(|(known, _)| known != key);
        if !value.is_null() {
            pairs.push((key.clone(), value.clone()));
        }
    }
    Json::Object(pairs)
}

/// The configuration with two units, in which all people are and from which some groups and rules take theirs.
fn with_units(config: &Json, dice: &mut Dice) -> Json {
    let list = |key: &str| config.get(key).and_then(Json::as_list).unwrap().to_vec();
    let mut users = list("users");
    // Whoever asks is in none, and is nobody's receiver.
    for user in users.iter_mut().skip(1) {
        *user = with(user, &[("unit".to_owned(), dice.of(&["n", "s"]).into())]);
    }
    let mut groups = list("groups");
    for group in &mut groups {
        if dice.one_in(2) {
            *group = with(group, &[("members".to_owned(), json(&format!(r#"{{"unit":"{}"}}"#, dice.of(&["n", "s"]))))]);
        }
    }
    let org = json(r#"[{"id":"all"},{"id":"n","parent":"all"},{"id":"s","parent":"all"}]"#);
    with(config, &[("users".to_owned(), Json::List(users)), ("groups".to_owned(), Json::List(groups)), ("org".to_owned(), org)])
}

/// What a person may be assumed to be: every key of theirs that routing asks.
fn of_person(dice: &mut Dice, states: &[&str]) -> Vec<(String, Json)> {
    let score = dice.roll(10);
    let limit = dice.roll(4);
    let all = [
        ("paused", if dice.one_in(2) { "true".to_owned() } else { "false".to_owned() }),
        ("active", if dice.one_in(3) { "false".to_owned() } else { "true".to_owned() }),
        ("weight", ["0", "1", "3", "null"][dice.below(4)].to_owned()),
        ("capacity", ["0", "1", "4", "null"][dice.below(4)].to_owned()),
        ("unit", [r#""n""#, r#""s""#, "null"][dice.below(3)].to_owned()),
        ("absences", ["[]", r#"[{"from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"}]"#][dice.below(2)].to_owned()),
        ("schedule", ["null", r#""never""#][dice.below(2)].to_owned()),
        ("limits", format!(r#"[{{"count":{limit},"per":"day"}}]"#)),
        ("accepts", format!(r#"{{"rules":[{{"field":"score","operator":">=","value":{score}}}]}}"#)),
        ("attributes", format!(r#"{{"states":["{}"]}}"#, dice.of(states))),
    ];
    let mut out: Vec<(String, Json)> = Vec::new();
    for _ in 0..1 + dice.roll(3) {
        let (key, value) = &all[dice.below(all.len())];
        out.retain(|(known, _)| known != key);
        out.push(((*key).to_owned(), json(value)));
    }
    out
}

/// What the lead may be assumed to hold.
fn of_lead(dice: &mut Dice, states: &[&str], people: usize) -> Vec<(String, Json)> {
    let mut out: Vec<(String, Json)> = Vec::new();
    let user = |dice: &mut Dice| if dice.one_in(3) { Json::Null } else { format!("u{}", dice.below(people)).into() };
    for _ in 0..dice.roll(3) {
        let (key, value) = match dice.roll(5) {
            0 => ("state", dice.of(states).into()),
            1 => ("score", (dice.below(10)).into()),
            2 => ("wish", user(dice)),
            3 => ("company", dice.of(&["c0", "c1", "c2"]).into()),
            _ => ("owner", user(dice)),
        };
        out.retain(|(known, _)| known != key);
        out.push((key.to_owned(), value));
    }
    out
}

/// An answer or an error as text.
fn told(answer: Result<Json>) -> String {
    answer.unwrap_or_else(|error| error.to_json()).write()
}

struct Seen {
    otherwise: usize,
    given: usize,
    by_lead: usize,
}

fn load(workspace: &Workspace, rows: &[Json]) -> LeadTable {
    workspace.load(Json::List(rows.to_vec()).write().as_bytes(), &json(r#"{"format":"json"}"#), Default::default()).unwrap()
}

fn hold(seed: u64, seen: &mut Seen) {
    let dice = &mut Dice(seed);
    let org = organisation(dice);
    let config = with_units(&org.config(), dice);
    let mut world = World::new(&org);
    world.workspace = Workspace::compile(&config).unwrap_or_else(|error| panic!("seed {seed}: {error:?}\n{}", config.write()));
    let rows: Vec<Json> = org.leads.iter().map(|lead| world.row(&lead.id)).collect();
    world.table = load(&world.workspace, &rows);
    let before: Vec<String> = org.leads.iter().filter(|_| dice.one_in(3)).map(|lead| lead.id.clone()).collect();
    world.route(&before, MONDAY);
    let rows: Vec<Json> = org.leads.iter().map(|lead| world.row(&lead.id)).collect();
    let context = world.context(MONDAY + 9 * 3_600_000);

    let at = dice.below(org.leads.len());
    let id = org.leads[at].id.clone();
    let states: Vec<&str> = org.leads.iter().map(|lead| lead.state).collect();
    let mut users: Vec<(String, Vec<(String, Json)>)> = Vec::new();
    for _ in 0..dice.roll(4) {
        let user = format!("u{}", dice.below(org.people.len()));
        if !users.iter().any(|(known, _)| *known == user) {
            users.push((user, of_person(dice, &states)));
        }
    }
    let lead = of_lead(dice, &states, org.people.len());

    let of_users = users.iter().map(|(user, sets)| (user.clone(), Json::Object(sets.clone()))).collect();
    let assume = Json::object([("users", Json::Object(of_users)), ("lead", Json::Object(lead.clone()))]);
    let first = world.workspace.explain(&world.table, &id, &context, &Json::Null).unwrap().write();
    let assumed = world.workspace.explain(&world.table, &id, &context, &Json::object([("assume", assume.clone())])).unwrap();
    // Why not somebody else: mostly one whose load is another by what is assumed.
    let held = lead.iter().find(|(field, _)| field == "owner").and(rows[at].get("owner")).cloned().unwrap_or_default();
    let anybody = Json::from(format!("u{}", dice.below(org.people.len())));
    let instead = Some(held).filter(|held| !held.is_null() && !dice.one_in(4)).unwrap_or(anybody);
    let both = Json::object([("assume", assume.clone()), ("instead", instead.clone())]);
    let compared = told(world.workspace.explain(&world.table, &id, &context, &both));
    let shown = || format!("seed {seed}, lead {id}\n{}\n{}", assume.write(), config.write());

    // The same, in earnest.
    let mut put = Vec::new();
    for (user, sets) in &users {
        let known = config.get("users").and_then(Json::as_list).unwrap().iter();
        let known = known.filter(|known| known.get("id").and_then(Json::as_text) == Some(user));
        put.extend(known.map(|known| with(known, sets)));
    }
    let mut changed = Workspace::compile(&config).unwrap();
    changed.update(&Json::object([("users", Json::object([("put", Json::List(put))]))])).unwrap();
    let mut others = rows.clone();
    others[at] = with(&others[at], &lead);
    let table = load(&changed, &others);
    let really = changed.explain(&table, &id, &context, &Json::Null).unwrap();
    assert_eq!(assumed.write(), really.write(), "{}", shown());
    assert_eq!(compared, told(changed.explain(&table, &id, &context, &Json::object([("instead", instead)]))), "{}", shown());

    // And as `route` does it.
    let command = Json::object([("type", "route".into()), ("leads", Json::object([("ids", vec![id.clone()].into())]))]);
    let plan = changed.plan(&table, &command, None, &context, Default::default()).unwrap();
    let outcome = assumed.get("outcome").unwrap();
    let user = outcome.get("user").and_then(Json::as_text).filter(|_| outcome.get("kind").and_then(Json::as_text) == Some("assigned"));
    let given: Vec<String> = plan.by_assignee().into_iter().map(|(user, _)| user).collect();
    let owner = others[at].get("owner").and_then(Json::as_text).filter(|owner| !owner.is_empty());
    match (user, given.as_slice()) {
        (Some(user), [given]) => assert_eq!(user, given, "{}", shown()),
        // Whoever has it already keeps it.
        (user, []) => assert!(user.is_none() || user == owner, "{}\n{}", shown(), assumed.write()),
        (user, given) => panic!("{user:?} against {given:?}: {}", shown()),
    }

    // Nothing was changed by asking.
    assert_eq!(world.workspace.explain(&world.table, &id, &context, &Json::Null).unwrap().write(), first, "{}", shown());
    seen.otherwise += usize::from(assumed.write() != first);
    seen.given += given.len();
    seen.by_lead += usize::from(!lead.is_empty());
}

#[test]
fn what_is_assumed_is_what_a_workspace_that_is_so_does() {
    let most = std::env::var("EVENHAND_ASSUME").ok().and_then(|most| most.parse().ok()).unwrap_or(1000);
    let mut seen = Seen { otherwise: 0, given: 0, by_lead: 0 };
    (0..most).for_each(|seed| hold(seed, &mut seen));
    let Seen { otherwise, given, by_lead } = seen;
    println!("{most} assumptions: {otherwise} change the trace, {by_lead} of them with the lead's own fields; {given} leads are given");
    let least = most as usize / 5;
    assert!(otherwise > least && given > least && by_lead > least);
}
