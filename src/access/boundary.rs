//! Where one organisation ends and another begins.
//!
//! The side of a unit is the nearest unit of the boundary's kind, at or above it. A lead crosses where both sides are known and
//! differ, and the receiver's is not among the units that have access already.

use super::Authorizer;
use super::assemble::{has, is_unit};
use crate::config::{BoundaryMode, Model};
use crate::query::assume::{all, never, not};
use crate::query::node::Expr;
use crate::query::{Cells, UnitIx};

/// For each unit the nearest one of the boundary's kind, at or above it. Each unit is walked over once, however deep the tree.
pub(super) fn bounds(model: &Model) -> Vec<Option<UnitIx>> {
    let units = model.schema.units.units();
    let Some(boundary) = &model.lifecycle.boundary else { return Vec::new() };
    let mut out: Vec<Option<Option<UnitIx>>> = vec![None; units.len()];
    let mut path = Vec::new();
    for start in (0u32..).zip(units).map(|(ix, _)| UnitIx(ix)) {
        let mut at = Some(start);
        let found = loop {
            let Some(ix) = at else { break None };
            if let Some(known) = out.get(ix.0 as usize).copied().flatten() {
                break known;
            }
            path.push(ix);
            let unit = units.get(ix.0 as usize);
            if unit.is_some_and(|unit| unit.kind.as_deref() == Some(boundary.kind.as_str())) {
                break Some(ix);
            }
            at = unit.and_then(|unit| unit.parent);
        };
        for ix in path.drain(..) {
            out.get_mut(ix.0 as usize).into_iter().for_each(|slot| *slot = Some(found));
        }
    }
    out.into_iter().map(Option::flatten).collect()
}

impl Authorizer {
    /// The nearest unit of the boundary's kind, at or above `unit`.
    fn bounds(&self, unit: UnitIx) -> Option<UnitIx> {
        self.bounds.get(unit.0 as usize).copied().flatten()
    }

    /// The unit that a lead's unit or a receiver's belongs to on its side of the boundary.
    pub fn side_of(&self, unit: Option<UnitIx>) -> Option<UnitIx> {
        unit.and_then(|unit| self.bounds(unit))
    }

    /// The leads that would cross a boundary on their way to `toward`, as a condition.
    pub(super) fn crossing_node(&self, toward: Option<UnitIx>) -> Expr {
        let lead = &self.model.lead;
        let (Some(field), Some(side)) = (lead.unit, self.side_of(toward)) else { return never() };
        let units = self.model.schema.units.units();
        let beyond = |ix: u32| self.bounds(UnitIx(ix)).is_some_and(|other| other != side);
        let ids = (0u32..).zip(units).filter(|(ix, _)| beyond(*ix)).map(|(_, unit)| unit.id.clone()).collect();
        let id = units.get(side.0 as usize).map_or("", |unit| unit.id.as_str());
        let known = lead.access.map_or_else(never, |access| has(access, id));
        all([is_unit(field, ids), not(known)])
    }
}

/// What a lead meets on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crossing {
    /// Nothing.
    None,
    /// A boundary that may not be crossed like this.
    Barred(BoundaryMode),
    /// One that grants access to this unit.
    Granting(UnitIx),
}

impl Crossing {
    /// What a lead meets on its way to `toward`.
    pub fn of(auth: &Authorizer, lead: &dyn Cells, toward: Option<UnitIx>) -> Crossing {
        let model = &auth.model;
        let (Some(boundary), Some(field), Some(side)) = (&model.lifecycle.boundary, model.lead.unit, auth.side_of(toward)) else {
            return Crossing::None;
        };
        let here = lead.cell(field).text().and_then(|id| auth.find_unit(id)).and_then(|unit| auth.bounds(unit));
        let id = model.schema.units.get(side).map_or("", |unit| unit.id.as_str());
        let known = model.lead.access.is_some_and(|access| lead.cell(access).items().any(|item| item == id));
        if known || here.is_none_or(|here| here == side) {
            return Crossing::None;
        }
        match boundary.mode {
            BoundaryMode::Allow => Crossing::None,
            BoundaryMode::GrantAccess => Crossing::Granting(side),
            mode => Crossing::Barred(mode),
        }
    }
}
