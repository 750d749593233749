//! Loading fails closed: without a column, a mapping or an option of a valid load, or with one misspelt, nobody sees more leads and
//! nobody could be given more of them than before. Every door by which a column can be absent is tried: CSV, a JSON array, NDJSON, an
//! upsert into an empty table and one into a table with other leads.

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};
use proptest::prelude::*;

use crate::support::plan_world::json;

const CONFIG: &str = r#"{
  "version": 1,
  "fields": {
    "id": {"type": "text"}, "version": {"type": "number"}, "owner": {"type": "user", "label": "Agent"}, "officer": {"type": "user"},
    "unit": {"type": "unit"}, "access": {"type": "units"}, "pool": {"type": "choice"}, "run": {"type": "text"}, "region": {"type": "choice"},
    "secret": {"type": "boolean"}, "score": {"type": "number"}, "status": {"type": "choice"}, "stage": {"type": "choice"}, "name": {"type": "text"}
  },
  "lead": {"id": "id", "version": "version", "owner": "owner", "slots": ["officer"], "unit": "unit", "access": "access", "pool": "pool", "run": "run"},
  "lifecycle": {"reassignable": {"rules": [{"field": "status", "operator": "=", "value": "open"}]},
    "open": {"rules": [{"field": "stage", "operator": "!=", "value": "done"}]}},
  "org": [{"id": "north"}, {"id": "south"}],
  "pools": [{"id": "hot", "members": {"users": ["bob"]}}],
  "profiles": [
    {"id": "chief", "grants": [{"do": ["lead.view", "lead.edit", "lead.give", "lead.release", "lead.mass"], "scope": "all"},
      {"do": ["lead.view"], "scope": "all", "deny": true, "where": {"rules": [{"field": "secret", "operator": "=", "value": true}]}}]},
    {"id": "agent", "grants": [{"do": ["lead.view", "lead.edit"], "scope": "own"}, {"do": ["lead.view", "lead.claim"], "scope": "unowned",
      "where": {"rules": [{"field": "region", "operator": "!=", "value": "west"}]}}]},
    {"id": "lead", "grants": [{"do": ["lead.view"], "scope": "subtree"}]}
  ],
  "users": [
    {"id": "ann", "profiles": ["chief"], "unit": "north"},
    {"id": "bob", "profiles": ["agent"], "unit": "north", "accepts": {"rules": [{"field": "score", "operator": "<", "value": 2}]}},
    {"id": "cyd", "profiles": ["agent", "lead"], "unit": "south"}
  ]
}"#;

/// The header of each field in the input; the mapping says which is which where it is neither name nor label.
const HEADERS: [(&str, &str); 14] = [
    ("id", "id"),
    ("version", "Record Version"),
    ("owner", "Agent"),
    ("officer", "Loan Officer"),
    ("unit", "Branch"),
    ("access", "access"),
    ("pool", "pool"),
    ("run", "run"),
    ("region", "region"),
    ("secret", "secret"),
    ("score", "score"),
    ("status", "status"),
    ("stage", "Pipeline Stage"),
    ("name", "name"),
];

type Rows = Vec<[usize; 12]>;

/// The cells of a lead, `null` where the text is empty.
fn cells(nth: usize, picked: &[usize; 12]) -> Vec<String> {
    let pick = |words: &[&str], at: usize| words[picked[at] % words.len()].to_owned();
    vec![
        format!("{nth}"),
        format!("{}", picked[0]),
        pick(&["", "ann", "bob", "cyd"], 1),
        pick(&["", "bob", "cyd"], 2),
        pick(&["north", "south", ""], 3),
        pick(&["", "south"], 4),
        pick(&["", "hot"], 5),
        pick(&["", "r1"], 6),
        pick(&["west", "east"], 7),
        pick(&["true", "false"], 8),
        format!("{}", picked[9] % 4),
        pick(&["open", "shut"], 10),
        pick(&["new", "done"], 11),
        "A".to_owned(),
    ]
}

/// One load: its headers, and its options.
#[derive(Clone)]
struct Call {
    headers: Vec<Option<String>>,
    mapping: Vec<(String, String)>,
    absent: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Door {
    Csv,
    Array,
    Lines,
    IntoEmpty,
    IntoOthers,
}

impl Call {
    fn valid() -> Call {
        let mut mapping = Vec::new();
        for (field, header) in HEADERS.iter().filter(|(field, header)| field != header && *header != "Agent") {
            mapping.push((header.to_string(), field.to_string()));
        }
        Call { headers: HEADERS.iter().map(|(_, header)| Some(header.to_string())).collect(), mapping, absent: Vec::new() }
    }

    /// The same with one thing gone or misspelt.
    fn spoilt(&self) -> Vec<Call> {
        let mut out = Vec::new();
        for at in 0..self.headers.len() {
            for with in [None, Some("x"), Some("UPPER")] {
                let mut call = self.clone();
                let header = call.headers[at].clone().unwrap();
                call.headers[at] = with.map(|with| if with == "x" { format!("{header}_x") } else { header.to_uppercase() });
                out.push(call);
            }
        }
        for at in 0..self.mapping.len() {
            let mut call = self.clone();
            call.mapping.remove(at);
            out.push(call);
            for misspelt in [true, false] {
                let mut call = self.clone();
                let (key, field) = &mut call.mapping[at];
                if misspelt {
                    *key = key.to_lowercase()
                } else {
                    *field = format!("{field}x")
                }
                out.push(call);
            }
        }
        out
    }

