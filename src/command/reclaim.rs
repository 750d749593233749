//! `reclaim`: takes leads from people: dealt to others, put into a pool, or left without an owner.

use crate::access::RowSet;
use crate::allot::deal::{self, Extra};
use crate::allot::spec::{Receivers, Split};
use crate::command::operation::{LeadSource, Operation, Touches};
use crate::command::read::Reader;
use crate::config::{Model, Verb};
use crate::error::{Diagnostic, Error, Result};
use crate::filter::SortKey;
use crate::json::decode::Decoder;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::reasons::Question;
use crate::query::{Cell, FieldIx};
use crate::table::{Mask, RowIx};

/// Which slots are cleared.
#[derive(Clone, Copy)]
enum SlotChoice {
    One(FieldIx),
    All,
}

impl SlotChoice {
    fn fields(self, model: &Model) -> Vec<FieldIx> {
        match self {
            SlotChoice::One(slot) => vec![slot],
            SlotChoice::All => model.lead.slots.iter().map(|slot| slot.field).collect(),
        }
    }
}

pub(crate) struct Reclaim {
    /// Need not be in the configuration any more.
    from: Vec<String>,
    /// Absent, all open leads that they hold.
    leads: Option<LeadsRef>,
    slot: SlotChoice,
    split: Option<Split>,
    pool: Option<String>,
    /// Whether closed leads are taken as well.
    closed_too: bool,
}

impl Operation for Reclaim {
    const KIND: &'static str = "reclaim";
    const KEYS: &'static [&'static str] = &["from", "leads", "slot", "split", "pool", "which"];
    const RIGHTS: &'static [Verb] = &[Verb::LeadView, Verb::LeadEdit];
    #[cfg(test)]
    const ASKS: &'static str = "view, edit, release, lock, reassignable; with a split also give, receive, boundary";

    fn read(reader: &Reader<'_>, node: &Decoder<'_>) -> Option<Reclaim> {
        let (leads, split, slot) = (node.get("leads"), node.get("split"), node.get("slot"));
        let from: Vec<String> = node.get("from").ids().into_iter().map(str::to_owned).collect();
        if from.is_empty() {
            node.get("from").error("empty", "`from` must name somebody");
        }
        for (ix, user) in from.iter().enumerate() {
            if from.iter().take(ix).any(|other| other == user) {
                node.get("from").error("duplicate_id", format!("`{user}` is named twice"));
            }
        }
        let slot = match slot.text() {
            Some("all") if reader.model.schema.find("all").is_none() => SlotChoice::All,
            _ => SlotChoice::One(reader.slot(&slot)?),
        };
        let leads = reader.optional_leads(&leads);
        let mut split = reader.optional_split(&split)?;
        if let Some(split) = &mut split {
            match slot {
                SlotChoice::All => {
                    node.get("slot").error("slot_all_with_split", "a split fills one slot; reclaim of `all` slots goes to the pool")
                }
                SlotChoice::One(field) if node.get("split").get("slot").is_null() => split.slot = field,
                SlotChoice::One(field) if field != split.slot => {
                    node.get("split").get("slot").error("slot_differs", "the split must fill the slot that is reclaimed")
                }
                SlotChoice::One(_) => {}
            }
            if let Receivers::Named(list) = &split.to {
                for receiver in list.iter().filter(|receiver| from.contains(&receiver.user)) {
                    node.get("split").get("to").error("from_and_to", format!("`{}` cannot both lose and receive", receiver.user));
                }
            }
            if !node.get("pool").is_null() {
                node.get("pool").error("pool_and_split", "leads go to a pool or to people, not to both");
            }
        }
        let closed_too = node.get("which").one_of(&[("open", false), ("all", true)]).unwrap_or(false);
        Some(Reclaim { from, leads: leads?, slot, split, pool: reader.pool(&node.get("pool")), closed_too })
    }

    fn touches<'a>(&'a self, model: &'a Model) -> Touches<'a> {
        let by = self.from.iter().map(String::as_str).collect();
        Touches {
            slots: self.slot.fields(model),
            split: self.split.as_ref(),
            ..Touches::of(LeadSource::Held { by, among: self.leads.as_ref(), open: false })
        }
    }

    fn decide(&self, planner: &Planner<'_>) -> Result<Draft> {
        match &self.split {
            Some(split) => self.deal(planner, split),
            None => self.clear(planner),
        }
    }

    fn explain(&self, model: &Model) -> Vec<Question> {
        match &self.split {
            Some(split) => Question::of_deal(split.slot),
            None => {
                let mut out = vec![Question::May(Verb::LeadEdit)];
                out.extend(self.slot.fields(model).into_iter().map(|slot| Question::Release { slot, from: self.from.clone() }));
                out
            }
        }
    }
}

