//! `cancel_run`: ends a run of offers by hand. The lead goes to whoever is named, or stays with whoever has it.

use crate::command::operation::{Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::route;

pub(crate) struct CancelRun {
    run: String,
    to: Option<String>,
}

impl Operation for CancelRun {
    const KIND: &'static str = "cancel_run";
    const KEYS: &'static [&'static str] = &["run", "to"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::GroupCancel];
    #[cfg(test)]
    const ASKS: &'static str = "view, group.cancel; with `to` also edit, release, give, receive, reassignable, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<CancelRun> {
        let to = node.get("to");
        let to = if to.is_null() { None } else { Some(reader.user(&to)?.to_owned()) };
        Some(CancelRun { run: reader.id(node, "run")?, to })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        Touches { receivers: self.to.as_deref().into_iter().collect(), ..Touches::of_run(&self.run, model) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        route::cancel(planner, &self.run, self.to.as_deref())
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        Vec::new()
    }
}
