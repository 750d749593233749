//! Fewest moves: among the best numbers, those that leave the most rows where they are.
//!
//! Within what all best placements have in common (`face`), keeping rows is a minimum-cost flow: a class hands a
//! receiver first the rows that are theirs already, each worth one, and then others, worth nothing. It is
//! solved by the primal-dual method: distances to the receivers with room, then all ways of that length, until
//! every row is placed (L. R. Ford and D. R. Fulkerson, Flows in networks, 1962). Rows that nobody can take
//! go to an extra receiver who stands for them.

mod order;

use std::collections::VecDeque;

use crate::error::Result;

use super::flow::{Graph, Part};
use super::optimal_face::best_face;
use super::rounding::Numbers;
use super::set::{Matrix, bits, clear, filled, has, put};

const FAR: i32 = i32::MAX;
const UNSEEN: u32 = u32::MAX;

/// How much of a class somebody holds, and how much of it was theirs before.
#[derive(Clone, Copy)]
struct Hold {
    to: u32,
    rows: i64,
    own: i64,
}

impl Hold {
    /// What it costs to take one away.
    fn price(self) -> i32 {
        i32::from(self.rows <= self.own)
    }
}

/// One step of a way: `taker` gets some of `class` from the holder at place `entry`, or what nobody holds.
#[derive(Clone, Copy)]
struct Step {
    taker: usize,
    class: usize,
    entry: Option<usize>,
}

/// The flow with costs.
struct Stays {
    takes: Matrix,
    room: Vec<i64>,
    left: Vec<i64>,
    held: Vec<Vec<Hold>>,
    /// For each receiver: the classes in which some rows are theirs.
    owns: Vec<Vec<usize>>,
    /// Who may give a row up without getting another.
    giver: Vec<bool>,
    receiver_far: Vec<i32>,
    class_far: Vec<i32>,
    /// The classes of each distance, from `lowest`.
    by_far: Vec<Vec<u64>>,
    lowest: i32,
    /// The classes that searches may still enter.
    open: Vec<u64>,
    /// Of the present search: the step at which each receiver is reached, and the classes that each step enters.
    level: Vec<u32>,
    layers: Vec<Vec<u64>>,
    depth: usize,
    cursor: Vec<usize>,
    path: Vec<Step>,
}

/// Changes the numbers to those with the most stays. `part` is where rows are all placed, `owned` says for each
/// class whose rows it has and how many, and `rows` how many there are.
pub(super) fn keep_most(graph: &Graph, part: &Part, owned: &[Vec<(u32, i64)>], rows: &[i64], numbers: &mut Numbers) -> Result<()> {
    let (takes, least, extra) = best_face(graph, part, numbers)?;
    let people = graph.receivers;
    let mut stays = Stays {
        takes,
        room: filled(0, people + 1)?,
        left: filled(0, graph.classes)?,
        held: filled(Vec::new(), graph.classes)?,
        owns: filled(Vec::new(), people + 1)?,
        giver: filled(false, people + 1)?,
        receiver_far: filled(FAR, people + 1)?,
        class_far: filled(FAR, graph.classes)?,
        by_far: Vec::new(),
        lowest: 0,
        open: filled(u64::MAX, graph.takes.words())?,
        level: filled(UNSEEN, people + 1)?,
        layers: Vec::new(),
        depth: 0,
        cursor: filled(0, graph.classes)?,
        path: Vec::new(),
    };
    stays.left.copy_from_slice(rows);
    stays.room.copy_from_slice(&least);
    stays.leave(owned)?;
    stays.place_all()?;
    for (room, extra) in stays.room.iter_mut().zip(&extra) {
        *room += i64::from(*extra);
    }
    stays.place_all()?;
    stays.in_order(&extra)?;
    stays.finish(people, numbers)
}

/// The classes at a distance, counted from the lowest.
fn level_of(by_far: &[Vec<u64>], above: i32) -> Option<&Vec<u64>> {
    by_far.get(usize::try_from(above).ok()?)
}

#[expect(clippy::indexing_slicing, reason = "every index is a class, a receiver or a list entry that all vectors were sized for")]
impl Stays {
    /// Leaves rows where they are as long as there is room. Every stay is worth the same, so this is the best
    /// flow of its amount.
    fn leave(&mut self, owned: &[Vec<(u32, i64)>]) -> Result<()> {
        for (class, owners) in owned.iter().enumerate() {
            for (owner, rows) in owners {
                let to = *owner as usize;
                if !has(self.takes.row(to), class) {
                    continue;
                }
                let stay = self.room[to].min(*rows);
                self.room[to] -= stay;
                self.left[class] -= stay;
                self.held[class].try_reserve(1)?;
                self.held[class].push(Hold { to: *owner, rows: stay, own: *rows });
                self.owns[to].try_reserve(1)?;
                self.owns[to].push(class);
            }
        }
        Ok(())
    }

