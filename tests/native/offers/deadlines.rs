//! The last millisecond, the deadline and what is after it; windows that open; clocks that go back.

use evenhand::offer::{Cause, Event, Kind, Outcome, Refusal, Status};
use evenhand::time::Instant;

use super::world::{A, B, C, Game, World, Z, at, options};

#[test]
fn a_claim_counts_until_the_last_millisecond() {
    for mut game in [Game::sequential(&[A, B], 5), Game::broadcast(&[A, B], 5)] {
        game.start(at(100));
        assert_eq!(game.run().expires_at, Some(at(105)));
        for (ms, answer) in [(105_000, Err(Refusal::OfferExpired)), (105_001, Err(Refusal::OfferExpired)), (104_999, Ok(()))] {
            let before = game.run.clone();
            assert_eq!(game.claim(A, Instant(ms)), answer, "{ms}");
            assert_eq!(game.run == before, answer.is_err(), "a refused claim changes nothing");
        }
        assert_eq!(game.end(), (Status::Claimed, Some(A)));
    }
}

#[test]
fn a_decline_is_too_late_when_a_claim_is() {
    let mut game = Game::sequential(&[A, B], 5);
    game.start(at(0));
    assert_eq!(game.decline(A, at(5)), Err(Refusal::OfferExpired));
    assert_eq!(game.decline(A, Instant(4999)), Ok(()));
    assert_eq!(game.open(), (vec![B], Some(Instant(9999))));
}

#[test]
fn a_sweep_at_the_last_millisecond_and_at_the_deadline() {
    let mut game = Game::sequential(&[A, B], 5);
    game.start(at(0));
    game.sweep(Instant(4999));
    assert_eq!(game.open(), (vec![A], Some(at(5))));
    game.sweep(at(5));
    assert_eq!(game.open(), (vec![B], Some(at(10))));
}

#[test]
fn windows_open_at_the_call_and_never_in_the_past() {
    let mut game = Game::sequential(&[A, B, C], 5);
    game.start(at(0));
    game.sweep(at(1000));
    assert_eq!(game.open(), (vec![B], Some(at(1005))), "B was not asked before");
    game.sweep(at(1000));
    assert_eq!(game.open(), (vec![B], Some(at(1005))), "one step a sweep, however late");
}

#[test]
fn a_clock_that_goes_back_is_safe() {
    let mut game = Game::sequential(&[A, B, C], 5);
    game.start(at(100));
    game.sweep(at(105));
    assert_eq!(game.open(), (vec![B], Some(at(110))));
    game.sweep(at(50));
    assert_eq!(game.open(), (vec![B], Some(at(110))));
    game.decline(B, at(60)).unwrap();
    assert_eq!(game.open(), (vec![C], Some(at(65))), "the window begins when it is opened");
    game.claim(C, at(20)).unwrap();
    assert_eq!(game.end(), (Status::Claimed, Some(C)));
    game.claim(C, at(10)).unwrap();
    assert!(game.effects.is_empty());
}

#[test]
fn no_end_of_a_window_ends_the_run() {
    let mut game = Game::sequential(&[A, B], 5);
    game.world.open = false;
    game.start(at(0));
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
    assert_eq!(game.run().ending.unwrap().cause, Cause::NoWindow);

    let mut game = Game::sequential(&[A, B], 5);
    game.start(at(0));
    game.world.open = false;
    game.sweep(at(5));
    assert_eq!(game.end(), (Status::Defaulted, Some(Z)));
    assert_eq!(game.outcomes(), [(A, Outcome::Expired)]);
    // A window that would be over when it opens is none.
    let mut game = Game::new(World::of(&[A]), options(Kind::Sequential, 0));
    game.start(at(0));
    assert_eq!(game.run().ending.unwrap().cause, Cause::NoWindow);
}

#[test]
fn after_the_end_nothing_moves() {
    type End = (&'static str, fn(&mut Game), Refusal);
    let ends: [End; 4] = [
        ("claimed", |game| game.claim(A, at(1)).unwrap(), Refusal::AlreadyClaimed),
        ("defaulted", |game| game.sweep(at(5)), Refusal::RunEnded),
        ("cancelled", |game| game.apply(Event::Cancel { by: Z, to: None }, at(1)).unwrap(), Refusal::RunEnded),
        (
            "exhausted",
            |game| {
                game.world.default = Err(evenhand::offer::Blocked::Paused);
                game.sweep(at(5));
            },
            Refusal::RunEnded,
        ),
    ];
    for (word, end, refusal) in ends {
        let mut game = Game::broadcast(&[A, B], 5);
        game.start(at(0));
        end(&mut game);
        assert_eq!(game.run().status.word(), word);
        let before = game.run.clone();
        assert_eq!(game.claim(B, at(2)), Err(refusal), "{word}");
        assert_eq!(game.decline(B, at(2)), Err(refusal), "{word}");
        assert_eq!(game.apply(Event::Cancel { by: A, to: Some(B) }, at(2)), Err(Refusal::RunEnded), "{word}");
        game.sweep(at(1000));
        assert!(game.effects.is_empty() && game.run == before, "{word}");
    }
    assert_eq!(
        [Refusal::NotOffered, Refusal::OfferExpired, Refusal::AlreadyClaimed, Refusal::RunEnded].map(Refusal::code),
        ["not_offered", "offer_expired", "already_claimed", "run_ended"]
    );
}
