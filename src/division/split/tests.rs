//! The worked examples, and the definition itself as an oracle: every placement there is, compared literally.

use std::collections::HashMap;

use proptest::prelude::*;

mod certificate;
#[path = "../../../tests/native/support/dice.rs"]
#[allow(dead_code, reason = "only some of it is needed here")]
mod dice;
mod wide;

use super::*;
use dice::Dice;
use wide::Wide;

fn receivers(weights: &[u64]) -> Vec<Receiver> {
    weights.iter().map(|weight| Receiver { weight: *weight, most: None, load: 0, carry: 0 }).collect()
}

fn open_to_all(receivers: Vec<Receiver>, count: u64, even: Even) -> Division {
    let eligible = Set::first(receivers.len());
    Division { receivers, classes: vec![Class { eligible, owner: None, count }], even, keep: Keep::No }
}

/// Settles, remembers the carries, and gives the numbers.
fn next(division: &mut Division) -> Vec<u64> {
    let settled = apportion(division).unwrap();
    assert_consistent(division, &settled);
    for (receiver, carry) in division.receivers.iter_mut().zip(&settled.carry) {
        receiver.carry = *carry;
    }
    settled.numbers
}

#[test]
fn ten_over_three_take_turns_with_the_extra_one() {
    let mut division = open_to_all(receivers(&[1, 1, 1]), 10, Even::Dealt);
    assert_eq!([next(&mut division), next(&mut division), next(&mut division)], [[4, 3, 3], [3, 4, 3], [3, 3, 4]]);
    assert!(division.receivers.iter().all(|receiver| receiver.carry == 0));
}

#[test]
fn weighted_tens() {
    let mut division = open_to_all(receivers(&[5, 3, 1]), 10, Even::Dealt);
    assert_eq!([next(&mut division), next(&mut division), next(&mut division)], [[6, 3, 1], [5, 4, 1], [6, 3, 1]]);
}

#[test]
fn fifty_over_three() {
    assert_eq!(next(&mut open_to_all(receivers(&[1, 1, 1]), 50, Even::Dealt)), [17, 17, 16]);
}

#[test]
fn single_leads_rotate_smoothly() {
    let mut division = open_to_all(receivers(&[5, 3, 1]), 1, Even::Dealt);
    let mut totals = [0; 3];
    for batch in 1..=900 {
        for (total, number) in totals.iter_mut().zip(next(&mut division)) {
            *total += number;
        }
        if batch % 9 == 0 {
            assert_eq!(totals, [batch / 9 * 5, batch / 9 * 3, batch / 9]);
        }
    }
    assert_eq!(totals, [500, 300, 100]);
}

