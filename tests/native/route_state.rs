//! Whatever stands under the keys of the state: every lead that somebody may have is given to somebody, and what is then remembered serves the next
//! call. Values are those of another time with parts that are gone, replaced or of other people.

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use crate::route_naive::{MONDAY, json};
use crate::support::dice::Dice;
use crate::support::state::keep;

const METHODS: [&str; 5] = [
    r#"{"type":"round_robin","perRound":2}"#,
    r#"{"type":"weighted"}"#,
    r#"{"type":"least_recent"}"#,
    r#"{"type":"least_loaded"}"#,
    r#"{"type":"fewest_in_period","period":"day"}"#,
];

/// Values such as are kept, of a group and of a person.
const GROUPS: [&str; 3] = [
    r#"{"format":1,"round":{"lap":2,"roster":[{"user":"u0","served":2,"owed":1,"madeGood":true},{"user":"u1","served":1},{"user":"gone"}]},"held":{"at":5,"tick":1}}"#,
    r#"{"format":1,"credits":{"u0":-1000000,"u1":"99999999999999999999","u2":9007199254740991,"gone":7}}"#,
    r#"{"format":1,"period":{"start":1772409600000},"counts":{"u0":3,"u1":18446744073709551615,"gone":2}}"#,
];
const PERSON: &str = r#"{"format":1,"last":{"at":1772442000000,"tick":3},"automatic":{"at":1e15,"tick":0},"claimed":{"at":4},
    "calendar":{"hour":{"start":0,"count":9},"day":{"start":1772409600000,"count":1}},"recent":[{"at":1772441000000,"count":2}],"offers":[{"run":"r","group":"g"}]}"#;

/// A part of a value is taken out, doubled, or becomes something else.
fn spoiled(value: &mut Json, dice: &mut Dice) {
    let others = ["null", "true", "-1", "0.5", "1e300", "\"\"", "\"u1\"", "[]", "{}", "[null,[],{}]", "\"9223372036854775807\""];
    if dice.one_in(4) {
        *value = json(dice.of(&others));
        return;
    }
    match value {
        Json::Object(pairs) if !pairs.is_empty() => {
            let at = dice.roll(pairs.len() as u64) as usize;
            match dice.roll(4) {
                0 => drop(pairs.remove(at)),
                1 => pairs[at].0 = "u2".to_owned() + &"x".repeat(at),
                _ => spoiled(&mut pairs[at].1, dice),
            }
        }
        Json::List(items) if !items.is_empty() => {
            let at = dice.roll(items.len() as u64) as usize;
            match dice.roll(3) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => spoiled(&mut items[at], dice),
            }
        }
        other => *other = json(dice.of(&others)),
    }
}

/// A value of this format, however it came to be.
fn kept(dice: &mut Dice, value: &str) -> Json {
    let mut value = json(value);
    (0..dice.roll(4)).for_each(|_| spoiled(&mut value, dice));
    let mut pairs = value.as_object().unwrap_or_default().to_vec();
    pairs.retain(|(key, _)| key != "format");
    pairs.push(("format".to_owned(), 1.0.into()));
    let value = if dice.one_in(9) { Json::Null } else { Json::Object(pairs) };
    Json::object([("version", (1 + dice.roll(9) as usize).into()), ("value", value)])
}

fn world(method: &str) -> (Workspace, LeadTable) {
    // What is kept may say that somebody has had enough; of the last one nothing is counted.
    let limits = r#","limits":[{"count":1000,"per":"day"},{"count":1000,"per":"hour","rolling":true}]"#;
    let users = (0..3).map(|id| format!(r#",{{"id":"u{id}","profiles":["all"]{}}}"#, if id < 2 { limits } else { "" }));
    let config = format!(
        r#"{{"version":1,"fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}}}},"lead":{{"id":"id","owner":"owner"}},
        "profiles":[{{"id":"all","grants":[{{"do":["lead.view","lead.mass","rule.run"],"scope":"all"}}]}}],
        "users":[{{"id":"boss","profiles":["all"]}}{}],
        "groups":[{{"id":"g","name":"G","members":{{"users":["u0","u1","u2"]}},"method":{method}}}],"rules":[{{"id":"r","to":{{"group":"g"}}}}]}}"#,
        users.collect::<String>(),
    );
    let workspace = Workspace::compile(&json(&config)).unwrap();
    let rows: String = (0..12).map(|id| format!("l{id:02},\n")).collect();
    let table = workspace.load(format!("id,owner\n{rows}").as_bytes(), &json(r#"{"format":"csv"}"#), Default::default()).unwrap();
    (workspace, table)
}

fn hold(seed: u64) {
    let dice = &mut Dice(seed);
    let (workspace, mut table) = world(METHODS[(seed % 5) as usize]);
    let mut state: Vec<(String, Json)> = Vec::new();
    for key in ["group/g", "user/u0", "user/u1", "user/u2", "user/gone"] {
        if !dice.one_in(4) {
            let value = if key == "group/g" { dice.of(&GROUPS) } else { PERSON };
            state.push((key.to_owned(), kept(dice, value)));
        }
    }
    let first = Json::Object(state.clone()).write();
    for (call, size) in [(0, 1), (1, 5), (6, 6)] {
        let ids: Vec<String> = (call..call + size).map(|id| format!("l{id:02}")).collect();
        let command = Json::object([("type", "route".into()), ("leads", Json::object([("ids", ids.clone().into())]))]);
        let context =
            Json::object([("actor", "boss".into()), ("now", (MONDAY + 9 * 3_600_000).into()), ("state", Json::Object(state.clone()))]);
        let plan = workspace
            .plan(&table, &command, None, &context, Default::default())
            .unwrap_or_else(|error| panic!("seed {seed}: {error:?}\n{first}"));
        assert_eq!(plan.count(), ids.len(), "seed {seed}, {ids:?}\n{first}\n{}", plan.to_json().write());
        workspace.apply_plan(&mut table, &plan).unwrap();
        keep(&mut state, plan.all_state());
    }
}

#[test]
fn no_state_loses_a_lead() {
    (0..3000).for_each(hold);
}
