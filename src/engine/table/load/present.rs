//! Which fields the input has a column for, and what follows where it has none.

use std::rc::Rc;

use super::header::{listed, no_id};
use super::keys::Keys;
use super::{LoadMode, Loader, Source};
use crate::error::{Diagnostic, Error, Result, nearest, nearest_name, pointer};
use crate::query::FieldIx;
use crate::query::fold::fold;
use crate::table::problem::{NO_ROW, cut};
use crate::table::stage::Columns;

impl Loader {
    /// Notes keys of rows that were made columns elsewhere.
    pub fn meet(&mut self, key: &str) {
        self.keys.meet(key);
    }

    /// What became of the columns so far.
    pub(super) fn columns(&self) -> Columns {
        let mut out = Columns::default();
        let fed = |field: FieldIx| self.fed.get(field.0 as usize) == Some(&true);
        for (key, field) in self.keys.met() {
            match field {
                Some(field) if fed(*field) => out.used.push((key.clone(), *field)),
                Some(_) => {}
                None => out.unused.push(key.clone()),
            }
        }
        for field in (0u32..).zip(&self.stage.schema.fields).map(|(ix, _)| FieldIx(ix)) {
            if !fed(field) {
                out.missing.push(field);
            } else if !out.used.iter().any(|(_, used)| *used == field) {
                // A column that was given as such, or a key that no loop over the keys of an object finds.
                let key = self.keys.of(field).first().copied().unwrap_or_default().to_owned();
                out.used.push((key, field));
            }
        }
        out
    }

    /// Tells what `columns` names and the input does not have, and that fields which must have a column have none. For an upsert,
    /// where missing keys are usual, the second is an error only if it adds leads.
    ///
    /// # Errors
    /// `id_missing` where no row has the id's key, `column_missing`, and `column_not_found` if the load is strict.
    pub(super) fn check_columns(&mut self) -> Result<()> {
        if self.checked || (self.seen == 0 && !matches!(self.source, Source::Csv { .. })) {
            return Ok(());
        }
        self.checked = true;
        let met: Vec<String> = self.keys.met().iter().map(|(key, _)| key.clone()).collect();
        let unused = self.keys.met().iter().any(|(_, field)| field.is_none());
        let id = self.stage.id;
        if !self.stage.keyed && self.fed.get(id.0 as usize) != Some(&true) && !self.keys.met().iter().any(|(_, field)| *field == Some(id)) {
            return Err(no_id(&self.stage, if met.is_empty() { "key" } else { "input" }, &met));
        }
        let lacking = self.lacking(&met);
        if self.purpose == LoadMode::Load
            && let Some(error) = lacking
        {
            return Err(error);
        }
        self.stage.lacking = lacking.map(Rc::new);
        self.check_keys(&met)?;
        // Where keys may be left out, one that is not met says nothing, unless another one was met that nobody expected.
        if self.purpose == LoadMode::Upsert && !unused {
            return Ok(());
        }
        for (key, field) in self.keys.unmet() {
            if self.strict {
                let name = self.stage.schema.name(field);
                let message = format!("no header is `{}`, which `columns` names for the field `{name}`", cut(&key));
                let fault = Diagnostic::error("column_not_found", pointer("/columns", &key), message);
                return Err(Error::of(fault.maybe_hint(nearest(&key, met.iter().map(String::as_str)))));
            }
            self.problems.add(NO_ROW, field, "column_not_found", || key);
        }
        Ok(())
    }

    /// Tells that no key of an upsert can be had of this input.
    fn check_keys(&self, met: &[String]) -> Result<()> {
        let fed = |field: &FieldIx| self.fed.get(field.0 as usize) == Some(&true);
        if self.upsert.match_by.is_empty() || self.upsert.match_by.iter().any(|key| key.iter().all(fed)) {
            return Ok(());
        }
        let mut names = Vec::new();
        for field in self.upsert.match_by.iter().flatten().filter(|field| !fed(field)) {
            names.push(format!("`{}`", self.stage.schema.name(*field)));
        }
        let message = format!("no column is for {}, by which leads are found; the input has {}", names.join(", "), listed(met));
        let hint = "name its header by `columns`, or other fields by `matchBy`";
        Err(Error::of(Diagnostic::error("column_missing", "/matchBy", message).hint(hint)))
    }

    /// The error for fields that must have a column and have none.
    fn lacking(&self, met: &[String]) -> Option<Error> {
        let mut faults = Vec::new();
        for field in &self.needed {
            if self.fed.get(field.0 as usize) != Some(&false) {
                continue;
            }
            let name = self.stage.schema.name(*field);
            let message = format!("no column is for `{name}`, which decides who may see or change a lead; the input has {}", listed(met));
            let meant = format!("load with `absent: [\"{name}\"]`");
            let hint = match likely(&self.keys, *field, met) {
                Some(header) => {
                    format!("if `{header}` holds it, load with `columns: {{\"{header}\": \"{name}\"}}`; if no lead has it, {meant}")
                }
                None => format!("if no lead has it, {meant}"),
            };
            faults.push(Diagnostic::error("column_missing", "", message).hint(hint).with("field", name));
        }
        if faults.is_empty() { None } else { Some(Error::invalid("column_missing", faults)) }
    }
}

/// The header that most likely holds a field: one that is spelt nearly like a key of it, or else one that has such a key in it.
fn likely<'m>(keys: &Keys, field: FieldIx, met: &'m [String]) -> Option<&'m str> {
    let names = keys.of(field);
    let mut free = Vec::new();
    for header in met {
        if keys.get(header).is_none() && header.len() <= 200 {
            free.push(header.as_str());
        }
    }
    let near = names.iter().find_map(|name| nearest_name(name, free.iter().copied()));
    near.or_else(|| {
        let holds = |header: &str, name: &str| !name.is_empty() && fold(header).contains(&*fold(name));
        free.iter().copied().find(|header| names.iter().any(|name| holds(header, name)))
    })
}
