//! Plans.

use std::rc::Rc;

use js_sys::{Array, Int32Array, Uint8Array, Uint32Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::shared::{SharedWorkspace, same, text};
use super::value::{PAGE, list, page, to_js};
use super::{input, place, room, to_js_result};
use crate::access::Reason;
use crate::error::Diagnostic;
use crate::json::Json;
use crate::plan;
use crate::plan::edit::{Edit, NewValue};
use crate::plan::state::StateChange;
use crate::plan::timeline;
use crate::sql::Dialect;

/// See [`plan::Plan`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Plan {
    workspace: SharedWorkspace,
    inner: plan::Plan,
}

/// What came of a posted plan.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Verdict {
    plan: Option<Plan>,
    problems: Json,
}

/// Bytes that a lead may take while answers of the whole plan are worked out.
const LEAD: usize = 12;
/// Bytes that a field of it takes then: told by codes, or with a value for each lead.
const CODED: usize = 6;
const VALUE: usize = 48;

#[wasm_bindgen]
impl Plan {
    /// See [`plan::Plan::statements`]: `[[sql, params, kind, expect], …]` and the place of the next ones, if there are any.
    ///
    /// # Errors
    /// `options_invalid`, `unknown_dialect` and those of the statements.
    pub fn statements(&self, dialect: &Uint8Array, options: &Uint8Array, from: f64) -> Result<Array, JsValue> {
        let dialect = to_js_result(Dialect::find(&text(dialect, "dialect")?))?;
        let options = input(options)?;
        let (statements, next) = to_js_result(self.sized()?.statements(dialect, &options, place(from)))?;
        let list = Array::new();
        for statement in statements {
            // Texts go over as they are: those with all rows in them are long.
            let params: Array =
                statement.params.iter().map(|param| param.as_text().map_or_else(|| to_js(param), JsValue::from_str)).collect();
            list.push(&Array::of4(
                &statement.sql.as_str().into(),
                &params,
                &statement.kind.name().into(),
                &to_js(&statement.expect.into()),
            ));
        }
        Ok(Array::of2(&list, &next.map_or(JsValue::UNDEFINED, |next| to_js(&next.into()))))
    }

    /// The plan's id.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn id(&self) -> Result<String, JsValue> {
        self.sized().map(|plan| plan.id().to_owned())
    }

    /// See [`plan::Plan::digest`].
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn digest(&self) -> Result<String, JsValue> {
        self.sized().map(|plan| plan.digest().to_owned())
    }

    /// See [`plan::Plan::outcome`].
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn outcome(&self) -> Result<String, JsValue> {
        self.sized().map(|plan| plan.outcome().to_owned())
    }

    /// How many leads change.
    pub fn count(&self) -> usize {
        self.inner.count()
    }

    /// Why the whole command was refused.
    pub fn refused(&self) -> JsValue {
        list(self.inner.refused.iter().map(Reason::to_json))
    }

    /// What each person holds before and after.
    pub fn assignees(&self) -> JsValue {
        to_js(&self.inner.assignees())
    }

    /// How many leads do not change, by code.
    #[wasm_bindgen(js_name = droppedCount)]
    pub fn dropped_count(&self) -> JsValue {
        to_js(&self.inner.dropped_count())
    }

    /// What is worth telling.
    pub fn warnings(&self) -> JsValue {
        list(self.inner.warnings.iter().map(Diagnostic::to_json))
    }

    /// What the host keeps.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn state(&self) -> Result<JsValue, JsValue> {
        self.sized().map(|plan| list(plan.all_state().iter().map(StateChange::to_json)))
    }

    /// State that was read and is not written.
    pub fn reads(&self) -> JsValue {
        to_js(&self.inner.reads_json())
    }

    /// Runs of offers that the plan starts, moves or ends.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn runs(&self) -> Result<JsValue, JsValue> {
        self.sized().map(|plan| to_js(&plan.runs_json(crate::wire::encode::Times::Absolute)))
    }

    /// When a sweep would next change something.
    #[wasm_bindgen(js_name = wakeAt)]
    pub fn wake_at(&self) -> JsValue {
        to_js(&self.inner.wake_at().into())
    }

    /// Who is told what.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn notifications(&self) -> Result<JsValue, JsValue> {
        self.sized().map(|plan| to_js(&plan.notifications()))
    }

    /// How even a split came out.
    pub fn split(&self) -> JsValue {
        to_js(&self.inner.split_json())
    }

    /// A note and an alert that go with every change.
    pub fn attach(&self) -> JsValue {
        to_js(&self.inner.attach_json())
    }

    /// A page of changes; the caller asks on until it has what it wants.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn changes(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        page(place(offset), place(end), |at| first(self.inner.changes(at, 1)))
    }

    /// The same of leads of which the plan says the same as of many others: see [`alike`].
    ///
    /// # Errors
    /// `out_of_memory`.
    #[wasm_bindgen(js_name = changesAlike)]
    pub fn changes_alike(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        alike(&self.inner, offset, end, |plan, at| first(plan.changes(at, 1)))
    }

    /// The same of a page of the timeline.
    ///
    /// # Errors
    /// `out_of_memory`.
    #[wasm_bindgen(js_name = timelineAlike)]
    pub fn timeline_alike(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        alike(&self.inner, offset, end, |plan, at| first(plan.timeline(at, 1)))
    }

    /// A page of copies to create.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn created(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        page(place(offset), place(end), |at| {
            self.inner.created.get(at).map(|copy| self.inner.created_json(copy, crate::wire::encode::Times::Absolute))
        })
    }

    /// Copies to delete again.
    pub fn removed(&self) -> JsValue {
        let removed = self.inner.removed.iter();
        list(removed.map(|(lead, expect)| Json::object([("lead", lead.as_str().into()), ("expect", timeline::json(expect))])))
    }

    /// A page of leads that do not change.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn dropped(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        page(place(offset), place(end), |at| first(self.inner.dropped(at, 1)))
    }

    /// A page of the timeline.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn timeline(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        page(place(offset), place(end), |at| first(self.inner.timeline(at, 1)))
    }

    /// See [`plan::Plan::preview`].
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn preview(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        let limit = place(end).saturating_sub(place(offset));
        room(limit.min(self.inner.count().saturating_add(self.inner.drops.len())).saturating_mul(2048))?;
        self.sized().map(|plan| to_js(&plan.preview(place(offset), limit)))
    }

    /// `[row numbers, places among the users, users]`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn columns(&self) -> Result<Array, JsValue> {
        if let Some((rows, to, users)) = self.inner.dealt() {
            // Places are small numbers, which are the same with a sign.
            let to = Int32Array::new(&Uint32Array::from(to).buffer());
            return Ok(Array::of3(&Uint32Array::from(rows), &to, &to_js(&users.into())));
        }
        room(self.inner.count().saturating_mul(24))?;
        let (rows, to, users) = self.inner.columns();
        Ok(Array::of3(&Uint32Array::from(rows.as_slice()), &Int32Array::from(to.as_slice()), &to_js(&users.into())))
    }

    /// `[[user, ids, ids, …], …]`: who receives which leads in the plan's slot, the ids in pages.
    ///
    /// # Errors
    /// `out_of_memory`.
    #[wasm_bindgen(js_name = byAssignee)]
    pub fn by_assignee(&self) -> Result<Array, JsValue> {
        room(self.inner.count().saturating_mul(24).saturating_add(2 * PAGE))?;
        let (out, mut text) = (Array::new(), String::new());
        for (user, rows) in self.inner.received() {
            let list = Array::of1(&user.into());
            let mut rest = rows.as_slice();
            while !rest.is_empty() {
                text.clear();
                text.push('[');
                let written = self.inner.table.write_ids(rest, &mut text, PAGE);
                text.push(']');
                list.push(&js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL));
                rest = rest.get(written..).unwrap_or_default();
            }
            out.push(&list);
        }
        Ok(out)
    }

    /// The header.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn header(&self) -> Result<JsValue, JsValue> {
        self.sized().map(|plan| to_js(&plan.header()))
    }

    /// See [`plan::Plan::encode`].
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn encode(&self) -> Result<Uint8Array, JsValue> {
        self.sized().map(|plan| Uint8Array::from(plan.encode().as_slice()))
    }
}

