//! Permissions: who may do what to whom.
//!
//! Deny is the default, an explicit deny beats any allow, and an inactive actor may nothing. A [`Authorizer`] is made of a checked
//! configuration and answers three kinds of questions that always agree with each other:
//!
//! - [`Authorizer::can`]: one question about one lead, list, group or user, with reasons;
//! - [`Authorizer::scope`]: a permission over leads as an ordinary filter, to describe, to explain and to turn into SQL;
//! - [`Authorizer::view`], [`Authorizer::covers`], [`Authorizer::release`], [`Authorizer::give`], [`Authorizer::receive`] and their like: one question about all
//!   rows of a table at once, which is what plans are made of.
//!
//! Where the rules leave room, this is what they mean here:
//! - A deny of `lead.give` also beats a `lead.claim` that would let somebody give a lead to themselves.
//! - `unowned` on `lead.release` covers the holders of the other slots of a lead that nobody owns.
//! - A scope covers the units themselves and not the people in them where a unit is asked about (`unit`): nobody's *own*.
//! - A receiver accepts the lead, and is a member of its pool, as the lead is before the change; it must be seen as it is after.
//!   A pool that is not in the configuration has no members. The text of a pool compares as its field says.
//! - Of the stamps of an assignment only `assignedAt` is set before a receiver's view is judged; what a permission says of former
//!   owners and of notices is read as it was.
//! - A reassignment to whoever holds the slot already, or of an empty slot to nobody, changes nothing: it asks view and edit only.
//! - A running offer locks the slots that groups with offers fill, or every slot if no group makes offers (any more).
//! - What the grants do not read may be missing from a lead given as an object: to the other questions a missing key is null.
//! - `lead_incomplete` looks at every grant of the verbs asked, whether or not another one would have been enough. A value that
//!   does not fit its field is as good as missing.
//! - A list that the actor may neither see nor use, and a group that the actor may neither see nor trigger, are answered like one
//!   that does not exist.
//! - A member list's `unit` brings people, not services; a service belongs where it is named, or bears a tag.

mod any;
mod assemble;
mod boundary;
mod bulk;
mod can;
mod decision;
mod decision_id;
mod fields;
mod index;
mod lead;
mod members;
mod pool;
mod profiles;
mod question;
mod reach;
mod receive;
mod resources;
mod rows;
mod single;

pub use crate::filter::RowSet;
pub(crate) use assemble::{is_empty, is_one_of};
pub use bulk::RowRequest;
pub use decision::{Check, Decision, Reason};
pub use decision_id::is_plain;
pub(crate) use fields::{check_shown, read_by};
pub use lead::{Change, Lead, LeadObject};
pub use members::MemberSet;
pub use profiles::ready_profiles;
pub use question::{Action, Request, To};
pub use receive::{Reassignment, ReceiveDenial};
pub use rows::RowAnswers;

use crate::btree::BTreeMap;
use index::Index;
use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::config::{Grant, Model, ProfileIx, User, UserIx, Verb};
use crate::error::{Error, Result, nearest};
use crate::filter::{Context, People};
use crate::query::node::{Expr, Predicate};
use crate::query::{Cells, FieldIx, Query, Schema, UnitIx, UserZone};
use crate::time::Instant;

/// A permission over leads as a filter.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The leads that it covers.
    pub query: Query,
    /// The fields that its grants read, in the order of the schema. A lead given as an object that lacks one of them is not covered.
    pub reads: Vec<FieldIx>,
}

