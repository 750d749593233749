//! Which key of the input goes to which field, and which keys were met.

use crate::btree::{BTreeMap, BTreeSet};

use crate::error::{Error, Result, pointer};
use crate::query::{FieldIx, Schema};

/// Most keys of an input that are remembered; a file with more columns than that has no names that anybody reads.
const MOST: usize = 1000;

/// Where the cell of a key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The field.
    pub field: u32,
    /// By which right: what `columns` says goes before the field's name, and that before its label.
    pub rank: Rank,
}

/// By which right a key stands for a field, the best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// `columns` says so.
    Mapped,
    /// It is the field's name.
    #[default]
    Name,
    /// It is the field's label.
    Label,
}

/// The keys that stand for fields, and those that the input had.
#[derive(Debug, Default)]
pub struct Keys {
    known: BTreeMap<String, (Target, bool)>,
    other: BTreeSet<String>,
    /// In the order in which they were met.
    met: Vec<(String, Option<FieldIx>)>,
}

impl Keys {
    /// Keys of the input with their fields: what `columns` says, names and labels.
    ///
    /// # Errors
    /// `unknown_field`, `duplicate_column`.
    pub fn new(schema: &Schema, columns: &[(String, String)]) -> Result<Keys> {
        let mut keys = Keys::default();
        let mut named = Vec::new();
        for (key, name) in columns {
            let path = || pointer("/columns", key);
            let Some(field) = schema.find(name) else {
                return Err(Error::of(schema.unknown(name, path())));
            };
            if named.contains(&field) {
                return Err(Error::new("duplicate_column", path(), format!("two columns are named for the field `{name}`")));
            }
            named.push(field);
            keys.add(key, field.0, Rank::Mapped);
        }
        for (ix, field) in (0u32..).zip(&schema.fields) {
            keys.add(&field.name, ix, Rank::Name);
        }
        for (ix, field) in (0u32..).zip(&schema.fields) {
            if let Some(label) = &field.label {
                keys.add(label, ix, Rank::Label);
            }
        }
        Ok(keys)
    }

    fn add(&mut self, key: &str, field: u32, rank: Rank) {
        if !self.known.contains_key(key) {
            self.known.insert(key.to_owned(), (Target { field, rank }, false));
        }
    }

    /// Where a key goes.
    pub fn get(&self, key: &str) -> Option<Target> {
        self.known.get(key).map(|(target, _)| *target)
    }

    /// The same, with the key noted as one that the input has.
    pub fn meet(&mut self, key: &str) -> Option<Target> {
        let found = self.known.get_mut(key);
        let target = found.as_ref().map(|(target, _)| *target);
        let new = match found {
            Some((_, met)) => !std::mem::replace(met, true),
            None => self.other.len() < MOST && !self.other.contains(key) && self.other.insert(key.to_owned()),
        };
        if new {
            self.met.push((key.to_owned(), target.map(|target| FieldIx(target.field))));
        }
        target
    }

    /// Notes a header that stands for no field here, though it could: a better one is there.
    pub fn meet_unused(&mut self, key: &str) {
        if self.other.len() < MOST && self.other.insert(key.to_owned()) {
            self.met.push((key.to_owned(), None));
        }
    }

    /// All keys that stand for fields, by the right that they have.
    pub fn all(&self) -> Vec<(&str, Target)> {
        let mut all: Vec<(&str, Target)> = Vec::new();
        for rank in [Rank::Mapped, Rank::Name, Rank::Label] {
            for (key, (target, _)) in &self.known {
                if target.rank == rank {
                    all.push((key, *target));
                }
            }
        }
        all
    }

    /// The keys that were met, each with its field.
    pub fn met(&self) -> &[(String, Option<FieldIx>)] {
        &self.met
    }

    /// Keys of `columns` that were not met.
    pub fn unmet(&self) -> Vec<(String, FieldIx)> {
        let mut out = Vec::new();
        for (key, (target, met)) in &self.known {
            if target.rank == Rank::Mapped && !met {
                out.push((key.clone(), FieldIx(target.field)));
            }
        }
        out
    }

    /// The keys under which a field is looked for.
    pub fn of(&self, field: FieldIx) -> Vec<&str> {
        let mut all = self.all();
        all.retain(|(_, target)| target.field == field.0);
        all.into_iter().map(|(key, _)| key).collect()
    }
}
