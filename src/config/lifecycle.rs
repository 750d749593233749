//! What happens to leads as they change hands.

use crate::json::decode::Decoder;
use crate::query::Query;

use super::lead::LeadRoles;
use super::patch::{self, Patch};
use super::{ConfigReader, unknown};

/// What crossing from one unit to another of a kind does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundaryMode {
    /// Nothing.
    Allow,
    /// The receiver's unit is given access.
    GrantAccess,
    /// A copy goes over, the original stays.
    Duplicate,
    /// It is refused.
    Deny,
}

/// Where one organisation ends and another begins.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// The kind of unit that it runs around.
    pub kind: String,
    /// What crossing it does.
    pub mode: BoundaryMode,
}

/// Conditions and patches of a lead's life.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Only these may be reassigned by hand once they have an owner.
    pub reassignable: Option<Query>,
    /// Only these count towards a workload; absent, all do.
    pub open: Option<Query>,
    /// Set when a lead gets an owner.
    pub on_assign: Vec<Patch>,
    /// Set when it loses one.
    pub on_unassign: Vec<Patch>,
    /// Set when it is deactivated.
    pub on_deactivate: Vec<Patch>,
    /// Set when it retires.
    pub on_retire: Vec<Patch>,
    /// Set on the copy that crosses a boundary.
    pub on_copy: Vec<Patch>,
    /// Leads idle for so long are retired.
    pub retire_after_minutes: Option<i64>,
    /// Where organisations end.
    pub boundary: Option<Boundary>,
}

impl Lifecycle {
    /// Every patch.
    pub fn patches(&self) -> impl Iterator<Item = &Patch> {
        [&self.on_assign, &self.on_unassign, &self.on_deactivate, &self.on_retire, &self.on_copy].into_iter().flatten()
    }
}

/// Reads `lifecycle`.
pub(super) fn read(node: &Decoder<'_>, reading: &ConfigReader<'_>, lead: Option<&LeadRoles>) -> Lifecycle {
    if node.is_null() {
        return Lifecycle::default();
    }
    node.keys(&["reassignable", "open", "onAssign", "onUnassign", "onDeactivate", "onRetire", "onCopy", "retireAfterMinutes", "boundary"]);
    let reserved = lead.map(LeadRoles::stamped).unwrap_or_default();
    let patch = |key: &'static str| patch::read(&node.get(key), reading.schema, &reserved);
    Lifecycle {
        reassignable: reading.guard(&node.get("reassignable")),
        open: reading.guard(&node.get("open")),
        on_assign: patch("onAssign"),
        on_unassign: patch("onUnassign"),
        on_deactivate: patch("onDeactivate"),
        on_retire: patch("onRetire"),
        on_copy: patch("onCopy"),
        retire_after_minutes: node.get("retireAfterMinutes").whole(1..=525_600_000),
        boundary: boundary(&node.get("boundary"), reading),
    }
}

fn boundary(node: &Decoder<'_>, reading: &ConfigReader<'_>) -> Option<Boundary> {
    if node.is_null() || !node.keys(&["kind", "mode"]) {
        return None;
    }
    let (kind, mode) = (node.get("kind"), node.get("mode"));
    if mode.is_null() {
        mode.wrong("a mode");
    }
    let name = kind.name()?;
    let kinds: Vec<&str> = reading.schema.units.units().iter().filter_map(|unit| unit.kind.as_deref()).collect();
    if !kinds.contains(&name) {
        unknown(&kind, "kind of unit", name, kinds);
    }
    let modes = [
        ("allow", BoundaryMode::Allow),
        ("grant_access", BoundaryMode::GrantAccess),
        ("duplicate", BoundaryMode::Duplicate),
        ("deny", BoundaryMode::Deny),
    ];
    Some(Boundary { kind: name.to_owned(), mode: mode.one_of(&modes)? })
}
