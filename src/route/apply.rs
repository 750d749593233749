//! From the decisions about leads to what a plan changes.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::access::{Reason, RowSet};
use crate::config::{GroupIx, UserIx, Verb};
use crate::error::Result;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::runs;
use crate::table::{Row, RowIx};

use super::changes::{self, Changes};
use super::few;
use super::parts::{NO_RULE, RuleOutcome};
use super::reasons::Reasons;
use super::router::{Asks, Attempt, Decision, Outcome, Router, Subject, Trace};

/// People whose reasons are told of a lead that nobody may have.
const TOLD: usize = 8;
/// Rows from which on conditions are evaluated for all of them at once, if they are not few among those of the table.
const BATCH: usize = 8;
/// How many rows of the table there may be for each row of a batch.
const SPARSE: usize = 256;

/// Who decides about leads.
#[derive(Clone, Copy)]
pub(crate) enum Decider {
    /// The rules.
    Rules,
    /// A group, asked by hand.
    Group(GroupIx),
}

/// Routes the leads that a command names, by the rules or by a group.
pub(crate) fn decide(planner: &Planner<'_>, wanted: &LeadsRef, by: Decider) -> Result<Draft> {
    let mut draft = Draft::default();
    let ruled = matches!(by, Decider::Rules);
    let rows = match wanted {
        LeadsRef::Ids { ids, seen } if ruled && ids.len() < BATCH => few::rows(planner, ids, seen.as_deref(), &mut draft.drops)?,
        _ => {
            let mut rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
            let checks = match by {
                Decider::Rules => checks(planner)?,
                Decider::Group(group) => checks_by_hand(planner, group)?,
            };
            draft.drops.drop_failing(&mut rows, checks);
            rows
        }
    };
    draft.routed.automatic = true;

    let dense = rows.len() >= BATCH && rows.len().saturating_mul(SPARSE) >= planner.table.rows() as usize;
    let mut router = Router::new(planner, if dense { Asks::Rows } else { Asks::Each })?;
    if dense && ruled {
        router.match_rows(&rows)?;
    }
    let mut changes = Changes::new(planner, rows.len())?;
    draft.rows.try_reserve_exact(rows.len())?;
    let (mut told, mut at) = (BTreeMap::new(), 0);
    while let Some(rest) = rows.get(at..).filter(|rest| !rest.is_empty()) {
        if dense && ruled {
            let count = router.deal(rest, &mut changes.dealt)?;
            draft.rows.extend_from_slice(rest.get(..count).unwrap_or_default());
            at += count;
        }
        let Some(row) = rows.get(at).copied() else { break };
        at += 1;
        one(&mut router, row, by, &mut changes, &mut draft, &mut told)?;
    }
    changes::done(router, changes, &mut draft)?;
    Ok(draft)
}

/// Sends one lead on its way, and writes down what comes of it.
fn one(router: &mut Router<'_>, row: u32, by: Decider, changes: &mut Changes<'_>, draft: &mut Draft, told: &mut Told) -> Result<()> {
    let planner = router.planner;
    let at = RowIx(row);
    let cells = Row { table: planner.table, row: at };
    let lead = Subject { row: Some(at), cells: &cells };
    let decision = ask(router, by, &lead, None)?;
    if take(changes, draft, router, at, decision) {
        if let Decider::Group(group) = by {
            note_run(draft, router, group, at, decision);
        }
        return Ok(());
    }
    let code = match decision.outcome {
        Outcome::Held => DropCode::Held,
        Outcome::NeedsReview => DropCode::NeedsReview,
        Outcome::Unassigned => DropCode::NobodyEligible,
        _ => DropCode::NoRule,
    };
    draft.drops.row(at, code);
    let mut trace = Trace::default();
    if router.asks == Asks::Rows && decision.outcome == Outcome::NoRule {
        router.owned_rules(at, &mut trace)?;
    } else {
        // Nothing was given, so that the way can be gone again, and told this time.
        ask(router, by, &lead, Some(&mut trace))?;
    }
    if let (Outcome::Held, Some(group)) = (decision.outcome, decision.group)
        && let Some((key, value)) = router.hold(&planner.table.id(at), decision.rule, group)?
    {
        draft.state.push(planner.context.state.write(key, Some(value.into())));
    }
    let reasons = reasons(router, &trace, told);
    if !reasons.is_empty() {
        draft.routed.reasons.insert(row, reasons);
    }
    Ok(())
}

fn ask(router: &mut Router<'_>, by: Decider, lead: &Subject<'_>, trace: Option<&mut Trace>) -> Result<Decision> {
    match by {
        Decider::Rules => router.walk(lead, trace),
        Decider::Group(group) => {
            let found = router.group(group, NO_RULE, lead, trace)?;
            let (outcome, group) = found.map_or((None, None), |(outcome, group)| (outcome, group));
            Ok(Decision { outcome: outcome.unwrap_or(Outcome::Unassigned), rule: None, group })
        }
    }
}

