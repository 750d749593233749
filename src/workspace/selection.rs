//! Rows that were found, in an order.

use std::borrow::Cow;
use std::rc::Rc;

use crate::access::{check_shown, read_by};
use crate::config::{SavedList, lists};
use crate::error::{Diagnostic, Error, Result};
use crate::filter;
use crate::filter::SortKey;
use crate::json::Json;
use crate::json::decode::{Decoder, Faults, id_text};
use crate::plan::leads::selects_all;
use crate::plan::timeline;
use crate::query::{Emptiness, Expr, FieldIx, Query, Schema};
use crate::table::{Mask, RowIx};

use super::{Filter, LeadTable, Viewer, Workspace};

/// A selection of rows of one table at one revision. What is asked after the table changed is `stale_selection`.
#[derive(Clone, Debug)]
pub struct Selection {
    rows: Rc<Vec<u32>>,
    /// Rows of the table, live or not: what masks are as long as.
    all: u32,
    revision: u64,
    /// With whose eyes it is read. What one of them may not see, it does not show.
    viewers: Vec<String>,
    /// Whether nothing is left of the filter that it was made by: no command may take what that found for what was meant.
    left_out: bool,
    /// Whether somebody wrote conditions that bound it. Without a query there are none, and a permission is none.
    bounded: bool,
    /// What a command would refuse of the filter: rules that were left out because they are half-written.
    unfinished: Rc<Vec<Diagnostic>>,
}

impl Workspace {
    /// Rows that match and that the viewer may see. `query` is a filter, a saved list, `{list: id}` or null for all.
    ///
    /// # Errors
    /// `query_invalid`, `unknown_list`, `viewer_invalid`, `unknown_actor`, `now_required`, `not_permitted` for a list that is not the viewer's.
    pub fn select(&self, table: &LeadTable, query: &Json, viewer: &Json) -> Result<Selection> {
        let viewer = Viewer::read(viewer)?;
        let (filter, sort) = self.asked_for(query, viewer.actor.as_deref())?;
        self.find(table, &filter, &sort, &viewer)
    }

    /// The condition and the order of what a query asks for: a filter, a saved list, `{list: id}`, or null for all.
    pub(super) fn asked_for(&self, query: &Json, actor: Option<&str>) -> Result<(Cow<'_, Query>, Cow<'_, [SortKey]>)> {
        if let Some(id) = query.get("list").and_then(id_text).filter(|_| query.get("rules").is_none()) {
            let list = self.usable_list(&id, actor)?;
            check_shown(&read_by(&list.query, &list.sort), &self.schema_for(actor), "/list")?;
            return Ok((Cow::Borrowed(&list.query), Cow::Borrowed(&list.sort)));
        }
        if query.as_object().is_some_and(|pairs| pairs.iter().any(|(key, _)| key == "query")) && query.get("rules").is_none() {
            let faults = Faults::default();
            let read = lists::shown(&Decoder::new(query, "", &faults), &self.schema_for(actor));
            let (failed, list) = (faults.any_error(), faults.into_list());
            return match read {
                Some((filter, sort)) if !failed => Ok((Cow::Owned(filter), Cow::Owned(sort))),
                _ => Err(Error::invalid("query_invalid", list)),
            };
        }
        let filter = if query.is_null() { Query::always() } else { self.query(query, &self.schema_for(actor))? };
        Ok((Cow::Owned(filter), Cow::Borrowed(&[])))
    }

    /// The same with a compiled filter.
    ///
    /// # Errors
    /// As [`Workspace::select`].
    pub fn select_filter(&self, table: &LeadTable, filter: &Filter, viewer: &Json) -> Result<Selection> {
        let viewer = Viewer::read(viewer)?;
        check_shown(&filter.named, &self.schema_for(viewer.actor.as_deref()), "")?;
        let found = self.seen(table, &filter.query, &filter.context(viewer.actor.as_deref(), viewer.now), &[], &viewer)?;
        let (left_out, bounded) = (filter.left_out, !filter.named.is_empty());
        Ok(Selection { left_out, bounded, unfinished: Rc::new(filter.unfinished.clone()), ..found })
    }

