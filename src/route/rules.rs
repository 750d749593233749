//! Which rules are for a lead.

use crate::config::{GroupIx, Rule, RuleTarget};
use crate::error::{Diagnostic, Result};
use crate::filter::{self, Remaining};
use crate::plan::holders;
use crate::rotate::batch::ALONE;
use crate::table::{Mask, RowIx};

use super::parts::{NO_RULE, RuleOutcome};
use super::router::{Asks, Router, Subject, Trace};

/// From so small a part of a batch on, rows that no rule was for yet are kept as a list.
const LISTED: usize = 8;

impl<'p> Router<'p> {
    /// Finds the first rule for each row of a batch, rule by rule over the rows that no earlier one is for.
    pub fn match_rows(&mut self, rows: &[u32]) -> Result<()> {
        let planner = self.planner;
        let batch = Mask::from_list(planner.table.rows(), rows)?;
        let mut free = holders::held_by(planner.table, planner.model.lead.owner, &[None])?;
        free.and(&batch.words);
        let mut left = Remaining::new(batch.clone(), rows.len() / LISTED);
        self.rules.first = Vec::new();
        self.rules.first.try_reserve_exact(planner.table.rows() as usize)?;
        self.rules.first.resize(planner.table.rows() as usize, NO_RULE);
        self.rules.batch = Some([batch, free]);
        let rules = planner.model.rules.len();
        self.rules.rows.resize(rules, None);
        self.rules.owned.resize(rules, None);
        self.rules.lanes.resize(rules, NO_RULE);
        for at in 0..u32::try_from(planner.model.rules.len()).unwrap_or(NO_RULE) {
            let Some(rule) = self.open_rule(at) else { continue };
            let free = self.rules.batch.as_ref().map(|[_, free]| free).filter(|_| !rule.overwrite_owner);
            let taken = left.take(rule.when.as_ref(), planner.table, &planner.filtering(), free, (&mut self.rules.first, at));
            if let Err(error) = taken {
                self.note(at, error)?;
            }
        }
        for row in &self.declined {
            if let Some(first) = self.rules.first.get_mut(*row as usize).filter(|first| **first != NO_RULE) {
                *first |= ALONE;
            }
        }
        Ok(())
    }

