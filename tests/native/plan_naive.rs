//! Plans against a naive planner that asks one question at a time.

use std::collections::BTreeMap;

use crate::support::plan_world::{Backwards, Dice, USERS, World, json};
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::workspace::{LeadTable, Workspace};
use proptest::prelude::*;

const NOW: &str = "2026-03-01T09:00:00Z";
/// In the order in which reasons are told.
const CODES: [&str; 8] = [
    "unknown_lead",
    "not_permitted",
    "not_reassignable",
    "locked",
    "boundary",
    "receiver_inactive",
    "receiver_not_permitted",
    "nobody_eligible",
];

struct Naive<'a> {
    world: &'a World,
    workspace: &'a Workspace,
    table: &'a LeadTable,
}

impl Naive<'_> {
    /// The codes for which one question about one lead is denied.
    fn ask(&self, verb: &str, lead: &str, slot: &str, to: Option<Option<&str>>) -> Vec<&'static str> {
        let mut question = vec![
            ("actor".to_owned(), Json::from("u0")),
            ("do".to_owned(), verb.into()),
            ("now".to_owned(), NOW.into()),
            ("lead".to_owned(), lead.into()),
            ("slot".to_owned(), slot.into()),
        ];
        question.extend(to.map(|to| ("to".to_owned(), to.into())));
        let answer = self.workspace.can(&Json::Object(question), Some(self.table)).unwrap();
        if answer.get("allowed") == Some(&Json::Bool(true)) {
            return Vec::new();
        }
        let reasons = answer.get("reasons").and_then(Json::as_list).unwrap();
        let code =
            |reason: &Json| match (reason.get("code").and_then(Json::as_text).unwrap(), reason.get("question").and_then(Json::as_text)) {
                ("unknown_lead", _) => "unknown_lead",
                (_, Some("edit" | "release" | "give" | "mass")) => "not_permitted",
                (_, Some("reassignable")) => "not_reassignable",
                (_, Some("lock")) => "locked",
                (_, Some("boundary")) => "boundary",
                ("receiver_inactive", _) => "receiver_inactive",
                (_, Some("receive")) => "receiver_not_permitted",
                other => panic!("{other:?}"),
            };
        // Asked of nobody in particular, a question may also tell that nobody could have the lead at all: who could is asked one by one.
        let of_all = |reason: &&Json| to.is_none() && reason.get("code").and_then(Json::as_text) == Some("nobody_eligible");
        reasons.iter().filter(|reason| !of_all(reason)).map(code).collect()
    }

    fn field(&self, lead: &str, field: &str) -> Option<Json> {
        let row = self.workspace.get(self.table, lead, &json(r#"{"actor": null}"#)).unwrap()?;
        row.get(field).cloned()
    }

    /// What is asked of a lead whoever gets it: the right to act on many, and a guard that could be written.
    fn common(&self, lead: &str, many: bool) -> Vec<&'static str> {
        let mut codes = if many { self.ask("lead.mass", lead, "owner", None) } else { Vec::new() };
        let versioned = self.world.config.contains(r#""version": "version""#);
        if !versioned && self.field(lead, "run").is_some() {
            codes.push("locked");
        }
        codes
    }

    fn first(codes: &[&'static str]) -> Option<&'static str> {
        CODES.iter().copied().find(|code| codes.contains(code))
    }
}

fn outcome(plan: &Plan) -> BTreeMap<String, String> {
    let data = plan.to_json();
    let text = |item: &Json, key: &str| item.get(key).and_then(Json::as_text).unwrap().to_owned();
    let changed = data.get("changes").and_then(Json::as_list).unwrap().iter().map(|change| (text(change, "lead"), "changed".to_owned()));
    let dropped = data.get("dropped").and_then(Json::as_list).unwrap().iter().map(|drop| (text(drop, "lead"), text(drop, "code")));
    changed.chain(dropped).collect()
}

/// The most rows that can be placed, by augmenting paths.
fn most(eligible: &[Vec<usize>], room: &[u64]) -> usize {
    fn place(row: usize, eligible: &[Vec<usize>], room: &[u64], held: &mut Vec<Vec<usize>>, met: &mut Vec<bool>) -> bool {
        for to in &eligible[row] {
            if std::mem::replace(&mut met[*to], true) {
                continue;
            }
            if (held[*to].len() as u64) < room[*to] {
                held[*to].push(row);
                return true;
            }
            for at in 0..held[*to].len() {
                let other = held[*to][at];
                if place(other, eligible, room, held, met) {
                    held[*to][at] = row;
                    return true;
                }
            }
        }
        false
    }
    let mut held = vec![Vec::new(); room.len()];
    (0..eligible.len()).filter(|row| place(*row, eligible, room, &mut held, &mut vec![false; room.len()])).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn moves_are_allowed_as_one_question_says(seed: u64) {
        let mut dice = Dice(seed);
        let world = World::new(&mut dice);
        let workspace = Workspace::compile(&json(&world.config)).unwrap();
        let table = world.load(&workspace, Backwards::No);
        let naive = Naive { world: &world, workspace: &workspace, table: &table };
        let slot = dice.of(&["owner", "agent"]);
        let to = if dice.one_in(3) { None } else { Some(dice.of(&USERS)) };
        let ids: Vec<Json> = world.ids.iter().map(|id| id.as_str().into()).collect();
        let (many, leads) = (ids.len() > 1, Json::object([("ids", Json::List(ids))]));
        let command = match to {
            Some(to) => Json::object([("type", "assign".into()), ("leads", leads), ("to", to.into()), ("slot", slot.into())]),
            None => Json::object([("type", "unassign".into()), ("leads", leads), ("slot", slot.into())]),
        };
        let context = json(&format!(r#"{{"actor": "u0", "now": "{NOW}"}}"#));
        let made = workspace.plan(&table, &command, None, &context, Default::default()).unwrap();
        if !made.refused.is_empty() {
            return Ok(());
        }
        let found = outcome(&made);
        for id in &world.ids {
            let mut codes = naive.ask("lead.reassign", id, slot, Some(to));
            codes.extend(naive.common(id, many));
            let same = naive.field(id, slot).as_ref().and_then(Json::as_text).map(str::to_owned) == to.map(str::to_owned);
            let wanted = Naive::first(&codes).unwrap_or(if same { "no_change" } else { "changed" });
            prop_assert_eq!(found.get(id).map(String::as_str), Some(wanted), "{} {} {:?} {:?}", id, command.write(), codes, world.rows);
        }
    }

    #[test]
    fn splits_deal_what_may_be_dealt(seed: u64) {
        let mut dice = Dice(seed);
        let world = World::new(&mut dice);
        let workspace = Workspace::compile(&json(&world.config)).unwrap();
        let table = world.load(&workspace, Backwards::No);
        let naive = Naive { world: &world, workspace: &workspace, table: &table };
        let split = json(&world.split(&mut dice));
        let slot = split.get("slot").and_then(Json::as_text).unwrap_or("owner").to_owned();
        let command = Json::object([("type", "split".into()), ("leads", json(r#"{"filter": {"rules": []}}"#)), ("split", split.clone())]);
        let context = json(&format!(r#"{{"actor": "u0", "now": "{NOW}"}}"#));
        let made = workspace.plan(&table, &command, None, &context, Default::default()).unwrap();
        if !made.refused.is_empty() {
            return Ok(());
        }
        let to = split.get("to").and_then(Json::as_list).unwrap();
        let people: Vec<&str> = to.iter().map(|to| to.as_text().or_else(|| to.get("user").and_then(Json::as_text)).unwrap()).collect();
        let found = outcome(&made);

        let (mut eligible, mut divided) = (Vec::new(), Vec::new());
        for id in &world.ids {
            let mut codes = naive.ask("lead.reassign", id, &slot, None);
            codes.extend(naive.common(id, true));
            if codes.contains(&"unknown_lead") {
                prop_assert!(!found.contains_key(id));
                continue;
            }
            // Whether one may have the lead is asked as if nobody had it yet: a present owner passes without a question.
            let holder = naive.field(id, &slot).as_ref().and_then(Json::as_text).map(str::to_owned);
            let arriving = |user: &&str| {
                if holder.as_deref() == Some(*user) { None } else { Some(naive.ask("lead.reassign", id, &slot, Some(Some(user)))) }
            };
            let answers: Vec<Option<Vec<&str>>> = people.iter().map(arriving).collect();
            if answers.iter().any(Option::is_none) {
                continue;
            }
            let wrong = |codes: &Vec<&str>, which: &[&str]| codes.iter().any(|code| which.contains(code));
            let answers: Vec<Vec<&str>> = answers.into_iter().flatten().collect();
            if answers.iter().all(|codes| wrong(codes, &["not_permitted"])) {
                codes.push("not_permitted");
            }
            if answers.iter().all(|codes| wrong(codes, &["boundary"])) {
                codes.push("boundary");
            }
            if answers.iter().all(|codes| !codes.is_empty()) {
                codes.push("nobody_eligible");
            }
            match Naive::first(&codes) {
                Some(code) => prop_assert_eq!(found.get(id).map(String::as_str), Some(code), "{} {} {:?}", id, command.write(), answers),
                None => {
                    eligible.push((0..people.len()).filter(|at| answers[*at].is_empty()).collect::<Vec<_>>());
                    divided.push(id.clone());
                }
            }
        }
        let by: BTreeMap<String, Vec<String>> = made.by_assignee().into_iter().collect();
        let mut placed = 0;
        for (user, leads) in &by {
            let at = people.iter().position(|known| known == user).unwrap();
            for lead in leads {
                if let Some(row) = divided.iter().position(|id| id == lead) {
                    prop_assert!(eligible[row].contains(&at), "{} to {}: {}", lead, user, command.write());
                    placed += 1;
                }
            }
        }
        // Where no row is held by a receiver, and nobody has a capacity, the most rows are placed, and evenly.
        let all: Vec<&String> = found.iter().filter(|(_, code)| ["changed", "no_capacity", "no_change"].contains(&code.as_str())).map(|(id, _)| id).collect();
        if all.len() == divided.len() && !world.config.contains("capacity") {
            let cap = |to: &Json| to.get("cap").and_then(Json::as_number).map_or(u64::MAX, |cap| cap as u64);
            let room: Vec<u64> = to.iter().map(cap).collect();
            prop_assert_eq!(placed, most(&eligible, &room));
            let free = to.iter().all(|to| to.as_text().is_some()) && eligible.iter().all(|set| set.len() == people.len());
            if free && split.get("even").and_then(Json::as_text) == Some("dealt") {
                let counts: Vec<usize> = people.iter().map(|user| by.get(*user).map_or(0, Vec::len)).collect();
                prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
            }
        }
    }
}