    fn usable_list(&self, id: &str, actor: Option<&str>) -> Result<&SavedList> {
        if let Some(actor) = actor {
            let decision = self.auth.list_use(self.auth.actor(actor)?, id)?;
            if let Some(reason) = decision.reasons.first().filter(|_| !decision.allowed) {
                return Err(Error::new("not_permitted", "/list", reason.message.to_string()));
            }
        }
        self.model.lists.by_id(id).ok_or_else(|| Error::new("unknown_list", "/list", format!("there is no list `{id}`")))
    }

    fn find(&self, table: &LeadTable, query: &Query, sort: &[SortKey], viewer: &Viewer) -> Result<Selection> {
        self.seen(table, query, &self.filtering(viewer.actor.as_deref(), viewer.now), sort, viewer)
    }

    /// The rows that match, of those that the viewer may see, in order.
    fn seen(&self, table: &LeadTable, query: &Query, ctx: &filter::Context<'_>, sort: &[SortKey], viewer: &Viewer) -> Result<Selection> {
        let mask = self.visible(table, viewer)?.select(query, &table.table, ctx)?;
        let mut rows = mask.listed()?;
        if !sort.is_empty() {
            filter::sort(&mut rows, sort, &table.table)?;
        }
        Ok(Selection {
            rows: Rc::new(rows),
            all: table.table.rows(),
            revision: table.revision(),
            viewers: viewer.actor.iter().cloned().collect(),
            left_out: query.emptiness() == Emptiness::LeftOut,
            bounded: !matches!(query.root(), Expr::All(all) if all.is_empty()),
            unfinished: Rc::default(),
        })
    }

    /// The selection in another order; rows that are equal keep the one they have.
    ///
    /// # Errors
    /// `query_invalid`, `stale_selection`.
    pub fn sort(&self, table: &LeadTable, selection: &Selection, by: &Json) -> Result<Selection> {
        let rows = selection.rows_of(table)?;
        let faults = Faults::default();
        let keys = lists::sort(&Decoder::new(by, "", &faults), &self.schema_seen(selection));
        let (failed, list) = (faults.any_error(), faults.into_list());
        if failed {
            return Err(Error::invalid("query_invalid", list));
        }
        let mut rows = rows.to_vec();
        filter::sort(&mut rows, &keys, &table.table)?;
        Ok(Selection { rows: Rc::new(rows), ..selection.clone() })
    }

    /// Rows of a page as objects, with all fields or some.
    ///
    /// # Errors
    /// `stale_selection`, `unknown_field`.
    pub fn page(&self, table: &LeadTable, selection: &Selection, offset: usize, limit: usize, fields: &Json) -> Result<Json> {
        let rows = selection.rows_of(table)?;
        let wanted = self.fields_named(selection, fields)?;
        Ok(Json::List(rows.iter().skip(offset).take(limit).map(|row| self.row(table, RowIx(*row), &wanted)).collect()))
    }

    /// The fields as those see them with whose eyes a selection is read.
    fn schema_seen(&self, selection: &Selection) -> Rc<Schema> {
        self.auth.schema_for(&mut selection.viewers.iter().map(String::as_str))
    }

    /// The fields that a list names; all that may be seen where it is null.
    ///
    /// # Errors
    /// `unknown_field`, `wrong_type`.
    pub(crate) fn fields_named(&self, selection: &Selection, names: &Json) -> Result<Vec<FieldIx>> {
        let schema = self.schema_seen(selection);
        let names = match names {
            Json::Null => return Ok(schema.shown().map(|(field, _)| field).collect()),
            Json::List(names) => names,
            other => return Err(Error::new("wrong_type", "", format!("fields are named by a list, not by {}", other.kind()))),
        };
        let find = |(at, name): (usize, &Json)| {
            let name = name.as_text().unwrap_or_default();
            schema.find(name).ok_or_else(|| Error::of(schema.unknown(name, format!("/{at}"))))
        };
        names.iter().enumerate().map(find).collect()
    }

