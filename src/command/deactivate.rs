//! `deactivate`: takes leads out of use, as the lifecycle says.

use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::drops::RowChecks;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;

pub(crate) struct Deactivate {
    leads: LeadsRef,
}

impl Operation for Deactivate {
    const KIND: &'static str = "deactivate";
    const KEYS: &'static [&'static str] = &["leads"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Deactivate> {
        if reader.model.lifecycle.on_deactivate.is_empty() {
            node.error("no_deactivate_patch", "`lifecycle.onDeactivate` says nothing, so nothing would change");
        }
        Some(Deactivate { leads: reader.leads(&node.get("leads"))? })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        Touches::of(LeadSource::Named(&self.leads))
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let mut rows = leads::resolve(planner, &self.leads, &[], &mut draft.drops)?;
        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        draft.drops.drop_failing(&mut rows, checks);
        draft.edits.ask(&planner.model.lifecycle.on_deactivate, planner.context.now, &planner.context.actor, planner.model);
        draft.rows = rows;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::LeadEdit)]
    }
}
