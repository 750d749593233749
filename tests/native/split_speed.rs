//! How long splits take. Prints times and asserts nothing about them:
//! `cargo test --release --test native split_speed -- --ignored --nocapture`.

#[cfg(test)]
mod speed {
    use std::time::{Duration, Instant};

    use crate::support::dice::Dice;
    use evenhand::split::{Bundle, Class, Division, Even, Keep, Order, Receiver, Set, apportion, deal, together};

    fn best<T>(mut work: impl FnMut() -> T) -> Duration {
        (0..5)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(work());
                start.elapsed()
            })
            .min()
            .unwrap()
    }

    /// Who may take a class: `tenths` of all at random, or a run of about so many next to one another.
    fn sets(dice: &mut Dice, people: u64, classes: u64, tenths: u64, runs: u64) -> Vec<Set> {
        (0..classes)
            .map(|_| {
                let mut set = Set::of([dice.roll(people) as u32]);
                if runs > 0 {
                    let first = dice.roll(people);
                    (first..(first + 1 + dice.roll(runs)).min(people)).for_each(|receiver| set.insert(receiver as u32));
                } else {
                    (0..people).filter(|_| dice.roll(10) < tenths).for_each(|receiver| set.insert(receiver as u32));
                }
                set
            })
            .collect()
    }

    #[test]
    #[ignore = "prints times"]
    fn settling() {
        for (people, classes, tenths, runs, rows, skew) in [
            (37, 300, 5, 0, 1_000_000, 1),
            (37, 300, 0, 5, 1_000_000, 1),
            (37, 300, 1, 0, 1_000_000, 50),
            (200, 2000, 5, 0, 1_000_000, 1),
            (200, 2000, 1, 0, 1_000_000, 50),
            (200, 2000, 0, 10, 1_000_000, 1),
            (200, 2000, 0, 3, 20_000, 100),
            (200, 150, 0, 3, 20_000, 100),
            (2000, 2000, 5, 0, 1_000_000, 1),
            (2000, 3000, 0, 5, 1_000_000, 50),
        ] {
            let mut dice = Dice(1);
            for (name, even, keep, weights, bounded, carries, loads) in [
                ("plain", Even::Dealt, Keep::No, 1, 0, 0, 0),
                ("weights", Even::Dealt, Keep::No, 9, 0, 0, 0),
                ("weights of six places", Even::Dealt, Keep::No, 1_000_000_000_000, 0, 0, 0),
                ("carries", Even::Dealt, Keep::No, 9, 0, 1, 0),
                ("bounds, totals", Even::Total, Keep::No, 1, 3, 0, 1),
                ("bounds, totals, keep", Even::Total, Keep::Yes, 1, 3, 0, 1),
                ("keep", Even::Total, Keep::Yes, 1, 0, 0, 0),
            ] {
                let receivers = (0..people)
                    .map(|_| Receiver {
                        weight: 1 + dice.roll(weights),
                        most: (dice.roll(10) < bounded).then(|| dice.roll(2 * rows / people)),
                        load: loads * dice.roll(rows / people),
                        carry: carries * (dice.roll(10_708_457_760) as i64 - 5_354_228_880),
                    })
                    .collect();
                let classes: Vec<Class> = sets(&mut dice, people, classes, tenths, runs)
                    .into_iter()
                    .map(|eligible| {
                        let count = 1 + dice.roll(rows / classes) * dice.roll(skew) / skew + dice.roll(rows / classes);
                        Class { eligible, owner: (keep == Keep::Yes).then(|| dice.roll(people) as u32), count }
                    })
                    .collect();
                let many = classes.len();
                let division = Division { receivers, classes, even, keep };
                let settled = apportion(&division).unwrap();
                let mut levels: Vec<i64> = settled.shares.clone();
                levels.sort_unstable();
                levels.dedup();
                let time = best(|| apportion(&division).unwrap());
                println!(
                    "{people:5} x {many:5} ({tenths}/10, runs {runs}) {name:22} {:9.3} ms, {} shares, spread {}",
                    time.as_secs_f64() * 1e3,
                    levels.len(),
                    settled.spread
                );
            }
        }
    }

    #[test]
    #[ignore = "prints times"]
    fn single_leads() {
        let receivers = (0..37).map(|at| Receiver { weight: 1 + at % 5, most: None, load: 0, carry: 0 }).collect();
        let classes = vec![Class { eligible: Set::first(37), owner: None, count: 1 }];
        let mut division = Division { receivers, classes, even: Even::Dealt, keep: Keep::No };
        let time = best(|| {
            for _ in 0..1000 {
                let settled = apportion(&division).unwrap();
                division.receivers.iter_mut().zip(settled.carry).for_each(|(receiver, carry)| receiver.carry = carry);
            }
        });
        println!("one lead among 37: {:.2} us", time.as_secs_f64() * 1e3);
    }

    #[test]
    #[ignore = "prints times"]
    fn bundling() {
        let mut dice = Dice(1);
        let receivers = vec![Receiver { weight: 1, most: None, load: 0, carry: 0 }; 37];
        for many in [1000, 20_000, 200_000] {
            let bundles: Vec<Bundle> =
                sets(&mut dice, 37, many, 5, 0).into_iter().map(|eligible| Bundle { eligible, size: 1 + dice.roll(12) }).collect();
            let bundled = together(&receivers, &bundles, Even::Dealt).unwrap();
            let time = best(|| together(&receivers, &bundles, Even::Dealt).unwrap());
            println!("{many} bundles among 37: {:.3} ms, spread {}, bound {}", time.as_secs_f64() * 1e3, bundled.spread, bundled.bound);
        }
    }

    #[test]
    #[ignore = "prints times"]
    fn dealing() {
        let mut dice = Dice(1);
        let rows = 1_000_000;
        let mut out: Vec<u32> = Vec::with_capacity(2 * rows as usize);
        let skewed: Vec<(u32, u64)> = (0..37).map(|receiver| (receiver, 1 + dice.roll(2 * rows / 37))).collect();
        let even: Vec<(u32, u64)> = (0..37).map(|receiver| (receiver, rows / 37 + u64::from(receiver < 1))).collect();
        let many: Vec<(u32, u64)> = (0..400).map(|receiver| (receiver, 1 + dice.roll(2 * rows / 400))).collect();
        for (name, quotas, order) in [
            ("even", &even, Order::Deal),
            ("uneven", &skewed, Order::Deal),
            ("uneven, 400", &many, Order::Deal),
            ("block", &skewed, Order::Block),
        ] {
            let time = best(|| {
                out.clear();
                deal(quotas, order, |receiver| out.push(receiver));
                out.len()
            });
            println!("deal {name:12} {:6.2} ns a row", time.as_secs_f64() * 1e9 / out.len() as f64);
        }
    }
}