/// Takes over what was decided of a lead, if anything changes by it.
pub(super) fn take(changes: &mut Changes<'_>, draft: &mut Draft, router: &mut Router<'_>, row: RowIx, decision: Decision) -> bool {
    match decision.outcome {
        Outcome::Assigned(user, _) => changes.assign(draft, row, user, decision),
        Outcome::Pooled(pool) => changes.pool(draft, row, pool, decision),
        Outcome::Offered => changes.push_run(draft, router, Some(row), decision),
        _ => return false,
    }
    true
}

/// Tells what a group that was asked by hand did at once.
fn note_run(draft: &mut Draft, router: &Router<'_>, asked: GroupIx, row: RowIx, decision: Decision) {
    let model = router.planner.model;
    let Outcome::Assigned(user, slot) = decision.outcome else { return };
    let lead = router.planner.table.id(row).into_owned();
    let Some(group) = model.groups.at(decision.group.unwrap_or(asked).0) else { return };
    let defaulted = group.offers() && group.default_assignee == Some(user);
    let cells = Row { table: router.planner.table, row };
    draft.runs.push(runs::Run {
        id: router.run_id(&Subject { row: Some(row), cells: &cells }, &group.id),
        lead,
        row: Some(row.0),
        slot,
        group: group.id.clone(),
        anonymous: false,
        status: if defaulted { "defaulted" } else { "assigned" },
        offered_to: Vec::new(),
        expires_at: None,
        history: Vec::new(),
        assignee: Some(router.planner.id_of(user).to_owned()),
        reasons: Vec::new(),
        asked: Vec::new(),
    });
}

/// What is asked of leads that somebody gives to a group: all that a change of the slot by hand asks, but whom it goes to.
fn checks_by_hand(planner: &Planner<'_>, group: GroupIx) -> Result<RowChecks> {
    let slot = planner.model.groups.at(group.0).map_or(planner.model.lead.owner, |group| group.slot);
    let mut out = RowChecks::default();
    planner.ask_edit(&mut out)?;
    out.only(DropCode::NotPermitted, planner.auth.release(&planner.asking(), slot)?);
    planner.ask_state(slot, &RowSet::None, &mut out)?;
    Ok(out)
}

/// What is asked of the leads before any rule.
fn checks(planner: &Planner<'_>) -> Result<RowChecks> {
    let asking = planner.asking();
    let mut out = RowChecks::default();
    out.only(DropCode::NotPermitted, planner.auth.covers(&asking, Verb::RuleRun)?);
    if planner.bulk {
        out.only(DropCode::NotPermitted, planner.auth.covers(&asking, Verb::LeadMass)?);
    }
    planner.ask_guard(&mut out)?;
    let mut locked = RowSet::None;
    for slot in super::slots(planner.model) {
        locked = locked.or(planner.auth.locked(&asking, slot)?);
    }
    out.not(DropCode::Locked, locked, planner.table.rows())?;
    Ok(out)
}

/// Reasons by what they are about: rule, person and what is against them.
type Told = BTreeMap<Vec<(u32, u32, Reasons)>, Rc<Vec<Reason>>>;

/// Why a lead was left out: the rules that passed it over for its owner, then people with their reasons. Leads with the same reasons share them.
fn reasons(router: &Router<'_>, trace: &Trace, told: &mut Told) -> Rc<Vec<Reason>> {
    let model = router.planner.model;
    let mut name: Vec<(u32, u32, Reasons)> = Vec::new();
    for (rule, outcome) in &trace.rules {
        if *outcome == RuleOutcome::Owned {
            name.push((*rule, u32::MAX, Reasons::NONE));
        }
    }
    for Attempt { rule, people, .. } in &trace.attempts {
        for candidate in people.iter().take(TOLD) {
            name.push((*rule, candidate.user.0, candidate.reasons));
        }
    }
    if let Some(known) = told.get(&name) {
        return Rc::clone(known);
    }
    let mut out = Vec::new();
    for (rule, user, reasons) in &name {
        let rule = router.rule_id(*rule);
        match *user {
            u32::MAX => out.push(Reason::new("owned", None, "the lead has an owner, and the rule overwrites none").with("rule", rule)),
            user => {
                let id = model.users.get(UserIx(user)).map_or("", |user| user.id.as_str());
                for (code, message) in reasons.list() {
                    let reason = Reason::new(code, None, format!("`{id}` {message}")).with("user", id);
                    out.push(if rule.is_empty() { reason } else { reason.with("rule", rule) });
                }
            }
        }
    }
    let out = Rc::new(out);
    told.insert(name, Rc::clone(&out));
    out
}
