//! With whose eyes a table is read.

use crate::config::people;
use crate::error::Result;
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::time::Instant;

/// With whose eyes a table is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Viewer {
    /// Nobody is the host itself, without permissions.
    pub actor: Option<String>,
    pub now: Option<Instant>,
}

impl Viewer {
    /// Reads `{actor, now?}`. A viewer must say who looks: leaving `actor` out is no way to see everything.
    pub fn read(json: &Json) -> Result<Viewer> {
        Viewer::from(json, &["actor", "now"]).map(|(viewer, _)| viewer)
    }

    /// The same with `limit`, how many rows are asked for at most.
    pub fn with_limit(json: &Json) -> Result<(Viewer, Option<i64>)> {
        Viewer::from(json, &["actor", "now", "limit"])
    }

    fn from(json: &Json, keys: &[&str]) -> Result<(Viewer, Option<i64>)> {
        let faults = Faults::without_nulls_for(&["limit"]);
        let node = Decoder::new(json, "", &faults);
        let named = node.keys(keys) && json.as_object().is_some_and(|pairs| pairs.iter().any(|(key, _)| key == "actor"));
        if !named && !faults.any_error() {
            node.get("actor").wrong("the actor (a user's id, or null for the host itself)");
        }
        let viewer = Viewer { actor: node.get("actor").optional_id().map(str::to_owned), now: people::instant(&node.get("now")) };
        let limit = node.get("limit").whole(0..=i64::from(u32::MAX));
        let (failed, list) = (faults.any_error(), faults.into_list());
        if failed { Err(crate::error::Error::invalid("viewer_invalid", list)) } else { Ok((viewer, limit)) }
    }
}
