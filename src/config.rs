//! The configuration: JSON in, a checked and indexed [`Model`] out.
//!
//! Everything a host says about its fields, people and rules is checked here once, with every fault gathered. What comes
//! out is proof: indices are in range, conditions are compiled, patches name fields they may change. Rows are no business of
//! this module, and neither are lints (they need decisions).

pub mod access;
mod calendar;
pub mod fields;
pub mod groups;
pub mod lead;
pub mod lifecycle;
pub mod lists;
pub mod members;
pub mod method;
mod org;
pub mod patch;
pub mod people;
mod reads;
pub mod rules;
pub mod schedules;
#[cfg(test)]
mod tests;
mod update;
pub mod zones;

pub use access::{Grant, Profile, ProfileIx, Scope, Verb};
pub use groups::{Fallback, Group, GroupIx};
pub use lead::{LeadRoles, Slot};
pub use lifecycle::{Boundary, BoundaryMode, Lifecycle};
pub use lists::SavedList;
pub use members::Members;
pub use method::Method;
pub use patch::{Patch, PatchValue};
pub use people::{Absence, Limit, Period, User, UserIx, UserKind};
pub use rules::{Rule, RuleTarget};
pub use zones::NamedZone;

use crate::btree::{BTreeMap, Entry};
use std::rc::Rc;

use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::query::schema::Case;
use crate::query::{FieldIx, Query, Schema, Strictness};
use crate::time::Schedule;

/// Things with an id, in the order of the configuration.
#[derive(Clone, Debug)]
pub struct ById<T> {
    list: Vec<Rc<T>>,
    by_id: Rc<BTreeMap<String, u32>>,
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        ById { list: Vec::new(), by_id: Rc::default() }
    }
}

impl<T> ById<T> {
    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.list.iter().map(Rc::as_ref)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The place of the one with that id.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The one at that place.
    pub fn at(&self, ix: u32) -> Option<&T> {
        self.list.get(ix as usize).map(Rc::as_ref)
    }

    /// The one with that id.
    pub fn by_id(&self, id: &str) -> Option<&T> {
        self.find(id).and_then(|ix| self.at(ix))
    }

    /// All ids, in code point order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// Reads the elements of a list; one whose id repeats an earlier one's is a fault.
    fn read(node: &Decoder<'_>, mut one: impl FnMut(&Decoder<'_>, &str) -> Option<T>) -> Self {
        let mut out = ById::default();
        for item in node.items() {
            let id = item.get("id");
            let Some(name) = id.id() else { continue };
            let place = u32::try_from(out.list.len()).unwrap_or(u32::MAX);
            // Looked up once: an id whose bearer turns out to have a fault is taken out again.
            let by_id = Rc::make_mut(&mut out.by_id);
            if let Entry::Vacant(vacant) = by_id.entry(name.to_owned()) {
                vacant.insert(place);
            } else {
                id.error("duplicate_id", format!("the id `{name}` occurs twice"));
                continue;
            }
            match one(&item, name) {
                Some(value) => out.list.push(Rc::new(value)),
                None => drop(by_id.remove(name)),
            }
        }
        out
    }
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Model {
    /// Fields of leads.
    pub schema: Rc<Schema>,
    /// What member filters see of a user: `id`, `unit`, `tags`, `profiles`, `active`, `paused` and the attributes.
    pub user_schema: Rc<Schema>,
    /// Which fields play which part.
    pub lead: LeadRoles,
    /// What happens to leads as they change hands.
    pub lifecycle: Lifecycle,
    /// People and services.
    pub users: ById<User>,
    /// Sets of grants.
    pub profiles: ById<Profile>,
    /// Pools of leads.
    pub pools: ById<Pool>,
    /// Working hours.
    pub schedules: ById<WorkingHours>,
    /// Reassignment groups.
    pub groups: ById<Group>,
    /// Assignment rules, in order.
    pub rules: ById<Rule>,
    /// Saved lists.
    pub lists: ById<SavedList>,
    /// The zones that the configuration names and has a table for, by name.
    pub zones: Rc<BTreeMap<String, NamedZone>>,
}

/// A pool of leads.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: Option<String>,
    /// Who may be given, or may claim, its leads; nobody named means anybody.
    pub members: Option<Members>,
    /// The unit it belongs to.
    pub unit: Option<crate::query::UnitIx>,
}

