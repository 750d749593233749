//! Time taken forward: offers whose time is over or whose holders are gone, leads that wait, leads that lie idle.

mod due;

use crate::btree::BTreeSet;

use crate::access::RowSet;
use crate::config::{GroupIx, Model, Verb};
use crate::error::{Diagnostic, Error, Result};
use crate::filter;
use crate::json::Json;
use crate::offer::{Event, Person};
use crate::plan::draft::Draft;
use crate::plan::drops::DropCode;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::plan::state;
use crate::query::assume::all;
use crate::query::{Cell, FieldType, Query, Strictness, compile};
use crate::rotate::Stamp;
use crate::table::{Mask, Row, RowIx};
use crate::time::Instant;

use super::apply::take;
use super::changes::{self, Changes};
use super::memory;
use super::parts::NO_RULE;
use super::router::{Asks, Decision, Outcome, Router, Subject};
use super::runs::{by_group, is_locked_by, may_know};
pub(super) use due::{due, gone, membership};
use due::{due_end, instant_of, run_of};

/// What a sweep is about.
pub(crate) struct Scope<'a> {
    /// Only what these leads have to do with, where they are named.
    pub leads: Option<&'a LeadsRef>,
    /// Only these runs, where they are named.
    pub runs: Option<&'a [String]>,
    /// Most runs and leads that are looked at.
    pub limit: usize,
}

/// A sweep under way.
struct Sweep<'a, 'p> {
    planner: &'p Planner<'p>,
    router: Router<'p>,
    changes: Changes<'p>,
    /// Rows that were decided about.
    met: BTreeSet<u32>,
    draft: Draft,
    left: usize,
    view: RowSet,
    /// Leads that the actor may see and may let rules run over.
    may: RowSet,
    /// The leads that were named.
    named: Option<Mask>,
    scope: &'a Scope<'a>,
    not_loaded: usize,
}

/// Takes time forward.
pub(crate) fn sweep(planner: &Planner<'_>, scope: &Scope<'_>) -> Result<Draft> {
    let mut draft = Draft::default();
    draft.routed.automatic = true;
    let named = match scope.leads {
        Some(wanted) => {
            let rows = leads::resolve(planner, wanted, &[], &mut draft.drops)?;
            Some(Mask::from_rows(planner.table.rows(), rows.into_iter().map(RowIx))?)
        }
        None => None,
    };
    let view = planner.view()?;
    let mut may = view.clone().and(planner.auth.covers(&planner.asking(), Verb::RuleRun)?);
    if planner.bulk {
        may = may.and(planner.auth.covers(&planner.asking(), Verb::LeadMass)?);
    }
    let (router, changes, met) = (Router::new(planner, Asks::Each)?, Changes::new(planner, 0)?, BTreeSet::new());
    let mut sweep = Sweep { planner, router, changes, met, draft, left: scope.limit, view, may, named, scope, not_loaded: 0 };
    sweep.runs()?;
    // Runs that were named alone are all that is meant.
    if scope.leads.is_some() || scope.runs.is_none() {
        sweep.held()?;
        sweep.idle()?;
    }
    let Sweep { router, changes, mut draft, view, not_loaded, .. } = sweep;
    changes::done(router, changes, &mut draft)?;
    if not_loaded > 0 {
        let leads = if not_loaded == 1 { "lead is" } else { "leads are" };
        let or_hidden = if view == RowSet::All { "" } else { " or hidden from the actor" };
        let message = format!("{not_loaded} {leads} not loaded{or_hidden}, and left alone");
        draft.warnings.push(Diagnostic::warning("lead_not_loaded", "", message).with("leads", not_loaded));
    }
    Ok(draft)
}

impl Sweep<'_, '_> {
    /// Whether a lead is one of those that are meant.
    fn is_meant(&self, row: RowIx) -> bool {
        self.named.as_ref().is_none_or(|named| named.contains(row))
    }

    /// The row of a lead that may be swept; what keeps it is noted. Nobody can tell who may see a lead that is not loaded: whoever does not
    /// see all of them is told how many there are, and of one that was offered to them by the name `offered` by which they know it.
    fn row(&mut self, lead: &str, offered: Option<&str>) -> Option<RowIx> {
        let Some(row) = self.planner.table.find(lead).filter(|row| self.view.contains(*row)) else {
            if self.named.is_none() {
                let told = if self.view == RowSet::All { Some(lead) } else { offered };
                told.into_iter().for_each(|name| self.draft.drops.named(name.to_owned(), DropCode::LeadNotLoaded));
                self.not_loaded += 1;
            }
            return None;
        };
        if !self.is_meant(row) {
            return None;
        }
        if !self.may.contains(row) {
            self.draft.drops.row(row, DropCode::NotPermitted);
            return None;
        }
        Some(row)
    }

