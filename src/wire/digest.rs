//! Digests of plans: SHA-256 over canonical bytes.

use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use crate::json::Json;

use crate::plan::Plan;
use crate::plan::digest::hex;
use crate::plan::split_part::Totals;
use crate::plan::state::{self, StateChange};
use crate::wire::encode::{self, Times};

impl Plan {
    /// The plan's id: the one that the host gave, else the digest; of a plan of which something is hidden from its actor, the digest of what
    /// they see, since ids are told.
    pub fn id(&self) -> &str {
        self.given_id.as_deref().unwrap_or_else(|| self.shown().digest())
    }

    /// SHA-256 over everything but the rows that were read, in hexadecimal.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| of(self))
    }

    /// The same without time and id, of what its actor sees of it.
    pub fn outcome(&self) -> &str {
        self.outcome.get_or_init(|| outcome(self.shown()))
    }

    /// The encoded changes and answers, worked out once.
    pub(crate) fn body(&self) -> Rc<Vec<u8>> {
        Rc::clone(self.body.get_or_init(|| Rc::new(encode::body(self, Times::Absolute))))
    }

    /// All writes to the state, with the mark that the plan was done.
    pub fn all_state(&self) -> Vec<StateChange> {
        let mut out = self.state.clone();
        if self.refused.is_empty() && !matches!(self.totals, Totals::Shard) {
            let value = state::value([("at", Json::from(self.now.0))]);
            out.push(StateChange { key: state::key("done", self.id()), expect: None, version: 1, value: Some(value.into()) });
        }
        out
    }
}

/// Over everything but the rows that were read.
pub(crate) fn of(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    hash.update(encode::unsigned_header(plan, Times::Absolute).write());
    update(&mut hash, &plan.body());
    hex(&hash.finalize())
}

/// The same without time and id.
pub(crate) fn outcome(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    hash.update(encode::unsigned_header(plan, Times::Relative).write());
    update(&mut hash, &encode::body(plan, Times::Relative));
    hex(&hash.finalize())
}

/// Hashes long bytes in pieces, for the reason of [`PIECE`](crate::table::pack::PIECE).
fn update(hash: &mut Sha256, bytes: &[u8]) {
    bytes.chunks(crate::table::pack::PIECE).for_each(|piece| hash.update(piece));
}
