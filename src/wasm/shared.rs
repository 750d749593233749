//! What handles share, and inputs that several calls take.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::{bytes, input, room, to_js_error};
use crate::error::Error;
use crate::json::Json;
use crate::workspace::{self, Attachments};

/// A workspace that everything that it made shares with its handle. Nothing calls back into the module while it is borrowed.
pub(super) type SharedWorkspace = Rc<RefCell<workspace::Workspace>>;

/// A table that selections and loaders share with its handle. Nothing calls back into the module while one is borrowed.
pub(super) type SharedTable = Rc<RefCell<workspace::LeadTable>>;

/// Bytes of a plan that was read back, for one of its encoded form.
pub(super) const GROWTH: usize = 16;

/// What of a context came as bytes: `[id, bytes, id, bytes, …]`, each id as JSON. Plans have their id, the settlement of shards null.
pub(super) fn stored(plans: &Array) -> Result<Attachments, JsValue> {
    let mut out = Attachments::default();
    let mut items = plans.iter();
    while let (Some(id), Some(encoded)) = (items.next(), items.next()) {
        let (Ok(id), Ok(encoded)) = (id.dyn_into::<Uint8Array>(), encoded.dyn_into::<Uint8Array>()) else { continue };
        let mut plan = Vec::new();
        bytes(&encoded, &mut plan)?;
        room(plan.len().saturating_mul(GROWTH))?;
        match input(&id)? {
            Json::Null => out.settlement = Some(plan),
            Json::Text(id) => out.plans.push((id, plan)),
            other => return Err(to_js_error(&Error::new("wrong_type", "", format!("`id` must be a text, not {}", other.kind())))),
        }
    }
    Ok(out)
}

/// Makes sure that something was made by this workspace: what its fields are is known by their places.
pub(super) fn same(one: &SharedWorkspace, other: &SharedWorkspace, what: &str) -> Result<(), JsValue> {
    if Rc::ptr_eq(one, other) {
        return Ok(());
    }
    let error = Error::new("wrong_workspace", "", format!("this {what} belongs to another workspace"));
    Err(to_js_error(&error.hint("what a workspace made works with that workspace only")))
}

/// An input that must be a text.
pub(super) fn text(json: &Uint8Array, name: &str) -> Result<String, JsValue> {
    match input(json)? {
        Json::Text(text) => Ok(text),
        other => Err(to_js_error(&Error::new("wrong_type", "", format!("`{name}` must be a text, not {}", other.kind())))),
    }
}

/// An id: a text, or a number as its text.
pub(super) fn id(json: &Uint8Array, name: &str) -> Result<String, JsValue> {
    let given = input(json)?;
    let id = workspace::id_text(&given).map(std::borrow::Cow::into_owned);
    id.ok_or_else(|| to_js_error(&Error::new("wrong_type", "", format!("`{name}` must be a text or a number, not {}", given.kind()))))
}
