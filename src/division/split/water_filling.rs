//! Exact shares: the real placement of all rows that minimises Σ (offset + share)² / weight.
//!
//! Without eligibility the answer is a water level λ: everybody gets `λ·weight − offset`, but not less than
//! nothing nor more than their bound. With eligibility, a maximum flow tells whether the classes can be laid
//! out so. If they can, that is the optimum, since it is one even among all placements that ignore
//! eligibility. If not, the minimum cut splits the problem in two that have nothing to do with one another:
//! the receivers who cannot be filled to λ, who take every row of every class they may take from (their levels
//! end below λ), and the others, who share the other classes (their levels end at λ or above). Both halves
//! are solved the same way. This is the decomposition of Fujishige (Lexicographically optimal base of a
//! polymatroid with respect to a weight vector, 1980) with the flow formulation of Megiddo (Optimal flows in
//! networks with multiple sources and sinks, 1974).
//!
//! It is exact because λ is a fraction p/q of whole numbers and the flow is computed on amounts multiplied
//! by q: nothing is rounded.

use std::cmp::Ordering;

use crate::error::Result;

use super::flow::{Amount, Flow, Graph, Part, Search};
use super::set::{bits, filled};
use super::weight::gcd;

/// What one receiver brings to the water level, in parts of a lead.
#[derive(Clone, Copy, Default)]
pub(super) struct Wish {
    /// Slope; at least 1.
    pub weight: i128,
    /// What stands there already; may be negative.
    pub offset: i128,
    /// The most that may be added.
    pub most: i128,
}

/// A fraction with a denominator above zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    /// Above the line.
    pub top: i128,
    /// Below the line.
    pub bottom: i128,
}

impl Ratio {
    /// Compares two fractions whose products with the other's denominator are known to fit.
    pub fn order(self, other: Ratio) -> Ordering {
        (self.top * other.bottom).cmp(&(other.top * self.bottom))
    }

    /// Compares any two fractions: where products might not fit, by their continued fractions.
    pub fn order_exactly(self, other: Ratio) -> Ordering {
        match (self.top.checked_mul(other.bottom), other.top.checked_mul(self.bottom)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => by_quotients(self, other),
        }
    }
}

/// Compares whole parts, and where they are equal the reciprocals of what is left, the other way round. It takes as many
/// steps as Euclid's algorithm.
fn by_quotients(mut a: Ratio, mut b: Ratio) -> Ordering {
    loop {
        let whole = a.top.div_euclid(a.bottom).cmp(&b.top.div_euclid(b.bottom));
        let (rest_a, rest_b) = (a.top.rem_euclid(a.bottom), b.top.rem_euclid(b.bottom));
        if whole.is_ne() {
            return whole;
        }
        if rest_a == 0 || rest_b == 0 {
            return rest_a.cmp(&rest_b);
        }
        (a, b) = (Ratio { top: b.bottom, bottom: rest_b }, Ratio { top: a.bottom, bottom: rest_a });
    }
}

/// The shares of the receivers of `part`, in parts of which `scale` make a lead. All rows of the part's
/// classes can be placed within the bounds. `start` takes up whole leads that the flow behind the shares hands
/// out: a placement that gives nobody more than their share.
pub(super) fn shares(
    graph: &Graph,
    scale: i128,
    wishes: &[Wish],
    part: Part,
    start: &mut Flow<i64>,
    search: &mut Search,
) -> Result<Vec<Ratio>> {
    let mut out = filled(Ratio { top: 0, bottom: 1 }, graph.receivers)?;
    let mut narrow: Flow<i64> = Flow::new(graph)?;
    let mut wide: Flow<i128> = Flow::new(graph)?;
    let mut parts = vec![part];
    while let Some(part) = parts.pop() {
        let rows: i128 = bits(&part.classes).filter_map(|class| start.left.get(class)).map(|rows| i128::from(*rows)).sum();
        if rows == 0 {
            continue;
        }
        let level = water_level(wishes, &part.receivers, rows * scale)?;
        let laid_out = if rows * scale * level.bottom < i128::from(i64::MAX) {
            lay_out(graph, scale, wishes, &part, level, &mut narrow, start, search)?
        } else {
            lay_out(graph, scale, wishes, &part, level, &mut wide, start, search)?
        };
        match laid_out {
            LaidOut::Whole => {
                for receiver in &part.receivers {
                    if let (Some(share), Some(wish)) = (out.get_mut(*receiver as usize), wishes.get(*receiver as usize)) {
                        *share = Ratio { top: at_level(wish, level), bottom: level.bottom };
                    }
                }
            }
            LaidOut::Cut(low, high) => {
                parts.try_reserve(2)?;
                parts.push(high);
                parts.push(low);
            }
        }
    }
    Ok(out)
}

/// What a receiver gets at a level, times the level's denominator.
fn at_level(wish: &Wish, level: Ratio) -> i128 {
    (level.top * wish.weight - level.bottom * wish.offset).min(level.bottom * wish.most).max(0)
}

