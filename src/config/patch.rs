//! New values for fields, checked.

use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::convert::{cell_from_json, says_nothing, unknown};
use crate::query::schema::FieldType;
use crate::query::{Cell, FieldIx, Schema};
use crate::time::Relative;

/// A new value for a field.
#[derive(Clone, Debug, PartialEq)]
pub enum PatchValue {
    /// This value; null clears.
    Set(Cell<'static>),
    /// The acting user.
    Actor,
    /// An instant (or its day) relative to the plan's.
    Relative(Relative),
    /// Words to add to a list (at its end, where they are not there yet) and to take out of it.
    Words {
        /// To add.
        add: Vec<String>,
        /// To take out.
        remove: Vec<String>,
    },
}

/// A field with its new value.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Which field.
    pub field: FieldIx,
    /// Its new value.
    pub value: PatchValue,
}

/// Reads a patch; fields in `reserved` may not be named. A value that does not fit its field is a fault.
pub(crate) fn read(node: &Decoder<'_>, schema: &Schema, reserved: &[FieldIx]) -> Vec<Patch> {
    node.entries().iter().filter_map(|(name, node)| one(name, node, schema, reserved)).collect()
}

fn one(name: &str, node: &Decoder<'_>, schema: &Schema, reserved: &[FieldIx]) -> Option<Patch> {
    let Some(field) = schema.find(name) else {
        super::unknown(node, "field", name, schema.names());
        return None;
    };
    if reserved.contains(&field) {
        node.faults().add(
            Diagnostic::error("reserved_field", node.path(), format!("`{name}` cannot be set like any other field"))
                .hint("it has a command or a rule of its own"),
        );
        return None;
    }
    let definition = schema.get(field)?;
    let value = match node.json {
        Json::Object(_) => special(node, definition.kind, schema)?,
        _ => match cell_from_json(definition, schema, node.json) {
            Ok(Cell::Null) if definition.kind.is_list() && !clears(node.json) => {
                node.error("value_invalid", format!("there is no word in this; `null` or `[]` empties the field `{name}`"));
                return None;
            }
            Ok(cell) => PatchValue::Set(cell),
            // A lead may hold a word that is not known; a patch that sets one is a slip.
            Err(problem) if problem.code == "unknown_unit" => {
                let known = schema.units.units().iter().map(|unit| unit.id.as_str());
                super::unknown(node, "unit", problem.cell.text().unwrap_or_default(), known);
                return None;
            }
            Err(problem) if !problem.cell.is_null() => PatchValue::Set(problem.cell),
            Err(problem) => {
                let message = format!("this does not fit the {} field `{name}`", definition.kind.name());
                node.faults().add(Diagnostic::error("value_invalid", node.path(), message).with("problem", problem.code));
                return None;
            }
        },
    };
    if let (FieldType::Choice | FieldType::Tags, PatchValue::Set(cell)) = (definition.kind, &value)
        && let Some(word) = cell.text().into_iter().chain(cell.items()).find(|word| unknown(definition, schema, word).is_some())
    {
        super::unknown(node, "choice", word, definition.choices.iter().map(String::as_str));
        return None;
    }
    Some(Patch { field, value })
}

/// Whether a value of a list field says that there is nothing.
fn clears(json: &Json) -> bool {
    match json {
        Json::List(items) => items.is_empty(),
        Json::Text(text) => says_nothing(text),
        _ => true,
    }
}

fn special(node: &Decoder<'_>, kind: FieldType, schema: &Schema) -> Option<PatchValue> {
    if !node.get("actor").is_null() {
        node.keys(&["actor"]);
        if kind == FieldType::User && node.get("actor").flag(false) {
            return Some(PatchValue::Actor);
        }
        node.error("value_invalid", "`{actor: true}` is for user fields");
        return None;
    }
    if !node.get("relative").is_null() {
        return match crate::query::relative(node.json) {
            Ok(relative) if matches!(kind, FieldType::Date | FieldType::Datetime) => Some(PatchValue::Relative(relative)),
            Ok(_) => {
                node.error("value_invalid", "a relative instant is for date and datetime fields");
                None
            }
            Err(reason) => {
                node.error("value_invalid", reason);
                None
            }
        };
    }
    node.keys(&["add", "remove"]);
    if !kind.is_list() {
        node.error("value_invalid", "`add` and `remove` are for lists");
        return None;
    }
    let words = |key: &'static str| -> Vec<String> {
        let node = node.get(key);
        if kind == FieldType::Units {
            for item in node.items() {
                if let Some(unit) = item.id().filter(|unit| schema.units.find(unit).is_none()) {
                    super::unknown(&item, "unit", unit, schema.units.units().iter().map(|unit| unit.id.as_str()));
                }
            }
        }
        node.ids().into_iter().map(str::to_owned).collect()
    };
    Some(PatchValue::Words { add: words("add"), remove: words("remove") })
}