/// The permissions of a configuration, ready to be asked.
///
/// Making one costs a walk over users and grants; sets of members are worked out when they are first needed. So a changed
/// configuration gets a new auth, and nothing is ever patched.
///
/// ```
/// use std::rc::Rc;
/// use evenhand::access::{Action, Authorizer, LeadObject, Request};
/// use evenhand::config::{Model, Verb};
/// use evenhand::json::Json;
///
/// let config = Json::parse(r#"{
///     "version": 1,
///     "fields": {"id": {"type": "text"}, "owner": {"type": "user"}},
///     "lead": {"id": "id", "owner": "owner"},
///     "users": [{"id": "ann", "profiles": ["agent"]}],
///     "profiles": [{"id": "agent", "grants": [{"do": ["lead.view"], "scope": "own"}, {"do": ["lead.view"], "scope": "unowned"}]}]
/// }"#)?;
/// let model = Rc::new(Model::compile(&config)?.0);
/// let auth = Authorizer::compile(&model)?;
///
/// let scope = auth.scope("ann", Verb::LeadView)?;
/// assert_eq!(scope.query.describe(&model.schema), r#"owner is "ann" or owner has no value"#);
///
/// let lead = LeadObject::read(&Json::parse(r#"{"id": "l1", "owner": "bob"}"#)?, &model.schema);
/// let decision = auth.can(&Request { lead: Some(lead.lead()), ..Request::new("ann", Action::Verb(Verb::LeadView)) })?;
/// assert!(!decision.allowed);
/// assert_eq!(decision.reasons[0].code, "unknown_lead");
/// # Ok::<(), evenhand::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Authorizer {
    model: Rc<Model>,
    /// For each profile the places of its grants, by verb.
    by_verb: Vec<Vec<Vec<u32>>>,
    /// For each unit the users that belong to it, in the order of the configuration.
    of_unit: Vec<Vec<UserIx>>,
    /// Holders of a tag, in the order of the configuration.
    of_tag: OnceCell<BTreeMap<String, Vec<UserIx>>>,
    pools: Vec<OnceCell<MemberSet>>,
    slots: Vec<OnceCell<MemberSet>>,
    /// For each unit the nearest one of the boundary's kind, at or above it.
    bounds: Vec<Option<UnitIx>>,
    users: Index,
    units: Index,
    /// By actor and verb: whether the verb could be allowed for any lead.
    could: RefCell<BTreeMap<(u32, u8), bool>>,
    /// By the fields that are hidden: the schema without them.
    seen: RefCell<Vec<(Vec<FieldIx>, Rc<Schema>)>>,
    derived: OnceCell<Rc<dyn Any>>,
}

/// One grant and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrantRef<'g> {
    pub profile: ProfileIx,
    pub place: u32,
    pub grant: &'g Grant,
}

/// Somebody who asks, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Principal<'g> {
    pub auth: &'g Authorizer,
    pub ix: UserIx,
    pub user: &'g User,
    pub now: Option<Instant>,
}

impl People for Authorizer {
    fn unit_of(&self, user: &str) -> Option<UnitIx> {
        self.find_user(user).and_then(|(_, user)| user.unit)
    }

    fn user(&self, id: &str) -> Option<&dyn Cells> {
        self.find_user(id).map(|(_, user)| user as &dyn Cells)
    }

    fn users(&self) -> Option<Vec<String>> {
        Some(self.model.users.iter().map(|user| user.id.clone()).collect())
    }

    fn zone_of(&self, user: &str) -> Option<Rc<UserZone>> {
        self.find_user(user).and_then(|(_, user)| user.zone.clone())
    }
}

