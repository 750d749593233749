//! What comes from outside is not believed: every change of a plan is refused, and no bytes do harm.

use crate::support::plan_world::{Backwards, Dice, World, json};
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::wire::decode;
use evenhand::wire::verify::{EncodedPlan, Verdict};
use evenhand::workspace::{LeadTable, Workspace};
use proptest::prelude::*;

fn context() -> Json {
    json(r#"{"actor": "u0", "now": "2026-03-01T09:00:00Z"}"#)
}

fn refused(workspace: &Workspace, table: &LeadTable, posted: EncodedPlan<'_>) -> bool {
    matches!(workspace.verify(table, posted, &context(), Default::default()), Ok(Verdict::Fails(problems)) if !problems.is_empty())
}

/// A world with a plan that changes something, and leaves something out.
fn planned(dice: &mut Dice) -> Option<(Workspace, LeadTable, Plan)> {
    let world = World::new(dice);
    let workspace = Workspace::compile(&json(&world.config)).unwrap();
    let table = world.load(&workspace, Backwards::No);
    let plan = workspace.plan(&table, &json(&world.command(dice)), None, &context(), Default::default()).unwrap();
    (plan.count() > 0).then_some((workspace, table, plan))
}

/// Every value of a tree, by its path.
fn paths(json: &Json, at: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    out.push(at.clone());
    let children: Vec<&Json> = match json {
        Json::List(list) => list.iter().collect(),
        Json::Object(pairs) => pairs.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    for (place, child) in children.into_iter().enumerate() {
        at.push(place);
        paths(child, at, out);
        at.pop();
    }
}

fn find<'a>(json: &'a mut Json, path: &[usize]) -> &'a mut Json {
    match (json, path) {
        (json, []) => json,
        (Json::List(list), [first, rest @ ..]) => find(&mut list[*first], rest),
        (Json::Object(pairs), [first, rest @ ..]) => find(&mut pairs[*first].1, rest),
        _ => panic!("there is no such place"),
    }
}

/// Changes one value: what it is, what it is called, or whether it is there.
fn mutate(dice: &mut Dice, whole: &mut Json, path: &[usize]) {
    let value = find(whole, path);
    match (value, dice.roll(3)) {
        (Json::Object(pairs), 0) => pairs.push(("more".to_owned(), Json::Null)),
        (Json::Object(pairs), 1) if !pairs.is_empty() => {
            let at = dice.roll(pairs.len() as u64) as usize;
            pairs[at].0.push('x');
        }
        (Json::Object(pairs), 2) if !pairs.is_empty() => {
            pairs.pop();
        }
        (Json::List(list), 0) if !list.is_empty() => {
            list.pop();
        }
        (Json::List(list), _) => list.push(Json::Null),
        (Json::Text(text), 0) => text.push('x'),
        (Json::Number(number), 0 | 1) => *number += 1.0,
        (Json::Bool(value), _) => *value = !*value,
        (Json::Null, _) => *find(whole, path) = Json::Number(0.0),
        (value, _) => *value = Json::Null,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_changed_plan_is_accepted(seed: u64) {
        let mut dice = Dice(seed);
        let Some((workspace, table, plan)) = planned(&mut dice) else { return Ok(()) };
        let bytes = plan.encode();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << dice.roll(8);
            prop_assert!(refused(&workspace, &table, EncodedPlan::Bytes(&changed)), "byte {}", at);
            let other = dice.roll(bytes.len() as u64) as usize;
            changed[other] = changed[other].wrapping_add(1 + dice.roll(255) as u8);
            if changed != bytes {
                prop_assert!(refused(&workspace, &table, EncodedPlan::Bytes(&changed)), "bytes {} and {}", at, other);
            }
        }
        for at in 0..bytes.len() {
            prop_assert!(refused(&workspace, &table, EncodedPlan::Bytes(&bytes[..at])));
        }
        prop_assert!(refused(&workspace, &table, EncodedPlan::Bytes(&[bytes.as_slice(), &[0]].concat())));

        let data = plan.to_json();
        let mut all = Vec::new();
        paths(&data, &mut Vec::new(), &mut all);
        for path in &all {
            let mut changed = data.clone();
            mutate(&mut dice, &mut changed, path);
            prop_assert!(changed.canonical() != data.canonical());
            prop_assert!(refused(&workspace, &table, EncodedPlan::Json(&changed)), "{:?} {}", path, changed.write());
            let mut places = Vec::new();
            paths(&changed, &mut Vec::new(), &mut places);
            let other = places[dice.roll(places.len() as u64) as usize].clone();
            mutate(&mut dice, &mut changed, &other);
            if changed.canonical() != data.canonical() {
                prop_assert!(refused(&workspace, &table, EncodedPlan::Json(&changed)), "{:?} {:?}", path, other);
            }
        }
    }

    #[test]
    fn no_bytes_do_harm(seed: u64, garbage in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut dice = Dice(seed);
        let Some((workspace, mut table, plan)) = planned(&mut dice) else { return Ok(()) };
        let good = plan.encode();
        let mut posts = vec![garbage.clone(), [b"EVHP\x02".as_slice(), &garbage].concat()];
        for _ in 0..200 {
            let mut bent = good.clone();
            for _ in 0..=dice.roll(4) {
                let at = dice.roll(bent.len() as u64) as usize;
                match dice.roll(3) {
                    0 => bent[at] = dice.roll(256) as u8,
                    1 => { bent.remove(at); }
                    _ => bent.insert(at, dice.roll(256) as u8),
                }
            }
            posts.push(bent);
        }
        for post in &posts {
            let _ = decode::peek(post);
            let _ = workspace.verify(&table, EncodedPlan::Bytes(post), &context(), Default::default());
            let _ = workspace.undo(&table, EncodedPlan::Bytes(post), &context());
            let size = table.size();
            if let Ok(done) = workspace.apply(&mut table, EncodedPlan::Bytes(post)) {
                prop_assert_eq!(table.size() + done.removed, size + done.created);
            }
        }
        let data = plan.to_json();
        let mut all = Vec::new();
        paths(&data, &mut Vec::new(), &mut all);
        for path in &all {
            let mut bent = data.clone();
            mutate(&mut dice, &mut bent, path);
            let _ = workspace.undo(&table, EncodedPlan::Json(&bent), &context());
            let _ = workspace.apply(&mut table, EncodedPlan::Json(&bent));
        }
    }
}

/// A small plan that claims to be a large one takes no memory for it.
#[test]
fn large_claims_cost_nothing() {
    let mut dice = Dice(3);
    let (workspace, _, plan) = (0..).find_map(|_| planned(&mut dice)).unwrap();
    let header = plan.header().write();
    for claim in [u64::MAX, 1 << 40, 1 << 31] {
        let mut bytes = b"EVHP\x02".to_vec();
        let number = |mut n: u64, out: &mut Vec<u8>| {
            while n >= 0x80 {
                out.push(n as u8 | 0x80);
                n >>= 7;
            }
            out.push(n as u8);
        };
        for part in [header.as_str(), "{}"] {
            number(part.len() as u64, &mut bytes);
            bytes.extend_from_slice(part.as_bytes());
        }
        number(claim, &mut bytes);
        number(claim, &mut bytes);
        let table = workspace.load(b"[]", &Json::Null, Default::default()).unwrap();
        assert_eq!(workspace.undo(&table, EncodedPlan::Bytes(&bytes), &context()).unwrap_err().code, "plan_malformed");
    }
}
