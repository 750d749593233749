//! Assignment rules, checked. Which one applies is decided by the module of routes.

use crate::json::decode::Decoder;
use crate::query::{FieldIx, FieldType, Query};

use super::people::{UserIx, schedule};
use super::{ById, ConfigReader, Group, GroupIx, Pool, User, WorkingHours, members, unknown};

/// Where a rule sends a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleTarget {
    /// To a user.
    User(UserIx),
    /// To a group.
    Group(GroupIx),
    /// To a pool.
    Pool(u32),
    /// To the user that a field of the lead names, else elsewhere.
    Field(FieldIx, Option<Box<RuleTarget>>),
    /// To the owner of the most recently created other lead with the same value, else elsewhere.
    Same {
        /// The field whose value is the same.
        field: FieldIx,
        /// An owner whose absence ends within so many days keeps the lead all the same.
        absent_up_to_days: u32,
        /// Where it goes else.
        otherwise: Box<RuleTarget>,
    },
}

/// An assignment rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: Option<String>,
    /// Whether it is tried at all.
    pub enabled: bool,
    /// Which leads it is for; absent, all.
    pub when: Option<Query>,
    /// In which hours it is tried.
    pub schedule: Option<u32>,
    /// Where it sends them.
    pub to: RuleTarget,
    /// Whether it takes leads that have an owner.
    pub overwrite_owner: bool,
    /// Whether it stops for review when it finds nobody.
    pub required: bool,
}

/// Reads one rule.
pub(super) fn read(
    node: &Decoder<'_>,
    id: &str,
    reading: &ConfigReader<'_>,
    users: &ById<User>,
    groups: &ById<Group>,
    pools: &ById<Pool>,
    schedules: &ById<WorkingHours>,
) -> Option<Rule> {
    node.keys(&["id", "name", "enabled", "when", "schedule", "to", "overwriteOwner", "required"]);
    let to = target(&node.get("to"), reading, users, groups, pools, 0);
    Some(Rule {
        id: id.to_owned(),
        name: node.get("name").text().map(str::to_owned),
        enabled: node.get("enabled").flag(true),
        when: reading.guard(&node.get("when")),
        schedule: schedule(&node.get("schedule"), schedules),
        overwrite_owner: node.get("overwriteOwner").flag(false),
        required: node.get("required").flag(false),
        to: to?,
    })
}

/// How far targets may be nested in `otherwise`.
const DEPTH: usize = 16;

fn target(
    node: &Decoder<'_>,
    reading: &ConfigReader<'_>,
    users: &ById<User>,
    groups: &ById<Group>,
    pools: &ById<Pool>,
    depth: usize,
) -> Option<RuleTarget> {
    if !node.keys(&["user", "group", "pool", "field", "same", "otherwise", "absentUpToDays"]) {
        return None;
    }
    if depth > DEPTH {
        node.error("too_deep", format!("targets are nested deeper than {DEPTH}"));
        return None;
    }
    let named = ["user", "group", "pool", "field", "same"].into_iter().filter(|key| !node.get(key).is_null()).count();
    if named != 1 {
        node.error("target_invalid", "a target names exactly one of `user`, `group`, `pool`, `field` and `same`");
        return None;
    }
    let otherwise = node.get("otherwise");
    let days = node.get("absentUpToDays");
    let absent_up_to_days = days.whole(0..=366).and_then(|days| u32::try_from(days).ok()).unwrap_or(0);
    if !days.is_null() && node.get("same").is_null() {
        days.error("target_invalid", "`absentUpToDays` belongs to `same`");
    }
    if !otherwise.is_null() && node.get("same").is_null() && node.get("field").is_null() {
        otherwise.error("target_invalid", "`otherwise` belongs to `field` and `same`");
    }
    let next = || if otherwise.is_null() { None } else { target(&otherwise, reading, users, groups, pools, depth + 1).map(Box::new) };
    let find = |key: &'static str, found: Option<u32>, known: &mut dyn Iterator<Item = &str>| {
        let node = node.get(key);
        if found.is_none() {
            unknown(&node, key, node.known_id().unwrap_or_default(), known);
        }
        found
    };
    let (user, field, same) = (node.get("user"), node.get("field"), node.get("same"));
    if !user.is_null() {
        return members::user(&user, users).map(RuleTarget::User);
    }
    if let Some(name) = node.get("group").optional_id() {
        return find("group", groups.find(name), &mut groups.ids()).map(|ix| RuleTarget::Group(GroupIx(ix)));
    }
    if let Some(name) = node.get("pool").optional_id() {
        return find("pool", pools.find(name), &mut pools.ids()).map(RuleTarget::Pool);
    }
    if !field.is_null() {
        let found = reading.field(&field)?;
        if reading.schema.kind(found) != FieldType::User {
            field.error("field_type", format!("`{}` is not a user field", reading.schema.name(found)));
        }
        return Some(RuleTarget::Field(found, next()));
    }
    let found = reading.field(&same)?;
    if otherwise.is_null() {
        otherwise.wrong("a target for leads whose value is new");
    }
    Some(RuleTarget::Same { field: found, absent_up_to_days, otherwise: next()? })
}
