//! Digests of values: SHA-256 (FIPS 180-4) over canonical bytes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::config::Model;
use crate::json::Json;

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Of any value, in its canonical form.
pub fn json(value: &Json) -> String {
    hex(&Sha256::digest(value.canonical().write()))
}

/// Of a configuration and of the tables of the zones that it names; those as their digests, so that it can be told from the
/// digest of a plan's configuration whether nothing but tables differs.
pub fn config(config: &Json, zones: Json) -> String {
    let mut parts: Vec<(String, Json)> = config.as_object().unwrap_or_default().to_vec();
    parts.retain(|(key, value)| !matches!(key.as_str(), "zones" | "zoneVersions") && !value.is_null());
    parts.push(("zones".to_owned(), zones));
    json(&Json::Object(parts))
}

/// Digests of the tables of the zones that a configuration names, by name.
pub fn zones(model: &Model) -> Json {
    let mut out = Vec::new();
    for (name, zone) in model.zones.iter() {
        out.push((name.clone(), zone.digest.get_or_init(|| short(&zone.table())).as_str().into()));
    }
    Json::Object(out)
}

/// The first 128 bits of it: enough of a name.
pub(crate) fn short(value: &Json) -> String {
    json(value).chars().take(32).collect()
}
