//! The even split: how many rows each receiver gets, of which kind, and in which turn.
//!
//! Rows that the same receivers may take (and, where rows shall stay, that have the same owner) form a *class*,
//! and everything but dealing works on classes: a million rows cost no more than a thousand. [`apportion`] goes
//! through these steps, one file each:
//!
//! 1. Place the most: a maximum flow under the bounds (`flow`). Receivers who can all be filled to the brim by
//!    the rows that only they may take are done; all other rows can be placed.
//! 2. Exact shares of those, by decomposition into water levels (`water_filling`), and their rounding to units.
//! 3. Whole numbers nearest to the shares, by the greedy algorithm of matroids (`rounding`).
//! 4. With [`Keep::Yes`] the fewest moves, by a flow of least cost (`optimal_face`, `min_moves`), then the order of the receivers.
//! 5. Quotas of every class, cut from the flow in canonical order.
//!
//! [`together`] divides rows that move as one. [`deal`] says which row of a class goes to whom, and [`deal_part`] for some of the rows. Each file says why its algorithm is exact. Arithmetic
//! is on whole numbers throughout; [`apportion`] refuses input for which 128 bits might not do.

mod bundles;
mod deal;
mod flow;
mod min_moves;
mod optimal_face;
mod quota;
mod ranks;
mod rounding;
mod set;
#[cfg(test)]
mod tests;
mod water_filling;
mod weight;

use crate::error::{Error, Result};

use flow::{Flow, Part, Search};
use quota::Merged;
use rounding::{in_units, numbers};
use set::{bits, filled};
use water_filling::{Ratio, Wish, shares};

pub use bundles::{Bundle, Bundled, together};
pub use deal::{Order, deal, deal_part};
pub use ranks::deal_into;
pub use set::Set;
pub use weight::scale_weights;

/// One lead in the units that shares and carries are counted in: the least common multiple of 1 to 24.
pub const UNIT: i64 = 5_354_228_880;

/// Somebody who may get rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// How much they shall get against the others, from 1; see [`scale_weights`].
    pub weight: u64,
    /// The most rows they may get: the smaller of their cap and what is free of their capacity.
    pub most: Option<u64>,
    /// Open leads that they hold outside the rows; ignored for [`Even::Dealt`].
    pub load: u64,
    /// What earlier splits gave them beyond their shares, in [`UNIT`]s.
    pub carry: i64,
}

/// Rows that are alike to the split.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// The receivers who may take them.
    pub eligible: Set,
    /// The receiver who has them now; only looked at with [`Keep::Yes`].
    pub owner: Option<u32>,
    /// How many they are.
    pub count: u64,
}

/// What shall be even.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Even {
    /// What is dealt now.
    Dealt,
    /// What everybody holds afterwards.
    Total,
}

/// Whether rows stay with the receiver who has them, as far as evenness allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As many as possible stay.
    Yes,
    /// Present owners do not count.
    No,
}

/// What is to be divided, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Who gets rows, in the order that settles ties.
    pub receivers: Vec<Receiver>,
    /// The rows, in any order of classes.
    pub classes: Vec<Class>,
    /// What shall be even.
    pub even: Even,
    /// Whether rows stay where they are.
    pub keep: Keep,
}

/// How a [`Division`] came out. Vectors follow the order of its receivers or of its classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apportionment {
    /// For each receiver: their share of this batch in [`UNIT`]s. The sum is what was placed.
    pub shares: Vec<i64>,
    /// For each receiver: how many rows they get.
    pub numbers: Vec<u64>,
    /// For each receiver: what they have got beyond their shares, to be remembered for the next batch.
    pub carry: Vec<i64>,
    /// For each receiver: whether they could take at least one of the rows.
    pub could_take: Vec<bool>,
    /// For each class: who gets how many of it, in receivers' order, without zeros.
    pub quotas: Vec<Vec<(u32, u64)>>,
    /// For each class: how many of its rows nobody has room for.
    pub left: Vec<u64>,
    /// Rows that somebody gets.
    pub placed: u64,
    /// Rows that their owner keeps; 0 without [`Keep::Yes`].
    pub stays: u64,
    /// How far apart receivers who could take a row are from their parts by weight, in whole leads: with equal weights, the largest number
    /// less the smallest. For [`Even::Total`] these are the numbers with the loads.
    pub spread: u64,
}

