//! From classes to the graph of the kernel, and from its flow back to quotas.

use std::cmp::Reverse;

use crate::error::{Error, Result};

use super::flow::{Graph, Part};
use super::rounding::Numbers;
use super::set::{Matrix, filled, has, put};
use super::{Apportionment, Class, Division, Even, Keep, Receiver, UNIT};

/// The classes in canonical order, those with the same set as one.
pub(super) struct Merged {
    /// Who may take from which merged class.
    pub graph: Graph,
    /// How many rows each merged class has.
    pub rows: Vec<i64>,
    /// For each merged class: the classes it is made of, by owner, none last.
    members: Vec<Vec<Member>>,
}

#[derive(Clone, Copy)]
struct Member {
    class: usize,
    owner: Option<u32>,
    count: i64,
}

impl Merged {
    /// Sorts and merges the classes of a division.
    pub fn new(division: &Division) -> Result<Merged> {
        let people = division.receivers.len();
        let mut order: Vec<(&Class, Option<u32>, usize)> = Vec::new();
        order.try_reserve_exact(division.classes.len())?;
        order.extend(division.classes.iter().enumerate().map(|(at, class)| (class, owner(class, division), at)));
        // Of classes that are alike the counts decide, so that the answer does not depend on their order.
        crate::sort::by(&mut order, |a, b| {
            let key = |class: &Class, owner: Option<u32>| (owner.is_none(), owner, Reverse(class.count), class.owner);
            a.0.eligible.cmp(&b.0.eligible).then_with(|| key(a.0, a.1).cmp(&key(b.0, b.1)))
        });
        let groups = || order.chunk_by(|a, b| a.0.eligible == b.0.eligible);
        let classes = groups().count();
        let mut sets = Matrix::new(classes, people)?;
        let mut rows = filled(0, classes)?;
        let mut members = filled(Vec::new(), classes)?;
        for (at, same) in groups().enumerate() {
            let (Some(rows), Some(members)) = (rows.get_mut(at), members.get_mut(at)) else { continue };
            if let Some((class, _, _)) = same.first() {
                for receiver in class.eligible.iter().filter(|receiver| (*receiver as usize) < people) {
                    put(sets.row_mut(at), receiver as usize);
                }
            }
            members.try_reserve_exact(same.len())?;
            for (class, owner, place) in same {
                let count = i64::try_from(class.count).unwrap_or(i64::MAX);
                *rows += count;
                members.push(Member { class: *place, owner: *owner, count });
            }
        }
        Ok(Merged { graph: Graph::new(people, sets, classes)?, rows, members })
    }

    /// All receivers, and all classes that somebody may take from.
    pub fn whole(&self) -> Result<Part> {
        let mut classes = filled(0, self.graph.takes.words())?;
        for class in (0..self.graph.classes).filter(|class| self.graph.sets.row(*class).iter().any(|word| *word != 0)) {
            put(&mut classes, class);
        }
        let mut receivers = Vec::new();
        receivers.try_reserve_exact(self.graph.receivers)?;
        receivers.extend(0..u32::try_from(self.graph.receivers).unwrap_or(u32::MAX));
        Ok(Part { receivers, classes })
    }

    /// For each merged class: whose rows it has, and how many, in receivers' order.
    pub fn owned(&self) -> Result<Vec<Vec<(u32, i64)>>> {
        let mut out: Vec<Vec<(u32, i64)>> = filled(Vec::new(), self.members.len())?;
        for ((class, members), out) in self.members.iter().enumerate().zip(&mut out) {
            out.try_reserve(members.len())?;
            for (owner, count) in members.iter().filter_map(|member| Some((member.owner?, member.count))) {
                match out.last_mut() {
                    Some((last, rows)) if *last == owner => *rows += count,
                    _ if has(self.graph.sets.row(class), owner as usize) => out.push((owner, count)),
                    _ => {}
                }
            }
        }
        Ok(out)
    }

