//! Who of many receivers may take which row: all of them asked together, in one pass over the columns.
//!
//! What a receiver asks of a row is mostly a conjunction of tests of one field each: a state among some, a score from so much on. Each
//! such field tells rows apart by few *marks*: values that the same receivers let pass have the same mark, and its set of
//! receivers is worked out once (`marks`). A row then costs a look-up for each field, the marks of all of them make one small number, and that
//! number names the set. What has another form is answered for all rows at once, condition by condition, as one bit more (`lanes`).

mod row_classes;
mod row_masks;
mod spans;
#[cfg(test)]
mod tests;
mod value_classes;

use hashbrown::HashMap;

use crate::error::{Error, Result};
use crate::filter::{self, RowSet};
use crate::query::assume::{is_false, is_true};
use crate::query::{Expr, FieldIx, Query};
use crate::split::Set;
use crate::table::{RowIx, Snapshot};

use crate::dealing::block::{BLOCK, blocks};
use crate::dealing::refine::refine;
use row_classes::Compact16;
pub use row_classes::RowClasses;
use row_masks::RowMask;
use value_classes::ValueClasses;

/// What a receiver asks of a row.
pub struct Condition {
    /// What its fields must be like.
    pub node: Expr,
    /// The rows that pass besides.
    pub rows: RowSet,
}

/// Rows, by who may take them.
pub struct EligibilityClasses {
    /// Different sets of receivers, and how many rows each has.
    pub list: Vec<(Set, u64)>,
    /// Which of them each row has.
    pub of_row: RowClasses,
}

/// Numbers that marks are combined to at most, so that 16 bits hold them.
const COMBINED: usize = 1 << 16;

/// Sorts rows by the receivers who may take them.
pub fn kinds(table: &Snapshot, ctx: &filter::Context<'_>, rows: &[u32], conditions: Vec<Condition>) -> Result<EligibilityClasses> {
    let asked = Asked::new(table, ctx, rows, conditions)?;
    match asked.groups.as_slice() {
        [] if asked.lanes.is_empty() => {
            let list = rows.first().map(|row| (asked.set_of(*row), rows.len() as u64));
            Ok(EligibilityClasses { list: list.into_iter().collect(), of_row: RowClasses::Alike })
        }
        [only] if asked.lanes.is_empty() => asked.looked_up(rows, only),
        groups => asked.refined(rows, groups),
    }
}

impl EligibilityClasses {
    /// The same with nothing said of the rows where all are alike.
    fn plain(mut self) -> EligibilityClasses {
        if self.list.len() < 2 {
            self.of_row = RowClasses::Alike;
        }
        self
    }

    /// The set of the row at a place.
    pub fn at(&self, place: usize) -> Option<&Set> {
        self.list.get(self.of_row.at(place) as usize).map(|(set, _)| set)
    }

    /// Takes out rows that nobody may take, and gives them back.
    pub fn drop_orphans(&mut self, rows: &mut Vec<u32>) -> Result<Vec<u32>> {
        let Some(nobody) = self.list.iter().position(|(set, _)| set.is_empty()) else { return Ok(Vec::new()) };
        let (_, count) = self.list.remove(nobody);
        let nobody = u32::try_from(nobody).unwrap_or(u32::MAX);
        let orphans = self.of_row.take(nobody, rows, usize::try_from(count).unwrap_or(usize::MAX))?;
        if self.list.len() < 2 {
            self.of_row = RowClasses::Alike;
        }
        Ok(orphans)
    }
}

/// Sets, each with a number.
#[derive(Default)]
struct Sets {
    known: HashMap<Vec<u64>, u32, foldhash::fast::FixedState>,
    list: Vec<Set>,
}

impl Sets {
    fn name(&mut self, set: Set) -> Result<u32> {
        if let Some(known) = self.known.get(set.words()) {
            return Ok(*known);
        }
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.known.try_reserve(1).map_err(|_| Error::out_of_memory())?;
        self.list.try_reserve(1)?;
        self.known.insert(set.words().to_vec(), next);
        self.list.push(set);
        Ok(next)
    }
}

