//! Time zones as tables of offsets.
//!
//! A runtime's own zone database changes with its version. Tables make a plan's time reproducible: the facade adds them when a
//! workspace is compiled, and a host that wants to fix them writes them into the configuration.

use crate::btree::BTreeMap;
use std::cell::OnceCell;
use std::rc::Rc;

use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::UserZone;
use crate::time::Zone;

/// A zone with the table that the configuration gives.
#[derive(Clone, Debug, Default)]
pub struct NamedZone {
    /// Its offsets.
    pub zone: Rc<Zone>,
    /// Of which release of the time zone database they are, where that is told. It decides nothing.
    pub version: Option<String>,
    /// A digest of the table, once somebody worked it out.
    pub(crate) digest: OnceCell<String>,
}

impl NamedZone {
    /// The table, as the configuration has it.
    pub fn table(&self) -> Json {
        let mut rows = Vec::new();
        for (until, offset) in self.zone.table() {
            rows.push(Json::object([("untilMs", until.into()), ("offsetSeconds", i64::from(offset).into())]));
        }
        Json::List(rows)
    }
}

/// Whether a text can be the name of a release, such as `2026f`.
pub(crate) fn is_version(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
}

/// The releases of the zone tables that a configuration names, where they are told.
pub(crate) fn versions(zones: &BTreeMap<String, NamedZone>) -> Json {
    let mut out = Vec::new();
    for (name, zone) in zones {
        out.extend(zone.version.as_deref().map(|version| (name.clone(), version.into())));
    }
    Json::Object(out)
}

/// Reads `zones`: name → list of `{untilMs, offsetSeconds}`, and `zoneVersions`.
pub(crate) fn read(root: &Decoder<'_>) -> BTreeMap<String, NamedZone> {
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
                out.insert(name.to_owned(), NamedZone { zone: Rc::new(zone), ..NamedZone::default() });
            }
            Err(reason) => node.error("zone_invalid", format!("the table of zone `{name}` does not hold: {reason}")),
        }
    }
    for (name, node) in root.get("zoneVersions").entries() {
        let Some(version) = node.name() else { continue };
        if !is_version(version) {
            node.error("zone_version_invalid", "a release of the time zone database is a short word such as `2026f`");
        } else if let Some(known) = out.get_mut(name) {
            known.version = Some(version.to_owned());
        }
    }
    out
}

/// The zone that a node names; UTC where it names none.
pub(crate) fn zone(node: &Decoder<'_>, zones: &BTreeMap<String, NamedZone>) -> Rc<Zone> {
    let utc = || Rc::new(Zone::utc());
    let Some(name) = node.text() else { return utc() };
    if name != "UTC" && !name.contains('/') {
        // Several places go by `EST`, `BST` or `IST`, and runtimes do not agree on one.
        let fault = Diagnostic::error("zone_without_area", node.path(), format!("`{name}` is no zone with an area"));
        node.faults().add(fault.hint("write `Area/Location`, such as `America/New_York`, or `UTC`").with("name", name));
        return utc();
    }
    match zones.get(name) {
        Some(named) => Rc::clone(&named.zone),
        None if matches!(name, "UTC" | "Etc/UTC" | "Etc/GMT") => utc(),
        None => {
            super::unknown(node, "zone", name, zones.keys().map(String::as_str).chain(["UTC"]));
            utc()
        }
    }
}

/// The zone that somebody has of their own; people of one zone share its table.
pub(super) fn own(node: &Decoder<'_>, zones: &BTreeMap<String, NamedZone>) -> Option<Rc<UserZone>> {
    let name = node.text()?.to_owned();
    Some(Rc::new(UserZone { name, zone: zone(node, zones) }))
}

/// Leaves only the tables of zones that the configuration names: nothing else of them can be read.
pub(super) fn retain_named(root: &Decoder<'_>, zones: &mut BTreeMap<String, NamedZone>) {
    let own = root.get("timeZone").json.as_text();
    let mut named: Vec<&str> = own.into_iter().collect();
    for section in ["schedules", "users"] {
        for one in root.get(section).json.as_list().unwrap_or_default() {
            named.extend(one.get("timeZone").and_then(Json::as_text));
        }
    }
    crate::sort::all(&mut named);
    zones.retain(|name, _| named.binary_search(&name.as_str()).is_ok());
}
