//! Who is told what: one digest for each person, however many leads.

use crate::btree::BTreeMap;

use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::{Column, RowIx};

use crate::plan::Plan;
use crate::plan::edit::NewValue;

/// Most leads that a notice names; the count is of all.
const NAMED: usize = 100;

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// Leads that were given.
    Assigned,
    /// A lead that may be claimed.
    Offered,
    /// Leads that were offered, and that they claimed.
    Claimed,
    /// Leads that were offered, and that nobody claimed.
    Defaulted,
    /// Leads that were taken.
    Released,
}

impl NoticeKind {
    const fn word(self) -> &'static str {
        match self {
            NoticeKind::Assigned => "assigned",
            NoticeKind::Released => "released",
            NoticeKind::Offered => "offered",
            NoticeKind::Claimed => "claimed",
            NoticeKind::Defaulted => "defaulted",
        }
    }
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
    /// Of one run of offers: which.
    pub run: Option<String>,
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
        out.push(("kind".to_owned(), self.kind.word().into()));
        out.push(("slot".to_owned(), slot.into()));
        out.extend(self.run.clone().map(|run| ("run".to_owned(), run.into())));
        out.push(("leads".to_owned(), self.leads.clone().into()));
        out.push(("count".to_owned(), self.count.into()));
        out.extend(self.first.map(|first| ("first".to_owned(), first.into())));
        Json::Object(out)
    }
}

/// What is known of one digest so far.
#[derive(Clone, Default)]
struct Gathered {
    rows: Vec<u32>,
    count: usize,
    /// Leads of which the person had a notice already.
    known: usize,
}

impl Gathered {
    #[inline]
    fn add(&mut self, row: RowIx, was_told: impl FnOnce() -> bool) {
        if self.rows.len() < NAMED {
            self.rows.push(row.0);
        }
        self.count += 1;
        self.known += usize::from(was_told());
    }
}

/// Digests of one slot, by person.
type Of = BTreeMap<(NoticeKind, String), Gathered>;

/// The notices of a plan: by slot, those who receive before those who lose, then by id.
pub(crate) fn of(plan: &Plan) -> Vec<Notice> {
    if !plan.notify {
        return Vec::new();
    }
    if let Some(notices) = plan.totals.notices() {
        return notices;
    }
    let lead = &plan.model.lead;
    let told = |row: RowIx, user: &str| {
        let told = lead.notified.map(|field| plan.table.cell(row, field));
        told.is_some_and(|told| told.items().any(|other| other == user))
    };
    let mut out: Vec<Notice> = Vec::new();
    for slot in lead.slots.iter().map(|slot| slot.field) {
        let mut of = of_slot(plan, slot, &told);
        for (_, user) in plan.resend.iter().filter(|(field, _)| *field == slot) {
            let gathered = of.entry((NoticeKind::Assigned, user.clone())).or_default();
            plan.rows.iter().map(|row| RowIx(*row)).for_each(|row| gathered.add(row, || told(row, user)));
        }
        out.extend(of.into_iter().map(|((kind, user), gathered)| Notice {
            user: Some(user),
            unit: None,
            kind,
            slot,
            run: run_of(plan, kind, &gathered),
            leads: gathered.rows.iter().map(|row| plan.table.id(RowIx(*row)).into_owned()).collect(),
            count: gathered.count,
            first: lead.notified.map(|_| gathered.known == 0),
        }));
    }
    for copy in &plan.created {
        let text = |field: Option<FieldIx>| {
            copy.set.iter().find(|(set, _)| Some(*set) == field).and_then(|(_, cell)| cell.text()).map(str::to_owned)
        };
        let user = text(Some(lead.owner));
        let unit = if user.is_none() { text(lead.unit) } else { None };
        out.push(Notice { first: lead.notified.map(|_| true), ..to_unit(lead.owner, user, unit, copy.id.clone()) });
    }
    for run in &plan.runs.list {
        let leads = if run.hides_lead() { Vec::new() } else { vec![run.lead.clone()] };
        for user in &run.asked {
            let notice = to_unit(run.slot, Some(user.clone()), None, String::new());
            out.push(Notice { kind: NoticeKind::Offered, run: Some(run.id.clone()), leads: leads.clone(), ..notice });
        }
    }
    if let (Some(unit), Some(row)) = (&plan.tell_unit, plan.rows.first()) {
        out.push(to_unit(lead.owner, None, Some(unit.clone()), plan.table.id(RowIx(*row)).into_owned()));
    }
    out
}

