//! Which fields of a lead play which part.

use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::{FieldIx, FieldType};

use super::members::{self, Members};
use super::{ById, ConfigReader, User};

/// A field of type `user` that can be assigned.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The field.
    pub field: FieldIx,
    /// Who may hold it; nobody named means anybody.
    pub holders: Option<Members>,
}

/// The parts that fields play.
#[derive(Clone, Debug)]
pub struct LeadRoles {
    /// The id; a text field.
    pub id: FieldIx,
    /// A number that every change raises by one.
    pub version: Option<FieldIx>,
    /// The owner's slot.
    pub owner: FieldIx,
    /// All slots; the owner's is the first.
    pub slots: Vec<Slot>,
    /// Names the primary agent, where that is a pointer of its own.
    pub primary: Option<FieldIx>,
    /// The unit that the lead belongs to.
    pub unit: Option<FieldIx>,
    /// Units that were given access.
    pub access: Option<FieldIx>,
    /// The pool that the lead is in.
    pub pool: Option<FieldIx>,
    /// For display.
    pub status: Option<FieldIx>,
    /// The running offer: the lock.
    pub run: Option<FieldIx>,
    /// The rule that routed the lead.
    pub routed_by: Option<FieldIx>,
    /// When it was made.
    pub created_at: Option<FieldIx>,
    /// By whom.
    pub created_by: Option<FieldIx>,
    /// When it got its present owner.
    pub assigned_at: Option<FieldIx>,
    /// When its owner last did something.
    pub last_activity_at: Option<FieldIx>,
    /// Former owners, newest first.
    pub previous_owners: Option<FieldIx>,
    /// Who has had a notice of the lead.
    pub notified: Option<FieldIx>,
}

impl LeadRoles {
    /// The slot of that field.
    pub fn slot(&self, field: FieldIx) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.field == field)
    }

    /// The fields that patches of a lifecycle may not name: they have commands and rules of their own.
    pub fn stamped(&self) -> Vec<FieldIx> {
        let mut out: Vec<FieldIx> = self.slots.iter().map(|slot| slot.field).collect();
        let others = [Some(self.id), self.version, self.primary, self.run, self.assigned_at, self.previous_owners, self.notified];
        out.extend(others.into_iter().flatten());
        out
    }

    /// The fields that a mass edit may not set: those of [`Shape::stamped`], and unit, access, pool and routed-by.
    pub fn reserved(&self) -> Vec<FieldIx> {
        let mut out = self.stamped();
        out.extend([self.unit, self.access, self.pool, self.routed_by].into_iter().flatten());
        out
    }

    /// The fields that answers tell of by the part that they play, so that they cannot be hidden: all but those for display.
    pub fn told(&self) -> Vec<FieldIx> {
        let mut out = self.reserved();
        out.extend([self.created_at, self.last_activity_at].into_iter().flatten());
        out
    }
}

const KEYS: [&str; 17] = [
    "id",
    "version",
    "owner",
    "slots",
    "primary",
    "unit",
    "access",
    "pool",
    "status",
    "run",
    "routedBy",
    "createdAt",
    "createdBy",
    "assignedAt",
    "lastActivityAt",
    "previousOwners",
    "notified",
];

/// Adds the fault of a part whose field is compared by a part of its text.
pub(super) fn too_loose(node: &Decoder<'_>) {
    let what = "this tells leads apart, and the field is compared by a part of its text";
    let fault = Diagnostic::error("compare_too_loose", node.path(), what);
    node.faults().add(fault.hint("give the field `compare: \"exact\"` or `compare: \"caseless\"`"));
}

