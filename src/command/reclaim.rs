//! Taking leads from people who leave, and levelling what the others hold.

use crate::access::RowSet;
use crate::allot::spec::{Even, Keep, Order, Receiver, Receivers, Split};
use crate::command::SlotChoice;
use crate::error::{Diagnostic, Error, Result};
use crate::plan::drops::{DropCode, RowChecks, complement};
use crate::plan::edit::NewValue;
use crate::plan::leads::LeadsRef;
use crate::plan::reasons::Explain;
use crate::plan::{holders, leads};
use crate::query::{Cell, FieldIx};
use crate::table::{Mask, RowIx};

use crate::allot::deal::{self, Extra, Remember, Unchanged};
use crate::plan::draft::Draft;
use crate::plan::planner::Planner;

/// The open leads of `held`, among `wanted` where the command names leads. What else it names is ignored, not dropped.
fn held_leads(planner: &Planner<'_>, wanted: Option<&LeadsRef>, held: Mask, split: Option<&Split>, draft: &mut Draft) -> Result<Vec<u32>> {
    let sort = split.map(|split| split.sort.as_slice()).unwrap_or_default();
    let open = planner.open()?.narrow(held);
    if let Some(wanted) = wanted {
        let mut rows = leads::resolve(planner, wanted, sort, &mut draft.drops)?;
        rows.retain(|row| open.contains(RowIx(*row)));
        return Ok(rows);
    }
    leads::by_id(planner.table, &planner.view()?.narrow(open), sort)
}

/// Takes leads from people: dealt to others, put into a pool, or left without an owner.
pub(crate) fn reclaim(
    planner: &Planner<'_>,
    from: &[String],
    wanted: Option<&LeadsRef>,
    slot: SlotChoice,
    split: Option<&Split>,
    pool: Option<&str>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let people: Vec<Option<&str>> = from.iter().map(|user| Some(user.as_str())).collect();
    if let (Some(split), SlotChoice::One(slot)) = (split, slot) {
        let takers = match deal::candidates(planner, split)? {
            Ok(takers) => takers,
            Err(refused) => return Ok(Draft::refuse(refused)),
        };
        if let Some(user) = from.iter().find(|user| takers.iter().any(|taker| planner.id_of(taker.user) == user.as_str())) {
            let fault = Diagnostic::error("from_and_to", "/split/to", format!("`{user}` cannot both lose and receive"));
            return Err(Error::invalid("command_invalid", vec![fault]));
        }
        let held = holders::held_by(planner.table, slot, &people)?;
        let rows = held_leads(planner, wanted, held, Some(split), &mut draft)?;
        draft.former = from.to_vec();
        deal::deal(planner, &mut draft, rows, split, &takers, Remember::Yes, Unchanged::Dropped, Extra::default())?;
        return Ok(draft);
    }
    let slots: Vec<FieldIx> = match slot {
        SlotChoice::One(slot) => vec![slot],
        SlotChoice::All => planner.model.lead.slots.iter().map(|slot| slot.field).collect(),
    };
    let mut masks = Vec::with_capacity(slots.len());
    for slot in &slots {
        masks.push((*slot, holders::held_by(planner.table, *slot, &people)?));
    }
    let mut any = Mask::none(planner.table.rows())?;
    masks.iter().for_each(|(_, mask)| any.or(&mask.words));
    let mut rows = held_leads(planner, wanted, any, None, &mut draft)?;
    // Only the slots that these people hold are asked about, and cleared.
    let mut checks = RowChecks::default();
    planner.ask_edit(&mut checks)?;
    for (slot, mask) in &masks {
        let others = complement(RowSet::Some(mask.clone()), planner.table.rows())?;
        checks.only(DropCode::NotPermitted, planner.auth.release(&planner.asking(), *slot)?.or(others.clone()));
        planner.ask_state(*slot, &others, &mut checks)?;
    }
    draft.drops.drop_failing(&mut rows, checks);
    for (slot, mask) in &masks {
        let all = rows.iter().all(|row| mask.contains(RowIx(*row)));
        let cleared = || rows.iter().map(|row| mask.contains(RowIx(*row)).then_some(Cell::Null)).collect();
        draft.edits.set(*slot, if all { NewValue::Same(Cell::Null) } else { NewValue::Each(cleared()) });
    }
    if let (Some(field), Some(pool)) = (planner.model.lead.pool, pool) {
        draft.edits.set(field, NewValue::Same(Cell::Text(pool.to_owned().into())));
    }
    draft.slot = slots.first().copied();
    draft.former = from.to_vec();
    draft.inquiry = Explain::Clear { slots, from: from.to_vec() };
    draft.rows = rows;
    Ok(draft)
}

/// Levels what some people hold, with the fewest moves.
pub(crate) fn rebalance(planner: &Planner<'_>, wanted: Option<&LeadsRef>, users: &[Receiver], slot: FieldIx) -> Result<Draft> {
    let mut draft = Draft::default();
    let takers = match deal::named(planner, users, slot)? {
        Ok(takers) => takers,
        Err(refused) => return Ok(Draft::refuse(refused)),
    };
    let people: Vec<Option<&str>> = users.iter().map(|user| Some(user.user.as_str())).collect();
    let split = Split {
        to: Receivers::Named(users.to_vec()),
        slot,
        even: Even::Total,
        order: Order::Deal,
        keep: Keep::Yes,
        together: Vec::new(),
        sort: Vec::new(),
        key: None,
    };
    let held = holders::held_by(planner.table, slot, &people)?;
    let rows = held_leads(planner, wanted, held, Some(&split), &mut draft)?;
    deal::deal(planner, &mut draft, rows, &split, &takers, Remember::No, Unchanged::Dropped, Extra::default())?;
    Ok(draft)
}
