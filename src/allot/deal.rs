//! Dividing rows among receivers: who may take what, how many each gets, and which.

use std::rc::Rc;

use crate::access::{Change, Reason, RowSet};
use crate::allot::spec::{Even, Keep, Receiver, Receivers, Split};
use crate::config::{Method, UserIx, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::plan::drops::{DropCode, Drops, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::holders;
use crate::plan::state::{self, StateChange};
use crate::query::assume::{all as and, always};
use crate::query::{Cell, FieldIx};
use crate::split as kernel;

use crate::allot::{bundles, match_condition};
use crate::dealing::classes::{self, Assignment, Classes};
use crate::dealing::eligible::{self, Condition, EligibilityClasses};
use crate::plan::draft::{Draft, SplitReport};
use crate::plan::planner::{Planner, is_here};
use crate::plan::split_part::{Dealt, SplitSpec};

/// Somebody to deal to.
pub(crate) struct Candidate {
    pub user: UserIx,
    pub weight: u64,
    pub cap: Option<u64>,
}

/// The people to deal to, or why the command is refused.
pub(crate) fn candidates(planner: &Planner<'_>, split: &Split) -> Result<std::result::Result<Vec<Candidate>, Vec<Reason>>> {
    let model = planner.model;
    let here = |user: UserIx| model.users.get(user).filter(|known| is_here(known, planner.context.now));
    match &split.to {
        Receivers::Named(list) => named(planner, list, split.slot),
        Receivers::Group(id) => {
            let seen = planner.auth.group_may(planner.actor, Verb::GroupView, id)?;
            let available = model.groups.by_id(id).filter(|group| planner.auth.is_available(planner.actor, group));
            let Some(group) = available.filter(|_| seen.allowed) else {
                let reason = Reason::new("not_permitted", None, "the group is not available to the acting user");
                return Ok(Err(if seen.allowed { vec![reason] } else { seen.reasons }));
            };
            let weighted = group.method == Method::Weighted;
            let members = planner.auth.members(&group.members, Some(planner.context.now))?.into_iter();
            let takers = members.filter_map(|user| here(user).map(|known| (user, known))).map(|(user, known)| Candidate {
                user,
                weight: if weighted { known.weight } else { ONE },
                cap: None,
            });
            Ok(Ok(takers.filter(|taker| taker.weight > 0).collect()))
        }
        Receivers::Tags(tags) => {
            let holders = (0u32..).zip(model.users.iter()).filter(|(_, user)| user.tags.iter().any(|tag| tags.contains(tag)));
            let takers =
                holders.filter(|(ix, _)| here(UserIx(*ix)).is_some()).map(|(ix, _)| Candidate { user: UserIx(ix), weight: ONE, cap: None });
            Ok(Ok(takers.collect()))
        }
    }
}

/// The ordinary weight, in millionths.
const ONE: u64 = 1_000_000;

/// People who were named are taken at their word; one who can never receive refuses the command.
fn named(planner: &Planner<'_>, list: &[Receiver], slot: FieldIx) -> Result<std::result::Result<Vec<Candidate>, Vec<Reason>>> {
    let mut out = Vec::with_capacity(list.len());
    let mut refused = Vec::new();
    for receiver in list {
        let Some((user, _)) = planner.model.user(&receiver.user) else { continue };
        if let Some(hurdle) = planner.auth.never_receives(slot, user, Some(planner.context.now))? {
            refused.push(planner.auth.refusal_of(hurdle, user, slot));
        }
        out.push(Candidate { user, weight: receiver.weight.unwrap_or(ONE), cap: receiver.cap });
    }
    Ok(if refused.is_empty() { Ok(out) } else { Err(refused) })
}

/// What a command asks and changes beside the split.
#[derive(Default)]
pub(crate) struct Extra<'a> {
    pub checks: RowChecks,
    pub changes: &'a [(FieldIx, Change)],
    /// Whether a row that is dealt to its present holder stays in the plan, since something else changes in it; else it is dropped.
    pub keep_unchanged: bool,
}

/// Divides `rows`: drops what may not move, settles the shares, and writes down who gets which row.
pub(crate) fn deal(
    planner: &Planner<'_>,
    draft: &mut Draft,
    mut rows: Vec<u32>,
    split: &Split,
    takers: &[Candidate],
    extra: Extra<'_>,
) -> Result<()> {
    let keep_unchanged = extra.keep_unchanged;
    draft.slot = Some(split.slot);
    let names: Vec<&str> = takers.iter().map(|taker| planner.id_of(taker.user)).collect();
    draft.receivers = takers.iter().zip(&names).map(|(taker, name)| ((*name).to_owned(), taker.cap)).collect();
    let kinds = eligible(planner, &mut rows, split, takers, &mut draft.drops, extra)?;

    let holders = classes::holders(planner.table, split.slot, &names);
    let classes = |kinds: EligibilityClasses| Classes::of(&rows, kinds, if split.keep == Keep::Yes { Some(&holders) } else { None });
    let part = planner.context.part.as_deref();
    let (carries, receivers) = match part.map(|part| part.inside(&names)) {
        // The rows are only tried, or dealt as was settled.
        Some(None) => (None, Vec::new()),
        inside => {
            let carries = if split.remember { Some(Carries::read(planner, split, &names)?) } else { None };
            let loads = loads(planner, split, &rows, takers, &names, inside.flatten())?;
            let receivers = receivers(planner, split, takers, &loads, carries.as_ref());
            (carries, receivers)
        }
    };
    let dealt = if let Some(part) = part {
        let Split { slot, order, even, keep, .. } = *split;
        let bounded = takers.iter().any(|taker| taker.cap.is_some() || has_capacity(planner, taker));
        let (names, classes, holders) = (&*names, classes(kinds)?, &holders);
        let split = SplitSpec { slot, names, receivers, bounded, classes, holders, keep_unchanged, order, even, keep };
        part.deal(planner.table, &rows, split)?
    } else {
        let together = if split.together.is_empty() { None } else { bundles::together(planner, split, &rows, &kinds, &receivers)? };
        match together {
            Some(dealt) => dealt,
            None => singly(split, &rows, classes(kinds)?, receivers)?,
        }
    };

    // Whoever holds a row already keeps it, which matters only where the slot's values can be told apart at all.
    let present = if !keep_unchanged && !dealt.is_trial && holders.any() { Some(&holders) } else { None };
    let (codes, unmoved) = dealt.to.split_off_unchanged(&mut rows, present)?;
    draft.drops.rows(unmoved.full, DropCode::NoCapacity);
    draft.drops.rows(unmoved.same, DropCode::NoChange);
    draft.rows = rows;
    draft.unchanged_removed = !keep_unchanged;
    let values = names.iter().map(|name| Cell::Text((*name).to_owned().into())).collect();
    draft.edits.set(split.slot, NewValue::Coded(Rc::new(values), Rc::new(codes)));
    draft.refused.extend(dealt.refused);
    draft.split = dealt.report;
    if let Some(carries) = carries {
        draft.state.extend(carries.write(planner, &names, &dealt.carry));
    }
    Ok(())
}

/// Divides rows one by one.
fn singly(split: &Split, rows: &[u32], classes: Classes, receivers: Vec<kernel::Receiver>) -> Result<Dealt> {
    let settled = kernel::apportion(&kernel::Division { receivers, classes: classes.list, even: split.even, keep: split.keep })?;
    let to = Assignment::of(&settled, rows.len(), classes.of_row, split.order)?;
    let report = SplitReport { spread: settled.spread, bound: settled.spread, exact: true };
    Ok(Dealt { to, carry: settled.carry, report: Some(report), refused: None, is_trial: false })
}

/// Who may take which row; rows that nobody may take, or that may not move at all, are dropped.
fn eligible(
    planner: &Planner<'_>,
    rows: &mut Vec<u32>,
    split: &Split,
    takers: &[Candidate],
    drops: &mut Drops,
    extra: Extra<'_>,
) -> Result<EligibilityClasses> {
    let asking = planner.asking();
    let auth = planner.auth;
    let all = planner.table.rows();
    let (mut given, mut open) = (RowSet::None, RowSet::None);
    let mut conditions = Vec::new();
    conditions.try_reserve_exact(takers.len())?;
    for taker in takers {
        let give = auth.give(&asking, taker.user)?;
        let unbarred = auth.barred(&asking, taker.user)?.complement(all)?;
        let mut condition = Condition { node: always(), rows: give.clone().and(unbarred.clone()) };
        match auth.receiving(&asking, split.slot, taker.user, extra.changes)? {
            Some(node) => condition.node = node,
            None => condition.rows = condition.rows.and(auth.receive(&asking, split.slot, taker.user, extra.changes)?),
        }
        if let Receivers::Group(id) = &split.to {
            condition.node = and([
                condition.node,
                match_condition::condition(planner.model, planner.model.groups.find(id).unwrap_or(u32::MAX), taker.user)?,
            ]);
        }
        given = given.or(give);
        open = open.or(unbarred);
        conditions.push(condition);
    }
    let mut checks = extra.checks;
    planner.ask_edit(&mut checks)?;
    checks.only(DropCode::NotPermitted, auth.release(&asking, split.slot)?);
    if !takers.is_empty() {
        checks.only(DropCode::NotPermitted, given);
        checks.only(DropCode::Boundary, open);
    }
    planner.ask_state(split.slot, &RowSet::None, &mut checks)?;
    drops.drop_failing(rows, checks);
    // No other question comes after this one: whoever is asked is asked about the rows that are left.
    let mut kinds = eligible::kinds(planner.table, &planner.filtering(), rows, conditions)?;
    drops.rows(kinds.drop_orphans(rows)?, DropCode::NobodyEligible);
    Ok(kinds)
}

/// Whether somebody may hold only so many open leads.
fn has_capacity(planner: &Planner<'_>, taker: &Candidate) -> bool {
    planner.model.users.get(taker.user).is_some_and(|user| user.capacity.is_some())
}

/// Open leads of each receiver outside of the rows that are divided; `inside` are those among them, where it is not the table that tells.
///
/// Where neither totals nor capacities are looked at, nothing is counted.
fn loads(
    planner: &Planner<'_>,
    split: &Split,
    rows: &[u32],
    takers: &[Candidate],
    names: &[&str],
    inside: Option<Vec<u64>>,
) -> Result<Vec<u64>> {
    if split.even == Even::Dealt && !takers.iter().any(|taker| has_capacity(planner, taker)) {
        return Ok(vec![0; names.len()]);
    }
    let slot = split.slot;
    let inside = match inside {
        Some(inside) => inside,
        None => holders::count_among(planner.table, slot, planner.open()?, rows, names)?,
    };
    names.iter().zip(inside).map(|(name, inside)| Ok(planner.holds(slot, name)?.saturating_sub(inside))).collect()
}

/// The receivers as the kernel sees them.
fn receivers(
    planner: &Planner<'_>,
    split: &Split,
    takers: &[Candidate],
    loads: &[u64],
    carries: Option<&Carries>,
) -> Vec<kernel::Receiver> {
    let common = takers.iter().fold(0, |a, taker| gcd(a, taker.weight)).max(1);
    let receiver = |(place, taker): (usize, &Candidate)| {
        let load = loads.get(place).copied().unwrap_or(0);
        let capacity = planner.model.users.get(taker.user).and_then(|user| user.capacity);
        let room = capacity.map(|capacity| capacity.saturating_sub(load));
        kernel::Receiver {
            weight: taker.weight / common,
            most: match (taker.cap, room) {
                (Some(cap), Some(room)) => Some(cap.min(room)),
                (cap, room) => cap.or(room),
            },
            load: if split.even == Even::Total { load } else { 0 },
            carry: carries.and_then(|carries| carries.of.get(place)).copied().unwrap_or(0),
        }
    };
    takers.iter().enumerate().map(receiver).collect()
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// What earlier splits of the same key gave each person beyond the exact share.
struct Carries {
    key: String,
    /// By receiver.
    of: Vec<i64>,
    /// Of others who are still in the configuration.
    others: Vec<(String, i64)>,
}

impl Carries {
    fn read(planner: &Planner<'_>, split: &Split, names: &[&str]) -> Result<Carries> {
        let name = match (&split.key, &split.to) {
            (Some(key), _) => key.clone(),
            (None, Receivers::Group(id)) => id.clone(),
            (None, _) => {
                let mut sorted = names.to_vec();
                crate::sort::all(&mut sorted);
                crate::plan::digest::short(&Json::List(sorted.into_iter().map(Json::from).collect()))
            }
        };
        let key = state::key("split", &name);
        let kept = planner.context.state.get(&key)?.and_then(|value| value.get("carry")).and_then(Json::as_object).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "carries are whole and below 2^53")]
        let amount = |json: &Json| json.as_number().filter(|n| n.abs() < 9.0e15).map_or(0, |n| n as i64);
        let of = names.iter().map(|name| kept.iter().find(|(user, _)| user == name).map_or(0, |(_, carry)| amount(carry))).collect();
        let others = kept
            .iter()
            .filter(|(user, _)| !names.contains(&user.as_str()) && planner.model.users.find(user).is_some())
            .map(|(user, carry)| (user.clone(), amount(carry)))
            .collect();
        Ok(Carries { key, of, others })
    }

    /// The write of the new carries; none where nothing changed.
    fn write(mut self, planner: &Planner<'_>, names: &[&str], carry: &[i64]) -> Option<StateChange> {
        self.others.extend(names.iter().map(|name| (*name).to_owned()).zip(carry.iter().copied()));
        self.others.retain(|(_, carry)| *carry != 0);
        crate::sort::all(&mut self.others);
        let carry = self.others.into_iter().map(|(user, carry)| (user, Json::from(carry))).collect();
        let value = state::value([("carry", Json::Object(carry))]);
        let same = match planner.context.state.peek(&self.key) {
            Some(kept) => kept.value.same(&value),
            None => value.get("carry").and_then(Json::as_object).is_some_and(<[_]>::is_empty),
        };
        (!same).then(|| planner.context.state.write(self.key, Some(value.into())))
    }
}
