//! Random schemas, leads and filters, for tests.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod query;
mod value;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use self::value::{UNITS, USERS, WORDS, cell, text};
use super::{Context, People};
use crate::json::Json;
use crate::query::schema::{Case, LeapDay};
use crate::query::{Cell, Cells, Field, FieldIx, FieldType, Schema, UnitIx, UnitTree, UserZone};
use crate::time::{Instant, Zone};

pub use self::query::{filter, rule};

const KINDS: [FieldType; 10] = [
    FieldType::Text,
    FieldType::Number,
    FieldType::Boolean,
    FieldType::Date,
    FieldType::Datetime,
    FieldType::Choice,
    FieldType::Tags,
    FieldType::User,
    FieldType::Unit,
    FieldType::Units,
];

/// Offsets in seconds, each until an instant.
type Offsets = &'static [(Option<&'static str>, i32)];

const NEW_YORK: Offsets = &[(Some("2026-03-08T07:00Z"), -18000), (Some("2026-11-01T06:00Z"), -14400), (None, -18000)];
const ZONES: [Offsets; 6] = [
    &[(None, 0)],
    NEW_YORK,
    // Half an hour off, always and in winter.
    &[(None, 19800)],
    &[(Some("2026-03-07T15:00Z"), 39600), (Some("2026-10-31T15:30Z"), 37800), (None, 39600)],
    // The clock jumps over midnight, and shows the hour before it twice.
    &[(Some("2026-03-08T05:00Z"), -18000), (Some("2026-11-01T04:00Z"), -14400), (None, -18000)],
    // The calendar leaves out a day.
    &[(Some("2026-03-08T10:00Z"), -36000), (None, 50400)],
];

pub const NOW: &str = "2026-03-09T16:00Z";

fn zone(offsets: Offsets) -> Zone {
    let until = |text: Option<&str>| text.map(|text| Instant::parse(text).unwrap().0);
    Zone::from_table(&offsets.iter().map(|(text, offset)| (until(*text), *offset)).collect::<Vec<_>>()).unwrap()
}

fn tree(units: Vec<(&str, Option<&str>)>) -> UnitTree {
    UnitTree::build(units.into_iter().map(|(id, above)| (id.to_owned(), None, None, above.map(Into::into))).collect()).unwrap()
}

/// Two fields of each type, and two texts of each other way to compare them.
pub fn schema() -> Schema {
    let field = |name: String, kind, case| {
        let choices = if kind == FieldType::Choice { WORDS.map(str::to_owned).to_vec() } else { Vec::new() };
        Field { case, choices, ..Field::new(name, kind) }
    };
    let mut fields = Vec::new();
    for kind in KINDS {
        for i in 1..=2 {
            fields.push(field(format!("{}{i}", kind.name()), kind, Case::Ignored));
        }
    }
    fields.push(field("exact1".into(), FieldType::Text, Case::Sensitive));
    fields.push(field("exact2".into(), FieldType::Text, Case::Sensitive));
    for (name, case) in [("plain1", Case::Accentless), ("plain2", Case::Accentless), ("digits1", Case::Digits), ("digits2", Case::Digits)] {
        fields.push(field(name.into(), FieldType::Text, case));
    }
    let units = tree(vec![("hq", None), ("north", Some("hq")), ("n1", Some("north")), ("n2", Some("north")), ("south", Some("hq"))]);
    let mut schema = Schema::new(fields, zone(NEW_YORK), 1, units);
    schema.users = Some(Rc::new(schema.of_people(users())));
    schema
}

/// What conditions over users speak about.
fn users() -> Vec<Field> {
    let field = |(name, kind): (&str, FieldType)| Field::new(name, kind);
    let fields = [
        ("id", FieldType::User),
        ("place", FieldType::Unit),
        ("tags", FieldType::Tags),
        ("active", FieldType::Boolean),
        ("level", FieldType::Number),
        ("since", FieldType::Date),
    ];
    fields.map(field).to_vec()
}

/// A schema, and which of its fields is the id.
#[derive(Clone, Debug)]
pub struct Shape {
    pub schema: Rc<Schema>,
    /// A text field that regards case, as a configuration makes it.
    pub id: Option<FieldIx>,
    /// What ids are made of, and which row has the first of them.
    stems: Vec<String>,
    turn: usize,
    /// The acting user.
    pub actor: &'static str,
    /// The zone that they have of their own.
    pub viewer: Option<Rc<UserZone>>,
}

