//! Who holds how much of which class: a flow from classes to receivers.
//!
//! Only amounts above zero are kept, a list for each class, so the cost follows the classes and not classes
//! times receivers. Searches run from the receiver who wants more to a class that has rows left: to every
//! class the receiver may take from, and from a class to everybody who holds some of it (they can be asked to
//! give it up, and want more then). The first half is a bitwise AND over 64 classes at a time, and every class
//! and receiver is looked at once. A search that fails has found a tight set: the receivers it saw hold all
//! rows of all classes they may take from.
//!
//! Maximum flows use layers and blocking flows (E. A. Dinic, 1970).

use std::ops::{AddAssign, SubAssign};

use crate::error::Result;

use super::set::{Matrix, bits, clear, filled, first_common, put};

/// A number that amounts are counted in.
pub(super) trait Amount: Copy + Ord + Default + AddAssign + SubAssign {
    /// The number in this width; the caller has made sure that it fits.
    fn of(wide: i128) -> Self;
    /// The number in full width.
    fn wide(self) -> i128;
}

impl Amount for i64 {
    #[inline]
    fn of(wide: i128) -> Self {
        i64::try_from(wide).unwrap_or(i64::MAX)
    }
    #[inline]
    fn wide(self) -> i128 {
        i128::from(self)
    }
}

impl Amount for i128 {
    #[inline]
    fn of(wide: i128) -> Self {
        wide
    }
    #[inline]
    fn wide(self) -> i128 {
        self
    }
}

/// Who may take from which class.
pub(super) struct Graph {
    /// How many receivers there are.
    pub receivers: usize,
    /// How many classes there are; no two have the same set.
    pub classes: usize,
    /// One row for each class: its receivers.
    pub sets: Matrix,
    /// One row for each receiver: the classes.
    pub takes: Matrix,
}

/// A part of a graph, on which a flow is looked for: no other receiver or class is touched.
pub(super) struct Part {
    /// The receivers, in order.
    pub receivers: Vec<u32>,
    /// The classes, as bits.
    pub classes: Vec<u64>,
}

/// A flow.
pub(super) struct Flow<T> {
    /// For each class: what nobody holds yet.
    pub left: Vec<T>,
    /// For each receiver: what they may take beyond what they hold.
    pub room: Vec<T>,
    /// For each class: who holds how much of it. A receiver is listed once.
    pub held: Vec<Vec<(u32, T)>>,
}

const UNSEEN: u32 = u32::MAX;
const DEAD: u32 = u32::MAX - 1;

/// One step of a path: `taker` is to get some of `class` from the holder at place `entry` of its list.
#[derive(Clone, Copy)]
struct Step {
    taker: u32,
    class: u32,
    entry: u32,
}

/// What a search has seen, and its working memory.
pub(super) struct Search {
    level: Vec<u32>,
    unseen: Vec<u64>,
    layers: Vec<Vec<u64>>,
    depth: usize,
    cursor: Vec<u32>,
    frontier: Vec<u32>,
    next: Vec<u32>,
    path: Vec<Step>,
    found_by: Vec<u32>,
    found_in: Vec<(u32, u32)>,
}

impl Search {
    /// Working memory for searches in `graph`.
    pub fn new(graph: &Graph) -> Result<Search> {
        let (mut frontier, mut next) = (Vec::new(), Vec::new());
        frontier.try_reserve_exact(graph.receivers)?;
        next.try_reserve_exact(graph.receivers)?;
        Ok(Search {
            level: filled(UNSEEN, graph.receivers)?,
            unseen: filled(0, graph.takes.words())?,
            layers: Vec::new(),
            depth: 0,
            cursor: filled(0, graph.classes)?,
            frontier,
            next,
            path: Vec::new(),
            found_by: filled(0, graph.classes)?,
            found_in: filled((0, 0), graph.receivers)?,
        })
    }

    /// Cuts `part` in two after [`Flow::fill`]: whom the last search saw with their classes, and the rest.
    pub fn cut(&self, part: &Part) -> Result<(Part, Part)> {
        let saw = |receiver: u32| self.level.get(receiver as usize).is_some_and(|level| *level != UNSEEN);
        let mut seen = Part { receivers: Vec::new(), classes: filled(0, part.classes.len())? };
        let mut rest = Part { receivers: Vec::new(), classes: filled(0, part.classes.len())? };
        for (((all, unseen), low), high) in part.classes.iter().zip(&self.unseen).zip(&mut seen.classes).zip(&mut rest.classes) {
            (*low, *high) = (all & !unseen, all & unseen);
        }
        for receiver in &part.receivers {
            let side = if saw(*receiver) { &mut seen } else { &mut rest };
            side.receivers.try_reserve(1)?;
            side.receivers.push(*receiver);
        }
        Ok((seen, rest))
    }
}

