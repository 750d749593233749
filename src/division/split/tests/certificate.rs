//! Divisions that are too large to try everything: proofs that the answer cannot be bettered.
//!
//! A placement is the best if its residual graph has no cycle of negative cost. Costs are compared field by
//! field in the order of the rules: rows placed, distance from the shares, distance with carries (for
//! totals), stays, order. Shares are the exact ones if the receivers up to any level hold all that could be
//! placed with them alone.

use super::*;

/// What one unit along an arc changes; smaller is better.
type Cost = [i128; 5];

fn plus(a: Cost, b: Cost) -> Cost {
    std::array::from_fn(|at| a[at] + b[at])
}

/// The exact shares that the answer claims: receivers at one level share what they hold beyond those below.
fn exact_shares(division: &Division, settled: &Apportionment) -> Vec<(i128, i128)> {
    let load = |at: usize| if division.even == Even::Total { i128::from(division.receivers[at].load) } else { 0 };
    let weight = |at: usize| i128::from(division.receivers[at].weight);
    let level = |at: usize| (load(at) as f64 + settled.shares[at] as f64 / UNIT as f64) / weight(at) as f64;
    let mut order: Vec<usize> = (0..division.receivers.len()).collect();
    order.sort_by(|a, b| level(*a).total_cmp(&level(*b)));
    let mut shares = vec![(0, 1); order.len()];
    let mut members = vec![false; order.len()];
    let mut below = 0;
    // Equal levels are told apart from others by no more than what the rounding to units hides.
    let near = |at: usize| 2.0 / UNIT as f64 / weight(at) as f64 + 1e-14 * level(at);
    for group in order.chunk_by(|a, b| level(*b) - level(*a) < near(*a) + near(*b)) {
        group.iter().for_each(|at| members[*at] = true);
        let all = i128::from(rank(division, &members));
        let weights: i128 = group.iter().map(|at| weight(*at)).sum();
        let height = all - below + group.iter().map(|at| load(*at)).sum::<i128>();
        group.iter().for_each(|at| shares[*at] = (height * weight(*at) - load(*at) * weights, weights));
        below = all;
    }
    shares
}

/// Places in the order of fractions, equal ones at the same place.
fn places(fractions: &[Ratio]) -> Vec<i128> {
    let mut order: Vec<usize> = (0..fractions.len()).collect();
    order.sort_by(|a, b| fractions[*a].order_exactly(fractions[*b]));
    let mut out = vec![0; fractions.len()];
    for (place, same) in order.chunk_by(|a, b| fractions[*a].order_exactly(fractions[*b]).is_eq()).enumerate() {
        same.iter().for_each(|at| out[*at] = place as i128);
    }
    out
}

fn residual_arcs(division: &Division, settled: &Apportionment) -> Vec<(usize, usize, Cost)> {
    let (people, unit) = (division.receivers.len(), i128::from(UNIT));
    let class_node = |class: usize| 1 + people + class;
    let mut arcs = Vec::new();
    for (at, class) in division.classes.iter().enumerate() {
        if settled.left[at] > 0 {
            arcs.push((0, class_node(at), [-1, 0, 0, 0, 0]));
        }
        if settled.left[at] < class.count {
            arcs.push((class_node(at), 0, [1, 0, 0, 0, 0]));
        }
        for receiver in class.eligible.iter() {
            let stay = i128::from(class.owner == Some(receiver) && division.keep == Keep::Yes);
            arcs.push((class_node(at), 1 + receiver as usize, [0, 0, 0, -stay, 0]));
            if settled.quotas[at].iter().any(|(holder, _)| *holder == receiver) {
                arcs.push((1 + receiver as usize, class_node(at), [0, 0, 0, stay, 0]));
            }
        }
    }
    // (a + 1)² − a² grows as a does, so what one more costs can be told by its place among what anything costs. A cycle
    // that does not meet itself has one more for one receiver and one less for another.
    let exact = exact_shares(division, settled);
    let costs = |carries: i128| {
        let cost = |(at, number): (usize, i128)| {
            let ((top, bottom), carry) = (exact[at], carries * i128::from(division.receivers[at].carry));
            Ratio { top: carry * bottom + (number * bottom - top) * unit, bottom: bottom * unit }
        };
        let numbers = || settled.numbers.iter().map(|number| i128::from(*number)).enumerate();
        places(&numbers().chain(numbers().map(|(at, number)| (at, number - 1))).map(cost).collect::<Vec<_>>())
    };
    let (plain, carrying) = (costs(0), costs(1));
    for (at, receiver) in division.receivers.iter().enumerate() {
        let number = settled.numbers[at];
        let change = |cost: usize, sign: i128| {
            let order = -sign << (people - at);
            match division.even {
                Even::Dealt => [0, sign * carrying[cost], 0, 0, order],
                Even::Total => [0, sign * plain[cost], sign * carrying[cost], 0, order],
            }
        };
        if receiver.most.is_none_or(|most| number < most) {
            arcs.push((1 + at, 0, change(at, 1)));
        }
        if number > 0 {
            arcs.push((0, 1 + at, change(people + at, -1)));
        }
    }
    arcs
}

