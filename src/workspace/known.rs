//! Questions of permission whose answers a host remembers.

use crate::access::{LeadObject, is_plain};
use crate::config::{UserIx, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::query::FieldIx;
use crate::time::Instant;

use super::{LeadTable, Workspace};

impl Workspace {
    /// What a host needs to answer questions about leads by itself: the user's and the verb's number for [`Workspace::outcome`], the
    /// name of the id and, if they alone decide, the names of the fields that do. Null for an actor who may nothing, and for a verb
    /// that looks at more than the lead.
    pub fn way(&self, actor: &str, verb: &str) -> Json {
        let known = (0u32..).zip(Verb::ALL).find(|(_, (name, known))| *name == verb && is_plain(*known));
        let (Some(user), Some((number, (_, verb)))) = (self.auth.active(actor), known) else { return Json::Null };
        let name = |field: FieldIx| Json::from(self.model.schema.name(field));
        Json::object([
            ("user", f64::from(user.0).into()),
            ("verb", f64::from(number).into()),
            ("id", name(self.model.lead.id)),
            (
                "fields",
                self.auth.decisive(user, *verb).map_or(Json::Null, |fields| fields.into_iter().map(name).collect::<Vec<_>>().into()),
            ),
        ])
    }

    /// The answer to a question about a lead given as an object, and the classes of its [decisive](Authorizer::decisive) fields: leads of the
    /// same classes get the same decision, but for the id in its message. Null for a lead that lacks one of them.
    ///
    /// # Errors
    /// As [`Workspace::can`].
    pub fn learn(&self, question: &Json) -> Result<Json> {
        let text = |key| question.get(key).and_then(Json::as_text);
        let lead = question.get("lead").map(|lead| LeadObject::read(lead, &self.model.schema));
        let user = text("actor").and_then(|actor| self.auth.active(actor));
        let verb = Verb::ALL.iter().find(|(name, _)| text("do") == Some(name)).map(|(_, verb)| *verb);
        let classes = match (lead, user, verb) {
            (Some(lead), Some(user), Some(verb)) => {
                let whole = self.auth.decisive(user, verb).is_some_and(|fields| !fields.iter().any(|field| lead.lacks().contains(field)));
                if whole { self.auth.classes(user, verb, &lead)? } else { None }
            }
            _ => None,
        };
        let classes = classes.map_or(Json::Null, |list| list.into_iter().map(|class| Json::from(class as f64)).collect::<Vec<_>>().into());
        Ok(Json::object([("decision", self.can(question, None)?), ("classes", classes)]))
    }

    /// The answer to a question about a lead of a table as a number: leads with the same number get the same decision, but for the id in
    /// its message. Nothing where there is no such number; [`Workspace::can`] tells why.
    #[inline(always)]
    pub fn outcome(&self, table: &LeadTable, user: UserIx, verb: u32, now: Option<Instant>, lead: &[u8]) -> Option<u32> {
        let (_, verb) = Verb::ALL.get(verb as usize)?;
        let found = table.answers.try_borrow_mut().ok()?.outcome(&self.auth, &table.table, lead, (user, *verb), now).ok()?;
        found.unwrap_or_else(|| {
            let told = is_plain(*verb) && (now.is_some() || !self.auth.view_needs_now(user));
            Some(0).filter(|_| told)
        })
    }
}
