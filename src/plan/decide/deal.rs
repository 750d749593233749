//! Dividing rows among receivers: who may take what, how many each gets, and which.

use crate::access::{Covered, Reason};
use crate::config::people::UserKind;
use crate::config::{Method, User, UserIx, Verb};
use crate::error::Result;
use crate::json::Json;
use crate::plan::command::{Even, Keep, LeadsRef, Order, Receiver, Receivers, Split};
use crate::plan::drops::{DropCode, Drops};
use crate::plan::edit::To;
use crate::plan::shards::{self, Dealing};
use crate::plan::state;
use crate::query::{Cell, FieldIx};
use crate::split as kernel;
use crate::table::RowIx;

use super::classes::{self, Classes, Turns};
use super::matching;
use super::{Deciding, Draft, Sieved, SplitReport};
use crate::plan::state::StateChange;
use crate::plan::{leads, workload};
use std::rc::Rc;

/// The carry of receivers is remembered, or the split stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remember {
    /// Under the split's key.
    Yes,
    /// Neither read nor written.
    No,
}

/// What becomes of a row that is dealt to its present holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Settled {
    /// It is dropped as unchanged.
    Dropped,
    /// It stays in the plan, since something else changes in it.
    Stays,
}

/// Somebody to deal to.
pub(super) struct Taker {
    pub user: UserIx,
    pub weight: u64,
    pub cap: Option<u64>,
}

/// Divides the leads that a command names.
pub(super) fn split(deciding: &Deciding<'_>, wanted: &LeadsRef, split: &Split) -> Result<Draft> {
    let mut draft = Draft::default();
    let takers = match takers(deciding, split)? {
        Ok(takers) => takers,
        Err(refused) => return Ok(Draft::refuse(refused)),
    };
    let rows = leads::resolve(deciding, wanted, &split.sort, &mut draft.drops)?;
    deal(deciding, &mut draft, rows, split, &takers, Remember::Yes, Settled::Dropped)?;
    Ok(draft)
}

/// The people to deal to, or why the command is refused.
pub(super) fn takers(deciding: &Deciding<'_>, split: &Split) -> Result<std::result::Result<Vec<Taker>, Vec<Reason>>> {
    let model = deciding.model;
    let here = |user: UserIx| model.users.get(user).filter(|known| is_here(deciding, known));
    match &split.to {
        Receivers::Named(list) => named(deciding, list, split.slot),
        Receivers::Group(id) => {
            let seen = deciding.gate.group_may(deciding.actor, Verb::GroupView, id)?;
            let available = model.groups.by_id(id).filter(|group| deciding.gate.is_available(deciding.actor, group));
            let Some(group) = available.filter(|_| seen.allowed) else {
                let reason = Reason::new("not_permitted", None, "the group is not available to the acting user");
                return Ok(Err(if seen.allowed { vec![reason] } else { seen.reasons }));
            };
            let weighted = group.method == Method::Weighted;
            let members = deciding.gate.members(&group.members, Some(deciding.context.now))?.into_iter();
            let takers = members.filter_map(|user| here(user).map(|known| (user, known))).map(|(user, known)| Taker {
                user,
                weight: if weighted { known.weight } else { ONE },
                cap: None,
            });
            Ok(Ok(takers.filter(|taker| taker.weight > 0).collect()))
        }
        Receivers::Tags(tags) => {
            let holders = (0u32..).zip(model.users.iter()).filter(|(_, user)| user.tags.iter().any(|tag| tags.contains(tag)));
            let takers =
                holders.filter(|(ix, _)| here(UserIx(*ix)).is_some()).map(|(ix, _)| Taker { user: UserIx(ix), weight: ONE, cap: None });
            Ok(Ok(takers.collect()))
        }
    }
}

/// The ordinary weight, in millionths.
const ONE: u64 = 1_000_000;

/// Whether somebody whom a group or a tag names takes part: the paused and the absent do not.
fn is_here(deciding: &Deciding<'_>, user: &User) -> bool {
    if !user.absences.is_empty() {
        deciding.notice_presence();
    }
    user.active && user.kind == UserKind::Person && !user.paused && !user.is_absent(deciding.context.now)
}

/// People who were named are taken at their word; one who can never receive refuses the command.
pub(super) fn named(deciding: &Deciding<'_>, list: &[Receiver], slot: FieldIx) -> Result<std::result::Result<Vec<Taker>, Vec<Reason>>> {
    let mut out = Vec::with_capacity(list.len());
    let mut refused = Vec::new();
    for receiver in list {
        let Some((user, _)) = deciding.model.user(&receiver.user) else { continue };
        if let Some(hurdle) = deciding.gate.never_receives(slot, user, Some(deciding.context.now))? {
            refused.push(deciding.gate.refusal_of(hurdle, user, slot));
        }
        out.push(Taker { user, weight: receiver.weight.unwrap_or(ONE), cap: receiver.cap });
    }
    Ok(if refused.is_empty() { Ok(out) } else { Err(refused) })
}