    /// A rule whose hours have come.
    fn open_rule(&self, at: u32) -> Option<&'p Rule> {
        self.planner.model.rules.at(at).filter(|_| self.rules.closed.get(at as usize) == Some(&None))
    }

    /// The rows among some that a rule is for.
    fn rows_of(&mut self, at: u32, mut among: Mask) -> Result<Mask> {
        let planner = self.planner;
        let Some(rule) = self.open_rule(at) else { return Mask::none(planner.table.rows()) };
        if let (false, Some([_, free])) = (rule.overwrite_owner, &self.rules.batch) {
            among.and(&free.words);
        }
        self.matching(at, rule, among)
    }

    /// The rows among some that a rule's condition holds for.
    fn matching(&mut self, at: u32, rule: &Rule, among: Mask) -> Result<Mask> {
        let planner = self.planner;
        let Some(when) = &rule.when else { return Ok(among) };
        match filter::select_among(when, planner.table, &planner.filtering(), among) {
            Ok(found) => Ok(found),
            Err(error) => {
                self.note(at, error)?;
                Mask::none(planner.table.rows())
            }
        }
    }

    /// Rows may be dealt in runs to a group that was met, by the rules that send leads there.
    pub fn open_lane(&mut self, ix: GroupIx) {
        for (rule, lane) in self.planner.model.rules.iter().zip(&mut self.rules.lanes) {
            if rule.to == RuleTarget::Group(ix) {
                *lane = ix.0;
            }
        }
    }

    /// Of a row of the batch that no rule is for: those that passed it over for its owner.
    pub fn owned_rules(&mut self, row: RowIx, trace: &mut Trace) -> Result<()> {
        let planner = self.planner;
        if self.rules.batch.as_ref().is_none_or(|[_, free]| free.contains(row)) {
            return Ok(());
        }
        for at in 0..u32::try_from(planner.model.rules.len()).unwrap_or(NO_RULE) {
            let rule = planner.model.rules.at(at).filter(|rule| !rule.overwrite_owner);
            let Some(rule) = rule.filter(|_| self.rules.closed.get(at as usize) == Some(&None)) else { continue };
            // Once for each rule, and not for each row: sets of rows are as long as the table.
            if let (Some(None), Some([batch, free])) = (self.rules.owned.get(at as usize), &self.rules.batch) {
                let mut held = batch.clone();
                held.minus(&free.words);
                let found = self.matching(at, rule, held)?;
                if let Some(rows) = self.rules.owned.get_mut(at as usize) {
                    *rows = Some(found);
                }
            }
            if self.rules.owned.get(at as usize).and_then(Option::as_ref).is_some_and(|rows| rows.contains(row)) {
                trace.rules.push((at, RuleOutcome::Owned));
            }
        }
        Ok(())
    }

    /// A condition that fails to evaluate matches nothing, and is told once.
    fn note(&mut self, at: u32, error: crate::error::Error) -> Result<()> {
        if error.code == "out_of_memory" {
            return Err(error);
        }
        let path = format!("/rules/{at}/when");
        if !self.warnings.iter().any(|warning| warning.path == path) {
            let message = format!("the condition of the rule `{}` cannot be evaluated: {}", self.rule_id(at), error.message);
            self.warnings.push(Diagnostic::warning("rule_failed", path, message).with("rule", self.rule_id(at)));
        }
        Ok(())
    }

    pub fn rule_id(&self, at: u32) -> &str {
        self.planner.model.rules.at(at).map_or("", |rule| rule.id.as_str())
    }

    /// The first rule from a place on that is for a lead; what is passed over is written down.
    pub fn next_rule(&mut self, lead: &Subject<'_>, from: u32, mut trace: Option<&mut Trace>) -> Result<Option<u32>> {
        let batch = lead.row.filter(|_| self.asks == Asks::Rows && trace.is_none());
        if let (Some(row), 0) = (batch, from) {
            return Ok(self.rules.first.get(row.0 as usize).copied().filter(|first| *first != NO_RULE).map(|first| first & !ALONE));
        }
        for at in from..u32::try_from(self.planner.model.rules.len()).unwrap_or(NO_RULE) {
            let outcome = match batch {
                Some(row) => {
                    if self.rows_of_batch(at)?.is_some_and(|rows| rows.contains(row)) {
                        RuleOutcome::Chosen
                    } else {
                        RuleOutcome::NoMatch
                    }
                }
                None => self.fits(at, lead)?,
            };
            if outcome == RuleOutcome::Chosen {
                return Ok(Some(at));
            }
            if let Some(trace) = trace.as_deref_mut() {
                trace.rules.push((at, outcome));
            }
        }
        Ok(None)
    }

    fn rows_of_batch(&mut self, at: u32) -> Result<Option<&Mask>> {
        if self.rules.rows.get(at as usize).is_some_and(Option::is_none) {
            let among = match &self.rules.batch {
                Some([batch, _]) => batch.clone(),
                None => Mask::none(self.planner.table.rows())?,
            };
            let found = self.rows_of(at, among)?;
            if let Some(rows) = self.rules.rows.get_mut(at as usize) {
                *rows = Some(found);
            }
        }
        Ok(self.rules.rows.get(at as usize).and_then(Option::as_ref))
    }

    /// Whether a rule is for a lead; `Chosen` if it is.
    fn fits(&mut self, at: u32, lead: &Subject<'_>) -> Result<RuleOutcome> {
        let planner = self.planner;
        let Some(rule) = planner.model.rules.at(at) else { return Ok(RuleOutcome::NoMatch) };
        if let Some(Some(closed)) = self.rules.closed.get(at as usize) {
            return Ok(*closed);
        }
        if let Some(when) = &rule.when {
            match filter::matches(when, lead.cells, &planner.filtering()) {
                Ok(true) => {}
                Ok(false) => return Ok(RuleOutcome::NoMatch),
                Err(error) => {
                    self.note(at, error)?;
                    return Ok(RuleOutcome::Error);
                }
            }
        }
        let owned = !rule.overwrite_owner && !lead.cells.cell(planner.model.lead.owner).is_null();
        Ok(if owned { RuleOutcome::Owned } else { RuleOutcome::Chosen })
    }
}
