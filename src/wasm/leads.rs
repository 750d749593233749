//! A table of leads.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::plan::Plan;
use super::shared::{GROWTH, SharedTable, SharedWorkspace, id, same};
use super::value::to_js;
use super::{bytes, input, plan_input, room, to_js_result};
use crate::wire::verify::EncodedPlan;
use crate::workspace;

/// See [`workspace::LeadTable`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct LeadTable {
    pub(super) workspace: SharedWorkspace,
    pub(super) inner: SharedTable,
}

#[wasm_bindgen]
impl LeadTable {
    /// How many leads there are.
    pub fn size(&self) -> usize {
        self.inner.borrow().size()
    }

    /// Bytes that the table holds.
    pub fn bytes(&self) -> usize {
        self.inner.borrow().bytes()
    }

    /// Rises with every change.
    pub fn revision(&self) -> f64 {
        self.inner.borrow().revision() as f64
    }

    /// See [`workspace::LeadTable::problems`].
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn problems(&self) -> Result<JsValue, JsValue> {
        let table = self.inner.borrow();
        room(table.table.problems().list().len() * 1024)?;
        Ok(to_js(&table.problems()))
    }

    /// See [`workspace::LeadTable::columns`].
    pub fn columns(&self) -> JsValue {
        to_js(&self.inner.borrow().columns())
    }

    /// See [`workspace::LeadTable::problem_count`].
    #[wasm_bindgen(js_name = problemCount)]
    pub fn problem_count(&self) -> f64 {
        self.inner.borrow().problem_count() as f64
    }

    /// See [`workspace::LeadTable::remove`].
    ///
    /// # Errors
    /// `ids_invalid`, `out_of_memory`.
    pub fn remove(&self, ids: &Uint8Array) -> Result<usize, JsValue> {
        to_js_result(self.inner.borrow_mut().remove(&input(ids)?))
    }

    /// See [`workspace::Workspace::get`].
    ///
    /// # Errors
    /// `viewer_invalid`, `unknown_actor`.
    pub fn get(&self, id: &Uint8Array, viewer: &Uint8Array) -> Result<JsValue, JsValue> {
        let id = self::id(id, "id")?;
        let lead = to_js_result(self.workspace.borrow().get(&self.inner.borrow(), &id, &input(viewer)?))?;
        Ok(lead.map_or(JsValue::UNDEFINED, |lead| to_js(&lead)))
    }

    /// Takes a plan's changes over.
    ///
    /// # Errors
    /// `out_of_memory`, `wrong_workspace`.
    #[wasm_bindgen(js_name = applyPlan)]
    pub fn apply_plan(&self, plan: &Plan) -> Result<JsValue, JsValue> {
        let plan = plan.of(&self.workspace)?;
        let done = self.workspace.borrow().apply_plan(&mut self.inner.borrow_mut(), plan);
        to_js_result(done).map(|done| to_js(&done.to_json()))
    }

    /// The same with an encoded plan.
    ///
    /// # Errors
    /// `plan_malformed`, `out_of_memory`.
    #[wasm_bindgen(js_name = applyBytes)]
    pub fn apply_bytes(&self, plan: &Uint8Array) -> Result<JsValue, JsValue> {
        let mut encoded = Vec::new();
        bytes(plan, &mut encoded)?;
        room(encoded.len().saturating_mul(GROWTH))?;
        self.take(EncodedPlan::Bytes(&encoded))
    }

    /// The same with a plan in JSON.
    ///
    /// # Errors
    /// `plan_malformed`, `out_of_memory`.
    #[wasm_bindgen(js_name = applyData)]
    pub fn apply_data(&self, plan: &Uint8Array) -> Result<JsValue, JsValue> {
        self.take(EncodedPlan::Json(&plan_input(plan)?))
    }
}

impl LeadTable {
    pub(super) fn new(workspace: &SharedWorkspace, inner: workspace::LeadTable) -> LeadTable {
        LeadTable { workspace: Rc::clone(workspace), inner: Rc::new(RefCell::new(inner)) }
    }

    /// The table, for a call of this workspace.
    pub(super) fn of(&self, workspace: &SharedWorkspace) -> Result<Ref<'_, workspace::LeadTable>, JsValue> {
        same(&self.workspace, workspace, "table").map(|()| self.inner.borrow())
    }

    fn take(&self, plan: EncodedPlan<'_>) -> Result<JsValue, JsValue> {
        let done = self.workspace.borrow().apply(&mut self.inner.borrow_mut(), plan);
        to_js_result(done).map(|done| to_js(&done.to_json()))
    }
}