/// Divides `rows`: drops what may not move, settles the shares, and writes down who gets which row.
pub(super) fn deal(
    deciding: &Deciding<'_>,
    draft: &mut Draft,
    rows: Vec<u32>,
    split: &Split,
    takers: &[Taker],
    remember: Remember,
    settled_rows: Settled,
) -> Result<()> {
    let mut rows = rows;
    draft.slot = Some(split.slot);
    let names: Vec<&str> = takers.iter().filter_map(|taker| deciding.model.users.get(taker.user)).map(|user| user.id.as_str()).collect();
    draft.receivers = takers.iter().zip(&names).map(|(taker, name)| ((*name).to_owned(), taker.cap)).collect();
    let may = eligible(deciding, &mut rows, split, takers, &mut draft.drops)?;

    let holders = classes::holders(deciding, split.slot, &names);
    let classes = Classes::of(&rows, &may, if split.keep == Keep::Yes { Some(&holders) } else { None }, deciding.table.rows())?;
    let Classes { list, of_row } = classes;
    let order = if split.order == Order::Block { kernel::Order::Block } else { kernel::Order::Deal };
    let turns = match &deciding.context.dealing {
        Dealing::Tally(probe) => {
            let full =
                |taker: &Taker| taker.cap.is_some() || deciding.model.users.get(taker.user).is_some_and(|user| user.capacity.is_some());
            let bounded = takers.iter().any(full);
            let tallied = shards::Tallied { names: owned(&names), bounded, kept: settled_rows, classes: list, of_row };
            tallied.probe(*probe, draft, rows, |row| holders.get(row));
            return Ok(());
        }
        Dealing::Shard(share) => shards::turns(share, draft, deciding.table, &rows, (&list, &of_row), names.len(), order)?,
        Dealing::Alone | Dealing::Settle(_) => {
            settle(deciding, draft, split, takers, &names, remember, settled_rows, (&rows, list), order)?
        }
    };

    let mut codes = Vec::new();
    codes.try_reserve_exact(rows.len())?;
    let mut moved = Vec::new();
    moved.try_reserve_exact(rows.len())?;
    // Each class has its own stretch of receivers, and its rows take from it in their order; the last ones may find none.
    let mut stretches = turns.ranges;
    for (row, class) in rows.iter().zip(&of_row) {
        let taker = stretches.get_mut(*class as usize).filter(|(at, end)| at < end).and_then(|(at, _)| {
            *at += 1;
            turns.sequence.get(*at - 1).copied()
        });
        match taker {
            None => draft.drops.row(RowIx(*row), DropCode::NoCapacity),
            Some(taker) if settled_rows == Settled::Dropped && holders.get(RowIx(*row)) == Some(taker) => {
                draft.drops.row(RowIx(*row), DropCode::NoChange)
            }
            Some(taker) => {
                moved.push(*row);
                codes.push(taker);
            }
        }
    }
    draft.rows = moved;
    draft.sieved = if settled_rows == Settled::Dropped { Sieved::Yes } else { Sieved::No };
    let values = names.iter().map(|name| Cell::Text((*name).to_owned().into())).collect();
    draft.edits.set(split.slot, To::Coded(Rc::new(values), Rc::new(codes)));
    Ok(())
}

