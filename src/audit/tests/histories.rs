//! Histories that were fair, and histories with a fault.

use super::{Row, list, measured, text};
use crate::json::Json;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

const PEOPLE: [&str; 4] = ["ann", "bob", "cyd", "dan"];

fn findings(rows: &[Row<'_>], options: &str) -> Vec<(String, String)> {
    let report = measured(rows, options);
    list(&report, "findings").iter().map(|found| (text(found, "kind"), text(found, "user"))).collect()
}

fn has(found: &[(String, String)], kind: &str, user: &str) -> bool {
    found.iter().any(|(k, u)| k == kind && u == user)
}

#[test]
fn fair_draws_raise_hardly_an_alarm() {
    let mut alarms = 0;
    let mut dice = Dice(1);
    for round in 0..400 {
        let people = &PEOPLE[..2 + dice.roll(3)];
        let told = round % 2 == 0;
        let mut rows: Vec<Row<'_>> = Vec::new();
        let mut minute = 0;
        for _ in 0..40 + dice.roll(160) {
            minute += [0, 30, 600, 1440][dice.roll(4)];
            rows.push((minute, people[dice.roll(people.len())], told.then_some(people)));
        }
        alarms += usize::from(!findings(&rows, r#"{"period": "week"}"#).is_empty());
    }
    // The level is one in a hundred.
    assert!(alarms <= 8, "{alarms}");
}

#[test]
fn rotations_raise_no_alarm() {
    let mut dice = Dice(7);
    for round in 0..200 {
        let people = &PEOPLE[..2 + dice.roll(3)];
        // Smooth weighted rotation (round robin where all weights are alike), from a place that differs.
        let weights: Vec<i64> = people.iter().map(|_| if round % 3 == 0 { 1 + dice.roll(4) as i64 } else { 1 }).collect();
        let mut credits: Vec<i64> = weights.iter().map(|_| dice.roll(2) as i64).collect();
        let mut away: Vec<i64> = people.iter().map(|_| 0).collect();
        let mut sets: Vec<Vec<&str>> = Vec::new();
        let mut given: Vec<(i64, &str)> = Vec::new();
        let mut minute = 0;
        for _ in 0..60 + dice.roll(200) {
            minute += [0, 0, 30, 900][dice.roll(4)];
            for (nth, away) in away.iter_mut().enumerate() {
                if nth > 0 && *away < minute && dice.roll(40) == 0 {
                    *away = minute + 3000;
                }
            }
            let there: Vec<usize> = (0..people.len()).filter(|nth| away[*nth] <= minute).collect();
            there.iter().for_each(|nth| credits[*nth] += weights[*nth]);
            let next = *there.iter().max_by_key(|nth| (credits[**nth], people.len() - **nth)).unwrap();
            credits[next] -= there.iter().map(|nth| weights[*nth]).sum::<i64>();
            sets.push(there.iter().map(|nth| people[*nth]).collect());
            given.push((minute, people[next]));
        }
        let rows: Vec<Row<'_>> = given.iter().zip(&sets).map(|((minute, who), set)| (*minute, *who, Some(set.as_slice()))).collect();
        let weights: Vec<String> = people.iter().zip(&weights).map(|(who, weight)| format!("\"{who}\": {weight}")).collect();
        let options = format!(r#"{{"period": "day", "weights": {{{}}}}}"#, weights.join(","));
        assert_eq!(findings(&rows, &options), [], "round {round}");
        if sets.iter().all(|set| set.len() == people.len()) {
            let untold: Vec<Row<'_>> = rows.iter().map(|(minute, who, _)| (*minute, *who, None)).collect();
            assert_eq!(findings(&untold, &options), [], "round {round}, not told");
        }
    }
}

#[test]
fn favours_are_found() {
    let mut dice = Dice(3);
    // Every second lead goes to one of four.
    let rows: Vec<Row<'_>> = (0..80).map(|n| (n * 90, if n % 2 == 0 { "bob" } else { PEOPLE[dice.roll(4)] }, Some(&PEOPLE[..]))).collect();
    let found = findings(&rows, "{}");
    assert_eq!(found.first(), Some(&("share".to_owned(), "bob".to_owned())), "{found:?}");
    // And where the log does not tell who was there.
    let rows: Vec<Row<'_>> = rows.iter().map(|(minute, who, _)| (*minute, *who, None)).collect();
    assert!(has(&findings(&rows, "{}"), "share", "bob"));
}

#[test]
fn a_rotation_that_begins_anew_each_day_is_found() {
    // Ten leads a day over three people, always from the first one; in all each day is even.
    for (apart, by) in [(7, "day"), (0, "batch")] {
        let rows: Vec<Row<'_>> = (0..300)
            .map(|n| (n / 10 * if by == "day" { 1440 } else { 60 } + n % 10 * apart, PEOPLE[(n % 10 % 3) as usize], Some(&PEOPLE[..3])))
            .collect();
        let report = measured(&rows, "{}");
        let first = &list(&report, "findings")[0];
        assert_eq!(
            (text(first, "kind"), text(first, "user"), text(first, "by")),
            ("tie".into(), "ann".into(), by.into()),
            "{}",
            first.write()
        );
        // One that goes on where it stopped is fair.
        let rows: Vec<Row<'_>> = rows.iter().enumerate().map(|(n, row)| (row.0, PEOPLE[n % 3], row.2)).collect();
        assert_eq!(findings(&rows, "{}"), []);
    }
}

#[test]
fn single_leads_that_always_go_to_the_first_are_found() {
    let rows: Vec<Row<'_>> = (0..30).map(|day| (day * 1440, "ann", Some(&PEOPLE[..2]))).collect();
    let report = measured(&rows, "{}");
    let tie = list(&report, "findings").iter().find(|found| text(found, "kind") == "tie" && text(found, "user") == "ann").unwrap();
    let wanted = r#""ties":30,"won":30,"expected":15,"chance":9.31323e-10,"exact":true"#;
    assert!(tie.write().contains(wanted), "{}", tie.write());
}

#[test]
fn a_flood_after_an_absence_is_found() {
    let three = &PEOPLE[..3];
    let mut rows: Vec<Row<'_>> = (0..60).map(|n| (n * 30, PEOPLE[(n % 3) as usize], Some(three))).collect();
    // Bob is away for forty leads, and then has the next fourteen.
    rows.extend((60..100).map(|n| (n * 30, if n % 2 == 0 { "ann" } else { "cyd" }, Some(&["ann", "cyd"][..]))));
    rows.extend((100..114).map(|n| (n * 30, "bob", Some(three))));
    rows.extend((114..150).map(|n| (n * 30, PEOPLE[(n % 3) as usize], Some(three))));
    let report = measured(&rows, "{}");
    let found = list(&report, "findings").iter().find(|found| text(found, "kind") == "flood").unwrap();
    assert_eq!(text(found, "user"), "bob");
    let number = |key: &str| found.get(key).and_then(Json::as_number).unwrap();
    assert_eq!((number("missed"), number("leads"), number("received")), (40.0, 14.0, 14.0));
    // Where the log does not tell, the gap stands for the absence.
    let untold: Vec<Row<'_>> = rows.iter().map(|(minute, who, _)| (*minute, *who, None)).collect();
    assert!(has(&findings(&untold, "{}"), "flood", "bob"));
    // Coming back to one's turn is none.
    let calm: Vec<Row<'_>> = rows.iter().enumerate().map(|(n, row)| (row.0, if n >= 100 { PEOPLE[n % 3] } else { row.1 }, row.2)).collect();
    assert!(!has(&findings(&calm, "{}"), "flood", "bob"));
}

#[test]
fn streaks_and_gaps_are_found() {
    let mut rows: Vec<Row<'_>> = (0..200).map(|n| (n * 30, PEOPLE[(n % 4) as usize], Some(&PEOPLE[..]))).collect();
    rows[50..62].iter_mut().for_each(|row| row.1 = "cyd");
    assert!(has(&findings(&rows, "{}"), "streak", "cyd"));
    let mut rows: Vec<Row<'_>> = (0..200).map(|n| (n * 30, PEOPLE[(n % 4) as usize], Some(&PEOPLE[..]))).collect();
    rows[40..130].iter_mut().filter(|row| row.1 == "dan").for_each(|row| row.1 = "ann");
    assert!(has(&findings(&rows, "{}"), "gap", "dan"));
    // A streak while nobody else was there is none.
    let mut alone: Vec<Row<'_>> = (0..200).map(|n| (n * 30, PEOPLE[(n % 4) as usize], Some(&PEOPLE[..]))).collect();
    alone[50..62].iter_mut().for_each(|row| *row = (row.0, "cyd", Some(&["cyd"])));
    assert!(!has(&findings(&alone, "{}"), "streak", "cyd"));
}