#[test]
fn a_large_weight_gets_its_share_among_many_small_ones() {
    let weights: Vec<u64> = std::iter::once(20).chain(std::iter::repeat_n(1, 20)).collect();
    let numbers = next(&mut open_to_all(receivers(&weights), 31, Even::Dealt));
    let expected: Vec<u64> = std::iter::once(15).chain(std::iter::repeat_n(1, 16)).chain(std::iter::repeat_n(0, 4)).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn totals_are_levelled() {
    let mut people = receivers(&[1, 1, 1]);
    for (person, load) in people.iter_mut().zip([5, 2, 0]) {
        person.load = load;
    }
    let division = open_to_all(people, 8, Even::Total);
    let settled = apportion(&division).unwrap();
    assert_eq!(settled.numbers, [0, 3, 5]);
    assert_eq!(settled.spread, 0);
}

#[test]
fn capacities_leave_rows_over() {
    let mut people = receivers(&[1, 1, 1]);
    for (person, (capacity, load)) in people.iter_mut().zip([(8_u64, 8_u64), (6, 4), (7, 4)]) {
        (person.load, person.most) = (load, Some(capacity - load));
    }
    let settled = apportion(&open_to_all(people, 10, Even::Total)).unwrap();
    assert_eq!((settled.numbers, settled.left, settled.placed), (vec![0, 2, 3], vec![5], 5));
    assert_eq!(settled.could_take, [false, true, true]);
}

#[test]
fn nothing_to_divide() {
    let mut people = receivers(&[1, 2]);
    people[0].carry = 7;
    let settled = apportion(&Division { receivers: people, classes: Vec::new(), even: Even::Dealt, keep: Keep::Yes }).unwrap();
    assert_eq!((settled.numbers, settled.shares, settled.carry, settled.placed), (vec![0, 0], vec![0, 0], vec![7, 0], 0));
    assert_eq!(apportion(&open_to_all(Vec::new(), 3, Even::Dealt)).unwrap().left, [3]);
}

#[test]
fn owners_keep_their_rows() {
    let class = |owner, count| Class { eligible: Set::first(3), owner, count };
    let classes = vec![class(Some(2), 5), class(None, 1), class(Some(1), 3), class(Some(0), 1)];
    let division = Division { receivers: receivers(&[1, 1, 1]), classes, even: Even::Total, keep: Keep::Yes };
    let settled = apportion(&division).unwrap();
    assert_eq!((settled.numbers, settled.stays), (vec![3, 3, 4], 8));
    assert_eq!(settled.quotas, [vec![(0, 1), (2, 4)], vec![(0, 1)], vec![(1, 3)], vec![(0, 1)]]);
}

#[test]
fn what_might_overflow_is_refused() {
    for change in [
        |division: &mut Division| division.classes[0].count = u64::MAX,
        |division: &mut Division| division.receivers[0].load = u64::MAX,
        |division: &mut Division| division.receivers[0].weight = u64::MAX,
        |division: &mut Division| division.receivers[0].carry = i64::MIN,
    ] {
        let mut division = open_to_all(receivers(&[1, 1]), 3, Even::Total);
        change(&mut division);
        assert_eq!(apportion(&division).unwrap_err().code, "split_too_large");
    }
}

#[test]
fn the_largest_numbers_are_exact() {
    let mut people = receivers(&[1_000_000_000_000, 1, 999_999_999_999]);
    (people[0].load, people[1].carry) = (1 << 40, 1 << 52);
    for even in [Even::Dealt, Even::Total] {
        let mut division = open_to_all(people.clone(), 1_700_000_000, even);
        division.classes.push(Class { eligible: Set::of([1, 2]), owner: None, count: 9 });
        let settled = apportion(&division).unwrap();
        assert_consistent(&division, &settled);
        assert_eq!(settled.numbers.iter().sum::<u64>(), 1_700_000_009);
    }
}

/// Quotas, numbers, shares, carries and what is left fit together and keep to the rules.
fn assert_consistent(division: &Division, settled: &Apportionment) {
    let mut totals = vec![0; division.receivers.len()];
    for ((class, quota), left) in division.classes.iter().zip(&settled.quotas).zip(&settled.left) {
        assert!(quota.is_sorted_by(|a, b| a.0 < b.0) && quota.iter().all(|(_, rows)| *rows > 0));
        assert!(quota.iter().all(|(receiver, _)| class.eligible.contains(*receiver)));
        assert_eq!(quota.iter().map(|(_, rows)| rows).sum::<u64>() + left, class.count);
        quota.iter().for_each(|(receiver, rows)| totals[*receiver as usize] += rows);
    }
    assert_eq!(totals, settled.numbers);
    assert_eq!(settled.placed, totals.iter().sum::<u64>());
    assert_eq!(settled.shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(settled.placed) * i128::from(UNIT));
    for (at, receiver) in division.receivers.iter().enumerate() {
        assert!(receiver.most.is_none_or(|most| settled.numbers[at] <= most));
        let moved = i128::from(receiver.carry) + i128::from(settled.numbers[at]) * i128::from(UNIT) - i128::from(settled.shares[at]);
        let expected = if settled.could_take[at] { moved } else { i128::from(receiver.carry) };
        assert_eq!(i128::from(settled.carry[at]), expected);
    }
}

/// The answer by definition: shares in units, numbers and stays.
fn by_definition(division: &Division) -> (Vec<i64>, Vec<u64>, u64) {
    let people = division.receivers.len();
    // Every way to place rows, as the numbers that come of it, with the most stays.
    let mut ways: HashMap<Vec<u64>, u64> = HashMap::from([(vec![0; people], 0)]);
    for class in &division.classes {
        let mut after = HashMap::new();
        for (numbers, stays) in &ways {
            spread_class(division, class, 0, class.count, numbers.clone(), *stays, &mut after);
        }
        ways = after;
    }
    let rank = |group: usize| ways.keys().map(|x| (0..people).filter(|i| group >> i & 1 == 1).map(|i| x[i]).sum::<u64>()).max().unwrap();
    let placed = rank((1 << people) - 1);

    // Fujishige's monotone algorithm on all subsets: the lowest level there is, for the most receivers that
    // have it, then the same with these out of the way.
    let load = |group: usize| {
        (0..people).filter(|i| group >> i & 1 == 1 && division.even == Even::Total).map(|i| division.receivers[i].load).sum::<u64>()
    };
    let weight = |group: usize| (0..people).filter(|i| group >> i & 1 == 1).map(|i| division.receivers[i].weight).sum::<u64>();
    let height = |group: usize| i128::from(rank(group) + load(group));
    let mut shares = vec![(0_i128, 1_i128); people];
    let mut done = 0_usize;
    while done + 1 < 1 << people {
        let level = |group: usize| (height(group) - height(done), i128::from(weight(group & !done)));
        let more = (0..1_usize << people).filter(|group| group & done == done && *group != done);
        let best = more.min_by(|a, b| {
            let (a_level, b_level) = (level(*a), level(*b));
            (a_level.0 * b_level.1).cmp(&(b_level.0 * a_level.1)).then(b.count_ones().cmp(&a.count_ones()))
        });
        let group = best.unwrap();
        let (top, bottom) = level(group);
        for (i, share) in shares.iter_mut().enumerate().filter(|(i, _)| (group & !done) >> i & 1 == 1) {
            *share = (top * i128::from(weight(1 << i)) - i128::from(load(1 << i)) * bottom, bottom);
        }
        done = group;
    }
    let unit = i128::from(UNIT);
    let mut units: Vec<i128> = shares.iter().map(|(top, bottom)| (top * unit).div_euclid(*bottom)).collect();
    let missing = i128::from(placed) * unit - units.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..people).collect();
    let rest = |i: usize| ((shares[i].0 * unit).rem_euclid(shares[i].1), shares[i].1);
    order.sort_by(|a, b| (rest(*b).0 * rest(*a).1).cmp(&(rest(*a).0 * rest(*b).1)));
    order.iter().take(missing as usize).for_each(|i| units[*i] += 1);

    // How far a number is from the exact share, with the carry or without, squared: in parts that are common to all.
    let common = |i: usize| (0..people).filter(|j| *j != i).fold(Wide::from(1), |product, j| product * Wide::from(shares[j].1));
    let squared = |i: usize, number: u64, carry: i64| {
        let (top, bottom) = shares[i];
        let carried = Wide::from(i128::from(carry)) * Wide::from(bottom);
        let off = (carried + Wide::from((i128::from(number) * bottom - top) * unit)) * common(i);
        off * off
    };
    let offs = |carries: i64| -> Vec<Vec<Wide>> {
        let of = |i: usize| (0..=rank(1 << i)).map(move |number| (i, number));
        (0..people).map(|i| of(i).map(|(i, number)| squared(i, number, carries * division.receivers[i].carry)).collect()).collect()
    };
    let (plain, carrying) = (offs(0), offs(1));
    let off = |x: &[u64], table: &[Vec<Wide>]| -> Wide {
        (0..people).filter(|i| rank(1 << i) > 0).fold(Wide::from(0), |sum, i| sum + table[i][x[i] as usize])
    };
    let worth = |x: &[u64]| match division.even {
        Even::Dealt => (off(x, &carrying), Wide::from(0)),
        Even::Total => (off(x, &plain), off(x, &carrying)),
    };
    let full = ways.iter().filter(|(x, _)| x.iter().sum::<u64>() == placed);
    let best = full.min_by_key(|(x, stays)| (worth(x), u64::MAX - **stays, std::cmp::Reverse((*x).clone()))).unwrap();
    (units.into_iter().map(|units| units as i64).collect(), best.0.clone(), *best.1)
}

