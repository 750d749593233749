//! A compiled filter.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::shared::{SharedWorkspace, same, text};
use super::value::to_js;
use super::{input, to_js_result};
use crate::workspace;

/// See [`workspace::Filter`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Filter {
    workspace: SharedWorkspace,
    pub(super) inner: workspace::Filter,
}

#[wasm_bindgen]
impl Filter {
    /// See [`workspace::Filter::matches`].
    ///
    /// # Errors
    /// `now_required`, `actor_required`, `options_invalid`.
    pub fn matches(&self, lead: &Uint8Array, options: &Uint8Array) -> Result<bool, JsValue> {
        to_js_result(self.inner.matches(&input(lead)?, &input(options)?))
    }

    /// See [`workspace::Filter::explain`].
    ///
    /// # Errors
    /// As [`Filter::matches`].
    pub fn explain(&self, lead: &Uint8Array, options: &Uint8Array) -> Result<JsValue, JsValue> {
        to_js_result(self.inner.explain(&input(lead)?, &input(options)?)).map(|why| to_js(&why))
    }

    /// See [`workspace::Filter::describe`].
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn describe(&self) -> Result<String, JsValue> {
        to_js_result(self.inner.describe())
    }

    /// Both conditions together.
    ///
    /// # Errors
    /// `wrong_workspace`, `query_invalid` if the two are too large together.
    pub fn and(&self, other: &Filter) -> Result<Filter, JsValue> {
        same(&self.workspace, &other.workspace, "filter")?;
        to_js_result(self.inner.and(&other.inner)).map(|both| Filter::new(&self.workspace, both))
    }

    /// See [`workspace::Filter::to_sql`].
    ///
    /// # Errors
    /// `sql_inexact`, `options_invalid` and their like.
    #[wasm_bindgen(js_name = toSQL)]
    pub fn to_sql(&self, dialect: &Uint8Array, options: &Uint8Array) -> Result<JsValue, JsValue> {
        to_js_result(self.inner.to_sql(&text(dialect, "dialect")?, &input(options)?)).map(|sql| to_js(&sql))
    }

    /// See [`workspace::Filter::warnings`].
    pub fn warnings(&self) -> JsValue {
        to_js(&self.inner.warnings())
    }

    /// See [`workspace::Filter::fields`].
    pub fn fields(&self) -> JsValue {
        to_js(&self.inner.fields().into())
    }
}

impl Filter {
    pub(super) fn new(workspace: &SharedWorkspace, inner: workspace::Filter) -> Filter {
        Filter { workspace: Rc::clone(workspace), inner }
    }

    /// The condition, for a table of this workspace.
    pub(super) fn of(&self, workspace: &SharedWorkspace) -> Result<&workspace::Filter, JsValue> {
        same(&self.workspace, workspace, "filter").map(|()| &self.inner)
    }
}
