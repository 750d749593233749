//! Tallies and settlements that do not fit, and bytes that are neither.

use evenhand::error::Error;
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::workspace::{Attachments, LeadTable, Workspace};
use proptest::prelude::*;

const CONTEXT: &str = r#""actor":"ann","now":"2026-03-01T09:00:00Z""#;
const SPLIT: &str = r#"{"type":"split","leads":{"filter":{"rules":[]}},"split":{"to":["ann","bob",{"user":"cyd","cap":1}],"keep":true}}"#;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn workspace() -> Workspace {
    let config = r#"{"version":1,
        "fields":{"id":{"type":"text"},"owner":{"type":"user"},"score":{"type":"number"}},
        "lead":{"id":"id","owner":"owner"},
        "profiles":[{"id":"all","grants":[{"do":["lead.view","lead.edit","lead.release","lead.give","lead.mass","list.use","list.view"],"scope":"all"}]}],
        "groups":[{"id":"queue","name":"Queue","members":{"users":["ann","bob"]},"method":{"type":"least_recent"}}],
        "lists":[{"id":"sorted","name":"Sorted","owner":"ann","query":{"rules":[]},"sort":[{"field":"score"}]},
            {"id":"plain","name":"Plain","owner":"ann","query":{"rules":[]}}],
        "users":[{"id":"ann","profiles":["all"]},{"id":"bob","profiles":["all"]},{"id":"cyd","profiles":["all"]}]}"#;
    Workspace::compile(&json(config)).unwrap()
}

fn shards(workspace: &Workspace) -> Vec<LeadTable> {
    let csv = ["id,owner\n1,\n2,bob\n3,\n", "id,owner\n4,ann\n5,\n", "id,owner\n6,gone\n7,cyd\n8,\n"];
    csv.iter().map(|csv| workspace.load(csv.as_bytes(), &Json::Null, Default::default()).unwrap()).collect()
}

fn tallies(workspace: &Workspace, shards: &[LeadTable], command: &str) -> Result<Vec<Vec<u8>>, Error> {
    shards.iter().map(|shard| workspace.tally(shard, &json(command), &json(&format!("{{{CONTEXT}}}")))).collect()
}

fn settled(workspace: &Workspace, tallies: &[Vec<u8>], command: &str) -> Result<Vec<u8>, Error> {
    workspace.settle(tallies, &json(command), &json(&format!("{{{CONTEXT}}}")))
}

fn planned(workspace: &Workspace, table: &LeadTable, command: &str, context: &str, settlement: &[u8]) -> Result<Plan, Error> {
    let stored = Attachments { settlement: Some(settlement.to_vec()), ..Attachments::default() };
    workspace.plan(table, &json(command), None, &json(&format!("{{{context}}}")), stored)
}

