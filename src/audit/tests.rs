//! Chances against the enumeration of all that could have happened; fair histories raise no alarm, and seeded faults are found.

mod enumerated;
mod histories;

use super::audit;
use crate::json::Json;
use crate::table::Budget;

/// A row as a test writes it: minutes, receiver, who was available (none: not told).
type Row<'a> = (i64, &'a str, Option<&'a [&'a str]>);

fn text(json: &Json, key: &str) -> String {
    json.get(key).and_then(Json::as_text).unwrap_or_default().to_owned()
}

fn number(json: &Json, key: &str) -> f64 {
    json.get(key).and_then(Json::as_number).unwrap_or_else(|| panic!("no number `{key}` in {}", json.write()))
}

fn list<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json.get(key).and_then(Json::as_list).unwrap()
}

fn measured(rows: &[Row<'_>], options: &str) -> Json {
    let mut out = Vec::new();
    for (lead, (minute, receiver, available)) in rows.iter().enumerate() {
        let time = 1_772_409_600_000.0 + (*minute * 60_000) as f64;
        let mut row = vec![
            ("lead".to_owned(), lead.to_string().into()),
            ("time".to_owned(), Json::Number(time)),
            ("receiver".to_owned(), (*receiver).into()),
        ];
        row.extend(available.map(|names| ("available".to_owned(), Json::List(names.iter().map(|name| (*name).into()).collect()))));
        out.push(Json::Object(row));
    }
    audit(Json::List(out).write().as_bytes(), &Json::parse(options).unwrap(), Budget::default()).unwrap()
}

#[test]
fn a_log_from_a_file() {
    let log = "Id;Owner;When;Queue\n1;Ann;15 Apr, 2021 00:03:00;west\n2;Bob;15 Apr, 2021 00:04:00;west\n1;Bob;16 Apr, 2021 00:03:00;west\n\
        2;;16 Apr, 2021 00:04:00;west\n3;Ann;never;west\n3;Ann;30 Apr, 2021 23:30:00;east\n";
    let options = r#"{"columns": {"Id": "lead", "Owner": "receiver", "When": "time", "Queue": "group"}, "timeFormat": "%d %b, %Y %H:%M:%S",
        "timeZone": "Europe/Berlin", "zones": {"Europe/Berlin": [{"untilMs": null, "offsetSeconds": 7200}]}, "people": ["Ann", "Bob"]}"#;
    let report = audit(log.as_bytes(), &Json::parse(options).unwrap(), Budget::default()).unwrap();
    assert_eq!(number(&report, "leads"), 4.0);
    assert_eq!(report.get("leftOut").unwrap().write(), r#"{"withoutTime":1,"withoutReceiver":1,"notAmongPeople":0}"#);
    assert_eq!(list(&report, "problems")[0].write(), r#"{"row":4,"field":"time","code":"not_a_datetime","value":"never"}"#);
    let [east, west] = list(&report, "groups") else { panic!("{}", report.write()) };
    assert_eq!((text(east, "group"), text(west, "group")), ("east".to_owned(), "west".to_owned()));
    assert_eq!(text(&list(east, "periods")[0], "period"), "2021-04-01");
    assert_eq!(
        list(west, "people")[1].write(),
        r#"{"user":"Bob","leads":2,"share":1.5,"difference":0.5,"draws":3,"chance":0.5,"exact":true}"#
    );
}
