//! Changing a configuration in parts, all or nothing.
//!
//! The patch is applied to the configuration as JSON. Where it only replaces or adds users whose attributes are known, just
//! those are compiled (a host does that whenever somebody pauses); anything else compiles the whole again, which finds what a
//! removal breaks elsewhere.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults, id_text};
use crate::query::{FieldIx, Schema};

use super::{ConfigReader, Model, people};

const SECTIONS: [&str; 6] = ["users", "profiles", "pools", "schedules", "groups", "lists"];
const WHOLE: [&str; 3] = ["org", "rules", "lifecycle"];

/// A patch of somebody from whom fields are hidden. What it puts is read with the fields that they see, so that no fault of it tells a hidden
/// field from one that does not exist; the rest of the configuration is not theirs, and is read with all fields.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    patch: Option<&'a Json>,
    hidden: &'a [FieldIx],
}

impl Draft<'_> {
    /// The fields that they see; nothing where none is hidden.
    pub fn schema(&self, whole: &Schema) -> Option<Schema> {
        if self.hidden.is_empty() { None } else { Some(whole.without(self.hidden)) }
    }

    /// Whether it puts the element of a section with that id; of a section that is replaced as a whole, whether it has one.
    pub fn has(&self, section: &str, id: &str) -> bool {
        let Some(edit) = self.patch.and_then(|patch| patch.get(section)) else { return false };
        if WHOLE.contains(&section) {
            return true;
        }
        let put = edit.get("put").and_then(Json::as_list).unwrap_or_default();
        put.iter().any(|item| item.get("id").and_then(id_text).as_deref() == Some(id))
    }
}

/// What becomes of a configuration: written only once nothing can fail any more, and copied only where it had to be.
#[derive(Debug)]
pub enum UpdatedConfig<'p> {
    /// It as a whole.
    Whole(Json),
    /// What the patch makes of it.
    Patched(&'p Json),
}

impl UpdatedConfig<'_> {
    /// Writes it.
    pub fn write(self, source: &mut Json) {
        match self {
            UpdatedConfig::Whole(after) => *source = after,
            UpdatedConfig::Patched(patch) => apply(source, patch),
        }
    }
}

impl Model {
    /// The model after a patch of the configuration that it was made of, and what to write into that configuration.
    ///
    /// # Errors
    /// `config_invalid` with every fault: of the patch, with pointers into it, or of the configuration that it would make.
    pub fn update<'p>(&self, source: &Json, patch: &'p Json) -> Result<(Model, UpdatedConfig<'p>)> {
        self.draft(source, patch, &self.schema)
    }

    /// The same with a patch of somebody who sees these fields of it.
    ///
    /// # Errors
    /// As [`Model::update`], with those of fields that do not exist for fields that are hidden from them.
    pub fn draft<'p>(&self, source: &Json, patch: &'p Json, shown: &Schema) -> Result<(Model, UpdatedConfig<'p>)> {
        check(patch, source)?;
        if let Some(model) = self.with_users(source, patch, shown)? {
            return Ok((model, UpdatedConfig::Patched(patch)));
        }
        let mut after = source.clone();
        apply(&mut after, patch);
        let (model, _) = Model::compile_drafted(&after, &Draft { patch: Some(patch), hidden: shown.hidden() })?;
        Ok((model, UpdatedConfig::Whole(after)))
    }

    /// The model with some users replaced or added; none where the patch does more than that, or tells of new attributes.
    fn with_users(&self, source: &Json, patch: &Json, shown: &Schema) -> Result<Option<Model>> {
        let only_users = patch.as_object().is_some_and(|pairs| pairs.iter().all(|(key, value)| key == "users" || value.is_null()));
        let Some(edit) = patch.get("users").filter(|edit| only_users && edit.get("remove").is_none()) else { return Ok(None) };
        let put = edit.get("put").and_then(Json::as_list).unwrap_or_default();
        let known = |user: &Json| {
            let attributes = user.get("attributes").and_then(Json::as_object).unwrap_or_default();
            attributes.iter().all(|(name, _)| self.user_schema.find(name).is_some())
        };
        // What types attributes have may follow from any user's, so a user whose attributes change is compiled with all others.
        let inferred = |user: &Json| {
            let found = user.get("id").and_then(id_text).and_then(|id| self.users.find(&id));
            let before = found.and_then(|ix| source.get("users")?.as_list()?.get(ix as usize)?.get("attributes"));
            before.is_some_and(|before| user.get("attributes") != Some(before)) && source.get("userFields").is_none()
        };
        // Which tables are taken follows from the zones that all users name.
        let moved = |user: &Json| {
            let before = user.get("id").and_then(id_text).and_then(|id| self.users.by_id(&id)?.zone.clone());
            before.as_ref().map(|own| own.name.as_str()) != user.get("timeZone").and_then(Json::as_text)
        };
        // Whom an alias stands for follows from all users.
        let aliased = |user: &Json| {
            let aliases = user.get("aliases").and_then(Json::as_list).unwrap_or_default();
            match user.get("id").and_then(Json::as_text).and_then(|id| self.users.by_id(id)) {
                Some(known) => !aliases.iter().map(Json::as_text).eq(known.aliases.iter().map(|alias| Some(alias.as_str()))),
                None => !aliases.is_empty() || self.users.iter().any(|known| !known.aliases.is_empty()),
            }
        };
        if !put.iter().all(|user| known(user) && !inferred(user) && !moved(user) && !aliased(user)) {
            return Ok(None);
        }
        let faults = Faults::without_nulls();
        let node = Decoder::new(patch, "", &faults).get("users").get("put");
        let reading = ConfigReader { schema: shown, user_schema: &self.user_schema, zones: &self.zones };
        let mut model = self.clone();
        for item in node.items() {
            let Some(id) = item.get("id").id() else { continue };
            if let Some(user) = people::read(&item, id, &reading, &self.profiles, &self.schedules) {
                model.users.put(id, user);
            }
        }
        if faults.any_error() { Err(Error::invalid("config_invalid", faults.into_list())) } else { Ok(Some(model)) }
    }
}