impl Flow<i64> {
    /// Takes from everybody who holds more than `totals` what is too much, and makes room for what is missing.
    pub fn trim(&mut self, totals: &[i64]) {
        self.room.copy_from_slice(totals);
        for (holder, rows) in self.held.iter().flatten() {
            if let Some(room) = self.room.get_mut(*holder as usize) {
                *room -= rows;
            }
        }
        for (left, held) in self.left.iter_mut().zip(&mut self.held) {
            for (holder, rows) in held {
                if let Some(room) = self.room.get_mut(*holder as usize).filter(|room| **room < 0) {
                    let less = (*rows).min(-*room);
                    *room += less;
                    *rows -= less;
                    *left += less;
                }
            }
        }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "every index is a class, a receiver or a list entry of the graph that all vectors were sized for"
)]
impl<T: Amount> Flow<T> {
    /// The empty flow, with no rows and no room.
    pub fn new(graph: &Graph) -> Result<Flow<T>> {
        Ok(Flow {
            left: filled(T::default(), graph.classes)?,
            room: filled(T::default(), graph.receivers)?,
            held: filled(Vec::new(), graph.classes)?,
        })
    }

    /// Hands out what is left to those who have room, in order, without a search. Classes that fewer may take
    /// from go first, since they are the hardest to place.
    pub fn pour(&mut self, graph: &Graph, part: &Part) -> Result<()> {
        let mut roomy = filled(0, graph.sets.words())?;
        for receiver in &part.receivers {
            if self.room[*receiver as usize] > T::default() {
                put(&mut roomy, *receiver as usize);
            }
        }
        let takers = |class: usize| graph.sets.row(class).iter().map(|word| word.count_ones()).sum::<u32>();
        let mut order = Vec::new();
        order.try_reserve_exact(graph.classes)?;
        order.extend(bits(&part.classes).map(|class| (takers(class), class)));
        crate::sort::all(&mut order);
        for (_, class) in order {
            while self.left[class] > T::default() {
                let Some(receiver) = first_common(graph.sets.row(class), &roomy) else { break };
                let amount = self.left[class].min(self.room[receiver]);
                self.left[class] -= amount;
                self.room[receiver] -= amount;
                self.give(class, receiver as u32, amount);
                if self.room[receiver] == T::default() {
                    clear(&mut roomy, receiver);
                }
            }
        }
        Ok(())
    }

    /// Places as much as there is room for. Afterwards `search` knows whom a search from everybody with room
    /// left would see.
    pub fn fill(&mut self, graph: &Graph, part: &Part, search: &mut Search) -> Result<()> {
        while self.layer(graph, part, search)? {
            self.block(graph, part, search);
        }
        Ok(())
    }

    /// Looks for the shortest ways from receivers with room to classes with rows left, layer by layer. The
    /// last layer keeps only classes with rows left. False if there is no way.
    fn layer(&mut self, graph: &Graph, part: &Part, search: &mut Search) -> Result<bool> {
        search.unseen.copy_from_slice(&part.classes);
        search.frontier.clear();
        for receiver in &part.receivers {
            let roomy = self.room[*receiver as usize] > T::default();
            search.level[*receiver as usize] = if roomy { 0 } else { UNSEEN };
            if roomy {
                search.frontier.push(*receiver);
            }
        }
        search.depth = 0;
        while !search.frontier.is_empty() {
            if search.layers.len() == search.depth {
                search.layers.try_reserve(1)?;
                search.layers.push(filled(0, part.classes.len())?);
                // A way has a step for each layer.
                let steps = search.layers.len().saturating_sub(search.path.len());
                search.path.try_reserve(steps)?;
            }
            let layer = &mut search.layers[search.depth];
            layer.fill(0);
            for receiver in &search.frontier {
                let takes = graph.takes.row(*receiver as usize);
                for ((taken, unseen), new) in takes.iter().zip(&mut search.unseen).zip(layer.iter_mut()) {
                    let fresh = taken & *unseen;
                    *unseen ^= fresh;
                    *new |= fresh;
                }
            }
            if bits(layer).any(|class| self.left[class] > T::default()) {
                for (at, word) in layer.iter_mut().enumerate() {
                    for bit in bits(&[*word]) {
                        if self.left[at * 64 + bit] == T::default() {
                            *word &= !(1 << bit);
                        }
                    }
                }
                return Ok(true);
            }
            search.depth += 1;
            search.next.clear();
            for class in bits(layer) {
                let held = &mut self.held[class];
                held.retain(|(_, amount)| *amount > T::default());
                search.cursor[class] = 0;
                for (holder, _) in held.iter() {
                    if search.level[*holder as usize] == UNSEEN {
                        search.level[*holder as usize] = search.depth as u32;
                        search.next.push(*holder);
                    }
                }
            }
            std::mem::swap(&mut search.frontier, &mut search.next);
        }
        Ok(false)
    }

