//! Whole numbers: the placement of the most rows that lies nearest to the shares.
//!
//! The placements of the most rows are the whole points of a base polytope, and Σ (carry + x − s)² is a sum of
//! convex functions of one number each. On such a set the best whole point differs from the best real point z
//! by less than one lead everywhere: were xᵢ ≥ zᵢ + 1, some j has xⱼ < zⱼ such that a unit can pass from i to j
//! in x and a little can pass back in z; since neither can gain, xⱼ + aⱼ + 1 ≥ xᵢ + aᵢ ≥ zᵢ + 1 + aᵢ ≥ zⱼ + 1 + aⱼ,
//! where a = carry − s, and so xⱼ ≥ zⱼ. Hence x lies between ⌊z⌋ and ⌈z⌉. From any numbers that no best point falls
//! below, raising by one whoever costs least, as long as the classes allow it, ends in the best (A. Federgruen and
//! H. Groenevelt, The greedy procedure for resource allocation problems, 1986): the k-th row of i costs
//! k − 1 + aᵢ against the others. Receivers who cost the same are asked in order, which gives the lexicographically
//! greatest of the best.
//!
//! Without carries z is the shares themselves. With carries it is found like them, with equal weights and
//! carry − s in place of the load, where s is rounded to units. Rounding moves no aᵢ by a unit, and z, being the point
//! of the polytope nearest to −a, not by more than a does: by less than √n units. So whatever lies as near as n units to
//! a whole number may be on either side of it, and both are tried. What a row costs is never rounded: two rows cost the
//! same only if they do so as fractions.

use crate::error::Result;

use super::flow::{Flow, Graph, Part, Search};
use super::set::filled;
use super::water_filling::{Ratio, Wish, shares};
use super::{Even, Receiver, UNIT};

/// A placement of the most rows, and what it is made from.
pub(super) struct Numbers {
    /// Who holds how much of which class.
    pub flow: Flow<i64>,
    /// How many each receiver gets.
    pub totals: Vec<i64>,
    /// For each receiver: what one more, and the last one, cost.
    pub steps: Vec<Step>,
}

/// Places in the order of costs; what costs the same has the same place.
#[derive(Clone, Copy, Default)]
pub(super) struct Step {
    /// What one more costs, where some best numbers might have it.
    pub up: Option<u32>,
    /// What the last one costs, where some best numbers might not have it.
    pub down: Option<u32>,
}

/// One row more for somebody.
struct Row {
    cost: Ratio,
    /// What breaks ties before the order does.
    carry: i64,
    to: u32,
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
    crate::sort::by(&mut remainders, |a, b| b.0.order(a.0));
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
    let owing = part.receivers.iter().filter_map(|at| receivers.get(*at as usize)).any(|receiver| carried(receiver) != 0);
    // The real point that is nearest, in parts of which `lead` are one, and how many of these it may be off.
    let (mut flow, nearest, lead, off) = if owing {
        let mut wishes = filled(Wish::default(), graph.receivers)?;
        for (((wish, receiver), units), most) in wishes.iter_mut().zip(receivers).zip(units).zip(most) {
            *wish = Wish { weight: 1, offset: i128::from(carried(receiver)) - i128::from(*units), most: i128::from(*most) * unit };
        }
        let mut start = base;
        let again = Part { receivers: part.receivers.clone(), classes: part.classes.clone() };
        let nearest = shares(graph, unit, &wishes, again, &mut start, search)?;
        let rounded = part.receivers.iter().filter_map(|at| exact.get(*at as usize)).any(|share| unit % share.bottom != 0);
        (start, Some(nearest), unit, if rounded { graph.receivers as i128 } else { 0 })
    } else {
        (start, None, 1, 0)
    };

    let mut totals = filled(0, graph.receivers)?;
    for (holder, rows) in flow.held.iter().flatten() {
        if let Some(total) = totals.get_mut(*holder as usize) {
            *total += rows;
        }
    }
    let mut queue: Vec<Row> = Vec::new();
    queue.try_reserve_exact(part.receivers.len())?;
    for at in &part.receivers {
        let index = *at as usize;
        let (Some(share), Some(receiver), Some(most)) = (exact.get(index), receivers.get(index), most.get(index)) else { continue };
        let Some(Ratio { top, bottom }) = nearest.as_ref().map_or(Some(share), |nearest| nearest.get(index)) else { continue };
        let least = ((top - off * bottom) / (lead * bottom)).max(0);
        let largest = ((top + off * bottom) + lead * bottom - 1) / (lead * bottom);
        for number in least..largest.min(i128::from(*most)) {
            let above = number * share.bottom - share.top;
            let cost = if owing {
                Ratio { top: i128::from(carried(receiver)) * share.bottom + above * unit, bottom: share.bottom * unit }
            } else {
                Ratio { top: above, bottom: share.bottom }
            };
            queue.try_reserve(1)?;
            queue.push(Row { cost, carry: receiver.carry - carried(receiver), to: *at });
        }
        if let Some(total) = totals.get_mut(index) {
            *total = i64::try_from(least).unwrap_or(i64::MAX);
        }
    }
    flow.trim(&totals);
    flow.fill(graph, &part, search)?;

    crate::sort::by(&mut queue, |a, b| a.cost.order_exactly(b.cost).then(a.carry.cmp(&b.carry)).then(a.to.cmp(&b.to)));
    let mut steps = filled(Step::default(), graph.receivers)?;
    let mut open = part.classes;
    let mut place = 0;
    for same in queue.chunk_by(|a, b| a.carry == b.carry && a.cost.order_exactly(b.cost).is_eq()) {
        for Row { to, .. } in same {
            let raised = flow.raise(graph, *to, 1, &mut open, search);
            let (Some(total), Some(step)) = (totals.get_mut(*to as usize), steps.get_mut(*to as usize)) else { continue };
            if raised {
                *total += 1;
                step.down = Some(place);
            } else {
                step.up = step.up.or(Some(place));
            }
        }
        place += 1;
    }
    Ok(Numbers { flow, totals, steps })
}
