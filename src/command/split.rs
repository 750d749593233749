//! `split`: divides leads evenly.

use crate::allot::deal::{self, Extra};
use crate::allot::spec::Split as Spec;
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;

pub(crate) struct Split {
    leads: LeadsRef,
    split: Spec,
}

impl Operation for Split {
    const KIND: &'static str = "split";
    const KEYS: &'static [&'static str] = &["leads", "split"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, give, receive, lock, reassignable, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Split> {
        let (leads, split) = (reader.leads(&node.get("leads")), reader.split(&node.get("split")));
        Some(Split { leads: leads?, split: split? })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        Touches::moves(LeadSource::Named(&self.leads), &[], Some(&self.split))
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let takers = match deal::candidates(planner, &self.split)? {
            Ok(takers) => takers,
            Err(refused) => return Ok(Draft::refuse(refused)),
        };
        let rows = leads::resolve(planner, &self.leads, &self.split.sort, &mut draft.drops)?;
        deal::deal(planner, &mut draft, rows, &self.split, &takers, Extra::default())?;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        Question::of_deal(self.split.slot)
    }
}
