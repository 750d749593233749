//! Who gets the next leads of a group as things stand, for leads that everybody accepts.

use std::rc::Rc;

use crate::access::Authorizer;
use crate::config::{GroupIx, Model, Verb};
use crate::error::{Error, Result};
use crate::plan::context::Context;
use crate::plan::planner::Planner;
use crate::query::{Cell, Cells, FieldIx};
use crate::table::{Budget, Table};

use super::reasons::Reasons;
use super::router::{Asks, Router, Subject};

/// Leads that are told ahead at most.
const MOST: usize = 100_000;

/// A lead of which nothing is known.
pub(super) struct Nothing;

impl Cells for Nothing {
    fn cell(&self, _: FieldIx) -> Cell<'_> {
        Cell::Null
    }
}

/// The ids of those who get the next `n` leads; fewer where nobody is left.
///
/// # Errors
/// `count_out_of_range`; `unknown_actor`; `unknown_group`, also for one that the actor may not see; `method_offers` for a group that offers leads; `load_missing`
/// where open leads decide and the context has none; `state_missing`, `state_version`.
pub(crate) fn forecast(model: &Rc<Model>, auth: &Rc<Authorizer>, id: &str, n: usize, context: &Context) -> Result<Vec<String>> {
    if n > MOST {
        return Err(Error::new("count_out_of_range", "", format!("the next {MOST} leads can be told at most")));
    }
    let actor = auth.actor(&context.actor)?;
    context.state.forget_reads();
    let group = model.groups.find(id).map(GroupIx);
    let Some(group) = group.filter(|_| auth.group_may(actor, Verb::GroupView, id).is_ok_and(|decision| decision.allowed)) else {
        return Err(Error::new("unknown_group", "", format!("there is no group `{id}`")));
    };
    let table = Table::new(Rc::clone(&model.schema), model.lead.id, Budget::default());
    let context = Context { partial_table: true, ..context.clone() };
    let planner = Planner::new(model, auth, &table, &context, actor, false);
    let mut router = Router::new(&planner, Asks::Nothing)?;
    if !router.meet_group(group)? {
        return Err(Error::new("method_offers", "", format!("the group `{id}` offers leads, and who takes one is not known before")));
    }
    let lead = Subject { row: None, cells: &Nothing };
    let mut out = Vec::new();
    while out.len() < n {
        let Some(user) = router.pick(group, &lead, Reasons::NONE, None)? else { break };
        out.push(planner.id_of(user).to_owned());
    }
    context.state.check_complete()?;
    Ok(out)
}
