//! Long interleavings through the real commands: plans that are made of a store with compare-and-set, stay under way, come late, twice or
//! never, while people come, go, pause and edit. After every write the store holds what offers promise; and a plan that is made of no more
//! than `needs` names is the same plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::workspace::{Attachments, LeadTable, Workspace};

use crate::support::dice::Dice;

const LEADS: usize = 5;
const PEOPLE: [&str; 5] = ["a", "b", "c", "d", "e"];
const OPTIONS: &str = r#"{"format": "json", "absent": ["version", "owner", "run", "note", "rule", "assigned"]}"#;
const BASE: i64 = 1_772_442_000_000;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{error:?} in {text}"))
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_text).unwrap_or_default()
}

fn list<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json.get(key).and_then(Json::as_list).unwrap_or_default()
}

#[derive(Clone)]
struct Person {
    active: bool,
    paused: bool,
    capacity: Option<u64>,
    /// In which of the groups.
    groups: [bool; 3],
    known: bool,
}

struct Flight {
    plan: Plan,
    told: Json,
}

struct Store {
    dice: Dice,
    people: Vec<Person>,
    groups: [String; 3],
    default: bool,
    now: i64,
    workspace: Workspace,
    table: LeadTable,
    state: BTreeMap<String, (i64, Json)>,
    in_flight: Vec<Flight>,
    /// Endings that the timeline told, by run.
    endings: BTreeMap<String, usize>,
    /// Who was ever asked, by run.
    asked: BTreeMap<String, BTreeSet<String>>,
    counts: Counts,
}

#[derive(Default, Debug)]
struct Counts {
    planned: usize,
    written: usize,
    lost: usize,
    refused: BTreeMap<String, usize>,
    ended: BTreeMap<String, usize>,
    held: usize,
    retired: usize,
    spared: usize,
}

