//! Time zones as tables of offsets.
//!
//! A runtime's own zone database changes with its version. Tables make a plan's time reproducible: the facade takes them
//! from `Intl` once, when a workspace is compiled, and a host that wants to fix them writes them into the configuration.

use std::collections::BTreeMap;

use crate::json::decode::Decoder;
use crate::time::Zone;

/// Reads `zones`: name → list of `{untilMs, offsetSeconds}`.
pub(super) fn read(root: &Decoder<'_>) -> BTreeMap<String, Zone> {
    let mut out = BTreeMap::new();
    for (name, node) in root.get("zones").entries() {
        let mut table = Vec::new();
        for item in node.items() {
            item.keys(&["untilMs", "offsetSeconds"]);
            let until = item.get("untilMs").whole(-8_640_000_000_000_000..=8_640_000_000_000_000);
            let offset = item.get("offsetSeconds").whole(-86_400..=86_400).and_then(|s| i32::try_from(s).ok());
            match offset {
                Some(offset) => table.push((until, offset)),
                None if item.get("offsetSeconds").is_null() => item.get("offsetSeconds").wrong("a number of seconds"),
                None => {}
            }
        }
        match Zone::from_table(&table) {
            Ok(zone) => {
                out.insert(name.to_owned(), zone);
            }
            Err(reason) => node.error("zone_invalid", format!("the table of zone `{name}` does not hold: {reason}")),
        }
    }
    out
}

/// The zone that a node names; UTC where it names none.
pub(super) fn zone(node: &Decoder<'_>, zones: &BTreeMap<String, Zone>) -> Zone {
    let Some(name) = node.text() else { return Zone::utc() };
    match zones.get(name) {
        Some(zone) => zone.clone(),
        None if matches!(name, "UTC" | "Etc/UTC" | "Etc/GMT" | "GMT") => Zone::utc(),
        None => {
            super::unknown(node, "zone", name, zones.keys().map(String::as_str).chain(["UTC"]));
            Zone::utc()
        }
    }
}
