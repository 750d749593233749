//! What commands are made of: leads, splits and receivers.

use std::rc::Rc;

use crate::config::lists;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::{Emptiness, Query, Strictness};

use crate::allot::spec::{Even, Keep, Order, Receiver, Receivers, Split};
use crate::command::read::Reader;
use crate::plan::leads::{LeadsRef, selects_all};

impl Reader<'_> {
    pub(crate) fn leads(&self, node: &Decoder<'_>) -> Option<LeadsRef> {
        if node.is_null() {
            node.wrong("`ids`, a `filter`, a `list` or a `selection`");
            return None;
        }
        if !node.keys(&["ids", "seen", "filter", "list", "selection", "all"]) {
            return None;
        }
        let named = ["ids", "filter", "list", "selection", "all"].into_iter().filter(|key| !node.get(key).is_null()).count();
        if named != 1 {
            node.error("leads_invalid", "name the leads by exactly one of `ids`, `filter`, `list`, `selection` and `all`");
            return None;
        }
        let (ids, filter, list, seen) = (node.get("ids"), node.get("filter"), node.get("list"), node.get("seen"));
        if !seen.is_null() && ids.is_null() {
            seen.error("seen_without_ids", "`seen` goes with `ids`, one for each");
        }
        if !ids.is_null() {
            let wanted: Vec<String> = ids.items().iter().filter_map(Decoder::id).map(str::to_owned).collect();
            let seen = seen.json.as_list().map(<[Json]>::to_vec);
            if seen.as_ref().is_some_and(|seen| seen.len() != wanted.len()) {
                node.get("seen").error("seen_length", "`seen` must have one value for each id");
            }
            return Some(LeadsRef::Ids { ids: wanted, seen });
        }
        if !node.get("all").is_null() {
            if node.get("all").json != &Json::Bool(true) {
                node.get("all").wrong("true");
                return None;
            }
            return Some(LeadsRef::Filter(Query::always()));
        }
        if !filter.is_null() {
            return match crate::query::compile(filter.json, &filter.path(), self.schema, Strictness::List) {
                Ok(query) if query.emptiness() == Emptiness::LeftOut => {
                    self.query_fault.set(false);
                    node.faults().add(selects_all(&filter.path()));
                    None
                }
                Ok(query) => Some(LeadsRef::Filter(query)),
                Err(faults) => {
                    self.query_fault.set(!node.faults().any_error());
                    node.faults().extend(faults);
                    None
                }
            };
        }
        if let Some(id) = list.optional_id() {
            return Some(LeadsRef::List(id.to_owned()));
        }
        match &self.rows {
            Some(rows) => Some(LeadsRef::Rows(Rc::clone(rows))),
            None => {
                node.get("selection").error("selection_invalid", "this is not a selection of this engine");
                None
            }
        }
    }

    /// The leads that a node names, or none where it is null.
    pub(crate) fn optional_leads(&self, node: &Decoder<'_>) -> Option<Option<LeadsRef>> {
        if node.is_null() { Some(None) } else { self.leads(node).map(Some) }
    }

    /// A split, or none where the node is null.
    pub(crate) fn optional_split(&self, node: &Decoder<'_>) -> Option<Option<Split>> {
        if node.is_null() { Some(None) } else { self.split(node).map(Some) }
    }

    pub(crate) fn split(&self, node: &Decoder<'_>) -> Option<Split> {
        if node.is_null() {
            node.wrong("a split");
            return None;
        }
        if !node.keys(&["to", "slot", "even", "order", "keep", "together", "sort", "key"]) {
            return None;
        }
        let to = node.get("to");
        let receivers = match to.json {
            Json::List(_) => Receivers::Named(self.receivers(&to)),
            Json::Object(_) => self.receivers_by_name(&to)?,
            _ => {
                to.wrong("a list of receivers, `{group}` or `{tags}`");
                return None;
            }
        };
        let slot = match (&receivers, node.get("slot")) {
            (Receivers::Group(group), slot) if slot.is_null() => {
                self.model.groups.by_id(group).map_or(self.model.lead.owner, |group| group.slot)
            }
            (_, slot) => self.slot(&slot)?,
        };
        let together = node.get("together");
        let fields = together.items().iter().filter_map(|item| self.field(item)).collect();
        Some(Split {
            to: receivers,
            slot,
            even: node.get("even").one_of(&[("dealt", Even::Dealt), ("total", Even::Total)]).unwrap_or(Even::Dealt),
            order: node.get("order").one_of(&[("deal", Order::Deal), ("block", Order::Block)]).unwrap_or(Order::Deal),
            keep: if node.get("keep").flag(false) { Keep::Yes } else { Keep::No },
            together: fields,
            sort: lists::sort(&node.get("sort"), self.schema),
            key: node.get("key").text().map(str::to_owned),
            remember: true,
        })
    }

    pub(crate) fn receivers_by_name(&self, node: &Decoder<'_>) -> Option<Receivers> {
        node.keys(&["group", "tags"]);
        let (group, tags) = (node.get("group"), node.get("tags"));
        match (group.is_null(), tags.is_null()) {
            // Whether the group exists is told only after the actor's right to it was asked.
            (false, true) => Some(Receivers::Group(group.id()?.to_owned())),
            (true, false) => {
                let words: Vec<String> = tags.texts().into_iter().map(str::to_owned).collect();
                if words.is_empty() {
                    tags.error("receivers_empty", "a split needs somebody to deal to");
                }
                Some(Receivers::Tags(words))
            }
            _ => {
                node.error("receivers_invalid", "name the receivers by a list, a `group` or `tags`");
                None
            }
        }
    }

    pub(crate) fn receivers(&self, node: &Decoder<'_>) -> Vec<Receiver> {
        let mut out: Vec<Receiver> = Vec::new();
        let mut seen = crate::btree::BTreeSet::new();
        for item in node.items() {
            let (user, weight, cap) = if let Json::Object(_) = item.json {
                item.keys(&["user", "weight", "cap"]);
                let weight = item.get("weight");
                let read = crate::config::people::weight(&weight);
                if read == Some(0) {
                    weight.error("weight_out_of_range", "a weight in a split is at least 0.000001");
                }
                (item.get("user"), read, item.get("cap").whole(0..=i64::from(u32::MAX)))
            } else {
                (item.clone(), None, None)
            };
            let Some(name) = self.user(&user) else { continue };
            if !seen.insert(name) {
                user.error("duplicate_id", format!("`{name}` is named twice"));
            }
            out.push(Receiver { user: name.to_owned(), weight, cap: cap.and_then(|cap| u64::try_from(cap).ok()) });
        }
        if out.is_empty() {
            node.error("receivers_empty", "a split needs somebody to deal to");
        }
        out
    }
}
