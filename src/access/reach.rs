//! How near something is to an actor, and which scopes that is in.

use crate::config::Scope;
use crate::query::{UnitIx, UnitTree};

/// How near something is to an actor; each step lies within the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Distance {
    /// The actor's own.
    Own,
    /// Of the actor's unit.
    Team,
    /// Of a unit below it.
    Subtree,
    /// Of the same top-level unit.
    Company,
    /// Of none of these, or of nobody.
    Stranger,
}

/// Where something stands, seen from an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// How near it is.
    pub reach: Distance,
    /// Whether it is (of) a lead that nobody owns.
    pub unowned: bool,
}

impl Relation {
    /// Something at that distance that is not an unowned lead.
    pub fn at(reach: Distance) -> Relation {
        Relation { reach, unowned: false }
    }

    /// Whether it is in that scope.
    pub fn is_in(self, scope: Scope) -> bool {
        match scope {
            Scope::None => false,
            Scope::Own => self.reach == Distance::Own,
            Scope::Team => self.reach <= Distance::Team,
            Scope::Subtree => self.reach <= Distance::Subtree,
            Scope::Company => self.reach <= Distance::Company,
            Scope::All => true,
            Scope::Unowned => self.unowned,
        }
    }
}

/// How near what belongs to `theirs` is to somebody of `mine`. No unit is not the same unit as no unit.
pub(super) fn between(units: &UnitTree, mine: Option<UnitIx>, theirs: Option<UnitIx>) -> Distance {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) if mine == theirs => Distance::Team,
        (Some(mine), Some(theirs)) if units.is_under(theirs, mine) => Distance::Subtree,
        (Some(mine), Some(theirs)) if units.top(mine) == units.top(theirs) => Distance::Company,
        _ => Distance::Stranger,
    }
}

/// Several scopes as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scopes {
    /// The widest of those that lie within each other.
    pub widest: Scope,
    /// Whether leads that nobody owns are covered besides.
    pub unowned: bool,
}

impl Scopes {
    /// Nothing.
    pub const NONE: Scopes = Scopes { widest: Scope::None, unowned: false };

    /// Adds a scope.
    pub fn add(&mut self, scope: Scope) {
        match scope {
            Scope::Unowned => self.unowned = true,
            nested => self.widest = self.widest.max(nested),
        }
    }

    /// Whether everything in `scope` is surely covered.
    pub fn cover(self, scope: Scope) -> bool {
        match scope {
            Scope::Unowned => self.unowned || self.widest == Scope::All,
            nested => nested <= self.widest,
        }
    }
}

/// The scope as it is for somebody with or without a unit: who has none reaches what is their own where others reach units.
pub(super) fn for_unit(scope: Scope, unit: Option<UnitIx>) -> Scope {
    match scope {
        Scope::Team | Scope::Subtree | Scope::Company if unit.is_none() => Scope::Own,
        other => other,
    }
}
