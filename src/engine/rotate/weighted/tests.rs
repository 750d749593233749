use proptest::prelude::*;

use super::oracle::Weighted;
use crate::rotate::tests::{Group, calls, count, run};
use crate::rotate::{Member, Memory, Method, Seat};
use crate::split::{Class, Division, Even, Keep, Receiver, Set, UNIT, apportion};

const ONE: u64 = 1_000_000;

fn seats(weights: &[u64]) -> Vec<Seat> {
    (0..).zip(weights).map(|(member, weight)| Seat { weight: *weight, ..Seat::new(Member(member)) }).collect()
}

fn people(weights: &[u64]) -> Vec<u32> {
    (0..).zip(weights).map(|(member, _)| member).collect()
}

fn served(weights: &[u64], leads: usize) -> Vec<u32> {
    Group::new(Method::Weighted, seats(weights)).many(&people(weights), leads)
}

fn credits(group: &Group) -> Vec<i64> {
    match &group.memory {
        Memory::Weighted(memory) => memory.credits.iter().map(|entry| entry.credit).collect(),
        other => panic!("{other:?}"),
    }
}

/// The split of one lead at a time among these weights: of all ways to place it, the one nearest to the exact shares, carry included, then
/// the first receiver. In units of 1 / (sum of weights) of a lead, so that shares are whole.
struct Split {
    carry: Vec<i128>,
}

impl Split {
    fn one(&mut self, weights: &[u64]) -> usize {
        let lead = weights.iter().map(|weight| i128::from(*weight)).sum::<i128>();
        let after = |to: usize| -> Vec<i128> {
            let placed = |at: usize| if at == to { lead } else { 0 };
            self.carry.iter().zip(weights).enumerate().map(|(at, (carry, share))| carry + placed(at) - i128::from(*share)).collect()
        };
        let off = |to: usize| after(to).iter().map(|off| off * off).sum::<i128>();
        let to = (0..weights.len()).min_by_key(|to| off(*to)).unwrap();
        self.carry = after(to);
        to
    }
}

#[test]
fn scenarios_23_and_26_in_proportion() {
    let five = served(&[1, 2], 5);
    assert_eq!((count(&five, 0), count(&five, 1)), (2, 3));
    let forty = served(&[3 * ONE, ONE], 40);
    assert_eq!((count(&forty, 0), count(&forty, 1)), (30, 10));
    assert_eq!(served(&[5, 1, 1], 7), [0, 0, 1, 0, 2, 0, 0]);
}

#[test]
fn scenario_110_a_joiner_is_not_flooded() {
    for (weight, leads, wanted) in [(1, 6, [2, 2, 2]), (2, 8, [2, 2, 4])] {
        let mut group = Group::new(Method::Weighted, seats(&[1, 1]));
        let first = group.many(&[0, 1], 20);
        assert_eq!((count(&first, 0), count(&first, 1)), (10, 10));
        group.seats = seats(&[1, 1, weight]);
        let after = group.many(&[0, 1, 2], leads);
        assert_eq!([0, 1, 2].map(|member| count(&after, member)), wanted);
        assert!(after.windows(2).all(|pair| pair != [2, 2]) || weight == 2, "{after:?}");
    }
}

#[test]
fn the_ineligible_neither_gain_nor_pay_and_weight_0_is_never_served() {
    let mut group = Group::new(Method::Weighted, seats(&[2, 1, 0]));
    assert_eq!(group.many(&[0, 1, 2], 1), [0]);
    assert_eq!(credits(&group), [-1, 1, 0]);
    assert_eq!(group.many(&[0], 100), [0; 100]);
    assert_eq!(credits(&group), [-1, 1, 0]);
    assert_eq!(group.many(&[2], 3), [0_u32; 0]);
    assert_eq!(group.many(&[0, 1, 2], 2), [1, 0]);
    assert_eq!(credits(&group), [0, 0, 0]);
}

#[test]
fn a_changed_weight_keeps_the_credit_and_a_leaver_loses_it() {
    let mut group = Group::new(Method::Weighted, seats(&[3, 2]));
    group.many(&[0, 1], 1);
    assert_eq!(credits(&group), [-2, 2]);
    group.seats = seats(&[1, 4]);
    assert_eq!(group.one(&[]), None);
    assert_eq!(credits(&group), [-2, 2]);
    assert_eq!(group.many(&[0, 1], 1), [1]);
    assert_eq!(credits(&group), [-1, 1]);
    group.seats = seats(&[1]);
    group.one(&[]);
    group.seats = seats(&[1, 4]);
    group.one(&[]);
    assert_eq!(credits(&group), [-1, 0]);
}

