//! Lines of a CSV file that are no leads: totals and remarks below a report.
//!
//! Such a line has hardly a cell but its first, and that looks like no id of the others. Nothing of that is asked of a line whose
//! first columns are filled, so the usual one costs a few comparisons.

use super::Loader;
use super::csv::{Ends, record};
use super::findings::Finding;
use super::slot::{Kind, Slot};
use crate::error::Result;

/// How ids look: what some of them have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks {
    /// Rows of the table that were looked at.
    rows: u32,
    /// Some id has a blank in it.
    blank: bool,
    /// Some id has no digit.
    wordy: bool,
}

impl Looks {
    fn add(&mut self, id: &str) {
        self.blank |= has_blank(id);
        self.wordy |= !has_digit(id);
    }
}

fn has_blank(id: &str) -> bool {
    id.trim().contains(char::is_whitespace)
}

fn has_digit(id: &str) -> bool {
    id.bytes().any(|byte| byte.is_ascii_digit())
}

/// How many cells beside the id's a line may have and yet be nearly empty: a quarter.
fn few(columns: usize) -> usize {
    columns.saturating_sub(1) / 4
}

/// The first columns beside the id's, one more than a line that is nearly empty can have filled; nothing if not so many are fields'.
pub fn watched(targets: &[Option<u32>], id: u32) -> Vec<u32> {
    let need = few(targets.len()) + 1;
    let others = targets.iter().flatten().copied().filter(|field| *field != id);
    let mut out: Vec<u32> = others.take(need).collect();
    if out.len() < need {
        out.clear();
    }
    out
}

/// Whether one of these cells is empty, or none is to be looked at.
#[inline]
pub fn sparse(slots: &[Slot], watched: &[u32]) -> bool {
    let mut filled = !watched.is_empty();
    for field in watched {
        filled &= slots.get(*field as usize).is_some_and(|slot| !matches!(slot.kind, Kind::Absent | Kind::Null | Kind::Empty));
    }
    !filled
}

impl Loader {
    /// Whether the record that was read last is no lead: its other cells are nearly all empty, and its id looks like none before it.
    #[inline(never)]
    pub(super) fn is_footer(&mut self, text: &str, mut from: usize, delimiter: u8, columns: usize) -> bool {
        let (width, id) = (self.stage.schema.fields.len(), self.stage.id.0 as usize);
        let slot = |row: usize| self.slots.get(row * width + id).map(|slot| slot.value(text));
        let Some((name, _)) = slot(self.batch).and_then(|value| value.text()) else { return false };
        let (blank, wordy) = (has_blank(&name), !has_digit(&name));
        if name.is_empty() || !(blank || wordy) {
            return false;
        }
        let mut filled = 0;
        // It was read once, and is whole.
        let _ = record(text.as_bytes(), &mut from, delimiter, Ends::Here, |_, slot| {
            filled += usize::from(!matches!(slot.kind, Kind::Null | Kind::Empty));
        });
        if filled > few(columns) + 1 {
            return false;
        }
        let mut looks = self.looks;
        for row in looks.rows..self.stage.rows {
            looks.add(std::str::from_utf8(self.stage.ids().stored(row)).unwrap_or_default());
        }
        looks.rows = self.stage.rows;
        self.looks = looks;
        let mut others = looks.rows > 0;
        for row in 0..self.batch {
            let id = self.slots.get(row * width + id).and_then(|slot| slot.value(text).text());
            if let Some((id, _)) = id.filter(|(id, _)| !id.is_empty()) {
                looks.add(&id);
                others = true;
            }
        }
        others && ((blank && !looks.blank) || (wordy && !looks.wordy))
    }

    /// Reports the record that was read last as no lead.
    #[cold]
    pub(super) fn set_aside(&mut self, text: &str) -> Result<()> {
        let (width, id) = (self.stage.schema.fields.len(), self.stage.id);
        let value = self.slots.get(self.batch * width + id.0 as usize).map(|slot| slot.value(text).shown());
        self.flush(text)?;
        self.refuse(&[0])?;
        self.findings.total += 1;
        self.findings.list.push(Finding { at: 0, field: id, code: "not_a_row", value: value.unwrap_or_default() });
        self.end_batch(0, 1)
    }
}