/// Up to three fields of each type in any order, any zone, week and organisation, with an id or without.
pub fn shapes() -> impl Strategy<Value = Shape> {
    let some = KINDS.map(|kind| prop::collection::vec(field(kind), 0..=3));
    let named = |lists: [Vec<Field>; 10]| {
        let number = |list: Vec<Field>| {
            (1..).zip(list).map(|(i, field)| Field { name: format!("{}{i}", field.kind.name()), ..field }).collect::<Vec<_>>()
        };
        lists.into_iter().flat_map(number).collect::<Vec<_>>()
    };
    let fields = some.prop_map(named).prop_filter("a field", |fields| !fields.is_empty()).prop_shuffle();
    let id = prop::option::weighted(0.7, any::<Index>());
    let stems = prop::collection::vec(text().prop_map(|id| if id.is_empty() { "id".to_owned() } else { id }), 1..64);
    // With a unit, without one, and unknown.
    let actor = prop_oneof![5 => Just("u2"), 2 => Just("u4"), 1 => Just("ghost")];
    let viewer = (actor, prop::option::of(select(&ZONES[..]).prop_map(own)));
    (fields, id, select(&ZONES[..]), 0u8..7, trees(), (stems, any::<u16>()), viewer).prop_map(
        |(mut fields, id, offsets, week, units, (stems, turn), (actor, viewer))| {
            let texts: Vec<usize> = (0..fields.len()).filter(|at| fields[*at].kind == FieldType::Text).collect();
            let id = id.filter(|_| !texts.is_empty()).map(|id| texts[id.index(texts.len())]);
            id.into_iter().for_each(|at| fields[at].case = Case::Sensitive);
            let mut schema = Schema::new(fields, zone(offsets), week, units);
            schema.fiscal_start = [(1, 1), (4, 6), (10, 1), (2, 28)][turn as usize % 4];
            schema.leap_day = [LeapDay::February28, LeapDay::March1][turn as usize % 2];
            schema.users = Some(Rc::new(schema.of_people(users())));
            let schema = Rc::new(schema);
            Shape { schema, id: id.map(|at| FieldIx(u32::try_from(at).unwrap())), stems, turn: turn.into(), actor, viewer }
        },
    )
}

fn field(kind: FieldType) -> impl Strategy<Value = Field> {
    let case = if kind == FieldType::Text {
        select(vec![Case::Ignored, Case::Sensitive, Case::Accentless, Case::Digits]).boxed()
    } else {
        Just(Case::Ignored).boxed()
    };
    let most = if kind == FieldType::Choice { WORDS.len() } else { 0 };
    let choices = select(vec![0, most / 2, most]).prop_flat_map(|many| subsequence(&WORDS[..], many));
    (case, choices).prop_map(move |(case, choices)| {
        let choices = choices.into_iter().map(str::to_owned).collect();
        Field { case, choices, ..Field::new("", kind) }
    })
}

/// None at all, flat, a chain, or any tree, of one root or of several; parents and children in any order.
fn trees() -> impl Strategy<Value = UnitTree> {
    // For each unit which of those before it is above it, counted from 1; those with 0 are roots.
    let above = prop_oneof![
        Just(vec![0, 0, 0, 0, 0]),
        Just(vec![0, 1, 2, 3, 4]),
        (Just(0usize), Just(1usize), 1usize..=2, 1usize..=3, 1usize..=4).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e]),
        (Just(0usize), 0usize..=1, 0usize..=2, 0usize..=3, 0usize..=4).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e]),
    ];
    let many = prop_oneof![4 => Just(5usize), 1 => 0usize..5];
    let written = (above, many, Just(UNITS[..5].to_vec()).prop_shuffle()).prop_map(|(above, many, names)| {
        let parent = |nth: &usize| nth.checked_sub(1).map(|at| names[at]);
        names.iter().zip(&above).take(many).map(|(name, nth)| (*name, parent(nth))).collect::<Vec<_>>()
    });
    written.prop_shuffle().prop_map(tree)
}

/// A zone that somebody has of their own.
fn own(offsets: Offsets) -> Rc<UserZone> {
    Rc::new(UserZone { name: "Test/There".into(), zone: Rc::new(zone(offsets)) })
}

/// Each of the zones as somebody's own, and none.
pub fn viewers() -> Vec<Option<Rc<UserZone>>> {
    ZONES.into_iter().map(own).map(Some).chain([None]).collect()
}

impl Shape {
    /// The people of its units.
    pub fn staff(&self) -> Staff {
        Staff { actor: self.actor, ..Staff::seen_from(&self.schema, self.viewer.clone()) }
    }