    /// How often each value of a field occurs: most frequent first, ties in value order, null last, tags by element.
    ///
    /// # Errors
    /// `stale_selection`, `unknown_field`.
    pub fn count_by(&self, table: &LeadTable, selection: &Selection, field: &str) -> Result<Json> {
        let schema = self.schema_seen(selection);
        let ix = schema.find(field).ok_or_else(|| Error::of(schema.unknown(field, "")))?;
        let mask = selection.mask(table)?;
        let counts = filter::count_by(&mask, ix, &table.table)?;
        let texts: usize = counts.iter().map(|(cell, _)| cell.text().map_or(0, str::len)).sum();
        crate::memory::ensure_memory(counts.len().saturating_mul(160).saturating_add(texts.saturating_mul(8)))?;
        Ok(Json::List(
            counts
                .into_iter()
                .map(|(cell, count)| Json::List(vec![timeline::json(&cell), Json::from(usize::try_from(count).unwrap_or(usize::MAX))]))
                .collect(),
        ))
    }
}

impl Selection {
    /// The rows as those that a command is about.
    ///
    /// # Errors
    /// `stale_selection`; `filter_selects_all` where nothing was left of the filter; `query_invalid`, as the filter itself would be refused,
    /// where a half-written rule was left out of it.
    pub(super) fn meant(&self, table: &LeadTable) -> Result<Rc<Vec<u32>>> {
        if !self.unfinished.is_empty() {
            let there = |fault: &Diagnostic| Diagnostic { path: format!("/leads/selection{}", fault.path), ..fault.clone() };
            return Err(Error::invalid("query_invalid", self.unfinished.iter().map(there).collect()));
        }
        if self.left_out {
            return Err(Error::invalid("command_invalid", vec![selects_all("/leads/selection")]));
        }
        self.rows_of(table)
    }

    /// The rows, if the table is as it was.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn rows_of(&self, table: &LeadTable) -> Result<Rc<Vec<u32>>> {
        if table.revision() == self.revision {
            return Ok(Rc::clone(&self.rows));
        }
        Err(Error::new("stale_selection", "", "the table changed since these rows were selected").hint("select them again"))
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Ids of a page.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn ids(&self, table: &LeadTable, offset: usize, limit: usize) -> Result<Json> {
        let rows = self.rows_of(table)?;
        Ok(Json::List(rows.iter().skip(offset).take(limit).map(|row| table.table.id(RowIx(*row)).as_ref().into()).collect()))
    }

    fn mask(&self, table: &LeadTable) -> Result<Mask> {
        Mask::from_list(self.all, &self.rows_of(table)?)
    }

    fn with(&self, rows: Vec<u32>, other: &Selection) -> Selection {
        let mut viewers = self.viewers.clone();
        viewers.extend(other.viewers.iter().filter(|viewer| !self.viewers.contains(viewer)).cloned());
        let mut unfinished = Rc::clone(&self.unfinished);
        if !other.unfinished.is_empty() {
            Rc::make_mut(&mut unfinished).extend(other.unfinished.iter().cloned());
        }
        Selection { rows: Rc::new(rows), viewers, unfinished, ..self.clone() }
    }

    /// The rows that are in both, in this one's order.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn and(&self, other: &Selection, table: &LeadTable) -> Result<Selection> {
        let mask = other.mask(table)?;
        let both = self.with(self.rows_of(table)?.iter().copied().filter(|row| mask.contains(RowIx(*row))).collect(), other);
        // The conditions of one of them bound what is in both.
        let bounded = self.bounded || other.bounded;
        Ok(Selection { left_out: (self.left_out || other.left_out) && !bounded, bounded, ..both })
    }

    /// The rows of this one, then those that only the other has.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn or(&self, other: &Selection, table: &LeadTable) -> Result<Selection> {
        let mask = self.mask(table)?;
        let more = other.rows_of(table)?;
        let either = self.with(
            self.rows_of(table)?.iter().copied().chain(more.iter().copied().filter(|row| !mask.contains(RowIx(*row)))).collect(),
            other,
        );
        Ok(Selection { left_out: self.left_out || other.left_out, bounded: self.bounded && other.bounded, ..either })
    }

    /// The rows of this one that the other does not have.
    ///
    /// # Errors
    /// `stale_selection`.
    pub fn minus(&self, other: &Selection, table: &LeadTable) -> Result<Selection> {
        let mask = other.mask(table)?;
        Ok(self.with(self.rows_of(table)?.iter().copied().filter(|row| !mask.contains(RowIx(*row))).collect(), other))
    }
}
