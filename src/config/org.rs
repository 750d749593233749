//! The organisation: units, and which is above which.

use crate::json::decode::Decoder;
use crate::query::units::{TreeError, UnitTree};

use super::unknown;

/// Reads the units.
pub(super) fn read(node: &Decoder<'_>) -> UnitTree {
    let mut written = Vec::new();
    let items = node.items();
    for item in &items {
        item.keys(&["id", "name", "kind", "parent"]);
        let text = |key: &'static str| item.get(key).text().map(str::to_owned);
        let parent = item.get("parent").optional_id().map(str::to_owned);
        written.push((item.get("id").id().unwrap_or_default().to_owned(), text("name"), text("kind"), parent));
    }
    let ids: Vec<String> = written.iter().map(|unit| unit.0.clone()).collect();
    UnitTree::build(written).unwrap_or_else(|errors| {
        for error in errors {
            let (TreeError::Repeated(at) | TreeError::UnknownParent(at) | TreeError::Cycle(at)) = error;
            let Some(item) = items.get(at) else { continue };
            let id = ids.get(at).map_or("", String::as_str);
            match error {
                TreeError::Repeated(_) => item.get("id").error("duplicate_id", format!("the id `{id}` occurs twice")),
                TreeError::UnknownParent(_) => {
                    let parent = item.get("parent");
                    unknown(&parent, "unit", parent.known_id().unwrap_or_default(), ids.iter().map(String::as_str));
                }
                TreeError::Cycle(_) => item.get("parent").error("unit_cycle", format!("the unit `{id}` is above itself")),
            }
        }
        UnitTree::default()
    })
}
