//! From a decision to a plan: what else changes, what is told, and what is written to the state.

use std::collections::BTreeMap;

use crate::access::Reason;
use crate::error::{Diagnostic, Result};
use crate::query::Cell;
use crate::table::{Column, RowIx};

use crate::plan::draft::Draft;
use crate::plan::drops::DropCode as Code;
use crate::plan::edit::{self, NewValue};
use crate::plan::planner::Planner;
use crate::plan::{Plan, lines};
use crate::shards;

impl Plan {
    /// Adds to a decision what follows from it.
    pub(crate) fn finalize(&mut self, planner: &Planner<'_>, mut draft: Draft) -> Result<()> {
        self.bulk = planner.bulk;
        self.questions = draft.questions;
        self.drops = draft.drops;
        self.refused = draft.refused;
        self.part = draft.part;
        if self.all_or_nothing && self.refused.is_empty() {
            self.refused = self.first_refusal();
        }
        if !self.refused.is_empty() {
            self.drops.clear();
            return Ok(());
        }
        if !draft.exact {
            draft.edits.follow_owner(&self.model, self.now, &self.actor, self.notify);
        }
        draft.edits.sort(&self.model);
        (self.rows, self.edits) = (draft.rows, draft.edits);
        if !draft.unchanged_removed && !draft.keep_empty {
            self.drop_unchanged()?;
        }
        self.attach = draft.attach;
        self.created = draft.created;
        self.removed = draft.removed;
        self.resend = draft.resend;
        self.slot = draft.slot;
        self.all_move = draft.unchanged_removed;
        self.split = draft.split;
        self.tell_unit = draft.tell_unit;
        self.warnings = draft.warnings;
        self.warn_of_access(planner, draft.gains)?;
        self.lines = match shards::lines(self, planner, &draft.receivers, &draft.former)? {
            Some(lines) => lines,
            None => lines::of(self, planner, &draft.receivers, &draft.former)?,
        };
        self.state = draft.state;
        if !draft.exact {
            self.remember_last(planner)?;
        }
        self.forget_held(planner);
        crate::sort::by(&mut self.state, |a, b| a.key.cmp(&b.key));
        self.reads = planner.context.state.reads(&self.state);
        Ok(())
    }

    /// Why everything is refused, where one refused row refuses all.
    fn first_refusal(&self) -> Vec<Reason> {
        let Some(first) = self.drops.first_refusal() else { return Vec::new() };
        vec![Reason::new(first.code.name(), None, first.code.message()).with("lead", self.lead_of(&first).as_ref())]
    }

    /// Drops the rows that are as asked already.
    fn drop_unchanged(&mut self) -> Result<()> {
        let mut keep = Vec::new();
        keep.try_reserve_exact(self.rows.len())?;
        let moved = self.sure_to_change();
        for (at, row) in self.rows.iter().enumerate() {
            let row = RowIx(*row);
            keep.push(moved(row) || !self.edits.of_row(at, row, &self.table, &self.model, self.now).is_empty());
        }
        drop(moved);
        if keep.iter().all(|keep| *keep) {
            return Ok(());
        }
        let unchanged = self.rows.iter().zip(&keep).filter(|(_, keep)| !**keep).map(|(row, _)| *row);
        self.drops.rows(unchanged.collect(), Code::NoChange);
        self.edits.keep_rows(&keep);
        let mut flags = keep.iter();
        self.rows.retain(|_| flags.next().copied().unwrap_or(true));
        Ok(())
    }

    /// Tells of some rows at a glance that they change: by the code of a field that all are set to one value of.
    fn sure_to_change(&self) -> Box<dyn Fn(RowIx) -> bool + '_> {
        for edit in self.edits.iter().filter(|edit| edit.when == edit::AppliesWhen::Always) {
            if let (NewValue::Same(cell), Column::Coded(coded)) = (&edit.to, self.table.column(edit.field)) {
                let wanted = match cell {
                    Cell::Text(text) => coded.dict.find(text),
                    _ => Some(0),
                };
                return Box::new(move |row| Some(coded.code(row.0)) != wanted);
            }
        }
        Box::new(|_| false)
    }

    /// Names the units that gain access to leads, each with how many.
    fn warn_of_access(&mut self, planner: &Planner<'_>, gains: Option<String>) -> Result<()> {
        let mut gained: BTreeMap<String, usize> = gains.into_iter().map(|unit| (unit, 1)).collect();
        let field = self.model.lead.access;
        if let Some((field, NewValue::Access { add, .. })) = field.and_then(|field| Some((field, self.edits.always(field)?)))
            && (!add.is_empty() || self.may_grant(planner)?)
        {
            for (at, row) in self.rows.iter().map(|row| RowIx(*row)).enumerate() {
                let sets = self.edits.of_row(at, row, &self.table, &self.model, self.now);
                let Some(set) = sets.iter().find(|set| set.field == field) else { continue };
                for unit in set.to.items().filter(|unit| !set.from.items().any(|other| other == *unit)) {
                    *gained.entry(unit.to_owned()).or_default() += 1;
                }
            }
        }
        self.warnings.extend(gained.into_iter().map(|(unit, leads)| {
            let message = format!("the unit `{unit}` gains access to {leads} {}", if leads == 1 { "lead" } else { "leads" });
            Diagnostic::warning("access_granted", "", message).with("unit", unit).with("leads", leads)
        }));
        Ok(())
    }

    /// Whether any of the receivers has any lead to cross a boundary for.
    fn may_grant(&self, planner: &Planner<'_>) -> Result<bool> {
        if !edit::grants(&self.model) {
            return Ok(false);
        }
        for edit in self.edits.iter().filter(|edit| self.model.lead.slot(edit.field).is_some()) {
            let values = match &edit.to {
                NewValue::Same(cell) => std::slice::from_ref(cell),
                NewValue::Coded(values, _) => values.as_slice(),
                _ => return Ok(true),
            };
            for user in values.iter().filter_map(|value| self.model.user(value.text()?)) {
                if planner.auth.crossing(&planner.asking(), user.1.unit)? != crate::access::RowSet::None {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
