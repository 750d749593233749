//! Permissions, case by case: reasons and their codes, lists, groups, members, boundaries, and what fails closed.

use std::rc::Rc;

use evenhand::access::{Action, Authorizer, Decision, Lead, LeadObject, Request, ready_profiles};
use evenhand::config::{Model, UserIx, Verb};
use evenhand::error::Error;
use evenhand::filter::{self, Context};
use evenhand::json::Json;

const FIELDS: &str = r#""id":{"type":"text"},"owner":{"type":"user"},"officer":{"type":"user"},"unit":{"type":"unit"},"access":{"type":"units"},
    "status":{"type":"choice","choices":["PENDING","ACCEPTED","NEW"]},"pool":{"type":"text"},"run":{"type":"text"},"at":{"type":"datetime"}"#;
const LEAD: &str = r#""id":"id","owner":"owner","slots":["owner",{"field":"officer","holders":{"tags":["officer"]}}],"unit":"unit",
    "access":"access","pool":"pool","run":"run","assignedAt":"at""#;
const ORG: &str = r#"{"id":"acme","kind":"company"},{"id":"east","parent":"acme"},{"id":"east1","parent":"east"},{"id":"west","parent":"acme"},
    {"id":"zeta","kind":"company"}"#;

/// A auth over these users and profiles; `more` adds sections.
fn auth(users: &str, profiles: &str, more: &str) -> Authorizer {
    let text =
        format!(r#"{{"version":1,"fields":{{{FIELDS}}},"lead":{{{LEAD}}},"org":[{ORG}],"users":[{users}],"profiles":[{profiles}]{more}}}"#);
    let json = Json::parse(&text).unwrap();
    let (model, _) = Model::compile(&json).unwrap_or_else(|error| panic!("{:?}", error.diagnostics));
    Authorizer::compile(&Rc::new(model)).unwrap()
}

/// Somebody, with a unit and profiles.
fn user(id: &str, unit: &str, profiles: &str) -> String {
    let unit = if unit.is_empty() { "null".into() } else { format!("{unit:?}") };
    let profiles: Vec<String> = profiles.split_whitespace().map(|profile| format!("{profile:?}")).collect();
    format!(r#"{{"id":"{id}","unit":{unit},"profiles":[{}]}}"#, profiles.join(","))
}

fn lead(auth: &Authorizer, text: &str) -> LeadObject {
    LeadObject::read(&Json::parse(text).unwrap(), &auth.model().schema)
}

/// A lead with every field, of which some are given.
fn whole(auth: &Authorizer, text: &str) -> LeadObject {
    let given = Json::parse(text).unwrap();
    let fields = auth.model().schema.fields.iter();
    let pairs = fields.map(|field| (field.name.clone(), given.get(&field.name).cloned().unwrap_or_default())).collect();
    LeadObject::read(&Json::Object(pairs), &auth.model().schema)
}

fn ask(auth: &Authorizer, question: &str, lead: Option<&LeadObject>) -> Decision {
    let json = Json::parse(question).unwrap();
    auth.can(&Request::read(&json, auth, lead.map(LeadObject::lead)).unwrap()).unwrap()
}

/// The codes of the reasons, each with its question.
fn codes(decision: &Decision) -> Vec<String> {
    let code = |reason: &evenhand::access::Reason| match reason.question {
        Some(question) => format!("{}:{}", question.name(), reason.code),
        None => reason.code.to_owned(),
    };
    decision.reasons.iter().map(code).collect()
}

const ALL: &str =
    r#"{"id":"all","grants":[{"do":["lead.view","lead.edit","lead.release","lead.give","lead.claim","lead.mass"],"scope":"all"}]}"#;
const SEES: &str = r#"{"id":"sees","grants":[{"do":["lead.view"],"scope":"all"}]}"#;
const OWN: &str = r#"{"id":"own","grants":[{"do":["lead.view","lead.edit","lead.release","lead.give"],"scope":"own"}]}"#;

#[test]
fn every_failed_question_has_its_code() {
    let users = [user("boss", "acme", "all"), user("viewer", "acme", "sees"), user("idle", "acme", "own"), user("gone", "acme", "own")];
    let users = users.join(",").replace(r#""id":"gone""#, r#""id":"gone","active":false"#)
        + r#",{"id":"bot","kind":"service","profiles":["all"]},{"id":"picky","profiles":["own"],"unit":"acme","accepts":
            {"combinator":"and","rules":[{"field":"status","operator":"=","value":"NEW"}]}},{"id":"blind","unit":"acme"}"#;
    let more = r#","lifecycle":{"reassignable":{"combinator":"and","rules":[{"field":"status","operator":"=","value":"PENDING"}]}},
        "pools":[{"id":"vip","members":{"users":["idle"]}}]"#;
    let auth = auth(&users, &[ALL, SEES, OWN].join(","), more);
    let table = [
        // actor, lead, slot, to, codes
        ("nobody", "{}", "owner", "idle", vec!["unknown_actor"]),
        ("gone", "{}", "owner", "idle", vec!["actor_inactive"]),
        ("idle", r#"{"owner":"boss"}"#, "owner", "boss", vec!["view:unknown_lead"]),
        (
            "viewer",
            r#"{"owner":"boss","status":"PENDING"}"#,
            "owner",
            "idle",
            vec!["edit:not_permitted", "release:not_permitted", "give:not_permitted"],
        ),
        (
            "viewer",
            r#"{"owner":"boss","status":"NEW","run":"r1"}"#,
            "owner",
            "gone",
            vec![
                "edit:not_permitted",
                "release:not_permitted",
                "give:not_permitted",
                "receive:receiver_inactive",
                "lock:locked",
                "reassignable:not_reassignable",
            ],
        ),
        ("boss", r#"{"owner":"idle","status":"PENDING"}"#, "owner", "gone", vec!["receive:receiver_inactive"]),
        ("boss", r#"{"owner":"idle","status":"PENDING"}"#, "owner", "bot", vec!["receive:receiver_not_permitted"]),
        ("boss", r#"{"owner":"idle","status":"PENDING"}"#, "owner", "picky", vec!["receive:receiver_not_permitted"]),
        ("boss", r#"{"owner":"idle","status":"PENDING"}"#, "owner", "blind", vec!["receive:receiver_not_permitted"]),
        ("boss", r#"{"owner":"idle","status":"PENDING"}"#, "owner", "stranger", vec!["receive:unknown_user"]),
        ("boss", r#"{"owner":"idle","status":"PENDING"}"#, "officer", "picky", vec!["receive:receiver_not_permitted"]),
        ("boss", r#"{"status":"NEW","pool":"vip"}"#, "owner", "viewer", vec!["receive:receiver_not_permitted"]),
        ("boss", r#"{"status":"NEW","pool":"lost"}"#, "owner", "idle", vec!["receive:receiver_not_permitted"]),
        ("boss", r#"{"status":"NEW","pool":"VIP"}"#, "owner", "idle", vec!["view:granted", "edit:granted", "give:granted"]),
        ("boss", r#"{"status":"NEW"}"#, "owner", "picky", vec!["view:granted", "edit:granted", "give:granted"]),
        ("boss", r#"{"owner":"viewer","status":"NEW"}"#, "owner", "idle", vec!["reassignable:not_reassignable"]),
        ("idle", r#"{"owner":"idle","status":"PENDING"}"#, "owner", "viewer", vec!["give:not_permitted"]),
        // Who holds it already changes nothing.
        ("idle", r#"{"owner":"idle","status":"NEW","run":"r1"}"#, "owner", "idle", vec!["view:granted", "edit:granted"]),
    ];
    for (actor, values, slot, to, wanted) in table {
        let lead = whole(&auth, values);
        let question = format!(r#"{{"actor":"{actor}","do":"lead.reassign","slot":"{slot}","to":"{to}"}}"#);
        let decision = ask(&auth, &question, Some(&lead));
        assert_eq!(codes(&decision), wanted, "{question} {values}");
        assert_eq!(decision.allowed, wanted.iter().all(|code| code.ends_with("granted")));
    }
}

#[test]
fn a_hidden_lead_is_one_that_does_not_exist() {
    let auth = auth(&user("ann", "acme", "own"), OWN, "");
    let hidden = whole(&auth, r#"{"id":"l1","owner":"bob","status":"NEW","run":"r"}"#);
    for verb in ["lead.view", "lead.edit", "lead.give", "lead.reassign"] {
        let json = Json::parse(&format!(r#"{{"actor":"ann","do":"{verb}","to":"ann"}}"#)).unwrap();
        let there = auth.can(&Request::read(&json, &auth, Some(hidden.lead())).unwrap()).unwrap();
        let not = auth.can(&Request::read(&json, &auth, Some(Lead::Unknown("l1"))).unwrap()).unwrap();
        assert_eq!(there, not, "{verb}");
        assert_eq!(codes(&there), ["view:unknown_lead"]);
    }
}

#[test]
fn an_incomplete_lead_is_denied() {
    let users = [user("ann", "acme", "own"), user("boss", "acme", "all"), user("cat", "acme", "careful")].join(",");
    let careful = r#"{"id":"careful","grants":[{"do":["lead.view","lead.edit"],"scope":"all"},
        {"do":["lead.edit"],"scope":"all","deny":true,"where":{"combinator":"and","rules":[{"field":"status","operator":"=","value":"NEW"}]}}]}"#;
    let auth = auth(&users, &[OWN, ALL, careful].join(","), "");
    let can = |actor: &str, verb: &str, values: &str| {
        codes(&ask(&auth, &format!(r#"{{"actor":"{actor}","do":"{verb}"}}"#), Some(&lead(&auth, values))))
    };
    assert_eq!(can("ann", "lead.view", r#"{"id":"l","owner":"ann"}"#), ["view:lead_incomplete"]);
    assert_eq!(can("ann", "lead.view", r#"{"id":"l","owner":"ann","officer":null}"#), ["view:granted"]);
    assert_eq!(can("boss", "lead.view", "{}"), ["view:granted"]);
    assert_eq!(can("cat", "lead.view", "{}"), ["view:granted"]);
    assert_eq!(can("cat", "lead.edit", "{}"), ["edit:lead_incomplete"]);
    assert_eq!(can("cat", "lead.edit", r#"{"status":null}"#), ["edit:granted"]);
    assert_eq!(can("cat", "lead.edit", r#"{"status":"NEW"}"#), ["edit:not_permitted"]);
    // A value that does not fit is no value, and least of all "nobody".
    assert_eq!(can("ann", "lead.view", r#"{"id":"l","owner":{},"officer":null}"#), ["view:lead_incomplete"]);
    let reads = auth.scope("ann", Verb::LeadView).unwrap().reads;
    let names: Vec<&str> = reads.iter().map(|field| auth.model().schema.name(*field)).collect();
    assert_eq!(names, ["owner", "officer"]);
}

#[test]
fn allows_and_denies_name_their_grant() {
    let mixed = r#"{"id":"mixed","grants":[{"do":["lead.view"],"scope":"own"},{"do":["lead.view","lead.edit"],"scope":"team"},
        {"do":["lead.edit"],"scope":"own","deny":true}]}"#;
    let auth = auth(&user("ann", "east", "mixed"), mixed, "");
    let of = |verb: &str, values: &str| {
        let decision = ask(&auth, &format!(r#"{{"actor":"ann","do":"{verb}"}}"#), Some(&whole(&auth, values)));
        decision.to_json().write()
    };
    assert_eq!(
        of("lead.view", r#"{"owner":"ann"}"#),
        r#"{"allowed":true,"reasons":[{"code":"granted","question":"view","profile":"mixed","grant":0,"message":"a grant allows it"}]}"#
    );
    assert_eq!(
        of("lead.edit", r#"{"unit":"east"}"#),
        r#"{"allowed":true,"reasons":[{"code":"granted","question":"edit","profile":"mixed","grant":1,"message":"a grant allows it"}]}"#
    );
    assert_eq!(
        of("lead.edit", r#"{"owner":"ann"}"#),
        r#"{"allowed":false,"reasons":[{"code":"not_permitted","question":"edit","profile":"mixed","grant":2,"message":"`ann` may not change this lead: a grant denies it"}]}"#
    );
}

#[test]
fn scopes_that_are_no_filters_are_errors() {
    let users = user("ann", "acme", "all") + r#",{"id":"off","profiles":["all"],"active":false}"#;
    let auth = auth(&users, ALL, "");
    let code = |actor: &str, verb| auth.scope(actor, verb).map_err(|error: Error| error.code).err();
    assert_eq!(code("ann", Verb::LeadGive), Some("verb_not_about_leads"));
    assert_eq!(code("ann", Verb::GroupView), Some("verb_not_about_leads"));
    assert_eq!(code("ann", Verb::RuleEdit), Some("verb_not_about_leads"));
    assert_eq!(code("ann", Verb::RuleRun), None);
    assert_eq!(code("eve", Verb::LeadView), Some("unknown_actor"));
    let lead = whole(&auth, "{}");
    let context = Context { schema: &auth.model().schema, people: &auth, now: None, actor: None };
    let matches = |actor: &str| filter::matches(&auth.scope(actor, Verb::LeadView).unwrap().query, &lead, &context).unwrap();
    assert!(matches("ann"));
    assert!(!matches("off"), "who is not active reads nothing");
    let scope = auth.scope("ann", Verb::LeadRelease).unwrap().query;
    assert_eq!(scope.describe(&auth.model().schema), "owner has a value");
}

#[test]
fn a_scope_is_plain_english_without_the_actor() {
    let profile = r#"{"id":"p","grants":[{"do":["lead.view"],"scope":"subtree"},{"do":["lead.view"],"scope":"unowned"},
        {"do":["lead.view"],"scope":"own"},{"do":["lead.view"],"scope":"company","deny":true,
        "where":{"combinator":"and","rules":[{"field":"owner","operator":"!=","value":{"actor":true}},{"field":"status","operator":"=","value":"NEW"}]}}]}"#;
    let auth = auth(&user("ann", "east", "p"), profile, "");
    let scope = auth.scope("ann", Verb::LeadView).unwrap().query;
    assert!(!scope.needs_actor());
    assert_eq!(
        scope.describe(&auth.model().schema),
        "(owner is \"ann\" or officer is \"ann\" or unit is \"east\" or below it or access has \"east\" or a unit below it or \
         owner is in \"east\" or a unit below it or owner has no value) and not ((owner is \"ann\" or officer is \"ann\" or \
         unit is \"acme\" or below it or access has \"acme\" or a unit below it or owner is in \"acme\" or a unit below it) \
         and owner is not \"ann\" and status is \"NEW\")"
    );
}

#[test]
fn who_has_no_unit_reaches_own_unowned_and_all_only() {
    let wide = r#"{"id":"wide","grants":[{"do":["lead.view"],"scope":"company"}]}"#;
    let auth = auth(&[user("ann", "", "wide"), user("bob", "", "wide")].join(","), wide, "");
    let can = |values: &str| ask(&auth, r#"{"actor":"ann","do":"lead.view"}"#, Some(&whole(&auth, values))).allowed;
    assert!(can(r#"{"owner":"ann"}"#));
    assert!(!can(r#"{"owner":"bob"}"#), "no unit is not the same unit as no unit");
    assert!(!can("{}"));
}

#[test]
fn a_deny_of_giving_beats_a_claim() {
    let profiles = r#"{"id":"claims","grants":[{"do":["lead.view","lead.edit"],"scope":"all"},{"do":["lead.claim"],"scope":"unowned"}]},
        {"id":"never","grants":[{"do":["lead.give"],"scope":"all","deny":true}]}"#;
    let auth = auth(&[user("ann", "acme", "claims"), user("bob", "acme", "claims never")].join(","), profiles, "");
    let can = |actor: &str, to: &str, owner: &str| {
        ask(&auth, &format!(r#"{{"actor":"{actor}","do":"lead.give","to":"{to}"}}"#), Some(&whole(&auth, owner))).allowed
    };
    assert!(can("ann", "ann", "{}"));
    assert!(!can("ann", "ann", r#"{"owner":"bob"}"#), "the claim covers what nobody owns");
    assert!(!can("ann", "bob", "{}"), "a claim is for oneself");
    assert!(!can("bob", "bob", "{}"));
}

#[test]
fn without_a_lead_the_question_is_whether_any_could_be_allowed() {
    let profiles = r#"{"id":"p","grants":[{"do":["lead.view","lead.mass"],"scope":"team"},{"do":["lead.edit"],"scope":"none"},
        {"do":["lead.claim"],"scope":"own"},{"do":["lead.claim"],"scope":"team","deny":true},{"do":["lead.give"],"scope":"team"},
        {"do":["lead.release"],"scope":"unowned"},{"do":["rule.run"],"scope":"team"},{"do":["rule.run"],"scope":"team","deny":true}]}"#;
    let auth = auth(&[user("ann", "east", "p"), user("bob", "west", "p"), user("cid", "east", "p")].join(","), profiles, "");
    let can = |question: &str| ask(&auth, &format!(r#"{{"actor":"ann",{question}}}"#), None).allowed;
    assert!(can(r#""do":"lead.view""#));
    assert!(can(r#""do":"lead.mass""#));
    assert!(!can(r#""do":"lead.edit""#));
    assert!(!can(r#""do":"lead.claim""#), "what is allowed is denied by a wider grant");
    assert!(!can(r#""do":"lead.release""#), "nobody can be taken a lead from that nobody owns");
    assert!(can(r#""do":"lead.give""#));
    assert!(can(r#""do":"lead.give","to":"cid""#));
    assert!(!can(r#""do":"lead.give","to":"bob""#));
    assert!(can(r#""do":"lead.give","unit":"east""#));
    assert!(!can(r#""do":"lead.give","unit":"west""#));
    assert!(!can(r#""do":"lead.reassign","to":"cid""#));
    assert!(!can(r#""do":"rule.run""#));
}

#[test]
fn lists_are_seen_and_used_by_their_owner_and_those_they_are_shared_with() {
    let lists = r#","lists":[
        {"id":"mine","name":"Mine","owner":"ann","query":{"rules":[]}},
        {"id":"named","name":"N","owner":"ann","query":{"rules":[]},"sharedWith":{"users":["bob"]}},
        {"id":"units","name":"U","owner":"ann","query":{"rules":[]},"sharedWith":{"units":["east"]}},
        {"id":"profiled","name":"P","owner":"ann","query":{"rules":[]},"sharedWith":{"profiles":["editor"]}},
        {"id":"open","name":"O","owner":"ann","query":{"rules":[]},"sharedWith":{"everyone":true}}]"#;
    let profiles = r#"{"id":"plain","grants":[]},{"id":"editor","grants":[{"do":["list.edit","list.share","list.delete"],"scope":"own"}]},
        {"id":"lead","grants":[{"do":["list.view","list.edit"],"scope":"subtree"}]},
        {"id":"barred","grants":[{"do":["list.use"],"scope":"all","deny":true}]}"#;
    let users = [
        user("ann", "east1", "editor"),
        user("bob", "west", "plain"),
        user("deep", "east1", "plain"),
        user("boss", "east", "lead"),
        user("eve", "east", "barred"),
        user("solo", "", "editor"),
    ];
    let auth = auth(&users.join(","), profiles, lists);
    let can = |actor: &str, verb: &str, list: &str| {
        let decision = ask(&auth, &format!(r#"{{"actor":"{actor}","do":"list.{verb}","list":"{list}"}}"#), None);
        decision.reasons[0].code
    };
    let table = [
        ("ann", "view", "mine", "owner"),
        ("ann", "use", "mine", "owner"),
        ("ann", "edit", "mine", "granted"),
        ("bob", "use", "named", "shared"),
        ("bob", "use", "units", "unknown_list"),
        ("bob", "edit", "named", "not_permitted"),
        ("deep", "use", "units", "shared"),
        ("deep", "use", "mine", "unknown_list"),
        ("deep", "use", "nowhere", "unknown_list"),
        ("boss", "view", "mine", "granted"),
        ("boss", "use", "mine", "not_permitted"),
        ("boss", "edit", "mine", "granted"),
        ("eve", "use", "open", "not_permitted"),
        ("eve", "view", "open", "shared"),
        ("solo", "use", "profiled", "shared"),
        ("solo", "delete", "profiled", "not_permitted"),
    ];
    for (actor, verb, list, wanted) in table {
        assert_eq!(can(actor, verb, list), wanted, "{actor} {verb} {list}");
    }
    assert!(ask(&auth, r#"{"actor":"bob","do":"list.use"}"#, None).allowed);
    assert!(!ask(&auth, r#"{"actor":"eve","do":"list.use"}"#, None).allowed);
    assert!(!ask(&auth, r#"{"actor":"bob","do":"list.edit"}"#, None).allowed);
}

#[test]
fn groups_go_by_their_unit_and_by_whom_they_are_for() {
    let groups = r#","groups":[
        {"id":"east","name":"E","unit":"east","availableTo":["east"],"members":{"users":["ann"]},"method":{"type":"round_robin"}},
        {"id":"east1","name":"E1","unit":"east1","members":{"users":["ann"]},"method":{"type":"round_robin"}},
        {"id":"west","name":"W","unit":"west","members":{"users":["ann"]},"method":{"type":"round_robin"}},
        {"id":"acme","name":"A","unit":"acme","members":{"users":["ann"]},"method":{"type":"round_robin"}},
        {"id":"free","name":"F","members":{"users":["ann"]},"method":{"type":"round_robin"}}]"#;
    let profiles = r#"{"id":"office","grants":[{"do":["group.edit"],"scope":"subtree"},{"do":["group.view","group.trigger"],"scope":"company"}]},
        {"id":"root","grants":[{"do":["group.edit","rule.edit","rule.view"],"scope":"all"}]},
        {"id":"rules","grants":[{"do":["rule.edit"],"scope":"company"}]}"#;
    let auth = auth(
        &[user("ann", "east", "office"), user("wes", "west", "office"), user("top", "", "root"), user("rob", "acme", "rules")].join(","),
        profiles,
        groups,
    );
    let can = |actor: &str, verb: &str, group: &str| {
        ask(&auth, &format!(r#"{{"actor":"{actor}","do":"group.{verb}","group":"{group}"}}"#), None).reasons[0].code
    };
    let table = [
        ("ann", "edit", "east", "granted"),
        ("ann", "edit", "east1", "granted"),
        ("ann", "edit", "west", "not_permitted"),
        ("ann", "edit", "acme", "not_permitted"),
        ("ann", "edit", "free", "unknown_group"),
        ("ann", "view", "west", "granted"),
        ("ann", "trigger", "east", "granted"),
        ("wes", "trigger", "west", "granted"),
        ("wes", "view", "east", "granted"),
        ("wes", "trigger", "nothing", "unknown_group"),
        ("top", "edit", "free", "granted"),
        ("top", "trigger", "free", "unknown_group"),
    ];
    for (actor, verb, group, wanted) in table {
        assert_eq!(can(actor, verb, group), wanted, "{actor} {verb} {group}");
    }
    assert_eq!(codes(&ask(&auth, r#"{"actor":"wes","do":"group.trigger","group":"east"}"#, None)), ["use:not_available"]);
    assert!(ask(&auth, r#"{"actor":"ann","do":"group.edit","unit":"east1"}"#, None).allowed, "a new group");
    assert!(!ask(&auth, r#"{"actor":"ann","do":"group.edit","unit":"west"}"#, None).allowed);
    assert!(!ask(&auth, r#"{"actor":"ann","do":"group.edit","group":"east","unit":"west"}"#, None).allowed, "moving it out");
    assert!(ask(&auth, r#"{"actor":"top","do":"rule.edit"}"#, None).allowed);
    assert!(!ask(&auth, r#"{"actor":"rob","do":"rule.edit"}"#, None).allowed, "rules have no unit");
    assert_eq!(codes(&ask(&auth, r#"{"actor":"top","do":"rule.view","rule":"r9"}"#, None)), ["unknown_rule"]);
}

#[test]
fn people_and_plans_go_by_the_unit_of_the_user() {
    let profiles = r#"{"id":"p","grants":[{"do":["member.pause"],"scope":"team"},{"do":["plan.undo"],"scope":"own"},{"do":["log.view"],"scope":"all"}]}"#;
    let auth = auth(&[user("ann", "east", "p"), user("bob", "east", "p"), user("cid", "west", "p")].join(","), profiles, "");
    let can = |verb: &str, user: &str| ask(&auth, &format!(r#"{{"actor":"ann","do":"{verb}","user":"{user}"}}"#), None).allowed;
    assert!(can("member.pause", "bob") && can("member.pause", "ann"));
    assert!(!can("member.pause", "cid"));
    assert!(can("plan.undo", "ann"));
    assert!(!can("plan.undo", "bob") && !can("plan.undo", "left"));
    assert!(can("log.view", "left"), "a plan of somebody who left has no unit");
}

#[test]
fn members_come_as_listed_and_then_in_the_order_of_the_configuration() {
    let users = [
        r#"{"id":"a","unit":"east","tags":["x"]}"#,
        r#"{"id":"b","unit":"east1","attributes":{"score":5}}"#,
        r#"{"id":"bot","unit":"east1","kind":"service"}"#,
        r#"{"id":"c","unit":"west","tags":["y","x","x"],"active":false}"#,
        r#"{"id":"d"}"#,
    ];
    let groups = r#","groups":[
        {"id":"g1","name":"1","members":{"users":["d","b"],"tags":["x"],"unit":"east"},"method":{"type":"round_robin"}},
        {"id":"g2","name":"2","members":{"unit":"acme","where":{"combinator":"and","rules":[{"field":"score","operator":">","value":4}]}},"method":{"type":"round_robin"}},
        {"id":"g3","name":"3","members":{"users":["bot"],"tags":["nobody"]},"method":{"type":"round_robin"}}]"#;
    let auth = auth(&users.join(","), "", groups);
    let of = |group: &str| -> Vec<String> {
        let members = &auth.model().groups.by_id(group).unwrap().members;
        let found = auth.members(members, None).unwrap();
        found.into_iter().map(|ix| auth.model().users.get(ix).unwrap().id.clone()).collect()
    };
    assert_eq!(of("g1"), ["d", "b", "a", "c"]);
    assert_eq!(of("g2"), ["b"]);
    assert_eq!(of("g3"), ["bot"]);
}

#[test]
fn boundaries_are_crossed_by_their_mode() {
    let users = [user("boss", "acme", "all"), user("zoe", "zeta", "team"), user("nowhere", "", "own")].join(",");
    let team = r#"{"id":"team","grants":[{"do":["lead.view"],"scope":"team"},{"do":["lead.view"],"scope":"own","deny":true,
        "where":{"combinator":"and","rules":[{"field":"access","operator":"null"}]}}]}"#;
    let can = |mode: &str, question: &str, values: &str| {
        let more = format!(r#","lifecycle":{{"boundary":{{"kind":"company","mode":"{mode}"}}}}"#);
        let auth = auth(&users, &[ALL, OWN, team].join(","), &more);
        codes(&ask(&auth, &format!(r#"{{"actor":"boss","do":"lead.reassign",{question}}}"#), Some(&whole(&auth, values))))
            .into_iter()
            .filter(|code| !code.ends_with(":granted"))
            .collect::<Vec<_>>()
    };
    let here = r#"{"unit":"east1"}"#;
    let (zoe, over) = (r#""to":"zoe""#, r#""to":"zoe","unit":"zeta""#);
    assert_eq!(can("deny", zoe, here), ["receive:receiver_not_permitted", "boundary:boundary"]);
    assert_eq!(can("duplicate", zoe, here), ["receive:receiver_not_permitted", "boundary:boundary"]);
    assert_eq!(can("allow", zoe, here), ["receive:receiver_not_permitted"], "without access the deny holds");
    assert!(can("grant_access", zoe, here).is_empty(), "access is granted, and then the deny does not hold");
    assert!(can("deny", zoe, r#"{"unit":"east1","access":["zeta"]}"#).is_empty(), "it has access already");
    assert!(can("deny", r#""to":"nowhere""#, here).is_empty(), "nobody's side is no other side");
    assert_eq!(can("deny", zoe, "{}"), ["receive:receiver_not_permitted"], "the lead is on no side");
    assert!(can("grant_access", over, here).is_empty(), "a transfer keeps the former company in access");
    assert_eq!(can("duplicate", over, here), ["receive:receiver_not_permitted"], "a copy may go over; this one cannot be seen");
    assert_eq!(can("deny", over, here), ["receive:receiver_not_permitted", "boundary:boundary"]);
}

#[test]
fn time_is_asked_for_where_a_grant_reads_it() {
    let profile = r#"{"id":"p","grants":[{"do":["lead.view"],"scope":"all","where":{"combinator":"and","rules":[
        {"field":"at","operator":">","value":{"relative":"startOfDay"}}]}}]}"#;
    let users = [user("ann", "acme", "p"), user("bob", "acme", "all")].join(",");
    let auth = auth(&users, &[profile, ALL].join(","), "");
    let lead = whole(&auth, r#"{"at":"2026-03-02T10:00:00Z"}"#);
    let question = Request { lead: Some(lead.lead()), ..Request::new("ann", Action::Verb(Verb::LeadView)) };
    assert_eq!(auth.can(&question).unwrap_err().code, "now_required");
    assert!(auth.view_needs_now(UserIx(0)) && !auth.view_needs_now(UserIx(1)), "who sees all whenever it is needs no time");
    assert!(ask(&auth, r#"{"actor":"ann","do":"lead.view","now":"2026-03-02T12:00:00Z"}"#, Some(&lead)).allowed);
    assert!(!ask(&auth, r#"{"actor":"ann","do":"lead.view","now":"2026-03-03T12:00:00Z"}"#, Some(&lead)).allowed);
}

/// A class has room for so many tests: of one more, the leads are told apart one by one.
#[test]
fn a_field_of_too_many_tests_has_no_class() {
    let classes = |tests: usize| {
        let rules: Vec<String> = (0..tests).map(|at| format!(r#"{{"field":"pool","operator":"=","value":"p{at}"}}"#)).collect();
        let rules = format!(r#"{{"combinator":"or","rules":[{}]}}"#, rules.join(","));
        let profile = format!(r#"{{"id":"p","grants":[{{"do":["lead.view"],"scope":"all","where":{rules}}}]}}"#);
        let auth = auth(&user("ann", "acme", "p"), &profile, "");
        ["p0", "p1"].map(|pool| auth.classes(UserIx(0), Verb::LeadView, &whole(&auth, &format!(r#"{{"pool":"{pool}"}}"#))).unwrap())
    };
    let [one, other] = classes(44);
    assert!(one.is_some() && one != other);
    // JavaScript keeps a class as a number: it must be a whole one that a double holds.
    assert!(one.into_iter().flatten().all(|class| class < 1 << 53));
    assert_eq!(classes(45), [None, None]);
    assert_eq!(classes(46), [None, None]);
}

#[test]
fn questions_are_checked() {
    let auth = auth(&user("ann", "acme", "all"), ALL, "");
    let fault = |text: &str| {
        let json = Json::parse(text).unwrap();
        let error = Request::read(&json, &auth, None).map(|_| ()).unwrap_err();
        (error.code, error.diagnostics.iter().map(|fault| (fault.code, fault.path.clone())).collect::<Vec<_>>())
    };
    let of = |code: &'static str, path: &str| ("question_invalid", vec![(code, path.to_owned())]);
    assert_eq!(fault(r#"{"actor":"ann","do":"lead.edti"}"#), of("unknown_verb", "/do"));
    assert_eq!(fault(r#"{"actor":"ann","do":"lead.edit","slot":"status"}"#), of("not_a_slot", "/slot"));
    assert_eq!(fault(r#"{"actor":"ann","do":"lead.edit","slot":"ownr"}"#), of("unknown_field", "/slot"));
    assert_eq!(fault(r#"{"actor":"ann","do":"lead.give","unit":"north"}"#), of("unknown_unit", "/unit"));
    assert_eq!(fault(r#"{"actor":"ann","do":"lead.give","too":"ann"}"#), of("unknown_key", "/too"));
    assert_eq!(fault(r#"{"do":"lead.view"}"#), of("missing", "/actor"));
}

/// Scenario 102: who may assign at level no, team and all.
#[test]
fn levels_of_assigning() {
    let profile = |id: &str, scope: &str| {
        format!(
            r#"{{"id":"{id}","grants":[{{"do":["lead.view","lead.edit","lead.release"],"scope":"all"}},{{"do":["lead.give"],"scope":"{scope}"}}]}}"#
        )
    };
    let portal = r#"{"id":"portal","grants":[{"do":["lead.view","lead.edit"],"scope":"own"}]}"#.to_owned();
    let profiles = [profile("no", "own"), profile("team", "team"), profile("all", "all"), portal].join(",");
    let users = ["no", "team", "all", "portal"].map(|level| user(level, "east", level)).join(",")
        + ","
        + &user("mate", "east", "no")
        + ","
        + &user("far", "west", "no");
    let auth = auth(&users, &profiles, "");
    let can = |actor: &str, to: &str, owner: &str| {
        let question = format!(r#"{{"actor":"{actor}","do":"lead.reassign","to":{to}}}"#);
        ask(&auth, &question, Some(&whole(&auth, &format!(r#"{{"owner":"{owner}"}}"#)))).allowed
    };
    let table = [
        ("no", r#""no""#, "far", true),
        ("no", r#""mate""#, "far", false),
        ("no", r#""far""#, "far", true),
        ("team", r#""mate""#, "far", true),
        ("team", r#""far""#, "mate", false),
        ("all", r#""far""#, "mate", true),
        ("portal", r#""mate""#, "portal", false),
        ("portal", "null", "portal", false),
        ("portal", r#""portal""#, "portal", true),
    ];
    for (actor, to, owner, wanted) in table {
        assert_eq!(can(actor, to, owner), wanted, "{actor} gives what {owner} holds to {to}");
    }
}

/// Scenario 106: an agent sees what is theirs and what is nobody's; a superior (105) may hand around what those below hold.
#[test]
fn ready_profiles_compile_and_do_what_they_say() {
    let profiles = ready_profiles().unwrap().write();
    let users = [
        user("agent", "east1", "agent"),
        user("mate", "east1", "agent"),
        user("lead", "east", "teamLead"),
        user("office", "east", "officeAdmin"),
        user("company", "acme", "companyAdmin"),
        user("partner", "zeta", "partnerUser"),
        user("blind", "east1", ""),
    ];
    let auth = auth(&users.join(","), &profiles[1..profiles.len() - 1], "");
    let can = |actor: &str, verb: &str, to: &str, values: &str| {
        let question = format!(r#"{{"actor":"{actor}","do":"{verb}","to":"{to}"}}"#);
        ask(&auth, &question, Some(&whole(&auth, values))).allowed
    };
    let (own, mates, free, theirs) =
        (r#"{"owner":"agent","unit":"east1"}"#, r#"{"owner":"mate","unit":"east1"}"#, "{}", r#"{"owner":"partner"}"#);
    assert!(can("agent", "lead.view", "", own) && can("agent", "lead.view", "", free) && !can("agent", "lead.view", "", mates));
    assert!(can("agent", "lead.claim", "", free) && !can("agent", "rule.run", "", free));
    assert!(!can("agent", "lead.reassign", "mate", own));
    assert!(can("lead", "lead.reassign", "mate", own));
    assert!(!can("lead", "lead.reassign", "blind", own), "who sees no leads cannot have any");
    assert!(!can("lead", "lead.reassign", "mate", theirs));
    assert!(can("company", "rule.run", "", own) && !can("office", "rule.run", "", own));
    assert!(can("partner", "lead.edit", "", theirs) && !can("partner", "lead.reassign", "agent", theirs));
    assert!(!can("partner", "lead.claim", "", free));
    assert!(
        !ask(&auth, r#"{"actor":"agent","do":"lead.mass"}"#, None).allowed
            && ask(&auth, r#"{"actor":"lead","do":"lead.mass"}"#, None).allowed
    );
}
