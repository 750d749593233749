//! Digests of plans and of configurations: SHA-256 (FIPS 180-4) over canonical bytes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::json::Json;

use super::Plan;
use super::encode::{self, Times};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Over everything but the rows that were read.
pub(super) fn of(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    hash.update(encode::unsigned_header(plan, Times::Absolute).write());
    hash.update(plan.body().as_slice());
    hex(&hash.finalize())
}

/// The same without time and id.
pub(super) fn outcome(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    hash.update(encode::unsigned_header(plan, Times::Relative).write());
    hash.update(encode::body(plan, Times::Relative));
    hex(&hash.finalize())
}

/// Of any value, in its canonical form.
pub fn json(value: &Json) -> String {
    hex(&Sha256::digest(value.canonical().write()))
}

/// The first 128 bits of it: enough of a name.
pub(crate) fn short(value: &Json) -> String {
    json(value).chars().take(32).collect()
}
