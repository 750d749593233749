//! What all best placements have in common, read off one of them.
//!
//! The residual graph of a best placement gives every class and receiver a price: the least that one row placed
//! there can cost at the end of any way it can still go. By complementary slackness all best placements, and no
//! others, use only arcs between equal prices, and only receivers whose own cost is their price may have one
//! row more or less.

use std::collections::VecDeque;

use crate::error::Result;

use super::flow::{Graph, Part};
use super::rounding::Numbers;
use super::set::{Matrix, bits, filled, has, put};

/// What all best placements have in common: who may take from which class, the least that each receiver gets,
/// and who may get one more. The row after the last receiver stands for rows that are left.
pub(super) fn best_face(graph: &Graph, part: &Part, numbers: &Numbers) -> Result<(Matrix, Vec<i64>, Vec<bool>)> {
    let people = graph.receivers;
    let mut order: Vec<(u32, usize)> = Vec::new();
    order.try_reserve_exact(people)?;
    order.extend(numbers.steps.iter().enumerate().filter_map(|(at, step)| step.up.map(|cost| (cost, at))));
    crate::sort::all(&mut order);

    let mut takes = Matrix::new(people + 1, graph.classes)?;
    let mut price: Vec<Option<u32>> = filled(None, people)?;
    let mut priced = filled(false, people)?;
    let mut unseen = part.classes.clone();
    let mut queue: VecDeque<usize> = VecDeque::new();
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        let mut members = Vec::new();
        let before = unseen.clone();
        for (cost, root) in same {
            if priced.get(*root).copied().unwrap_or(true) {
                continue;
            }
            let mut reach = |at: usize, queue: &mut VecDeque<usize>| {
                if let (Some(priced), Some(price)) = (priced.get_mut(at), price.get_mut(at))
                    && !*priced
                {
                    (*priced, *price) = (true, Some(*cost));
                    members.push(at);
                    queue.push_back(at);
                }
            };
            reach(*root, &mut queue);
            while let Some(receiver) = queue.pop_front() {
                for (place, word) in graph.takes.row(receiver).iter().enumerate() {
                    let Some(open) = unseen.get_mut(place) else { continue };
                    let fresh = word & *open;
                    *open ^= fresh;
                    for bit in bits(&[fresh]) {
                        let held = numbers.flow.held.get(place * 64 + bit);
                        held.into_iter()
                            .flatten()
                            .filter(|(_, rows)| *rows > 0)
                            .for_each(|(holder, _)| reach(*holder as usize, &mut queue));
                    }
                }
            }
        }
        let level: Vec<u64> = before.iter().zip(&unseen).map(|(before, after)| before & !after).collect();
        members.into_iter().for_each(|receiver| narrow(graph, &mut takes, receiver, &level));
    }
    let mut outside: Vec<u64> = filled(0, graph.takes.words())?;
    (0..graph.classes).filter(|class| !has(&part.classes, *class)).for_each(|class| put(&mut outside, class));
    let mut inside = filled(false, people)?;
    for receiver in &part.receivers {
        if let Some(inside) = inside.get_mut(*receiver as usize) {
            *inside = true;
        }
    }
    for (receiver, (priced, inside)) in priced.iter().zip(&inside).enumerate() {
        if !priced {
            narrow(graph, &mut takes, receiver, if *inside { &unseen } else { &outside });
        }
    }
    takes.row_mut(people).copy_from_slice(&outside);

    let mut least = filled(0, people + 1)?;
    let mut extra = filled(false, people + 1)?;
    for (((total, step), price), (least, extra)) in
        numbers.totals.iter().zip(&numbers.steps).zip(&price).zip(least.iter_mut().zip(extra.iter_mut()))
    {
        let gives = price.is_some() && step.down == *price;
        *extra = gives || (price.is_some() && step.up == *price);
        *least = if gives { total - 1 } else { *total };
    }
    if let Some(unplaced) = least.last_mut() {
        *unplaced = numbers.flow.left.iter().sum();
    }
    Ok((takes, least, extra))
}

/// Lets a receiver take from those of their classes that are in `level`.
fn narrow(graph: &Graph, takes: &mut Matrix, receiver: usize, level: &[u64]) {
    for ((out, all), level) in takes.row_mut(receiver).iter_mut().zip(graph.takes.row(receiver)).zip(level) {
        *out = all & level;
    }
}
