//! A run of many rows against runs of one row each, which know no turn ahead.

use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::rotate::{Memory, Method, Seat, fewest_in_period, least_loaded, least_recent, round_robin};

#[derive(Clone, Debug)]
struct Group {
    method: Method,
    seats: Vec<Seat>,
    ready: PlaceSet,
    watched: bool,
    automatic: bool,
}

/// All that is carried on from run to run.
struct World {
    lanes: Vec<Option<Lane>>,
    recencies: Recencies,
    workload: Workload,
    dealt: Dealt,
}

impl World {
    fn new(groups: &[Group], before: &[(u32, i64)]) -> World {
        let mut recencies = Recencies::default();
        for (member, ms) in before {
            recencies.all.record(Member(*member), *ms);
        }
        let mut lanes = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            recencies.enter(at, &group.seats.iter().map(|seat| seat.member).collect::<Vec<_>>());
            lanes.push(Some(Lane {
                rotation: Rotation::new(group.method, &group.seats, &Memory::None),
                slot: FieldIx(0),
                ready: group.ready.clone(),
                any: PlaceSet::all(group.seats.len()),
                some: Vec::new(),
                holders: Vec::new(),
                watched: if group.watched { PlaceSet::all(3) } else { PlaceSet::default() },
                open: true,
                counts: false,
                automatic: group.automatic,
                period: 0,
                used: false,
                ahead: Ahead::default(),
            }));
        }
        World { lanes, recencies, workload: Workload::default(), dealt: Dealt::default() }
    }

    /// Deals rows, of which `rules` says the lane; whoever is watched, and a row that nobody may have, ends a run. Gives back how many runs it took.
    fn deal(&mut self, rules: &[u32], at_once: usize, now: Option<i64>) -> usize {
        let table = Snapshot::empty(Rc::new(crate::filter::sample::schema()), FieldIx(u32::MAX));
        let (rows, lanes): (Vec<u32>, Vec<u32>) = ((0..rules.len() as u32).collect(), (0..self.lanes.len() as u32).collect());
        let (mut at, mut runs) = (0, 0);
        while at < rows.len() {
            let rows = &rows[at..rows.len().min(at + at_once)];
            let before = self.dealt.turns.len();
            let run = Run { rows, rules, lanes: &lanes, table: &table, now, open: None };
            let ended = deal(&run, &mut self.lanes, &mut self.recencies, &mut self.workload, &mut self.dealt);
            let count = self.dealt.turns.len() - before;
            // A row for which there is nobody is passed over.
            at += if count < rows.len() && !ended { count + 1 } else { count };
            runs += 1;
        }
        runs
    }
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let method = prop_oneof![
        3 => (1u32..4, 0u8..3).prop_map(|(per_round, absent)| {
            let absent_turn = [round_robin::AbsentTurn::Forfeit, round_robin::AbsentTurn::Hold, round_robin::AbsentTurn::Credit][absent as usize];
            Method::RoundRobin(round_robin::Options { per_round, absent_turn, ..Default::default() })
        }),
        3 => Just(Method::Weighted),
        3 => any::<bool>().prop_map(|manual_counts| Method::LeastRecent(least_recent::Options { manual_counts })),
        1 => Just(Method::LeastLoaded(least_loaded::Options::default())),
        1 => Just(Method::FewestInPeriod(fewest_in_period::Options::default())),
    ];
    let group = (method, 1u32..5, any::<u64>(), any::<u64>(), any::<bool>(), 0u8..6);
    prop::collection::vec(group, 1..4).prop_map(|list| {
        let mut first = 0;
        let group = |(method, count, mix, ready, shares, watched): (Method, u32, u64, u64, bool, u8)| {
            // Mostly people of their own, sometimes also one of the group before.
            let from = if shares { first } else { first.max(1) - 1 };
            first = from + count;
            let weight = |member: u32| [0, 1, 1, 2, 3, 5, 1, 2][(mix >> (member % 20 * 3)) as usize % 8];
            let seats: Vec<Seat> = (from..first).map(|member| Seat { weight: weight(member), ..Seat::new(Member(member)) }).collect();
            let automatic = method == Method::LeastRecent(least_recent::Options { manual_counts: false });
            Group { method, seats, ready: PlaceSet::from_words(vec![ready | mix]), watched: watched == 0, automatic }
        };
        list.into_iter().map(group).collect()
    })
}

