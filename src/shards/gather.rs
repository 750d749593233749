//! Counting a shard's rows: who may take them, what they are like, and in which order.

use crate::btree::BTreeMap;
use std::cell::OnceCell;
use std::rc::Rc;

use hashbrown::HashMap;

use crate::access::Authorizer;
use crate::command::Command;
use crate::config::{Group, Method, Model};
use crate::dealing::classes::{Assignment, Classes};
use crate::error::{Error, Result};
use crate::filter;
use crate::plan::context::Context;
use crate::plan::draft::Draft;
use crate::plan::drops::DroppedLead;
use crate::plan::edit::{Edits, NewValue, PatchedRow};
use crate::plan::planner::Planner;
use crate::plan::split_part::{Dealt, SplitPart, SplitSpec};
use crate::query::{Cell, FieldIx};
use crate::split::Class;
use crate::table::{Column, RowIx, Table};

use crate::shards::form::{Counted, Dropped, Tag, Tally, order};
use crate::shards::not_shardable;
use crate::shards::rows::{canonical, digest_of};

/// To whom rows are given while they are counted, to see what would become of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// To somebody who does not have them, where that is possible.
    Moved,
    /// To whoever has them, where that is possible.
    Kept,
}

/// Rows that are only counted.
pub(crate) struct Tallying {
    trial: Trial,
    /// What was found.
    found: OnceCell<Tallied>,
}

/// The rows of a shard, found and sorted into classes.
struct Tallied {
    /// The receivers' ids.
    names: Vec<String>,
    /// Whether somebody might be full before all rows are dealt.
    bounded: bool,
    /// Whether rows that are dealt to whoever has them stay in the plan.
    keep_unchanged: bool,
    /// The classes.
    classes: Vec<Class>,
    /// For each row of the draft: its class.
    of_row: Vec<u32>,
}

impl Trial {
    /// For each row: the receiver to give it to.
    fn codes(self, rows: &[u32], classes: &[Class], of_row: &[u32], holder: impl Fn(RowIx) -> Option<u32>) -> Result<Vec<u32>> {
        let pick = |(row, class): (&u32, &u32)| {
            let (Some(class), holder) = (classes.get(*class as usize), holder(RowIx(*row))) else { return 0 };
            let has = holder.filter(|holder| class.eligible.contains(*holder));
            let other = class.eligible.iter().find(|receiver| Some(*receiver) != holder);
            (if self == Trial::Kept { has.or(other) } else { other.or(has) }).unwrap_or(0)
        };
        let mut out = Vec::new();
        out.try_reserve_exact(rows.len())?;
        out.extend(rows.iter().zip(of_row).map(pick));
        Ok(out)
    }
}

impl Tallying {
    /// How rows are counted, and the context in which they are.
    fn of(trial: Trial, context: &Context) -> (Rc<Tallying>, Context) {
        let tallying = Rc::new(Tallying { trial, found: OnceCell::new() });
        let context = Context { part: Some(Rc::clone(&tallying) as _), partial_table: false, ..context.clone() };
        (tallying, context)
    }
}

impl SplitPart for Tallying {
    /// Gives every row to somebody, to see what becomes of it.
    fn deal(&self, _: &Table, rows: &[u32], split: SplitSpec<'_>) -> Result<Dealt> {
        let SplitSpec { bounded, keep_unchanged, classes: Classes { list: classes, of_row }, .. } = split;
        let of_row = of_row.spread(rows.len())?;
        let codes = self.trial.codes(rows, &classes, &of_row, |row| split.holders.get(row))?;
        let names = split.names.iter().map(|name| (*name).to_owned()).collect();
        let _ = self.found.set(Tallied { names, bounded, keep_unchanged, classes, of_row });
        Ok(Dealt { to: Assignment::Listed(codes), carry: Vec::new(), report: None, refused: None, is_trial: true })
    }
}

