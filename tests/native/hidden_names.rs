//! A hidden field is one that does not exist: every call of an actor that names one, beside the same call with a name that no field has.
//!
//! Both names are as long and differ in one letter, so that they are as near to every other, and the one that no field has is nearest to hidden
//! ones: a hint that looked among those would name one. Answers and errors must be the same byte for byte but for the name itself.

use evenhand::json::Json;

use crate::support::case::World;
use crate::support::dice::Dice;

const NOW: &str = "2026-03-02T09:00:00Z";
/// One hidden field of each type.
const HIDDEN: [(&str, &str); 10] = [
    ("hida", r#"{"type": "text", "compare": "accentless"}"#),
    ("hidb", r#"{"type": "number", "label": "Credit"}"#),
    ("hidc", r#"{"type": "boolean"}"#),
    ("hidd", r#"{"type": "date"}"#),
    ("hide", r#"{"type": "datetime", "format": "%d.%m.%Y"}"#),
    ("hidf", r#"{"type": "choice", "choices": ["open", "shut"]}"#),
    ("hidg", r#"{"type": "tags", "choices": ["open", "shut"]}"#),
    ("hidh", r#"{"type": "user"}"#),
    ("hidi", r#"{"type": "unit"}"#),
    ("hidj", r#"{"type": "units"}"#),
];
/// What no field is called.
const NOBODYS: &str = "hidz";

const OPERATORS: [&str; 16] = [
    "=",
    "!=",
    ">",
    "between",
    "in",
    "notIn",
    "contains",
    "beginsWith",
    "null",
    "notNull",
    "where",
    "under",
    "containsAny",
    "anniversaryOn",
    "anniversaryBetween",
    "bogus",
];
const VALUES: [&str; 14] = [
    "1",
    r#""open""#,
    r#""nobody""#,
    r#""ann""#,
    "null",
    "true",
    "[]",
    r#"["open", "ann"]"#,
    r#"["2026-01-01", "2026-02-01"]"#,
    r#"{"relative": "x"}"#,
    r#"{"relative": "startOfMonth"}"#,
    r#"{"actor": "unit"}"#,
    r#"{"rules": [{"field": "nope", "operator": "=", "value": 1}]}"#,
    r#"{"rules": [{"field": "active", "operator": "=", "value": true}]}"#,
];
const MORE: [&str; 8] = [
    "",
    "",
    "",
    r#", "disabled": true"#,
    r#", "valueSource": "field""#,
    r#", "match": {"mode": "some"}"#,
    r#", "leapDay": "march1""#,
    r#", "bogus": 1"#,
];

/// Calls; `QUERY` is a filter that names the field, `NAME` the field, `VALUE` any value.
const CALLS: [&str; 53] = [
    r#""call": "select", "query": QUERY, "viewer": {"actor": "ann", "now": NOW}, "as": "s""#,
    r#""call": "select", "query": {"name": "l", "query": QUERY}, "viewer": {"actor": "ann", "now": NOW}, "as": "s""#,
    r#""call": "select", "query": {"name": "l", "query": {"rules": []}, "columns": ["NAME"]}, "viewer": {"actor": "ann"}, "as": "s""#,
    r#""call": "select", "query": {"name": "l", "query": {"rules": []}, "sort": [{"field": "NAME", "order": "ORDER"}]}, "viewer": {"actor": "ann"}, "as": "s""#,
    r#""call": "select", "query": null, "viewer": {"actor": "ann"}, "sort": [{"field": "NAME", "order": "ORDER", "nulls": "first"}], "as": "s""#,
    r#""call": "rows", "of": "all", "fields": ["id", "NAME"]"#,
    r#""call": "countBy", "of": "all", "field": "NAME""#,
    r#""call": "filter", "query": QUERY, "compile": {"actor": "ann"}"#,
    r#""call": "filter", "query": QUERY, "compile": {"actor": "ann", "incomplete": "skip"}"#,
    r#""call": "filter", "query": QUERY, "compile": {"actor": "ann"}, "lead": {"id": "1", "city": "Graz"}, "options": {"actor": "ann", "now": NOW}"#,
    r#""call": "readable", "query": QUERY, "options": {"actor": "ann", "now": NOW, "limit": 5}"#,
    r#""call": "readable", "query": {"name": "l", "query": QUERY, "columns": ["NAME"]}, "options": {"actor": "ann", "now": NOW}"#,
    r#""call": "can", "table": true, "question": {"actor": "ann", "do": "lead.reassign", "lead": "1", "slot": "NAME", "to": "bob", "now": NOW}"#,
    r#""call": "can", "question": {"actor": "ann", "do": "lead.edit", "lead": {"id": "1", "owner": "bob", "NAME": null}, "now": NOW}"#,
    r#""call": "receivers", "question": {"actor": "ann", "lead": "1", "slot": "NAME", "now": NOW}"#,
    r#""call": "receivers", "question": {"actor": "ann", "lead": {"id": "1", "owner": "bob", "NAME": null}, "now": NOW}"#,
    r#""call": "explain", "lead": "1", "context": CONTEXT, "assume": {"lead": {"NAME": VALUE}}"#,
    r#""call": "explain", "lead": "1", "context": CONTEXT, "assume": {"users": {"bob": {"accepts": QUERY}}}"#,
    r#""call": "explain", "lead": "1", "context": CONTEXT, "assume": {"users": {"bob": {"accepts": QUERY, "timeZone": "Asia/Tokyo"}}}"#,
    r#""call": "explain", "lead": "1", "context": CONTEXT, "assume": {"users": {"bob": {"accepts": QUERY, "aliases": ["b"]}}}, "instead": "bob""#,
    r#""call": "simulate", "context": CONTEXT, "options": {"leads": {"filter": QUERY}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"rules": [{"id": "m", "when": QUERY, "to": {"user": "ann"}}]}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"rules": [{"id": "m", "to": {"field": "NAME", "otherwise": {"user": "ann"}}}]}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"rules": [{"id": "m", "to": {"same": "NAME", "otherwise": {"user": "ann"}}}]}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"lists": {"put": [{"id": "rich", "name": "q", "owner": "ann", "query": QUERY}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"lists": {"put": [{"id": "l", "name": "q", "owner": "ann", "query": {"rules": []}, "sort": [{"field": "NAME", "order": "ORDER"}], "columns": ["NAME"]}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"profiles": {"put": [{"id": "p", "grants": [{"do": ["lead.view"], "scope": "all", "where": QUERY}]}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"profiles": {"put": [{"id": "agent", "grants": [], "fields": {"NAME": "readOnly"}}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"profiles": {"put": [{"id": "agent", "grants": [], "fields": {"NAME": VALUE}}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"users": {"put": [{"id": "bob", "unit": "acme", "profiles": ["boss"], "accepts": QUERY}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"users": {"put": [{"id": "new", "accepts": QUERY}]}, "org": [{"id": "other"}]}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"lifecycle": {"open": QUERY}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"lifecycle": {"reassignable": QUERY, "onAssign": {"city": "x"}}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"lifecycle": {"onAssign": {"NAME": VALUE}}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"groups": {"put": [{"id": "team", "name": "T", "members": {"users": ["bob"]}, "method": {"type": "round_robin"}, "match": [{"lead": "NAME", "user": "words", "op": "in"}]}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"groups": {"put": [{"id": "g", "name": "T", "slot": "NAME", "members": {"users": ["bob"]}, "method": {"type": "round_robin"}}]}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"fields": {"NAME": {"type": "text"}}}}"#,
    r#""call": "simulate", "context": CONTEXT, "options": {"draft": {"lead": {"id": "NAME"}}}"#,
    r#""call": "needs", "context": CONTEXT, "command": {"type": "unassign", "leads": {"filter": QUERY}}"#,
    r#""call": "needs", "context": CONTEXT, "command": {"type": "mass_edit", "leads": {"ids": ["1"]}, "set": {"NAME": VALUE}}"#,
    r#""call": "needs", "context": CONTEXT, "command": {"type": "route", "leads": {"filter": QUERY}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "unassign", "leads": {"filter": QUERY}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "assign", "leads": {"filter": QUERY}, "to": "bob"}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "assign", "leads": {"ids": ["1"]}, "slot": "NAME", "to": "bob"}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "mass_edit", "leads": {"ids": ["1"]}, "set": {"NAME": VALUE}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "mass_edit", "leads": {"ids": ["1"]}, "set": {"NAME": {"add": VALUE}, "city": "Steyr"}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "mass_edit", "leads": {"ids": ["1"]}, "set": {}, "slots": {"NAME": "bob"}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "split", "leads": {"all": true}, "split": {"to": ["ann", "bob"], "together": ["NAME"]}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "split", "leads": {"all": true}, "split": {"to": ["ann", "bob"], "sort": [{"field": "NAME", "order": "ORDER"}]}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "split", "leads": {"filter": QUERY}, "split": {"to": ["ann", "bob"]}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "route", "leads": {"filter": QUERY}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "deactivate", "leads": {"ids": ["1"]}, "set": {"NAME": VALUE}}"#,
    r#""call": "plan", "as": "p", "context": CONTEXT, "command": {"type": "reclaim", "from": ["bob"], "leads": {"filter": QUERY}, "slot": "NAME"}"#,
];

fn parsed(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Nothing in it decides by a hidden field, so that ann may assume and draft; two lists of others name some.
fn world() -> World {
    let fields: Vec<String> = HIDDEN.iter().map(|(name, field)| format!(r#""{name}": {field}"#)).collect();
    let hidden: Vec<String> = HIDDEN.iter().map(|(name, _)| format!(r#""{name}": "hidden""#)).collect();
    World::of(&parsed(&format!(
        r#"{{"config": {{
            "version": 1,
            "fields": {{"id": {{"type": "text"}}, "owner": {{"type": "user"}}, "unit": {{"type": "unit"}}, "made": {{"type": "datetime"}}, "city": {{"type": "text"}}, {}}},
            "lead": {{"id": "id", "owner": "owner", "unit": "unit", "createdAt": "made"}},
            "org": [{{"id": "acme"}}, {{"id": "north", "parent": "acme"}}],
            "profiles": [
                {{"id": "agent", "fields": {{{}}}, "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "lead.export", "rule.run", "rule.edit", "plan.undo", "list.use", "group.trigger", "group.view"], "scope": "all"}}]}},
                {{"id": "boss", "grants": [{{"do": ["lead.view"], "scope": "all"}}]}}
            ],
            "users": [
                {{"id": "ann", "unit": "north", "profiles": ["agent"], "attributes": {{"words": ["open", "Graz"]}}}},
                {{"id": "bob", "unit": "acme", "profiles": ["boss"], "attributes": {{"words": ["shut"]}}}}
            ],
            "groups": [{{"id": "team", "name": "Team", "members": {{"users": ["ann", "bob"]}}, "method": {{"type": "round_robin"}}}}],
            "rules": [{{"id": "all", "to": {{"group": "team"}}}}],
            "lists": [
                {{"id": "rich", "name": "Rich", "owner": "bob", "query": {{"rules": [{{"field": "hidb", "operator": ">", "value": 20}}]}}, "sharedWith": {{"everyone": true}}}},
                {{"id": "named", "name": "Named", "owner": "bob", "query": {{"rules": [{{"field": "hidh", "operator": "where", "value": {{"rules": [{{"field": "active", "operator": "=", "value": true}}]}}}}]}}, "sort": [{{"field": "hida", "order": "natural"}}], "columns": ["hidc"]}}
            ]
        }}, "leads": [
            {{"id": "1", "owner": "bob", "unit": "acme", "made": "2026-02-01T10:00:00Z", "city": "Graz", "hida": "Á1", "hidb": 30, "hidc": true, "hidd": "2026-01-05", "hidf": "open", "hidg": ["open"], "hidh": "bob", "hidi": "acme", "hidj": ["acme"]}},
            {{"id": "2", "owner": null, "unit": "north", "made": "2026-02-02T10:00:00Z", "city": "Linz", "hidh": "gone", "hidb": 7}}
        ]}}"#,
        fields.join(", "),
        hidden.join(", ")
    )))
    .unwrap()
}

/// What ann learns by a step: an error, an answer, and of a plan its preview.
fn told(world: &mut World, step: &Json) -> String {
    let outcome = world.step(step);
    let planned = step.get("call") == Some(&"plan".into()) && outcome.get("error").is_none();
    let told = if planned { world.step(&parsed(r#"{"call": "preview", "plan": "p"}"#)) } else { outcome };
    told.canonical().write()
}

#[test]
fn a_hidden_name_is_answered_as_one_that_no_field_has() {
    let many = std::env::var("EVENHAND_HIDDEN_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(60_usize) * 2;
    let mut world = world();
    world.step(&parsed(r#"{"call": "select", "query": null, "viewer": {"actor": "ann"}, "as": "all"}"#));
    let mut dice = Dice(16);
    let mut differ: Vec<String> = Vec::new();
    for call in CALLS {
        let mut named = 0;
        let random = ["QUERY", "VALUE", "ORDER"].iter().any(|part| call.contains(part));
        for nth in 0..if random { many } else { HIDDEN.len() } {
            let operand = dice.of(&VALUES).to_owned();
            let more = dice.of(&MORE).to_owned();
            let operator = dice.of(&OPERATORS).to_owned();
            let rule = match dice.roll(6) {
                0 => r#"{"field": "city", "operator": "=", "value": "NAME", "valueSource": "field"}"#.to_owned(),
                1 => format!(r#"{{"field": "city", "operator": "bogus"}}, {{"field": "NAME", "operator": "{operator}"}}"#),
                2 => format!(r#"{{"not": true, "rules": [{{"field": "NAME", "operator": "{operator}", "value": {operand}{more}}}]}}"#),
                3 => format!(r#"{{"field": "NAME", "operator": "{operator}", "value": "city", "valueSource": "field"}}"#),
                _ => format!(r#"{{"field": "NAME", "operator": "{operator}", "value": {operand}{more}}}"#),
            };
            let order = dice.of(&["natural", "choices", "value", "bogus"]);
            let text = format!("{{{call}}}")
                .replace("QUERY", &format!(r#"{{"rules": [{rule}]}}"#))
                .replace("CONTEXT", r#"{"actor": "ann", "now": NOW, "state": {}}"#)
                .replace("VALUE", &operand)
                .replace("ORDER", order)
                .replace("NOW", &format!(r#""{NOW}""#));
            let hidden = HIDDEN[nth % HIDDEN.len()].0;
            let [one, other] = [hidden, NOBODYS].map(|name| told(&mut world, &parsed(&text.replace("NAME", name))).replace(name, "NAME"));
            // A draft of the fields themselves is none.
            named += usize::from(one.contains("there is no field `NAME`") || one.contains("not_a_slot") || one.contains("unknown_key"));
            if one != other {
                differ.push(format!("{}\n  {one}\n  {other}", text.replace("NAME", hidden)));
            }
        }
        // Or the call would not come to the name at all; keys of a lead that are no fields are left alone.
        assert!(named > 0 || call.contains(r#""NAME": null"#), "{call}");
    }
    assert!(differ.is_empty(), "{} differ\n{}", differ.len(), differ.join("\n"));
}