proptest! {
    #[test]
    fn a_run_deals_what_runs_of_one_row_deal(
        groups in groups(),
        before in prop::collection::vec((0u32..12, 0i64..9), 0..12),
        rules in prop::collection::vec(0u32..3, 0..120),
        at_once in prop_oneof![Just(usize::MAX / 2), 1usize..40],
        stamped: bool,
    ) {
        let rules: Vec<u32> = rules.into_iter().map(|rule| rule % groups.len() as u32).collect();
        let recent = groups.iter().any(|group| matches!(group.method, Method::LeastRecent(_) | Method::LeastLoaded(_)));
        let now = (stamped || recent).then_some(4);
        let (mut ours, mut naive) = (World::new(&groups, &before), World::new(&groups, &before));
        ours.deal(&rules, at_once, now);
        naive.deal(&rules, 1, now);
        prop_assert_eq!(&ours.dealt.turns, &naive.dealt.turns);
        prop_assert_eq!(&ours.dealt.served, &naive.dealt.served);
        for (ours, naive) in ours.lanes.iter().flatten().zip(naive.lanes.iter().flatten()) {
            prop_assert_eq!(ours.rotation.memory(), naive.rotation.memory());
            prop_assert_eq!(ours.used, naive.used);
        }
        for member in (0..16).map(Member) {
            prop_assert_eq!(ours.recencies.all.last(member), naive.recencies.all.last(member));
            prop_assert_eq!(ours.recencies.automatic.last(member), naive.recencies.automatic.last(member));
        }
        prop_assert_eq!(ours.recencies.latest, naive.recencies.latest);
    }
}

/// Two groups of people of their own and many rows: their cycles are found, also after turns from which nothing comes round again.
#[test]
fn cycles_are_found() {
    let seats = |from: u32, weights: &[u64]| -> Vec<Seat> {
        (from..).zip(weights).map(|(member, weight)| Seat { weight: *weight, ..Seat::new(Member(member)) }).collect()
    };
    for method in [
        Method::RoundRobin(round_robin::Options::default()),
        Method::RoundRobin(round_robin::Options { per_round: 3, absent_turn: round_robin::AbsentTurn::Credit, ..Default::default() }),
        Method::Weighted,
        Method::LeastRecent(least_recent::Options::default()),
    ] {
        let group = |seats: Vec<Seat>| Group { method, ready: PlaceSet::from_words(vec![0b1011]), seats, watched: false, automatic: false };
        let mut world = World::new(&[group(seats(0, &[1, 2, 3, 5])), group(seats(4, &[4, 4, 1]))], &[(2, 9), (5, 9)]);
        let rules: Vec<u32> = (0..300).map(|row| u32::from(row % 5 > 2)).collect();
        assert_eq!(world.deal(&rules, usize::MAX / 2, Some(4)), 1);
        let looked: Vec<u32> = world.lanes.iter().flatten().map(|lane| lane.ahead.turns).collect();
        assert!(looked.iter().all(|turns| *turns < 50), "{method:?} took {looked:?} turns by itself");
    }
}

#[test]
fn numbers_follow_the_order_in_which_values_come_first() {
    let turn = |receiver: u32, rule: u32| Turn { receiver, rule, group: NONE };
    let dealt = Dealt { turns: vec![turn(7, NONE), turn(NO_RECEIVER, 3), turn(2, 3), turn(7, 0), turn(NONE, 5)], ..Dealt::default() };
    assert_eq!(dealt.receivers(), (vec![7, 2], vec![0, NO_RECEIVER, 1, 0, NONE]));
    assert_eq!(dealt.rules(), (vec![3, 0, 5], vec![NONE, 0, 0, 1, 2]));
}
