//! Rows that were found.

use std::rc::Rc;

use js_sys::{Uint8Array, Uint32Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::filter::Filter;
use super::leads::LeadTable;
use super::shared::{SharedTable, SharedWorkspace, text};
use super::value::{page, to_js};
use super::{input, place, room, to_js_error, to_js_result};
use crate::error::Error;
use crate::table::RowIx;
use crate::workspace;

/// See [`workspace::Selection`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Selection {
    workspace: SharedWorkspace,
    table: SharedTable,
    inner: workspace::Selection,
}

#[wasm_bindgen]
impl Selection {
    /// How many rows there are.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn count(&self) -> Result<usize, JsValue> {
        self.rows_now().map(|rows| rows.len())
    }

    /// A page of ids from `offset` on; the caller asks on until it has what it wants.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn ids(&self, offset: f64, end: f64) -> Result<JsValue, JsValue> {
        let rows = self.rows_now()?;
        let table = self.table.borrow();
        page(place(offset), place(end), |at| rows.get(at).map(|row| table.table.id(RowIx(*row)).as_ref().into()))
    }

    /// A page of rows as objects with all fields, or with those that `fields` lists.
    ///
    /// # Errors
    /// `stale_selection`, `unknown_field`.
    pub fn rows(&self, offset: f64, end: f64, fields: &Uint8Array) -> Result<JsValue, JsValue> {
        let rows = self.rows_now()?;
        let table = self.table.borrow();
        let fields = to_js_result(self.workspace.borrow().fields_named(&self.inner, &input(fields)?))?;
        page(place(offset), place(end), |at| rows.get(at).map(|row| self.workspace.borrow().row(&table, RowIx(*row), &fields)))
    }

    /// Row numbers in the table.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn indexes(&self) -> Result<Uint32Array, JsValue> {
        self.rows_now().map(|rows| Uint32Array::from(rows.as_slice()))
    }

    /// See [`workspace::Workspace::sort`].
    ///
    /// # Errors
    /// `query_invalid`, `stale_selection`.
    pub fn sort(&self, by: &Uint8Array) -> Result<Selection, JsValue> {
        room(self.inner.count() * 8)?;
        let sorted = self.workspace.borrow().sort(&self.table.borrow(), &self.inner, &input(by)?);
        to_js_result(sorted).map(|sorted| self.with(sorted))
    }

    /// See [`workspace::Selection::and`].
    ///
    /// # Errors
    /// `stale_selection`, `wrong_table`.
    pub fn and(&self, other: &Selection) -> Result<Selection, JsValue> {
        self.both(other, workspace::Selection::and)
    }

    /// See [`workspace::Selection::or`].
    ///
    /// # Errors
    /// `stale_selection`, `wrong_table`.
    pub fn or(&self, other: &Selection) -> Result<Selection, JsValue> {
        self.both(other, workspace::Selection::or)
    }

    /// See [`workspace::Selection::minus`].
    ///
    /// # Errors
    /// `stale_selection`, `wrong_table`.
    pub fn minus(&self, other: &Selection) -> Result<Selection, JsValue> {
        self.both(other, workspace::Selection::minus)
    }

    /// See [`workspace::Workspace::count_by`].
    ///
    /// # Errors
    /// `stale_selection`, `unknown_field`.
    #[wasm_bindgen(js_name = countBy)]
    pub fn count_by(&self, field: &Uint8Array) -> Result<JsValue, JsValue> {
        let field = text(field, "field")?;
        room(self.inner.count() * 4)?;
        to_js_result(self.workspace.borrow().count_by(&self.table.borrow(), &self.inner, &field)).map(|counts| to_js(&counts))
    }
}

type Both = fn(&workspace::Selection, &workspace::Selection, &workspace::LeadTable) -> crate::error::Result<workspace::Selection>;

impl Selection {
    pub(super) fn new(table: &LeadTable, inner: workspace::Selection) -> Selection {
        Selection { workspace: Rc::clone(&table.workspace), table: Rc::clone(&table.inner), inner }
    }

    /// The rows, for a command about this table.
    pub(super) fn of(&self, table: &LeadTable) -> Result<&workspace::Selection, JsValue> {
        self.same(&table.inner).map(|()| &self.inner)
    }

    fn same(&self, table: &SharedTable) -> Result<(), JsValue> {
        if Rc::ptr_eq(&self.table, table) {
            return Ok(());
        }
        Err(to_js_error(&Error::new("wrong_table", "", "this selection is of another table")))
    }

    fn rows_now(&self) -> Result<Rc<Vec<u32>>, JsValue> {
        room(0)?;
        to_js_result(self.inner.rows_of(&self.table.borrow()))
    }

    fn with(&self, inner: workspace::Selection) -> Selection {
        Selection { workspace: Rc::clone(&self.workspace), table: Rc::clone(&self.table), inner }
    }

    fn both(&self, other: &Selection, work: Both) -> Result<Selection, JsValue> {
        other.same(&self.table)?;
        room((self.inner.count() + other.inner.count()) * 8)?;
        to_js_result(work(&self.inner, &other.inner, &self.table.borrow())).map(|rows| self.with(rows))
    }
}

#[wasm_bindgen]
impl LeadTable {
    /// See [`workspace::Workspace::select`].
    ///
    /// # Errors
    /// `query_invalid`, `viewer_invalid` and their like.
    pub fn select(&self, query: &Uint8Array, viewer: &Uint8Array) -> Result<Selection, JsValue> {
        let found = to_js_result(self.workspace.borrow().select(&self.inner.borrow(), &input(query)?, &input(viewer)?))?;
        Ok(Selection::new(self, found))
    }

    /// The same with a compiled filter.
    ///
    /// # Errors
    /// `viewer_invalid`, `wrong_workspace`.
    #[wasm_bindgen(js_name = selectFilter)]
    pub fn select_filter(&self, filter: &Filter, viewer: &Uint8Array) -> Result<Selection, JsValue> {
        let query = filter.of(&self.workspace)?;
        let found = to_js_result(self.workspace.borrow().select_filter(&self.inner.borrow(), query, &input(viewer)?))?;
        Ok(Selection::new(self, found))
    }
}
