//! Bytes at every door: what the cases say, changed at random, must never trap, and what is taken must hold together.
//!
//! Seeds are what stands in `tests/cases`; a door (`fuzz/doors.rs`) takes bytes in the world of a case. Ordinary runs try some of them.
//! `EVENHAND_FUZZ` are seconds for each door, `EVENHAND_FUZZ_DOOR` names one, `EVENHAND_FUZZ_SEED` begins elsewhere:
//!
//! ```sh
//! EVENHAND_FUZZ=600 EVENHAND_FUZZ_SEED=7 cargo test --test native fuzz -- --nocapture
//! ```
//!
//! A trap is told with its door, its case and its input; the input becomes a case.

mod corpus;
mod doors;
mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::support::dice::Dice;
use corpus::Corpus;
use doors::DOORS;

/// Inputs at each door in an ordinary run.
const INPUTS: usize = 400;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// An input as a text that can be pasted into a case.
fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[test]
fn no_door_traps() {
    let seconds = number("EVENHAND_FUZZ");
    let only = std::env::var("EVENHAND_FUZZ_DOOR").unwrap_or_default();
    let corpus = Corpus::of_cases();
    let mut found = Vec::new();
    for (at, (name, door)) in DOORS.iter().enumerate().filter(|(_, (name, _))| name.contains(only.as_str())) {
        let mut dice = Dice(number("EVENHAND_FUZZ_SEED").unwrap_or(1) * 1000 + at as u64);
        let start = Instant::now();
        let (mut tried, mut taken, mut slowest) = (0, 0, (Duration::ZERO, String::new()));
        while seconds.map_or(tried < INPUTS, |seconds| start.elapsed() < Duration::from_secs(seconds)) && found.len() < 20 {
            let Some((world, input)) = corpus.input(name, &mut dice) else { break };
            let began = Instant::now();
            match catch_unwind(AssertUnwindSafe(|| door(world, &input))) {
                Ok(accepted) => taken += usize::from(accepted),
                Err(_) => found.push(format!("{name} in {}: {}", world.name, shown(&input))),
            }
            tried += 1;
            if began.elapsed() > slowest.0 {
                slowest = (began.elapsed(), format!("{}: {:.300}", world.name, shown(&input)));
            }
        }
        println!("{name}: {tried} inputs, {taken} taken, in {:.1?}; slowest {:.0?} in {}", start.elapsed(), slowest.0, slowest.1);
        assert!(!found.is_empty() || taken > tried / 50, "{name} takes nothing of what it is given");
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
