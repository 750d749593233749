//! Everybody, each with the answer to "could they be put into this slot of this lead?".

use super::can::{Found, Known, unknown_lead};
use super::{Action, Authorizer, Decision, Lead, Request, To};
use crate::config::{UserIx, UserKind};
use crate::error::{Error, Result};

impl Authorizer {
    /// What a drop-down shows: every active person in the order of the configuration, with the answer of [`Authorizer::can`] to
    /// `lead.reassign`.
    /// Whom the question names in `to` does not matter.
    ///
    /// # Errors
    /// `unknown_actor`; `unknown_lead` for a lead that does not exist, and in the same words for one that the actor may not see;
    /// `now_required` where a condition reads the time and the question has none.
    pub fn receivers(&self, question: &Request<'_>) -> Result<Vec<(UserIx, Decision)>> {
        let ix = self.actor(question.actor)?;
        let nobody = Request { to: To::Anybody, ask: Action::Reassign, ..*question };
        let (known, id) = match question.lead {
            Some(Lead::Known { cells, lacks }) => (Some(Known { cells, lacks }), cells.cell(self.model.lead.id).text().map(str::to_owned)),
            Some(Lead::Unknown(id)) => (None, Some(id.to_owned())),
            Some(Lead::Missing) | None => (None, None),
        };
        let hidden = || {
            let reason = unknown_lead(id.as_deref());
            Error::new(reason.code, "", reason.message)
        };
        let (Some(asker), Some(lead)) = (self.asker(ix, question.now), known) else { return Err(hidden()) };
        // What does not depend on the receiver is asked once.
        let (mut shared, mut seen) = (Found::default(), None);
        if !asker.leave(lead, &nobody, &mut seen, &mut shared)? {
            return Err(hidden());
        }
        let holder = lead.cells.cell(question.slot.unwrap_or(self.model.lead.owner));
        let mut out = Vec::new();
        out.try_reserve_exact(self.model.users.len())?;
        let people = (0u32..).zip(self.model.users.iter()).filter(|(_, user)| user.active && user.kind == UserKind::Person);
        for (ix, user) in people {
            let this = Request { to: To::User(&user.id), ..nobody };
            let mut found = Found::default();
            if holder.text() == Some(user.id.as_str()) {
                asker.leave(lead, &this, &mut seen, &mut found)?;
            } else {
                found = shared.clone();
                asker.arrive(lead, &this, &mut found)?;
            }
            out.push((UserIx(ix), found.in_order().decide()));
        }
        Ok(out)
    }
}