    /// Places rows at the least cost until there is no room or no row that could fill it.
    fn place_all(&mut self) -> Result<()> {
        loop {
            self.measure()?;
            let mut roots: Vec<usize> = Vec::new();
            roots.try_reserve_exact(self.room.len())?;
            roots.extend((0..self.room.len()).filter(|at| self.room[*at] > 0 && self.receiver_far[*at] == 0));
            let mut moved = false;
            while self.layer(&roots)? {
                moved = true;
                for root in &roots {
                    while self.room[*root] > 0 && self.find(*root) {
                        self.room[*root] -= self.push(self.room[*root]);
                    }
                }
            }
            if !moved {
                return Ok(());
            }
        }
    }

    /// Finds for every class and receiver the least cost of passing one row on to somebody with room. Handing
    /// a receiver one of their own rows back costs −1, taking one away costs 1. There are no negative
    /// cycles, since the flow is always the best of its amount.
    fn measure(&mut self) -> Result<()> {
        let people = self.room.len();
        self.receiver_far.fill(FAR);
        self.class_far.fill(FAR);
        let mut queue: VecDeque<usize> = VecDeque::new();
        queue.try_reserve(people + self.left.len())?;
        let mut waiting = filled(false, people + self.left.len())?;
        for (receiver, _) in self.room.iter().enumerate().filter(|(_, room)| **room > 0) {
            self.receiver_far[receiver] = 0;
            waiting[receiver] = true;
            queue.push_back(receiver);
        }
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            if let Some(class) = node.checked_sub(people) {
                for hold in self.held[class].iter().filter(|hold| hold.rows > 0) {
                    let far = self.class_far[class] + hold.price();
                    let to = hold.to as usize;
                    if far < self.receiver_far[to] {
                        self.receiver_far[to] = far;
                        if !std::mem::replace(&mut waiting[to], true) {
                            queue.push_back(to);
                        }
                    }
                }
            } else {
                let far = self.receiver_far[node];
                let mut reach = |class: usize, far: i32| {
                    if far < self.class_far[class] {
                        self.class_far[class] = far;
                        if !std::mem::replace(&mut waiting[people + class], true) {
                            queue.push_back(people + class);
                        }
                    }
                };
                for class in &self.owns[node] {
                    if self.held[*class].iter().any(|hold| hold.to as usize == node && hold.rows < hold.own) {
                        reach(*class, far - 1);
                    }
                }
                bits(self.takes.row(node)).for_each(|class| reach(class, far));
            }
        }
        let known = || self.class_far.iter().copied().filter(|far| *far != FAR);
        self.lowest = known().min().unwrap_or(0);
        let depth = known().max().map_or(0, |highest| highest - self.lowest + 1) as usize;
        self.by_far.clear();
        self.by_far.try_reserve_exact(depth)?;
        for _ in 0..depth {
            self.by_far.push(filled(0, self.takes.words())?);
        }
        for (class, far) in self.class_far.iter().enumerate().filter(|(_, far)| **far != FAR) {
            put(&mut self.by_far[(far - self.lowest) as usize], class);
        }
        self.open.fill(u64::MAX);
        Ok(())
    }

    /// Looks for the ways of least cost with the fewest steps from `roots` with room to a class with rows left or to
    /// a giver, step by step. False if there is none.
    fn layer(&mut self, roots: &[usize]) -> Result<bool> {
        self.level.fill(UNSEEN);
        let mut unseen = filled(0, self.open.len())?;
        unseen.copy_from_slice(&self.open);
        // Each receiver is met once.
        let mut frontier: Vec<usize> = Vec::new();
        frontier.try_reserve_exact(self.room.len())?;
        frontier.extend(roots.iter().copied().filter(|root| self.room[*root] > 0));
        frontier.iter().for_each(|root| self.level[*root] = 0);
        self.depth = 0;
        while !frontier.is_empty() {
            if self.layers.len() == self.depth {
                self.layers.try_reserve(1)?;
                self.layers.push(filled(0, unseen.len())?);
                // A way has a step for each layer.
                let steps = (self.layers.len() + 1).saturating_sub(self.path.len());
                self.path.try_reserve(steps)?;
            }
            self.layers[self.depth].fill(0);
            for receiver in frontier.drain(..) {
                let far = self.receiver_far[receiver];
                for class in self.owns[receiver].iter().copied() {
                    if has(&unseen, class) && self.class_far[class] == far - 1 && self.is_short(class, receiver) {
                        clear(&mut unseen, class);
                        put(&mut self.layers[self.depth], class);
                    }
                }
                let Some(level) = level_of(&self.by_far, far - self.lowest) else { continue };
                let open = unseen.iter_mut().zip(self.takes.row(receiver)).zip(level);
                for (((unseen, takes), level), layer) in open.zip(&mut self.layers[self.depth]) {
                    let fresh = *unseen & takes & level;
                    *unseen ^= fresh;
                    *layer |= fresh;
                }
            }
            self.depth += 1;
            let mut found = false;
            for class in bits(&self.layers[self.depth - 1]) {
                self.cursor[class] = 0;
                found |= self.left[class] > 0;
                for hold in self.held[class].iter().filter(|hold| hold.rows > 0) {
                    let to = hold.to as usize;
                    if self.level[to] == UNSEEN && self.receiver_far[to] == self.class_far[class] + hold.price() {
                        self.level[to] = self.depth as u32;
                        found |= self.giver[to];
                        frontier.push(to);
                    }
                }
            }
            if found {
                return Ok(true);
            }
        }
        self.open = unseen;
        Ok(false)
    }

    /// Finds one of the ways that [`Stays::layer`] has seen, and puts it in `path`.
    fn find(&mut self, root: usize) -> bool {
        self.path.clear();
        let mut taker = root;
        loop {
            let depth = self.path.len();
            let Some(class) = self.next_class(taker, depth) else {
                self.level[taker] = UNSEEN;
                let Some(step) = self.path.pop() else { return false };
                self.cursor[step.class] += 1;
                taker = step.taker;
                continue;
            };
            if self.left[class] > 0 {
                self.path.push(Step { taker, class, entry: None });
                return true;
            }
            let far = self.class_far[class];
            let next = self.held[class].iter().enumerate().skip(self.cursor[class]).find(|(_, hold)| {
                let to = hold.to as usize;
                hold.rows > 0 && self.level[to] == depth as u32 + 1 && self.receiver_far[to] == far + hold.price()
            });
            let Some((entry, hold)) = next else {
                clear(&mut self.layers[depth], class);
                continue;
            };
            self.cursor[class] = entry;
            self.path.push(Step { taker, class, entry: Some(entry) });
            taker = hold.to as usize;
            if self.giver[taker] {
                return true;
            }
        }
    }

    /// A class of the layer at `depth` that `taker` may take from at least cost.
    fn next_class(&self, taker: usize, depth: usize) -> Option<usize> {
        if depth >= self.depth {
            return None;
        }
        let (layer, far) = (self.layers.get(depth)?, self.receiver_far[taker]);
        let free = level_of(&self.by_far, far - self.lowest).and_then(|level| {
            let words = layer.iter().zip(self.takes.row(taker)).zip(level).enumerate();
            words.map(|(at, ((layer, takes), level))| (at, layer & takes & level)).find(|(_, word)| *word != 0)
        });
        if let Some((at, word)) = free {
            return Some(at * 64 + word.trailing_zeros() as usize);
        }
        let mut owns = self.owns[taker].iter().copied();
        owns.find(|class| self.class_far[*class] == far - 1 && has(layer, *class) && self.is_short(*class, taker))
    }

    /// Whether somebody has less of a class than was theirs.
    fn is_short(&self, class: usize, receiver: usize) -> bool {
        self.held[class].iter().any(|hold| hold.to as usize == receiver && hold.rows < hold.own)
    }

    /// Sends as much as possible, but at most `amount`, along the path, and says how much.
    fn push(&mut self, mut amount: i64) -> i64 {
        for step in &self.path {
            if self.class_far[step.class] < self.receiver_far[step.taker] {
                let own = self.held[step.class].iter().find(|hold| hold.to as usize == step.taker);
                amount = amount.min(own.map_or(amount, |hold| hold.own - hold.rows));
            }
            amount = amount.min(match step.entry {
                Some(entry) => match self.held[step.class][entry] {
                    hold if hold.rows > hold.own => hold.rows - hold.own,
                    hold => hold.rows,
                },
                None => self.left[step.class],
            });
        }
        for step in &self.path {
            match step.entry {
                Some(entry) => self.held[step.class][entry].rows -= amount,
                None => self.left[step.class] -= amount,
            }
            let held = &mut self.held[step.class];
            match held.iter_mut().find(|hold| hold.to as usize == step.taker) {
                Some(hold) => hold.rows += amount,
                None => held.push(Hold { to: step.taker as u32, rows: amount, own: 0 }),
            }
        }
        amount
    }

    /// Hands the flow over.
    fn finish(self, people: usize, numbers: &mut Numbers) -> Result<()> {
        numbers.totals.fill(0);
        for (out, held) in numbers.flow.held.iter_mut().zip(&self.held) {
            out.clear();
            for hold in held.iter().filter(|hold| hold.rows > 0 && (hold.to as usize) < people) {
                out.try_reserve(1)?;
                out.push((hold.to, hold.rows));
                numbers.totals[hold.to as usize] += hold.rows;
            }
        }
        Ok(())
    }
}