    /// Cuts the flow into quotas, and draws up the answer.
    pub fn settled(
        &self,
        division: &Division,
        numbers: &Numbers,
        shares: Vec<i64>,
        could_take: Vec<bool>,
        placed: i64,
    ) -> Result<Apportionment> {
        let mut quotas = filled(Vec::new(), division.classes.len())?;
        let mut left = filled(0, division.classes.len())?;
        let mut stays = 0;
        for (members, held) in self.members.iter().zip(&numbers.flow.held) {
            let mut held = held.clone();
            crate::sort::all(&mut held);
            for portion in cut(members, &mut held)? {
                stays += portion.stays;
                if let (Some(quotas), Some(left)) = (quotas.get_mut(portion.class), left.get_mut(portion.class)) {
                    (*quotas, *left) = (portion.quota, count(portion.open));
                }
            }
        }
        let mut carry = Vec::new();
        carry.try_reserve_exact(division.receivers.len())?;
        for (((receiver, share), total), could) in division.receivers.iter().zip(&shares).zip(&numbers.totals).zip(&could_take) {
            carry.push(if *could { carried(receiver, *share, *total)? } else { receiver.carry });
        }
        let after =
            division.receivers.iter().zip(&numbers.totals).zip(&could_take).filter(|(_, could)| **could).map(|((receiver, total), _)| {
                (receiver.weight, count(*total).saturating_add(if division.even == Even::Total { receiver.load } else { 0 }))
            });
        let spread = super::spread(after);
        let numbers = numbers.totals.iter().map(|total| count(*total)).collect();
        Ok(Apportionment { shares, numbers, carry, could_take, quotas, left, placed: count(placed), stays, spread })
    }
}

/// The owner that counts.
fn owner(class: &Class, division: &Division) -> Option<u32> {
    class.owner.filter(|owner| division.keep == Keep::Yes && class.eligible.contains(*owner))
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}

/// What a receiver carries on.
fn carried(receiver: &Receiver, share: i64, total: i64) -> Result<i64> {
    let after = i128::from(receiver.carry) + i128::from(total) * i128::from(UNIT) - i128::from(share);
    i64::try_from(after).map_err(|_| Error::new("split_too_large", "", "a carry of this split is too large to be remembered exactly"))
}

/// What one class gets of its merged class.
struct Portion {
    class: usize,
    stays: u64,
    quota: Vec<(u32, u64)>,
    open: i64,
}

/// Gives each member first the rows that stay, then fills the members in order with what the receivers still
/// get, in order.
fn cut(members: &[Member], held: &mut [(u32, i64)]) -> Result<Vec<Portion>> {
    let mut out: Vec<Portion> = Vec::new();
    out.try_reserve_exact(members.len())?;
    for member in members {
        let mut portion = Portion { class: member.class, stays: 0, quota: Vec::new(), open: member.count };
        if let Some((owner, rows)) = held.iter_mut().find(|(receiver, _)| Some(*receiver) == member.owner) {
            let stay = member.count.min(*rows);
            *rows -= stay;
            portion.open -= stay;
            portion.stays = count(stay);
            if stay > 0 {
                portion.quota.push((*owner, count(stay)));
            }
        }
        out.push(portion);
    }
    let mut rest = held.iter_mut().filter(|(_, rows)| *rows > 0).peekable();
    for Portion { quota, open, .. } in &mut out {
        while let Some((receiver, rows)) = rest.peek_mut().filter(|_| *open > 0) {
            let amount = (*open).min(*rows);
            *rows -= amount;
            *open -= amount;
            // Somebody who gets more than stays with them may be listed already, as the first.
            match quota.first_mut().filter(|(holder, _)| holder == receiver) {
                Some((_, has)) => *has += count(amount),
                None => quota.push((*receiver, count(amount))),
            }
            if *rows == 0 {
                rest.next();
            }
        }
        crate::sort::all(quota);
    }
    Ok(out)
}
