//! What a sweep looks at.

use std::collections::BTreeMap;

use evenhand::offer::{DueIndex, Run, due_key};
use evenhand::time::Instant;
use proptest::prelude::*;

use super::world::{A, B, C, Game, at};

fn run(seconds: u32, broadcast: bool) -> Run {
    let mut game = if broadcast { Game::broadcast(&[A, B], seconds) } else { Game::sequential(&[C], seconds) };
    game.start(at(0));
    game.run.take().unwrap()
}

proptest! {
    #[test]
    fn agrees_with_a_look_at_every_run(
        runs in prop::collection::btree_map(0u32..40, (1u32..9, any::<bool>()), 0..30), gone in prop::sample::subsequence(vec![A, B, C], 0..=3),
        taken in prop::collection::btree_set(0u32..40, 0..20), now in 0i64..10, limit in 0usize..40,
    ) {
        let mut runs: BTreeMap<u32, Run> = runs.into_iter().map(|(id, (seconds, broadcast))| (id, run(seconds, broadcast))).collect();
        let mut index = DueIndex::default();
        for (id, run) in &runs {
            index.insert(id, run);
        }
        for id in taken {
            if let Some(run) = runs.remove(&id) {
                index.remove(&id, &run);
            }
        }
        let mut wanted: Vec<u32> = Vec::new();
        let mut over: Vec<(Instant, u32)> = runs.iter().map(|(id, run)| (run.expires_at.unwrap(), *id)).filter(|(end, _)| *end <= at(now)).collect();
        over.sort();
        wanted.extend(over.iter().map(|(_, id)| *id));
        for person in &gone {
            for (id, run) in &runs {
                if run.offered_to.contains(person) && !wanted.contains(id) {
                    wanted.push(*id);
                }
            }
        }
        wanted.truncate(limit);
        prop_assert_eq!(index.due(at(now), &gone, limit), wanted);
        prop_assert_eq!(index.wake_at(), runs.values().filter_map(|run| run.expires_at).min());
    }

    #[test]
    fn keys_sort_as_instants_do(a in any::<i64>(), b in any::<i64>()) {
        prop_assert_eq!(due_key(Instant(a)).cmp(&due_key(Instant(b))), a.cmp(&b));
        prop_assert_eq!(due_key(Instant(a)).len(), 16);
    }
}

#[test]
fn a_sweep_costs_what_is_due_and_not_what_is_open() {
    const DUE: usize = 100;
    for open in [1_000u32, 10_000, 100_000] {
        let mut game = Game::sequential(&[A, B], 0);
        let (mut runs, mut index) = (Vec::new(), DueIndex::default());
        for id in 0..open {
            game.options.minutes = if (id as usize) < DUE { 1 } else { 60 };
            (game.locked, game.cursor) = (false, Default::default());
            game.start(at(0));
            runs.push(game.run.take().unwrap());
            index.insert(&id, &runs[id as usize]);
        }
        let begun = std::time::Instant::now();
        let due = index.due(at(1), &[], usize::MAX);
        assert_eq!(due, (0..DUE as u32).collect::<Vec<_>>());
        game.options.minutes = 60;
        for id in due {
            let run = &mut runs[id as usize];
            index.remove(&id, run);
            (game.run, game.locked, game.endings) = (Some(run.clone()), true, 0);
            game.sweep(at(1));
            *run = game.run.take().unwrap();
            index.insert(&id, run);
        }
        println!("{open} open, {DUE} due: {:.2} ms", begun.elapsed().as_secs_f64() * 1000.0);
        assert!(index.due(at(1), &[], usize::MAX).is_empty());
        assert_eq!((index.held_by(B).count(), index.wake_at()), (DUE, Some(at(60))));
    }
}
