//! What a CRM shows of a plan in each lead's history.

use crate::json::Json;
use crate::query::{Cell, FieldIx};

use crate::plan::runs::Run;
use crate::plan::{Change, Plan};

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The lead.
    pub lead: String,
    /// What people read.
    pub text: String,
    /// Field → what it was and is.
    pub data: Json,
}

/// The entry of a change.
pub(crate) fn entry(plan: &Plan, at: usize, change: &Change<'_>) -> Entry {
    let mut parts: Vec<String> = Vec::new();
    let lead = &plan.model.lead;
    let stamped = [lead.assigned_at, lead.previous_owners, lead.notified, lead.routed_by.filter(|_| change.rule.is_some())];
    let mut data = Vec::new();
    // People with other rights read the same words: they tell of no field that is hidden from anybody.
    let schema = plan.auth.schema_for_all();
    for set in &change.set {
        let name = plan.model.schema.name(set.field);
        data.push((name.to_owned(), Json::object([("from", json(&set.from)), ("to", json(&set.to))])));
        if schema.hides(set.field) {
            continue;
        }
        if stamped.contains(&Some(set.field)) || Some(set.field) == lead.run {
            continue;
        }
        let label = plan.model.schema.get(set.field).and_then(|field| field.label.as_deref()).unwrap_or(name);
        parts.push(if lead.slot(set.field).is_some() || Some(set.field) == lead.primary {
            holder(plan, label, set.field == lead.owner, &set.from, &set.to)
        } else {
            format!("{label}: {} → {}", shown(plan, set.field, &set.from), shown(plan, set.field, &set.to))
        });
    }
    if let Some(rule) = change.rule {
        let name = plan.model.rules.by_id(rule).and_then(|rule| rule.name.as_deref()).unwrap_or(rule);
        let group = change.group.and_then(|group| plan.model.groups.by_id(group)).map(|group| format!(", group {}", group.name));
        parts.push(format!("routed by the rule {name}{}", group.unwrap_or_default()));
        let mut routed = vec![("rule".to_owned(), rule.into())];
        routed.extend(change.group.map(|group| ("group".to_owned(), group.into())));
        data.push(("routed".to_owned(), Json::Object(routed)));
    }
    if let Some(run) = plan.rows.get(at).and_then(|row| plan.runs.of_row(*row)) {
        parts.push(told(plan, run));
        let reasons = run.reasons.iter().map(|reason| reason.code.into()).collect();
        let told = [("id", run.id.as_str().into()), ("group", run.group.as_str().into()), ("status", run.status.into())];
        let mut told = Json::object(told);
        if let Json::Object(pairs) = &mut told
            && !run.reasons.is_empty()
        {
            pairs.push(("reasons".to_owned(), Json::List(reasons)));
        }
        // Beside the field of that name, if there is one.
        data.push(("offer".to_owned(), told));
    }
    if let Some((kind, text)) = &plan.attach.note {
        parts.push(format!("{kind}: {text}"));
    }
    if let Some(text) = &plan.attach.alert {
        parts.push(format!("alert: {text}"));
    }
    if parts.is_empty() {
        parts.push(if plan.resend.is_empty() { plan.kind.replace('_', " ") } else { "notice sent again".to_owned() });
    }
    Entry { lead: change.lead.clone().into_owned(), text: parts.join("; "), data: Json::Object(data) }
}

/// What became of a lead by a run, in words.
fn told(plan: &Plan, run: &Run) -> String {
    let group = plan.model.groups.by_id(&run.group).map_or(run.group.as_str(), |group| group.name.as_str());
    let what = match run.status {
        "offered" => return format!("offered to the group {group}"),
        "claimed" => return format!("claimed in the group {group}"),
        "assigned" => return format!("given by the group {group}"),
        "cancelled" => return format!("no longer offered to the group {group}"),
        "defaulted" => format!("given to the default assignee of the group {group}"),
        _ => format!("offered to the group {group} in vain"),
    };
    let mut why = String::new();
    for reason in &run.reasons {
        why.push_str(if why.is_empty() { ": " } else { ", " });
        why.push_str(&reason.message);
    }
    what + &why
}

/// A new holder in words.
fn holder(plan: &Plan, label: &str, is_owner: bool, from: &Cell<'_>, to: &Cell<'_>) -> String {
    let name = |cell: &Cell<'_>| cell.text().map(|id| plan.model.users.by_id(id).map_or(id, |user| user.name.as_str()).to_owned());
    let what = if is_owner { String::new() } else { format!(" as {label}") };
    match (name(from), name(to)) {
        (Some(from), Some(to)) => format!("reassigned from {from} to {to}{what}"),
        (None, Some(to)) => format!("assigned to {to}{what}"),
        (Some(from), None) => format!("unassigned from {from}{what}"),
        (None, None) => format!("{label} unchanged"),
    }
}

fn shown(plan: &Plan, field: FieldIx, cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => "nothing".to_owned(),
        Cell::Text(text) => match plan.model.schema.kind(field) {
            crate::query::FieldType::User => plan.model.users.by_id(text).map_or_else(|| text.to_string(), |user| user.name.clone()),
            _ => text.to_string(),
        },
        Cell::List(items) => items.join(", "),
        other => match json(other) {
            Json::Text(text) => text,
            other => other.write(),
        },
    }
}

/// A cell as the public API shows it: days and instants as text, instants in UTC with milliseconds.
pub fn json(cell: &Cell<'_>) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Text(text) => text.as_ref().into(),
        Cell::Number(number) => Json::Number(*number),
        Cell::Bool(value) => Json::Bool(*value),
        Cell::Day(day) => day.write().into(),
        Cell::Instant(instant) => instant.write().into(),
        Cell::List(items) => Json::List(items.iter().map(|item| item.as_ref().into()).collect()),
    }
}
