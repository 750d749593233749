//! `unassign`: clears a slot; the lead goes to a pool, or stays in its own.

use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::drops::RowChecks;
use crate::plan::edit::NewValue;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::{Move, Planner};
use crate::plan::reasons::Question;
use crate::query::{Cell, FieldIx};

pub(crate) struct Unassign {
    leads: LeadsRef,
    slot: FieldIx,
    pool: Option<String>,
}

impl Operation for Unassign {
    const KIND: &'static str = "unassign";
    const KEYS: &'static [&'static str] = &["leads", "slot", "pool"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, lock, reassignable";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Unassign> {
        Some(Unassign {
            slot: reader.slot(&node.get("slot"))?,
            pool: reader.pool(&node.get("pool")),
            leads: reader.leads(&node.get("leads"))?,
        })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        Touches { slots: vec![self.slot], ends_waiting: false, ..Touches::of(LeadSource::Named(&self.leads)) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let mut rows = leads::resolve(planner, &self.leads, &[], &mut draft.drops)?;
        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        planner.ask_moves(&[Move { slot: self.slot, to: None }], &[], &mut checks)?;
        draft.drops.drop_failing(&mut rows, checks);
        draft.edits.set(self.slot, NewValue::Same(Cell::Null));
        draft.edits.set_pool(planner.model, self.pool.as_deref());
        draft.slot = Some(self.slot);
        draft.rows = rows;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::LeadEdit), Question::of_move(self.slot, None)]
    }
}
