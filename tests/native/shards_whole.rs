//! Leads in shards come out as one table would whose rows are taken shard by shard, and by id inside each.

use std::collections::BTreeMap;

use crate::support::dice::Dice;
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::workspace::{Attachments, LeadTable, Workspace};
use proptest::prelude::*;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const PEOPLE: [&str; 6] = ["ann", "bob", "cyd", "dan", "eve", "fay"];
const STATES: [&str; 4] = ["CA", "NY", "TX", "WA"];

fn config(dice: &mut Dice) -> Json {
    let users: Vec<String> = PEOPLE
        .iter()
        .map(|id| {
            let capacity = if dice.one_in(4) { format!(r#","capacity":{}"#, dice.roll(14)) } else { String::new() };
            let accepts = match dice.roll(4) {
                0 => format!(
                    r#","accepts":{{"rules":[{{"field":"state","operator":"in","value":["{}","{}"]}}]}}"#,
                    dice.of(&STATES),
                    dice.of(&STATES)
                ),
                _ => String::new(),
            };
            let weight = 1 + dice.roll(3);
            format!(r#"{{"id":"{id}","profiles":["all"],"tags":["{}"],"weight":{weight}{capacity}{accepts}}}"#, dice.of(&["east", "west"]))
        })
        .collect();
    let mut lifecycle = vec![r#""open":{"rules":[{"field":"status","operator":"!=","value":"closed"}]}"#];
    if dice.one_in(2) {
        lifecycle.push(r#""onAssign":{"status":"working"}"#);
    }
    if dice.one_in(4) {
        lifecycle.push(r#""reassignable":{"rules":[{"field":"status","operator":"!=","value":"fixed"}]}"#);
    }
    let extra = [r#","version":"version""#, r#","assignedAt":"at","previousOwners":"before""#, r#","notified":"told""#];
    let extra: String = extra.iter().filter(|_| dice.one_in(2)).copied().collect();
    json(&format!(
        r#"{{"version":1,
        "fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}},"agent":{{"type":"user"}},"state":{{"type":"choice"}},
            "status":{{"type":"choice"}},"version":{{"type":"number"}},"at":{{"type":"datetime"}},"before":{{"type":"tags"}},"told":{{"type":"tags"}}}},
        "lead":{{"id":"id","owner":"owner","slots":["agent"]{extra}}},
        "lifecycle":{{{}}},
        "profiles":[{{"id":"all","grants":[{{"do":["lead.view","lead.edit","lead.release","lead.give","lead.mass","group.view"],"scope":"all"}}]}}],
        "groups":[{{"id":"team","name":"Team","members":{{"users":["bob","ann","dan","eve"]}},"method":{{"type":"{}"}}}}],
        "users":[{}]}}"#,
        lifecycle.join(","),
        dice.of(&["weighted", "round_robin"]),
        users.join(",")
    ))
}

/// Rows of CSV, each in a shard; ids make the order of the shards the order of ids.
fn leads(dice: &mut Dice, shards: usize) -> Vec<(usize, String)> {
    let unowned = 1 + dice.roll(6);
    let people = [&PEOPLE[..], &["gone", "left"]].concat();
    let status: &[&str] = if dice.one_in(3) { &["new"] } else { &["new", "closed", "working", "fixed"] };
    let mut rows: Vec<(usize, String)> = (0..dice.roll(70))
        .map(|number| {
            let shard = dice.roll(shards as u64) as usize;
            let owner = if dice.roll(6) < unowned { "" } else { dice.of(&people) };
            let (agent, state, status, told) =
                (dice.of(&["", "ann", "fay"]), dice.of(&STATES), dice.of(status), dice.of(&["", "ann", "bob", "dan"]));
            (shard, format!("s{shard:02}-{number:03},{owner},{agent},{state},{status},{},{told}\n", dice.roll(4)))
        })
        .collect();
    rows.sort();
    rows
}

fn table(workspace: &Workspace, rows: &[(usize, String)], shard: Option<usize>, options: &str) -> LeadTable {
    let mut csv = String::from("id,owner,agent,state,status,version,told\n");
    rows.iter().filter(|(at, _)| shard.is_none_or(|shard| shard == *at)).for_each(|(_, row)| csv += row);
    workspace.load(csv.as_bytes(), &json(options), Default::default()).unwrap()
}

fn receivers(dice: &mut Dice) -> String {
    let mut out = Vec::new();
    let tight = dice.one_in(3);
    for id in PEOPLE.iter().filter(|_| !dice.one_in(3)).collect::<Vec<_>>() {
        out.push(match dice.roll(5) {
            _ if tight => format!(r#"{{"user":"{id}","cap":{}}}"#, 1 + dice.roll(7)),
            0 => format!(r#"{{"user":"{id}","weight":{}}}"#, dice.of(&["2", "0.5", "7"])),
            1 => format!(r#"{{"user":"{id}","cap":{}}}"#, dice.roll(9)),
            _ => format!(r#""{id}""#),
        });
    }
    if dice.one_in(2) {
        out.reverse();
    }
    if out.is_empty() { r#"["ann"]"#.to_owned() } else { format!("[{}]", out.join(",")) }
}

fn split(dice: &mut Dice, to: &str) -> String {
    let to = match dice.roll(6) {
        0 if to.is_empty() => r#"{"group":"team"}"#.to_owned(),
        1 if to.is_empty() => r#"{"tags":["east"]}"#.to_owned(),
        _ if to.is_empty() => receivers(dice),
        _ => to.to_owned(),
    };
    let (even, order, keep) = (dice.of(&["dealt", "total"]), dice.of(&["deal", "deal", "block"]), dice.of(&["true", "false"]));
    let key = if dice.one_in(2) { r#","key":"k""# } else { "" };
    format!(r#"{{"to":{to},"even":"{even}","order":"{order}","keep":{keep}{key}}}"#)
}

fn command(dice: &mut Dice) -> Json {
    let filter = dice.of(&[
        r#"{"filter":{"rules":[]}}"#,
        r#"{"filter":{"rules":[{"field":"owner","operator":"null"}]}}"#,
        r#"{"filter":{"rules":[{"field":"state","operator":"!=","value":"TX"}]}}"#,
    ]);
    json(&match dice.roll(5) {
        0 => format!(r#"{{"type":"rebalance","users":{}}}"#, receivers(dice)),
        1 => {
            let (from, to) = (dice.of(&[r#"["gone"]"#, r#"["left","fay","gone"]"#]), dice.of(&[r#"["ann","cyd","dan"]"#, r#"["eve"]"#]));
            format!(r#"{{"type":"reclaim","from":{from},"split":{}}}"#, split(dice, to))
        }
        2 => {
            let set = dice.of(&["", r#","set":{"status":"closed"}"#, r#","set":{"state":"NY"}"#]);
            let slots = dice.of(&["", r#","slots":{"agent":"fay"}"#, r#","slots":{"agent":null}"#]);
            format!(r#"{{"type":"mass_edit","leads":{filter},"split":{}{set}{slots}}}"#, split(dice, ""))
        }
        _ => format!(r#"{{"type":"split","leads":{filter},"split":{}}}"#, split(dice, "")),
    })
}

fn context(dice: &mut Dice, loads: bool) -> String {
    let carry = |dice: &mut Dice| (dice.roll(10_708_457_760) as i64 - 5_354_228_880).to_string();
    let mut out = vec![r#""actor":"ann","now":"2026-03-01T09:00:00Z""#.to_owned()];
    if dice.one_in(2) {
        out.push(format!(
            r#""state":{{"split/k":{{"version":3,"value":{{"format":1,"carry":{{"ann":{},"bob":{},"dan":{}}}}}}}}}"#,
            carry(dice),
            carry(dice),
            carry(dice)
        ));
    }
    if loads || dice.one_in(4) {
        out.push(format!(r#""load":{{"ann":{},"bob":{},"cyd":{}}}"#, 20 + dice.roll(40), 20 + dice.roll(60), 70));
    }
    if dice.one_in(5) {
        out.push(r#""allOrNothing":true"#.to_owned());
    }
    if dice.one_in(8) {
        out.push(r#""notify":"none""#.to_owned());
    }
    out.join(",")
}

/// Lead → why it was left out.
fn dropped(plan: &Plan) -> BTreeMap<String, String> {
    let text = |drop: &Json, key: &str| drop.get(key).and_then(Json::as_text).unwrap().to_owned();
    plan.dropped(0, usize::MAX).as_list().unwrap().iter().map(|drop| (text(drop, "lead"), text(drop, "code"))).collect()
}

/// Why everything is refused. Which row of several has no room is known only once all are dealt.
fn refusals(plan: &Plan) -> Vec<String> {
    plan.refused.iter().map(|reason| reason.code.to_owned()).collect()
}

/// Without the mark of a plan's own id.
fn lasting(state: &Json) -> Json {
    let is_done = |change: &&Json| !change.get("key").and_then(Json::as_text).unwrap().starts_with("done/");
    Json::List(state.as_list().unwrap().iter().filter(is_done).cloned().collect())
}

/// Notices with nobody's leads by name.
fn counted(notices: &Json) -> Json {
    let blank = |pair: &(String, Json)| if pair.0 == "leads" { ("leads".to_owned(), Json::List(Vec::new())) } else { pair.clone() };
    Json::List(
        notices.as_list().unwrap().iter().map(|notice| Json::Object(notice.as_object().unwrap().iter().map(blank).collect())).collect(),
    )
}

fn shards_make_the_whole(seed: u64) {
    let dice = &mut Dice(seed);
    let workspace = Workspace::compile(&config(dice)).unwrap();
    let shards = [1, 2, 7, 64][dice.roll(4) as usize];
    let rows = leads(dice, shards);
    let partial = dice.one_in(3);
    let options = if partial { r#"{"partial":true}"# } else { "{}" };
    let (command, context) = (command(dice), context(dice, false));
    let given = json(&format!("{{{context}}}"));

    let all = table(&workspace, &rows, None, "{}");
    let whole = workspace.plan(&all, &command, None, &given, Attachments::default()).unwrap();

    let tables: Vec<LeadTable> = (0..shards).map(|shard| table(&workspace, &rows, Some(shard), options)).collect();
    let tallies: Vec<Vec<u8>> = tables.iter().map(|table| workspace.tally(table, &command, &given).unwrap()).collect();
    let settlement = workspace.settle(&tallies, &command, &given).unwrap();
    let (mut changes, mut drops) = (Vec::new(), BTreeMap::new());
    for (shard, table) in tables.iter().enumerate() {
        let context = json(&format!(r#"{{{context},"settlement":{{"shard":{shard}}}}}"#));
        let stored = Attachments { settlement: Some(settlement.clone()), ..Attachments::default() };
        let plan = workspace.plan(table, &command, None, &context, stored).unwrap();
        changes.extend(plan.changes(0, usize::MAX).as_list().unwrap().to_vec());
        drops.extend(dropped(&plan));
        assert_eq!(refusals(&plan), refusals(&whole));
        assert!(plan.all_state().is_empty() && plan.reads.is_empty() && plan.lines.is_empty() && plan.split.is_none());
        assert_eq!(plan.notifications(), Json::List(Vec::new()));
    }
    assert_eq!(Json::List(changes), whole.changes(0, usize::MAX), "{}", command.write());
    assert_eq!(drops, dropped(&whole), "{}", command.write());

    let settled = json(std::str::from_utf8(&settlement).unwrap());
    // Names are not in a settlement: the host has them.
    let mut expected = whole.to_json().canonical();
    if let Json::Object(pairs) = &mut expected {
        for line in pairs
            .iter_mut()
            .filter(|(key, _)| key == "assignees")
            .filter_map(|(_, lines)| if let Json::List(lines) = lines { Some(lines) } else { None })
            .flatten()
        {
            if let Json::Object(line) = line {
                line.retain(|(key, _)| key != "name");
            }
        }
    }
    let codes = settled.get("refused").and_then(Json::as_list).unwrap().iter();
    assert_eq!(codes.map(|reason| reason.get("code").and_then(Json::as_text).unwrap().to_owned()).collect::<Vec<_>>(), refusals(&whole));
    for part in ["assignees", "split", "reads"] {
        assert_eq!(settled.get(part), expected.get(part), "{part} of {}", command.write());
    }
    assert_eq!(counted(settled.get("notifications").unwrap()), counted(expected.get("notifications").unwrap()), "{}", command.write());
    assert_eq!(lasting(settled.get("state").unwrap()), lasting(expected.get("state").unwrap()), "{}", command.write());
}

#[test]
fn made_up_shards_make_the_whole() {
    (0..400).for_each(shards_make_the_whole);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_shards_make_the_whole(seed in any::<u64>()) {
        shards_make_the_whole(seed);
    }
}
