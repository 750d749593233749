//! Questions about rows of a table, one at a time and many of them.
//!
//! A column of choices, users or units holds numbers of its values, and so the class of a value (see [`super::outcome`]) is looked up
//! by number; the classes of a row's fields together name its outcome. Both are worked out when they are first needed and hold for
//! one auth and one revision of the table.

use std::rc::Rc;

use hashbrown::HashTable;

use super::{Authorizer, Principal};
use crate::config::{UserIx, Verb};
use crate::error::Result;
use crate::query::FieldIx;
use crate::table::{Column, Row, RowIx, Snapshot};
use crate::time::Instant;

/// Bytes after which everything is let go, about.
const MOST: usize = 1 << 20;
/// Bytes of one way, about.
const WAY: usize = 512;
/// Fields that a key has room for.
const MOST_FIELDS: usize = 8;

/// What was worked out for a table.
#[derive(Debug, Default)]
pub struct RowAnswers {
    auth: Option<Rc<Authorizer>>,
    revision: u64,
    /// By user and verb; nothing where the fields do not decide by themselves.
    ways: HashTable<(u64, Option<Way>)>,
    held: usize,
}

#[derive(Debug)]
struct Way {
    fields: Vec<Field>,
    /// By the places of the classes of all fields.
    outcomes: HashTable<(u64, Option<u32>)>,
}

#[derive(Debug)]
struct Field {
    ix: FieldIx,
    /// By the number of a value, the place of its class in `classes`, counted from 1; 0 where it is not known yet.
    places: Vec<u8>,
    classes: Vec<u64>,
}

/// Spreads a key over all bits.
fn hash(key: u64) -> u64 {
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

impl RowAnswers {
    /// What [`Authorizer::outcome`] says of a row.
    ///
    /// # Errors
    /// As [`Authorizer::outcome`].
    pub fn outcome(
        &mut self,
        auth: &Rc<Authorizer>,
        table: &Snapshot,
        row: RowIx,
        (actor, verb): (UserIx, Verb),
        now: Option<Instant>,
    ) -> Result<Option<u32>> {
        if self.revision != table.revision() || self.held > MOST || self.auth.as_ref().is_none_or(|own| !Rc::ptr_eq(own, auth)) {
            *self = RowAnswers { auth: Some(Rc::clone(auth)), revision: table.revision(), ..RowAnswers::default() };
        }
        let lead = Row { table, row };
        let name = u64::from(actor.0) << 8 | verb as u64;
        let way = match self.ways.find_mut(hash(name), |(known, _)| *known == name) {
            Some((_, way)) => way,
            None => {
                self.held += WAY;
                self.ways.try_reserve(1, |(name, _)| hash(*name)).map_err(|_| crate::error::Error::out_of_memory())?;
                &mut self.ways.insert_unique(hash(name), (name, Way::new(auth, actor, verb)), |(name, _)| hash(*name)).into_mut().1
            }
        };
        let (Some(way), Some(asker)) = (way, auth.asker(actor, now)) else { return auth.outcome(actor, verb, now, &lead) };
        let mut key = 0;
        for field in &mut way.fields {
            match field.place(asker, verb, &lead, &mut self.held)? {
                Some(place) => key = key << 8 | u64::from(place),
                None => return auth.outcome(actor, verb, now, &lead),
            }
        }
        if let Some((_, outcome)) = way.outcomes.find(hash(key), |(known, _)| *known == key) {
            return Ok(*outcome);
        }
        let outcome = auth.outcome(actor, verb, now, &lead)?;
        self.held += WAY / 16;
        way.outcomes.try_reserve(1, |(key, _)| hash(*key)).map_err(|_| crate::error::Error::out_of_memory())?;
        way.outcomes.insert_unique(hash(key), (key, outcome), |(key, _)| hash(*key));
        Ok(outcome)
    }
}

impl Way {
    fn new(auth: &Authorizer, actor: UserIx, verb: Verb) -> Option<Way> {
        let fields = auth.decisive(actor, verb).filter(|fields| fields.len() <= MOST_FIELDS)?;
        let fields = fields.into_iter().map(|ix| Field { ix, places: Vec::new(), classes: Vec::new() }).collect();
        Some(Way { fields, outcomes: HashTable::new() })
    }
}

impl Field {
    /// The place of the class of a row's value; nothing if there are too many classes.
    #[inline]
    fn place(&mut self, asker: Principal<'_>, verb: Verb, lead: &Row<'_>, held: &mut usize) -> Result<Option<u8>> {
        let code = match lead.table.column(self.ix) {
            Column::Coded(column) => Some(column.code(lead.row.0) as usize),
            _ => None,
        };
        match code.and_then(|code| self.places.get(code)).copied() {
            Some(place) if place > 0 => Ok(Some(place)),
            _ => self.learn(asker, verb, lead, code, held),
        }
    }

    #[cold]
    fn learn(&mut self, asker: Principal<'_>, verb: Verb, lead: &Row<'_>, code: Option<usize>, held: &mut usize) -> Result<Option<u8>> {
        let Some(class) = asker.class(verb, self.ix, lead)? else { return Ok(None) };
        let known = self.classes.iter().position(|other| *other == class);
        let Ok(place) = u8::try_from(known.unwrap_or(self.classes.len()) + 1) else { return Ok(None) };
        if known.is_none() {
            self.classes.push(class);
        }
        if let Some(code) = code {
            if code >= self.places.len() {
                let more = code + 1 + code / 2 - self.places.len();
                self.places.try_reserve_exact(more)?;
                self.places.resize(self.places.len() + more, 0);
                *held += more;
            }
            self.places.get_mut(code).into_iter().for_each(|slot| *slot = place);
        }
        Ok(Some(place))
    }
}
