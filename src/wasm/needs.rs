//! What a command or a posted plan will read.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::filter::Filter;
use super::shared::stored;
use super::value::to_js;
use super::workspace::Workspace;
use super::{bytes, input, to_js_result};
use crate::command;
use crate::error;
use crate::json::Json;
use crate::wire::verify::EncodedPlan;

/// What a command will read.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Needs {
    answer: Json,
    filter: Option<Filter>,
}

#[wasm_bindgen]
impl Needs {
    /// All but a filter of the leads.
    pub fn answer(&self) -> JsValue {
        to_js(&self.answer)
    }

    /// The filter of the leads, where they are not named by ids; only once.
    #[wasm_bindgen(js_name = takeFilter)]
    pub fn take_filter(&mut self) -> Option<Filter> {
        self.filter.take()
    }
}

#[wasm_bindgen]
impl Workspace {
    /// See [`crate::workspace::Workspace::needs`].
    ///
    /// # Errors
    /// `command_invalid`, `context_invalid`.
    pub fn needs(&self, command: &Uint8Array, context: &Uint8Array, plans: &Array) -> Result<Needs, JsValue> {
        let (command, context, stored) = (input(command)?, input(context)?, stored(plans)?);
        self.needed(self.inner.borrow().needs(&command, &context, stored))
    }

    /// What proving a posted plan will read: see [`crate::workspace::Workspace::needs_of_plan`].
    ///
    /// # Errors
    /// `plan_malformed`, `command_invalid`, `context_invalid`.
    #[wasm_bindgen(js_name = needsBytes)]
    pub fn needs_bytes(&self, plan: &Uint8Array, context: &Uint8Array, plans: &Array) -> Result<Needs, JsValue> {
        let mut encoded = Vec::new();
        bytes(plan, &mut encoded)?;
        let (context, stored) = (input(context)?, stored(plans)?);
        self.needed(self.inner.borrow().needs_of_plan(EncodedPlan::Bytes(&encoded), &context, stored))
    }

    /// The same of a plan as JSON.
    ///
    /// # Errors
    /// `plan_malformed`, `command_invalid`, `context_invalid`.
    #[wasm_bindgen(js_name = needsData)]
    pub fn needs_data(&self, plan: &Uint8Array, context: &Uint8Array, plans: &Array) -> Result<Needs, JsValue> {
        let (plan, context, stored) = (input(plan)?, input(context)?, stored(plans)?);
        self.needed(self.inner.borrow().needs_of_plan(EncodedPlan::Json(&plan), &context, stored))
    }
}

impl Workspace {
    fn needed(&self, needs: error::Result<command::needs::Needs>) -> Result<Needs, JsValue> {
        let needs = to_js_result(needs)?;
        let filter = needs.filter().map(|query| Filter::new(&self.inner, self.inner.borrow().filter_of(query)));
        Ok(Needs { answer: needs.to_json(), filter })
    }
}
