//! Fewest moves: among the best numbers, those that leave the most rows where they are.
//!
//! Some best placement is known. Its residual graph gives every class and receiver a price: the least that one
//! row placed there can cost at the end of any way it can still go. By complementary slackness all best
//! placements, and no others, use only arcs between equal prices, and only receivers whose own cost is their
//! price may have one row more or less. On what is left, keeping rows is a minimum-cost flow: a class hands a
//! receiver first the rows that are theirs already, each worth one, and then others, worth nothing. It is
//! solved by the primal-dual method: distances to the receivers with room, then all ways of that length, until
//! every row is placed (L. R. Ford and D. R. Fulkerson, Flows in networks, 1962). Rows that nobody can take
//! go to an extra receiver who stands for them.
//!
//! Last comes the order: a receiver who may have one more gets it from a later one, if that costs no stay. Best
//! placements with the most stays are the bases of a matroid, so asking receivers in order is exact.

use std::collections::VecDeque;

use crate::error::Result;

use super::flow::{Graph, Part};
use super::number::Numbers;
use super::set::{Matrix, bits, clear, filled, first_common, has, put};

const FAR: i32 = i32::MAX;

/// How much of a class somebody holds, and how much of it was theirs before.
#[derive(Clone, Copy)]
struct Hold {
    to: u32,
    rows: i64,
    own: i64,
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
    /// The classes of each distance, from `lowest`, that the present pass has not entered.
    fresh: Vec<Vec<u64>>,
    lowest: i32,
    cursor: Vec<usize>,
    seen: Vec<bool>,
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
        fresh: Vec::new(),
        lowest: 0,
        cursor: filled(0, graph.classes)?,
        seen: filled(false, people + 1)?,
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

/// What all best placements have in common: who may take from which class, the least that each receiver gets,
/// and who may get one more. The row after the last receiver stands for rows that are left.
fn best_face(graph: &Graph, part: &Part, numbers: &Numbers) -> Result<(Matrix, Vec<i64>, Vec<bool>)> {
    let people = graph.receivers;
    let mut order: Vec<((i128, i64), usize)> = Vec::new();
    order.try_reserve_exact(people)?;
    order.extend(numbers.steps.iter().enumerate().filter_map(|(at, step)| step.filter(|step| !step.taken).map(|step| (step.cost, at))));
    order.sort_unstable();

    let mut takes = Matrix::new(people + 1, graph.classes)?;
    let mut price: Vec<Option<(i128, i64)>> = filled(None, people)?;
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
        *extra = step.is_some_and(|step| Some(step.cost) == *price);
        *least = if *extra && step.is_some_and(|step| step.taken) { total - 1 } else { *total };
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
            let mut moved = false;
            while self.pass() {
                moved = true;
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
                    let far = self.class_far[class] + i32::from(hold.rows <= hold.own);
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
        Ok(())
    }

    /// Makes every class and receiver fresh again.
    fn refresh(&mut self) {
        self.seen.fill(false);
        self.cursor.fill(0);
        let known = || self.class_far.iter().copied().filter(|far| *far != FAR);
        self.lowest = known().min().unwrap_or(0);
        let depth = known().max().map_or(0, |highest| (highest - self.lowest) as usize + 1);
        self.fresh.truncate(depth);
        self.fresh.iter_mut().for_each(|level| level.fill(0));
        self.fresh.resize(depth, vec![0; self.takes.words()]);
        for (class, far) in self.class_far.iter().enumerate().filter(|(_, far)| **far != FAR) {
            put(&mut self.fresh[(far - self.lowest) as usize], class);
        }
    }

    /// Pushes along ways of least cost, entering every class once except those on ways that led somewhere.
    /// False if there was no way at all.
    fn pass(&mut self) -> bool {
        self.refresh();
        let mut moved = false;
        for root in 0..self.room.len() {
            while self.room[root] > 0 && self.receiver_far[root] == 0 && self.find(root) {
                let amount = self.push(self.room[root]);
                self.room[root] -= amount;
                moved = true;
                for at in 0..self.path.len() {
                    let step = self.path[at];
                    self.seen[step.taker] = false;
                    let level = (self.class_far[step.class] - self.lowest) as usize;
                    put(&mut self.fresh[level], step.class);
                }
            }
        }
        moved
    }

    /// Looks for a way of least cost from `root` to a class with rows left or to a giver, and puts it in `path`.
    fn find(&mut self, root: usize) -> bool {
        self.path.clear();
        self.seen[root] = true;
        let mut taker = root;
        let mut inside = None;
        loop {
            let class = match inside.take() {
                Some(class) => class,
                None => match self.next_class(taker) {
                    Some(class) => {
                        let level = (self.class_far[class] - self.lowest) as usize;
                        clear(&mut self.fresh[level], class);
                        if self.left[class] > 0 {
                            self.path.push(Step { taker, class, entry: None });
                            return true;
                        }
                        class
                    }
                    None => {
                        let Some(step) = self.path.pop() else { return false };
                        (taker, inside) = (step.taker, Some(step.class));
                        continue;
                    }
                },
            };
            let far = self.class_far[class];
            let next = self.held[class].iter().enumerate().skip(self.cursor[class]).find(|(_, hold)| {
                let to = hold.to as usize;
                hold.rows > 0 && !self.seen[to] && self.receiver_far[to] == far + i32::from(hold.rows <= hold.own)
            });
            let Some((entry, hold)) = next else {
                self.cursor[class] = self.held[class].len();
                continue;
            };
            self.cursor[class] = entry + 1;
            self.path.push(Step { taker, class, entry: Some(entry) });
            taker = hold.to as usize;
            self.seen[taker] = true;
            if self.giver[taker] {
                return true;
            }
        }
    }

    /// A fresh class that `taker` may take from at least cost.
    fn next_class(&self, taker: usize) -> Option<usize> {
        let far = self.receiver_far[taker];
        let level = |far: i32| usize::try_from(far - self.lowest).ok().and_then(|at| self.fresh.get(at));
        let free = level(far).and_then(|fresh| first_common(self.takes.row(taker), fresh));
        free.or_else(|| {
            let fresh = level(far.saturating_sub(1))?;
            let short = |class: usize| self.held[class].iter().any(|hold| hold.to as usize == taker && hold.rows < hold.own);
            self.owns[taker].iter().copied().find(|class| has(fresh, *class) && short(*class))
        })
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

    /// Makes the numbers lexicographically greatest without losing a stay: a receiver who may have one more
    /// takes it from a later one along a way that costs nothing.
    fn in_order(&mut self, extra: &[bool]) -> Result<()> {
        let mut wanting = extra.iter().zip(&self.room).filter(|(extra, room)| **extra && **room > 0).count();
        if wanting == 0 {
            return Ok(());
        }
        self.measure()?;
        self.refresh();
        for (at, giver) in self.giver.iter_mut().enumerate() {
            *giver = extra[at] && self.room[at] == 0 && self.receiver_far[at] == 0;
        }
        for receiver in (0..extra.len()).filter(|receiver| extra[*receiver]) {
            self.giver[receiver] = false;
            if self.room[receiver] == 0 || wanting == 0 || self.receiver_far[receiver] != 0 || self.seen[receiver] {
                continue;
            }
            let (fresh, seen) = (self.fresh.clone(), self.seen.clone());
            self.cursor.fill(0);
            if self.find(receiver) {
                let end = self.path.last().and_then(|step| Some(self.held[step.class][step.entry?].to as usize));
                self.push(1);
                self.room[receiver] = 0;
                if let Some(end) = end {
                    (self.room[end], self.giver[end]) = (1, false);
                }
                (self.fresh, self.seen) = (fresh, seen);
            } else {
                wanting -= 1;
            }
        }
        Ok(())
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
