//! What each person holds before and after a plan.

use crate::btree::BTreeMap;

use crate::access::RowSet;
use crate::error::Result;
use crate::filter;
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::column::CodedColumn;
use crate::table::{Column, RowIx};

use crate::plan::Plan;
use crate::plan::drops::DropCode;
use crate::plan::edit::{NewValue, PatchedRow, Set};
use crate::plan::planner::Planner;
use crate::plan::split_part::{Moved, Totals};

/// Fewer rows are counted one by one.
const FEW: usize = 4;

/// One person's line. `before` and `after` count open leads in the plan's slot; they are there only for people whom the actor may give to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub user: String,
    /// Open leads before.
    pub before: Option<u64>,
    /// Open leads after.
    pub after: Option<u64>,
    /// Leads that the plan gives them.
    pub dealt: u64,
    /// Leads that it takes from them.
    pub released: u64,
    /// Most leads to be dealt to them, as the command said.
    pub cap: Option<u64>,
}

impl Line {
    /// The line as the public API shows it.
    pub fn to_json(&self) -> Json {
        let number = |n: u64| Json::from(usize::try_from(n).unwrap_or(usize::MAX));
        let mut out = vec![
            ("user".to_owned(), self.user.as_str().into()),
            ("before".to_owned(), self.before.map(number).into()),
            ("after".to_owned(), self.after.map(number).into()),
            ("dealt".to_owned(), number(self.dealt)),
            ("released".to_owned(), number(self.released)),
        ];
        if let Some(cap) = self.cap {
            out.push(("cap".to_owned(), number(cap)));
        }
        Json::Object(out)
    }
}

impl Plan {
    /// The lines as the public API shows them, with what only readers want and no digest covers: each person's name, and how many of the
    /// command's leads were theirs and stay so.
    pub fn assignees(&self) -> Json {
        let kept = self.kept();
        let mut out = Vec::new();
        for line in &self.lines {
            let Json::Object(mut pairs) = line.to_json() else { continue };
            if let Some(user) = self.model.users.by_id(&line.user) {
                pairs.insert(1, ("name".to_owned(), user.name.as_str().into()));
            }
            let stays = kept.get(line.user.as_str()).copied().unwrap_or(0);
            pairs.push(("kept".to_owned(), Json::from(stays)));
            out.push(Json::Object(pairs));
        }
        Json::List(out)
    }

    /// By person, the leads of the command that they have in the plan's slot before and after.
    fn kept(&self) -> BTreeMap<String, usize> {
        let mut out: BTreeMap<String, usize> = BTreeMap::new();
        let Some(slot) = self.slot else { return out };
        let Column::Coded(coded) = self.table.column(slot) else { return out };
        let mut counts = vec![0usize; coded.dict.len() + 1];
        for row in self.drops.rows_for(DropCode::NoChange) {
            counts.get_mut(coded.code(*row) as usize).into_iter().for_each(|count| *count += 1);
        }
        if !self.all_move {
            for (at, row) in self.rows.iter().enumerate() {
                if self.slot_of_row(at).is_none() {
                    counts.get_mut(coded.code(*row) as usize).into_iter().for_each(|count| *count += 1);
                }
            }
        }
        for (user, count) in coded.dict.iter().zip(counts.into_iter().skip(1)) {
            if count > 0 {
                out.insert(user.to_owned(), count);
            }
        }
        out
    }
}

