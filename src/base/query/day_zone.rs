//! In which zone the days of a rule begin and end: the organisation's, or that of whoever asks.
//!
//! Lists and filters are read as the acting user reads a calendar; a condition that hands something out (a grant, a rule) means the same
//! wherever somebody sits. Both may stand in one tree, so each rule says which it is.

use std::rc::Rc;

use super::schema::Schema;
use crate::time::{Calendar, Zone};

/// The zone that somebody has of their own.
#[derive(Debug, PartialEq)]
pub struct UserZone {
    /// Its name.
    pub name: String,
    /// Its offsets.
    pub zone: Rc<Zone>,
}

/// Whose days those of a rule are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DayZone {
    /// The organisation's.
    #[default]
    Organisation,
    /// Those of the acting user, who is not known yet.
    Viewer,
    /// Those of a user with a zone of their own.
    Own(Rc<UserZone>),
}

impl DayZone {
    /// The name of somebody's own zone.
    pub fn name(&self) -> Option<&str> {
        if let DayZone::Own(own) = self { Some(&own.name) } else { None }
    }

    /// The zone, where `organisation` is that of the organisation.
    pub fn or<'a>(&'a self, organisation: &'a Zone) -> &'a Zone {
        if let DayZone::Own(own) = self { &own.zone } else { organisation }
    }

    /// What days, weeks and years are there.
    pub(super) fn calendar<'a>(&'a self, schema: &'a Schema) -> Calendar<'a> {
        Calendar { zone: self.or(&schema.zone), ..schema.calendar() }
    }
}
