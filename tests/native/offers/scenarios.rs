//! What hosts and vendors describe, case by case.

use evenhand::offer::{Cause, Effect, Outcome, Person, Refusal, Status};
use evenhand::time::Instant;

use super::world::{A, B, C, D, Game, Z, at};

#[test]
fn after_a_claim_the_next_lead_starts_behind_the_claimant() {
    let mut game = Game::sequential(&[A, B, C, D], 5);
    game.start(at(0));
    game.sweep(at(5));
    game.claim(B, at(6)).unwrap();
    game.start(at(10));
    assert_eq!(game.open().0, [C]);
}

#[test]
fn nobody_in_a_full_pass_is_the_default_assignee() {
    let mut game = Game::sequential(&[A, B, C, D], 5);
    game.start(at(0));
    for tick in [5, 10, 15, 20] {
        game.sweep(at(tick));
    }
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
    assert_eq!(game.run().ending.unwrap().cause, Cause::NobodyClaimed);
    assert_eq!(game.outcomes(), [A, B, C, D].map(|person| (person, Outcome::Expired)));
}

#[test]
fn five_minutes_to_the_second() {
    let ten = Instant(10 * 3_600_000);
    let mut game = Game::sequential(&[A, B], 300);
    game.start(ten);
    let mut late = Game::sequential(&[A, B], 300);
    late.start(ten);
    game.claim(A, Instant(ten.0 + 299_000)).unwrap();
    assert_eq!(game.end(), (Status::Claimed, Some(A)));
    assert_eq!(late.claim(A, Instant(ten.0 + 300_000)), Err(Refusal::OfferExpired));
    late.sweep(Instant(ten.0 + 300_000));
    assert_eq!(late.open().0, [B]);
    assert_eq!(late.claim(A, Instant(ten.0 + 300_001)), Err(Refusal::OfferExpired), "as before the sweep");
}

#[test]
fn the_second_to_claim_is_told() {
    let mut game = Game::broadcast(&[A, B], 5);
    game.start(at(0));
    game.claim(A, at(1)).unwrap();
    assert_eq!(game.claim(B, at(1)), Err(Refusal::AlreadyClaimed));
    assert_eq!(game.end(), (Status::Claimed, Some(A)));
    game.claim(A, at(2)).unwrap();
    assert!(game.effects.is_empty(), "claiming again is an empty success");
}

#[test]
fn who_declines_is_never_asked_again_and_is_free_at_once() {
    let mut game = Game::sequential(&[A, B], 5);
    game.options.passes = 3;
    game.start(at(0));
    assert!(game.effects.contains(&Effect::CapacityTaken(A)));
    game.decline(A, at(1)).unwrap();
    assert!(game.effects.contains(&Effect::CapacityReleased(A)) && game.effects.contains(&Effect::CapacityTaken(B)));
    assert_eq!(game.open(), (vec![B], Some(at(6))));
    for tick in [6, 11] {
        game.sweep(at(tick));
        assert!(game.effects.contains(&Effect::CapacityReleased(B)));
        assert_eq!(game.open(), (vec![B], Some(at(tick + 5))));
        assert_eq!(game.claim(A, at(tick)), Err(Refusal::NotOffered));
    }
    game.sweep(at(16));
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
}

#[test]
fn the_lead_is_locked_while_the_run_is_open_and_one_entry_tells_the_end() {
    // `Game` holds after every call: the lock stands exactly while the run is open, and there is one ending, at the end.
    for claimed in [true, false] {
        let mut game = Game::sequential(&[A], 5);
        game.start(at(0));
        assert_eq!(game.effects.first(), Some(&Effect::LockSet));
        if claimed {
            game.claim(A, at(1)).unwrap()
        } else {
            game.sweep(at(5))
        }
        assert!(game.effects.contains(&Effect::LockCleared));
        assert_eq!(game.effects.iter().filter(|effect| matches!(effect, Effect::Ended(_))).count(), 1);
    }
}

#[test]
fn an_unavailable_person_costs_no_time() {
    let mut game = Game::sequential(&[A, B], 30);
    game.world.ineligible.insert(A);
    game.start(at(0));
    assert_eq!(game.open(), (vec![B], Some(at(30))));

    let mut game = Game::sequential(&[A, B], 30);
    game.start(at(0));
    game.world.ineligible.insert(A);
    game.sweep(at(10));
    assert_eq!(game.open(), (vec![A], Some(at(30))), "the paused keep theirs");
    game.claim(A, at(11)).unwrap();

    let mut game = Game::sequential(&[A, B], 30);
    game.start(at(0));
    game.world.inactive.insert(A);
    assert_eq!(game.claim(A, at(10)), Err(Refusal::NotOffered), "who may not act may not claim");
    game.sweep(at(12));
    assert_eq!(game.open(), (vec![B], Some(at(42))), "a full window");
    assert_eq!(game.outcomes(), [(A, Outcome::Revoked)]);
}

#[test]
fn two_clocks() {
    let mut game = Game::sequential(&[A, B], 10);
    game.options.run_minutes = Some(15);
    game.start(at(0));
    assert_eq!(game.open(), (vec![A], Some(at(10))));
    game.sweep(at(10));
    assert_eq!(game.open(), (vec![B], Some(at(15))));
    assert_eq!(game.claim(B, at(15)), Err(Refusal::OfferExpired));
    game.sweep(at(15));
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
    assert_eq!(game.outcomes(), [(A, Outcome::Expired), (B, Outcome::Expired)]);
    assert_eq!(game.run().ending.unwrap().cause, Cause::TimeUp);
}

#[test]
fn a_late_sweep() {
    let mut game = Game::sequential(&[A, B, C], 20);
    game.start(at(0));
    game.sweep(at(25));
    let first = game.run.clone();
    assert_eq!(game.open(), (vec![B], Some(at(45))));
    for tick in [25, 26, 26] {
        game.sweep(at(tick));
        assert!(game.effects.is_empty());
    }
    assert_eq!(game.run, first);
}

#[test]
fn a_run_of_nobody_is_never_open() {
    let nobody: [Person; 0] = [];
    for mut game in [Game::sequential(&nobody, 5), Game::broadcast(&nobody, 5)] {
        game.start(at(0));
        assert_eq!(game.effects, [Effect::Assigned(Z), Effect::Ended(Status::Defaulted)]);
        assert_eq!(game.cursor.started, 0);
    }
}