    fn options(&self) -> Json {
        let columns = self.mapping.iter().map(|(key, field)| (key.clone(), field.as_str().into())).collect();
        Json::object([("columns", Json::Object(columns)), ("absent", self.absent.clone().into())])
    }

    fn text(&self, rows: &Rows, door: Door) -> String {
        let mut out = String::new();
        if let Door::Csv = door {
            let headers: Vec<&str> = self.headers.iter().flatten().map(String::as_str).collect();
            out += &(headers.join(",") + "\n");
        }
        let mut objects = Vec::new();
        for (nth, row) in rows.iter().enumerate() {
            let (mut object, mut line) = (Vec::new(), Vec::new());
            for (header, cell) in self.headers.iter().zip(cells(nth, row)) {
                if let Some(header) = header {
                    line.push(cell.clone());
                    object.push((header.clone(), if cell.is_empty() { Json::Null } else { cell.as_str().into() }));
                }
            }
            match door {
                Door::Csv => out += &(line.join(",") + "\n"),
                Door::Lines => out += &(Json::Object(object).write() + "\n"),
                _ => objects.push(Json::Object(object)),
            }
        }
        if objects.is_empty() { out } else { Json::List(objects).write() }
    }

    fn load(&self, workspace: &Workspace, rows: &Rows, door: Door) -> evenhand::error::Result<LeadTable> {
        let text = self.text(rows, door);
        let first: &[u8] = match door {
            Door::IntoEmpty => b"[]",
            Door::IntoOthers => {
                br#"[{"id":"other","version":1,"owner":"ann","officer":null,"unit":"north","access":null,"pool":null,"run":null,
                "region":"west","secret":false,"score":3,"status":"shut","stage":"new"}]"#
            }
            _ => return workspace.load(text.as_bytes(), &self.options(), Default::default()),
        };
        let mut table = workspace.load(first, &Json::Null, Default::default())?;
        let mut loader = workspace.upserting(&table, &self.options())?;
        loader.push(text.as_bytes())?;
        table.upsert(loader)?;
        Ok(table)
    }
}

/// Who sees which lead, and who could be given which.
fn reach(workspace: &Workspace, table: &LeadTable, rows: usize) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    for user in ["ann", "bob", "cyd"] {
        let viewer = Json::object([("actor", user.into())]);
        let seen = workspace.select(table, &Json::Null, &viewer).unwrap();
        for id in seen.ids(table, 0, usize::MAX).unwrap().as_list().unwrap() {
            out.push(("sees".to_owned(), user.to_owned(), id.as_text().unwrap().to_owned()));
        }
    }
    for id in 0..rows {
        let question = json(&format!(r#"{{"actor": "ann", "lead": "{id}", "now": 1700000000000}}"#));
        for decision in workspace.receivers(table, &question).unwrap().as_list().unwrap() {
            if decision.get("allowed") == Some(&Json::Bool(true)) {
                let user = decision.get("user").and_then(Json::as_text).unwrap();
                out.push(("receives".to_owned(), user.to_owned(), id.to_string()));
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_is_taken_away_or_misspelt_opens_nothing(rows in prop::collection::vec(prop::array::uniform12(0usize..12), 1..6)) {
        let workspace = Workspace::compile(&json(CONFIG)).unwrap();
        let valid = Call::valid();
        for door in [Door::Csv, Door::Array, Door::Lines, Door::IntoEmpty, Door::IntoOthers] {
            let before = reach(&workspace, &valid.load(&workspace, &rows, door).unwrap(), rows.len());
            let (mut refused, mut loaded) = (0, 0);
            for call in valid.spoilt() {
                match call.load(&workspace, &rows, door) {
                    Err(_) => refused += 1,
                    Ok(table) => {
                        loaded += 1;
                        for found in reach(&workspace, &table, rows.len()) {
                            prop_assert!(before.contains(&found), "{door:?}: {found:?} with {:?} {:?}", call.headers, call.mapping);
                        }
                    }
                }
            }
            // A test in which nothing was refused, or nothing loaded, would show nothing.
            prop_assert!(refused > 30 && loaded > 0, "{refused} {loaded}");
        }
    }

    #[test]
    fn what_is_said_to_be_absent_must_be_said(rows in prop::collection::vec(prop::array::uniform12(0usize..12), 1..4)) {
        let workspace = Workspace::compile(&json(CONFIG)).unwrap();
        for (at, header) in HEADERS.iter().enumerate().take(HEADERS.len() - 1).skip(1) {
            let mut call = Call::valid();
            call.headers[at] = None;
            call.absent = vec![header.0.to_owned()];
            for door in [Door::Csv, Door::Array, Door::Lines, Door::IntoEmpty, Door::IntoOthers] {
                prop_assert!(call.load(&workspace, &rows, door).is_ok());
                let mut silent = call.clone();
                silent.absent.clear();
                prop_assert_eq!(silent.load(&workspace, &rows, door).err().map(|error| error.code), Some("column_missing"));
            }
        }
    }
}
