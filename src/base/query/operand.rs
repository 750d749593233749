//! A rule's value after the field's type has converted it.

use crate::time::{Day, Moment, Relative};

use super::units::UnitIx;

/// What `{"actor": …}` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfActor {
    /// `true`: the acting user's id.
    Id,
    /// `"unit"`: the id of the acting user's unit; nothing where there is none.
    Unit,
    /// `"team"`: the ids of the people of that unit, as the scope `team` has them; without a unit the acting user alone.
    Team,
}

/// One converted value.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Text (folded where the field ignores case), a choice, a tag, a user's or a unit's id.
    Text(String),
    /// A finite number; never -0.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A civil day.
    Day(Day),
    /// A day of every year: a hundred times its month, and its day.
    Yearly(u16),
    /// From this millisecond to that one: one instant, or the whole of a civil day.
    Span(i64, i64),
    /// A day, or a time on the wall, in a zone that is not known yet.
    Civil(Moment),
    /// A unit of the organisation.
    Unit(UnitIx),
    /// What is the acting user's, who is not known yet.
    Actor(OfActor),
    /// A time relative to `now`, which is not known yet.
    Relative(Relative),
}

impl Operand {
    /// Whether it waits for `now`, the actor or the actor's zone.
    pub fn is_later(&self) -> bool {
        matches!(self, Operand::Actor(_) | Operand::Relative(_) | Operand::Civil(_))
    }
}