/// Bellman and Ford: distances settle within as many rounds as there are nodes unless a cycle is negative.
fn has_negative_cycle(nodes: usize, arcs: &[(usize, usize, Cost)]) -> bool {
    let mut far = vec![[0; 5]; nodes];
    for _ in 0..=nodes {
        let mut changed = false;
        for (from, to, cost) in arcs {
            let way = plus(far[*from], *cost);
            if way < far[*to] {
                far[*to] = way;
                changed = true;
            }
        }
        if !changed {
            return false;
        }
    }
    true
}

/// The most rows that can be placed with some of the receivers, by one way after another.
fn rank(division: &Division, members: &[bool]) -> u64 {
    let mut held = vec![vec![0_u64; division.receivers.len()]; division.classes.len()];
    let mut left: Vec<u64> = division.classes.iter().map(|class| class.count).collect();
    let mut room: Vec<u64> = division.receivers.iter().map(|receiver| receiver.most.unwrap_or(u64::MAX)).collect();
    let mut placed = 0;
    loop {
        // Breadth first from classes with rows left; `from` is the class by which a receiver was reached, and the
        // receiver by whom a class was.
        let mut from: Vec<Option<usize>> = vec![None; division.receivers.len()];
        let mut by: Vec<Option<Option<usize>>> = left.iter().map(|left| (*left > 0).then_some(None)).collect();
        let mut queue: Vec<usize> = (0..left.len()).filter(|class| left[*class] > 0).collect();
        let mut end = None;
        let mut at = 0;
        while at < queue.len() && end.is_none() {
            let class = queue[at];
            at += 1;
            for receiver in division.classes[class].eligible.iter().map(|receiver| receiver as usize).filter(|receiver| members[*receiver])
            {
                if from[receiver].is_some() {
                    continue;
                }
                from[receiver] = Some(class);
                if room[receiver] > 0 {
                    end = Some(receiver);
                    break;
                }
                for other in 0..held.len() {
                    if held[other][receiver] > 0 && by[other].is_none() {
                        by[other] = Some(Some(receiver));
                        queue.push(other);
                    }
                }
            }
        }
        let Some(end) = end else { return placed };
        let mut steps = Vec::new();
        let (mut receiver, mut amount) = (end, room[end]);
        let first = loop {
            let class = from[receiver].unwrap();
            let giver = by[class].unwrap();
            steps.push((class, receiver, giver));
            match giver {
                None => break class,
                Some(giver) => {
                    amount = amount.min(held[class][giver]);
                    receiver = giver;
                }
            }
        };
        amount = amount.min(left[first]);
        for (class, receiver, giver) in steps {
            held[class][receiver] += amount;
            if let Some(giver) = giver {
                held[class][giver] -= amount;
            }
        }
        (left[first], room[end], placed) = (left[first] - amount, room[end].saturating_sub(amount), placed + amount);
    }
}

fn assert_best(division: &Division) {
    let settled = apportion(division).unwrap();
    assert_consistent(division, &settled);
    let arcs = residual_arcs(division, &settled);
    assert!(!has_negative_cycle(1 + division.receivers.len() + division.classes.len(), &arcs), "{division:?}");

    let shares: Vec<Ratio> = exact_shares(division, &settled).into_iter().map(|(top, bottom)| Ratio { top, bottom }).collect();
    assert_eq!(in_units(&shares, settled.placed as i64).unwrap(), settled.shares, "{division:?}");
}

fn middling_division(dice: &mut Dice) -> Division {
    let people = 2 + dice.roll(14);
    let weights = [1, 3, 20, 1 << 40][dice.roll(4) as usize];
    let bounds = [0, 3, 8][dice.roll(3) as usize];
    let count = [3, 12, 60][dice.roll(3) as usize];
    let narrow = dice.roll(2) == 0;
    let loads = [1, 40][dice.roll(2) as usize];
    let carries = [0, 1, 9][dice.roll(3) as usize];
    let receivers = (0..people)
        .map(|_| Receiver {
            weight: 1 + dice.roll(weights),
            most: (dice.roll(10) < bounds).then(|| dice.roll(2 * count)),
            load: dice.roll(loads),
            carry: (dice.roll(2 * carries + 1) as i64 - carries as i64) * UNIT / (1 + dice.roll(5) as i64),
        })
        .collect();
    let sets: Vec<u64> = (0..1 + dice.roll(8))
        .map(|_| {
            let some = 1 + dice.roll((1 << people) - 1);
            let fewer = some & dice.roll(1 << people) & dice.roll(1 << people);
            if narrow && fewer != 0 { fewer } else { some }
        })
        .collect();
    let classes = (0..dice.roll(30))
        .map(|_| Class {
            eligible: Set::from(vec![sets[dice.roll(sets.len() as u64) as usize]]),
            owner: (dice.roll(3) > 0).then(|| dice.roll(people) as u32),
            count: dice.roll(count),
        })
        .collect();
    let even = if dice.roll(2) == 0 { Even::Dealt } else { Even::Total };
    let keep = if dice.roll(3) == 0 { Keep::No } else { Keep::Yes };
    Division { receivers, classes, even, keep }
}

