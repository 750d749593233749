//! Users: who they are, when they work, how much they take.

use std::rc::Rc;

use crate::btree::BTreeMap;
use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::convert::cell_from_json;
use crate::query::fold::fold;
use crate::query::{Cell, Cells, FieldIx, Query, UnitIx, UserZone};
use crate::time::Instant;

use super::access::{Profile, ProfileIx};
use super::fields::OF_EVERY_USER;
use super::{ById, ConfigReader, WorkingHours, unknown};

/// A user, by the place in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserIx(pub u32);

/// Whether somebody can hold leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// Somebody who can.
    Person,
    /// A machine that acts (routes, sweeps) and never receives.
    Service,
}

/// Time away.
#[derive(Clone, Debug, PartialEq)]
pub struct Absence {
    /// Its first instant.
    pub from: Instant,
    /// The first instant after it.
    pub to: Instant,
}

/// How long a limit looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

/// Most automatic assignments in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// How many.
    pub count: u64,
    /// Within what.
    pub per: Period,
    /// Whether the period ends now, instead of being one of the calendar's.
    pub rolling: bool,
}

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// The id.
    pub id: String,
    /// What people read; the id where there is none.
    pub name: String,
    /// What else stands for the user where leads are loaded: an e-mail address, a name, a former id.
    pub aliases: Vec<String>,
    /// Person or service.
    pub kind: UserKind,
    /// The unit that the user belongs to.
    pub unit: Option<UnitIx>,
    /// Sets of grants, in the order given.
    pub profiles: Vec<ProfileIx>,
    /// Words that groups and splits go by.
    pub tags: Vec<String>,
    /// Whether the user may do and receive anything at all.
    pub active: bool,
    /// Whether the user is passed over for now.
    pub paused: bool,
    /// Times away.
    pub absences: Vec<Absence>,
    /// Working hours, by their place.
    pub schedule: Option<u32>,
    /// Where the days of the user's lists begin, if not where the organisation's do.
    pub zone: Option<Rc<UserZone>>,
    /// Millionths; 1,000,000 is the ordinary weight.
    pub weight: u64,
    /// Most open leads at once.
    pub capacity: Option<u64>,
    /// Most automatic assignments in a period.
    pub limits: Vec<Limit>,
    /// Leads that the user can be given at all.
    pub accepts: Option<Query>,
    /// What member filters see, by field of the users' schema.
    cells: Vec<Cell<'static>>,
}

impl Cells for User {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        self.cells.get(field.0 as usize).cloned().unwrap_or_default()
    }
}

impl User {
    /// Whether the user is away at `now`.
    pub fn is_absent(&self, now: Instant) -> bool {
        self.absences.iter().any(|absence| absence.from <= now && now < absence.to)
    }
}

/// Most decimals of a weight.
const WEIGHT_PLACES: f64 = 1_000_000.0;

/// A weight in millionths: a decimal of at most six places, 0 or from 0.000001 to 1,000,000.
pub(crate) fn weight(node: &Decoder<'_>) -> Option<u64> {
    let number = match node.json {
        Json::Null => return None,
        Json::Number(number) => *number,
        _ => {
            node.wrong("a number");
            return None;
        }
    };
    // The text is the decimal that was meant: 0.1 is a tenth, though no f64 is. Scaling and rounding finds it
    // again, and comparing what comes back refuses a seventh place.
    let scaled = (number * WEIGHT_PLACES).round();
    if (0.0..=1_000_000.0).contains(&number) && (scaled / WEIGHT_PLACES - number).abs() == 0.0 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1e12, and whole")]
        return Some(scaled as u64);
    }
    node.error("weight_out_of_range", "a weight is 0, or from 0.000001 to 1,000,000 with at most six decimals");
    None
}

/// An instant that a configuration or a command names: RFC 3339 text or milliseconds.
pub(crate) fn instant(node: &Decoder<'_>) -> Option<Instant> {
    match node.json {
        Json::Null => None,
        Json::Number(_) => node.whole(Instant::MIN.0..=Instant::MAX.0).map(Instant),
        Json::Text(text) => {
            let found = Instant::parse(text);
            if found.is_none() {
                node.error("instant_invalid", format!("`{text}` is not an instant in RFC 3339, such as 2026-03-01T09:00:00Z"));
            }
            found
        }
        _ => {
            node.wrong("an instant");
            None
        }
    }
}

const KEYS: [&str; 17] = [
    "id",
    "name",
    "aliases",
    "kind",
    "unit",
    "profiles",
    "tags",
    "active",
    "paused",
    "absences",
    "schedule",
    "timeZone",
    "attributes",
    "weight",
    "capacity",
    "limits",
    "accepts",
];