impl Reclaim {
    fn people(&self) -> Vec<&str> {
        self.from.iter().map(String::as_str).collect()
    }

    /// The leads that are taken; closed ones that stay are told.
    fn held(&self, planner: &Planner<'_>, held: Mask, sort: &[SortKey], draft: &mut Draft) -> Result<Vec<u32>> {
        let (rows, closed) = leads::held_among(planner, self.leads.as_ref(), held, sort, self.closed_too, &mut draft.drops)?;
        if closed > 0 {
            let message = format!(
                "{closed} closed {} where {} now",
                if closed == 1 { "lead stays" } else { "leads stay" },
                if closed == 1 { "it is" } else { "they are" }
            );
            let warning = Diagnostic::warning("closed_leads_stay", "", message).hint("`which: \"all\"` takes closed leads too");
            draft.warnings.push(warning.with("leads", closed));
        }
        Ok(rows)
    }

    /// The leads go to others.
    fn deal(&self, planner: &Planner<'_>, split: &Split) -> Result<Draft> {
        let mut draft = Draft::default();
        let takers = match deal::candidates(planner, split)? {
            Ok(takers) => takers,
            Err(refused) => return Ok(Draft::refuse(refused)),
        };
        if let Some(user) = self.from.iter().find(|user| takers.iter().any(|taker| planner.id_of(taker.user) == user.as_str())) {
            let fault = Diagnostic::error("from_and_to", "/split/to", format!("`{user}` cannot both lose and receive"));
            return Err(Error::invalid("command_invalid", vec![fault]));
        }
        let held = leads::held_by(planner, split.slot, &self.people())?;
        let rows = self.held(planner, held, &split.sort, &mut draft)?;
        draft.former = self.from.clone();
        deal::deal(planner, &mut draft, rows, split, &takers, Extra::default())?;
        Ok(draft)
    }

    /// The leads go to a pool, or are left without a holder.
    fn clear(&self, planner: &Planner<'_>) -> Result<Draft> {
        let mut draft = Draft::default();
        let slots = self.slot.fields(planner.model);
        let mut masks = Vec::with_capacity(slots.len());
        let mut any = Mask::none(planner.table.rows())?;
        for slot in &slots {
            let mask = leads::held_by(planner, *slot, &self.people())?;
            any.or(&mask.words);
            masks.push((*slot, mask));
        }
        let mut rows = self.held(planner, any, &[], &mut draft)?;
        // Only the slots that these people hold are asked about, and cleared.
        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        for (slot, mask) in &masks {
            let others = RowSet::Some(mask.clone()).complement(planner.table.rows())?;
            checks.only(DropCode::NotPermitted, planner.auth.release(&planner.asking(), *slot)?.or(others.clone()));
            planner.ask_state(*slot, &others, &mut checks)?;
        }
        draft.drops.drop_failing(&mut rows, checks);
        for (slot, mask) in &masks {
            let all = rows.iter().all(|row| mask.contains(RowIx(*row)));
            let cleared = || rows.iter().map(|row| mask.contains(RowIx(*row)).then_some(Cell::Null)).collect();
            draft.edits.set(*slot, if all { NewValue::Same(Cell::Null) } else { NewValue::Each(cleared()) });
        }
        draft.edits.set_pool(planner.model, self.pool.as_deref());
        draft.slot = slots.first().copied();
        draft.former = self.from.clone();
        draft.rows = rows;
        Ok(draft)
    }
}
