//! `start_group`: gives leads to a group by hand, whatever the rules say.

use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Fallback, GroupIx, Model, Verb};
use crate::error::{Diagnostic, Error, Result};
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::leads::LeadsRef;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::query::FieldIx;
use crate::route;

pub(crate) struct StartGroup {
    leads: LeadsRef,
    group: String,
}

impl Operation for StartGroup {
    const KIND: &'static str = "start_group";
    const KEYS: &'static [&'static str] = &["leads", "group"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit, Verb::GroupTrigger];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, group.trigger, receive, lock, reassignable, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<StartGroup> {
        let group = reader.id(node, "group");
        Some(StartGroup { leads: reader.leads(&node.get("leads"))?, group: group? })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        let slots = self.slot(model).into_iter().collect();
        Touches { slots, routes: Some(route::Reached::Group(&self.group)), ..Touches::of(LeadSource::Named(&self.leads)) }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        let may = planner.auth.group_may(planner.actor, Verb::GroupTrigger, &self.group)?;
        let Some(group) = planner.model.groups.find(&self.group).filter(|_| may.allowed) else {
            return Ok(Draft::refuse(may.reasons));
        };
        if let Some(id) = goes_on_with_rules(planner.model, group) {
            let message = format!("the group `{id}` goes on with the next rule, and there is none where a group is started by hand");
            let fault = Diagnostic::error("no_next_rule", "/group", message);
            return Err(Error::invalid("command_invalid", vec![fault.hint("give it another step in `onNobody`")]));
        }
        route::decide(planner, &self.leads, route::Decider::Group(GroupIx(group)))
    }

    fn explain(&self, model: &Model) -> Vec<Question> {
        let mut out = vec![Question::May(Verb::LeadEdit)];
        out.extend(self.slot(model).map(|slot| Question::of_move(slot, None)));
        out
    }
}

impl StartGroup {
    fn slot(&self, model: &Model) -> Option<FieldIx> {
        model.groups.by_id(&self.group).map(|group| group.slot)
    }
}

/// The group, or the first that it falls back on, whose steps go on with the rules. Groups never fall back on each other in a circle.
fn goes_on_with_rules(model: &Model, ix: u32) -> Option<&str> {
    let group = model.groups.at(ix)?;
    for step in &group.on_nobody {
        match step {
            Fallback::NextRule => return Some(&group.id),
            Fallback::Group(GroupIx(other)) => {
                if let Some(id) = goes_on_with_rules(model, *other) {
                    return Some(id);
                }
            }
            _ => {}
        }
    }
    None
}
