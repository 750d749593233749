//! The rules that no scenario names, and their edges.

use evenhand::offer::{Answer, Blocked, Cause, Effect, Event, Joiners, Outcome, Refusal, Status, resting};
use evenhand::time::Instant;

use super::world::{A, B, C, D, Game, Z, at};

fn words(game: &Game) -> Vec<Effect> {
    game.effects.clone()
}

#[test]
fn every_effect_of_a_sequential_run_in_order() {
    let mut game = Game::sequential(&[A, B], 5);
    game.start(at(0));
    let cursor = game.cursor.clone();
    assert_eq!((cursor.started, cursor.last, cursor.next.as_slice()), (1, Some(A), &[B][..]));
    let opened = |to, until| [Effect::Offered { to, until }, Effect::CapacityTaken(to), Effect::WakeAt(until)];
    assert_eq!(words(&game), [&[Effect::LockSet, Effect::NextStart(cursor)][..], &opened(A, at(5))].concat());
    let ended = |person, outcome, now| [Effect::Answered(Answer { person, outcome, at: now }), Effect::CapacityReleased(person)];
    game.sweep(at(5));
    assert_eq!(words(&game), [&ended(A, Outcome::Expired, at(5))[..], &opened(B, at(10))].concat());
    game.claim(B, at(7)).unwrap();
    let end = [Effect::NextStart(game.cursor.clone()), Effect::Assigned(B), Effect::LockCleared, Effect::Ended(Status::Claimed)];
    assert_eq!(words(&game), [&ended(B, Outcome::Claimed, at(7))[..], &end].concat());
    assert_eq!(game.cursor.last, Some(B));
}

#[test]
fn the_start_moves_with_a_claim_only_if_no_later_run_has_started() {
    let mut game = Game::sequential(&[A, B, C], 5);
    game.start(at(0));
    let first = game.run.take();
    game.locked = false;
    game.start(at(1));
    assert_eq!(game.open().0, [B]);
    let second = std::mem::replace(&mut game.run, first);
    game.endings = 0;
    game.sweep(at(5));
    game.sweep(at(10));
    game.claim(C, at(11)).unwrap();
    assert_eq!(game.cursor.last, Some(B), "the second run started later");
    game.run = second;
    (game.locked, game.endings) = (true, 0);
    game.claim(B, at(3)).unwrap();
    game.start(at(20));
    assert_eq!(game.open().0, [C]);
}

#[test]
fn the_start_outlives_who_leaves() {
    let mut game = Game::sequential(&[A, B, C], 5);
    game.start(at(0));
    game.claim(A, at(1)).unwrap();
    game.world.members = vec![C, D];
    game.start(at(2));
    assert_eq!(game.open().0, [C], "B and A left, C is next");
    game.claim(C, at(3)).unwrap();
    game.world.members = vec![A, C, B];
    game.start(at(4));
    assert_eq!(game.open().0, [B], "after C by today's order");
    game.claim(B, at(5)).unwrap();
    game.start(at(6));
    assert_eq!(game.open().0, [A]);
}

#[test]
fn who_is_passed_over_has_their_turn_when_back_in_the_pass() {
    let mut game = Game::sequential(&[A, B, C], 5);
    game.world.ineligible.insert(A);
    game.start(at(0));
    assert_eq!(game.open().0, [B]);
    game.world.ineligible.clear();
    game.sweep(at(5));
    assert_eq!(game.open().0, [A]);
    game.sweep(at(10));
    assert_eq!(game.open().0, [C]);
    game.sweep(at(15));
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
}

#[test]
fn expiry_excludes_for_this_pass_and_the_next_begins_where_the_run_began() {
    let mut game = Game::sequential(&[A, B, C], 5);
    (game.cursor.last, game.options.passes) = (Some(A), 2);
    game.start(at(0));
    let mut asked = vec![game.open().0[0]];
    for tick in (5..30).step_by(5) {
        game.sweep(at(tick));
        asked.push(game.open().0[0]);
    }
    assert_eq!(asked, [B, C, A, B, C, A]);
    game.sweep(at(30));
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
}

#[test]
fn joiners_wait_for_the_next_pass_or_enter_this_one() {
    for (joiners, order) in [(Joiners::NextPass, vec![A, B, A, D, B]), (Joiners::ThisPass, vec![A, B, D, A, D, B])] {
        let mut game = Game::sequential(&[A, B], 5);
        (game.options.joiners, game.options.passes) = (joiners, 2);
        game.start(at(0));
        game.world.members = vec![A, D, B];
        let mut asked = vec![A];
        for tick in (5..).step_by(5).take(order.len()) {
            game.sweep(at(tick));
            asked.extend(game.open().0);
        }
        assert_eq!(asked, order, "{joiners:?}");
        assert_eq!(game.run().status, Status::Defaulted);
    }
    let mut game = Game::sequential(&[A, B], 5);
    game.options.joiners = Joiners::ThisPass;
    game.start(at(0));
    game.world.members = vec![A, D, B];
    game.sweep(at(5));
    game.sweep(at(10));
    game.claim(D, at(11)).unwrap();
    game.start(at(12));
    assert_eq!(game.open().0, [B], "after D by the group's order");
}

#[test]
fn who_leaves_and_comes_back_waits_for_the_next_pass() {
    let mut game = Game::sequential(&[A, B], 5);
    game.options.passes = 2;
    game.start(at(0));
    game.world.members = vec![B];
    game.sweep(at(1));
    assert_eq!(game.open(), (vec![B], Some(at(6))));
    game.world.members = vec![A, B];
    game.sweep(at(6));
    assert_eq!(game.open().0, [A], "the next pass");
}