/// Settles the shares of rows, or of all that the tallies of shards count, and says in which turns rows are dealt.
#[expect(clippy::too_many_arguments, reason = "one step of `deal`, which owns all of them")]
fn settle(
    deciding: &Deciding<'_>,
    draft: &mut Draft,
    split: &Split,
    takers: &[Taker],
    names: &[&str],
    remember: Remember,
    kept: Settled,
    (rows, list): (&[u32], Vec<kernel::Class>),
    order: kernel::Order,
) -> Result<Turns> {
    let carries = if remember == Remember::Yes { Some(Carries::read(deciding, split, names)?) } else { None };
    let (list, counts, loads) = match &deciding.context.dealing {
        Dealing::Settle(tallies) => {
            let (list, counts) = shards::merged(tallies, split.keep, names.len())?;
            (list, counts, shards::loads(deciding, tallies, names))
        }
        _ => (list, Vec::new(), loads(deciding, split.slot, rows, names)?),
    };
    let division = kernel::Division {
        receivers: receivers(deciding, split, takers, &loads, carries.as_ref()),
        classes: list,
        even: if split.even == Even::Total { kernel::Even::Total } else { kernel::Even::Dealt },
        keep: if split.keep == Keep::Yes { kernel::Keep::Yes } else { kernel::Keep::No },
    };
    let settled = kernel::settle(&division)?;
    draft.split = Some(SplitReport { spread: settled.spread, bound: settled.spread, exact: true });
    if let Some(carries) = carries {
        draft.state.extend(carries.write(deciding, names, &settled));
    }
    if matches!(deciding.context.dealing, Dealing::Settle(_)) {
        let whole = shards::Whole::new(owned(names), division.classes, counts, settled, order, kept);
        whole.put(deciding, draft);
        return Ok(Turns::default());
    }
    classes::turns(&settled, order)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// For each receiver the rows that they may take; rows that nobody may take, or that may not move at all, are dropped.
fn eligible(deciding: &Deciding<'_>, rows: &mut Vec<u32>, split: &Split, takers: &[Taker], drops: &mut Drops) -> Result<Vec<Covered>> {
    let asking = deciding.asking();
    let gate = deciding.gate;
    let mut give = Vec::with_capacity(takers.len());
    let mut may = Vec::with_capacity(takers.len());
    let mut open = Vec::with_capacity(takers.len());
    for taker in takers {
        let given = gate.give(&asking, taker.user)?;
        let unbarred = deciding.open_to(taker.user)?;
        let within = given.clone().and(unbarred.clone());
        let mut all = within.and(gate.receive(&asking, split.slot, taker.user, &[])?);
        if let Receivers::Group(id) = &split.to {
            all = all.and(matching::rows(deciding, id, taker.user)?);
        }
        give.push(given);
        open.push(unbarred);
        may.push(all);
    }
    let release = gate.release(&asking, split.slot)?;
    deciding.sieve_edit(rows, drops)?;
    let any_given = any(&give);
    drops.sieve(rows, DropCode::NotPermitted, |row| release.contains(row) && (any_given.contains(row) || takers.is_empty()));
    deciding.sieve_state(rows, drops)?;
    let any_open = any(&open);
    drops.sieve(rows, DropCode::Boundary, |row| any_open.contains(row) || takers.is_empty());
    let any = any(&may);
    drops.sieve(rows, DropCode::NobodyEligible, |row| any.contains(row));
    Ok(may)
}

/// Rows that at least one of several answers covers.
fn any(covered: &[Covered]) -> Covered {
    covered.iter().cloned().fold(Covered::None, Covered::or)
}

/// Open leads of each receiver outside of the rows that are divided.
fn loads(deciding: &Deciding<'_>, slot: FieldIx, rows: &[u32], names: &[&str]) -> Result<Vec<u64>> {
    let open = workload::open(deciding)?;
    let all = workload::by_holder(deciding, slot, &open, None)?;
    let inside = workload::by_holder(deciding, slot, &open, Some(rows))?;
    names.iter().map(|name| Ok(workload::held(deciding, &all, name)?.saturating_sub(inside.get(*name).copied().unwrap_or(0)))).collect()
}

/// The receivers as the kernel sees them.
fn receivers(deciding: &Deciding<'_>, split: &Split, takers: &[Taker], loads: &[u64], carries: Option<&Carries>) -> Vec<kernel::Receiver> {
    let common = takers.iter().fold(0, |a, taker| gcd(a, taker.weight)).max(1);
    let receiver = |(place, taker): (usize, &Taker)| {
        let load = loads.get(place).copied().unwrap_or(0);
        let capacity = deciding.model.users.get(taker.user).and_then(|user| user.capacity);
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
    fn read(deciding: &Deciding<'_>, split: &Split, names: &[&str]) -> Result<Carries> {
        let name = match (&split.key, &split.to) {
            (Some(key), _) => key.clone(),
            (None, Receivers::Group(id)) => id.clone(),
            (None, _) => {
                let mut sorted = names.to_vec();
                sorted.sort_unstable();
                crate::plan::digest::short(&Json::List(sorted.into_iter().map(Json::from).collect()))
            }
        };
        let key = state::key("split", &name);
        let kept = deciding.context.state.get(&key)?.and_then(|value| value.get("carry")).and_then(Json::as_object).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "carries are whole and below 2^53")]
        let amount = |json: &Json| json.as_number().filter(|n| n.abs() < 9.0e15).map_or(0, |n| n as i64);
        let of = names.iter().map(|name| kept.iter().find(|(user, _)| user == name).map_or(0, |(_, carry)| amount(carry))).collect();
        let others = kept
            .iter()
            .filter(|(user, _)| !names.contains(&user.as_str()) && deciding.model.users.find(user).is_some())
            .map(|(user, carry)| (user.clone(), amount(carry)))
            .collect();
        Ok(Carries { key, of, others })
    }

    /// The write of the new carries; none where nothing changed.
    fn write(mut self, deciding: &Deciding<'_>, names: &[&str], settled: &kernel::Settled) -> Option<StateChange> {
        self.others.extend(names.iter().map(|name| (*name).to_owned()).zip(settled.carry.iter().copied()));
        self.others.retain(|(_, carry)| *carry != 0);
        self.others.sort();
        let carry = self.others.into_iter().map(|(user, carry)| (user, Json::from(carry))).collect();
        let value = state::value([("carry", Json::Object(carry))]);
        let before = deciding.context.state.peek(&self.key).map(|kept| kept.value.canonical());
        let same =
            before.map_or(value.get("carry").and_then(Json::as_object).is_some_and(<[_]>::is_empty), |before| before == value.canonical());
        (!same).then(|| deciding.context.state.write(self.key, Some(value)))
    }
}