/// Decides on a shard's rows without dealing them, and counts them.
pub(crate) fn gather(
    model: &Rc<Model>,
    auth: &Rc<Authorizer>,
    table: &Table,
    command: &Command,
    question: String,
    context: &Context,
) -> Result<Tally> {
    // What refuses the command refuses it in every shard, and when it is settled.
    let Some((actor, _)) = model.user(&context.actor) else { return Ok(Tally::empty(question)) };
    let (tallying, moved) = Tallying::of(Trial::Moved, context);
    let touches = command.touches(model);
    let bulk = touches.is_bulk();
    let planner = Planner::new(model, auth, table, &moved, actor, bulk);
    if !command.refusals(&planner, &touches)?.is_empty() {
        return Ok(Tally::empty(question));
    }
    let mut draft = command.decide(&planner)?;
    let Some(tallied) = tallying.found.get() else { return Ok(Tally::empty(question)) };
    follow(&mut draft, &planner);

    let open = Open::of(&planner, &draft)?;
    let kept = if open.edited && tallied.keep_unchanged {
        let (_, kept) = Tallying::of(Trial::Kept, context);
        let planner = Planner::new(model, auth, table, &kept, actor, bulk);
        let mut draft = command.decide(&planner)?;
        follow(&mut draft, &planner);
        open.after(&planner, &draft)?
    } else {
        open.before.clone()
    };
    let flags = [open.before.clone(), open.after(&planner, &draft)?, kept];
    let mut people = People::default();
    let (tags, of_row) = tags(&planner, &draft, tallied, &flags, &mut people)?;
    let slot = draft.slot.unwrap_or(model.lead.owner);
    let loads = planner.counted(slot)?;
    let loads = loads.iter().map(|(user, count)| (people.place(user), *count)).collect();
    let rank = canonical(&tallied.classes);
    let rows = digest_of(table, slot, &draft.rows, &rank, &tallied.of_row);
    let dropped = draft.drops.counts().into_iter().map(|(code, count)| {
        let first = draft.drops.iter().find(|drop| drop.code == code);
        let lead = first.map(|drop| match drop.left {
            DroppedLead::Row(row) => table.id(row).into_owned(),
            DroppedLead::Id(id) => id.to_owned(),
        });
        Dropped { code, count: count as u64, lead: lead.unwrap_or_default() }
    });
    let dropped = dropped.collect();
    let classes = classes(&planner, (slot, &draft.edits), tallied, &tags, &of_row, &people)?;
    Ok(Tally { question, rows, people: people.names, tags, classes, open: loads, dropped })
}

/// The stamps and patches that follow, as in a plan.
fn follow(draft: &mut Draft, planner: &Planner<'_>) {
    if !draft.exact {
        let context = planner.context;
        draft.edits.follow_owner(planner.model, context.now, &context.actor, context.notify);
    }
}

/// People by the order in which they are met.
#[derive(Default)]
struct People {
    names: Vec<String>,
    places: BTreeMap<String, u32>,
}

impl People {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }
}

/// Which rows of a draft are open.
struct Open {
    /// For each row: whether it is now.
    before: Vec<bool>,
    /// Whether the edits decide what is open.
    edited: bool,
}

impl Open {
    fn of(planner: &Planner<'_>, draft: &Draft) -> Result<Open> {
        let open = planner.open()?;
        let fields = planner.model.lifecycle.open.as_ref().map(|open| open.fields()).unwrap_or_default();
        // What becomes of such a field depends on nothing but the row, whoever of the receivers gets it.
        let same = |to: &NewValue| matches!(to, NewValue::Same(_) | NewValue::Now(_) | NewValue::Words { .. } | NewValue::FormerOwner);
        if draft.edits.iter().any(|edit| fields.contains(&edit.field) && !same(&edit.to)) {
            return Err(not_shardable("", "whether a lead is open depends on who gets it, so loads cannot be added up over shards"));
        }
        let edited = fields.iter().any(|field| draft.edits.touches(*field));
        Ok(Open { before: draft.rows.iter().map(|row| open.contains(RowIx(*row))).collect(), edited })
    }

    /// For each row: whether it is once the edits are made.
    fn after(&self, planner: &Planner<'_>, draft: &Draft) -> Result<Vec<bool>> {
        let Some(condition) = planner.model.lifecycle.open.as_ref().filter(|_| self.edited) else { return Ok(self.before.clone()) };
        let (model, now, snapshot) = (planner.model, planner.context.now, planner.table.snapshot());
        let mut out = Vec::new();
        out.try_reserve_exact(draft.rows.len())?;
        for (at, row) in draft.rows.iter().map(|row| RowIx(*row)).enumerate() {
            let sets = draft.edits.of_row(at, row, &snapshot, model, now);
            out.push(filter::matches(condition, &PatchedRow { table: &snapshot, row, sets: &sets }, &planner.filtering())?);
        }
        Ok(out)
    }
}

/// The slots that change: the one that is dealt, and those that are set beside it.
pub(crate) fn slots_of(model: &Model, slot: FieldIx, edits: &Edits) -> Vec<FieldIx> {
    let others = model.lead.slots.iter().map(|other| other.field).filter(|other| *other != slot && edits.sets(*other));
    std::iter::once(slot).chain(others).collect()
}

/// Whether a group hands leads of one of these slots to whoever waited longest, so that it matters who got the last.
pub(crate) fn waits(model: &Model, slots: &[FieldIx]) -> bool {
    let waits = |group: &Group| matches!(group.method, Method::LeastRecent { manual_counts: true }) && slots.contains(&group.slot);
    model.groups.iter().any(waits)
}

