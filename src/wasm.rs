//! The door to JavaScript: conversion at the boundary, and nothing else. Compiled for wasm32 only.
//!
//! - What is small comes in as JSON text and is read by [`Json::parse`]; the facade runs `JSON.stringify`. Rows of
//!   leads come in as bytes or columns and never become a tree.
//! - A small answer goes out as a JavaScript value ([`value::to_js`]).
//! - A failure is thrown as the plain object `{code, message, diagnostics}` ([`failure`]), of which the facade makes
//!   an `EvenhandError`.
//! - Linear memory is imported, so that the facade can give each engine a limit. An allocation past it fails with
//!   `out_of_memory` where it was asked for through `try_reserve`.
//!
//! Every engine of the package has an instance of this module for itself. A panic or a failed allocation of a few
//! bytes would stop the instance for good (stable wasm32 aborts) and leave the object in use locked. No panic is
//! reachable; should the instance stop all the same, the facade answers every later call with `engine_failed`.

pub mod value;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Error;
use crate::json::Json;

/// The thrown form of a failure.
pub fn failure(error: &Error) -> JsValue {
    value::to_js(&error.to_json())
}

/// Reads one input.
///
/// # Errors
/// What [`Json::parse`] finds, ready to be thrown.
pub fn input(text: &str) -> Result<Json, JsValue> {
    Json::parse(text).map_err(|error| failure(&error))
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
            Err(failure(&error.hint("an edge worker has them inside a request, not while its module loads")))
        }
    }
}
