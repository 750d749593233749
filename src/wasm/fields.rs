//! Fields as somebody sees them.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::shared::{id, text};
use super::value::to_js;
use super::workspace::Workspace;
use super::{input, to_js_result};
use crate::json::Json;

#[wasm_bindgen]
impl Workspace {
    /// See [`crate::workspace::Workspace::fields`].
    ///
    /// # Errors
    /// `unknown_actor`.
    pub fn fields(&self, actor: &Uint8Array) -> Result<JsValue, JsValue> {
        let actor = match input(actor)? {
            Json::Null => None,
            _ => Some(id(actor, "actor")?),
        };
        to_js_result(self.inner.borrow().fields(actor.as_deref())).map(|fields| to_js(&fields))
    }

    /// See [`crate::workspace::Workspace::fold`].
    ///
    /// # Errors
    /// `unknown_field`, `not_for_this_type`.
    pub fn fold(&self, field: &Uint8Array, written: &Uint8Array) -> Result<String, JsValue> {
        to_js_result(self.inner.borrow().fold(&text(field, "field")?, &text(written, "text")?))
    }
}