/// Reads `lead`.
pub(super) fn read(node: &Decoder<'_>, reading: &ConfigReader<'_>, users: &ById<User>) -> Option<LeadRoles> {
    if !node.keys(&KEYS) {
        return None;
    }
    let mut taken: Vec<(FieldIx, &'static str)> = Vec::new();
    let mut part = |key: &'static str, kinds: &[FieldType]| {
        let node = node.get(key);
        let field = reading.field(&node)?;
        check_kind(&node, field, kinds, reading);
        if let Some((_, other)) = taken.iter().find(|(taken, _)| *taken == field) {
            node.error("field_used_twice", format!("`{}` is the `{other}` already", reading.schema.name(field)));
        }
        if reading.schema.get(field).is_some_and(|field| field.case.is_loose()) {
            too_loose(&node);
        }
        taken.push((field, key));
        Some(field)
    };
    let any = [FieldType::Text, FieldType::Choice];
    let (id, owner) = (part("id", &[FieldType::Text]), part("owner", &[FieldType::User]));
    [("id", id), ("owner", owner)]
        .iter()
        .filter(|(key, _)| node.get(key).is_null())
        .for_each(|(key, _)| node.get(key).wrong("the name of a field"));
    let mut shape = LeadRoles {
        id: id?,
        owner: owner?,
        slots: Vec::new(),
        version: part("version", &[FieldType::Number]),
        primary: part("primary", &[FieldType::User]),
        unit: part("unit", &[FieldType::Unit]),
        access: part("access", &[FieldType::Units]),
        pool: part("pool", &any),
        status: reading.field(&node.get("status")),
        run: part("run", &[FieldType::Text]),
        routed_by: part("routedBy", &any),
        created_at: reading.field(&node.get("createdAt")),
        created_by: reading.field(&node.get("createdBy")),
        assigned_at: part("assignedAt", &[FieldType::Datetime]),
        last_activity_at: part("lastActivityAt", &[FieldType::Datetime]),
        previous_owners: part("previousOwners", &[FieldType::Tags]),
        notified: part("notified", &[FieldType::Tags]),
    };
    for (key, field, kinds) in [
        ("createdAt", shape.created_at, [FieldType::Datetime, FieldType::Date]),
        ("createdBy", shape.created_by, [FieldType::User, FieldType::User]),
    ] {
        field.into_iter().for_each(|field| check_kind(&node.get(key), field, &kinds, reading));
    }
    shape.slots = slots(&node.get("slots"), shape.owner, reading, users);
    for slot in &shape.slots {
        if let Some((_, other)) = taken.iter().find(|(field, part)| *field == slot.field && *part != "owner") {
            node.get("slots").error("field_used_twice", format!("`{}` is the `{other}` already", reading.schema.name(slot.field)));
        }
    }
    Some(shape)
}

fn check_kind(node: &Decoder<'_>, field: FieldIx, kinds: &[FieldType], reading: &ConfigReader<'_>) {
    let kind = reading.schema.kind(field);
    if !kinds.contains(&kind) {
        let mut wanted: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        wanted.dedup();
        node.error(
            "field_type",
            format!("`{}` is a {} field; this part needs a {} field", reading.schema.name(field), kind.name(), wanted.join(" or ")),
        );
    }
}

/// The slots in order, the owner's first.
fn slots(node: &Decoder<'_>, owner: FieldIx, reading: &ConfigReader<'_>, users: &ById<User>) -> Vec<Slot> {
    let mut out = vec![Slot { field: owner, holders: None }];
    let mut owner_named = false;
    for item in node.items() {
        let named = if let Json::Object(_) = item.json {
            item.keys(&["field", "holders"]);
            item.get("field")
        } else {
            item.clone()
        };
        if named.name().is_none() {
            continue;
        }
        let Some(field) = reading.field(&named) else { continue };
        check_kind(&named, field, &[FieldType::User], reading);
        let holders = if let Json::Object(_) = item.json { members::read(&item.get("holders"), reading, users) } else { None };
        match out.iter_mut().find(|slot| slot.field == field) {
            Some(slot) if field == owner && !owner_named => {
                owner_named = true;
                slot.holders = holders;
            }
            Some(_) => named.error("field_used_twice", format!("`{}` is a slot already", reading.schema.name(field))),
            None => out.push(Slot { field, holders }),
        }
    }
    out
}
