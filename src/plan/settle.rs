//! From a decision to a plan: what else changes, what is told, and what is written to the state.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::btree::BTreeMap;

use crate::access::{Authorizer, Reason};
use crate::config::Model;
use crate::error::{Diagnostic, Result};
use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::column::CodedColumn;
use crate::table::{Column, RowIx, Table};

use crate::plan::context::Context;
use crate::plan::draft::Draft;
use crate::plan::drops::{DropCode as Code, Drops};
use crate::plan::edit::{self, NewValue};
use crate::plan::planner::Planner;
use crate::plan::split_part::Totals;
use crate::plan::{Plan, lines};

/// What was asked, by whom, of which table.
pub(crate) struct Asked<'a> {
    pub model: &'a Rc<Model>,
    pub auth: &'a Rc<Authorizer>,
    pub table: &'a Table,
    /// The word for the command's type.
    pub kind: &'static str,
    /// In canonical form.
    pub command: Json,
    /// The rows of the selection that the command names, if it names one.
    pub picked: Option<Rc<Vec<u32>>>,
    pub context: &'a Context,
    /// The configuration's digest.
    pub config: &'a str,
    /// Whether the command asks for the right to act on many leads.
    pub bulk: bool,
    /// The actor's own zone, where the command's filter or list is read in it.
    pub zone: Option<String>,
}

/// What a field is set to, as codes of its column: whether those differ is seen without looking at any value.
struct Certain<'a> {
    field: FieldIx,
    coded: &'a CodedColumn,
    wanted: Vec<u32>,
    /// By place in the plan which of them; without it the first.
    numbers: Option<&'a [u32]>,
}

impl Certain<'_> {
    /// Whether a row, at its place in the plan, is sure to change.
    fn changes(&self, at: usize, row: u32) -> bool {
        let number = self.numbers.map_or(Some(0), |numbers| numbers.get(at).copied());
        number.and_then(|number| self.wanted.get(number as usize)).is_some_and(|wanted| self.coded.code(row) != *wanted)
    }

    /// Whether all these rows of the plan are.
    fn changes_all(&self, rows: &[u32]) -> bool {
        self.coded.differs_in_all(rows, &self.wanted, self.numbers)
    }
}

impl Plan {
    /// A decision as a plan, without what follows from it. Whatever a draft holds has its place here.
    pub(crate) fn new(asked: Asked<'_>, draft: Draft) -> Plan {
        let Draft { rows, edits, drops, refused, warnings, state, split, slot, attach, created, removed, resend, tell_unit, .. } = draft;
        let context = asked.context;
        Plan {
            model: Rc::clone(asked.model),
            auth: Rc::clone(asked.auth),
            table: asked.table.snapshot(),
            kind: asked.kind,
            command: asked.command,
            picked: asked.picked,
            given_id: context.id.clone(),
            config: asked.config.to_owned(),
            zone_versions: crate::config::zones::versions(&asked.model.zones),
            zone: asked.zone,
            actor: context.actor.clone(),
            now: context.now,
            all_or_nothing: context.all_or_nothing,
            notify: context.notify,
            bulk: asked.bulk,
            rows,
            edits,
            drops,
            resend,
            routed: draft.routed,
            runs: draft.runs,
            slot,
            all_move: draft.unchanged_removed,
            questions: draft.questions,
            tell_unit,
            totals: Totals::Alone,
            body: OnceCell::new(),
            digest: OnceCell::new(),
            outcome: OnceCell::new(),
            by_id: OnceCell::new(),
            shown: OnceCell::new(),
            refused,
            lines: Vec::new(),
            warnings,
            state,
            reads: Vec::new(),
            split,
            attach,
            created,
            removed,
        }
    }

