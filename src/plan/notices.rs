//! Who is told what: one digest for each person, however many leads.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::query::FieldIx;
use crate::table::RowIx;

use super::Plan;
use super::edit::Told;

/// Most leads that a notice names; the count is of all.
const NAMED: usize = 100;

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// Leads that were given.
    Assigned,
    /// Leads that were taken.
    Released,
}

/// One digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Who is told; nobody where a partner has no user yet.
    pub user: Option<String>,
    /// The unit that is told, where there is no user.
    pub unit: Option<String>,
    /// What is told.
    pub kind: NoticeKind,
    /// In which slot.
    pub slot: FieldIx,
    /// The first hundred leads.
    pub leads: Vec<String>,
    /// How many leads.
    pub count: usize,
    /// Whether it is the person's first notice of each of the leads; known only where leads remember who was told.
    pub first: Option<bool>,
}

impl Notice {
    /// The notice as the public API shows it.
    pub fn to_json(&self, slot: &str) -> Json {
        let mut out = vec![("user".to_owned(), self.user.clone().into())];
        out.extend(self.unit.clone().map(|unit| ("unit".to_owned(), unit.into())));
        let kind = if self.kind == NoticeKind::Assigned { "assigned" } else { "released" };
        out.push(("kind".to_owned(), kind.into()));
        out.push(("slot".to_owned(), slot.into()));
        out.push(("leads".to_owned(), self.leads.clone().into()));
        out.push(("count".to_owned(), self.count.into()));
        out.extend(self.first.map(|first| ("first".to_owned(), first.into())));
        Json::Object(out)
    }
}

/// What is known of one digest so far.
struct Gathered {
    leads: Vec<String>,
    count: usize,
    first: bool,
}

/// Gathers digests by slot, kind and person.
#[derive(Default)]
struct Gathering {
    /// By place of the slot, kind and person.
    of: BTreeMap<(usize, NoticeKind, String), Gathered>,
}

impl Gathering {
    fn add(&mut self, slot: usize, kind: NoticeKind, user: &str, lead: &str, was_told: bool) {
        let gathered =
            self.of.entry((slot, kind, user.to_owned())).or_insert_with(|| Gathered { leads: Vec::new(), count: 0, first: true });
        if gathered.leads.len() < NAMED {
            gathered.leads.push(lead.to_owned());
        }
        gathered.count += 1;
        gathered.first &= !was_told;
    }
}

/// The notices of a plan: by slot, those who receive before those who lose, then by id.
pub(super) fn of(plan: &Plan) -> Vec<Notice> {
    if plan.told() == Told::No {
        return Vec::new();
    }
    let lead = &plan.model.lead;
    let mut gathering = Gathering::default();
    let slots: Vec<(usize, FieldIx)> =
        lead.slots.iter().map(|slot| slot.field).enumerate().filter(|(_, slot)| plan.edits.sets(*slot)).collect();
    let place = |field: FieldIx| lead.slots.iter().position(|slot| slot.field == field).unwrap_or(0);
    for (at, row) in plan.rows.iter().map(|row| RowIx(*row)).enumerate() {
        let told = lead.notified.map(|field| plan.table.cell(row, field));
        let was_told = |user: &str| told.as_ref().is_some_and(|told| told.items().any(|other| other == user));
        let id = plan.table.id(row);
        for (at_slot, slot) in &slots {
            let from = plan.table.cell(row, *slot);
            let Some(to) = plan.edits.always(*slot).and_then(|to| to.value(at, &from, plan.now)).filter(|to| *to != from) else { continue };
            to.text().into_iter().for_each(|user| gathering.add(*at_slot, NoticeKind::Assigned, user, &id, was_told(user)));
            from.text().into_iter().for_each(|user| gathering.add(*at_slot, NoticeKind::Released, user, &id, was_told(user)));
        }
        for (slot, user) in &plan.resend {
            gathering.add(place(*slot), NoticeKind::Assigned, user, &id, was_told(user));
        }
    }
    let mut out: Vec<Notice> = gathering
        .of
        .into_iter()
        .map(|((slot, kind, user), Gathered { leads, count, first })| Notice {
            user: Some(user),
            unit: None,
            kind,
            slot: lead.slots.get(slot).map_or(lead.owner, |slot| slot.field),
            leads,
            count,
            first: lead.notified.map(|_| first),
        })
        .collect();
    for copy in &plan.created {
        let text = |field: Option<FieldIx>| {
            copy.set.iter().find(|(set, _)| Some(*set) == field).and_then(|(_, cell)| cell.text()).map(str::to_owned)
        };
        let user = text(Some(lead.owner));
        let unit = if user.is_none() { text(lead.unit) } else { None };
        out.push(Notice { first: lead.notified.map(|_| true), ..to_unit(lead.owner, user, unit, copy.id.clone()) });
    }
    if let (Some(unit), Some(row)) = (&plan.tell_unit, plan.rows.first()) {
        out.push(to_unit(lead.owner, None, Some(unit.clone()), plan.table.id(RowIx(*row)).into_owned()));
    }
    out
}

/// The notice of one lead, to a user or to a unit where a partner has no user yet.
fn to_unit(slot: FieldIx, user: Option<String>, unit: Option<String>, lead: String) -> Notice {
    Notice { user, unit, kind: NoticeKind::Assigned, slot, leads: vec![lead], count: 1, first: None }
}
