//! A JSON tree as a JavaScript value.

use wasm_bindgen::JsValue;

use crate::json::Json;

/// The same tree made of JavaScript's own values.
///
/// It goes through text and the runtime's `JSON.parse`: one string crosses the boundary instead of one for each key and
/// each text, which halves the time for rows and costs a decision nothing. And `JSON.parse` defines properties instead of
/// assigning them, so the key `__proto__` of somebody's record stays a key and never becomes the object's prototype.
pub fn to_js(json: &Json) -> JsValue {
    // What `write` prints is always JSON.
    js_sys::JSON::parse(&json.write()).unwrap_or(JsValue::NULL)
}