    /// A decision as a plan, with what follows from it.
    pub(crate) fn finalize(asked: Asked<'_>, planner: &Planner<'_>, mut draft: Draft) -> Result<Plan> {
        let (model, context) = (asked.model, asked.context);
        if context.all_or_nothing && draft.refused.is_empty() {
            draft.refused = first_refusal(&draft.drops, asked.table);
        }
        if !draft.refused.is_empty() {
            return Ok(Plan::new(asked, Draft::refuse(draft.refused)));
        }
        if draft.exact {
            draft.edits.sort(model);
        } else {
            draft.edits.follow_owner(model, context.now, &context.actor, context.notify);
        }
        let finds_unchanged = !draft.unchanged_removed && !draft.keep_empty;
        let (exact, gains) = (draft.exact, draft.gains.take());
        let (receivers, former) = (std::mem::take(&mut draft.receivers), std::mem::take(&mut draft.former));

        let mut plan = Plan::new(asked, draft);
        if finds_unchanged {
            plan.drop_unchanged()?;
        }
        plan.warn_of_access(planner, gains)?;
        if let Some(part) = &context.part {
            plan.totals = part.totals(&plan)?;
        }
        plan.lines = lines::of(&plan, planner, &receivers, &former)?;
        // What rules decide writes the memory of groups itself.
        if !exact && !plan.routed.automatic {
            plan.remember_last(planner)?;
        }
        if !plan.routed.automatic {
            plan.forget_held(planner);
        }
        crate::sort::by(&mut plan.state, |a, b| a.key.cmp(&b.key));
        plan.reads = context.state.reads(&plan.state);
        Ok(plan)
    }

    /// Drops the rows that are as asked already.
    fn drop_unchanged(&mut self) -> Result<()> {
        let certain = self.certain();
        if let Some(certain) = certain.as_ref().filter(|certain| certain.changes_all(&self.rows)) {
            self.all_move = Some(certain.field) == self.slot;
            return Ok(());
        }
        let mut keep = Vec::new();
        keep.try_reserve_exact(self.rows.len())?;
        for (at, row) in self.rows.iter().enumerate() {
            let changes = certain.as_ref().is_some_and(|certain| certain.changes(at, *row));
            keep.push(changes || !self.edits.of_row(at, RowIx(*row), &self.table, &self.model, self.now).is_empty());
        }
        drop(certain);
        self.all_move = false;
        if keep.iter().all(|keep| *keep) {
            return Ok(());
        }
        let unchanged = self.rows.iter().zip(&keep).filter(|(_, keep)| !**keep).map(|(row, _)| *row);
        self.drops.rows(unchanged.collect(), Code::NoChange);
        self.edits.keep_rows(&keep);
        self.routed.keep_rows(&keep);
        let mut flags = keep.iter();
        self.rows.retain(|_| flags.next().copied().unwrap_or(true));
        Ok(())
    }

    /// A field of codes that is set in all rows: of most of them its codes tell at a glance that they change.
    fn certain(&self) -> Option<Certain<'_>> {
        self.edits.iter().filter(|edit| edit.when == edit::AppliesWhen::Always).find_map(|edit| {
            let Column::Coded(coded) = self.table.column(edit.field) else { return None };
            // What no row has yet gets a code that there is not.
            let code = |cell: &Cell<'_>| match cell {
                Cell::Text(text) => coded.dict.find(text).unwrap_or(u32::MAX),
                _ => 0,
            };
            let (wanted, numbers) = match &edit.to {
                NewValue::Same(cell) => (vec![code(cell)], None),
                NewValue::Coded(values, numbers) if self.model.lead.slot(edit.field).is_some() => {
                    (values.iter().map(code).collect(), Some(numbers.as_slice()))
                }
                _ => return None,
            };
            Some(Certain { field: edit.field, coded, wanted, numbers })
        })
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

/// Why everything is refused, where one refused row refuses all.
fn first_refusal(drops: &Drops, table: &Table) -> Vec<Reason> {
    let Some(first) = drops.first_refusal() else { return Vec::new() };
    vec![Reason::new(first.code.name(), None, first.code.message()).with("lead", first.left.id(table).as_ref())]
}
