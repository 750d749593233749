//! How long routing takes, alone and in batches. Prints times and asserts nothing about them:
//! `cargo test --release --test native route_speed -- --ignored --nocapture`.

#[cfg(test)]
mod speed {
    use std::time::Instant;

    use crate::support::route_world::{table, workspace};
    use evenhand::json::Json;
    use evenhand::workspace::Attachments;

    fn least(mut work: impl FnMut()) -> f64 {
        (0..20)
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed().as_secs_f64()
            })
            .fold(f64::MAX, f64::min)
    }

    #[test]
    #[ignore = "prints times"]
    fn one_lead() {
        let workspace = workspace("");
        let table = table(&workspace, 100_000);
        let context = Json::parse(r#"{"actor": "router", "now": 1773000000000}"#).unwrap();
        let mut nth = 0;
        let seconds = least(|| {
            for _ in 0..1000 {
                nth = (nth + 7919) % 100_000;
                let command = Json::parse(&format!(r#"{{"type": "route", "leads": {{"ids": ["lead-{nth:06}"]}}}}"#)).unwrap();
                let plan = workspace.plan(&table, &command, None, &context, Attachments::default()).unwrap();
                assert_eq!(plan.count(), 1);
            }
        });
        println!("one lead among 100,000: {:.2} µs", seconds * 1e3);
    }

    #[test]
    #[ignore = "prints times"]
    fn batches() {
        for (name, more, declined) in [("plain", "", false), ("one declined", "", true), ("capacity", r#""capacity": 1000000, "#, false)] {
            let workspace = workspace(more);
            let table = table(&workspace, 100_000);
            let state =
                if declined { r#"{"declined/lead-000007": {"version": 1, "value": {"format": 1, "users": ["agent-03"]}}}"# } else { "{}" };
            let context = Json::parse(&format!(r#"{{"actor": "router", "now": 1773000000000, "state": {state}}}"#)).unwrap();
            let command = Json::parse(r#"{"type": "route", "leads": {"filter": {"combinator": "and", "rules": []}}}"#).unwrap();
            let seconds = least(|| {
                let plan = workspace.plan(&table, &command, None, &context, Attachments::default()).unwrap();
                assert_eq!(plan.count(), 100_000);
            });
            println!("100,000 leads, {name}: {:.2} ms", seconds * 1e3);
        }
    }
}