    /// Offers that are over move on, one step a run.
    fn runs(&mut self) -> Result<()> {
        let planner = self.planner;
        let (model, kept, now) = (planner.model, &planner.context.state, planner.context.now);
        let (mut runs, mut groups): (Vec<(Option<&str>, String)>, Vec<String>) = (Vec::new(), Vec::new());
        let mut all = true;
        match self.scope.runs {
            Some(named) => runs.extend(named.iter().map(|run| (None, run.clone()))),
            None => {
                runs.extend(due(kept, now).into_iter().map(|(key, run)| (Some(key), run.to_owned())));
                let gone = gone(model, kept, &mut membership(model, planner.auth, now))?;
                runs.extend(gone.runs.into_iter().map(|run| (None, run)));
                groups = gone.groups;
            }
        }
        let (named, mut met, mut moved) = (self.scope.runs.is_some(), BTreeSet::new(), BTreeSet::new());
        for (key, id) in runs {
            if self.left == 0 {
                all = false;
                break;
            }
            let found = self.router.run(&id)?;
            if found.is_none() && !named {
                self.router.forget_offers(&id)?;
            }
            // A key of no open window, since its run was lost or is another one's, would be read by every sweep.
            if let Some(key) = key
                && found.as_ref().is_none_or(|stored| stored.due().as_deref() != Some(key))
            {
                self.router.writes.push(kept.write(key.to_owned(), None));
                continue;
            }
            if !met.insert(id.clone()) {
                continue;
            }
            let Some(mut stored) = found.filter(|stored| !named || may_know(planner, &self.view, stored)) else {
                if named {
                    self.draft.drops.named(id, DropCode::UnknownRun);
                }
                continue;
            };
            if !stored.is_open() {
                continue;
            }
            let offered = stored.concerns(Person(planner.actor.0)).then_some(if stored.anonymous { &*id } else { &*stored.lead });
            let Some(row) = self.row(&stored.lead, offered) else {
                all = false;
                continue;
            };
            let cells = Row { table: planner.table, row };
            let lead = Subject { row: Some(row), cells: &cells };
            // A lead that the run does not lock is not its own any more: nobody gets it by this run.
            let locked = is_locked_by(planner, row, &id);
            let event = if locked { Event::Sweep } else { Event::Cancel { by: Person(planner.actor.0), to: None } };
            if self.router.advance(&mut stored, event, &lead)? == Ok(true) {
                self.left -= 1;
                moved.insert(id.clone());
                let by = by_group(&self.router, &stored);
                self.met.insert(row.0);
                self.changes.push_run(&mut self.draft, &mut self.router, Some(row).filter(|_| locked), by);
            }
        }
        if all {
            self.forget_gone(&groups)?;
        }
        let end = due_end(now);
        // What this sweep has moved is due at another time, which the runs tell.
        let stands = |key: &&str| *key >= end.as_str() && !run_of(key).is_some_and(|run| moved.contains(run));
        self.draft.runs.wake_at = kept.standing("due/").find(stands).and_then(instant_of);
        Ok(())
    }

    /// Whoever is gone holds nothing any more in these groups.
    fn forget_gone(&mut self, groups: &[String]) -> Result<()> {
        let model = self.planner.model;
        for ix in groups.iter().filter_map(|id| model.groups.find(id)) {
            self.router.meet_group(GroupIx(ix))?;
            let Some(members) = self.router.groups.get(&ix).map(|group| std::rc::Rc::clone(&group.roster.members)) else { continue };
            let here = |person: &Person| {
                model.users.at(person.0).is_some_and(|user| user.active) && members.iter().any(|member| member.0 == person.0)
            };
            if let Some(offers) = self.router.offers.get_mut(&ix) {
                offers.audience.retain(here);
                offers.used = true;
            }
        }
        Ok(())
    }

