//! The organisation tree, numbered so that "at or below" is a test of an interval.
//!
//! Units are numbered in the order in which a walk from the roots meets them; everything below a unit then has numbers
//! between the unit's own and its last descendant's (nested intervals; Knuth, TAOCP 1, 2.3.3).

use crate::btree::BTreeMap;

/// A unit, by its place in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitIx(pub u32);

/// One unit of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: Option<String>,
    /// What kind of unit it is (`company`, `branch`…), for boundaries.
    pub kind: Option<String>,
    /// The unit above it.
    pub parent: Option<UnitIx>,
    first: u32,
    last: u32,
    top: UnitIx,
}

/// What is wrong with a list of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// The unit at this place has the id of an earlier one.
    Repeated(usize),
    /// The unit at this place names a parent that does not exist.
    UnknownParent(usize),
    /// The unit at this place is above itself.
    Cycle(usize),
}

/// A unit as it is written: id, name, kind, parent's id.
pub type Written = (String, Option<String>, Option<String>, Option<String>);

/// All units, with their tree.
#[derive(Clone, Debug, Default)]
pub struct UnitTree {
    units: Vec<Unit>,
    by_id: BTreeMap<String, UnitIx>,
}

impl UnitTree {
    /// Builds the tree, in any order of parents and children.
    ///
    /// # Errors
    /// Every repeated id, unknown parent and member of a cycle.
    pub fn build(written: Vec<Written>) -> Result<UnitTree, Vec<TreeError>> {
        let mut errors = Vec::new();
        let mut by_id = BTreeMap::new();
        for (ix, (id, ..)) in (0u32..).zip(&written) {
            if by_id.contains_key(id) {
                errors.push(TreeError::Repeated(ix as usize));
            } else {
                by_id.insert(id.clone(), UnitIx(ix));
            }
        }
        let mut units: Vec<Unit> = Vec::with_capacity(written.len());
        let mut below: Vec<Vec<UnitIx>> = vec![Vec::new(); written.len()];
        let mut roots = Vec::new();
        for (ix, (id, name, kind, parent)) in (0u32..).zip(written) {
            let above = parent.as_ref().and_then(|parent| by_id.get(parent)).copied();
            match (&parent, above) {
                (Some(_), None) => errors.push(TreeError::UnknownParent(ix as usize)),
                (_, Some(above)) => below.get_mut(above.0 as usize).into_iter().for_each(|list| list.push(UnitIx(ix))),
                (None, None) => roots.push(UnitIx(ix)),
            }
            units.push(Unit { id, name, kind, parent: above, first: u32::MAX, last: 0, top: UnitIx(ix) });
        }
        // A walk with its own stack: a chain of a million units must not exhaust the machine's.
        let mut next = 0u32;
        let mut stack: Vec<(UnitIx, UnitIx, usize)> = roots.into_iter().rev().map(|root| (root, root, 0)).collect();
        while let Some((at, top, child)) = stack.pop() {
            if let Some(unit) = units.get_mut(at.0 as usize).filter(|_| child == 0) {
                (unit.first, unit.top) = (next, top);
                next += 1;
            }
            match below.get(at.0 as usize).and_then(|list| list.get(child)) {
                Some(&into) => {
                    stack.push((at, top, child + 1));
                    stack.push((into, top, 0));
                }
                None => units.get_mut(at.0 as usize).into_iter().for_each(|unit| unit.last = next.saturating_sub(1)),
            }
        }
        let unknown: Vec<usize> =
            errors.iter().filter_map(|e| if let TreeError::UnknownParent(ix) = e { Some(*ix) } else { None }).collect();
        if unknown.is_empty() {
            errors.extend(units.iter().enumerate().filter(|(_, unit)| unit.first == u32::MAX).map(|(ix, _)| TreeError::Cycle(ix)));
        }
        if errors.is_empty() { Ok(UnitTree { units, by_id }) } else { Err(errors) }
    }

    /// All units, in the order of the configuration.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The unit with that id.
    pub fn find(&self, id: &str) -> Option<UnitIx> {
        self.by_id.get(id).copied()
    }

    /// The unit at `ix`.
    pub fn get(&self, ix: UnitIx) -> Option<&Unit> {
        self.units.get(ix.0 as usize)
    }

    /// Whether `unit` is `above` or below it.
    pub fn is_under(&self, unit: UnitIx, above: UnitIx) -> bool {
        match (self.get(unit), self.get(above)) {
            (Some(unit), Some(above)) => (above.first..=above.last).contains(&unit.first),
            _ => false,
        }
    }

    /// The top-level unit that `unit` belongs to.
    pub fn top(&self, unit: UnitIx) -> UnitIx {
        self.get(unit).map_or(unit, |unit| unit.top)
    }

    /// The nearest unit of that kind at or above `unit`.
    pub fn nearest_of_kind(&self, unit: UnitIx, kind: &str) -> Option<UnitIx> {
        let mut at = Some(unit);
        while let Some(ix) = at {
            let unit = self.get(ix)?;
            if unit.kind.as_deref() == Some(kind) {
                return Some(ix);
            }
            at = unit.parent;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str, parent: Option<&str>) -> Written {
        (id.into(), None, (id.len() == 1).then(|| "company".into()), parent.map(Into::into))
    }

    #[test]
    fn under_is_an_interval_and_equals_the_walk_up() {
        let tree =
            UnitTree::build(vec![unit("a1x", Some("a1")), unit("a", None), unit("a1", Some("a")), unit("b", None), unit("a2", Some("a"))])
                .unwrap();
        let walk = |unit: UnitIx, above: UnitIx| {
            let mut at = Some(unit);
            while let Some(ix) = at {
                if ix == above {
                    return true;
                }
                at = tree.get(ix).unwrap().parent;
            }
            false
        };
        for x in 0..5 {
            for y in 0..5 {
                assert_eq!(tree.is_under(UnitIx(x), UnitIx(y)), walk(UnitIx(x), UnitIx(y)), "{x} {y}");
            }
        }
        assert_eq!(tree.top(UnitIx(0)), tree.find("a").unwrap());
        assert_eq!(tree.nearest_of_kind(UnitIx(0), "company"), tree.find("a"));
        assert_eq!(tree.nearest_of_kind(UnitIx(0), "team"), None);
    }

    #[test]
    fn faults_of_a_tree_are_found() {
        let of = |list| UnitTree::build(list).unwrap_err();
        assert_eq!(of(vec![unit("a", None), unit("a", None)]), vec![TreeError::Repeated(1)]);
        assert_eq!(of(vec![unit("a", Some("z"))]), vec![TreeError::UnknownParent(0)]);
        assert_eq!(of(vec![unit("a", Some("b")), unit("b", Some("a"))]), vec![TreeError::Cycle(0), TreeError::Cycle(1)]);
        let chain = (0..100_000).map(|i| (format!("u{i}"), None, None, (i > 0).then(|| format!("u{}", i - 1)))).collect();
        assert!(UnitTree::build(chain).is_ok());
    }
}
