use proptest::prelude::*;

use super::{Options, oracle};
use crate::rotate::tests::{Group, calls, plain, run};
use crate::rotate::{Member, Method, Recency, Stamp};

const LONGEST_WAITING: Method = Method::LeastRecent(Options { manual_counts: true });

#[test]
fn scenario_33_an_assignment_by_hand_moves_to_the_back() {
    let mut group = Group::new(LONGEST_WAITING, plain(&[1, 2, 3]));
    assert_eq!(group.many(&[1, 2, 3], 3), [1, 2, 3]);
    group.world.assign(Member(1));
    assert_eq!(group.many(&[1, 2, 3], 3), [2, 3, 1]);
    assert!(LONGEST_WAITING.counts_manual());
    assert!(!Method::LeastRecent(Options { manual_counts: false }).counts_manual());
    assert!(!Method::Weighted.counts_manual());
}

#[test]
fn scenario_34_the_never_served_come_first() {
    let mut group = Group::new(LONGEST_WAITING, plain(&[1, 2, 3]));
    group.world.recency = Recency::new(vec![None, Some(Stamp { ms: i64::MIN, tick: 0 }), None, Some(Stamp { ms: 5, tick: 0 })]);
    assert_eq!(group.many(&[1, 2, 3], 4), [2, 1, 3, 2]);
}

#[test]
fn scenario_111_all_equal_at_one_instant() {
    let mut group = Group::new(LONGEST_WAITING, plain(&[1, 2, 3]));
    assert_eq!(group.many(&[1, 2, 3], 3), [1, 2, 3]);
    // Another group of the same people: who waited longest is the same for both.
    let mut second = Group::new(LONGEST_WAITING, plain(&[1, 2, 3]));
    second.world = group.world.clone();
    assert_eq!(second.many(&[1, 2, 3], 4), [1, 2, 3, 1]);
    // Where nobody was served yet, its own order decides.
    let mut third = Group::new(LONGEST_WAITING, plain(&[3, 1, 2]));
    assert_eq!(third.many(&[1, 2, 3], 4), [3, 1, 2, 3]);
}

#[test]
fn who_comes_back_is_served_once_and_not_flooded() {
    let mut group = Group::new(LONGEST_WAITING, plain(&[1, 2, 3]));
    group.many(&[1, 3], 100);
    assert_eq!(group.many(&[1, 2, 3], 6), [2, 1, 3, 2, 1, 3]);
}

proptest! {
    #[test]
    fn turns_are_those_of_the_oracle(calls in calls()) {
        run(&calls, |_| LONGEST_WAITING, |call, world, eligible| oracle::pick(&call.members(), eligible, &world.history))?;
    }
}
