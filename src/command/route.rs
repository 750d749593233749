//! `route`: the rules say who gets leads.

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

pub(crate) struct Route {
    leads: LeadsRef,
}

impl Operation for Route {
    const KIND: &'static str = "route";
    const KEYS: &'static [&'static str] = &["leads"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::RuleRun];
    #[cfg(test)]
    const ASKS: &'static str = "view, rule.run, receive, lock, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Route> {
        Some(Route { leads: reader.leads(&node.get("leads"))? })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        Touches { slots: route::slots(model), routes: Some(route::Reached::Rules), ..Touches::of(LeadSource::Named(&self.leads)) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        route::decide(planner, &self.leads, route::Decider::Rules)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        vec![Question::May(Verb::RuleRun)]
    }
}
