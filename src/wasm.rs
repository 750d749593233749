//! The door to JavaScript: conversion at the boundary, and nothing else. Compiled for wasm32 only.
//!
//! - What is small comes in as the bytes of a JSON text, which the facade makes with `JSON.stringify`; [`input`] reads
//!   them. Rows of leads come in as bytes or columns and never become a tree.
//! - A small answer goes out as a JavaScript value ([`value::to_js`]), a column as a typed array that is copied out of a
//!   slice (`js_sys::Uint32Array::from`), never as a view: any allocation may grow the memory and detach it.
//! - A to_js_error is to_js_result as the plain object `{code, message, diagnostics}` ([`to_js_error`]), of which the facade makes an
//!   `EvenhandError`.
//!
//! # Memory
//! The memory is imported, so that the facade can give each engine a limit. What grows with the input is allocated
//! through `try_reserve` and fails with `out_of_memory`. What is small is allocated plainly, after [`room`] has made
//! sure of more than it needs. A `&str` or `Vec` in a signature is allocated by wasm-bindgen before the call and cannot
//! fail but by a trap: neither may be as long as an input.
//!
//! # Traps
//! Stable wasm32 aborts on panic: the instance stops in the middle of a call and leaves the objects in use locked. No
//! panic is reachable; every engine has an instance for itself; and should one stop all the same, the facade gives it up
//! and answers every later call with `engine_failed`. A host's function that is called from here (progress) is imported
//! with `catch`, so that what it throws passes through as an error and not as a trap.

pub mod fields;
pub mod filter;
pub mod leads;
pub mod loader;
pub mod needs;
pub mod plan;
pub mod selection;
mod shared;
pub mod simulation;
pub mod upsert;
pub mod value;
pub mod workspace;

use js_sys::Uint8Array;
use serde::Serialize as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Error;
use crate::json::{Json, TREE, tree_bytes};

/// The to_js_result form of a to_js_error.
///
/// Its keys are the engine's own, so that it needs no text in between, unlike what [`value`] hands out.
pub fn to_js_error(error: &Error) -> JsValue {
    let plain = serde_wasm_bindgen::Serializer::json_compatible();
    error.to_json().serialize(&plain).unwrap_or(JsValue::NULL)
}

/// Makes sure that `bytes` and something for small things can be allocated.
///
/// # Errors
/// `out_of_memory`, ready to be to_js_result.
pub fn room(bytes: usize) -> Result<(), JsValue> {
    to_js_result(crate::memory::ensure_memory(bytes))
}

/// Reads one input: the bytes of a JSON text.
///
/// # Errors
/// What [`Json::parse`] finds, or `out_of_memory`, ready to be to_js_result.
pub fn input(json: &Uint8Array) -> Result<Json, JsValue> {
    room((json.length() as usize).saturating_mul(TREE))?;
    let mut text = Vec::new();
    bytes(json, &mut text)?;
    parsed(&text)
}

/// Reads a plan, which may be long: there is room for its tree, and then as much again for what is made of it.
///
/// # Errors
/// Those of [`input`].
pub fn plan_input(json: &Uint8Array) -> Result<Json, JsValue> {
    let mut text = Vec::new();
    bytes(json, &mut text)?;
    let most = tree_bytes(&text);
    room(most)?;
    let plan = parsed(&text)?;
    drop(text);
    room(most).map(|()| plan)
}

/// Reads the bytes of a JSON text that are here already.
pub(crate) fn parsed(text: &[u8]) -> Result<Json, JsValue> {
    let text = std::str::from_utf8(text).map_err(|_| Error::new("json_invalid", "", "the JSON text is not UTF-8"));
    text.and_then(Json::parse).map_err(|error| to_js_error(&error))
}

/// Copies bytes that are no JSON, such as an encoded plan.
///
/// # Errors
/// `out_of_memory`, ready to be to_js_result.
pub fn bytes(from: &Uint8Array, into: &mut Vec<u8>) -> Result<(), JsValue> {
    let length = from.length() as usize;
    // What is there is overwritten: clearing it first would take as long as copying.
    into.truncate(length);
    into.try_reserve_exact(length - into.len()).map_err(|error| to_js_error(&error.into()))?;
    into.resize(length, 0);
    from.copy_to(into);
    Ok(())
}

/// A result whose error is ready to be to_js_result.
pub(crate) fn to_js_result<T>(result: crate::error::Result<T>) -> Result<T, JsValue> {
    result.map_err(|error| to_js_error(&error))
}

/// The place of an item, as JavaScript counts: a whole number from 0.
pub(crate) fn place(number: f64) -> usize {
    // The cast saturates, and NaN becomes 0.
    number as usize
}

/// What is wrong with a configuration, and what is worth telling of it: a list of diagnostics.
///
/// # Errors
/// `json_invalid` and its like for what is no JSON text.
#[wasm_bindgen]
pub fn check(config: &Uint8Array) -> Result<JsValue, JsValue> {
    let config = input(config)?;
    Ok(value::list(crate::workspace::Workspace::check(&config).iter().map(crate::error::Diagnostic::to_json)))
}

/// How even a history of assignments was: a report. `memory` are the bytes that the log may take.
///
/// # Errors
/// Those of [`crate::audit::audit`].
#[wasm_bindgen]
pub fn audit(log: &Uint8Array, options: &Uint8Array, memory: f64) -> Result<JsValue, JsValue> {
    let options = input(options)?;
    let mut rows = Vec::new();
    bytes(log, &mut rows)?;
    to_js_result(crate::audit::audit(&rows, &options, crate::table::Budget::new(place(memory)))).map(|report| value::to_js(&report))
}

/// The header of an encoded plan.
///
/// # Errors
/// `plan_malformed`.
#[wasm_bindgen]
pub fn peek(plan: &Uint8Array) -> Result<JsValue, JsValue> {
    let mut encoded = Vec::new();
    bytes(plan, &mut encoded)?;
    room(encoded.len().min(crate::json::MAX_BYTES).saturating_mul(TREE))?;
    to_js_result(crate::wire::decode::peek(&encoded)).map(|header| value::to_js(&header))
}

/// Version of the crate and of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A random 128-bit id as 32 hexadecimal digits, from the runtime's secure source.
///
/// # Errors
/// `no_randomness` where the runtime has none to give, as in the global scope of an edge worker.
#[wasm_bindgen(js_name = newId)]
pub fn new_id() -> Result<String, JsValue> {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()),
        Err(_) => {
            let error = Error::new("no_randomness", "", "the runtime has no secure random numbers here");
            Err(to_js_error(&error.hint("an edge worker has them inside a request, not while its module loads")))
        }
    }
}
