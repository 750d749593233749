//! Taking leads from people who leave, and levelling what the others hold.

use crate::access::Covered;
use crate::error::Result;
use crate::plan::command::{Even, Keep, LeadsRef, Order, Receiver, Receivers, SlotChoice, Split};
use crate::plan::edit::To;
use crate::plan::{leads, workload};
use crate::query::{Cell, FieldIx};
use crate::table::{Column, Mask, RowIx};

use super::deal::{self, Remember, Settled};
use super::{Deciding, Draft};

/// Rows whose holder of a slot is one of these people.
fn held_by(deciding: &Deciding<'_>, slot: FieldIx, people: &[&str]) -> Result<Mask> {
    let mut mask = Mask::none(deciding.table.rows())?;
    if let Column::Coded(coded) = deciding.table.column(slot) {
        let codes: Vec<u32> = people.iter().filter_map(|user| coded.dict.find(user)).collect();
        let all = coded.chunks.iter().flat_map(|chunk| chunk.as_slice().iter());
        (0u32..).zip(all).filter(|(_, code)| codes.contains(code)).for_each(|(row, _)| mask.insert(RowIx(row)));
        deciding.table.live().into_iter().for_each(|live| mask.and(live));
    }
    Ok(mask)
}

/// The open leads that these people hold in a slot, among `wanted` where the command names leads. What they do not hold is
/// ignored, not dropped.
fn held_leads(
    deciding: &Deciding<'_>,
    wanted: Option<&LeadsRef>,
    slot: FieldIx,
    people: &[&str],
    split: Option<&Split>,
    draft: &mut Draft,
) -> Result<Vec<u32>> {
    let sort = split.map(|split| split.sort.as_slice()).unwrap_or_default();
    let held = held_by(deciding, slot, people)?;
    if let Some(wanted) = wanted {
        let mut rows = leads::resolve(deciding, wanted, sort, &mut draft.drops)?;
        rows.retain(|row| held.contains(RowIx(*row)));
        return Ok(rows);
    }
    let open = workload::open(deciding)?.narrow(held);
    leads::by_id(deciding.table, &deciding.view()?.narrow(open), sort)
}

/// Takes leads from people: dealt to others, put into a pool, or left without an owner.
pub(super) fn reclaim(
    deciding: &Deciding<'_>,
    from: &[String],
    wanted: Option<&LeadsRef>,
    slot: SlotChoice,
    split: Option<&Split>,
    pool: Option<&str>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let people: Vec<&str> = from.iter().map(String::as_str).collect();
    if let (Some(split), SlotChoice::One(slot)) = (split, slot) {
        let takers = match deal::takers(deciding, split)? {
            Ok(takers) => takers,
            Err(refused) => return Ok(Draft::refuse(refused)),
        };
        let rows = held_leads(deciding, wanted, slot, &people, Some(split), &mut draft)?;
        draft.former = from.to_vec();
        deal::deal(deciding, &mut draft, rows, split, &takers, Remember::Yes, Settled::Dropped)?;
        return Ok(draft);
    }
    let slots: Vec<FieldIx> = match slot {
        SlotChoice::One(slot) => vec![slot],
        SlotChoice::All => deciding.model.lead.slots.iter().map(|slot| slot.field).collect(),
    };
    let mut masks = Vec::with_capacity(slots.len());
    for slot in &slots {
        masks.push((*slot, held_by(deciding, *slot, &people)?));
    }
    let mut any = Mask::none(deciding.table.rows())?;
    masks.iter().for_each(|(_, mask)| any.or(&mask.words));
    let mut rows = match wanted {
        Some(wanted) => {
            let mut rows = leads::resolve(deciding, wanted, &[], &mut draft.drops)?;
            rows.retain(|row| any.contains(RowIx(*row)));
            rows
        }
        None => leads::by_id(deciding.table, &deciding.view()?.narrow(workload::open(deciding)?.narrow(any)), &[])?,
    };
    // Only the slots that these people hold are asked about, and cleared.
    let release: Vec<(FieldIx, Covered)> =
        slots.iter().map(|slot| Ok((*slot, deciding.gate.release(&deciding.asking(), *slot)?))).collect::<Result<_>>()?;
    deciding.sieve_edit(&mut rows, &mut draft.drops)?;
    draft.drops.sieve(&mut rows, crate::plan::drops::DropCode::NotPermitted, |row| {
        masks.iter().zip(&release).all(|((_, mask), (_, may))| !mask.contains(row) || may.contains(row))
    });
    deciding.sieve_state(&mut rows, &mut draft.drops)?;
    for (slot, mask) in &masks {
        let cleared = rows.iter().map(|row| mask.contains(RowIx(*row)).then_some(Cell::Null)).collect();
        draft.edits.set(*slot, To::Each(cleared));
    }
    if let (Some(field), Some(pool)) = (deciding.model.lead.pool, pool) {
        draft.edits.set(field, To::Same(Cell::Text(pool.to_owned().into())));
    }
    draft.slot = slots.first().copied();
    draft.former = from.to_vec();
    draft.rows = rows;
    Ok(draft)
}

/// Levels what some people hold, with the fewest moves.
pub(super) fn rebalance(deciding: &Deciding<'_>, wanted: Option<&LeadsRef>, users: &[Receiver], slot: FieldIx) -> Result<Draft> {
    let mut draft = Draft::default();
    let takers = match deal::named(deciding, users, slot)? {
        Ok(takers) => takers,
        Err(refused) => return Ok(Draft::refuse(refused)),
    };
    let people: Vec<&str> = users.iter().map(|user| user.user.as_str()).collect();
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
    let mut rows = held_leads(deciding, wanted, slot, &people, Some(&split), &mut draft)?;
    let open = workload::open(deciding)?;
    rows.retain(|row| open.contains(RowIx(*row)));
    deal::deal(deciding, &mut draft, rows, &split, &takers, Remember::No, Settled::Dropped)?;
    Ok(draft)
}
