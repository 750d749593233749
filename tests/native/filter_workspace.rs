//! Filters through a whole workspace, made from JSON, against the oracle.

use proptest::collection::vec;
use proptest::prelude::*;

use evenhand::filter::sample::{Lead, NOW, Shape, Staff, context, questions};
use evenhand::filter::{People as _, oracle};
use evenhand::json::Json;
use evenhand::query::schema::{Case, LeapDay};
use evenhand::query::units::Unit;
use evenhand::query::{Field, FieldIx, FieldType};
use evenhand::table::Budget;
use evenhand::time::Zone;
use evenhand::workspace::Workspace;

/// A configuration with these fields, with an owner, and with an id that says nothing of case.
fn config(shape: &Shape) -> Json {
    let schema = &shape.schema;
    let field = |(at, field): (u32, &Field)| {
        let mut says = vec![("type".to_owned(), Json::from(field.kind.name()))];
        match field.case {
            Case::Sensitive if shape.id != Some(FieldIx(at)) => says.push(("caseSensitive".to_owned(), true.into())),
            Case::Accentless => says.push(("compare".to_owned(), "accentless".into())),
            Case::Digits => says.push(("compare".to_owned(), "digits".into())),
            _ => {}
        }
        if !field.choices.is_empty() {
            says.push(("choices".to_owned(), Json::List(field.choices.iter().map(|word| word.as_str().into()).collect())));
        }
        (field.name.clone(), Json::Object(says))
    };
    let fields = (0u32..).zip(&schema.fields).map(field);
    let of_type = |kind: FieldType| Json::object([("type", kind.name().into())]);
    let more = [("id".to_owned(), of_type(FieldType::Text)), ("owner".to_owned(), of_type(FieldType::User))];
    let ends = |zone: &Zone| {
        let end =
            |(until, offset): (Option<i64>, i32)| Json::object([("untilMs", until.into()), ("offsetSeconds", i64::from(offset).into())]);
        Json::List(zone.table().map(end).collect())
    };
    let there = shape.viewer.iter().map(|own| (own.name.clone(), ends(&own.zone)));
    let zones = Json::Object(there.chain([("Test/Here".to_owned(), ends(&schema.zone))]).collect());
    let units = schema.units.units();
    let above = |unit: &Unit| unit.parent.and_then(|above| schema.units.get(above)).map(|above| above.id.as_str());
    let unit = |unit: &Unit| Json::object([("id", unit.id.as_str().into()), ("parent", above(unit).into())]);
    let user = |id: &str| {
        let unit = Staff::unit(id).filter(|unit| schema.units.find(unit).is_some());
        let (users, staff) = (schema.users.as_ref().unwrap(), shape.staff());
        let known = staff.user(id).unwrap();
        let says = |name: &str| known.cell(users.find(name).unwrap()).to_json();
        let attributes = ["place", "level", "since"].map(|name| (name, says(name))).into_iter().filter(|(_, value)| !value.is_null());
        let own = shape.viewer.iter().filter(|_| id == shape.actor).map(|own| ("timeZone", own.name.as_str().into()));
        let says = [
            ("id", id.into()),
            ("unit", unit.into()),
            ("profiles", Json::List(vec!["all".into()])),
            ("tags", Json::List(says("tags").as_list().unwrap_or_default().to_vec())),
            ("active", says("active")),
            ("attributes", Json::Object(attributes.map(|(name, value)| (name.to_owned(), value)).collect())),
        ];
        Json::Object(says.into_iter().chain(own).map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let grants = Json::parse(r#"[{"id": "all", "grants": [{"do": ["lead.view"], "scope": "all"}]}]"#).unwrap();
    Json::object([
        ("version", 1.0.into()),
        ("zones", zones),
        ("timeZone", "Test/Here".into()),
        ("fiscalYearStart", format!("{:02}-{:02}", schema.fiscal_start.0, schema.fiscal_start.1).into()),
        ("leapDay", if schema.leap_day == LeapDay::March1 { "03-01" } else { "02-28" }.into()),
        ("weekStart", f64::from(schema.week_start).into()),
        ("fields", Json::Object(fields.chain(more).collect())),
        ("lead", Json::object([("id", shape.id.map_or("id", |id| schema.name(id)).into()), ("owner", "owner".into())])),
        ("org", Json::List(units.iter().map(unit).collect())),
        ("userFields", Json::parse(r#"{"place": {"type": "unit"}, "level": {"type": "number"}, "since": {"type": "date"}}"#).unwrap()),
        ("profiles", grants),
        ("users", Json::List(["u1", "u2", "u3", "u4"].map(user).to_vec())),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// The schema of the oracle never went through the configuration, nor did its cells through a loader.
    #[test]
    fn a_workspace_finds_what_the_json_says((shape, json, leads) in questions(12), rows in vec(0usize..12, 0..200)) {
        let schema = &shape.schema;
        let staff = shape.staff();
        let ctx = context(schema, &staff);
        let (leads, rows) = shape.rows(leads, rows.into_iter().map(|lead| (lead, false)).collect());
        let leads: Vec<&Lead> = rows.iter().map(|(lead, _)| &leads[*lead]).collect();
        let verdicts: Vec<bool> = leads.iter().map(|lead| oracle::matches(&json, *lead, &ctx)).collect();
        let wanted: Vec<u32> = (0u32..).zip(&verdicts).filter(|(_, verdict)| **verdict).map(|(row, _)| row).collect();

        // A loader drops the blanks around words, which the oracle's cells never went through.
        let padded = |text: &str| text.trim() != text;
        let words = |kind: FieldType| kind.is_word() || kind == FieldType::Units;
        let odd = leads.iter().any(|lead| schema.fields.iter().zip(&lead.0).any(|(field, cell)| {
            words(field.kind) && (cell.text().is_some_and(padded) || cell.items().any(padded))
        }));
        // A workspace answers nobody whom it does not know.
        prop_assume!(!odd && staff.user(shape.actor).is_some());
        let workspace = Workspace::of(config(&shape)).unwrap();
        let object = |(at, lead): (usize, &&Lead)| {
            let cells = schema.fields.iter().zip(&lead.0).map(|(field, cell)| (field.name.clone(), cell.to_json()));
            Json::Object(cells.chain([("id".to_owned(), Json::from(at.to_string()))]).collect())
        };
        let objects: Vec<Json> = leads.iter().enumerate().map(object).collect();
        let absent = Json::object([("absent", vec!["owner"].into())]);
        let table = workspace.load(Json::List(objects.clone()).write().as_bytes(), &absent, Budget::default()).unwrap();
        let viewer = Json::object([("actor", shape.actor.into()), ("now", NOW.into())]);
        let found = workspace.select(&table, &json, &viewer).unwrap();
        prop_assert_eq!(&*found.rows_of(&table).unwrap(), &wanted, "{}", json.write());
        let filter = workspace.filter(&json, &Json::Null).unwrap();
        for (object, verdict) in objects.iter().zip(&verdicts) {
            prop_assert_eq!(filter.matches(object, &viewer).unwrap(), *verdict, "{} {}", object.write(), json.write());
        }
    }
}

/// A filter that was compiled before an update keeps the people it was compiled with, or is refused where they are not known yet.
#[test]
fn a_condition_over_users_keeps_its_people() {
    let config = r#"{"version": 1, "fields": {"id": {"type": "text"}, "owner": {"type": "user"}}, "lead": {"id": "id", "owner": "owner"}, "profiles": [], "userFields": {"since": {"type": "date"}}, "users": [{"id": "ann"}, {"id": "bob", "active": false}]}"#;
    let mut workspace = Workspace::of(Json::parse(config).unwrap()).unwrap();
    let filter = |workspace: &Workspace, rule: &str| {
        let query = format!(r#"{{"rules": [{{"field": "owner", "operator": "where", "value": {{"rules": [{rule}]}}}}]}}"#);
        workspace.filter(&Json::parse(&query).unwrap(), &Json::Null).unwrap()
    };
    let rules = [r#"{"field": "active", "operator": "=", "value": false}"#, r#"{"field": "active", "operator": "!=", "value": true}"#];
    let before = rules.map(|rule| filter(&workspace, rule));
    let waiting = [
        r#"{"field": "since", "operator": "<", "value": {"relative": "now"}}"#,
        r#"{"field": "id", "operator": "=", "value": {"actor": true}}"#,
    ]
    .map(|rule| filter(&workspace, rule));
    workspace
        .update(&Json::parse(r#"{"users": {"put": [{"id": "ann", "active": false}, {"id": "bob"}, {"id": "new"}]}}"#).unwrap())
        .unwrap();
    let all = workspace.filter(&Json::parse(r#"{"rules": []}"#).unwrap(), &Json::Null).unwrap();
    let owned_by = |id: &str| Json::object([("id", "1".into()), ("owner", id.into())]);
    for (before, found) in before.iter().zip([["bob"].as_slice(), &["bob", "new", "ghost"]]) {
        let both = all.and(before).unwrap();
        for id in ["ann", "bob", "new", "ghost"] {
            assert_eq!(both.matches(&owned_by(id), &Json::Null).unwrap(), found.contains(&id), "{id}");
            assert_eq!(before.matches(&owned_by(id), &Json::Null).unwrap(), found.contains(&id), "{id}");
        }
    }
    for waiting in &waiting {
        assert_eq!(all.and(waiting).unwrap_err().code, "wrong_workspace");
    }
    assert!(waiting.iter().all(|waiting| waiting.and(&all).is_ok()));
}
