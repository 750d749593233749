//! Profiles and their grants, checked. What they allow is worked out by the access room.

use crate::error::Diagnostic;
use crate::json::decode::Decoder;
use crate::query::{FieldIx, Query};

use super::{ConfigReader, LeadRoles, unknown};

/// A profile, by its place in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileIx(pub u32);

/// A set of grants.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: Option<String>,
    /// In the order of the configuration.
    pub grants: Vec<Grant>,
    /// Fields that are hidden from whoever has it, whatever else they have.
    pub hidden: Vec<FieldIx>,
    /// Fields that whoever has it may not edit, whatever else they have.
    pub read_only: Vec<FieldIx>,
}

/// What a profile takes away from a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldLimit {
    Hidden,
    ReadOnly,
}

const LIMITS: [(&str, FieldLimit); 2] = [("hidden", FieldLimit::Hidden), ("readOnly", FieldLimit::ReadOnly)];

/// Whose things a grant covers, seen from the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Nothing.
    None,
    /// What is the actor's own.
    Own,
    /// What belongs to the actor's unit.
    Team,
    /// What belongs to the actor's unit or one below.
    Subtree,
    /// What belongs to the actor's top-level unit.
    Company,
    /// Everything.
    All,
    /// Leads that nobody owns.
    Unowned,
}

const SCOPES: [(&str, Scope); 7] = [
    ("none", Scope::None),
    ("own", Scope::Own),
    ("team", Scope::Team),
    ("subtree", Scope::Subtree),
    ("company", Scope::Company),
    ("all", Scope::All),
    ("unowned", Scope::Unowned),
];

macro_rules! verbs {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// What a grant allows somebody to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Verb {
            $(#[doc = $doc] $variant,)*
        }

        impl Verb {
            /// Every verb, with the word for it.
            pub const ALL: &'static [(&'static str, Verb)] = &[$(($name, Verb::$variant),)*];

            /// The word for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Verb::$variant => $name,)*
                }
            }
        }
    };
}

verbs! {
    LeadView "lead.view" "See a lead.",
    LeadEdit "lead.edit" "Change a lead.",
    LeadRelease "lead.release" "Take a lead from whoever holds it.",
    LeadGive "lead.give" "Give a lead to somebody.",
    LeadClaim "lead.claim" "Take a lead that nobody owns for oneself.",
    LeadMass "lead.mass" "Act on many leads at once.",
    LeadExport "lead.export" "Take leads out, more of them than a page at once.",
    ListView "list.view" "See the definition of a list.",
    ListUse "list.use" "Run a list, or act on it.",
    ListEdit "list.edit" "Change a list.",
    ListShare "list.share" "Share a list.",
    ListDelete "list.delete" "Delete a list.",
    GroupView "group.view" "See a group.",
    GroupEdit "group.edit" "Change a group.",
    GroupTrigger "group.trigger" "Start a group for a lead.",
    GroupCancel "group.cancel" "Cancel a running offer.",
    RuleView "rule.view" "See the rules.",
    RuleEdit "rule.edit" "Change the rules, or simulate a change.",
    RuleRun "rule.run" "Have leads routed by the rules.",
    MemberPause "member.pause" "Pause somebody.",
    LogView "log.view" "See what happened.",
    PlanUndo "plan.undo" "Undo a plan.",
}

impl Verb {
    /// Whether the verb is about leads, so that `where` may narrow it.
    pub fn asks_the_lead(self) -> bool {
        self.name().starts_with("lead.") || self == Verb::RuleRun
    }
}

/// What a grant does to what it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It may be done.
    Allow,
    /// It may not, whatever else allows it.
    Deny,
}

/// One grant.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What it is about; never empty.
    pub verbs: Vec<Verb>,
    /// Whose things it covers.
    pub scope: Scope,
    /// Narrows it to some leads.
    pub filter: Option<Query>,
    /// Allow or deny.
    pub effect: Effect,
}

