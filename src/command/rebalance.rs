//! `rebalance`: levels what some people hold, with the fewest moves.
//!
//! It is a split of what they hold among themselves, of totals, in which rows stay where evenness allows and nothing is remembered.

use crate::allot::deal::{self, Extra};
use crate::allot::spec::{Even, Keep, Order, Receiver, Receivers, Split};
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;

pub(crate) struct Rebalance {
    /// Absent, all open leads that they hold.
    leads: Option<LeadsRef>,
    users: Vec<Receiver>,
    split: Split,
}

impl Operation for Rebalance {
    const KIND: &'static str = "rebalance";
    const KEYS: &'static [&'static str] = &["users", "leads", "slot"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, give, receive, lock, reassignable, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Rebalance> {
        let leads = reader.optional_leads(&node.get("leads"));
        let users = reader.receivers(&node.get("users"));
        let leads = leads?;
        let split = Split {
            to: Receivers::Named(users.clone()),
            slot: reader.slot(&node.get("slot"))?,
            even: Even::Total,
            order: Order::Deal,
            keep: Keep::Yes,
            together: Vec::new(),
            sort: Vec::new(),
            key: None,
            remember: false,
        };
        Some(Rebalance { leads, users, split })
    }

    fn touches<'a>(&'a self, _: &'a Model) -> Touches<'a> {
        let by = self.users.iter().map(|receiver| receiver.user.as_str()).collect();
        Touches::moves(LeadSource::Held { by, among: self.leads.as_ref(), open: true }, &[], Some(&self.split))
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let split = &self.split;
        let takers = match deal::candidates(planner, split)? {
            Ok(takers) => takers,
            Err(refused) => return Ok(Draft::refuse(refused)),
        };
        let people: Vec<&str> = self.users.iter().map(|receiver| receiver.user.as_str()).collect();
        let held = leads::held_by(planner, split.slot, &people)?;
        let rows = leads::held_among(planner, self.leads.as_ref(), held, &[], false, &mut draft.drops)?.0;
        deal::deal(planner, &mut draft, rows, split, &takers, Extra::default())?;
        Ok(draft)
    }

    fn explain(&self, _: &Model) -> Vec<Question> {
        Question::of_deal(self.split.slot)
    }
}
