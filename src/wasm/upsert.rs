//! What an upsert would do.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::place;
use super::value::{page, to_js};
use crate::workspace;

/// See [`workspace::UpsertPreview`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct UpsertPreview {
    inner: workspace::UpsertPreview,
    /// The entries that were asked for last, and of which outcome they are.
    places: Vec<u32>,
}

impl UpsertPreview {
    pub(super) fn new(inner: workspace::UpsertPreview) -> UpsertPreview {
        UpsertPreview { inner, places: Vec::new() }
    }
}

#[wasm_bindgen]
impl UpsertPreview {
    /// See [`workspace::UpsertPreview::counts`].
    pub fn counts(&self) -> JsValue {
        to_js(&self.inner.counts())
    }

    /// See [`workspace::UpsertPreview::problems`].
    pub fn problems(&self) -> JsValue {
        to_js(&self.inner.problems())
    }

    /// Chooses the entries of an outcome, or all; how many they are, or nothing for a word that is no outcome.
    pub fn choose(&mut self, outcome: Option<String>) -> Option<usize> {
        self.places = self.inner.places(outcome.as_deref())?;
        Some(self.places.len())
    }

    /// A page of the entries that were chosen last.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn entries(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        let end = place(end).min(self.places.len());
        page(place(offset), end, |at| self.places.get(at).and_then(|place| self.inner.entry(*place)))
    }
}
