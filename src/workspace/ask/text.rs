//! Texts as fields compare them, behind the front door.

use crate::error::{Error, Result};
use crate::query::fold::compared;
use crate::query::{FieldType, quoted};
use crate::workspace::Workspace;

impl Workspace {
    /// The form in which a field of text compares a text: what a `folded` column of a database holds.
    ///
    /// # Errors
    /// `unknown_field`; `not_for_this_type` for a field that is none of text.
    pub fn fold(&self, field: &str, text: &str) -> Result<String> {
        let schema = &self.model.schema;
        let Some(known) = schema.find(field).and_then(|ix| schema.get(ix)) else {
            return Err(Error::new("unknown_field", "", format!("there is no field {}", quoted(field))));
        };
        if known.kind != FieldType::Text {
            return Err(Error::new("not_for_this_type", "", format!("a {} field is compared as it is", known.kind.name())));
        }
        Ok(compared(known.case, text).into_owned())
    }
}