/// Reads one user.
pub(super) fn read(
    node: &Decoder<'_>,
    id: &str,
    reading: &ConfigReader<'_>,
    profiles: &ById<Profile>,
    schedules: &ById<WorkingHours>,
) -> Option<User> {
    node.keys(&KEYS);
    let mut own = Vec::new();
    for item in node.get("profiles").items() {
        let Some(name) = item.id() else { continue };
        match profiles.find(name) {
            Some(ix) => own.push(ProfileIx(ix)),
            None => unknown(&item, "profile", name, profiles.ids()),
        }
    }
    let mut absences = Vec::new();
    for item in node.get("absences").items() {
        item.keys(&["from", "to", "kind"]);
        let (from, to) = (item.get("from"), item.get("to"));
        [&from, &to].into_iter().filter(|end| end.is_null()).for_each(|end| end.wrong("an instant"));
        let (Some(from), Some(to)) = (instant(&from), instant(&to)) else { continue };
        if from < to {
            absences.push(Absence { from, to });
        } else {
            item.error("absence_invalid", "an absence must end after it begins");
        }
    }
    let schedule = schedule(&node.get("schedule"), schedules);
    let limits = node.get("limits").items().iter().filter_map(limit).collect();
    let mut user = User {
        id: id.to_owned(),
        name: node.get("name").text().unwrap_or(id).to_owned(),
        aliases: node.get("aliases").texts().into_iter().map(str::to_owned).collect(),
        kind: node.get("kind").one_of(&[("person", UserKind::Person), ("service", UserKind::Service)]).unwrap_or(UserKind::Person),
        unit: reading.unit(&node.get("unit")),
        profiles: own,
        tags: node.get("tags").texts().into_iter().map(str::to_owned).collect(),
        active: node.get("active").flag(true),
        paused: node.get("paused").flag(false),
        absences,
        schedule,
        zone: super::zones::own(&node.get("timeZone"), reading.zones),
        weight: weight(&node.get("weight")).unwrap_or(1_000_000),
        capacity: node.get("capacity").whole(0..=i64::from(u32::MAX)).and_then(|n| u64::try_from(n).ok()),
        limits,
        accepts: reading.guard(&node.get("accepts")),
        cells: Vec::new(),
    };
    user.cells = cells(node, &user, reading, profiles);
    Some(user)
}

/// Tells of aliases that stand for two people: an error where one of them has it as the id, else a warning.
pub(super) fn check_aliases(node: &Decoder<'_>, users: &ById<User>) {
    if users.iter().all(|user| user.aliases.is_empty()) {
        return;
    }
    let folded = |text: &str| fold(text.trim()).into_owned();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for user in users.iter() {
        ids.insert(folded(&user.id), &user.id);
    }
    for item in node.items() {
        let Some(user) = item.get("id").json.as_text().and_then(|id| users.by_id(id)) else { continue };
        let aliases = item.get("aliases");
        // What is no list was told where it was read.
        if aliases.json.as_list().is_none() {
            continue;
        }
        for alias in aliases.items() {
            let Some(text) = alias.json.as_text() else { continue };
            let key = folded(text);
            if let Some(other) = ids.get(&key).filter(|other| **other != user.id) {
                alias.error("alias_is_id", format!("`{text}` is the id of the user `{other}`"));
            } else if let Some(other) = owners.get(&key).filter(|other| **other != user.id) {
                let message = format!("`{text}` stands for `{other}` and for `{}`", user.id);
                let warning = Diagnostic::warning("alias_ambiguous", alias.path(), message);
                alias.faults().add(warning.hint("cells with it are reported as `ambiguous_user`; let it stand for one of them"));
            } else {
                owners.insert(key, &user.id);
            }
        }
    }
}

/// What a member filter sees of the user.
fn cells(node: &Decoder<'_>, user: &User, reading: &ConfigReader<'_>, profiles: &ById<Profile>) -> Vec<Cell<'static>> {
    let attributes = node.get("attributes").entries();
    for (name, value) in &attributes {
        if OF_EVERY_USER.iter().any(|(known, _)| known == name) {
            value.error("reserved_field", format!("every user has `{name}`; an attribute cannot bear that name"));
        }
    }
    let list = |words: &mut dyn Iterator<Item = &str>| {
        let items: Vec<_> = words.map(|text| text.to_owned().into()).collect();
        if items.is_empty() { Cell::Null } else { Cell::List(items) }
    };
    let schema = reading.user_schema;
    let mut out = Vec::with_capacity(schema.fields.len());
    for field in &schema.fields {
        out.push(match field.name.as_str() {
            "id" => Cell::Text(user.id.clone().into()),
            "unit" => user.unit.and_then(|unit| schema.units.get(unit)).map_or(Cell::Null, |unit| Cell::Text(unit.id.clone().into())),
            "tags" => list(&mut user.tags.iter().map(String::as_str)),
            "profiles" => list(&mut user.profiles.iter().filter_map(|ix| Some(profiles.at(ix.0)?.id.as_str()))),
            "active" => Cell::Bool(user.active),
            "paused" => Cell::Bool(user.paused),
            name => {
                let Some((_, value)) = attributes.iter().find(|(known, _)| *known == name) else {
                    out.push(Cell::Null);
                    continue;
                };
                match cell_from_json(field, schema, value.json) {
                    Ok(cell) => cell,
                    Err(problem) if !problem.cell.is_null() => problem.cell,
                    Err(problem) => {
                        value.error(
                            "attribute_invalid",
                            format!("this does not fit the {} attribute `{name}` ({})", field.kind.name(), problem.code),
                        );
                        Cell::Null
                    }
                }
            }
        });
    }
    out
}

/// A schedule's id that must be known.
pub(super) fn schedule(node: &Decoder<'_>, schedules: &ById<WorkingHours>) -> Option<u32> {
    let name = node.optional_id()?;
    let found = schedules.find(name);
    if found.is_none() {
        unknown(node, "schedule", name, schedules.ids());
    }
    found
}

/// Reads one limit.
pub(super) fn limit(node: &Decoder<'_>) -> Option<Limit> {
    node.keys(&["count", "per", "rolling"]);
    let (count, per) = (node.get("count"), node.get("per"));
    if count.is_null() {
        count.wrong("a whole number");
    }
    if per.is_null() {
        per.wrong("`hour`, `day`, `week` or `month`");
    }
    let per = per.one_of(&[("hour", Period::Hour), ("day", Period::Day), ("week", Period::Week), ("month", Period::Month)]);
    let count = count.whole(0..=i64::from(u32::MAX)).and_then(|n| u64::try_from(n).ok());
    Some(Limit { count: count?, per: per?, rolling: node.get("rolling").flag(false) })
}
