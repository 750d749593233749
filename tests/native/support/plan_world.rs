//! Small random worlds for tests of plans: people, permissions, leads and commands, all from one seed.

use crate::support::dice;

pub use dice::Dice;
use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

/// Parses JSON that a test wrote.
pub fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The users of every world; `s` is a service, `x` left the configuration long ago.
pub const USERS: [&str; 6] = ["u0", "u1", "u2", "u3", "u4", "s"];
const SCOPES: [&str; 7] = ["own", "team", "subtree", "company", "all", "unowned", "all"];
const STATUS: [&str; 3] = ["new", "open", "done"];
const UNITS: [&str; 5] = ["acme", "north", "south", "beta", "east"];
/// The fields of a lead, in the order in which worlds name them.
const FIELDS: [(&str, &str); 14] = [
    ("id", "text"),
    ("version", "number"),
    ("owner", "user"),
    ("agent", "user"),
    ("primary", "user"),
    ("unit", "unit"),
    ("access", "units"),
    ("pool", "choice"),
    ("status", "choice"),
    ("score", "number"),
    ("run", "text"),
    ("assignedAt", "datetime"),
    ("previousOwners", "tags"),
    ("notified", "tags"),
];

/// A configuration and leads, as text.
#[derive(Debug)]
pub struct World {
    pub config: String,
    pub rows: Vec<String>,
    pub ids: Vec<String>,
}

fn or_null(dice: &mut Dice, words: &[&str]) -> String {
    if dice.one_in(3) { "null".to_owned() } else { format!("\"{}\"", dice.of(words)) }
}

