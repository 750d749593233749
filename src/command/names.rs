//! What commands name: slots, people, fields, pools and units.

use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::{FieldIx, UnitIx};

use crate::command::read::Reader;

impl Reader<'_> {
    /// An id that must be there.
    pub(crate) fn id(&self, node: &Decoder<'_>, key: &'static str) -> Option<String> {
        node.get(key).id().map(str::to_owned)
    }

    /// The value of a key that is there, null or not: a null that was seen is a value, nobody or no version.
    pub(crate) fn present<'n>(&self, node: &Decoder<'n>, key: &str) -> Option<&'n Json> {
        node.json.as_object()?.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(crate) fn slots(&self, node: &Decoder<'_>) -> Vec<(FieldIx, Option<String>)> {
        let mut out = Vec::new();
        for (name, value) in node.entries() {
            let Some(field) = self.slot_named(name, &value) else { continue };
            if value.is_null() {
                out.push((field, None));
            } else if let Some(user) = self.user(&value) {
                out.push((field, Some(user.to_owned())));
            }
        }
        // The order of keys says nothing.
        crate::sort::by_key(&mut out, |(field, _)| self.model.lead.slots.iter().position(|slot| slot.field == *field));
        out
    }

    /// The slot that a node names; the owner where it names none.
    pub(crate) fn slot(&self, node: &Decoder<'_>) -> Option<FieldIx> {
        if node.is_null() {
            return Some(self.model.lead.owner);
        }
        self.slot_named(node.name()?, node)
    }

    pub(crate) fn slot_named(&self, name: &str, node: &Decoder<'_>) -> Option<FieldIx> {
        let found = self.model.schema.find(name).filter(|field| self.model.lead.slot(*field).is_some());
        if found.is_none() {
            let known: Vec<&str> = self.model.lead.slots.iter().map(|slot| self.model.schema.name(slot.field)).collect();
            let fault = Diagnostic::error("not_a_slot", node.path(), format!("`{name}` is not one of the lead's slots"));
            node.faults().add(fault.maybe_hint(crate::error::nearest(name, known)));
        }
        found
    }

    /// A user's id that must be known.
    pub(crate) fn user<'n>(&self, node: &Decoder<'n>) -> Option<&'n str> {
        let id = node.id()?;
        if self.model.users.find(id).is_some() {
            return Some(id);
        }
        crate::config::unknown(node, "user", id, self.model.users.ids());
        None
    }

    pub(crate) fn field(&self, node: &Decoder<'_>) -> Option<FieldIx> {
        let name = node.name()?;
        let found = self.schema.find(name);
        if found.is_none() {
            crate::config::unknown(node, "field", name, self.schema.names());
        }
        found
    }

    pub(crate) fn pool(&self, node: &Decoder<'_>) -> Option<String> {
        let name = node.optional_id()?;
        if self.model.lead.pool.is_none() {
            node.error("no_pool_field", "leads have no field for their pool");
        } else if self.model.pools.find(name).is_none() {
            crate::config::unknown(node, "pool", name, self.model.pools.ids());
        }
        Some(name.to_owned())
    }

    pub(crate) fn unit(&self, node: &Decoder<'_>) -> Option<UnitIx> {
        let name = node.id()?;
        let units = &self.model.schema.units;
        if units.find(name).is_none() {
            crate::config::unknown(node, "unit", name, units.units().iter().map(|unit| unit.id.as_str()));
        }
        units.find(name)
    }

    pub(crate) fn units(&self, node: &Decoder<'_>) -> Vec<UnitIx> {
        node.items().iter().filter_map(|item| self.unit(item)).collect()
    }
}
