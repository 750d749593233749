//! What is told of the whole: who gets and loses how many leads, and who is told.

use crate::btree::BTreeMap;
use std::cell::OnceCell;
use std::rc::Rc;

use hashbrown::HashMap;

use crate::config::Model;
use crate::dealing::classes::Assignment;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::plan::draft::SplitReport;
use crate::plan::drops::DropCode;
use crate::plan::edit::{Edits, NewValue};
use crate::plan::notices::{Notice, NoticeKind};
use crate::plan::split_part::{Dealt, Moved, SplitPart, SplitSpec, Totals, Whole};
use crate::query::{Cell, FieldIx};
use crate::split::{Apportionment, Class, Division, Keep, Order, apportion, deal};
use crate::table::Table;

use crate::shards::form::{Refusal, Tag, Tally, order as class_order};
use crate::shards::gather::{slots_of, waits};
use crate::shards::stale;

/// The shares of the whole, of which there are no rows but the tallies of all shards.
pub(crate) struct Settling {
    pub tallies: Vec<Tally>,
    /// Whether one row that is left out refuses all.
    all_or_nothing: bool,
    settled: OnceCell<GlobalSplit>,
}

/// A split of all shards.
pub(crate) struct GlobalSplit {
    /// The receivers' ids.
    names: Vec<String>,
    /// The classes of all shards, in canonical order.
    pub classes: Vec<Class>,
    /// For each class: how many rows each shard has.
    pub counts: Vec<Vec<u64>>,
    /// How they are divided.
    pub settled: Apportionment,
    /// How rows follow one another.
    order: Order,
    /// What becomes of rows that are dealt to whoever has them.
    keep_unchanged: bool,
    /// Why nothing is dealt, where one row that is left out refuses all.
    pub refused: Option<Refusal>,
}

/// What a split moves.
#[derive(Default)]
struct Counts {
    /// By person.
    moved: BTreeMap<String, Moved>,
    /// By slot, kind and person: how many leads, and whether all are the person's first.
    notices: BTreeMap<(FieldIx, NoticeKind, String), (u64, bool)>,
    /// By slot, for each person who gets a lead: the place of the last one, class by class.
    last: BTreeMap<FieldIx, BTreeMap<String, usize>>,
}

/// The classes of all shards, and how many rows of each every shard has.
fn merged(tallies: &[Tally], keep: Keep, receivers: usize) -> Result<(Vec<Class>, Vec<Vec<u64>>)> {
    let mut counted: Vec<(usize, &crate::shards::form::Counted)> = Vec::new();
    for (shard, tally) in tallies.iter().enumerate() {
        counted.try_reserve(tally.classes.len())?;
        counted.extend(tally.classes.iter().map(|class| (shard, class)));
    }
    crate::sort::by(&mut counted, |a, b| {
        class_order(&a.1.eligible, a.1.owner).cmp(&class_order(&b.1.eligible, b.1.owner)).then(a.0.cmp(&b.0))
    });
    let (mut classes, mut counts) = (Vec::new(), Vec::new());
    for same in counted.chunk_by(|a, b| a.1.eligible == b.1.eligible && a.1.owner == b.1.owner) {
        let Some((_, first)) = same.first() else { continue };
        let fits = first.eligible.iter().all(|at| (at as usize) < receivers) && first.owner.is_none_or(|at| (at as usize) < receivers);
        if !fits || first.eligible.is_empty() || (first.owner.is_some() && keep == Keep::No) {
            return Err(stale("/tallies", "a tally has classes that this split has not"));
        }
        let mut of_shard: Vec<u64> = Vec::new();
        of_shard.try_reserve_exact(tallies.len())?;
        of_shard.resize(tallies.len(), 0);
        for (shard, class) in same {
            of_shard.get_mut(*shard).into_iter().for_each(|count| *count = class.count());
        }
        let count = of_shard.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        classes.push(Class { eligible: first.eligible.clone(), owner: first.owner, count });
        counts.push(of_shard);
    }
    Ok((classes, counts))
}

