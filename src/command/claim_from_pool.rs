//! `claim_from_pool`: takes a lead that nobody owns.

use crate::access::Check;
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads;
use crate::plan::planner::Planner;
use crate::plan::reasons::{Question, Recipient};

pub(crate) struct ClaimFromPool {
    lead: String,
    /// What the person saw of it.
    seen: Option<Json>,
}

impl Operation for ClaimFromPool {
    const KIND: &'static str = "claim_from_pool";
    const KEYS: &'static [&'static str] = &["lead", "seen"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadClaim];
    #[cfg(test)]
    const ASKS: &'static str = "view, claim, receive, lock, boundary; nobody owns it (`already_claimed`)";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<ClaimFromPool> {
        Some(ClaimFromPool { lead: reader.id(node, "lead")?, seen: reader.present(node, "seen").cloned() })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        Touches { slots: vec![model.lead.owner], actor_receives: true, ..Touches::of(LeadSource::Ids(vec![&self.lead])) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let owner = planner.model.lead.owner;
        let Some(row) = leads::one(planner, &self.lead, self.seen.as_ref(), &mut draft.drops)? else { return Ok(draft) };
        let asking = planner.asking();
        if !planner.table.cell(row, owner).is_null() {
            // Told before all else: whoever may claim may often claim only what nobody owns.
            draft.drops.row(row, DropCode::AlreadyClaimed);
            return Ok(draft);
        }
        let rows_of_table = planner.table.rows();
        let mut checks = RowChecks::default();
        checks.only(DropCode::NotPermitted, planner.auth.covers(&asking, Verb::LeadClaim)?);
        checks.not(DropCode::Locked, planner.auth.locked(&asking, owner)?, rows_of_table)?;
        planner.ask_guard(&mut checks)?;
        checks.not(DropCode::Boundary, planner.auth.barred(&asking, planner.actor)?, rows_of_table)?;
        checks.only(DropCode::ReceiverNotPermitted, planner.auth.receive(&asking, owner, planner.actor, &[])?);
        draft.rows = vec![row.0];
        draft.drops.drop_failing(&mut draft.rows, checks);
        draft.edits.set(owner, NewValue::text(&planner.context.actor));
        draft.slot = Some(owner);
        Ok(draft)
    }

    fn explain(&self, model: &Model) -> Vec<Question> {
        let receives = &[Check::Receive, Check::Lock, Check::Boundary];
        vec![Question::May(Verb::LeadClaim), Question::Move { slot: model.lead.owner, to: Recipient::Actor, unit: None, only: receives }]
    }
}
