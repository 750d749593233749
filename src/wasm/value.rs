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

/// A list of such trees.
pub fn list(items: impl Iterator<Item = Json>) -> JsValue {
    to_js(&Json::List(items.collect()))
}

/// Length of text behind which a page ends.
pub const PAGE: usize = 1 << 20;

/// As many of the items at `from..to` as make a page, at least one if there is one. The caller asks again for the rest, so
/// that an answer of a million rows never stands in memory as a whole.
///
/// # Errors
/// `out_of_memory`, and what `item` fails with.
pub fn page(from: usize, to: usize, mut item: impl FnMut(usize) -> Option<Json>) -> Result<JsValue, JsValue> {
    super::room(4 * PAGE)?;
    let mut text = String::from("[");
    for json in (from..to).map_while(&mut item) {
        if text.len() > 1 {
            text.push(',');
        }
        json.write_to(&mut text);
        if text.len() > PAGE {
            break;
        }
    }
    text.push(']');
    Ok(js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL))
}
