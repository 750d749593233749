//! Leads of which a plan says the same: what it says is worked out once for all of them.

use hashbrown::HashMap;

use crate::json::Json;
use crate::query::{Cell, FieldIx};
use crate::table::column::CodedColumn;
use crate::table::{Column, RowIx};

use crate::plan::Plan;
use crate::plan::edit::{AppliesWhen, NewValue};

/// A field that is set in every row to one of a few values, in a column that has codes: no text is looked at for a row.
pub(crate) struct ByCode<'p> {
    coded: &'p CodedColumn,
    values: &'p [Cell<'static>],
    codes: Option<&'p [u32]>,
    /// The codes of the values in the column.
    places: Vec<Option<u32>>,
}

impl<'p> ByCode<'p> {
    /// Nothing where a field is told in another way.
    pub fn of(plan: &'p Plan, field: FieldIx) -> Option<ByCode<'p>> {
        let mut edits = plan.edits.iter().filter(|edit| edit.field == field);
        let edit = edits.next().filter(|edit| edit.when == AppliesWhen::Always)?;
        let Column::Coded(coded) = plan.table.column(field) else { return None };
        let (values, codes) = match &edit.to {
            _ if edits.next().is_some() => return None,
            NewValue::Same(cell) => (std::slice::from_ref(cell), None),
            NewValue::Coded(values, codes) => (values.as_slice(), Some(codes.as_slice())),
            _ => return None,
        };
        let place = |value: &Cell<'static>| value.text().map_or(Some(0), |text| coded.dict.find(text));
        Some(ByCode { coded, values, codes, places: values.iter().map(place).collect() })
    }

    /// A value by its place.
    pub fn value(&self, which: u32) -> &Cell<'static> {
        self.values.get(which as usize).unwrap_or(&Cell::Null)
    }

    /// The place of the new value of a row and the code of what it holds, if they differ.
    pub fn of_row(&self, at: usize, row: RowIx) -> Option<(u32, u32)> {
        let which = self.codes.map_or(Some(0), |codes| codes.get(at).copied())?;
        let from = self.coded.code(row.0);
        (*self.places.get(which as usize)? != Some(from)).then_some((which, from))
    }
}

/// What a plan says of some of its leads, their ids left out.
#[derive(Debug, Default)]
pub struct Alike {
    /// For each lead the place of what is said of it.
    pub which: Vec<u32>,
    /// What is said, each once.
    pub said: Vec<Json>,
}

impl Plan {
    /// What `say` says of the leads between two places, where codes tell it and it is said of many of them; nothing elsewhere.
    pub fn alike(&self, from: usize, to: usize, say: impl Fn(&Plan, usize) -> Option<Json>) -> Option<Alike> {
        let guard = self.model.lead.version.unwrap_or(self.model.lead.owner);
        let Column::Coded(guards) = self.table.column(guard) else { return None };
        if !self.routed.rows.is_empty() || !self.runs.list.is_empty() {
            return None;
        }
        let mut fields: Vec<ByCode<'_>> = Vec::new();
        for edit in self.edits.iter() {
            fields.push(ByCode::of(self, edit.field)?);
        }
        let most = (to - from) / 4 + 16;
        let (mut out, mut key) = (Alike::default(), Vec::new());
        let mut known: HashMap<Vec<u32>, u32, foldhash::fast::FixedState> = HashMap::default();
        for at in from..to {
            let row = RowIx(*self.rows.get(at)?);
            key.clear();
            key.push(guards.code(row.0));
            for field in &fields {
                let (which, from) = field.of_row(at, row).map_or((0, 0), |(which, from)| (which + 1, from));
                key.extend([which, from]);
            }
            let place = match known.get(&key) {
                Some(place) => *place,
                None => {
                    let Json::Object(mut pairs) = say(self, at)? else { return None };
                    pairs.retain(|(name, _)| name != "lead");
                    out.said.push(Json::Object(pairs));
                    let place = known.len() as u32;
                    known.insert(key.clone(), place);
                    place
                }
            };
            if known.len() > most {
                return None;
            }
            out.which.push(place);
        }
        Some(out)
    }
}
