//! Plans.

use std::rc::Rc;

use js_sys::{Array, Int32Array, Uint8Array, Uint32Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::filter::same;
use super::value::{list, page, to_js};
use super::workspace::SharedWorkspace;
use super::workspace::text;
use super::{input, place, room, to_js_result};
use crate::access::Reason;
use crate::error::Diagnostic;
use crate::json::Json;
use crate::plan;
use crate::plan::state::StateChange;
use crate::plan::timeline;
use crate::sql::Dialect;
use crate::table::RowIx;

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
const LEAD: usize = 96;

#[wasm_bindgen]
impl Plan {
    /// See [`plan::Plan::to_sql`].
    ///
    /// # Errors
    /// `options_invalid`, `unknown_dialect` and those of the statements.
    #[wasm_bindgen(js_name = toSQL)]
    pub fn to_sql(&self, dialect: &Uint8Array, options: &Uint8Array) -> Result<JsValue, JsValue> {
        let dialect = to_js_result(Dialect::find(&text(dialect, "dialect")?))?;
        let options = input(options)?;
        // One after the other, so that the text of all of them never stands in memory twice.
        let statements = to_js_result(self.sized()?.to_sql(dialect, &options))?;
        Ok(statements.into_iter().map(|statement| to_js(&statement.into_json())).collect::<Array>().into())
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

    /// A page of `[user, id]`: who receives what in the plan's slot; null for a lead that nobody receives.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn receipts(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        page(place(offset), place(end), |at| self.receipt(at))
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

    fn receipt(&self, at: usize) -> Option<Json> {
        let row = self.inner.rows.get(at)?;
        let set = self.inner.slot_of_row(at);
        let user = set.as_ref().and_then(|set| set.to.text());
        Some(user.map_or(Json::Null, |user| Json::List(vec![user.into(), self.inner.table.id(RowIx(*row)).as_ref().into()])))
    }

    /// The plan, when there is room to walk over all of it.
    fn sized(&self) -> Result<&plan::Plan, JsValue> {
        room(self.inner.count().saturating_mul(LEAD)).map(|()| &self.inner)
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
