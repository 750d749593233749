//! The door to JavaScript, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evenhand::error::{Diagnostic, Error};
use evenhand::json::Json;
use evenhand::wasm::loader::Loader;
use evenhand::wasm::value::{page, to_js};
use evenhand::wasm::workspace::Workspace;
use evenhand::wasm::{check, input, new_id, peek, room, to_js_error, version};
use js_sys::{Array, Float64Array, JSON, Object, Reflect, Uint8Array, Uint32Array};
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
    let to_js_result = to_js_error(&error);
    assert_eq!(stringify(&to_js_result), error.to_json().write());
    assert!(Reflect::get_prototype_of(&to_js_result).unwrap() == Object::get_prototype_of(&Object::new()));
}

#[wasm_bindgen_test]
fn input_that_is_not_json_fails_with_its_place() {
    let bytes = |text: &[u8]| Uint8Array::from(text);
    for bad in [&b"[1,]"[..], b"", b"\"\xff\"", b"{}{}"] {
        let to_js_result = input(&bytes(bad)).unwrap_err();
        assert_eq!(Reflect::get(&to_js_result, &"code".into()).unwrap(), JsValue::from("json_invalid"));
    }
    assert_eq!(input(&bytes(br#"{"__proto__":[1,"\ud800"]}"#)).unwrap().write(), "{\"__proto__\":[1,\"\u{fffd}\"]}");
}

#[wasm_bindgen_test]
fn memory_that_cannot_be_had_is_an_error() {
    assert!(room(1 << 20).is_ok());
    let to_js_result = room(usize::MAX).unwrap_err();
    assert_eq!(Reflect::get(&to_js_result, &"code".into()).unwrap(), JsValue::from("out_of_memory"));
}

/// The bytes of a JSON text, as the facade passes them.
fn json(text: &str) -> Uint8Array {
    Uint8Array::from(text.as_bytes())
}

fn code(to_js_result: &JsValue) -> String {
    Reflect::get(to_js_result, &"code".into()).unwrap().as_string().unwrap()
}

fn workspace() -> Workspace {
    let config = r#"{"version": 1, "fields": {"id": {"type": "text"}, "owner": {"type": "user"}, "score": {"type": "number"}, "tags": {"type": "tags"}},
        "lead": {"id": "id", "owner": "owner"}, "users": [{"id": "ann", "profiles": ["all"]}],
        "profiles": [{"id": "all", "grants": [{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], "scope": "all"}]}]}"#;
    Workspace::compile(&json(config)).unwrap()
}

fn loader(workspace: &Workspace) -> Loader {
    workspace.loader(&json("null"), 1e9).unwrap()
}

#[wasm_bindgen_test]
fn pages_end_where_a_page_ends_and_hold_one_item_at_least() {
    let item = |length: usize| move |_| Some(Json::from("x".repeat(length)));
    let length = |page: JsValue| Array::from(&page).length();
    assert_eq!(length(page(0, 10, item(10)).unwrap()), 10);
    assert_eq!(length(page(3, 3, item(10)).unwrap()), 0);
    assert_eq!(length(page(0, 10, item(5 << 20)).unwrap()), 1);
    assert_eq!(length(page(0, 100, item(300 << 10)).unwrap()), 4);
    assert_eq!(length(page(0, 100, |at| (at < 7).then(|| Json::from(at))).unwrap()), 7);
}

/// A word for codes of the second field.
fn ann(load: &mut Loader, from: u32, length: u32) -> Result<(), JsValue> {
    load.words(1, from, &Uint8Array::from(&b"ann"[..]), &Uint32Array::from(&[length][..]), &Uint32Array::new_with_length(0))
}

#[wasm_bindgen_test]
fn columns_make_a_table_and_what_contradicts_itself_is_an_error() {
    let workspace = workspace();
    let mut load = loader(&workspace);
    assert_eq!(
        stringify(&load.shape()),
        r#"{"fields":[["id","text"],["owner","user"],["score","number"],["tags","tags"]],"keys":[["id",0],["owner",1],["score",2],["tags",3]]}"#
    );
    let (words, numbers) = (|list: &[u32]| Uint32Array::from(list), |list: &[f64]| Float64Array::from(list));
    let text = |text: &str| Uint8Array::from(text.as_bytes());
    load.texts(0, &words(&[]), &text("ab😀"), &words(&[1, 1, 2]), &words(&[])).unwrap();
    load.words(1, 0, &text("an"), &words(&[2]), &words(&[])).unwrap();
    load.words(1, 1, &text("ann"), &words(&[3]), &words(&[])).unwrap();
    load.coded(1, &words(&[2, 0, 2])).unwrap();
    load.numbers(2, &numbers(&[1.5, f64::NAN, 3.0])).unwrap();
    load.words(3, 0, &text("xy"), &words(&[1, 1]), &words(&[])).unwrap();
    load.lists(3, &words(&[2, 0, 1]), &words(&[1, 2, 2])).unwrap();
    load.end_batch(3).unwrap();
    let table = load.finish().unwrap();
    let rows = table.select(&json("null"), &json(r#"{"actor":null}"#)).unwrap().rows(0.0, 9.0, &json("null")).unwrap();
    let expected = r#"[{"id":"a","owner":"ann","score":1.5,"tags":["x","y"]},{"id":"b","owner":null,"score":null,"tags":[]},{"id":"😀","owner":"ann","score":3,"tags":["y"]}]"#;
    assert_eq!(stringify(&rows), expected);
    assert_eq!(code(&load.finish().unwrap_err()), "freed");

    type Wrong = fn(&mut Loader) -> Result<(), JsValue>;
    let wrong: [Wrong; 6] = [
        |load| ann(load, 0, 3).and_then(|()| load.coded(1, &Uint32Array::from(&[2][..]))),
        |load| ann(load, 0, 4).and_then(|()| load.coded(1, &Uint32Array::from(&[1][..]))),
        |load| ann(load, 1, 3),
        |load| load.json(1, &Uint32Array::new_with_length(0), &Uint8Array::from(&b"[1,2]"[..])),
        |load| load.json(1, &Uint32Array::new_with_length(0), &Uint8Array::from(&b"\xff"[..])),
        |load| load.numbers(9, &Float64Array::new_with_length(1)),
    ];
    for wrong in wrong {
        let mut load = loader(&workspace);
        let to_js_result = wrong(&mut load).and_then(|()| load.end_batch(1)).unwrap_err();
        assert_eq!(code(&to_js_result), "batch_invalid");
    }
    let mut load = loader(&workspace);
    load.push(&json("id,owner\n1,\n")).unwrap();
    load.numbers(2, &Float64Array::new_with_length(1)).unwrap();
    assert_eq!(code(&load.end_batch(1).unwrap_err()), "batch_invalid");
}

#[wasm_bindgen_test]
fn a_plan_crosses_as_bytes_and_as_columns() {
    let workspace = workspace();
    let mut load = loader(&workspace);
    load.push(&json("id,owner\n1,\n2,ann\n")).unwrap();
    let table = load.finish().unwrap();
    let command = json(r#"{"type":"assign","leads":{"ids":["1","2"]},"to":"ann"}"#);
    let context = json(r#"{"actor":"ann","now":0}"#);
    let plan = workspace.plan(&table, &command, &context, &Array::new()).unwrap();
    assert_eq!(stringify(&plan.columns().unwrap()), r#"[{"0":0},{"0":0},["ann"]]"#);
    assert_eq!(stringify(&plan.by_assignee().unwrap()), r#"[["ann",["1"]]]"#);
    let bytes = plan.encode().unwrap();
    assert_eq!(stringify(&peek(&bytes).unwrap()), stringify(&plan.header().unwrap()));
    let mut verdict = workspace.verify_bytes(&table, &bytes, &context, &Array::new()).unwrap();
    assert_eq!(verdict.take_plan().unwrap().digest().unwrap(), plan.digest().unwrap());
    assert!(verdict.take_plan().is_none());
    assert_eq!(code(&peek(&json("EVHP")).unwrap_err()), "plan_malformed");
    assert!(stringify(&check(&json("{}")).unwrap()).matches(r#""severity":"error""#).count() > 1);
    let stranger = self::workspace();
    assert_eq!(code(&stranger.plan(&table, &command, &context, &Array::new()).unwrap_err()), "wrong_workspace");
}

#[wasm_bindgen_test]
fn ids_have_128_bits_and_differ() {
    let (a, b) = (new_id().unwrap(), new_id().unwrap());
    assert!(a != b && [&a, &b].iter().all(|id| id.len() == 32 && id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))));
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}
