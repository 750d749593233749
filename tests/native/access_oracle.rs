//! The rules of permissions, read out loud by a slow interpreter, against the engine: one lead, the filter, all rows at once.

use crate::support::access_world::{Choices, UNITS, World, lead_verbs};
use evenhand::access::{Action, Authorizer, Change, Lead, Reassignment, Request, RowAnswers, RowRequest, RowSet, To, is_plain};
use evenhand::config::{Model, UserIx, Verb};
use evenhand::filter::{self, Context};
use evenhand::query::{Cell, Cells, FieldIx, Query};
use evenhand::table::{Budget, LoadMode, LoadOptions, Loader, RowIx, Table};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::rc::Rc;

struct Row<'a>(&'a Table, RowIx);

impl Cells for Row<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        self.0.cell(self.1, field)
    }
}

struct Engine {
    model: Rc<Model>,
    auth: Authorizer,
    table: Table,
}

fn engine(world: &World) -> Engine {
    let (model, _) = Model::compile(&world.config()).unwrap_or_else(|error| panic!("{error}: {:?}", error.diagnostics));
    let model = Rc::new(model);
    let auth = Authorizer::compile(&model).unwrap();
    let mut loader = Loader::new(model.schema.clone(), model.lead.id, LoadOptions::default(), LoadMode::Load, Budget::default()).unwrap();
    loader.push(world.rows().as_bytes()).unwrap();
    Engine { model, auth, table: loader.finish().unwrap() }
}

fn verb(name: &str) -> Verb {
    Verb::ALL.iter().find(|(known, _)| *known == name).unwrap().1
}

impl Engine {
    fn field(&self, name: &str) -> FieldIx {
        self.model.schema.find(name).unwrap()
    }

