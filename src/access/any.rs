//! Whether anything at all could be allowed: what a question without a lead asks, and what a whole command asks before any row.

use super::assemble::Over;
use super::can::{Found, Known, Verdict};
use super::reach::{Distance, Relation};
use super::{Authorizer, Check, Decision, Principal, Reason, Request, To};
use crate::config::{UserIx, UserKind, Verb};
use crate::error::Result;
use crate::query::assume::is_false;
use crate::time::Instant;

impl Authorizer {
    /// Whether the actor may give any lead to somebody, be they able to have it or not: whose load they may know.
    ///
    /// # Errors
    /// As [`Authorizer::can`].
    pub fn could_give(&self, actor: UserIx, user: &str, now: Instant) -> Result<bool> {
        let Some(asker) = self.asker(actor, Some(now)) else { return Ok(false) };
        let mut found = Found::default();
        asker.could_note(Verb::LeadView, Over::Lead, &mut found)?;
        Ok(found.failed.is_empty() && !is_false(&asker.give_node(asker.standing_of(user))?))
    }
}

impl Principal<'_> {
    /// Whether a verb could be allowed for any lead.
    pub(super) fn about_any(self, verb: Verb, question: &Request<'_>) -> Result<Decision> {
        let mut found = Found::default();
        self.could_note(Verb::LeadView, Over::Lead, &mut found)?;
        let slot = question.slot.unwrap_or(self.auth.model.lead.owner);
        match verb {
            Verb::LeadView => {}
            Verb::LeadGive => {
                self.give_any_lead(question, &mut found)?;
                self.could_receive(question, &mut found)?;
            }
            Verb::LeadRelease => self.could_note(verb, Over::Holder(slot), &mut found)?,
            verb => self.could_note(verb, Over::Lead, &mut found)?,
        }
        Ok(found.decide())
    }

    pub(super) fn reassign_any(self, question: &Request<'_>) -> Result<Decision> {
        let mut found = Found::default();
        self.could_note(Verb::LeadView, Over::Lead, &mut found)?;
        self.could_note(Verb::LeadEdit, Over::Lead, &mut found)?;
        if question.to == To::Another {
            return self
                .another(None, &mut found, &mut |user, found| {
                    let question = Request { to: To::User(user), ..*question };
                    self.give_any_lead(&question, found)?;
                    self.could_receive(&question, found)
                })
                .map(|()| found.decide());
        }
        if !matches!(question.to, To::Nobody) && (question.to != To::Anybody || question.unit.is_some()) {
            self.give_any_lead(question, &mut found)?;
            self.could_receive(question, &mut found)?;
        }
        Ok(found.decide())
    }

    fn give_any_lead(self, question: &Request<'_>, found: &mut Found) -> Result<()> {
        match self.receiver(question) {
            None => self.give_to_any(None, found),
            Some((standing, name)) => {
                if is_false(&self.give_node(standing)?) {
                    found.failed.push(Reason::new("not_permitted", Some(Check::Give), self.may_not_give(&name)));
                }
                Ok(())
            }
        }
    }

    /// Asks whether there is anybody but the present holder for whom nothing fails.
    pub(super) fn another(
        self,
        holder: Option<&str>,
        found: &mut Found,
        ask: &mut dyn FnMut(&str, &mut Found) -> Result<()>,
    ) -> Result<()> {
        let mut incomplete = None;
        for user in self.auth.model.users.iter() {
            if !user.active || user.kind != UserKind::Person || holder == Some(user.id.as_str()) {
                continue;
            }
            let mut of = Found::default();
            ask(&user.id, &mut of)?;
            if of.failed.is_empty() {
                found.granted.extend(of.granted);
                return Ok(());
            }
            incomplete = incomplete.or(of.failed.into_iter().find(|reason| reason.code == "lead_incomplete"));
        }
        let nobody = || Reason::new("nobody_eligible", Some(Check::Receive), "there is nobody else who could have this lead");
        found.failed.push(incomplete.unwrap_or_else(nobody));
        Ok(())
    }

    fn could_note(self, verb: Verb, over: Over, found: &mut Found) -> Result<()> {
        if !self.could(verb, over)? {
            found.failed.push(self.never(verb));
        }
        Ok(())
    }

    /// The reason where no grant of a verb could cover anything.
    pub(super) fn never(self, verb: Verb) -> Reason {
        let message = format!("`{}` has no grant for `{}` that could cover anything", self.user.id, verb.name());
        Reason::new("not_permitted", Check::of(verb), message)
    }

    /// Whether there is anybody to whom the actor may give; `lead` narrows it.
    pub(super) fn give_to_any(self, lead: Option<Known<'_>>, found: &mut Found) -> Result<()> {
        let steps = [Distance::Own, Distance::Team, Distance::Subtree, Distance::Company, Distance::Stranger];
        for standing in steps.map(Relation::at) {
            match lead {
                Some(lead) => {
                    let verdict = self.of_receiver(standing, lead)?;
                    if matches!(verdict, Verdict::Granted(_)) {
                        self.note(found, Some(Check::Give), verdict, String::new);
                        return Ok(());
                    }
                }
                None if is_false(&self.give_node(standing)?) => {}
                None => return Ok(()),
            }
        }
        let message = format!("`{}` may not give this to anybody", self.user.id);
        found.failed.push(Reason::new("not_permitted", Some(Check::Give), message));
        Ok(())
    }
}
