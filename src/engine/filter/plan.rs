//! A bound filter over the columns of one table.
//!
//! Every node takes open rows and keeps those for which it holds, so that a conjunction hands its members ever fewer rows, and a
//! disjunction only those that no member has taken yet. Members are tried on a sample of rows first and put into the order in
//! which they are expected to cost least.

use super::column_test::ColumnTest;
use super::kernel::BLOCK;
use super::row::Directory;
use super::selection_vector::{BufferPool, SelectionVector, few};
use super::window::Window;
use crate::error::Result;
use crate::query::Expr;
use crate::table::{CHUNK, Snapshot};

/// A node of the plan.
pub(super) enum PlanNode<'t> {
    /// All of these.
    All(Vec<PlanNode<'t>>),
    /// At least one of these.
    Any(Vec<PlanNode<'t>>),
    /// Exactly one of these.
    One(Vec<PlanNode<'t>>),
    /// Not this.
    Not(Box<PlanNode<'t>>),
    /// A test; all bits of the number are set if it is negated.
    Leaf(ColumnTest<'t>, u64),
}

impl<'t> PlanNode<'t> {
    /// The plan of a tree.
    pub(super) fn new(node: &'t Expr, table: &'t Snapshot, world: &'t Directory<'t>) -> Result<PlanNode<'t>> {
        let all = |list: &'t [Expr]| list.iter().map(|node| PlanNode::new(node, table, world)).collect::<Result<Vec<_>>>();
        Ok(match node {
            Expr::All(list) => PlanNode::All(all(list)?),
            Expr::Any(list) => PlanNode::Any(all(list)?),
            Expr::One(list) => PlanNode::One(all(list)?),
            Expr::Not(node) => PlanNode::Not(Box::new(PlanNode::new(node, table, world)?)),
            Expr::Test(test) => {
                let (leaf, flip) = ColumnTest::of(test, table, world)?;
                PlanNode::Leaf(leaf, flip)
            }
        })
    }

    /// Keeps the open rows for which it holds, of a whole table.
    pub(super) fn narrow_all(&self, words: &mut [u64]) -> Result<()> {
        let mut pool = BufferPool::default();
        let one = std::slice::from_ref(self);
        let steps = if let PlanNode::All(list) = self { list.as_slice() } else { one };
        let mut listed = Listed { steps, next: 0, rows: SelectionVector::default() };
        for at in 0..words.len().div_ceil(BLOCK) {
            let first = at * BLOCK;
            let window = Window { chunk: first / (CHUNK / 64), first: first % (CHUNK / 64) * 64 };
            for (next, step) in (0..).zip(steps) {
                let end = words.len().min(first + BLOCK);
                let Some(block) = words.get_mut(first..end) else { break };
                if few(block, step.cost()) {
                    if next != listed.next || listed.rows.len() >= MOST_LISTED {
                        listed.settle(words, &mut pool)?;
                        listed.next = next;
                    }
                    let block = words.get_mut(first..end).unwrap_or_default();
                    listed.rows.collect(block, window.row())?;
                    break;
                }
                step.narrow(block, window, &mut pool)?;
            }
        }
        listed.settle(words, &mut pool)
    }

    /// Keeps the open rows for which it holds. `words` are at most [`BLOCK`].
    fn narrow(&self, words: &mut [u64], at: Window, pool: &mut BufferPool) -> Result<()> {
        match self {
            PlanNode::All(list) => {
                for (i, step) in list.iter().enumerate() {
                    step.narrow(words, at, pool)?;
                    let rest = list.get(i + 1..).unwrap_or_default();
                    if rest.first().is_some_and(|step| few(words, step.cost())) {
                        let mut rows = pool.take();
                        rows.collect(words, at.row())?;
                        rest.iter().try_for_each(|step| step.keep(&mut rows, pool))?;
                        rows.mark(words, at.row());
                        pool.give(rows);
                        return Ok(());
                    }
                }
            }
            PlanNode::Any(list) => {
                let mut rest = copy(words);
                for step in list {
                    let mut part = rest;
                    step.narrow(part.get_mut(..words.len()).unwrap_or_default(), at, pool)?;
                    rest.iter_mut().zip(part).for_each(|(rest, part)| *rest &= !part);
                }
                words.iter_mut().zip(rest).for_each(|(word, rest)| *word &= !rest);
            }
            PlanNode::One(list) => {
                let mut open = copy(words);
                let mut once = [0; BLOCK];
                for step in list {
                    let mut part = open;
                    step.narrow(part.get_mut(..words.len()).unwrap_or_default(), at, pool)?;
                    for ((open, once), part) in open.iter_mut().zip(&mut once).zip(part) {
                        // What holds a second time is out for good.
                        *open &= !(*once & part);
                        *once = (*once ^ part) & *open;
                    }
                }
                words.iter_mut().zip(once).for_each(|(word, once)| *word &= once);
            }
            PlanNode::Not(step) => {
                let mut part = copy(words);
                step.narrow(part.get_mut(..words.len()).unwrap_or_default(), at, pool)?;
                words.iter_mut().zip(part).for_each(|(word, part)| *word &= !part);
            }
            PlanNode::Leaf(leaf, flip) => {
                if words.iter().any(|word| *word != 0) {
                    leaf.narrow(words, *flip, at);
                }
            }
        }
        Ok(())
    }

    /// About what a row costs where all are open, in tenths of nanoseconds.
    fn cost(&self) -> f64 {
        if let PlanNode::Leaf(leaf, _) = self { leaf.cost() } else { f64::MAX }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, pool: &mut BufferPool) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match self {
            PlanNode::All(list) => list.iter().try_for_each(|step| step.keep(rows, pool))?,
            PlanNode::Any(list) => {
                let mut rest = pool.copy(rows)?;
                for step in list {
                    step.discard(&mut rest, pool)?;
                }
                rows.minus(&rest);
                pool.give(rest);
            }
            PlanNode::One(list) => {
                let (mut open, mut once) = (pool.copy(rows)?, pool.take());
                for step in list {
                    let mut part = pool.copy(&open)?;
                    step.keep(&mut part, pool)?;
                    let mut now = pool.take();
                    now.differing(&once, &part)?;
                    // What was found once and now again is in neither; it is out for good.
                    once.minus_any(&now);
                    open.minus(&once);
                    pool.give(std::mem::replace(&mut once, now));
                    pool.give(part);
                }
                pool.give(std::mem::replace(rows, once));
                pool.give(open);
            }
            PlanNode::Not(step) => step.discard(rows, pool)?,
            PlanNode::Leaf(leaf, flip) => leaf.keep(rows, *flip),
        }
        Ok(())
    }

    /// Keeps the rows for which it does not hold.
    fn discard(&self, rows: &mut SelectionVector, pool: &mut BufferPool) -> Result<()> {
        match self {
            PlanNode::Leaf(leaf, flip) => leaf.keep(rows, !flip),
            PlanNode::Not(step) => step.keep(rows, pool)?,
            _ => {
                let mut part = pool.copy(rows)?;
                self.keep(&mut part, pool)?;
                rows.minus(&part);
                pool.give(part);
            }
        }
        Ok(())
    }
}

/// Open rows are listed together until there are so many: enough for their loads to overlap, few enough for a list to stay near.
const MOST_LISTED: usize = 4096;

/// Rows of a conjunction that are still open behind the first of its members.
struct Listed<'s, 't> {
    steps: &'s [PlanNode<'t>],
    /// The member that comes next.
    next: usize,
    rows: SelectionVector,
}

impl Listed<'_, '_> {
    /// Tries the other members, and opens the rows that remain in the words of the table.
    fn settle(&mut self, words: &mut [u64], pool: &mut BufferPool) -> Result<()> {
        let rest = self.steps.get(self.next..).unwrap_or_default();
        rest.iter().try_for_each(|step| step.keep(&mut self.rows, pool))?;
        self.rows.mark(words, 0);
        self.rows.clear();
        Ok(())
    }
}

/// Words in an array that nothing needs to allocate.
fn copy(words: &[u64]) -> [u64; BLOCK] {
    let mut out = [0; BLOCK];
    out.iter_mut().zip(words).for_each(|(out, word)| *out = *word);
    out
}

// ------------------------------------------------------------------ the order of members

/// What a step was seen to do with a sample of rows.
#[derive(Clone, Copy)]
struct Seen {
    /// Cost per open row, in arbitrary units.
    cost: f64,
    /// The part of the open rows that it keeps.
    kept: f64,
}

/// How many words of rows a sample has.
const SAMPLE: usize = 16;

impl PlanNode<'_> {
    /// Puts the members of conjunctions and disjunctions into the order of least expected cost. Results do not depend on it.
    pub(super) fn order(&mut self, live: &[u64]) -> Result<()> {
        if live.len() >= 4 * SAMPLE {
            let samples: Vec<(Window, u64)> = (0..SAMPLE)
                .filter_map(|i| {
                    let word = i * live.len() / SAMPLE;
                    let at = Window { chunk: word / (CHUNK / 64), first: word % (CHUNK / 64) * 64 };
                    live.get(word).map(|open| (at, *open))
                })
                .collect();
            self.settle(&samples, &mut BufferPool::default())?;
        }
        Ok(())
    }

    fn settle(&mut self, samples: &[(Window, u64)], pool: &mut BufferPool) -> Result<Seen> {
        let any = matches!(self, PlanNode::Any(_));
        let cost = match self {
            PlanNode::All(list) | PlanNode::Any(list) => {
                let mut seen: Vec<(Seen, PlanNode<'_>)> = Vec::with_capacity(list.len());
                for mut step in list.drain(..) {
                    seen.push((step.settle(samples, pool)?, step));
                }
                // A member earns its cost by the rows that nobody after it has to look at.
                let rank = |seen: &Seen| seen.cost / (if any { seen.kept } else { 1.0 - seen.kept }).max(1e-3);
                crate::sort::by(&mut seen, |a, b| rank(&a.0).total_cmp(&rank(&b.0)));
                let mut open = 1.0;
                let mut cost = 0.0;
                for (seen, step) in seen {
                    cost += open * seen.cost;
                    open *= if any { 1.0 - seen.kept } else { seen.kept };
                    list.push(step);
                }
                cost
            }
            PlanNode::One(list) => {
                let mut cost = 0.0;
                for step in list {
                    cost += step.settle(samples, pool)?.cost;
                }
                cost
            }
            PlanNode::Not(step) => step.settle(samples, pool)?.cost,
            PlanNode::Leaf(leaf, _) => leaf.cost(),
        };
        let (mut open, mut kept) = (0, 0);
        for (at, word) in samples {
            let mut words = [*word];
            self.narrow(&mut words, *at, pool)?;
            open += word.count_ones();
            kept += words.map(u64::count_ones).into_iter().sum::<u32>();
        }
        Ok(Seen { cost, kept: f64::from(kept) / f64::from(open.max(1)) })
    }
}
