use proptest::prelude::*;

use super::oracle::FewestInPeriod;
use super::{Baseline, Options};
use crate::rotate::tests::{Group, calls, count, plain, run};
use crate::rotate::{Member, Memory, Method, Rotation};

fn by(baseline: Baseline) -> Method {
    Method::FewestInPeriod(Options { baseline })
}

fn counts(memory: &Memory) -> Vec<u64> {
    match memory {
        Memory::FewestInPeriod(memory) => memory.counts.iter().map(|entry| entry.count).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_joiner_starts_at_the_floor_of_the_group() {
    for (baseline, start) in [(Baseline::Minimum, 2), (Baseline::Average, 3), (Baseline::Zero, 0)] {
        let mut group = Group::new(by(baseline), plain(&[1, 2]));
        group.many(&[1], 5);
        group.many(&[2], 2);
        group.seats = plain(&[1, 2, 3, 4]);
        group.one(&[]);
        assert_eq!(counts(&group.memory), [5, 2, start, start], "{baseline:?}");
    }
}

#[test]
fn a_joiner_at_the_minimum_takes_turns_with_the_others() {
    let mut group = Group::new(by(Baseline::Minimum), plain(&[1, 2]));
    group.many(&[1, 2], 20);
    group.seats = plain(&[1, 2, 3]);
    let served = group.many(&[1, 2, 3], 6);
    assert_eq!([1, 2, 3].map(|member| count(&served, member)), [2, 2, 2]);
    assert!(served.windows(2).all(|pair| pair[0] != pair[1]), "{served:?}");
}

#[test]
fn a_new_period_starts_all_at_zero_and_with_who_waited_longest() {
    let mut group = Group::new(by(Baseline::Minimum), plain(&[1, 2, 3]));
    assert_eq!(group.many(&[1, 2, 3], 4), [1, 2, 3, 1]);
    group.world.period = 1;
    group.seats = plain(&[1, 2, 3, 4]);
    assert_eq!(group.many(&[1, 2, 3, 4], 1), [4]);
    assert_eq!(counts(&group.memory), [0, 0, 0, 1]);
    assert_eq!(group.many(&[1, 2, 3, 4], 4), [2, 3, 1, 4]);
}

#[test]
fn other_automatic_assignments_are_counted() {
    let seats = plain(&[1, 2]);
    let mut rotation = Rotation::new(by(Baseline::Minimum), &seats, &Memory::None);
    rotation.count(Member(1), 0);
    rotation.count(Member(9), 0);
    assert_eq!(counts(&rotation.memory()), [1, 0]);
    assert_ne!(&rotation.memory(), rotation.given());
    rotation.count(Member(2), 7);
    assert_eq!(counts(&rotation.memory()), [0, 1]);
}

proptest! {
    #[test]
    fn turns_are_those_of_the_oracle(calls in calls()) {
        let options = |variant: usize| Options { baseline: [Baseline::Minimum, Baseline::Average, Baseline::Zero][variant % 3] };
        let mut oracle = FewestInPeriod::default();
        run(&calls, |call| Method::FewestInPeriod(options(call.variant)), |call, world, eligible| {
            if eligible.is_empty() {
                oracle.enter(options(call.variant), &call.members());
            }
            oracle.pick(&call.members(), eligible, &world.history, world.period)
        })?;
    }

    /// While the members are the same and eligible, counts differ by at most one; whoever joins at the minimum changes nothing in that.
    #[test]
    fn counts_stay_within_one(size in 1_u32..6, before in 0_usize..40, after in 0_usize..40) {
        let mut members: Vec<u32> = (0..size).collect();
        let mut group = Group::new(by(Baseline::Minimum), plain(&members));
        group.many(&members, before);
        members.push(100);
        group.seats = plain(&members);
        for _ in 0..after {
            group.one(&members);
            let counts = counts(&group.memory);
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
        }
    }
}