    /// The same rows where each has an id of its own, if there is an id: then no two of them are one lead.
    pub fn rows(&self, leads: Vec<Lead>, rows: Vec<(usize, bool)>) -> (Vec<Lead>, Vec<(usize, bool)>) {
        let Some(FieldIx(id)) = self.id else { return (leads, rows) };
        let mut seen = BTreeSet::new();
        let stems = self.stems.iter().cycle().take(rows.len()).enumerate();
        let mut ids: Vec<String> = stems.map(|(at, stem)| if seen.insert(stem) { stem.clone() } else { format!("{stem}#{at}") }).collect();
        ids.rotate_right(self.turn % rows.len().max(1));
        let apart = rows.iter().zip(ids).map(|((lead, _), name)| {
            let mut lead = leads[*lead].clone();
            lead.0[id as usize] = Cell::Text(name.into());
            lead
        });
        (apart.collect(), rows.iter().enumerate().map(|(at, (_, gone))| (at, *gone)).collect())
    }
}

/// u1 in n1, u2 in south, u3 in hq, where there is such a unit; u4 has no unit.
pub struct Staff {
    units: UnitTree,
    /// Who acts.
    actor: &'static str,
    /// The zone that they have of their own.
    viewer: Option<Rc<UserZone>>,
}

impl Staff {
    /// The people of these units, none of whom has a zone.
    pub fn of(schema: &Schema) -> Staff {
        Staff::seen_from(schema, None)
    }

    /// The people of these units, where u2 acts and has this zone.
    pub fn seen_from(schema: &Schema, viewer: Option<Rc<UserZone>>) -> Staff {
        Staff { units: schema.units.clone(), actor: "u2", viewer }
    }

    pub fn unit(user: &str) -> Option<&'static str> {
        match user {
            "u1" => Some("n1"),
            "u2" => Some("south"),
            "u3" => Some("hq"),
            _ => None,
        }
    }
}

impl People for Staff {
    fn unit_of(&self, user: &str) -> Option<UnitIx> {
        Staff::unit(user).and_then(|unit| self.units.find(unit))
    }

    fn user(&self, id: &str) -> Option<&dyn Cells> {
        static KNOWN: OnceLock<Vec<Lead>> = OnceLock::new();
        let known = KNOWN.get_or_init(|| (0..4).map(person).collect());
        let at = USERS.iter().take(4).position(|user| *user == id)?;
        Some(&known[at])
    }

    fn users(&self) -> Option<Vec<String>> {
        Some(USERS.iter().take(4).map(|user| (*user).to_owned()).collect())
    }

    fn zone_of(&self, user: &str) -> Option<Rc<UserZone>> {
        self.viewer.clone().filter(|_| user == self.actor)
    }
}

/// The fields of [`users`] for one of them.
fn person(at: usize) -> Lead {
    let (id, days) = (USERS[at], ["2026-03-09", "2020-02-29", "2026-03-02", "2025-12-31"]);
    let tags = [vec!["new", "open"], vec![], vec!["closed"], vec!["5", "new"]];
    let tags: Vec<_> = tags[at].iter().map(|tag| (*tag).into()).collect();
    Lead(vec![
        Cell::Text(id.into()),
        Staff::unit(id).map_or(Cell::Null, |unit| Cell::Text(unit.into())),
        if tags.is_empty() { Cell::Null } else { Cell::List(tags) },
        Cell::Bool(at % 2 == 1),
        if at == 3 { Cell::Null } else { Cell::Number([1.0, 40.0, 2.5][at]) },
        Cell::Day(crate::time::Day::parse(days[at]).unwrap()),
    ])
}

pub fn context<'a>(schema: &'a Schema, staff: &'a Staff) -> Context<'a> {
    Context { schema, people: staff, now: Instant::parse(NOW), actor: Some(staff.actor) }
}

/// A lead as its cells in the order of the schema.
#[derive(Clone, Debug)]
pub struct Lead(pub Vec<Cell<'static>>);

impl Cells for Lead {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        self.0.get(field.0 as usize).cloned().unwrap_or_default()
    }
}

pub fn lead(schema: &Schema) -> impl Strategy<Value = Lead> + use<> {
    schema.fields.iter().map(|field| cell(field.kind, &schema.zone)).collect::<Vec<_>>().prop_map(Lead)
}

/// Leads of any shape, and a filter.
pub fn questions(leads: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = (Shape, Json, Vec<Lead>)> {
    let leads = leads.into();
    shapes().prop_flat_map(move |shape| {
        let (filter, leads) = (filter(&shape.schema), prop::collection::vec(lead(&shape.schema), leads.clone()));
        (Just(shape), filter, leads)
    })
}
