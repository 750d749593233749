//! `claim`: takes a lead that is offered to the acting user.

use crate::command::operation::{Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::route;

pub(crate) struct Claim {
    run: String,
}

impl Operation for Claim {
    const KIND: &'static str = "claim";
    const KEYS: &'static [&'static str] = &["run"];
    const RIGHTS: &'static [Verb] = &[];
    #[cfg(test)]
    const ASKS: &'static str = "an offer to the actor (`not_offered`, `offer_expired`, `already_claimed`, `run_ended`), receive, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Claim> {
        Some(Claim { run: reader.id(node, "run")? })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        Touches { actor_receives: true, ..Touches::of_run(&self.run, model) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        route::answer(planner, &self.run, &route::Answer::Claim)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        Vec::new()
    }
}