/// All ways to place the rows of a class with receivers from `from` on.
fn spread_class(division: &Division, class: &Class, from: u32, rows: u64, numbers: Vec<u64>, stays: u64, out: &mut HashMap<Vec<u64>, u64>) {
    let at = from as usize;
    if at == division.receivers.len() {
        let known = out.entry(numbers).or_insert(stays);
        *known = stays.max(*known);
        return;
    }
    let room = division.receivers[at].most.map_or(u64::MAX, |most| most - numbers[at]);
    for given in 0..=if class.eligible.contains(from) { rows.min(room) } else { 0 } {
        let mut numbers = numbers.clone();
        numbers[at] += given;
        let stay = if class.owner == Some(from) && division.keep == Keep::Yes { given } else { 0 };
        spread_class(division, class, from + 1, rows - given, numbers, stays + stay, out);
    }
}

fn small_division(dice: &mut Dice) -> Division {
    let people = 1 + dice.roll(4) as u32;
    let calm = dice.roll(3) == 0;
    let carry_range = [1, 3, 40][dice.roll(3) as usize];
    let weights = [1, 2, 5, 60, 1 << 40, 1 << 57][dice.roll(6) as usize];
    // Equals beside one with another weight: shares tie, and their denominator does not divide a unit.
    let odd = [7 * 11 * 13 * 29, 29, 31, 37, 1 << 35][dice.roll(5) as usize] - u64::from(people - 1);
    let tied = dice.roll(3) == 0;
    let receivers = (0..people)
        .map(|at| Receiver {
            weight: if tied { if at + 1 == people { odd } else { 1 } } else { 1 + dice.roll(weights) },
            most: (dice.roll(4) == 0).then(|| dice.roll(6)),
            load: if calm { 0 } else { dice.roll(7) },
            carry: (dice.roll(2 * carry_range - 1) as i64 + 1 - carry_range as i64) * UNIT / [1, 2, 3, 7][dice.roll(4) as usize],
        })
        .collect();
    let classes = (0..dice.roll(5))
        .map(|_| Class {
            eligible: Set::from(vec![1 + dice.roll((1 << people) - 1)]),
            owner: (dice.roll(3) > 0).then(|| dice.roll(u64::from(people)) as u32),
            count: dice.roll(6),
        })
        .collect();
    let even = if dice.roll(2) == 0 { Even::Dealt } else { Even::Total };
    let keep = if dice.roll(3) == 0 { Keep::No } else { Keep::Yes };
    Division { receivers, classes, even, keep }
}