/// How far apart receivers are from their parts by weight, in whole leads, rounded up: the largest distance above a part less the largest
/// below. With equal weights it is the largest number less the smallest. Each item is a weight with what is held for it.
fn spread(held: impl Iterator<Item = (u64, u64)> + Clone) -> u64 {
    let sum = |pick: fn((u64, u64)) -> u64| held.clone().map(|of| i128::from(pick(of))).sum::<i128>();
    let (weights, all) = (sum(|of| of.0), sum(|of| of.1));
    // Distances from `all * weight / weights`, times `weights`, so that they are whole.
    let distances = held.map(|(weight, held)| i128::from(held) * weights - i128::from(weight) * all);
    let (Some(most), Some(least)) = (distances.clone().max(), distances.min()) else { return 0 };
    u64::try_from((most - least + (weights - 1).max(0)) / weights.max(1)).unwrap_or(u64::MAX)
}

/// Divides rows among receivers: the most that can be placed, nearest to everybody's share, with the fewest
/// moves, then in the receivers' order.
///
/// # Errors
/// `weight_out_of_range` for a weight of 0, and `split_too_large` where rows, loads, weights or carries are so
/// large that the arithmetic might not be exact: from 1.7 thousand million rows on.
///
/// ```
/// use evenhand_division::split::{Class, Division, Even, Keep, Receiver, Set, apportion};
///
/// let receivers = [0, 0, 0].map(|carry| Receiver { weight: 1, most: None, load: 0, carry }).to_vec();
/// let classes = vec![Class { eligible: Set::first(3), owner: None, count: 10 }];
/// let mut division = Division { receivers, classes, even: Even::Dealt, keep: Keep::No };
/// let settled = apportion(&division).unwrap();
/// assert_eq!(settled.numbers, [4, 3, 3]);
///
/// for (receiver, carry) in division.receivers.iter_mut().zip(settled.carry) {
///     receiver.carry = carry;
/// }
/// assert_eq!(apportion(&division).unwrap().numbers, [3, 4, 3]);
/// ```
pub fn apportion(division: &Division) -> Result<Apportionment> {
    check(division)?;
    let people = division.receivers.len();
    let merged = Merged::new(division)?;
    let Merged { graph, rows, .. } = &merged;

    // Nobody can get more than all the rows that they may take.
    let mut most: Vec<i64> = filled(0, people)?;
    for (class, rows) in rows.iter().enumerate() {
        for receiver in bits(graph.sets.row(class)) {
            if let Some(most) = most.get_mut(receiver) {
                *most += rows;
            }
        }
    }
    let mut bounded = false;
    for (most, receiver) in most.iter_mut().zip(&division.receivers) {
        if let Some(bound) = receiver.most.and_then(|bound| i64::try_from(bound).ok()).filter(|bound| bound < most) {
            *most = bound;
            bounded = true;
        }
    }
    let could_take: Vec<bool> = most.iter().map(|most| *most > 0).collect();

    let mut search = Search::new(graph)?;
    let mut base: Flow<i64> = Flow::new(graph)?;
    base.left.copy_from_slice(rows);
    let part = if bounded { fill_up(&merged, &most, &mut base, &mut search)? } else { merged.whole()? };
    let placed = rows.iter().sum::<i64>() - left_outside(&base, &part);

    let mut wishes = filled(Wish::default(), people)?;
    for ((wish, receiver), most) in wishes.iter_mut().zip(&division.receivers).zip(&most) {
        let offset = match division.even {
            Even::Dealt => 0,
            Even::Total => i128::from(receiver.load),
        };
        *wish = Wish { weight: i128::from(receiver.weight), offset, most: i128::from(*most) };
    }
    let mut start = Flow { left: base.left.clone(), room: base.room.clone(), held: base.held.clone() };
    let inside = Part { receivers: part.receivers.clone(), classes: part.classes.clone() };
    let mut exact = shares(graph, 1, &wishes, inside, &mut start, &mut search)?;
    let mut outside = filled(true, people)?;
    for receiver in &part.receivers {
        if let Some(outside) = outside.get_mut(*receiver as usize) {
            *outside = false;
        }
    }
    for ((share, most), _) in exact.iter_mut().zip(&most).zip(&outside).filter(|(_, outside)| **outside) {
        *share = Ratio { top: i128::from(*most), bottom: 1 };
    }
    let units = in_units(&exact, placed)?;

    let inside = Part { receivers: part.receivers.clone(), classes: part.classes.clone() };
    let mut found = numbers(graph, &division.receivers, division.even, inside, &most, exact, &units, base, start, &mut search)?;
    if division.keep == Keep::Yes {
        min_moves::keep_most(graph, &part, &merged.owned()?, rows, &mut found)?;
    }
    merged.settled(division, &found, units, could_take, placed)
}

