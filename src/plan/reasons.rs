//! Why a lead was left out: every question that failed, asked one by one when somebody wants to know.

use crate::access::{Action, Check, Lead, Reason, Request, To};
use crate::config::Verb;
use crate::query::{FieldIx, UnitIx};
use crate::table::Row;

use crate::plan::Plan;
use crate::plan::drops::{Drop, DropCode, DroppedLead};
use crate::plan::planner::Many;

/// Receivers whose reasons are told of a lead that none of them may have, in order: what people read, and machines pay for.
const TOLD: usize = 8;

/// What a command asked of each lead.
#[derive(Clone, Debug, Default)]
pub(crate) enum Explain {
    /// Whether it may be edited.
    #[default]
    Edit,
    /// Whether these slots may change like this, in another unit if one is named.
    Moves { slots: Vec<(FieldIx, Option<String>)>, unit: Option<UnitIx> },
    /// Whether units may gain and lose access.
    Units { add: Vec<UnitIx>, remove: Vec<UnitIx>, slots: Vec<(FieldIx, Option<String>)> },
    /// Whether one of these people may have the slot.
    Deal { slot: FieldIx, to: Vec<String> },
    /// Whether these people may lose these slots.
    Clear { slots: Vec<FieldIx>, from: Vec<String> },
    /// Whether it may be claimed.
    Claim,
}

impl Plan {
    /// Every question that failed for a lead that was left out by a question of permission.
    pub(crate) fn reasons(&self, drop: &Drop<'_>) -> Vec<Reason> {
        let asked = matches!(
            drop.code,
            DropCode::NotPermitted
                | DropCode::NotReassignable
                | DropCode::Locked
                | DropCode::Boundary
                | DropCode::ReceiverInactive
                | DropCode::ReceiverNotPermitted
                | DropCode::NobodyEligible
        );
        let DroppedLead::Row(row) = drop.left else { return Vec::new() };
        if !asked {
            return Vec::new();
        }
        let row = Row { table: &self.table, row };
        let lead = Lead::whole(&row);
        let mut out: Vec<Reason> = Vec::new();
        let mut ask = |question: Request<'_>, only: &[Check]| {
            let decision = self.auth.can(&Request { now: Some(self.now), lead: Some(lead), ..question });
            let failed = decision.ok().filter(|decision| !decision.allowed).map(|decision| decision.reasons).unwrap_or_default();
            let wanted = |reason: &Reason| only.is_empty() || reason.question.is_some_and(|question| only.contains(&question));
            for reason in failed.into_iter().filter(wanted) {
                if !out.contains(&reason) {
                    out.push(reason);
                }
            }
        };
        let verb = |verb: Verb| Request::new(&self.actor, Action::Verb(verb));
        let moving = |slot: FieldIx, to| Request { slot: Some(slot), to, ..Request::new(&self.actor, Action::Reassign) };
        if self.many == Many::Yes {
            ask(verb(Verb::LeadMass), &[]);
        }
        match &self.inquiry {
            Explain::Claim => {
                ask(verb(Verb::LeadClaim), &[]);
                let receives = [Check::Receive, Check::Lock, Check::Boundary];
                ask(moving(self.model.lead.owner, To::User(&self.actor)), &receives);
            }
            Explain::Deal { slot, to } => {
                ask(moving(*slot, To::Anybody), &[]);
                let arriving = [Check::Give, Check::Receive, Check::Boundary];
                to.iter().take(TOLD).for_each(|user| ask(moving(*slot, To::User(user)), &arriving));
            }
            Explain::Clear { slots, from } => {
                ask(verb(Verb::LeadEdit), &[]);
                let held =
                    |slot: &FieldIx| self.table.cell(row.row, *slot).text().is_some_and(|user| from.iter().any(|known| known == user));
                slots.iter().filter(|slot| held(slot)).for_each(|slot| ask(moving(*slot, To::Nobody), &[]));
            }
            Explain::Edit => ask(verb(Verb::LeadEdit), &[]),
            Explain::Moves { slots, unit } => {
                ask(verb(Verb::LeadEdit), &[]);
                for (slot, user) in slots {
                    ask(Request { unit: *unit, ..moving(*slot, user.as_deref().map_or(To::Nobody, To::User)) }, &[]);
                }
            }
            Explain::Units { add, remove, slots } => {
                ask(verb(Verb::LeadEdit), &[]);
                for (slot, user) in slots {
                    ask(moving(*slot, user.as_deref().map_or(To::Nobody, To::User)), &[]);
                }
                add.iter().for_each(|unit| ask(Request { unit: Some(*unit), ..verb(Verb::LeadGive) }, &[]));
                if out.is_empty() {
                    let units = remove.iter().filter_map(|unit| self.model.schema.units.get(*unit));
                    out.extend(units.map(|unit| {
                        let message = format!("`{}` may not take access from the unit `{}`", self.actor, unit.id);
                        Reason::new("not_permitted", Some(Check::Release), message)
                    }));
                }
            }
        }
        out
    }
}
