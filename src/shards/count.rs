//! What is told of the whole: who gets and loses how many leads, and who is told.

use crate::btree::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use crate::allot::dealt::Dealt;
use crate::config::Model;
use crate::dealing::classes::Assignment;
use crate::error::{Error, Result};
use crate::plan::draft::{Draft, SplitReport};
use crate::plan::drops::DropCode;
use crate::plan::edit::{Edits, NewValue};
use crate::plan::lines::{Line, Moved};
use crate::plan::notices::{Notice, NoticeKind};
use crate::plan::planner::Planner;
use crate::query::{Cell, FieldIx};
use crate::split::{Apportionment, Class, Division, Keep, Order, Receiver, apportion, deal};

use crate::shards::form::{Tag, Tally, order as class_order};
use crate::shards::gather::{slots_of, waits};
use crate::shards::settlement::Refusal;
use crate::shards::{SplitSpec, Totals, stale};

/// A split of all shards.
#[derive(Clone, Debug)]
pub(crate) struct GlobalSplit {
    /// The receivers' ids.
    pub names: Vec<String>,
    /// The classes of all shards, in canonical order.
    pub classes: Vec<Class>,
    /// For each class: how many rows each shard has.
    pub counts: Vec<Vec<u64>>,
    /// How they are divided.
    pub settled: Apportionment,
    /// How rows follow one another.
    pub order: Order,
    /// What becomes of rows that are dealt to whoever has them.
    pub(crate) keep_unchanged: bool,
    /// Why nothing is dealt, where one row that is left out refuses all.
    pub(crate) refused: Option<Refusal>,
    /// What is told of it; worked out once the edits are known.
    pub told: Counts,
}

/// What a split moves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// By person.
    moved: BTreeMap<String, Moved>,
    /// By slot, kind and person: how many leads, and whether all are the person's first.
    notices: BTreeMap<(FieldIx, NoticeKind, String), (u64, bool)>,
    /// By slot, for each person who gets a lead: the place of the last one, class by class.
    pub last: BTreeMap<FieldIx, BTreeMap<String, usize>>,
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

/// Open leads by person in all shards: what the host says, else what the tallies add up to.
fn held(planner: &Planner<'_>, tallies: &[Tally], user: &str) -> u64 {
    match &planner.context.load {
        Some(load) => load.get(user).copied().unwrap_or(0),
        None => {
            let of =
                |tally: &Tally| tally.open.iter().filter(|(place, _)| tally.name(*place) == user).map(|(_, count)| *count).sum::<u64>();
            tallies.iter().map(of).fold(0, u64::saturating_add)
        }
    }
}

/// Open leads of each receiver outside of the rows that are divided.
pub(crate) fn loads(planner: &Planner<'_>, tallies: &[Tally], names: &[&str]) -> Vec<u64> {
    let mut inside: BTreeMap<&str, u64> = BTreeMap::new();
    for tally in tallies {
        for (tag, rows) in tally.classes.iter().flat_map(|class| &class.runs) {
            let Some(Tag { holders, open: [true, ..], .. }) = tally.tags.get(*tag as usize) else { continue };
            if let Some(Some(holder)) = holders.first() {
                let sum = inside.entry(tally.name(*holder)).or_default();
                *sum = sum.saturating_add(*rows);
            }
        }
    }
    names.iter().map(|name| held(planner, tallies, name).saturating_sub(inside.get(name).copied().unwrap_or(0))).collect()
}

/// The row for which all are refused, where one that is left out refuses all.
fn refused(planner: &Planner<'_>, tallies: &[Tally], settled: &Apportionment) -> Option<Refusal> {
    if !planner.context.all_or_nothing {
        return None;
    }
    let dropped = tallies.iter().flat_map(|tally| &tally.dropped).filter(|dropped| dropped.count > 0);
    let dropped = dropped.map(|dropped| Refusal { code: dropped.code, lead: Some(dropped.lead.clone()) });
    let full = settled.left.iter().any(|left| *left > 0).then_some(Refusal { code: DropCode::NoCapacity, lead: None });
    dropped.chain(full).filter(|refusal| refusal.code != DropCode::NoChange).min_by_key(|refusal| refusal.code)
}

