//! A plan as compact bytes, the same for the same plan in every runtime.
//!
//! `EVHP`, a format byte, the header (JSON with sorted keys, its length in front), the answers that do not grow with rows (likewise), and
//! the rows as columns, each with its length in front: ids as their difference from the one before ([`pack`]), guards and, for each field that
//! changes, what it was and is. A column has its values once and their places for the rows, in as few bits as tell them apart; where a row
//! says nothing of its own, it takes no byte ([`shape`]). Leads that were left out follow as ids, by code.

use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::pack::IdPacker;
use crate::time::Instant;

use crate::plan::bytes::{bytes, number};
use crate::plan::drops::DroppedLead;
use crate::plan::edit::NewValue;
use crate::plan::state::StateChange;
use crate::plan::{FORMAT, Plan, SEMANTICS, notices, timeline};

mod columns;

use columns::{Column, columns};
pub(crate) use columns::{applies, owner_at, owners};

/// The first bytes of every encoded plan.
pub(crate) const MAGIC: &[u8; 5] = b"EVHP\x02";

/// How a column is written.
pub(crate) mod shape {
    /// No row has a value.
    pub const NOTHING: u8 = 0;
    /// All rows have the value that follows.
    pub const SAME: u8 = 1;
    /// The number of values, the values, and half a byte for each row: 0, or one more than the place of its value.
    pub const HALVES: u8 = 2;
    /// The same with a byte for each row.
    pub const BYTES: u8 = 3;
    /// The same with two bytes for each row, the lower one first.
    pub const PAIRS: u8 = 4;
    /// For each row 0, or 1 and its value.
    pub const EACH: u8 = 5;
}

/// Where guards are written.
pub(crate) mod guard {
    /// A guard is what the owner was.
    pub const OWNER: u8 = 0;
    /// In a column of their own.
    pub const COLUMN: u8 = 1;
}

/// Whether instants that follow from the plan's are written as they are, or as their distance from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    Absolute,
    Relative,
}

/// The header as the public API shows it.
pub(crate) fn header(plan: &Plan) -> Json {
    let mut out = unsigned_header(plan, Times::Absolute);
    if let Json::Object(pairs) = &mut out {
        pairs.retain(|(key, _)| key != "id");
        pairs.push(("id".to_owned(), plan.id().into()));
        pairs.push(("digest".to_owned(), plan.digest().into()));
        pairs.extend(
            plan.zone_versions
                .as_object()
                .is_some_and(|all| !all.is_empty())
                .then(|| ("zoneVersions".to_owned(), plan.zone_versions.clone())),
        );
    }
    out.into_canonical()
}

/// The header without the digest, without an id that is only the digest, and without versions of zones, which decide nothing.
pub(crate) fn unsigned_header(plan: &Plan, times: Times) -> Json {
    let mut out = vec![
        ("format".to_owned(), FORMAT.into()),
        ("semantics".to_owned(), Json::Number(f64::from(SEMANTICS))),
        ("options".to_owned(), options(plan)),
        ("config".to_owned(), plan.config.as_str().into()),
        ("actor".to_owned(), plan.actor.as_str().into()),
        ("command".to_owned(), plan.command()),
        ("count".to_owned(), plan.count().into()),
    ];
    if !plan.model.zones.is_empty() {
        out.push(("zones".to_owned(), crate::plan::digest::zones(&plan.model)));
    }
    out.extend(plan.zone.as_deref().map(|zone| ("timeZone".to_owned(), zone.into())));
    if times == Times::Absolute {
        out.push(("at".to_owned(), plan.now.0.into()));
        out.extend(plan.given_id.clone().map(|id| ("id".to_owned(), id.into())));
    }
    Json::Object(out).into_canonical()
}

pub(crate) fn options(plan: &Plan) -> Json {
    Json::object([("allOrNothing", plan.all_or_nothing.into()), ("notify", if plan.notify { "digest" } else { "none" }.into())])
}

/// What does not grow with rows.
fn answers(plan: &Plan, times: Times) -> Json {
    let schema = &plan.model.schema;
    let state = plan.state.iter().map(|change| {
        if times == Times::Absolute {
            return change.to_json();
        }
        // A key of what is due names the end of a window; where that window begins with the plan, the run tells how long it is.
        let opens = change.value.is_some() && change.key.starts_with("due/");
        let key = if opens { change.key.rsplit('/').next() } else { None };
        let key = key.map_or_else(|| change.key.clone(), |run| format!("due/{run}"));
        since(&StateChange { key, ..change.clone() }.to_json(), plan.now)
    });
    let removed =
        plan.removed.iter().map(|(lead, expect)| Json::object([("lead", lead.as_str().into()), ("expect", timeline::json(expect))]));
    Json::object([
        ("refused", Json::List(plan.refused.iter().map(crate::access::Reason::to_json).collect())),
        ("warnings", Json::List(plan.warnings.iter().map(crate::error::Diagnostic::to_json).collect())),
        ("assignees", Json::List(plan.lines.iter().map(crate::plan::lines::Line::to_json).collect())),
        ("notifications", Json::List(notices::of(plan).iter().map(|notice| notice.to_json(schema.name(notice.slot))).collect())),
        ("state", Json::List(state.collect())),
        ("reads", plan.reads_json()),
        ("attach", plan.attach_json()),
        ("created", Json::List(plan.created.iter().map(|copy| plan.created_json(copy, times)).collect())),
        ("removed", Json::List(removed.collect())),
        ("split", plan.split_json()),
        ("runs", if times == Times::Relative { since(&plan.runs_json(times), plan.now) } else { plan.runs_json(times) }),
    ])
    .into_canonical()
}

