//! Which runs a sweep looks at: those whose time is over, and those whose holders are gone.

use crate::access::Authorizer;
use crate::btree::BTreeMap;
use crate::config::{Model, UserIx};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::offer::due_key;
use crate::plan::state;
use crate::time::Instant;

/// The keys of runs that are due by time, each with its run: the range up to now, in its order.
pub(in crate::route) fn due(state: &state::State, now: Instant) -> Vec<(&str, &str)> {
    let end = due_end(now);
    state.standing("due/").take_while(|key| **key < *end).filter_map(|key| Some((key, run_of(key)?))).collect()
}

/// The first key of what is not due yet.
pub(super) fn due_end(now: Instant) -> String {
    format!("due/{}", due_key(Instant(now.0.saturating_add(1))))
}

/// Open offers of people who are gone: not active, or not in the group any more.
pub(in crate::route) struct Gone {
    /// Their runs.
    pub runs: Vec<String>,
    /// Groups that offered leads to them and others all at once: the runs of these are looked through.
    pub groups: Vec<String>,
}

/// Whose offers are lost, as far as the state that is known tells.
pub(in crate::route) fn gone(model: &Model, state: &state::State, is_member: &mut dyn FnMut(&str, &str) -> Result<bool>) -> Result<Gone> {
    let mut out = Gone { runs: Vec::new(), groups: Vec::new() };
    let mut lost = |user: &str, group: &str| {
        let active = model.users.by_id(user).is_some_and(|user| user.active);
        Ok::<bool, Error>(!active || !is_member(group, user)?)
    };
    for key in state.standing("user/") {
        let Some(entry) = state.peek(key) else { continue };
        for offer in entry.value.get("offers").and_then(Json::as_list).unwrap_or_default() {
            let text = |key: &str| offer.get(key).and_then(Json::as_text);
            if let (Some(user), Some(run), Some(group)) = (state::name_of(key), text("run"), text("group"))
                && lost(&user, group)?
            {
                out.runs.push(run.to_owned());
            }
        }
    }
    for group in model.groups.iter().filter(|group| group.offers()) {
        let Some(entry) = state.peek(&state::key("group", &group.id)) else { continue };
        for user in entry.value.get("audience").and_then(Json::as_list).unwrap_or_default() {
            if lost(user.as_text().unwrap_or_default(), &group.id)? {
                out.groups.push(group.id.clone());
                break;
            }
        }
    }
    if out.groups.is_empty() {
        return Ok(out);
    }
    for key in state.standing("run/") {
        let Some(entry) = state.peek(key) else { continue };
        let group = entry.value.get("group").and_then(Json::as_text).unwrap_or_default();
        if !out.groups.iter().any(|known| known == group) {
            continue;
        }
        for user in entry.value.get("offeredTo").and_then(Json::as_list).unwrap_or_default() {
            if lost(user.as_text().unwrap_or_default(), group)? {
                out.runs.extend(state::name_of(key));
                break;
            }
        }
    }
    Ok(out)
}

/// Whether users are members of groups, worked out once for each group.
pub(in crate::route) fn membership<'a>(
    model: &'a Model,
    auth: &'a Authorizer,
    now: Instant,
) -> impl FnMut(&str, &str) -> Result<bool> + 'a {
    let mut known = BTreeMap::new();
    move |group: &str, user: &str| {
        let (Some(ix), Some(user)) = (model.groups.find(group), model.users.find(user)) else { return Ok(false) };
        if !known.contains_key(&ix) {
            let members = model.groups.at(ix).map(|group| auth.member_set(&group.members, Some(now)));
            known.insert(ix, members.transpose()?.unwrap_or_default());
        }
        Ok(known.get(&ix).is_some_and(|members| members.contains(UserIx(user))))
    }
}

/// The run in a key of what is due.
pub(super) fn run_of(key: &str) -> Option<&str> {
    key.rsplit('/').next()?.rsplit_once('.').map(|(run, _)| run)
}

/// The instant in a key of what is due.
pub(super) fn instant_of(key: &str) -> Option<i64> {
    let digits = key.split('/').nth(1)?;
    u64::from_str_radix(digits, 16).ok().map(|bits| (bits ^ (1 << 63)).cast_signed())
}
