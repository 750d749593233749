//! The state that a host keeps between plans.

use evenhand::json::Json;
use evenhand::plan::state::StateChange;

/// What a host keeps once a plan is written, as the next context has it.
pub fn keep(kept: &mut Vec<(String, Json)>, changes: impl IntoIterator<Item = StateChange>) {
    for change in changes {
        kept.retain(|(key, _)| *key != change.key);
        let entry = entry(&change);
        kept.push((change.key, entry));
    }
}

/// One entry of it.
pub fn entry(change: &StateChange) -> Json {
    Json::object([("version", change.version.into()), ("value", change.json())])
}