/// State values with every `at` that is the plan's instant as such, and the ends of what begins then as their distance; what was before it
/// stays as it is.
fn since(json: &Json, now: Instant) -> Json {
    match json {
        Json::Object(pairs) => {
            let is_now = |json: Option<&Json>| json == Some(&Json::from(now.0));
            let opens = is_now(json.get("opened").and_then(|opened| opened.get("at")));
            let starts = is_now(json.get("startedAt"));
            let mut out = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                let distance = match (key.as_str(), value) {
                    ("at" | "startedAt", Json::Number(_)) if is_now(Some(value)) => Some(0.0),
                    ("expiresAt", Json::Number(at)) if opens => Some(at - Json::from(now.0).as_number().unwrap_or(0.0)),
                    ("limitAt", Json::Number(at)) if starts => Some(at - Json::from(now.0).as_number().unwrap_or(0.0)),
                    _ => None,
                };
                out.push(match distance {
                    Some(distance) => (format!("{key}Distance"), Json::Number(distance)),
                    None => (key.clone(), since(value, now)),
                });
            }
            Json::Object(out)
        }
        Json::List(list) => Json::List(list.iter().map(|item| since(item, now)).collect()),
        other => other.clone(),
    }
}

/// Everything of a plan but its header.
pub(crate) fn body(plan: &Plan, times: Times) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(answers(plan, times).write().as_bytes(), &mut out);

    let mut fields: Vec<FieldIx> = plan.edits.iter().map(|edit| edit.field).collect();
    // Edits are in the order of their fields' names.
    fields.dedup();
    number(plan.rows.len() as u64, &mut out);
    bytes(&plan.table.packed_ids(&plan.rows), &mut out);
    let columns = columns(plan, &fields, times);
    let lead = &plan.model.lead;
    let owner = fields.iter().position(|field| *field == lead.owner).filter(|_| lead.version.is_none());
    if owner.and_then(|at| columns.get(at)).is_some_and(|(from, _)| from.is_full()) {
        out.push(guard::OWNER);
    } else {
        out.push(guard::COLUMN);
        column(&Column::of_rows(&plan.table, lead.version.unwrap_or(lead.owner), &plan.rows), &mut out);
    }
    number(fields.len() as u64, &mut out);
    for (field, (from, to)) in fields.iter().zip(&columns) {
        bytes(plan.model.schema.name(*field).as_bytes(), &mut out);
        column(from, &mut out);
        column(to, &mut out);
    }

    let counts = plan.drops.counts();
    number(counts.len() as u64, &mut out);
    let mut drops = plan.drops.iter();
    for (code, count) in counts {
        out.push(code as u8);
        number(count as u64, &mut out);
        let mut ids = IdPacker::default();
        for drop in drops.by_ref().take(count) {
            match &drop.left {
                DroppedLead::Id(id) => ids.push(id.as_bytes()),
                DroppedLead::Row(row) => ids.push(plan.table.id(*row).as_bytes()),
            }
        }
        bytes(&ids.finish(), &mut out);
    }
    if !plan.routed.rows.is_empty() {
        let (mut rules, mut groups) = (Column::default(), Column::default());
        let id = |id: Option<&str>| id.map_or(Cell::Null, |id| Cell::Text(id.to_owned().into()));
        for at in 0..plan.routed.rows.len() {
            rules.push(&id(plan.rule_of_row(at)));
            groups.push(&id(plan.group_of_row(at)));
        }
        column(&rules, &mut out);
        column(&groups, &mut out);
    }
    out
}

/// Appends a column with its length in front.
fn column(column: &Column, out: &mut Vec<u8>) {
    let mut part = Vec::new();
    column.write(&mut part);
    bytes(&part, out);
}

/// How far from the plan's instant a field is set, if it is set to such an instant.
pub(crate) fn distance(plan: &Plan, field: FieldIx) -> Option<i64> {
    plan.edits
        .iter()
        .filter(|edit| edit.field == field)
        .find_map(|edit| if let NewValue::Now(distance) = edit.to { Some(distance) } else { None })
}

impl Plan {
    /// The plan as compact bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        bytes(header(self).write().as_bytes(), &mut out);
        out.extend_from_slice(&self.body());
        out
    }
}