#[test]
fn who_rests_is_passed_over_and_has_not_declined() {
    let mut game = Game::sequential(&[A, B], 5);
    (game.options.rest_seconds, game.options.passes) = (7, 2);
    game.world.claims.insert(A, at(0));
    game.start(at(1));
    assert_eq!(game.open().0, [B]);
    game.sweep(Instant(6999));
    assert_eq!(game.open().0, [B], "the second pass: A rests until 7");
    let mut game = Game::sequential(&[A, B], 5);
    game.options.rest_seconds = 7;
    game.world.claims.insert(A, at(0));
    game.start(at(2));
    game.sweep(at(7));
    assert_eq!(game.open().0, [A], "rested in time for this pass");
    assert!(resting(Some(at(0)), 1, Instant(999)) && !resting(Some(at(0)), 1, at(1)) && !resting(Some(at(0)), 0, at(0)));
    assert!(!resting(None, 9, at(0)) && resting(Some(Instant(i64::MAX)), u32::MAX, at(0)));
    // All rest: nobody is asked and the default has it at once.
    let mut game = Game::broadcast(&[A], 5);
    game.options.rest_seconds = 7;
    game.world.claims.insert(A, at(0));
    game.start(at(1));
    assert_eq!((game.end(), game.run().ending.unwrap().cause), ((Status::Defaulted, Some(Z)), Cause::NobodyEligible));
}

#[test]
fn a_broadcast_asks_all_who_are_eligible_at_its_start() {
    let mut game = Game::broadcast(&[A, B, C], 5);
    game.world.ineligible.insert(B);
    game.start(at(0));
    assert_eq!(game.open(), (vec![A, C], Some(at(5))));
    assert!(!game.effects.iter().any(|effect| matches!(effect, Effect::CapacityTaken(_) | Effect::NextStart(_))));
    game.world.ineligible.clear();
    assert_eq!(game.claim(B, at(1)), Err(Refusal::NotOffered));
    game.decline(A, at(1)).unwrap();
    assert_eq!(game.open(), (vec![C], Some(at(5))), "others keep their window");
    assert_eq!(game.claim(A, at(1)), Err(Refusal::NotOffered));
    game.decline(C, at(2)).unwrap();
    assert_eq!((game.end(), game.run().ending.unwrap().cause), ((Status::Defaulted, Some(Z)), Cause::AllDeclined));
}

#[test]
fn a_broadcast_is_reopened_to_those_who_let_it_expire() {
    let mut game = Game::broadcast(&[A, B, C, D], 5);
    game.options.reopen_minutes = Some(2);
    game.start(at(0));
    game.decline(A, at(1)).unwrap();
    game.world.members = vec![A, B, C];
    game.sweep(at(2));
    assert_eq!(game.open(), (vec![B, C], Some(at(5))), "D left");
    game.world.members = vec![A, B, C, D];
    game.world.ineligible.insert(B);
    game.sweep(at(6));
    assert_eq!(game.open(), (vec![C], Some(at(8))), "not A, who declined, nor B, who is not eligible, nor D");
    game.sweep(at(7));
    assert!(game.effects.is_empty());
    game.sweep(at(8));
    assert_eq!((game.end(), game.endings), ((Status::Defaulted, Some(Z)), 1));
    // All declined at once is not reopened.
    let mut game = Game::broadcast(&[A], 5);
    game.options.reopen_minutes = Some(2);
    game.start(at(0));
    game.decline(A, at(1)).unwrap();
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
}

#[test]
fn the_default_assignee_must_be_receivable() {
    for blocked in [Blocked::NoDefault, Blocked::Inactive, Blocked::NotPermitted, Blocked::Paused, Blocked::Absent] {
        let mut game = Game::sequential(&[A], 5);
        game.world.default = Err(blocked);
        game.start(at(0));
        game.sweep(at(5));
        assert_eq!(game.end(), (Status::Exhausted, None));
        let ending = game.run().ending.unwrap();
        assert_eq!((ending.blocked, ending.cause, ending.at), (Some(blocked), Cause::NobodyClaimed, at(5)));
    }
}

#[test]
fn a_run_is_cancelled_with_or_without_a_new_holder() {
    for to in [None, Some(D)] {
        let mut game = Game::sequential(&[A, B], 5);
        game.start(at(0));
        game.apply(Event::Cancel { by: C, to }, at(9)).unwrap();
        assert_eq!(game.end(), (Status::Cancelled, to));
        assert_eq!(game.outcomes(), [(A, Outcome::Revoked)]);
        assert_eq!(game.run().ending.unwrap().cause, Cause::Cancelled(C));
        assert!(game.effects.contains(&Effect::CapacityReleased(A)));
        assert_eq!(game.effects.iter().any(|effect| matches!(effect, Effect::Assigned(_))), to.is_some());
    }
}

#[test]
fn a_limit_of_the_whole_run_cuts_the_first_window_too() {
    let mut game = Game::broadcast(&[A, B], 10);
    (game.options.run_minutes, game.options.reopen_minutes) = (Some(4), Some(5));
    game.start(at(0));
    assert_eq!(game.open(), (vec![A, B], Some(at(4))));
    game.sweep(at(4));
    assert_eq!((game.end(), game.run().ending.unwrap().cause), ((Status::Defaulted, Some(Z)), Cause::TimeUp));
}
