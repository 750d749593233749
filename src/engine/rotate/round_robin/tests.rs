use proptest::prelude::*;

use super::oracle::RoundRobin;
use super::{AbsentTurn, Joiners, Options};
use crate::rotate::tests::{Group, calls, count, plain, run};
use crate::rotate::{Memory, Method};

fn group(options: Options, members: &[u32]) -> Group {
    Group::new(Method::RoundRobin(options), plain(members))
}

fn absent(absent_turn: AbsentTurn) -> Options {
    Options { absent_turn, ..Options::default() }
}

fn options_of(variant: usize) -> Options {
    Options {
        per_round: [1, 1, 2, 3][variant % 4],
        joiners: [Joiners::NextRound, Joiners::Now, Joiners::Reset, Joiners::NextRound][variant / 4 % 4],
        absent_turn: [AbsentTurn::Forfeit, AbsentTurn::Hold, AbsentTurn::Credit, AbsentTurn::Credit][variant / 16 % 4],
    }
}

const A: u32 = 1;
const B: u32 = 2;
const C: u32 = 3;
const D: u32 = 4;

#[test]
fn scenarios_1_2_and_9_one_after_the_other_also_when_all_else_is_forgotten() {
    let mut three = group(Options::default(), &[A, B, C]);
    assert_eq!(three.many(&[A, B, C], 6), [A, B, C, A, B, C]);
    assert_eq!(three.many(&[A, B, C], 2), [A, B]);
    three.world = Default::default();
    assert_eq!(three.many(&[A, B, C], 2), [C, A]);
    assert_eq!(group(Options::default(), &[A, B]).many(&[A, B], 4), [A, B, A, B]);
}

#[test]
fn scenario_12_a_leaver_leaves_the_round() {
    let mut three = group(Options::default(), &[A, B, C]);
    assert_eq!(three.one(&[A, B, C]), Some(A));
    three.seats = plain(&[B, C]);
    assert_eq!(three.many(&[B, C], 3), [B, C, B]);
    // Who comes back has joined, and waits for the next round.
    three.seats = plain(&[A, B, C]);
    assert_eq!(three.many(&[A, B, C], 4), [C, A, B, C]);
}

#[test]
fn scenario_14_a_joiner_waits_for_the_next_round_at_the_configured_place() {
    for (joiners, wanted) in
        [(Joiners::NextRound, [B, C, A, D, B, C]), (Joiners::Now, [D, B, C, A, D, B]), (Joiners::Reset, [A, D, B, C, A, D])]
    {
        let mut group = group(Options { joiners, ..Options::default() }, &[A, B, C]);
        assert_eq!(group.one(&[A, B, C]), Some(A));
        group.seats = plain(&[A, D, B, C]);
        assert_eq!(group.many(&[A, B, C, D], 6), wanted, "{joiners:?}");
    }
}

#[test]
fn a_joiner_is_served_at_once_where_nobody_else_can_be() {
    let mut two = group(Options::default(), &[A, B]);
    assert_eq!(two.one(&[A, B]), Some(A));
    two.seats = plain(&[A, B, C]);
    assert_eq!(two.one(&[C]), Some(C));
}

#[test]
fn scenario_18_who_pauses_is_passed_over_and_back_at_once() {
    let mut three = group(Options::default(), &[A, B, C]);
    assert_eq!(three.many(&[A, C], 4), [A, C, A, C]);
    assert_eq!(three.one(&[A, B, C]), Some(B));
}

#[test]
fn scenario_112_the_round_is_shared_by_who_is_there() {
    let mut four = group(Options::default(), &[A, B, C, D]);
    let served = four.many(&[A, D], 12);
    assert_eq!((count(&served, A), count(&served, D)), (6, 6));
    assert_eq!(four.one(&[A, D]), Some(A));
    assert_eq!(four.one(&[A, B, D]), Some(B));
}

#[test]
fn a_missed_turn_is_forfeited_held_or_credited() {
    // B misses two rounds, and is back for four.
    let served = |absent_turn| {
        let mut three = group(absent(absent_turn), &[A, B, C]);
        assert_eq!(three.many(&[A, C], 5), [A, C, A, C, A]);
        three.many(&[A, B, C], 12)
    };
    assert_eq!(served(AbsentTurn::Forfeit), [B, C, A, B, C, A, B, C, A, B, C, A]);
    assert_eq!(served(AbsentTurn::Hold), [B, B, C, A, B, C, A, B, C, A, B, C]);
    assert_eq!(served(AbsentTurn::Credit), [B, C, B, A, B, C, B, A, B, C, A, B]);
}