impl World {
    /// A world; `versioned` leads are guarded by a version.
    pub fn new(dice: &mut Dice) -> World {
        let versioned = !dice.one_in(3);
        let fields: Vec<String> = FIELDS
            .iter()
            .filter(|(name, _)| versioned || *name != "version")
            .map(|(name, kind)| format!(r#""{name}": {{"type": "{kind}"}}"#))
            .collect();
        let mut grants = Vec::new();
        for verb in ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"] {
            let scope = if dice.one_in(3) { dice.of(&SCOPES) } else { "all" };
            let filter = if dice.one_in(6) {
                format!(r#", "where": {{"rules": [{{"field": "status", "operator": "!=", "value": "{}"}}]}}"#, dice.of(&STATUS))
            } else {
                String::new()
            };
            grants.push(format!(r#"{{"do": ["{verb}"], "scope": "{scope}"{filter}}}"#));
            if dice.one_in(8) {
                grants.push(format!(r#"{{"do": ["{verb}"], "scope": "{}", "deny": true}}"#, dice.of(&SCOPES)));
            }
        }
        grants.push(r#"{"do": ["plan.undo"], "scope": "all"}"#.to_owned());
        if dice.one_in(2) {
            grants.push(format!(r#"{{"do": ["lead.claim"], "scope": "{}"}}"#, dice.of(&SCOPES)));
        }
        let mut users = Vec::new();
        for user in USERS {
            let mut out = format!(r#""id": "{user}", "profiles": ["{}"]"#, if user == "u0" || dice.one_in(3) { "actor" } else { "seer" });
            if dice.one_in(5) {
                out += r#", "active": false"#;
            }
            if user == "s" {
                out += r#", "kind": "service""#;
            }
            if !dice.one_in(4) {
                out += &format!(r#", "unit": "{}""#, dice.of(&UNITS));
            }
            if dice.one_in(3) {
                out += &format!(r#", "capacity": {}"#, dice.roll(6));
            }
            if dice.one_in(4) {
                out += &format!(r#", "accepts": {{"rules": [{{"field": "score", "operator": "<", "value": {}}}]}}"#, dice.roll(10));
            }
            users.push(format!("{{{out}}}"));
        }
        let seen = if dice.one_in(3) { dice.of(&SCOPES) } else { "all" };
        let mode = dice.of(&["allow", "grant_access", "duplicate", "deny"]);
        let mut cycle = vec![
            r#""onAssign": {"status": "open"}"#.to_owned(),
            r#""onDeactivate": {"status": "done"}"#.to_owned(),
            r#""onCopy": {"score": 0}"#.to_owned(),
        ];
        if dice.one_in(2) {
            cycle.push(r#""open": {"rules": [{"field": "status", "operator": "!=", "value": "done"}]}"#.to_owned());
        }
        if dice.one_in(3) {
            cycle.push(r#""reassignable": {"rules": [{"field": "score", "operator": ">", "value": 2}]}"#.to_owned());
        }
        if dice.one_in(2) {
            cycle.push(format!(r#""boundary": {{"kind": "company", "mode": "{mode}"}}"#));
        }
        let config = format!(
            r#"{{"version": 1, "fields": {{{}}},
            "lead": {{"id": "id", {}"owner": "owner", "slots": [{{"field": "agent", "holders": {{"users": ["u0", "u1", "u2", "u3"]}}}}],
              "primary": "primary", "unit": "unit", "access": "access", "pool": "pool", "status": "status", "run": "run",
              "assignedAt": "assignedAt", "previousOwners": "previousOwners", "notified": "notified"}},
            "lifecycle": {{{}}},
            "org": [{{"id": "acme", "kind": "company"}}, {{"id": "north", "parent": "acme"}}, {{"id": "south", "parent": "acme"}},
              {{"id": "beta", "kind": "company"}}, {{"id": "east", "parent": "beta"}}],
            "pools": [{{"id": "p1", "members": {{"users": ["u0", "u1"]}}}}, {{"id": "p2"}}],
            "profiles": [{{"id": "actor", "grants": [{}]}}, {{"id": "seer", "grants": [{{"do": ["lead.view"], "scope": "{seen}"}}]}}],
            "groups": [{{"id": "g", "name": "G", "members": {{"users": ["u1", "u2", "u3"]}}, "method": {{"type": "least_recent"}}}}],
            "users": [{}]}}"#,
            fields.join(", "),
            if versioned { r#""version": "version", "# } else { "" },
            cycle.join(", "),
            grants.join(", "),
            users.join(", "),
        );
        let mut rows = Vec::new();
        let mut ids = Vec::new();
        let holders = ["u0", "u1", "u2", "u3", "u4", "x"];
        for at in 0..1 + dice.roll(12) {
            let id = format!("lead-{at:02}");
            let mut row = format!(
                r#"{{"id": "{id}", "owner": {}, "agent": {}, "primary": {}, "unit": {}, "pool": {}, "status": {}, "score": {}"#,
                or_null(dice, &holders),
                or_null(dice, &holders),
                or_null(dice, &holders),
                or_null(dice, &UNITS),
                if dice.one_in(4) { "\"p1\"" } else { "null" },
                or_null(dice, &STATUS),
                dice.roll(12),
            );
            if versioned && !dice.one_in(6) {
                row += &format!(r#", "version": {}"#, 1 + dice.roll(5));
            }
            if dice.one_in(6) {
                row += r#", "run": "r1""#;
            }
            if dice.one_in(3) {
                row += &format!(r#", "access": ["{}"]"#, dice.of(&["acme", "beta"]));
            }
            if dice.one_in(3) {
                row += &format!(r#", "previousOwners": ["{}", "u9"], "notified": ["{}"]"#, dice.of(&holders), dice.of(&holders));
            }
            rows.push(row + "}");
            ids.push(id);
        }
        World { config, rows, ids }
    }

    /// The same configuration with the keys of `fields` the other way round.
    pub fn turned(&self) -> String {
        let Json::Object(mut pairs) = json(&self.config) else { panic!("a configuration is an object") };
        for (key, value) in &mut pairs {
            if let (true, Json::Object(fields)) = (key == "fields", value) {
                fields.reverse();
            }
        }
        Json::Object(pairs).write()
    }

    /// The leads in a table; backwards if asked.
    pub fn load(&self, workspace: &Workspace, backwards: Backwards) -> LeadTable {
        let mut rows: Vec<&str> = self.rows.iter().map(String::as_str).collect();
        if backwards == Backwards::Yes {
            rows.reverse();
        }
        // A small world may have no row with a value for some field.
        let names = workspace.config().get("fields").and_then(Json::as_object).unwrap_or_default();
        let absent: Vec<Json> = names.iter().map(|(name, _)| name.as_str().into()).collect();
        let options = Json::object([("format", "json".into()), ("absent", Json::List(absent))]);
        workspace.load(format!("[{}]", rows.join(",")).as_bytes(), &options, Default::default()).unwrap()
    }

    /// Ids: mostly of the world, some twice, some of nothing.
    fn some_ids(&self, dice: &mut Dice) -> String {
        let count = 1 + dice.roll(self.ids.len() as u64 + 2);
        let id = |dice: &mut Dice| match dice.roll(12) {
            0 => "nobody-knows".to_owned(),
            _ => self.ids[dice.roll(self.ids.len() as u64) as usize].clone(),
        };
        let mut ids: Vec<String> = if dice.one_in(2) { self.ids.clone() } else { (0..count).map(|_| id(dice)).collect() };
        if dice.one_in(4) {
            ids.reverse();
        }
        format!(r#"{{"ids": [{}]}}"#, ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(","))
    }

    fn leads(&self, dice: &mut Dice) -> String {
        match dice.roll(4) {
            0 => r#"{"filter": {"rules": []}}"#.to_owned(),
            1 => format!(r#"{{"filter": {{"rules": [{{"field": "status", "operator": "!=", "value": "{}"}}]}}}}"#, dice.of(&STATUS)),
            _ => self.some_ids(dice),
        }
    }

    /// A split among some people.
    pub fn split(&self, dice: &mut Dice) -> String {
        let mut people: Vec<&str> = USERS[..5].iter().copied().filter(|_| !dice.one_in(2)).collect();
        if people.is_empty() {
            people.push("u1");
        }
        let person = |dice: &mut Dice, user: &str| match dice.roll(4) {
            0 => format!(r#"{{"user": "{user}", "weight": {}}}"#, 1 + dice.roll(4)),
            1 => format!(r#"{{"user": "{user}", "cap": {}}}"#, dice.roll(4)),
            _ => format!("\"{user}\""),
        };
        let people: Vec<String> = people.into_iter().map(|user| person(dice, user)).collect();
        let slot = if dice.one_in(4) { r#", "slot": "agent""# } else { "" };
        format!(
            r#"{{"to": [{}]{slot}, "even": "{}", "order": "{}", "keep": {}}}"#,
            people.join(","),
            dice.of(&["dealt", "total"]),
            dice.of(&["deal", "block"]),
            dice.one_in(2),
        )
    }

    /// A command.
    pub fn command(&self, dice: &mut Dice) -> String {
        let user = |dice: &mut Dice| dice.of(&USERS).to_owned();
        match dice.roll(10) {
            0 => format!(r#"{{"type": "unassign", "leads": {}, "slot": "{}"}}"#, self.leads(dice), dice.of(&["owner", "agent"])),
            1 => format!(r#"{{"type": "deactivate", "leads": {}}}"#, self.leads(dice)),
            2 | 3 => format!(r#"{{"type": "split", "leads": {}, "split": {}}}"#, self.leads(dice), self.split(dice)),
            4 => format!(
                r#"{{"type": "mass_edit", "leads": {}, "set": {{"score": {}}}, "slots": {{"agent": {}}}, "note": {{"type": "call", "text": "hi"}}}}"#,
                self.leads(dice),
                dice.roll(5),
                or_null(dice, &USERS)
            ),
            5 => format!(
                r#"{{"type": "reclaim", "from": ["{}", "x"]{}}}"#,
                user(dice),
                dice.of(&["", r#", "slot": "all""#, r#", "pool": "p2""#])
            ),
            6 => r#"{"type": "rebalance", "users": ["u1", "u2", "u3"]}"#.to_owned(),
            7 => format!(r#"{{"type": "claim_from_pool", "lead": "{}"}}"#, self.ids[dice.roll(self.ids.len() as u64) as usize]),
            8 => format!(
                r#"{{"type": "transfer", "lead": "{}", "unit": "{}", "newId": "copy-of-it"{}}}"#,
                self.ids[dice.roll(self.ids.len() as u64) as usize],
                dice.of(&UNITS),
                if dice.one_in(2) { format!(r#", "user": "{}""#, user(dice)) } else { String::new() }
            ),
            _ => format!(
                r#"{{"type": "assign", "leads": {}, "to": "{}", "slot": "{}"}}"#,
                self.leads(dice),
                user(dice),
                dice.of(&["owner", "agent"])
            ),
        }
    }
}

/// In which order leads are loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Backwards {
    Yes,
    No,
}
