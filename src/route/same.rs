//! Who owns the most recently created lead with the same value.

use crate::btree::BTreeSet;

use crate::config::UserIx;
use crate::error::{Error, Result, pointer};
use crate::query::{Cell, FieldIx};
use crate::table::RowIx;

use super::parts::{SameIndex, same_key};
use super::router::{Asks, Router, Subject};

impl Router<'_> {
    /// When a row was created, for its order.
    fn created(&self, row: RowIx) -> i64 {
        let planner = self.planner;
        match planner.model.lead.created_at.map(|field| planner.table.cell(row, field)) {
            Some(Cell::Instant(at)) => at.0,
            Some(Cell::Day(day)) => i64::from(day.0).saturating_mul(86_400_000),
            _ => i64::MIN,
        }
    }

    /// The owner of a row as the call leaves it.
    fn owner_of(&self, row: RowIx) -> Option<String> {
        let planner = self.planner;
        match self.owners.get(&row.0) {
            Some(user) => user.map(|user| planner.id_of(user).to_owned()),
            None => planner.table.cell(row, planner.model.lead.owner).text().map(str::to_owned),
        }
    }

    /// Notes who owns a row from now on.
    pub fn owned(&mut self, row: RowIx, user: Option<UserIx>) -> Result<()> {
        if !self.compiled.uses_same {
            return Ok(());
        }
        self.owners.insert(row.0, user);
        let planner = self.planner;
        let fields: Vec<FieldIx> = self.same.keys().copied().collect();
        for field in fields {
            let Some(value) = same_key(planner.table.schema(), field, &planner.table.cell(row, field)) else { continue };
            let entry = (self.created(row), planner.table.id(row).into_owned(), row.0);
            let index = self.same.get_mut(&field).filter(|index| index.whole || index.by_value.contains_key(&value));
            let Some(leads) = index.map(|index| index.by_value.entry(value).or_default()) else { continue };
            if user.is_some() {
                leads.insert(entry)
            } else {
                leads.remove(&entry)
            };
        }
        Ok(())
    }

    /// The owner of the most recently created other lead with the lead's value in a field, if that is a user.
    pub fn latest_owner(&mut self, field: FieldIx, lead: &Subject<'_>) -> Result<Option<UserIx>> {
        let planner = self.planner;
        let cell = lead.cells.cell(field);
        let Some(value) = same_key(planner.table.schema(), field, &cell) else { return Ok(None) };
        let name = planner.model.schema.name(field);
        let given = planner.context.same.get(name);
        let told = given.is_some() || planner.context.partial_table || self.asks == Asks::Replay;
        if !self.same.contains_key(&field) {
            // Of a table that holds only some of the leads, those that the call gave are told from the rest, which the host knows.
            let index = if told {
                SameIndex { whole: true, ..SameIndex::default() }
            } else {
                self.index(field, if self.asks == Asks::Rows { None } else { Some(&value) })?
            };
            self.same.insert(field, index);
            if told {
                let moved: Vec<(u32, Option<UserIx>)> = self.owners.iter().map(|(row, user)| (*row, *user)).collect();
                for (row, user) in moved {
                    self.owned(RowIx(row), user)?;
                }
            }
        } else if !told && self.asks != Asks::Rows && self.same.get(&field).is_some_and(|index| !index.by_value.contains_key(&value)) {
            let more = self.index(field, Some(&value))?;
            if let Some(index) = self.same.get_mut(&field) {
                index.by_value.extend(more.by_value);
            }
        }
        let leads = self.same.get(&field).and_then(|index| index.by_value.get(&value));
        let other = leads.and_then(|leads| leads.iter().rev().find(|(.., row)| Some(RowIx(*row)) != lead.row));
        let owner = match (other, told) {
            (Some((.., row)), _) => self.owner_of(RowIx(*row)),
            (None, false) => None,
            (None, true) => {
                let written = crate::plan::timeline::json(&cell);
                let written = written.as_text().map_or_else(|| written.write(), str::to_owned);
                let folds =
                    |known: &str| same_key(planner.table.schema(), field, &Cell::Text(known.to_owned().into())).as_ref() == Some(&value);
                let known = given
                    .and_then(|given| given.get(&written).or_else(|| given.iter().find(|(known, _)| folds(known)).map(|(_, owner)| owner)));
                let Some(owner) = known else {
                    if self.asks == Asks::Replay {
                        return Ok(None);
                    }
                    let path = pointer(&pointer("/same", name), &written);
                    let message = format!("the owner of the latest lead with `{written}` in `{name}` is needed and was not given");
                    return Err(Error::new("same_missing", path, message)
                        .hint("give the owner of the most recently created lead with this value that has one, or null"));
                };
                owner.clone()
            }
        };
        Ok(owner.and_then(|id| planner.model.user(&id)).map(|(user, _)| user))
    }

    /// The leads with an owner by their values, or those of one value.
    fn index(&self, field: FieldIx, only: Option<&str>) -> Result<SameIndex> {
        let planner = self.planner;
        let mut out = SameIndex { whole: only.is_none(), ..SameIndex::default() };
        out.by_value.extend(only.map(|value| (value.to_owned(), BTreeSet::new())));
        for row in planner.table.live_rows() {
            let Some(value) = same_key(planner.table.schema(), field, &planner.table.cell(row, field)) else { continue };
            if only.is_some_and(|only| only != value) || self.owner_of(row).is_none() {
                continue;
            }
            let entry = (self.created(row), planner.table.id(row).into_owned(), row.0);
            out.by_value.entry(value).or_default().insert(entry);
        }
        Ok(out)
    }
}
