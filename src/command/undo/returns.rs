//! People who get leads back and cannot work them now: they are named, not passed over.

use hashbrown::HashMap;

use crate::access::ReceiveDenial;
use crate::btree::BTreeMap;
use crate::config::{UserIx, Verb};
use crate::error::{Diagnostic, Result};
use crate::plan::planner::Planner;
use crate::query::FieldIx;
use crate::table::Column;

use super::way::PastLead;
use super::{Back, Left};

/// Somebody to whom a slot goes back.
struct Holder<'a> {
    name: &'a str,
    user: Option<UserIx>,
    /// The fields of a lead that decide whether they can work it, where all of them can be told by codes.
    decisive: Option<Vec<FieldIx>>,
    /// What was found out, by the codes of those fields.
    known: HashMap<Vec<u32>, Option<&'static str>, foldhash::fast::FixedState>,
}

impl<'a> Holder<'a> {
    fn of(planner: &Planner<'_>, name: &'a str) -> Holder<'a> {
        let found = planner.model.user(name);
        let mut decisive = None;
        if let Some((_, user)) = found
            && let Ok(view) = planner.auth.scope(name, Verb::LeadView)
        {
            let mut fields = view.reads;
            fields.extend(view.query.fields());
            if let Some(accepts) = &user.accepts {
                fields.extend(accepts.fields());
            }
            fields.extend(planner.model.lead.pool);
            crate::sort::all(&mut fields);
            fields.dedup();
            decisive = Some(fields);
        }
        Holder { name, user: found.map(|(user, _)| user), decisive, known: HashMap::default() }
    }

    /// Why they cannot work a lead once it has gone back to them, if they cannot.
    fn unable(
        &mut self,
        planner: &Planner<'_>,
        left: &Left<'_>,
        slot: FieldIx,
        back: Back,
        key: &mut Vec<u32>,
    ) -> Result<Option<&'static str>> {
        let Some(user) = self.user else { return Ok(Some("returns_to_unknown")) };
        let told = self.decisive.as_deref().is_some_and(|fields| codes(planner, left, fields, back, key));
        if let Some(known) = self.known.get(key.as_slice()).filter(|_| told) {
            return Ok(*known);
        }
        let change = left.change(back, "");
        let past = PastLead::new(planner, back.row, &change, None);
        let code = match planner.auth.unable(planner.actor, Some(planner.context.now), slot, user, &past)? {
            None => None,
            Some(ReceiveDenial::Inactive) => Some("returns_to_inactive"),
            Some(ReceiveDenial::Service) => Some("returns_to_service"),
            Some(_) => Some("returns_to_unfit"),
        };
        if told {
            self.known.insert(key.clone(), code);
        }
        Ok(code)
    }
}

/// The codes of some fields of a lead as it will be: of the plan's old values, or else of the table. False where a value has none.
fn codes(planner: &Planner<'_>, left: &Left<'_>, fields: &[FieldIx], back: Back, key: &mut Vec<u32>) -> bool {
    key.clear();
    for field in fields {
        let before = left.fields.iter().find(|left| left.field.field == *field && left.goes_back(planner.table, back));
        let before = before.map_or(0, |left| left.field.from.code(back.at));
        // What comes from one list of codes is told from what comes from the other.
        match planner.table.column(*field) {
            _ if before > 0 => key.push(before * 2),
            Column::Coded(coded) => key.push(coded.code(back.row.0) * 2 + 1),
            _ => return false,
        }
    }
    true
}

/// A warning for each person who gets leads back and cannot work them, with how many.
pub(super) fn warnings(planner: &Planner<'_>, left: &Left<'_>, rows: &[Back]) -> Result<Vec<Diagnostic>> {
    let mut counts: BTreeMap<(&'static str, &str), usize> = BTreeMap::new();
    let mut slots = Vec::new();
    for field in left.changes.fields().iter().filter(|field| planner.model.lead.slot(field.field).is_some()) {
        let holders: Vec<Option<Holder<'_>>> =
            field.from.list().iter().map(|cell| cell.text().map(|name| Holder::of(planner, name))).collect();
        slots.push((field, holders));
    }
    let mut key = Vec::new();
    for back in rows {
        let mut told: Vec<&str> = Vec::new();
        for (field, holders) in &mut slots {
            let place = (field.from.code(back.at) as usize).checked_sub(1);
            let Some(holder) = place.and_then(|place| holders.get_mut(place)).and_then(Option::as_mut) else { continue };
            if told.contains(&holder.name) {
                continue;
            }
            if let Some(code) = holder.unable(planner, left, field.field, *back, &mut key)? {
                told.push(holder.name);
                *counts.entry((code, holder.name)).or_default() += 1;
            }
        }
    }
    let mut out = Vec::with_capacity(counts.len());
    for ((code, user), count) in counts {
        let leads = if count == 1 { "lead goes" } else { "leads go" };
        let why = match code {
            "returns_to_unknown" => "who is not in the configuration",
            "returns_to_inactive" => "who is not active",
            "returns_to_service" => "which is a service",
            _ if count == 1 => "who may not have it now",
            _ => "who may not have them now",
        };
        let message = format!("{count} {leads} back to `{user}`, {why}");
        out.push(Diagnostic::warning(code, "", message).with("user", user).with("leads", count));
    }
    Ok(out)
}
