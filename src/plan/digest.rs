//! Digests of values: SHA-256 (FIPS 180-4) over canonical bytes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

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

/// The first 128 bits of it: enough of a name.
pub(crate) fn short(value: &Json) -> String {
    json(value).chars().take(32).collect()
}