/// The run by which somebody got a lead, if it is one lead.
fn run_of(plan: &Plan, kind: NoticeKind, gathered: &Gathered) -> Option<String> {
    let offered = matches!(kind, NoticeKind::Claimed | NoticeKind::Defaulted) && gathered.count == 1;
    let row = gathered.rows.first().filter(|_| offered)?;
    plan.runs.of_row(*row).map(|run| run.id.clone())
}

/// How a lead came to whoever gets it.
fn given(plan: &Plan, row: RowIx) -> NoticeKind {
    match plan.runs.of_row(row.0).map(|run| run.status) {
        Some("claimed") => NoticeKind::Claimed,
        Some("defaulted") => NoticeKind::Defaulted,
        _ => NoticeKind::Assigned,
    }
}

/// What people win and lose in one slot. Where its column and its new values are coded, no text is looked at for a row.
fn of_slot(plan: &Plan, slot: FieldIx, told: &dyn Fn(RowIx, &str) -> bool) -> Of {
    let mut out = Of::new();
    let Some(edit) = plan.edits.always(slot) else { return out };
    let rows = || plan.rows.iter().map(|row| RowIx(*row));
    let remembers = plan.model.lead.notified.is_some();
    let coded = match (plan.table.column(slot), edit) {
        _ if !plan.runs.list.is_empty() => None,
        (Column::Coded(coded), NewValue::Same(cell)) => Some((coded, std::slice::from_ref(cell), None)),
        (Column::Coded(coded), NewValue::Coded(values, codes)) => Some((coded, values.as_slice(), Some(codes.as_slice()))),
        _ => None,
    };
    let Some((coded, values, codes)) = coded else {
        for (at, row) in rows().enumerate() {
            let from = plan.table.cell(row, slot);
            let Some(to) = edit.value(at, &from, plan.now).filter(|to| *to != from) else { continue };
            for (kind, user) in [(given(plan, row), to.text()), (NoticeKind::Released, from.text())] {
                let Some(user) = user else { continue };
                out.entry((kind, user.to_owned())).or_default().add(row, || told(row, user));
            }
        }
        return out;
    };
    let place = |value: &Cell<'static>| value.text().map_or(Some(0), |user| coded.dict.find(user));
    let places: Vec<Option<u32>> = values.iter().map(place).collect();
    let mut won = vec![Gathered::default(); values.len()];
    let mut lost = vec![Gathered::default(); coded.dict.len() + 1];
    for (at, row) in rows().enumerate() {
        let to = codes.map_or(0, |codes| codes.get(at).copied().unwrap_or(0)) as usize;
        let from = coded.code(row.0);
        if places.get(to).copied().flatten() == Some(from) {
            continue;
        }
        if let Some(gathered) = won.get_mut(to) {
            gathered.add(row, || remembers && values.get(to).and_then(Cell::text).is_some_and(|user| told(row, user)));
        }
        if let Some(gathered) = lost.get_mut(from as usize) {
            gathered.add(row, || remembers && told(row, coded.dict.get(from)));
        }
    }
    let winners = values.iter().zip(won).filter_map(|(value, won)| Some(((NoticeKind::Assigned, value.text()?.to_owned()), won)));
    let losers = coded.dict.iter().zip(lost.into_iter().skip(1)).map(|(user, lost)| ((NoticeKind::Released, user.to_owned()), lost));
    out.extend(winners.chain(losers).filter(|(_, gathered)| gathered.count > 0));
    out
}

/// The notice of one lead, to a user or to a unit where a partner has no user yet.
fn to_unit(slot: FieldIx, user: Option<String>, unit: Option<String>, lead: String) -> Notice {
    Notice { user, unit, kind: NoticeKind::Assigned, slot, run: None, leads: vec![lead], count: 1, first: None }
}
