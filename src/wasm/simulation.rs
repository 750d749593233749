//! Replays of leads.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::place;
use super::value::{page, to_js};
use crate::route;

/// See [`route::Simulation`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Simulation {
    inner: route::Simulation,
}

impl Simulation {
    pub(super) fn new(inner: route::Simulation) -> Simulation {
        Simulation { inner }
    }
}

#[wasm_bindgen]
impl Simulation {
    /// See [`route::Simulation::report`].
    pub fn report(&self) -> JsValue {
        to_js(self.inner.report())
    }

    /// See [`route::Simulation::counts`].
    #[wasm_bindgen(js_name = countsLength)]
    pub fn counts_length(&self) -> usize {
        self.inner.counts()
    }

    /// A page of counts.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn counts(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        let end = place(end).min(self.inner.counts());
        page(place(offset), end, |at| self.inner.count(at))
    }

    /// A page of leads that go elsewhere.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn elsewhere(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        let end = place(end).min(self.inner.elsewhere());
        page(place(offset), end, |at| self.inner.moved(at))
    }
}
