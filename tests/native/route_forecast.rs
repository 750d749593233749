//! A forecast against what it foretells: leads that everybody accepts, each routed by a call of its own, with the state written in between.

use evenhand::json::Json;

use crate::route_naive::{HOUR, Lead, Org, Outcome, Rule, Step, Target, World, organisation};
use crate::support::dice::Dice;

/// An organisation in which one group gets every lead that nobody has, and all of its members accept all of them.
fn accepting(dice: &mut Dice) -> (Org, usize) {
    let mut org = organisation(dice);
    let ix = dice.roll(org.groups.len() as u64) as usize;
    org.people.iter_mut().for_each(|person| person.min_score = None);
    let group = &mut org.groups[ix];
    (group.matches, group.default, group.steps) = (false, None, vec![Step::Unassigned]);
    org.rules = vec![Rule { enabled: true, state: None, overwrite: false, required: false, to: Target::Group(ix) }];
    for at in 0..20 {
        let id = format!("m{at:02}");
        org.leads.push(Lead { id, owner: None, wish: None, former: Vec::new(), ..org.leads[0].clone() });
    }
    (org, ix)
}

/// Open leads of each person, as the host counts them.
fn load(world: &World, org: &Org) -> Json {
    let mut out = vec![0_usize; org.people.len()];
    for lead in &org.leads {
        if let Some(owner) = world.row(&lead.id).get("owner").and_then(Json::as_text) {
            out[owner[1..].parse::<usize>().unwrap()] += 1;
        }
    }
    Json::Object(out.into_iter().enumerate().map(|(user, count)| (format!("u{user}"), count.into())).collect())
}

fn hold(seed: u64) -> usize {
    let dice = &mut Dice(seed);
    let (org, group) = accepting(dice);
    let mut world = World::new(&org);
    let mut left: Vec<String> = org.leads.iter().filter(|lead| lead.owner.is_none()).map(|lead| lead.id.clone()).collect();
    // What came before is remembered.
    for id in left.drain(..dice.roll(8) as usize) {
        world.route(&[id], org.now);
    }
    let now = org.now + [0, HOUR / 3, HOUR][dice.roll(3) as usize];
    let mut context = world.context(now);
    if let Json::Object(pairs) = &mut context {
        pairs.push(("load".to_owned(), load(&world, &org)));
    }
    let told = world.workspace.forecast(&org.groups[group].id, left.len(), &context).unwrap();
    let mut came = Vec::new();
    for id in left {
        match world.route(std::slice::from_ref(&id), now).remove(&id) {
            Some(Outcome::Given(user)) => came.push(format!("u{user}")),
            _ => break,
        }
    }
    assert_eq!(told, came, "seed {seed}\n{}", org.config().write());
    told.len()
}

#[test]
fn a_forecast_is_what_single_calls_give() {
    let told: usize = (0..300).map(hold).sum();
    assert!(told > 1000, "{told} leads were foretold");
}
