//! Saved lists.

use crate::filter::{Direction, Nulls, SortKey, SortOrder};
use crate::json::decode::Decoder;
use crate::query::{FieldIx, Query, Schema, Strictness, UnitIx};

use super::access::{Profile, ProfileIx};
use super::people::UserIx;
use super::{ById, ConfigReader, User, compiled, field, members, unknown};

/// A list that somebody saved.
#[derive(Clone, Debug)]
pub struct SavedList {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whose it is.
    pub owner: UserIx,
    /// Which leads it shows.
    pub query: Query,
    /// In which order.
    pub sort: Vec<SortKey>,
    /// Which fields.
    pub columns: Vec<FieldIx>,
    /// The people it is shared with.
    pub users: Vec<UserIx>,
    /// The units whose people, and those below, it is shared with.
    pub units: Vec<UnitIx>,
    /// The profiles whose people it is shared with.
    pub profiles: Vec<ProfileIx>,
    /// Whether it is shared with everybody.
    pub everyone: bool,
}

/// Reads a sort order.
pub(crate) fn sort(node: &Decoder<'_>, schema: &crate::query::Schema) -> Vec<SortKey> {
    let mut out = Vec::new();
    for item in node.items() {
        if !item.keys(&["field", "descending", "nulls", "order"]) {
            continue;
        }
        let named = item.get("field");
        let Some(found) = named.name().and_then(|_| field(&named, schema)) else { continue };
        let direction = if item.get("descending").flag(false) { Direction::Descending } else { Direction::Ascending };
        let nulls = item.get("nulls").one_of(&[("first", Nulls::First), ("last", Nulls::Last)]).unwrap_or(Nulls::Last);
        let node = item.get("order");
        let orders = [("value", SortOrder::Value), ("choices", SortOrder::Choices), ("natural", SortOrder::Natural)];
        let order = node.one_of(&orders).unwrap_or(SortOrder::Value);
        if let Some(field) = schema.get(found).filter(|field| !order.fits(field)) {
            let why = match order {
                SortOrder::Choices => format!("`{}` has no `choices` to be put in order by", field.name),
                _ => format!("`{}` is a {} field, and `natural` is an order of texts", field.name, field.kind.name()),
            };
            node.error("order_not_for_field", why);
        }
        out.push(SortKey { field: found, direction, nulls, order });
    }
    out
}

const KEYS: [&str; 7] = ["id", "name", "owner", "query", "sort", "columns", "sharedWith"];

/// What a list that comes along with a call shows, in which order. Whose it is does not matter there.
pub(crate) fn shown(node: &Decoder<'_>, schema: &Schema) -> Option<(Query, Vec<SortKey>)> {
    node.keys(&KEYS);
    columns(&node.get("columns"), schema);
    let sort = sort(&node.get("sort"), schema);
    query(&node.get("query"), schema).map(|query| (query, sort))
}

fn query(node: &Decoder<'_>, schema: &Schema) -> Option<Query> {
    if node.is_null() {
        node.wrong("a filter");
        return None;
    }
    compiled(node, schema, Strictness::List)
}

fn columns(node: &Decoder<'_>, schema: &Schema) -> Vec<FieldIx> {
    node.items().iter().filter_map(|item| field(item, schema)).collect()
}

/// Reads one list.
pub(super) fn read(
    node: &Decoder<'_>,
    id: &str,
    reading: &ConfigReader<'_>,
    users: &ById<User>,
    profiles: &ById<Profile>,
) -> Option<SavedList> {
    node.keys(&KEYS);
    let name = node.get("name").name();
    let owner = members::user(&node.get("owner"), users);
    let query = query(&node.get("query"), reading.schema);
    let sort = sort(&node.get("sort"), reading.schema);
    let columns = columns(&node.get("columns"), reading.schema);
    let shared = node.get("sharedWith");
    if !shared.is_null() {
        shared.keys(&["users", "units", "profiles", "everyone"]);
    }
    let mut with_profiles = Vec::new();
    for item in shared.get("profiles").items() {
        let Some(name) = item.id() else { continue };
        match profiles.find(name) {
            Some(ix) => with_profiles.push(ProfileIx(ix)),
            None => unknown(&item, "profile", name, profiles.ids()),
        }
    }
    let users = shared.get("users").items().iter().filter_map(|item| members::user(item, users)).collect();
    let units = reading.units(&shared.get("units"));
    let everyone = shared.get("everyone").flag(false);
    Some(SavedList {
        id: id.to_owned(),
        name: name?.to_owned(),
        owner: owner?,
        query: query?,
        sort,
        columns,
        users,
        units,
        profiles: with_profiles,
        everyone,
    })
}