/// The lines of a plan: receivers in their order, then former owners by id.
pub(crate) fn of(plan: &Plan, planner: &Planner<'_>, receivers: &[(String, Option<u64>)], former: &[String]) -> Result<Vec<Line>> {
    let Some(slot) = plan.slot else { return Ok(Vec::new()) };
    let of_rows;
    let moved = match &plan.totals {
        Totals::Alone => {
            of_rows = moved(plan, planner, slot)?;
            &of_rows
        }
        Totals::Whole(whole) => &whole.moved,
        Totals::Shard => return Ok(Vec::new()),
    };
    let mut out: Vec<Line> = Vec::new();
    let named = receivers.iter().map(|(user, cap)| (user.as_str(), *cap)).chain(former.iter().map(|user| (user.as_str(), None)));
    let names: Vec<(&str, Option<u64>)> = named.chain(moved.keys().map(|user| (user.as_str(), None))).collect();
    let mut seen = crate::btree::BTreeSet::new();
    for (user, cap) in names {
        if !seen.insert(user) {
            continue;
        }
        let of = moved.get(user).copied().unwrap_or_default();
        let shown = planner.shows_load_of(user)?;
        let before = if shown { Some(planner.holds(slot, user)?) } else { None };
        let after = before.map(|before| before.saturating_add(of.open_after).saturating_sub(of.open_before));
        out.push(Line { user: user.to_owned(), before, after, dealt: of.dealt, released: of.released, cap });
    }
    Ok(out)
}

/// What each person gains and loses, by rows and by copies.
fn moved(plan: &Plan, planner: &Planner<'_>, slot: FieldIx) -> Result<BTreeMap<String, Moved>> {
    let open = planner.open()?;
    let mut moved = by_rows(plan, planner, open)?;
    for copy in &plan.created {
        let Some(row) = planner.table.find(&copy.copy_of) else { continue };
        let sets: Vec<Set<'_>> = copy.set.iter().map(|(field, cell)| Set { field: *field, from: Cell::Null, to: cell.clone() }).collect();
        if let Some(user) = sets.iter().find(|set| set.field == slot).and_then(|set| set.to.text()) {
            let line = moved.entry(user.to_owned()).or_default();
            line.dealt += 1;
            line.open_after += u64::from(match &plan.model.lifecycle.open {
                Some(open) => filter::matches(open, &PatchedRow { table: &plan.table, row, sets: &sets }, &planner.filtering())?,
                None => true,
            });
        }
    }
    Ok(moved)
}

/// What each person gains and loses by the rows that change.
fn by_rows(plan: &Plan, planner: &Planner<'_>, open: &RowSet) -> Result<BTreeMap<String, Moved>> {
    let slot = plan.slot.unwrap_or(plan.model.lead.owner);
    let condition = plan.model.lifecycle.open.as_ref();
    let edited = condition.is_some_and(|open| open.fields().iter().any(|field| plan.edits.touches(*field)));
    // Few rows are looked at one by one: there may be many people.
    if let (false, Column::Coded(coded)) = (edited || plan.rows.len() < FEW, plan.table.column(slot)) {
        match plan.edits.always(slot) {
            Some(NewValue::Coded(values, codes)) => {
                if let Some(moved) = most_of_table(plan, planner, open, coded, values, codes)? {
                    return Ok(moved);
                }
                return Ok(by_code(plan, open, coded, values, codes.iter().copied()));
            }
            Some(NewValue::Same(cell)) => return Ok(by_code(plan, open, coded, std::slice::from_ref(cell), std::iter::repeat(0))),
            _ => {}
        }
    }
    let whole = edited || plan.slot != Some(slot) || !plan.edits.sets(slot);
    let mut out: BTreeMap<String, Moved> = BTreeMap::new();
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let from = plan.table.cell(row, slot);
        let sets =
            if whole { plan.edits.of_row(at, row, &plan.table, &plan.model, plan.now) } else { plan.slot_of_row(at).into_iter().collect() };
        let to = sets.iter().find(|set| set.field == slot).map_or_else(|| from.clone(), |set| set.to.clone());
        let was = open.contains(row);
        let is = match condition {
            Some(open) if edited => filter::matches(open, &PatchedRow { table: &plan.table, row, sets: &sets }, &planner.filtering())?,
            _ => was,
        };
        let changed = u64::from(from != to);
        if let Some(user) = from.text() {
            let line = out.entry(user.to_owned()).or_default();
            line.released += changed;
            line.open_before += u64::from(was);
        }
        if let Some(user) = to.text() {
            let line = out.entry(user.to_owned()).or_default();
            line.dealt += changed;
            line.open_after += u64::from(is);
        }
    }
    Ok(out)
}

