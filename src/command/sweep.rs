//! `sweep`: takes time forward. Offers whose time is over move on, leads that wait are tried again, idle leads retire.

use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::leads::LeadsRef;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::route;

pub(crate) struct Sweep {
    leads: Option<LeadsRef>,
    runs: Option<Vec<String>>,
    limit: usize,
}

impl Operation for Sweep {
    const KIND: &'static str = "sweep";
    const KEYS: &'static [&'static str] = &["leads", "runs", "limit"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::RuleRun];
    #[cfg(test)]
    const ASKS: &'static str = "view, rule.run, receive, lock, boundary; of what is not covered nothing moves";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Sweep> {
        let (leads, runs, limit) = (reader.optional_leads(&node.get("leads")), node.get("runs"), node.get("limit"));
        let runs = if runs.is_null() { None } else { Some(runs.ids().into_iter().map(str::to_owned).collect()) };
        let limit = limit.whole(1..=i64::from(u32::MAX)).and_then(|limit| usize::try_from(limit).ok());
        Some(Sweep { leads: leads?, runs, limit: limit.unwrap_or(usize::MAX) })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        let source = LeadSource::Due { among: self.leads.as_ref(), runs: self.runs.as_deref() };
        Touches {
            slots: model.lead.slots.iter().map(|slot| slot.field).collect(),
            routes: Some(route::Reached::Time(self.runs.as_deref())),
            ..Touches::of(source)
        }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        route::sweep(planner, &route::Scope { leads: self.leads.as_ref(), runs: self.runs.as_deref(), limit: self.limit })
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::RuleRun)]
    }
}