#[test]
fn a_member_may_be_more_than_a_lead_behind() {
    let weights = [1, 3, 3, 10, 1, 10];
    let all = served(&weights, 28);
    let mut most = 0;
    for leads in 1..=28 {
        for (member, weight) in (0..).zip(weights) {
            most = most.max(leads as i64 * weight as i64 - 28 * count(&all[..leads], member) as i64);
        }
    }
    assert_eq!(most, 30, "in 28ths of a lead: 1.07 leads");
}

/// A multiple of 1, 2, …, 8.
const HARMONIC: i128 = 840;

fn harmonic(members: usize) -> i128 {
    (1..=i128::try_from(members).unwrap()).map(|n| HARMONIC / n).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn turns_are_those_of_the_oracle(calls in calls()) {
        let mut oracle = Weighted::default();
        run(&calls, |_| Method::Weighted, |call, _, eligible| {
            let members: Vec<(Member, u64)> = call.seats.iter().map(|seat| (seat.member, seat.weight)).collect();
            oracle.pick(&members, eligible)
        })?;
    }

    #[test]
    fn it_is_the_split_of_one_lead_at_a_time(
        weights in prop::collection::vec(prop_oneof![1_u64..12, 1_u64..=1_000_000_000_000], 1..9),
        eligible in any::<u8>(),
        leads in 1_usize..120,
    ) {
        let there: Vec<usize> = (0..weights.len()).filter(|at| eligible >> at & 1 == 1).collect();
        prop_assume!(!there.is_empty());
        let theirs: Vec<u64> = there.iter().map(|at| weights[*at]).collect();
        let (mut split, members) = (Split { carry: vec![0; theirs.len()] }, there.iter().map(|at| *at as u32).collect::<Vec<_>>());
        let wanted: Vec<u32> = (0..leads).map(|_| members[split.one(&theirs)]).collect();
        prop_assert_eq!(Group::new(Method::Weighted, seats(&weights)).many(&members, leads), wanted);
    }

    /// The same against the split itself, where a lead can be cut into shares without rounding.
    #[test]
    fn it_is_what_the_split_gives(weights in prop::collection::vec(1_u64..9, 1..6), leads in 1_usize..60) {
        let sum: u64 = weights.iter().sum();
        prop_assume!(UNIT.unsigned_abs().is_multiple_of(sum));
        let receivers: Vec<Receiver> = weights.iter().map(|weight| Receiver { weight: *weight, most: None, load: 0, carry: 0 }).collect();
        let classes = vec![Class { eligible: Set::first(weights.len()), owner: None, count: 1 }];
        let mut division = Division { receivers, classes, even: Even::Dealt, keep: Keep::No };
        let mut group = Group::new(Method::Weighted, seats(&weights));
        for _ in 0..leads {
            let split = apportion(&division).unwrap();
            division.receivers.iter_mut().zip(&split.carry).for_each(|(receiver, carry)| receiver.carry = *carry);
            let wanted = split.numbers.iter().position(|number| *number == 1).unwrap();
            prop_assert_eq!(group.one(&people(&weights)), Some(wanted as u32));
        }
    }

    /// Less than a lead ahead, at most H(k) behind, at each lead, while all are eligible.
    #[test]
    fn nobody_is_far_from_the_exact_share(weights in prop::collection::vec(prop_oneof![1_u64..12, 1_u64..=1_000_000_000_000], 1..9)) {
        let (mut group, sum) = (Group::new(Method::Weighted, seats(&weights)), weights.iter().map(|weight| i128::from(*weight)).sum::<i128>());
        let (all, mut counts) = (people(&weights), vec![0_i128; weights.len()]);
        for leads in 1..=150_i128 {
            counts[group.one(&all).unwrap() as usize] += 1;
            for (weight, count) in weights.iter().zip(&counts) {
                let ahead = count * sum - leads * i128::from(*weight);
                prop_assert!(ahead < sum, "{} leads: {:?}", leads, counts);
                prop_assert!(-ahead * HARMONIC <= harmonic(weights.len()) * sum, "{} leads: {:?}", leads, counts);
            }
        }
    }

    /// Whoever comes back gets no more than anybody of that weight who was there, but for what was due before: two leads at most.
    #[test]
    fn nobody_is_flooded_on_return(before in 0_usize..30, away in 0_usize..200, size in 2_u32..7, absent in 0_u32..7, after in 0_usize..60) {
        let all: Vec<u32> = (0..size).collect();
        let others: Vec<u32> = all.iter().copied().filter(|member| *member != absent % size).collect();
        let mut group = Group::new(Method::Weighted, seats(&vec![1; size as usize]));
        group.many(&all, before);
        group.many(&others, away);
        let served = group.many(&all, after);
        let counts: Vec<usize> = all.iter().map(|member| count(&served, *member)).collect();
        prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 2, "{:?}", served);
    }
}
