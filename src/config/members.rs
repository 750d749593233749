//! Who belongs: users, holders of tags, people of a unit, narrowed by a filter.

use crate::json::decode::Decoder;
use crate::query::{Query, Strictness, UnitIx};

use super::people::UserIx;
use super::{ById, ConfigReader, User, unknown};

/// A checked description of some users. Who they are is worked out by the access room.
#[derive(Clone, Debug)]
pub struct Members {
    /// Named one by one, in this order.
    pub users: Vec<UserIx>,
    /// Holders of any of these.
    pub tags: Vec<String>,
    /// People of this unit and below.
    pub unit: Option<UnitIx>,
    /// Narrows all of the above.
    pub filter: Option<Query>,
}

/// Reads members; absent is none.
pub(super) fn read(node: &Decoder<'_>, reading: &ConfigReader<'_>, users: &ById<User>) -> Option<Members> {
    if node.is_null() || !node.keys(&["users", "tags", "unit", "where"]) {
        return None;
    }
    let mut named = Vec::new();
    for item in node.get("users").items() {
        let Some(user) = user(&item, users) else { continue };
        if named.contains(&user) {
            item.error("duplicate_id", "this user is named twice");
        } else {
            named.push(user);
        }
    }
    let tags: Vec<String> = node.get("tags").texts().into_iter().map(str::to_owned).collect();
    let unit = reading.unit(&node.get("unit"));
    if node.get("users").is_null() && node.get("tags").is_null() && node.get("unit").is_null() {
        node.error("members_empty", "members must name users, tags or a unit");
    } else if named.is_empty() && tags.is_empty() && unit.is_none() && !node.faults().any_error() {
        node.error("members_empty", "these members are nobody");
    }
    let filter = super::compiled(&node.get("where"), reading.user_schema, Strictness::Guard);
    Some(Members { users: named, tags, unit, filter })
}

/// A user's id that must be known.
pub(super) fn user(node: &Decoder<'_>, users: &ById<User>) -> Option<UserIx> {
    let id = node.id()?;
    let found = users.find(id);
    if found.is_none() {
        unknown(node, "user", id, users.ids());
    }
    found.map(UserIx)
}

/// Reads members that stand alone, against a compiled configuration.
pub(crate) fn read_alone(node: &Decoder<'_>, model: &super::Model) -> Option<Members> {
    let reading = ConfigReader { schema: &model.schema, user_schema: &model.user_schema, zones: &model.zones };
    read(node, &reading, &model.users)
}