/// Fields whose marks are combined: each mark times its stride.
struct Group {
    /// Places among the marks.
    fields: Vec<usize>,
    /// How many combinations there are.
    combined: usize,
}

impl Group {
    /// The combined marks of each row.
    #[inline(never)]
    fn numbers(&self, marks: &[ValueClasses<'_>], rows: &[u32]) -> Result<Vec<u16>> {
        let mut out: Vec<u16> = Vec::new();
        out.try_reserve_exact(rows.len())?;
        out.resize(rows.len(), 0);
        let mut rest = out.as_mut_slice();
        for block in blocks(rows, BLOCK) {
            let Some((numbers, after)) = std::mem::take(&mut rest).split_at_mut_checked(block.rows.len()) else { break };
            self.fields.iter().filter_map(|field| marks.get(*field)).for_each(|marks| marks.add(&block, numbers));
            rest = after;
        }
        Ok(out)
    }
}

/// All conditions, put together.
struct Asked<'t> {
    /// Receivers who may take anything at all.
    anybody: Vec<u64>,
    marks: Vec<ValueClasses<'t>>,
    groups: Vec<Group>,
    lanes: Vec<RowMask>,
}

impl<'t> Asked<'t> {
    fn new(table: &'t Snapshot, ctx: &filter::Context<'_>, rows: &[u32], conditions: Vec<Condition>) -> Result<Asked<'t>> {
        let words = conditions.len().div_ceil(64);
        let mut anybody = Set::first(conditions.len()).words().to_vec();
        let mut by_field: Vec<(FieldIx, Vec<(usize, Expr)>)> = Vec::new();
        let mut lanes = row_masks::RowMasks::new(words);
        // For few rows no value is looked at that is not theirs.
        let few = row_masks::are_few(rows, table);
        for (receiver, condition) in conditions.into_iter().enumerate() {
            let query = Query::from(condition.node);
            let bound = query.bind(&ctx.bindings(), ctx.schema)?.root().clone();
            if is_false(&bound) || condition.rows == RowSet::None {
                anybody.get_mut(receiver / 64).into_iter().for_each(|word| *word &= !(1 << (receiver % 64)));
                continue;
            }
            if let RowSet::Some(mask) = condition.rows {
                lanes.rows(mask, receiver)?;
            }
            let mut rest = Vec::new();
            for part in if let Expr::All(list) = bound { list } else { vec![bound] } {
                let field = if few { None } else { value_classes::field(&part, table) };
                match field {
                    _ if is_true(&part) => {}
                    None => rest.push(part),
                    Some(field) => match by_field.iter_mut().find(|(known, _)| *known == field) {
                        Some((_, parts)) => parts.push((receiver, part)),
                        None => by_field.push((field, vec![(receiver, part)])),
                    },
                }
            }
            if !rest.is_empty() {
                lanes.condition(crate::query::assume::all(rest), receiver)?;
            }
        }
        let mut out = Asked { anybody, marks: Vec::new(), groups: Vec::new(), lanes: Vec::new() };
        for (field, parts) in by_field {
            match ValueClasses::new(field, &parts, table, ctx, words)? {
                Some(marks) => out.marks.push(marks),
                None => parts.into_iter().try_for_each(|(receiver, part)| lanes.condition(part, receiver))?,
            }
        }
        out.lanes = lanes.answered(table, ctx, rows)?;
        out.combine();
        Ok(out)
    }

    /// Puts fields into groups whose combined marks stay small.
    fn combine(&mut self) {
        for (at, marks) in self.marks.iter_mut().enumerate() {
            match self.groups.last_mut().filter(|group| group.combined.saturating_mul(marks.count()) <= COMBINED) {
                Some(group) => {
                    marks.scale(group.combined);
                    group.combined *= marks.count();
                    group.fields.push(at);
                }
                None => self.groups.push(Group { fields: vec![at], combined: marks.count() }),
            }
        }
    }

    /// Who may take a row.
    fn set_of(&self, row: u32) -> Set {
        let mut words = self.anybody.clone();
        for marks in &self.marks {
            words.iter_mut().zip(marks.set_of(row)).for_each(|(word, other)| *word &= other);
        }
        for lane in self.lanes.iter().filter(|lane| !lane.rows.contains(RowIx(row))) {
            words.iter_mut().zip(&lane.receivers).for_each(|(word, other)| *word &= !other);
        }
        Set::from(words)
    }

    /// Who may take a row with these combined marks, where nothing else is asked.
    fn set_of_number(&self, group: &Group, number: usize) -> Set {
        let mut words = self.anybody.clone();
        for marks in group.fields.iter().filter_map(|field| self.marks.get(*field)) {
            words.iter_mut().zip(marks.set_in(number)).for_each(|(word, other)| *word &= other);
        }
        Set::from(words)
    }

    /// Rows told apart by one look-up: their combined marks name the set.
    #[inline(never)]
    fn looked_up(&self, rows: &[u32], group: &Group) -> Result<EligibilityClasses> {
        let numbers = group.numbers(&self.marks, rows)?;
        let mut counts: Vec<u32> = Vec::new();
        counts.try_reserve_exact(group.combined)?;
        counts.resize(group.combined, 0);
        numbers.iter().for_each(|number| counts.get_mut(usize::from(*number)).into_iter().for_each(|count| *count += 1));
        let mut sets = Sets::default();
        let mut names: Vec<u32> = Vec::new();
        names.try_reserve_exact(counts.len())?;
        let mut sizes: Vec<u64> = Vec::new();
        for (number, count) in counts.iter().enumerate() {
            if *count == 0 {
                names.push(0);
                continue;
            }
            let name = sets.name(self.set_of_number(group, number))?;
            sizes.try_reserve(1)?;
            sizes.resize(sets.list.len(), 0);
            sizes.get_mut(name as usize).into_iter().for_each(|size| *size += u64::from(*count));
            names.push(name);
        }
        Ok(EligibilityClasses { list: sets.list.into_iter().zip(sizes).collect(), of_row: RowClasses::Short(Compact16 { numbers, names }) }
            .plain())
    }

    /// Rows told apart group by group, then lane by lane; then those of equal sets put together.
    fn refined(&self, rows: &[u32], groups: &[Group]) -> Result<EligibilityClasses> {
        let mut of_row: Vec<u32> = Vec::new();
        of_row.try_reserve_exact(rows.len())?;
        of_row.resize(rows.len(), 0);
        let mut parts = u32::from(!rows.is_empty());
        for group in groups {
            parts = refine(&mut of_row, group.numbers(&self.marks, rows)?.into_iter().map(u64::from))?;
        }
        for keys in row_masks::keys(&self.lanes, rows) {
            parts = refine(&mut of_row, keys?.into_iter())?;
        }
        let mut sets = Sets::default();
        let mut names: Vec<u32> = Vec::new();
        names.try_reserve_exact(parts as usize)?;
        let mut counts: Vec<u64> = Vec::new();
        for (row, part) in rows.iter().zip(&mut of_row) {
            if *part as usize == names.len() {
                names.push(sets.name(self.set_of(*row))?);
                counts.try_reserve(1)?;
                counts.resize(sets.list.len(), 0);
            }
            *part = names.get(*part as usize).copied().unwrap_or(0);
            counts.get_mut(*part as usize).into_iter().for_each(|count| *count += 1);
        }
        Ok(EligibilityClasses { list: sets.list.into_iter().zip(counts).collect(), of_row: RowClasses::Long(of_row) }.plain())
    }
}
