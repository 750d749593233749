//! `decline`: refuses a lead that is offered to the acting user; the next one is asked at once.

use crate::command::operation::{Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::route;

pub(crate) struct Decline {
    run: String,
    reason: Option<String>,
}

impl Operation for Decline {
    const KIND: &'static str = "decline";
    const KEYS: &'static [&'static str] = &["run", "reason"];
    const RIGHTS: &'static [Verb] = &[];
    #[cfg(test)]
    const ASKS: &'static str = "an offer to the actor (`not_offered`, `offer_expired`, `already_claimed`, `run_ended`)";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Decline> {
        Some(Decline { run: reader.id(node, "run")?, reason: node.get("reason").text().map(str::to_owned) })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        Touches::of_run(&self.run, model)
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        route::answer(planner, &self.run, &route::Answer::Decline(self.reason.as_deref()))
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        Vec::new()
    }
}
