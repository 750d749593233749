//! A plan as JSON, and the pieces of it that the facade asks for one by one.

use crate::json::Json;
use crate::query::{Cell, FieldIx};

use super::encode::{self, Times};
use super::{Change, Created, Plan, notices, timeline};

impl Plan {
    /// The header: what [`decode::peek`](super::decode::peek) reads from the encoded form.
    pub fn header(&self) -> Json {
        encode::header(self)
    }

    /// The whole plan.
    pub fn to_json(&self) -> Json {
        let mut out = match self.header() {
            Json::Object(pairs) => pairs,
            _ => Vec::new(),
        };
        let all = usize::MAX;
        let removed =
            self.removed.iter().map(|(lead, expect)| Json::object([("lead", lead.as_str().into()), ("expect", timeline::json(expect))]));
        let rest = [
            ("changes", self.changes(0, all)),
            ("created", Json::List(self.created.iter().map(|copy| self.created_json(copy, Times::Absolute)).collect())),
            ("removed", Json::List(removed.collect())),
            ("dropped", self.dropped(0, all)),
            ("assignees", Json::List(self.lines.iter().map(super::lines::Line::to_json).collect())),
            ("notifications", self.notifications()),
            ("timeline", self.timeline(0, all)),
            ("attach", self.attach_json()),
            ("runs", Json::List(Vec::new())),
            ("state", Json::List(self.all_state().iter().map(super::state::StateChange::to_json).collect())),
            ("reads", self.reads_json()),
            ("split", self.split_json()),
            ("warnings", Json::List(self.warnings.iter().map(crate::error::Diagnostic::to_json).collect())),
            ("refused", Json::List(self.refused.iter().map(crate::access::Reason::to_json).collect())),
        ];
        out.extend(rest.into_iter().map(|(key, value)| (key.to_owned(), value)));
        Json::Object(out)
    }

    /// Leads that change.
    pub fn changes(&self, offset: usize, limit: usize) -> Json {
        let end = offset.saturating_add(limit).min(self.rows.len());
        Json::List((offset.min(end)..end).filter_map(|at| self.change(at)).map(|change| self.change_json(&change)).collect())
    }

    fn change_json(&self, change: &Change<'_>) -> Json {
        let set = change.set.iter().map(|set| {
            let pair = Json::object([("from", timeline::json(&set.from)), ("to", timeline::json(&set.to))]);
            (self.model.schema.name(set.field).to_owned(), pair)
        });
        Json::object([
            ("lead", change.lead.as_ref().into()),
            ("expect", timeline::json(&change.expect)),
            ("set", Json::Object(set.collect())),
        ])
    }

    /// Leads that do not.
    pub fn dropped(&self, offset: usize, limit: usize) -> Json {
        let list = self.drops.list().iter().skip(offset).take(limit);
        Json::List(list.map(|drop| drop.to_json(&self.lead_of(drop))).collect())
    }

    /// How many do not, by code.
    pub fn dropped_count(&self) -> Json {
        Json::Object(self.drops.counts().into_iter().map(|(code, count)| (code.name().to_owned(), count.into())).collect())
    }

    /// One entry for each lead that changes.
    pub fn timeline(&self, offset: usize, limit: usize) -> Json {
        let end = offset.saturating_add(limit).min(self.rows.len());
        let entries = (offset.min(end)..end).filter_map(|at| self.change(at)).map(|change| {
            let entry = timeline::entry(self, &change);
            Json::object([
                ("lead", entry.lead.into()),
                ("at", self.now.0.into()),
                ("actor", self.actor.as_str().into()),
                ("kind", self.kind.into()),
                ("text", entry.text.into()),
                ("data", entry.data),
            ])
        });
        Json::List(entries.collect())
    }

    /// Who is told what.
    pub fn notifications(&self) -> Json {
        Json::List(notices::of(self).iter().map(|notice| notice.to_json(self.model.schema.name(notice.slot))).collect())
    }

    pub(crate) fn reads_json(&self) -> Json {
        Json::List(
            self.reads.iter().map(|(key, version)| Json::object([("key", key.as_str().into()), ("version", (*version).into())])).collect(),
        )
    }

    pub(crate) fn attach_json(&self) -> Json {
        let mut out = Vec::new();
        if let Some((kind, text)) = &self.attach.note {
            out.push(("note".to_owned(), Json::object([("type", kind.as_str().into()), ("text", text.as_str().into())])));
        }
        out.extend(self.attach.alert.clone().map(|alert| ("alert".to_owned(), alert.into())));
        Json::Object(out)
    }

    pub(crate) fn split_json(&self) -> Json {
        let whole = |n: u64| Json::from(usize::try_from(n).unwrap_or(usize::MAX));
        self.split.as_ref().map_or(Json::Null, |split| {
            Json::object([("spread", whole(split.spread)), ("bound", whole(split.bound)), ("exact", split.exact.into())])
        })
    }

    pub(crate) fn created_json(&self, copy: &Created, times: Times) -> Json {
        let set = copy.set.iter().map(|(field, cell)| (self.model.schema.name(*field).to_owned(), self.created_cell(*field, cell, times)));
        Json::object([("id", copy.id.as_str().into()), ("copyOf", copy.copy_of.as_str().into()), ("set", Json::Object(set.collect()))])
    }

    /// A value of a copy; an instant that follows from the plan's is a distance where outcomes are compared.
    fn created_cell(&self, field: FieldIx, cell: &Cell<'_>, times: Times) -> Json {
        match cell {
            Cell::Instant(at) if times == Times::Relative && Some(field) == self.model.lead.assigned_at => {
                Json::object([("distance", (at.0 - self.now.0).into())])
            }
            _ => timeline::json(cell),
        }
    }

    /// Lead ids by who receives them in the plan's slot.
    pub fn by_assignee(&self) -> Vec<(String, Vec<String>)> {
        let mut out: Vec<(String, Vec<String>)> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for at in 0..self.rows.len() {
            let Some(set) = self.slot_of_row(at) else { continue };
            let Some(user) = set.to.text() else { continue };
            let place = *places.entry(user.to_owned()).or_insert_with(|| {
                out.push((user.to_owned(), Vec::new()));
                out.len() - 1
            });
            let id = self.rows.get(at).map(|row| self.table.id(crate::table::RowIx(*row)).into_owned());
            out.get_mut(place).into_iter().for_each(|(_, leads)| leads.extend(id.clone()));
        }
        out
    }

    /// The same as columns: rows of the table and, for each, a place among the people (-1 for nobody).
    pub fn columns(&self) -> (Vec<u32>, Vec<i32>, Vec<String>) {
        use super::edit::To;
        let place = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        if let Some(To::Coded(values, codes)) = self.slot.and_then(|slot| self.edits.always(slot)) {
            let users = values.iter().map(|value| value.text().unwrap_or_default().to_owned()).collect();
            return (self.rows.clone(), codes.iter().map(|code| place(*code as usize)).collect(), users);
        }
        let (mut rows, mut to, mut users) = (Vec::new(), Vec::new(), Vec::<String>::new());
        for (at, row) in self.rows.iter().enumerate() {
            let Some(set) = self.slot_of_row(at) else { continue };
            rows.push(*row);
            to.push(set.to.text().map_or(-1, |user| {
                place(users.iter().position(|known| known == user).unwrap_or_else(|| {
                    users.push(user.to_owned());
                    users.len() - 1
                }))
            }));
        }
        (rows, to, users)
    }
}