    /// Leads that wait are tried again, the longest waiting first.
    fn held(&mut self) -> Result<()> {
        let planner = self.planner;
        let (model, kept) = (planner.model, &planner.context.state);
        let mut waiting: Vec<(Option<Stamp>, &str)> = Vec::new();
        for key in kept.standing("held/") {
            let since = kept.peek(key).and_then(|entry| memory::stamp(entry.value.get("since")));
            waiting.push((since, key));
        }
        crate::sort::all(&mut waiting);
        for (_, key) in waiting {
            if self.left == 0 {
                break;
            }
            let Some(lead) = state::name_of(key) else { continue };
            let Some(row) = self.row(&lead, None) else { continue };
            if self.met.contains(&row.0) || model.lead.run.is_some_and(|run| is_filled(&planner.table.cell(row, run))) {
                continue;
            }
            let Some(value) = kept.get(key)? else { continue };
            let text = |key: &str| value.get(key).and_then(Json::as_text).unwrap_or_default();
            let (group, rule) = (model.groups.find(text("group")).map(GroupIx), model.rules.find(text("rule")));
            let slot = group.and_then(|ix| model.groups.at(ix.0)).map_or(model.lead.owner, |group| group.slot);
            if is_filled(&planner.table.cell(row, slot)) {
                // Somebody has it, and waits no longer.
                self.router.writes.push(kept.write(key.to_owned(), None));
                continue;
            }
            let cells = Row { table: planner.table, row };
            let subject = Subject { row: Some(row), cells: &cells };
            let decision = match group {
                Some(ix) => {
                    let found = self.router.group(ix, rule.unwrap_or(NO_RULE), &subject, None)?;
                    let (outcome, group) = found.unwrap_or((None, None));
                    Decision { outcome: outcome.unwrap_or(Outcome::Held), rule, group }
                }
                None => self.router.walk(&subject, None)?,
            };
            if take(&mut self.changes, &mut self.draft, &mut self.router, row, decision) {
                self.met.insert(row.0);
                self.left -= 1;
            }
        }
        Ok(())
    }

    /// Leads whose owners did nothing for too long lose them.
    fn idle(&mut self) -> Result<()> {
        let planner = self.planner;
        let (model, now) = (planner.model, planner.context.now);
        let Some(minutes) = model.lifecycle.retire_after_minutes else { return Ok(()) };
        let Some(query) = idle(model, now, minutes)? else { return Ok(()) };
        let mask = planner.open()?.clone().and(self.may.clone()).narrow(filter::select(&query, planner.table, &planner.filtering())?);
        let locked = planner.auth.locked(&planner.asking(), model.lead.owner)?;
        for row in leads::by_id(planner.table, &mask, &[])? {
            let row = RowIx(row);
            if self.left == 0 {
                break;
            }
            if !self.is_meant(row) || locked.contains(row) || self.met.contains(&row.0) {
                continue;
            }
            let cells = Row { table: planner.table, row };
            self.router.released(&Subject { row: Some(row), cells: &cells })?;
            let by = Decision { outcome: Outcome::Unassigned, rule: None, group: None };
            self.changes.retire(&mut self.draft, row, by);
            self.left -= 1;
        }
        Ok(())
    }
}

fn is_filled(cell: &Cell<'_>) -> bool {
    !cell.is_null() && cell.text() != Some("")
}

/// Leads that have an owner and lie idle: since the later of their assignment and of the last activity, or since they were made where neither
/// is known. Nothing where leads do not say.
pub(crate) fn idle(model: &Model, now: Instant, minutes: i64) -> Result<Option<Query>> {
    let lead = &model.lead;
    let Some(cutoff) = Instant::new(now.0.saturating_sub(minutes.saturating_mul(60_000))) else { return Ok(None) };
    let rule = |field, operator: &str, value: Json| {
        Json::object([("field", model.schema.name(field).into()), ("operator", operator.into()), ("value", value)])
    };
    let group = |combinator: &str, rules: Vec<Json>| Json::object([("combinator", combinator.into()), ("rules", Json::List(rules))]);
    let (mut none, mut old, mut some) = (Vec::new(), Vec::new(), Vec::new());
    for field in [lead.assigned_at, lead.last_activity_at].into_iter().flatten() {
        none.push(rule(field, "null", Json::Null));
        some.push(rule(field, "notNull", Json::Null));
        old.push(group("or", vec![rule(field, "null", Json::Null), rule(field, "<=", cutoff.write().into())]));
    }
    let mut ways = Vec::new();
    if !some.is_empty() {
        old.push(group("or", some));
        ways.push(group("and", old));
    }
    if let Some(field) = lead.created_at {
        let day = model.schema.kind(field) == FieldType::Date;
        let cutoff = if day { model.schema.zone.local(cutoff).day.write() } else { cutoff.write() };
        none.push(rule(field, "<=", cutoff.into()));
        ways.push(group("and", none));
    }
    if ways.is_empty() {
        return Ok(None);
    }
    let json = group("and", vec![rule(lead.owner, "notNull", Json::Null), group("or", ways)]);
    let query = compile(&json, "", &model.schema, Strictness::List).map_err(|faults| Error::invalid("query_invalid", faults))?;
    Ok(Some(Query::from(all([query.root().clone()]))))
}
