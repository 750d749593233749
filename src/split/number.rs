//! Whole numbers: the placement of the most rows that lies nearest to the shares.
//!
//! The placements of the most rows are the whole points of a base polytope, and Σ (carry + x − s)² is a sum of
//! convex functions of one number each. On such a set the best whole point differs from the best real point z
//! by less than one lead everywhere: were xᵢ ≥ zᵢ + 1, some j has xⱼ < zⱼ such that a unit can pass from i to j
//! in x and a little can pass back in z; since neither can gain, xⱼ + aⱼ + 1 ≥ xᵢ + aᵢ ≥ zᵢ + 1 + aᵢ ≥ zⱼ + 1 + aⱼ,
//! where a = carry − s, and so xⱼ ≥ zⱼ. Hence x is ⌊z⌋ with one more for some of the receivers whose z is not
//! whole. Which receivers can have one more together is a matroid, the cost of one more is a number for each
//! of them, and so the greedy algorithm is exact: whoever costs least is asked first, and gets one more if the
//! classes allow it (J. Edmonds, Matroids and the greedy algorithm, 1971). Receivers who cost the same are
//! asked in order, which gives the lexicographically greatest of the best.
//!
//! Without carries z is the shares themselves. With carries it is found like them, with equal weights and
//! carry − s in place of the load.

use crate::error::Result;

use super::flow::{Flow, Graph, Part, Search};
use super::level::{Ratio, Wish, shares};
use super::set::filled;
use super::{Even, Receiver, UNIT};

/// A placement of the most rows, and what it is made from.
pub(super) struct Numbers {
    /// Who holds how much of which class.
    pub flow: Flow<i64>,
    /// How many each receiver gets.
    pub totals: Vec<i64>,
    /// For receivers who may get one more or less and stay in the box: what it costs.
    pub steps: Vec<Option<Step>>,
}

/// The receiver gets a number or one more.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// What one more costs against the others; only the order counts.
    pub cost: (i128, i64),
    /// Whether it is one more.
    pub taken: bool,
}

/// Rounds shares down to units; units that are missing go to the largest remainders, then in receivers' order.
pub(super) fn in_units(shares: &[Ratio], placed: i64) -> Result<Vec<i64>> {
    let unit = i128::from(UNIT);
    let mut out = filled(0, shares.len())?;
    let mut missing = i128::from(placed) * unit;
    let mut remainders: Vec<(Ratio, usize)> = Vec::new();
    remainders.try_reserve_exact(shares.len())?;
    for (at, (share, units)) in shares.iter().zip(&mut out).enumerate() {
        let parts = share.top % share.bottom * unit;
        let down = share.top / share.bottom * unit + parts / share.bottom;
        missing -= down;
        *units = i64::try_from(down).unwrap_or(i64::MAX);
        remainders.push((Ratio { top: parts % share.bottom, bottom: share.bottom }, at));
    }
    remainders.sort_by(|a, b| b.0.order(a.0));
    for (_, at) in remainders.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some(units) = out.get_mut(at) {
            *units += 1;
        }
    }
    Ok(out)
}

/// Places the rows of `part`, as many as there are, nearest to the shares. `base` holds the rows, and what the
/// receivers outside `part` have got; `start` is `base` with what the flow behind the shares hands out.
#[expect(clippy::too_many_arguments, reason = "one step of `settle`, which owns all of them")]
pub(super) fn numbers(
    graph: &Graph,
    receivers: &[Receiver],
    even: Even,
    part: Part,
    most: &[i64],
    exact: Vec<Ratio>,
    units: &[i64],
    base: Flow<i64>,
    start: Flow<i64>,
    search: &mut Search,
) -> Result<Numbers> {
    let unit = i128::from(UNIT);
    let carried = |receiver: &Receiver| match even {
        Even::Dealt => receiver.carry,
        Even::Total => 0,
    };
    let near = |receiver: u32| {
        let (ratio, carry) = (exact.get(receiver as usize), receivers.get(receiver as usize).map(carried));
        ratio.is_none_or(|ratio| ratio.bottom < unit / 2) && carry.is_none_or(|carry| carry == 0)
    };
    let (mut flow, parts, scale) = if part.receivers.iter().all(|receiver| near(*receiver)) {
        // Two receivers who could gain by an exchange differ by 1 / denominator at least, which is more than the
        // rounding to units can hide: the box of the exact shares is the box of the rounded ones.
        (start, exact, 1)
    } else {
        let mut wishes = filled(Wish::default(), graph.receivers)?;
        for (((wish, receiver), units), most) in wishes.iter_mut().zip(receivers).zip(units).zip(most) {
            *wish = Wish { weight: 1, offset: i128::from(carried(receiver)) - i128::from(*units), most: i128::from(*most) * unit };
        }
        let mut start = base;
        let again = Part { receivers: part.receivers.clone(), classes: part.classes.clone() };
        let nearest = shares(graph, unit, &wishes, again, &mut start, search)?;
        (start, nearest, unit)
    };

    let mut totals = filled(0, graph.receivers)?;
    for (holder, rows) in flow.held.iter().flatten() {
        if let Some(total) = totals.get_mut(*holder as usize) {
            *total += rows;
        }
    }
    let mut steps = filled(None, graph.receivers)?;
    let mut queue: Vec<((i128, i64), u32)> = Vec::new();
    queue.try_reserve_exact(part.receivers.len())?;
    flow.room.fill(0);
    for at in &part.receivers {
        let index = *at as usize;
        let (Some(ratio), Some(total), Some(room)) = (parts.get(index), totals.get_mut(index), flow.room.get_mut(index)) else { continue };
        let (Some(receiver), Some(units), Some(step)) = (receivers.get(index), units.get(index), steps.get_mut(index)) else { continue };
        let lead = ratio.bottom * scale;
        let whole = ratio.top / lead;
        let floor = i64::try_from(whole).unwrap_or(i64::MAX);
        *room = floor - *total;
        *total = floor;
        if ratio.top % lead != 0 {
            let off = whole * unit - i128::from(*units);
            let cost = match even {
                Even::Dealt => (off + i128::from(receiver.carry), 0),
                Even::Total => (off, receiver.carry),
            };
            *step = Some(Step { cost, taken: false });
            queue.push((cost, *at));
        }
    }
    flow.fill(graph, &part, search);
    queue.sort_unstable();
    let mut open = part.classes;
    for (_, at) in queue {
        if flow.raise(graph, at, 1, &mut open, search)
            && let (Some(total), Some(Some(step))) = (totals.get_mut(at as usize), steps.get_mut(at as usize))
        {
            *total += 1;
            step.taken = true;
        }
    }
    Ok(Numbers { flow, totals, steps })
}