/// Working hours with a name.
#[derive(Clone, Debug)]
pub struct WorkingHours {
    /// Its id.
    pub id: String,
    /// When it is open.
    pub hours: Schedule,
}

const KEYS: [&str; 19] = [
    "version",
    "timeZone",
    "zones",
    "zoneVersions",
    "weekStart",
    "fiscalYearStart",
    "leapDay",
    "fields",
    "userFields",
    "lead",
    "lifecycle",
    "org",
    "users",
    "profiles",
    "pools",
    "schedules",
    "groups",
    "rules",
    "lists",
];

/// What the sections of a configuration need of each other while they are read.
#[derive(Clone, Copy)]
pub(crate) struct ConfigReader<'a> {
    pub schema: &'a Schema,
    pub user_schema: &'a Schema,
    pub zones: &'a BTreeMap<String, NamedZone>,
}

impl ConfigReader<'_> {
    /// Compiles a condition over leads that decides about access or assignment: nothing in it may be empty or disabled.
    pub fn guard(&self, node: &Decoder<'_>) -> Option<Query> {
        compiled(node, self.schema, Strictness::Guard)
    }

    /// A unit's id that must be known.
    pub fn unit(&self, node: &Decoder<'_>) -> Option<crate::query::UnitIx> {
        let id = node.optional_id()?;
        let found = self.schema.units.find(id);
        if found.is_none() {
            unknown(node, "unit", id, self.schema.units.units().iter().map(|u| u.id.as_str()));
        }
        found
    }

    /// The ids of units that must be known.
    pub fn units(&self, node: &Decoder<'_>) -> Vec<crate::query::UnitIx> {
        let mut out = Vec::new();
        for item in node.items() {
            if item.is_null() {
                item.wrong("a unit");
            }
            out.extend(self.unit(&item));
        }
        out
    }

    /// A lead field's name that must be known.
    pub fn field(&self, node: &Decoder<'_>) -> Option<FieldIx> {
        field(node, self.schema)
    }
}

/// A field's name that must be known.
pub(crate) fn field(node: &Decoder<'_>, schema: &Schema) -> Option<FieldIx> {
    let name = node.text()?;
    let found = schema.find(name);
    if found.is_none() {
        unknown(node, "field", name, schema.names());
    }
    found
}

/// Compiles a condition; its faults and warnings are reported where it stands.
fn compiled(node: &Decoder<'_>, schema: &Schema, purpose: Strictness) -> Option<Query> {
    if node.is_null() {
        return None;
    }
    match crate::query::compile(node.json, &node.path(), schema, purpose) {
        Ok(query) => {
            node.faults().extend(query.warnings().iter().cloned());
            Some(query)
        }
        Err(faults) => {
            node.faults().extend(faults);
            None
        }
    }
}

/// Reports a name that is not known, with the nearest that is.
pub(crate) fn unknown<'a>(node: &Decoder<'_>, what: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) {
    let code = match what {
        "unit" => "unknown_unit",
        "user" => "unknown_user",
        "profile" => "unknown_profile",
        "schedule" => "unknown_schedule",
        "group" => "unknown_group",
        "pool" => "unknown_pool",
        "list" => "unknown_list",
        "field" => "unknown_field",
        "zone" => "unknown_zone",
        _ => "unknown_name",
    };
    let fault = Diagnostic::error(code, node.path(), format!("there is no {what} `{name}`"));
    node.faults().add(fault.maybe_hint(crate::error::nearest(name, known)).with("name", name));
}

impl Model {
    /// Checks and compiles a configuration. Warnings come with the model.
    ///
    /// # Errors
    /// `config_invalid` with every fault that was found.
    pub fn compile(config: &Json) -> Result<(Model, Vec<Diagnostic>)> {
        Model::compile_drafted(config, &update::Draft::default())
    }

    /// The same of a configuration of which somebody wrote a part from whom fields are hidden.
    fn compile_drafted(config: &Json, draft: &update::Draft<'_>) -> Result<(Model, Vec<Diagnostic>)> {
        let faults = Faults::without_nulls();
        let model = Model::read(&Decoder::new(config, "", &faults), draft);
        let failed = faults.any_error();
        let list = faults.into_list();
        match model {
            Some(model) if !failed => Ok((model, list)),
            _ => Err(Error::invalid("config_invalid", list)),
        }
    }