/// Reads one profile.
pub(super) fn read(node: &Decoder<'_>, id: &str, reading: &ConfigReader<'_>) -> Option<Profile> {
    node.keys(&["id", "name", "grants", "fields"]);
    let grants = node.get("grants");
    if grants.is_null() {
        grants.wrong("a list of grants");
    }
    // Positions are what reasons name, so a faulty grant must not shift the ones behind it; the fault stops the model anyway.
    let grants = grants.items().iter().filter_map(|grant| read_grant(grant, reading)).collect();
    let (mut hidden, mut read_only) = (Vec::new(), Vec::new());
    for (name, limit) in node.get("fields").entries() {
        let Some(field) = reading.schema.find(name) else {
            unknown(&limit, "field", name, reading.schema.names());
            continue;
        };
        match limit.one_of(&LIMITS) {
            Some(FieldLimit::Hidden) => hidden.push(field),
            Some(FieldLimit::ReadOnly) => read_only.push(field),
            None if limit.is_null() => limit.wrong("`hidden` or `readOnly`"),
            None => {}
        }
    }
    Some(Profile { id: id.to_owned(), name: node.get("name").text().map(str::to_owned), grants, hidden, read_only })
}

/// Reports rights on fields that play a part in every lead: answers tell of those whatever a profile says, so they cannot be hidden,
/// and what changes them is a command with its own questions.
pub(super) fn check_fields(profiles: &Decoder<'_>, reading: &ConfigReader<'_>, lead: &LeadRoles) {
    let (told, reserved) = (lead.told(), lead.reserved());
    for profile in profiles.items() {
        let limits = profile.get("fields");
        for (name, limit) in limits.json.as_object().map(|_| limits.entries()).unwrap_or_default() {
            let Some(field) = reading.schema.find(name) else { continue };
            let (fixed, what, hint) = match limit.json.as_text() {
                Some("hidden") => {
                    (&told, "hidden", "people learn of it by what leads they see and who has them; take the part or the limit away")
                }
                Some("readOnly") => {
                    (&reserved, "made read-only", "grants decide who may change it: `lead.give`, `lead.release` and their like")
                }
                _ => continue,
            };
            if fixed.contains(&field) {
                let message = format!("`{name}` plays a part in every lead and cannot be {what}");
                limit.faults().add(Diagnostic::error("field_has_role", limit.path(), message).hint(hint));
            }
        }
    }
}

fn read_grant(node: &Decoder<'_>, reading: &ConfigReader<'_>) -> Option<Grant> {
    if !node.keys(&["do", "scope", "where", "deny"]) {
        return None;
    }
    let verbs = node.get("do");
    let items = verbs.items();
    if items.is_empty() {
        verbs.error("grant_empty", "a grant must name what it allows");
    }
    let mut list = Vec::new();
    for item in &items {
        if item.name().is_some()
            && let Some(verb) = item.one_of(Verb::ALL)
            && !list.contains(&verb)
        {
            list.push(verb);
        }
    }
    let scope = node.get("scope");
    if scope.is_null() {
        scope.wrong("a scope");
    }
    let narrowing = node.get("where");
    if !narrowing.is_null()
        && let Some(verb) = list.iter().find(|verb| !verb.asks_the_lead())
    {
        narrowing.error("where_not_for_verb", format!("`where` looks at leads, and `{}` is not about leads", verb.name()));
    }
    let scope = scope.one_of(&SCOPES)?;
    if scope == Scope::Unowned
        && let Some(verb) = list.iter().find(|verb| !verb.asks_the_lead())
    {
        node.get("scope").error("scope_not_for_verb", format!("`unowned` is about leads, and `{}` is not", verb.name()));
    }
    let effect = if node.get("deny").flag(false) { Effect::Deny } else { Effect::Allow };
    Some(Grant { verbs: list, scope, filter: reading.guard(&narrowing), effect })
}