/// The level at which the receivers together get `amount`, which is above zero and at most the sum of their bounds.
///
/// What they get is a rising line with a bend wherever somebody starts (at offset / weight) or stops (at
/// (offset + most) / weight). Bends are walked from below until the line has passed the amount.
fn water_level(wishes: &[Wish], receivers: &[u32], amount: i128) -> Result<Ratio> {
    let mut bends: Vec<(Ratio, i128, i128)> = Vec::new();
    bends.try_reserve_exact(receivers.len() * 2)?;
    for wish in receivers.iter().filter_map(|receiver| wishes.get(*receiver as usize)).filter(|wish| wish.most > 0) {
        let stop = wish.offset + wish.most;
        bends.push((Ratio { top: wish.offset, bottom: wish.weight }, wish.weight, wish.offset));
        bends.push((Ratio { top: stop, bottom: wish.weight }, -wish.weight, -stop));
    }
    crate::sort::by(&mut bends, |a, b| a.0.order(b.0));
    let (mut slope, mut below) = (0, 0);
    let mut last = Ratio { top: 0, bottom: 1 };
    for (at, steeper, lower) in bends {
        if slope > 0 && slope * at.top >= (amount + below) * at.bottom {
            break;
        }
        slope += steeper;
        below += lower;
        last = at;
    }
    let exact = if slope > 0 { Ratio { top: amount + below, bottom: slope } } else { last };
    let common = gcd(exact.top, exact.bottom).max(1);
    Ok(Ratio { top: exact.top / common, bottom: exact.bottom / common })
}

enum LaidOut {
    /// Everybody gets what the level gives them.
    Whole,
    /// Some cannot: the receivers below the level with their classes, and the rest.
    Cut(Part, Part),
}

/// Tries to give everybody in `part` what `level` gives them.
#[expect(clippy::too_many_arguments, reason = "one step of `shares`, which owns all of them")]
fn lay_out<T: Amount>(
    graph: &Graph,
    scale: i128,
    wishes: &[Wish],
    part: &Part,
    level: Ratio,
    flow: &mut Flow<T>,
    start: &mut Flow<i64>,
    search: &mut Search,
) -> Result<LaidOut> {
    let lead = scale * level.bottom;
    for class in bits(&part.classes) {
        if let (Some(left), Some(held), Some(rows)) = (flow.left.get_mut(class), flow.held.get_mut(class), start.left.get(class)) {
            *left = T::of(i128::from(*rows) * lead);
            held.clear();
        }
    }
    for receiver in &part.receivers {
        if let (Some(room), Some(wish)) = (flow.room.get_mut(*receiver as usize), wishes.get(*receiver as usize)) {
            *room = T::of(at_level(wish, level));
        }
    }
    flow.pour(graph, part)?;
    flow.fill(graph, part, search)?;
    let filled = part.receivers.iter().all(|receiver| flow.room.get(*receiver as usize).is_none_or(|room| *room == T::default()));
    if !filled {
        let (low, high) = search.cut(part)?;
        if !high.receivers.is_empty() && !low.receivers.is_empty() {
            return Ok(LaidOut::Cut(low, high));
        }
    }
    for class in bits(&part.classes) {
        if let (Some(left), Some(held), Some(from)) = (start.left.get_mut(class), start.held.get_mut(class), flow.held.get(class)) {
            for (receiver, amount) in from {
                let whole = i64::of(amount.wide() / lead);
                if whole > 0 {
                    held.push((*receiver, whole));
                    *left -= whole;
                }
            }
        }
    }
    Ok(LaidOut::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(wishes: &[(i128, i128, i128)], amount: i128) -> (i128, i128) {
        let wishes: Vec<Wish> =
            wishes.iter().map(|(weight, offset, most)| Wish { weight: *weight, offset: *offset, most: *most }).collect();
        let all: Vec<u32> = (0..wishes.len() as u32).collect();
        let level = water_level(&wishes, &all, amount).unwrap();
        assert_eq!(wishes.iter().map(|wish| at_level(wish, level)).sum::<i128>(), amount * level.bottom);
        (level.top, level.bottom)
    }

    #[test]
    fn fractions_of_any_size_compare() {
        let large = i128::MAX / 3;
        let ratios =
            [(-large, 7), (-1, large), (0, 5), (large - 2, large), (large - 1, large), (3, 3), (large, large - 1), (5, 4), (large, 1)];
        for (at, a) in ratios.iter().enumerate() {
            for (other, b) in ratios.iter().enumerate() {
                let (a, b) = (Ratio { top: a.0, bottom: a.1 }, Ratio { top: b.0, bottom: b.1 });
                assert_eq!((by_quotients(a, b), a.order_exactly(b)), (at.cmp(&other), at.cmp(&other)));
            }
        }
    }

    #[test]
    fn water_stands_equally_high() {
        assert_eq!(level(&[(1, 0, 99), (1, 0, 99), (1, 0, 99)], 10), (10, 3));
        assert_eq!(level(&[(5, 0, 99), (3, 0, 99), (1, 0, 99)], 10), (10, 9));
        assert_eq!(level(&[(1, 5, 99), (1, 2, 99), (1, 0, 99)], 8), (5, 1));
        assert_eq!(level(&[(1, 5, 99), (1, 2, 99), (1, 0, 1)], 8), (7, 1));
        assert_eq!(level(&[(1, -5, 3), (1, 0, 4)], 7), (4, 1));
        assert_eq!(level(&[(1, -5, 3), (1, 9, 4)], 3), (-2, 1));
    }
}