    fn read(root: &Decoder<'_>, draft: &update::Draft<'_>) -> Option<Model> {
        if !root.keys(&KEYS) {
            return None;
        }
        if root.get("version").json.as_number() != Some(1.0) {
            let version = root.get("version");
            version.error("version_unknown", "the configuration must say `version: 1`");
        }
        let mut zones = zones::read(root);
        let zone = Rc::unwrap_or_clone(zones::zone(&root.get("timeZone"), &zones));
        let week_start = root.get("weekStart").whole(0..=6).and_then(|day| u8::try_from(day).ok()).unwrap_or(1);
        let units = org::read(&root.get("org"));
        let mut of_leads = fields::read(&root.get("fields"), fields::Of::Leads);
        // Ids are compared as they are written, whatever the field says.
        let id = root.get("lead").get("id").json.as_text();
        for field in of_leads.iter_mut().filter(|field| Some(field.name.as_str()) == id) {
            if field.case.is_loose() {
                lead::too_loose(&root.get("lead").get("id"));
            }
            field.case = Case::Sensitive;
        }
        let mut schema = Schema::new(of_leads, zone, week_start, units);
        calendar::read(root, &mut schema);
        let user_fields = fields::user_fields(&root.get("userFields"), &root.get("users"));
        let user_schema = Rc::new(schema.of_people(user_fields));
        schema.users = Some(Rc::clone(&user_schema));
        let reading = ConfigReader { schema: &schema, user_schema: &user_schema, zones: &zones };
        let shown = draft.schema(&schema);
        let shown = shown.as_ref().map(|shown| ConfigReader { schema: shown, ..reading });
        let drafting = |section: &str, id: &str| shown.as_ref().filter(|_| draft.has(section, id)).unwrap_or(&reading);

        let schedules = ById::read(&root.get("schedules"), |node, id| schedules::read(node, id, &reading));
        let profiles = ById::read(&root.get("profiles"), |node, id| access::read(node, id, drafting("profiles", id)));
        let users = ById::read(&root.get("users"), |node, id| people::read(node, id, drafting("users", id), &profiles, &schedules));
        if root.get("users").is_null() {
            root.get("users").wrong("a list of users");
        }
        people::check_aliases(&root.get("users"), &users);
        let pools = ById::read(&root.get("pools"), |node, id| {
            node.keys(&["id", "name", "members", "unit"]);
            let members = members::read(&node.get("members"), &reading, &users);
            Some(Pool { id: id.to_owned(), name: node.get("name").text().map(Into::into), members, unit: reading.unit(&node.get("unit")) })
        });
        let lead = lead::read(&root.get("lead"), &reading, &users);
        if let Some(lead) = &lead {
            access::check_fields(&root.get("profiles"), &reading, lead);
        }
        let lifecycle = lifecycle::read(&root.get("lifecycle"), drafting("lifecycle", ""), lead.as_ref());
        let groups = groups::read_all(&root.get("groups"), &drafting, &users, &pools, &schedules, lead.as_ref());
        let ruling = drafting("rules", "");
        let rules = ById::read(&root.get("rules"), |node, id| rules::read(node, id, ruling, &users, &groups, &pools, &schedules));
        let lists = ById::read(&root.get("lists"), |node, id| lists::read(node, id, drafting("lists", id), &users, &profiles));
        zones::retain_named(root, &mut zones);
        fields::not_also_missing(&root.get("fields"), &schema);
        fields::not_also_missing(&root.get("userFields"), &user_schema);
        Some(Model {
            lead: lead?,
            schema: Rc::new(schema),
            user_schema,
            lifecycle,
            users,
            profiles,
            pools,
            schedules,
            groups,
            rules,
            lists,
            zones: Rc::new(zones),
        })
    }

    /// The user with that id.
    pub fn user(&self, id: &str) -> Option<(UserIx, &User)> {
        let ix = self.users.find(id)?;
        self.users.at(ix).map(|user| (UserIx(ix), user))
    }
}

impl ById<User> {
    /// The user at `ix`.
    pub fn get(&self, ix: UserIx) -> Option<&User> {
        self.at(ix.0)
    }
}
