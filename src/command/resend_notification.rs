//! `resend_notification`: sends the owner's notice again.

use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;

pub(crate) struct ResendNotification {
    lead: String,
}

impl Operation for ResendNotification {
    const KIND: &'static str = "resend_notification";
    const KEYS: &'static [&'static str] = &["lead"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit";

    fn read(_: &Reader<'_>, node: &Decoder<'_>) -> Option<ResendNotification> {
        Some(ResendNotification { lead: node.get("lead").id()?.to_owned() })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        Touches::of(LeadSource::Ids(vec![&self.lead]))
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let lead = &planner.model.lead;
        let Some(row) = leads::one(planner, &self.lead, None, &mut draft.drops)? else { return Ok(draft) };
        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        draft.rows = vec![row.0];
        draft.drops.drop_failing(&mut draft.rows, checks);
        let Some(user) = planner.table.cell(row, lead.owner).text().map(str::to_owned) else {
            if !draft.rows.is_empty() {
                draft.drops.row(row, DropCode::NoChange);
            }
            draft.rows.clear();
            return Ok(draft);
        };
        if let Some(field) = lead.notified.filter(|_| planner.context.notify) {
            draft.edits.set(field, NewValue::Words { add: vec![user.clone()], remove: Vec::new() });
        }
        draft.keep_empty = true;
        draft.resend = vec![(lead.owner, user)];
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::LeadEdit)]
    }
}
