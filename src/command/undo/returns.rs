//! People who get leads back and cannot work them now: they are named, not passed over.

use crate::btree::BTreeMap;

use crate::access::ReceiveDenial;
use crate::error::{Diagnostic, Result};
use crate::plan::decoded::DecodedChange;
use crate::plan::planner::Planner;
use crate::table::RowIx;

use super::way::PastLead;

/// A warning for each person who gets leads back and cannot work them, with how many.
pub(super) fn warnings(planner: &Planner<'_>, changes: &[(RowIx, &DecodedChange)]) -> Result<Vec<Diagnostic>> {
    let now = Some(planner.context.now);
    let mut counts: BTreeMap<(&'static str, &str), usize> = BTreeMap::new();
    for (row, change) in changes {
        let past = PastLead::new(planner, *row, change, None);
        let mut told: Vec<&str> = Vec::new();
        for set in change.set.iter().filter(|set| planner.model.lead.slot(set.field).is_some()) {
            let Some(name) = set.from.text().filter(|name| !told.contains(name)) else { continue };
            let code = match planner.model.user(name) {
                None => Some("returns_to_unknown"),
                Some((user, _)) => match planner.auth.unable(planner.actor, now, set.field, user, &past)? {
                    None => None,
                    Some(ReceiveDenial::Inactive) => Some("returns_to_inactive"),
                    Some(ReceiveDenial::Service) => Some("returns_to_service"),
                    Some(_) => Some("returns_to_unfit"),
                },
            };
            if let Some(code) = code {
                told.push(name);
                *counts.entry((code, name)).or_default() += 1;
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