/// The row for which all are refused, where one that is left out refuses all.
fn refused(tallies: &[Tally], settled: &Apportionment) -> Option<Refusal> {
    let dropped = tallies.iter().flat_map(|tally| &tally.dropped).filter(|dropped| dropped.count > 0);
    let dropped = dropped.map(|dropped| Refusal { code: dropped.code, lead: Some(dropped.lead.clone()) });
    let full = settled.left.iter().any(|left| *left > 0).then_some(Refusal { code: DropCode::NoCapacity, lead: None });
    dropped.chain(full).filter(|refusal| refusal.code != DropCode::NoChange).min_by_key(|refusal| refusal.code)
}

impl Settling {
    pub fn of(tallies: Vec<Tally>, all_or_nothing: bool) -> Settling {
        Settling { tallies, all_or_nothing, settled: OnceCell::new() }
    }

    /// What was settled, if the command was not refused before.
    pub fn settled(&self) -> Option<&GlobalSplit> {
        self.settled.get()
    }

    /// Open leads by person in all shards.
    pub fn held(&self) -> BTreeMap<String, u64> {
        let mut out: BTreeMap<String, u64> = BTreeMap::new();
        for tally in &self.tallies {
            for (place, count) in &tally.open {
                let sum = out.entry(tally.name(*place).to_owned()).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        out
    }
}

impl SplitPart for Settling {
    fn inside(&self, names: &[&str]) -> Option<Vec<u64>> {
        let mut inside: BTreeMap<&str, u64> = BTreeMap::new();
        for tally in &self.tallies {
            for (tag, rows) in tally.classes.iter().flat_map(|class| &class.runs) {
                let Some(Tag { holders, open: [true, ..], .. }) = tally.tags.get(*tag as usize) else { continue };
                if let Some(Some(holder)) = holders.first() {
                    let sum = inside.entry(tally.name(*holder)).or_default();
                    *sum = sum.saturating_add(*rows);
                }
            }
        }
        Some(names.iter().map(|name| inside.get(name).copied().unwrap_or(0)).collect())
    }

    /// Settles the shares of all that the tallies count.
    fn deal(&self, _: &Table, _: &[u32], split: SplitSpec<'_>) -> Result<Dealt> {
        let (classes, counts) = merged(&self.tallies, split.keep, split.names.len())?;
        let division = Division { receivers: split.receivers, classes, even: split.even, keep: split.keep };
        let settled = apportion(&division)?;
        let (carry, report) = (settled.carry.clone(), SplitReport { spread: settled.spread, bound: settled.spread, exact: true });
        let whole = GlobalSplit {
            names: split.names.iter().map(|name| (*name).to_owned()).collect(),
            classes: division.classes,
            counts,
            refused: if self.all_or_nothing { refused(&self.tallies, &settled) } else { None },
            settled,
            order: split.order,
            keep_unchanged: split.keep_unchanged,
        };
        let refused = whole.refused.as_ref().map(Refusal::reason);
        let _ = self.settled.set(whole);
        Ok(Dealt { to: Assignment::Listed(Vec::new()), carry, report: Some(report), refused, is_trial: false })
    }

    fn totals(&self, plan: &Plan) -> Result<Totals> {
        let Some(whole) = self.settled.get() else { return Ok(Totals::Alone) };
        let counts = whole.count(plan, &self.tallies)?;
        Ok(Totals::Whole(Rc::new(Whole { notices: counts.notices(&plan.model), moved: counts.moved, last: counts.last })))
    }
}

/// What meets in rows of a class: tag (of a tally) and receiver, none where nobody has room.
type Met = HashMap<(usize, u32, Option<u32>), u64, foldhash::fast::FixedState>;

impl GlobalSplit {
    /// Works out what is told, once it is known what else changes.
    fn count(&self, plan: &Plan, tallies: &[Tally]) -> Result<Counts> {
        let (model, edits) = (&plan.model, &plan.edits);
        let slots = slots_of(model, plan.slot.unwrap_or(model.lead.owner), edits);
        if tallies.iter().flat_map(|tally| &tally.tags).any(|tag| tag.holders.len() != slots.len()) {
            return Err(stale("/tallies", "a tally has slots that this split does not change"));
        }
        let changing = Changing { slots, edits, keep_unchanged: self.keep_unchanged };
        let mut counts = Counts::default();
        let mut at: Vec<usize> = Vec::new();
        at.try_reserve_exact(tallies.len())?;
        at.resize(tallies.len(), 0);
        let mut place = 0;
        for (class, quotas) in self.classes.iter().zip(&self.settled.quotas) {
            // The class's rows in order, with the tally that counted them.
            let mut runs: Vec<(usize, u32, u64)> = Vec::new();
            for ((shard, tally), at) in tallies.iter().enumerate().zip(&mut at) {
                let next = tally.classes.get(*at).filter(|next| next.eligible == class.eligible && next.owner == class.owner);
                if let Some(next) = next {
                    *at += 1;
                    runs.try_reserve(next.runs.len())?;
                    runs.extend(next.runs.iter().map(|(tag, rows)| (shard, *tag, *rows)));
                }
            }
            if waits(model, &changing.slots) {
                self.remember(tallies, quotas, &runs, &mut place, &changing, &mut counts.last);
            }
            for ((shard, tag, receiver), rows) in self.meet(quotas, &runs)? {
                let (Some(tally), Some(receiver)) = (tallies.get(shard), receiver) else { continue };
                let (Some(tag), Some(name)) = (tally.tags.get(tag as usize), self.names.get(receiver as usize)) else { continue };
                counts.add(tally, tag, name, rows, &changing);
            }
        }
        if !plan.notify {
            counts.notices.clear();
        }
        Ok(counts)
    }

    /// How often what meets in the rows of a class.
    fn meet(&self, quotas: &[(u32, u64)], runs: &[(usize, u32, u64)]) -> Result<Met> {
        let mut met = Met::default();
        let mut failed = false;
        let mut add = |key, rows| match met.get_mut(&key) {
            Some(sum) => *sum += rows,
            None => {
                failed |= met.try_reserve(1).is_err();
                if !failed {
                    met.insert(key, rows);
                }
            }
        };
        if let [(shard, tag, _)] = runs {
            quotas.iter().for_each(|(receiver, rows)| add((*shard, *tag, Some(*receiver)), *rows));
        } else {
            let mut runs = runs.iter().filter(|(_, _, rows)| *rows > 0);
            let (mut now, mut left) = ((0, 0), 0);
            deal(quotas, self.order, |receiver| {
                if left == 0
                    && let Some((shard, tag, rows)) = runs.next()
                {
                    (now, left) = ((*shard, *tag), *rows);
                }
                left = left.saturating_sub(1);
                add((now.0, now.1, Some(receiver)), 1);
            });
        }
        if failed { Err(Error::out_of_memory()) } else { Ok(met) }
    }

    /// Goes through the rows of a class and notes the last one of each receiver, in every slot.
    fn remember(
        &self,
        tallies: &[Tally],
        quotas: &[(u32, u64)],
        runs: &[(usize, u32, u64)],
        place: &mut usize,
        changing: &Changing<'_>,
        last: &mut BTreeMap<FieldIx, BTreeMap<String, usize>>,
    ) {
        let mut runs = runs.iter().filter(|(_, _, rows)| *rows > 0);
        let (mut has, mut left): (Vec<Option<&str>>, u64) = (Vec::new(), 0);
        deal(quotas, self.order, |receiver| {
            if left == 0
                && let Some((shard, tag, rows)) = runs.next()
                && let Some((tally, tag)) = tallies.get(*shard).and_then(|tally| Some((tally, tally.tags.get(*tag as usize)?)))
            {
                has = tag.holders.iter().map(|holder| holder.map(|holder| tally.name(holder))).collect();
                left = *rows;
            }
            left = left.saturating_sub(1);
            let name = self.names.get(receiver as usize).map_or("", String::as_str);
            let stays = has.first().copied().flatten() == Some(name);
            if stays && !self.keep_unchanged {
                return;
            }
            for (at, (slot, from)) in changing.slots.iter().zip(&has).enumerate() {
                let Some(user) = changing.to(at, *slot, name).filter(|user| Some(*user) != *from) else { continue };
                let last = last.entry(*slot).or_default();
                match last.get_mut(user) {
                    Some(last) => *last = *place,
                    None => {
                        last.insert(user.to_owned(), *place);
                    }
                }
            }
            *place += 1;
        });
    }
}

/// What changes in the rows of a split.
struct Changing<'a> {
    /// The slot that is dealt, and then those that are set beside it.
    slots: Vec<FieldIx>,
    edits: &'a Edits,
    keep_unchanged: bool,
}

impl Changing<'_> {
    /// Who gets a slot of a row that is dealt to `name`.
    fn to<'b>(&'b self, at: usize, slot: FieldIx, name: &'b str) -> Option<&'b str> {
        match self.edits.always(slot) {
            _ if at == 0 => Some(name),
            Some(NewValue::Same(Cell::Text(to))) => Some(to.as_ref()),
            _ => None,
        }
    }
}

