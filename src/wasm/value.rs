//! A JSON tree as a JavaScript value.


use wasm_bindgen::JsValue;

use crate::json::Json;

/// The same tree made of JavaScript's own values.
pub fn to_js(json: &Json) -> JsValue {
    js_sys::JSON::parse(&json.write()).unwrap_or(JsValue::NULL)
}