impl Plan {
    pub(super) fn new(workspace: &SharedWorkspace, inner: plan::Plan) -> Plan {
        Plan { workspace: Rc::clone(workspace), inner }
    }

    /// The plan, for a table of this workspace.
    pub(super) fn of(&self, workspace: &SharedWorkspace) -> Result<&plan::Plan, JsValue> {
        same(&self.workspace, workspace, "plan")?;
        self.sized()
    }

    /// The plan, when there is room to walk over all of it.
    fn sized(&self) -> Result<&plan::Plan, JsValue> {
        let field = |edit: &Edit| if matches!(edit.to, NewValue::Same(_) | NewValue::Coded(..)) { CODED } else { VALUE };
        let lead = LEAD + self.inner.edits.iter().map(field).sum::<usize>();
        room(self.inner.count().saturating_mul(lead)).map(|()| &self.inner)
    }
}

#[wasm_bindgen]
impl Verdict {
    /// The plan, once, if it holds.
    #[wasm_bindgen(js_name = takePlan)]
    pub fn take_plan(&mut self) -> Option<Plan> {
        self.plan.take()
    }

    /// Why it does not.
    pub fn problems(&self) -> JsValue {
        to_js(&self.problems)
    }
}

impl Verdict {
    pub(super) fn new(plan: Option<Plan>, problems: Json) -> Verdict {
        Verdict { plan, problems }
    }
}

/// The only element of a list.
fn first(list: Json) -> Option<Json> {
    if let Json::List(list) = list { list.into_iter().next() } else { None }
}

/// Most leads of a page of those that are alike.
const ALIKE: usize = 1 << 16;

/// `[ids, which, said]`: the ids of a page of leads, for each the place of what is said of it, and all that is said, without ids. Undefined where too
/// much is said of single leads.
fn alike(plan: &plan::Plan, offset: f64, end: f64, say: impl Fn(&plan::Plan, usize) -> Option<Json>) -> Result<JsValue, JsValue> {
    room(4 * PAGE)?;
    let from = place(offset);
    let to = place(end).min(plan.count()).min(from.saturating_add(ALIKE));
    let Some(rows) = plan.rows.get(from..to) else { return Ok(JsValue::UNDEFINED) };
    let mut text = String::from("[");
    let written = plan.table.write_ids(rows, &mut text, PAGE);
    text.push(']');
    let Some(alike) = plan.alike(from, from + written, say) else { return Ok(JsValue::UNDEFINED) };
    let ids = js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL);
    Ok(Array::of3(&ids, &Uint32Array::from(alike.which.as_slice()), &to_js(&Json::List(alike.said))).into())
}