fn compile(people: &[Person], groups: &[String; 3], default: bool) -> Workspace {
    let mut users = String::from(r#"{"id": "boss", "profiles": ["all"]}, {"id": "z", "profiles": ["own"]}"#);
    let mut members = [const { String::new() }; 3];
    for (id, person) in PEOPLE.iter().zip(people).filter(|(_, person)| person.known) {
        let capacity = person.capacity.map(|capacity| format!(r#", "capacity": {capacity}"#)).unwrap_or_default();
        let _ =
            write!(users, r#", {{"id": "{id}", "profiles": ["own"], "active": {}, "paused": {}{capacity}}}"#, person.active, person.paused);
        for (list, is_in) in members.iter_mut().zip(person.groups) {
            if is_in {
                let _ = write!(list, r#"{}"{id}""#, if list.is_empty() { "" } else { ", " });
            }
        }
    }
    let mut all = String::new();
    for (at, (method, members)) in groups.iter().zip(&members).enumerate() {
        let members = if members.is_empty() { r#""z""# } else { members };
        let default = if default { r#", "defaultAssignee": "z""# } else { "" };
        let _ = write!(
            all,
            r#"{}{{"id": "g{at}", "name": "G{at}", "members": {{"users": [{members}]}}, "method": {method}{default}}}"#,
            if at == 0 { "" } else { ", " }
        );
    }
    let config = format!(
        r#"{{"version": 1, "fields": {{"id": {{"type": "text"}}, "version": {{"type": "number"}}, "owner": {{"type": "user"}},
            "run": {{"type": "text"}}, "note": {{"type": "text"}}, "rule": {{"type": "text"}}, "assigned": {{"type": "datetime"}}}},
          "lead": {{"id": "id", "version": "version", "owner": "owner", "run": "run", "routedBy": "rule", "assignedAt": "assigned"}},
          "lifecycle": {{"retireAfterMinutes": 40}},
          "profiles": [{{"id": "all", "grants": [{{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "rule.run",
            "group.trigger", "group.cancel"], "scope": "all"}}]}}, {{"id": "own", "grants": [{{"do": ["lead.view"], "scope": "own"}}]}}],
          "rules": [{{"id": "r0", "when": {{"rules": [{{"field": "id", "operator": "in", "value": ["l0", "l1"]}}]}}, "to": {{"group": "g0"}}, "overwriteOwner": true}},
            {{"id": "r1", "to": {{"group": "turns"}}}}],
          "groups": [{all}, {{"id": "turns", "name": "T", "members": {{"users": ["z"{}]}}, "method": {{"type": "round_robin"}}, "capacity": 1, "onNobody": [{{"to": "hold"}}]}}],
          "users": [{users}]}}"#,
        if people[0].known { r#", "a""# } else { "" }
    );
    Workspace::compile(&json(&config)).unwrap()
}

fn method(dice: &mut Dice) -> String {
    let minutes = 1 + dice.below(4);
    let run = if dice.below(3) == 0 { format!(r#", "runMinutes": {}"#, 1 + dice.below(9)) } else { String::new() };
    let rest = if dice.below(3) == 0 { format!(r#", "restSeconds": {}"#, dice.below(200)) } else { String::new() };
    if dice.below(2) == 0 {
        format!(r#"{{"type": "sequential_offer", "minutes": {minutes}, "passes": {}{run}{rest}}}"#, 1 + dice.below(2))
    } else {
        let reopen = if dice.below(2) == 0 { format!(r#", "reopenMinutes": {}"#, 1 + dice.below(2)) } else { String::new() };
        let anonymous = dice.below(2) == 0;
        format!(r#"{{"type": "broadcast_offer", "minutes": {minutes}, "anonymous": {anonymous}{reopen}{run}{rest}}}"#)
    }
}

impl Store {
    fn new(seed: u64) -> Store {
        let mut dice = Dice(seed);
        let mut people = Vec::new();
        for _ in PEOPLE {
            let capacity = (dice.below(2) == 0).then(|| 1 + dice.below(2) as u64);
            people.push(Person {
                active: true,
                paused: false,
                capacity,
                groups: [dice.below(4) > 0, dice.below(4) > 0, true],
                known: true,
            });
        }
        let groups = [method(&mut dice), method(&mut dice), method(&mut dice)];
        let default = dice.below(3) > 0;
        let workspace = compile(&people, &groups, default);
        let rows: Vec<String> = (0..LEADS).map(|at| format!(r#"{{"id": "l{at}", "version": 1}}"#)).collect();
        let table = workspace.load(format!("[{}]", rows.join(",")).as_bytes(), &json(OPTIONS), Default::default()).unwrap();
        Store {
            dice,
            people,
            groups,
            default,
            now: BASE,
            workspace,
            table,
            state: BTreeMap::new(),
            in_flight: Vec::new(),
            endings: BTreeMap::new(),
            asked: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    fn rows(&self) -> Vec<Json> {
        let viewer = json(r#"{"actor": null}"#);
        (0..LEADS).map(|at| self.workspace.get(&self.table, &format!("l{at}"), &viewer).unwrap().unwrap()).collect()
    }

    fn state_json(&self, wanted: impl Fn(&str) -> bool) -> Json {
        let mut out = Vec::new();
        for (key, (version, value)) in self.state.iter().filter(|(key, _)| wanted(key)) {
            out.push((key.clone(), Json::object([("version", (*version).into()), ("value", value.clone())])));
        }
        Json::Object(out)
    }

    fn runs(&self, open: bool) -> Vec<(String, Json)> {
        let mut out = Vec::new();
        for (key, (_, value)) in self.state.range("run/".to_owned()..).take_while(|(key, _)| key.starts_with("run/")) {
            if !open || text(value, "status") == "offered" {
                out.push((key["run/".len()..].to_owned(), value.clone()));
            }
        }
        out
    }

    /// The people whose open leads are counted, and how many they have.
    fn loads(&self) -> Json {
        let mut out: BTreeMap<String, i64> = BTreeMap::new();
        for row in self.rows() {
            *out.entry(text(&row, "owner").to_owned()).or_default() += 1;
        }
        Json::Object(out.into_iter().filter(|(user, _)| !user.is_empty()).map(|(user, count)| (user, count.into())).collect())
    }

    fn context(&self, actor: &str, state: Json, partial: bool) -> Json {
        let mut pairs = vec![("actor".to_owned(), actor.into()), ("now".to_owned(), self.now.into()), ("state".to_owned(), state)];
        pairs.push(("load".to_owned(), self.loads()));
        if partial {
            pairs.push(("partialState".to_owned(), true.into()));
        }
        Json::Object(pairs)
    }

    /// A plan of no more than `needs` names, asked until it names nothing new.
    fn plan_of_needs(&mut self, actor: &str, command: &Json) -> Json {
        let (mut keys, mut prefixes): (BTreeSet<String>, BTreeSet<String>) = Default::default();
        let (mut known, mut leads);
        loop {
            let mut given = match self
                .state_json(|key| keys.contains(key) || prefixes.iter().any(|prefix: &String| key.starts_with(prefix.as_str())))
            {
                Json::Object(pairs) => pairs,
                other => panic!("{}", other.write()),
            };
            for key in &keys {
                if !self.state.contains_key(key) {
                    given.push((key.clone(), Json::Null));
                }
            }
            known = Json::Object(given);
            let needs = self.workspace.needs(command, &self.context(actor, known.clone(), true), Attachments::default()).unwrap();
            let before = keys.len() + prefixes.len();
            keys.extend(needs.keys.iter().cloned());
            prefixes.extend(needs.prefixes.iter().cloned());
            leads = needs;
            if keys.len() + prefixes.len() == before {
                break;
            }
        }
        let wanted: Vec<Json> = match leads.filter() {
            None => {
                let ids: Vec<Json> = list(&leads.to_json().get("leads").cloned().unwrap_or_default(), "ids").to_vec();
                self.rows().into_iter().filter(|row| ids.contains(row.get("id").unwrap())).collect()
            }
            Some(query) => {
                let filter = self.workspace.filter_of(query);
                let options = Json::object([("now", self.now.into()), ("actor", actor.into())]);
                self.rows().into_iter().filter(|row| filter.matches(row, &options).unwrap()).collect()
            }
        };
        self.counts.spared += LEADS - wanted.len();
        let table = self.workspace.load(Json::List(wanted).write().as_bytes(), &json(OPTIONS), Default::default()).unwrap();
        self.workspace.plan(&table, command, None, &self.context(actor, known, true), Attachments::default()).unwrap().to_json()
    }

    fn plan(&mut self, actor: &str, command: &str) {
        if PEOPLE.iter().zip(&self.people).any(|(id, person)| *id == actor && !person.known) {
            return;
        }
        let command = json(command);
        let context = self.context(actor, self.state_json(|_| true), false);
        let plan = self.workspace.plan(&self.table, &command, None, &context, Attachments::default()).unwrap();
        let told = plan.to_json();
        self.counts.planned += 1;
        if text(&command, "type") != "assign" {
            assert_eq!(
                self.plan_of_needs(actor, &command).write(),
                told.write(),
                "what is needed is all that is read: {}",
                command.write()
            );
        }
        self.check_secret(actor, &command, &told);
        for drop in list(&told, "dropped") {
            *self.counts.refused.entry(text(drop, "code").to_owned()).or_default() += 1;
        }
        if list(&told, "runs").is_empty() && list(&told, "changes").is_empty() {
            let written: Vec<&str> = list(&told, "state").iter().map(|change| text(change, "key")).collect();
            let quiet = |key: &&str| key.starts_with("done/") || (text(&command, "type") == "sweep" || text(&command, "type") == "route");
            assert!(written.iter().all(quiet), "what is refused changes nothing: {}", told.write());
        }
        self.in_flight.push(Flight { plan, told });
    }

    /// Whether nothing that a plan was made of has changed.
    fn holds(&self, told: &Json) -> bool {
        let version = |key: &str| self.state.get(key).map(|(version, _)| *version);
        #[expect(clippy::cast_possible_truncation)]
        let expect = |json: &Json, key: &str| json.get(key).and_then(Json::as_number).map(|version| version as i64);
        let states = list(told, "state").iter().all(|change| version(text(change, "key")) == expect(change, "expect"));
        let reads = list(told, "reads").iter().all(|read| version(text(read, "key")) == expect(read, "version"));
        let rows = self.rows();
        let row = |id: &str| rows.iter().find(|row| text(row, "id") == id);
        let leads = list(told, "changes")
            .iter()
            .all(|change| row(text(change, "lead")).is_some_and(|row| row.get("version") == change.get("expect")));
        states && reads && leads
    }

    fn deliver(&mut self, at: usize, again: bool) {
        if !self.holds(&self.in_flight[at].told) {
            self.in_flight.swap_remove(at);
            self.counts.lost += 1;
            return;
        }
        let Flight { plan, told } = &self.in_flight[at];
        for change in list(told, "state") {
            let version = change.get("version").and_then(Json::as_number).unwrap();
            #[expect(clippy::cast_possible_truncation)]
            self.state.insert(text(change, "key").to_owned(), (version as i64, change.get("value").cloned().unwrap_or_default()));
        }
        let applied = self.workspace.apply_plan(&mut self.table, plan).unwrap();
        assert_eq!((applied.changed, applied.refused.len()), (list(told, "changes").len(), 0));
        let kind = told.get("command").map(|command| text(command, "type").to_owned()).unwrap_or_default();
        for entry in list(told, "timeline") {
            let offer = entry.get("data").and_then(|data| data.get("offer"));
            if let Some(offer) = offer.filter(|offer| !["offered", "assigned"].contains(&text(offer, "status"))) {
                *self.endings.entry(text(offer, "id").to_owned()).or_default() += 1;
                *self.counts.ended.entry(text(offer, "status").to_owned()).or_default() += 1;
            }
            if kind == "sweep" && offer.is_none() {
                let lost = entry.get("data").and_then(|data| data.get("owner")).and_then(|owner| owner.get("to")).is_none_or(Json::is_null);
                *(if lost { &mut self.counts.retired } else { &mut self.counts.held }) += 1;
            }
        }
        for run in list(told, "runs") {
            let asked = self.asked.entry(text(run, "id").to_owned()).or_default();
            asked.extend(list(run, "offeredTo").iter().filter_map(Json::as_text).map(str::to_owned));
        }
        self.check_capacity(&self.in_flight[at].told);
        // A plan that came through is not let in again: its own mark stands.
        if !again {
            self.in_flight.swap_remove(at);
        }
        self.counts.written += 1;
        self.check();
    }

    /// What holds after every write.
    fn check(&self) {
        let rows = self.rows();
        let runs = self.runs(false);
        let mut holders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut due = BTreeSet::new();
        for (id, run) in &runs {
            let open = text(run, "status") == "offered";
            let row = rows.iter().find(|row| text(row, "id") == text(run, "lead")).unwrap();
            assert_eq!(text(row, "run") == id, open, "the lead is locked while the run is open: {}", run.write());
            assert_eq!(
                self.endings.get(id).copied().unwrap_or(0),
                usize::from(!open),
                "exactly one entry tells the end of {}",
                run.write()
            );
            let claims = list(run, "history").iter().filter(|answer| text(answer, "outcome") == "claimed").count();
            assert_eq!(claims, usize::from(text(run, "status") == "claimed"), "one winner: {}", run.write());
            assert_eq!(
                ["claimed", "defaulted"].contains(&text(run, "status")),
                !text(run, "assignee").is_empty() && text(run, "status") != "cancelled"
            );
            if open {
                assert!(!list(run, "offeredTo").is_empty());
                let (at, window) =
                    (run.get("expiresAt").and_then(Json::as_number).unwrap(), run.get("opened").unwrap().get("window").unwrap());
                #[expect(clippy::cast_possible_truncation)]
                due.insert(format!("due/{:016x}/{id}.{}", (at as i64).cast_unsigned() ^ (1 << 63), window.write()));
                if text(run, "kind") == "sequential" {
                    let holder = list(run, "offeredTo")[0].as_text().unwrap();
                    holders.entry(holder).or_default().insert(id);
                }
            }
        }
        for row in rows.iter().filter(|row| !text(row, "run").is_empty()) {
            assert!(runs.iter().any(|(id, _)| id == text(row, "run")), "no lock without a run");
        }
        let standing: BTreeSet<String> =
            self.state.iter().filter(|(key, (_, value))| key.starts_with("due/") && !value.is_null()).map(|(key, _)| key.clone()).collect();
        assert_eq!(standing, due, "each open run is due once");
        for (key, (_, value)) in self.state.range("user/".to_owned()..).take_while(|(key, _)| key.starts_with("user/")) {
            let offers: BTreeSet<&str> = list(value, "offers").iter().map(|offer| text(offer, "run")).collect();
            assert_eq!(
                offers,
                holders.remove(&key["user/".len()..]).unwrap_or_default(),
                "an open offer takes one of the capacity of {key}"
            );
        }
        assert!(holders.is_empty());
    }

    /// Nobody was offered a lead past their capacity by the plan that has just been written.
    fn check_capacity(&self, told: &Json) {
        let rows = self.rows();
        for run in list(told, "runs").iter().filter(|run| text(run, "status") == "offered") {
            let Some((_, stored)) = list(told, "state")
                .iter()
                .map(|change| (text(change, "key"), change.get("value").unwrap_or(&Json::Null)))
                .find(|(key, _)| key.strip_prefix("run/") == Some(text(run, "id")))
            else {
                continue;
            };
            if text(stored, "kind") != "sequential" {
                continue;
            }
            let holder = list(stored, "offeredTo")[0].as_text().unwrap();
            let Some(most) = PEOPLE.iter().position(|id| *id == holder).and_then(|at| self.people[at].capacity) else { continue };
            let owned = rows.iter().filter(|row| text(row, "owner") == holder).count();
            let others = self.runs(true).into_iter().filter(|(id, other)| {
                id != text(run, "id") && text(other, "kind") == "sequential" && list(other, "offeredTo")[0].as_text() == Some(holder)
            });
            assert!(((owned + others.count()) as u64) < most, "{holder} is offered more than they may hold: {}", told.write());
        }
    }

    /// Whoever was ever asked in a run knows of it; whoever was not, and does not see its lead, hears that there is none.
    fn check_secret(&self, actor: &str, command: &Json, told: &Json) {
        let answers = ["claim", "decline"].contains(&text(command, "type"));
        if actor == "boss" || !answers || !list(told, "refused").is_empty() {
            return;
        }
        let id = text(command, "run");
        let lead = self.state.get(&format!("run/{id}")).map(|(_, run)| text(run, "lead").to_owned()).unwrap_or_default();
        let sees = self.rows().iter().any(|row| text(row, "id") == lead && text(row, "owner") == actor);
        let asked = self.asked.get(id).is_some_and(|asked| asked.contains(actor));
        let unknown = list(told, "dropped").iter().any(|drop| text(drop, "code") == "unknown_run");
        assert_eq!(unknown, !sees && !asked, "{actor}: {}", told.write());
    }

    fn step(&mut self) {
        let runs = self.runs(false);
        let pick = |dice: &mut Dice| (!runs.is_empty()).then(|| runs[dice.below(runs.len())].clone());
        let lead = self.dice.below(LEADS);
        match self.dice.below(40) {
            0..=4 => {
                let group = self.dice.below(3);
                self.plan("boss", &format!(r#"{{"type": "start_group", "leads": {{"ids": ["l{lead}"]}}, "group": "g{group}"}}"#));
            }
            5..=6 => self.plan("boss", r#"{"type": "route", "leads": {"ids": ["l0", "l1", "l2", "l3", "l4"]}}"#),
            7..=13 => {
                let Some((id, run)) = pick(&mut self.dice) else { return };
                let holders = list(&run, "offeredTo");
                let somebody = PEOPLE[self.dice.below(PEOPLE.len())];
                let who = if !holders.is_empty() && self.dice.below(4) > 0 {
                    holders[self.dice.below(holders.len())].as_text().unwrap().to_owned()
                } else {
                    somebody.to_owned()
                };
                let word = if self.dice.below(5) < 2 { "claim" } else { "decline" };
                self.plan(&who, &format!(r#"{{"type": "{word}", "run": "{id}"}}"#));
            }
            14..=19 => {
                let limit = if self.dice.below(4) == 0 { r#", "limit": 1"# } else { "" };
                self.plan("boss", &format!(r#"{{"type": "sweep"{limit}}}"#));
            }
            20 => {
                let Some((id, _)) = pick(&mut self.dice) else { return };
                let to = if self.dice.below(2) == 0 { r#", "to": "z""# } else { "" };
                self.plan("boss", &format!(r#"{{"type": "cancel_run", "run": "{id}"{to}}}"#));
            }
            21 => {
                // By hand nobody's capacity binds, so that it is passed only where there is none.
                let to = if self.dice.below(3) == 0 || self.people[0].capacity.is_some() { "z" } else { "a" };
                if self.people[0].known {
                    self.plan("boss", &format!(r#"{{"type": "assign", "leads": {{"ids": ["l{lead}"]}}, "to": "{to}"}}"#));
                }
            }
            22 => self
                .plan("boss", &format!(r#"{{"type": "mass_edit", "leads": {{"ids": ["l{lead}"]}}, "set": {{"note": "n{}"}}}}"#, self.now)),
            23..=30 if !self.in_flight.is_empty() => {
                let newest = self.in_flight.len() - 1;
                let at = newest - self.dice.below(self.in_flight.len().min(4));
                let again = self.dice.below(5) == 0;
                self.deliver(at, again);
            }
            31 if !self.in_flight.is_empty() => {
                let at = self.dice.below(self.in_flight.len());
                self.in_flight.swap_remove(at);
            }
            32..=35 => self.now += self.dice.below(120_000) as i64,
            36 => self.now += [1, 59_999, 60_000, 60_001, 2_400_000][self.dice.below(5)],
            37 => self.now -= self.dice.below(90_000) as i64,
            38 | 39 => {
                let at = self.dice.below(PEOPLE.len());
                let person = &mut self.people[at];
                match self.dice.below(5) {
                    0 => person.active = !person.active,
                    1 => person.paused = !person.paused,
                    2 => person.known = !person.known || at == 0,
                    3 => person.groups[self.dice.below(3)] ^= true,
                    _ => self.default = !self.default,
                }
                let rows = Json::List(self.rows());
                self.workspace = compile(&self.people, &self.groups, self.default);
                self.table = self.workspace.load(rows.write().as_bytes(), &json(OPTIONS), Default::default()).unwrap();
                // What was planned under another configuration is not verified under this one.
                self.in_flight.clear();
            }
            _ => {}
        }
    }

    /// Sweeps alone, in time, end all that is open.
    fn sweep_to_the_end(&mut self) {
        self.in_flight.clear();
        for _ in 0..80 {
            self.plan("boss", r#"{"type": "sweep"}"#);
            self.deliver(0, false);
            self.in_flight.clear();
            self.now += 60_000;
            if self.runs(true).is_empty() {
                return;
            }
        }
        panic!("a run is left open: {:?}", self.runs(true));
    }
}

#[test]
fn long_interleavings_of_the_real_commands() {
    let many: u64 = std::env::var("EVENHAND_OFFERS").ok().and_then(|many| many.parse().ok()).unwrap_or(60);
    let mut counts = Counts::default();
    for seed in 0..many {
        let mut store = Store::new(seed);
        for _ in 0..150 {
            store.step();
        }
        store.sweep_to_the_end();
        let Counts { planned, written, lost, refused, ended, held, retired, spared } = store.counts;
        counts.planned += planned;
        counts.written += written;
        counts.lost += lost;
        counts.held += held;
        counts.retired += retired;
        counts.spared += spared;
        for (code, count) in refused {
            *counts.refused.entry(code).or_default() += count;
        }
        for (status, count) in ended {
            *counts.ended.entry(status).or_default() += count;
        }
    }
    println!("{many} plays: {counts:?}");
    let all = ["cancelled", "claimed", "defaulted", "exhausted"];
    assert!(all.iter().all(|status| counts.ended.get(*status).is_some_and(|count| *count as u64 > many / 10)), "{counts:?}");
    let refusals = ["already_claimed", "not_offered", "offer_expired", "run_ended", "locked", "held"];
    assert!(refusals.iter().all(|code| counts.refused.get(*code).is_some_and(|count| *count > 5)), "{counts:?}");
    assert!(counts.lost > 100 && counts.retired > 5 && counts.held > 0 && counts.spared > 1000, "{counts:?}");
}