    /// Pushes along shortest ways until there is none left in these layers. What proved a dead end is not
    /// tried again.
    fn block(&mut self, graph: &Graph, part: &Part, search: &mut Search) {
        for root in &part.receivers {
            while self.room[*root as usize] > T::default() {
                search.path.clear();
                let mut taker = *root;
                let end = loop {
                    let depth = search.path.len();
                    let Some(class) = first_common(graph.takes.row(taker as usize), &search.layers[depth]) else {
                        search.level[taker as usize] = DEAD;
                        let Some(step) = search.path.pop() else { break None };
                        search.cursor[step.class as usize] += 1;
                        taker = step.taker;
                        continue;
                    };
                    if depth == search.depth {
                        break Some(class);
                    }
                    let from = search.cursor[class] as usize;
                    let next = self.held[class]
                        .iter()
                        .enumerate()
                        .skip(from)
                        .find(|(_, (holder, amount))| *amount > T::default() && search.level[*holder as usize] == depth as u32 + 1);
                    if let Some((entry, (holder, _))) = next {
                        search.cursor[class] = entry as u32;
                        search.path.push(Step { taker, class: class as u32, entry: entry as u32 });
                        taker = *holder;
                    } else {
                        clear(&mut search.layers[depth], class);
                    }
                };
                let Some(class) = end else { break };
                let most = self.left[class].min(self.room[*root as usize]);
                let amount = search.path.iter().map(|step| self.held[step.class as usize][step.entry as usize].1).fold(most, T::min);
                self.left[class] -= amount;
                if self.left[class] == T::default() {
                    clear(&mut search.layers[search.depth], class);
                }
                self.give(class, taker, amount);
                for step in &search.path {
                    self.held[step.class as usize][step.entry as usize].1 -= amount;
                    self.give(step.class as usize, step.taker, amount);
                }
                self.room[*root as usize] -= amount;
            }
        }
    }

    /// Gives `receiver` one more, if the classes in `open` allow it. If not, every class the search has seen is
    /// closed: nobody who may take from it can get more, now or later.
    pub fn raise(&mut self, graph: &Graph, receiver: u32, one: T, open: &mut [u64], search: &mut Search) -> bool {
        search.unseen.copy_from_slice(open);
        search.level.fill(UNSEEN);
        search.frontier.clear();
        search.frontier.push(receiver);
        search.level[receiver as usize] = 0;
        let mut at = 0;
        while let Some(taker) = search.frontier.get(at).copied() {
            at += 1;
            for (place, word) in graph.takes.row(taker as usize).iter().enumerate() {
                let fresh = word & search.unseen[place];
                search.unseen[place] ^= fresh;
                for class in bits(&[fresh]).map(|bit| place * 64 + bit) {
                    search.found_by[class] = taker;
                    if self.left[class] > T::default() {
                        self.left[class] -= one;
                        self.shift_back(class, receiver, one, search);
                        return true;
                    }
                    for (entry, (holder, amount)) in self.held[class].iter().enumerate() {
                        if *amount > T::default() && search.level[*holder as usize] == UNSEEN {
                            search.level[*holder as usize] = 0;
                            search.found_in[*holder as usize] = (class as u32, entry as u32);
                            search.frontier.push(*holder);
                        }
                    }
                }
            }
        }
        open.copy_from_slice(&search.unseen);
        false
    }

    /// Walks back from a class with a row left to the receiver who asked, handing one on at every step.
    fn shift_back(&mut self, mut class: usize, receiver: u32, one: T, search: &Search) {
        loop {
            let taker = search.found_by[class];
            self.give(class, taker, one);
            if taker == receiver {
                return;
            }
            let (from, entry) = search.found_in[taker as usize];
            class = from as usize;
            self.held[class][entry as usize].1 -= one;
        }
    }

    /// Adds to what `receiver` holds of `class`.
    fn give(&mut self, class: usize, receiver: u32, amount: T) {
        let held = &mut self.held[class];
        match held.iter_mut().find(|(holder, _)| *holder == receiver) {
            Some((_, has)) => *has += amount,
            None => held.push((receiver, amount)),
        }
    }
}

impl Graph {
    /// The graph of these sets, given as words in the receivers' order.
    pub fn new(receivers: usize, sets: Matrix, classes: usize) -> Result<Graph> {
        let mut takes = Matrix::new(receivers, classes)?;
        for class in 0..classes {
            for receiver in bits(sets.row(class)) {
                put(takes.row_mut(receiver), class);
            }
        }
        Ok(Graph { receivers, classes, sets, takes })
    }
}
