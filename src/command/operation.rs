//! What every command says of itself, and all that follows from it.
//!
//! A command is one file with one type that implements [`Operation`]. What it touches is told once, by [`Touches`]; which leads and
//! state a plan of it reads ([`needs`](crate::command::needs)), whether it asks for the right to act on many leads or to give, whether a
//! clock decides and whether it can be carried out over shards are worked out from that.

use crate::allot::spec::Split;
use crate::command::read::Reader;
use crate::config::patch::Patch;
use crate::config::{Model, Verb};
use crate::error::Result;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::edit;
use crate::plan::leads::LeadsRef;
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::query::FieldIx;
use crate::route::Reached;

/// One command.
pub(crate) trait Operation: Sized {
    /// The word in `type`.
    const KIND: &'static str;
    /// The keys that it may have beside `type`.
    const KEYS: &'static [&'static str];
    /// Verbs of which the actor must have any grant at all, before a row is looked at. `lead.give`, `lead.mass` and `list.use` are asked
    /// besides where [`Touches`] says so.
    const RIGHTS: &'static [Verb];
    /// What it asks, as the documentation of permissions has it.
    #[cfg(test)]
    const ASKS: &'static str;

    /// Reads it; every fault is noted.
    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Self>;

    /// What a plan of it may read and change.
    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a>;

    /// Which rows change, and how.
    fn decide(&self, planner: &Planner<'_>) -> Result<Draft>;

    /// What it asks of each lead, so that every question that failed can be told.
    fn explain(&self, model: &Model) -> Vec<Question>;
}

/// Which leads a command is about.
pub(crate) enum LeadSource<'a> {
    /// These, by their ids; they are never many.
    Ids(Vec<&'a str>),
    /// Those that it names.
    Named(&'a LeadsRef),
    /// Those that these people hold in the command's slots, among those that are named if any are; `open` where it reads no closed ones.
    Held { by: Vec<&'a str>, among: Option<&'a LeadsRef>, open: bool },
    /// Those of an earlier plan, by its id.
    OfPlan(&'a str),
    /// That of a run of offers.
    OfRun(&'a str),
    /// Those for which time has something to do, among the leads or the runs that are named if any are.
    Due { among: Option<&'a LeadsRef>, runs: Option<&'a [String]> },
}

/// What a plan of a command may read and change.
pub(crate) struct Touches<'a> {
    /// Its leads.
    pub leads: LeadSource<'a>,
    /// The slots whose holders it may change.
    pub slots: Vec<FieldIx>,
    /// People who may receive leads, by name.
    pub receivers: Vec<&'a str>,
    /// Whether the acting user may receive leads.
    pub actor_receives: bool,
    /// The split that deals them to others.
    pub split: Option<&'a Split>,
    /// Whether a lead goes to a unit, whoever there has it then.
    pub into_unit: bool,
    /// Whether leads that wait may wait no longer, where the owner is one of the slots.
    pub ends_waiting: bool,
    /// Whether rules or groups decide who has the leads, and which: all that they may reach is read.
    pub routes: Option<Reached<'a>>,
    /// What it sets besides.
    pub patches: &'a [Patch],
}

impl<'a> Touches<'a> {
    /// A command about leads that changes no slot.
    pub fn of(leads: LeadSource<'a>) -> Touches<'a> {
        Touches {
            leads,
            slots: Vec::new(),
            receivers: Vec::new(),
            actor_receives: false,
            split: None,
            into_unit: false,
            ends_waiting: true,
            routes: None,
            patches: &[],
        }
    }

    /// A command about a run of offers.
    pub fn of_run(run: &'a str, model: &'a Model) -> Touches<'a> {
        let slots = model.lead.slots.iter().map(|slot| slot.field).collect();
        Touches { slots, routes: Some(Reached::Run(run)), ..Touches::of(LeadSource::OfRun(run)) }
    }

    /// A command about leads that sets slots and may split leads in another one.
    pub fn moves(leads: LeadSource<'a>, moves: &'a [(FieldIx, Option<String>)], split: Option<&'a Split>) -> Touches<'a> {
        let mut out = Touches { split, ..Touches::of(leads) };
        for (slot, to) in moves {
            out.slots.push(*slot);
            out.receivers.extend(to.as_deref());
        }
        out.slots.extend(split.map(|split| split.slot));
        out
    }

    /// The set of leads that it names, where it names one.
    pub fn named_leads(&self) -> Option<&'a LeadsRef> {
        match self.leads {
            LeadSource::Named(leads) => Some(leads),
            LeadSource::Held { among, .. } | LeadSource::Due { among, .. } => among,
            LeadSource::Ids(_) | LeadSource::OfPlan(_) | LeadSource::OfRun(_) => None,
        }
    }

    /// Whether it asks for the right to act on many leads.
    pub fn is_bulk(&self) -> bool {
        match self.leads {
            LeadSource::Held { among: None, .. } => true,
            _ => match self.named_leads() {
                Some(LeadsRef::Ids { ids, .. }) => ids.len() > 1,
                Some(LeadsRef::Filter(_) | LeadsRef::List(_) | LeadsRef::Rows(_)) => true,
                None => false,
            },
        }
    }

    /// Whether it gives leads to others.
    pub fn gives(&self) -> bool {
        self.split.is_some() || self.into_unit || !self.receivers.is_empty()
    }

    /// Whether it may come to something else at another time, by what it says itself.
    pub fn reads_the_clock(&self, model: &Model) -> bool {
        let of_leads = match self.named_leads() {
            Some(LeadsRef::Filter(query)) => query.needs_now(),
            Some(LeadsRef::List(id)) => model.lists.by_id(id).is_some_and(|list| list.query.needs_now()),
            _ => false,
        };
        self.routes.is_some() || of_leads || self.patches.iter().any(|patch| edit::reads_the_clock(patch, model))
    }
}