impl Counts {
    /// The notices. They count leads and name none.
    fn notices(&self, model: &Model) -> Vec<Notice> {
        let notice = |((slot, kind, user), (count, first)): (&(FieldIx, NoticeKind, String), &(u64, bool))| Notice {
            user: Some(user.clone()),
            unit: None,
            kind: *kind,
            slot: *slot,
            run: None,
            leads: Vec::new(),
            count: usize::try_from(*count).unwrap_or(usize::MAX),
            first: model.lead.notified.map(|_| *first),
        };
        let place = |slot: FieldIx| model.lead.slots.iter().position(|other| other.field == slot);
        let mut out: Vec<Notice> = self.notices.iter().map(notice).collect();
        crate::sort::by_key(&mut out, |notice| place(notice.slot));
        out
    }

    /// Adds rows of one tag that one receiver gets.
    fn add(&mut self, tally: &Tally, tag: &Tag, name: &str, rows: u64, changing: &Changing<'_>) {
        let slots = &changing.slots;
        let holders: Vec<Option<&str>> = tag.holders.iter().map(|place| place.map(|place| tally.name(place))).collect();
        let holder = holders.first().copied().flatten();
        let changed = holder != Some(name);
        if !changed {
            self.moved.entry(name.to_owned()).or_default().kept += rows;
            if !changing.keep_unchanged {
                return;
            }
        }
        let [before, moved, stayed] = tag.open;
        let counted = |counts: bool| if counts { rows } else { 0 };
        if let Some(holder) = holder {
            let line = self.moved.entry(holder.to_owned()).or_default();
            line.released += counted(changed);
            line.open_before += counted(before);
        }
        let line = self.moved.entry(name.to_owned()).or_default();
        line.dealt += counted(changed);
        line.open_after += counted(if changed { moved } else { stayed });
        for (at, (slot, from)) in slots.iter().zip(holders).enumerate() {
            let to = changing.to(at, *slot, name);
            if to != from {
                to.into_iter().for_each(|user| self.tell(*slot, NoticeKind::Assigned, user, rows, tally, tag));
                from.into_iter().for_each(|user| self.tell(*slot, NoticeKind::Released, user, rows, tally, tag));
            }
        }
    }

    fn tell(&mut self, slot: FieldIx, kind: NoticeKind, user: &str, rows: u64, tally: &Tally, tag: &Tag) {
        let was_told = tag.told.iter().any(|place| tally.name(*place) == user);
        let (count, first) = self.notices.entry((slot, kind, user.to_owned())).or_insert((0, true));
        *count += rows;
        *first &= !was_told;
    }
}