#[test]
fn at_most_one_turn_is_held_and_three_are_credited() {
    for (absent_turn, wanted) in [(AbsentTurn::Hold, 1), (AbsentTurn::Credit, 3)] {
        let mut two = group(absent(absent_turn), &[A, B]);
        two.many(&[A], 50);
        let Memory::RoundRobin(memory) = &two.memory else { panic!("{:?}", two.memory) };
        assert_eq!(memory.roster.iter().map(|turn| turn.owed).collect::<Vec<_>>(), [0, wanted]);
        let served = two.many(&[A, B], 100);
        assert_eq!(count(&served, B) - count(&served, A), usize::from(wanted) + 1, "{served:?}");
    }
}

#[test]
fn laps_make_a_round_for_joiners_and_a_missed_lap_is_not_caught_up() {
    let mut two = group(Options { per_round: 3, ..Options::default() }, &[A, B]);
    assert_eq!(two.many(&[A, B], 3), [A, B, A]);
    two.seats = plain(&[A, B, C]);
    assert_eq!(two.many(&[A, B, C], 6), [B, A, B, A, B, C]);
    let mut five = group(Options { per_round: 5, ..Options::default() }, &[A, B, C]);
    assert_eq!(five.many(&[A, B], 7), [A, B, A, B, A, B, A]);
    assert_eq!(five.many(&[A, B, C], 5), [B, C, A, B, C]);
}

#[test]
fn laps_are_read_at_the_turn() {
    let mut group = group(Options { per_round: 3, ..Options::default() }, &[A, B]);
    assert_eq!(group.many(&[A, B], 3), [A, B, A]);
    group.seats = plain(&[A, B, C]);
    group.method = Method::RoundRobin(Options::default());
    assert_eq!(group.many(&[A, B, C], 3), [A, B, C], "the second lap is past the only one");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn turns_are_those_of_the_oracle(calls in calls()) {
        let mut oracle = RoundRobin::default();
        run(&calls, |call| Method::RoundRobin(options_of(call.variant)), |call, _, eligible| {
            oracle.pick(options_of(call.variant), &call.members(), eligible)
        })?;
    }

    #[test]
    fn turns_are_those_of_the_oracle_where_options_last(calls in calls(), variant in 0_usize..64) {
        let mut oracle = RoundRobin::default();
        let options = options_of(variant);
        run(&calls, |_| Method::RoundRobin(options), |call, _, eligible| oracle.pick(options, &call.members(), eligible))?;
    }

    #[test]
    fn members_who_are_all_eligible_differ_by_at_most_one(size in 1_u32..9, leads in 0_usize..60, variant in 0_usize..64) {
        let members: Vec<u32> = (0..size).collect();
        let served = group(options_of(variant), &members).many(&members, leads);
        let counts: Vec<usize> = members.iter().map(|member| count(&served, *member)).collect();
        prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
    }

    /// By default and with `Now`, everybody whose turn was pending when somebody joined is served before anybody is served twice.
    #[test]
    fn a_joiner_costs_nobody_a_turn(size in 1_u32..8, before in 1_usize..20, place in 0_usize..8, now in any::<bool>()) {
        let joiners = if now { Joiners::Now } else { Joiners::NextRound };
        let mut members: Vec<u32> = (0..size).collect();
        let mut group = group(Options { joiners, ..Options::default() }, &members);
        let served = group.many(&members, before);
        let least = members.iter().map(|member| count(&served, *member)).min().unwrap();
        let mut pending: Vec<u32> = members.iter().copied().filter(|member| count(&served, *member) == least).collect();
        if pending.len() == members.len() {
            pending.clear(); // The round is over.
        }
        members.insert(place.min(members.len()), 100);
        group.seats = plain(&members);
        let after = group.many(&members, pending.len() + usize::from(now));
        for member in &pending {
            prop_assert_eq!(count(&after, *member), 1, "{:?} {:?}", after, pending);
        }
        if !now && !pending.is_empty() {
            prop_assert_eq!(count(&after, 100), 0);
        }
    }

    /// However long somebody was away, from the return on nobody is more than two turns ahead of anybody; with a held or credited turn as
    /// many more as are owed.
    #[test]
    fn nobody_is_flooded_on_return(size in 2_u32..7, away in 0_u32..7, missed in 0_usize..200, leads in 0_usize..60, variant in 0_usize..64) {
        let options = options_of(variant);
        let everybody: Vec<u32> = (0..size).collect();
        let others: Vec<u32> = everybody.iter().copied().filter(|member| *member != away % size).collect();
        let mut group = group(options, &everybody);
        prop_assert_eq!(group.many(&others, missed).len(), missed);
        let served = group.many(&everybody, leads);
        let counts: Vec<usize> = everybody.iter().map(|member| count(&served, *member)).collect();
        let most = 2 + usize::from(options.absent_turn.most_owed());
        prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= most, "{:?}", served);
        let longest = served.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0);
        prop_assert!(longest <= 3, "{:?}", served);
    }
}
