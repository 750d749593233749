//! The door to JavaScript, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evenhand::error::{Diagnostic, Error};
use evenhand::json::Json;
use evenhand::wasm::value::to_js;
use evenhand::wasm::{failure, input, new_id, room, version};
use js_sys::{JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// What JavaScript itself makes of a value.
fn stringify(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

#[wasm_bindgen_test]
fn answers_are_what_javascript_would_print() {
    for text in [
        "null",
        "true",
        "[]",
        "{}",
        r#""äöü \u0000 😀 \" \\""#,
        "[0,-1.5,1e+21,5e-324,9007199254740991]",
        r#"{"b":1,"a":[{"c":null}],"":"","constructor":1,"toString":2}"#,
    ] {
        let json = Json::parse(text).unwrap();
        assert_eq!(stringify(&to_js(&json)), json.write());
    }
}

#[wasm_bindgen_test]
fn a_key_that_javascript_treats_as_the_prototype_is_a_key_like_any_other() {
    let answer = to_js(&Json::parse(r#"{"users":{"__proto__":{"admin":true},"b":1}}"#).unwrap());
    let users = Reflect::get(&answer, &"users".into()).unwrap();
    assert_eq!(stringify(&users), r#"{"__proto__":{"admin":true},"b":1}"#);
    assert_eq!(Object::keys(&Object::from(users.clone())).length(), 2);
    assert!(Reflect::get_prototype_of(&users).unwrap() == Object::get_prototype_of(&Object::new()));
    assert!(Reflect::get(&users, &"admin".into()).unwrap().is_undefined());
}

#[wasm_bindgen_test]
fn failures_are_plain_objects() {
    let fault = Diagnostic::error("unknown_field", "/rules/0", "there is no field `x`").hint("did you mean `y`?").with("field", "x");
    let error = Error::invalid("config_invalid", vec![fault, Diagnostic::warning("unused", "/lists/1", "this is not used")]);
    let thrown = failure(&error);
    assert_eq!(stringify(&thrown), error.to_json().write());
    assert!(Reflect::get_prototype_of(&thrown).unwrap() == Object::get_prototype_of(&Object::new()));
}

#[wasm_bindgen_test]
fn input_that_is_not_json_fails_with_its_place() {
    let bytes = |text: &[u8]| Uint8Array::from(text);
    for bad in [&b"[1,]"[..], b"", b"\"\xff\"", b"{}{}"] {
        let thrown = input(&bytes(bad)).unwrap_err();
        assert_eq!(Reflect::get(&thrown, &"code".into()).unwrap(), JsValue::from("json_invalid"));
    }
    assert_eq!(input(&bytes(br#"{"__proto__":[1,"\ud800"]}"#)).unwrap().write(), "{\"__proto__\":[1,\"\u{fffd}\"]}");
}

#[wasm_bindgen_test]
fn memory_that_cannot_be_had_is_an_error() {
    assert!(room(1 << 20).is_ok());
    let thrown = room(usize::MAX).unwrap_err();
    assert_eq!(Reflect::get(&thrown, &"code".into()).unwrap(), JsValue::from("out_of_memory"));
}

#[wasm_bindgen_test]
fn ids_have_128_bits_and_differ() {
    let (a, b) = (new_id().unwrap(), new_id().unwrap());
    assert!(a != b && [&a, &b].iter().all(|id| id.len() == 32 && id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))));
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}