/// Rows of classes outside `part` that nobody holds.
fn left_outside(base: &Flow<i64>, part: &Part) -> i64 {
    base.left.iter().enumerate().filter(|(class, _)| !set::has(&part.classes, *class)).map(|(_, left)| left).sum()
}

/// Fills everybody up to their bound, and finds the part in which all rows can be placed. The receivers outside
/// it are full in every placement of the most rows, and keep in `base` what they hold.
fn fill_up(merged: &Merged, most: &[i64], base: &mut Flow<i64>, search: &mut Search) -> Result<Part> {
    let whole = merged.whole()?;
    base.room.copy_from_slice(most);
    base.pour(&merged.graph, &whole)?;
    base.fill(&merged.graph, &whole, search)?;
    let (part, _) = search.cut(&whole)?;
    for class in bits(&part.classes) {
        if let (Some(left), Some(held), Some(rows)) = (base.left.get_mut(class), base.held.get_mut(class), merged.rows.get(class)) {
            *left = *rows;
            held.clear();
        }
    }
    Ok(part)
}

/// Refuses what could overflow. With these bounds every product in the module stays below 2¹²⁶.
fn check(division: &Division) -> Result<()> {
    const MOST_ROWS: u64 = (i64::MAX / UNIT) as u64;
    const MOST_LOAD: u64 = 1 << 53;
    const MOST_CARRY: u64 = 1 << 53;
    const MOST_WEIGHT: u64 = 1 << 60;
    let too_large = |what: &str, most: u64| {
        let message = format!("the {what} of this split are too large to divide exactly");
        Err(Error::new("split_too_large", "", message).hint(format!("divide in smaller batches: at most {most} together")))
    };
    let sum = |numbers: &mut dyn Iterator<Item = u64>| numbers.fold(0, u64::saturating_add);
    if let Some(at) = division.receivers.iter().position(|receiver| receiver.weight == 0) {
        return Err(Error::new("weight_out_of_range", format!("/{at}"), "weight `0` is below 0.000001"));
    }
    if sum(&mut division.classes.iter().map(|class| class.count)) > MOST_ROWS {
        return too_large("rows", MOST_ROWS);
    }
    if sum(&mut division.receivers.iter().map(|receiver| receiver.load)) > MOST_LOAD {
        return too_large("open leads", MOST_LOAD);
    }
    if sum(&mut division.receivers.iter().map(|receiver| receiver.weight)) > MOST_WEIGHT {
        return too_large("weights", MOST_WEIGHT);
    }
    if sum(&mut division.receivers.iter().map(|receiver| receiver.carry.unsigned_abs())) > MOST_CARRY {
        return too_large("carries", MOST_CARRY);
    }
    Ok(())
}