impl<T> super::ById<T> {
    /// Replaces the one with that id, or adds one at the end.
    fn put(&mut self, id: &str, value: T) {
        match self.find(id).and_then(|ix| self.list.get_mut(ix as usize)) {
            Some(known) => *known = Rc::new(value),
            None => {
                let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
                Rc::make_mut(&mut self.by_id).insert(id.to_owned(), place);
                self.list.push(Rc::new(value));
            }
        }
    }
}

/// Whether a patch has the shape of one.
fn check(patch: &Json, source: &Json) -> Result<()> {
    let faults = Faults::without_nulls();
    let node = Decoder::new(patch, "", &faults);
    if node.keys(&[SECTIONS.as_slice(), WHOLE.as_slice()].concat()) {
        for section in SECTIONS {
            let edit = node.get(section);
            if edit.is_null() || !edit.keys(&["put", "remove"]) {
                continue;
            }
            for item in edit.get("put").items() {
                item.get("id").id();
            }
            let known = source.get(section).and_then(Json::as_list).unwrap_or_default();
            for item in edit.get("remove").items() {
                let Some(id) = item.id() else { continue };
                if !known.iter().any(|known| known.get("id").and_then(id_text).as_deref() == Some(id)) {
                    let what = section.trim_end_matches('s');
                    item.error("unknown_id", format!("there is no {what} `{id}` to remove"));
                }
            }
        }
    }
    let failed = faults.any_error();
    if failed { Err(Error::invalid("config_invalid", faults.into_list())) } else { Ok(()) }
}

/// Writes a patch into a configuration.
fn apply(source: &mut Json, patch: &Json) {
    let Json::Object(source) = source else { return };
    for section in SECTIONS {
        let Some(edit) = patch.get(section) else { continue };
        let Some(value) = slot(source, section) else { continue };
        if value.is_null() {
            *value = Json::List(Vec::new());
        }
        let Json::List(list) = value else { continue };
        let removed: Vec<_> = edit.get("remove").and_then(Json::as_list).unwrap_or_default().iter().filter_map(id_text).collect();
        if !removed.is_empty() {
            list.retain(|item| !item.get("id").and_then(id_text).is_some_and(|id| removed.contains(&id)));
        }
        for item in edit.get("put").and_then(Json::as_list).unwrap_or_default() {
            let wanted = item.get("id").and_then(id_text);
            match list.iter_mut().find(|known| known.get("id").and_then(id_text) == wanted) {
                Some(known) => *known = item.clone(),
                None => list.push(item.clone()),
            }
        }
    }
    for section in WHOLE {
        if let Some(value) = patch.get(section)
            && let Some(slot) = slot(source, section)
        {
            *slot = value.clone();
        }
    }
}

/// The value of a key of an object; a key that is not there is made.
fn slot<'a>(pairs: &'a mut Vec<(String, Json)>, key: &str) -> Option<&'a mut Json> {
    if !pairs.iter().any(|(known, _)| known == key) {
        pairs.push((key.to_owned(), Json::Null));
    }
    pairs.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
}