fn agrees_with_the_definition(division: &Division) {
    let settled = apportion(division).unwrap();
    let expected = by_definition(division);
    assert_eq!((settled.shares.clone(), settled.numbers.clone(), settled.stays), expected, "{division:?}");
    assert_consistent(division, &settled);
}

#[test]
fn small_divisions_are_as_defined() {
    let mut dice = Dice(1);
    for _ in 0..4000 {
        agrees_with_the_definition(&small_division(&mut dice));
    }
}

proptest! {
    #[test]
    fn any_small_division_is_as_defined(seed in any::<u64>()) {
        agrees_with_the_definition(&small_division(&mut Dice(seed)));
    }
}

#[test]
fn the_spread_is_measured_against_weights() {
    let receiver = |weight| Receiver { weight, most: None, load: 0, carry: 0 };
    let settled = |weights: &[u64], rows| {
        let classes = vec![Class { eligible: Set::first(weights.len()), owner: None, count: rows }];
        let receivers = weights.iter().map(|weight| receiver(*weight)).collect();
        apportion(&Division { receivers, classes, even: Even::Dealt, keep: Keep::No }).unwrap()
    };
    // 20 and 10 are what 2 and 1 are to have: nobody is off. The numbers alone would say 10.
    assert_eq!((settled(&[2, 1], 30).numbers, settled(&[2, 1], 30).spread), (vec![20, 10], 0));
    // 7 of 6.67 and 3 of 3.33: two thirds of a lead apart.
    assert_eq!((settled(&[2, 1], 10).numbers, settled(&[2, 1], 10).spread), (vec![7, 3], 1));
    assert_eq!(settled(&[1, 1, 1], 10).spread, 1);
    assert_eq!(settled(&[3], 10).spread, 0);
}
