//! Answers to offers, and runs that are ended by hand.

use std::rc::Rc;

use crate::access::{Decision as Decided, Reason, RowSet};
use crate::config::{UserIx, Verb};
use crate::error::{Diagnostic, Result};
use crate::offer::{Event, Person, Refusal};
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode, RowChecks};
use crate::plan::edit::NewValue;
use crate::plan::planner::{Move, Planner};
use crate::plan::state;
use crate::query::{Cell, Cells, FieldIx};
use crate::table::{Row, RowIx};

use super::changes::{self, Changes};
use super::forecast::Nothing;
use super::offer::Stored;
use super::router::{Asks, Decision, Outcome, Router, Subject};

/// What somebody says to an offer.
pub(crate) enum Answer<'a> {
    Claim,
    /// With the reason in their own words.
    Decline(Option<&'a str>),
}

impl Refusal {
    fn drop_code(self) -> DropCode {
        match self {
            Refusal::NotOffered => DropCode::NotOffered,
            Refusal::OfferExpired => DropCode::OfferExpired,
            Refusal::AlreadyClaimed => DropCode::AlreadyClaimed,
            Refusal::RunEnded => DropCode::RunEnded,
        }
    }
}

/// Whether the field of a lead that locks it names the run.
pub(super) fn is_locked_by(planner: &Planner<'_>, row: RowIx, run: &str) -> bool {
    planner.model.lead.run.is_some_and(|field| planner.table.cell(row, field).text() == Some(run))
}

/// Nobody decided but the group.
pub(super) fn by_group(router: &Router<'_>, stored: &Stored) -> Decision {
    let group = router.planner.model.groups.find(&stored.group).map(crate::config::GroupIx);
    Decision { outcome: Outcome::Unassigned, rule: None, group }
}

/// The lead of a run, if the actor may see it.
fn visible(planner: &Planner<'_>, stored: &Stored) -> Result<Option<RowIx>> {
    let view = planner.view()?;
    Ok(planner.table.find(&stored.lead).filter(|row| view.contains(*row)))
}

/// Whether the actor, who sees these leads, may know of a run: they see its lead, or were asked in it. Of a lead that is not loaded only
/// those know who see all of them.
pub(super) fn may_know(planner: &Planner<'_>, view: &RowSet, stored: &Stored) -> bool {
    let seen = planner.table.find(&stored.lead).map_or(*view == RowSet::All, |row| view.contains(row));
    seen || stored.concerns(Person(planner.actor.0))
}

/// Somebody claims or declines what is offered to them.
pub(crate) fn answer(planner: &Planner<'_>, id: &str, answer: &Answer<'_>) -> Result<Draft> {
    let mut draft = Draft::default();
    draft.routed.automatic = true;
    let mut router = Router::new(planner, Asks::Each)?;
    let actor = Person(planner.actor.0);
    let found = router.run(id)?;
    let seen = match &found {
        Some(stored) => visible(planner, stored)?,
        None => None,
    };
    // A run of a lead that is hidden, and that was never offered to the actor, cannot be told from one that is not there.
    let Some(mut stored) = found.filter(|stored| seen.is_some() || stored.concerns(actor)) else {
        draft.drops.named(id.to_owned(), DropCode::UnknownRun);
        return Ok(draft);
    };
    // Whoever may not see the lead hears of the run only.
    let hidden = stored.anonymous && seen.is_none();
    let row = planner.table.find(&stored.lead);
    let refuse = |draft: &mut Draft, stored: &Stored, code: DropCode| match row {
        Some(row) if !hidden => draft.drops.row(row, code),
        _ => draft.drops.named(if hidden { id.to_owned() } else { stored.lead.clone() }, code),
    };
    let Some(row) = row else {
        refuse(&mut draft, &stored, DropCode::LeadNotLoaded);
        return Ok(draft);
    };
    if stored.is_open() && !is_locked_by(planner, row, id) {
        refuse(&mut draft, &stored, DropCode::RunEnded);
        return Ok(draft);
    }
    let cells = Row { table: planner.table, row };
    let lead = Subject { row: Some(row), cells: &cells };
    let holds = stored.run.offered_to.contains(&actor);
    let may = match answer {
        Answer::Claim if holds => router.may_have(planner.actor, stored.slot, &lead)?,
        _ => None,
    };
    let event = match answer {
        Answer::Claim => Event::Claim(actor),
        Answer::Decline(reason) => {
            stored.says(*reason);
            Event::Decline(actor)
        }
    };
    let before = stored.clone();
    match router.advance(&mut stored, event, &lead)? {
        Err(refusal) => refuse(&mut draft, &before, refusal.drop_code()),
        Ok(_) if may.is_some() => {
            refuse(&mut draft, &before, DropCode::ReceiverNotPermitted);
            draft.routed.reasons.extend(may.map(|reasons| (row.0, Rc::new(reasons))));
        }
        Ok(false) => {}
        Ok(true) => {
            let mut changes = Changes::new(planner, 1)?;
            let by = by_group(&router, &stored);
            changes.push_run(&mut draft, &mut router, Some(row), by);
            changes::done(router, changes, &mut draft)?;
            // Whoever claims has the lead from now on, and sees it.
            draft.runs.unseen = seen.is_none() && matches!(answer, Answer::Decline(_));
        }
    }
    Ok(draft)
}

impl Router<'_> {
    /// Why somebody may not have the lead, whatever else is against them; none if they may.
    fn may_have(&mut self, user: UserIx, slot: FieldIx, lead: &Subject<'_>) -> Result<Option<Vec<Reason>>> {
        let reasons = self.of_lead(user, slot, lead)?.without(super::Reasons::DECLINED_BEFORE);
        let id = self.planner.id_of(user);
        let told: Vec<Reason> =
            reasons.list().map(|(code, message)| Reason::new(code, None, format!("`{id}` {message}")).with("user", id)).collect();
        Ok((!told.is_empty()).then_some(told))
    }
}

