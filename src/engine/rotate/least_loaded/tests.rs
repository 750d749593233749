use proptest::prelude::*;

use super::{Measure, Options, oracle};
use crate::rotate::tests::{Group, calls, count, plain, run};
use crate::rotate::{Loads, Member, Method, Seat};

fn by(measure: Measure) -> Method {
    Method::LeastLoaded(Options { measure })
}

/// Members 0, 1, … with these capacities and open leads.
fn group(measure: Measure, people: &[(Option<u32>, u32)]) -> Group {
    let seats = (0..).zip(people).map(|(member, (capacity, _))| Seat { capacity: *capacity, ..Seat::new(Member(member)) }).collect();
    let mut group = Group::new(by(measure), seats);
    group.world.loads = Loads::new(people.iter().map(|(_, open)| *open).collect());
    group
}

#[test]
fn scenario_36_who_lost_leads_gets_the_next() {
    let mut group = Group::new(by(Measure::Open), plain(&[1, 2, 3]));
    let served = group.many(&[1, 2, 3], 30);
    assert_eq!([1, 2, 3].map(|member| count(&served, member)), [10, 10, 10]);
    (0..5).for_each(|_| group.world.close(Member(1)));
    assert_eq!(group.many(&[1, 2, 3], 5), [1; 5]);
    assert_eq!([1, 2, 3].map(|member| group.world.loads.open(Member(member))), [10, 10, 10]);
}

#[test]
fn scenario_39_no_capacity_is_unlimited() {
    for measure in [Measure::Spare, Measure::SparePercent] {
        let mut group = group(measure, &[(Some(3), 2), (None, 50), (Some(100), 0), (None, 60)]);
        assert_eq!(group.many(&[0, 1, 2, 3], 4), [1, 3, 1, 3], "{measure:?}");
    }
}

#[test]
fn scenario_40_capacity_0_is_excluded() {
    for measure in [Measure::Open, Measure::Spare, Measure::SparePercent] {
        let mut group = group(measure, &[(Some(0), 0), (Some(10), 5)]);
        assert_eq!(group.many(&[0], 1), [0_u32; 0]);
        assert_eq!(group.many(&[0, 1], 2), [1, 1], "{measure:?}");
        assert_eq!(group.world.loads.open(Member(1)), 7);
    }
}

#[test]
fn measures_differ() {
    let people = [(Some(10), 4), (Some(30), 12), (Some(8), 3)];
    let first = |measure| group(measure, &people).one(&[0, 1, 2]);
    assert_eq!([Measure::Open, Measure::Spare, Measure::SparePercent].map(first), [Some(2), Some(1), Some(2)]);
    // 1/3 of 3 and of 9 is the same share, exactly; then who waited longest, then order.
    let mut thirds = group(Measure::SparePercent, &[(Some(9), 6), (Some(3), 2), (Some(1_000_000_000), 666_666_667)]);
    assert_eq!(thirds.many(&[0, 1, 2], 3), [0, 1, 2]);
    // Beyond the capacity, where it is ignored.
    let mut over = group(Measure::Spare, &[(Some(2), 4), (Some(2), 3)]);
    assert_eq!(over.one(&[0, 1]), Some(1));
    let mut widest = group(Measure::SparePercent, &[(Some(u32::MAX), u32::MAX), (Some(u32::MAX - 1), u32::MAX - 2)]);
    assert_eq!(widest.one(&[0, 1]), Some(1));
}

#[test]
fn ties_go_to_who_waited_longest() {
    for measure in [Measure::Open, Measure::Spare, Measure::SparePercent] {
        let mut group = group(measure, &[(None, 0), (None, 0), (None, 0)]);
        let mut served = Vec::new();
        for _ in 0..6 {
            let member = group.one(&[0, 1, 2]).unwrap();
            group.world.close(Member(member));
            served.push(member);
        }
        assert_eq!(served, [0, 1, 2, 0, 1, 2], "{measure:?}");
    }
}

proptest! {
    #[test]
    fn turns_are_those_of_the_oracle(calls in calls()) {
        let options = |variant: usize| Options { measure: [Measure::Open, Measure::Spare, Measure::SparePercent][variant % 3] };
        run(&calls, |call| Method::LeastLoaded(options(call.variant)), |call, world, eligible| {
            oracle::pick(options(call.variant), &call.seats, eligible, &world.open, &world.history)
        })?;
    }
}