    fn can(&self, question: &Request<'_>) -> (bool, Vec<String>) {
        let decision = self.auth.can(question).unwrap();
        let failed = decision.reasons.iter().filter(|_| !decision.allowed);
        (decision.allowed, failed.map(|reason| reason.question.map_or("", |question| question.name()).to_owned()).collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn pinned_filters_mean_elsewhere_what_they_meant(bytes in prop::collection::vec(any::<u8>(), 400..900), others in prop::collection::vec(any::<u8>(), 400..900)) {
        let (here, there) = (World::new(&mut Choices::new(bytes)), World::new(&mut Choices::new(others)));
        let [here_is, there_is] = [&here, &there].map(engine);
        let context = |engine| -> Context<'_> { let engine: &Engine = engine; Context { schema: &engine.model.schema, people: &engine.auth, now: None, actor: None } };
        for user in &here.users {
            for name in lead_verbs() {
                let scope = here_is.auth.scope(user.id, verb(name)).unwrap().query;
                let wanted = filter::select(&scope, &here_is.table, &context(&here_is)).unwrap();
                let pinned = here_is.auth.pinned(&scope).unwrap();
                let found = filter::select(&pinned, &here_is.table, &context(&there_is)).unwrap();
                for row in (0..here.leads.len() as u32).map(RowIx) {
                    prop_assert_eq!(found.contains(row), wanted.contains(row), "{} {} {:?}", user.id, name, here.leads[row.0 as usize]);
                    let one = filter::matches(&pinned, &Row(&here_is.table, row), &context(&there_is)).unwrap();
                    prop_assert_eq!(one, wanted.contains(row), "{} {} {:?}", user.id, name, here.leads[row.0 as usize]);
                }
            }
        }
    }

    #[test]
    fn scope_can_and_masks_are_the_rules(bytes in prop::collection::vec(any::<u8>(), 400..900)) {
        let world = World::new(&mut Choices::new(bytes));
        let engine = engine(&world);
        let context = Context { schema: &engine.model.schema, people: &engine.auth, now: None, actor: None };
        for (actor, _) in world.users.iter().enumerate() {
            let id = world.users[actor].id;
            let asking = RowRequest { table: &engine.table, actor: UserIx(actor as u32), now: None };
            let view = engine.auth.view(&asking).unwrap();
            for name in lead_verbs() {
                let verb = verb(name);
                let scope = engine.auth.scope(id, verb).unwrap().query;
                let selected = filter::select(&scope, &engine.table, &context).unwrap();
                let mask = match verb {
                    Verb::LeadRelease => engine.auth.release(&asking, engine.model.lead.owner).unwrap(),
                    verb => engine.auth.covers(&asking, verb).unwrap(),
                };
                for (at, lead) in world.leads.iter().enumerate() {
                    let row = RowIx(at as u32);
                    let wanted = world.can(actor, name, lead);
                    let cells = Row(&engine.table, row);
                    let question = Request { lead: Some(Lead::whole(&cells)), ..Request::new(id, Action::Verb(verb)) };
                    prop_assert_eq!(engine.can(&question).0, wanted, "can: {} {} {:?}", id, name, lead);
                    prop_assert_eq!(filter::matches(&scope, &cells, &context).unwrap(), wanted, "scope: {} {} {:?}", id, name, lead);
                    prop_assert_eq!(selected.contains(row), wanted, "select: {} {} {:?}", id, name, lead);
                    let bulk = view.contains(row) && mask.contains(row);
                    // A command does not ask about the release of what nobody holds.
                    let bulk = bulk && (verb != Verb::LeadRelease || lead.owner.is_some());
                    prop_assert_eq!(bulk, wanted, "mask: {} {} {:?}", id, name, lead);
                    if wanted {
                        prop_assert!(engine.auth.could_any(UserIx(actor as u32), verb).unwrap());
                    }
                }
            }
        }
    }

    #[test]
    fn what_stands_for_an_answer_stands_for_no_other(bytes in prop::collection::vec(any::<u8>(), 400..900)) {
        let world = World::new(&mut Choices::new(bytes));
        let engine = engine(&world);
        let auth = Rc::new(Authorizer::compile(&engine.model).unwrap());
        // The same people under other grants: what was answered for one configuration is no answer for another.
        let mut turned = world.clone();
        turned.profiles.iter_mut().flatten().for_each(|grant| grant.deny = !grant.deny);
        let other = Rc::new(Authorizer::compile(&self::engine(&turned).model).unwrap());
        let mut rows = RowAnswers::default();
        for (user, name) in world.users.iter().flat_map(|user| lead_verbs().map(move |name| (user, name))) {
            let verb = verb(name);
            prop_assert_eq!(is_plain(verb), verb != Verb::LeadRelease);
            let Some(actor) = auth.active(user.id).filter(|_| is_plain(verb)) else { continue };
            let (mut by_classes, mut by_outcome) = (BTreeMap::new(), BTreeMap::new());
            for row in (0..world.leads.len() as u32).map(RowIx) {
                let lead = Row(&engine.table, row);
                let question = Request { lead: Some(Lead::whole(&lead)), ..Request::new(user.id, Action::Verb(verb)) };
                let id = engine.table.id(row).into_owned();
                let decision = auth.can(&question).unwrap().to_json().write().replace(&id, "ID");
                let outcome = auth.outcome(actor, verb, None, &lead).unwrap().unwrap();
                // Where two fields are compared there are none.
                let classes = auth.classes(actor, verb, &lead).unwrap();
                prop_assert_eq!(classes.is_none(), world.compares(actor.0 as usize, name));
                if let Some(classes) = classes {
                    prop_assert_eq!(&decision, by_classes.entry(classes).or_insert_with(|| decision.clone()));
                }
                prop_assert_eq!(&decision, by_outcome.entry(outcome).or_insert_with(|| decision.clone()));
                // The first time it is worked out, and then it is known.
                for _ in 0..2 {
                    prop_assert_eq!(rows.outcome(&auth, &engine.table, id.as_bytes(), (actor, verb), None).unwrap(), Some(Some(outcome)));
                }
            }
            for row in (0..world.leads.len() as u32).map(RowIx) {
                let wanted = other.outcome(actor, verb, None, &Row(&engine.table, row)).unwrap();
                prop_assert_eq!(rows.outcome(&other, &engine.table, engine.table.id(row).as_bytes(), (actor, verb), None).unwrap(), Some(wanted));
            }
        }
    }

    #[test]
    fn a_reassignment_fails_by_the_same_questions(bytes in prop::collection::vec(any::<u8>(), 400..900), access: bool) {
        let mut pick = Choices::new(bytes);
        let mut world = World::new(&mut pick);
        if access {
            world = world.behind_access(&mut pick);
        }
        let engine = engine(&world);
        for (actor, slot) in (0..world.users.len()).flat_map(|actor| [(actor, "owner"), (actor, "lo")]) {
            let id = world.users[actor].id;
            let field = engine.field(slot);
            let asking = RowRequest { table: &engine.table, actor: UserIx(actor as u32), now: None };
            let active = world.users[actor].active;
            let view = engine.auth.view(&asking).unwrap();
            let edit = engine.auth.covers(&asking, Verb::LeadEdit).unwrap();
            let release = engine.auth.release(&asking, field).unwrap();
            let reassignable = engine.auth.reassignable(&asking).unwrap();
            let locked = engine.auth.locked(&asking, field).unwrap();
            let receivers = (0..world.users.len()).map(Some).chain([None]);
            for to in receivers {
                let ix = to.map(|to| UserIx(to as u32));
                let give = ix.map_or(RowSet::All, |ix| engine.auth.give(&asking, ix).unwrap());
                let barred = ix.map_or(RowSet::None, |ix| engine.auth.barred(&asking, ix).unwrap());
                let receive = ix.map_or(RowSet::All, |ix| engine.auth.receive(&asking, field, ix, &[]).unwrap());
                for (at, lead) in world.leads.iter().enumerate() {
                    let row = RowIx(at as u32);
                    let cells = Row(&engine.table, row);
                    let wanted = world.reassign(actor, lead, slot, to);
                    let question = Request {
                        lead: Some(Lead::whole(&cells)),
                        slot: Some(field),
                        to: to.map_or(To::Nobody, |to| To::User(world.users[to].id)),
                        ..Request::new(id, Action::Reassign)
                    };
                    let (allowed, failed) = engine.can(&question);
                    prop_assert_eq!(allowed, wanted.is_empty(), "{} {:?} {:?} {:?}", id, to, wanted, failed);
                    prop_assert_eq!(&failed, &wanted, "{} {:?} {:?}", id, to, lead);

                    let mut bulk: Vec<&str> = Vec::new();
                    let settled = world.holder(lead, slot) == to.map(|to| world.users[to].id);
                    if !active {
                        bulk.push("");
                    } else if !view.contains(row) {
                        bulk.push("view");
                    } else {
                        let mut fail = |failed: bool, name| if failed { bulk.push(name) };
                        fail(!edit.contains(row), "edit");
                        fail(!settled && !release.contains(row), "release");
                        fail(!settled && !give.contains(row), "give");
                        fail(!settled && !receive.contains(row), "receive");
                        fail(!settled && locked.contains(row), "lock");
                        fail(!settled && !reassignable.contains(row), "reassignable");
                        fail(!settled && barred.contains(row), "boundary");
                    }
                    prop_assert_eq!(&bulk, &wanted, "rows: {} {:?} {:?}", id, to, lead);

                }
            }
        }
    }

    #[test]
    fn one_lead_and_one_receiver_are_answered_as_many_are(bytes in prop::collection::vec(any::<u8>(), 400..900), access: bool, brings in 0..3usize) {
        let mut pick = Choices::new(bytes);
        let mut world = World::new(&mut pick);
        if access {
            world = world.behind_access(&mut pick);
        }
        let engine = engine(&world);
        let auth = &engine.auth;
        let context = Context { schema: &engine.model.schema, people: auth, now: None, actor: None };
        let brings = [None, Some("new"), Some("won")][brings];
        let changes: Vec<(FieldIx, Change)> =
            brings.iter().map(|status| (engine.field("status"), Change::Set(Cell::Text((*status).into())))).collect();
        let leads = || world.leads.iter().zip((0..).map(RowIx));
        for (actor, slot) in (0..world.users.len()).flat_map(|actor| [(actor, "owner"), (actor, "lo")]) {
            let (ix, field) = (UserIx(actor as u32), engine.field(slot));
            let asking = RowRequest { table: &engine.table, actor: ix, now: None };
            let handover = Reassignment { slot: field, actor: world.users[actor].id, now: None, changes: &changes };
            let release = auth.release(&asking, field).unwrap();
            let reassignable = auth.reassignable(&asking).unwrap();
            for (lead, row) in leads() {
                let cells = Row(&engine.table, row);
                prop_assert_eq!(auth.releases_lead(ix, None, field, &cells).unwrap(), release.contains(row), "{} {:?}", slot, lead);
                prop_assert_eq!(auth.is_reassignable(ix, None, &cells).unwrap(), reassignable.contains(row), "{:?}", lead);
                for name in lead_verbs().filter(|name| *name != "lead.release") {
                    let covers = auth.covers(&asking, verb(name)).unwrap().contains(row);
                    prop_assert_eq!(auth.covers_lead(ix, None, verb(name), &cells).unwrap(), covers, "{} {:?}", name, lead);
                }
            }
            for (unit, id) in UNITS.iter().enumerate().take(world.units.len()) {
                let at = engine.model.schema.units.find(id).unwrap();
                let (release, give) = (auth.release_unit(&asking, at).unwrap(), auth.give_unit(&asking, at).unwrap());
                for (lead, row) in leads() {
                    let wanted = world.unit(actor, "lead.release", lead, unit);
                    prop_assert_eq!(release.contains(row), wanted, "{} {:?}", id, lead);
                    prop_assert_eq!(auth.releases_unit(ix, None, at, &Row(&engine.table, row)).unwrap(), wanted, "{} {:?}", id, lead);
                    prop_assert_eq!(give.contains(row), world.unit(actor, "lead.give", lead, unit), "{} {:?}", id, lead);
                }
            }
            for to in 0..world.users.len() {
                let user = UserIx(to as u32);
                let may = auth.may_hold_rows(&asking, field, user, &changes).unwrap();
                let barred = auth.barred(&asking, user).unwrap();
                let receive = auth.receive(&asking, field, user, &changes).unwrap();
                let receiving = auth.receiving(&asking, field, user, &changes).unwrap().map(Query::from);
                let always = auth.may_hold_any(field, user).unwrap();
                for (lead, row) in leads() {
                    let cells = Row(&engine.table, row);
                    let wanted = world.receive(actor, lead, slot, to, brings);
                    prop_assert_eq!(receive.contains(row), wanted, "{} {:?}", to, lead);
                    prop_assert_eq!(auth.hurdle(&cells, user, &handover).unwrap().is_none(), wanted, "{} {:?}", to, lead);
                    if let Some(receiving) = &receiving {
                        prop_assert_eq!(filter::matches(receiving, &cells, &context).unwrap(), wanted, "{} {:?}", to, lead);
                    }
                    let may = may.contains(row) && !barred.contains(row);
                    prop_assert_eq!(auth.may_hold(&cells, user, &handover).unwrap(), may, "{} {:?}", to, lead);
                    prop_assert!(may || !always, "{} {:?}", to, lead);
                    let works = auth.unable(ix, None, field, user, &cells).unwrap().is_none();
                    prop_assert_eq!(works, world.works(actor, lead, slot, to), "{} {:?}", to, lead);
                }
            }
        }
    }

    #[test]
    fn the_order_of_grants_decides_nothing(bytes in prop::collection::vec(any::<u8>(), 400..900)) {
        let world = World::new(&mut Choices::new(bytes));
        let mut turned = world.clone();
        turned.profiles.iter_mut().for_each(|grants| grants.reverse());
        turned.users.iter_mut().for_each(|user| user.profiles.reverse());
        let (one, other) = (engine(&world), engine(&turned));
        for (user, name) in world.users.iter().flat_map(|user| lead_verbs().map(move |name| (user, name))) {
            for at in 0..world.leads.len() {
                let (a, b) = (Row(&one.table, RowIx(at as u32)), Row(&other.table, RowIx(at as u32)));
                let ask = Action::Verb(verb(name));
                let first = one.can(&Request { lead: Some(Lead::whole(&a)), ..Request::new(user.id, ask) });
                let second = other.can(&Request { lead: Some(Lead::whole(&b)), ..Request::new(user.id, ask) });
                prop_assert_eq!(first, second);
            }
        }
    }
}