fn of_shard(shard: usize) -> String {
    format!(r#"{CONTEXT},"settlement":{{"shard":{shard}}}"#)
}

#[test]
fn what_no_longer_fits_is_stale() {
    let workspace = workspace();
    let mut shards = shards(&workspace);
    let tallies = tallies(&workspace, &shards, SPLIT).unwrap();
    let settlement = settled(&workspace, &tallies, SPLIT).unwrap();
    assert_eq!(planned(&workspace, &shards[1], SPLIT, &of_shard(1), &settlement).unwrap().count(), 1);

    let other = SPLIT.replace("\"keep\":true", "\"keep\":false");
    let stale = |error: Error| assert_eq!(error.code, "settlement_stale");
    stale(settled(&workspace, &tallies, &other).unwrap_err());
    stale(planned(&workspace, &shards[1], &other, &of_shard(1), &settlement).unwrap_err());
    stale(planned(&workspace, &shards[1], SPLIT, &of_shard(1).replace("09:00", "09:01"), &settlement).unwrap_err());
    stale(planned(&workspace, &shards[1], SPLIT, &of_shard(0), &settlement).unwrap_err());
    stale(planned(&workspace, &shards[1], SPLIT, &of_shard(3), &settlement).unwrap_err());
    let assign = r#"{"type":"assign","leads":{"filter":{"rules":[]}},"to":"ann"}"#;
    assert_eq!(planned(&workspace, &shards[1], assign, &of_shard(1), &settlement).unwrap_err().code, "not_shardable");

    for changed in ["id,owner\n5,bob\n", "id,owner\n9,\n"] {
        let loader = workspace.upserting(&shards[1], &Json::Null).unwrap();
        let mut loader = loader;
        loader.push(changed.as_bytes()).unwrap();
        shards[1].upsert(loader).unwrap();
        stale(planned(&workspace, &shards[1], SPLIT, &of_shard(1), &settlement).unwrap_err());
    }
}

#[test]
fn what_has_an_order_of_its_own_cannot_be_spread() {
    let workspace = workspace();
    let table = &shards(&workspace)[0];
    for (command, path) in [
        (r#"{"type":"split","leads":{"ids":["1"]},"split":{"to":["ann"]}}"#, "/leads/ids"),
        (r#"{"type":"split","leads":{"selection":{}},"split":{"to":["ann"]}}"#, "/leads/selection"),
        (r#"{"type":"split","leads":{"list":"sorted"},"split":{"to":["ann"]}}"#, "/leads/list"),
        (r#"{"type":"split","leads":{"list":"plain"},"split":{"to":["ann"],"sort":[{"field":"score"}]}}"#, "/split/sort"),
        (r#"{"type":"mass_edit","leads":{"list":"plain"},"split":{"to":["ann"],"together":["score"]}}"#, "/split/together"),
        (r#"{"type":"unassign","leads":{"list":"plain"}}"#, "/type"),
        (r#"{"type":"reclaim","from":["bob"]}"#, "/type"),
    ] {
        let context = json(&format!("{{{CONTEXT}}}"));
        for error in
            [workspace.tally(table, &json(command), &context).unwrap_err(), workspace.settle(&[], &json(command), &context).unwrap_err()]
        {
            assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("not_shardable", path), "{command}");
        }
    }
    let plain = r#"{"type":"split","leads":{"list":"plain"},"split":{"to":["ann"]}}"#;
    assert!(workspace.tally(table, &json(plain), &json(&format!("{{{CONTEXT}}}"))).is_ok());
}

#[test]
fn a_settlement_goes_with_its_shard() {
    let workspace = workspace();
    let shards = shards(&workspace);
    let settlement = settled(&workspace, &tallies(&workspace, &shards, SPLIT).unwrap(), SPLIT).unwrap();
    let code = |context: &str, settlement: Option<&[u8]>| {
        let stored = Attachments { settlement: settlement.map(<[u8]>::to_vec), ..Attachments::default() };
        workspace.plan(&shards[0], &json(SPLIT), None, &json(&format!("{{{context}}}")), stored).unwrap_err().code
    };
    assert_eq!(code(CONTEXT, Some(&settlement)), "context_invalid");
    assert_eq!(code(&of_shard(0), None), "context_invalid");
    assert_eq!(code(&format!(r#"{CONTEXT},"settlement":{{}}"#), Some(&settlement)), "context_invalid");
    assert_eq!(code(&of_shard(0), Some(b"{}")), "settlement_malformed");
    assert_eq!(settled(&workspace, &[settlement], SPLIT).unwrap_err().code, "tally_malformed");
}

#[test]
fn no_shards_have_no_rows() {
    let workspace = workspace();
    let settlement = json(&String::from_utf8(settled(&workspace, &[], SPLIT).unwrap()).unwrap());
    assert_eq!(settlement.get("classes"), Some(&Json::List(Vec::new())));
    assert_eq!(settlement.get("assignees").and_then(Json::as_list).unwrap().len(), 3);
}

#[test]
fn whoever_waited_longest_is_remembered_for_the_whole() {
    let workspace = workspace();
    let split = r#"{"type":"split","leads":{"filter":{"rules":[]}},"split":{"to":["bob","ann"]}}"#;
    let shards = shards(&workspace);
    let settlement = settled(&workspace, &tallies(&workspace, &shards, split).unwrap(), split).unwrap();
    let csv = b"id,owner\n1,\n2,bob\n3,\n4,ann\n5,\n6,gone\n7,cyd\n8,\n";
    let whole = workspace.load(csv, &Json::Null, Default::default()).unwrap();
    let whole = workspace.plan(&whole, &json(split), None, &json(&format!("{{{CONTEXT}}}")), Attachments::default()).unwrap();
    let users = |json: &Json| -> Vec<Json> {
        let of_user = |change: &&Json| change.get("key").and_then(Json::as_text).unwrap().starts_with("user/");
        json.get("state").and_then(Json::as_list).unwrap().iter().filter(of_user).cloned().collect()
    };
    let settled = users(&json(std::str::from_utf8(&settlement).unwrap()));
    assert_eq!((settled.len(), settled), (2, users(&whole.to_json().canonical())));
}

#[test]
fn counts_beyond_measure_are_refused() {
    let workspace = workspace();
    let tallies = tallies(&workspace, &shards(&workspace), SPLIT).unwrap();
    let text = String::from_utf8(tallies[1].clone()).unwrap();
    assert!(text.contains(r#""runs":[0,1]"#), "{text}");
    for (count, code) in
        [("9000000000", "split_too_large"), ("9007199254740990", "tally_malformed"), ("1.5", "tally_malformed"), ("-1", "tally_malformed")]
    {
        let changed = text.replacen(r#""runs":[0,1]"#, &format!(r#""runs":[0,{count}]"#), 1);
        assert_eq!(settled(&workspace, &[changed.into_bytes()], SPLIT).unwrap_err().code, code, "{count}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_bytes_do_harm(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..4), of_settlement: bool) {
        let workspace = workspace();
        let shards = shards(&workspace);
        let mut tallies = tallies(&workspace, &shards, SPLIT).unwrap();
        let settlement = settled(&workspace, &tallies, SPLIT).unwrap();
        let mut bytes = if of_settlement { settlement.clone() } else { tallies[0].clone() };
        for (at, byte, how) in cuts {
            let at = at.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                _ if bytes.is_empty() => {}
                0 => bytes.truncate(at),
                1 => bytes[at] = b"0123456789[]{},\"".get(usize::from(byte % 16)).copied().unwrap(),
                2 => bytes[at] = byte,
                _ => drop(bytes.remove(at)),
            }
        }
        let known = ["settlement_stale", "settlement_malformed", "tally_malformed", "split_too_large"];
        if of_settlement {
            if let Err(error) = planned(&workspace, &shards[0], SPLIT, &of_shard(0), &bytes) {
                prop_assert!(known.contains(&error.code), "{}", error.code);
            }
        } else {
            tallies[0] = bytes;
            if let Err(error) = settled(&workspace, &tallies, SPLIT) {
                prop_assert!(known.contains(&error.code), "{}", error.code);
            }
        }
    }
}
