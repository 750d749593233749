//! Faults one by one, and configurations that have none.

use super::{LEAD, REST, USERS, lints, organisation, when, with};

fn found(sections: &str) -> Vec<(&'static str, String)> {
    lints(&with(sections))
}

fn expect(sections: &str, expected: &[(&str, &str)]) {
    let found = found(sections);
    let found: Vec<(&str, &str)> = found.iter().map(|(code, path)| (*code, path.as_str())).collect();
    assert_eq!(found, expected, "{sections}");
}

/// A rule to a pool, which decides, in front of one to a user.
fn shadows(first: &str, second: &str) -> bool {
    let rules = format!(
        r#""rules": [{{"id": "a", "to": {{"pool": "p"}}, {}}}, {{"id": "b", "to": {{"user": "ann"}}, {}}}]"#,
        when(first),
        when(second)
    );
    match found(&rules).as_slice() {
        [] => false,
        [("rule_shadowed", path)] if path == "/rules/1" => true,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_is_shadowed_by_what_its_condition_implies() {
    let rule = |field: &str, operator: &str, value: &str| format!(r#"{{"field": "{field}", "operator": "{operator}", "value": {value}}}"#);
    for (first, second) in [
        (rule("score", ">", "5"), rule("score", ">", "5.5")),
        (rule("score", ">=", "5"), rule("score", "between", "[5, 9]")),
        (rule("score", "!=", "5"), rule("score", "in", "[1, 2]")),
        (rule("state", "in", r#"["CA", "NY"]"#), rule("state", "=", r#""NY""#)),
        (rule("state", "!=", r#""CA""#), rule("state", "null", "null")),
        (rule("name", "contains", r#""nn""#), rule("name", "beginsWith", r#""ANNA""#)),
        (rule("name", "beginsWith", r#""an""#), rule("name", "in", r#"["Ann", "anna"]"#)),
        (rule("name", "<", r#""m""#), rule("name", "between", r#"["a", "b"]"#)),
        (rule("name", "doesNotContain", r#""x""#), rule("name", "null", "null")),
        (rule("tags", "in", r#"["a", "b"]"#), rule("tags", "=", r#"["b"]"#)),
        (rule("tags", "notNull", "null"), rule("tags", "in", r#"["a"]"#)),
        (rule("born", ">", r#""2000-01-01""#), rule("born", ">=", r#""2000-01-02""#)),
        (rule("hot", "!=", "true"), rule("hot", "=", "false")),
        (
            rule("born", "<", r#"{"relative": "now"}"#),
            format!("{}, {}", rule("score", "=", "1"), rule("born", "<", r#"{"relative": "now"}"#)),
        ),
    ] {
        assert!(shadows(&first, &second), "{first} before {second}");
    }
    for (first, second) in [
        (rule("score", ">", "5"), rule("score", ">=", "5")),
        // Null is not 5, and not above 5 either.
        (rule("score", "<=", "5"), format!(r#"{{"not": true, "combinator": "and", "rules": [{}]}}"#, rule("score", ">", "5"))),
        (rule("state", "=", r#""CA""#), rule("state", "in", r#"["CA", "NY"]"#)),
        (rule("state", "notNull", "null"), rule("state", "!=", r#""CA""#)),
        (rule("name", "beginsWith", r#""anna""#), rule("name", "contains", r#""anna""#)),
        (rule("name", "notEmpty", "null"), rule("name", "notNull", "null")),
        (rule("tags", "=", r#"["b"]"#), rule("tags", "in", r#"["b"]"#)),
        (rule("born", ">", r#""2000-01-02""#), rule("born", ">=", r#""2000-01-02""#)),
        (rule("hot", "=", "false"), rule("hot", "!=", "true")),
        // The first one may fail where the second does not.
        (
            format!(r#"{{"combinator": "or", "rules": [{}, {}]}}"#, rule("score", "=", "1"), rule("born", "<", r#"{"relative": "now"}"#)),
            rule("score", "=", "1"),
        ),
    ] {
        assert!(!shadows(&first, &second), "{first} before {second}");
    }
}

#[test]
fn who_decides_when_and_for_whom() {
    let rules = |first: &str, second: &str| {
        format!(
            r#""groups": [
        {{"id": "g", "name": "g", "members": {{"users": ["ann"]}}, "method": {{"type": "round_robin"}}, "onNobody": [{{"to": "next_rule"}}]}},
        {{"id": "h", "name": "h", "members": {{"users": ["ann"]}}, "method": {{"type": "round_robin"}}, "onNobody": [{{"to": "default"}}, {{"to": "hold"}}]}}],
        "rules": [{{"id": "a", {first}}}, {{"id": "b", "to": {{"user": "ann"}}, {second}}}]"#
        )
    };
    for (first, second, shadowed) in [
        (r#""to": {"user": "bob"}"#, r#""required": false"#, false),
        (r#""to": {"user": "bob"}, "required": true"#, r#""required": false"#, true),
        (r#""to": {"group": "g"}, "required": true"#, r#""required": false"#, false),
        (r#""to": {"group": "h"}"#, r#""required": false"#, true),
        (r#""to": {"same": "name", "otherwise": {"pool": "p"}}"#, r#""required": false"#, true),
        (r#""to": {"pool": "p"}"#, r#""enabled": false"#, false),
        (r#""to": {"pool": "p"}, "enabled": false"#, r#""required": false"#, false),
        (r#""to": {"pool": "p"}"#, r#""overwriteOwner": true"#, false),
        (r#""to": {"pool": "p"}, "overwriteOwner": true"#, r#""overwriteOwner": true"#, true),
        (r#""to": {"pool": "p"}, "schedule": "day""#, r#""required": false"#, false),
        (r#""to": {"pool": "p"}, "schedule": "always""#, r#""required": false"#, true),
        (r#""to": {"pool": "p"}, "schedule": "day""#, r#""schedule": "morning""#, true),
        (r#""to": {"pool": "p"}, "schedule": "morning""#, r#""schedule": "day""#, false),
    ] {
        let expected: &[(&str, &str)] = if shadowed { &[("rule_shadowed", "/rules/1")] } else { &[] };
        expect(&rules(first, second), &seen(&rules(first, second), expected));
    }
}

/// What is expected, and that a group which no rule comes to has no next rule.
fn seen<'a>(sections: &str, expected: &'a [(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut out = Vec::new();
    if !sections.contains(r#""to": {"group": "g"}"#) {
        out.push(("next_rule_without_rule", "/groups/0/onNobody/0"));
    }
    out.extend(expected);
    out
}

#[test]
fn rules_and_lists_that_show_nothing_or_everything() {
    let two = when(r#"{"field": "score", "operator": "<", "value": 1}, {"field": "score", "operator": ">", "value": 1}"#);
    expect(&format!(r#""rules": [{{"id": "a", "to": {{"pool": "p"}}, {two}}}]"#), &[("condition_never_true", "/rules/0/when")]);
    let owned = when(r#"{"field": "owner", "operator": "=", "value": "ann"}"#);
    expect(&format!(r#""rules": [{{"id": "a", "to": {{"pool": "p"}}, {owned}}}]"#), &[("condition_never_true", "/rules/0/when")]);
    expect(&format!(r#""rules": [{{"id": "a", "to": {{"pool": "p"}}, "overwriteOwner": true, {owned}}}]"#), &[]);
    expect(r#""rules": [{"id": "a", "to": {"pool": "p"}, "schedule": "never"}]"#, &[("rule_never_open", "/rules/0/schedule")]);
    expect(r#""rules": [{"id": "a", "to": {"user": "off"}}]"#, &[("receiver_never_receives", "/rules/0/to/user")]);
    let low = when(r#"{"field": "score", "operator": "<", "value": 5}"#);
    let high = when(r#"{"field": "score", "operator": ">=", "value": 5}"#);
    let none = when(r#"{"field": "score", "operator": "null"}"#);
    let to = r#""to": {"pool": "p"}"#;
    expect(
        &format!(r#""rules": [{{"id": "a", {to}, {low}}}, {{"id": "b", {to}, {high}}}, {{"id": "c", {to}, {none}}}, {{"id": "d", {to}}}]"#),
        &[("rule_unreachable", "/rules/3")],
    );
    expect(&format!(r#""rules": [{{"id": "a", {to}, {low}}}, {{"id": "b", {to}, {high}}}, {{"id": "d", {to}}}]"#), &[]);
    let list = |query: &str| format!(r#""lists": [{{"id": "l", "name": "l", "owner": "ann", "query": {query}}}]"#);
    expect(&list(r#"{"rules": []}"#), &[]);
    let off = found(&list(r#"{"combinator": "and", "rules": [{"field": "score", "operator": "=", "value": 1, "disabled": true}]}"#));
    assert_eq!(off, [("filter_selects_all", "/lists/0/query".to_owned())]);
    let never =
        r#"{"combinator": "and", "rules": [{"field": "state", "operator": "=", "value": "a"}, {"field": "state", "operator": "null"}]}"#;
    expect(&list(never), &[("filter_never_true", "/lists/0/query")]);
}

#[test]
fn groups_that_can_do_nothing() {
    let group = |members: &str, more: &str| format!(r#""groups": [{{"id": "g", "name": "g", "members": {{"users": {members}}}, {more}}}]"#);
    let round = r#""method": {"type": "round_robin"}"#;
    expect(&group(r#"["off"]"#, round), &[("group_without_members", "/groups/0/members")]);
    expect(&group(r#"["off", "bot", "blind"]"#, round), &[("group_without_receivers", "/groups/0/members")]);
    expect(&group(r#"["zero"]"#, r#""method": {"type": "weighted"}"#), &[("group_weights_zero", "/groups/0/members")]);
    expect(&group(r#"["zero"]"#, round), &[]);
    expect(&group(r#"["zero", "ann"]"#, r#""method": {"type": "weighted"}"#), &[]);
    for user in ["off", "bot", "blind"] {
        let more = format!(r#"{round}, "defaultAssignee": "{user}""#);
        expect(&group(r#"["ann"]"#, &more), &[("receiver_never_receives", "/groups/0/defaultAssignee")]);
    }
    expect(&group(r#"["day", "late"]"#, &format!(r#"{round}, "schedule": "day""#)), &[]);
    expect(&group(r#"["day"]"#, round), &[]);
    expect(&group(r#"["day", "off"]"#, &format!(r#"{round}, "schedule": "both""#)), &[("group_hours_uncovered", "/groups/0/schedule")]);
    let config = with(&group(r#"["day", "late"]"#, &format!(r#"{round}, "schedule": "both""#)));
    let told = crate::workspace::Workspace::check(&config);
    assert_eq!(told[0].message, "nobody of the group `g` works at some of its hours: Tuesday 08:30-09:00");
    assert_eq!(told[0].to_json().get("data").unwrap().write(), r#"{"group":"g","hours":[{"day":2,"from":"08:30","to":"09:00"}]}"#);

    let bare = LEAD.replace(r#", "previousOwners": "previous", "run": "run""#, "");
    let lints = |more: &str| lints(&organisation(&format!("{bare}, {USERS}, {REST}, {}", group(r#"["ann"]"#, more))));
    assert_eq!(lints(&format!(r#"{round}, "remember": {{"last": 1}}"#)), [("remember_without_field", "/groups/0/remember".to_owned())]);
    assert_eq!(lints(r#""method": {"type": "broadcast_offer", "minutes": 5}"#), [("offer_without_run", "/groups/0/method".to_owned())]);
    assert_eq!(lints(r#""method": {"type": "sequential_offer", "minutes": 5}"#), [("offer_without_run", "/groups/0/method".to_owned())]);
}

#[test]
fn limits_that_never_bind() {
    let user = |limits: &str| organisation(&format!(r#"{LEAD}, "users": [{{"id": "ann", "profiles": ["all"], "limits": [{limits}]}}]"#));
    let limit = |count: u32, per: &str, rolling: bool| format!(r#"{{"count": {count}, "per": "{per}", "rolling": {rolling}}}"#);
    for (a, b, expected) in [
        (limit(5, "hour", false), limit(5, "day", false), Some(0)),
        (limit(4, "hour", false), limit(5, "day", false), None),
        (limit(5, "day", false), limit(5, "day", false), Some(1)),
        (limit(9, "week", false), limit(9, "month", false), None),
        (limit(9, "week", true), limit(9, "month", true), Some(0)),
        (limit(1, "day", false), limit(8, "week", false), Some(1)),
        (limit(1, "day", false), limit(7, "week", false), None),
        (limit(5, "hour", true), limit(5, "day", false), None),
    ] {
        let expected: Vec<_> = expected.map(|at| ("limit_never_binds", format!("/users/0/limits/{at}"))).into_iter().collect();
        assert_eq!(lints(&user(&format!("{a}, {b}"))), expected, "{a} {b}");
    }
}

#[test]
fn healthy_configurations_have_no_warning() {
    let state = |state: &str| when(&format!(r#"{{"field": "state", "operator": "=", "value": "{state}"}}"#));
    let round = r#""method": {"type": "round_robin"}"#;
    for sections in [
        // Territories with a rest, and a group that hands on.
        format!(
            r#""groups": [{{"id": "g", "name": "g", "members": {{"users": ["ann", "bob"]}}, {round}, "onNobody": [{{"to": "next_rule"}}]}}],
            "rules": [{{"id": "ca", {}, "to": {{"group": "g"}}}}, {{"id": "ny", {}, "to": {{"user": "bob"}}}}, {{"id": "rest", "to": {{"pool": "p"}}}}]"#,
            state("CA"), state("NY")),
        // By day to people, else to the pool.
        r#""rules": [{"id": "day", "schedule": "day", "to": {"pool": "p"}}, {"id": "night", "to": {"user": "ann"}, "required": true}]"#.to_owned(),
        // Follow the sun, with weights and one who is being trained.
        r#""groups": [{"id": "g", "name": "g", "members": {"users": ["day", "late", "zero"]}, "method": {"type": "weighted"}, "schedule": "day",
            "defaultAssignee": "ann", "remember": {"last": 2}, "onNobody": [{"to": "ignore_availability"}, {"to": "default"}]}],
            "rules": [{"id": "r", "to": {"same": "name", "otherwise": {"group": "g"}}}]"#.to_owned(),
        // Offers, started by hand.
        r#""groups": [{"id": "g", "name": "g", "members": {"users": ["ann", "bob", "off"]}, "method": {"type": "sequential_offer", "minutes": 5},
            "defaultAssignee": "bob"}]"#.to_owned(),
        // Narrow before wide, owned before unowned, a rule that is switched off, lists of all kinds.
        format!(
            r#""rules": [{{"id": "hot", {}, "to": {{"pool": "p"}}}}, {{"id": "warm", {}, "to": {{"pool": "p"}}}},
            {{"id": "old", "enabled": false, "to": {{"pool": "p"}}}}, {{"id": "again", "overwriteOwner": true, "to": {{"field": "owner"}}}},
            {{"id": "rest", "to": {{"user": "ann"}}}}],
            "lists": [{{"id": "all", "name": "all", "owner": "ann", "query": {{"rules": []}}}}, {{"id": "mine", "name": "mine", "owner": "ann",
            "query": {{"combinator": "and", "rules": [{{"field": "owner", "operator": "=", "value": {{"actor": true}}}}]}}}}]"#,
            when(r#"{"field": "score", "operator": ">", "value": 90}"#), when(r#"{"field": "score", "operator": ">", "value": 50}"#)),
    ] {
        expect(&sections, &[]);
    }
}