impl SplitSpec<'_> {
    /// Settles the shares of all that the tallies count.
    pub fn settle(&self, planner: &Planner<'_>, draft: &mut Draft, tallies: &[Tally], receivers: Vec<Receiver>) -> Result<Dealt> {
        let (classes, counts) = merged(tallies, self.keep, self.names.len())?;
        let division = Division { receivers, classes, even: self.even, keep: self.keep };
        let settled = apportion(&division)?;
        let (carry, report) = (settled.carry.clone(), SplitReport { spread: settled.spread, bound: settled.spread, exact: true });
        let whole = GlobalSplit {
            names: self.names.iter().map(|name| (*name).to_owned()).collect(),
            classes: division.classes,
            counts,
            refused: refused(planner, tallies, &settled),
            settled,
            order: self.order,
            keep_unchanged: self.keep_unchanged,
            told: Counts::default(),
        };
        draft.refused.extend(whole.refused.as_ref().map(Refusal::reason));
        draft.part = Totals::Whole(Box::new(whole));
        Ok(Dealt { to: Assignment::Listed(Vec::new()), carry, report: Some(report) })
    }
}

/// What meets in rows of a class: tag (of a tally) and receiver, none where nobody has room.
type Met = HashMap<(usize, u32, Option<u32>), u64, foldhash::fast::FixedState>;

impl GlobalSplit {
    /// Works out what is told, once it is known what else changes.
    pub(crate) fn count(&mut self, planner: &Planner<'_>, tallies: &[Tally], slot: FieldIx, edits: &Edits) -> Result<()> {
        let slots = slots_of(planner.model, slot, edits);
        if tallies.iter().flat_map(|tally| &tally.tags).any(|tag| tag.holders.len() != slots.len()) {
            return Err(stale("/tallies", "a tally has slots that this split does not change"));
        }
        let changing = Changing { slots, edits, keep_unchanged: self.keep_unchanged };
        let mut counts = Counts::default();
        let silent = !planner.context.notify;
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
            if waits(planner.model, &changing.slots) {
                self.remember(tallies, quotas, &runs, &mut place, &changing, &mut counts.last);
            }
            for ((shard, tag, receiver), rows) in self.meet(quotas, &runs)? {
                let (Some(tally), Some(receiver)) = (tallies.get(shard), receiver) else { continue };
                let (Some(tag), Some(name)) = (tally.tags.get(tag as usize), self.names.get(receiver as usize)) else { continue };
                counts.add(tally, tag, name, rows, &changing);
            }
        }
        if silent {
            counts.notices.clear();
        }
        self.told = counts;
        Ok(())
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

    /// The lines of receivers in their order, then of former owners by id.
    pub(crate) fn lines(
        &self,
        planner: &Planner<'_>,
        tallies: &[Tally],
        receivers: &[(String, Option<u64>)],
        former: &[String],
    ) -> Result<Vec<Line>> {
        let named = receivers.iter().map(|(user, cap)| (user, *cap)).chain(former.iter().map(|user| (user, None)));
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for (user, cap) in named.chain(self.told.moved.keys().map(|user| (user, None))) {
            if !seen.insert(user) {
                continue;
            }
            let moved = self.told.moved.get(user).copied().unwrap_or_default();
            let before = if planner.shows_load_of(user)? { Some(held(planner, tallies, user)) } else { None };
            let after = before.map(|before| before.saturating_add(moved.open_after).saturating_sub(moved.open_before));
            out.push(Line { user: user.clone(), before, after, dealt: moved.dealt, released: moved.released, cap });
        }
        Ok(out)
    }

    /// How many leads are dealt to somebody who has them.
    pub fn kept(&self, user: &str) -> u64 {
        self.told.moved.get(user).map_or(0, |moved| moved.kept)
    }

    /// The notices. They count leads and name none.
    pub fn notices(&self, model: &Model) -> Vec<Notice> {
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
        let mut out: Vec<Notice> = self.told.notices.iter().map(notice).collect();
        crate::sort::by_key(&mut out, |notice| place(notice.slot));
        out
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
