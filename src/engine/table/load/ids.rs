//! Ids, which are read before the other cells of a batch.

use std::borrow::Cow;

use super::convert::Converter;
use super::slot::{Cells, SHORT, Value, text_value};
use crate::error::{Error, Result};
use crate::table::column::Column;
use crate::table::dict::hash;
use crate::table::stage::Stage;

impl Stage {
    /// Adds the ids of a batch. Gives back the places of the rows that are refused, which are not added.
    pub fn push_ids<'a>(&mut self, converter: &mut Converter<'_>, count: usize, cells: &impl Cells<'a>) -> Result<Vec<usize>> {
        if self.keyed {
            return self.push_optional_ids(converter, count, cells);
        }
        let mut refused = Vec::new();
        let mut row = self.rows;
        let Stage { columns, index, duplicates, ascending, repeats, budget, .. } = self;
        let Some(Column::Text(ids)) = columns.get_mut(converter.ix.0 as usize) else { return Ok(refused) };
        if (row as usize).saturating_add(count) >= u32::MAX as usize {
            return Err(Error::out_of_memory());
        }
        if !*ascending {
            index.reserve(ids, count, budget)?;
        }
        // Ids that ascend are neither empty nor known, and need no index.
        if let (Some(run), true) = (cells.run(0..count).filter(|run| run.len() == count), *ascending) {
            let last = row.checked_sub(1).map_or(&[][..], |last| ids.stored(last));
            if run.iter().try_fold(last, |last, id| (last < id.as_bytes()).then_some(id.as_bytes())).is_some() {
                ids.extend(run, budget)?;
                return Ok(refused);
            }
        }
        for at in 0..count {
            let value = cells.get(at);
            let taken = match value {
                Value::Text(text) if text.len() <= SHORT => Ok(Some((Cow::Borrowed(text), false))),
                value => text_value(value),
            };
            let id = match taken {
                Ok(Some((id, false))) if !id.is_empty() => id,
                Ok(Some((_, true))) | Err(_) => {
                    converter.report(at, "id_invalid", value);
                    refused.push(at);
                    continue;
                }
                Ok(_) => {
                    converter.report(at, "id_missing", value);
                    refused.push(at);
                    continue;
                }
            };
            if *ascending && row > 0 && ids.stored(row - 1) >= id.as_bytes() {
                // Up to here no id could have come before, and the index was not needed.
                *ascending = false;
                index.reserve(ids, row as usize + count, budget)?;
                (0..row).for_each(|row| index.insert(ids, hash(ids.stored(row)), row));
            }
            let key = if *ascending { 0 } else { hash(id.as_bytes()) };
            let known = if *ascending { None } else { index.find_hashed(ids, key, id.as_bytes()) };
            ids.push(Some(&id), budget)?;
            match known {
                Some(_) if *repeats => {}
                Some(first) => {
                    converter.report(at, "duplicate_id", value);
                    budget.grow(duplicates, 1)?;
                    duplicates.push((row, first));
                }
                None if *ascending => {}
                None => index.insert(ids, key, row),
            }
            row += 1;
        }
        Ok(refused)
    }

    /// The same where rows are told apart by other fields: an id may be missing, and then it is the empty text.
    #[cold]
    fn push_optional_ids<'a>(&mut self, converter: &mut Converter<'_>, count: usize, cells: &impl Cells<'a>) -> Result<Vec<usize>> {
        let mut refused = Vec::new();
        let Some(Column::Text(ids)) = self.columns.get_mut(converter.ix.0 as usize) else { return Ok(refused) };
        if (self.rows as usize).saturating_add(count) >= u32::MAX as usize {
            return Err(Error::out_of_memory());
        }
        for at in 0..count {
            let value = cells.get(at);
            match text_value(value) {
                Ok(Some((_, true))) | Err(_) => {
                    converter.report(at, "id_invalid", value);
                    refused.push(at);
                }
                Ok(Some((id, false))) => {
                    self.has_ids |= !id.is_empty();
                    ids.push(Some(&id), &self.budget)?;
                }
                Ok(None) => ids.push(Some(""), &self.budget)?,
            }
        }
        Ok(refused)
    }
}
