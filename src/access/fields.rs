//! Fields as an actor sees them: the one place where a right to a field is looked up.
//!
//! Whatever is read, named or told for an actor goes through the schema that [`Authorizer::schema_for`] gives for them, in which no name
//! leads to a hidden field. What the configuration says itself (grants, rules, `open`, `accepts`) was compiled with the whole schema and
//! goes on reading such fields; whoever explains it leaves out what the actor's schema hides.

use std::rc::Rc;

use super::Authorizer;
use crate::config::{Profile, UserIx};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::query::{FieldIx, Query, Schema};

impl Authorizer {
    /// The schema as all of these actors see it together: what one of them may not see is hidden, and from somebody who is not known
    /// whatever is hidden from anybody. Nobody is the host itself, who sees everything.
    pub fn schema_for(&self, actors: &mut dyn Iterator<Item = &str>) -> Rc<Schema> {
        let model = &self.model;
        let mut profiles: Vec<&Profile> = Vec::new();
        for actor in actors {
            match self.find_user(actor) {
                Some((_, user)) => profiles.extend(user.profiles.iter().filter_map(|ix| model.profiles.at(ix.0))),
                None => profiles.extend(model.profiles.iter()),
            }
        }
        self.schema_without(&mut profiles.into_iter())
    }

    /// The schema as one actor sees it.
    pub fn schema_of(&self, actor: &str) -> Rc<Schema> {
        self.schema_for(&mut std::iter::once(actor))
    }

    /// Whether a field may be read and not edited.
    pub fn is_read_only(&self, actor: UserIx, field: FieldIx) -> bool {
        let profiles = self.model.users.get(actor).map(|user| user.profiles.as_slice()).unwrap_or_default();
        profiles.iter().filter_map(|ix| self.model.profiles.at(ix.0)).any(|profile| profile.read_only.contains(&field))
    }

    /// The fields that an actor sees, in the order of the configuration, each with whether they may edit it: `[{field, editable}, …]`.
    /// Without an actor, all of them.
    ///
    /// # Errors
    /// `unknown_actor`.
    pub fn fields(&self, actor: Option<&str>) -> Result<Json> {
        let actor_ix = actor.map(|actor| self.actor(actor)).transpose()?;
        let reserved = self.model.lead.reserved();
        let mut out = Vec::new();
        for (ix, field) in self.schema_for(&mut actor.into_iter()).shown() {
            let editable = !reserved.contains(&ix) && !actor_ix.is_some_and(|actor| self.is_read_only(actor, ix));
            out.push(Json::object([("field", field.name.as_str().into()), ("editable", editable.into())]));
        }
        Ok(Json::List(out))
    }

    /// Whether a plan of somebody who sees these fields may set others: the lifecycle may, and the plan that is taken back.
    pub(crate) fn hides_edits(&self, schema: &Schema, takes_back: bool) -> bool {
        !schema.hidden().is_empty() && (takes_back || self.model.lifecycle.patches().any(|patch| schema.hides(patch.field)))
    }

    /// The schema in which is hidden whatever is hidden from anybody.
    pub fn schema_for_all(&self) -> Rc<Schema> {
        self.schema_without(&mut self.model.profiles.iter())
    }

    fn schema_without(&self, profiles: &mut dyn Iterator<Item = &Profile>) -> Rc<Schema> {
        let mut hidden: Vec<FieldIx> = Vec::new();
        profiles.for_each(|profile| hidden.extend(&profile.hidden));
        if hidden.is_empty() {
            return Rc::clone(&self.model.schema);
        }
        crate::sort::all(&mut hidden);
        hidden.dedup();
        let mut known = self.seen.borrow_mut();
        if let Some((_, schema)) = known.iter().find(|(fields, _)| *fields == hidden) {
            return Rc::clone(schema);
        }
        let schema = Rc::new(self.model.schema.without(&hidden));
        known.push((hidden, Rc::clone(&schema)));
        schema
    }

    /// Makes sure that nothing that an actor assumes can tell of a field that is hidden from them: where one decides, an answer to each guess
    /// would come to its value.
    ///
    /// # Errors
    /// `hidden_field_decides`.
    pub(crate) fn check_assuming(&self, actor: &str) -> Result<()> {
        let schema = self.schema_of(actor);
        if schema.hidden().is_empty() || !self.model.condition_fields().iter().any(|field| schema.hides(*field)) {
            return Ok(());
        }
        let message = format!("a field that is hidden from `{actor}` decides here, so nothing is assumed for them");
        Err(Error::new("hidden_field_decides", "", message)
            .hint("leave the assumption out, or ask as somebody who may see all that decides"))
    }
}

/// Makes sure that these fields, which somebody named who may have seen them, are there for whoever asks.
///
/// # Errors
/// `query_invalid`, as for fields that do not exist.
pub(crate) fn check_shown(fields: &[FieldIx], schema: &Schema, path: &str) -> Result<()> {
    let mut faults = Vec::new();
    for field in fields.iter().filter(|field| schema.hides(**field)) {
        let name = schema.name(*field);
        faults.push(schema.unknown(name, path).with("field", name));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid("query_invalid", faults)) }
}

/// The fields that a list reads to choose its leads and to sort them.
pub(crate) fn read_by(query: &Query, sort: &[crate::filter::SortKey]) -> Vec<FieldIx> {
    let mut fields = query.fields();
    fields.extend(sort.iter().map(|key| key.field));
    fields
}