impl Authorizer {
    /// Indexes the grants and people of a configuration.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn compile(model: &Rc<Model>) -> Result<Authorizer> {
        let mut by_verb = Vec::new();
        by_verb.try_reserve_exact(model.profiles.len())?;
        for profile in model.profiles.iter() {
            let mut lists = vec![Vec::new(); Verb::ALL.len()];
            for (place, grant) in (0u32..).zip(&profile.grants) {
                for verb in &grant.verbs {
                    lists.get_mut(*verb as usize).into_iter().for_each(|list: &mut Vec<u32>| list.push(place));
                }
            }
            by_verb.push(lists);
        }
        let units = model.schema.units.units().len();
        let mut of_unit: Vec<Vec<UserIx>> = Vec::new();
        of_unit.try_reserve_exact(units)?;
        of_unit.resize(units, Vec::new());
        for (ix, user) in (0u32..).zip(model.users.iter()) {
            let list = user.unit.and_then(|unit| of_unit.get_mut(unit.0 as usize));
            list.into_iter().for_each(|list| list.push(UserIx(ix)));
        }
        Ok(Authorizer {
            by_verb,
            of_unit,
            of_tag: OnceCell::new(),
            pools: vec![OnceCell::new(); model.pools.len()],
            slots: vec![OnceCell::new(); model.lead.slots.len()],
            bounds: boundary::bounds(model),
            users: Index::new(model.users.iter().map(|user| user.id.as_str()))?,
            units: Index::new(model.schema.units.units().iter().map(|unit| unit.id.as_str()))?,
            could: RefCell::default(),
            seen: RefCell::default(),
            derived: OnceCell::new(),
            model: model.clone(),
        })
    }

    /// What somebody who decides by this configuration worked out of it once.
    pub(crate) fn derived(&self, make: impl FnOnce() -> Rc<dyn Any>) -> &Rc<dyn Any> {
        self.derived.get_or_init(make)
    }

    /// The configuration.
    pub fn model(&self) -> &Rc<Model> {
        &self.model
    }

    /// The user who reads something.
    ///
    /// # Errors
    /// `unknown_actor`.
    pub fn actor(&self, id: &str) -> Result<UserIx> {
        match self.find_user(id) {
            Some((ix, _)) => Ok(ix),
            None => Err(unknown_actor(id)),
        }
    }

    /// A permission as a filter over leads: for every lead it says what [`Authorizer::can`] says. It includes `lead.view`. `lead.release`
    /// asks about the owner's slot. Nothing in it depends on the actor any more; dates relative to now wait for `now`. An inactive
    /// actor's covers nothing.
    ///
    /// # Errors
    /// `unknown_actor`, and `verb_not_about_leads` for a verb that does not ask the lead and for `lead.give`, which asks about a
    /// receiver.
    pub fn scope(&self, actor: &str, verb: Verb) -> Result<Permission> {
        let ix = self.actor(actor)?;
        if !verb.asks_the_lead() || verb == Verb::LeadGive {
            let what = if verb == Verb::LeadGive { "whom a lead is given to" } else { "leads" };
            let not = if verb == Verb::LeadGive { "is about" } else { "is not about" };
            let message = format!("`{}` {not} {what}, so it is no filter over leads", verb.name());
            return Err(Error::new("verb_not_about_leads", "", message));
        }
        match self.asker(ix, None) {
            Some(asker) => asker.permission(verb),
            None => Ok(Permission { query: Query::never(), reads: Vec::new() }),
        }
    }

    /// The filter, with the units and people as they are here put in: under any other configuration it means what it means under
    /// this one.
    ///
    /// # Errors
    /// `wrong_workspace` where a condition over users waits for `now` or the actor.
    pub fn pinned(&self, query: &Query) -> Result<Query> {
        let ctx = Context { schema: &self.model.schema, people: self, now: None, actor: None };
        crate::query::assume::with_units(query, &self.model.schema, &mut |check| {
            let waits = matches!(check, Predicate::UserWhere(node) if is_open(node));
            crate::filter::who(check, &ctx).filter(|_| !waits).ok_or_else(|| {
                let message = "a `where` that waits for `now` or the actor keeps the people it was compiled with";
                Error::new("wrong_workspace", "", message).hint("compile both filters again, now that the workspace was updated")
            })
        })
    }

    /// Somebody who may ask: a user who is active.
    pub(crate) fn asker(&self, ix: UserIx, now: Option<Instant>) -> Option<Principal<'_>> {
        let user = self.model.users.get(ix).filter(|user| user.active)?;
        Some(Principal { auth: self, ix, user, now })
    }

    /// The user with that id.
    fn find_user(&self, id: &str) -> Option<(UserIx, &User)> {
        let ix = UserIx(self.users.find(id, |place| self.model.users.at(place).map(|user| user.id.as_str()))?);
        self.model.users.get(ix).map(|user| (ix, user))
    }

    /// The unit with that id.
    fn find_unit(&self, id: &str) -> Option<UnitIx> {
        let units = self.model.schema.units.units();
        self.units.find(id, |place| units.get(place as usize).map(|unit| unit.id.as_str())).map(UnitIx)
    }

    /// Users of exactly this unit.
    fn people_of(&self, unit: UnitIx) -> &[UserIx] {
        self.of_unit.get(unit.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The id of the user at `ix`.
    fn id_of(&self, ix: UserIx) -> &str {
        self.model.users.get(ix).map_or("", |user| user.id.as_str())
    }
}

impl<'g> Principal<'g> {
    /// The grants of a verb, in the order of the user's profiles and of their grants.
    fn grants(self, verb: Verb) -> impl Iterator<Item = GrantRef<'g>> {
        let auth = self.auth;
        self.user.profiles.iter().flat_map(move |ix| {
            let places = auth.by_verb.get(ix.0 as usize).and_then(|lists| lists.get(verb as usize));
            let profile = auth.model.profiles.at(ix.0);
            places
                .into_iter()
                .flatten()
                .filter_map(move |place| Some(GrantRef { profile: *ix, place: *place, grant: profile?.grants.get(*place as usize)? }))
        })
    }

    /// What conditions over leads are evaluated with.
    fn context(&self) -> Context<'_> {
        Context { schema: &self.auth.model.schema, people: self.auth, now: self.now, actor: Some(&self.user.id) }
    }
}

/// Whether a condition waits for `now` or the actor.
fn is_open(node: &Expr) -> bool {
    let query = Query::from(node.clone());
    query.needs_now() || query.needs_actor() || query.needs_zone()
}

fn unknown_actor(id: &str) -> Error {
    Error::new("unknown_actor", "", format!("there is no user `{id}` who could ask"))
}

/// A hint for a name of the configuration that is not known.
fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known)
}