/// What rows are like, each kind once, and the kind of each row.
fn tags(
    planner: &Planner<'_>,
    draft: &Draft,
    tallied: &Tallied,
    flags: &[Vec<bool>; 3],
    people: &mut People,
) -> Result<(Vec<Tag>, Vec<u32>)> {
    let (model, table) = (planner.model, planner.table);
    let slots = slots_of(model, draft.slot.unwrap_or(model.lead.owner), &draft.edits);
    let mut of_row: Vec<u32> = Vec::new();
    of_row.try_reserve_exact(draft.rows.len())?;
    of_row.resize(draft.rows.len(), 0);
    for slot in &slots {
        if let Column::Coded(coded) = table.column(*slot) {
            crate::dealing::refine::refine(&mut of_row, draft.rows.iter().map(|row| u64::from(coded.code(*row))))?;
        }
    }
    let [before, moved, kept] = flags;
    let bits = before.iter().zip(moved).zip(kept);
    crate::dealing::refine::refine(
        &mut of_row,
        bits.map(|((before, moved), kept)| u64::from(*before) | u64::from(*moved) << 1 | u64::from(*kept) << 2),
    )?;
    let told = model.lead.notified.filter(|_| planner.context.notify);
    let told_in = |row: RowIx| -> Vec<String> {
        let Some(field) = told else { return Vec::new() };
        let cell = table.cell(row, field);
        let concerned = |user: &&str| {
            tallied.names.iter().any(|name| name == user)
                || slots.iter().any(|slot| {
                    table.cell(row, *slot).text() == Some(user)
                        || matches!(draft.edits.always(*slot), Some(NewValue::Same(Cell::Text(to))) if to == user)
                })
        };
        let mut out: Vec<String> = cell.items().filter(concerned).map(str::to_owned).collect();
        crate::sort::all(&mut out);
        out.dedup();
        out
    };
    if told.is_some() {
        let mut known: HashMap<Vec<String>, u64, foldhash::fast::FixedState> = HashMap::default();
        let mut keys = Vec::new();
        keys.try_reserve_exact(draft.rows.len())?;
        for row in &draft.rows {
            known.try_reserve(1).map_err(|_| Error::out_of_memory())?;
            let next = known.len() as u64;
            keys.push(*known.entry(told_in(RowIx(*row))).or_insert(next));
        }
        crate::dealing::refine::refine(&mut of_row, keys.into_iter())?;
    }
    let mut tags: Vec<Tag> = Vec::new();
    for (at, (row, tag)) in draft.rows.iter().map(|row| RowIx(*row)).zip(&of_row).enumerate() {
        // Tags are numbered in the order of their first row, so a new one is always the next.
        if (*tag as usize) < tags.len() {
            continue;
        }
        let flag = |flags: &Vec<bool>| flags.get(at).copied().unwrap_or(false);
        tags.try_reserve(1)?;
        tags.push(Tag {
            holders: slots.iter().map(|slot| table.cell(row, *slot).text().map(|user| people.place(user))).collect(),
            open: [flag(before), flag(moved), flag(kept)],
            told: told_in(row).iter().map(|user| people.place(user)).collect(),
        });
    }
    Ok((tags, of_row))
}

/// The classes in canonical order with their rows: in row order where it makes a difference, else tag by tag.
fn classes(
    planner: &Planner<'_>,
    (slot, edits): (FieldIx, &Edits),
    tallied: &Tallied,
    tags: &[Tag],
    of_row: &[u32],
    people: &People,
) -> Result<Vec<Counted>> {
    let mut out: Vec<Counted> = Vec::new();
    out.try_reserve_exact(tallied.classes.len())?;
    out.extend(tallied.classes.iter().map(|class| Counted { eligible: class.eligible.clone(), owner: class.owner, runs: Vec::new() }));
    for (class, tag) in tallied.of_row.iter().zip(of_row) {
        let Some(Counted { runs, .. }) = out.get_mut(*class as usize) else { continue };
        match runs.last_mut() {
            Some((last, rows)) if last == tag => *rows += 1,
            _ => {
                runs.try_reserve(1)?;
                runs.push((*tag, 1));
            }
        }
    }
    let always = tallied.bounded || waits(planner.model, &slots_of(planner.model, slot, edits));
    let receivers: Vec<Option<u32>> =
        people.names.iter().map(|name| (0u32..).zip(&tallied.names).find(|(_, known)| *known == name).map(|(place, _)| place)).collect();
    let receiver = |place: u32| receivers.get(place as usize).copied().flatten();
    for class in &mut out {
        let Counted { eligible, runs, .. } = class;
        let may = |place: &u32| receiver(*place).is_some_and(|receiver| eligible.contains(receiver));
        let alike = |runs: &[(u32, u64)]| {
            let all = || runs.iter().filter_map(|(tag, _)| tags.get(*tag as usize));
            let Some(first) = all().next() else { return true };
            let told = |tag: &Tag| tag.told.iter().copied().filter(may).collect::<Vec<_>>();
            let first_told = told(first);
            let stays = |tag: &Tag| tag.holders.first().copied().flatten().is_some_and(|place| may(&place));
            all().all(|tag| tag.open[1] == first.open[1] && !stays(tag) && told(tag) == first_told)
        };
        if !always && runs.len() > 1 && alike(runs) {
            crate::sort::all(runs);
            let mut merged: Vec<(u32, u64)> = Vec::new();
            for (tag, rows) in runs.iter() {
                match merged.last_mut() {
                    Some((last, sum)) if last == tag => *sum += rows,
                    _ => merged.push((*tag, *rows)),
                }
            }
            *runs = merged;
        }
    }
    crate::sort::by(&mut out, |a, b| order(&a.eligible, a.owner).cmp(&order(&b.eligible, b.owner)));
    Ok(out)
}
