//! What is hidden does not show: two tables that differ in hidden fields only, and everything that an actor can call, side by side.
//!
//! Each case has a configuration, two tables and a few dozen random steps of one actor, over every call of the front door that names an actor.
//! Answers, refusals and errors must be the same byte for byte, digests and ids included. What only a host does (writing a plan into the table,
//! keeping its state) is done to both and not compared; that it differs is checked, or the test would prove nothing. In one half of the
//! cases the configuration reads hidden fields itself: then the two values of a lead are on the same side of its conditions.

use evenhand::json::Json;

use crate::support::case::World;
use crate::support::dice::Dice;

const NOW: &str = "2026-03-02T09:00:00Z";
/// Those that ann may not see, those that she may, and names that are nobody's.
const HIDDEN: [&str; 4] = ["score", "margin", "secret", "labels"];
const SHOWN: [&str; 5] = ["city", "source", "owner", "unit", "made"];
const UNKNOWN: [&str; 3] = ["scor", "nothing", "secre"];

fn parsed(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The configuration. With `reads`, its conditions read hidden fields, and nothing writes any; without, its lifecycle writes them.
fn config(reads: bool, versioned: bool) -> Json {
    let condition = |text: &'static str| if reads { text } else { r#"{"field": "city", "operator": "notNull"}"# };
    let high = condition(r#"{"field": "score", "operator": ">=", "value": 50}"#);
    let word = condition(r#"{"field": "secret", "operator": "=", "value": "open"}"#);
    let patches = if reads {
        String::new()
    } else {
        r#""onAssign": {"margin": 0, "secret": "given"}, "onUnassign": {"labels": {"add": ["back"]}}, "onDeactivate": {"score": 10, "secret": null},"#.to_owned()
    };
    let version = if versioned { r#""version": "version","# } else { "" };
    let matches =
        if reads { r#"[{"lead": "secret", "user": "words", "op": "in"}]"# } else { r#"[{"lead": "city", "user": "words", "op": "in"}]"# };
    parsed(&format!(
        r#"{{
        "version": 1,
        "fields": {{
            "id": {{"type": "text"}}, "version": {{"type": "number"}}, "owner": {{"type": "user"}}, "unit": {{"type": "unit"}}, "run": {{"type": "text"}}, "made": {{"type": "datetime"}},
            "city": {{"type": "text"}}, "source": {{"type": "choice", "choices": ["web", "fair"]}},
            "score": {{"type": "number", "label": "Credit"}}, "margin": {{"type": "number"}}, "secret": {{"type": "text"}}, "labels": {{"type": "tags"}}
        }},
        "lead": {{"id": "id", {version} "owner": "owner", "unit": "unit", "run": "run", "createdAt": "made"}},
        "lifecycle": {{
            {patches}
            "reassignable": {{"rules": [{{"combinator": "or", "rules": [{high}, {{"field": "source", "operator": "=", "value": "web"}}]}}]}},
            "open": {{"rules": [{{"combinator": "or", "rules": [{word}, {{"field": "city", "operator": "notNull"}}]}}]}}
        }},
        "org": [{{"id": "acme"}}, {{"id": "north", "parent": "acme"}}],
        "users": [
            {{"id": "ann", "unit": "north", "profiles": ["agent", "clerk"], "attributes": {{"words": ["open", "Graz"]}}}},
            {{"id": "bob", "unit": "north", "profiles": ["boss"], "attributes": {{"words": ["open"]}}, "accepts": {{"rules": [{high}]}}}},
            {{"id": "cyd", "unit": "acme", "profiles": ["boss"], "attributes": {{"words": ["shut", "Linz"]}}}}
        ],
        "profiles": [
            {{"id": "agent", "fields": {{"score": "hidden", "margin": "hidden", "source": "readOnly"}}, "grants": [
                {{"do": ["lead.view"], "scope": "all", "where": {{"rules": [{{"combinator": "or", "rules": [{high}, {{"field": "city", "operator": "!=", "value": "Wels"}}]}}]}}}},
                {{"do": ["lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "lead.export", "rule.run", "rule.edit", "plan.undo", "list.use", "group.trigger", "group.view", "group.cancel"], "scope": "all"}}
            ]}},
            {{"id": "clerk", "grants": [], "fields": {{"secret": "hidden", "labels": "hidden"}}}},
            {{"id": "boss", "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], "scope": "all", "where": {{"rules": [{{"combinator": "or", "rules": [{word}, {{"field": "id", "operator": "notNull"}}]}}]}}}}]}}
        ],
        "groups": [
            {{"id": "team", "name": "Team", "members": {{"users": ["ann", "bob", "cyd"]}}, "method": {{"type": "round_robin"}}, "match": {matches}, "onNobody": [{{"to": "next_rule"}}]}},
            {{"id": "first", "name": "First", "members": {{"users": ["ann", "bob", "cyd"]}}, "method": {{"type": "broadcast_offer", "minutes": 5}}, "match": {matches}}},
            {{"id": "turns", "name": "Turns", "members": {{"users": ["bob", "ann", "cyd"]}}, "method": {{"type": "sequential_offer", "minutes": 5}}}}
        ],
        "rules": [
            {{"id": "first", "when": {{"rules": [{high}, {{"field": "city", "operator": "=", "value": "Graz"}}]}}, "to": {{"group": "team"}}}},
            {{"id": "second", "when": {{"rules": [{{"combinator": "or", "rules": [{word}, {{"field": "city", "operator": "=", "value": "Linz"}}]}}]}}, "to": {{"user": "bob"}}}}
        ],
        "lists": [
            {{"id": "seen", "name": "Seen", "owner": "bob", "query": {{"rules": [{{"field": "city", "operator": "!=", "value": "Linz"}}]}}, "sort": [{{"field": "city"}}], "columns": ["city", "score"], "sharedWith": {{"everyone": true}}}},
            {{"id": "rich", "name": "Rich", "owner": "bob", "query": {{"rules": [{{"field": "score", "operator": ">", "value": 20}}]}}, "sharedWith": {{"everyone": true}}}},
            {{"id": "ranked", "name": "Ranked", "owner": "bob", "query": {{"rules": []}}, "sort": [{{"field": "margin"}}], "sharedWith": {{"everyone": true}}}}
        ]
    }}"#
    ))
}

/// The same leads twice, with other hidden values; with `reads`, on the same side of every condition.
fn leads(dice: &mut Dice, many: usize, reads: bool) -> [Json; 2] {
    let mut tables = [Vec::new(), Vec::new()];
    for at in 0..many {
        let (city, source) = (dice.of(&["Graz", "Linz", "Wels", ""]).to_owned(), dice.of(&["web", "fair", ""]).to_owned());
        let (owner, unit) = (dice.of(&["ann", "bob", "cyd", "", "gone"]).to_owned(), dice.of(&["acme", "north", ""]).to_owned());
        let (high, word) = (dice.one_in(2), dice.of(&["open", "shut", ""]).to_owned());
        for table in &mut tables {
            let text = |text: &str| if text.is_empty() { Json::Null } else { text.into() };
            let score = match (reads, high) {
                (false, _) => dice.roll(100) as f64,
                (true, true) => 50.0 + dice.roll(50) as f64,
                (true, false) => dice.roll(50) as f64,
            };
            let secret = if reads { word.clone() } else { dice.of(&["open", "given", "a", "bb", "ccc", ""]).to_owned() };
            let labels = Json::List((0..dice.below(3)).map(|_| dice.of(&["x", "back", "yy"]).into()).collect());
            table.push(Json::object([
                ("id", format!("l{at}").into()),
                ("version", 1_usize.into()),
                ("owner", text(&owner)),
                ("unit", text(&unit)),
                ("run", Json::Null),
                ("made", format!("2026-02-{:02}T10:00:00Z", at % 27 + 1).into()),
                ("city", text(&city)),
                ("source", text(&source)),
                ("score", if dice.one_in(9) && (!reads || !high) { Json::Null } else { Json::Number(score) }),
                ("margin", Json::Number(dice.roll(9) as f64)),
                ("secret", text(&secret)),
                ("labels", labels),
            ]));
        }
    }
    tables.map(Json::List)
}

fn any_field<'a>(dice: &mut Dice) -> &'a str {
    match dice.roll(5) {
        0 => HIDDEN[dice.below(HIDDEN.len())],
        1 => UNKNOWN[dice.below(UNKNOWN.len())],
        _ => SHOWN[dice.below(SHOWN.len())],
    }
}

fn query(dice: &mut Dice) -> Json {
    let field = any_field(dice);
    let (operator, value) = match dice.roll(6) {
        0 => ("null", String::new()),
        1 => ("notNull", String::new()),
        2 => ("=", format!(r#", "value": "{}", "valueSource": "field""#, any_field(dice))),
        3 => ("in", r#", "value": "Graz,web,ann,north""#.to_owned()),
        _ => ("=", format!(r#", "value": "{}""#, dice.of(&["Graz", "Linz", "web", "ann", "acme", "50", "open"]))),
    };
    let not = dice.one_in(4);
    parsed(&format!(r#"{{"combinator": "and", "not": {not}, "rules": [{{"field": "{field}", "operator": "{operator}"{value}}}]}}"#))
}

fn some_leads(dice: &mut Dice, many: usize) -> Json {
    match dice.roll(6) {
        0 => Json::object([("filter", query(dice))]),
        1 => Json::object([("list", dice.of(&["seen", "rich", "ranked", "none"]).into())]),
        2 => Json::object([("all", true.into())]),
        _ => Json::object([("ids", Json::List((0..1 + dice.below(4)).map(|_| format!("l{}", dice.below(many + 1)).into()).collect()))]),
    }
}

fn command(dice: &mut Dice, many: usize) -> Json {
    let to = dice.of(&["ann", "bob", "cyd"]).to_owned();
    let leads = some_leads(dice, many).write();
    let field = any_field(dice);
    let one = format!("l{}", dice.below(many));
    let text = match dice.roll(15) {
        0 => format!(r#"{{"type": "assign", "leads": {leads}, "to": "{to}"}}"#),
        1 => format!(r#"{{"type": "unassign", "leads": {leads}}}"#),
        2 | 3 => format!(r#"{{"type": "deactivate", "leads": {leads}}}"#),
        4 => format!(r#"{{"type": "mass_edit", "leads": {leads}, "set": {{"{field}": "Graz"}}}}"#),
        5 => format!(r#"{{"type": "mass_edit", "leads": {leads}, "set": {{"city": "Steyr"}}, "slots": {{"owner": "{to}"}}}}"#),
        6 => {
            format!(r#"{{"type": "split", "leads": {leads}, "split": {{"to": ["ann", "bob"], "together": ["{field}"], "even": "total"}}}}"#)
        }
        7 => format!(
            r#"{{"type": "split", "leads": {leads}, "split": {{"to": ["bob", "cyd"], "sort": [{{"field": "{field}", "descending": true}}]}}}}"#
        ),
        8 => format!(r#"{{"type": "route", "leads": {leads}}}"#),
        9 | 12..=14 => {
            format!(r#"{{"type": "start_group", "leads": {leads}, "group": "{}"}}"#, dice.of(&["team", "first", "turns", "turns"]))
        }
        10 => format!(r#"{{"type": "transfer", "lead": "{one}", "unit": "north", "user": "{to}"}}"#),
        _ => format!(r#"{{"type": "reclaim", "from": ["{to}"], "leads": {leads}}}"#),
    };
    parsed(&text)
}

/// What becomes of the offers that she started last; `run` stands there when it is planned.
fn answer(dice: &mut Dice) -> Json {
    parsed(dice.of(&[
        r#"{"type": "claim"}"#,
        r#"{"type": "claim"}"#,
        r#"{"type": "decline", "reason": "away"}"#,
        r#"{"type": "cancel_run"}"#,
        r#"{"type": "resend_notification"}"#,
        r#"{"type": "sweep"}"#,
    ]))
}

/// A step of ann's that answers her.
fn step(dice: &mut Dice, many: usize) -> Json {
    let viewer = r#"{"actor": "ann"}"#;
    let context = format!(r#"{{"actor": "ann", "now": "{NOW}"}}"#);
    let (field, id) = (any_field(dice), format!("l{}", dice.below(many + 1)));
    let verbs = ["lead.view", "lead.edit", "lead.reassign", "lead.export", "lead.release", "rule.run", "lead.claim"];
    let text = match dice.roll(20) {
        0 => format!(r#"{{"call": "get", "id": "{id}", "viewer": {viewer}}}"#),
        1 | 2 => format!(r#"{{"call": "select", "query": {}, "viewer": {viewer}, "as": "s"}}"#, query(dice).write()),
        3 => format!(r#"{{"call": "select", "query": {{"list": "{}"}}, "viewer": {viewer}, "as": "s"}}"#, dice.of(&["seen", "rich", "ranked", "none"])),
        4 => format!(r#"{{"call": "select", "query": {{"query": {}, "columns": ["{field}"]}}, "viewer": {viewer}, "as": "s"}}"#, query(dice).write()),
        5 => format!(r#"{{"call": "select", "query": null, "viewer": {viewer}, "sort": [{{"field": "{field}"}}], "as": "s"}}"#),
        6 => r#"{"call": "rows", "of": "s"}"#.to_owned(),
        7 => format!(r#"{{"call": "rows", "of": "s", "fields": ["id", "{field}"], "limit": 9}}"#),
        8 => format!(r#"{{"call": "countBy", "of": "s", "field": "{field}"}}"#),
        9 => format!(r#"{{"call": "readable", "query": {}, "options": {{"actor": "ann", "limit": 20}}}}"#, query(dice).write()),
        10 => format!(r#"{{"call": "filter", "query": {}, "compile": {{"actor": "ann"}}}}"#, query(dice).write()),
        11 => format!(
            r#"{{"call": "can", "table": true, "question": {{"actor": "ann", "do": "{}", "lead": "{id}", "now": "{NOW}"{}}}}}"#,
            dice.of(&verbs),
            dice.of(&["", r#", "to": "bob""#, r#", "to": null"#, r#", "slot": "score""#])
        ),
        12 => format!(r#"{{"call": "receivers", "question": {{"actor": "ann", "lead": "{id}", "now": "{NOW}", "includeHolder": true}}}}"#),
        13 => format!(r#"{{"call": "explain", "lead": "{id}", "context": {context}}}"#),
        14 => format!(
            r#"{{"call": "explain", "lead": "{id}", "context": {context}, {}}}"#,
            dice.of(&[
                r#""instead": "cyd""#,
                r#""assume": {"lead": {"score": 70}}"#,
                r#""assume": {"lead": {"city": "Graz"}}"#,
                r#""assume": {"users": {"bob": {"accepts": {"rules": [{"field": "score", "operator": ">", "value": 61}]}}}}"#,
                r#""assume": {"users": {"cyd": {"attributes": {"words": ["a", "bb", "open"]}}}}"#,
                r#""assume": {"users": {"ann": {"profiles": ["boss"]}}}"#,
            ])
        ),
        15 => format!(
            r#"{{"call": "simulate", "context": {context}, "options": {{{}"leads": {}}}}}"#,
            dice.of(&[
                "",
                r#""draft": {"rules": [{"id": "mine", "when": {"rules": [{"field": "score", "operator": ">", "value": 61}]}, "to": {"user": "ann"}}]}, "#,
                r#""draft": {"rules": [{"id": "mine", "when": {"rules": [{"field": "city", "operator": "=", "value": "Graz"}]}, "to": {"user": "ann"}}]}, "#,
                r#""draft": {"rules": [{"id": "mine", "to": {"same": "secret", "otherwise": {"user": "ann"}}}]}, "#,
                r#""draft": {"rules": [{"id": "mine", "when": {"rules": [{"field": "margn", "operator": "=", "value": 1}]}, "to": {"user": "ann"}}]}, "#,
            ]),
            some_leads(dice, many).write()
        ),
        16 => format!(
            r#"{{"call": "forecast", "group": "{}", "n": 5, "remembered": true, "context": {context}}}"#,
            dice.of(&["team", "team", "turns", "none"])
        ),
        17 => r#"{"call": "both", "how": "minus", "of": "s", "with": "bobs", "as": "s"}"#.to_owned(),
        18 => format!(r#"{{"call": "both", "how": "{}", "of": "bobs", "with": "s", "as": "s"}}"#, dice.of(&["and", "or"])),
        _ => r#"{"call": "scope", "actor": "ann", "verb": "lead.view"}"#.to_owned(),
    };
    parsed(&text)
}

/// What is the same for both tables, in canonical form.
fn same(worlds: &mut [World; 2], step: &Json) -> Json {
    let [one, other] = worlds.each_mut().map(|world| world.step(step).canonical());
    assert_eq!(one.write(), other.write(), "{}", step.write());
    one
}

/// A version counts what is written to a lead, hidden or not: that it grew where nothing shows is left to be seen. So it is made the same.
fn level_versions(worlds: &mut [World; 2], many: usize) {
    for at in 0..many {
        let get = parsed(&format!(r#"{{"call": "get", "id": "l{at}", "viewer": {{"actor": null}}}}"#));
        let versions = worlds.each_mut().map(|world| world.step(&get).get("version").and_then(Json::as_number).unwrap());
        for (world, version) in worlds.iter_mut().zip(versions) {
            let greater = versions[0].max(versions[1]);
            if version < greater {
                world.step(&parsed(&format!(r#"{{"call": "upsert", "rows": [{{"id": "l{at}", "version": {greater}}}]}}"#)));
            }
        }
    }
}

/// What she sees, and what another sees of some leads.
fn select(worlds: &mut [World; 2]) {
    same(worlds, &parsed(r#"{"call": "select", "query": null, "viewer": {"actor": "ann"}, "as": "s"}"#));
    let query = r#"{"rules": [{"field": "city", "operator": "!=", "value": "Graz"}]}"#;
    same(worlds, &parsed(&format!(r#"{{"call": "select", "query": {query}, "viewer": {{"actor": "bob"}}, "as": "bobs"}}"#)));
}

fn is_error(outcome: &Json) -> bool {
    outcome.get("error").is_some()
}

#[test]
fn nothing_that_an_actor_calls_tells_of_hidden_fields() {
    let seeds = std::env::var("EVENHAND_HIDDEN_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(200_u64);
    let (mut planned, mut wholes_differ, mut undone, mut posted, mut changed, mut only_one, mut answered) = (0, 0, 0, 0, 0, 0, 0);
    for seed in 0..seeds {
        let mut dice = Dice(seed);
        let (reads, versioned, many) = (seed % 2 == 1, dice.one_in(2), 3 + dice.below(12));
        let config = config(reads, versioned);
        let mut worlds =
            leads(&mut dice, many, reads).map(|leads| World::of(&Json::object([("config", config.clone()), ("leads", leads)])).unwrap());
        select(&mut worlds);
        for nth in 0..24 {
            if nth % 4 != 3 {
                let step = step(&mut dice, many);
                same(&mut worlds, &step);
                continue;
            }
            // A plan is the host's; the preview, the id and what `verify` says of it are hers.
            let offered = dice.one_in(3);
            let command = if offered { answer(&mut dice) } else { command(&mut dice, many) };
            let kind = command.get("type").and_then(Json::as_text).unwrap().to_owned();
            let name = if kind == "start_group" { "started" } else { "p" };
            let now = if offered { dice.of(&[NOW, "2026-03-02T09:04:00Z", "2026-03-02T09:06:00Z"]) } else { NOW };
            let mut plan = vec![
                ("call", "plan".into()),
                ("as", name.into()),
                ("command", command),
                ("context", parsed(&format!(r#"{{"actor": "ann", "now": "{now}", "allOrNothing": {}}}"#, dice.one_in(5)))),
                ("remembered", true.into()),
            ];
            if offered {
                plan.push(("when", "started".into()));
            }
            if offered && kind != "sweep" {
                plan.push(("runOf", "started".into()));
            }
            let plan = Json::Object(plan.into_iter().map(|(key, value): (&str, Json)| (key.to_owned(), value)).collect());
            let whole = worlds.each_mut().map(|world| world.step(&plan).canonical());
            if whole[0].is_null() && whole[1].is_null() {
                continue;
            }
            if is_error(&whole[0]) || is_error(&whole[1]) {
                assert_eq!(whole[0].write(), whole[1].write(), "{}", plan.write());
                continue;
            }
            planned += 1;
            let runs = |whole: &Json| whole.get("runs").and_then(Json::as_list).map_or(0, <[Json]>::len);
            answered += usize::from(offered && runs(&whole[0]) > 0);
            wholes_differ += usize::from(whole[0].get("digest") != whole[1].get("digest"));
            let preview = parsed(&format!(r#"{{"call": "preview", "plan": "{name}", "offset": 0, "limit": 100}}"#));
            let told = same(&mut worlds, &preview);
            for name in HIDDEN {
                assert!(!told.get("changes").unwrap().write().contains(name) && !told.get("timeline").unwrap().write().contains(name));
            }
            for key in ["id", "outcome"] {
                assert_eq!(whole[0].get(key), whole[1].get(key), "{key} of {}", plan.write());
            }
            // Posted from where she made it, and with guesses at what is hidden put into it.
            let context = format!(r#""plan": "{name}", "context": {{"actor": "ann", "now": "{now}"}}, "remembered": true"#);
            same(&mut worlds, &parsed(&format!(r#"{{"call": "verify", {context}, "form": "{}"}}"#, dice.of(&["bytes", "json"]))));
            if told.get("count").and_then(Json::as_number) > Some(0.0) && reads {
                let guess = format!(r#"{{"path": "/changes/0/set/score", "value": {{"from": {}, "to": 1}}}}"#, dice.roll(100));
                posted += 1;
                same(&mut worlds, &parsed(&format!(r#"{{"call": "verify", {context}, "form": "json", "change": {guess}}}"#)));
            }
            if (name == "started" || dice.one_in(2)) && told.get("refused").and_then(Json::as_list).is_some_and(<[Json]>::is_empty) {
                for world in &mut worlds {
                    world.step(&parsed(&format!(r#"{{"call": "apply", "plan": "{name}"}}"#)));
                    world.step(&parsed(&format!(r#"{{"call": "keep", "plan": "{name}"}}"#)));
                }
                if versioned {
                    level_versions(&mut worlds, many);
                }
                select(&mut worlds);
                if name == "p" && !offered && dice.one_in(2) {
                    undone += 1;
                    // Somebody else meanwhile changes what she does not see, in both worlds or, where no condition reads it and no
                    // version tells of it, in one.
                    let leads = told.get("changes").and_then(Json::as_list).unwrap_or_default();
                    if let (true, Some(lead)) = (dice.one_in(2), leads.first()) {
                        let id = lead.get("lead").and_then(Json::as_text).unwrap();
                        let in_one = !reads && !versioned && dice.one_in(2);
                        only_one += usize::from(in_one);
                        let version = if in_one { "" } else { r#""version": 99, "# };
                        for (world, score) in worlds.iter_mut().zip([97, 98]).skip(usize::from(in_one)) {
                            let change = format!(
                                r#"{{"call": "upsert", "rows": [{{"id": "{id}", {version}"score": {score}, "margin": {score}, "secret": "{score}"}}]}}"#
                            );
                            world.step(&parsed(&change));
                        }
                        // What was selected before the host wrote is out of date, in either.
                        select(&mut worlds);
                    }
                    let undo = format!(
                        r#"{{"call": "undo", "plan": "p", "form": "bytes", "as": "u", "context": {{"actor": "ann", "now": "{NOW}"}}, "remembered": true}}"#
                    );
                    let back = worlds.each_mut().map(|world| world.step(&parsed(&undo)));
                    assert_eq!(back[0].get("id"), back[1].get("id"), "{}", plan.write());
                    let told = same(&mut worlds, &parsed(r#"{"call": "preview", "plan": "u"}"#));
                    let dropped = told.get("dropped").and_then(Json::as_list).unwrap_or_default();
                    for drop in dropped.iter().filter(|drop| drop.get("code") == Some(&"changed_since".into())) {
                        changed += 1;
                        assert!(!HIDDEN.iter().any(|name| drop.write().contains(name)), "{}", drop.write());
                    }
                }
            }
        }
    }
    // The plans themselves do differ: they hold what is hidden.
    assert!(
        planned > seeds as usize && wholes_differ > planned / 10 && undone > 5 && posted > 5 && changed > 5 && only_one > 1 && answered > 5,
        "{planned} {wholes_differ} {undone} {posted} {changed} {only_one} {answered}"
    );
}