/// More receivers and more classes than a word has bits.
fn wide_division(dice: &mut Dice) -> Division {
    let people = 60 + dice.roll(30);
    let middling = middling_division(dice);
    let receivers = (0..people).map(|_| middling.receivers[dice.roll(middling.receivers.len() as u64) as usize]).collect();
    let reach = 1 + dice.roll(12);
    let classes = (0..60 + dice.roll(80))
        .map(|_| {
            let first = dice.roll(people);
            let some = (0..reach).map(|_| ((first + dice.roll(reach)) % people) as u32);
            Class {
                eligible: Set::of(some),
                owner: (dice.roll(3) > 0).then(|| ((first + dice.roll(reach)) % people) as u32),
                count: dice.roll(20),
            }
        })
        .collect();
    Division { receivers, classes, ..middling }
}

#[test]
fn nothing_better_than_wide_answers() {
    let mut dice = Dice(6);
    for _ in 0..40 {
        assert_best(&wide_division(&mut dice));
    }
}

#[test]
fn nothing_better_than_the_answer() {
    let mut dice = Dice(2);
    for _ in 0..400 {
        assert_best(&middling_division(&mut dice));
    }
}

/// Holders of leads in many small classes, levelled as `rebalance` does it; shares of 1/37 and the like tie wherever
/// classes meet.
#[test]
fn nothing_better_than_levelling_many_equals() {
    let mut dice = Dice(7);
    for _ in 0..30 {
        let people = [25, 29, 31, 37, 41][dice.roll(5) as usize];
        let carries = dice.roll(3);
        let receivers = (0..people).map(|_| Receiver {
            weight: 1,
            most: None,
            load: dice.roll(3),
            carry: (dice.roll(2 * carries + 1) as i64 - carries as i64) * (UNIT / 2),
        });
        let receivers = receivers.collect();
        let narrow = dice.roll(2) == 0;
        let classes = (0..dice.roll(120)).map(|_| Class {
            eligible: if narrow { Set::of((0..10).map(|_| dice.roll(people) as u32)) } else { Set::first(people as usize) },
            owner: Some(dice.roll(people) as u32),
            count: dice.roll(9),
        });
        let classes = classes.collect();
        let even = if dice.roll(2) == 0 { Even::Dealt } else { Even::Total };
        assert_best(&Division { receivers, classes, even, keep: Keep::Yes });
    }
}

#[test]
fn the_order_of_classes_changes_nothing() {
    let mut dice = Dice(3);
    for _ in 0..300 {
        let division = middling_division(&mut dice);
        let settled = apportion(&division).unwrap();
        let mut order: Vec<usize> = (0..division.classes.len()).collect();
        order.sort_by_cached_key(|_| dice.roll(1 << 40));
        let classes = order.iter().map(|at| division.classes[*at].clone()).collect();
        let again = apportion(&Division { classes, ..division.clone() }).unwrap();
        assert_eq!(
            (&again.numbers, &again.shares, &again.carry, again.stays),
            (&settled.numbers, &settled.shares, &settled.carry, settled.stays)
        );
        // Classes that are alike in everything may stand for one another.
        let answers = |division: &Division, settled: &Apportionment| {
            let mut all: Vec<_> =
                division.classes.iter().cloned().zip(settled.quotas.iter().cloned()).zip(settled.left.iter().copied()).collect();
            all.sort();
            all
        };
        let shuffled = Division { classes: order.iter().map(|at| division.classes[*at].clone()).collect(), ..division.clone() };
        assert_eq!(answers(&shuffled, &again), answers(&division, &settled));
    }
}

#[test]
fn without_carries_nobody_is_a_lead_off_their_share() {
    let mut dice = Dice(4);
    for _ in 0..1000 {
        let mut division = middling_division(&mut dice);
        division.receivers.iter_mut().for_each(|receiver| receiver.carry = 0);
        let settled = apportion(&division).unwrap();
        for (number, share) in settled.numbers.iter().zip(&settled.shares) {
            assert!((i128::from(*number) * i128::from(UNIT) - i128::from(*share)).abs() < i128::from(UNIT));
        }
    }
}

#[test]
fn random_single_leads_stay_near_the_sum_of_shares() {
    let mut dice = Dice(5);
    for weights in [[1, 1, 1, 1, 1, 1], [5, 3, 1, 1, 2, 8]] {
        let mut division = open_to_all(receivers(&weights), 1, Even::Dealt);
        for _ in 0..1500 {
            division.classes[0].eligible = Set::from(vec![1 + dice.roll(63)]);
            next(&mut division);
            // The carry is what was dealt less the sum of shares.
            assert!(division.receivers.iter().all(|receiver| receiver.carry.abs() <= 2 * UNIT));
        }
        assert_eq!(division.receivers.iter().map(|receiver| receiver.carry).sum::<i64>(), 0);
    }
}