/// What each person gains and loses where all are open, every row of the plan changes hands, and all but a few leads of the table are in it: what each loses is
/// what they hold, less what was left out.
fn most_of_table(
    plan: &Plan,
    planner: &Planner<'_>,
    open: &RowSet,
    coded: &CodedColumn,
    values: &[Cell<'static>],
    codes: &[u32],
) -> Result<Option<BTreeMap<String, Moved>>> {
    let Some(left) = plan.drops.rows_once().filter(|_| plan.all_move && *open == RowSet::All) else { return Ok(None) };
    if plan.rows.len() + left.clone().count() != planner.table.size() || plan.rows.len() < planner.table.size() / 2 {
        return Ok(None);
    }
    let mut kept = vec![0u64; coded.dict.len() + 1];
    left.for_each(|row| kept.get_mut(coded.code(row) as usize).into_iter().for_each(|kept| *kept += 1));
    let mut out: BTreeMap<String, Moved> = BTreeMap::new();
    for (user, count) in planner.counted(plan.slot.unwrap_or(plan.model.lead.owner))?.iter() {
        let kept = coded.dict.find(user).and_then(|code| kept.get(code as usize)).copied().unwrap_or(0);
        let released = count.saturating_sub(kept);
        if released > 0 {
            out.insert(user.clone(), Moved { released, open_before: released, ..Moved::default() });
        }
    }
    let mut won = vec![0u64; values.len()];
    codes.iter().for_each(|code| won.get_mut(*code as usize).into_iter().for_each(|won| *won += 1));
    for (user, count) in values.iter().zip(won).filter(|(_, count)| *count > 0) {
        // Who loses a lead to nobody has a line of their own.
        let Some(user) = user.text() else { continue };
        let line = out.entry(user.to_owned()).or_default();
        line.dealt += count;
        line.open_after += count;
    }
    Ok(Some(out))
}

/// What each person gains and loses by a split whose edits do not decide what is open: counted by code, without a look at other fields.
fn by_code(
    plan: &Plan,
    open: &RowSet,
    coded: &CodedColumn,
    values: &[Cell<'static>],
    codes: impl Iterator<Item = u32>,
) -> BTreeMap<String, Moved> {
    let mut lost = vec![Moved::default(); coded.dict.len() + 1];
    let mut won = vec![Moved::default(); values.len()];
    let place = |value: &Cell<'static>| value.text().map_or(Some(0), |user| coded.dict.find(user));
    let places: Vec<Option<u32>> = values.iter().map(place).collect();
    for (row, to) in plan.rows.iter().zip(codes) {
        let from = coded.code(*row);
        let changed = u64::from(places.get(to as usize).copied().flatten() != Some(from));
        let is_open = u64::from(open.contains(RowIx(*row)));
        if let Some(line) = lost.get_mut(from as usize) {
            line.released += changed;
            line.open_before += is_open;
        }
        if let Some(line) = won.get_mut(to as usize) {
            line.dealt += changed;
            line.open_after += is_open;
        }
    }
    let mut out: BTreeMap<String, Moved> = BTreeMap::new();
    let losers = coded.dict.iter().zip(lost.into_iter().skip(1));
    let winners = values.iter().zip(won).filter_map(|(value, won)| Some((value.text()?, won)));
    for (user, moved) in losers.chain(winners).filter(|(_, moved)| moved.dealt + moved.released + moved.open_before + moved.open_after > 0)
    {
        let line = out.entry(user.to_owned()).or_default();
        line.dealt += moved.dealt;
        line.released += moved.released;
        line.open_before += moved.open_before;
        line.open_after += moved.open_after;
    }
    out
}