/// Whether the actor may end runs of a group.
fn may_cancel(planner: &Planner<'_>, group: Option<&str>) -> Result<Decided> {
    match group.filter(|group| planner.model.groups.find(group).is_some()) {
        Some(group) => planner.auth.group_may(planner.actor, Verb::GroupCancel, group),
        None => planner.auth.gone_group_may(planner.actor, Verb::GroupCancel),
    }
}

/// Somebody ends a run; the lead goes to whoever is named, or stays where it is.
pub(crate) fn cancel(planner: &Planner<'_>, id: &str, to: Option<&str>) -> Result<Draft> {
    let mut draft = Draft::default();
    draft.routed.automatic = true;
    let mut router = Router::new(planner, Asks::Each)?;
    let view = planner.view()?;
    let Some(mut stored) = router.run(id)? else {
        return forget(planner, router, id, &view, to);
    };
    let row = planner.table.find(&stored.lead).filter(|row| view.contains(*row));
    if row.is_none() && view != RowSet::All {
        // Whoever was asked knows of the run; it is for others to end it.
        let known = stored.concerns(Person(planner.actor.0));
        let name = if known && !stored.anonymous { stored.lead } else { id.to_owned() };
        draft.drops.named(name, if known { DropCode::NotPermitted } else { DropCode::UnknownRun });
        return Ok(draft);
    }
    let may = may_cancel(planner, Some(&stored.group))?;
    if !may.allowed {
        return Ok(Draft::refuse(may.reasons));
    }
    let locked = row.filter(|row| is_locked_by(planner, *row, id));
    let refuse = |mut draft: Draft, lead: String, code| {
        match row {
            Some(row) => draft.drops.row(row, code),
            None => draft.drops.named(lead, code),
        }
        Ok(draft)
    };
    match (row, stored.is_open(), to) {
        // A lead that came back with the lock of a run that is over.
        (Some(_), false, None) if locked.is_some() => return unlock(planner, router, locked.into_iter().collect()),
        (_, false, _) => return refuse(draft, stored.lead, DropCode::RunEnded),
        (None, true, Some(_)) => return refuse(draft, stored.lead, DropCode::LeadNotLoaded),
        (None, true, None) => draft.warnings.push(not_loaded()),
        (Some(_), true, _) => {}
    }
    let to = to.and_then(|to| planner.model.user(to)).map(|(user, _)| user);
    if let (Some(row), Some(to)) = (row, to) {
        let mut checks = RowChecks::default();
        planner.ask_edit(&mut checks)?;
        planner.ask_moves(&[Move { slot: stored.slot, to: Some(planner.id_of(to)) }], &[], &mut checks)?;
        // It is this very run that locks it.
        checks.forget(DropCode::Locked);
        let mut rows = vec![row.0];
        draft.drops.drop_failing(&mut rows, checks);
        if rows.is_empty() {
            draft.questions = vec![crate::plan::reasons::Question::May(Verb::LeadEdit)];
            draft.questions.push(crate::plan::reasons::Question::of_move(stored.slot, Some(planner.id_of(to).to_owned())));
            return Ok(draft);
        }
    }
    let cells = row.map(|row| Row { table: planner.table, row });
    let lead = Subject { row, cells: cells.as_ref().map_or(&Nothing, |cells| cells as &dyn Cells) };
    let event = Event::Cancel { by: Person(planner.actor.0), to: to.filter(|_| locked.is_some()).map(|user| Person(user.0)) };
    match router.advance(&mut stored, event, &lead)? {
        Err(refusal) => refuse(draft, stored.lead, refusal.drop_code()),
        Ok(_) => {
            let mut changes = Changes::new(planner, 1)?;
            let by = by_group(&router, &stored);
            changes.push_run(&mut draft, &mut router, locked, by);
            changes::done(router, changes, &mut draft)?;
            Ok(draft)
        }
    }
}

fn not_loaded() -> Diagnostic {
    let message = "the lead of the run is not loaded: if there still is one, it stays locked until the run is cancelled once more";
    Diagnostic::warning("lead_not_loaded", "", message)
}

/// Ends what is left of a run that the state has lost: the locks of leads, the capacity of whoever held the offer.
fn forget(planner: &Planner<'_>, mut router: Router<'_>, id: &str, view: &RowSet, to: Option<&str>) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut rows = Vec::new();
    for row in (0..planner.table.rows()).map(RowIx).filter(|row| to.is_none() && view.contains(*row)) {
        if is_locked_by(planner, row, id) {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        draft.drops.named(id.to_owned(), DropCode::UnknownRun);
        return Ok(draft);
    }
    let may = may_cancel(planner, None)?;
    if !may.allowed {
        return Ok(Draft::refuse(may.reasons));
    }
    let (key, kept) = (state::key("run", id), &planner.context.state);
    if !kept.is_known_absent(&key) && kept.peek(&key).is_some() {
        // What cannot be read of it.
        router.writes.push(kept.write(key, None));
    }
    router.forget_offers(id)?;
    unlock(planner, router, rows)
}

/// Takes the lock away from leads; nobody gets them by it.
fn unlock(planner: &Planner<'_>, router: Router<'_>, rows: Vec<RowIx>) -> Result<Draft> {
    let mut draft = Draft::default();
    changes::done(router, Changes::new(planner, 0)?, &mut draft)?;
    draft.rows = rows.into_iter().map(|row| row.0).collect();
    draft.unchanged_removed = true;
    if let Some(field) = planner.model.lead.run {
        draft.edits.set(field, NewValue::Same(Cell::Null));
    }
    Ok(draft)
}
