//! Why a lead was left out: every question that failed, asked one by one when somebody wants to know.

use crate::access::{Action, Check, Lead, Reason, Request, To};
use crate::config::Verb;
use crate::query::{Cell, FieldIx, UnitIx};
use crate::table::Row;

use crate::plan::Plan;
use crate::plan::drops::{Drop, DropCode, DroppedLead};
use crate::plan::edit::NewValue;

/// Receivers whose reasons are told of a lead that none of them may have, in order: what people read, and machines pay for.
const TOLD: usize = 8;

/// Who would have a slot.
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    /// Whoever it may be.
    Anybody,
    Nobody,
    /// The acting user.
    Actor,
    User(String),
}

/// One thing that a command asked of each lead.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Whether the actor has a verb over it.
    May(Verb),
    /// Whether a slot may change like this, in another unit if one is named. `only` are the checks that count; none stands for all.
    Move { slot: FieldIx, to: Recipient, unit: Option<UnitIx>, only: &'static [Check] },
    /// Whether one of the people to whom the plan deals a slot may have it.
    DealtTo(FieldIx),
    /// Whether the slot may be cleared, where one of these people has it.
    Release { slot: FieldIx, from: Vec<String> },
    /// Whether a unit may gain access.
    GiveAccess(UnitIx),
    /// Whether units may lose access, where nothing else failed.
    TakeAccess(Vec<UnitIx>),
}

impl Question {
    /// Whether somebody may have a slot, or nobody.
    pub fn of_move(slot: FieldIx, to: Option<String>) -> Question {
        Question::Move { slot, to: to.map_or(Recipient::Nobody, Recipient::User), unit: None, only: &[] }
    }

    /// What is asked of leads that are dealt to some people.
    pub fn of_deal(slot: FieldIx) -> Vec<Question> {
        vec![Question::Move { slot, to: Recipient::Anybody, unit: None, only: &[] }, Question::DealtTo(slot)]
    }
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
        if let Some(reasons) = self.routed.reasons.get(&row.0) {
            return reasons.as_ref().clone();
        }
        if !asked {
            return Vec::new();
        }
        let row = Row { table: &self.table, row };
        let lead = Lead::whole(&row);
        let mut out: Vec<Reason> = Vec::new();
        let ask = |question: Request<'_>, only: &[Check], out: &mut Vec<Reason>| {
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
        if self.bulk {
            ask(verb(Verb::LeadMass), &[], &mut out);
        }
        for question in &self.questions {
            match question {
                Question::May(may) => ask(verb(*may), &[], &mut out),
                Question::Move { slot, to, unit, only } => {
                    let to = match to {
                        Recipient::Anybody => To::Anybody,
                        Recipient::Nobody => To::Nobody,
                        Recipient::Actor => To::User(&self.actor),
                        Recipient::User(user) => To::User(user),
                    };
                    ask(Request { unit: *unit, ..moving(*slot, to) }, only, &mut out);
                }
                Question::DealtTo(slot) => {
                    let Some(NewValue::Coded(people, _)) = self.edits.always(*slot) else { continue };
                    let arriving = [Check::Give, Check::Receive, Check::Boundary];
                    let people = people.iter().filter_map(Cell::text).take(TOLD);
                    people.for_each(|user| ask(moving(*slot, To::User(user)), &arriving, &mut out));
                }
                Question::Release { slot, from } => {
                    let cell = self.table.cell(row.row, *slot);
                    if cell.text().is_some_and(|user| from.iter().any(|known| known == user)) {
                        ask(moving(*slot, To::Nobody), &[], &mut out);
                    }
                }
                Question::GiveAccess(unit) => ask(Request { unit: Some(*unit), ..verb(Verb::LeadGive) }, &[], &mut out),
                Question::TakeAccess(units) if out.is_empty() => {
                    let units = units.iter().filter_map(|unit| self.model.schema.units.get(*unit));
                    out.extend(units.map(|unit| {
                        let message = format!("`{}` may not take access from the unit `{}`", self.actor, unit.id);
                        Reason::new("not_permitted", Some(Check::Release), message)
                    }));
                }
                Question::TakeAccess(_) => {}
            }
        }
        out
    }
}
