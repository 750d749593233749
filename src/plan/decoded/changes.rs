//! The leads that a stored plan changed, as columns: a plan of a million of them is read, undone and applied without a thing for each.

use hashbrown::HashMap;

use crate::config::Model;
use crate::error::Result;
use crate::plan::bytes;
use crate::query::{Cell, FieldIx};
use crate::table::pack::{IdPacker, IdUnpacker, PIECE};

use super::{DecodedChange, DecodedSet};

static NULL: Cell<'static> = Cell::Null;

/// The leads that a stored plan changed.
#[derive(Clone, Debug, Default)]
pub struct DecodedChanges {
    pub(crate) rows: usize,
    /// Their ids, packed.
    pub(crate) ids: Vec<u8>,
    /// Their guards; where nothing is said, what the owner was.
    pub(crate) expect: Option<Values>,
    /// What changed in them, by the fields' names.
    pub(crate) fields: Vec<DecodedField>,
    /// The place of the owner among the fields.
    pub(crate) owner: Option<usize>,
}

/// One field that a stored plan changed in some leads.
#[derive(Clone, Debug)]
pub struct DecodedField {
    /// The field.
    pub field: FieldIx,
    /// What it was; nothing in a lead in which it did not change.
    pub from: Values,
    /// What it became.
    pub to: Values,
}

/// A value for each of some rows, or none.
#[derive(Clone, Debug, Default)]
pub struct Values {
    pub(crate) list: Vec<Cell<'static>>,
    pub(crate) codes: RowCodes,
}

/// For each row one more than the place of its value; 0 where it has none.
#[derive(Clone, Debug)]
pub(crate) enum RowCodes {
    Same(u32),
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for RowCodes {
    fn default() -> Self {
        RowCodes::Same(0)
    }
}

impl Values {
    /// One more than the place of a row's value among [`Values::list`]; 0 where it has none.
    #[inline]
    pub fn code(&self, at: usize) -> u32 {
        match &self.codes {
            RowCodes::Same(code) => *code,
            RowCodes::Narrow(codes) => codes.get(at).copied().map_or(0, u32::from),
            RowCodes::Wide(codes) => codes.get(at).copied().unwrap_or(0),
        }
    }

    /// The value of a row.
    pub fn get(&self, at: usize) -> Option<&Cell<'static>> {
        self.list.get((self.code(at) as usize).checked_sub(1)?)
    }

    /// All values, each once as far as that is known.
    pub fn list(&self) -> &[Cell<'static>] {
        &self.list
    }
}

impl DecodedChanges {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What changed, field by field.
    pub fn fields(&self) -> &[DecodedField] {
        &self.fields
    }

    /// Whether a plan changed nothing in a lead but that it was written.
    pub fn is_empty_at(&self, at: usize) -> bool {
        self.fields.iter().all(|field| field.from.code(at) == 0)
    }

    /// The guard of a lead.
    pub fn expect(&self, at: usize) -> &Cell<'static> {
        let owner = || self.owner.and_then(|owner| self.fields.get(owner)).map(|field| &field.from);
        self.expect.as_ref().or_else(owner).and_then(|values| values.get(at)).unwrap_or(&NULL)
    }

    /// Forgets what became of some fields; guards stay.
    pub fn hide(&mut self, hides: impl Fn(FieldIx) -> bool) {
        if let (None, Some(owner)) = (&self.expect, self.owner.and_then(|owner| self.fields.get(owner))) {
            self.expect = Some(owner.from.clone());
        }
        self.owner = None;
        self.fields.retain(|field| !hides(field.field));
    }

    /// Walks through the ids of the leads, in their order.
    ///
    /// # Errors
    /// What `with` fails with.
    pub fn each(&self, mut with: impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
        let mut ids = IdUnpacker::new(&self.ids);
        for from in (0..self.rows).step_by(PIECE) {
            each_of(&mut ids, from..self.rows.min(from + PIECE), &mut with)?;
        }
        Ok(())
    }

    /// What changed in one lead.
    pub fn change(&self, at: usize, lead: &str) -> DecodedChange {
        let mut set = Vec::new();
        for field in &self.fields {
            if let Some((from, to)) = field.from.get(at).zip(field.to.get(at)) {
                set.push(DecodedSet { field: field.field, from: from.clone(), to: to.clone() });
            }
        }
        DecodedChange { lead: lead.to_owned(), expect: self.expect(at).clone(), set }
    }
}

#[inline(never)]
fn each_of(ids: &mut IdUnpacker<'_>, rows: std::ops::Range<usize>, with: &mut impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
    for at in rows {
        let Some(id) = ids.next() else { break };
        with(at, id)?;
    }
    Ok(())
}

/// Gathers values row by row.
#[derive(Default)]
struct Gathered {
    list: Vec<Cell<'static>>,
    codes: Vec<u32>,
    known: HashMap<Vec<u8>, u32, foldhash::fast::FixedState>,
    scratch: Vec<u8>,
}

impl Gathered {
    /// The value of a row; those in between have none.
    fn put(&mut self, row: usize, value: &Cell<'static>) {
        self.codes.resize(row, 0);
        self.scratch.clear();
        bytes::cell(value, &mut self.scratch);
        let next = u32::try_from(self.list.len() + 1).unwrap_or(0);
        let code = self.known.get(&self.scratch).copied().unwrap_or(next);
        if code == next {
            self.known.insert(self.scratch.clone(), code);
            self.list.push(value.clone());
        }
        self.codes.push(code);
    }

    fn finish(mut self, rows: usize) -> Values {
        self.codes.resize(rows, 0);
        Values { list: self.list, codes: RowCodes::Wide(self.codes) }
    }
}

/// Gathers changes one by one.
#[derive(Default)]
pub(crate) struct Builder {
    rows: usize,
    ids: IdPacker,
    expect: Gathered,
    fields: Vec<(FieldIx, Gathered, Gathered)>,
}

impl Builder {
    /// Adds a lead.
    pub fn push(&mut self, lead: &str, expect: &Cell<'static>, sets: &[DecodedSet]) {
        let row = self.rows;
        self.ids.push(lead.as_bytes());
        self.expect.put(row, expect);
        for set in sets {
            let known = self.fields.iter().position(|(field, ..)| *field == set.field).unwrap_or(self.fields.len());
            if known == self.fields.len() {
                self.fields.push((set.field, Gathered::default(), Gathered::default()));
            }
            if let Some((_, from, to)) = self.fields.get_mut(known).filter(|(_, from, _)| from.codes.len() <= row) {
                from.put(row, &set.from);
                to.put(row, &set.to);
            }
        }
        self.rows += 1;
    }

    /// All of them.
    pub fn finish(mut self, model: &Model) -> DecodedChanges {
        crate::sort::by(&mut self.fields, |a, b| model.schema.name(a.0).cmp(model.schema.name(b.0)));
        let rows = self.rows;
        let mut fields = Vec::with_capacity(self.fields.len());
        for (field, from, to) in self.fields {
            fields.push(DecodedField { field, from: from.finish(rows), to: to.finish(rows) });
        }
        DecodedChanges { rows, ids: self.ids.finish(), expect: Some(self.expect.finish(rows)), fields, owner: None }
    }
}
